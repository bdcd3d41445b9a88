/*
 * store/db_sql.h - SQL for the files of this folder; nobody else includes it.
 *
 * Thin: prepared statements are sqlite3_stmt as they are; what is here turns SQLite's errors into
 * sentences and keeps transactions paired.
 */
#ifndef STORE_DB_SQL_H
#define STORE_DB_SQL_H

#include <sqlite3.h>

#include "store/db.h"

struct db {
    sqlite3 *handle;
    char *path;
    int wal_pages; /* with deferred checkpoints: after the last commit */
};

sqlite3 *db_handle(struct db *db);
/* Before a handle is opened: from then on db_error knows why a call of the system failed. */
void db_listen(void);
/* "quasar.sqlite: cannot <what>: <why> (<what to do>)" from the handle's last error, with a code of
 * ours (ERR_IO, ERR_BUSY, ERR_FORMAT). Returns the code. */
int db_error(struct db *db, const char *what, struct err *err);
/* Runs statements; rows that they give are ignored. In a sentence it is "cannot write". */
int db_exec(struct db *db, const char *sql, struct err *err) NODISCARD;
/* The one number that a statement gives: 1 and *ret, 0 when it gives no row or a NULL. */
int db_number(struct db *db, const char *sql, int64_t *ret, struct err *err) NODISCARD;
/* Prepares one; persistent. *ret is finalized by the caller. */
int db_prepare(struct db *db, const char *sql, sqlite3_stmt **ret, struct err *err) NODISCARD;
/* Steps a statement that gives no rows, and resets it. what: for the sentence ("record a trade").
 */
int db_run(struct db *db, sqlite3_stmt *stmt, const char *what, struct err *err) NODISCARD;
/* 1 a row, 0 the end, negative an error. */
int db_row(struct db *db, sqlite3_stmt *stmt, const char *what, struct err *err) NODISCARD;
/* BEGIN IMMEDIATE, COMMIT; rollback never fails and is fine outside a transaction. */
int db_begin(struct db *db, struct err *err) NODISCARD;
int db_commit(struct db *db, struct err *err) NODISCARD;
void db_rollback(struct db *db);

#endif
