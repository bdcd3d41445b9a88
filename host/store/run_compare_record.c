/* Rows of strategy_record: unpacked, and the first record and field that differ. */
#include <inttypes.h>
#include <string.h>

#include "engine/journal.h"
#include "store/run_compare.h"

#define FIELDS_MAX 32

struct bytes {
    const uint8_t *at;
    size_t len;
};

/* A record's fields, each of 8 bytes: an integer, a double, or where a text is. */
union fields {
    struct j_run first; /* some record: for the alignment */
    uint8_t bytes[8 * FIELDS_MAX];
};

/* Whether field i of both is the same, to the bit. */
static bool is_same_field(const struct journal_layout *layout, size_t i, const union fields *a,
                          const union fields *b) {
    const char *x, *y;
    if (layout->fields[i].type != 't')
        return memcmp(a->bytes + 8 * i, b->bytes + 8 * i, 8) == 0;
    memcpy(&x, a->bytes + 8 * i, sizeof(x));
    memcpy(&y, b->bytes + 8 * i, sizeof(y));
    return str_eq(x, y);
}

static void put_field(struct comparison *c, const struct journal_layout *layout, size_t i,
                      const union fields *fields) {
    const uint8_t *at = fields->bytes + 8 * i;
    if (layout->fields[i].type == 't') {
        const char *text;
        memcpy(&text, at, sizeof(text));
        str_appendf(&c->where, "'%.60s'", text);
    } else if (layout->fields[i].type == 'f') {
        double value;
        memcpy(&value, at, 8);
        str_append_f64(&c->where, value);
    } else {
        int64_t value;
        memcpy(&value, at, 8);
        if (str_eq(layout->fields[i].name, "time"))
            compare_put_time(&c->where, value);
        else
            str_appendf(&c->where, "%" PRId64, value);
    }
}

/* Two records of one kind: 1 and said, 0 when they are the same. */
static int compare_fields(struct comparison *c, const struct journal_record *a,
                          const struct journal_record *b, struct err *err) {
    const struct journal_layout *layout = journal_layout(a->kind);
    union fields x, y;
    size_t i = 0;
    CHECK(layout != NULL && layout->field_count <= FIELDS_MAX);
    journal_read(a, &x);
    journal_read(b, &y);
    while (i < layout->field_count && is_same_field(layout, i, &x, &y))
        i++;
    if (i == layout->field_count)
        return 0;
    int rc = compare_put_row(c, &c->a, err);
    str_appendf(&c->where, ": record '%s': ", layout->name);
    for (size_t k = 0; k < i; k++) /* of a setting its key, of a param its name */
        if (layout->fields[k].type == 't') {
            put_field(c, layout, k, &x);
            str_append(&c->where, ": ");
        }
    str_appendf(&c->where, "%s: ", layout->fields[i].name);
    put_field(c, layout, i, &x);
    str_append(&c->where, " in ");
    compare_put_run(c, &c->a);
    str_append(&c->where, ", ");
    put_field(c, layout, i, &y);
    str_append(&c->where, " in ");
    compare_put_run(c, &c->b);
    return rc != 0 ? rc : 1;
}

static int say_alone(struct comparison *c, bool is_in_a, const struct journal_record *record,
                     struct err *err) {
    int rc = compare_put_row(c, &c->a, err);
    str_appendf(&c->where, ": record '%s': only in ", journal_layout(record->kind)->name);
    compare_put_run(c, is_in_a ? &c->a : &c->b);
    return rc != 0 ? rc : 1;
}

/* The next record: 1, or 0 at the end and where the bytes are none. */
static int next(struct bytes *bytes, struct journal_record *ret) {
    struct err ignored;
    size_t size;
    if (journal_next(bytes->at, bytes->len, ret, &size, &ignored) != 1)
        return 0;
    bytes->at += size;
    bytes->len -= size;
    return 1;
}

static struct bytes blob(sqlite3_stmt *rows, int column) {
    const void *at = sqlite3_column_blob(rows, column);
    size_t len = (size_t)sqlite3_column_bytes(rows, column);
    return (struct bytes){at != NULL ? at : (const uint8_t *)"", at != NULL ? len : 0};
}

int compare_records(struct comparison *c, int column, struct err *err) {
    struct bytes a = blob(c->a.rows, column), b = blob(c->b.rows, column);
    for (;;) {
        struct journal_record x, y;
        int in_a = next(&a, &x), in_b = next(&b, &y), rc = 0;
        if (a.len > 0 && !in_a)
            break; /* no records: damaged */
        if (b.len > 0 && !in_b)
            break;
        if (!in_a && !in_b)
            break;
        if (in_a != in_b)
            rc = say_alone(c, in_a == 1, in_a == 1 ? &x : &y, err);
        else if (x.kind != y.kind)
            rc = say_alone(c, true, &x, err);
        else
            rc = compare_fields(c, &x, &y, err);
        if (rc != 0)
            return rc;
    }
    return compare_say_value(c, column, err);
}
