/* The database of a project: where it is, and one sentence for each way in which it can be bad. */
#include "store/db.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/db_sql.h"

#define NOBODY 65534

static char folder[100], path[150];

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/qs_db_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/quasar.sqlite", folder);
}

static void drop_folder(void) {
    char command[300];
    snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -r %s", folder, folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(db, .init = make_folder, .fini = drop_folder);

/* ---- helpers ---- */

static void make_database(void) {
    struct db *db = NULL;
    struct err err;
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    db_close(&db);
}

static void write_file(const char *name, const void *data, size_t len) {
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(data, 1, len, file), len);
    fclose(file);
}

/* "PATH: cannot WHAT: WHY (WHAT TO DO)", the given why in it, and nothing after. */
static void expect_sentence(const struct err *err, const char *why) {
    char head[200];
    snprintf(head, sizeof(head), "%s: cannot ", path);
    cr_expect(strncmp(err->text, head, strlen(head)) == 0, "%s", err->text);
    cr_expect(strstr(err->text, why) != NULL, "wanted '%s': %s", why, err->text);
    cr_expect(strchr(err->text, '(') != NULL && err->text[strlen(err->text) - 1] == ')', "%s",
              err->text);
    cr_expect(strchr(err->text, '\n') == NULL);
}

static void expect_refused(enum db_mode mode, int code, const char *why) {
    struct db *db = NULL;
    struct err err = {0};
    int rc = db_open(path, mode, &db, &err);
    cr_expect_eq(rc, code, "got %d: %s", rc, err.text);
    cr_expect_null(db);
    if (rc != 0)
        expect_sentence(&err, why);
}

/* In a child without root's rights; its cr_expect results don't count, so it exits by hand. */
static int as_nobody(int (*work)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(99);
        _exit(work());
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static int opens(enum db_mode mode, int code, const char *why) {
    struct db *db = NULL;
    struct err err = {0};
    int rc = db_open(path, mode, &db, &err);
    db_close(&db);
    if (rc == code && (why == NULL || strstr(err.text, why) != NULL))
        return 0;
    fprintf(stderr, "got %d: %s\n", rc, err.text);
    return 1;
}

/* ---- where ---- */

static void touch(const char *name, bool is_folder) {
    char file[300];
    snprintf(file, sizeof(file), "%s/%s", folder, name);
    if (is_folder)
        cr_assert_eq(mkdir(file, 0777), 0);
    else
        write_file(file, "", 0);
}

static void expect_found(const char *start, const char *wanted) {
    char from[300], want[300];
    struct str got;
    struct err err;
    str_init(&got);
    snprintf(from, sizeof(from), "%s/%s", folder, start);
    snprintf(want, sizeof(want), "%s/%s", folder, wanted);
    cr_assert_eq(db_find(from, NULL, &got, &err), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&got), want);
    str_fini(&got);
}

Test(db, is_found_upward_by_the_file_then_by_marks_then_is_here) {
    touch("a", true);
    touch("a/b", true);
    touch("a/b/c", true);
    expect_found("a/b/c", "a/b/c/quasar.sqlite"); /* nothing upward: in start itself */
    touch("a/custom", true);
    expect_found("a/b/c", "a/quasar.sqlite");
    touch("a/b/run.yaml", false);
    expect_found("a/b/c", "a/b/quasar.sqlite"); /* nearer */
    touch("a/b/c/.quasar", true);
    expect_found("a/b/c", "a/b/c/quasar.sqlite");
    touch("quasar.sqlite", false);
    expect_found("a/b/c", "quasar.sqlite"); /* a database counts before marks */
    cr_expect(!fs_exists("quasar.sqlite-wal"));
}

Test(db, given_by_name_is_taken_as_it_is) {
    struct str got;
    struct err err;
    char here[300], want[400];
    str_init(&got);
    cr_assert_eq(db_find(folder, "/some/where.db", &got, &err), 0);
    cr_expect_str_eq(str_text(&got), "/some/where.db");
    cr_assert_not_null(getcwd(here, sizeof(here)));
    snprintf(want, sizeof(want), "%s/x.db", here);
    cr_assert_eq(db_find(folder, "x.db", &got, &err), 0); /* relative to where one stands */
    cr_expect_str_eq(str_text(&got), want);
    cr_expect_eq(db_find(folder, "", &got, &err), ERR_USAGE);
    cr_expect_eq(db_find("/no/such/folder", NULL, &got, &err), ERR_NOT_FOUND);
    str_fini(&got);
}

/* ---- good ---- */

Test(db, is_made_once_and_leaves_one_file) {
    struct db *db = NULL;
    struct err err;
    char beside[200];
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    cr_expect_str_eq(db_path(db), path);
    cr_assert_eq(db_exec(db, "INSERT INTO preset VALUES ('s', 'n', '{}', 1, 0)", &err), 0);
    db_close(&db);
    cr_expect_null(db);
    db_close(&db);
    for (int i = 0; i < 2; i++) {
        snprintf(beside, sizeof(beside), "%s-%s", path, i == 0 ? "wal" : "shm");
        cr_expect(!fs_exists(beside), "%s", beside);
    }
    int64_t rows = 0, mode = 0;
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    cr_assert_eq(db_number(db, "SELECT count(*) FROM preset", &rows, &err), 1);
    cr_expect_eq(rows, 1);
    cr_assert_eq(db_number(db, "PRAGMA synchronous", &mode, &err), 1);
    cr_expect_neq(db_exec(db, "DELETE FROM preset", &err), 0); /* a reader changes nothing */
    db_close(&db);
    cr_expect(!fs_exists(beside)); /* nor does it leave anything */
}

Test(db, names_the_file_behind_a_link) {
    struct db *db = NULL;
    struct err err;
    char alias[200];
    make_database();
    snprintf(alias, sizeof(alias), "%s/alias.db", folder);
    cr_assert_eq(symlink(path, alias), 0);
    cr_assert_eq(db_open(alias, DB_READ, &db, &err), 0, "%s", err.text);
    cr_expect_str_eq(db_path(db), path);
    db_close(&db);
}

Test(db, is_made_by_four_processes_at_once) {
    pid_t children[4];
    fflush(NULL);
    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct db *db = NULL;
            struct err err = {0};
            char sql[200];
            int rc = db_open(path, DB_WRITE, &db, &err);
            for (int k = 0; rc == 0 && k < 20; k++) {
                snprintf(sql, sizeof(sql), "INSERT INTO preset VALUES ('s%d', 'n%d', '{}', 1, 0)",
                         i, k);
                rc = db_exec(db, sql, &err);
            }
            if (rc != 0)
                fprintf(stderr, "%s\n", err.text);
            db_close(&db);
            _exit(rc != 0);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        cr_expect_eq(status, 0);
    }
    struct db *db = NULL;
    struct err err;
    int64_t rows = 0;
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    cr_assert_eq(db_number(db, "SELECT count(*) FROM preset", &rows, &err), 1);
    cr_expect_eq(rows, 80); /* 4 processes, 20 each */
    db_close(&db);
}

Test(db, is_read_while_another_process_writes) {
    int said[2], heard[2];
    char byte = 0;
    make_database();
    cr_assert(pipe(said) == 0 && pipe(heard) == 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        struct err err;
        int rc = db_open(path, DB_WRITE, &db, &err);
        if (rc == 0)
            rc = db_exec(db, "INSERT INTO preset VALUES ('s', 'done', '{}', 1, 0)", &err);
        if (rc == 0)
            rc = db_begin(db, &err);
        if (rc == 0)
            rc = db_exec(db, "INSERT INTO preset VALUES ('s', 'open', '{}', 1, 0)", &err);
        if (write(said[1], "x", 1) != 1 || read(heard[0], &byte, 1) != 1)
            rc = 1;
        _exit(rc != 0); /* without close: as if killed */
    }
    struct db *db = NULL;
    struct err err;
    int64_t rows = 0;
    cr_assert_eq(read(said[0], &byte, 1), 1);
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    cr_assert_eq(db_number(db, "SELECT count(*) FROM preset", &rows, &err), 1);
    cr_expect_eq(rows, 1); /* what was committed, not what is open */
    struct db *writer = NULL;
    cr_assert_eq(db_open(path, DB_WRITE, &writer, &err), 0, "%s", err.text);
    sqlite3_busy_timeout(db_handle(writer), 20);
    cr_expect_eq(db_begin(writer, &err), ERR_BUSY);
    expect_sentence(&err, "another process keeps it locked");
    cr_assert_eq(write(heard[1], "x", 1), 1);
    int status = -1;
    waitpid(child, &status, 0);
    cr_expect_eq(status, 0);
    cr_expect_eq(db_begin(writer, &err), 0, "%s", err.text); /* its lock went with it */
    db_close(&writer);
    db_close(&db);
}

/* ---- bad ---- */

Test(db, missing_is_said) {
    expect_refused(DB_READ, ERR_NOT_FOUND, "there is no such file");
    cr_expect(!fs_exists(path));
    write_file(path, "", 0);
    expect_refused(DB_READ, ERR_NOT_FOUND, "nothing was recorded there yet");
    snprintf(path, sizeof(path), "%s/no/such/quasar.sqlite", folder);
    expect_refused(DB_WRITE, ERR_IO, "there is no folder");
}

Test(db, an_empty_file_becomes_a_database) {
    write_file(path, "", 0);
    make_database();
    cr_expect_eq(opens(DB_READ, 0, NULL), 0);
}

Test(db, a_folder_in_its_place_is_said) {
    cr_assert_eq(mkdir(path, 0777), 0);
    expect_refused(DB_READ, ERR_IO, "it is a folder");
    expect_refused(DB_WRITE, ERR_IO, "it is a folder");
}

Test(db, a_pipe_or_device_in_its_place_is_said) {
    cr_assert_eq(mkfifo(path, 0666), 0);
    expect_refused(DB_READ, ERR_IO, "no regular file");
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(symlink("/dev/full", path), 0);
    cr_expect_eq(opens(DB_WRITE, ERR_IO, "/dev/full: cannot open: it is no regular file ("), 0);
}

Test(db, garbage_is_not_touched) {
    static const size_t lens[] = {1, 15, 100, 511, 512, 5000, 100000};
    static char garbage[100000], after[100000];
    for (size_t i = 0; i < sizeof(garbage); i++)
        garbage[i] = (char)(i * 7 + 1);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        write_file(path, garbage, lens[i]);
        expect_refused(DB_READ, ERR_FORMAT, "it is not an SQLite database");
        expect_refused(DB_WRITE, ERR_FORMAT, "it is not an SQLite database");
        FILE *file = fopen(path, "r");
        cr_expect_eq(fread(after, 1, sizeof(after), file), lens[i]);
        fclose(file);
        cr_expect_eq(memcmp(garbage, after, lens[i]), 0);
    }
}

Test(db, truncated_is_said) {
    struct stat what;
    make_database();
    cr_assert_eq(stat(path, &what), 0);
    cr_assert_eq(truncate(path, what.st_size - 4096), 0);
    expect_refused(DB_READ, ERR_IO, "the file is damaged");
    expect_refused(DB_WRITE, ERR_IO, "the file is damaged");
    cr_assert_eq(truncate(path, 60), 0);
    expect_refused(DB_READ, ERR_IO, "the file is damaged");
}

Test(db, a_damaged_page_is_said_when_it_is_read) {
    struct db *db = NULL;
    struct err err;
    char zeros[4096];
    make_database();
    int64_t root = 0, size = 0, value = 0;
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0);
    cr_assert_eq(
        db_number(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'preset'", &root, &err), 1);
    cr_assert_eq(db_number(db, "PRAGMA page_size", &size, &err), 1);
    db_close(&db);
    memset(zeros, 0xa5, sizeof(zeros));
    int fd = open(path, O_WRONLY);
    cr_assert_eq(pwrite(fd, zeros, sizeof(zeros), (root - 1) * size), (ssize_t)sizeof(zeros));
    close(fd);
    cr_assert_eq(db_open(path, DB_READ, &db, &err), 0, "%s", err.text);
    cr_expect_eq(db_number(db, "SELECT count(*) FROM preset", &value, &err), ERR_IO);
    expect_sentence(&err, "the file is damaged");
    db_close(&db);
}

Test(db, missing_tables_are_said) {
    struct db *db = NULL;
    struct err err;
    int64_t value;
    make_database();
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0);
    cr_assert_eq(db_exec(db, "DROP TABLE preset", &err), 0);
    cr_expect_eq(db_number(db, "SELECT count(*) FROM preset", &value, &err), ERR_FORMAT);
    expect_sentence(&err, "no such table: preset");
    db_close(&db);
}

/* The kernel's limit on file sizes stands for a disk that takes no more. */
static int grow_without_end(void) {
    struct rlimit limit = {.rlim_cur = 1000000, .rlim_max = 1000000};
    struct db *db = NULL;
    struct err err = {0};
    int rc = db_open(path, DB_WRITE, &db, &err);
    if (rc != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 10;
    signal(SIGXFSZ, SIG_IGN);
    rc = db_exec(db, "INSERT INTO preset VALUES ('s', 'before', '{}', 1, 0)", &err);
    if (rc != 0)
        return 11;
    rc = db_begin(db, &err);
    for (int i = 0; rc == 0 && i < 100; i++)
        rc = db_exec(db, "INSERT INTO preset SELECT 's', random(), hex(randomblob(50000)), 1, 0",
                     &err);
    if (rc == 0)
        rc = db_commit(db, &err);
    db_rollback(db);
    db_close(&db);
    if (rc == ERR_IO && strstr(err.text, "cannot write: File too large (") != NULL)
        return 0;
    fprintf(stderr, "got %d: %s\n", rc, err.text);
    return 1;
}

Test(db, a_disk_that_takes_no_more_is_said_and_what_was_committed_stays) {
    struct db *db = NULL;
    struct err err;
    int64_t rows = 0;
    cr_assert_eq(chmod(folder, 0777), 0);
    cr_expect_eq(as_nobody(grow_without_end), 0);
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    cr_assert_eq(db_number(db, "SELECT count(*) FROM preset", &rows, &err), 1);
    cr_expect_eq(rows, 1);
    db_close(&db);
}

/* ---- rights ---- */

static int read_works(void) {
    struct db *db = NULL;
    struct err err = {0};
    int64_t rows = 0;
    int rc = db_open(path, DB_READ, &db, &err);
    if (rc == 0)
        rc = db_number(db, "SELECT count(*) FROM preset", &rows, &err);
    db_close(&db);
    if (rc != 1 || rows != 1)
        fprintf(stderr, "got %d, %d rows: %s\n", rc, (int)rows, err.text);
    return rc == 1 && rows == 1 ? 0 : 1;
}

static int write_refused_by_file(void) {
    return opens(DB_WRITE, ERR_IO, "Permission denied (make");
}

static int write_refused_by_folder(void) {
    return opens(DB_WRITE, ERR_IO, "cannot write: its folder: Permission denied");
}

static int read_refused(void) { return opens(DB_READ, ERR_IO, "Permission denied (look"); }

static int read_refused_for_wal(void) { return opens(DB_READ, ERR_IO, "its -wal has commits"); }

static int create_refused(void) { return opens(DB_WRITE, ERR_IO, "make the folder writable"); }

static void make_database_with_row(void) {
    struct db *db = NULL;
    struct err err;
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
    cr_assert_eq(db_exec(db, "INSERT INTO preset VALUES ('s', 'n', '{}', 1, 0)", &err), 0);
    db_close(&db);
}

Test(db, a_read_only_file_in_a_read_only_folder_is_read) {
    if (geteuid() != 0)
        cr_skip_test("needs root to become somebody else");
    make_database_with_row();
    cr_assert(chmod(path, 0444) == 0 && chmod(folder, 0555) == 0);
    cr_expect_eq(as_nobody(read_works), 0);
    cr_expect_eq(as_nobody(write_refused_by_file), 0);
    cr_assert_eq(chmod(path, 0400), 0);
    cr_expect_eq(as_nobody(read_refused), 0);
}

Test(db, a_read_only_folder_is_said) {
    if (geteuid() != 0)
        cr_skip_test("needs root to become somebody else");
    cr_assert_eq(chmod(folder, 0555), 0);
    cr_expect_eq(as_nobody(create_refused), 0);
    make_database_with_row();
    cr_assert(chmod(path, 0666) == 0);
    cr_expect_eq(as_nobody(write_refused_by_folder), 0);
    cr_expect_eq(as_nobody(read_works), 0);
}

Test(db, strange_names_are_opened_read_only_too) {
    if (geteuid() != 0)
        cr_skip_test("needs root to become somebody else");
    snprintf(path, sizeof(path), "%s/a%%20b?mode=rw#c.sqlite", folder);
    make_database_with_row();
    cr_assert(chmod(path, 0444) == 0 && chmod(folder, 0555) == 0);
    cr_expect_eq(as_nobody(read_works), 0);
}

Test(db, a_wal_left_by_kill_in_a_read_only_folder_is_said) {
    if (geteuid() != 0)
        cr_skip_test("needs root to become somebody else");
    char shm[200];
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = NULL;
        struct err err;
        int rc = db_open(path, DB_WRITE, &db, &err);
        if (rc == 0)
            rc = db_exec(db, "INSERT INTO preset VALUES ('s', 'n', '{}', 1, 0)", &err);
        raise(SIGKILL);
    }
    int status = -1;
    waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status));
    snprintf(shm, sizeof(shm), "%s-shm", path);
    cr_assert_eq(unlink(shm), 0);
    cr_assert(chmod(folder, 0555) == 0);
    cr_expect_eq(as_nobody(read_refused_for_wal), 0);
    cr_assert(chmod(folder, 0755) == 0);
    cr_expect_eq(read_works(), 0); /* and whoever may write gets what was committed */
}
