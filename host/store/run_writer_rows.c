/*
 * The batch into the database. Statements are prepared once, with the run bound for good; a row is
 * laid into its struct (run_writer_columns.h) and its columns are bound from there, several rows of
 * a table with one statement: SQLite then stays on the last page of the table.
 */
#include <string.h>

#include "base/mem.h"
#include "store/run_writer_parts.h"

#define BATCH_FIRST ((size_t)64 << 10)

void *batch_add(struct batch *batch, uint32_t kind, size_t size) {
    size_t room = sizeof(struct batch_item) + ((size + 7) & ~(size_t)7);
    if (batch->cap - batch->used < room) {
        batch->cap = max_size(BATCH_FIRST, 2 * (batch->cap + room));
        batch->bytes = mem_realloc_array(batch->bytes, batch->cap, 1);
    }
    struct batch_item item = {.kind = kind, .size = (uint32_t)size};
    uint8_t *at = batch->bytes + batch->used;
    memcpy(at, &item, sizeof(item));
    batch->used += room;
    batch->items++;
    return at + sizeof(item);
}

/* ---- statements ---- */

static int prepare(struct db *db, int64_t run, const char *sql, sqlite3_stmt **ret,
                   struct err *err) {
    int rc = db_prepare(db, sql, ret, err);
    if (rc == 0)
        sqlite3_bind_int64(*ret, 1, run);
    return rc;
}

int row_writer_init(struct row_writer *rows, struct db *db, int64_t run, struct err *err) {
    struct str sql;
    int rc = 0;
    *rows = (struct row_writer){0};
    str_init(&sql);
    for (int kind = 0; kind < ROW_KINDS && rc == 0; kind++) {
        struct row_group *group = &rows->groups[kind];
        group->width = row_table_width(&row_tables[kind]);
        row_table_insert(&row_tables[kind], 1, &sql);
        rc = prepare(db, run, str_text(&sql), &group->one, err);
        row_table_insert(&row_tables[kind], ROW_GROUP, &sql);
        if (rc == 0)
            rc = prepare(db, run, str_text(&sql), &group->all, err);
        for (int i = 1; i < ROW_GROUP && rc == 0; i++)
            sqlite3_bind_int64(group->all, i * group->width + 1, run);
    }
    str_fini(&sql);
    if (rc == 0)
        rc = prepare(db, run,
                     "INSERT INTO strategy_record (strategy_run_id, seq, records) VALUES (?, ?, ?)",
                     &rows->insert_records, err);
    if (rc == 0)
        rc = prepare(db, run,
                     "INSERT INTO strategy_series (strategy_run_id, series, kind, "
                     "strategy_instance_id, silo, key) VALUES (?, ?, ?, ?, ?, ?)",
                     &rows->insert_series, err);
    if (rc == 0)
        rc = prepare(db, run,
                     "INSERT INTO strategy_chunk (strategy_run_id, series, seq, rows, first_time, "
                     "last_time, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     &rows->insert_chunk, err);
    if (rc == 0)
        rc = prepare(db, run,
                     "INSERT INTO strategy_step (strategy_run_id, seq, strategy_instance_id, time, "
                     "timeframe, status, intents, context_hash) VALUES (?, ?, ?, ?, ?, 'ok', ?, ?)",
                     &rows->insert_step, err);
    return rc;
}

void row_writer_fini(struct row_writer *rows) {
    for (int kind = 0; kind < ROW_KINDS; kind++) {
        sqlite3_finalize(rows->groups[kind].one);
        sqlite3_finalize(rows->groups[kind].all);
    }
    sqlite3_finalize(rows->insert_records);
    sqlite3_finalize(rows->insert_series);
    sqlite3_finalize(rows->insert_chunk);
    sqlite3_finalize(rows->insert_step);
    mem_free(rows->order_strategy);
    *rows = (struct row_writer){0};
}

/* ---- records with a table ---- */

/* Parameter `at` and on: what comes after the run. */
static void bind_row(sqlite3_stmt *stmt, int at, const struct row_table *table, int64_t seq,
                     const union row *row) {
    if (table->has_seq)
        sqlite3_bind_int64(stmt, at++, seq);
    for (const struct row_column *c = table->columns; c->name; c++, at++) {
        const uint8_t *field = (const uint8_t *)row + c->place;
        if (c->type == 'i') {
            int64_t value;
            memcpy(&value, field, 8);
            sqlite3_bind_int64(stmt, at, value);
        } else if (c->type == 'f') {
            double value;
            memcpy(&value, field, 8);
            sqlite3_bind_double(stmt, at, value); /* NaN becomes NULL */
        } else {
            const char *text;
            memcpy(&text, field, sizeof(text));
            sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
        }
    }
}

static int write_group(struct row_writer *rows, struct db *db, enum row_kind kind,
                       struct err *err) {
    const struct row_table *table = &row_tables[kind];
    struct row_group *group = &rows->groups[kind];
    bool is_full = group->count == ROW_GROUP;
    int rc = 0;
    for (int i = 0; i < group->count && rc == 0; i++) {
        bind_row(is_full ? group->all : group->one, is_full ? i * group->width + 2 : 2, table,
                 group->seq[i], &group->rows[i]);
        if (!is_full)
            rc = db_run(db, group->one, table->doing, err);
    }
    if (is_full)
        rc = db_run(db, group->all, table->doing, err);
    group->count = 0;
    return rc;
}

/* The row that comes next; its texts live as long as the batch. */
static union row *next_row(struct row_writer *rows, enum row_kind kind) {
    struct row_group *group = &rows->groups[kind];
    group->seq[group->count] = rows->seq[kind == ROW_LOG ? ROW_NOTE : kind]++;
    return &group->rows[group->count];
}

static int take_row(struct row_writer *rows, struct db *db, enum row_kind kind, struct err *err) {
    return ++rows->groups[kind].count == ROW_GROUP ? write_group(rows, db, kind, err) : 0;
}

static int note_order(struct row_writer *rows, const struct j_order *order, struct err *err) {
    if (order->id != rows->order_count + 1)
        return err_set(err, ERR_FORMAT,
                       "journal: order %lld after %lld orders (ids count up from 1)",
                       (long long)order->id, (long long)rows->order_count);
    if (rows->order_count == rows->order_cap) {
        rows->order_cap = max_i64(1024, 2 * rows->order_cap);
        rows->order_strategy = mem_realloc_array(rows->order_strategy, (size_t)rows->order_cap,
                                                 sizeof(*rows->order_strategy));
    }
    rows->order_strategy[rows->order_count++] = (int32_t)order->strategy;
    return 0;
}

static int take_event(struct row_writer *rows, struct db *db, const struct journal_record *record,
                      struct err *err) {
    struct row_order_event *row = &next_row(rows, ROW_ORDER_EVENT)->event;
    journal_read(record, &row->event);
    if (row->event.order < 1 || row->event.order > rows->order_count)
        return err_set(err, ERR_FORMAT, "journal: an event of order %lld, which never came",
                       (long long)row->event.order);
    row->strategy = rows->order_strategy[row->event.order - 1];
    return take_row(rows, db, ROW_ORDER_EVENT, err);
}

static int take_plain(struct row_writer *rows, struct db *db, enum row_kind kind,
                      const struct journal_record *record, struct err *err) {
    journal_read(record, next_row(rows, kind));
    return take_row(rows, db, kind, err);
}

static int write_record(struct row_writer *rows, struct db *db, const struct journal_record *record,
                        struct err *err) {
    union row *row;
    int rc;
    switch (record->kind) {
    case JOURNAL_INTENT:
        return take_plain(rows, db, ROW_SIGNAL, record, err);
    case JOURNAL_ORDER:
        row = next_row(rows, ROW_ORDER);
        journal_read(record, row);
        rc = note_order(rows, &row->order, err);
        return rc != 0 ? rc : take_row(rows, db, ROW_ORDER, err);
    case JOURNAL_ORDER_EVENT:
        return take_event(rows, db, record, err);
    case JOURNAL_FILL:
        journal_read(record, &rows->fill);
        return 0;
    case JOURNAL_ALLOCATION:
        row = next_row(rows, ROW_FILL);
        row->fill.fill = rows->fill;
        journal_read(record, &row->fill.share);
        return take_row(rows, db, ROW_FILL, err);
    case JOURNAL_TRADE:
        return take_plain(rows, db, ROW_TRADE, record, err);
    case JOURNAL_POSITION:
        return take_plain(rows, db, ROW_POSITION, record, err);
    case JOURNAL_NOTE:
        row = next_row(rows, ROW_NOTE);
        row->note.level = -1;
        journal_read(record, &row->note.note);
        return take_row(rows, db, ROW_NOTE, err);
    default:
        CHECKF(record->kind == JOURNAL_LOG, "record %d in a batch", record->kind);
        return take_plain(rows, db, ROW_LOG, record, err);
    }
}

/* ---- the others ---- */

static int write_records(struct row_writer *rows, struct db *db, const uint8_t *bytes, size_t size,
                         struct err *err) {
    sqlite3_stmt *stmt = rows->insert_records;
    sqlite3_bind_int64(stmt, 2, rows->records_seq++);
    sqlite3_bind_blob64(stmt, 3, bytes, size, SQLITE_STATIC);
    return db_run(db, stmt, "record a run", err);
}

static int write_series(struct row_writer *rows, struct db *db, const uint8_t *bytes, size_t size,
                        struct err *err) {
    sqlite3_stmt *stmt = rows->insert_series;
    struct batch_series series;
    memcpy(&series, bytes, sizeof(series));
    bool is_equity = series.kind == JOURNAL_EQUITY;
    sqlite3_bind_int64(stmt, 2, series.series);
    sqlite3_bind_int64(stmt, 3, series.kind);
    sqlite3_bind_null(stmt, is_equity ? 4 : 5);
    sqlite3_bind_int64(stmt, is_equity ? 5 : 4, series.owner);
    if (size > sizeof(series))
        sqlite3_bind_text(stmt, 6, (const char *)bytes + sizeof(series), -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(stmt, 6);
    return db_run(db, stmt, "record a column", err);
}

static int write_chunk(struct row_writer *rows, struct db *db, const uint8_t *bytes, size_t size,
                       struct err *err) {
    sqlite3_stmt *stmt = rows->insert_chunk;
    struct batch_chunk chunk;
    memcpy(&chunk, bytes, sizeof(chunk));
    sqlite3_bind_int64(stmt, 2, chunk.series);
    sqlite3_bind_int64(stmt, 3, chunk.seq);
    sqlite3_bind_int64(stmt, 4, chunk.rows);
    sqlite3_bind_int64(stmt, 5, chunk.first_time);
    sqlite3_bind_int64(stmt, 6, chunk.last_time);
    sqlite3_bind_blob64(stmt, 7, bytes + sizeof(chunk), size - sizeof(chunk), SQLITE_STATIC);
    return db_run(db, stmt, "record a column", err);
}

static int write_step(struct row_writer *rows, struct db *db, const uint8_t *bytes,
                      struct err *err) {
    sqlite3_stmt *stmt = rows->insert_step;
    struct run_step step;
    memcpy(&step, bytes, sizeof(step));
    sqlite3_bind_int64(stmt, 2, rows->step_seq++);
    sqlite3_bind_int64(stmt, 3, step.instance);
    sqlite3_bind_int64(stmt, 4, step.time);
    sqlite3_bind_text(stmt, 5, (const char *)bytes + sizeof(step), -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 6, step.intents);
    sqlite3_bind_int64(stmt, 7, (int64_t)step.context_hash);
    return db_run(db, stmt, "record a step", err);
}

static int write_item(struct row_writer *rows, struct db *db, const struct batch_item *item,
                      const uint8_t *bytes, struct err *err) {
    switch (item->kind) {
    case BATCH_RECORDS:
        return write_records(rows, db, bytes, item->size, err);
    case BATCH_SERIES:
        return write_series(rows, db, bytes, item->size, err);
    case BATCH_CHUNK:
        return write_chunk(rows, db, bytes, item->size, err);
    case BATCH_STEP:
        return write_step(rows, db, bytes, err);
    default: {
        struct journal_record record = {(uint16_t)item->kind, bytes, item->size};
        return write_record(rows, db, &record, err);
    }
    }
}

int row_writer_write(struct row_writer *rows, struct db *db, struct batch *batch, struct err *err) {
    for (size_t at = 0; at < batch->used;) {
        struct batch_item item;
        memcpy(&item, batch->bytes + at, sizeof(item));
        at += sizeof(item);
        int rc = write_item(rows, db, &item, batch->bytes + at, err);
        if (rc != 0)
            return rc;
        at += (item.size + 7) & ~(size_t)7;
    }
    for (int kind = 0; kind < ROW_KINDS; kind++) {
        int rc = write_group(rows, db, (enum row_kind)kind, err);
        if (rc != 0)
            return rc;
    }
    batch->used = 0;
    batch->items = 0;
    return 0;
}
