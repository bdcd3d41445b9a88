/*
 * report/export.h - one kind of records of a run as a table, from wherever the run is kept.
 *
 * Names instead of ids, ISO times. Rows stream: a million equity rows need no more memory than ten
 * (orders and events remember some bytes an order). What the source says is checked as in
 * collector.h. The tables and their columns stand in export_columns.c, and nowhere else;
 * `qshost export --help-columns` prints them. Rows come in the order of the source: a journal's is
 * by time, a database's by account or strategy first.
 */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "engine/journal.h"
#include "report/export_columns.h"
#include "store/journal_file.h"

struct export_kind; /* opaque; one of a static table */

/* NULL for a name that is none. */
const struct export_kind *export_kind_find(const char *name);
/* Its columns. */
const struct export_table *export_kind_table(const struct export_kind *kind);
/* Appends "trades, fills, ..." for messages. */
void export_kind_names(struct str *str);
/* The name nearest to a wrong one, or NULL. */
const char *export_kind_suggest(const char *name);

/* A run that can be read several times, from its beginning; one reading at a time. */
struct export_source {
    void *self;
    /* Begins a reading: the header's records, and at least those of `kinds` (bit 1 << JOURNAL_...).
     * After 0 comes close, always. */
    int (*open)(void *self, uint64_t kinds, struct record_source *ret, struct err *err);
    void (*close)(void *self);
    /* After a reading that went to its end: whether the run had one too; else why not, as in
     * "interrupted after 12 records: ..." (a static text, or one that lives as long as self). */
    bool (*is_whole)(void *self, const char **ret_why);
    const char *name; /* for errors: a path, "run 12" */
};

/* A .qsj file as a source; nothing has to be freed. */
struct export_file {
    const char *path; /* borrowed */
    struct journal_reader reader;
    bool complete;
    char why[256];
};
struct export_source export_file_source(struct export_file *file, const char *path);

struct export_summary {
    int64_t rows;
    bool is_whole; /* the run had its end */
    char why[256]; /* else: "interrupted after 12 records: ..." */
};

/* Writes the table to `file` (borrowed, flushed). What an interrupted run left is written too, see
 * ret->is_whole. Orders take two readings of the source. */
int export_run(const struct export_source *source, const struct export_kind *kind, bool is_json,
               FILE *file, struct export_summary *ret, struct err *err) NODISCARD;

#endif
