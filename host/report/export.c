/*
 * A table of kinds: the columns, and for each record what to make of it. Orders take two passes,
 * since their last state comes after them. Accounts come one row late: a second record of the same
 * instant replaces the first (a run that closes its positions at the end).
 */
#include "report/export.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "report/export_rows.h"
#include "store/journal_file.h"

struct export_kind {
    const char *name;
    const char *const *columns;
    export_row_fn row;
    export_row_fn look; /* first pass, or NULL */
};

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct export_kind kinds[] = {
    {"trades",
     COLUMNS("id", "strategy", "symbol", "side", "quantity", "entry_time", "entry_price",
             "exit_time", "exit_price", "gross", "fees", "net", "mae", "mfe", "entry_known",
             "exit_known"),
     export_row_trade, NULL},
    {"fills",
     COLUMNS("id", "time", "known", "order", "strategy", "symbol", "side", "quantity", "price",
             "raw", "fee", "closed", "realized", "position", "phase"),
     export_row_fill, NULL},
    {"orders",
     COLUMNS("id", "time", "strategy", "number", "symbol", "side", "type", "tif", "reduce_only",
             "quantity", "limit_price", "stop_price", "reference", "tag", "state", "state_time",
             "reason", "words", "filled"),
     export_row_order, export_look_order},
    {"events",
     COLUMNS("time", "order", "strategy", "symbol", "state", "reason", "words", "needed",
             "available"),
     export_row_event, NULL},
    {"equity",
     COLUMNS("time", "silo", "cash", "equity", "low", "high", "gross", "net", "leverage",
             "drawdown"),
     export_row_equity, NULL},
    {"signals",
     COLUMNS("time", "strategy", "number", "kind", "symbol", "side", "type", "tif", "reduce_only",
             "size_kind", "size", "stop_distance", "limit_price", "stop_price", "order", "reason",
             "words"),
     export_row_signal, NULL},
    {"ledger", COLUMNS("time", "strategy", "cash", "equity", "gross", "net"), export_row_ledger,
     NULL},
    {"plots", COLUMNS("time", "strategy", "key", "value"), export_row_plot, NULL},
    {"notes", COLUMNS("time", "strategy", "key", "text"), export_row_note, NULL},
    {"variables", COLUMNS("time", "strategy", "name", "value"), export_row_variable, NULL},
    {"log", COLUMNS("time", "strategy", "level", "text"), export_row_log, NULL},
};

const struct export_kind *export_kind_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_eq(kinds[i].name, name))
            return &kinds[i];
    }
    return NULL;
}

void export_kind_names(struct str *str) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        str_appendf(str, "%s%s", i > 0 ? ", " : "", kinds[i].name);
}

const char *export_kind_suggest(const char *name) {
    const char *names[ARRAY_LEN(kinds)];
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        names[i] = kinds[i].name;
    return str_suggest(name, names, ARRAY_LEN(kinds));
}

/* All records of the file, each to `row`. */
static int pass(struct exporter *x, const char *path, export_row_fn row, struct export_summary *ret,
                struct err *err) {
    struct journal_reader reader;
    struct journal_record record;
    int rc = journal_file_open(path, &reader, err);
    if (rc != 0)
        return rc;
    while ((rc = journal_file_next(&reader, &record, err)) == 1) {
        rc = names_take(&x->names, &record, err);
        if (rc == 0)
            rc = row(x, &record, err);
        if (rc != 0) {
            err_prepend(err, "%s: record %" PRIu64 ": ", path, reader.records);
            break;
        }
    }
    ret->is_whole = reader.complete;
    memcpy(ret->why, reader.why, sizeof(ret->why));
    journal_file_close(&reader);
    return rc;
}

int export_run(const char *path, const struct export_kind *kind, bool is_json, FILE *file,
               struct export_summary *ret, struct err *err) {
    struct exporter x;
    struct export_summary summary = {0};
    exporter_init(&x);
    int rc = kind->look != NULL ? pass(&x, path, kind->look, &summary, err) : 0;
    names_fini(&x.names);
    export_writer_init(&x.writer, file, is_json, kind->columns);
    if (rc == 0)
        rc = pass(&x, path, kind->row, &summary, err);
    if (rc == 0) {
        export_rest(&x);
        rc = export_writer_finish(&x.writer, err);
    }
    summary.rows = x.writer.rows;
    exporter_fini(&x);
    if (rc == 0)
        *ret = summary;
    return rc;
}
