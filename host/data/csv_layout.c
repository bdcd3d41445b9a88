/* One table of names; everything else is the sentences for headers that don't fit it. */
#include "data/csv_layout.h"

#include <stdbool.h>
#include <string.h>

#include "data/csv_field.h"

#define ADVICE "the first line names the columns: time,open,high,low,close,volume"

static const struct {
    const char *name; /* lower case */
    enum csv_column column;
} known[] = {{"time", CSV_TIME},
             {"date", CSV_TIME},
             {"timestamp", CSV_TIME},
             {"datetime", CSV_TIME},
             {"open", CSV_OPEN},
             {"high", CSV_HIGH},
             {"low", CSV_LOW},
             {"close", CSV_CLOSE},
             {"volume", CSV_VOLUME},
             {"synthetic", CSV_SYNTHETIC},
             {"adjclose", CSV_ADJ_CLOSE},
             {"adj close", CSV_ADJ_CLOSE},
             {"adj_close", CSV_ADJ_CLOSE},
             {"adj. close", CSV_ADJ_CLOSE}};

static const char *const column_names[] = {"time",   "open",      "high",     "low",  "close",
                                           "volume", "synthetic", "adjclose", "field"};

const char *csv_column_name(enum csv_column column) {
    CHECK((size_t)column < ARRAY_LEN(column_names));
    return column_names[column];
}

static enum csv_column column_of(struct csv_field field) {
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (csv_field_is(field, known[i].name))
            return known[i].column;
    return CSV_IGNORED;
}

/* The place of the first field that is this column, -1 when there is none. */
static int32_t find_column(const struct csv_layout *layout, enum csv_column column) {
    for (int32_t i = 0; i < layout->field_count; i++)
        if (layout->column[i] == column)
            return i;
    return -1;
}

static int refuse_separator(const char *path, const char *line, const char *end, struct err *err) {
    size_t len = (size_t)(end - line);
    if (memchr(line, ',', len) != NULL)
        return 0;
    char shown[CSV_SHOWN_MAX];
    csv_field_show((struct csv_field){line, len}, shown);
    if (memchr(line, ';', len) != NULL || memchr(line, '\t', len) != NULL)
        return err_set(err, ERR_FORMAT,
                       "%s:1: header: %s: separated by something else than commas (write commas)",
                       path, shown);
    return 0;
}

static int cut_header(const char *path, const char *line, const char *end,
                      struct csv_layout *layout, struct err *err) {
    char shown[CSV_SHOWN_MAX];
    for (const char *at = line; at != NULL;) {
        struct csv_field field;
        if (!csv_field_next(&at, end, &field)) {
            csv_field_show((struct csv_field){line, (size_t)(end - line)}, shown);
            return err_set(err, ERR_FORMAT,
                           "%s:1: header: %s: a quote is not closed, or text follows it (" ADVICE
                           ")",
                           path, shown);
        }
        if (layout->field_count == CSV_FIELDS_MAX)
            return err_set(
                err, ERR_LIMIT,
                "%s:1: header: more than %d fields: too many (keep the columns of the bars)", path,
                CSV_FIELDS_MAX);
        enum csv_column column = column_of(field);
        if (column != CSV_IGNORED && find_column(layout, column) >= 0) {
            csv_field_show(field, shown);
            return err_set(
                err, ERR_FORMAT,
                "%s:1: %s: %s: a second column of this kind (keep one, with date and time "
                "of day in one field)",
                path, csv_column_name(column), shown);
        }
        layout->column[layout->field_count++] = (uint8_t)column;
    }
    return 0;
}

int csv_layout_read(const char *path, const char *line, const char *end, struct csv_layout *ret,
                    struct err *err) {
    struct csv_layout layout = {0};
    int error = refuse_separator(path, line, end, err);
    if (error == 0)
        error = cut_header(path, line, end, &layout, err);
    if (error != 0)
        return error;

    struct csv_field first;
    const char *at = line;
    (void)csv_field_next(&at, end, &first);
    if (find_column(&layout, CSV_TIME) < 0 && first.len == 0)
        layout.column[0] = CSV_TIME;
    bool is_header = false;
    for (int32_t i = 0; i < layout.field_count; i++)
        is_header = is_header || (layout.column[i] != CSV_IGNORED && first.len > 0) ||
                    (layout.column[i] != CSV_IGNORED && i > 0);
    char shown[CSV_SHOWN_MAX];
    csv_field_show((struct csv_field){line, (size_t)(end - line)}, shown);
    if (!is_header)
        return err_set(err, ERR_FORMAT, "%s:1: header: %s: no column has a known name (" ADVICE ")",
                       path, shown);
    for (enum csv_column column = CSV_TIME; column <= CSV_CLOSE; column++)
        if (find_column(&layout, column) < 0)
            return err_set(err, ERR_FORMAT, "%s:1: %s: %s: no such column (" ADVICE ")", path,
                           csv_column_name(column), shown);
    *ret = layout;
    return 0;
}
