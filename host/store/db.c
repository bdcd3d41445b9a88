/*
 * Where the database is, and opening it.
 *
 * A reader opens the file for writing where it may: then the last one who closes it puts the -wal
 * back into the file, and nothing is left beside it. PRAGMA query_only keeps it from changing rows.
 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/db_sql.h"
#include "store/migrate.h"

#define BUSY_MS 10000
/* Measured in README.md, "Sizes". Pages of new files; the -wal goes into the file every so many. */
#define PAGE_SIZE 8192
#define CHECKPOINT_PAGES 2048
#define CHECKPOINT_PAGES_DEFERRED 8192
#define WAL_LEFT_MAX 16777216 /* a -wal that others keep open is cut to this */

/* ---- finding ---- */

static bool is_project(const char *folder) {
    static const char *const marks[] = {".quasar", "run.yaml", "custom"};
    struct str path;
    bool found = false;
    str_init(&path);
    for (size_t i = 0; i < ARRAY_LEN(marks) && !found; i++) {
        str_clear(&path);
        fs_join(&path, folder, marks[i]);
        found = strcmp(marks[i], "run.yaml") == 0 ? fs_is_regular(str_text(&path))
                                                  : fs_is_dir(str_text(&path));
    }
    str_fini(&path);
    return found;
}

/* The nearest project folder upward of folder, else folder itself; mem_free it. */
static char *project_folder(const char *folder) {
    char *at = mem_strdup(folder);
    while (!is_project(at)) {
        char *parent = fs_dirname(at);
        bool is_root = strcmp(parent, at) == 0;
        mem_free(at);
        at = is_root ? mem_strdup(folder) : parent;
        if (is_root) {
            mem_free(parent);
            break;
        }
    }
    return at;
}

static int find_given(const char *given, struct str *ret, struct err *err) {
    if (given[0] == '\0')
        return err_set(err, ERR_USAGE, "--db: an empty name (give the path of a file)");
    char *here = given[0] == '/' ? mem_strdup("/") : realpath(".", NULL);
    if (here == NULL)
        return err_errno(err, "find the current folder", NULL);
    str_clear(ret);
    fs_join(ret, here, given);
    mem_free(here);
    return 0;
}

int db_find(const char *start, const char *given, struct str *ret, struct err *err) {
    if (given != NULL)
        return find_given(given, ret, err);
    if (start == NULL)
        start = ".";
    if (fs_find_upward(start, DB_FILE, ret))
        return 0;
    char *folder = realpath(start, NULL);
    if (folder == NULL)
        return err_errno(err, "find the project folder", start);
    char *project = project_folder(folder);
    str_clear(ret);
    fs_join(ret, project, DB_FILE);
    mem_free(project);
    mem_free(folder);
    return 0;
}

/* ---- what can be said before SQLite sees the file ---- */

/* A writer needs the folder: -wal and -shm are made beside the file. */
static int refuse_folder(const char *path, const char *what, struct err *err) {
    char *folder = fs_dirname(path);
    int rc = 0;
    if (!fs_is_dir(folder))
        rc = err_set(err, ERR_IO, "%s: cannot %s: there is no folder %s (make it first)", path,
                     what, folder);
    else if (access(folder, W_OK | X_OK) != 0)
        rc = err_set(err, ERR_IO,
                     "%s: cannot %s: its folder: %s (make the folder writable, or choose another "
                     "database with --db)",
                     path, what, strerror(errno));
    mem_free(folder);
    return rc;
}

static int refuse_missing(const char *path, enum db_mode mode, struct err *err) {
    if (mode == DB_WRITE)
        return refuse_folder(path, "create", err);
    return err_set(err, ERR_NOT_FOUND,
                   "%s: cannot read: there is no such file (qshost backtest makes it; another is "
                   "chosen with --db)",
                   path);
}

/* SQLite would take a short file of something else for an empty one, and write over it. */
static int refuse_foreign(const char *path, struct err *err) {
    static const char magic[16] = "SQLite format 3";
    char head[sizeof(magic)];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, head, sizeof(head)) : -1;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return err_set(err, ERR_IO, "%s: cannot read: %s (look at its rights and the disk)", path,
                       strerror(saved));
    if (got != 0 && (got < (ssize_t)sizeof(head) || memcmp(head, magic, sizeof(head)) != 0))
        return err_set(err, ERR_FORMAT,
                       "%s: cannot open: it is not an SQLite database (move it away, or choose "
                       "another database with --db)",
                       path);
    return 0;
}

static int refuse_early(const char *path, enum db_mode mode, struct err *err) {
    struct stat what;
    if (stat(path, &what) != 0) {
        if (errno == ENOENT)
            return refuse_missing(path, mode, err);
        return err_set(err, ERR_IO, "%s: cannot open: %s (choose another database with --db)", path,
                       strerror(errno));
    }
    if (S_ISDIR(what.st_mode))
        return err_set(err, ERR_IO,
                       "%s: cannot open: it is a folder (move it away, or choose another database "
                       "with --db)",
                       path);
    if (!S_ISREG(what.st_mode))
        return err_set(err, ERR_IO,
                       "%s: cannot open: it is no regular file (choose another database with --db)",
                       path);
    if (mode == DB_WRITE && access(path, W_OK) != 0)
        return err_set(err, ERR_IO,
                       "%s: cannot write: %s (make the file writable, or choose another database "
                       "with --db)",
                       path, strerror(errno));
    int rc = mode == DB_WRITE ? refuse_folder(path, "write", err) : 0;
    return rc != 0 ? rc : refuse_foreign(path, err);
}

/* ---- opening ---- */

/* "file:PATH?immutable=1", with what would end the path escaped. */
static char *immutable_uri(const char *path) {
    struct str uri;
    str_init(&uri);
    str_append(&uri, "file:");
    for (const char *at = path; *at != '\0'; at++) {
        if (strchr("%?#", *at) != NULL)
            str_appendf(&uri, "%%%02X", (unsigned)*at);
        else
            str_append_char(&uri, *at);
    }
    str_append(&uri, "?immutable=1");
    return str_take(&uri);
}

static void close_handle(struct db *db) {
    int rc = sqlite3_close(db->handle);
    CHECKF(rc == SQLITE_OK, "%s: closed with statements in use", db->path);
    db->handle = NULL;
}

static int open_handle(struct db *db, const char *name, int flags, struct err *err) {
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    db_listen();
    int rc = sqlite3_open_v2(name, &db->handle, flags, NULL);
    CHECK(db->handle != NULL);
    if (rc != SQLITE_OK)
        return db_error(db, "open", err);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return 0;
}

/* A -wal with commits in it: the file alone would be an old state. */
static bool has_wal(const char *path) {
    struct str wal;
    struct stat what;
    str_init(&wal);
    str_appendf(&wal, "%s-wal", path);
    bool found = stat(str_text(&wal), &what) == 0 && what.st_size > 0;
    str_fini(&wal);
    return found;
}

static int look_for_reading(struct db *db, struct err *err) {
    enum migrate_state state;
    int rc = migrate_look(db, &state, err);
    if (rc != 0)
        return rc;
    if (state == MIGRATE_EMPTY)
        return err_set(err, ERR_NOT_FOUND,
                       "%s: cannot read: nothing was recorded there yet (qshost backtest does)",
                       db->path);
    if (state == MIGRATE_OLD)
        return err_set(err, ERR_FORMAT,
                       "%s: cannot read: its tables are of an older version (qshost backtest "
                       "brings them up to date)",
                       db->path);
    return 0;
}

/* On a read-only medium SQLite cannot make the -shm that WAL needs; nobody can write there, so the
 * file may be read as it lies. */
static int open_immutable(struct db *db, struct err *err) {
    if (has_wal(db->path))
        return err_set(err, ERR_IO,
                       "%s: cannot read: its -wal has commits and the folder is read-only (copy "
                       "both to a folder where you may write)",
                       db->path);
    char *uri = immutable_uri(db->path);
    close_handle(db);
    int rc = open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    mem_free(uri);
    if (rc == 0)
        rc = look_for_reading(db, err);
    return rc;
}

static bool is_kept_from_shm(struct db *db) {
    int primary = sqlite3_extended_errcode(db->handle) & 0xff;
    char *folder = fs_dirname(db->path);
    bool is_read_only = access(folder, W_OK) != 0;
    mem_free(folder);
    return is_read_only && (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY);
}

static int open_read(struct db *db, struct err *err) {
    int rc = open_handle(db, db->path, SQLITE_OPEN_READWRITE, err);
    if (rc == 0)
        rc = look_for_reading(db, err);
    if (rc != 0 && is_kept_from_shm(db))
        rc = open_immutable(db, err);
    if (rc == 0)
        rc = db_exec(db, "PRAGMA query_only = ON", err);
    return rc;
}

/* 1 and whether it is WAL now. It is committed when the statement ends, not with its row. */
static int try_wal(struct db *db, sqlite3_stmt *stmt, bool *ret_is_wal, struct err *err) {
    int rc = db_row(db, stmt, "switch to WAL", err);
    if (rc != 1)
        return rc;
    *ret_is_wal = str_eq((const char *)sqlite3_column_text(stmt, 0), "wal");
    rc = db_run(db, stmt, "switch to WAL", err);
    return rc == 0 ? 1 : rc;
}

/* WAL is kept in the file; the switch wants the file for itself for a moment. */
static int switch_to_wal(struct db *db, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    bool is_wal = false;
    int rc = db_prepare(db, "PRAGMA journal_mode = WAL", &stmt, err);
    if (rc != 0)
        return rc;
    for (int waited = 0; waited < BUSY_MS; waited += 10) {
        rc = try_wal(db, stmt, &is_wal, err);
        if (rc != ERR_BUSY)
            break;
        sqlite3_sleep(10);
    }
    sqlite3_finalize(stmt);
    if (rc < 0)
        return rc;
    if (is_wal)
        return 0;
    return err_set(err, ERR_IO,
                   "%s: cannot write: its file system does not let processes share memory (choose "
                   "a database on a local disk with --db)",
                   db->path);
}

static int open_write(struct db *db, struct err *err) {
    enum migrate_state state;
    char sql[160];
    int rc = open_handle(db, db->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (rc == 0)
        rc = migrate_look(db, &state, err); /* before anything of somebody else's is touched */
    if (rc != 0)
        return rc;
    if (sqlite3_db_readonly(db->handle, "main") != 0)
        return err_set(err, ERR_IO,
                       "%s: cannot write: the file is read-only (make it writable, or choose "
                       "another database with --db)",
                       db->path);
    snprintf(sql, sizeof(sql),
             "PRAGMA page_size = %d; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = %d",
             PAGE_SIZE, WAL_LEFT_MAX);
    rc = db_exec(db, sql, err);
    if (rc == 0)
        rc = switch_to_wal(db, err);
    sqlite3_wal_autocheckpoint(db->handle, CHECKPOINT_PAGES);
    if (rc == 0)
        rc = migrate_run(db, err);
    return rc;
}

/* The file itself, through links: what lies beside it (-wal, run_live.h) must be one for all. */
static char *real_path(const char *path) {
    char *real = realpath(path, NULL);
    return real != NULL ? real : mem_strdup(path);
}

int db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err) {
    struct db *db = mem_zalloc(1, sizeof(*db));
    db->path = real_path(path);
    int rc = refuse_early(db->path, mode, err);
    if (rc == 0)
        rc = mode == DB_READ ? open_read(db, err) : open_write(db, err);
    if (rc != 0) {
        db_close(&db);
        return rc;
    }
    char *real = real_path(db->path); /* it may not have been there before */
    mem_free(db->path);
    db->path = real;
    *ret = db;
    return 0;
}

static int note_wal(void *self, sqlite3 *handle, const char *name, int pages) {
    struct db *db = self;
    db->wal_pages = pages;
    if (pages >= CHECKPOINT_PAGES_DEFERRED) /* a failure is no failure of the commit */
        (void)sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void db_defer_checkpoints(struct db *db) { sqlite3_wal_hook(db->handle, note_wal, db); }

void db_checkpoint(struct db *db) {
    if (db->wal_pages < CHECKPOINT_PAGES)
        return;
    (void)sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void db_close(struct db **db) {
    if (*db == NULL)
        return;
    if ((*db)->handle != NULL) {
        db_rollback(*db);
        close_handle(*db);
    }
    mem_free((*db)->path);
    mem_free(*db);
    *db = NULL;
}

const char *db_path(const struct db *db) { return db->path; }
