/*
 * RSI mean reversion: buy what has fallen too fast, sell it when it has risen too fast.
 *
 * Long only, one position at a time. The levels are looked at on every bar and not only on the bar
 * that passes them: a market that is still oversold after a refused order is asked for again. Shows
 * orders with a tag (it stands in the record of orders, and in no result), a remark that says why,
 * a variable beside the params, and a value for the chart.
 */
#include <quasar/strategy.h>

struct params {
    int64_t rsi_period;
    double oversold, overbought, size;
};

struct locals {
    qs_line rsi;
    double current_rsi; /* shown beside the params */
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    if (p->oversold >= p->overbought) {
        qs_log(c, QS_LOG_ERROR, "oversold (%g) must be less than overbought (%g)", p->oversold,
               p->overbought);
        return -1;
    }
    l->rsi = qs_rsi(c, QS_CLOSE, p->rsi_period);
    return 0;
}

static void order(qs_ctx *c, int32_t side, struct qs_size size, int32_t flags, const char *why) {
    const struct locals *l = qs_locals(c);
    char text[64];
    snprintf(text, sizeof text, "%s: RSI %.1f", why, l->current_rsi);
    qs_note(c, "reason", text);
    struct qs_order_req req = qs_order_new(c, side, size);
    req.flags = flags;
    req.tag = why;
    qs_submit(c, &req);
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->current_rsi = qs_value(c, l->rsi);
    qs_plot(c, "rsi", l->current_rsi);
    if (qs_is_flat(c)) {
        if (l->current_rsi < p->oversold)
            order(c, QS_BUY, qs_percent_equity(p->size), 0, "oversold");
    } else if (l->current_rsi > p->overbought) { /* reduce only: an exit never opens a short */
        order(c, QS_SELL, qs_units(qs_held(c)), QS_REDUCE_ONLY, "overbought");
    }
}

QS_STRATEGY(.id = "rsi_mean_reversion", .name = "RSI mean reversion", .version = "1.0.0",
            .description = "Buys under one level of the RSI, sells over another.",
            .inputs = QS_INPUTS(
                QS_INT_AS(struct params, rsi_period, "RSI, bars", 14, 2, 500),
                QS_FLOAT_AS(struct params, oversold, "Buy under", 30.0, 0.0, 100.0),
                QS_FLOAT_AS(struct params, overbought, "Sell over", 70.0, 0.0, 100.0),
                QS_FLOAT_AS(struct params, size, "Size, fraction of equity", 0.95, 0.01, 1.0)),
            .variables = QS_VARIABLES(QS_LOCAL_F64(struct locals, current_rsi)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
