/*
 * Example: buy a dip in a rising market, with a stop behind it.
 *
 * A dip is an RSI below `entry` while the close is above its long average (where `trend` is on). It
 * bids a little lower than the close, for one day. When that fills, a stop `stop_atr` average
 * ranges below the fill goes in; when the RSI has recovered to `exit`, the position is closed and
 * the stop cancelled. Shows order tags, a day order, on_fill, what belongs into the state, and a
 * variable.
 */
#include <quasar/strategy.h>

enum { EXIT_RSI = 0, EXIT_AVERAGE = 1 };

struct params {
    int64_t rsi, average, atr;
    double entry, exit, discount, risk, stop_atr;
    int32_t trend, leave;
};

struct locals {
    qs_line rsi, average, atr;
    double bid; /* shown: where the last bid lay */
};

struct state {
    int64_t stop; /* number of the stop order; 0 = none */
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->rsi = qs_rsi(c, QS_CLOSE, p->rsi);
    l->average = qs_sma(c, QS_CLOSE, p->average);
    l->atr = qs_atr(c, QS_BARS, p->atr);
    return 0;
}

/* A limit order below the close: as many units as lose `risk` of the equity down to the stop. */
static void bid(qs_ctx *c, const struct params *p, struct locals *l) {
    double stop_distance = p->stop_atr * qs_value(c, l->atr);
    if (!(stop_distance > 0.0))
        return;
    struct qs_order_req order = qs_order_new(c, QS_BUY, qs_risk(p->risk, stop_distance));
    l->bid = qs_close(c, 0) * (1.0 - p->discount);
    order.type = QS_LIMIT;
    order.limit_price = l->bid;
    order.tif = QS_DAY;
    order.tag = "dip";
    qs_submit(c, &order);
}

static void leave(qs_ctx *c, struct state *s) {
    qs_flatten(c);
    if (s->stop)
        qs_cancel(c, s->stop);
    s->stop = 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    double rsi = qs_value(c, l->rsi);
    int above = qs_close(c, 0) > qs_value(c, l->average);
    uint32_t open_orders;
    qs_open_orders(c, &open_orders);
    if (!qs_is_flat(c) && (p->leave == EXIT_AVERAGE ? above : rsi >= p->exit))
        leave(c, s);
    else if (qs_is_flat(c) && open_orders == 0 && rsi < p->entry && (above || !p->trend))
        bid(c, p, l);
}

/* A buy filled: the stop goes in at once, for what was bought. It can only reduce. */
static void on_fill(qs_ctx *c, const struct qs_fill *fill) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    if (fill->quantity < 0.0)
        return;
    struct qs_order_req stop = qs_order_new(c, QS_SELL, qs_units(fill->quantity));
    stop.type = QS_STOP;
    stop.stop_price = fill->price - p->stop_atr * qs_value(c, l->atr);
    stop.flags = QS_REDUCE_ONLY;
    stop.tag = "stop";
    s->stop = qs_submit(c, &stop);
}

static void on_trade(qs_ctx *c, const struct qs_trade *trade) {
    struct state *s = qs_state(c);
    s->stop = 0;
    qs_log(c, QS_LOG_INFO, "trade of %g units: %+.2f", trade->quantity, trade->net);
}

QS_STRATEGY(
        .id = "example", .name = "Dip buyer", .version = "1.0.0",
        .description = "Buys a dip of the RSI with a bid below the close and a stop behind it.",
        .inputs = QS_INPUTS(
            QS_INT_AS(struct params, rsi, "RSI, bars", 5, 2, 100),
            QS_INT_AS(struct params, average, "Long average, bars", 100, 2, 1000),
            QS_INT_AS(struct params, atr, "Average range, bars", 14, 2, 100),
            QS_FLOAT_AS(struct params, entry, "Buy below this RSI", 25.0, 0.0, 100.0),
            QS_FLOAT_AS(struct params, exit, "Sell from this RSI on", 60.0, 0.0, 100.0),
            QS_FLOAT_AS(struct params, discount, "Bid below the close, fraction", 0.005, 0.0, 0.5),
            QS_FLOAT_AS(struct params, risk, "Risk of a trade, fraction of equity", 0.01, 0.0, 0.2),
            QS_FLOAT_AS(struct params, stop_atr, "Stop distance, average ranges", 3.0, 0.1, 20.0),
            QS_BOOL_AS(struct params, trend, "Only above the long average", 1),
            QS_SELECT_AS(struct params, leave, "Leave at", EXIT_RSI, QS_NAMES("rsi", "average"))),
        .variables = QS_VARIABLES(QS_LOCAL_F64(struct locals, bid),
                                  QS_STATE_I64(struct state, stop)),
        QS_LOCALS(struct locals), QS_STATE(struct state, 1), .on_init = on_init, .on_bar = on_bar,
        .on_fill = on_fill, .on_trade = on_trade)
