/* First the bytes, then the fields from left to right, then the bar as a whole: the sentence is
 * always about the first thing that is wrong. */
#include "data/csv_row.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "data/csv_field.h"
#include "data/number.h"

static int refuse(const struct csv_place *place, enum csv_column column, struct csv_field field,
                  const char *why, struct err *err) {
    char shown[CSV_SHOWN_MAX];
    csv_field_show(field, shown);
    return err_set(err, ERR_FORMAT, "%s:%lld: %s: %s: %s", place->path, (long long)place->line,
                   csv_column_name(column), shown, why);
}

int csv_row_check_bytes(const struct csv_place *place, const char *begin, const char *end,
                        struct err *err) {
    size_t len = (size_t)(end - begin), bad;
    const char *nul = memchr(begin, '\0', len);
    if (nul != NULL)
        return err_set(err, ERR_FORMAT,
                       "%s:%lld: row: byte %lld: a NUL byte (not a text file, or a damaged one)",
                       place->path, (long long)place->line, (long long)(nul - begin) + 1);
    if (!str_is_utf8(begin, len, &bad))
        return err_set(err, ERR_FORMAT,
                       "%s:%lld: row: byte %zu is 0x%02x: not UTF-8 (save it as UTF-8)",
                       place->path, (long long)place->line, bad + 1, (unsigned char)begin[bad]);
    return 0;
}

static bool is_no_value(struct csv_field field) {
    static const char *const words[] = {"nan", "null", "none", "na", "n/a", "#n/a", "nat", "-"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (csv_field_is(field, words[i]))
            return true;
    return false;
}

static bool is_infinite(struct csv_field field) {
    if (field.len > 0 && (field.text[0] == '-' || field.text[0] == '+'))
        field = (struct csv_field){field.text + 1, field.len - 1};
    return csv_field_is(field, "inf") || csv_field_is(field, "infinity");
}

static int read_time(struct stamp_reader *stamps, const struct csv_place *place,
                     struct csv_field field, int64_t *ret, struct err *err) {
    int64_t time;
    if (field.len == 0)
        return refuse(place, CSV_TIME, field, "empty (write the time or delete the row)", err);
    if (!stamp_read(stamps, field.text, field.len, &time)) {
        char why[STAMP_WHY_MAX];
        stamp_why(stamps, field.text, field.len, why);
        return refuse(place, CSV_TIME, field, why, err);
    }
    if (time <= place->previous_time) {
        char shown[CSV_SHOWN_MAX], previous[TIME_ISO_MAX];
        csv_field_show(field, shown);
        time_format_iso(previous, sizeof(previous), place->previous_time);
        return err_set(err, ERR_FORMAT, "%s:%lld: time: %s: %s line %lld (%s)%s", place->path,
                       (long long)place->line, shown,
                       time == place->previous_time ? "the same as in" : "earlier than in",
                       (long long)place->line - 1, previous,
                       time == place->previous_time ? " (keep one of the two rows)"
                                                    : " (sort the rows by time)");
    }
    *ret = time;
    return 0;
}

static int read_value(const struct csv_place *place, enum csv_column column, struct csv_field field,
                      double *ret, struct err *err) {
    double value;
    if (field.len == 0)
        return refuse(place, column, field, "empty (write a number or delete the row)", err);
    if (is_no_value(field))
        return refuse(place, column, field, "no value (write a number or delete the row)", err);
    if (is_infinite(field))
        return refuse(place, column, field, "infinite (write a number or delete the row)", err);
    if (number_parse(field.text, field.text + field.len, &value) != field.len)
        return refuse(place, column, field, "not a number (write it like 1234.5)", err);
    if (!isfinite(value))
        return refuse(place, column, field, "too large for a number (correct the row)", err);
    if (column == CSV_SYNTHETIC && value != 0 && value != 1)
        return refuse(place, column, field, "neither 0 nor 1 (1 marks invented bars)", err);
    if (column == CSV_VOLUME && value < 0)
        return refuse(place, column, field, "a negative volume (correct or delete the row)", err);
    if (column <= CSV_CLOSE && value < 0)
        return refuse(place, column, field, "a negative price (correct or delete the row)", err);
    if (column <= CSV_CLOSE && value == 0)
        return refuse(place, column, field, "a price of zero (correct or delete the row)", err);
    *ret = value + 0.0; /* -0 becomes 0 */
    return 0;
}

static int read_field(const struct csv_layout *layout, int32_t at, struct stamp_reader *stamps,
                      const struct csv_place *place, struct csv_field field, struct csv_row *row,
                      struct err *err) {
    enum csv_column column = (enum csv_column)layout->column[at];
    if (column == CSV_TIME)
        return read_time(stamps, place, field, &row->time, err);
    if (column <= CSV_SYNTHETIC)
        return read_value(place, column, field, &row->value[column], err);
    return 0;
}

/* The fields of the row by column, as they are written: for check_bar's sentences. */
struct row_fields {
    struct csv_field field[CSV_IGNORED + 1];
};

static int read_fields(const struct csv_layout *layout, struct stamp_reader *stamps,
                       const struct csv_place *place, const char *begin, const char *end,
                       struct csv_row *row, struct row_fields *fields, struct err *err) {
    int32_t count = 0;
    int error = 0; /* of the first bad field; a wrong number of fields explains more */
    for (const char *at = begin; at != NULL; count++) {
        struct csv_field field;
        if (!csv_field_next(&at, end, &field))
            return err_set(err, ERR_FORMAT,
                           "%s:%lld: row: field %d: a quote is not closed, or text follows it "
                           "(close it in the same line)",
                           place->path, (long long)place->line, count + 1);
        if (count >= layout->field_count || error != 0)
            continue;
        fields->field[layout->column[count]] = field;
        error = read_field(layout, count, stamps, place, field, row, err);
    }
    if (count != layout->field_count)
        return err_set(err, ERR_FORMAT, "%s:%lld: row: %d field%s: the header has %d (%s)",
                       place->path, (long long)place->line, count, count == 1 ? "" : "s",
                       layout->field_count,
                       count < layout->field_count ? "complete or delete the row"
                                                   : "quote fields with commas in them");
    return error;
}

static int check_bar(const struct csv_place *place, const struct csv_row *row,
                     const struct row_fields *fields, struct err *err) {
    const double *v = row->value;
    char high[CSV_SHOWN_MAX], low[CSV_SHOWN_MAX], shown[CSV_SHOWN_MAX];
    csv_field_show(fields->field[CSV_HIGH], high);
    csv_field_show(fields->field[CSV_LOW], low);
    if (v[CSV_HIGH] < v[CSV_LOW])
        return err_set(err, ERR_FORMAT,
                       "%s:%lld: high: %s: below the low %s (correct or delete the row)",
                       place->path, (long long)place->line, high, low);
    for (enum csv_column column = CSV_OPEN; column <= CSV_CLOSE; column++) {
        if (v[column] >= v[CSV_LOW] && v[column] <= v[CSV_HIGH])
            continue;
        csv_field_show(fields->field[column], shown);
        return err_set(err, ERR_FORMAT, "%s:%lld: %s: %s: %s %s (correct or delete the row)",
                       place->path, (long long)place->line, csv_column_name(column), shown,
                       v[column] < v[CSV_LOW] ? "below the low" : "above the high",
                       v[column] < v[CSV_LOW] ? low : high);
    }
    CHECK(csv_row_is_bar(row));
    return 0;
}

int csv_row_read(const struct csv_layout *layout, struct stamp_reader *stamps,
                 const struct csv_place *place, const char *begin, const char *end,
                 struct csv_row *ret, struct err *err) {
    struct csv_row row = {0};
    struct row_fields fields = {0};
    int error = csv_row_check_bytes(place, begin, end, err);
    if (error == 0)
        error = read_fields(layout, stamps, place, begin, end, &row, &fields, err);
    if (error == 0)
        error = check_bar(place, &row, &fields, err);
    if (error != 0)
        return error;
    *ret = row;
    return 0;
}
