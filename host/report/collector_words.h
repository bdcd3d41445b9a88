/*
 * report/collector_words.h - what strategies said in a run, short enough for a page: log lines
 * counted by level, the last warnings and errors whole, the last value of each variable.
 *
 * Part of report/collector.h, which checks the ids. Memory is bounded whatever a run says: the rest
 * is in its records (qshost export RUN log, variables, notes, plots).
 */
#ifndef REPORT_COLLECTOR_WORDS_H
#define REPORT_COLLECTOR_WORDS_H

#include <stdint.h>

#include "engine/journal.h"

enum { WORDS_LEVELS = 5, WORDS_KEPT = 8, WORDS_VARIABLES_MAX = 1000 };

struct said_line {
    int64_t time, strategy;
    char text[240]; /* cut; control characters are spaces */
};

/* The newest lines of one level: number i of `seen` (from 0) is at i % WORDS_KEPT. */
struct said_lines {
    struct said_line lines[WORDS_KEPT];
};

struct said_variable {
    int64_t strategy, time;
    char *name;
    double value; /* the last one */
};

struct words {
    int64_t seen[WORDS_LEVELS];      /* QS_LOG_DEBUG .. QS_LOG_ERROR; the last: unknown levels */
    struct said_lines warns, errors; /* QS_LOG_WARN, QS_LOG_ERROR */
    struct said_variable *variables; /* in the order in which they were first seen */
    int64_t variable_count, variable_cap;
    int64_t variable_next;  /* where the next one is guessed to be */
    int64_t variables_more; /* records of variables over WORDS_VARIABLES_MAX */
};

/* A zeroed struct is empty. */
void words_fini(struct words *words);
void words_take_log(struct words *words, const struct j_log *log);
void words_take_variable(struct words *words, const struct j_variable *variable);

/* How many lines of a level are kept, and the i-th of them, oldest first. */
int64_t words_kept(const struct words *words, int level);
const struct said_line *words_line(const struct words *words, int level, int64_t i);

#endif
