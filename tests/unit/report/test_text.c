/* The result for people: what has to be said is said, at any width, and values read well. */
#include "report/text.h"

#include <criterion/criterion.h>

#include "report/strategy_sums.h"
#include "report/text_value.h"
#include "unit/report/run_builder.h"

static struct collector c;
static struct report report;
static struct str out;

static const struct run_timing timings[] = {{"engine", 0.25}, {"total", 0.5}};
static const struct setting_default defaults[] = {
    {"trades", "lifo"}, {"calendar", "24/7"}, {"fill_model", "close_to_open"}};
static const struct param_default param_defaults[] = {{"strategy0", "fast", "10"},
                                                      {"strategy1", "fast", "12"}};
static struct report_style style;
static struct run_facts facts = {.number = 12,
                                 .path = "/p/12.qsj",
                                 .risk = "none",
                                 .bars_hash = "b1b1",
                                 .journal_hash = "e1e1",
                                 .timings = timings,
                                 .timing_count = 2,
                                 .defaults = defaults,
                                 .default_count = 3,
                                 .param_defaults = param_defaults,
                                 .param_default_count = 2};

static const char *print(struct builder *b, int width) {
    struct journal_record record;
    struct err err;
    size_t size = 0;
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    collector_init(&c);
    for (size_t at = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0, "%s", err.text);
    }
    cr_assert_eq(report_make(&c, &facts, &report, &err), 0, "%s", err.text);
    str_init(&out);
    style.width = width;
    report_text(&report, &style, &out);
    return str_text(&out);
}

static void drop(struct builder *b) {
    str_fini(&out);
    collector_fini(&c);
    rb_free(b);
}

static void says(const char *text, const char *what) {
    cr_assert(strstr(text, what) != NULL, "missing: %s\nin:\n%s", what, text);
}

Test(text, says_what_ran_and_what_came_of_it) {
    struct builder *b = rb_run(6, 1, 2, 2, TRADES_FIFO, 300);
    const char *text = print(b, 100);
    says(text, "Run 12: strategy0 = ema_cross 1.0.0, strategy1 = ema_cross 1.0.0\n");
    says(text, "SYM1  1d  300 bars  1970-01-02 to 1970-10-27\n");
    says(text, "first callback at 1970-01-03, after 2 bars of warm-up");
    says(text, "initial equity");
    says(text, "100,000.00");
    says(text, "max drawdown");
    says(text, "Strategies\n"
               "                budget  trades");
    says(text, "\n  strategy1  50,000.00  ");
    says(text, "Open positions\n");
    says(text, "trades  fifo  (default lifo)\n");
    says(text, "risk policy: none");
    says(text, "journal  e1e1");
    says(text, "engine 0.25 s, total 0.5 s; recorded as run 12 in /p/12.qsj");
    cr_assert(strstr(text, "calendar") == NULL, "a default is not listed");
    cr_assert(strstr(text, "No trades") == NULL);
    cr_assert(strstr(text, "alpha") == NULL, "what needs a benchmark is left out");
    drop(b);
}

Test(text, keeps_to_the_width) {
    for (int width = 40; width <= 140; width += 20) {
        struct builder *b = rb_run(6, 1, 1, 1, TRADES_FIFO, 300);
        const char *text = print(b, width);
        for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            size_t bytes = strcspn(line, "\n");
            char *copy = mem_strndup(line, bytes);
            size_t length = str_utf8_count(copy);
            cr_assert_leq(length, (size_t)(width < 80 ? 80 : width), "%d: %s", width, copy);
            mem_free(copy);
            if (width < 80 && strncmp(line, "  max drawdown ", 15) == 0)
                cr_assert_leq(length, (size_t)50);
        }
        drop(b);
    }
}

static struct builder *empty_run(void) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    return b;
}

Test(text, says_that_the_warm_up_was_longer_than_the_data) {
    struct builder *b = empty_run();
    journal_put_end(&b->journal, &(struct j_end){.instants = 20});
    says(print(b, 200), "No trades: the warm-up is longer than the data, so no callback ever came "
                        "(20 bars, and it needs more). What helps: more data, ");
    str_fini(&out);
    collector_fini(&c);
    facts.warmup_bars = 200;
    says(print(b, 200), "so no callback ever came (it needs 200 bars, and there are 20).");
    facts.warmup_bars = 0;
    drop(b);
}

Test(text, says_that_nothing_was_wished_for) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    journal_put_equity(&b->journal, &(struct j_equity){.time = TIME_DAY, .equity = 100000});
    says(print(b, 100), "No trades: in 1 bars after its warm-up the strategy wished for nothing. "
                        "They begin at 1970-01-01.\n  What helps: qs_note or qs_plot in on_bar");
    drop(b);
}

Test(text, says_that_all_was_refused_and_why) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    journal_put_order(&b->journal, &(struct j_order){.id = 1, .tag = ""});
    journal_put_order_event(&b->journal, &(struct j_order_event){.order = 1,
                                                                 .state = QS_ORDER_REJECTED,
                                                                 .reason = REASON_INSUFFICIENT_CASH,
                                                                 .needed = 123456.789,
                                                                 .available = 100000});
    journal_put_intent(&b->journal, &(struct j_intent){.order = 1});
    const char *text = print(b, 400);
    says(text, "Every one is insufficient_cash: the cash of the strategy's ledger does not pay for "
               "it (the first needed 123,456.79 and had 100,000.00). What helps: raise "
               "initial_cash or ask for less");
    str_fini(&out);
    collector_fini(&c);
    text = print(b, 100);
    says(text, "everything the strategy wished for was refused (1 intents");
    says(text, "Rejected orders\n  1  insufficient_cash  the cash of the strategy's ledger");
    says(text, "sharpe                   - (too short)");
    drop(b);
}

Test(text, says_that_orders_never_filled) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    for (int i = 1; i <= 3; i++) /* limits 10, 5 and 20 % under the market */
        journal_put_order(&b->journal, &(struct j_order){.time = TIME_DAY,
                                                         .id = i,
                                                         .side = QS_BUY,
                                                         .type = QS_LIMIT,
                                                         .limit_price = i == 1   ? 180
                                                                        : i == 2 ? 190
                                                                                 : 160,
                                                         .reference = 200,
                                                         .tag = ""});
    journal_put_intent(&b->journal, &(struct j_intent){.order = 1});
    journal_put_order_event(
        &b->journal,
        &(struct j_order_event){.order = 1, .state = QS_ORDER_CANCELED, .reason = REASON_RUN_END});
    const char *text = print(b, 100);
    says(text,
         "No trades: 3 orders were accepted and none was ever filled. The nearest was order 2 "
         "of 1970-01-01:\n  buy limit at 190, 5 % from the price of that moment, 200.");
    says(text, "Canceled and expired orders\n  1  run_end");
    drop(b);
}

Test(text, marks_optimistic_settings_and_synthetic_bars) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    journal_init(&b->journal, &b->sink);
    journal_put_run(&b->journal, &(struct j_run){.format = JOURNAL_FORMAT});
    journal_put_setting(&b->journal,
                        &(struct j_setting){.key = "fill_model", .value = "close_to_close"});
    journal_put_symbol(&b->journal, &(struct j_symbol){.name = "DEMO"});
    journal_put_feed(&b->journal, &(struct j_feed){.synthetic = 1, .timeframe_name = "1d"});
    journal_put_silo(&b->journal, &(struct j_silo){.initial_cash = 1, .name = "main"});
    const char *text = print(b, 100);
    says(text, "fill_model  close_to_close  (default close_to_open)  optimistic\n");
    says(text, "SYNTHETIC");
    drop(b);
}

Test(text, refuses_settings_that_metrics_cannot_read) {
    struct journal_record record;
    struct err err;
    struct builder *b = empty_run();
    journal_put_setting(&b->journal, &(struct j_setting){.key = "risk_free", .value = "a lot"});
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    collector_init(&c);
    for (size_t at = 0, size = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0);
    }
    cr_assert_eq(report_make(&c, &facts, &report, &err), ERR_FORMAT);
    cr_assert_str_eq(err.text, "journal: setting risk_free is 'a lot' (expected a number)");
    collector_fini(&c);
    rb_free(b);
}

/* Escape codes taken out. */
static void strip(const char *text, struct str *ret) {
    for (; *text != '\0'; text++) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            str_append_char(ret, *text);
    }
}

Test(text, is_the_same_with_colours_but_for_the_colours) {
    for (int width = 40; width <= 140; width += 50) {
        struct str stripped, first;
        struct builder *b = rb_run(6, 1, 2, 2, TRADES_FIFO, 300);
        str_init(&stripped);
        str_init(&first);
        str_append(&first, print(b, width));
        cr_assert_null(strchr(str_text(&first), '\033'), "no colour unless asked for");
        str_fini(&out);
        collector_fini(&c);
        style.colour = true;
        print(b, width);
        style.colour = false;
        says(str_text(&out), "\033[1mResult\033[0m\n");
        says(str_text(&out), "\033[31m");
        says(str_text(&out), "\033[32m");
        strip(str_text(&out), &stripped);
        cr_assert_str_eq(str_text(&stripped), str_text(&first));
        str_fini(&stripped);
        str_fini(&first);
        drop(b);
    }
}

Test(text, draws_in_ascii_when_asked) {
    struct builder *b = rb_run(6, 1, 1, 1, TRADES_FIFO, 300);
    style.ascii = true;
    for (const char *at = print(b, 80); *at != '\0'; at++)
        cr_assert((unsigned char)*at < 0x80);
    style.ascii = false;
    says(str_text(&out), "Equity and drawdown\n");
    says(str_text(&out), "##");
    drop(b);
}

static void put_trade(struct builder *b, int64_t id, double quantity, double in,
                      double exit_price) {
    double gross = quantity * (exit_price - in);
    journal_put_trade(&b->journal, &(struct j_trade){.id = id,
                                                     .entry_time = id * TIME_DAY,
                                                     .exit_time = (id + 2) * TIME_DAY,
                                                     .entry_known = id * TIME_DAY,
                                                     .exit_known = (id + 2) * TIME_DAY,
                                                     .quantity = quantity,
                                                     .entry_price = in,
                                                     .exit_price = exit_price,
                                                     .gross = gross,
                                                     .fees = 1,
                                                     .net = gross - 1});
}

/* Trade 1: -10 * (95 - 100) - 1 = 49, of 10 * 100: 4.9 %. */
Test(text, lists_trades_and_leaves_out_the_middle_of_many) {
    struct builder *b = empty_run();
    put_trade(b, 1, -10, 100, 95);
    for (int i = 2; i <= 10; i++)
        put_trade(b, i, i, 100, 101);
    const char *text = print(b, 100);
    says(text,
         "  trade  side   quantity  entry       price  exit        price    net  return   held\n"
         "      1  short        10  1970-01-01    100  1970-01-03     95  49.00  4.90 %  2.0 d\n"
         "      2  long          2  1970-01-02    100  1970-01-04    101   1.00  0.50 %  2.0 d\n");
    says(text, "     10  long         10  1970-01-10 ");
    cr_assert_null(strstr(text, " more"));
    str_fini(&out);
    collector_fini(&c);
    for (int i = 11; i <= 72; i++)
        put_trade(b, i, i, 100, 101);
    text = print(b, 100);
    says(text, "      4  long ");
    says(text, "\n    ... 63 more: qshost export 12 trades\n     68  long ");
    says(text, "     72  long ");
    cr_assert_null(strstr(text, "     67  long "));
    cr_assert_null(strstr(text, "      5  long "));
    str_fini(&out);
    collector_fini(&c);
    text = print(b, 64); /* number, span, decimals and the price of the exit have to go */
    says(text, "  side   quantity  entry       price  exit        net  return\n"
               "  short        10  1970-01-01    100  1970-01-03   49   4.9 %\n");
    drop(b);
}

static void put_share(struct builder *b, int64_t id, double units, double fee, double closed,
                      double position) {
    journal_put_fill(
        &b->journal,
        &(struct j_fill){
            .id = id, .order = 1, .quantity = units, .price = 100, .raw = 100, .fee = fee});
    journal_put_allocation(
        &b->journal,
        &(struct j_allocation){
            .fill = id, .quantity = units, .fee = fee, .closed = closed, .position = position});
}

/* 10 at 100 for 1, 10 at 110 for 3: average 105, fees 4. A quarter is sold: fees 3. What is left,
 * 15 at a mark of 120, is 15 * 15 - 3 = 222. Before that a round trip, of which nothing stays. */
Test(text, counts_the_entry_fee_of_open_positions) {
    struct builder *b = empty_run();
    journal_put_order(&b->journal, &(struct j_order){.id = 1, .tag = ""});
    put_share(b, 1, -4, 50, 0, -4);
    put_share(b, 2, 4, 50, 4, 0);
    put_share(b, 3, 10, 1, 0, 10);
    put_share(b, 4, 10, 3, 0, 20);
    put_share(b, 5, -5, 2, -5, 15);
    journal_put_position(&b->journal,
                         &(struct j_position){.quantity = 15, .average_price = 105, .mark = 120});
    says(print(b, 100), "Open positions\n"
                        "  strategy0  SYM0  15  at 105, now 120  net 222.00  (entry fee 3.00)\n");
    str_fini(&out);
    collector_fini(&c);
    says(print(b, 60), "\n  strategy0  SYM0  15  at 105, now 120  net 222.00\n");
    drop(b);
    /* a flip: -4 for 2, then 10 bought for 5: 6 stay, and 5 * 6 / 10 = 3 of fees */
    b = empty_run();
    journal_put_order(&b->journal, &(struct j_order){.id = 1, .tag = ""});
    put_share(b, 1, -4, 2, 0, -4);
    put_share(b, 2, 10, 5, 4, 6);
    journal_put_position(&b->journal,
                         &(struct j_position){.quantity = 6, .average_price = 100, .mark = 100});
    says(print(b, 100), "at 100, now 100  net -3.00  (entry fee 3.00)\n");
    drop(b);
}

Test(text, repeats_what_the_strategy_said) {
    struct builder *b = empty_run();
    char line[40];
    for (int i = 1; i <= 5; i++) {
        snprintf(line, sizeof(line), "spread too wide %d", i);
        journal_put_log(&b->journal,
                        &(struct j_log){.time = i * TIME_DAY, .level = QS_LOG_WARN, .text = line});
    }
    journal_put_log(&b->journal,
                    &(struct j_log){.time = 1, .level = QS_LOG_ERROR, .text = "no volume"});
    journal_put_log(&b->journal, &(struct j_log){.level = QS_LOG_INFO, .text = "hello"});
    journal_put_note(&b->journal, &(struct j_note){.key = "a", .text = "b"});
    journal_put_plot(&b->journal, &(struct j_plot){.key = "a", .value = 1});
    journal_put_plot(&b->journal, &(struct j_plot){.key = "a", .value = 2});
    const char *text = print(b, 120);
    says(text, "Words of the strategy\n"
               "  1 error, 5 warnings, 1 line of info, 1 note, 2 plotted values (qshost export 12 "
               "log, notes, plots)\n"
               "  error 1970-01-01: no volume\n"
               "  warning 1970-01-03: spread too wide 3\n"
               "  warning 1970-01-04: spread too wide 4\n"
               "  warning 1970-01-05: spread too wide 5\n"
               "    ... and 2 before\n");
    cr_assert_null(strstr(text, "hello"));
    drop(b);
}

Test(text, shows_params_with_their_defaults_and_the_last_values_of_variables) {
    struct builder *b = empty_run();
    for (int i = 1; i <= 2; i++) {
        journal_put_variable(
            &b->journal,
            &(struct j_variable){.time = i * TIME_DAY, .name = "count", .value = 3 * i});
        journal_put_variable(&b->journal,
                             &(struct j_variable){.time = TIME_DAY, .name = "trend", .value = NAN});
    }
    says(print(b, 100), "Params, and variables at the end\n"
                        "  fast   12  param, given (default 10)\n"
                        "  count  6   at 1970-01-02\n"
                        "  trend  -   at 1970-01-01\n");
    drop(b);
}

Test(text, says_where_the_run_is_recorded) {
    struct builder *b = empty_run();
    facts.number = 0;
    says(print(b, 100), "  engine 0.25 s, total 0.5 s; recorded in /p/12.qsj\n");
    facts.number = 12;
    drop(b);
}

Test(text, marks_given_params_where_the_defaults_are_not_known) {
    static const struct param_given given[] = {{"strategy0", "fast"}, {"other", "slow"}};
    struct builder *b = empty_run();
    journal_put_param(&b->journal, &(struct j_param){.name = "slow", .value = "30"});
    facts.param_default_count = 0;
    says(print(b, 100), "  fast  12  param\n");
    str_fini(&out);
    collector_fini(&c);
    facts.given = given;
    facts.given_count = 2;
    facts.has_given = true;
    says(print(b, 100), "  fast  12  param, given\n"
                        "  slow  30  param, default\n");
    facts.has_given = false;
    facts.param_default_count = 2;
    drop(b);
}

static void says_not(const char *text, const char *what) {
    cr_assert(strstr(text, what) == NULL, "too much: %s\nin:\n%s", what, text);
}

Test(text, begins_a_run_that_is_not_whole_with_why_and_how_far_it_is_recorded) {
    struct builder *b = empty_run();
    facts.interruption = "This run failed: strategy0: hung in on_bar at bar 61";
    facts.data_bars = 5105;
    says(print(b, 100), "Run 12: strategy0 = ema_cross 1.0.0\n"
                        "  This run failed: strategy0: hung in on_bar at bar 61\n"
                        "  None of its bars is recorded.\n");
    str_fini(&out);
    collector_fini(&c);
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    for (int i = 1; i <= 60; i++)
        journal_put_equity(&b->journal, &(struct j_equity){.time = i * TIME_DAY, .equity = 1e5});
    put_trade(b, 1, -10, 100, 95);
    const char *text = print(b, 100);
    says(text, "  Recorded up to bar 60 of 5,105, 1970-03-01.\n"); /* 60 days: 31 + 28 + 1 */
    says(text, "first callback at 1970-01-01, after 0 bars of warm-up\n");
    says(text, "Trades\n  trade  side   quantity");
    says(text, "Orders\n");
    says_not(text, "No trades");
    says_not(text, "\nResult\n");
    says_not(text, "\nRisk\n");
    says_not(text, "\nCosts\n");
    says_not(text, "win rate");
    str_fini(&out);
    collector_fini(&c);
    facts.is_sparse = true;
    facts.data_bars = 0;
    says(print(b, 100), "  Recorded up to 1970-03-01.\n");
    facts.is_sparse = false;
    facts.interruption = NULL;
    drop(b);
}

/* Two symbols of days: one with 10 bars, one with `others`. 7 units are held of each. */
static const char *hold_two(int64_t others, struct builder **ret) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = 1;
    b->symbols = 2;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    for (int i = 0; i < 2; i++)
        journal_put_position(
            &b->journal,
            &(struct j_position){.symbol = i, .quantity = 7, .average_price = 5, .mark = 6});
    for (int i = 0; i < 2; i++) {
        int64_t rows = i == 0 ? 10 : others;
        journal_put_bars(
            &b->journal,
            &(struct j_bars){
                .feed = i, .rows = rows, .first = 0, .last = rows * TIME_DAY, .hash = "ab"});
    }
    journal_put_end(&b->journal, &(struct j_end){.time = others * TIME_DAY});
    *ret = b;
    return print(b, 100);
}

Test(text, names_the_day_of_a_price_whose_bars_ended_early) {
    struct builder *b;
    const char *text = hold_two(14, &b);
    says(
        text,
        "  strategy0 still holds 7 SYM0, whose bars end at 1970-01-10 while the run goes on to 1970-01-14: it\n"
        "  counts at that last price.\n");
    says(text, "at 5, last 6   net 7.00  (last price of 1970-01-10, entry fee 0.00)");
    says(text, "at 5, now 6  net 70.00"); /* multiplier 10 */
    drop(b);
    text = hold_two(13, &b); /* three bars of silence may be a weekend */
    says_not(text, "still holds");
    says_not(text, "last price");
    drop(b);
}

Test(text, tells_what_each_strategy_made_with_what_it_holds) {
    struct builder *b = rb_run(6, 1, 2, 2, TRADES_LIFO, 300);
    struct strategy_sum sums[2];
    print(b, 80);
    strategy_sums(&c, sums);
    for (int i = 0; i < 2; i++) {
        double gross = 0.0, net = 0.0, closed = 0.0;
        char line[200], texts[3][64];
        rb_worth(b, i, 300, &gross, &net);
        for (int64_t k = 0; k < c.trade_count; k++)
            closed += c.trades[k].strategy == i ? c.trades[k].net : 0.0;
        double equity = b->cash[i] + net; /* the builder's own books */
        cr_assert_float_eq(sums[i].equity, equity, 1e-6);
        cr_assert_float_eq(sums[i].open, equity - 50000 - closed, 1e-6);
        text_money(texts[0], 64, closed);
        text_money(texts[1], 64, equity - 50000 - closed);
        text_money(texts[2], 64, equity);
        snprintf(line, sizeof(line), "%s  %s  %s\n", texts[0], texts[1], texts[2]);
        const char *row =
            strstr(str_text(&out), i == 0 ? "\n  strategy0  50," : "\n  strategy1  50,");
        cr_assert_not_null(row);
        for (int k = 0; k < 3; k++) {
            const char *found = strstr(row + 1, texts[k]);
            cr_assert(found != NULL && found < strchr(row + 1, '\n'), "%s in %s", texts[k], row);
        }
    }
    drop(b);
}

Test(text, of_a_run_without_an_end_nobody_knows_what_is_held) {
    struct strategy_sum sum;
    struct builder *b = empty_run();
    put_trade(b, 1, -10, 100, 95);
    print(b, 80);
    strategy_sums(&c, &sum);
    cr_assert_eq(sum.net, 49);
    cr_assert(isnan(sum.open) && isnan(sum.equity));
    drop(b);
}

Test(text, names_strategy_symbol_and_side_of_trades_as_long_as_it_can) {
    struct builder *b = rb_run(6, 1, 2, 2, TRADES_FIFO, 300);
    says(print(b, 80), "  strategy   symbol  side   quantity  entry ");
    str_fini(&out);
    collector_fini(&c);
    says(print(b, 62), "  strategy   symbol  quantity  entry       exit ");
    drop(b);
}

/* An hour's bars, closed at their ends, and opens: times as they are. */
static void put_hour(struct builder *b, int64_t id, int64_t entry, int64_t known) {
    journal_put_trade(&b->journal, &(struct j_trade){.id = id,
                                                     .entry_time = entry,
                                                     .exit_time = entry + TIME_DAY,
                                                     .entry_known = known,
                                                     .exit_known = known + TIME_DAY,
                                                     .quantity = 1,
                                                     .entry_price = 100,
                                                     .exit_price = 101});
}

Test(text, of_daily_trades_an_open_is_of_its_day_and_a_close_of_the_day_that_ends) {
    struct builder *b = empty_run();
    put_hour(b, 1, 5 * TIME_DAY, 6 * TIME_DAY); /* open of 01-06 */
    put_hour(b, 2, 6 * TIME_DAY, 6 * TIME_DAY); /* close of 01-06 */
    put_hour(b, 3, 5 * TIME_DAY + 14 * TIME_HOUR, 5 * TIME_DAY + 21 * TIME_HOUR); /* of 01-06 */
    const char *text = print(b, 100);
    for (int id = 1; id <= 3; id++) {
        char row[80];
        snprintf(row, sizeof(row),
                 "      %d  long         1  1970-01-06    100  1970-01-07    101 ", id);
        says(text, row);
    }
    drop(b);
}

static void money_is(double value, const char *expected) {
    char buffer[64];
    text_money(buffer, sizeof(buffer), value);
    cr_assert_str_eq(buffer, expected);
}

static void span_is(double seconds, const char *expected) {
    char buffer[64];
    text_span(buffer, sizeof(buffer), seconds);
    cr_assert_str_eq(buffer, expected);
}

Test(text_value, groups_money_and_rounds_spans) {
    money_is(0, "0.00");
    money_is(-0.001, "0.00");
    money_is(999.995, "1,000.00");
    money_is(-1234567.891, "-1,234,567.89");
    money_is(123456.0, "123,456.00");
    money_is(1e18, "1e+18");
    money_is(NAN, "nan");
    span_is(0, "0 s");
    span_is(119, "119 s");
    span_is(120, "2.0 min");
    span_is(86400 * 12.5, "12.5 d");
    span_is(86400 * 365.25 * 3, "3.0 y");
}

static void bar_is(int64_t time, int64_t timeframe, const char *expected) {
    char buffer[TIME_ISO_MAX];
    text_bar_time(buffer, sizeof(buffer), time, timeframe);
    cr_assert_str_eq(buffer, expected);
}

/* 953251200 s: 2000-03-17T00:00:00Z (date -u -d @953251200) */
Test(text_value, names_a_bar_by_the_day_that_its_close_ends) {
    const int64_t midnight = 953251200 * TIME_SECOND;
    char buffer[TEXT_SPAN_MAX];
    bar_is(midnight, TIME_DAY, "2000-03-16");
    bar_is(midnight, 7 * TIME_DAY, "2000-03-16");
    bar_is(midnight - 3 * TIME_HOUR, TIME_DAY, "2000-03-16"); /* a session's end */
    bar_is(midnight, TIME_HOUR, "2000-03-17");
    bar_is(midnight, 0, "2000-03-17");
    bar_is(midnight + TIME_HOUR, TIME_HOUR, "2000-03-17T01:00:00Z");
    bar_is(INT64_MIN, 0, "1677-09-21T00:12:43.145224192Z");
    text_bars_span(buffer, sizeof(buffer), midnight, midnight + 2 * TIME_DAY, TIME_DAY);
    cr_assert_str_eq(buffer, "2000-03-17 to 2000-03-18");
    text_bars_span(buffer, sizeof(buffer), midnight, midnight + TIME_HOUR, TIME_HOUR);
    cr_assert_str_eq(buffer, "2000-03-17 to 2000-03-17T01:00:00Z");
}
