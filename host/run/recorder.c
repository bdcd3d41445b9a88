#include "run/recorder.h"

#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/mem.h"

/* The newest close of a symbol at or before time, from the columns themselves. */
static bool mark_of(void *self, int64_t symbol, int64_t time, double *ret) {
    struct recorder *r = self;
    if (symbol < 0 || symbol >= r->plan->symbol_count)
        return false;
    const struct bar_columns *bars = &r->plan->feeds[r->mark_feed[symbol]].bars;
    int64_t at = r->mark_at[symbol];
    while (at + 1 < bars->count && bars->close_time[at + 1] <= time)
        at++;
    r->mark_at[symbol] = at;
    if (at < 0)
        return false;
    *ret = bars->close[at];
    return true;
}

/* Sink of the expected header. */
static int keep_header(void *self, const void *bytes, size_t len, struct err *err) {
    struct recorder *r = self;
    (void)err;
    r->header = mem_realloc_array(r->header, r->header_len + len, 1);
    memcpy(r->header + r->header_len, bytes, len);
    r->header_len += len;
    return 0;
}

static int expect_header(struct recorder *r, struct err *err) {
    struct sink_port sink = {.self = r, .write = keep_header};
    struct journal journal;
    journal_init(&journal, &sink);
    plan_write_header(r->plan, &journal);
    int rc = journal_flush(&journal, err);
    journal_fini(&journal);
    return rc;
}

/* The first bytes of a run are known to us: it was told what to run. */
static int check_header(struct recorder *r, const uint8_t *bytes, size_t len, struct err *err) {
    size_t left = r->header_len - r->header_seen, share = len < left ? len : left;
    if (memcmp(bytes, r->header + r->header_seen, share) != 0)
        return err_set(err, ERR_FORMAT,
                       "journal: its header is not that of the run that was asked for");
    r->header_seen += share;
    return 0;
}

/* What the parent knows better: the hash of bars that were played to the end. */
static int check_bars(const struct recorder *r, const struct journal_record *record,
                      struct err *err) {
    struct j_bars bars;
    char hex[HASH128_HEX_SIZE];
    if (record->kind != JOURNAL_BARS)
        return 0;
    journal_read(record, &bars);
    if (bars.feed < 0 || bars.feed >= r->plan->feed_count)
        return err_set(err, ERR_FORMAT, "journal: bars of feed %lld", (long long)bars.feed);
    hash128_hex(r->plan->series[bars.feed]->bars_hash, hex);
    bool whole = bars.rows == r->plan->feeds[bars.feed].bars.count;
    if (bars.rows < 0 || bars.rows > r->plan->feeds[bars.feed].bars.count ||
        (whole && strcmp(bars.hash, hex) != 0))
        return err_set(err, ERR_FORMAT, "journal: its bars of feed %lld are not those of the data",
                       (long long)bars.feed);
    return 0;
}

static int check_end(const struct collector *c, const struct journal_record *record,
                     struct err *err) {
    struct j_end end;
    if (record->kind != JOURNAL_END)
        return 0;
    journal_read(record, &end);
    if (end.orders != c->order_count || end.fills != c->fill_count || end.trades != c->trade_count)
        return err_set(err, ERR_FORMAT,
                       "journal: its end counts %lld orders, %lld fills, %lld trades; there were "
                       "%lld, %lld, %lld",
                       (long long)end.orders, (long long)end.fills, (long long)end.trades,
                       (long long)c->order_count, (long long)c->fill_count,
                       (long long)c->trade_count);
    return 0;
}

int recorder_init(struct recorder *r, const struct plan *plan, const char *path,
                  struct run_writer *writer, struct err *err) {
    memset(r, 0, sizeof *r);
    r->plan = plan;
    r->file.fd = -1;
    r->hash = hash128_create();
    r->mark_at = mem_alloc((size_t)plan->symbol_count * sizeof *r->mark_at);
    r->mark_feed = mem_alloc((size_t)plan->symbol_count * sizeof *r->mark_feed);
    for (int32_t i = 0; i < plan->symbol_count; i++)
        r->mark_at[i] = -1;
    for (int32_t i = 0; i < plan->feed_count; i++)
        if (plan->feeds[i].is_execution)
            r->mark_feed[plan->feeds[i].symbol_id] = i;
    collector_init(&r->collector);
    conservation_init(&r->conservation, mark_of, r);
    int rc = expect_header(r, err);
    CHECK(rc == 0);
    if (path) {
        rc = journal_file_create(path, &r->file, err);
        r->has_file = rc == 0;
    }
    if (rc == 0 && writer)
        rc = recorder_record(r, writer, err);
    if (rc < 0)
        recorder_fini(r);
    return rc;
}

int recorder_record(struct recorder *r, struct run_writer *writer, struct err *err) {
    CHECK(!r->writer && r->bytes == 0);
    r->writer = writer;
    return r->plan->conf->log.kind == RUN_LOG_FULL ? steps_create(r->plan, writer, &r->steps, err)
                                                   : 0;
}

/* A run that failed: what was recorded stays, a file without a record does not. */
static void drop_file(struct recorder *r) {
    if (r->bytes == 0)
        (void)unlink(r->file.path);
    journal_file_drop(&r->file);
}

void recorder_fini(struct recorder *r) {
    if (!r->hash)
        return;
    if (r->has_file)
        drop_file(r);
    collector_fini(&r->collector);
    conservation_fini(&r->conservation);
    str_fini(&r->kept);
    steps_destroy(&r->steps);
    hash128_destroy(&r->hash);
    mem_free(r->header);
    mem_free(r->mark_at);
    mem_free(r->mark_feed);
    memset(r, 0, sizeof *r);
}

/* The record is good: keep it. */
static int keep_record(struct recorder *r, const struct journal_record *record, struct err *err) {
    int rc = r->writer ? run_writer_take(r->writer, record, err) : 0;
    return rc == 0 && r->steps ? steps_take(r->steps, record, err) : rc;
}

void recorder_record_later(struct recorder *r) { r->is_later = r->writer != NULL; }

bool recorder_kept_next(const struct recorder *r, size_t *state, struct journal_record *ret) {
    size_t size;
    struct err ignored;
    if (*state >= r->kept.len || journal_next((const uint8_t *)r->kept.data + *state,
                                              r->kept.len - *state, ret, &size, &ignored) != 1)
        return false;
    *state += size;
    return true;
}

int recorder_flush(struct recorder *r, struct err *err) {
    struct journal_record record;
    size_t state = 0;
    int rc = 0;
    r->is_later = false;
    while (rc == 0 && recorder_kept_next(r, &state, &record))
        rc = keep_record(r, &record, err);
    str_fini(&r->kept);
    return rc;
}

int recorder_take(void *self, const void *bytes, size_t len, struct err *err) {
    struct recorder *r = self;
    const uint8_t *at = bytes;
    size_t left = len;
    int first = check_header(r, at, len, err);
    if (first < 0)
        return first;
    while (left > 0) {
        struct journal_record record;
        size_t size;
        int rc = journal_next(at, left, &record, &size, err);
        if (rc == 0)
            return err_set(err, ERR_FORMAT, "journal: a block ends inside a record");
        if (rc > 0)
            rc = collector_take(&r->collector, &record, err);
        if (rc == 0)
            rc = conservation_take(&r->conservation, &record, err);
        if (rc == 0)
            rc = check_bars(r, &record, err);
        if (rc == 0)
            rc = check_end(&r->collector, &record, err);
        if (rc == 0 && !r->is_later)
            rc = keep_record(r, &record, err);
        if (rc < 0)
            return rc;
        at += size;
        left -= size;
    }
    if (r->is_later) {
        str_append_n(&r->kept, bytes, len);
        int rc = r->kept.len > RECORDER_KEPT_MAX ? recorder_flush(r, err) : 0;
        if (rc < 0)
            return rc;
    }
    hash128_update(r->hash, bytes, len);
    r->bytes += (int64_t)len;
    if (r->bytes > RECORDER_BYTES_MAX)
        return err_set(
            err, ERR_LIMIT,
            "the journal is over %lld GiB (fewer plots, notes and orders a bar, or fewer "
            "bars)",
            (long long)(RECORDER_BYTES_MAX >> 30));
    return r->has_file ? journal_file_append(&r->file, bytes, len, err) : 0;
}

struct hash128 recorder_hash(const struct recorder *r) {
    return hash128_digest(r->hash);
}

int recorder_finish(struct recorder *r, const char *meta, struct err *err) {
    if (!r->collector.has_end)
        return err_set(err, ERR_FORMAT, "journal: it ends without its END record");
    if (!r->has_file)
        return 0;
    r->has_file = false;
    return journal_file_finish(&r->file, meta, true, err);
}
