/*
 * Stage by stage: kept bytes, rows of a table, columns from chunks. A stage has one statement,
 * which is finalized when it is over; a record is made anew in the block of a journal that never
 * fills.
 */
#include "store/run_reader.h"

#include <string.h>

#include "base/mem.h"
#include "store/run_reader_parts.h"

enum stage_type { BYTES, ROWS, SERIES };

struct stage {
    enum stage_type type;
    uint16_t first, last; /* kinds of records; the header comes whoever asks */
    enum row_kind row;
};

static const struct stage stages[] = {
    {BYTES, JOURNAL_RUN, JOURNAL_BINDING, 0},
    {BYTES, JOURNAL_START, JOURNAL_INDICATOR, 0},
    {ROWS, JOURNAL_INTENT, JOURNAL_INTENT, ROW_SIGNAL},
    {ROWS, JOURNAL_ORDER, JOURNAL_ORDER, ROW_ORDER},
    {ROWS, JOURNAL_ORDER_EVENT, JOURNAL_ORDER_EVENT, ROW_ORDER_EVENT},
    {ROWS, JOURNAL_FILL, JOURNAL_ALLOCATION, ROW_FILL},
    {ROWS, JOURNAL_TRADE, JOURNAL_TRADE, ROW_TRADE},
    {SERIES, JOURNAL_EQUITY, JOURNAL_EQUITY, 0},
    {SERIES, JOURNAL_LEDGER, JOURNAL_LEDGER, 0},
    {SERIES, JOURNAL_PLOT, JOURNAL_PLOT, 0},
    {SERIES, JOURNAL_VARIABLE, JOURNAL_VARIABLE, 0},
    {ROWS, JOURNAL_NOTE, JOURNAL_NOTE, ROW_NOTE},
    {ROWS, JOURNAL_LOG, JOURNAL_LOG, ROW_LOG},
    {ROWS, JOURNAL_POSITION, JOURNAL_POSITION, ROW_POSITION},
    {BYTES, JOURNAL_BARS, JOURNAL_BARS, 0},
    {BYTES, JOURNAL_END, JOURNAL_END, 0},
};

static const char chunks_sql[] =
    "SELECT rows, first_time, last_time, data FROM strategy_chunk WHERE strategy_run_id = ?1 AND "
    "series = ?2 AND last_time >= ?3 AND first_time <= ?4 ORDER BY seq";

/* The chunk in which the newest row before ?3 is. */
static const char before_sql[] =
    "SELECT max(last_time) FROM strategy_chunk WHERE strategy_run_id = ?1 AND series = ?2 AND "
    "first_time < ?3";

static int find_run(struct run_reader *r, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(r->db, "SELECT 1 FROM strategy_run WHERE strategy_run_id = ?", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, r->run);
    rc = db_row(r->db, stmt, "read a run", err);
    sqlite3_finalize(stmt);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "%s: there is no run %lld (qshost runs lists them)",
                       db_path(r->db), (long long)r->run);
    return rc < 0 ? rc : 0;
}

int run_reader_open(struct db *db, int64_t run, uint64_t kinds, int64_t from, int64_t to,
                    struct run_reader **ret, struct err *err) {
    struct run_reader *r = mem_zalloc(1, sizeof(*r));
    *r = (struct run_reader){.db = db, .run = run, .kinds = kinds, .from = from, .to = to};
    int rc = find_run(r, err);
    if (rc == 0)
        rc = db_prepare(db, chunks_sql, &r->series.chunks, err);
    if (rc == 0)
        rc = db_prepare(db, before_sql, &r->series.before, err);
    if (rc != 0) {
        sqlite3_finalize(r->series.before);
        sqlite3_finalize(r->series.chunks);
        mem_free(r);
        return rc;
    }
    r->series.codec = chunk_codec_create();
    journal_init(&r->journal, NULL);
    *ret = r;
    return 0;
}

void run_reader_close(struct run_reader **reader) {
    struct run_reader *r = *reader;
    if (!r)
        return;
    sqlite3_finalize(r->stmt);
    sqlite3_finalize(r->series.chunks);
    sqlite3_finalize(r->series.before);
    chunk_codec_destroy(&r->series.codec);
    journal_fini(&r->journal);
    mem_free(r);
    *reader = NULL;
}

/* ---- stages ---- */

static bool is_kind_wanted(const struct run_reader *r, uint16_t kind) {
    return kind <= JOURNAL_BINDING || (r->kinds & RUN_READER_KIND(kind));
}

static bool is_wanted(const struct run_reader *r, const struct stage *stage) {
    for (uint16_t kind = stage->first; kind <= stage->last; kind++)
        if (is_kind_wanted(r, kind))
            return true;
    return false;
}

static int begin_stage(struct run_reader *r, const struct stage *stage, struct err *err) {
    struct str sql;
    str_init(&sql);
    if (stage->type == BYTES)
        str_append(&sql, "SELECT records FROM strategy_record WHERE strategy_run_id = ? "
                         "ORDER BY seq");
    else if (stage->type == ROWS)
        row_table_select(&row_tables[stage->row], &sql);
    else
        str_append(&sql, "SELECT series, strategy_instance_id, silo, key FROM strategy_series "
                         "WHERE strategy_run_id = ? AND kind = ? "
                         "ORDER BY silo, strategy_instance_id, key, series");
    int rc = db_prepare(r->db, str_text(&sql), &r->stmt, err);
    str_fini(&sql);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(r->stmt, 1, r->run);
    if (stage->type == SERIES)
        sqlite3_bind_int64(r->stmt, 2, stage->first);
    return 0;
}

static void end_stage(struct run_reader *r) {
    sqlite3_finalize(r->stmt);
    r->stmt = NULL;
    r->bytes_left = 0;
    r->stage++;
}

/* The record that was put into the journal's block. */
static void made_record(struct run_reader *r, struct journal_record *ret) {
    struct journal_memory *memory = r->journal.memory;
    uint16_t kind;
    memcpy(&kind, memory->block + 4, 2);
    *ret = (struct journal_record){
        .kind = kind, .body = memory->block + 8, .size = journal_used(memory) - 8};
    journal_publish(memory, 0);
}

/* ---- kept bytes ---- */

static bool is_kept_kind(uint16_t kind) {
    return kind <= JOURNAL_INDICATOR || kind == JOURNAL_BARS || kind == JOURNAL_END;
}

static int next_in_bytes(struct run_reader *r, struct journal_record *ret, struct err *err) {
    size_t size = 0;
    struct err why;
    int rc = journal_next(r->bytes, r->bytes_left, ret, &size, &why);
    if (rc < 0)
        return reader_damage(r, "strategy_record", why.text, err);
    if (rc == 0 || !is_kept_kind(ret->kind))
        return reader_damage(r, "strategy_record",
                             rc == 0 ? "half a record" : "a record that has a table of its own",
                             err);
    r->bytes += size;
    r->bytes_left -= size;
    return 1;
}

static int next_bytes(struct run_reader *r, const struct stage *stage, struct journal_record *ret,
                      struct err *err) {
    for (;;) {
        while (r->bytes_left > 0) {
            int rc = next_in_bytes(r, ret, err);
            if (rc < 0)
                return rc;
            if (ret->kind >= stage->first && ret->kind <= stage->last &&
                is_kind_wanted(r, ret->kind))
                return 1;
        }
        int rc = db_row(r->db, r->stmt, "read a run", err);
        if (rc <= 0)
            return rc;
        if (sqlite3_column_type(r->stmt, 0) != SQLITE_BLOB)
            return reader_damage(r, "strategy_record", "column records holds no bytes", err);
        r->bytes = sqlite3_column_blob(r->stmt, 0);
        r->bytes_left = (size_t)sqlite3_column_bytes(r->stmt, 0);
    }
}

/* ---- rows ---- */

static bool is_same_fill(const struct run_reader *r) {
    const void *kept = &r->fill, *found = &r->row.fill.fill; /* all fields 8 bytes, no holes */
    return memcmp(kept, found, sizeof(r->fill)) == 0;
}

static int step_row(struct run_reader *r, const struct stage *stage, struct err *err) {
    int rc = db_row(r->db, r->stmt, "read a run", err);
    if (rc <= 0)
        return rc;
    rc = reader_load_row(r, stage->row, err);
    if (rc != 0)
        return rc;
    if (stage->row == ROW_FILL && r->has_fill && r->fill.id == r->row.fill.fill.id &&
        !is_same_fill(r))
        return reader_damage(r, "strategy_fill", "two rows of a fill differ on it", err);
    return 1;
}

static int next_row(struct run_reader *r, const struct stage *stage, struct journal_record *ret,
                    struct err *err) {
    bool is_made = r->has_share && reader_put_row(r, stage->row);
    while (!is_made) {
        int rc = step_row(r, stage, err);
        if (rc <= 0)
            return rc;
        is_made = reader_put_row(r, stage->row);
    }
    made_record(r, ret);
    return 1;
}

/* ---- columns ---- */

/* From where on chunks are read. */
static int find_first_chunk(struct run_reader *r, uint16_t kind, int64_t series, int64_t *ret,
                            struct err *err) {
    sqlite3_stmt *stmt = r->series.before;
    *ret = r->from;
    if (kind != JOURNAL_VARIABLE || r->from == INT64_MIN)
        return 0;
    sqlite3_reset(stmt);
    sqlite3_bind_int64(stmt, 1, r->run);
    sqlite3_bind_int64(stmt, 2, series);
    sqlite3_bind_int64(stmt, 3, r->from);
    int rc = db_row(r->db, stmt, "read a run", err);
    if (rc == 1 && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
        *ret = min_i64(*ret, sqlite3_column_int64(stmt, 0));
    sqlite3_reset(stmt);
    return rc < 0 ? rc : 0;
}

static int load_series(struct run_reader *r, uint16_t kind, struct err *err) {
    static const char table[] = "strategy_series";
    struct series_cursor *s = &r->series;
    int owner = kind == JOURNAL_EQUITY ? 2 : 1;
    if (sqlite3_column_type(r->stmt, owner) != SQLITE_INTEGER)
        return reader_damage(r, table, "a column of nobody", err);
    s->owner = sqlite3_column_int64(r->stmt, owner);
    s->key = NULL;
    if (kind == JOURNAL_PLOT || kind == JOURNAL_VARIABLE) {
        int rc = reader_text(r, table, r->stmt, 3, &s->key, err);
        if (rc != 0)
            return rc;
    }
    int64_t series = sqlite3_column_int64(r->stmt, 0), first;
    int rc = find_first_chunk(r, kind, series, &first, err);
    sqlite3_reset(s->chunks);
    sqlite3_bind_int64(s->chunks, 1, r->run);
    sqlite3_bind_int64(s->chunks, 2, series);
    sqlite3_bind_int64(s->chunks, 3, first);
    sqlite3_bind_int64(s->chunks, 4, r->to);
    return rc;
}

/* Whether the chunk has the rows that its row says. */
static bool is_as_said(const struct series_cursor *s) {
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < s->count; i++) {
        first = min_i64(first, (int64_t)s->rows[i * s->words]);
        last = max_i64(last, (int64_t)s->rows[i * s->words]);
    }
    return sqlite3_column_int64(s->chunks, 0) == (int64_t)s->count &&
           sqlite3_column_int64(s->chunks, 1) == first &&
           sqlite3_column_int64(s->chunks, 2) == last;
}

static int load_chunk(struct run_reader *r, uint16_t kind, struct err *err) {
    static const char table[] = "strategy_chunk";
    struct series_cursor *s = &r->series;
    if (sqlite3_column_type(s->chunks, 3) != SQLITE_BLOB)
        return reader_damage(r, table, "column data holds no bytes", err);
    struct err why;
    s->words = chunk_row_words(kind);
    if (chunk_decode(s->codec, kind, sqlite3_column_blob(s->chunks, 3),
                     (size_t)sqlite3_column_bytes(s->chunks, 3), &s->rows, &s->count, &why) != 0)
        return reader_damage(r, table, why.text, err);
    s->at = 0;
    if (!is_as_said(s))
        return reader_damage(r, table, "other rows than it says", err);
    return 0;
}

static double as_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static void put_series_row(struct run_reader *r, uint16_t kind, const uint64_t *row) {
    int64_t time = (int64_t)row[0], owner = r->series.owner;
    if (kind == JOURNAL_EQUITY) {
        struct j_equity record = {.time = time, .silo = owner};
        memcpy(&record.cash, row + 1, 6 * 8);
        journal_put_equity(&r->journal, &record);
    } else if (kind == JOURNAL_LEDGER) {
        struct j_ledger record = {.time = time, .strategy = owner};
        memcpy(&record.cash, row + 1, 4 * 8);
        journal_put_ledger(&r->journal, &record);
    } else if (kind == JOURNAL_PLOT) {
        journal_put_plot(&r->journal,
                         &(struct j_plot){time, owner, as_double(row[1]), r->series.key});
    } else {
        journal_put_variable(&r->journal,
                             &(struct j_variable){time, owner, as_double(row[1]), r->series.key});
    }
}

/* The next chunk of the current series, or of the next that has one. 1, 0 at the end. */
static int next_chunk(struct run_reader *r, uint16_t kind, struct err *err) {
    struct series_cursor *s = &r->series;
    for (;;) {
        int rc = s->has_series ? db_row(r->db, s->chunks, "read a run", err) : 0;
        if (rc < 0)
            return rc;
        if (rc == 1) {
            rc = load_chunk(r, kind, err);
            return rc != 0 ? rc : 1;
        }
        s->has_series = false;
        rc = db_row(r->db, r->stmt, "read a run", err);
        if (rc <= 0)
            return rc;
        rc = load_series(r, kind, err);
        if (rc != 0)
            return rc;
        s->has_series = true;
    }
}

/* Whether it is in the range that was asked for, or the value that a variable has at its start. */
static bool is_in_range(const struct run_reader *r, uint16_t kind, const uint64_t *row) {
    const struct series_cursor *s = &r->series;
    int64_t time = (int64_t)row[0];
    if (time > r->to || (time < r->from && kind != JOURNAL_VARIABLE))
        return false;
    return time >= r->from || s->at == s->count || (int64_t)row[s->words] >= r->from;
}

static int next_column_row(struct run_reader *r, const struct stage *stage,
                           struct journal_record *ret, struct err *err) {
    struct series_cursor *s = &r->series;
    for (;;) {
        while (s->at < s->count) {
            const uint64_t *row = s->rows + s->words * s->at++;
            if (!is_in_range(r, stage->first, row))
                continue;
            put_series_row(r, stage->first, row);
            made_record(r, ret);
            return 1;
        }
        int rc = next_chunk(r, stage->first, err);
        if (rc <= 0)
            return rc;
    }
}

int run_reader_next(struct run_reader *reader, struct journal_record *ret, struct err *err) {
    struct run_reader *r = reader;
    for (; r->stage < ARRAY_LEN(stages); end_stage(r)) {
        const struct stage *stage = &stages[r->stage];
        int rc = 0;
        if (!is_wanted(r, stage))
            continue;
        if (!r->stmt)
            rc = begin_stage(r, stage, err);
        if (rc == 0)
            rc = stage->type == BYTES  ? next_bytes(r, stage, ret, err)
                 : stage->type == ROWS ? next_row(r, stage, ret, err)
                                       : next_column_row(r, stage, ret, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}
