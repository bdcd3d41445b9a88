/*
 * report/compare.h - two runs beside each other: what an edit, a param or a setting changed.
 *
 *   metrics     before, after, difference
 *   trades      added, gone, and changed (same strategy, symbol and entry time, other numbers)
 *   decisions   the first instant at which a strategy wished for something else
 *   inputs      settings, params, bars that differ
 *
 * A decision is the list of intents of one strategy at one instant, as wished (kind, symbol, side,
 * type, tif, flags, size, prices; of a cancel the order's number), whatever became of it.
 * Strategies are paired by name; where each run has exactly one, these two are a pair under any
 * names. Compared bit by bit: no tolerance.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/str.h"
#include "report/report.h"

enum compare_trade_kind { COMPARE_ADDED, COMPARE_GONE, COMPARE_CHANGED };

struct compare_trade {
    enum compare_trade_kind kind;
    const struct j_trade *before, *after; /* of the collectors; NULL where there is none */
};

struct compare_decision {
    bool has_difference;
    int64_t time;                            /* of the instant */
    int64_t before_strategy, after_strategy; /* instance ids; -1 where the run has no such one */
    const struct j_intent *before, *after;   /* first intent of that instant; NULL when none */
    int64_t before_count, after_count;
    /* instants with equal decisions before it (or in all): the longer run's, as far as the account
     * was recorded */
    int64_t same_instants;
    int64_t common_instants; /* those of them that both runs have */
    /* each run's first instant, as far as it was recorded; only with has_begin */
    int64_t before_begin, after_begin;
    bool has_begin;
};

struct comparison {
    const struct report *before, *after; /* borrowed */
    struct compare_trade *trades;        /* by time of entry */
    int64_t trade_count, added, gone, changed, same;
    struct compare_decision decision; /* the earliest over all pairs */
    /* by the hashes of the facts; where a run has none, bars and config by what the journal says,
     * and journals are not known to be the same */
    bool same_bars, same_config, same_journal;
};

/* Never fails: anything can be compared. comparison_fini frees. */
void comparison_make(const struct report *before, const struct report *after,
                     struct comparison *ret);
void comparison_fini(struct comparison *comparison);

/* What a run saw at the instant of the first difference; made by whoever has the data. */
struct compare_sight {
    bool has_bar;
    char feed[64]; /* "SPX 1d" */
    double open, high, low, close, volume;
    bool has_account;
    double equity, cash, position; /* of the strategy, when it was asked */
    char average_price[40];        /* "" when flat */
    struct str values; /* plots, variables and notes: a line each, name, one tab, value */
};
void compare_sight_fini(struct compare_sight *sight);

/* Which metrics a table has: all that differ, result first; final equity, return, drawdown, trades
 * and what became of the orders; or all that differ but these. */
enum compare_metrics { COMPARE_METRICS_ALL, COMPARE_METRICS_HEADLINE, COMPARE_METRICS_REST };

/* Texts for people. names: "before" and "after", as "run 11" and "run 12". sights may be NULL.
 * width: columns. trade_max: rows of trades printed. */
struct compare_text {
    const char *before_name, *after_name;
    const struct compare_sight *before_sight, *after_sight;
    int width, trade_max;
    enum compare_metrics metrics; /* of compare_text_metrics */
    bool is_edit; /* the builds are meant to differ: they are not told among the inputs */
};
/* Which run is which: "run 11 (my_cross, SPX 1d, 2026-11-21 15:42) -> run 12 (...)", and of one
 * that is not whole, why. */
void compare_text_head(const struct comparison *c, const struct compare_text *how, struct str *str);
/* Table of metrics (result first; only those that differ, and the headline ones always), and why
 * a run has no trades. */
void compare_text_metrics(const struct comparison *c, const struct compare_text *how,
                          struct str *str);
void compare_text_trades(const struct comparison *c, const struct compare_text *how,
                         struct str *str);
void compare_text_decision(const struct comparison *c, const struct compare_text *how,
                           struct str *str);
/* Settings, params, bars that differ; nothing when none do. */
void compare_text_inputs(const struct comparison *c, const struct compare_text *how,
                         struct str *str);
/* All of it as one object; width and trade_max do not count. Times are ISO texts.
 *
 *   before, after   {name, run (number or null), instants}
 *   same            {bars, config, journal, decisions, results}: booleans
 *   equity          {initial, final}: {before, after, difference}
 *   metrics         {<metric>: {before, after, difference; before_undefined, after_undefined: why a
 *                   value is null, only then}}, all metrics
 *   counts          {intents, orders, rejected, fills, trades}: {before, after, difference}
 *   trades          {same, added, gone, changed: counts,
 *                    rows: [{kind: "added" | "gone" | "changed", before, after: trade or null}]}
 *     a trade       {id, strategy, symbol, side, quantity, entry_time, exit_time, entry_price,
 *                    exit_price, gross, fees, net, mae, mfe}; quantity without a sign
 *   decision        {differs, same_instants, common_instants; where it differs: time,
 *                    before, after: {strategy (name or null), intents: [intent], sight or null}}
 *     an intent     {text, kind, symbol, number, side, type, tif, reduce_only, size, size_value,
 *                    stop_distance, limit_price, stop_price, order (id or null), reason or null}
 *     a sight       {bar: {feed, open, high, low, close, volume} or null, equity, cash (null:
 *                    not known), position, average_price (text, null: flat), values: [{name, value:
 *                    text}]}
 *   inputs          [{kind: "code" | "param" | "setting" | "symbol" | "money" | "bars", name,
 *                    before, after: text or null}]: those that differ
 */
struct jv *compare_json(const struct comparison *c, const struct compare_text *how) NODISCARD;

#endif
