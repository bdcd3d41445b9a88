/*
 * cmd/watch_fold.h - text for a terminal that is narrower than its lines.
 */
#ifndef CMD_WATCH_FOLD_H
#define CMD_WATCH_FOLD_H

#include "base/str.h"

/* Appends text with no line wider than `width` columns (>= 20): a longer one is broken, at a space
 * where there is one, and goes on two columns in. A character of UTF-8 counts one column, an escape
 * sequence of colour none. */
void watch_fold(const char *text, int width, struct str *ret);

#endif
