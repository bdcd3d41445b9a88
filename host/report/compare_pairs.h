/*
 * report/compare_pairs.h - which strategy and which symbol of one run is which of the other.
 *
 * Inside of report/compare*: ids belong to a run, names to both. A pair of strategies may lack a
 * side; a symbol's rank is the same number in both runs for the same name.
 */
#ifndef REPORT_COMPARE_PAIRS_H
#define REPORT_COMPARE_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "report/compare.h"

struct compare_side_ids {
    int64_t *pair_of;     /* by strategy id */
    int64_t *symbol_rank; /* by symbol id */
};

struct compare_pair {
    int64_t before, after; /* strategy ids; -1 where there is none */
};

struct compare_pairs {
    struct compare_pair *pairs; /* in the order of the run before, then what is only after */
    int64_t count;
    struct compare_side_ids before, after;
};

void compare_pairs_init(struct compare_pairs *pairs, const struct names *before,
                        const struct names *after);
void compare_pairs_fini(struct compare_pairs *pairs);
/* The name of a pair, the one it had before first. */
const char *compare_pair_name(const struct comparison *c, const struct compare_pair *pair);

/* The next intent of the strategy in the collector's rows; there has to be one (CHECK). */
const struct j_intent *compare_next_intent(const struct collector *c, const struct j_intent *at);

/* The same 64 bits: NaN equals itself. */
bool compare_bits_are_equal(double a, double b);
/* The same value, or none for the same reason. */
bool compare_metrics_are_equal(const struct metric *before, const struct metric *after);
/* Trades, metrics and equity; decisions apart. */
bool compare_results_are_same(const struct comparison *c);

/* The parts of comparison_make. */
void compare_find_trades(struct comparison *c, const struct compare_pairs *pairs);
void compare_find_decision(struct comparison *c, const struct compare_pairs *pairs);

#endif
