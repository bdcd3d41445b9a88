#include "cmd/watch_page.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROWS_MIN 10 /* in less, a page scrolls by */

void watch_page_fini(struct watch_page *page) {
    str_fini(&page->body);
    str_fini(&page->end);
    str_fini(&page->brief);
}

int watch_page_rows(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        return 0;
    return size.ws_row < ROWS_MIN ? ROWS_MIN : size.ws_row;
}

static int lines_of(const struct str *text) {
    int count = 0;
    for (const char *at = str_text(text); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

/* The bytes of the first lines, without empty ones at their end; ret_kept: how many are left. */
static size_t first_lines(const struct str *text, int lines, int *ret_kept) {
    const char *start = str_text(text), *end = start;
    for (int i = 0; i < lines && *end != '\0'; i++)
        end = strchr(end, '\n') + 1;
    for (*ret_kept = lines; *ret_kept > 1 && end - start > 1 && end[-2] == '\n'; end--)
        (*ret_kept)--;
    return (size_t)(end - start);
}

void watch_page_put(const struct watch_page *page, int rows, struct str *ret) {
    int body = lines_of(&page->body), kept;
    if (rows == 0 || body + lines_of(&page->end) < rows) {
        str_append(ret, str_text(&page->body));
        str_append(ret, str_text(&page->end));
        return;
    }
    int room = rows - 1 - lines_of(&page->brief);
    if (body <= room) {
        str_append(ret, str_text(&page->body));
    } else {
        size_t len = first_lines(&page->body, room - 1, &kept);
        str_append_n(ret, str_text(&page->body), len);
        str_appendf(ret, "  ... %d more rows%s%s\n", body - kept, page->more[0] ? ": " : "",
                    page->more);
    }
    str_append(ret, str_text(&page->brief));
}
