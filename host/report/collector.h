/*
 * report/collector.h - a run as tables: takes the records of a journal one by one, keeps what
 * reports are made of.
 *
 *   worker --bytes--> journal_next --record--> collector_take --> tables below
 *
 * The records may come from a process that nobody trusts: ids, times and numbers are checked,
 * tables have limits, and a refusal is a sentence. It checks form, not truth: conservation.h does
 * that. Not for settings' meanings (conf/) and not for per-bar annotations: those stay in the file.
 */
#ifndef REPORT_COLLECTOR_H
#define REPORT_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/reason.h"
#include "engine/journal.h"
#include "report/account_series.h"
#include "report/collector_words.h"
#include "report/names.h"

#define COLLECTOR_ROWS_MAX 20000000 /* of each table but the series */

struct collected_text {
    int64_t strategy; /* of a parameter */
    char *key, *value;
};

struct collected_bars {
    int64_t feed, rows, first, last;
    char hash[64];
};

struct collector {
    struct names names;
    char engine[64];
    int64_t format;
    bool has_run, has_end, has_start;
    int64_t start_time; /* the earliest first callback; only with has_start */
    int64_t start_bars; /* instants up to then, it included */
    struct j_end end;
    struct collected_text *settings, *params;
    struct j_binding *bindings;
    struct j_indicator *indicators; /* as made, by strategy */
    struct collected_bars *bars;    /* with the END records only */
    struct j_intent *intent_rows;   /* `intents` of them, times ascend */
    struct j_order *orders;         /* ids ascend; tag is "" or owned */
    struct j_fill *fills;           /* fill of id i at i - 1 */
    struct j_allocation *allocations;
    struct j_trade *trades;
    struct j_position *positions;  /* open at the end */
    struct account_series *series; /* one a silo */
    int64_t setting_count, param_count, binding_count, indicator_count, bars_count, order_count,
        fill_count, allocation_count, trade_count, position_count;
    int64_t setting_cap, param_cap, binding_cap, indicator_cap, bars_cap, intent_cap, order_cap,
        fill_cap, allocation_cap, trade_cap, position_cap, series_cap;
    /* by reason; the last place counts codes that this host does not know */
    int64_t rejected[REASON_COUNT + 1]; /* orders that ended REJECTED */
    int64_t canceled[REASON_COUNT + 1]; /* orders that ended CANCELED or EXPIRED */
    int64_t refused[REASON_COUNT + 1];  /* intents of which no order was made */
    struct j_order_event rejected_first[REASON_COUNT + 1]; /* the first of each reason */
    struct words words;                                    /* log lines and variables */
    int64_t rejected_total, intents, notes, plots, logs;
    uint64_t records;
    double traded_value, fees, slippage; /* money, sums over the fills */
    struct account_series total;         /* of several silos, once asked for */
    bool has_total;
};

void collector_init(struct collector *c);
void collector_fini(struct collector *c);

/* 0; ERR_FORMAT or ERR_LIMIT with "record 17: ...". After an error nothing more may be given. */
int collector_take(struct collector *c, const struct journal_record *record,
                   struct err *err) NODISCARD;

/* The account of the whole run: the one silo's, or the sum of all. Borrowed; call it after the last
 * record. */
const struct account_series *collector_account(struct collector *c);
/* What the run started with: the silos' initial cash. */
double collector_initial(const struct collector *c);
/* The text of a setting, or NULL. */
const char *collector_setting(const struct collector *c, const char *key);
/* The order of an id, or NULL. */
const struct j_order *collector_order(const struct collector *c, int64_t id);

#endif
