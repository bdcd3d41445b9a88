/* The inline half of the SDK: readers, crosses, sizes, requests, tables. No host behind it but a
 * fake that writes down what it is asked. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include <quasar/strategy.h>

enum { BARS = 6, DEPTH = 4, RING = 8 };

static double open_[BARS] = {1, 2, 3, 4, 5, 6}, high_[BARS] = {11, 12, 13, 14, 15, 16};
static double low_[BARS] = {0.5, 1.5, 2.5, 3.5, 4.5, 5.5}, close_[BARS] = {2, 3, 4, 5, 6, 7};
static double volume_[BARS] = {10, 20, 30, 40, 50, 60};
static qs_time opens[BARS] = {0, 10, 20, 30, 40, 50}, closes[BARS] = {10, 20, 30, 40, 50, 60};
static struct qs_feed_view feeds[2];
static struct qs_position position;
static const struct qs_position *positions[2] = {&position, &position};
static struct qs_account account, silo;
static struct qs_order orders[2];
static struct qs_view view;
static double ring[3][RING];
static struct qs_line_view lines[3];
static struct qs_order_req asked;
static struct qs_indicator_req wanted;
static struct qs_size target_size;
static int32_t on_feed, level;
static char said[600];
static qs_ctx ctx;

static int64_t fake_order(qs_ctx *c, const struct qs_order_req *r) {
    (void)c;
    asked = *r;
    return 7;
}
static int64_t fake_cancel(qs_ctx *c, int64_t order) {
    (void)c;
    return -order;
}
static int64_t fake_flatten(qs_ctx *c, int32_t feed) {
    (void)c;
    on_feed = feed;
    return 8;
}
static int64_t fake_target(qs_ctx *c, int32_t feed, const struct qs_size *size) {
    (void)c;
    on_feed = feed;
    target_size = *size;
    return 9;
}
static int32_t fake_indicator(qs_ctx *c, const struct qs_indicator_req *r) {
    (void)c;
    wanted = *r;
    return r->n[0] == -1 ? QS_NO_LINE : 40;
}
static void fake_log(qs_ctx *c, int32_t l, const char *text) {
    (void)c;
    level = l;
    snprintf(said, sizeof said, "%s", text);
}
static const struct qs_host host = {.struct_size = sizeof host,
                                    .order = fake_order,
                                    .cancel = fake_cancel,
                                    .flatten = fake_flatten,
                                    .target = fake_target,
                                    .indicator = fake_indicator,
                                    .log = fake_log};

/* Feed 0 has six bars of which four may be read, feed 1 none yet. Line 0 has ten values, line 1 has
 * one, line 2 none. */
static void setup(void) {
    feeds[0] = (struct qs_feed_view){open_,    high_, low_, close_, volume_, opens, closes,
                                     BARS - 1, DEPTH, 10,   "A",    0.01,    1.0,   2.0};
    feeds[1] = (struct qs_feed_view){.now = -1, .symbol = "B"};
    view = (struct qs_view){60, feeds, positions, &account, &silo, orders, 2, 2, 6};
    for (int i = 0; i < 3; i++)
        lines[i] = (struct qs_line_view){ring[i], RING - 1, 0, RING};
    for (int i = 0; i < 3 * RING; i++) /* NaN where nothing was written yet */
        ring[i / RING][i % RING] = (double)NAN;
    ctx = (qs_ctx){
        .struct_size = sizeof ctx, .line_count = 3, .view = &view, .lines = lines, .host = &host};
}

TestSuite(strategy_header, .init = setup);

static void push(int line, double value) {
    struct qs_line_view *v = &lines[line];
    ring[line][v->count++ & v->mask] = value;
}

/* ---- readers ---- */

Test(strategy_header, columns_are_read_back_from_now) {
    cr_expect_eq(qs_open(&ctx, 0), 6.0);
    cr_expect_eq(qs_high(&ctx, 1), 15.0);
    cr_expect_eq(qs_low(&ctx, 2), 3.5);
    cr_expect_eq(qs_close(&ctx, 3), 4.0);
    cr_expect_eq(qs_volume_of(&ctx, 0, 3), 30.0);
}

Test(strategy_header, outside_of_the_depth_there_is_nothing) {
    static const int64_t outside[] = {-1, DEPTH, DEPTH + 1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        struct qs_bar bar = {.open = 42.0};
        cr_expect(isnan(qs_open(&ctx, outside[i])));
        cr_expect(isnan(qs_high(&ctx, outside[i])));
        cr_expect(isnan(qs_low(&ctx, outside[i])));
        cr_expect(isnan(qs_close(&ctx, outside[i])));
        cr_expect(isnan(qs_volume(&ctx, outside[i])));
        cr_expect(isnan(qs_line_at(&ctx, QS_CLOSE, outside[i])));
        cr_expect_eq(qs_bar_of(&ctx, 0, outside[i], &bar), 0);
        cr_expect_eq(bar.open, 42.0);
    }
}

Test(strategy_header, a_feed_that_is_not_bound_or_empty_gives_nothing) {
    static const qs_feed none[] = {-1, 1, 2, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct qs_bar bar;
        cr_expect(isnan(qs_close_of(&ctx, none[i], 0)), "feed %d", none[i]);
        cr_expect_eq(qs_bar_of(&ctx, none[i], 0, &bar), 0);
        cr_expect_eq(qs_depth(&ctx, none[i]), 0);
        cr_expect_eq(qs_closed(&ctx, none[i]), 0);
        if (none[i] != 1) {
            cr_expect_null(qs_feed_of(&ctx, none[i]));
            cr_expect_null(qs_position_of(&ctx, none[i]));
            cr_expect_eq(qs_held_of(&ctx, none[i]), 0.0);
            cr_expect_eq(qs_open_pnl_of(&ctx, none[i]), 0.0);
        }
    }
}

Test(strategy_header, a_bar_comes_whole) {
    struct qs_bar bar;
    cr_assert_eq(qs_bar_of(&ctx, 0, 1, &bar), 1);
    cr_expect_eq(bar.open_time, 40);
    cr_expect_eq(bar.close_time, 50);
    cr_expect_eq(bar.open, 5.0);
    cr_expect_eq(bar.high, 15.0);
    cr_expect_eq(bar.low, 4.5);
    cr_expect_eq(bar.close, 6.0);
    cr_expect_eq(bar.volume, 50.0);
}

Test(strategy_header, a_feed_has_closed_when_its_newest_bar_ends_now) {
    cr_expect_eq(qs_closed(&ctx, 0), 1);
    view.now = 61;
    cr_expect_eq(qs_closed(&ctx, 0), 0);
}

Test(strategy_header, positions_and_money) {
    position = (struct qs_position){.quantity = -3.0, .average_price = 9.0};
    account.equity = 50.0;
    account.cash = 20.0;
    cr_expect_eq(qs_held(&ctx), -3.0);
    cr_expect_eq(qs_is_flat(&ctx), 0);
    cr_expect_eq(qs_open_pnl(&ctx), -3.0 * (7.0 - 9.0) * 2.0); /* multiplier 2 */
    cr_expect_eq(qs_open_pnl_of(&ctx, 1), 0.0);                /* no price yet */
    cr_expect_eq(qs_equity(&ctx), 50.0);
    cr_expect_eq(qs_cash(&ctx), 20.0);
    cr_expect_eq(qs_ledger(&ctx), &account);
    cr_expect_eq(qs_silo(&ctx), &silo);
    uint32_t count = 0;
    cr_expect_eq(qs_open_orders(&ctx, &count), orders);
    cr_expect_eq(count, 2);
    position.quantity = 0.0;
    cr_expect_eq(qs_is_flat(&ctx), 1);
    cr_expect_eq(qs_open_pnl(&ctx), 0.0);
}

/* ---- lines ---- */

Test(strategy_header, a_line_is_read_through_its_ring) {
    for (int i = 0; i < 10; i++)
        push(0, i);
    cr_expect_eq(qs_value(&ctx, 0), 9.0);
    cr_expect_eq(qs_line_at(&ctx, 0, 7), 2.0);
    cr_expect(isnan(qs_line_at(&ctx, 0, 8)));
    cr_expect(isnan(qs_line_at(&ctx, 0, -1)));
    lines[0].limit = 3; /* may be read less far than the ring holds */
    cr_expect_eq(qs_line_at(&ctx, 0, 2), 7.0);
    cr_expect(isnan(qs_line_at(&ctx, 0, 3)));
    push(1, 5.0);
    cr_expect_eq(qs_line_at(&ctx, 1, 0), 5.0);
    cr_expect(isnan(qs_line_at(&ctx, 1, 1)));
    cr_expect(isnan(qs_value(&ctx, 2)));
    cr_expect(isnan(qs_value(&ctx, 3)));
    cr_expect(isnan(qs_value(&ctx, INT32_MAX)));
}

Test(strategy_header, columns_are_lines_too) {
    cr_expect_eq(qs_value(&ctx, QS_OPEN), 6.0);
    cr_expect_eq(qs_value(&ctx, QS_HIGH), 16.0);
    cr_expect_eq(qs_value(&ctx, QS_LOW), 5.5);
    cr_expect_eq(qs_line_at(&ctx, QS_CLOSE, 1), 6.0);
    cr_expect_eq(qs_value(&ctx, QS_VOLUME), 60.0);
    cr_expect_eq(qs_value(&ctx, QS_HL2), (16.0 + 5.5) / 2.0);
    cr_expect_eq(qs_value(&ctx, QS_HLC3), (16.0 + 5.5 + 7.0) / 3.0);
    cr_expect_eq(qs_value(&ctx, QS_OHLC4), (6.0 + 16.0 + 5.5 + 7.0) / 4.0);
    cr_expect(isnan(qs_value(&ctx, QS_BARS)));
    cr_expect(isnan(qs_value(&ctx, QS_NO_LINE)));
    cr_expect(isnan(qs_value(&ctx, -15)));
    cr_expect(isnan(qs_value(&ctx, qs_src(1, QS_CLOSE))));
    cr_expect(isnan(qs_value(&ctx, qs_src(2, QS_CLOSE))));
    cr_expect(isnan(qs_value(&ctx, INT32_MIN)));
    feeds[1] = feeds[0];
    feeds[1].now = 2;
    cr_expect_eq(qs_value(&ctx, qs_src(1, QS_CLOSE)), 4.0);
    cr_expect_eq(qs_value(&ctx, qs_src(1, QS_OPEN)), 3.0);
}

/* ---- crosses ---- */

/* Pushes the pair (a, b); 1 over, -1 under, 0 neither. */
static int pair(double a, double b) {
    push(0, a);
    push(1, b);
    cr_assert_eq(qs_cross_over(&ctx, 0, 1), qs_cross_under(&ctx, 1, 0));
    cr_assert_eq(qs_cross_under(&ctx, 0, 1), qs_cross_over(&ctx, 1, 0));
    return qs_cross_over(&ctx, 0, 1) - qs_cross_under(&ctx, 0, 1);
}

/* below, level, level, above, level, above, below */
static const double differences[] = {-1, 0, 0, 2, 0, 1, -1};

static void expect_crosses(int32_t rule, const int *expected) {
    ctx.cross_rule = rule;
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        cr_expect_eq(pair(10.0 + differences[i], 10.0), expected[i], "rule %d, bar %zu", rule, i);
}

Test(strategy_header, over_is_above_now_and_not_above_before) {
    expect_crosses(QS_CROSS_NOT_ABOVE, (const int[]){0, 0, 0, 1, 0, 1, -1});
}
Test(strategy_header, strict_wants_below_before) {
    expect_crosses(QS_CROSS_STRICT, (const int[]){0, 0, 0, 0, 0, 0, -1});
}
Test(strategy_header, last_nonzero_looks_back_over_level_bars) {
    expect_crosses(QS_CROSS_LAST_NONZERO, (const int[]){0, 0, 0, 1, 0, 0, -1});
}

/* Level for as long as the ring remembers: there is no bar in which they differed. */
Test(strategy_header, last_nonzero_ends_at_the_edge_of_history) {
    ctx.cross_rule = QS_CROSS_LAST_NONZERO;
    cr_expect_eq(pair(9.0, 10.0), 0);
    for (int i = 0; i < RING; i++)
        pair(10.0, 10.0);
    cr_expect_eq(pair(11.0, 10.0), 0);
    setup(); /* and at its very beginning */
    ctx.cross_rule = QS_CROSS_LAST_NONZERO;
    pair(10.0, 10.0);
    cr_expect_eq(pair(11.0, 10.0), 0);
    for (int i = 0; i < BARS; i++)
        close_[i] = open_[i] = 5.0;
    close_[BARS - 1] = 6.0;
    cr_expect_eq(qs_cross_over(&ctx, QS_CLOSE, QS_OPEN), 0); /* columns end at their depth */
}

Test(strategy_header, undefined_lines_do_not_cross) {
    for (int32_t rule = 0; rule < 3; rule++) {
        setup();
        ctx.cross_rule = rule;
        cr_expect_eq(pair(11.0, 10.0), 0); /* no bar before */
        setup();
        ctx.cross_rule = rule;
        pair((double)NAN, 10.0);
        cr_expect_eq(pair(11.0, 10.0), 0);
        cr_expect_eq(pair((double)NAN, 10.0), 0);
        cr_expect_eq(qs_cross_over(&ctx, 0, 99), 0);
        cr_expect_eq(qs_cross_over(&ctx, QS_NO_LINE, 0), 0);
    }
}

Test(strategy_header, a_column_crosses_a_line) {
    push(0, 6.5); /* closes: ... 6, 7 */
    push(0, 6.5);
    cr_expect_eq(qs_cross_over(&ctx, QS_CLOSE, 0), 1);
    cr_expect_eq(qs_cross_under(&ctx, 0, QS_CLOSE), 1);
    cr_expect_eq(qs_cross_under(&ctx, QS_CLOSE, 0), 0);
    push(0, 7.5);
    cr_expect_eq(qs_cross_over(&ctx, QS_CLOSE, 0), 0);
}

/* Written once more, over plain arrays of the differences. */
static int plain_cross(const double *d, int n, int rule) {
    if (n < 2 || !(d[n - 1] > 0.0))
        return 0;
    if (rule == QS_CROSS_NOT_ABOVE)
        return d[n - 2] <= 0.0;
    int i = n - 2;
    while (rule == QS_CROSS_LAST_NONZERO && i > 0 && i > n - RING && d[i] == 0.0)
        i--;
    return d[i] < 0.0;
}

Test(strategy_header, random_series_cross_as_a_second_reading_says) {
    double d[400];
    srand(1);
    for (int round = 0; round < 300; round++) {
        setup();
        ctx.cross_rule = round % 3;
        for (int n = 0; n < 100; n++) {
            d[n] = rand() % 5 - 2;
            d[n] = d[n] == 2.0 && rand() % 4 == 0 ? (double)NAN : d[n];
            cr_assert_eq(pair(d[n] + 10.0, 10.0) == 1, plain_cross(d, n + 1, ctx.cross_rule),
                         "round %d, bar %d", round, n);
        }
    }
}

/* ---- what is asked for ---- */

static void expect_asked(int32_t side, int32_t type, double limit, double stop) {
    cr_expect_eq(asked.struct_size, sizeof asked);
    cr_expect_eq(asked.side, side);
    cr_expect_eq(asked.type, type);
    cr_expect_eq(asked.size.kind, QS_SIZE_UNITS);
    cr_expect_eq(asked.size.value, 3.0);
    cr_expect_eq(asked.limit_price, limit);
    cr_expect_eq(asked.stop_price, stop);
    cr_expect_eq(asked.feed, 1);
    cr_expect_eq(asked.tif, QS_GTC);
    cr_expect_eq(asked.flags, 0);
    cr_expect_null(asked.tag);
}

Test(strategy_header, short_forms_say_what_they_mean) {
    ctx.feed = 1;
    cr_expect_eq(qs_buy(&ctx, 3.0), 7);
    expect_asked(QS_BUY, QS_MARKET, 0.0, 0.0);
    qs_sell(&ctx, 3.0);
    expect_asked(QS_SELL, QS_MARKET, 0.0, 0.0);
    qs_buy_limit(&ctx, 3.0, 10.0);
    expect_asked(QS_BUY, QS_LIMIT, 10.0, 0.0);
    qs_sell_limit(&ctx, 3.0, 10.0);
    expect_asked(QS_SELL, QS_LIMIT, 10.0, 0.0);
    qs_buy_stop(&ctx, 3.0, 11.0);
    expect_asked(QS_BUY, QS_STOP, 0.0, 11.0);
    qs_sell_stop(&ctx, 3.0, 11.0);
    expect_asked(QS_SELL, QS_STOP, 0.0, 11.0);
    qs_buy_stop_limit(&ctx, 3.0, 11.0, 10.0); /* stop, then limit */
    expect_asked(QS_BUY, QS_STOP_LIMIT, 10.0, 11.0);
    qs_sell_stop_limit(&ctx, 3.0, 11.0, 10.0);
    expect_asked(QS_SELL, QS_STOP_LIMIT, 10.0, 11.0);
    cr_expect_eq(qs_cancel(&ctx, 4), -4);
    cr_expect_eq(qs_flatten(&ctx), 8);
    cr_expect_eq(on_feed, 1);
    qs_flatten_of(&ctx, 0);
    cr_expect_eq(on_feed, 0);
    cr_expect_eq(qs_target(&ctx, qs_units(-2.0)), 9);
    cr_expect_eq(on_feed, 1);
    cr_expect_eq(target_size.value, -2.0);
    qs_target_of(&ctx, 0, qs_money(5.0));
    cr_expect_eq(on_feed, 0);
}

Test(strategy_header, sizes_carry_kind_and_values) {
    struct qs_size risk = qs_risk(0.01, 2.5);
    cr_expect_eq(qs_units(3.0).kind, QS_SIZE_UNITS);
    cr_expect_eq(qs_percent_equity(0.1).kind, QS_SIZE_EQUITY);
    cr_expect_eq(qs_percent_buying_power(0.1).kind, QS_SIZE_BUYING_POWER);
    cr_expect_eq(qs_money(100.0).kind, QS_SIZE_MONEY);
    cr_expect_eq(qs_default_size().kind, QS_SIZE_DEFAULT);
    cr_expect_eq(risk.kind, QS_SIZE_RISK);
    cr_expect_eq(risk.value, 0.01);
    cr_expect_eq(risk.stop_distance, 2.5);
}

Test(strategy_header, indicators_are_asked_for_by_kind_source_and_numbers) {
    cr_expect_eq(qs_sma(&ctx, QS_CLOSE, 20), 40);
    cr_expect_eq(wanted.struct_size, sizeof wanted);
    cr_expect_eq(wanted.kind, QS_IND_SMA);
    cr_expect_eq(wanted.source, QS_CLOSE);
    cr_expect_eq(wanted.n[0], 20);
    struct qs_macd_lines macd = qs_macd(&ctx, qs_src(2, QS_HL2), 12, 26, 9);
    cr_expect_eq(wanted.source, QS_HL2 - 32);
    cr_expect_eq(wanted.n[2], 9);
    cr_expect_eq(macd.line, 40);
    cr_expect_eq(macd.signal, 41);
    cr_expect_eq(macd.hist, 42);
    struct qs_bbands_lines bands = qs_bbands(&ctx, QS_CLOSE, 20, 2.5);
    cr_expect_eq(wanted.k, 2.5);
    cr_expect_eq(bands.low, 42);
    /* what does not fit in 32 bits must not come out as something else */
    cr_expect_eq(qs_sma(&ctx, QS_CLOSE, INT64_C(0x100000014)), QS_NO_LINE);
    macd = qs_macd(&ctx, QS_CLOSE, INT64_MIN, 26, 9);
    cr_expect_eq(macd.line, QS_NO_LINE);
    cr_expect_eq(macd.signal, QS_NO_LINE);
    cr_expect_eq(macd.hist, QS_NO_LINE);
}

Test(strategy_header, log_formats_and_cuts) {
    char longer[700];
    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    qs_log(&ctx, QS_LOG_WARN, "%s %d", "bar", 7);
    cr_expect_eq(level, QS_LOG_WARN);
    cr_expect_str_eq(said, "bar 7");
    qs_log(&ctx, QS_LOG_INFO, "%s", longer);
    cr_expect_eq(strlen(said), 511);
}

/* ---- the schema's macros ---- */

struct params {
    int64_t n;
    double x;
    int32_t on, mode;
    qs_feed role;
};
struct locals {
    double d;
    int64_t i;
};

static const struct qs_strategy schema = {
    .inputs =
        QS_INPUTS(QS_INT_AS(struct params, n, "N", 5, 1, 9, 2),
                  QS_FLOAT(struct params, x, 0.5, 0.0, 1.0), QS_BOOL_AS(struct params, on, "On", 1),
                  QS_SELECT_AS(struct params, mode, "Mode", 1, QS_NAMES("a", "b")),
                  QS_SYMBOL_AS(struct params, role, "Role")),
    .variables = QS_VARIABLES(QS_LOCAL_F64(struct locals, d), QS_LOCAL_I64(struct locals, i)),
    QS_LOCALS(struct locals),
    QS_STATE(struct locals, 3)};

Test(strategy_header, tables_say_type_place_and_range) {
    const struct qs_strategy *s = &schema;
    const struct qs_input *in = s->inputs;
    cr_expect_eq(in[0].type, QS_INPUT_INT);
    cr_expect_eq(in[0].offset, offsetof(struct params, n));
    cr_expect_eq(in[0].size, 8);
    cr_expect_eq(in[0].owner_size, sizeof(struct params));
    cr_expect_str_eq(in[0].name, "n");
    cr_expect_str_eq(in[0].label, "N");
    cr_expect_arr_eq(in[0].i, ((int64_t[]){5, 1, 9, 2}), 32);
    cr_expect_eq(in[1].f[2], 1.0);
    cr_expect_eq(in[1].f[3], 0.0);
    cr_expect_null(in[1].label);
    cr_expect_eq(in[2].i[0], 1);
    cr_expect_eq(in[3].size, 4);
    cr_expect_str_eq(in[3].options[1], "b");
    cr_expect_null(in[3].options[2]);
    cr_expect_eq(in[4].type, QS_INPUT_SYMBOL);
    cr_expect_null(in[5].name);
    cr_expect_eq(s->variables[1].offset, 8);
    cr_expect_eq(s->variables[1].type, QS_VAR_I64);
    cr_expect_null(s->variables[2].name);
    cr_expect_eq(s->locals_size, 16);
    cr_expect_eq(s->state_version, 3);
}
