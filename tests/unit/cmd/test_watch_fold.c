#include <criterion/criterion.h>

#include "cmd/watch_fold.h"

static void expect_shortened(const char *text, const char *folder, const char *expected) {
    struct str found = {0};
    watch_shorten(text, folder, &found);
    cr_expect_str_eq(str_text(&found), expected);
    str_fini(&found);
}

Test(watch_fold, paths_into_the_folder_become_relative) {
    expect_shortened("/p/custom/my.c:3:1: error", "/p", "custom/my.c:3:1: error");
    expect_shortened("in /p/a.c\n  '/p/b.c' and \"/p/c.c\"", "/p", "in a.c\n  'b.c' and \"c.c\"");
}

Test(watch_fold, other_paths_are_left_alone) {
    expect_shortened("/q/p/a.c /pp/a.c x/p/a.c /p", "/p", "/q/p/a.c /pp/a.c x/p/a.c /p");
    expect_shortened("/a/b", "/", "/a/b");
    expect_shortened("/a/b", "", "/a/b");
}

static void expect_folded(const char *text, int width, const char *expected) {
    struct str found = {0};
    watch_fold(text, width, &found);
    cr_expect_str_eq(str_text(&found), expected);
    str_fini(&found);
}

Test(watch_fold, a_line_that_fits_stays) {
    expect_folded("12345678901234567890\nb\n", 20, "12345678901234567890\nb\n");
}

Test(watch_fold, a_longer_line_is_broken_at_a_space_and_goes_on_indented) {
    /* 20 columns hold "one two three four" (18); "five" does not fit any more */
    expect_folded("one two three four five", 20, "one two three four\n  five");
}

Test(watch_fold, colours_take_no_column) {
    expect_folded("\033[31m12345678901234567890\033[0m\n", 20,
                  "\033[31m12345678901234567890\033[0m\n");
}
