/* A disk that fails at any one write, sync or cut: one sentence, and what was committed stays. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "unit/store/stored_runs.h"

#define TRANSACTIONS 6
#define CALLS_MAX 2000

/* ---- the disk: SQLite's own hooks for system calls ---- */

static struct {
    int left;     /* calls that still work; negative: none fails */
    bool is_once; /* only the next one fails */
    int error;
    int failed;
} disk = {.left = -1};

static bool is_failing(void) {
    if (disk.left < 0 || disk.left-- > 0)
        return false;
    disk.left = disk.is_once ? -1 : 0;
    disk.failed++;
    errno = disk.error;
    return true;
}

static ssize_t faulty_write(int fd, const void *data, size_t len) {
    return is_failing() ? -1 : write(fd, data, len);
}

static ssize_t faulty_pwrite(int fd, const void *data, size_t len, off_t at) {
    return is_failing() ? -1 : pwrite(fd, data, len, at);
}

static int faulty_cut(int fd, off_t len) { return is_failing() ? -1 : ftruncate(fd, len); }

static void hook(const char *name, sqlite3_syscall_ptr call) {
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    cr_assert(vfs->iVersion >= 3 && vfs->xSetSystemCall != NULL);
    int rc = vfs->xSetSystemCall(vfs, name, call);
    cr_assert(rc == SQLITE_OK || rc == SQLITE_NOTFOUND); /* pwrite and pwrite64 are one of two */
}

static void hook_disk(void) {
    snprintf(folder, sizeof(folder), "%s/qs_faults_XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* in memory: syncs are quick */
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/quasar.sqlite", folder);
    sqlite3_initialize();
    hook("write", (sqlite3_syscall_ptr)faulty_write);
    hook("pwrite", (sqlite3_syscall_ptr)faulty_pwrite);
    hook("pwrite64", (sqlite3_syscall_ptr)faulty_pwrite);
    hook("ftruncate", (sqlite3_syscall_ptr)faulty_cut);
}

TestSuite(db_faults, .init = hook_disk, .fini = close_runs, .timeout = 120);

/* ---- a little recorder ---- */

/* Some kilobytes a transaction; *ret_done counts those that were committed. */
static int record(int *ret_done, struct err *err) {
    struct db *to = NULL;
    int rc = db_open(path, DB_WRITE, &to, err);
    for (int i = 0; i < TRANSACTIONS && rc == 0; i++) {
        char insert[150];
        snprintf(insert, sizeof(insert),
                 "INSERT INTO preset VALUES ('s', %d, hex(zeroblob(20000)), 1, 0)", i);
        rc = db_begin(to, err);
        if (rc == 0)
            rc = db_exec(to, insert, err);
        if (rc == 0)
            rc = db_commit(to, err);
        if (rc == 0)
            ++*ret_done;
        else
            db_rollback(to);
    }
    db_close(&to);
    return rc;
}

static void remove_database(void) {
    char command[600];
    snprintf(command, sizeof(command), "rm -f %s %s-wal %s-shm", path, path, path);
    cr_assert_eq(system(command), 0);
}

/* After the disk works again: whole, and with all that was said to be committed. */
static void expect_whole(int done, int call) {
    struct err err;
    sqlite3_stmt *stmt = NULL;
    int64_t rows = -1;
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "call %d: %s", call, err.text);
    cr_assert_eq(db_number(db, "SELECT count(*) FROM preset", &rows, &err), 1, "%s", err.text);
    cr_expect_eq(rows, done, "call %d: %d committed, %d there", call, done, (int)rows);
    cr_assert_eq(db_prepare(db, "PRAGMA integrity_check", &stmt, &err), 0);
    cr_assert_eq(db_row(db, stmt, "check", &err), 1);
    cr_expect_str_eq((const char *)sqlite3_column_text(stmt, 0), "ok", "call %d", call);
    sqlite3_finalize(stmt);
    db_close(&db);
}

static void expect_sentence(const struct err *err, const char *why, int call) {
    cr_expect(strncmp(err->text, path, strlen(path)) == 0, "call %d: %s", call, err->text);
    cr_expect(strstr(err->text, ": cannot ") != NULL, "call %d: %s", call, err->text);
    cr_expect(strstr(err->text, why) != NULL, "call %d: %s", call, err->text);
}

/* Fails at the first call, at the second, and so on, until a recording meets no failure. */
static void fail_everywhere(int error, bool is_once, const char *why) {
    int call = 0;
    for (;; call++) {
        struct err err = {0};
        int done = 0;
        remove_database();
        disk.left = call;
        disk.is_once = is_once;
        disk.error = error;
        disk.failed = 0;
        int rc = record(&done, &err);
        disk.left = -1;
        if (rc != 0) {
            cr_expect_eq(rc, ERR_IO, "call %d: %d: %s", call, rc, err.text);
            expect_sentence(&err, why, call);
        }
        expect_whole(done, call);
        if (disk.failed == 0)
            break;
        cr_assert_lt(call, CALLS_MAX);
    }
    cr_expect_gt(call, 3 * TRANSACTIONS, "only %d calls: are the hooks in place?", call);
}

Test(db_faults, a_full_disk_at_any_write) { fail_everywhere(ENOSPC, false, "the disk is full"); }

Test(db_faults, a_bad_disk_at_any_write) {
    fail_everywhere(EIO, false, "the disk reports an error");
}

Test(db_faults, one_failure_at_any_write) {
    fail_everywhere(EIO, true, "the disk reports an error");
}
