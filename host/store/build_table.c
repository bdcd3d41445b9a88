#include "store/build_table.h"

#include "store/db_sql.h"

int build_table_note(struct db *db, const struct build_row *row, struct err *err) {
    static const char sql[] =
        "INSERT INTO build (sha256, strategy, version, path, size, first_seen, last_seen, verdict,"
        " reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)"
        " ON CONFLICT (sha256, path) DO UPDATE SET"
        " strategy = coalesce(excluded.strategy, strategy),"
        " version = coalesce(excluded.version, version), size = excluded.size,"
        " last_seen = max(last_seen, excluded.last_seen), verdict = excluded.verdict,"
        " reason = excluded.reason";
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, row->sha256, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, row->strategy, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, row->version, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, row->path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 5, row->size);
    sqlite3_bind_int64(stmt, 6, row->seen);
    sqlite3_bind_text(stmt, 7, row->verdict, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 8, row->reason, -1, SQLITE_STATIC);
    rc = db_run(db, stmt, "note a build", err);
    sqlite3_finalize(stmt);
    return rc;
}
