/* What a strategy had before its eyes: from a journal in the order of the run, and kind by kind as
 * a database gives it. Figures are worked out beside the records. */
#include "report/sight.h"

#include <criterion/criterion.h>
#include <string.h>

#include "unit/report/run_builder.h"

enum { DAYS = 6 };

/* Records of a builder, all of them or kind by kind. */
struct reader {
    const struct builder *b;
    size_t at;
    bool by_kind;
    uint16_t kind;
    int left; /* fails when it gets to 0 */
};

static int next(void *self, struct journal_record *ret, struct err *err) {
    struct reader *r = self;
    size_t size = 0;
    if (--r->left == 0)
        return err_set(err, ERR_IO, "no more of it");
    for (;;) {
        int rc = journal_next(r->b->bytes + r->at, r->b->len - r->at, ret, &size, err);
        r->at += rc == 1 ? size : 0;
        if (rc == 0 && r->by_kind && r->kind < 64) {
            r->kind++;
            r->at = 0;
            continue;
        }
        bool is_pair = r->kind == JOURNAL_FILL && ret->kind == JOURNAL_ALLOCATION;
        bool is_wanted = !r->by_kind || ret->kind == r->kind || is_pair;
        if (rc != 1 || (is_wanted && !(r->by_kind && r->kind == JOURNAL_ALLOCATION)))
            return rc;
    }
}

static struct builder *begin(int strategies) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = 1;
    b->strategies = strategies;
    b->symbols = 2;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    return b;
}

static struct compare_sight look(struct builder *b, bool by_kind, int strategy, int symbol,
                                 int day) {
    struct compare_sight sight;
    struct err err;
    struct reader reader = {.b = b, .by_kind = by_kind};
    struct record_source source = {&reader, next};
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(sight_collect(&source, strategy, symbol, day * TIME_DAY, &sight, &err), 0, "%s",
                 err.text);
    return sight;
}

static void order(struct builder *b, int day, int strategy, int symbol) {
    journal_put_order(&b->journal, &(struct j_order){.time = day * TIME_DAY,
                                                     .id = ++b->orders,
                                                     .strategy = strategy,
                                                     .symbol = symbol});
}

static void fill(struct builder *b, int day, int64_t id, int strategy, int symbol, double units,
                 double price, double closed, double position) {
    journal_put_fill(&b->journal, &(struct j_fill){.id = ++b->fills,
                                                   .ts_event = day * TIME_DAY - TIME_HOUR,
                                                   .ts_known = day * TIME_DAY,
                                                   .order = id,
                                                   .symbol = symbol,
                                                   .quantity = units,
                                                   .price = price});
    journal_put_allocation(&b->journal, &(struct j_allocation){.fill = b->fills,
                                                               .strategy = strategy,
                                                               .quantity = units,
                                                               .closed = closed,
                                                               .position = position});
}

/* Order of day d fills on day d + 1: 2 at 100, 6 at 120, -3 at 90, -7 at 80 (to -2). */
static struct builder *story(int strategies) {
    struct builder *b = begin(strategies);
    static const double units[] = {0, 0, 2, 6, -3, -7}, price[] = {0, 0, 100, 120, 90, 80};
    double held = 0;
    for (int day = 1; day <= DAYS; day++) {
        if (day > 1 && day < 6) {
            double u = units[day];
            double closed = held * u < 0 ? copysign(fmin(fabs(u), fabs(held)), u) : 0;
            held += u;
            fill(b, day, b->orders, 0, 0, u, price[day], closed, held);
        }
        if (day < 5)
            order(b, day, 0, 0);
        for (int i = 0; i < strategies; i++) {
            journal_put_plot(&b->journal, &(struct j_plot){.time = day * TIME_DAY,
                                                           .strategy = i,
                                                           .value = day + i / 10.0,
                                                           .key = "fast"});
            journal_put_variable(&b->journal, &(struct j_variable){.time = day * TIME_DAY,
                                                                   .strategy = i,
                                                                   .value = 0.1 * day,
                                                                   .name = "heat"});
            journal_put_note(&b->journal, &(struct j_note){.time = day * TIME_DAY,
                                                           .strategy = i,
                                                           .key = "why",
                                                           .text = "a\tword\nor two"});
        }
        journal_put_equity(
            &b->journal,
            &(struct j_equity){.time = day * TIME_DAY, .cash = 1000 * day, .equity = 1001 * day});
        for (int i = 0; strategies > 1 && i < strategies; i++)
            journal_put_ledger(&b->journal, &(struct j_ledger){.time = day * TIME_DAY,
                                                               .strategy = i,
                                                               .cash = 10 * day + i,
                                                               .equity = 20 * day + i});
    }
    return b;
}

Test(sight, gives_position_and_average_after_the_fills_known_so_far) {
    /* average: 100; (2*100 + 6*120)/8 = 115; stays; 5 closed, then -2 opened at 80 */
    static const double position[] = {0, 0, 2, 8, 5, -2, -2};
    static const char *const average[] = {"", "", "100", "115", "115", "80", "80"};
    struct builder *b = story(1);
    for (int day = 1; day <= DAYS; day++) {
        for (int by_kind = 0; by_kind < 2; by_kind++) {
            struct compare_sight sight = look(b, by_kind, 0, -1, day);
            cr_assert_eq(sight.position, position[day], "day %d", day);
            cr_assert_str_eq(sight.average_price, average[day]);
            cr_assert(sight.has_account && !sight.has_bar);
            cr_assert_eq(sight.equity, 1001 * day);
            cr_assert_eq(sight.cash, 1000 * day);
            compare_sight_fini(&sight);
        }
    }
    rb_free(b);
}

/* The variable "heat" of a strategy, at those days in ascending order. */
static void heat(struct builder *b, int strategy, int day, double value) {
    journal_put_variable(&b->journal, &(struct j_variable){.time = day * TIME_DAY,
                                                           .strategy = strategy,
                                                           .value = value,
                                                           .name = "heat"});
}

Test(sight, gives_the_value_that_a_variable_had) {
    static const char *const expected[] = {
        "", "", "heat\t1\n", "heat\t1\n", "heat\t4\n", "heat\t5.5\n", "heat\t5.5\n"};
    struct builder *b = begin(2);
    heat(b, 0, 2, 1);
    heat(b, 1, 3, 99); /* the other strategy's */
    heat(b, 0, 4, 4);
    heat(b, 0, 5, 5);
    heat(b, 0, 5, 5.5); /* on_stop changed it again */
    for (int day = 0; day < 7; day++) {
        for (int by_kind = 0; by_kind < 2; by_kind++) {
            struct compare_sight sight = look(b, by_kind, 0, -1, day);
            cr_expect_str_eq(str_text(&sight.values), expected[day], "day %d", day);
            compare_sight_fini(&sight);
        }
    }
    rb_free(b);
}

/* Beside the sums by hand above and below, which sight_collect is held to. */
static void compare_with_collector(struct builder *b, int strategy, int symbol, int day) {
    struct compare_sight expected = look(b, false, strategy, symbol, day), found = {.position = 9};
    struct collector c;
    struct journal_record record;
    struct err err;
    size_t size;
    collector_init(&c);
    for (size_t at = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0, "%s", err.text);
    }
    sight_set_position(&found, &c, strategy, symbol, day * TIME_DAY);
    cr_assert_eq(found.position, expected.position, "day %d", day);
    cr_assert_str_eq(found.average_price, expected.average_price);
    collector_fini(&c);
    compare_sight_fini(&expected);
}

Test(sight, gives_the_same_position_from_a_collector) {
    for (int strategies = 1; strategies <= 2; strategies++) {
        struct builder *b = story(strategies);
        for (int day = 0; day <= DAYS + 1; day++)
            for (int strategy = -1; strategy <= strategies; strategy++)
                for (int symbol = -1; symbol < 2; symbol++)
                    compare_with_collector(b, strategy, symbol, day);
        rb_free(b);
    }
    struct builder *b = begin(1);
    order(b, 1, 0, 0);
    fill(b, 2, 1, 0, 0, 4, 10, 0, 4);
    order(b, 2, 0, 0);
    fill(b, 2, 2, 0, 0, 1, 20, 0, 5); /* the strategy had not asked for it yet */
    compare_with_collector(b, 0, 0, 2);
    compare_with_collector(b, 0, 0, 3);
    rb_free(b);
}

Test(sight, gives_plots_variables_and_notes_of_that_instant_only) {
    struct builder *b = story(2);
    for (int by_kind = 0; by_kind < 2; by_kind++) {
        struct compare_sight sight = look(b, by_kind, 1, -1, 3);
        const char *text = str_text(&sight.values);
        cr_assert(strstr(text, "fast\t3.1\n") != NULL, "%s", text);
        cr_assert(strstr(text, "heat\t0.30000000000000004\n") != NULL, "%s", text);
        cr_assert(strstr(text, "why\ta word or two\n") != NULL, "%s", text);
        cr_assert_eq(strlen(text), strlen("fast\t3.1\nheat\t0.30000000000000004\n"
                                          "why\ta word or two\n"));
        cr_assert_str_eq(strstr(text, "heat"), "heat\t0.30000000000000004\n", "at the end");
        cr_assert_eq(sight.position, 0, "the other strategy's");
        cr_assert_eq(sight.equity, 20 * 3 + 1, "its own ledger, not the account");
        cr_assert_eq(sight.cash, 10 * 3 + 1);
        compare_sight_fini(&sight);
    }
    rb_free(b);
}

/* An order of the instant that filled at its close: the strategy had not asked for it yet. */
Test(sight, leaves_out_what_orders_of_the_same_instant_filled) {
    struct builder *b = begin(1);
    order(b, 1, 0, 0);
    fill(b, 2, 1, 0, 0, 4, 10, 0, 4);
    order(b, 2, 0, 0);
    fill(b, 2, 2, 0, 0, 1, 20, 0, 5);
    for (int by_kind = 0; by_kind < 2; by_kind++) {
        struct compare_sight sight = look(b, by_kind, 0, 0, 2);
        cr_assert_eq(sight.position, 4);
        cr_assert_str_eq(sight.average_price, "10");
        compare_sight_fini(&sight);
        sight = look(b, by_kind, 0, 0, 3);
        cr_assert_eq(sight.position, 5);
        cr_assert_str_eq(sight.average_price, "12"); /* (40 + 20) / 5 */
        cr_assert_not(sight.has_account);
        compare_sight_fini(&sight);
        sight = look(b, by_kind, 0, 1, 3);
        cr_assert_eq(sight.position, 0, "the other symbol");
        compare_sight_fini(&sight);
    }
    rb_free(b);
}

Test(sight, gives_the_last_account_before_an_instant_without_one) {
    struct builder *b = begin(1);
    for (int day = 1; day < 9; day += 4)
        journal_put_equity(&b->journal,
                           &(struct j_equity){.time = day * TIME_DAY, .cash = day, .equity = day});
    struct compare_sight sight = look(b, false, 0, -1, 4);
    cr_assert_eq(sight.equity, 1);
    compare_sight_fini(&sight);
    sight = look(b, false, 0, -1, 5);
    cr_assert_eq(sight.equity, 5);
    compare_sight_fini(&sight);
    sight = look(b, false, 0, -1, 0);
    cr_assert_not(sight.has_account);
    compare_sight_fini(&sight);
    rb_free(b);
}

Test(sight, takes_strategies_and_symbols_that_do_not_exist) {
    struct builder *b = story(2);
    struct compare_sight sight = look(b, false, 7, -1, 3);
    cr_assert_not(sight.has_account);
    cr_assert_eq(sight.position, 0);
    cr_assert_str_eq(str_text(&sight.values), "");
    compare_sight_fini(&sight);
    sight = look(b, true, -1, 99, 3);
    cr_assert_not(sight.has_account);
    compare_sight_fini(&sight);
    rb_free(b);
}

Test(sight, hands_the_sources_error_on_and_keeps_nothing) {
    struct builder *b = story(1);
    struct compare_sight sight = {.equity = 77};
    struct err err;
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    struct reader reader = {.b = b, .left = 40};
    struct record_source source = {&reader, next};
    cr_assert_eq(sight_collect(&source, 0, -1, 3 * TIME_DAY, &sight, &err), ERR_IO);
    cr_assert_str_eq(err.text, "no more of it");
    cr_assert_eq(sight.equity, 77);
    rb_free(b);
}

Test(sight, keeps_a_limited_number_of_values) {
    struct builder *b = begin(1);
    for (int i = 0; i < 2 * SIGHT_VALUES_MAX; i++)
        journal_put_plot(&b->journal, &(struct j_plot){.time = TIME_DAY, .value = 1, .key = "k"});
    struct compare_sight sight = look(b, false, 0, -1, 1);
    cr_assert_eq(sight.values.len, SIGHT_VALUES_MAX * strlen("k\t1\n"));
    sight_set_bar(&sight, "SPX 1d", 1, 4, 0.5, 2, 300);
    cr_assert(sight.has_bar);
    cr_assert_str_eq(sight.feed, "SPX 1d");
    cr_assert(sight.open == 1 && sight.high == 4 && sight.low == 0.5 && sight.close == 2 &&
              sight.volume == 300);
    compare_sight_fini(&sight);
    rb_free(b);
}
