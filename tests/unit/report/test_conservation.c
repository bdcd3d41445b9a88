/* Law 3 by other code: honest runs pass whatever their shape, and each kind of lie is found at the
 * record that tells it. */
#include "report/conservation.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "unit/report/run_builder.h"

static int check_run(const struct builder *b, bool with_marks, uint64_t *ret_checked,
                     struct err *err) {
    struct conservation c;
    struct journal_record record;
    size_t size = 0;
    int rc = 0;
    void *self = (void *)(uintptr_t)b;
    conservation_init(&c, with_marks ? rb_mark : NULL, self);
    for (size_t at = 0; rc == 0 && at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, err), 1);
        rc = conservation_take(&c, &record, err);
    }
    *ret_checked = c.checked;
    conservation_fini(&c);
    return rc;
}

Test(conservation, passes_honest_runs_of_every_shape) {
    struct err err;
    uint64_t checked;
    int trades = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        int silos = 1 + (int)(seed % 2), strategies = silos + (int)(seed % 3),
            symbols = 1 + (int)(seed % 4);
        struct builder *b = rb_run(seed, silos, strategies, symbols, (int)(seed % 3), 300);
        cr_assert_eq(check_run(b, true, &checked, &err), 0, "seed %" PRIu64 ": %s", seed, err.text);
        cr_assert_geq(checked, 300);
        cr_assert_eq(check_run(b, false, &checked, &err), 0, "seed %" PRIu64 ": %s", seed,
                     err.text);
        trades += (int)b->trade_count;
        rb_free(b);
    }
    cr_assert_gt(trades, 3000);
}

/* Adds `delta` to a field of the nth record of a kind and expects the sentence. */
static void expect_lie(uint16_t kind, int nth, const char *field, double delta,
                       const char *sentence) {
    struct builder *b = rb_run(99, 1, 2, 2, TRADES_FIFO, 200);
    struct err err = {0};
    uint64_t checked;
    double value;
    size_t at = rb_field(b, kind, nth, field);
    cr_assert_gt(at, 0);
    memcpy(&value, b->bytes + at, 8);
    value += delta;
    memcpy(b->bytes + at, &value, 8);
    cr_assert_eq(check_run(b, true, &checked, &err), ERR_FORMAT, "%s", sentence);
    cr_assert(strstr(err.text, sentence) != NULL, "%s\nwants: %s", err.text, sentence);
    cr_assert(strncmp(err.text, "record ", 7) == 0, "%s", err.text);
    rb_free(b);
}

Test(conservation, finds_each_kind_of_lie) {
    expect_lie(JOURNAL_EQUITY, 150, "cash", 0.001,
               "silo silo0 at 1970-06-01T00:00:00Z: cash: found");
    expect_lie(JOURNAL_EQUITY, 150, "equity", -0.001, ": equity: found");
    expect_lie(JOURNAL_EQUITY, 150, "gross", 0.001, ": gross: found");
    expect_lie(JOURNAL_EQUITY, 150, "net", 0.001, ": net: found");
    expect_lie(JOURNAL_LEDGER, 301, "cash", 0.001,
               "strategy strategy1 at 1970-06-01T00:00:00Z: cash");
    expect_lie(JOURNAL_LEDGER, 301, "equity", 0.001, ": equity: found");
    expect_lie(JOURNAL_FILL, 20, "quantity", 0.25, "sum of its allocations: found");
    expect_lie(JOURNAL_FILL, 20, "fee", 0.01, "sum of its allocations' fees: found");
    expect_lie(JOURNAL_FILL, 20, "price", 0.01, "found");
    expect_lie(JOURNAL_ALLOCATION, 20, "closed", 0.25, "units closed: found");
    expect_lie(JOURNAL_ALLOCATION, 20, "realized", 0.25, "realized: found");
    expect_lie(JOURNAL_ALLOCATION, 20, "position", 0.25, "units held: found");
    expect_lie(JOURNAL_TRADE, 20, "gross", 0.25, "gross: found");
    expect_lie(JOURNAL_TRADE, 20, "net", 0.25, "net: found");
    expect_lie(JOURNAL_TRADE, 20, "fees", 0.25, "net: found");
    expect_lie(JOURNAL_POSITION, 0, "quantity", 0.25,
               "the position in SYM0 at 1970-07-20T00:00:00Z: quantity");
    expect_lie(JOURNAL_POSITION, 0, "average_price", 0.01, "average price: found");
    expect_lie(JOURNAL_POSITION, 0, "mark", 0.01,
               "equity against trades and open positions: found");
    expect_lie(JOURNAL_EQUITY, 100, "cash", NAN, "cash: found nan");
}

Test(conservation, prints_record_time_found_and_expected) {
    struct builder *b = rb_run(1, 1, 1, 1, TRADES_FIFO, 5);
    struct err err;
    uint64_t checked;
    double cash = 100001.0; /* nothing was bought by then */
    memcpy(b->bytes + rb_field(b, JOURNAL_EQUITY, 1, "cash"), &cash, 8);
    cr_assert_eq(check_run(b, true, &checked, &err), ERR_FORMAT);
    /* run, 2 settings, symbol, feed, silo, strategy, param, binding, equity, equity */
    cr_assert_str_eq(err.text,
                     "record 11: conservation: silo silo0 at 1970-01-03T00:00:00Z: cash: found "
                     "100001, expected 100000 (within 1.18e-09)");
    rb_free(b);
}

/* A trade that is left out, with its fills in place. */
Test(conservation, misses_a_trade_that_was_not_recorded) {
    struct builder *b = rb_run(5, 1, 1, 1, TRADES_FIFO, 200);
    struct err err;
    uint64_t checked;
    size_t start = rb_field(b, JOURNAL_TRADE, 3, "id") - 8, size = 8 + sizeof(struct j_trade);
    memmove(b->bytes + start, b->bytes + start + size, b->len - start - size);
    b->len -= size;
    cr_assert_eq(check_run(b, false, &checked, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, "the trades of strategy0") != NULL, "%s", err.text);
    rb_free(b);
}

Test(conservation, refuses_ids_that_do_not_exist) {
    static const struct {
        uint16_t kind;
        const char *field;
        const char *sentence;
    } cases[] = {
        {JOURNAL_FILL, "symbol", "a record 'fill' of symbol 77 (there are 2)"},
        {JOURNAL_ALLOCATION, "strategy", "a record 'allocation' of strategy 77 (there are 2)"},
        {JOURNAL_ALLOCATION, "fill", "an allocation of fill 77 without its fill"},
        {JOURNAL_TRADE, "symbol", "a record 'trade' of symbol 77"},
        {JOURNAL_TRADE, "strategy", "a record 'trade' of strategy 77"},
        {JOURNAL_EQUITY, "silo", "a record 'equity' of silo 77 (there are 1)"},
        {JOURNAL_LEDGER, "strategy", "a record 'ledger' of strategy 77"},
        {JOURNAL_POSITION, "symbol", "a record 'position' of symbol 77"},
        {JOURNAL_POSITION, "strategy", "a record 'position' of strategy 77"},
        {JOURNAL_FEED, "symbol", "a record 'feed' of symbol 77"},
        {JOURNAL_SYMBOL, "id", "a record 'symbol' of id 77 (expected 0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct builder *b = rb_run(99, 1, 2, 2, TRADES_FIFO, 50);
        struct err err = {0};
        uint64_t checked;
        int64_t id = 77;
        memcpy(b->bytes + rb_field(b, cases[i].kind, 0, cases[i].field), &id, 8);
        cr_assert_eq(check_run(b, true, &checked, &err), ERR_FORMAT, "case %zu", i);
        cr_assert(strstr(err.text, cases[i].sentence) != NULL, "case %zu: %s", i, err.text);
        rb_free(b);
    }
}

/* Any numbers anywhere: never a crash, a hang or a read outside. */
Test(conservation, survives_hostile_numbers) {
    struct err err;
    uint64_t checked;
    uint64_t random = 4;
    for (int round = 0; round < 3000; round++) {
        static struct builder *b;
        static uint8_t *good;
        if (b == NULL) {
            b = rb_run(17, 2, 3, 3, round % 3, 60);
            good = mem_alloc(b->len);
            memcpy(good, b->bytes, b->len);
        }
        for (int n = 0; n < 3; n++) {
            static const uint64_t words[] = {0,
                                             1,
                                             UINT64_MAX,
                                             0x7fefffffffffffff,
                                             0x7ff8000000000000,
                                             0xfff0000000000000,
                                             0x8000000000000000,
                                             7};
            random = random * UINT64_C(6364136223846793005) + 1;
            size_t at = (size_t)(random >> 20) % (b->len / 8) * 8;
            memcpy(b->bytes + at, &words[(random >> 13) % 8], 8);
        }
        struct conservation c;
        struct journal_record record;
        size_t size = 0;
        conservation_init(&c, rb_mark, b);
        for (size_t at = 0; journal_next(b->bytes + at, b->len - at, &record, &size, &err) == 1;
             at += size)
            if (conservation_take(&c, &record, &err) != 0)
                break;
        checked = c.checked;
        conservation_fini(&c);
        memcpy(b->bytes, good, b->len);
    }
    (void)checked;
}
