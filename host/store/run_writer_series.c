/*
 * Per-bar records to chunks. A record finds its series at once: accounts and ledgers by number,
 * plots and variables by the one that came after the newest the last time (a strategy says them in
 * the same order bar after bar), else by hash.
 *
 * With `every N bars` the rows of an instant that is not an Nth wait behind the kept ones: the next
 * instant puts its own over them, and at the end those of the last instant are kept. A variable has
 * its value until it changes, so its newest row before a kept instant is kept, too.
 */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "store/run_writer_parts.h"

#define ROWS_FIRST 64

void series_writer_init(struct series_writer *set, struct run_log log) {
    *set = (struct series_writer){.log = log, .codec = chunk_codec_create()};
}

void series_writer_fini(struct series_writer *set) {
    for (size_t i = 0; i < set->count; i++) {
        mem_free(set->all[i]->key);
        mem_free(set->all[i]->rows);
        mem_free(set->all[i]);
    }
    mem_free(set->all);
    mem_free(set->equity);
    mem_free(set->ledger);
    mem_free(set->table);
    chunk_codec_destroy(&set->codec);
    *set = (struct series_writer){0};
}

/* ---- finding ---- */

static int add_series(struct series_writer *set, uint16_t kind, int64_t owner, struct series **ret,
                      struct err *err) {
    if (set->count == SERIES_MAX)
        return err_set(err, ERR_LIMIT,
                       "run: more than %d columns a bar (plot and declare fewer names, or record "
                       "with log: trades)",
                       SERIES_MAX);
    if (set->count == set->cap) {
        set->cap = max_size(8, 2 * set->cap);
        set->all = mem_realloc_array(set->all, set->cap, sizeof(*set->all));
    }
    struct series *s = mem_zalloc(1, sizeof(*s));
    s->kind = kind;
    s->id = (int64_t)set->count;
    s->owner = owner;
    s->words = chunk_row_words(kind);
    set->all[set->count++] = s;
    *ret = s;
    return 0;
}

static int numbered_series(struct series_writer *set, struct series ***by_owner, size_t *count,
                           uint16_t kind, int64_t owner, struct series **ret, struct err *err) {
    if (owner < 0 || owner >= SERIES_MAX)
        return err_set(err, ERR_FORMAT, "journal: silo or strategy %lld", (long long)owner);
    size_t at = (size_t)owner;
    if (at >= *count) {
        *by_owner = mem_realloc_array(*by_owner, at + 1, sizeof(**by_owner));
        memset(*by_owner + *count, 0, (at + 1 - *count) * sizeof(**by_owner));
        *count = at + 1;
    }
    int rc = 0;
    if (!(*by_owner)[at])
        rc = add_series(set, kind, owner, &(*by_owner)[at], err);
    if (rc == 0)
        *ret = (*by_owner)[at];
    return rc;
}

static bool is_named(const struct series *s, uint16_t kind, int64_t owner, const char *key,
                     size_t len) {
    return s->kind == kind && s->owner == owner && s->key_len == len &&
           memcmp(s->key, key, len) == 0;
}

static void place(struct series_writer *set, struct series *s) {
    size_t at = s->hash & (set->table_size - 1);
    while (set->table[at])
        at = (at + 1) & (set->table_size - 1);
    set->table[at] = s;
}

static void grow_table(struct series_writer *set) {
    size_t old = set->table_size;
    struct series **before = set->table;
    set->table_size = max_size(64, 2 * old);
    set->table = mem_zalloc(set->table_size, sizeof(*set->table));
    for (size_t i = 0; i < old; i++)
        if (before[i])
            place(set, before[i]);
    mem_free(before);
}

static int named_series(struct series_writer *set, uint16_t kind, int64_t owner, const char *key,
                        size_t len, struct series **ret, struct err *err) {
    if (set->table_size <= 2 * (set->count + 1))
        grow_table(set);
    uint64_t hash = hash128(key, len).lo ^ (uint64_t)owner * UINT64_C(0x9e3779b97f4a7c15) ^ kind;
    for (size_t at = hash & (set->table_size - 1); set->table[at];
         at = (at + 1) & (set->table_size - 1))
        if (set->table[at]->hash == hash && is_named(set->table[at], kind, owner, key, len)) {
            *ret = set->table[at];
            return 0;
        }
    struct series *s = NULL;
    int rc = add_series(set, kind, owner, &s, err);
    if (rc != 0)
        return rc;
    CHECK(s != NULL);
    s->key = mem_strndup(key, len);
    s->key_len = len;
    s->hash = hash;
    place(set, s);
    *ret = s;
    return 0;
}

static int find_named(struct series_writer *set, const struct journal_record *record, int64_t owner,
                      struct series **ret, struct err *err) {
    uint64_t len; /* time, strategy, value; then the text: its length, its bytes */
    memcpy(&len, record->body + 24, 8);
    const char *key = (const char *)record->body + 32;
    struct series *guess = set->newest ? set->newest->after : NULL;
    if (!guess || !is_named(guess, record->kind, owner, key, (size_t)len)) {
        int rc = named_series(set, record->kind, owner, key, (size_t)len, &guess, err);
        if (rc != 0)
            return rc;
        if (set->newest)
            set->newest->after = guess;
    }
    set->newest = guess;
    *ret = guess;
    return 0;
}

/* ---- chunks ---- */

static void store_series(struct series *s, struct batch *batch) {
    struct batch_series item = {.series = s->id, .kind = s->kind, .owner = s->owner};
    size_t key_size = s->key ? s->key_len + 1 : 0;
    uint8_t *at = batch_add(batch, BATCH_SERIES, sizeof(item) + key_size);
    memcpy(at, &item, sizeof(item));
    if (s->key)
        memcpy(at + sizeof(item), s->key, key_size);
    s->is_stored = true;
}

static void store_chunk(struct series_writer *set, struct series *s, const uint64_t *rows,
                        size_t count, struct batch *batch) {
    const uint8_t *packed;
    struct batch_chunk item = {.series = s->id,
                               .seq = s->chunk_seq++,
                               .rows = (int64_t)count,
                               .first_time = INT64_MAX,
                               .last_time = INT64_MIN};
    if (!s->is_stored)
        store_series(s, batch);
    for (size_t i = 0; i < count; i++) {
        item.first_time = min_i64(item.first_time, (int64_t)rows[i * s->words]);
        item.last_time = max_i64(item.last_time, (int64_t)rows[i * s->words]);
    }
    size_t size = chunk_encode(set->codec, s->kind, rows, count, s->words, &packed);
    uint8_t *at = batch_add(batch, BATCH_CHUNK, sizeof(item) + size);
    memcpy(at, &item, sizeof(item));
    memcpy(at + sizeof(item), packed, size);
}

static void store_rows(struct series_writer *set, struct series *s, struct batch *batch) {
    for (size_t at = 0; at < s->count; at += CHUNK_ROWS_MAX)
        store_chunk(set, s, s->rows + at * s->words, min_size(CHUNK_ROWS_MAX, s->count - at),
                    batch);
    s->count = 0;
}

void series_writer_finish(struct series_writer *set, struct batch *batch) {
    for (size_t i = 0; i < set->count; i++) {
        struct series *s = set->all[i];
        if (s->pending_instant >= set->instants || s->kind == JOURNAL_VARIABLE)
            s->count += s->pending;
        s->pending = 0;
        store_rows(set, s, batch);
    }
}

/* ---- rows ---- */

/* The number of the instant at `time`, from 1: it is over once the first silo's account came. */
static int64_t instant_of(struct series_writer *set, bool ends_it, int64_t time) {
    if (set->instants > 0 && time == set->instant_time)
        return set->instants;
    if (ends_it) {
        set->instants++;
        set->instant_time = time;
        return set->instants;
    }
    return set->instants + 1;
}

/* Whether an instant from `first` to before `next` is an Nth. */
static bool kept_between(const struct series_writer *set, int64_t first, int64_t next) {
    return (first - 1) / set->log.every != (next - 1) / set->log.every;
}

static void keep_pending(struct series_writer *set, struct series *s, struct batch *batch) {
    s->count += s->pending;
    s->pending = 0;
    if (s->count >= CHUNK_ROWS_MAX)
        store_rows(set, s, batch);
}

/* The place of a row; where it is not to be kept for sure, among the pending. */
static uint64_t *next_row(struct series_writer *set, struct series *s, bool ends_it, int64_t time,
                          struct batch *batch) {
    size_t pending = 0;
    bool is_kept = true;
    if (set->log.every > 1) {
        int64_t instant = instant_of(set, ends_it, time);
        if (s->kind == JOURNAL_VARIABLE && kept_between(set, s->pending_instant, instant))
            keep_pending(set, s, batch);
        pending = s->pending_instant == instant ? s->pending : 0;
        is_kept = instant % set->log.every == 0;
        s->pending_instant = instant;
    }
    if (s->count + pending == s->cap) {
        s->cap = max_size(ROWS_FIRST, 2 * s->cap);
        s->rows = mem_realloc_array(s->rows, s->cap * s->words, 8);
    }
    uint64_t *row = s->rows + (s->count + pending) * s->words;
    s->pending = is_kept ? 0 : pending + 1;
    s->count += is_kept;
    return row;
}

int series_writer_take(struct series_writer *set, const struct journal_record *record,
                       struct batch *batch, struct err *err) {
    int64_t time, owner;
    struct series *s = NULL;
    int rc = 0;
    memcpy(&time, record->body, 8); /* all four: time, silo or strategy, values */
    memcpy(&owner, record->body + 8, 8);
    bool is_equity = record->kind == JOURNAL_EQUITY;
    if (is_equity)
        rc = LIKELY((uint64_t)owner < set->equity_count && (s = set->equity[owner]) != NULL)
                 ? 0
                 : numbered_series(set, &set->equity, &set->equity_count, record->kind, owner, &s,
                                   err);
    else if (record->kind == JOURNAL_LEDGER)
        rc = numbered_series(set, &set->ledger, &set->ledger_count, record->kind, owner, &s, err);
    else
        rc = find_named(set, record, owner, &s, err);
    if (rc != 0)
        return rc;
    CHECK(s != NULL);
    uint64_t *row = next_row(set, s, is_equity && owner == 0, time, batch);
    row[0] = (uint64_t)time;
    memcpy(row + 1, record->body + 16, (s->words - 1) * 8);
    if (s->count == CHUNK_ROWS_MAX)
        store_rows(set, s, batch);
    return 0;
}
