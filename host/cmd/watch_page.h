/*
 * cmd/watch_page.h - a screen of `watch` that keeps to the rows of the terminal.
 *
 * What comes first in the body matters most: what has no room is cut at its end, and the line
 * `more` says where it is. Over a pipe, and where it fits, it is whole.
 */
#ifndef CMD_WATCH_PAGE_H
#define CMD_WATCH_PAGE_H

#include "base/str.h"

struct watch_page {
    struct str body;
    struct str end;   /* below it, where all has room */
    struct str brief; /* below it, where not */
    char more[100];   /* "qshost diff 11 12"; "" = only how much there is */
};
void watch_page_fini(struct watch_page *page);

/* Rows of the terminal on stdout; 0: it is none, or does not say. */
int watch_page_rows(void);
/* Appends the page. Lines must be folded already. rows: of the terminal, of which the last one is
 * left to the cursor; 0: any number. */
void watch_page_put(const struct watch_page *page, int rows, struct str *ret);

#endif
