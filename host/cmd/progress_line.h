/*
 * cmd/progress_line.h - the line on stderr that says how far a long run is; only on a terminal,
 * only after a second, and gone when the run ends.
 */
#ifndef CMD_PROGRESS_LINE_H
#define CMD_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "report/progress_text.h"

struct progress_line {
    struct progress_rate rate;
    bool is_shown;
};

/* Whether stderr is a terminal. */
bool progress_line_wanted(void);
/* For struct backtest_job_spec; self is a zeroed struct progress_line at first. */
void progress_line_show(void *self, int64_t done, int64_t total, double seconds);
void progress_line_clear(struct progress_line *line);

#endif
