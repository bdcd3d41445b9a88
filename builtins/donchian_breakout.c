/*
 * Donchian breakout: go with a close beyond the extremes of the last bars, leave when it falls back
 * beyond the extremes of fewer bars.
 *
 * A bar's own high is never under its own close, so the channels are read one bar back: what the
 * market did before this bar. Shows a choice (long, or both ways), reading a line in the past, and
 * targets: one order turns a short into a long, and a target that is held already is no order.
 */
#include <quasar/strategy.h>

enum { LONG_ONLY, BOTH_WAYS };

struct params {
    int64_t entry, leave;
    double size;
    int32_t direction;
};

struct locals {
    qs_line entry_high, entry_low, exit_high, exit_low;
    double upper, lower; /* shown: a close over, under which it acts next */
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->entry_high = qs_highest(c, QS_HIGH, p->entry);
    l->entry_low = qs_lowest(c, QS_LOW, p->entry);
    l->exit_high = qs_highest(c, QS_HIGH, p->leave);
    l->exit_low = qs_lowest(c, QS_LOW, p->leave);
    return 0;
}

static void go(qs_ctx *c, double fraction, const char *why) {
    qs_target(c, qs_percent_equity(fraction));
    qs_note(c, "reason", why);
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    double held = qs_held(c), close = qs_close(c, 0);
    double short_size = p->direction == BOTH_WAYS ? p->size : 0.0;
    l->upper = qs_line_at(c, held < 0.0 ? l->exit_high : l->entry_high, 1);
    l->lower = qs_line_at(c, held > 0.0 ? l->exit_low : l->entry_low, 1);
    qs_plot(c, "upper", l->upper);
    qs_plot(c, "lower", l->lower);
    if (held <= 0.0 && close > qs_line_at(c, l->entry_high, 1))
        go(c, p->size, "over the entry channel");
    else if (held >= 0.0 && short_size > 0.0 && close < qs_line_at(c, l->entry_low, 1))
        go(c, -short_size, "under the entry channel");
    else if (held > 0.0 && close < l->lower)
        go(c, 0.0, "under the exit channel");
    else if (held < 0.0 && close > l->upper)
        go(c, 0.0, "over the exit channel");
}

QS_STRATEGY(.id = "donchian_breakout", .name = "Donchian breakout", .version = "1.0.0",
            .description =
                "Buys a close over the high of some bars, sells one under the low of fewer.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, entry, "Entry channel, bars", 20, 2, 500),
                                QS_INT_AS(struct params, leave, "Exit channel, bars", 10, 2, 500),
                                QS_SELECT_AS(struct params, direction, "Direction", LONG_ONLY,
                                             QS_NAMES("long", "both")),
                                QS_FLOAT_AS(struct params, size, "Size, fraction of equity", 0.95,
                                            0.01, 1.0)),
            .variables = QS_VARIABLES(QS_LOCAL_F64(struct locals, upper),
                                      QS_LOCAL_F64(struct locals, lower)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
