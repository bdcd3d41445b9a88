/* The journal's bytes: what is written is read back, equal inputs give equal bytes and hashes, and
 * no byte from outside makes the reader crash or look beyond the end. */
#include "engine/journal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- a sink that keeps everything ---- */

struct memory {
    uint8_t *data;
    size_t len, cap;
    int writes, fail_from;
};

static int memory_write(void *self, const void *bytes, size_t len, struct err *err) {
    struct memory *memory = self;
    memory->writes++;
    if (memory->fail_from != 0 && memory->writes >= memory->fail_from)
        return err_set(err, ERR_IO, "write x.qsj: no space left");
    if (memory->len + len > memory->cap) {
        memory->cap = 2 * (memory->len + len);
        memory->data = mem_realloc_array(memory->data, memory->cap, 1);
    }
    memcpy(memory->data + memory->len, bytes, len);
    memory->len += len;
    return 0;
}

/* ---- records of random contents ---- */

static const uint16_t kinds[] = {
#define JREC(number, NAME, name, fields) number,
#include "engine/journal.def"
#undef JREC
};

union any_record {
#define JREC(number, NAME, name, fields) struct j_##name name;
#include "engine/journal.def"
#undef JREC
    uint64_t words[32];
};

static uint64_t seed_state;

/* SplitMix64, by its published constants: tests must not lean on what they test. */
static uint64_t any(void) {
    uint64_t z = (seed_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static const char *const texts[] = {"",
                                    "a",
                                    "GOOG",
                                    "1234567",
                                    "12345678",
                                    "123456789",
                                    "\xc3\xa4\xe2\x82\xac",
                                    "line\nbreak \"quoted\""};

static double any_double(void) {
    switch (any() % 6) {
    case 0:
        return -0.0;
    case 1:
        return NAN;
    case 2:
        return -NAN;
    case 3:
        return INFINITY;
    case 4:
        return 4.9e-324;
    default:
        return (double)(int64_t)any() / 1024.0;
    }
}

static void fill_record(uint16_t kind, union any_record *record) {
    const struct journal_layout *layout = journal_layout(kind);
    for (uint16_t i = 0; i < layout->field_count; i++) {
        double number = any_double();
        const char *text = texts[any() % (sizeof(texts) / sizeof(texts[0]))];
        record->words[i] = any();
        if (layout->fields[i].type == 'f')
            memcpy(&record->words[i], &number, 8);
        if (layout->fields[i].type == 't')
            memcpy(&record->words[i], &text, sizeof(text));
    }
}

static void put_inline(struct journal *j, uint16_t kind, const union any_record *record) {
    switch (kind) {
#define JREC(number, NAME, name, fields)                                                           \
    case number:                                                                                   \
        journal_put_##name(j, &record->name);                                                      \
        break;
#include "engine/journal.def"
#undef JREC
    default:
        cr_assert_fail("kind %u", kind);
    }
}

static void put_random(struct journal *j, int count) {
    union any_record record;
    for (int i = 0; i < count; i++) {
        uint16_t kind = kinds[any() % (sizeof(kinds) / sizeof(kinds[0]))];
        fill_record(kind, &record);
        put_inline(j, kind, &record);
    }
}

static void expect_same(uint16_t kind, const union any_record *want, const union any_record *got) {
    const struct journal_layout *layout = journal_layout(kind);
    for (uint16_t i = 0; i < layout->field_count; i++) {
        if (layout->fields[i].type == 't') {
            const char *a, *b;
            memcpy(&a, &want->words[i], sizeof(a));
            memcpy(&b, &got->words[i], sizeof(b));
            cr_assert_str_eq(a, b);
            continue;
        }
        uint64_t expected = want->words[i];
        if (layout->fields[i].type == 'f' && expected == UINT64_C(0x8000000000000000))
            expected = 0;
        if (layout->fields[i].type == 'f' &&
            (expected & UINT64_MAX >> 1) > UINT64_C(0x7ff0000000000000))
            expected = UINT64_C(0x7ff8000000000000);
        cr_assert_eq(got->words[i], expected, "%s.%s", layout->name, layout->fields[i].name);
    }
}

Test(journal, reads_back_every_record_with_zero_and_nan_made_canonical) {
    union any_record sent, got;
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal j;
    seed_state = 1;
    for (int round = 0; round < 500; round++) {
        uint16_t kind = kinds[(size_t)round % (sizeof(kinds) / sizeof(kinds[0]))];
        memory.len = 0;
        journal_init(&j, &sink);
        fill_record(kind, &sent);
        put_inline(&j, kind, &sent);
        put_inline(&j, kind, &sent);
        cr_assert_eq(journal_flush(&j, NULL), 0);
        cr_assert_eq(j.records, 2);
        cr_assert_eq(j.memory->bytes, memory.len);
        journal_fini(&j);

        struct journal_record record;
        size_t size = 0;
        struct err err;
        cr_assert_eq(journal_next(memory.data, memory.len, &record, &size, &err), 1);
        cr_assert_eq(record.kind, kind);
        cr_assert_eq(2 * size, memory.len);
        cr_assert_arr_eq(memory.data, memory.data + size, size);
        memset(&got, 0xa5, sizeof(got));
        journal_read(&record, &got);
        expect_same(kind, &sent, &got);
    }
    mem_free(memory.data);
}

Test(journal, lays_bytes_as_the_definition_says) {
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal j;
    journal_init(&j, &sink);
    journal_put_param(&j, &(struct j_param){.strategy = 3, .name = "fast", .value = "12345678"});
    cr_assert_eq(journal_flush(&j, NULL), 0);
    journal_fini(&j);
    static const uint8_t expected[] = {
        56, 0, 0, 0, 7, 0, 0, 0, /* 8 + 8 + (8 + 8) + (8 + 16) bytes */
        3,  0, 0, 0, 0, 0, 0, 0, /* strategy */
        4,  0, 0, 0, 0, 0, 0, 0, 'f', 'a', 's', 't', 0,   0,   0,   0, /* name, 4 zeros */
        8,  0, 0, 0, 0, 0, 0, 0, '1', '2', '3', '4', '5', '6', '7', '8',
        0,  0, 0, 0, 0, 0, 0, 0, /* value, 8 zeros */
    };
    cr_assert_eq(memory.len, sizeof(expected));
    cr_assert_arr_eq(memory.data, expected, sizeof(expected));
    mem_free(memory.data);
}

Test(journal, hash_does_not_depend_on_blocks_flushes_or_sinks) {
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal whole, parts, none;
    journal_init(&whole, &sink);
    journal_init(&parts, NULL);
    journal_init(&none, NULL);
    seed_state = 7;
    put_random(&whole, 20000);
    seed_state = 7;
    for (int i = 0; i < 200; i++) {
        put_random(&parts, 100);
        cr_assert_eq(journal_flush(&parts, NULL), 0);
    }
    seed_state = 7;
    put_random(&none, 20000);
    struct hash128 a = journal_hash(&whole), b = journal_hash(&parts), c = journal_hash(&none);
    cr_assert(hash128_eq(a, b));
    cr_assert(hash128_eq(a, c));
    cr_assert_gt(memory.writes, 3);
    cr_assert(hash128_eq(a, hash128(memory.data, memory.len)));
    put_random(&none, 1);
    cr_assert_not(hash128_eq(a, journal_hash(&none)));
    journal_fini(&whole);
    journal_fini(&parts);
    journal_fini(&none);
    mem_free(memory.data);
}

Test(journal, blocks_hold_whole_records_only) {
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal j;
    seed_state = 11;
    journal_init(&j, &sink);
    for (int i = 0; i < 100; i++) {
        size_t before = memory.len;
        put_random(&j, 100);
        for (size_t at = before, size = 0; at < memory.len; at += size) {
            struct journal_record record;
            cr_assert_eq(journal_next(memory.data + at, memory.len - at, &record, &size, NULL), 1);
        }
    }
    journal_fini(&j);
    mem_free(memory.data);
}

/* Where it lies when the sink is asked: still in the block, and not counted as handed out. */
struct witness {
    struct journal_memory *memory;
    uint64_t seen;
};

static int witness_write(void *self, const void *bytes, size_t len, struct err *err) {
    struct witness *w = self;
    (void)err;
    cr_assert_eq(bytes, w->memory->block);
    cr_assert_eq(w->memory->used, len);
    cr_assert_eq(w->memory->bytes, w->seen);
    w->seen += len;
    return 0;
}

Test(journal, leaves_what_was_not_handed_out_in_the_memory_of_its_caller) {
    struct journal_memory *memory = mem_alloc(sizeof *memory);
    struct witness witness = {.memory = memory};
    struct sink_port sink = {&witness, witness_write};
    struct journal j;
    struct journal_record record;
    uint64_t all = 0;
    size_t size;
    journal_init_in(&j, &sink, memory);
    cr_assert_eq(memory->used, 0);
    for (int i = 0; i < 5000; i++) {
        journal_put_equity(&j, &(struct j_equity){.time = i});
        all += 8 + sizeof(struct j_equity);
        cr_assert_eq(memory->bytes + memory->used, all);
        cr_assert_eq(memory->bytes, witness.seen);
    }
    cr_assert_gt(witness.seen, 0);
    journal_fini(&j);
    size_t used = memory->used;
    cr_assert_eq(witness.seen + used, all);
    for (size_t at = 0; at < used; at += size)
        cr_assert_eq(journal_next(memory->block + at, used - at, &record, &size, NULL), 1);
    mem_free(memory);
}

Test(journal, keeps_the_error_of_its_sink_and_goes_on_hashing) {
    struct memory memory = {.fail_from = 1};
    struct sink_port sink = {&memory, memory_write};
    struct journal broken, whole;
    struct err err;
    journal_init(&broken, &sink);
    journal_init(&whole, NULL);
    seed_state = 3;
    put_random(&broken, 10000);
    seed_state = 3;
    put_random(&whole, 10000);
    cr_assert_eq(journal_flush(&broken, &err), ERR_IO);
    cr_assert_str_eq(err.text, "write x.qsj: no space left");
    cr_assert_eq(memory.writes, 1);
    cr_assert(hash128_eq(journal_hash(&broken), journal_hash(&whole)));
    journal_fini(&broken);
    journal_fini(&whole);
}

Test(journal, asks_for_more_bytes_until_a_record_is_whole) {
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal j;
    struct journal_record record;
    size_t size;
    journal_init(&j, &sink);
    journal_put_note(&j, &(struct j_note){.time = 1, .key = "k", .text = "hello"});
    cr_assert_eq(journal_flush(&j, NULL), 0);
    journal_fini(&j);
    for (size_t len = 0; len < memory.len; len++) {
        uint8_t *exact = malloc(len + 1); /* ASan watches the end */
        memcpy(exact, memory.data, len);
        cr_assert_eq(journal_next(exact, len, &record, &size, NULL), 0, "at %zu", len);
        free(exact);
    }
    mem_free(memory.data);
}

static int next_of(const void *bytes, size_t len, struct err *err) {
    struct journal_record record;
    size_t size;
    return journal_next(bytes, len, &record, &size, err);
}

Test(journal, refuses_bad_bytes_each_with_its_sentence) {
    static const struct {
        uint64_t words[6];
        const char *sentence;
    } cases[] = {
        {{4}, "journal: a record of 4 bytes (expected a multiple of 8 from 8 to 65536)"},
        {{0xffffffff}, "a record of 4294967295 bytes"},
        {{65544}, "a record of 65544 bytes"},
        {{12}, "a record of 12 bytes"},
        {{16 | (uint64_t)2000 << 32}, "unknown record number 2000/0"},
        {{16 | (uint64_t)0 << 32}, "unknown record number 0/0"},
        {{16 | UINT64_C(0x0001000900000000)}, "unknown record number 9/1"},
        {{16 | UINT64_C(9) << 32, 1}, "a record 'start' ends before its field 'strategy'"},
        {{40 | UINT64_C(9) << 32, 1, 2, 3, 4},
         "a record 'start' with 8 bytes after its last field"},
        {{32 | UINT64_C(1) << 32, 1, 0}, "'engine'"}, /* no room for the zeros: see below */
        {{32 | UINT64_C(1) << 32, 1, 8, 0x4141414141414141}, "field 'engine' is no text"},
        {{32 | UINT64_C(1) << 32, 1, UINT64_MAX, 0}, "field 'engine' is no text"},
        {{32 | UINT64_C(1) << 32, 1, 2, 0x414141}, "field 'engine' is no text"},
        {{32 | UINT64_C(1) << 32, 1, 2, 0x0041}, "field 'engine' is no text"},
        {{32 | UINT64_C(1) << 32, 1, 1, 0x00ff}, "field 'engine' is no text"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err = {0};
        int rc = next_of(cases[i].words, sizeof(cases[i].words), &err);
        if (i == 9) { /* length 0, one word of zeros: fine */
            cr_assert_eq(rc, 1);
            continue;
        }
        cr_assert_eq(rc, ERR_FORMAT, "case %zu", i);
        cr_assert(strstr(err.text, cases[i].sentence) != NULL, "case %zu: %s", i, err.text);
    }
}

/* All records to the end or to the first refusal; every text is looked at. */
static void walk(const uint8_t *bytes, size_t len) {
    union any_record values;
    struct journal_record record;
    struct err err;
    size_t size = 0;
    size_t seen = 0;
    for (size_t at = 0; journal_next(bytes + at, len - at, &record, &size, &err) == 1; at += size) {
        journal_read(&record, &values);
        const struct journal_layout *layout = journal_layout(record.kind);
        for (uint16_t i = 0; i < layout->field_count; i++) {
            const char *text;
            memcpy(&text, &values.words[i], sizeof(text));
            if (layout->fields[i].type == 't')
                seen += strlen(text);
        }
    }
    cr_assert_leq(seen, len);
}

Test(journal, survives_mutations_and_cuts) {
    struct memory memory = {0};
    struct sink_port sink = {&memory, memory_write};
    struct journal j;
    seed_state = 5;
    journal_init(&j, &sink);
    put_random(&j, 60);
    cr_assert_eq(journal_flush(&j, NULL), 0);
    journal_fini(&j);
    for (int round = 0; round < 20000; round++) {
        size_t len = any() % 4 == 0 ? any() % (memory.len + 1) : memory.len;
        uint8_t *copy = malloc(len + 1); /* of this size, so that ASan sees one byte too far */
        copy = realloc(copy, len > 0 ? len : 1);
        memcpy(copy, memory.data, len);
        for (uint64_t n = any() % 8; n > 0 && len > 0; n--) {
            size_t at = any() % 2 == 0 ? any() % len : any() % len / 8 * 8;
            copy[at] = any() % 2 == 0 ? (uint8_t)any() : (uint8_t)(copy[at] ^ (1u << any() % 8));
        }
        walk(copy, len);
        free(copy);
    }
    mem_free(memory.data);
}

Test(journal, knows_which_texts_it_can_take) {
    char *longest = mem_zalloc(JOURNAL_TEXT_MAX + 2, 1);
    memset(longest, 'x', JOURNAL_TEXT_MAX);
    cr_assert(journal_text_is_ok(""));
    cr_assert(journal_text_is_ok("\xe2\x82\xac"));
    cr_assert(journal_text_is_ok(longest));
    longest[JOURNAL_TEXT_MAX] = 'x';
    cr_assert_not(journal_text_is_ok(longest));
    cr_assert_not(journal_text_is_ok("\xff"));
    cr_assert_not(journal_text_is_ok(NULL));
    mem_free(longest);
}

Test(journal, names_its_records_and_fields) {
    const struct journal_layout *layout = journal_layout(JOURNAL_EQUITY);
    cr_assert_str_eq(layout->name, "equity");
    cr_assert_eq(layout->field_count, 8);
    cr_assert_str_eq(layout->fields[2].name, "cash");
    cr_assert_eq(layout->fields[2].type, 'f');
    cr_assert_eq(layout->fields[0].type, 'i');
    cr_assert_eq(journal_layout(JOURNAL_NOTE)->fields[3].type, 't');
    cr_assert_null(journal_layout(0));
    cr_assert_null(journal_layout(63));
    cr_assert_null(journal_layout(65535));
}
