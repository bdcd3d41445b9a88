/* Metrics: hand arithmetic on small series, the reasons where there is no value, and a second
 * implementation (tests/metrics/check_metrics.py) on random runs. */
#include "report/metrics.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "core/settings.h"

#define DAY(n) ((int64_t)(n)*TIME_DAY)

static struct account_series series;
static struct metrics m;

static void add(int64_t time, double equity, double low, double high, double gross) {
    struct account_row row = {time, equity, low, high, gross};
    struct err err;
    cr_assert_eq(account_series_add(&series, &row, &err), 0, "%s", err.text);
}

static struct metric_input input(void) {
    return (struct metric_input){
        .account = &series, .initial = 100.0, .has_start = true, .start = DAY(1)};
}

static void start(void) { account_series_init(&series); }
static void stop(void) { account_series_fini(&series); }

static void has(enum metric_id id, double expected) {
    cr_assert_null(m.items[id].reason, "%s: %s", m.items[id].name, m.items[id].reason);
    cr_assert(fabs(m.items[id].value - expected) <= 1e-12 * fmax(1.0, fabs(expected)),
              "%s: %.17g, expected %.17g", m.items[id].name, m.items[id].value, expected);
}

static void lacks(enum metric_id id, const char *reason) {
    cr_assert_not_null(m.items[id].reason, "%s = %g", m.items[id].name, m.items[id].value);
    cr_assert_str_eq(m.items[id].reason, reason, "%s: %s", m.items[id].name, m.items[id].reason);
}

/* First callback at the close of day 0 (00:00 of day 1). Equities 100, 110, 99, 108.9 at the ends
 * of days 0 to 3: returns 0, 0.1, -0.1, 0.1. */
static void four_days(void) {
    add(DAY(1), 100, 100, 100, 0);
    add(DAY(2), 110, 95, 112, 50);
    add(DAY(3), 99, 90, 111, 50);
    add(DAY(4), 108.9, 98, 110, 0);
}

Test(metrics, agree_with_hand_arithmetic, .init = start, .fini = stop) {
    four_days();
    struct metric_input in = input();
    in.traded_value = 200.0;
    in.fees = 3.0;
    in.slippage = 1.5;
    metrics_compute(&in, &m);
    cr_assert_eq(m.days, 4);
    cr_assert_eq(m.rows, 4);
    cr_assert_eq(m.days_a_year, 365.0);
    cr_assert_eq(m.final_equity, 108.9);
    /* mean = 0.1 / 4 = 0.025; squared deviations 0.025^2 + 2 * 0.075^2 + 0.125^2 = 0.0275;
     * sd = sqrt(0.0275 / 3) */
    double sd = sqrt(0.0275 / 3.0);
    has(METRIC_TOTAL_RETURN, 0.089);
    has(METRIC_CAGR, pow(1.089, 365.25 / 3.0) - 1.0);
    has(METRIC_ANNUALISED_RETURN, pow(1.089, 365.0 / 4.0) - 1.0);
    has(METRIC_SHARPE, sqrt(365.0) * 0.025 / sd);
    has(METRIC_VOLATILITY, sqrt(365.0) * sd);
    /* below 0: only -0.1: sqrt(0.01 / 4) = 0.05 */
    has(METRIC_SORTINO, sqrt(365.0) * 0.025 / 0.05);
    has(METRIC_MAX_DAILY_LOSS, -0.1);
    has(METRIC_MAX_DRAWDOWN, 99.0 / 110.0 - 1.0);
    /* row 2: low 90 against the highest high before, 112 */
    has(METRIC_MAX_DRAWDOWN_INTRABAR, 90.0 / 112.0 - 1.0);
    /* under the 110 of day 2 to the end: 2 days */
    has(METRIC_LONGEST_DRAWDOWN, 2 * 86400.0);
    has(METRIC_CALMAR, (pow(1.089, 365.25 / 3.0) - 1.0) / (1.0 - 99.0 / 110.0));
    has(METRIC_TIME_IN_MARKET, 0.5);
    has(METRIC_EXPOSURE, (50.0 / 110.0 + 50.0 / 99.0) / 4.0);
    has(METRIC_TURNOVER, 200.0 / ((100 + 110 + 99 + 108.9) / 4) / (3 / 365.25));
    has(METRIC_FEES, 3.0);
    has(METRIC_SLIPPAGE, 1.5);
    lacks(METRIC_WIN_RATE, "no_trades");
    lacks(METRIC_SQN, "no_trades");
    lacks(METRIC_BPS, "no_trades");
    lacks(METRIC_ALPHA, "no_benchmark");
    lacks(METRIC_DEFLATED_SHARPE, "no_sweep");
}

Test(metrics, of_confidence_agree_with_hand_arithmetic, .init = start, .fini = stop) {
    four_days();
    struct metric_input in = input();
    metrics_compute(&in, &m);
    /* deviations d = -.025 .075 -.125 .075: sum d^2 = .0275, d^3 = -.001125, d^4 = .000307...;
     * population moments */
    double m2 = 0.0275 / 4, m3 = (2 * 0.000421875 - 0.001953125 - 0.000015625) / 4,
           m4 = (2 * 0.000031640625 + 0.000244140625 + 0.000000390625) / 4;
    double s = 0.025 / sqrt(0.0275 / 3), g3 = m3 / pow(m2, 1.5), g4 = m4 / (m2 * m2);
    double spread = 1 - g3 * s + (g4 - 1) / 4 * s * s;
    has(METRIC_SHARPE_ERROR, sqrt(365.0) * sqrt(spread / 3));
    has(METRIC_PROBABILISTIC_SHARPE, 0.5 * (1 + erf(s * sqrt(3.0) / sqrt(spread) / sqrt(2.0))));
}

Test(metrics, subtract_risk_free_and_least_return, .init = start, .fini = stop) {
    four_days();
    struct metric_input in = input();
    in.rules = (struct metric_rules){.trading_days = 252, .risk_free = 0.0252, .min_return = 0.1};
    metrics_compute(&in, &m);
    has(METRIC_SHARPE, sqrt(252.0) * (0.025 - 0.0001) / sqrt(0.0275 / 3.0));
    /* r - 0.1 = -0.1, 0, -0.2, 0: sqrt(0.05 / 4) */
    has(METRIC_SORTINO, sqrt(252.0) * (0.025 - 0.1) / sqrt(0.0125));
}

Test(metrics, begin_with_the_first_callback, .init = start, .fini = stop) {
    add(DAY(1) - TIME_HOUR, 100, 50, 150, 0); /* warm-up: not counted, whatever it says */
    four_days();
    struct metric_input in = input();
    metrics_compute(&in, &m);
    cr_assert_eq(m.rows, 4);
    has(METRIC_TOTAL_RETURN, 0.089);
    has(METRIC_MAX_DRAWDOWN_INTRABAR, 90.0 / 112.0 - 1.0);
}

/* 1970-01-01 was a Thursday: DAY(2) is the end of Friday, DAY(3) of Saturday, DAY(4) of Sunday. */
Test(metrics, of_weekdays_give_a_weekends_gain_to_monday, .init = start, .fini = stop) {
    add(DAY(1), 100, 100, 100, 0);
    add(DAY(2), 110, 110, 110, 0);
    add(DAY(3), 121, 121, 121, 0);
    add(DAY(5), 121, 121, 121, 0);
    struct metric_input in = input();
    in.rules.calendar = CALENDAR_WEEKDAYS;
    metrics_compute(&in, &m);
    double *r;
    cr_assert_eq(metrics_daily_returns(&in, &r), 3);
    cr_assert_float_eq(r[0], 0.0, 1e-15);
    cr_assert_float_eq(r[1], 0.1, 1e-15);
    cr_assert_float_eq(r[2], 0.1, 1e-15);
    mem_free(r);
    cr_assert_eq(m.days_a_year, 260.0);
    in.rules.calendar = CALENDAR_ALWAYS;
    cr_assert_eq(metrics_daily_returns(&in, &r), 5); /* Sunday without a row: no return */
    cr_assert_float_eq(r[3], 0.0, 1e-15);
    mem_free(r);
}

Test(metrics, of_minutes_use_the_last_row_of_a_day_and_midnight_ends_it, .init = start,
     .fini = stop) {
    for (int i = 0; i <= 2 * 1440; i++) /* equity 100 + minute number, two whole days */
        add(DAY(1) + i * TIME_MINUTE, 100 + i, 100 + i, 100 + i, 0);
    struct metric_input in = input();
    double *r;
    cr_assert_eq(metrics_daily_returns(&in, &r), 3); /* 00:00 of day 1 is still day 0 */
    cr_assert_float_eq(r[0], 0.0, 1e-15);
    cr_assert_float_eq(r[1], 1540.0 / 100.0 - 1.0, 1e-12);
    cr_assert_float_eq(r[2], 2980.0 / 1540.0 - 1.0, 1e-12);
    mem_free(r);
}

Test(metrics, say_why_one_bar_is_not_enough, .init = start, .fini = stop) {
    add(DAY(1), 101, 100, 101, 0);
    struct metric_input in = input();
    metrics_compute(&in, &m);
    has(METRIC_TOTAL_RETURN, 0.01);
    has(METRIC_MAX_DRAWDOWN, 0.0);
    lacks(METRIC_CAGR, "too_short");
    lacks(METRIC_SHARPE, "too_short");
    lacks(METRIC_VOLATILITY, "too_short");
    lacks(METRIC_TURNOVER, "too_short");
    lacks(METRIC_SORTINO, "no_losses");
    lacks(METRIC_CALMAR, "too_short");
}

Test(metrics, say_why_a_run_without_a_first_callback_has_none, .init = start, .fini = stop) {
    four_days();
    struct metric_input in = input();
    in.has_start = false;
    metrics_compute(&in, &m);
    lacks(METRIC_TOTAL_RETURN, "too_short");
    lacks(METRIC_MAX_DRAWDOWN, "too_short");
    lacks(METRIC_TIME_IN_MARKET, "too_short");
    cr_assert_eq(m.final_equity, 100.0);
}

Test(metrics, say_zero_variance_and_no_losses, .init = start, .fini = stop) {
    for (int i = 1; i < 10; i++)
        add(DAY(i), 100, 100, 100, 0);
    struct metric_input in = input();
    metrics_compute(&in, &m);
    has(METRIC_VOLATILITY, 0.0);
    has(METRIC_CAGR, 0.0);
    has(METRIC_LONGEST_DRAWDOWN, 0.0);
    has(METRIC_MAX_DAILY_LOSS, 0.0);
    lacks(METRIC_SHARPE, "zero_variance");
    lacks(METRIC_SHARPE_ERROR, "zero_variance");
    lacks(METRIC_SORTINO, "no_losses");
    lacks(METRIC_CALMAR, "no_losses");
}

Test(metrics, take_equal_returns_for_zero_variance_in_spite_of_rounding, .init = start,
     .fini = stop) {
    double equity = 100;
    for (int i = 1; i < 300; i++, equity *= 1.01)
        add(DAY(i), i == 1 ? 101 : equity * 1.01, 1, 1, 0);
    struct metric_input in = input();
    metrics_compute(&in, &m);
    lacks(METRIC_SHARPE, "zero_variance");
}

Test(metrics, of_ruin_are_minus_one_or_nothing, .init = start, .fini = stop) {
    add(DAY(1), 100, 100, 100, 0);
    add(DAY(3), -20, -30, 100, 10);
    struct metric_input in = input();
    metrics_compute(&in, &m);
    has(METRIC_TOTAL_RETURN, -1.2);
    has(METRIC_CAGR, -1.0);
    has(METRIC_ANNUALISED_RETURN, -1.0);
    has(METRIC_MAX_DRAWDOWN, -1.2);
    lacks(METRIC_SHARPE, "ruin");
    lacks(METRIC_EXPOSURE, "ruin");
    lacks(METRIC_BPS, "ruin");
}

static void trades(const double *net, int64_t count, struct j_trade *ret) {
    for (int64_t i = 0; i < count; i++)
        ret[i] = (struct j_trade){.net = net[i],
                                  .mae = -1.0 - (double)i,
                                  .mfe = 2.0 * (double)i,
                                  .entry_time = DAY(1),
                                  .exit_time = DAY(2) + i * TIME_HOUR};
}

Test(metrics, of_trades_agree_with_hand_arithmetic, .init = start, .fini = stop) {
    struct j_trade list[4];
    trades((double[]){10, -4, 0, 6}, 4, list); /* the flat one is no win */
    four_days();
    struct metric_input in = input();
    in.trades = list;
    in.trade_count = 4;
    metrics_compute(&in, &m);
    has(METRIC_WIN_RATE, 0.5);
    has(METRIC_PROFIT_FACTOR, 4.0);
    has(METRIC_EXPECTANCY, 3.0);
    has(METRIC_PAYOFF, 2.0); /* 8 / 4 */
    /* deviations 7 -7 -3 3: sum of squares 116; sd = sqrt(116 / 3) */
    has(METRIC_SQN, 2.0 * 3.0 / sqrt(116.0 / 3.0));
    has(METRIC_AVERAGE_HOLDING, 86400.0 + 1.5 * 3600.0);
    has(METRIC_MEAN_MAE, -2.5);
    has(METRIC_MEAN_MFE, 3.0);
    double sharpe = m.items[METRIC_SHARPE].value, cagr = m.items[METRIC_CAGR].value;
    has(METRIC_BPS, 0.4 * sharpe + 0.3 * cagr + 0.2 * 0.5 - 0.1 * (1 - 99.0 / 110.0));
}

Test(metrics, of_trades_say_why_they_are_missing, .init = start, .fini = stop) {
    struct j_trade list[2];
    struct metric_input in = input();
    in.trades = list;
    in.trade_count = 2;
    trades((double[]){5, 5}, 2, list);
    metrics_compute(&in, &m);
    lacks(METRIC_PROFIT_FACTOR, "no_losses");
    lacks(METRIC_PAYOFF, "no_losses");
    lacks(METRIC_SQN, "zero_variance");
    trades((double[]){-5, -6}, 2, list);
    metrics_compute(&in, &m);
    has(METRIC_PROFIT_FACTOR, 0.0);
    lacks(METRIC_PAYOFF, "no_wins");
    in.trade_count = 1;
    metrics_compute(&in, &m);
    lacks(METRIC_SQN, "too_short");
}

/* ---- the second implementation ---- */

static uint64_t seed_state;

static uint64_t any(void) {
    uint64_t z = (seed_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double unit(void) { return (double)(any() >> 11) / 9007199254740992.0; }

static void write_case(FILE *file, const struct metric_input *in, bool first) {
    fprintf(file, "%s{\"initial\":%.17g,\"start\":%" PRId64 ",\"calendar\":\"%s\",",
            first ? "" : ",\n", in->initial, in->start, in->rules.calendar ? "weekdays" : "24/7");
    fprintf(file, "\"trading_days\":%.17g,\"risk_free\":%.17g,\"min_return\":%.17g,",
            in->rules.trading_days, in->rules.risk_free, in->rules.min_return);
    fprintf(file, "\"traded_value\":%.17g,\"fees\":%.17g,\"slippage\":%.17g,\"rows\":[",
            in->traded_value, in->fees, in->slippage);
    for (int64_t i = 0; i < series.count; i++)
        fprintf(file, "%s[%" PRId64 ",%.17g,%.17g,%.17g,%.17g]", i ? "," : "", series.time[i],
                series.equity[i], series.low[i], series.high[i], series.gross[i]);
    fprintf(file, "],\"trades\":[");
    for (int64_t i = 0; i < in->trade_count; i++)
        fprintf(file, "%s[%" PRId64 ",%" PRId64 ",%.17g,%.17g,%.17g]", i ? "," : "",
                in->trades[i].entry_time, in->trades[i].exit_time, in->trades[i].net,
                in->trades[i].mae, in->trades[i].mfe);
    fprintf(file, "],\"metrics\":{");
    for (int i = 0; i < METRIC_COUNT; i++) {
        fprintf(file, "%s\"%s\":", i ? "," : "", m.items[i].name);
        if (m.items[i].reason != NULL)
            fprintf(file, "\"%s\"", m.items[i].reason);
        else
            fprintf(file, "%.17g", m.items[i].value);
    }
    fprintf(file, "}}");
}

/* A random walk of one to some hundred rows at steps from a minute to days, warm-up before it. */
static void random_case(uint64_t seed, struct metric_input *in, struct j_trade *list) {
    static const int64_t steps[] = {TIME_MINUTE, TIME_HOUR, 4 * TIME_HOUR, TIME_DAY, 3 * TIME_DAY};
    seed_state = seed;
    int64_t step = steps[any() % 5], time = (int64_t)(any() % 20000) * TIME_DAY - DAY(3000);
    int64_t count = 1 + (int64_t)(any() % 300), start_row = (int64_t)(any() % (uint64_t)count);
    double initial = 1000.0 + 1e5 * unit(), equity = initial, size = unit() * 0.05;
    bool is_ruined = seed % 23 == 0;
    *in = (struct metric_input){.account = &series, .initial = initial, .has_start = true};
    for (int64_t i = 0; i < count; i++) {
        time += step * (int64_t)(1 + (any() % 10 == 0 ? any() % 4 : 0));
        if (i >= start_row && seed % 17 != 0)
            equity *= 1.0 + size * (unit() - 0.48);
        if (is_ruined && i == count - 1)
            equity = -unit() * 100.0;
        if (i == start_row)
            in->start = time;
        double low = equity - 50 * unit(), high = equity + 50 * unit();
        add(time, equity, low, high, any() % 3 == 0 ? 0.0 : unit() * 2.0 * initial);
    }
    in->rules = (struct metric_rules){.calendar = (int)(any() % 2),
                                      .trading_days = any() % 2 ? 252.0 : 0.0,
                                      .risk_free = any() % 2 ? 0.03 : 0.0,
                                      .min_return = any() % 2 ? 0.0002 : 0.0};
    in->trade_count = (int64_t)(any() % 30);
    in->trades = list;
    for (int64_t i = 0; i < in->trade_count; i++) {
        int64_t entry = in->start + (int64_t)(any() % (uint64_t)TIME_DAY);
        list[i] = (struct j_trade){.net = any() % 9 == 0 ? 0.0 : 100.0 * (unit() - 0.45),
                                   .mae = -unit(),
                                   .mfe = unit(),
                                   .entry_time = entry,
                                   .exit_time = entry + (int64_t)(any() % (uint64_t)TIME_DAY)};
        in->traded_value += 1e4 * unit();
        in->fees += unit();
        in->slippage += unit() - 0.2;
    }
}

Test(metrics, agree_with_a_second_implementation, .timeout = 120) {
    enum { CASES = 400 };
    char path[] = "/tmp/qs_metrics_XXXXXX", command[600];
    static struct j_trade list[32];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    cr_assert_not_null(file);
    fprintf(file, "[");
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        struct metric_input in;
        account_series_init(&series);
        random_case(seed, &in, list);
        metrics_compute(&in, &m);
        write_case(file, &in, seed == 1);
        account_series_fini(&series);
    }
    fprintf(file, "]\n");
    cr_assert_eq(fclose(file), 0);
    snprintf(command, sizeof(command), "python3 %s/tests/metrics/check_metrics.py %s %d",
             QS_SOURCE_DIR, path, CASES);
    int status = system(command);
    unlink(path);
    cr_assert_eq(status, 0, "%s", command);
}
