/*
 * Rotation: once a month all into the stronger of two symbols.
 *
 * Strength is the rate of change over some bars; the first symbol wins a tie. The loser is closed
 * before the winner is bought, so that its money is there for it. The winner's target is set anew
 * each month, also where it was held already. A month begins with the bar that opens in another one
 * than the bar before: the close of its last bar may lie in the next month already.
 */
#include <quasar/strategy.h>

struct params {
    qs_feed first, second;
    int64_t period;
    double target;
};

struct locals {
    qs_line first, second;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->first = qs_roc(c, qs_src(p->first, QS_CLOSE), p->period);
    l->second = qs_roc(c, qs_src(p->second, QS_CLOSE), p->period);
    return 0;
}

static int is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* Months from January 1970 to the UTC month in which a bar opened; -1 where there is no such bar.
 */
static int64_t month_of(const qs_ctx *c, qs_feed feed, int64_t back) {
    static const int64_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct qs_bar bar;
    if (!qs_bar_of(c, feed, back, &bar) || bar.open_time < 0)
        return -1;
    int64_t day = bar.open_time / (INT64_C(86400) * 1000000000), year = 1970, month = 0;
    for (; day >= 365 + is_leap(year); year++)
        day -= 365 + is_leap(year);
    for (; day >= days[month] + (month == 1 && is_leap(year)); month++)
        day -= days[month] + (month == 1 && is_leap(year));
    return (year - 1970) * 12 + month;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    /* Both symbols have closed, and are seen, when the second one calls. */
    if (qs_this_feed(c) != p->second || !qs_closed(c, p->first))
        return;
    if (month_of(c, p->first, 0) == month_of(c, p->first, 1))
        return;
    int second_wins = qs_value(c, l->second) > qs_value(c, l->first);
    qs_flatten_of(c, second_wins ? p->first : p->second);
    qs_target_of(c, second_wins ? p->second : p->first, qs_percent_equity(p->target));
}

QS_STRATEGY(.id = "b10_two_symbol_rotation", .name = "Monthly rotation", .version = "1.0.0",
            .description = "Once a month all into the stronger of two symbols.",
            .inputs = QS_INPUTS(
                QS_SYMBOL_AS(struct params, first, "First symbol"),
                QS_SYMBOL_AS(struct params, second, "Second symbol"),
                QS_INT_AS(struct params, period, "Rate of change, bars", 60, 1, 1000),
                QS_FLOAT_AS(struct params, target, "Target, fraction of equity", 0.95, 0.01, 1.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
