/* Each metric in a few lines, in the order of metrics.h; sums are plain left-to-right sums. */
#include "report/metrics.h"

#include <math.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/time.h"
#include "core/settings.h"
#include "report/metrics_trades.h"

static const char too_short[] = "too_short", no_trades[] = "no_trades", ruin[] = "ruin",
                  zero_variance[] = "zero_variance", no_losses[] = "no_losses";

static void give(struct metrics *m, enum metric_id id, double value) {
    m->items[id].value = isfinite(value) ? value : 0.0;
    m->items[id].reason = isfinite(value) ? NULL : "overflow";
}

static void lack(struct metrics *m, enum metric_id id, const char *reason) {
    m->items[id].value = 0.0;
    m->items[id].reason = reason;
}

/* ---- rows and days ---- */

/* The rows from the first callback on. */
struct rows {
    const int64_t *time;
    const double *equity, *low, *high, *gross;
    int64_t count;
    bool is_ruined; /* some equity is not above 0 */
};

static struct rows rows_of(const struct metric_input *in) {
    const struct account_series *s = in->account;
    int64_t first = 0;
    while (in->has_start && first < s->count && s->time[first] < in->start)
        first++;
    if (!in->has_start || first == s->count)
        return (struct rows){.is_ruined = !(in->initial > 0.0)};
    struct rows rows = {.time = s->time + first,
                        .equity = s->equity + first,
                        .low = s->low + first,
                        .high = s->high + first,
                        .gross = s->gross + first,
                        .count = s->count - first,
                        .is_ruined = !(in->initial > 0.0)};
    for (int64_t i = 0; i < rows.count; i++)
        rows.is_ruined |= !(rows.equity[i] > 0.0);
    return rows;
}

/* Days since 1970 of the day that a row's stamp ends or lies in; 1970-01-01 was a Thursday. */
static int64_t day_of(int64_t time, int calendar) {
    int64_t day = time / TIME_DAY;
    int64_t rest = time % TIME_DAY;
    if (rest <= 0)
        day--;
    if (calendar != CALENDAR_WEEKDAYS)
        return day;
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 0 = Monday */
    return weekday < 5 ? day : day + 7 - weekday;
}

static bool is_in_calendar(int64_t day, int calendar) {
    return calendar != CALENDAR_WEEKDAYS || ((day + 3) % 7 + 7) % 7 < 5;
}

/* The last stamp that belongs to a day. */
static int64_t end_of(int64_t day) {
    return day < INT64_MAX / TIME_DAY ? (day + 1) * TIME_DAY : INT64_MAX;
}

int64_t metrics_daily_returns(const struct metric_input *in, double **ret_returns) {
    struct rows rows = rows_of(in);
    *ret_returns = NULL;
    if (rows.count == 0 || rows.is_ruined)
        return 0;
    int calendar = in->rules.calendar;
    int64_t first = day_of(rows.time[0], calendar);
    int64_t last = day_of(rows.time[rows.count - 1], calendar);
    double *returns = mem_zalloc((size_t)(last - first + 1), sizeof(*returns));
    double before = in->initial;
    int64_t n = 0, row = 0;
    for (int64_t day = first; day <= last; day++) {
        double equity = before;
        if (!is_in_calendar(day, calendar))
            continue;
        int64_t end = end_of(day);
        for (; row < rows.count && rows.time[row] <= end; row++)
            equity = rows.equity[row];
        returns[n++] = equity / before - 1.0;
        before = equity;
    }
    *ret_returns = returns;
    return n;
}

/* ---- returns ---- */

static double mean_of(const double *x, int64_t n) {
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* sum((x - mean)^power) / n */
static double moment(const double *x, int64_t n, double mean, int power) {
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += pow(x[i] - mean, power);
    return sum / (double)n;
}

static void daily_ratios(const struct metric_input *in, const double *r, int64_t n,
                         struct metrics *m) {
    double year = m->days_a_year;
    double mean = mean_of(r, n);
    double variance = moment(r, n, mean, 2);
    double sd = sqrt(variance * (double)n / (double)(n - 1));
    double worst = 0.0, below = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double less = fmin(r[i] - in->rules.min_return, 0.0);
        worst = fmin(worst, r[i]);
        below += less * less;
    }
    give(m, METRIC_MAX_DAILY_LOSS, worst);
    if (below > 0.0)
        give(m, METRIC_SORTINO,
             sqrt(year) * (mean - in->rules.min_return) / sqrt(below / (double)n));
    else
        lack(m, METRIC_SORTINO, no_losses);
    if (n < 2)
        return;
    give(m, METRIC_VOLATILITY, sqrt(year) * sd);
    if (!(sd > 1e-15 + 1e-12 * fabs(mean))) {
        lack(m, METRIC_SHARPE, zero_variance);
        lack(m, METRIC_SHARPE_ERROR, zero_variance);
        lack(m, METRIC_PROBABILISTIC_SHARPE, zero_variance);
        return;
    }
    double daily = (mean - in->rules.risk_free / year) / sd;
    double skew = moment(r, n, mean, 3) / pow(variance, 1.5);
    double kurtosis = moment(r, n, mean, 4) / (variance * variance);
    double spread = 1.0 - skew * daily + (kurtosis - 1.0) / 4.0 * daily * daily;
    give(m, METRIC_SHARPE, sqrt(year) * daily);
    if (!(spread > 0.0)) { /* two days can do it */
        lack(m, METRIC_SHARPE_ERROR, too_short);
        lack(m, METRIC_PROBABILISTIC_SHARPE, too_short);
        return;
    }
    give(m, METRIC_SHARPE_ERROR, sqrt(year) * sqrt(spread / (double)(n - 1)));
    give(m, METRIC_PROBABILISTIC_SHARPE,
         0.5 * erfc(-daily * sqrt((double)(n - 1)) / sqrt(spread) / sqrt(2.0)));
}

static double span_days(const struct metric_input *in, const struct rows *rows) {
    if (rows->count == 0)
        return 0.0;
    return ((double)rows->time[rows->count - 1] - (double)in->start) / (double)TIME_DAY;
}

static void growth(const struct metric_input *in, const struct rows *rows, struct metrics *m) {
    double days = span_days(in, rows);
    double ratio = m->final_equity / in->initial;
    if (!(in->initial > 0.0))
        return;
    give(m, METRIC_TOTAL_RETURN, ratio - 1.0);
    if (ratio <= 0.0) {
        give(m, METRIC_CAGR, -1.0);
        give(m, METRIC_ANNUALISED_RETURN, -1.0);
        return;
    }
    if (days >= 1.0)
        give(m, METRIC_CAGR, pow(ratio, 365.25 / days) - 1.0);
    if (m->days > 0)
        give(m, METRIC_ANNUALISED_RETURN, pow(ratio, m->days_a_year / (double)m->days) - 1.0);
    else
        lack(m, METRIC_ANNUALISED_RETURN, ruin);
}

/* ---- drawdown and exposure ---- */

static double lower(double a, double b) { return b < a ? b : a; }
static double higher(double a, double b) { return b > a ? b : a; }

/* The highest so far, and the lowest since: of all that lies under one peak the lowest is the
 * deepest, so one division does for all of it. Peaks are above 0: initial is. */
struct descent {
    double peak, lowest, deepest;
};

static struct descent descend_from(double initial) {
    return (struct descent){.peak = initial, .lowest = INFINITY};
}

static inline void descend_to(struct descent *d, double value) {
    d->lowest = lower(d->lowest, value);
}

static double deepest_of(const struct descent *d) {
    return lower(d->deepest, d->lowest / d->peak - 1.0);
}

static inline void climb_to(struct descent *d, double value) {
    if (value > d->peak)
        *d = (struct descent){value, INFINITY, deepest_of(d)};
}

static void drawdowns(const struct metric_input *in, const struct rows *rows, struct metrics *m) {
    struct descent closes = descend_from(in->initial), all = closes;
    double longest = 0.0, since = (double)in->start;
    bool is_under = false;
    for (int64_t i = 0; i < rows->count; i++) {
        double equity = rows->equity[i], now = (double)rows->time[i];
        is_under |= equity < closes.peak;
        if (is_under)
            longest = higher(longest, now - since);
        if (equity >= closes.peak) {
            since = now;
            is_under = false;
        }
        climb_to(&closes, equity);
        descend_to(&closes, equity);
        descend_to(&all, rows->low[i]);
        climb_to(&all, higher(rows->high[i], equity));
        descend_to(&all, equity);
    }
    double worst = deepest_of(&closes);
    give(m, METRIC_MAX_DRAWDOWN, worst);
    give(m, METRIC_MAX_DRAWDOWN_INTRABAR, lower(worst, deepest_of(&all)));
    give(m, METRIC_LONGEST_DRAWDOWN, longest / (double)TIME_SECOND);
}

static void exposure(const struct metric_input *in, const struct rows *rows, struct metrics *m) {
    int64_t held = 0;
    double sum = 0.0;
    for (int64_t i = 0; i < rows->count; i++) {
        held += rows->gross[i] > 0.0;
        sum += rows->gross[i] / rows->equity[i];
    }
    double years = span_days(in, rows) / 365.25;
    give(m, METRIC_TIME_IN_MARKET, (double)held / (double)rows->count);
    if (rows->is_ruined) {
        lack(m, METRIC_EXPOSURE, ruin);
        lack(m, METRIC_TURNOVER, ruin);
        return;
    }
    give(m, METRIC_EXPOSURE, sum / (double)rows->count);
    if (years > 0.0)
        give(m, METRIC_TURNOVER, in->traded_value / mean_of(rows->equity, rows->count) / years);
}

/* ---- all of them ---- */

static const char *unit_name(enum metric_unit unit) {
    static const char *const names[] = {"fraction", "ratio", "money", "s"};
    return names[unit];
}

static void prepare(const struct metric_input *in, struct metrics *m) {
    static const struct metric table[METRIC_COUNT] = {
#define METRIC(NAME, id_name, GROUP, UNIT, text)                                                   \
    [METRIC_##NAME] = {                                                                            \
        .name = id_name, .words = text, .group = METRIC_##GROUP, .unit_kind = METRIC_##UNIT},
#include "report/metrics.def"
#undef METRIC
    };
    *m = (struct metrics){.final_equity = in->initial};
    for (int i = 0; i < METRIC_COUNT; i++) {
        m->items[i] = table[i];
        m->items[i].unit = unit_name(table[i].unit_kind);
        lack(m, (enum metric_id)i, too_short);
    }
    m->days_a_year = in->rules.trading_days;
    if (!(m->days_a_year > 0.0))
        m->days_a_year = in->rules.calendar == CALENDAR_WEEKDAYS ? 260.0 : 365.0;
    lack(m, METRIC_ALPHA, "no_benchmark");
    lack(m, METRIC_BETA, "no_benchmark");
    lack(m, METRIC_TRACKING_ERROR, "no_benchmark");
    lack(m, METRIC_DEFLATED_SHARPE, "no_sweep");
}

static void combine(struct metrics *m) {
    struct metric *i = m->items;
    double drawdown = fabs(i[METRIC_MAX_DRAWDOWN].value);
    static const enum metric_id parts[] = {METRIC_SHARPE, METRIC_CAGR, METRIC_WIN_RATE,
                                           METRIC_MAX_DRAWDOWN};
    if (i[METRIC_CAGR].reason != NULL)
        lack(m, METRIC_CALMAR, i[METRIC_CAGR].reason);
    else if (i[METRIC_MAX_DRAWDOWN].reason != NULL)
        lack(m, METRIC_CALMAR, i[METRIC_MAX_DRAWDOWN].reason);
    else if (drawdown > 0.0)
        give(m, METRIC_CALMAR, i[METRIC_CAGR].value / drawdown);
    else
        lack(m, METRIC_CALMAR, no_losses);
    give(m, METRIC_BPS,
         0.40 * i[METRIC_SHARPE].value + 0.30 * i[METRIC_CAGR].value +
             0.20 * i[METRIC_WIN_RATE].value - 0.10 * drawdown);
    for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
        if (i[parts[k]].reason != NULL) {
            lack(m, METRIC_BPS, i[parts[k]].reason);
            return;
        }
    }
}

void metrics_compute(const struct metric_input *in, struct metrics *ret) {
    static const enum metric_id daily[] = {METRIC_SHARPE,       METRIC_SORTINO,
                                           METRIC_VOLATILITY,   METRIC_MAX_DAILY_LOSS,
                                           METRIC_SHARPE_ERROR, METRIC_PROBABILISTIC_SHARPE};
    struct rows rows = rows_of(in);
    prepare(in, ret);
    ret->rows = rows.count;
    if (rows.count > 0) {
        double *returns;
        ret->final_equity = rows.equity[rows.count - 1];
        ret->days = metrics_daily_returns(in, &returns);
        for (size_t i = 0; rows.is_ruined && i < ARRAY_LEN(daily); i++)
            lack(ret, daily[i], ruin);
        if (ret->days > 0)
            daily_ratios(in, returns, ret->days, ret);
        mem_free(returns);
        growth(in, &rows, ret);
        if (in->initial > 0.0) {
            drawdowns(in, &rows, ret);
            exposure(in, &rows, ret);
        }
    }
    give(ret, METRIC_FEES, in->fees);
    give(ret, METRIC_SLIPPAGE, in->slippage);
    if (in->trade_count > 0)
        metrics_trades(in, ret);
    else
        for (int i = METRIC_WIN_RATE; i <= METRIC_MEAN_MFE; i++)
            lack(ret, (enum metric_id)i, no_trades);
    combine(ret);
}
