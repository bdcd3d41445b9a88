/* The builds of recorded runs: once each, bit for bit, gone with the last run that used them. */
#include "store/build_file.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "store/run_table.h"
#include "unit/store/stored_runs.h"

TestSuite(build_file, .init = open_runs, .fini = close_runs);

/* A file of `len` bytes that do not pack well. */
static const char *make_file(size_t len) {
    static char name[200];
    snprintf(name, sizeof(name), "%s/file", folder);
    FILE *file = fopen(name, "w");
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        fputc((int)(state & 0xff), file);
    }
    fclose(file);
    return name;
}

static void keep(const char *sha, const char *file) {
    struct err err;
    cr_assert_eq(db_begin(db, &err), 0, "%s", err.text);
    cr_assert_eq(build_file_keep(db, sha, file, &err), 0, "%s", err.text);
    cr_assert_eq(db_commit(db, &err), 0, "%s", err.text);
}

static int64_t count(const char *what) {
    struct err err;
    int64_t value = -1;
    cr_assert_eq(db_number(db, what, &value, &err), 1, "%s", err.text);
    return value;
}

static int load(const char *sha, char **bytes, size_t *len) {
    struct err err;
    return build_file_load(db, sha, bytes, len, &err);
}

Test(build_file, comes_back_bit_for_bit) {
    char *bytes = NULL;
    size_t len = 0;
    keep("aa", make_file(70001));
    cr_expect_eq(load("bb", &bytes, &len), 0);
    cr_assert_eq(load("aa", &bytes, &len), 1);
    cr_assert_eq(len, 70001);
    FILE *file = fopen(make_file(70001), "r");
    for (size_t i = 0; i < len; i++)
        cr_assert_eq((uint8_t)bytes[i], fgetc(file), "byte %zu", i);
    fclose(file);
    mem_free(bytes);
}

Test(build_file, is_written_once) {
    char *bytes = NULL;
    size_t len = 0;
    keep("aa", make_file(10));
    keep("aa", make_file(20)); /* not looked at */
    cr_expect_eq(count("SELECT count(*) FROM build_file"), 1);
    cr_assert_eq(load("aa", &bytes, &len), 1);
    cr_expect_eq(len, 10);
    mem_free(bytes);
}

Test(build_file, that_cannot_be_read_or_is_empty_is_not_kept) {
    keep("aa", "/none/x.so");
    keep("aa", "/tmp");
    keep("aa", make_file(0));
    cr_expect_eq(count("SELECT count(*) FROM build_file"), 0);
}

Test(build_file, that_is_damaged_is_refused) {
    /* no frame; a frame cut short; one that promises 4 GB (magic, one-segment with 8 bytes of size)
     */
    static const char *const damages[] = {"x'0011'",
                                          "x''",
                                          "'text'",
                                          "7",
                                          "substr(bytes, 1, 9)",
                                          "x'28b52ffde00000000001000000010000'",
                                          "zeroblob(100000)"};
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        char *bytes = NULL;
        size_t len = 0;
        sql(db, "DELETE FROM build_file");
        keep("aa", make_file(5000));
        sql(db, "UPDATE build_file SET bytes = %s", damages[i]);
        cr_expect_eq(load("aa", &bytes, &len), ERR_FORMAT, "%s", damages[i]);
        cr_expect_null(bytes);
    }
}

/* Runs of stored_runs.h all use build 'abc'. */
Test(build_file, goes_with_the_last_run_that_used_it) {
    struct err err;
    add_run(db, 1, "done", NULL);
    add_run(db, 2, "done", "other");
    add_run(db, 3, "done", NULL);
    sql(db, "UPDATE strategy_instance SET build_sha256 = 'def' WHERE strategy_run_id = 3");
    keep("abc", make_file(100));
    keep("def", make_file(200));
    cr_assert_eq(run_table_delete(db, 1, &err), 0, "%s", err.text);
    cr_expect_eq(count("SELECT count(*) FROM build_file"), 2);
    cr_assert_eq(run_table_delete(db, 2, &err), 0, "%s", err.text);
    cr_expect_eq(count("SELECT count(*) FROM build_file WHERE sha256 = 'def'"), 1);
    cr_expect_eq(count("SELECT count(*) FROM build_file"), 1);
}
