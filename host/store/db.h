/*
 * store/db.h - the database of a project: quasar.sqlite, its place, its version, its errors.
 *
 * WAL mode, one writer at a time (others wait up to 10 s), schema versions by PRAGMA user_version:
 * an older one is migrated in one transaction, a newer one and a file that is not ours are refused.
 * Everything else of this folder that needs SQL gets a struct db; sqlite3.h stays inside store/.
 * Sentences: "quasar.sqlite: cannot record: the disk is full (...)".
 * Durability: what was committed survives kill -9 at any moment; a power cut may take the last
 * commits (WAL, synchronous=NORMAL), never the file.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define DB_VERSION 1
#define DB_FILE "quasar.sqlite"

struct db; /* opaque */

enum db_mode {
    DB_READ, /* must exist; works on a read-only medium; an older version is refused with the cure
              */
    DB_WRITE /* made where it is missing, migrated where it is old */
};

/* Where the project's database is: given (--db) when not NULL, else DB_FILE in the nearest folder
 * upward from start (NULL: the current one) that has one, else in the nearest that holds `.quasar`
 * or run.yaml or custom/, else in start itself. Absolute. Nothing is made. */
int db_find(const char *start, const char *given, struct str *ret, struct err *err) NODISCARD;

/* ERR_NOT_FOUND (DB_READ), ERR_IO (read-only, no space, damaged), ERR_BUSY, ERR_FORMAT (not ours,
 * newer). */
int db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err) NODISCARD;
/* For one who has idle moments: commits leave what is in the -wal there (up to 64 MiB of it), until
 * db_checkpoint puts it into the file. */
void db_defer_checkpoints(struct db *db);
/* When 16 MiB have come together, and as far as nobody else reads or writes; what is left comes the
 * next time. Not in a transaction. The first commit afterwards waits for the disk. */
void db_checkpoint(struct db *db);
/* Frees and clears the caller's pointer; *db may be NULL. */
void db_close(struct db **db);
/* Absolute and through links, so that all who open one file get one path. */
const char *db_path(const struct db *db);

#endif
