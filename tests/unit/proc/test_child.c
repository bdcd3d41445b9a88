#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/child.h"

static struct child_result result;
static struct str bytes;
static struct err err;

static void setup(void) { unsetenv("QS_DEADLINE_MS"); }
static void teardown(void) {
    child_result_fini(&result);
    str_fini(&bytes);
}

TestSuite(child, .init = setup, .fini = teardown);

static int collect(void *arg, const void *data, size_t len, struct err *out) {
    (void)out;
    str_append_n(arg, data, len);
    return 0;
}

static int run(int (*work)(void *, int, struct child_status *), void *arg, int deadline_ms) {
    struct child_spec spec = {.work = work,
                              .arg = arg,
                              .on_bytes = collect,
                              .bytes_arg = &bytes,
                              .deadline_ms = deadline_ms};
    str_clear(&bytes);
    return child_run(&spec, &result, &err);
}

static int count_fds(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void send_text(int fd, const char *text) {
    struct err ignored;
    if (fs_write_exact(fd, text, strlen(text), &ignored) != 0)
        _exit(99);
}

/* ---- results ---- */

static int says_hello(void *arg, int fd, struct child_status *status) {
    (void)status;
    send_text(fd, arg);
    return 0;
}

Test(child, brings_results_and_ends_well) {
    char hello[] = "hello";
    cr_assert_eq(run(says_hello, hello, 0), 0);
    cr_expect_eq(result.end, CHILD_OK);
    cr_expect_eq(result.phase, PROGRESS_DONE);
    cr_expect_eq(result.deadline_ms, CHILD_DEADLINE_MS);
    cr_expect_str_eq(str_text(&bytes), "hello");
    cr_expect_eq(child_describe(&result, &err), 0);
}

static int counts(void *arg, int fd, struct child_status *status) {
    struct err ignored;
    (void)status;
    for (uint32_t i = 0; i < *(uint32_t *)arg; i++)
        if (fs_write_exact(fd, &i, sizeof i, &ignored) != 0)
            return 1;
    return 0;
}

Test(child, brings_all_bytes_in_order) {
    uint32_t n = 500000;
    cr_assert_eq(run(counts, &n, 0), 0);
    cr_expect_eq(result.end, CHILD_OK);
    cr_assert_eq(bytes.len, n * 4);
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(memcmp(bytes.data + 4 * (size_t)i, &i, 4), 0);
}

static int refuse_after(void *arg, const void *data, size_t len, struct err *out) {
    (void)data;
    *(size_t *)arg += len;
    return *(size_t *)arg > 1000 ? err_set(out, ERR_FORMAT, "too much") : 0;
}

static int floods(void *arg, int fd, struct child_status *status) {
    char block[512] = {0};
    struct err ignored;
    (void)arg, (void)status;
    for (;;)
        if (fs_write_exact(fd, block, sizeof block, &ignored) != 0)
            return 1;
}

Test(child, is_killed_when_its_bytes_are_refused) {
    size_t got = 0;
    struct child_spec spec = {.work = floods, .on_bytes = refuse_after, .bytes_arg = &got};
    cr_expect_eq(child_run(&spec, &result, &err), ERR_FORMAT);
    cr_expect_str_eq(err.text, "too much");
    cr_expect_eq(result.end, CHILD_REFUSED);
}

/* ---- ends ---- */

static int fails(void *arg, int fd, struct child_status *status) {
    (void)arg, (void)fd, (void)status;
    return 7;
}

Test(child, tells_a_failure_of_its_work) {
    cr_assert_eq(run(fails, NULL, 0), 0);
    cr_expect_eq(result.end, CHILD_FAILED);
    cr_expect_eq(result.exit_code, 7);
}

static int exits(void *arg, int fd, struct child_status *status) {
    (void)fd;
    progress_enter(&status->progress, PROGRESS_DLOPEN);
    exit(*(int *)arg);
}

Test(child, takes_an_exit_of_its_own_for_an_error_even_with_code_0) {
    int code = 0;
    cr_assert_eq(run(exits, &code, 0), 0);
    cr_expect_eq(result.end, CHILD_EXITED);
    cr_expect_eq(child_describe(&result, &err), ERR_CRASH);
    cr_expect_str_eq(err.text, "exited by itself (exit code 0) while its constructor ran");
    code = 3;
    cr_assert_eq(run(exits, &code, 0), 0);
    cr_expect_eq(child_describe(&result, &err), ERR_CRASH);
    cr_expect_str_eq(err.text, "exited by itself (exit code 3) while its constructor ran");
}

static int touches(void *arg, int fd, struct child_status *status) {
    (void)fd;
    progress_enter(&status->progress, PROGRESS_BAR);
    progress_at(&status->progress, 37, INT64_C(1362096000000000000));
    *(volatile int *)arg = 1;
    return 0;
}

Test(child, tells_signal_address_phase_and_bar_of_a_crash) {
    /* date -u -d @1362096000 -> 2013-03-01T00:00:00Z */
    cr_assert_eq(run(touches, (void *)0x10, 0), 0);
    cr_expect_eq(result.end, CHILD_CRASHED);
    cr_expect_eq(result.signal, SIGSEGV);
    cr_expect_eq(result.address, 0x10);
    cr_expect_neq(result.pc, 0);
    cr_expect_eq(child_describe(&result, &err), ERR_CRASH);
    cr_expect_str_eq(err.text, "crashed with SIGSEGV at address 0x10 in on_bar at bar 37 "
                               "(2013-03-01T00:00:00Z)");
}

static int divides(void *arg, int fd, struct child_status *status) {
    (void)fd;
    progress_enter(&status->progress, PROGRESS_INIT);
    return 10 / *(volatile int *)arg; /* 1 / x needs no division */
}

Test(child, gives_no_address_where_the_signal_has_none_of_data) {
    volatile int zero = 0;
    cr_assert_eq(run(divides, (void *)(uintptr_t)&zero, 0), 0);
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
    cr_expect_eq(child_describe(&result, &err), ERR_CRASH);
    cr_expect_str_eq(err.text, "crashed with SIGFPE in on_init");
#endif
}

static int raises(void *arg, int fd, struct child_status *status) {
    (void)fd;
    progress_enter(&status->progress, PROGRESS_SCHEMA);
    raise(*(int *)arg);
    return 0;
}

Test(child, names_every_signal_that_ended_it) {
    static const int numbers[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL, SIGABRT,
                                  SIGTRAP, SIGTERM, SIGKILL, SIGUSR1};
    static const char *const names[] = {"SEGV", "BUS",  "FPE", "ILL", "ABRT",
                                        "TRAP", "TERM", "",    "USR1"};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        char sentence[100];
        int number = numbers[i];
        cr_assert_eq(run(raises, &number, 0), 0);
        cr_expect_eq(result.end, CHILD_CRASHED);
        cr_expect_eq(result.signal, number);
        cr_expect_eq(child_describe(&result, &err), ERR_CRASH);
        snprintf(sentence, sizeof sentence, "crashed with SIG%s in qs_schema", names[i]);
        if (number == SIGKILL)
            snprintf(sentence, sizeof sentence,
                     "was killed from outside (SIGKILL; out of memory?) in qs_schema");
        cr_expect_str_eq(err.text, sentence);
    }
}

static int overflows(void *arg, int fd, struct child_status *status) {
    volatile char frame[4096];
    frame[0] = (char)fd;
    if (fd < 0)
        return 0;
    return overflows(arg, fd + 1, status) + frame[0];
}

Test(child, tells_a_stack_overflow) {
    cr_assert_eq(run(overflows, NULL, 0), 0);
    cr_expect_eq(result.end, CHILD_CRASHED);
    cr_expect_eq(result.signal, SIGSEGV);
    cr_expect(result.has_address);
}

/* ---- hangs ---- */

static volatile int go_on = 1;

static int waits_for_ever(void *arg, int fd, struct child_status *status) {
    sigset_t all;
    (void)arg, (void)fd;
    progress_enter(&status->progress, PROGRESS_SCHEMA);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    while (go_on)
        pause();
    return 0;
}

Test(child, is_killed_when_it_makes_no_progress) {
    cr_assert_eq(run(waits_for_ever, NULL, 150), 0);
    cr_expect_eq(result.end, CHILD_HUNG);
    cr_expect_eq(child_describe(&result, &err), ERR_HANG);
    cr_expect_str_eq(err.text, "hung in qs_schema: no answer in 0.15 s");
}

static int prints_for_ever(void *arg, int fd, struct child_status *status) {
    (void)arg, (void)fd, (void)status;
    while (go_on)
        puts("printing is no progress");
    return 0;
}

Test(child, is_not_kept_alive_by_what_it_prints) {
    cr_assert_eq(run(prints_for_ever, NULL, 150), 0);
    cr_expect_eq(result.end, CHILD_HUNG);
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int bumps(void *arg, int fd, struct child_status *status) {
    (void)fd;
    for (int64_t end = now_ms() + *(int *)arg; now_ms() < end;)
        progress_bump(&status->progress);
    return 0;
}

Test(child, may_take_longer_than_the_deadline_as_long_as_it_moves) {
    int work_ms = 2500;
    cr_assert_eq(run(bumps, &work_ms, 1500), 0);
    cr_expect_eq(result.end, CHILD_OK);
}

Test(child, takes_its_deadline_from_the_environment) {
    setenv("QS_DEADLINE_MS", "120", 1);
    cr_assert_eq(run(waits_for_ever, NULL, 0), 0);
    cr_expect_eq(result.end, CHILD_HUNG);
    cr_expect_eq(result.deadline_ms, 120);
    static const char *const bad[] = {"", "0", "-5", "ten", "5s", "99999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        setenv("QS_DEADLINE_MS", bad[i], 1);
        cr_expect_eq(run(waits_for_ever, NULL, 0), ERR_USAGE, "took \"%s\"", bad[i]);
    }
}

/* ---- output ---- */

static int prints(void *arg, int fd, struct child_status *status) {
    (void)fd, (void)status;
    for (int i = 0; i < *(int *)arg; i++)
        printf("%07d\n", i);
    fputs("to stderr", stderr);
    fputs("at the end", stdout); /* no newline: is it flushed? */
    return 0;
}

Test(child, keeps_what_it_printed_on_both_streams) {
    int lines = 1;
    cr_assert_eq(run(prints, &lines, 0), 0);
    cr_expect_str_eq(str_text(&result.output), "0000000\nto stderrat the end");
    cr_expect_eq(result.output_dropped, 0);
    cr_expect_eq(bytes.len, 0);
}

Test(child, keeps_the_last_megabyte_and_counts_the_rest) {
    int lines = 400000; /* 8 bytes each */
    cr_assert_eq(run(prints, &lines, 0), 0);
    cr_expect_eq(result.end, CHILD_OK);
    cr_expect_eq(result.output.len, CHILD_OUTPUT_MAX);
    cr_expect_eq(result.output_dropped, 400000 * 8 + 9 + 10 - CHILD_OUTPUT_MAX);
    const char *tail = "0399999\nto stderrat the end";
    cr_expect_str_eq(result.output.data + result.output.len - strlen(tail), tail);
}

static int prints_and_crashes(void *arg, int fd, struct child_status *status) {
    (void)fd, (void)status;
    printf("the last line\n");
    *(volatile int *)arg = 1;
    return 0;
}

Test(child, keeps_what_it_printed_before_a_crash) {
    cr_assert_eq(run(prints_and_crashes, (void *)0x10, 0), 0);
    cr_expect_str_eq(str_text(&result.output), "the last line\n");
}

Test(child, does_not_print_what_the_parent_had_pending) {
    char hello[] = "x";
    FILE *file = tmpfile();
    fputs("once", file);
    cr_assert_eq(run(says_hello, hello, 0), 0);
    fflush(file);
    cr_expect_eq(ftell(file), 4);
    cr_expect_eq(lseek(fileno(file), 0, SEEK_END), 4);
    fclose(file);
}

/* ---- its world ---- */

static int tells_its_fds(void *arg, int fd, struct child_status *status) {
    char text[200] = "", link[100] = "";
    size_t len = 0;
    (void)arg, (void)status;
    for (int i = 0; i < 1024; i++)
        if (fcntl(i, F_GETFD) >= 0)
            len += (size_t)snprintf(text + len, sizeof text - len, "%d ", i);
    if (readlink("/proc/self/fd/0", link, sizeof link - 1) < 0)
        return 1;
    snprintf(text + len, sizeof text - len, "%s %d", link, getpgrp() == getpid());
    send_text(fd, text);
    return 0;
}

Test(child, has_only_its_four_fds_and_a_group_of_its_own) {
    int extra = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    cr_assert_eq(run(tells_its_fds, NULL, 0), 0);
    cr_expect_str_eq(str_text(&bytes), "0 1 2 3 /dev/null 1");
    close(extra);
}

Test(child, works_where_the_parent_has_no_standard_fds) {
    int saved = dup(2);
    fflush(NULL);
    for (int i = 0; i < 3; i++)
        close(i);
    int rc = run(tells_its_fds, NULL, 0);
    dup2(saved, 0), dup2(saved, 1), dup2(saved, 2);
    cr_assert_eq(rc, 0);
    cr_expect_str_eq(str_text(&bytes), "0 1 2 3 /dev/null 1");
}

static int tells_its_signals(void *arg, int fd, struct child_status *status) {
    sigset_t mask;
    struct sigaction usr1, chld;
    (void)arg, (void)status;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigaction(SIGUSR1, NULL, &usr1);
    sigaction(SIGCHLD, NULL, &chld);
    char text[100];
    snprintf(text, sizeof text, "usr1 %d int %d handlers %d %d", sigismember(&mask, SIGUSR1),
             sigismember(&mask, SIGINT), usr1.sa_handler == SIG_DFL, chld.sa_handler == SIG_DFL);
    send_text(fd, text);
    return 0;
}

static void handler(int number) { (void)number; }

Test(child, has_plain_signals_and_leaves_those_of_the_parent_as_they_were) {
    sigset_t mask, after;
    struct sigaction chld;
    signal(SIGUSR1, handler);
    signal(SIGCHLD, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    cr_assert_eq(run(tells_its_signals, NULL, 0), 0);
    cr_expect_eq(result.end, CHILD_OK);
    cr_expect_str_eq(str_text(&bytes), "usr1 0 int 0 handlers 1 1");
    sigprocmask(SIG_SETMASK, NULL, &after);
    for (int i = 1; i < 32; i++)
        cr_expect_eq(sigismember(&after, i), i == SIGUSR2, "signal %d", i);
    sigaction(SIGCHLD, NULL, &chld);
    cr_expect_eq(chld.sa_handler, SIG_IGN);
}

Test(child, leaves_no_fd_and_no_zombie) {
    int before = count_fds(), zero = 0, number = SIGSEGV;
    char hello[] = "hello";
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(run(says_hello, hello, 0), 0);
        cr_assert_eq(run(exits, &zero, 0), 0);
        cr_assert_eq(run(raises, &number, 0), 0);
    }
    cr_assert_eq(run(waits_for_ever, NULL, 50), 0);
    cr_expect_eq(count_fds(), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- families ---- */

/* Whether the process ends within ten seconds; waits for the event, not for luck. */
static bool is_gone(int pidfd) {
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    return pidfd >= 0 && poll(&p, 1, 10000) == 1;
}

/* Gets a pid as bytes and holds on to the process before it can be gone. */
static int hold_pid(void *arg, const void *data, size_t len, struct err *out) {
    pid_t pid;
    if (len != sizeof pid)
        return err_set(out, ERR_FORMAT, "%zu bytes", len);
    memcpy(&pid, data, sizeof pid);
    *(int *)arg = pidfd_open(pid, 0);
    return 0;
}

static int leaves_a_child(void *arg, int fd, struct child_status *status) {
    struct err ignored;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    if (fs_write_exact(fd, &pid, sizeof pid, &ignored) != 0)
        return 1;
    if (*(int *)arg)
        return waits_for_ever(NULL, fd, status);
    /* the parent holds the pid as soon as it has read it: wait until the pipe is empty */
    for (int left = 1; left > 0;)
        if (ioctl(fd, FIONREAD, &left) != 0)
            return 1;
    return 0;
}

Test(child, takes_its_own_children_with_it) {
    for (int hang = 0; hang < 2; hang++) {
        int grandchild = -1;
        struct child_spec spec = {.work = leaves_a_child,
                                  .arg = &hang,
                                  .on_bytes = hold_pid,
                                  .bytes_arg = &grandchild,
                                  .deadline_ms = hang ? 150 : 0};
        cr_assert_eq(child_run(&spec, &result, &err), 0);
        cr_expect_eq(result.end, hang ? CHILD_HUNG : CHILD_OK);
        cr_expect(is_gone(grandchild), "hang %d", hang);
        close(grandchild);
    }
}

/* A parent in a process of its own: its child tells its pid to the test through `fd`. */
static int tell_pid(void *arg, int out_fd, struct child_status *status) {
    (void)arg;
    pid_t pid = getpid();
    struct err ignored;
    if (fs_write_exact(out_fd, &pid, sizeof pid, &ignored) != 0)
        return 1;
    return waits_for_ever(NULL, out_fd, status);
}

static int pass_on(void *arg, const void *data, size_t len, struct err *out) {
    return fs_write_exact(*(int *)arg, data, len, out);
}

static pid_t start_parent(int *ret_pidfd_of_child) {
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    pid_t parent = fork();
    if (parent == 0) {
        signal(SIGINT, SIG_DFL);
        struct child_spec spec = {.work = tell_pid, .on_bytes = pass_on, .bytes_arg = &fds[1]};
        struct child_result own = {0};
        _exit(child_run(&spec, &own, &err) == 0 && own.end == CHILD_INTERRUPTED ? 55 : 56);
    }
    pid_t child = 0;
    cr_assert_eq(read(fds[0], &child, sizeof child), (ssize_t)sizeof child);
    *ret_pidfd_of_child = pidfd_open(child, 0);
    close(fds[0]);
    close(fds[1]);
    return parent;
}

Test(child, dies_with_a_parent_that_is_killed) {
    int child, status;
    pid_t parent = start_parent(&child);
    cr_assert_eq(kill(parent, SIGKILL), 0);
    cr_expect(is_gone(child));
    cr_assert_eq(waitpid(parent, &status, 0), parent);
}

Test(child, is_killed_when_the_parent_gets_sigint_which_then_dies_of_it) {
    int child, status;
    pid_t parent = start_parent(&child);
    cr_assert_eq(kill(parent, SIGINT), 0);
    cr_expect(is_gone(child));
    cr_assert_eq(waitpid(parent, &status, 0), parent);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static volatile sig_atomic_t handled;
static void count_signal(int number) { handled = number; }

static int interrupts_the_parent(void *arg, int fd, struct child_status *status) {
    kill(getppid(), SIGTERM);
    return waits_for_ever(arg, fd, status);
}

Test(child, calls_the_parents_handler_after_the_child_is_gone) {
    signal(SIGTERM, count_signal);
    cr_assert_eq(run(interrupts_the_parent, NULL, 0), 0);
    cr_expect_eq(result.end, CHILD_INTERRUPTED);
    cr_expect_eq(handled, SIGTERM);
    cr_expect_eq(child_describe(&result, &err), ERR_BUSY);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- words ---- */

Test(child, makes_text_of_strangers_fit_for_a_terminal) {
    struct str text = {0};
    const char odd[] = "a\033[2Jb\tc\nd\xff\xc3\xa4\xc2\x9b!\0x";
    child_clean_text(odd, sizeof odd - 1, &text);
    cr_expect_str_eq(str_text(&text), "a?[2Jb\tc\nd?\xc3\xa4?!?x");
    str_clear(&text);
    child_clean_text("cut \xe2\x82", 6, &text);
    cr_expect_str_eq(str_text(&text), "cut ??");
    str_fini(&text);
}

Test(child, names_signals) {
    char buf[24];
    cr_expect_str_eq(child_signal_name(SIGSEGV, buf), "SIGSEGV");
    cr_expect_str_eq(child_signal_name(40, buf), "signal 40");
}
