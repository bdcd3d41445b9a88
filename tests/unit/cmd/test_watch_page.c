/* Pages of so many lines on terminals of so many rows, of which the last one is the cursor's. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cmd/watch_page.h"

static struct watch_page page;
static struct str out;

static void setup_page(void) {
    memset(&page, 0, sizeof page);
    str_init(&out);
}
static void teardown_page(void) {
    watch_page_fini(&page);
    str_fini(&out);
}
TestSuite(watch_page, .init = setup_page, .fini = teardown_page);

/* Lines 1 to count; the third is empty. */
static void fill(int count) {
    for (int i = 1; i <= count; i++)
        str_appendf(&page.body, i == 3 ? "\n" : "%d\n", i);
    str_append(&page.end, "\nend\n");
    str_append(&page.brief, "brief\n");
    snprintf(page.more, sizeof page.more, "qshost diff 1 2");
}

static void shows(int rows, const char *expected) {
    str_clear(&out);
    watch_page_put(&page, rows, &out);
    cr_assert_str_eq(str_text(&out), expected, "%d rows: %s", rows, str_text(&out));
}

Test(watch_page, is_whole_where_it_has_room_or_nobody_counts) {
    fill(6);
    shows(0, "1\n2\n\n4\n5\n6\n\nend\n");
    shows(9, "1\n2\n\n4\n5\n6\n\nend\n"); /* 6 + 2 lines, and the cursor */
    shows(8, "1\n2\n\n4\n5\n6\nbrief\n"); /* 6 + 1 lines, and the cursor */
}

Test(watch_page, is_cut_at_its_end_and_says_what_is_missing) {
    fill(6);
    shows(7, "1\n2\n\n4\n  ... 2 more rows: qshost diff 1 2\nbrief\n");
    shows(6, "1\n2\n  ... 4 more rows: qshost diff 1 2\nbrief\n"); /* no empty line before it */
    page.more[0] = '\0';
    shows(7, "1\n2\n\n4\n  ... 2 more rows\nbrief\n");
}
