/* The tables of a run: what was said is there, sums agree, and every bad id, order or number is
 * refused with the record's number. */
#include "report/collector.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "unit/report/run_builder.h"

static int collect(struct collector *c, const struct builder *b, struct err *err) {
    struct journal_record record;
    size_t size = 0;
    collector_init(c);
    for (size_t at = 0; at < b->len; at += size) {
        int rc = journal_next(b->bytes + at, b->len - at, &record, &size, err);
        if (rc != 1)
            return rc;
        rc = collector_take(c, &record, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

Test(collector, keeps_what_a_run_said) {
    struct builder *b = rb_run(3, 1, 2, 2, TRADES_FIFO, 300);
    struct collector c;
    struct err err;
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_str_eq(c.engine, "quasar test");
    cr_assert_eq(c.records, b->journal.records);
    cr_assert_eq(c.order_count, b->orders);
    cr_assert_eq(c.fill_count, b->fills);
    cr_assert_eq(c.trade_count, b->trade_count);
    cr_assert_geq(c.allocation_count, c.fill_count);
    cr_assert_eq(c.names.strategy_count, 2);
    cr_assert_str_eq(c.names.strategies[1].name, "strategy1");
    cr_assert_str_eq(c.names.strategies[1].schema, "ema_cross");
    cr_assert_str_eq(c.names.symbols[0].name, "SYM0");
    cr_assert_str_eq(c.names.feeds[1].timeframe_name, "1d");
    cr_assert_str_eq(collector_setting(&c, "trades"), "fifo");
    cr_assert_null(collector_setting(&c, "colour"));
    cr_assert_str_eq(c.params[1].key, "fast");
    cr_assert_str_eq(c.params[1].value, "12");
    cr_assert_eq(c.params[1].strategy, 1);
    cr_assert(c.has_start && c.has_end);
    cr_assert_eq(c.start_time, 3 * TIME_DAY);
    cr_assert_eq(c.start_bars, 3);
    cr_assert_eq(c.end.instants, 300);
    cr_assert_eq(c.bars_count, 2);
    cr_assert_eq(c.bars[1].rows, 300);
    cr_assert_str_eq(c.bars[1].hash, "00ff");
    cr_assert_eq(collector_initial(&c), 100000.0);
    cr_assert_float_eq(c.fees, b->fees, 1e-9);
    cr_assert_geq(c.slippage, 0.0);
    const struct account_series *account = collector_account(&c);
    cr_assert_eq(account->count, 300);
    cr_assert_eq(account->time[299], 300 * TIME_DAY);
    double net = 0.0;
    for (int64_t i = 0; i < c.trade_count; i++)
        net += c.trades[i].net;
    cr_assert_float_eq(net, b->net, 1e-6);
    cr_assert_str_eq(collector_order(&c, 3)->tag, "tag, \"x\"");
    cr_assert_str_eq(collector_order(&c, 4)->tag, "");
    cr_assert_null(collector_order(&c, 0));
    cr_assert_null(collector_order(&c, c.order_count + 1));
    collector_fini(&c);
    rb_free(b);
}

Test(collector, adds_up_silos) {
    struct builder *b = rb_run(8, 2, 2, 2, TRADES_FIFO, 100);
    struct collector c;
    struct err err;
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(collector_initial(&c), 200000.0);
    const struct account_series *sum = collector_account(&c);
    cr_assert_eq(sum->count, 100);
    for (int64_t i = 0; i < 100; i++) {
        cr_assert_float_eq(sum->equity[i], c.series[0].equity[i] + c.series[1].equity[i], 1e-9);
        cr_assert_float_eq(sum->gross[i], c.series[0].gross[i] + c.series[1].gross[i], 1e-9);
        cr_assert_float_eq(sum->low[i], c.series[0].low[i] + c.series[1].low[i], 1e-9);
    }
    collector_fini(&c);
    rb_free(b);
}

Test(account_series, sum_carries_the_last_row_of_those_who_pause) {
    struct account_series parts[2], sum;
    double initial[2] = {10, 1000};
    for (int i = 0; i < 2; i++)
        account_series_init(&parts[i]);
    struct account_row rows[] = {{1, 11, 9, 12, 5}, {3, 13, 13, 13, 0}, {2, 1500, 900, 1600, 7}};
    cr_assert_eq(account_series_add(&parts[0], &rows[0], NULL), 0);
    cr_assert_eq(account_series_add(&parts[0], &rows[1], NULL), 0);
    cr_assert_eq(account_series_add(&parts[1], &rows[2], NULL), 0);
    account_series_sum(parts, initial, 2, &sum);
    cr_assert_eq(sum.count, 3);
    cr_assert_arr_eq(sum.time, ((int64_t[]){1, 2, 3}), 3 * sizeof(int64_t));
    cr_assert_arr_eq(sum.equity, ((double[]){1011, 1511, 1513}), 3 * sizeof(double));
    cr_assert_arr_eq(sum.low, ((double[]){1009, 911, 1513}), 3 * sizeof(double));
    cr_assert_arr_eq(sum.high, ((double[]){1012, 1611, 1513}), 3 * sizeof(double));
    cr_assert_arr_eq(sum.gross, ((double[]){5, 12, 7}), 3 * sizeof(double));
    account_series_fini(&sum);
    account_series_fini(&parts[0]);
    account_series_fini(&parts[1]);
}

/* Found by tests/fuzz/journal_fuzz.c: the parts are money, their sum is over the limit of a part.
 */
Test(account_series, sums_what_is_too_large_for_one) {
    struct account_series parts[2], sum;
    double initial[2] = {1e100, 1e100};
    for (int i = 0; i < 2; i++) {
        account_series_init(&parts[i]);
        struct account_row row = {1, 1e100, 1e100, 1e100, 1e100};
        cr_assert_eq(account_series_add(&parts[i], &row, NULL), 0);
    }
    account_series_sum(parts, initial, 2, &sum);
    cr_assert_eq(sum.count, 1);
    cr_assert_eq(sum.equity[0], 2e100);
    account_series_fini(&sum);
    account_series_fini(&parts[0]);
    account_series_fini(&parts[1]);
}

Test(account_series, makes_one_row_of_two_of_one_time_and_refuses_going_back) {
    struct account_series s;
    struct err err;
    account_series_init(&s);
    cr_assert_eq(account_series_add(&s, &(struct account_row){TIME_DAY, 5, 3, 9, 4}, &err), 0);
    cr_assert_eq(account_series_add(&s, &(struct account_row){TIME_DAY, 4, 4, 4, 0}, &err), 0);
    cr_assert_eq(s.count, 1);
    cr_assert_eq(s.equity[0], 4);
    cr_assert_eq(s.low[0], 3);
    cr_assert_eq(s.high[0], 9);
    cr_assert_eq(s.gross[0], 4);
    cr_assert_eq(account_series_add(&s, &(struct account_row){0, 4, 4, 4, 0}, &err), ERR_FORMAT);
    cr_assert_str_eq(err.text, "journal: an account at 1970-01-01T00:00:00Z after one at "
                               "1970-01-02T00:00:00Z");
    cr_assert_eq(account_series_add(&s, &(struct account_row){2 * TIME_DAY, NAN, 4, 4, 0}, &err),
                 ERR_FORMAT);
    cr_assert_eq(
        account_series_add(&s, &(struct account_row){2 * TIME_DAY, 4, 4, INFINITY, 0}, &err),
        ERR_FORMAT);
    cr_assert_eq(s.count, 1);
    account_series_fini(&s);
}

Test(collector, counts_refusals_by_reason) {
    struct collector c;
    struct err err;
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    static const int64_t reasons[] = {REASON_INSUFFICIENT_CASH, REASON_INSUFFICIENT_CASH, 999};
    for (int i = 0; i < 3; i++) {
        journal_put_order(&b->journal, &(struct j_order){.id = 2 * i + 1, .tag = ""});
        journal_put_order_event(&b->journal, &(struct j_order_event){.order = 2 * i + 1,
                                                                     .state = QS_ORDER_REJECTED,
                                                                     .reason = reasons[i]});
    }
    journal_put_intent(&b->journal, &(struct j_intent){.symbol = -1, .reason = REASON_BAD_FEED});
    journal_put_intent(&b->journal, &(struct j_intent){.symbol = 0, .order = 1});
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(c.rejected[REASON_INSUFFICIENT_CASH], 2);
    cr_assert_eq(c.rejected[REASON_COUNT], 1);
    cr_assert_eq(c.rejected_total, 3);
    cr_assert_eq(c.refused[REASON_BAD_FEED], 1);
    cr_assert_eq(c.intents, 2);
    cr_assert_eq(c.intent_rows[0].symbol, -1);
    cr_assert_eq(c.intent_rows[0].reason, REASON_BAD_FEED);
    cr_assert_eq(c.intent_rows[1].order, 1);
    cr_assert_not(c.has_end);
    cr_assert_not_null(collector_order(&c, 3));
    cr_assert_null(collector_order(&c, 2));
    collector_fini(&c);
    rb_free(b);
}

Test(collector, refuses_an_intent_before_the_last_one) {
    struct collector c;
    struct err err;
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    journal_put_intent(&b->journal, &(struct j_intent){.time = 7, .order = 1});
    journal_put_intent(&b->journal, &(struct j_intent){.time = 7, .order = 2});
    journal_put_intent(&b->journal, &(struct j_intent){.time = 6, .order = 3});
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, "an intent at 6 ns after one at 7 ns (times ascend)") != NULL);
    cr_assert_eq(c.intents, 2);
    collector_fini(&c);
    rb_free(b);
}

static const struct {
    uint16_t kind;
    int nth;
    const char *field;
    uint64_t word;
    const char *sentence;
} lies[] = {
    {JOURNAL_RUN, 0, "format", 2, "record 1: journal: format 2 (this qshost reads 1"},
    {JOURNAL_SYMBOL, 1, "id", 5, "a record 'symbol' of id 5 (expected 1"},
    {JOURNAL_SYMBOL, 1, "multiplier", 0x7ff8000000000000, "no finite number"},
    {JOURNAL_FEED, 1, "symbol", 9, "a record 'feed' of symbol 9 (there are 2)"},
    {JOURNAL_STRATEGY, 0, "silo", UINT64_MAX, "a record 'strategy' of silo -1 (there are 1)"},
    {JOURNAL_STRATEGY, 1, "budget", 0x7ff0000000000000, "its budget is no money"},
    {JOURNAL_PARAM, 0, "strategy", 9, "a record 'param' of strategy 9"},
    {JOURNAL_BINDING, 0, "feed", 9, "a record 'binding' of feed 9"},
    {JOURNAL_START, 0, "strategy", 9, "a record 'start' of strategy 9"},
    {JOURNAL_ORDER, 4, "id", 4, "order 4 after order 4 (ids ascend from 1)"},
    {JOURNAL_ORDER, 4, "symbol", 4, "a record 'order' of symbol 4"},
    {JOURNAL_ORDER_EVENT, 3, "order", 900, "a record 'order_event' of order 900 (there is none)"},
    {JOURNAL_ORDER_EVENT, 3, "state", 8, "in state 8 (there is none)"},
    {JOURNAL_FILL, 3, "id", 9, "fill 9 after 3 fills"},
    {JOURNAL_FILL, 3, "order", 0, "a record 'fill' of order 0 (there is none)"},
    {JOURNAL_FILL, 3, "price", 0xfff0000000000000, "'fill' with a number that is not finite"},
    {JOURNAL_FILL, 3, "quantity", 0, "'fill' with a number"},
    {JOURNAL_ALLOCATION, 0, "fill", 2, "an allocation of fill 2 (expected fill 1"},
    {JOURNAL_ALLOCATION, 0, "realized", 0x7ff8000000000000, "'allocation' with a number"},
    {JOURNAL_TRADE, 2, "id", 2, "trade 2 after 2 trades"},
    {JOURNAL_TRADE, 2, "exit_known", 0, "trade 3 ends before it begins"},
    {JOURNAL_TRADE, 2, "entry_order", 99999, "a record 'trade' of order 99999 (there is none)"},
    {JOURNAL_TRADE, 2, "exit_order", 99999, "a record 'trade' of order 99999 (there is none)"},
    {JOURNAL_TRADE, 2, "mae", 0x7ff8000000000000, "'trade' with a number"},
    {JOURNAL_EQUITY, 7, "silo", 1, "a record 'equity' of silo 1 (there are 1)"},
    {JOURNAL_EQUITY, 7, "time", 0, "an account at 1970-01-01T00:00:00Z after one at"},
    {JOURNAL_EQUITY, 7, "equity", 0x7ff8000000000000, "an account with a number that is no money"},
    {JOURNAL_EQUITY, 7, "gross", 0x7fefffffffffffff, "an account with a number that is no money"},
    {JOURNAL_POSITION, 0, "strategy", 9, "a record 'position' of strategy 9"},
    {JOURNAL_BARS, 0, "feed", 9, "a record 'bars' of feed 9"},
};

Test(collector, refuses_bad_ids_orders_and_numbers) {
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct builder *b = rb_run(99, 1, 2, 2, TRADES_FIFO, 60);
        struct collector c;
        struct err err = {0};
        size_t at = rb_field(b, lies[i].kind, lies[i].nth, lies[i].field);
        cr_assert_gt(at, 0, "case %zu", i);
        memcpy(b->bytes + at, &lies[i].word, 8);
        cr_assert_eq(collect(&c, b, &err), ERR_FORMAT, "case %zu", i);
        cr_assert(strstr(err.text, lies[i].sentence) != NULL, "case %zu: %s", i, err.text);
        cr_assert(strncmp(err.text, "record ", 7) == 0, "%s", err.text);
        collector_fini(&c);
        rb_free(b);
    }
}

Test(collector, refuses_a_journal_without_run_or_with_more_after_the_end) {
    struct builder *b = rb_run(99, 1, 1, 1, TRADES_FIFO, 5);
    struct collector c;
    struct journal_record record;
    struct err err;
    size_t first = 0, last = 0, size = 0;
    cr_assert_eq(journal_next(b->bytes, b->len, &record, &first, &err), 1);
    collector_init(&c);
    cr_assert_eq(journal_next(b->bytes + first, b->len - first, &record, &size, &err), 1);
    cr_assert_eq(collector_take(&c, &record, &err), ERR_FORMAT);
    cr_assert_str_eq(err.text, "record 1: journal: it begins with 'setting' (expected 'run')");
    collector_fini(&c);
    cr_assert_eq(collect(&c, b, &err), 0);
    cr_assert_eq(collector_take(&c, &record, &err), ERR_FORMAT);
    cr_assert(strstr(err.text, "a record 'setting' after the end") != NULL, "%s", err.text);
    collector_fini(&c);
    (void)last;
    rb_free(b);
}

Test(collector, survives_hostile_bytes) {
    struct builder *b = rb_run(17, 2, 3, 3, TRADES_FLAT, 40);
    uint8_t *good = mem_alloc(b->len);
    memcpy(good, b->bytes, b->len);
    uint64_t random = 9;
    for (int round = 0; round < 3000; round++) {
        struct collector c;
        struct err err;
        for (int n = 0; n < 3; n++) {
            random = random * UINT64_C(6364136223846793005) + 1;
            size_t at = (size_t)(random >> 20) % b->len;
            b->bytes[at] = (uint8_t)(random >> 13);
        }
        (void)collect(&c, b, &err);
        (void)(c.names.silo_count > 0 ? collector_account(&c) : NULL);
        collector_fini(&c);
        memcpy(b->bytes, good, b->len);
    }
    mem_free(good);
    rb_free(b);
}

Test(collector, keeps_the_last_warnings_and_counts_the_lines_of_each_level) {
    struct collector c;
    struct err err;
    struct builder *b = mem_zalloc(1, sizeof(*b));
    char text[400];
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof(text), "line\n%d", i);
        journal_put_log(&b->journal, &(struct j_log){.time = i, .level = i % 4, .text = text});
    }
    journal_put_log(&b->journal, &(struct j_log){.level = 77, .text = "of no level"});
    for (int i = 0; i < 10; i++) {
        snprintf(text, sizeof(text), "%d%0*d", i, 300, 0);
        journal_put_log(&b->journal,
                        &(struct j_log){.time = i, .level = QS_LOG_ERROR, .text = text});
    }
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(c.logs, 31);
    cr_assert_arr_eq(c.words.seen, ((int64_t[]){5, 5, 5, 15, 1}), 5 * sizeof(int64_t));
    cr_assert_eq(words_kept(&c.words, QS_LOG_WARN), 5);
    for (int i = 0; i < 5; i++) /* 2, 6, 10, 14, 18 */
        cr_assert_eq(words_line(&c.words, QS_LOG_WARN, i)->time, 2 + 4 * i);
    cr_assert_str_eq(words_line(&c.words, QS_LOG_WARN, 4)->text, "line 18");
    cr_assert_eq(words_kept(&c.words, QS_LOG_ERROR), WORDS_KEPT);
    for (int i = 0; i < WORDS_KEPT; i++) {
        const struct said_line *line = words_line(&c.words, QS_LOG_ERROR, i);
        cr_assert_eq(line->time, 10 - WORDS_KEPT + i);
        cr_assert_eq(line->text[0], '0' + 10 - WORDS_KEPT + i);
        cr_assert_eq(strlen(line->text), sizeof(line->text) - 1);
        cr_assert_str_eq(line->text + strlen(line->text) - 4, "0...");
    }
    collector_fini(&c);
    rb_free(b);
}

Test(collector, keeps_the_last_value_of_each_variable) {
    struct collector c;
    struct err err;
    struct builder *b = mem_zalloc(1, sizeof(*b));
    char name[16];
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->symbols = 1;
    b->strategies = 2;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 6; k++) { /* strategy 1 skips every other one */
            snprintf(name, sizeof(name), "v%d", k % 3);
            if (k < 3 || i % 2 == 0)
                journal_put_variable(&b->journal, &(struct j_variable){.time = i,
                                                                       .strategy = k / 3,
                                                                       .name = name,
                                                                       .value = 10 * i + k});
        }
    }
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(c.words.variable_count, 6);
    for (int k = 0; k < 6; k++) {
        const struct said_variable *v = &c.words.variables[k];
        int last = k < 3 ? 299 : 298;
        cr_assert_eq(v->strategy, k / 3);
        cr_assert_eq(v->name[1], '0' + k % 3);
        cr_assert_eq(v->time, last);
        cr_assert_eq(v->value, 10 * last + k);
    }
    collector_fini(&c);
    for (int i = 0; i < WORDS_VARIABLES_MAX + 5; i++) {
        snprintf(name, sizeof(name), "w%d", i);
        journal_put_variable(&b->journal, &(struct j_variable){.name = name});
    }
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(c.words.variable_count, WORDS_VARIABLES_MAX);
    cr_assert_eq(c.words.variables_more, 6 + 5);
    collector_fini(&c);
    rb_free(b);
}

Test(collector, keeps_the_money_of_the_first_refusal_of_each_reason) {
    struct collector c;
    struct err err;
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    for (int i = 1; i <= 4; i++) {
        journal_put_order(&b->journal, &(struct j_order){.id = i, .tag = ""});
        journal_put_order_event(
            &b->journal,
            &(struct j_order_event){.order = i,
                                    .state = QS_ORDER_REJECTED,
                                    .reason = i % 2 ? REASON_INSUFFICIENT_CASH : REASON_ZERO_SIZE,
                                    .needed = 100.0 * i,
                                    .available = 7.0});
    }
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    cr_assert_eq(collect(&c, b, &err), 0, "%s", err.text);
    cr_assert_eq(c.rejected_first[REASON_INSUFFICIENT_CASH].order, 1);
    cr_assert_eq(c.rejected_first[REASON_INSUFFICIENT_CASH].needed, 100.0);
    cr_assert_eq(c.rejected_first[REASON_ZERO_SIZE].order, 2);
    collector_fini(&c);
    rb_free(b);
}
