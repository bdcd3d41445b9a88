/*
 * cmd/report_print.h - a run's report on stdout: for people, as wide as the terminal and in colour
 * where it is one, or as JSON.
 */
#ifndef CMD_REPORT_PRINT_H
#define CMD_REPORT_PRINT_H

#include <stdbool.h>

#include "report/report.h"

/* The exit code: 0, or 1 with a line on stderr when stdout does not take it. */
int report_print(const struct report *report, bool as_json);
/* Columns of the terminal on stdout; where it is none $COLUMNS (1 to 1000), else REPORT_WIDTH. */
int terminal_width(void);
/* Whether stdout is a terminal that takes colours (NO_COLOR, TERM=dumb). */
bool terminal_has_colour(void);
/* Whether the locale's characters are UTF-8 (LC_ALL, LC_CTYPE, LANG); true where nothing is said
 * and stdout is no terminal. */
bool terminal_is_utf8(void);

#endif
