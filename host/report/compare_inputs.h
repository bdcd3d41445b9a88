/*
 * report/compare_inputs.h - what went into two runs, as texts that can be put beside each other:
 * builds, params, settings, instruments, money, bars.
 *
 * Inside of report/compare*. Only what differs is listed, by kind, then by name.
 */
#ifndef REPORT_COMPARE_INPUTS_H
#define REPORT_COMPARE_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "report/compare_pairs.h"

enum compare_input_kind {
    INPUT_BUILD,
    INPUT_PARAM,
    INPUT_SETTING,
    INPUT_SYMBOL, /* tick, lot, multiplier */
    INPUT_MONEY,  /* a strategy's budget and account */
    INPUT_BARS,
    INPUT_KINDS
};

struct compare_input {
    enum compare_input_kind kind;
    int64_t pair; /* of builds, params and money; else 0 */
    char *name; /* "SPX 1d"; of a build or money the strategy; "fast", or "name.fast" of several */
    char *before, *after; /* NULL where a run has no such input */
};

struct compare_inputs {
    struct compare_input *items;
    int64_t count, cap;
    int64_t count_of[INPUT_KINDS];
};

void compare_inputs_make(const struct comparison *c, struct compare_inputs *ret);
void compare_inputs_fini(struct compare_inputs *inputs);
/* Whether it can make equal decisions end in other results: neither code nor params can. */
bool compare_input_moves_results(enum compare_input_kind kind);
/* "code", "param", "setting", "symbol", "money", "bars". */
const char *compare_input_kind_name(enum compare_input_kind kind);

#endif
