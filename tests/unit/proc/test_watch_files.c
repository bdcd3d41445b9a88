#include "proc/watch_files.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static char folder[64];
static struct str files, depends;

static void setup(void) {
    strcpy(folder, "/tmp/qs_wfiles_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void teardown(void) {
    char command[100];
    str_fini(&files);
    str_fini(&depends);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
TestSuite(watch_files, .init = setup, .fini = teardown);

static const char *put(const char *name, const char *text) {
    static char path[128];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert_eq(fs_write_atomic(path, text, strlen(text), 0644, &err), 0, "%s", err.text);
    return path;
}

Test(watch_files, paths_are_straight_and_named_once) {
    watch_files_add(&depends, "/a/b/../c/./d.h\n/a//c/d.h\n/../e.h\n");
    watch_files_add(&depends, "/a/c/d.h\nrelative/../f.h\n");
    cr_assert_str_eq(str_text(&depends), "/a/c/d.h\n/e.h\nrelative/../f.h\n");
}

Test(watch_files, a_folder_is_its_sources_and_headers) {
    char expected[512];
    static const char *const names[] = {"b.c", "a.h", "test_b.c", ".b.c.swp", "notes.txt", "z.cpp"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        (void)put(names[i], "x");
    watch_files_add(&depends, "/sdk/strategy.h\n");
    watch_files_list(folder, &depends, &files);
    snprintf(expected, sizeof expected, "%s/a.h\n%s/b.c\n%s/z.cpp\n/sdk/strategy.h\n", folder,
             folder, folder);
    cr_assert_str_eq(str_text(&files), expected);
}

Test(watch_files, the_hash_is_of_names_and_bytes_alone) {
    char first[SHA256_HEX_SIZE], second[SHA256_HEX_SIZE];
    int64_t changed, later;
    const char *path = put("a.c", "int x;");
    watch_files_list(path, &depends, &files);
    watch_files_hash(&files, first, &changed);
    cr_assert_eq(chmod(path, 0600), 0);
    cr_assert_eq(utimensat(0, path, NULL, 0), 0);
    watch_files_hash(&files, second, &later);
    cr_assert_str_eq(second, first);
    cr_assert_geq(later, changed);
    (void)put("a.c", "int y;");
    watch_files_hash(&files, second, &later);
    cr_assert_str_neq(second, first);
    cr_assert_eq(unlink(path), 0);
    watch_files_hash(&files, second, &later);
    cr_assert_str_neq(second, first);
    cr_assert_eq(later, INT64_MAX);
}

Test(watch_files, a_source_is_there_as_long_as_there_is_something_to_compile) {
    cr_assert_not(watch_files_has_source(""));
    cr_assert_not(watch_files_has_source(folder));
    (void)put("a.h", "");
    cr_assert_not(watch_files_has_source(folder));
    cr_assert(watch_files_has_source(put("a.c", "")));
    cr_assert(watch_files_has_source(folder));
    cr_assert_not(watch_files_has_source("/nowhere/a.c"));
}

Test(watch_files, sha_of_a_file_that_is_not_there_is_empty) {
    char sha[SHA256_HEX_SIZE] = "x";
    watch_files_sha("/nowhere", sha);
    cr_assert_str_eq(sha, "");
    watch_files_sha(put("abc", "abc"), sha); /* FIPS 180-4's own example */
    cr_assert_str_eq(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
