/*
 * data/series.h - the bars of one symbol at one timeframe, ready for the engine: a file's columns
 * with both ends of every bar, who they are, and the hashes by which a record names them.
 *
 *   csv (or its column cache) -> timeframe given, from the file's name, or inferred -> open and
 * close times -> the asked range as a slice (pointers, no copy) -> hash
 *
 * Shared and counted: whoever keeps a series beyond its opener takes series_share. Not for threads.
 */
#ifndef DATA_SERIES_H
#define DATA_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "core/feed.h"
#include "data/csv_bars.h"
#include "data/timeframe.h"

struct series_spec {
    const char *path;
    const char *symbol;    /* NULL: from the file's name, goog_1d.csv -> GOOG */
    const char *timeframe; /* NULL: from the file's name (goog_1d.csv -> 1d), else inferred */
    enum bar_stamp stamp;  /* what the file's times are */
    int64_t start, end;    /* bars with start <= open time < end; both 0: all */
    bool no_cache;         /* neither read nor write column files */
};

/* Read-only for all but series.c. */
struct series {
    struct bar_columns bars; /* the range */
    struct bar_columns all;  /* the whole file */
    int64_t first_line;      /* of the file, where bars[0] stands */
    char symbol[SYMBOL_MAX];
    struct timeframe timeframe;
    bool inferred;  /* the timeframe was told from the steps */
    bool synthetic; /* the file says that its bars are invented */
    bool cached;    /* the columns came from the cache */
    enum bar_stamp stamp;
    char *path;                 /* as given */
    struct hash128 source_hash; /* XXH3-128 of the file */
    struct hash128 all_hash;    /* of `all` */
    struct hash128 bars_hash;   /* of `bars`: see series_hash_bars */
    struct series_memory *memory;
    int64_t share_count;
};

/* Reads the file or its column file. ERR_NOT_FOUND, ERR_IO, ERR_FORMAT, ERR_LIMIT of csv_read;
 * ERR_FORMAT when the timeframe contradicts the file; ERR_USAGE for a symbol or timeframe that is
 * none and for a range without bars. */
int series_open(const struct series_spec *spec, struct series **ret, struct err *err) NODISCARD;

/* The same from rows in memory (synth.h), which it takes over in any case and leaves empty.
 * spec->path is only a name; the source hash is that of the columns. */
int series_adopt(struct csv_bars *bars, const struct series_spec *spec, struct series **ret,
                 struct err *err) NODISCARD;

/* One more holder; returns series. */
struct series *series_share(struct series *series);
/* One holder fewer, the last one frees it. Clears the pointer; *series may be NULL. */
void series_close(struct series **series);

/* The feed of this series; symbol_id and is_execution are the caller's to fill (0, false here).
 * Borrows the columns. */
struct feed series_feed(const struct series *series);

/* XXH3-128 of the bytes of the seven columns, one after the other in the order of struct
 * bar_columns, as little-endian int64 and double: the hash "bars" of a run. */
struct hash128 series_hash_bars(const struct bar_columns *bars);

#endif
