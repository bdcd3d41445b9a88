/* The forms of the tables, oldest first, and the way from each to the next. */
#include "store/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <quasar/types.h>

#include "core/order.h"
#include "core/reason.h"
#include "engine/intent.h"

extern const char store_schema_sql[]; /* store/schema.sql */

/* From the version before to this one; rows are never changed or reordered once they are out. */
struct migration {
    int version;
    const char *sql;
};

static const struct migration migrations[] = {
    {1, store_schema_sql},
};

_Static_assert(sizeof(migrations) / sizeof(migrations[0]) == DB_VERSION, "one row a version");

/* ---- what is it ---- */

static int read_ids(struct db *db, int64_t *ret_id, int64_t *ret_version, int64_t *ret_tables,
                    struct err *err) {
    int rc = db_number(db, "PRAGMA application_id", ret_id, err);
    if (rc >= 0)
        rc = db_number(db, "PRAGMA user_version", ret_version, err);
    if (rc >= 0)
        rc = db_number(db, "SELECT count(*) FROM sqlite_schema", ret_tables, err);
    return rc < 0 ? rc : 0;
}

int migrate_look(struct db *db, enum migrate_state *ret, struct err *err) {
    int64_t id = 0, version = 0, tables = 0;
    int rc = read_ids(db, &id, &version, &tables, err);
    if (rc != 0)
        return rc;
    if (id == 0 && version == 0 && tables == 0) {
        *ret = MIGRATE_EMPTY;
        return 0;
    }
    if (id != MIGRATE_APPLICATION_ID || version < 1)
        return err_set(err, ERR_FORMAT,
                       "%s: cannot use: it is the database of another program (choose another "
                       "file with --db)",
                       db->path);
    if (version > DB_VERSION)
        return err_set(err, ERR_FORMAT,
                       "%s: cannot use: its tables are of version %" PRId64
                       ", this qshost knows %d (update qshost, or choose another database with "
                       "--db)",
                       db->path, version, DB_VERSION);
    *ret = version < DB_VERSION ? MIGRATE_OLD : MIGRATE_CURRENT;
    return 0;
}

/* ---- names of codes ---- */

struct code_names {
    const char *field;
    int64_t first, count;
    const char *(*name)(int64_t code);
    const char *(*words)(int64_t code); /* may be NULL */
};

static const struct code_names code_names[] = {
    {"side", QS_BUY, 2, order_side_name, NULL},
    {"type", QS_MARKET, 4, order_type_name, NULL},
    {"tif", QS_GTC, 3, order_tif_name, NULL},
    {"state", QS_ORDER_NEW, 7, order_state_name, NULL},
    {"reason", 0, REASON_COUNT, reason_name, reason_words},
    {"kind", INTENT_ORDER, 4, intent_kind_name, NULL},
    {"phase", PHASE_OPEN, 4, fill_phase_name, NULL},
    {"size_kind", QS_SIZE_DEFAULT, 6, size_kind_name, NULL},
    {"level", QS_LOG_DEBUG, 4, log_level_name, NULL},
};

static int add_code(struct db *db, sqlite3_stmt *stmt, const struct code_names *names, int64_t code,
                    struct err *err) {
    sqlite3_bind_text(stmt, 1, names->field, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, code);
    sqlite3_bind_text(stmt, 3, names->name(code), -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, names->words != NULL ? names->words(code) : NULL, -1, SQLITE_STATIC);
    return db_run(db, stmt, "write the names of codes", err);
}

/* Codes are for ever, so a file that has as many as we know has ours. */
static int add_codes(struct db *db, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, "INSERT OR IGNORE INTO code VALUES (?, ?, ?, ?)", &stmt, err);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(code_names); i++)
        for (int64_t k = 0; rc == 0 && k < code_names[i].count; k++) {
            int64_t code = code_names[i].first + k;
            /* numbers that were never given out have no name */
            if (strcasecmp(code_names[i].name(code), "unknown") != 0)
                rc = add_code(db, stmt, &code_names[i], code, err);
        }
    sqlite3_finalize(stmt);
    return rc;
}

static int count_missing_codes(struct db *db, int64_t *ret, struct err *err) {
    int64_t wanted = 0, have = 0;
    for (size_t i = 0; i < ARRAY_LEN(code_names); i++)
        for (int64_t k = 0; k < code_names[i].count; k++)
            wanted += strcasecmp(code_names[i].name(code_names[i].first + k), "unknown") != 0;
    int rc = db_number(db, "SELECT count(*) FROM code", &have, err);
    *ret = max_i64(wanted - have, 0);
    return rc < 0 ? rc : 0;
}

/* ---- bringing it up to date ---- */

/* Within a transaction. */
static int apply(struct db *db, struct err *err) {
    enum migrate_state state;
    int64_t version = 0;
    char sql[100];
    int rc = migrate_look(db, &state, err); /* another process may have been faster */
    if (rc == 0)
        rc = (int)min_i64(db_number(db, "PRAGMA user_version", &version, err), 0);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(migrations); i++)
        if (migrations[i].version > version)
            rc = db_exec(db, migrations[i].sql, err);
    snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             MIGRATE_APPLICATION_ID, DB_VERSION);
    if (rc == 0 && version != DB_VERSION)
        rc = db_exec(db, sql, err);
    if (rc == 0)
        rc = add_codes(db, err);
    return rc;
}

int migrate_run(struct db *db, struct err *err) {
    enum migrate_state state;
    int64_t missing = 0;
    int rc = migrate_look(db, &state, err);
    if (rc == 0 && state == MIGRATE_CURRENT) {
        rc = count_missing_codes(db, &missing, err);
        if (rc != 0 || missing == 0)
            return rc;
    }
    if (rc == 0)
        rc = db_begin(db, err);
    if (rc != 0)
        return rc;
    rc = apply(db, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    return rc;
}
