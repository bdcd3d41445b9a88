/*
 * Two runs beside each other. Small runs are made by hand, record by record, so that what differs
 * is known; a plain search over all pairs of trades is the second opinion on random ones.
 */
#include "report/compare.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "core/reason.h"
#include "engine/intent.h"
#include "unit/report/run_builder.h"

struct side {
    struct builder *b;
    struct collector c;
    struct run_facts facts;
    struct report report;
};

static struct side before, after;
static struct comparison cmp;
static struct str out;

static void begin(struct side *side, int strategies, int symbols) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = 1;
    b->strategies = strategies;
    b->symbols = symbols;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    *side = (struct side){.b = b};
}

static void load(struct side *side) {
    struct journal_record record;
    struct err err;
    size_t size = 0;
    cr_assert_eq(journal_flush(&side->b->journal, &err), 0);
    collector_init(&side->c);
    for (size_t at = 0; at < side->b->len; at += size) {
        cr_assert_eq(journal_next(side->b->bytes + at, side->b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&side->c, &record, &err), 0, "%s", err.text);
    }
    cr_assert_eq(report_make(&side->c, &side->facts, &side->report, &err), 0, "%s", err.text);
}

static void compare(void) {
    load(&before);
    load(&after);
    comparison_make(&before.report, &after.report, &cmp);
}

static void drop(void) {
    comparison_fini(&cmp);
    str_fini(&out);
    collector_fini(&before.c);
    collector_fini(&after.c);
    rb_free(before.b);
    rb_free(after.b);
}

/* `count` instants of a flat account, at 1, 2 ... days. */
static void instants(struct side *side, int from, int to) {
    for (int i = from; i <= to; i++)
        journal_put_equity(&side->b->journal, &(struct j_equity){.time = i * TIME_DAY,
                                                                 .cash = 100000,
                                                                 .equity = 100000,
                                                                 .low = 100000,
                                                                 .high = 100000});
}

static void end(struct side *side, int count) {
    journal_put_end(&side->b->journal,
                    &(struct j_end){.time = count * TIME_DAY, .instants = count, .bars = count});
}

static struct j_intent buy(int day, int strategy, double units) {
    return (struct j_intent){.time = day * TIME_DAY,
                             .strategy = strategy,
                             .kind = INTENT_ORDER,
                             .side = QS_BUY,
                             .type = QS_MARKET,
                             .size_kind = QS_SIZE_UNITS,
                             .size_value = units,
                             .order = 1};
}

static void wish(struct side *side, struct j_intent intent) {
    journal_put_intent(&side->b->journal, &intent);
}

/* A round trip from one day to another; makes 10 for each unit, minus 1. */
static void trade(struct side *side, int strategy, int symbol, int from, int to, double units) {
    journal_put_trade(&side->b->journal, &(struct j_trade){.id = ++side->b->trade_count,
                                                           .strategy = strategy,
                                                           .symbol = symbol,
                                                           .entry_time = from * TIME_DAY,
                                                           .exit_time = to * TIME_DAY,
                                                           .entry_known = from * TIME_DAY,
                                                           .exit_known = to * TIME_DAY,
                                                           .quantity = units,
                                                           .entry_price = 100,
                                                           .exit_price = 110,
                                                           .gross = 10 * units,
                                                           .fees = 1,
                                                           .net = 10 * units - 1});
}

static struct compare_text how(int width) {
    return (struct compare_text){
        .before_name = "run 11", .after_name = "run 12", .width = width, .trade_max = 5};
}

static const char *text_of(void (*print)(const struct comparison *, const struct compare_text *,
                                         struct str *),
                           const struct compare_text *style) {
    str_clear(&out);
    print(&cmp, style, &out);
    return str_text(&out);
}

static void says(const char *text, const char *what) {
    cr_assert(strstr(text, what) != NULL, "missing: %s\nin:\n%s", what, text);
}

static void counts_are(int64_t same, int64_t added, int64_t gone, int64_t changed) {
    cr_assert_eq(cmp.same, same, "same %" PRId64, cmp.same);
    cr_assert_eq(cmp.added, added, "added %" PRId64, cmp.added);
    cr_assert_eq(cmp.gone, gone, "gone %" PRId64, cmp.gone);
    cr_assert_eq(cmp.changed, changed, "changed %" PRId64, cmp.changed);
    cr_assert_eq(cmp.trade_count, added + gone + changed);
}

/* ---- whole runs ---- */

Test(compare, finds_nothing_in_a_run_and_its_repetition) {
    before = (struct side){.b = rb_run(3, 1, 2, 2, TRADES_FIFO, 300)};
    after = (struct side){.b = rb_run(3, 1, 2, 2, TRADES_FIFO, 300)};
    before.facts.journal_hash = after.facts.journal_hash = "e1";
    compare();
    counts_are(before.c.trade_count, 0, 0, 0);
    cr_assert_gt(cmp.same, 20);
    cr_assert_not(cmp.decision.has_difference);
    cr_assert_eq(cmp.decision.same_instants, 300);
    cr_assert(cmp.same_bars && cmp.same_config && cmp.same_journal);
    struct compare_text style = how(80);
    says(text_of(compare_text_decision, &style),
         "\nSame decisions at all 300 instants: neither run wished for anything\n");
    cr_assert_str_eq(text_of(compare_text_inputs, &style), "");
    says(text_of(compare_text_trades, &style), " the same\n");
    const char *text = text_of(compare_text_metrics, &style);
    says(text, "\n   ");
    says(text, "final equity");
    cr_assert(strstr(text, "volatility") == NULL, "what is the same and no headline");
    drop();
}

Test(compare, takes_runs_without_anything) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    compare();
    counts_are(0, 0, 0, 0);
    cr_assert_not(cmp.decision.has_difference);
    cr_assert_eq(cmp.decision.same_instants, 0);
    cr_assert_not(cmp.same_journal, "nobody told their hashes");
    struct compare_text style = how(80);
    says(text_of(compare_text_trades, &style), "Trades: none in either run\n");
    says(text_of(compare_text_decision, &style), "Same decisions at all 0 instants");
    says(text_of(compare_text_metrics, &style), "sharpe");
    jv_free(compare_json(&cmp, &style));
    drop();
}

Test(compare, takes_runs_without_strategies_symbols_or_accounts) {
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        *side = (struct side){.b = mem_zalloc(1, sizeof(struct builder))};
        side->b->sink = (struct sink_port){side->b, rb_write};
        journal_init(&side->b->journal, &side->b->sink);
        journal_put_run(&side->b->journal, &(struct j_run){.format = JOURNAL_FORMAT});
    }
    compare();
    counts_are(0, 0, 0, 0);
    struct compare_text style = how(80);
    text_of(compare_text_decision, &style);
    jv_free(compare_json(&cmp, &style));
    drop();
}

/* Two strategies a run, so that names pair them; none is the same. */
Test(compare, finds_everything_in_runs_with_nothing_in_common) {
    begin(&before, 2, 1);
    trade(&before, 0, 0, 2, 5, 1);
    trade(&before, 1, 0, 3, 5, 1);
    wish(&before, buy(2, 0, 1));
    begin(&after, 2, 1);
    trade(&after, 0, 0, 2, 5, 1);
    wish(&after, buy(1, 1, 1));
    load(&before);
    load(&after);
    for (int i = 0; i < 2; i++) {
        mem_free(after.c.names.strategies[i].name);
        after.c.names.strategies[i].name = mem_strdup(i == 0 ? "x" : "y");
    }
    comparison_make(&before.report, &after.report, &cmp);
    counts_are(0, 1, 2, 0);
    cr_assert_eq(cmp.decision.time, TIME_DAY);
    cr_assert_eq(cmp.decision.before_strategy, -1);
    cr_assert_eq(cmp.decision.after_strategy, 1);
    struct compare_text style = how(80);
    says(text_of(compare_text_decision, &style), "First different decision (y): ");
    says(text_of(compare_text_decision, &style), "- (no such strategy)  buy 1 SYM0 market\n");
    drop();
}

Test(compare, pairs_the_only_strategies_under_any_names) {
    begin(&before, 1, 1);
    trade(&before, 0, 0, 2, 5, 1);
    wish(&before, buy(2, 0, 1));
    begin(&after, 1, 1);
    trade(&after, 0, 0, 2, 5, 1);
    wish(&after, buy(2, 0, 1));
    load(&before);
    load(&after);
    mem_free(after.c.names.strategies[0].name);
    after.c.names.strategies[0].name = mem_strdup("edited");
    comparison_make(&before.report, &after.report, &cmp);
    counts_are(1, 0, 0, 0);
    cr_assert_not(cmp.decision.has_difference);
    drop();
}

Test(compare, pairs_strategies_and_symbols_by_name_when_their_ids_differ) {
    begin(&before, 2, 2);
    begin(&after, 3, 2);
    trade(&before, 0, 1, 2, 5, 1);
    wish(&before, (struct j_intent){.time = 1, .strategy = 0, .kind = INTENT_FLATTEN, .symbol = 1});
    trade(&after, 2, 0, 2, 5, 1); /* strategy2 is called strategy0 below, SYM0 is SYM1 */
    wish(&after, (struct j_intent){.time = 1, .strategy = 2, .kind = INTENT_FLATTEN, .symbol = 0});
    wish(&after, (struct j_intent){.time = 2, .strategy = 0, .kind = INTENT_FLATTEN, .symbol = 0});
    load(&before);
    load(&after);
    struct name_strategy *s = after.c.names.strategies;
    char *name = s[0].name;
    s[0].name = s[2].name;
    s[2].name = name;
    struct name_symbol *symbols = after.c.names.symbols;
    name = symbols[0].name;
    symbols[0].name = symbols[1].name;
    symbols[1].name = name;
    comparison_make(&before.report, &after.report, &cmp);
    counts_are(1, 0, 0, 0);
    cr_assert(cmp.decision.has_difference, "a third strategy wishes for something");
    cr_assert_eq(cmp.decision.time, 2);
    cr_assert_eq(cmp.decision.before_strategy, -1);
    cr_assert_eq(cmp.decision.after_strategy, 0);
    cr_assert_null(cmp.decision.before);
    cr_assert_eq(cmp.decision.after_count, 1);
    drop();
}

/* ---- trades ---- */

Test(compare, calls_a_trade_that_moved_by_a_bar_gone_and_added) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    trade(&before, 0, 0, 2, 5, 1);
    trade(&before, 0, 0, 7, 9, 2);
    trade(&after, 0, 0, 3, 5, 1);
    trade(&after, 0, 0, 7, 9, 2);
    compare();
    counts_are(1, 1, 1, 0);
    cr_assert_eq(cmp.trades[0].kind, COMPARE_GONE);
    cr_assert_eq(cmp.trades[0].before->entry_time, 2 * TIME_DAY);
    cr_assert_null(cmp.trades[0].after);
    cr_assert_eq(cmp.trades[1].kind, COMPARE_ADDED);
    cr_assert_null(cmp.trades[1].before);
    struct compare_text style = how(100);
    const char *text = text_of(compare_text_trades, &style);
    says(text, "Trades: 1 the same, 1 added (+), 1 gone (-), 0 changed (~)\n");
    says(text, "   symbol  side  quantity  entry        at  exit         at   net\n");
    says(text, "-  SYM0    long         1  1970-01-02  100  1970-01-05  110  9.00\n");
    says(text, "+  SYM0    long         1  1970-01-03  100  1970-01-05  110  9.00\n");
    drop();
}

Test(compare, calls_a_trade_of_another_size_changed) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    trade(&before, 0, 0, 2, 5, 1);
    trade(&after, 0, 0, 2, 5, -2.5);
    compare();
    counts_are(0, 0, 0, 1);
    cr_assert_eq(cmp.trades[0].before->quantity, 1);
    cr_assert_eq(cmp.trades[0].after->quantity, -2.5);
    struct compare_text style = how(100);
    const char *text = text_of(compare_text_trades, &style);
    says(text, "~  SYM0    long          1  1970-01-02  ");
    says(text, "\n   SYM0    short       2.5  1970-01-02  ");
    drop();
}

/* One entry closed in parts: equal parts cancel out wherever they stand, the rest meets in order.
 */
Test(compare, matches_parts_of_one_entry_one_to_one) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    static const double left[] = {1, 1, 2, 5}, right[] = {5, 1, 3, 4, 6};
    for (int i = 0; i < 4; i++)
        trade(&before, 0, 0, 2, 5, left[i]);
    for (int i = 0; i < 5; i++)
        trade(&after, 0, 0, 2, 5, right[i]);
    compare(); /* 1 and 5 are the same; 1 -> 3, 2 -> 4, and 6 is new */
    counts_are(2, 1, 0, 2);
    cr_assert_eq(cmp.trades[0].kind, COMPARE_ADDED);
    cr_assert_eq(cmp.trades[0].after->quantity, 6);
    cr_assert_eq(cmp.trades[1].before->quantity, 1);
    cr_assert_eq(cmp.trades[1].after->quantity, 3);
    cr_assert_eq(cmp.trades[2].before->quantity, 2);
    cr_assert_eq(cmp.trades[2].after->quantity, 4);
    drop();
}

Test(compare, prints_so_many_trades_and_counts_the_rest) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < 17; i++)
        trade(&after, 0, 0, 2 + i, 30, 1);
    compare();
    struct compare_text style = how(100);
    const char *text = text_of(compare_text_trades, &style);
    says(text, "1970-01-06");
    cr_assert(strstr(text, "1970-01-07") == NULL);
    says(text, "\n  ... and 12 more\n");
    style.trade_max = 0;
    says(text_of(compare_text_trades, &style), "\n  17 differ\n");
    style.trade_max = 17;
    cr_assert(strstr(text_of(compare_text_trades, &style), "more") == NULL);
    drop();
}

static bool is_same_trade(const struct j_trade *a, const struct j_trade *b, bool key_only) {
    return a->strategy == b->strategy && a->symbol == b->symbol && a->entry_time == b->entry_time &&
           (key_only || (a->exit_time == b->exit_time && a->quantity == b->quantity));
}

/* Strikes out pairs that are the same; returns how many. */
static int64_t strike(const struct side *x, bool *x_done, const struct side *y, bool *y_done,
                      bool key_only) {
    int64_t count = 0;
    for (int64_t i = 0; i < x->c.trade_count; i++) {
        for (int64_t k = 0; !x_done[i] && k < y->c.trade_count; k++) {
            if (y_done[k] || !is_same_trade(&x->c.trades[i], &y->c.trades[k], key_only))
                continue;
            x_done[i] = y_done[k] = true;
            count++;
        }
    }
    return count;
}

Test(compare, agrees_with_a_plain_search_over_random_trades) {
    uint64_t state = 7;
    for (int round = 0; round < 60; round++) {
        begin(&before, 2, 2);
        begin(&after, 2, 2);
        before.b->random = ++state;
        int count = (int)(rb_any(before.b) % 60);
        for (int i = 0; i < 2 * count; i++) {
            struct side *side = rb_any(before.b) % 2 ? &before : &after;
            int from = (int)(rb_any(before.b) % 6);
            trade(side, (int)(rb_any(before.b) % 2), (int)(rb_any(before.b) % 2), from,
                  from + (int)(rb_any(before.b) % 3), 1 + (double)(rb_any(before.b) % 3));
        }
        compare();
        bool left[200] = {0}, right[200] = {0};
        int64_t same = strike(&before, left, &after, right, false);
        int64_t changed = strike(&before, left, &after, right, true);
        counts_are(same, after.c.trade_count - same - changed,
                   before.c.trade_count - same - changed, changed);
        for (int64_t i = 1; i < cmp.trade_count; i++) {
            const struct compare_trade *a = &cmp.trades[i - 1], *b = &cmp.trades[i];
            cr_assert_leq((a->before ? a->before : a->after)->entry_time,
                          (b->before ? b->before : b->after)->entry_time);
        }
        drop();
    }
}

/* Comparing each with each would be 10^11 steps. */
Test(compare, takes_hundreds_of_thousands_of_trades_of_one_entry, .timeout = 60) {
    enum { MANY = 300000 };
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < MANY; i++) {
        trade(&before, 0, 0, 1, 2, 1 + i);
        trade(&after, 0, 0, 1, 2, MANY - i + (i % 3 == 0 ? 0.5 : 0.0));
    }
    compare();
    counts_are(MANY - MANY / 3, 0, 0, MANY / 3);
    drop();
}

static const struct jv *path(const struct jv *value, const char *a, const char *b) {
    return jv_get(jv_get(value, a), b);
}

/* ---- decisions ---- */

Test(compare, finds_the_first_instant_with_another_wish) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        wish(side, buy(2, 0, 10));
        wish(side, buy(5, 0, i == 0 ? 10 : 11));
        wish(side, buy(6, 0, i == 0 ? 10 : 12));
        instants(side, 1, 9);
        end(side, 9);
    }
    compare();
    const struct compare_decision *d = &cmp.decision;
    cr_assert(d->has_difference);
    cr_assert_eq(d->time, 5 * TIME_DAY);
    cr_assert_eq(d->same_instants, 4); /* days 1 to 4 */
    cr_assert_eq(d->before->size_value, 10);
    cr_assert_eq(d->after->size_value, 11);
    cr_assert_eq(d->before_count, 1);
    struct compare_text style = how(80);
    cr_assert_str_eq(text_of(compare_text_decision, &style),
                     "\n"
                     "First different decision: bar 5 of 9, 1970-01-05 (the 4 instants before are\n"
                     "  equal)\n"
                     "          run 11              run 12\n"
                     "  wished  buy 10 SYM0 market  buy 11 SYM0 market\n");
    drop();
}

Test(compare, finds_a_wish_that_only_one_run_had) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    wish(&before, buy(2, 0, 10));
    instants(&before, 1, 9);
    end(&before, 9);
    instants(&after, 1, 1);
    end(&after, 1);
    compare();
    cr_assert_eq(cmp.decision.time, 2 * TIME_DAY);
    cr_assert_eq(cmp.decision.same_instants, 1);
    cr_assert_null(cmp.decision.after);
    cr_assert_eq(cmp.decision.after_count, 0);
    cr_assert_eq(cmp.decision.after_strategy, 0);
    struct compare_text style = how(80);
    const char *text = text_of(compare_text_decision, &style);
    says(text, "bar 2 of 9, 1970-01-02 (the instant before is equal)\n");
    says(text, "wished  buy 10 SYM0 market  - (the run had ended)\n");
    drop();
}

Test(compare, counts_bars_only_of_runs_that_begin_together) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        if (i == 0)
            wish(side, buy(3, 0, 1)); /* the run after begins on day 5 */
        instants(side, i == 0 ? 1 : 5, 9);
        end(side, 9);
    }
    compare();
    cr_assert_eq(cmp.decision.same_instants, 2);
    cr_assert_eq(cmp.decision.common_instants, 0);
    struct compare_text style = how(80);
    const char *text = text_of(compare_text_decision, &style);
    says(text, "\nFirst different decision: 1970-01-03 (run 12 begins at 1970-01-05)\n");
    says(text, "wished  buy 1 SYM0 market  - (the run had not begun)\n");
    drop();
}

Test(compare, counts_as_equal_what_both_runs_have) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        instants(side, i == 0 ? 1 : 4, 9); /* days 4 to 6 are in both */
        wish(side, buy(7, 0, i == 0 ? 1 : 2));
        journal_put_end(&side->b->journal,
                        &(struct j_end){.time = 9 * TIME_DAY, .instants = i == 0 ? 9 : 6});
    }
    compare();
    cr_assert_eq(cmp.decision.same_instants, 6);
    cr_assert_eq(cmp.decision.common_instants, 3);
    struct compare_text style = how(100);
    says(text_of(compare_text_decision, &style),
         "\nFirst different decision: 1970-01-07 (3 instants before it are in both runs, and "
         "equal)\n");
    drop();
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        wish(side, buy(2, 0, 1));
        instants(side, 1, i == 0 ? 5105 : 5104);
        end(side, i == 0 ? 5105 : 5104);
    }
    compare();
    says(text_of(compare_text_decision, &style),
         "\nSame decisions at all 5,104 instants that both have\n");
    drop();
}

Test(compare, says_which_run_is_which) {
    begin(&before, 1, 1);
    begin(&after, 1, 2);
    compare();
    before.facts.started = after.facts.started = 1795275720 * TIME_SECOND;
    after.facts.interruption = "This run failed: it fell over";
    struct compare_text style = how(120);
    /* date -u -d @1795275720 */
    cr_assert_str_eq(text_of(compare_text_head, &style),
                     "run 11 (strategy0, SYM0 1d, 2026-11-21 15:42) -> run 12 (strategy0, SYM0 1d, "
                     "SYM1 1d, 2026-11-21 15:42)\n"
                     "  run 12: This run failed: it fell over\n");
    drop();
}

Test(compare, counts_orders_and_says_why_a_run_has_no_trades) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    journal_put_start(&after.b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    for (int i = 1; i <= 3; i++)
        journal_put_order(&after.b->journal, &(struct j_order){.id = i, .tag = ""});
    for (int i = 1; i <= 3; i++)
        journal_put_order_event(&after.b->journal,
                                &(struct j_order_event){.order = i,
                                                        .state = QS_ORDER_REJECTED,
                                                        .reason = REASON_INSUFFICIENT_CASH});
    wish(&after, buy(2, 0, 1));
    trade(&before, 0, 0, 2, 4, 1);
    compare();
    struct compare_text style = how(200);
    const char *text = text_of(compare_text_metrics, &style);
    says(text, "\n  orders                       0              3            +3\n");
    says(text, "\n  rejected orders              0              3            +3\n");
    says(text, "\n  trades                       1              0            -1\n"
               "  run 12: No trades: everything the strategy wished for was refused");
    cr_assert_null(strstr(text, "run 11: No trades"));
    struct jv *json = compare_json(&cmp, &style);
    const struct jv *rejected = path(json, "counts", "rejected");
    cr_assert_eq(jv_get_i64(rejected, "before", -1), 0);
    cr_assert_eq(jv_get_i64(rejected, "after", -1), 3);
    cr_assert_eq(jv_get_i64(rejected, "difference", -1), 3);
    cr_assert_eq(jv_get_i64(path(json, "counts", "orders"), "after", -1), 3);
    jv_free(json);
    drop();
}

Test(compare, minds_the_order_within_a_strategy_but_not_among_strategies) {
    begin(&before, 2, 1);
    begin(&after, 2, 1);
    wish(&before, buy(2, 0, 1));
    wish(&before, buy(2, 1, 2));
    wish(&before, buy(2, 0, 3));
    wish(&after, buy(2, 1, 2));
    wish(&after, buy(2, 0, 1));
    wish(&after, buy(2, 0, 3));
    wish(&before, buy(4, 0, 1));
    wish(&before, buy(4, 0, 2));
    wish(&after, buy(4, 0, 2));
    wish(&after, buy(4, 0, 1));
    compare();
    cr_assert_eq(cmp.decision.time, 4 * TIME_DAY);
    cr_assert_eq(cmp.decision.before_count, 2);
    cr_assert_eq(cmp.decision.before->size_value, 1);
    cr_assert_eq(cmp.decision.after->size_value, 2);
    drop();
}

Test(compare, takes_the_earliest_over_all_strategies) {
    begin(&before, 2, 1);
    begin(&after, 2, 1);
    wish(&before, buy(3, 1, 1));
    wish(&before, buy(8, 0, 1));
    wish(&after, buy(5, 1, 1));
    wish(&after, buy(8, 0, 2));
    compare();
    cr_assert_eq(cmp.decision.time, 3 * TIME_DAY);
    cr_assert_eq(cmp.decision.before_strategy, 1);
    cr_assert_eq(cmp.decision.after_strategy, 1);
    drop();
}

Test(compare, looks_at_the_wish_and_not_at_what_became_of_it) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    struct j_intent r = buy(2, 0, 10);
    wish(&before, r);
    r.order = 0;
    r.reason = REASON_INSUFFICIENT_CASH;
    r.number = 9;
    wish(&after, r);
    r = (struct j_intent){.time = 3 * TIME_DAY, .kind = INTENT_CANCEL, .number = 4, .order = 4};
    wish(&before, r);
    r.symbol = -1; /* it was not open any more */
    r.order = 0;
    r.reason = REASON_UNKNOWN_ORDER;
    wish(&after, r);
    r.time = 4 * TIME_DAY;
    wish(&before, r);
    r.number = 5;
    wish(&after, r);
    compare();
    cr_assert_eq(cmp.decision.time, 4 * TIME_DAY, "another order to cancel is another wish");
    drop();
}

/* Every field of a wish alone makes a difference. */
Test(compare, sees_each_field_of_a_wish) {
    for (int field = 0; field < 12; field++) {
        begin(&before, 1, 2);
        begin(&after, 1, 2);
        struct j_intent r = buy(2, 0, 10);
        wish(&before, r);
        int64_t *const integers[] = {&r.kind, &r.symbol, &r.side,     &r.type,
                                     &r.tif,  &r.flags,  &r.size_kind};
        double *const numbers[] = {&r.size_value, &r.stop_distance, &r.limit_price, &r.stop_price};
        if (field < 7)
            *integers[field] += 1;
        else if (field < 11)
            *numbers[field - 7] = nextafter(*numbers[field - 7], 1e9);
        if (field == 0)
            r.kind = INTENT_TARGET;
        wish(&after, r);
        compare();
        cr_assert_eq(cmp.decision.has_difference, field < 11, "field %d", field);
        drop();
    }
}

Test(compare, says_why_results_differ_under_equal_decisions) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    journal_put_setting(&before.b->journal,
                        &(struct j_setting){.key = "slippage_bps", .value = "2"});
    journal_put_setting(&after.b->journal,
                        &(struct j_setting){.key = "slippage_bps", .value = "5"});
    for (int i = 0; i < 2; i++) {
        struct side *side = i == 0 ? &before : &after;
        wish(side, buy(2, 0, 10));
        trade(side, 0, 0, 3, 5, 10 + i);
        instants(side, 1, 5105);
        end(side, 5105);
    }
    compare();
    struct compare_text style = how(100);
    cr_assert_str_eq(text_of(compare_text_decision, &style),
                     "\nSame decisions at all 5,105 instants. Results differ all the same: other "
                     "settings\n");
    cr_assert_str_eq(text_of(compare_text_inputs, &style),
                     "\nInputs that differ\n"
                     "                        run 11  run 12\n"
                     "  setting slippage_bps  2       5\n");
    cr_assert_not(cmp.same_config);
    cr_assert(cmp.same_bars);
    drop();
}

Test(compare, shows_what_each_run_saw) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    wish(&before, buy(1, 0, 10));
    compare();
    struct compare_sight left = {.has_bar = true,
                                 .feed = "SPX 1d",
                                 .open = 1181.66,
                                 .high = 1181.66,
                                 .low = 1156.07,
                                 .close = 1161.97,
                                 .has_account = true,
                                 .equity = 100000,
                                 .cash = 100000};
    struct compare_sight right = left;
    right.position = 2.5;
    str_copy_fixed(right.average_price, sizeof(right.average_price), "1150.5");
    right.cash = 97123.75;
    str_append(&left.values, "fast\t1190.2\nslow\t1200\nlast\t1\n");
    str_append(&right.values, "fast\t1188.4\nslow\t1200\nnew\t2\n");
    struct compare_text style = how(80);
    style.before_sight = &left;
    style.after_sight = &right;
    cr_assert_str_eq(text_of(compare_text_decision, &style),
                     "\nFirst different decision: 1970-01-01\n"
                     "  bar  SPX 1d  open 1181.66 high 1181.66 low 1156.07 close 1161.97\n"
                     "             run 11              run 12\n"
                     "   wished    buy 10 SYM0 market  nothing\n"
                     "*  position  flat                2.5 at 1150.5\n"
                     "   equity    100,000.00          100,000.00\n"
                     "*  cash      100,000.00          97,123.75\n"
                     "*  fast      1190.2              1188.4\n"
                     "   slow      1200                1200\n"
                     "*  last      1                   none\n"
                     "*  new       none                2\n");
    right.close = 1162;
    says(text_of(compare_text_decision, &style), "  bar of run 12  SPX 1d  open");
    jv_free(compare_json(&cmp, &style));
    compare_sight_fini(&left);
    compare_sight_fini(&right);
    drop();
}

/* ---- metrics ---- */

static void set_metric(struct side *side, int id, double value, const char *reason) {
    side->report.metrics.items[id].value = value;
    side->report.metrics.items[id].reason = reason;
}

Test(compare, shows_differences_with_their_sign_and_metrics_that_appear_or_go) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    compare();
    set_metric(&before, METRIC_TOTAL_RETURN, 0.5, NULL);
    set_metric(&after, METRIC_TOTAL_RETURN, 0.475, NULL);
    set_metric(&before, METRIC_FEES, 1000, NULL);
    set_metric(&after, METRIC_FEES, 2234.5, NULL);
    set_metric(&before, METRIC_WIN_RATE, 0, "no_trades");
    set_metric(&after, METRIC_WIN_RATE, 0.25, NULL);
    set_metric(&before, METRIC_PAYOFF, 2, NULL);
    set_metric(&after, METRIC_PAYOFF, 0, "no_losses");
    set_metric(&before, METRIC_SQN, NAN, NULL);
    set_metric(&after, METRIC_SQN, NAN, NULL);
    set_metric(&before, METRIC_CALMAR, NAN, NULL);
    set_metric(&after, METRIC_CALMAR, 1, NULL);
    struct compare_text style = how(100);
    const char *text = text_of(compare_text_metrics, &style);
    /* 13 columns for "- (too short)" */
    says(text, "\n                       run 11         run 12  difference\n");
    says(text, "\n  total return        50.00 %        47.50 %    -2.50 pp\n");
    says(text, "1,000.00       2,234.50   +1,234.50\n");
    says(text, "- (no trades)        25.00 %    appeared\n");
    says(text, "2.000  - (no losses)        gone\n");
    says(text, "calmar");
    cr_assert(strstr(text, "sqn") == NULL, "NaN is the same as NaN");
    drop();
}

/* ---- all of it ---- */

static void keeps_to(const char *text, int width) {
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        cr_assert_leq(length, (size_t)width, "%d: %.*s", width, (int)length, line);
        cr_assert(length == 0 || line[length - 1] != ' ', "%d: '%.*s'", width, (int)length, line);
    }
}

Test(compare, keeps_to_every_width_and_loses_no_word) {
    before = (struct side){.b = rb_run(5, 1, 2, 2, TRADES_FIFO, 300)};
    after = (struct side){.b = rb_run(6, 1, 3, 2, TRADES_LIFO, 300)};
    struct j_intent r = buy(1, 0, 0.30000000000000004);
    r.type = QS_STOP_LIMIT;
    r.limit_price = 123456.789;
    r.stop_price = 98765.4321;
    r.flags = QS_REDUCE_ONLY;
    load(&before);
    load(&after);
    after.c.intent_rows = mem_zalloc(20, sizeof(r));
    after.c.intents = 20;
    for (int i = 0; i < 20; i++)
        after.c.intent_rows[i] = r;
    comparison_make(&before.report, &after.report, &cmp);
    struct compare_sight sight = {.has_bar = true, .feed = "SYM0 1d", .open = 1.0 / 3, .high = 7};
    for (int i = 0; i < 200; i++)
        str_appendf(&sight.values, "a rather long name of a plot %d\t%.17g\n", i, 1.0 / (i + 3));
    for (int width = 40; width <= 200; width++) {
        struct compare_text style = how(width);
        style.after_sight = &sight;
        keeps_to(text_of(compare_text_metrics, &style), width);
        says(text_of(compare_text_metrics, &style), "final equity");
        keeps_to(text_of(compare_text_trades, &style), width);
        keeps_to(text_of(compare_text_inputs, &style), width);
        says(str_text(&out), "fifo");
        keeps_to(text_of(compare_text_decision, &style), width);
        says(str_text(&out), "0.30000000000000004");
        says(str_text(&out), "more");
    }
    compare_sight_fini(&sight);
    drop();
}

Test(compare, gives_all_of_it_as_json) {
    begin(&before, 1, 1);
    begin(&after, 1, 1);
    before.facts.number = 11;
    trade(&before, 0, 0, 2, 5, -3);
    wish(&before, buy(2, 0, 10));
    wish(&before, buy(2, 0, 11));
    instants(&before, 1, 9);
    instants(&after, 1, 9);
    journal_put_setting(&after.b->journal, &(struct j_setting){.key = "k", .value = "5"});
    compare();
    set_metric(&before, METRIC_SHARPE, 0.5, NULL);
    set_metric(&after, METRIC_SHARPE, 2, NULL);
    struct compare_text style = how(80);
    struct compare_sight sight = {.equity = 5, .has_account = true};
    str_append(&sight.values, "fast\t1.5\n");
    style.before_sight = &sight;
    struct jv *json = compare_json(&cmp, &style);
    cr_assert_eq(jv_get_i64(jv_get(json, "before"), "run", 0), 11);
    cr_assert_str_eq(jv_get_str(jv_get(json, "after"), "name", ""), "run 12");
    cr_assert_eq(jv_get_i64(jv_get(json, "after"), "instants", 0), 9);
    cr_assert_eq(jv_kind(path(json, "after", "run")), JV_NULL);
    cr_assert_not(jv_get_bool(jv_get(json, "same"), "decisions", true));
    cr_assert_not(jv_get_bool(jv_get(json, "same"), "config", true));
    const struct jv *sharpe = path(json, "metrics", "sharpe");
    cr_assert_eq(jv_get_f64(sharpe, "difference", 0), 1.5);
    cr_assert_str_eq(jv_get_str(path(json, "metrics", "win_rate"), "after_undefined", ""),
                     "no_trades");
    const struct jv *row = jv_at(path(json, "trades", "rows"), 0);
    cr_assert_str_eq(jv_get_str(row, "kind", ""), "gone");
    cr_assert_str_eq(jv_get_str(jv_get(row, "before"), "side", ""), "short");
    cr_assert_eq(jv_get_f64(jv_get(row, "before"), "quantity", 0), 3);
    cr_assert_eq(jv_kind(jv_get(row, "after")), JV_NULL);
    const struct jv *decision = jv_get(json, "decision");
    cr_assert_str_eq(jv_get_str(decision, "time", ""), "1970-01-03T00:00:00Z");
    cr_assert_eq(jv_get_i64(decision, "same_instants", 0), 1);
    const struct jv *intents = path(decision, "before", "intents");
    cr_assert_eq(jv_count(intents), 2);
    cr_assert_str_eq(jv_get_str(jv_at(intents, 1), "text", ""), "buy 11 SYM0 market");
    cr_assert_eq(jv_count(path(decision, "after", "intents")), 0);
    const struct jv *seen = path(decision, "before", "sight");
    cr_assert_eq(jv_get_f64(seen, "equity", 0), 5);
    cr_assert_str_eq(jv_get_str(jv_at(jv_get(seen, "values"), 0), "value", ""), "1.5");
    const struct jv *input = jv_at(jv_get(json, "inputs"), 0);
    cr_assert_str_eq(jv_get_str(input, "kind", ""), "setting");
    cr_assert_eq(jv_kind(jv_get(input, "before")), JV_NULL);
    cr_assert_str_eq(jv_get_str(input, "after", ""), "5");
    jv_free(json);
    compare_sight_fini(&sight);
    drop();
}
