/*
 * A table of kinds: for each record what to make of it. Orders take two passes, since their last
 * state comes after them; trades, for the tags of their orders. Accounts come one row late: a
 * second record of the same instant replaces the first (a run that closes its positions at the
 * end).
 */
#include "report/export.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "report/export_rows.h"

struct export_kind {
    const struct export_table *table;
    uint64_t records; /* that row looks at */
    export_row_fn row;
    uint64_t look_records;
    export_row_fn look; /* first pass, or NULL */
};

#define RECORDS(kind) (UINT64_C(1) << JOURNAL_##kind)
#define KIND(NAME, records, row)                                                                   \
    { &export_tables[EXPORT_##NAME], (records), (row), 0, NULL }

static const struct export_kind kinds[] = {
    {&export_tables[EXPORT_TRADES], RECORDS(TRADE), export_row_trade, RECORDS(ORDER),
     export_look_tag},
    KIND(FILLS, RECORDS(FILL) | RECORDS(ALLOCATION), export_row_fill),
    {&export_tables[EXPORT_ORDERS], RECORDS(ORDER), export_row_order,
     RECORDS(ORDER) | RECORDS(ORDER_EVENT) | RECORDS(FILL), export_look_order},
    KIND(EVENTS, RECORDS(ORDER) | RECORDS(ORDER_EVENT), export_row_event),
    KIND(EQUITY, RECORDS(EQUITY), export_row_equity),
    KIND(SIGNALS, RECORDS(INTENT), export_row_signal),
    KIND(LEDGER, RECORDS(EQUITY) | RECORDS(LEDGER), export_row_ledger),
    KIND(PLOTS, RECORDS(PLOT), export_row_plot),
    KIND(NOTES, RECORDS(NOTE), export_row_note),
    KIND(VARIABLES, RECORDS(VARIABLE), export_row_variable),
    KIND(LOG, RECORDS(LOG), export_row_log),
};

const struct export_kind *export_kind_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_eq(kinds[i].table->name, name))
            return &kinds[i];
    }
    return NULL;
}

const struct export_table *export_kind_table(const struct export_kind *kind) { return kind->table; }

void export_kind_names(struct str *str) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        str_appendf(str, "%s%s", i > 0 ? ", " : "", kinds[i].table->name);
}

const char *export_kind_suggest(const char *name) {
    const char *names[ARRAY_LEN(kinds)];
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        names[i] = kinds[i].table->name;
    return str_suggest(name, names, ARRAY_LEN(kinds));
}

/* ---- a journal file ---- */

static int file_next(void *self, struct journal_record *ret, struct err *err) {
    struct export_file *file = self;
    return journal_file_next(&file->reader, ret, err);
}

static int file_open(void *self, uint64_t wanted, struct record_source *ret, struct err *err) {
    struct export_file *file = self;
    (void)wanted; /* a file is read whole */
    int rc = journal_file_open(file->path, &file->reader, err);
    if (rc == 0)
        *ret = (struct record_source){.self = file, .next = file_next};
    return rc;
}

static void file_close(void *self) {
    struct export_file *file = self;
    file->complete = file->reader.complete;
    memcpy(file->why, file->reader.why, sizeof(file->why));
    journal_file_close(&file->reader);
}

static bool file_is_whole(void *self, const char **ret_why) {
    const struct export_file *file = self;
    *ret_why = file->why;
    return file->complete;
}

struct export_source export_file_source(struct export_file *file, const char *path) {
    *file = (struct export_file){.path = path, .reader = {.fd = -1}};
    return (struct export_source){.self = file,
                                  .open = file_open,
                                  .close = file_close,
                                  .is_whole = file_is_whole,
                                  .name = path};
}

/* ---- the passes ---- */

/* All records of the source, each to `row`. */
static int pass(struct exporter *x, const struct export_source *source, uint64_t records,
                export_row_fn row, struct err *err) {
    struct record_source reading;
    struct journal_record record;
    uint64_t count = 0;
    int rc = source->open(source->self, records, &reading, err);
    if (rc != 0)
        return rc;
    while ((rc = reading.next(reading.self, &record, err)) == 1) {
        count++;
        rc = names_take(&x->names, &record, err);
        if (rc == 0)
            rc = row(x, &record, err);
        if (rc != 0) {
            err_prepend(err, "%s: record %" PRIu64 ": ", source->name, count);
            break;
        }
    }
    source->close(source->self);
    return rc;
}

int export_run(const struct export_source *source, const struct export_kind *kind, bool is_json,
               FILE *file, struct export_summary *ret, struct err *err) {
    struct exporter x;
    exporter_init(&x);
    int rc = kind->look != NULL ? pass(&x, source, kind->look_records, kind->look, err) : 0;
    names_fini(&x.names);
    export_writer_init(&x.writer, file, is_json, kind->table);
    if (rc == 0)
        rc = pass(&x, source, kind->records, kind->row, err);
    if (rc == 0) {
        export_rest(&x);
        rc = export_writer_finish(&x.writer, err);
    }
    if (rc == 0) {
        const char *why = NULL;
        ret->rows = x.writer.rows;
        ret->is_whole = source->is_whole(source->self, &why);
        str_copy_fixed(ret->why, sizeof(ret->why), ret->is_whole || why == NULL ? "" : why);
    }
    exporter_fini(&x);
    return rc;
}
