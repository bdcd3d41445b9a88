/* data/csv: what is read, what is refused and with which sentence. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"
#include "data/csv.h"
#include "data_files.h"

#define HEADER "time,open,high,low,close,volume\n"

static const char *folder;
static char path[128];

static void setup(void) {
    folder = new_folder();
    snprintf(path, sizeof(path), "%s/f.csv", folder);
}

static void teardown(void) { remove_folder(folder); }

TestSuite(csv, .init = setup, .fini = teardown);

static void expect_bytes_refused(const char *bytes, size_t len, const char *sentence) {
    write_bytes(path, bytes, len);
    struct err err = {0};
    for (int careful = 0; careful < 2; careful++) {
        struct csv_options options = {.careful_only = careful == 1};
        struct csv_bars bars = {.count = -5};
        int error = csv_read(path, &options, &bars, &err);
        cr_assert_lt(error, 0, "accepted: %s", bytes);
        cr_expect_eq(bars.count, -5); /* ret untouched */
        cr_assert(strncmp(err.text, folder, strlen(folder)) == 0, "%s", err.text);
        cr_expect_str_eq(err.text + strlen(folder) + 1, sentence);
    }
}

static void expect_refused(const char *text, const char *sentence) {
    expect_bytes_refused(text, strlen(text), sentence);
}

/* Reads the text both ways and returns the bars of the quick one. */
static struct csv_bars expect_read(const char *text) {
    write_text(path, text);
    struct err err = {0};
    struct csv_bars quick, careful;
    struct csv_options options = {.careful_only = true};
    cr_assert_eq(csv_read(path, NULL, &quick, &err), 0, "%s", err.text);
    cr_assert_eq(csv_read(path, &options, &careful, &err), 0, "%s", err.text);
    cr_assert_eq(quick.count, careful.count);
    size_t size = (size_t)quick.count * sizeof(double);
    cr_assert_arr_eq(quick.time, careful.time, size);
    cr_assert_arr_eq(quick.open, careful.open, size);
    cr_assert_arr_eq(quick.high, careful.high, size);
    cr_assert_arr_eq(quick.low, careful.low, size);
    cr_assert_arr_eq(quick.close, careful.close, size);
    cr_assert_arr_eq(quick.volume, careful.volume, size);
    cr_assert_eq(quick.synthetic, careful.synthetic);
    cr_assert(hash128_eq(quick.hash, hash128(text, strlen(text))));
    cr_assert(hash128_eq(careful.hash, quick.hash));
    csv_bars_fini(&careful);
    return quick;
}

static void expect_two_bars(const char *text) {
    struct csv_bars bars = expect_read(text);
    cr_assert_eq(bars.count, 2, "%s", text);
    cr_expect_eq(bars.time[0], time_from_civil(2013, 3, 1, 0, 0, 0, 0), "%s", text);
    cr_expect_eq(bars.time[1], time_from_civil(2013, 3, 4, 0, 0, 0, 0), "%s", text);
    static const double expected[2][5] = {{10, 12, 9.5, 11, 1000}, {11, 11.5, 10.25, 10.5, 0}};
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(bars.open[i], expected[i][0], "%s", text);
        cr_expect_eq(bars.high[i], expected[i][1], "%s", text);
        cr_expect_eq(bars.low[i], expected[i][2], "%s", text);
        cr_expect_eq(bars.close[i], expected[i][3], "%s", text);
        cr_expect_eq(bars.volume[i], expected[i][4], "%s", text);
    }
    cr_expect_eq(bars.synthetic, false);
    csv_bars_fini(&bars);
}

Test(csv, reads_the_plain_form) {
    expect_two_bars(HEADER "2013-03-01,10,12,9.5,11,1000\n2013-03-04,11,11.5,10.25,10.5,0\n");
}

Test(csv, reads_any_case_order_quotes_spaces_and_line_ends) {
    expect_two_bars("\xef\xbb\xbf" HEADER
                    "2013-03-01,10,12,9.5,11,1000\n2013-03-04,11,11.5,10.25,10.5,0");
    expect_two_bars("Volume,CLOSE,Low,hIGH,Open,DateTime\r\n1000,11,9.5,12,10,2013-03-01\r\n"
                    "0,10.5,10.25,11.5,11,2013-03-04\r\n");
    expect_two_bars("\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n"
                    "\"2013-03-01\",\"10\",\"12\",\"9.5\",\"11\",\"1000\"\n"
                    "\"2013-03-04\",\"11\",\"11.5\",\"10.25\",\"10.5\",\"0\"\n\n");
    expect_two_bars(" timestamp , open,high ,low,\tclose,volume\n"
                    " 2013-03-01T00:00:00Z, 10 ,12.0, 9.5,11,+1e3\n"
                    "2013-03-04 00:00:00Z,11,11.5,1025e-2,10.50,-0\r\n\r\n \n");
}

Test(csv, ignores_columns_that_are_no_part_of_a_bar) {
    expect_two_bars("note,time,Adj Close,open,high,low,close,volume,x\n"
                    "\"a, \"\"b\"\"\",2013-03-01,,10,12,9.5,11,1000,\n"
                    "caf\xc3\xa9,2013-03-04,8.1,11,11.5,10.25,10.5,0,nan\n");
    expect_two_bars("time,adj_close,open,high,low,close,volume\n"
                    "2013-03-01,?,10,12,9.5,11,1000\n2013-03-04,,11,11.5,10.25,10.5,0\n");
    /* pandas writes its index as a column without a name */
    expect_two_bars(",Open,High,Low,Close,Volume\n2013-03-01,10,12,9.5,11,1000\n"
                    "2013-03-04,11,11.5,10.25,10.5,0\n");
}

Test(csv, volume_may_be_missing) {
    struct csv_bars bars = expect_read("date,open,high,low,close\n2020-01-01,1,2,0.5,1.5\n");
    cr_expect_eq(bars.volume[0], 0);
    cr_expect_eq(signbit(bars.volume[0]), 0);
    csv_bars_fini(&bars);
}

Test(csv, knows_bars_that_say_that_they_are_synthetic) {
    struct csv_bars bars =
        expect_read("time,open,high,low,close,volume,synthetic\n2020-01-01,1,2,0.5,1.5,0,1\n");
    cr_expect(bars.synthetic);
    csv_bars_fini(&bars);
    bars = expect_read("time,open,high,low,close,volume,synthetic\n2020-01-01,1,2,0.5,1.5,0,0\n");
    cr_expect_not(bars.synthetic);
    csv_bars_fini(&bars);
}

Test(csv, tells_the_units_of_an_epoch_apart) {
    /* 1362096000 s is 2013-03-01T00:00:00Z (15765 days of 86400 s), 1362355200 s three days later.
     */
    cr_assert_eq(INT64_C(15765) * 86400, INT64_C(1362096000));
    static const char *const zeros[] = {"", "000", "000000", "000000000", ".0", "000.000"};
    char text[512];
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
        snprintf(text, sizeof(text),
                 HEADER "1362096000%s,10,12,9.5,11,1000\n1362355200%s,11,11.5,10.25,10.5,0\n",
                 zeros[i], zeros[i]);
        expect_two_bars(text);
    }
}

Test(csv, reads_fractions_and_zone_offsets) {
    struct csv_bars bars = expect_read(HEADER "2020-01-01T00:00:00+05:30,1,1,1,1,1\n"
                                              "2020-01-01T00:00:00.5Z,1,1,1,1,1\n"
                                              "2020-01-01 01:00,1,1,1,1,1\n"
                                              "2020-01-01T00:00:00-0400,1,1,1,1,1\n");
    int64_t midnight = time_from_civil(2020, 1, 1, 0, 0, 0, 0);
    cr_expect_eq(bars.time[0], midnight - 330 * TIME_MINUTE);
    cr_expect_eq(bars.time[1], midnight + TIME_SECOND / 2);
    cr_expect_eq(bars.time[2], midnight + TIME_HOUR);
    cr_expect_eq(bars.time[3], midnight + 4 * TIME_HOUR);
    csv_bars_fini(&bars);
    bars = expect_read(HEADER
                       "-86400,1,1,1,1,1\n0,1,1,1,1,1\n0.000000001,1,1,1,1,1\n1.25,1,1,1,1,1\n");
    cr_expect_eq(bars.time[0], -TIME_DAY);
    cr_expect_eq(bars.time[1], 0);
    cr_expect_eq(bars.time[2], 1);
    cr_expect_eq(bars.time[3], 1250 * TIME_MILLI);
    csv_bars_fini(&bars);
}

Test(csv, refuses_times_out_of_order) {
    expect_refused(
        HEADER "2013-03-04,10,12,9,11,5\n2013-03-01,10,12,9,11,5\n",
        "f.csv:3: time: 2013-03-01: earlier than in line 2 (2013-03-04T00:00:00Z) (sort the "
        "rows by time)");
    expect_refused(
        HEADER "2013-03-04,10,12,9,11,5\n2013-03-04T00:00:00Z,10,12,9,11,5\n",
        "f.csv:3: time: 2013-03-04T00:00:00Z: the same as in line 2 (2013-03-04T00:00:00Z) "
        "(keep one of the two rows)");
}

Test(csv, refuses_times_that_are_none) {
    static const char advice[] = "not a time (write 2013-03-01, 2013-03-01T14:30:00Z or an epoch)";
    static const char *const words[] = {"2013-13-01",
                                        "2013-02-29",
                                        "01/02/2013",
                                        "yesterday",
                                        "2013-03-01T25:00:00Z",
                                        "2013-03-01T24:00:00Z",
                                        "2013-03-01T10:60:00Z",
                                        "1.5e9",
                                        "99999999999999999999",
                                        "2013-03-01X10:00:00Z",
                                        "-"};
    char text[256], sentence[256];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), HEADER "%s,10,12,9,11,5\n", words[i]);
        snprintf(sentence, sizeof(sentence), "f.csv:2: time: %s: %s", words[i], advice);
        expect_refused(text, sentence);
    }
    expect_refused(HEADER ",10,12,9,11,5\n",
                   "f.csv:2: time: \"\": empty (write the time or delete the row)");
    expect_refused(
        HEADER "20130301,10,12,9,11,5\n",
        "f.csv:2: time: 20130301: a date without dashes, or an epoch (write 2013-03-01 or "
        "2013-03-01T14:30:00Z)");
}

Test(csv, refuses_mixed_forms_of_time) {
    expect_refused(
        HEADER "1362096000,10,12,9,11,5\n1362355200000,10,12,9,11,5\n",
        "f.csv:3: time: 1362355200000: epoch milliseconds, where the rows before have epoch "
        "seconds (one form in one file)");
    expect_refused(
        HEADER "2013-03-01,10,12,9,11,5\n1362355200,10,12,9,11,5\n",
        "f.csv:3: time: 1362355200: epoch seconds, where the rows before have ISO-8601 (one "
        "form in one file)");
    expect_refused(
        HEADER "1362096000,10,12,9,11,5\n2013-03-04,10,12,9,11,5\n",
        "f.csv:3: time: 2013-03-04: ISO-8601, where the rows before have epoch seconds (one "
        "form in one file)");
}

Test(csv, refuses_values_that_are_no_numbers) {
    expect_refused(HEADER "2013-03-01,nan,12,9,11,5\n",
                   "f.csv:2: open: nan: no value (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,NaN,9,11,5\n",
                   "f.csv:2: high: NaN: no value (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,null,5\n",
                   "f.csv:2: close: null: no value (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,inf,9,11,5\n",
                   "f.csv:2: high: inf: infinite (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,-Infinity,9,11,5\n",
                   "f.csv:2: high: -Infinity: infinite (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,1e999,9,11,5\n",
                   "f.csv:2: high: 1e999: too large for a number (correct the row)");
    expect_refused(HEADER "2013-03-01,10,0x1p3,9,11,5\n",
                   "f.csv:2: high: 0x1p3: not a number (write it like 1234.5)");
    expect_refused(HEADER "2013-03-01,10,\"1,2\",9,11,5\n",
                   "f.csv:2: high: 1,2: not a number (write it like 1234.5)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,5k\n",
                   "f.csv:2: volume: 5k: not a number (write it like 1234.5)");
    expect_refused(HEADER "2013-03-01,10,,9,11,5\n",
                   "f.csv:2: high: \"\": empty (write a number or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,\n",
                   "f.csv:2: volume: \"\": empty (write a number or delete the row)");
    expect_refused("synthetic,time,open,high,low,close\n2,2013-03-01,10,12,9,11\n",
                   "f.csv:2: synthetic: 2: neither 0 nor 1 (1 marks invented bars)");
}

Test(csv, refuses_prices_and_volumes_that_cannot_be) {
    expect_refused(HEADER "2013-03-01,10,12,-9,11,5\n",
                   "f.csv:2: low: -9: a negative price (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,0,11,5\n",
                   "f.csv:2: low: 0: a price of zero (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,-0.0,11,5\n",
                   "f.csv:2: low: -0.0: a price of zero (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,10,8.5,9,11,5\n",
                   "f.csv:2: high: 8.5: below the low 9 (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,12.01,12,9,11,5\n",
                   "f.csv:2: open: 12.01: above the high 12 (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,8.99,5\n",
                   "f.csv:2: close: 8.99: below the low 9 (correct or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,-1\n",
                   "f.csv:2: volume: -1: a negative volume (correct or delete the row)");
}

Test(csv, refuses_rows_of_another_length) {
    expect_refused(HEADER "2013-03-01,10,12,9,11\n",
                   "f.csv:2: row: 5 fields: the header has 6 (complete or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,5\n2013-03-04,10,12,9,11,5,6\n",
                   "f.csv:3: row: 7 fields: the header has 6 (quote fields with commas in them)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,5\n2013-0",
                   "f.csv:3: row: 1 field: the header has 6 (complete or delete the row)");
    expect_refused(HEADER "2013-03-01,10,12,9,11,5\n\n2013-03-04,10,12,9,11,5\n",
                   "f.csv:3: row: \"\": an empty line between rows (delete it)");
    expect_refused(
        HEADER "2013-03-01,10,12,9,11,\"5\n",
        "f.csv:2: row: field 6: a quote is not closed, or text follows it (close it in the "
        "same line)");
    expect_refused(
        HEADER "2013-03-01,10,12,9,\"11\"x,5\n",
        "f.csv:2: row: field 5: a quote is not closed, or text follows it (close it in the "
        "same line)");
}

Test(csv, refuses_bytes_that_are_no_text) {
    expect_refused(HEADER "2013-03-01,10,12,9,11,5\xff\n",
                   "f.csv:2: row: byte 24 is 0xff: not UTF-8 (save it as UTF-8)");
    expect_refused("time,open,high,low,close,n\xf6te\n2013-03-01,10,12,9,11,5\n",
                   "f.csv:1: row: byte 27 is 0xf6: not UTF-8 (save it as UTF-8)");
    static const char nul[] = HEADER "2013-03-01,10,12,9,11,5\n2013-03-04,10,\0,9,11,5\n";
    expect_bytes_refused(nul, sizeof(nul) - 1,
                         "f.csv:3: row: byte 15: a NUL byte (not a text file, or a damaged one)");
    /* also in a column that nobody reads */
    expect_refused("time,open,high,low,close,note\n2013-03-01,10,12,9,11,caf\xe9\n",
                   "f.csv:2: row: byte 26 is 0xe9: not UTF-8 (save it as UTF-8)");
    expect_refused(HEADER "2013-03-01,10,1\x01,9,11,5\n",
                   "f.csv:2: high: 1?: not a number (write it like 1234.5)");
}

Test(csv, refuses_headers_that_name_no_bars) {
    expect_refused(
        "2013-03-01,10,12,9,11,5\n2013-03-04,10,12,9,11,5\n",
        "f.csv:1: header: 2013-03-01,10,12,9,11,5: no column has a known name (the first "
        "line names the columns: time,open,high,low,close,volume)");
    expect_refused(
        "time,open,high,close,volume\n2013-03-01,10,12,11,5\n",
        "f.csv:1: low: time,open,high,close,volume: no such column (the first line names the "
        "columns: time,open,high,low,close,volume)");
    expect_refused(
        "open,high,low,close,volume\n10,12,9,11,5\n",
        "f.csv:1: time: open,high,low,close,volume: no such column (the first line names the "
        "columns: time,open,high,low,close,volume)");
    expect_refused(
        "Date,Time,open,high,low,close\n2013-03-01,00:00,10,12,9,11\n",
        "f.csv:1: time: Time: a second column of this kind (keep one, with date and time of "
        "day in one field)");
    expect_refused(
        "time;open;high;low;close\n2013-03-01;10;12;9;11\n",
        "f.csv:1: header: time;open;high;low;close: separated by something else than commas "
        "(write commas)");
    expect_refused("time,open,high,low,close\r2013-03-01,10,12,9,11\r",
                   "f.csv:1: header: CR: a line end without LF (save it with LF or CRLF)");
}

Test(csv, refuses_files_without_rows) {
    expect_refused(HEADER, "f.csv:2: row: \"\": no rows after the header (an empty file?)");
    expect_refused("time,open,high,low,close,volume",
                   "f.csv:2: row: \"\": no rows after the header (an empty file?)");
    expect_refused("", "f.csv: file: 0 bytes: empty (write a header and rows: "
                       "time,open,high,low,close,volume)");
    expect_refused(" \n\n", "f.csv: file: 3 bytes: empty (write a header and rows: "
                            "time,open,high,low,close,volume)");
    expect_refused("\xef\xbb\xbf",
                   "f.csv:1: header: \"\": no column has a known name (the first line "
                   "names the columns: time,open,high,low,close,volume)");
}

Test(csv, refuses_files_of_other_kinds) {
    expect_bytes_refused("\x1f\x8b\x08\x00zzzz", 8,
                         "f.csv: file: gzip: not plain text (decompress it)");
    expect_bytes_refused("PK\x03\x04zzzz", 8, "f.csv: file: zip: not plain text (unpack it)");
    expect_bytes_refused("PAR1zzzz", 8, "f.csv: file: parquet: not plain text (export it as CSV)");
    expect_bytes_refused("\xff\xfet\0i\0m\0e\0", 10,
                         "f.csv: file: UTF-16: not plain text (save it as UTF-8)");
    struct err err = {0};
    struct csv_bars bars;
    cr_expect_eq(csv_read(folder, NULL, &bars, &err), ERR_IO);
    cr_expect_not_null(
        strstr(err.text, ": file: a folder: not a file of bars (name a file in it)"));
    cr_expect_eq(csv_read("/nowhere/at/all.csv", NULL, &bars, &err), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(err.text, "/nowhere/at/all.csv"));
    cr_expect_eq(csv_read("/dev/zero", NULL, &bars, &err), ERR_IO);
    write_text(path, HEADER "2013-03-01,10,12,9,11,5\n");
    struct csv_options options = {.bytes_max = 10};
    cr_expect_eq(csv_read(path, &options, &bars, &err), ERR_LIMIT);
    cr_expect_not_null(strstr(err.text, ": file: 56 bytes: over the limit of 10 (split it)"));
}

/* Whatever is done to a good file: both ways agree, in the bars or in the sentence. */
Test(csv, both_ways_agree_on_ten_thousand_damaged_files) {
    struct rng rng;
    rng_seed(&rng, 7);
    static const char alphabet[] = "0123456789.,-+eE\"\n\r \tTZ:nai;\x80\xc3\xa9\x01";
    int accepted = 0;
    for (int run = 0; run < 10000; run++) {
        char text[2048];
        int len = snprintf(text, sizeof(text), "%s", HEADER);
        for (int row = 0; row < 8; row++)
            len += snprintf(text + len, sizeof(text) - (size_t)len,
                            "2013-03-%02dT00:00:00Z,%d.25,1%d.5,9.125,10,%d\n", row + 1, 10 + row,
                            row + 9, row * 123456);
        for (uint64_t hits = rng_below(&rng, 4); hits > 0; hits--) {
            size_t at = 32 + rng_below(&rng, (uint64_t)len - 32);
            char c = alphabet[rng_below(&rng, sizeof(alphabet) - 1)];
            if (rng_below(&rng, 3) == 0) {
                memmove(text + at, text + at + 1, (size_t)len - at - 1);
                len--;
            } else {
                text[at] = c;
            }
        }
        write_bytes(path, text, (size_t)len);
        struct err errors[2] = {{0}, {0}};
        struct csv_bars bars[2] = {{0}, {0}};
        int codes[2];
        for (int way = 0; way < 2; way++) {
            struct csv_options options = {.careful_only = way == 1};
            codes[way] = csv_read(path, &options, &bars[way], &errors[way]);
        }
        cr_assert_eq(codes[0], codes[1], "run %d: %s | %s", run, errors[0].text, errors[1].text);
        cr_assert_str_eq(errors[0].text, errors[1].text);
        cr_assert_eq(bars[0].count, bars[1].count);
        for (int64_t i = 0; i < bars[0].count; i++) {
            cr_assert_eq(bars[0].time[i], bars[1].time[i]);
            cr_assert_eq(bars[0].open[i], bars[1].open[i]);
            cr_assert_eq(bars[0].volume[i], bars[1].volume[i]);
        }
        accepted += codes[0] == 0;
        csv_bars_fini(&bars[0]);
        csv_bars_fini(&bars[1]);
    }
    cr_expect_gt(accepted, 1000);
    cr_expect_lt(accepted, 9000);
}

/* Long enough to be read in several blocks and to outgrow the first guess of the row count. */
Test(csv, reads_two_hundred_thousand_rows) {
    FILE *file = fopen(path, "w");
    fputs(HEADER, file);
    for (int i = 0; i < 200000; i++)
        fprintf(file, "%lld,%.*f,100,0.5,%d.%d,%d\n", 1500000000LL + i * 60, i < 100 ? 17 : 1, 1.5,
                i % 99 + 1, i % 10, i);
    fclose(file);
    struct csv_bars bars;
    struct err err = {0};
    cr_assert_eq(csv_read(path, NULL, &bars, &err), 0, "%s", err.text);
    cr_assert_eq(bars.count, 200000);
    for (int i = 0; i < 200000; i++) {
        cr_assert_eq(bars.time[i], (1500000000LL + i * 60) * TIME_SECOND);
        cr_assert_eq(bars.open[i], 1.5);
        cr_assert_eq(bars.close[i], (double)((i % 99 + 1) * 10 + i % 10) / 10);
        cr_assert_eq(bars.volume[i], i);
    }
    csv_bars_fini(&bars);
}

/* The table of shared/data/README.md. */
static const struct {
    const char *name;
    int64_t rows;
} shared_files[] = {{"goog_1d", 2148},        {"eurusd_1h", 5000},      {"btcusd_1mo", 156},
                    {"nvda_1d", 4012},        {"orcl_1d", 5036},        {"yhoo_1d", 4965},
                    {"fesx_1m", 30889},       {"sx5e_5m", 2142},        {"sx5e_1d", 512},
                    {"lean_spy_1d", 5849},    {"lean_qqq_1d", 3964},    {"lean_iwm_1d", 5244},
                    {"lean_eem_1d", 5245},    {"lean_aapl_1d", 5849},   {"lean_ibm_1d", 5849},
                    {"lean_bac_1d", 5849},    {"lean_aig_1d", 5849},    {"lean_uso_1d", 3910},
                    {"lean_spy_1h", 40832},   {"lean_aapl_1h", 40831},  {"lean_spy_1m", 4839},
                    {"lean_ibm_1m", 2566},    {"lean_bac_1m", 3466},    {"lean_aig_1m", 2558},
                    {"lean_aapl_1m", 2303},   {"lean_btcusd_1d", 1318}, {"btcperp_1m", 45031},
                    {"gbpusd_bid_1m", 30117}, {"gbpusd_ask_1m", 30117}, {"6eh4_1m", 29996},
                    {"eurusd_1m", 186348},    {"btcusd_1h", 20111},     {"spy_2019_1d", 252},
                    {"tlt_2019_1d", 252},     {"gld_2019_1d", 252},     {"ief_2019_1d", 252},
                    {"djp_2019_1d", 252},     {"xyz_1m", 30397},        {"us2019_spy_1m", 1950},
                    {"us2019_qqq_1m", 1948},  {"us2019_gld_1m", 1927},  {"us2019_aapl_1m", 1948},
                    {"us2019_msft_1m", 1948}, {"us2019_vix_1m", 1923},  {"unittest_btc_1m", 13681}};

/* The values again, by getline and strtod. */
static void compare_with_strtod(const char *file_path, const struct csv_bars *bars) {
    FILE *file = fopen(file_path, "r");
    char *line = NULL;
    size_t cap = 0;
    cr_assert_gt(getline(&line, &cap, file), 0);
    for (int64_t i = 0; i < bars->count; i++) {
        cr_assert_gt(getline(&line, &cap, file), 0);
        char *at = strchr(line, ',');
        int64_t time;
        cr_assert(time_parse_iso(line, (size_t)(at - line), &time));
        cr_assert_eq(bars->time[i], time);
        const double *columns[] = {bars->open, bars->high, bars->low, bars->close, bars->volume};
        for (int k = 0; k < 5; k++)
            cr_assert_eq(columns[k][i], strtod(at + 1, &at), "%s:%lld", file_path,
                         (long long)i + 2);
    }
    free(line);
    fclose(file);
}

Test(csv, reads_all_shared_files_as_strtod_does) {
    char shared[256];
    if (!shared_file(shared, sizeof(shared), "goog_1d.csv"))
        cr_skip("no shared data");
    for (size_t i = 0; i < sizeof(shared_files) / sizeof(shared_files[0]); i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s.csv", shared_files[i].name);
        shared_file(shared, sizeof(shared), name);
        struct csv_bars bars;
        struct err err = {0};
        cr_assert_eq(csv_read(shared, NULL, &bars, &err), 0, "%s", err.text);
        cr_expect_eq(bars.count, shared_files[i].rows, "%s", name);
        compare_with_strtod(shared, &bars);
        csv_bars_fini(&bars);
    }
}

Test(csv, refuses_the_first_bad_bar_of_the_vix) {
    char shared[256];
    if (!shared_file(shared, sizeof(shared), "vix_1d.csv"))
        cr_skip("no shared data");
    struct csv_bars bars;
    struct err err = {0};
    cr_assert_eq(csv_read(shared, NULL, &bars, &err), ERR_FORMAT);
    /* The first line whose open or close is outside, found by a loop of its own. */
    FILE *file = fopen(shared, "r");
    char line[256], expected[64];
    for (int number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
        double o, h, l, c;
        if (sscanf(line, "%*[^,],%lf,%lf,%lf,%lf", &o, &h, &l, &c) != 4)
            continue;
        if (o < l || o > h || c < l || c > h) {
            snprintf(expected, sizeof(expected), "vix_1d.csv:%d: ", number);
            break;
        }
    }
    fclose(file);
    cr_expect_not_null(strstr(err.text, expected), "%s", err.text);
}
