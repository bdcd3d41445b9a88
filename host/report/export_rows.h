/*
 * report/export_rows.h - what each record becomes in a table of report/export.h; used by export.c
 * only.
 */
#ifndef REPORT_EXPORT_ROWS_H
#define REPORT_EXPORT_ROWS_H

#include "engine/journal.h"
#include "report/export_writer.h"
#include "report/names.h"

/* What is remembered of an order. */
struct export_order {
    int64_t id, state, state_time, reason;
    double filled;
    int32_t strategy, symbol;
};

/* An order's own word; kept of those that have one. */
struct export_tag {
    int64_t order;
    char *text;
};

/* An account's row that waits for a second record of its instant. */
struct export_account {
    bool is_waiting;
    double peak;
    struct j_equity row;
};

struct exporter {
    struct export_writer writer;
    struct names names;
    struct export_order *orders; /* ids ascend */
    int64_t order_count, order_cap;
    struct export_tag *tags; /* orders ascend */
    int64_t tag_count, tag_cap;
    struct export_account *accounts; /* by silo, or by strategy */
    int64_t account_count;
    bool has_strategies; /* accounts are of strategies */
    struct j_fill fill;  /* the newest; id 0 before the first */
};

void exporter_init(struct exporter *x);
void exporter_fini(struct exporter *x);
/* The rows that wait. */
void export_rest(struct exporter *x);

typedef int (*export_row_fn)(struct exporter *x, const struct journal_record *record,
                             struct err *err);
int export_row_trade(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_fill(struct exporter *x, const struct journal_record *record, struct err *err);
int export_look_order(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_order(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_event(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_equity(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_ledger(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_signal(struct exporter *x, const struct journal_record *record, struct err *err);
/* The first look of trades: remembers the tags of orders. */
int export_look_tag(struct exporter *x, const struct journal_record *record, struct err *err);
/* The tag of an order; NULL without. */
const char *export_tag_of(const struct exporter *x, int64_t order);
int export_row_plot(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_note(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_variable(struct exporter *x, const struct journal_record *record, struct err *err);
int export_row_log(struct exporter *x, const struct journal_record *record, struct err *err);

#endif
