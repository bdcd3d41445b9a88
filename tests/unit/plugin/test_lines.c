#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include <quasar/indicators.h>

#include "plugin/lines.h"

static struct lines *lines;
static struct err err;

/* Columns of two feeds; bar i of feed f: all differ, all exact in binary. */
static double open_of(int f, int i) { return 100.0 * f + 8.0 + i; }
static double high_of(int f, int i) { return open_of(f, i) + 4.0; }
static double low_of(int f, int i) { return open_of(f, i) - 2.0; }
static double close_of(int f, int i) { return open_of(f, i) + 1.5; }
static double volume_of(int f, int i) { return 1000.0 * f + 10.0 * i + 3.0; }

static void setup(void) {
    lines = calloc(1, sizeof *lines);
    lines_init(lines, 16, TA_SEED_SMA);
}

static void teardown(void) {
    lines_fini(lines);
    free(lines);
}

TestSuite(lines, .init = setup, .fini = teardown);

static int32_t add(int32_t kind, int32_t source, int32_t n) {
    struct qs_indicator_req r = {sizeof r, kind, source, {n, 0, 0}, 0.0};
    return lines_add(lines, &r, 2, &err);
}

static int32_t add_macd(int32_t source, int32_t fast, int32_t slow, int32_t signal) {
    struct qs_indicator_req r = {sizeof r, QS_IND_MACD, source, {fast, slow, signal}, 0.0};
    return lines_add(lines, &r, 2, &err);
}

/* Pushes bar i of feed f, alone in columns of one entry. */
static void push(int f, int i) {
    double o = open_of(f, i), h = high_of(f, i), l = low_of(f, i), c = close_of(f, i),
           v = volume_of(f, i);
    struct qs_feed_view view = {&o, &h, &l, &c, &v, NULL, NULL, 0, 1, 1, "X", 0.0, 0.0, 1.0};
    lines_push(lines, &view, f);
}

static double at(int32_t line, int64_t back) {
    const struct qs_line_view *v = &lines->views[line];
    return v->values[(v->count - 1 - back) & v->mask];
}

Test(lines, reads_each_column_of_each_feed) {
    static const int32_t columns[] = {QS_OPEN,   QS_HIGH, QS_LOW,  QS_CLOSE,
                                      QS_VOLUME, QS_HL2,  QS_HLC3, QS_OHLC4};
    int32_t made[2][8];
    for (int f = 0; f < 2; f++)
        for (int k = 0; k < 8; k++)
            made[f][k] = add(QS_IND_SMA, qs_src(f, columns[k]), 1); /* mean of 1: the value */
    lines_settle(lines, 2);
    for (int f = 0; f < 2; f++) {
        push(f, 5);
        double o = open_of(f, 5), h = high_of(f, 5), l = low_of(f, 5), c = close_of(f, 5);
        const double expected[] = {
            o, h, l, c, volume_of(f, 5), (h + l) / 2.0, (h + l + c) / 3.0, (o + h + l + c) / 4.0};
        for (int k = 0; k < 8; k++)
            cr_expect_eq(at(made[f][k], 0), expected[k], "feed %d, column %d", f, columns[k]);
    }
}

Test(lines, whole_bars_reach_the_indicators_that_need_them) {
    int32_t obv = add(QS_IND_OBV, qs_src(1, QS_BARS), 0), atr = add(QS_IND_ATR, QS_BARS, 2);
    lines_settle(lines, 2);
    for (int i = 0; i < 3; i++) {
        push(0, i);
        push(1, i);
    }
    /* closes rise: volumes of bars 1 and 2 are added */
    cr_expect_eq(at(obv, 0), volume_of(1, 1) + volume_of(1, 2));
    /* high - low = 6; high - close before = 8 + i + 4 - (8 + i - 1 + 1.5) = 3.5: true range 6 */
    cr_expect_eq(at(atr, 0), 6.0);
}

Test(lines, an_indicator_on_a_line_is_pushed_after_it) {
    int32_t mean = add(QS_IND_SMA, QS_CLOSE, 3), twice = add(QS_IND_SMA, mean, 2);
    int32_t high = add(QS_IND_HIGHEST, twice, 2);
    lines_settle(lines, 2);
    for (int i = 0; i < 6; i++) {
        push(0, i);
        /* mean of closes i-2 .. i is close i-1; mean of that and the one before: close i-1.5 */
        if (i < 3)
            cr_expect(isnan(at(twice, 0)), "bar %d", i);
        else
            cr_expect_eq(at(twice, 0), close_of(0, i) - 1.5, "bar %d", i);
    }
    cr_expect_eq(at(high, 0), close_of(0, 5) - 1.5);
}

Test(lines, chains_stay_in_order_when_feeds_are_mixed) {
    int32_t other = add(QS_IND_SMA, qs_src(1, QS_CLOSE), 2);
    int32_t first = add(QS_IND_SMA, QS_CLOSE, 2);
    int32_t on_other = add(QS_IND_SMA, other, 2), on_first = add(QS_IND_SMA, first, 2);
    lines_settle(lines, 2);
    for (int i = 0; i < 4; i++) {
        push(1, i);
        push(0, i);
    }
    cr_expect_eq(at(on_other, 0), close_of(1, 3) - 1.0); /* two means of 2: each half a bar late */
    cr_expect_eq(at(on_first, 0), close_of(0, 3) - 1.0);
}

Test(lines, the_same_request_is_the_same_line) {
    int32_t a = add(QS_IND_SMA, QS_CLOSE, 5), macd = add_macd(QS_CLOSE, 3, 6, 2);
    cr_expect_eq(add(QS_IND_SMA, QS_CLOSE, 5), a);
    cr_expect_eq(add_macd(QS_CLOSE, 3, 6, 2), macd);
    cr_expect_eq(lines->count, 4); /* one, and the three of macd */
    cr_expect_neq(add(QS_IND_SMA, QS_CLOSE, 6), a);
    cr_expect_neq(add(QS_IND_EMA, QS_CLOSE, 5), a);
    cr_expect_neq(add(QS_IND_SMA, qs_src(1, QS_CLOSE), 5), a);
    cr_expect_eq(add(QS_IND_SMA, a, 5), lines->count - 1);
    struct qs_indicator_req r = {sizeof r, QS_IND_BBANDS, QS_CLOSE, {20, 0, 0}, 2.0};
    int32_t two = lines_add(lines, &r, 2, &err);
    r.k = 3.0;
    cr_expect_neq(lines_add(lines, &r, 2, &err), two);
}

Test(lines, lookbacks_of_a_chain_add_up_feed_by_feed) {
    cr_expect_eq(lines_lookback(lines, 0), 0);
    int32_t mean = add(QS_IND_SMA, QS_CLOSE, 10); /* 9 */
    cr_expect_eq(lines_lookback(lines, 0), 9);
    int32_t rsi = add(QS_IND_RSI, mean, 14); /* 9 + 14 */
    cr_expect_eq(lines_lookback(lines, 0), 23);
    int32_t macd = add_macd(rsi, 3, 5, 4); /* line 23 + 4; signal, hist 23 + 4 + 3 */
    cr_expect_eq(lines_lookback(lines, 0), 30);
    (void)add(QS_IND_SMA, macd + 1, 2); /* on the signal: 31 */
    cr_expect_eq(lines_lookback(lines, 0), 31);
    (void)add(QS_IND_SMA, macd, 2); /* on the line: 28, less */
    cr_expect_eq(lines_lookback(lines, 0), 31);
    cr_expect_eq(lines_lookback(lines, 1), 0);
    (void)add(QS_IND_ADX, qs_src(1, QS_BARS), 7); /* 2n - 1 */
    cr_expect_eq(lines_lookback(lines, 1), 13);
}

Test(lines, a_chain_is_defined_exactly_from_its_lookback_on) {
    int32_t last = add_macd(add(QS_IND_ROC, add(QS_IND_SMA, QS_CLOSE, 3), 2), 2, 4, 3) + 2;
    int64_t lookback = lines_lookback(lines, 0);
    cr_expect_eq(lookback, 2 + 2 + 3 + 2);
    lines_settle(lines, 2);
    for (int i = 0; i < 14; i++) {
        push(0, i);
        cr_expect_eq(!isnan(at(last, 0)), i >= lookback, "bar %d", i);
    }
}

Test(lines, the_seed_of_emas_is_the_runs) {
    lines_fini(lines);
    lines_init(lines, 16, TA_SEED_FIRST);
    int32_t ema = add(QS_IND_EMA, QS_CLOSE, 3);
    cr_expect_eq(lines_lookback(lines, 0), 0);
    lines_settle(lines, 2);
    push(0, 0);
    cr_expect_eq(at(ema, 0), close_of(0, 0));
    push(0, 1); /* alpha 1/2 */
    cr_expect_eq(at(ema, 0), (close_of(0, 0) + close_of(0, 1)) / 2.0);
}

Test(lines, rings_keep_what_may_be_read_and_no_more) {
    lines_fini(lines);
    lines_init(lines, 5, TA_SEED_SMA); /* ring of 8 */
    int32_t line = add(QS_IND_SMA, QS_CLOSE, 1);
    const struct qs_line_view *v = &lines->views[line];
    lines_settle(lines, 1);
    cr_expect_eq(v->limit, 5);
    cr_expect_geq(v->mask + 1, v->limit);
    for (int i = 0; i < 1000; i++)
        push(0, i);
    cr_expect_eq(v->count, 1000);
    for (int64_t back = 0; back < v->limit; back++)
        cr_expect_eq(at(line, back), close_of(0, 999 - (int)back));
}

/* ---- refusals ---- */

static void expect_refused(int32_t line, const char *part) {
    cr_expect_lt(line, 0);
    cr_expect(strstr(err.text, part), "'%s' has no '%s'", err.text, part);
}

Test(lines, refusals_say_what_was_wrong_and_what_to_do) {
    expect_refused(add(99, QS_CLOSE, 5), "indicator kind 99 is not known");
    expect_refused(add(QS_IND_SMA, 0, 5), "indicator sma: source 0 is no line");
    expect_refused(add(QS_IND_SMA, QS_NO_LINE, 5), "is no column (use QS_CLOSE");
    expect_refused(add(QS_IND_SMA, -25, 5), "is no column");
    expect_refused(add(QS_IND_SMA, qs_src(2, QS_CLOSE), 5), "names feed 2, but only 2 are bound");
    expect_refused(add(QS_IND_SMA, QS_BARS, 5), "indicator sma: needs one column");
    expect_refused(add(QS_IND_ATR, QS_CLOSE, 5), "atr: needs whole bars (source QS_BARS)");
    expect_refused(add(QS_IND_SMA, QS_CLOSE, 0), "indicator sma: ");
    expect_refused(add(QS_IND_SMA, QS_CLOSE, -1), "indicator sma: ");
    expect_refused(add(QS_IND_SMA, QS_CLOSE, 100001), "indicator sma: ");
    expect_refused(add(QS_IND_SMA, INT32_MIN, 5), "indicator sma: ");
    expect_refused(add(QS_IND_ATR, add(QS_IND_SMA, QS_CLOSE, 5), 5), "needs whole bars");
    cr_expect_eq(lines->count, 1); /* the one that was asked for just now */
}

Test(lines, there_is_a_limit_to_their_number) {
    lines_fini(lines);
    lines_init(lines, 1, TA_SEED_SMA);
    for (int32_t i = 0; i < QS_LINES_MAX; i++)
        cr_assert_eq(add(QS_IND_SMA, QS_CLOSE, i + 1), i);
    expect_refused(add(QS_IND_EMA, QS_CLOSE, 7), "indicator lines");
    expect_refused(add_macd(QS_CLOSE, 3, 5, 2), "indicator lines");
    cr_expect_eq(add(QS_IND_SMA, QS_CLOSE, 7), 6); /* one that is there costs none */
}
