#include <criterion/criterion.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

static void assert_join(const char *a, const char *b, const char *expected) {
    struct str s = {0};
    fs_join(&s, a, b);
    cr_assert_str_eq(str_text(&s), expected);
    str_fini(&s);
}

Test(fs_path, joins_with_one_slash_and_lets_absolute_paths_win) {
    assert_join("a", "b", "a/b");
    assert_join("a/", "b", "a/b");
    assert_join("/", "b", "/b");
    assert_join("", "b", "b");
    assert_join("a", "/b", "/b");
    assert_join(".", "b/c", "./b/c");
}

static void assert_parts(const char *path, const char *dir, const char *base) {
    char *d = fs_dirname(path);
    char *b = fs_basename(path);
    cr_assert_str_eq(d, dir, "%s: %s", path, d);
    cr_assert_str_eq(b, base, "%s: %s", path, b);
    mem_free(d);
    mem_free(b);
}

Test(fs_path, splits_into_folder_and_name) {
    assert_parts("/a/b", "/a", "b");
    assert_parts("/a", "/", "a");
    assert_parts("b", ".", "b");
    assert_parts("/", "/", "/");
    assert_parts("a/b/", "a", "b");
    assert_parts("a//b", "a", "b");
    assert_parts("", ".", ".");
    assert_parts("///", "/", "/");
}

Test(fs_path, splits_like_libc) {
    struct rng rng;
    rng_seed(&rng, 12);
    for (int i = 0; i < 20000; i++) {
        char path[16];
        size_t len = rng_below(&rng, 9);
        for (size_t j = 0; j < len; j++)
            path[j] = "/a.b"[rng_below(&rng, 4)];
        path[len] = '\0';
        if (path[0] == '/' && path[1] == '/')
            continue; /* libc keeps two slashes at the root, as POSIX lets it */
        char one[16];
        char two[16];
        memcpy(one, path, sizeof(path));
        memcpy(two, path, sizeof(path));
        assert_parts(path, dirname(one), basename(two));
    }
}

Test(fs_path, finds_a_file_upward) {
    char root[PATH_MAX];
    char start[PATH_MAX + 100];
    char expected[PATH_MAX + 100];
    char template[] = "/tmp/qs_up_XXXXXX";
    cr_assert_not_null(realpath(mkdtemp(template), root));
    snprintf(start, sizeof(start), "%s/a/b", root);
    snprintf(expected, sizeof(expected), "%s/quasar_test.sqlite", root);
    struct err err;
    cr_assert_eq(fs_mkdir_all(start, &err), 0);
    struct str found = {0};
    str_append(&found, "before");
    cr_assert_not(fs_find_upward(start, "quasar_test.sqlite", &found));
    cr_assert_str_eq(str_text(&found), "before");
    cr_assert_eq(fs_write_atomic(expected, "", 0, 0644, &err), 0);
    cr_assert(fs_find_upward(start, "quasar_test.sqlite", &found));
    cr_assert_str_eq(str_text(&found), expected);
    cr_assert_eq(chdir(start), 0);
    cr_assert(fs_find_upward(".", "quasar_test.sqlite", &found));
    cr_assert_str_eq(str_text(&found), expected);
    cr_assert(fs_find_upward(start, "tmp", &found)); /* all the way to the root */
    cr_assert_str_eq(str_text(&found), "/tmp");
    cr_assert_not(fs_find_upward("/no/such/folder", "tmp", &found));
    str_fini(&found);
    char command[PATH_MAX + 10];
    snprintf(command, sizeof(command), "rm -rf %s", root);
    cr_assert_eq(system(command), 0);
}
