/*
 * data/column_cache.h - the columns of a bar file, kept beside it in binary, so that the second run
 * does not read the text again.
 *
 *   ${QS_CACHE:-${XDG_CACHE_HOME:-~/.cache}/quasar}/columns/<hash of path, stamp,
 * timeframe>.columns
 *
 * A file there counts when it is whole (its own hashes say so) and its source is the same: by
 * device, inode, size and times without reading the source, or else by the source's hash. Anything
 * else is as if it were not there, and is replaced. The cache is never needed: where it can't be
 * read or written (no home, read-only, full disk) a line at debug level is all that happens. Column
 * files are written aside and renamed, never changed in place; many processes may use one.
 */
#ifndef DATA_COLUMN_CACHE_H
#define DATA_COLUMN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fs.h"
#include "base/hash.h"
#include "core/feed.h"
#include "data/timeframe.h"

/* Which file a source's bytes are, as far as can be told without reading them. */
struct source_identity {
    uint64_t device, inode;
    int64_t size, mtime_ns, ctime_ns;
};

/* What was asked for. */
struct column_key {
    const char *path;      /* of the source */
    enum bar_stamp stamp;  /* what its times are */
    const char *timeframe; /* canonical name; "" when it is to be inferred */
};

/* What is kept of a series beside its columns. */
struct column_facts {
    struct timeframe timeframe;
    bool inferred, synthetic;
    struct hash128 source_hash;
    struct hash128 columns_hash; /* of all columns, as series_hash_bars makes it */
};

/* Columns mapped from the cache. */
struct column_file {
    struct column_facts facts;
    struct bar_columns columns;
    struct fs_map map;
};

/* false when there is no such file. */
bool source_identify(const char *path, struct source_identity *ret);
bool source_identity_eq(const struct source_identity *a, const struct source_identity *b);

/* The columns, checked to the last bit; close them. false (ret untouched) when there are none. */
bool column_cache_find(const struct column_key *key, struct column_file *ret);

/* Keeps them. source is what the bytes were read from. */
void column_cache_store(const struct column_key *key, const struct source_identity *source,
                        const struct column_facts *facts, const struct bar_columns *columns);

/* Accepts a zeroed or closed one. */
void column_file_close(struct column_file *file);

#endif
