#include "store/build_file.h"

#include <zstd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/db_sql.h"

#define LEVEL 3

/* 1 when the build has a row, 0 not. */
static int is_kept(struct db *db, const char *sha256, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, "SELECT 1 FROM build_file WHERE sha256 = ?", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, sha256, -1, SQLITE_STATIC);
    rc = db_row(db, stmt, "look for a build", err);
    sqlite3_finalize(stmt);
    return rc;
}

static int insert(struct db *db, const char *sha256, const void *packed, size_t len,
                  struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, "INSERT INTO build_file (sha256, bytes) VALUES (?, ?)", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, sha256, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(stmt, 2, packed, len, SQLITE_STATIC);
    rc = db_run(db, stmt, "keep a build", err);
    sqlite3_finalize(stmt);
    return rc;
}

int build_file_keep(struct db *db, const char *sha256, const char *path, struct err *err) {
    struct err ignored;
    char *bytes = NULL;
    size_t len = 0;
    int rc = is_kept(db, sha256, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (fs_read_all(path, BUILD_FILE_MAX, &bytes, &len, &ignored) != 0)
        return 0;
    if (len > 0) {
        size_t cap = ZSTD_compressBound(len);
        void *packed = mem_alloc(cap);
        size_t size = ZSTD_compress(packed, cap, bytes, len, LEVEL);
        CHECKF(!ZSTD_isError(size), "zstd: %s", ZSTD_getErrorName(size));
        rc = insert(db, sha256, packed, size, err);
        mem_free(packed);
    }
    mem_free(bytes);
    return rc;
}

/* NULL where the bytes are no build that was packed here. */
static char *unpack(const void *packed, size_t len, size_t *ret_len) {
    unsigned long long size = packed ? ZSTD_getFrameContentSize(packed, len) : 0;
    if (size == 0 || size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
        size > BUILD_FILE_MAX)
        return NULL;
    char *bytes = mem_alloc((size_t)size);
    if (ZSTD_decompress(bytes, (size_t)size, packed, len) == size) {
        *ret_len = (size_t)size;
        return bytes;
    }
    mem_free(bytes);
    return NULL;
}

int build_file_load(struct db *db, const char *sha256, char **ret_bytes, size_t *ret_len,
                    struct err *err) {
    sqlite3_stmt *stmt = NULL;
    char *bytes = NULL;
    size_t len = 0;
    int rc = db_prepare(db, "SELECT bytes FROM build_file WHERE sha256 = ?", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, sha256, -1, SQLITE_STATIC);
    rc = db_row(db, stmt, "read a build", err);
    if (rc == 1)
        bytes = unpack(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), &len);
    sqlite3_finalize(stmt);
    if (rc == 1 && !bytes)
        return err_set(err, ERR_FORMAT,
                       "%s: build %.12s cannot be read (the file is damaged or was changed by "
                       "hand)",
                       db_path(db), sha256);
    if (rc == 1) {
        *ret_bytes = bytes;
        *ret_len = len;
    }
    return rc;
}

int build_file_drop(struct db *db, int64_t run, struct err *err) {
    static const char sql[] =
        "DELETE FROM build_file WHERE sha256 IN"
        " (SELECT build_sha256 FROM strategy_instance WHERE strategy_run_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM strategy_instance i"
        "                 WHERE i.build_sha256 = build_file.sha256 AND i.strategy_run_id <> ?1)";
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_run(db, stmt, "delete a run", err);
    sqlite3_finalize(stmt);
    return rc;
}
