#include "store/run_feeds.h"

#include "store/db_sql.h"

int run_feeds_count(struct db *db, int64_t run, int64_t *ret_feeds, int64_t *ret_bars,
                    struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT count(*), coalesce(sum(rows), 0) FROM strategy_feed "
                        "WHERE strategy_run_id = ?",
                        &stmt, err);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_row(db, stmt, "read the data of a run", err);
    if (rc == 1) {
        *ret_feeds = sqlite3_column_int64(stmt, 0);
        *ret_bars = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_finalize(stmt);
    return rc < 0 ? rc : 0;
}
