/* Who records a run is known while it lives, and no longer, however it ends. */
#include "store/run_live.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[100], path[150], live[160];

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/qs_live_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/quasar.sqlite", folder);
    snprintf(live, sizeof(live), "%s-live", path);
}

static void drop_folder(void) {
    char command[200];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(run_live, .init = make_folder, .fini = drop_folder);

/* A child that takes the byte, says so, and waits; *ret_fd is closed to let it end. */
static pid_t start_holder(int64_t run, int *ret_fd) {
    int said[2], heard[2];
    char byte = 0;
    cr_assert(pipe(said) == 0 && pipe(heard) == 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        int fd = -1;
        close(heard[1]);
        int rc = run_live_take(path, run, &fd, &err);
        if (write(said[1], rc == 0 ? "y" : "n", 1) != 1)
            _exit(2);
        _exit(read(heard[0], &byte, 1) == 0 ? 0 : 1); /* fd is still open */
    }
    close(said[1]);
    close(heard[0]);
    cr_assert_eq(read(said[0], &byte, 1), 1);
    cr_assert_eq(byte, 'y');
    close(said[0]);
    *ret_fd = heard[1];
    return child;
}

Test(run_live, nobody_holds_anything_where_there_is_no_file) {
    struct stat what;
    cr_expect(!run_live_is_held(path, 1));
    cr_expect_neq(stat(live, &what), 0); /* asking makes nothing */
    cr_expect(!run_live_is_held("/no/such/folder/x", 1));
}

Test(run_live, is_held_until_closed_also_for_the_holder_itself) {
    struct err err;
    struct stat what;
    int fd = -1;
    cr_assert_eq(run_live_take(path, 7, &fd, &err), 0, "%s", err.text);
    cr_expect(run_live_is_held(path, 7)); /* and asking does not let go of it */
    cr_expect(run_live_is_held(path, 7));
    cr_expect(!run_live_is_held(path, 6));
    cr_expect(!run_live_is_held(path, 8));
    cr_assert_eq(stat(live, &what), 0);
    cr_expect_eq(what.st_size, 0);
    close(fd);
    cr_expect(!run_live_is_held(path, 7));
}

Test(run_live, runs_are_independent_also_far_ones) {
    struct err err;
    int first = -1, far = -1, again = -1;
    cr_assert_eq(run_live_take(path, 1, &first, &err), 0);
    cr_assert_eq(run_live_take(path, INT64_MAX / 2, &far, &err), 0, "%s", err.text);
    cr_expect(run_live_is_held(path, 1));
    cr_expect(run_live_is_held(path, INT64_MAX / 2));
    close(first);
    cr_expect(!run_live_is_held(path, 1));
    cr_expect(run_live_is_held(path, INT64_MAX / 2));
    cr_expect_eq(run_live_take(path, 1, &again, &err), 0);
    close(again);
    close(far);
}

Test(run_live, a_second_process_is_told_that_it_is_busy) {
    struct err err;
    int let_go, fd = -1, status = -1;
    pid_t child = start_holder(3, &let_go);
    cr_expect(run_live_is_held(path, 3));
    cr_expect_eq(run_live_take(path, 3, &fd, &err), ERR_BUSY);
    cr_expect(strstr(err.text, "run 3: another process records it") != NULL, "%s", err.text);
    cr_expect_eq(fd, -1);
    close(let_go);
    waitpid(child, &status, 0);
    cr_expect_eq(status, 0);
    cr_expect(!run_live_is_held(path, 3));
}

Test(run_live, kill_lets_go) {
    int let_go, status = -1;
    pid_t child = start_holder(3, &let_go);
    cr_expect(run_live_is_held(path, 3));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    cr_expect(WIFSIGNALED(status));
    cr_expect(!run_live_is_held(path, 3));
    close(let_go);
}

Test(run_live, a_deleted_file_is_made_again) {
    struct err err;
    int fd = -1;
    cr_assert_eq(run_live_take(path, 1, &fd, &err), 0);
    close(fd);
    cr_assert_eq(unlink(live), 0);
    cr_assert_eq(run_live_take(path, 2, &fd, &err), 0);
    cr_expect(run_live_is_held(path, 2));
    close(fd);
}

Test(run_live, a_place_that_cannot_be_written_is_said) {
    struct err err;
    int fd = -1;
    cr_expect_eq(run_live_take("/no/such/folder/q.sqlite", 1, &fd, &err), ERR_IO);
    cr_expect(strstr(err.text, "/no/such/folder/q.sqlite-live: cannot open: No such file") ==
                  err.text,
              "%s", err.text);
    cr_assert_eq(mkdir(live, 0777), 0);
    cr_expect_eq(run_live_take(path, 1, &fd, &err), ERR_IO);
    cr_expect(strstr(err.text, "Is a directory") != NULL, "%s", err.text);
}
