/* The first difference of two runs is found, whatever table it is in, and said in words. */
#include <string.h>

#include "engine/journal.h"
#include "store/chunk.h"
#include "store/run_table.h"
#include "unit/store/stored_runs.h"

/* 2013-03-01T00:00:00Z, and a day later */
#define MARCH (INT64_C(15765) * 86400 * 1000000000)
#define DAY (INT64_C(86400) * 1000000000)
#define POINTS 100
#ifndef DAMAGES
#define DAMAGES 60
#endif

/* ---- a run with a row in every table ---- */

static double bits_of_time(int64_t time) {
    double value;
    memcpy(&value, &time, sizeof(value));
    return value;
}

/* A plot of POINTS days: the value of day i is i, but for one. */
static void put_chunk(struct db *to, int64_t run, int changed, double value, int count) {
    double rows[POINTS][2];
    sqlite3_stmt *stmt = NULL;
    const uint8_t *bytes = NULL;
    struct err err;
    for (int i = 0; i < count; i++) {
        rows[i][0] = bits_of_time(MARCH + i * DAY);
        rows[i][1] = i == changed ? value : i;
    }
    struct chunk_codec *codec = chunk_codec_create();
    uint64_t words[POINTS * 2];
    memcpy(words, rows, sizeof(rows[0]) * (size_t)count);
    size_t len = chunk_encode(codec, JOURNAL_PLOT, words, (size_t)count, 2, &bytes);
    sql(to, "DELETE FROM strategy_chunk WHERE strategy_run_id = %d", (int)run);
    cr_assert_eq(
        db_prepare(to, "INSERT INTO strategy_chunk VALUES (?, 1, 0, ?, ?, ?, ?)", &stmt, &err), 0);
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_int(stmt, 2, count);
    sqlite3_bind_int64(stmt, 3, MARCH);
    sqlite3_bind_int64(stmt, 4, MARCH + (count - 1) * DAY);
    sqlite3_bind_blob(stmt, 5, bytes, (int)len, SQLITE_TRANSIENT);
    cr_assert_eq(db_run(to, stmt, "put", &err), 0);
    sqlite3_finalize(stmt);
    chunk_codec_destroy(&codec);
}

static void fill_run(struct db *to, int run) {
    add_run(to, run, "done", "donchian");
    sql(to, "INSERT INTO strategy_feed VALUES (%d, 0, 0, 'SPX', '1d', '/f.csv', 9, 1, 2, 'h', 0)",
        run);
    sql(to, "INSERT INTO strategy_record VALUES (%d, 0, x'0011')", run);
    sql(to,
        "INSERT INTO strategy_signal VALUES (%d, 0, 0, %lld, 1, 1, 0, 1, 1, 0, 0, 1, 10.0, 0.0,"
        " 0.0, 0.0, 1, 0)",
        run, (long long)MARCH);
    for (int i = 1; i <= 3; i++) {
        sql(to,
            "INSERT INTO strategy_order VALUES (%d, %d, 0, %lld, %d, 0, 1, 1, 0, 0, 10.0, 0.0, 0.0,"
            " 99.5, '')",
            run, i, (long long)MARCH, i);
        sql(to, "INSERT INTO strategy_order_event VALUES (%d, %d, 0, %lld, %d, 4, 0, 0.0, 0.0)",
            run, i, (long long)MARCH, i);
        sql(to,
            "INSERT INTO strategy_fill VALUES (%d, %d, 0, %lld, %lld, %d, 0, 10.0, 99.5, 99.25,"
            " 0.5, 0, 10.0, 0.5, 0.0, 0.0, 10.0)",
            run, i, (long long)MARCH, (long long)MARCH, i);
        sql(to,
            "INSERT INTO strategy_trade VALUES (%d, %d, 0, 0, %lld, %lld, %lld, %lld, 10.0, 99.5,"
            " 100.5, 10.0, 1.0, 1.25, -2.0, 3.0, 1, 1)",
            run, i, (long long)MARCH, (long long)(MARCH + DAY), (long long)MARCH,
            (long long)(MARCH + DAY));
    }
    sql(to, "INSERT INTO strategy_position_snapshot VALUES (%d, 0, 0, %lld, 0, 10.0, 99.5, 1.0)",
        run, (long long)MARCH);
    sql(to, "INSERT INTO strategy_note VALUES (%d, 0, 0, %lld, 1, NULL, 'a line')", run,
        (long long)MARCH);
    sql(to, "INSERT INTO strategy_series VALUES (%d, 1, %d, 0, NULL, 'slow')", run, JOURNAL_PLOT);
    put_chunk(to, run, -1, 0.0, POINTS);
    sql(to, "INSERT INTO strategy_step VALUES (%d, 0, 0, %lld, '1d', 'ok', 1, NULL, 77)", run,
        (long long)MARCH);
    sql(to, "INSERT INTO strategy_metric VALUES (%d, -1, 'sharpe', 1.25, NULL)", run);
    sql(to, "INSERT INTO strategy_metric VALUES (%d, 0, 'sharpe', 1.5, NULL)", run);
    sql(to, "INSERT INTO equity_curve VALUES (%d, %lld, 1000.0, 990.0, 1010.0)", run,
        (long long)MARCH);
    sql(to, "UPDATE strategy_run SET journal_hash = 'j', bars = 9 WHERE strategy_run_id = %d", run);
}

static void two_runs(void) {
    open_runs();
    fill_run(db, 1);
    fill_run(db, 3);
}

TestSuite(run_compare, .init = two_runs, .fini = close_runs);

static void expect_compared(struct db *other, int64_t run, const char *wanted) {
    bool same = false;
    struct str where;
    struct err err;
    str_init(&where);
    cr_assert_eq(run_table_compare(db, 3, other, run, &same, &where, &err), 0, "%s", err.text);
    cr_expect_eq(same, wanted == NULL);
    cr_expect_str_eq(str_text(&where), wanted != NULL ? wanted : "");
    str_fini(&where);
}

static void expect_same(void) { expect_compared(db, 1, NULL); }

static void expect_difference(const char *wanted) { expect_compared(db, 1, wanted); }

/* ---- tests ---- */

Test(run_compare, equal_runs_are_the_same) { expect_same(); }

Test(run_compare, a_run_is_the_same_as_itself) { expect_compared(db, 3, NULL); }

Test(run_compare, wall_times_paths_and_texts_do_not_count) {
    sql(db, "UPDATE strategy_run SET started_at = 1, ended_at = 2, output = 'o', result = 'r',"
            " config = 'x', name = 'n', host_version = '9' WHERE strategy_run_id = 3");
    sql(db, "UPDATE strategy_instance SET build_path = '/y' WHERE strategy_run_id = 3");
    sql(db, "UPDATE strategy_feed SET file = '/y' WHERE strategy_run_id = 3");
    sql(db, "UPDATE strategy_step SET duration_ns = 5 WHERE strategy_run_id = 3");
    expect_same();
}

Test(run_compare, a_changed_value_is_named_with_row_and_column) {
    sql(db, "UPDATE strategy_trade SET net = 1.5 WHERE strategy_run_id = 3 AND trade_id = 2");
    expect_difference("strategy_trade 2 of ema: net: 1.5 in run 3, 1.25 in run 1");
}

Test(run_compare, one_bit_of_a_double_is_a_difference) {
    /* the next double after 0.1 + 0.2 = 0.30000000000000004 */
    sql(db, "UPDATE strategy_trade SET net = 0.3 WHERE strategy_run_id = 3 AND trade_id = 2");
    sql(db, "UPDATE strategy_trade SET net = 0.1 + 0.2 WHERE strategy_run_id = 1 AND trade_id = 2");
    expect_difference("strategy_trade 2 of ema: net: 0.3 in run 3, 0.30000000000000004 in run 1");
}

Test(run_compare, codes_and_times_are_said_in_words) {
    sql(db, "UPDATE strategy_order SET side = 2 WHERE strategy_run_id = 3 AND order_id = 3");
    expect_difference("strategy_order 3 of ema at 2013-03-01T00:00:00Z: side: sell in run 3, "
                      "buy in run 1");
    sql(db, "UPDATE strategy_signal SET reason = 5 WHERE strategy_run_id = 1");
    expect_difference("strategy_signal 0 of ema at 2013-03-01T00:00:00Z: reason: none in run 3, "
                      "insufficient_cash in run 1");
    sql(db, "UPDATE strategy_feed SET last_time = %lld WHERE strategy_run_id = 3",
        (long long)MARCH);
    expect_difference("strategy_feed 0: last_time: 2013-03-01T00:00:00Z in run 3, "
                      "1970-01-01T00:00:00.000000002Z in run 1");
}

Test(run_compare, a_row_that_only_one_has_is_named) {
    sql(db, "DELETE FROM strategy_fill WHERE strategy_run_id = 1 AND fill_id = 2");
    expect_difference("strategy_fill 2 of ema: only in run 3");
    sql(db, "DELETE FROM strategy_fill WHERE strategy_run_id = 3");
    expect_difference("strategy_fill 1 of ema: only in run 1");
    sql(db, "DELETE FROM strategy_fill");
    expect_same();
    sql(db, "DELETE FROM equity_curve WHERE strategy_run_id = 1");
    expect_difference("equity_curve 2013-03-01T00:00:00Z: only in run 3");
}

#define GUESS " (does the strategy use time, rand or an uninitialised variable?)"

Test(run_compare, every_table_is_looked_at) {
    static const struct {
        const char *change, *where;
    } cases[] = {
        {"strategy_run SET journal_hash = 'k'",
         "strategy_run: journal_hash: 'k' in run 3, 'j' in run 1"},
        {"strategy_record SET records = x'00112233'",
         "strategy_record 0: records: 4 bytes in run 3, 2 bytes in run 1"},
        {"strategy_run SET final_equity = 5.0",
         "strategy_run: final_equity: 5 in run 3, nothing in run 1"},
        {"equity_curve SET low = 980.0",
         "equity_curve 2013-03-01T00:00:00Z: low: 980 in run 3, 990 in run 1"},
        {"strategy_metric SET value = NULL WHERE strategy_instance_id = -1 AND strategy_run_id = 3",
         "strategy_metric sharpe of the whole run: value: nothing in run 3, 1.25 in run 1"},
        {"strategy_step SET context_hash = 78",
         "strategy_step 0 of ema at 2013-03-01T00:00:00Z: context_hash: 78 in run 3, 77 in run 1"},
        {"strategy_series SET key = 'fast'",
         "strategy_series 1 of ema: key: 'fast' in run 3, 'slow' in run 1" GUESS},
        {"strategy_note SET text = 'another'",
         "strategy_note 0 of ema at 2013-03-01T00:00:00Z: text: 'another' in run 3, 'a line' in "
         "run 1" GUESS},
        {"strategy_position_snapshot SET mark = 2.0",
         "strategy_position_snapshot 0 of ema at 2013-03-01T00:00:00Z: mark: 2 in run 3, 1 in "
         "run 1"},
        {"strategy_order_event SET state = 7",
         "strategy_order_event 1 of ema at 2013-03-01T00:00:00Z: state: REJECTED in run 3, FILLED "
         "in run 1"},
        {"strategy_feed SET synthetic = 1", "strategy_feed 0: synthetic: 1 in run 3, 0 in run 1"},
        {"strategy_instance SET params = '{}'",
         "strategy_instance of ema: params: '{}' in run 3, '{\"fast\": \"12\"}' in run 1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        /* from the last table to the first, so that each is the first difference */
        bool has_where = strstr(cases[i].change, "WHERE") != NULL;
        sql(db, "UPDATE %s %s", cases[i].change, has_where ? "" : "WHERE strategy_run_id = 3");
        expect_difference(cases[i].where);
    }
}

static int write_hex(void *self, const void *bytes, size_t len, struct err *err) {
    (void)err;
    for (size_t i = 0; i < len; i++)
        str_appendf(self, "%02x", (unsigned)((const uint8_t *)bytes)[i]);
    return 0;
}

/* A row of one END record. */
static void put_end(int run, int64_t fills) {
    struct journal j;
    struct str hex;
    struct err err;
    str_init(&hex);
    struct sink_port sink = {.self = &hex, .write = write_hex};
    journal_init(&j, &sink);
    journal_put_end(&j, &(struct j_end){.time = MARCH, .bars = 9, .fills = fills});
    cr_assert_eq(journal_flush(&j, &err), 0);
    sql(db, "UPDATE strategy_record SET records = x'%s' WHERE strategy_run_id = %d", str_text(&hex),
        run);
    journal_fini(&j);
    str_fini(&hex);
}

Test(run_compare, records_kept_as_bytes_are_named_by_kind_and_field) {
    put_end(1, 5);
    put_end(3, 5);
    expect_same();
    put_end(3, 6);
    expect_difference("strategy_record 0: record 'end': fills: 6 in run 3, 5 in run 1");
    /* what people understand is said before */
    sql(db, "UPDATE strategy_fill SET price = 1.0 WHERE strategy_run_id = 3 AND fill_id = 2");
    expect_difference("strategy_fill 2 of ema: price: 1 in run 3, 99.5 in run 1");
}

Test(run_compare, a_strategy_that_says_other_things_of_the_same_is_suspected) {
    sql(db, "UPDATE strategy_run SET journal_hash = 'k' WHERE strategy_run_id = 3");
    sql(db, "UPDATE strategy_fill SET price = 1.0 WHERE strategy_run_id = 3 AND fill_id = 2");
    expect_difference("strategy_fill 2 of ema: price: 1 in run 3, 99.5 in run 1");
    put_chunk(db, 3, 40, 41.5, POINTS);
    sql(db, "UPDATE strategy_fill SET price = 99.5 WHERE fill_id = 2");
    expect_difference("plot 'slow' of ema at 2013-04-10T00:00:00Z: value: 41.5 in run 3, 40 in "
                      "run 1" GUESS);
    sql(db, "UPDATE strategy_signal SET side = 2 WHERE strategy_run_id = 3");
    expect_difference("strategy_signal 0 of ema at 2013-03-01T00:00:00Z: side: sell in run 3, "
                      "buy in run 1" GUESS);
    /* another build may say other things */
    sql(db, "UPDATE strategy_run SET code_hash = 'other' WHERE strategy_run_id = 3");
    expect_difference("strategy_signal 0 of ema at 2013-03-01T00:00:00Z: side: sell in run 3, "
                      "buy in run 1");
    /* a record that was changed keeps the journal's hash */
    sql(db, "UPDATE strategy_run SET code_hash = (SELECT code_hash FROM strategy_run WHERE"
            " strategy_run_id = 1), journal_hash = 'j'");
    expect_difference("strategy_signal 0 of ema at 2013-03-01T00:00:00Z: side: sell in run 3, "
                      "buy in run 1");
}

Test(run_compare, a_value_within_a_chunk_is_named_with_its_time) {
    put_chunk(db, 3, 40, 41.5, POINTS); /* day 40 after March 1st is April 10th */
    expect_difference("plot 'slow' of ema at 2013-04-10T00:00:00Z: value: 41.5 in run 3, 40 in "
                      "run 1");
    put_chunk(db, 1, 40, 41.5, POINTS);
    expect_same();
}

Test(run_compare, a_longer_chunk_is_named_by_its_first_row_too_many) {
    put_chunk(db, 3, -1, 0.0, 41);
    expect_difference("plot 'slow' of ema at 2013-04-11T00:00:00Z: only in run 1");
    put_chunk(db, 3, -1, 0.0, POINTS);
    put_chunk(db, 1, -1, 0.0, 41);
    expect_difference("plot 'slow' of ema at 2013-04-11T00:00:00Z: only in run 3");
}

Test(run_compare, a_damaged_chunk_is_a_difference) {
    bool same = true;
    struct str where;
    struct err err;
    str_init(&where);
    sql(db, "UPDATE strategy_chunk SET data = x'00' WHERE strategy_run_id = 3");
    cr_assert_eq(run_table_compare(db, 3, db, 1, &same, &where, &err), 0, "%s", err.text);
    cr_expect(!same);
    cr_expect(
        str_starts_with(str_text(&where), "strategy_chunk 1 0, plot 'slow' of ema, in run 3: "),
        "%s", str_text(&where));
    str_fini(&where);
}

Test(run_compare, works_between_two_databases_and_names_them_where_numbers_are_equal) {
    struct db *other = NULL;
    struct err err;
    char second[200], wanted[600];
    snprintf(second, sizeof(second), "%s/other.sqlite", folder);
    cr_assert_eq(db_open(second, DB_WRITE, &other, &err), 0, "%s", err.text);
    fill_run(other, 3);
    expect_compared(other, 3, NULL);
    sql(other, "UPDATE strategy_trade SET mae = -2.5 WHERE trade_id = 1");
    snprintf(wanted, sizeof(wanted),
             "strategy_trade 1 of ema: mae: -2 in run 3 of %s, -2.5 in run 3 of %s", path, second);
    expect_compared(other, 3, wanted);
    db_close(&other);
}

Test(run_compare, a_run_that_is_not_there_is_an_error) {
    bool same = true;
    struct str where;
    struct err err;
    str_init(&where);
    cr_expect_eq(run_table_compare(db, 3, db, 2, &same, &where, &err), ERR_NOT_FOUND);
    cr_expect_eq(run_table_compare(db, 2, db, 3, &same, &where, &err), ERR_NOT_FOUND);
    cr_expect(same);
    str_fini(&where);
}

/* A table that is added to the schema must be added to the comparison as well. */
Test(run_compare, no_table_of_a_run_is_forgotten) {
    int64_t tables = 0;
    struct err err;
    cr_assert_eq(db_number(db,
                           "SELECT count(*) FROM sqlite_schema m, pragma_table_info(m.name) c"
                           " WHERE m.type = 'table' AND c.name = 'strategy_run_id'",
                           &tables, &err),
                 1);
    cr_expect_eq(tables, 16); /* as many as run_compare.c lists */
}

/* ---- any bytes ---- */

static int ignore_row(void *self, const struct run_row *row, struct err *err) {
    (void)self;
    (void)row;
    (void)err;
    return 0;
}

/* All that reads, on a file that may be anything: a sentence or not, but never a crash. */
static void read_all(const char *name) {
    struct db *damaged = NULL;
    struct err err;
    struct run_row row;
    struct str where;
    bool same;
    double value;
    if (db_open(name, DB_READ, &damaged, &err) != 0)
        return;
    str_init(&where);
    if (run_table_list(damaged, NULL, 0, ignore_row, NULL, &err) == 0 &&
        run_table_get(damaged, 1, &row, &err) == 0)
        run_row_fini(&row);
    if (run_table_metric(damaged, 1, "sharpe", &value, &err) == 0 &&
        run_table_compare(damaged, 1, damaged, 3, &same, &where, &err) == 0)
        str_clear(&where);
    if (run_table_compare(damaged, 1, db, 3, &same, &where, &err) == 0)
        str_clear(&where);
    str_fini(&where);
    db_close(&damaged);
}

Test(run_compare, random_damage_never_crashes, .timeout = 60) {
    char copy[200];
    uint64_t seed = 12345; /* xorshift64 */
    int64_t size = 0, page = 0;
    struct err err;
    snprintf(copy, sizeof(copy), "%s/copy.sqlite", folder);
    cr_assert_eq(db_number(db, "PRAGMA page_count", &size, &err), 1);
    cr_assert_eq(db_number(db, "PRAGMA page_size", &page, &err), 1);
    for (int i = 0; i < DAMAGES; i++) {
        remove(copy);
        sql(db, "VACUUM INTO %Q", copy);
        FILE *file = fopen(copy, "r+");
        cr_assert_not_null(file);
        for (int k = 0; k < 20; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            /* tables lie at the ends of pages, so half of the hits go there */
            int64_t at = (int64_t)(seed % (uint64_t)size) * page;
            at += k % 2 == 0 ? (int64_t)((seed >> 20) % 200)
                             : page - 1 - (int64_t)((seed >> 20) % 600);
            if (at < 100)
                continue; /* the header: refused at once */
            fseek(file, (long)at, SEEK_SET);
            fputc((int)(seed >> 40) & 0xff, file);
        }
        fclose(file);
        read_all(copy);
    }
}
