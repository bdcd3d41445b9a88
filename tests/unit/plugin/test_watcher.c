#include "watching.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

TestSuite(watcher, .init = watching_setup, .fini = watching_teardown);

/* ---- quiet ---- */

Test(watcher, what_is_there_at_the_start_is_known) {
    save(in_watched("x.c"), "one");
    add_sources();
    EXPECT_NONE();
    EXPECT_SILENCE();
}

Test(watcher, what_is_there_at_the_start_is_handed_out_when_asked) {
    save(in_watched("x.c"), "one");
    save(in_watched("y.txt"), "one");
    add(watched, sources, WATCHER_DEBOUNCE_MS, false, true);
    cr_expect_eq(watcher_timeout_ms(watcher, now), 0);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
}

Test(watcher, fifty_saves_in_a_row_are_one_change) {
    add_sources();
    for (int i = 0; i < 50; i++) {
        char text[20];
        snprintf(text, sizeof text, "save %d", i);
        save(in_watched("x.c"), text);
        after(20);
        EXPECT_NONE();
    }
    after(299);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
}

Test(watcher, a_noisy_file_is_handed_out_after_two_seconds_and_starves_no_other) {
    add_sources();
    int noisy = 0, quiet = 0;
    for (int at = 0; at <= 2400; at += 100) { /* the first save is seen at 0, the last at 2400 */
        save(in_watched("noisy.c"), "again and again");
        if (at == 0)
            save(in_watched("quiet.c"), "once");
        pump();
        while (next_change()) {
            bool is_noisy = strcmp(change.path, in_watched("noisy.c")) == 0;
            cr_expect_eq(at, is_noisy ? 2000 : 300);
            *(is_noisy ? &noisy : &quiet) += 1;
        }
        now += 100 * MS;
    }
    cr_expect_eq(noisy, 1);
    cr_expect_eq(quiet, 1);
    after(300); /* the saves from 2100 on are a change of their own */
    EXPECT_ONE("noisy.c", false);
}

Test(watcher, without_debounce_a_written_file_is_handed_out_at_once) {
    add(watched, objects, 0, false, false);
    sh("echo a > w/t && mv w/t w/x.so");
    pump_event();
    EXPECT_ONE("x.so", false);
    int fd = open(in_watched("y.so"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    cr_assert_eq(write(fd, "a", 1), 1);
    cr_assert_eq(fchmod(fd, 0755), 0); /* as mv and install do, before they close */
    pump_event();
    EXPECT_NONE();
    close(fd);
    pump_event();
    EXPECT_ONE("y.so", false);
    EXPECT_SILENCE();
}

Test(watcher, a_file_that_still_grows_is_not_quiet) {
    add_sources();
    int fd = open(in_watched("x.c"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    after(5000); /* the scan finds it; nobody has closed it */
    after(299);
    cr_assert_eq(write(fd, "half", 4), 4);
    after(1);
    EXPECT_NONE();
    after(299);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.c", false);
    cr_assert_eq(write(fd, "half", 4), 4);
    close(fd);
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
}

Test(watcher, changes_come_oldest_first) {
    add_sources();
    const char *const names[] = {"c.c", "a.c", "b.c"};
    for (int i = 0; i < 3; i++)
        save(in_watched(names[i]), "x");
    pump_event();
    after(300);
    for (int i = 0; i < 3; i++) {
        cr_assert(next_change());
        cr_expect_str_eq(change.path, in_watched(names[i]));
    }
    EXPECT_NONE();
}

Test(watcher, tells_how_long_to_sleep) {
    add_sources();
    cr_expect_eq(watcher_timeout_ms(watcher, now), 5000);
    cr_expect_eq(watcher_timeout_ms(watcher, now + 1), 5000); /* rounded up */
    cr_expect_eq(watcher_timeout_ms(watcher, now + 1000 * MS), 4000);
    cr_expect_eq(watcher_timeout_ms(watcher, now + 6000 * MS), 0);
    save(in_watched("x.c"), "one");
    pump_event();
    cr_expect_eq(watcher_timeout_ms(watcher, now), 300);
    after(300);
    cr_expect_eq(watcher_timeout_ms(watcher, now), 0);
    cr_expect_eq(count_changes(), 1);
    cr_expect_eq(watcher_timeout_ms(watcher, now), 4700);
}

/* ---- gone and back ---- */

Test(watcher, a_deleted_file_is_gone_after_two_seconds_once) {
    save(in_watched("x.c"), "one");
    add_sources();
    unlink(in_watched("x.c"));
    pump_event();
    cr_expect(watcher_has_pending(watcher, in_watched("x.c")));
    after(1999);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.c", true);
    cr_expect_not(watcher_has_pending(watcher, in_watched("x.c")));
    EXPECT_SILENCE();
    save(in_watched("x.c"), "one");
    pump_event();
    after(300);
    EXPECT_ONE("x.c", false);
}

Test(watcher, a_file_that_is_back_in_time_is_one_change) {
    save(in_watched("x.c"), "one");
    add_sources();
    unlink(in_watched("x.c"));
    pump_event();
    after(1900);
    save(in_watched("x.c"), "two");
    pump_event();
    after(299);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.c", false);
    EXPECT_SILENCE();
}

Test(watcher, a_file_that_was_away_for_long_waits_anew_when_it_is_back) {
    save(in_watched("x.c"), "one");
    add_sources();
    save(in_watched("x.c"), "two");
    pump_event();
    after(200);
    unlink(in_watched("x.c"));
    pump_event();
    after(1900);
    save(in_watched("x.c"), "three"); /* 2100 ms after the first save, 1900 after the delete */
    pump_event();
    after(299);
    EXPECT_NONE();
    after(1);
    EXPECT_ONE("x.c", false);
}

Test(watcher, a_file_that_comes_and_goes_is_handed_out_after_two_seconds) {
    save(in_watched("x.c"), "one");
    add_sources();
    int handed = 0;
    for (int at = 0; at <= 2000; at += 100) {
        save(in_watched("x.c"), at % 200 == 0 ? "two" : "three");
        pump();
        handed += count_changes();
        cr_expect_eq(handed, at == 2000);
        unlink(in_watched("x.c"));
        after(100);
    }
}

Test(watcher, a_file_made_and_deleted_is_nothing) {
    add_sources();
    save(in_watched("x.c"), "one");
    pump_event();
    unlink(in_watched("x.c"));
    pump_event();
    cr_expect_not(watcher_has_pending(watcher, in_watched("x.c")));
    EXPECT_SILENCE();
}

/* ---- pending and forgotten ---- */

Test(watcher, knows_what_is_pending) {
    add_sources();
    const char *path = in_watched("x.c");
    cr_expect_not(watcher_has_pending(watcher, path));
    save(path, "one");
    pump_event();
    cr_expect(watcher_has_pending(watcher, path));
    after(300);
    cr_expect(watcher_has_pending(watcher, path));
    cr_expect_eq(count_changes(), 1);
    cr_expect_not(watcher_has_pending(watcher, path));
}

Test(watcher, forgets_what_the_host_itself_has_written) {
    add(watched, objects, 0, false, false);
    const char *path = in_watched("x.so");
    sh("echo one > w/t && mv w/t w/x.so");
    watcher_forget(watcher, path); /* before its events are read */
    pump_event();
    cr_expect_not(watcher_has_pending(watcher, path));
    EXPECT_SILENCE();
    sh("echo two > w/t && mv w/t w/x.so");
    pump_event();
    cr_expect(watcher_has_pending(watcher, path));
    watcher_forget(watcher, path); /* after */
    EXPECT_SILENCE();
    unlink(path);
    watcher_forget(watcher, path);
    pump_event();
    EXPECT_SILENCE();
    sh("echo three > w/t && mv w/t w/x.so");
    pump_event();
    EXPECT_ONE("x.so", false);
    watcher_forget(watcher, "/nobody/watches/this.so");
    watcher_forget(watcher, "");
}

/* ---- limits ---- */

static int count_fds(void) {
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

Test(watcher, leaves_no_descriptor_behind) {
    int before = count_fds();
    for (int i = 0; i < 20; i++) {
        struct watcher *another;
        struct watcher_folder folder = {watched, sources, 0, true};
        cr_assert_eq(watcher_create(&another, &err), 0);
        sh("mkdir -p w/sub && echo %d > w/sub/x.c", i);
        cr_assert_eq(watcher_add(another, &folder, true, now, &err), 0);
        cr_assert_eq(watcher_pump(another, now + 6000 * MS, &err), 0);
        cr_expect(watcher_next(another, now + 6000 * MS, &change));
        watcher_destroy(&another);
        cr_expect_null(another);
        watcher_destroy(&another);
    }
    cr_expect_eq(count_fds(), before);
}

Test(watcher, says_when_the_process_has_no_descriptor_left) {
    struct watcher *another = NULL;
    struct rlimit files, none;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){3, files.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    cr_expect_eq(watcher_create(&another, &err), ERR_IO);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    cr_expect(strstr(err.text, "ulimit -n") != NULL, "%s", err.text);
    cr_expect_null(another);
}

/* A limit of a user namespace of our own: that of all users is others' too. */
static bool set_limit(const char *path, const char *value) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_set = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    if (fd >= 0)
        close(fd);
    return is_set;
}

/* In a child, for Criterion's process has threads. 77: no user namespaces here. */
static int try_user_limits(void) {
    struct watcher *one = NULL, *two = NULL;
    struct watcher_folder folder = {watched, sources, 0, false};
    if (unshare(CLONE_NEWUSER) != 0 || !set_limit("/proc/sys/user/max_inotify_watches", "0") ||
        !set_limit("/proc/sys/user/max_inotify_instances", "1"))
        return 77;
    if (watcher_create(&one, &err) != 0)
        return 1;
    if (watcher_add(one, &folder, false, now, &err) != ERR_IO ||
        strstr(err.text, watched) == NULL ||
        strstr(err.text, "fs.inotify.max_user_watches") == NULL)
        return 2;
    if (watcher_create(&two, &err) != ERR_IO || two != NULL ||
        strstr(err.text, "fs.inotify.max_user_instances") == NULL)
        return 3;
    watcher_destroy(&one);
    return 0;
}

Test(watcher, says_which_limit_of_the_user_stands_in_the_way) {
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0)
        _exit(try_user_limits());
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        cr_skip_test("no user namespaces here");
    cr_expect_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
}

Test(watcher, keeps_all_files_while_descriptors_are_short) {
    save(in_watched("x.c"), "one");
    add_sources();
    struct rlimit files, none;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){3, files.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_SILENCE(); /* a folder that cannot be opened for that is not an empty one */
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    unlink(in_watched("x.c"));
    pump_event();
    after(2000);
    EXPECT_ONE("x.c", true);
}
