/* Statements and transactions, and what SQLite's errors mean to a user. */
#include "store/db_sql.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

sqlite3 *db_handle(struct db *db) { return db->handle; }

/* ---- what the operating system said ---- */

/* errno of the first call that failed, as SQLite's own log says it: until db_error is asked, SQLite
 * makes others, and sqlite3_system_errno may be of one of those. */
static _Thread_local int first_errno;

static void keep_errno(void *self, int code, const char *message) {
    int primary = code & 0xff;
    (void)self;
    if (first_errno == 0 && strncmp(message, "os_unix.c:", strlen("os_unix.c:")) == 0 &&
        (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL))
        first_errno = errno;
}

void db_listen(void) {
    static atomic_flag listens = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&listens)) /* refused when SQLite is in use: no harm */
        (void)sqlite3_config(SQLITE_CONFIG_LOG, keep_errno, NULL);
    first_errno = 0;
}

/* Of the last call on the -wal, else on the file itself, that failed. */
static int errno_of_files(struct db *db) {
    sqlite3_file *wal = NULL;
    int number = 0;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (wal != NULL && wal->pMethods != NULL)
        wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (number == 0)
        sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

/* 0 when it is not known. ENOENT: where SQLite cannot make a file it tries to read it, and that one
 * is not there is what it tells us. */
static int system_errno(struct db *db) {
    int number = first_errno != 0 ? first_errno : errno_of_files(db);
    if (number == 0)
        number = sqlite3_system_errno(db->handle);
    return number == ENOENT ? 0 : number;
}

/* ---- errors ---- */

struct cause {
    int sqlite; /* extended code, or primary for all of its kind */
    int code;
    const char *why, *cure;
};

#define ELSEWHERE "or choose another database with --db"

static const struct cause causes[] = {
    {SQLITE_FULL, ERR_IO, "the disk is full", "free some space, " ELSEWHERE},
    {SQLITE_READONLY_DBMOVED, ERR_IO, "the file was moved or deleted while it was in use",
     "put it back, or start again"},
    {SQLITE_READONLY, ERR_IO, "the file or its folder is read-only",
     "make both writable, " ELSEWHERE},
    {SQLITE_CANTOPEN, ERR_IO, "the file, or the -wal and -shm beside it, cannot be made or opened",
     "look for room on the disk and at the rights of the folder, " ELSEWHERE},
    {SQLITE_PERM, ERR_IO, "permission denied", "look at the rights of the file, " ELSEWHERE},
    {SQLITE_BUSY_RECOVERY, ERR_BUSY, "another process is repairing it after a crash",
     "try again in a moment"},
    {SQLITE_BUSY, ERR_BUSY, "another process keeps it locked",
     "try again when that one is done, " ELSEWHERE},
    {SQLITE_LOCKED, ERR_BUSY, "a table is in use", "try again"},
    {SQLITE_NOTADB, ERR_FORMAT, "it is not an SQLite database", "move it away, " ELSEWHERE},
    {SQLITE_CORRUPT, ERR_IO, "the file is damaged",
     "save what is left with: sqlite3 FILE .recover; then move it away"},
    {SQLITE_TOOBIG, ERR_LIMIT, "a text or blob is too long", "record less, see `log:`"},
};

static const struct cause *find_cause(int extended) {
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        if (causes[i].sqlite == extended || causes[i].sqlite == (extended & 0xff))
            return &causes[i];
    return NULL;
}

#define DISK_ERROR "the disk reports an error"

static const char *io_why(int number) {
    switch (number) {
    case ENOSPC:
        return "the disk is full";
    case EIO:
        return DISK_ERROR;
    default:
        return strerror(number);
    }
}

/* What to do about what the operating system said, where it is more than "I/O error". */
static const char *io_cure(int number, int extended) {
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return "free some space, " ELSEWHERE;
    case EFBIG:
        return "the limit on file sizes is reached: see ulimit -f, " ELSEWHERE;
    case EACCES:
    case EPERM:
    case EROFS:
        return "make the file and its folder writable, " ELSEWHERE;
    default:
        return extended == SQLITE_IOERR_SHORT_READ ? "was the file cut? restore a copy of it"
                                                   : "look at the disk and its log, " ELSEWHERE;
    }
}

int db_error(struct db *db, const char *what, struct err *err) {
    int extended = sqlite3_extended_errcode(db->handle);
    int number = system_errno(db);
    first_errno = 0;
    int primary = extended & 0xff;
    CHECKF(primary != SQLITE_NOMEM && primary != SQLITE_MISUSE && primary != SQLITE_RANGE &&
               primary != SQLITE_OK,
           "%s: %s", what, sqlite3_errmsg(db->handle));
    if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && number != 0)
        return err_set(err, ERR_IO, "%s: cannot %s: %s (%s)", db->path, what, io_why(number),
                       io_cure(number, extended));
    const struct cause *cause = find_cause(extended);
    if (cause != NULL)
        return err_set(err, cause->code, "%s: cannot %s: %s (%s)", db->path, what, cause->why,
                       cause->cure);
    if (primary == SQLITE_IOERR)
        return err_set(err, ERR_IO, "%s: cannot %s: " DISK_ERROR " (%s)", db->path, what,
                       io_cure(0, extended));
    return err_set(err, ERR_FORMAT, "%s: cannot %s: %s (were its tables changed by hand?)",
                   db->path, what, sqlite3_errmsg(db->handle));
}

int db_exec(struct db *db, const char *sql, struct err *err) {
    first_errno = 0;
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return db_error(db, "write", err);
    return 0;
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    first_errno = 0;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
        SQLITE_OK)
        return db_error(db, "use", err);
    CHECKF(stmt != NULL, "no statement: %s", sql);
    *ret = stmt;
    return 0;
}

int db_row(struct db *db, sqlite3_stmt *stmt, const char *what, struct err *err) {
    first_errno = 0;
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        rc = db_error(db, what, err);
    else
        rc = 0;
    sqlite3_reset(stmt);
    return rc;
}

int db_run(struct db *db, sqlite3_stmt *stmt, const char *what, struct err *err) {
    int rc = db_row(db, stmt, what, err);
    CHECKF(rc <= 0, "a statement gave rows: %s", what);
    return rc;
}

int db_number(struct db *db, const char *sql, int64_t *ret, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    rc = db_row(db, stmt, "use", err);
    if (rc == 1 && sqlite3_column_type(stmt, 0) == SQLITE_NULL)
        rc = 0;
    if (rc == 1)
        *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc;
}

int db_begin(struct db *db, struct err *err) { return db_exec(db, "BEGIN IMMEDIATE", err); }

int db_commit(struct db *db, struct err *err) { return db_exec(db, "COMMIT", err); }

void db_rollback(struct db *db) {
    if (sqlite3_get_autocommit(db->handle) == 0)
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}
