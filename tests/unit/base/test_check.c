#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

static void fail_with_values(void) { CHECKF(1 + 1 == 3, "%d is not %d", 1 + 1, 3); }

/* Runs it in a child; its stderr goes to text. Returns the wait status. */
static int stderr_of(void (*run)(void), char *text, size_t cap) {
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        run();
        _exit(0);
    }
    close(fds[1]);
    size_t len = 0;
    ssize_t got;
    while ((got = read(fds[0], text + len, cap - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(fds[0]);
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

Test(check, aborts_with_condition_place_values_and_backtrace) {
    char text[16384];
    int status = stderr_of(fail_with_values, text, sizeof(text));
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(WTERMSIG(status), SIGABRT);
    cr_assert_not_null(strstr(text, "qshost: CHECK failed: 1 + 1 == 3 at "));
    cr_assert_not_null(strstr(text, "test_check.c:"));
    cr_assert_not_null(strstr(text, "in fail_with_values: 2 is not 3\n"), "%s", text);
    cr_assert_not_null(strstr(strchr(text, '\n'), "[0x"), "backtrace: %s", text);
}

Test(check, aborts_without_a_sentence, .signal = SIGABRT) { CHECK(0); }

Test(check, evaluates_the_condition_once_and_goes_on_when_true) {
    int count = 0;
    CHECK(++count == 1);
    CHECKF(++count == 2, "%d", count);
    cr_assert_eq(count, 2);
}

Test(check, counts_array_items) {
    int numbers[7];
    const char *names[] = {"a", "b"};
    cr_assert_eq(ARRAY_LEN(numbers), 7);
    cr_assert_eq(ARRAY_LEN(names), 2);
}

Test(check, min_and_max) {
    cr_assert_eq(min_size(1, SIZE_MAX), 1);
    cr_assert_eq(max_size(1, SIZE_MAX), SIZE_MAX);
    cr_assert_eq(min_i64(-1, 1), -1);
    cr_assert_eq(max_i64(INT64_MIN, INT64_MAX), INT64_MAX);
}
