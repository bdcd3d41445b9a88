#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

static char folder[] = "/tmp/qs_fs_XXXXXX";

static void setup(void) { cr_assert_not_null(mkdtemp(folder)); }

static void teardown(void) {
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(fs, .init = setup, .fini = teardown);

/* Four paths may be alive at once. */
static const char *in_folder(const char *name) {
    static char paths[4][200];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_content(const char *path, const char *expected) {
    char *text = NULL;
    struct err err;
    cr_assert_eq(fs_read_all(path, 1 << 20, &text, NULL, &err), 0, "%s", err.text);
    cr_assert_str_eq(text, expected);
    mem_free(text);
}

static int count_entries(void) {
    DIR *dir = opendir(folder);
    int count = 0;
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count - 2;
}

Test(fs, reads_whole_files_up_to_the_limit) {
    const char *path = in_folder("a");
    char *text = NULL;
    size_t len = 99;
    struct err err;
    put(path, "");
    cr_assert_eq(fs_read_all(path, 0, &text, &len, &err), 0);
    cr_assert(len == 0 && text[0] == '\0');
    mem_free(text);
    put(path, "12345");
    cr_assert_eq(fs_read_all(path, 5, &text, &len, &err), 0);
    cr_assert_eq(len, 5);
    cr_assert_str_eq(text, "12345");
    mem_free(text);
    text = NULL;
    cr_assert_eq(fs_read_all(path, 4, &text, &len, &err), ERR_LIMIT);
    cr_assert_null(text);
    cr_assert_eq(len, 5);
    cr_assert_not_null(strstr(err.text, "/a: 5 bytes, 4 are allowed"));
}

Test(fs, reads_files_whose_size_is_said_to_be_zero) {
    char *text = NULL;
    struct err err;
    cr_assert_eq(fs_read_all("/proc/self/status", 1 << 20, &text, NULL, &err), 0);
    cr_assert_not_null(strstr(text, "Pid:"));
    mem_free(text);
    cr_assert_eq(fs_read_all("/proc/self/status", 10, &text, NULL, &err), ERR_LIMIT);
}

Test(fs, refuses_what_is_no_regular_file_without_waiting) {
    char *text = NULL;
    struct err err;
    cr_assert_eq(fs_read_all(folder, 100, &text, NULL, &err), ERR_IO);
    cr_assert_not_null(strstr(err.text, "it is a folder"));
    cr_assert_eq(mkfifo(in_folder("pipe"), 0600), 0);
    cr_assert_eq(fs_read_all(in_folder("pipe"), 100, &text, NULL, &err), ERR_IO);
    cr_assert_eq(fs_read_all("/dev/zero", 100, &text, NULL, &err), ERR_IO);
    cr_assert_eq(fs_read_all(in_folder("none"), 100, &text, NULL, &err), ERR_NOT_FOUND);
    struct fs_map map;
    cr_assert_eq(fs_map_open(in_folder("pipe"), &map, &err), ERR_IO);
    cr_assert_eq(fs_map_open(in_folder("none"), &map, &err), ERR_NOT_FOUND);
}

Test(fs, writes_atomically_and_leaves_nothing_beside) {
    const char *path = in_folder("a");
    struct err err;
    umask(022);
    cr_assert_eq(fs_write_atomic(path, "one", 3, 0644, &err), 0, "%s", err.text);
    assert_content(path, "one");
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0644);
    cr_assert_eq(fs_write_atomic(path, "", 0, 0600, &err), 0);
    assert_content(path, "");
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(count_entries(), 1);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(fs_write_atomic("relative", "x", 1, 0644, &err), 0);
    assert_content(in_folder("relative"), "x");
}

Test(fs, a_reader_that_has_the_old_file_open_keeps_it) {
    const char *path = in_folder("a");
    struct err err;
    put(path, "old");
    struct fs_map map;
    cr_assert_eq(fs_map_open(path, &map, &err), 0);
    cr_assert_eq(fs_write_atomic(path, "new!", 4, 0644, &err), 0);
    cr_assert_eq(map.len, 3);
    cr_assert_arr_eq(map.data, "old", 3);
    fs_map_close(&map);
    assert_content(path, "new!");
}

Test(fs, a_failed_write_changes_nothing) {
    struct err err;
    cr_assert_eq(fs_write_atomic(in_folder("no/file"), "x", 1, 0644, &err), ERR_NOT_FOUND);
    cr_assert_eq(mkdir(in_folder("dir"), 0755), 0);
    cr_assert_eq(fs_write_atomic(in_folder("dir"), "x", 1, 0644, &err), ERR_IO);
    cr_assert_not_null(strstr(err.text, "/dir: Is a directory"), "%s", err.text);
    cr_assert_eq(count_entries(), 1);
}

Test(fs, makes_folders_and_accepts_those_that_are_there) {
    struct err err;
    cr_assert_eq(fs_mkdir_all(in_folder("a/b//c/"), &err), 0, "%s", err.text);
    cr_assert(fs_is_dir(in_folder("a/b/c")));
    cr_assert_eq(fs_mkdir_all(in_folder("a/b"), &err), 0);
    cr_assert_eq(fs_mkdir_all("/", &err), 0);
    cr_assert_eq(fs_mkdir_all("/proc", &err), 0);
    put(in_folder("file"), "");
    cr_assert_eq(fs_mkdir_all(in_folder("file"), &err), ERR_IO);
    cr_assert_not_null(strstr(err.text, "a file is in its place"));
    cr_assert_eq(fs_mkdir_all(in_folder("file/below"), &err), ERR_IO);
    cr_assert_eq(fs_mkdir_all("", &err), ERR_NOT_FOUND);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(fs_mkdir_all("x/y", &err), 0);
    cr_assert(fs_is_dir(in_folder("x/y")));
}

Test(fs, tells_what_is_there) {
    put(in_folder("file"), "");
    cr_assert_eq(symlink("nowhere", in_folder("broken")), 0);
    cr_assert(fs_exists(folder) && fs_is_dir(folder) && !fs_is_regular(folder));
    cr_assert(fs_exists(in_folder("file")) && !fs_is_dir(in_folder("file")));
    cr_assert(fs_is_regular(in_folder("file")));
    cr_assert_not(fs_exists(in_folder("broken")) || fs_exists(in_folder("none")));
}

Test(fs, maps_files_and_empty_ones) {
    struct err err;
    struct fs_map map = {0};
    fs_map_close(&map);
    put(in_folder("a"), "bars");
    cr_assert_eq(fs_map_open(in_folder("a"), &map, &err), 0);
    struct stat st;
    cr_assert_eq(stat(in_folder("a"), &st), 0);
    cr_assert_eq(map.len, 4);
    cr_assert_arr_eq(map.data, "bars", 4);
    cr_assert_eq(map.inode, st.st_ino);
    cr_assert_eq(map.mtime_ns / 1000000000, st.st_mtim.tv_sec);
    fs_map_close(&map);
    fs_map_close(&map);
    cr_assert_null(map.data);
    put(in_folder("a"), "");
    cr_assert_eq(fs_map_open(in_folder("a"), &map, &err), 0);
    cr_assert(map.len == 0 && map.data == NULL);
    fs_map_close(&map);
}

static void do_nothing(int signal_number) { (void)signal_number; }

/* A megabyte through a pipe of 64 KiB: the writer gets short counts, and signals interrupt it. */
Test(fs, writes_exact_lengths_through_pipes_and_signals) {
    enum { LEN = 1 << 20 };
    static uint8_t data[LEN];
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < LEN; i++)
            data[i] = (uint8_t)(i * 7);
        close(fds[0]);
        struct sigaction action = {.sa_handler = do_nothing};
        sigaction(SIGALRM, &action, NULL);
        ualarm(200, 200);
        _exit(fs_write_exact(fds[1], data, LEN, NULL) == 0 ? 0 : 1);
    }
    close(fds[1]);
    size_t at = 0;
    for (ssize_t got; (got = read(fds[0], data + at, LEN - at)) > 0; at += (size_t)got)
        continue;
    cr_assert_eq(at, LEN);
    for (int i = 0; i < LEN; i++)
        cr_assert_eq(data[i], (uint8_t)(i * 7));
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0);
}

Test(fs, says_that_nobody_reads_a_pipe) {
    int fds[2];
    struct err err;
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(pipe(fds), 0);
    close(fds[0]);
    cr_assert_eq(fs_write_exact(fds[1], "abc", 3, &err), ERR_IO);
    close(fds[1]);
}
