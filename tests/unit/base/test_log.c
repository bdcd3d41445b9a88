#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

static char captured[10000];
static int pipe_read;
static int real_stderr;

static void capture(void) {
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    real_stderr = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    pipe_read = fds[0];
}

static const char *release(void) {
    dup2(real_stderr, STDERR_FILENO); /* closes the last writing end, so the read ends */
    size_t len = 0;
    ssize_t got;
    while ((got = read(pipe_read, captured + len, sizeof(captured) - 1 - len)) > 0)
        len += (size_t)got;
    captured[len] = '\0';
    return captured;
}

Test(log, says_who_speaks_and_leaves_debug_out) {
    capture();
    LOG_ERROR("open %s: no", "x");
    LOG_WARN("w");
    LOG_INFO("i");
    LOG_DEBUG("d");
    cr_assert_str_eq(release(), "qshost: open x: no\nqshost: warning: w\nqshost: i\n");
}

Test(log, debug_is_off_until_asked_for_and_its_arguments_untouched) {
    int count = 0;
    capture();
    LOG_DEBUG("%d", ++count);
    log_set_level(LOG_LEVEL_DEBUG);
    LOG_DEBUG("%d", ++count);
    log_set_level(LOG_LEVEL_ERROR);
    LOG_WARN("%d", ++count);
    LOG_INFO("%d", ++count);
    cr_assert_str_eq(release(), "qshost: debug: 1\n");
    cr_assert_eq(count, 1);
    cr_assert(log_is_on(LOG_LEVEL_ERROR));
    cr_assert_not(log_is_on(LOG_LEVEL_WARN));
}

Test(log, cuts_long_lines_between_characters_and_ends_them) {
    char text[6000];
    memset(text, 'x', sizeof(text));
    for (size_t i = 1; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xC3\xA4", 2);
    text[sizeof(text) - 1] = '\0';
    capture();
    LOG_ERROR("%s", text);
    LOG_ERROR("next");
    release();
    char *end = strchr(captured, '\n');
    cr_assert_str_eq(end, "\nqshost: next\n");
    cr_assert_leq((size_t)(end - captured), 4000);
    cr_assert_geq((size_t)(end - captured), 3999);
    cr_assert(str_is_utf8(captured, strlen(captured), NULL));
}

Test(log, keeps_errno) {
    capture();
    errno = EBUSY;
    LOG_ERROR("x");
    cr_assert_eq(errno, EBUSY);
    release();
}
