/*
 * report/names.h - what the ids of a journal are called: its SYMBOL, FEED, SILO and STRATEGY
 * records.
 *
 * The journal may come from a process that nobody trusts: ids have to count up from 0, names must
 * be there, numbers finite. After names_take every id below the counts is good, and names_check_*
 * is how to refuse the others with a sentence.
 */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/journal.h"

#define NAMES_MAX 1000000 /* of each kind */

struct name_symbol {
    char *name;
    double tick, lot, multiplier;
};

struct name_feed {
    int64_t symbol, timeframe, anchor;
    bool synthetic;
    char *timeframe_name;
};

struct name_silo {
    char *name;
    double initial_cash;
};

struct name_strategy {
    int64_t silo;
    double budget;
    char *name, *schema, *version;
};

struct names {
    struct name_symbol *symbols;
    struct name_feed *feeds;
    struct name_silo *silos;
    struct name_strategy *strategies;
    int64_t symbol_count, feed_count, silo_count, strategy_count;
    int64_t symbol_cap, feed_cap, silo_cap, strategy_cap;
};

void names_init(struct names *names);
void names_fini(struct names *names);

/* Keeps what the record says when it is one of the four kinds; others are left alone. 0, or
 * ERR_FORMAT / ERR_LIMIT. */
int names_take(struct names *names, const struct journal_record *record, struct err *err) NODISCARD;

/* 0, or ERR_FORMAT "a fill of symbol 7 (there are 2)". `what` is the record's name. */
int names_check_symbol(const struct names *names, const char *what, int64_t id,
                       struct err *err) NODISCARD;
int names_check_feed(const struct names *names, const char *what, int64_t id,
                     struct err *err) NODISCARD;
int names_check_silo(const struct names *names, const char *what, int64_t id,
                     struct err *err) NODISCARD;
int names_check_strategy(const struct names *names, const char *what, int64_t id,
                         struct err *err) NODISCARD;

/* The shortest timeframe of a symbol's feeds (of all feeds for -1), ns; 0 when there is none. */
int64_t names_timeframe(const struct names *names, int64_t symbol);

/* Room for one more of `count` items of `size` bytes, doubling; shared by the tables of this
 * folder. */
void *grow(void *items, int64_t count, int64_t *cap, size_t size);

#endif
