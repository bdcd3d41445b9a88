/*
 * The life of a recorded run: its row first, records in batches, and at the end one transaction
 * with the rest and the status. In between the database is free for others.
 */
#include "store/run_writer.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/run_live.h"
#include "store/run_writer_parts.h"

#define HELD_MAX ((size_t)256 << 10)

int run_writer_begin(struct db *db, const struct run_start *start, struct run_writer **ret,
                     struct err *err) {
    struct run_writer *w = mem_zalloc(1, sizeof(*w));
    w->db = db;
    w->live_fd = -1;
    w->log = start->log;
    CHECK(start->log.every >= 1);
    series_writer_init(&w->series, start->log);
    int rc = db_begin(db, err);
    if (rc == 0)
        rc = run_ends_start(db, start, &w->run, err);
    if (rc == 0)
        rc = run_live_take(db_path(db), w->run, &w->live_fd, err);
    if (rc == 0)
        rc = row_writer_init(&w->rows, db, w->run, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0) {
        db_rollback(db);
        run_writer_destroy(&w);
        return rc;
    }
    *ret = w;
    return 0;
}

int64_t run_writer_id(const struct run_writer *writer) { return writer->run; }

/* ---- records ---- */

static int die(struct run_writer *w, int rc, const struct err *err) {
    db_rollback(w->db);
    w->failed = rc;
    w->err = *err;
    return rc;
}

static int write_batch(struct run_writer *w, struct err *err) {
    int rc = db_begin(w->db, err);
    if (rc == 0)
        rc = row_writer_write(&w->rows, w->db, &w->batch, err);
    if (rc == 0)
        rc = db_commit(w->db, err);
    return rc;
}

/* Records that are kept as they are: collected, since the header's come one after the other. */
static void hold(struct run_writer *w, const struct journal_record *record) {
    size_t size = 8 + record->size;
    uint64_t header = size | (uint64_t)record->kind << 32;
    if (w->held_cap - w->held_used < size) {
        w->held_cap = 2 * (w->held_cap + size);
        w->held = mem_realloc_array(w->held, w->held_cap, 1);
    }
    memcpy(w->held + w->held_used, &header, 8);
    memcpy(w->held + w->held_used + 8, record->body, record->size);
    w->held_used += size;
}

static void release_held(struct run_writer *w) {
    if (w->held_used == 0)
        return;
    memcpy(batch_add(&w->batch, BATCH_RECORDS, w->held_used), w->held, w->held_used);
    w->held_used = 0;
}

static bool is_kept_as_bytes(uint16_t kind) {
    return kind <= JOURNAL_INDICATOR || kind == JOURNAL_BARS || kind == JOURNAL_END;
}

static int no_share(const struct run_writer *w, struct err *err) {
    return err_set(err, ERR_FORMAT, "journal: fill %lld belongs to no strategy",
                   (long long)w->open_fill);
}

/* A row of a fill is made when its share comes, so none may be missing. */
static int watch_fill(struct run_writer *w, const struct journal_record *record, struct err *err) {
    int64_t fill;
    memcpy(&fill, record->body, 8); /* the first field of both */
    if (record->kind == JOURNAL_ALLOCATION) {
        CHECKF(fill == w->newest_fill, "a share of fill %lld after fill %lld", (long long)fill,
               (long long)w->newest_fill);
        w->open_fill = 0;
        return 0;
    }
    if (record->kind == JOURNAL_FILL) {
        if (w->open_fill != 0)
            return no_share(w, err);
        w->open_fill = w->newest_fill = fill;
    }
    return 0;
}

static int take_row(struct run_writer *w, const struct journal_record *record, struct err *err) {
    int rc = watch_fill(w, record, err);
    if (rc != 0)
        return rc;
    if (is_kept_as_bytes(record->kind)) {
        if (w->held_used >= HELD_MAX)
            release_held(w);
        hold(w, record);
        return 0;
    }
    release_held(w);
    memcpy(batch_add(&w->batch, record->kind, record->size), record->body, record->size);
    return 0;
}

static int take(struct run_writer *w, const struct journal_record *record, struct err *err) {
    bool is_header_over = !w->has_header && record->kind >= JOURNAL_START;
    if (is_header_over) { /* it is to be seen from the beginning */
        release_held(w);
        w->has_header = true;
    }
    /* a fill and its shares are never parted */
    if (is_header_over || (UNLIKELY(batch_is_full(&w->batch)) && w->open_fill == 0 &&
                           record->kind != JOURNAL_ALLOCATION)) {
        int rc = write_batch(w, err);
        if (rc != 0)
            return rc;
    }
    if (chunk_row_words(record->kind) == 0)
        return take_row(w, record, err);
    if (w->log.kind == RUN_LOG_TRADES)
        return 0;
    return series_writer_take(&w->series, record, &w->batch, err);
}

static int first_error(const struct run_writer *w, struct err *err) {
    CHECK(!w->is_over);
    if (w->failed != 0)
        *err = w->err;
    return w->failed;
}

int run_writer_take(struct run_writer *writer, const struct journal_record *record,
                    struct err *err) {
    int rc = first_error(writer, err);
    if (rc != 0)
        return rc;
    rc = take(writer, record, err);
    return rc != 0 ? die(writer, rc, err) : 0;
}

int run_writer_step(struct run_writer *writer, const struct run_step *step, struct err *err) {
    int rc = first_error(writer, err);
    if (rc != 0 || writer->log.kind != RUN_LOG_FULL)
        return rc;
    size_t len = strlen(step->timeframe) + 1;
    uint8_t *at = batch_add(&writer->batch, BATCH_STEP, sizeof(*step) + len);
    memcpy(at, step, sizeof(*step));
    memcpy(at + sizeof(*step), step->timeframe, len);
    return 0;
}

/* ---- the end ---- */

static void let_go(struct run_writer *w) {
    if (w->live_fd >= 0)
        close(w->live_fd);
    w->live_fd = -1;
}

/* The rest and the run's last words in one transaction; nobody sees the one without the other. */
static int end_run(struct run_writer *w, const struct run_end *end, const struct run_failure *why,
                   struct err *err) {
    release_held(w);
    series_writer_finish(&w->series, &w->batch);
    int rc = db_begin(w->db, err);
    if (rc == 0)
        rc = row_writer_write(&w->rows, w->db, &w->batch, err);
    if (rc == 0)
        rc =
            end ? run_ends_done(w->db, w->run, end, err) : run_ends_failed(w->db, w->run, why, err);
    if (rc == 0)
        rc = db_commit(w->db, err);
    if (rc != 0)
        return die(w, rc, err);
    w->is_over = true;
    let_go(w);
    return 0;
}

/* What could not be written is lost; the row may still say why. Not after a wait that was in vain.
 */
static int end_broken(struct run_writer *w, const struct run_failure *why, struct err *err) {
    if (w->failed == ERR_BUSY)
        return first_error(w, err);
    int rc = db_begin(w->db, err);
    if (rc == 0)
        rc = run_ends_failed(w->db, w->run, why, err);
    if (rc == 0)
        rc = db_commit(w->db, err);
    if (rc != 0) {
        db_rollback(w->db);
        return rc;
    }
    w->is_over = true;
    let_go(w);
    return 0;
}

int run_writer_finish(struct run_writer *writer, const struct run_end *end, struct err *err) {
    int rc = first_error(writer, err);
    if (rc != 0)
        return rc;
    if (writer->open_fill != 0)
        return die(writer, no_share(writer, err), err);
    return end_run(writer, end, NULL, err);
}

int run_writer_fail(struct run_writer *writer, const char *sentence, const char *output,
                    int64_t ended_at, struct err *err) {
    struct run_failure why = {.sentence = sentence, .output = output, .ended_at = ended_at};
    CHECK(!writer->is_over);
    if (writer->failed != 0)
        return end_broken(writer, &why, err);
    return end_run(writer, NULL, &why, err);
}

void run_writer_destroy(struct run_writer **writer) {
    struct run_writer *w = *writer;
    if (!w)
        return;
    row_writer_fini(&w->rows);
    series_writer_fini(&w->series);
    mem_free(w->batch.bytes);
    mem_free(w->held);
    let_go(w);
    mem_free(w);
    *writer = NULL;
}
