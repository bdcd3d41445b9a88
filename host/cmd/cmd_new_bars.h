/*
 * cmd/cmd_new_bars.h - bars that a project has already, for the run.yaml of a new strategy.
 */
#ifndef CMD_NEW_BARS_H
#define CMD_NEW_BARS_H

#include <limits.h>
#include <stddef.h>

#include "core/feed.h"

struct new_bars {
    char path[PATH_MAX];     /* <root>/... */
    char symbol[SYMBOL_MAX]; /* as its name says */
};

/* The first `wanted` (1 or 2) files of bars in data/, the root itself and build/, by name: a .csv
 * whose header has the columns of bars and whose name says the timeframe. Two have one timeframe
 * and different symbols. How many were found: wanted or 0. */
size_t new_bars_find(const char *root, size_t wanted, struct new_bars *ret);

#endif
