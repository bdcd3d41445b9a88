/*
 * Writer: one block; records are laid into it whole, and a full block is hashed and handed to the
 * sink. Since a record's bytes are the same wherever it lies, the hash depends on neither the block
 * size nor on who flushed when. Reader: a walk along the layout table that checks before it looks.
 */
#include "engine/journal.h"

#include "base/mem.h"
#include "base/str.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the journal is written as it lies");
_Static_assert(sizeof(double) == 8 && sizeof(const char *) == 8, "all fields are 8 bytes");

#define FIELDS_MAX 32
#define KINDS 64
#define HEADER 8

static const uint64_t canonical_nan = UINT64_C(0x7ff8000000000000);

#define JI(field) {#field, 'i'},
#define JF(field) {#field, 'f'},
#define JT(field) {#field, 't'},
#define JREC(number, NAME, name, fields)                                                           \
    static const struct journal_field fields_##name[] = {fields};                                  \
    _Static_assert(sizeof(struct j_##name) == 8 * ARRAY_LEN(fields_##name), "8 bytes a field");    \
    _Static_assert(ARRAY_LEN(fields_##name) <= FIELDS_MAX, "FIELDS_MAX");                          \
    _Static_assert((number) < KINDS, "KINDS");
#include "engine/journal.def"
#undef JREC
#undef JI
#undef JF
#undef JT

static const struct journal_layout layouts[KINDS] = {
#define JREC(number, NAME, record_name, record_fields)                                             \
    [number] = {.name = #record_name,                                                              \
                .kind = number,                                                                    \
                .field_count = ARRAY_LEN(fields_##record_name),                                    \
                .fields = fields_##record_name},
#include "engine/journal.def"
#undef JREC
};

/* A record without texts lies in its bytes as in its struct. */
static const uint8_t text_counts[KINDS] = {
#define JI(field)
#define JF(field)
#define JT(field) +1
#define JREC(number, NAME, name, fields) [number] = 0 fields,
#include "engine/journal.def"
#undef JREC
#undef JI
#undef JF
#undef JT
};

/* Whatever its texts, a record fits into a block. */
#define JI(field)
#define JF(field)
#define JT(field) +1
#define JREC(number, NAME, name, fields)                                                           \
    _Static_assert(HEADER + sizeof(struct j_##name) + (0 fields) * (JOURNAL_TEXT_MAX + 8) <=       \
                       JOURNAL_RECORD_MAX,                                                         \
                   "no room for the texts of " #name);
#include "engine/journal.def"
#undef JREC
#undef JI
#undef JF
#undef JT
_Static_assert(JOURNAL_RECORD_MAX <= JOURNAL_BLOCK, "a block holds at least one record");

const struct journal_layout *journal_layout(uint16_t kind) {
    if (kind >= KINDS || layouts[kind].fields == NULL)
        return NULL;
    return &layouts[kind];
}

void journal_init_in(struct journal *j, struct sink_port *sink, struct journal_memory *memory) {
    *j = (struct journal){.memory = memory ? memory : mem_alloc(sizeof *memory),
                          .owns_memory = !memory,
                          .sink = sink,
                          .hash = hash128_create()};
    atomic_init(&j->memory->used, 0);
    atomic_init(&j->memory->bytes, 0);
}

void journal_init(struct journal *j, struct sink_port *sink) { journal_init_in(j, sink, NULL); }

void journal_fini(struct journal *j) {
    if (j->owns_memory)
        mem_free(j->memory);
    j->memory = NULL;
    if (j->hash != NULL)
        hash128_destroy(&j->hash);
}

/* The block is emptied before it counts as handed out: who finds it between the two has it. */
void journal_next_block(struct journal *j) {
    struct journal_memory *memory = j->memory;
    size_t len = journal_used(memory);
    if (len == 0)
        return;
    hash128_update(j->hash, memory->block, len);
    if (j->sink != NULL && j->failed == 0)
        j->failed = j->sink->write(j->sink->self, memory->block, len, &j->err);
    uint64_t bytes = atomic_load_explicit(&memory->bytes, memory_order_relaxed) + len;
    journal_publish(memory, 0);
    atomic_store_explicit(&memory->bytes, bytes, memory_order_release);
}

int journal_flush(struct journal *j, struct err *err) {
    journal_next_block(j);
    if (j->failed != 0 && err != NULL)
        *err = j->err;
    return j->failed;
}

struct hash128 journal_hash(struct journal *j) {
    journal_next_block(j);
    return hash128_digest(j->hash);
}

bool journal_text_is_ok(const char *text) {
    if (text == NULL)
        return false;
    size_t len = strnlen(text, JOURNAL_TEXT_MAX + 1);
    return len <= JOURNAL_TEXT_MAX && str_is_utf8(text, len, NULL);
}

/* Its length, its bytes, 1 to 8 zeros. */
static size_t room_of(size_t len) { return 8 + (len / 8 + 1) * 8; }

size_t journal_text_room(const char *text) {
    if (text == NULL || text[0] == '\0')
        return room_of(0);
    CHECKF(journal_text_is_ok(text), "a text of %zu bytes", strnlen(text, JOURNAL_TEXT_MAX + 1));
    return room_of(strlen(text));
}

uint8_t *journal_put_text(uint8_t *at, const char *text) {
    uint64_t length = text ? strlen(text) : 0;
    size_t room = room_of(length);
    memset(at + room - 8, 0, 8);
    memcpy(at, &length, 8);
    if (length > 0)
        memcpy(at + 8, text, length + 1);
    return at + room;
}

/* Texts come after all numbers of a record. */
void journal_canonical_nans(uint8_t *body, uint16_t kind) {
    const struct journal_layout *layout = journal_layout(kind);
    for (uint16_t i = 0; i < layout->field_count && layout->fields[i].type != 't'; i++, body += 8) {
        double value;
        memcpy(&value, body, 8);
        if (layout->fields[i].type == 'f' && value != value)
            memcpy(body, &canonical_nan, 8);
    }
}

static int check_header(const uint8_t *bytes, struct journal_record *ret, size_t *ret_size,
                        struct err *err) {
    uint32_t size;
    uint16_t kind, zero;
    memcpy(&size, bytes, 4);
    memcpy(&kind, bytes + 4, 2);
    memcpy(&zero, bytes + 6, 2);
    if (size < HEADER || size > JOURNAL_RECORD_MAX || size % 8 != 0)
        return err_set(err, ERR_FORMAT,
                       "journal: a record of %u bytes (expected a multiple of 8 from 8 to %u)",
                       size, JOURNAL_RECORD_MAX);
    if (journal_layout(kind) == NULL || zero != 0)
        return err_set(err, ERR_FORMAT,
                       "journal: unknown record number %u/%u (made by a newer host, or damaged)",
                       kind, zero);
    *ret = (struct journal_record){.kind = kind, .body = bytes + HEADER, .size = size - HEADER};
    *ret_size = size;
    return 0;
}

/* The room that the text at `at` takes, or 0 when it is none. */
static size_t check_text(const uint8_t *at, size_t left) {
    uint64_t len;
    if (left < 16)
        return 0;
    memcpy(&len, at, 8);
    if (len > JOURNAL_TEXT_MAX || room_of((size_t)len) > left)
        return 0;
    const char *text = (const char *)at + 8;
    size_t room = room_of((size_t)len);
    for (size_t i = (size_t)len; i < room - 8; i++) {
        if (text[i] != 0)
            return 0;
    }
    if (memchr(text, 0, (size_t)len) != NULL || !str_is_utf8(text, (size_t)len, NULL))
        return 0;
    return room;
}

static int check_body(const struct journal_record *record, struct err *err) {
    const struct journal_layout *layout = journal_layout(record->kind);
    size_t at = 0;
    if (text_counts[record->kind] == 0 && record->size == 8 * (size_t)layout->field_count)
        return 0;
    for (uint16_t i = 0; i < layout->field_count; i++) {
        size_t left = record->size - at;
        size_t room = left >= 8 ? 8 : 0;
        if (layout->fields[i].type == 't')
            room = check_text(record->body + at, left);
        if (room == 0)
            return err_set(err, ERR_FORMAT,
                           left < 8 ? "journal: a record '%s' ends before its field '%s'"
                                    : "journal: a record '%s' whose field '%s' is no text "
                                      "(length, UTF-8 bytes, zeros)",
                           layout->name, layout->fields[i].name);
        at += room;
    }
    if (at != record->size)
        return err_set(err, ERR_FORMAT,
                       "journal: a record '%s' with %zu bytes after its last field", layout->name,
                       record->size - at);
    return 0;
}

int journal_next(const uint8_t *bytes, size_t len, struct journal_record *ret, size_t *ret_size,
                 struct err *err) {
    struct journal_record record;
    size_t size = 0;
    if (len < HEADER)
        return 0;
    int rc = check_header(bytes, &record, &size, err);
    if (rc != 0)
        return rc;
    if (len < size)
        return 0;
    rc = check_body(&record, err);
    if (rc != 0)
        return rc;
    *ret = record;
    *ret_size = size;
    return 1;
}

void journal_read(const struct journal_record *record, void *ret_struct) {
    const struct journal_layout *layout = journal_layout(record->kind);
    uint8_t *out = ret_struct;
    const uint8_t *at = record->body;
    if (text_counts[record->kind] == 0) {
        memcpy(out, at, record->size);
        return;
    }
    for (uint16_t i = 0; i < layout->field_count; i++, out += 8) {
        if (layout->fields[i].type != 't') {
            memcpy(out, at, 8);
            at += 8;
            continue;
        }
        uint64_t len;
        const char *text = (const char *)at + 8;
        memcpy(&len, at, 8);
        memcpy(out, &text, sizeof(text));
        at += room_of((size_t)len);
    }
}
