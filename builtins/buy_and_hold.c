/*
 * Buy and hold: buy once, at the first bar, and never sell. What any other strategy has to beat.
 *
 * It spends a fraction of the buying power. Not all of it by default: the order fills at the next
 * open, which may be higher, and fees come on top. That it has bought is in its state and not in
 * its locals: after a swap to a new build it must not buy again.
 */
#include <quasar/strategy.h>

struct params {
    double size_pct;
};

struct state {
    int64_t bought;
};

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct state *s = qs_state(c);
    if (s->bought)
        return;
    struct qs_order_req all = qs_order_new(c, QS_BUY, qs_percent_buying_power(p->size_pct));
    all.tag = "hold";
    qs_submit(c, &all);
    s->bought = 1;
}

QS_STRATEGY(.id = "buy_and_hold", .name = "Buy and hold", .version = "1.0.0",
            .description = "Buys once at the first bar and holds to the end.",
            .inputs = QS_INPUTS(QS_FLOAT_AS(struct params, size_pct,
                                            "Size, fraction of buying power", 0.95, 0.01, 1.0)),
            QS_STATE(struct state, 1), .on_bar = on_bar)
