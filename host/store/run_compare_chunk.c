/* Two chunks of a series: unpacked, and the first row that differs. */
#include <inttypes.h>
#include <string.h>

#include "engine/journal.h"
#include "store/run_compare.h"

struct series {
    int64_t kind;
    bool has_instance;
    int64_t instance, silo;
    char key[128];
};

/* 1 and what the series of the current chunk is, 0 when nothing says so. */
static int read_series(struct comparison *c, struct compared_run *side, struct series *ret,
                       struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(side->db,
                        "SELECT kind, strategy_instance_id, silo, key FROM strategy_series"
                        " WHERE strategy_run_id = ? AND series = ?",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, side->run);
    sqlite3_bind_int64(stmt, 2, sqlite3_column_int64(side->rows, compare_column(c, "series")));
    rc = db_row(side->db, stmt, "compare", err);
    if (rc == 1) {
        const char *key = (const char *)sqlite3_column_text(stmt, 3);
        *ret = (struct series){.kind = sqlite3_column_int64(stmt, 0),
                               .has_instance = sqlite3_column_type(stmt, 1) != SQLITE_NULL,
                               .instance = sqlite3_column_int64(stmt, 1),
                               .silo = sqlite3_column_int64(stmt, 2)};
        str_copy_fixed(ret->key, sizeof(ret->key), key != NULL ? key : "");
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* "plot 'ema' of ema_cross", "equity of silo 0" */
static int put_series(struct comparison *c, const struct series *series, struct err *err) {
    const struct journal_layout *layout = journal_layout((uint16_t)series->kind);
    str_append(&c->where, layout != NULL ? layout->name : "series");
    if (series->key[0] != '\0')
        str_appendf(&c->where, " '%s'", series->key);
    str_append(&c->where, " of ");
    if (series->has_instance)
        return compare_put_instance(c, &c->a, series->instance, err);
    str_appendf(&c->where, "silo %" PRId64, series->silo);
    return 0;
}

/* What a row's word is called: the time, then the kind's doubles in their order. */
static const char *word_name(const struct series *series, size_t word) {
    const struct journal_layout *layout = journal_layout((uint16_t)series->kind);
    size_t at = 0;
    for (size_t i = 0; layout != NULL && word > 0 && i < layout->field_count; i++)
        if (layout->fields[i].type == 'f' && ++at == word)
            return layout->fields[i].name;
    return "time";
}

static void put_word(struct comparison *c, uint64_t bits, size_t word) {
    double value;
    if (word == 0) {
        compare_put_time(&c->where, (int64_t)bits);
        return;
    }
    memcpy(&value, &bits, sizeof(value));
    str_append_f64(&c->where, value);
}

struct rows {
    const uint64_t *words;
    size_t count;
};

/* Says the first row that differs: 1, or 0 when there is none. */
static int compare_rows(struct comparison *c, const struct series *series, struct rows a,
                        struct rows b, struct err *err) {
    size_t stride = chunk_row_words((uint16_t)series->kind);
    size_t both = min_size(a.count, b.count) * stride, at = 0;
    while (at < both && a.words[at] == b.words[at])
        at++;
    if (at == both && a.count == b.count)
        return 0;
    int rc = put_series(c, series, err);
    size_t word = at % stride, row = at - word;
    const uint64_t *from = at < both || a.count > b.count ? a.words : b.words;
    str_append(&c->where, " at ");
    compare_put_time(&c->where, (int64_t)from[row]);
    if (at == both) {
        str_append(&c->where, ": only in ");
        compare_put_run(c, a.count > b.count ? &c->a : &c->b);
    } else {
        str_appendf(&c->where, ": %s: ", word_name(series, word));
        put_word(c, a.words[at], word);
        str_append(&c->where, " in ");
        compare_put_run(c, &c->a);
        str_append(&c->where, ", ");
        put_word(c, b.words[at], word);
        str_append(&c->where, " in ");
        compare_put_run(c, &c->b);
    }
    return rc != 0 ? rc : 1;
}

/* Says that a chunk cannot be read: a record that was changed by hand is a difference too. */
static int say_damaged(struct comparison *c, const struct series *series, struct compared_run *side,
                       const struct err *why, struct err *err) {
    int rc = compare_put_row(c, side, err);
    str_append(&c->where, ", ");
    if (rc == 0)
        rc = put_series(c, series, err);
    str_append(&c->where, ", in ");
    compare_put_run(c, side);
    str_appendf(&c->where, ": %s", why->text);
    return rc != 0 ? rc : 1;
}

static int decode(struct compared_run *side, struct chunk_codec **codec, uint16_t kind, int column,
                  struct rows *ret, struct err *why) {
    const void *data = sqlite3_column_blob(side->rows, column);
    size_t len = (size_t)sqlite3_column_bytes(side->rows, column);
    if (*codec == NULL)
        *codec = chunk_codec_create();
    return chunk_decode(*codec, kind, data != NULL ? data : "", len, &ret->words, &ret->count, why);
}

int compare_chunks(struct comparison *c, int column, struct err *err) {
    struct series series;
    struct rows a, b;
    struct err why;
    int rc = read_series(c, &c->a, &series, err);
    if (rc < 0)
        return rc;
    if (rc == 0 || series.kind < 0 || series.kind > UINT16_MAX ||
        chunk_row_words((uint16_t)series.kind) == 0)
        return compare_say_value(c, column, err);
    if (decode(&c->a, &c->codec_a, (uint16_t)series.kind, column, &a, &why) != 0)
        return say_damaged(c, &series, &c->a, &why, err);
    if (decode(&c->b, &c->codec_b, (uint16_t)series.kind, column, &b, &why) != 0)
        return say_damaged(c, &series, &c->b, &why, err);
    return compare_rows(c, &series, a, b, err);
}
