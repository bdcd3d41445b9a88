/*
 * data/series_name.h - what a file's name says about its bars: goog_1d.csv is GOOG at 1d.
 *
 * The stem in upper case is the symbol; a timeframe behind its last '_' or '-' is cut off. Invented
 * bars get a symbol that begins with SYN, so that no table shows them as real ones.
 */
#ifndef DATA_SERIES_NAME_H
#define DATA_SERIES_NAME_H

#include <stdbool.h>

#include "base/err.h"
#include "core/feed.h"
#include "data/timeframe.h"

/* The timeframe in the name; false (ret untouched) when there is none. */
bool series_name_timeframe(const char *path, struct timeframe *ret);

/* The symbol in the name. ERR_USAGE when it is empty, too long or has bytes that no symbol may have
 * (then one must be said). */
int series_name_symbol(const char *path, bool synthetic, char ret_symbol[SYMBOL_MAX],
                       struct err *err) NODISCARD;

/* Whether text can be a symbol: 1 to SYMBOL_MAX - 1 visible ASCII characters but no comma, quote or
 * slash. */
bool series_name_is_symbol(const char *text);

#endif
