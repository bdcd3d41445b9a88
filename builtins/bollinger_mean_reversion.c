/*
 * Bollinger mean reversion: buy at the lower band, sell at the upper one.
 *
 * The bands lie bb_std deviations around an average, so what is far adapts to how much the market
 * moves. The filter buys only where the RSI is low as well: a slow slide along the band is left
 * alone. Long only. Shows an indicator with several lines, a second one that filters the first, an
 * input that switches it off, and a band for the chart.
 */
#include <quasar/strategy.h>

struct params {
    int64_t bb_period, rsi_period;
    double bb_std, rsi_below, size;
    int32_t rsi_filter;
};

struct locals {
    struct qs_bbands_lines bands;
    qs_line rsi;
    double percent_b, current_rsi; /* shown: 0 = at the lower band, 1 = at the upper one */
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->bands = qs_bbands(c, QS_CLOSE, p->bb_period, p->bb_std);
    l->rsi = qs_rsi(c, QS_CLOSE, p->rsi_period);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    double up = qs_value(c, l->bands.up), low = qs_value(c, l->bands.low), close = qs_close(c, 0);
    l->current_rsi = qs_value(c, l->rsi);
    l->percent_b = up > low ? (close - low) / (up - low) : 0.5;
    qs_plot(c, "bb_up", up);
    qs_plot(c, "bb_low", low);
    if (!(up > low)) /* a market that does not move touches both bands at once */
        return;
    int is_cheap = close <= low && (!p->rsi_filter || l->current_rsi < p->rsi_below);
    if (qs_is_flat(c) && is_cheap) {
        struct qs_order_req entry = qs_order_new(c, QS_BUY, qs_percent_equity(p->size));
        entry.tag = "lower band";
        qs_submit(c, &entry);
    } else if (!qs_is_flat(c) && close >= up) {
        struct qs_order_req leave = qs_order_new(c, QS_SELL, qs_units(qs_held(c)));
        leave.flags = QS_REDUCE_ONLY; /* an exit never opens a short */
        leave.tag = "upper band";
        qs_submit(c, &leave);
    }
}

QS_STRATEGY(.id = "bollinger_mean_reversion", .name = "Bollinger mean reversion",
            .version = "1.0.0",
            .description =
                "Buys at the lower Bollinger band where the RSI is low, sells at the upper "
                "one.",
            .inputs = QS_INPUTS(
                QS_INT_AS(struct params, bb_period, "Bands, bars", 20, 2, 500),
                QS_FLOAT_AS(struct params, bb_std, "Bands, deviations", 2.0, 0.1, 10.0),
                QS_BOOL_AS(struct params, rsi_filter, "Buy only where the RSI is low", 1),
                QS_INT_AS(struct params, rsi_period, "RSI, bars", 14, 2, 500),
                QS_FLOAT_AS(struct params, rsi_below, "RSI under", 40.0, 0.0, 100.0),
                QS_FLOAT_AS(struct params, size, "Size, fraction of equity", 0.95, 0.01, 1.0)),
            .variables = QS_VARIABLES(QS_LOCAL_F64(struct locals, percent_b),
                                      QS_LOCAL_F64(struct locals, current_rsi)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
