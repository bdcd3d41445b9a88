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

/* Appends text with absolute paths into `folder` made relative to it: "/p/custom/my.c:3:1: ..."
 * read in /p is "custom/my.c:3:1: ...". Where a path begins in the middle of another it is left
 * alone. */
void watch_shorten(const char *text, const char *folder, struct str *ret);

#endif
