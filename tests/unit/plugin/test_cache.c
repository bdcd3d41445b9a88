#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/cache.h"
#include "plugin/elf.h"

static char folder[64];
static char good[4096];
static struct build build;
static struct err err;

static const char *in_folder(const char *name) {
    static char paths[4][4096];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void setup(void) {
    strcpy(folder, "/tmp/qs_cache_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", in_folder("cache"), 1);
    snprintf(good, sizeof good, "%s/doubles/bar_crash.so", QS_BUILD_DIR);
}

static void teardown(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(cache, .init = setup, .fini = teardown);

static mode_t mode_of(const char *path) {
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static ino_t inode_of(const char *path) {
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    return st.st_ino;
}

static void copy_file(const char *from, const char *to) {
    char *bytes;
    size_t len;
    cr_assert_eq(fs_read_all(from, 1 << 24, &bytes, &len, &err), 0);
    cr_assert_eq(fs_write_atomic(to, bytes, len, 0644, &err), 0);
    mem_free(bytes);
}

Test(cache, names_the_copy_by_the_sum_that_sha256sum_gives) {
    char command[8192], line[200] = "", name[4096];
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0, "%s", err.text);
    snprintf(command, sizeof command, "sha256sum '%s'", build.path);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    cr_expect_eq(strlen(build.sha), 64);
    cr_expect_eq(strncmp(line, build.sha, 64), 0);
    snprintf(name, sizeof name, "%s/builds/bar_crash.%.16s.so", in_folder("cache"), build.sha);
    cr_expect_str_eq(build.path, name);
    cr_expect_str_eq(build.source, good);
    cr_expect_eq(mode_of(build.path), 0444);
    cr_expect_eq(mode_of(in_folder("cache/builds")), 0700);
}

Test(cache, uses_a_copy_that_is_there_and_repairs_a_damaged_one) {
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0);
    ino_t first = inode_of(build.path);
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0);
    cr_expect_eq(inode_of(build.path), first);

    cr_assert_eq(chmod(build.path, 0644), 0);
    int fd = open(build.path, O_WRONLY);
    cr_assert_eq(pwrite(fd, "x", 1, 100), 1);
    close(fd);
    int held = open(build.path, O_RDONLY); /* keeps its inode from being given out again */
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0);
    cr_expect_neq(inode_of(build.path), first);
    char *a, *b;
    size_t a_len, b_len;
    cr_assert_eq(fs_read_all(build.path, 1 << 24, &a, &a_len, &err), 0);
    cr_assert_eq(fs_read_all(good, 1 << 24, &b, &b_len, &err), 0);
    cr_expect(a_len == b_len && memcmp(a, b, a_len) == 0);
    mem_free(a);
    mem_free(b);
    close(held);
}

Test(cache, makes_a_copy_anew_from_bytes_that_were_kept_elsewhere) {
    struct build again;
    char *bytes;
    size_t len;
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0);
    cr_assert_eq(fs_read_all(good, 1 << 24, &bytes, &len, &err), 0);
    setenv("QS_CACHE", in_folder("other"), 1);
    cr_expect_eq(cache_find("/gone/bar_crash.so", build.sha, &again, &err), ERR_NOT_FOUND);
    cr_assert_eq(cache_restore("/gone/bar_crash.so", build.sha, bytes, len, &again, &err), 0, "%s",
                 err.text);
    cr_expect_str_eq(again.sha, build.sha);
    cr_expect_str_eq(again.source, "/gone/bar_crash.so");
    cr_expect_eq(mode_of(again.path), 0444);
    cr_expect_eq(cache_find("/gone/bar_crash.so", build.sha, &again, &err), 0, "%s", err.text);
    bytes[len / 2] ^= 1;
    cr_expect_eq(cache_restore("/gone/x.so", build.sha, bytes, len, &again, &err), ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "are other bytes"), "%s", err.text);
    cr_expect_not(fs_exists(in_folder("other/builds/x.so")));
    mem_free(bytes);
}

Test(cache, leaves_nothing_but_the_copy) {
    cr_assert_eq(cache_take(good, NULL, &build, &err), 0);
    char command[200], line[200] = "";
    snprintf(command, sizeof command, "ls -A %s | wc -l", in_folder("cache/builds"));
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    cr_expect_eq(strtol(line, NULL, 10), 1);
}

Test(cache, follows_a_link_to_the_file) {
    cr_assert_eq(symlink(good, in_folder("link.so")), 0);
    cr_assert_eq(cache_take(in_folder("link.so"), NULL, &build, &err), 0, "%s", err.text);
    cr_expect_str_eq(build.source, good);
}

Test(cache, keeps_odd_names_out_of_its_folder) {
    copy_file(good, in_folder("a b;c\xc3\xa4.so"));
    cr_assert_eq(cache_take(in_folder("a b;c\xc3\xa4.so"), NULL, &build, &err), 0, "%s", err.text);
    cr_expect_not_null(strstr(build.path, "/builds/a_b_c__."));
}

static void refused(const char *path, int code, const char *sentence) {
    cr_expect_eq(cache_take(path, NULL, &build, &err), code, "%s", err.text);
    cr_expect_not_null(strstr(err.text, sentence), "found: %s", err.text);
    cr_expect_not_null(strstr(err.text, path), "no path: %s", err.text);
}

Test(cache, refuses_what_is_no_finished_regular_file) {
    cr_assert_eq(mkfifo(in_folder("pipe.so"), 0600), 0);
    cr_assert_eq(mkdir(in_folder("dir.so"), 0700), 0);
    cr_assert_eq(fs_write_atomic(in_folder("empty.so"), "", 0, 0644, &err), 0);
    refused(in_folder("none.so"), ERR_NOT_FOUND, "no such file (build it, or look at the path)");
    refused(in_folder("pipe.so"), ERR_FORMAT, "found a device, pipe or socket");
    refused(in_folder("dir.so"), ERR_FORMAT, "found a folder (name the file)");
    refused(in_folder("empty.so"), ERR_FORMAT, "found an empty file");
    refused("/dev/zero", ERR_FORMAT, "found a device, pipe or socket");
    /* says that it has 0 bytes and gives more, as a file that grows while it is read */
    refused("/proc/self/maps", ERR_BUSY, "changed during each of 5 reads");
    cr_expect(!fs_exists(in_folder("cache")), "something was cached");
}

Test(cache, refuses_a_file_over_the_limit_before_it_takes_memory) {
    int fd = open(in_folder("big.so"), O_CREAT | O_WRONLY, 0644);
    cr_assert_eq(ftruncate(fd, (off_t)CACHE_FILE_MAX + 1), 0);
    close(fd);
    refused(in_folder("big.so"), ERR_LIMIT, "expected at most 64 MiB, found 67108865 bytes");
}

Test(cache, refuses_a_folder_that_others_may_write_in) {
    cr_assert_eq(fs_mkdir_all(in_folder("cache/builds"), &err), 0);
    cr_assert_eq(chmod(in_folder("cache/builds"), 0777), 0);
    cr_expect_eq(cache_take(good, NULL, &build, &err), ERR_IO);
    cr_expect_not_null(strstr(err.text, "expected mode 0700, found 0777"), "%s", err.text);
}

Test(cache, says_where_it_could_not_write) {
    cr_assert_eq(fs_write_atomic(in_folder("file"), "", 0, 0644, &err), 0);
    setenv("QS_CACHE", in_folder("file"), 1);
    cr_expect_lt(cache_take(good, NULL, &build, &err), 0);
    cr_expect_not_null(strstr(err.text, "set QS_CACHE to one that can be written"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, in_folder("file")), "%s", err.text);
    unsetenv("QS_CACHE");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    cr_expect_eq(cache_take(good, NULL, &build, &err), ERR_USAGE);
    cr_expect_str_eq(err.text,
                     "no cache folder: QS_CACHE, XDG_CACHE_HOME and HOME are not set (set "
                     "QS_CACHE)");
}

Test(cache, looks_for_its_folder_where_the_desktop_says) {
    char path[PATH_MAX];
    unsetenv("QS_CACHE");
    setenv("XDG_CACHE_HOME", in_folder("xdg"), 1);
    setenv("HOME", in_folder("home"), 1);
    cr_assert_eq(cache_folder(path, &err), 0, "%s", err.text);
    cr_expect_str_eq(path, in_folder("xdg/quasar/builds"));
    unsetenv("XDG_CACHE_HOME");
    cr_assert_eq(cache_folder(path, &err), 0, "%s", err.text);
    cr_expect_str_eq(path, in_folder("home/.cache/quasar/builds"));
}
