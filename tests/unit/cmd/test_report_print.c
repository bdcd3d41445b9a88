/* How wide a page is where stdout is no terminal. */
#include "cmd/report_print.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/text.h"

static int width_with(const char *columns) {
    int null = open("/dev/null", O_WRONLY), kept = dup(STDOUT_FILENO);
    cr_assert(null >= 0 && kept >= 0);
    cr_assert_eq(dup2(null, STDOUT_FILENO), STDOUT_FILENO);
    if (columns)
        setenv("COLUMNS", columns, 1);
    else
        unsetenv("COLUMNS");
    int width = terminal_width();
    cr_assert_eq(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    close(null);
    close(kept);
    return width;
}

Test(report_print, over_a_pipe_the_width_is_that_of_columns) {
    cr_expect_eq(width_with("120"), 120);
    cr_expect_eq(width_with("1"), 1); /* report_text makes it 40 */
    cr_expect_eq(width_with(NULL), REPORT_WIDTH);
}

Test(report_print, columns_that_are_no_width_are_ignored) {
    static const char *const texts[] = {"", "0", "-5", "80x", "1001", "99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_eq(width_with(texts[i]), REPORT_WIDTH, "'%s'", texts[i]);
}
