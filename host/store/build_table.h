/*
 * store/build_table.h - every build ever seen, with its verdict.
 */
#ifndef STORE_BUILD_TABLE_H
#define STORE_BUILD_TABLE_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct build_row {
    const char *sha256;
    const char *strategy, *version; /* NULL when it could not be read */
    const char *path;
    int64_t size, seen;  /* ns UTC */
    const char *verdict; /* "ok", "refused", "crashed", "hung" */
    const char *reason;  /* NULL when ok */
};

/* Adds it, or updates the verdict and last_seen of (sha256, path). */
int build_table_note(struct db *db, const struct build_row *row, struct err *err) NODISCARD;

#endif
