#include "cmd/progress_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_SECONDS 1.0 /* a run under that shows nothing */

bool progress_line_wanted(void) { return isatty(STDERR_FILENO); }

static int columns(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return 80;
    return size.ws_col;
}

void progress_line_show(void *self, int64_t done, int64_t total, double seconds) {
    struct progress_line *line = self;
    struct str text = {0};
    if (seconds < FIRST_SECONDS)
        return;
    progress_text(&line->rate, done, total, seconds, columns() - 1, &text);
    fprintf(stderr, "\r\033[K%s", str_text(&text));
    (void)fflush(stderr);
    str_fini(&text);
    line->is_shown = true;
}

void progress_line_clear(struct progress_line *line) {
    if (!line->is_shown)
        return;
    fputs("\r\033[K", stderr);
    line->is_shown = false;
}
