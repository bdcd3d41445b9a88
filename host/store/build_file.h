/*
 * store/build_file.h - the builds that recorded runs used, so that they can be replayed when the
 * cache was emptied and the source has changed.
 *
 * One row a build, packed with zstd; written when the first run that uses it begins, deleted with
 * the last. Whoever loads one verifies its hash (plugin/cache.h cache_restore): nothing here does.
 */
#ifndef STORE_BUILD_FILE_H
#define STORE_BUILD_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

#define BUILD_FILE_MAX ((size_t)64 << 20)

/* Keeps the bytes of a file as build `sha256`, unless they are there: one query then. A file that
 * cannot be read, or is empty, is not kept: no reason to fail a run. Inside a transaction. */
int build_file_keep(struct db *db, const char *sha256, const char *path, struct err *err) NODISCARD;
/* 1 and the bytes, mem_free them; 0 when they are not kept; ERR_FORMAT for a damaged row. */
int build_file_load(struct db *db, const char *sha256, char **ret_bytes, size_t *ret_len,
                    struct err *err) NODISCARD;
/* Deletes those that this run alone uses; before its rows go. Inside a transaction. */
int build_file_drop(struct db *db, int64_t run, struct err *err) NODISCARD;

#endif
