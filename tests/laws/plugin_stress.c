/*
 * Stress: pseudo-random wishes of every kind, good and bad, on up to eight symbols. It has no idea
 * of the market; it is there so that the laws meet every path of the engine. All it does follows
 * from its seed and from the bars that have closed, by a generator of its own.
 */
#include <quasar/strategy.h>

enum { SYMBOLS_MAX = 8, LINES = 24 };

struct params {
    int64_t seed;
    double rate; /* of wishes, by bar */
    double size; /* fraction of equity, at most, in one order */
    int32_t bad, extreme, shorts, indicators, chatter;
};

struct locals {
    qs_line line[LINES], own[SYMBOLS_MAX];
    int64_t line_count;
    double last_line;
};

struct state {
    uint64_t random;
    int64_t calls, wishes, events, fills, trades;
    double traded, earned;
};

/* ---- chance ---- */

static uint64_t next(struct state *s) {
    s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (s->random >> 33) ^ (s->random >> 17);
}
static int64_t below(struct state *s, int64_t n) { return (int64_t)(next(s) % (uint64_t)n); }
static double fraction(struct state *s) { return (double)below(s, 1 << 20) / (double)(1 << 20); }
static int chance(struct state *s, double p) { return fraction(s) < p; }

static void stir(struct state *s, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    s->random ^= bits * UINT64_C(0x9e3779b97f4a7c15);
    (void)next(s);
}

/* ---- wishes ---- */

static struct qs_size any_size(qs_ctx *c, qs_feed feed) {
    const struct params *p = qs_params(c);
    struct state *s = qs_state(c);
    double price = qs_close_of(c, feed, 0), part = p->size * fraction(s);
    switch (below(s, 7)) {
    case 0:
        return qs_percent_equity(part);
    case 1:
        return qs_percent_buying_power(part * 2.0);
    case 2:
        return qs_risk(part * 0.05, price * (0.002 + 0.05 * fraction(s)));
    case 3:
        return qs_money(qs_equity(c) * part);
    case 4:
        return qs_default_size();
    default:
        return qs_units(price > 0.0 ? floor(qs_equity(c) * part / price * 64.0) / 64.0 : 1.0);
    }
}

static double near(struct state *s, double price) {
    static const double reach[] = {0.0, 0.0005, 0.003, 0.01, 0.04};
    return price * (1.0 + reach[below(s, 5)] * (2.0 * fraction(s) - 1.0));
}

static struct qs_order_req any_order(qs_ctx *c, qs_feed feed) {
    static const char *const tags[] = {NULL, "", "a", "dip \xc3\xa4", "twenty-three bytes long"};
    const struct params *p = qs_params(c);
    struct state *s = qs_state(c);
    struct qs_order_req r = qs_order_new(c, QS_BUY, any_size(c, feed));
    double price = qs_close_of(c, feed, 0);
    r.feed = feed;
    r.side = below(s, 2) ? QS_BUY : QS_SELL;
    r.type = QS_MARKET + (int32_t)below(s, 4);
    r.tif = QS_GTC + (int32_t)below(s, 3);
    r.limit_price = near(s, price);
    r.stop_price = near(s, price);
    r.tag = tags[below(s, 5)];
    if (chance(s, 0.15) || (!p->shorts && r.side == QS_SELL))
        r.flags = QS_REDUCE_ONLY;
    return r;
}

/* What must be refused, and not by a crash. */
static void spoil(struct state *s, int32_t extreme, struct qs_order_req *r) {
    static const double mild[] = {0.0, -1.0, 1e7, 1e-7, -0.0};
    static const double wild[] = {1e300, 1e-300, 5e-324, 1.7e308, -1e300};
    const double *odd = extreme ? wild : mild;
    switch (below(s, 10)) {
    case 0:
        r->limit_price = r->stop_price = below(s, 2) ? (double)NAN : (double)INFINITY;
        return;
    case 1:
        r->limit_price = r->stop_price = odd[below(s, 5)];
        return;
    case 2:
        r->size = qs_units(below(s, 2) ? (double)NAN : -1.0);
        return;
    case 3:
        r->size = qs_units(odd[below(s, 5)]);
        return;
    case 4:
        r->size.kind = 77;
        return;
    case 5:
        r->feed = below(s, 2) ? -1 : 1000;
        return;
    case 6:
        r->side = 3;
        return;
    case 7:
        r->type = 9;
        return;
    case 8:
        r->tif = -1;
        return;
    default:
        r->tag = below(s, 2) ? "more than twenty-three bytes" : "bad \xff";
        return;
    }
}

static void cancel_any(qs_ctx *c) {
    struct state *s = qs_state(c);
    uint32_t count;
    const struct qs_order *orders = qs_open_orders(c, &count);
    if (count > 0 && !chance(s, 0.1))
        qs_cancel(c, orders[below(s, (int64_t)count)].id);
    else
        qs_cancel(c, below(s, 1000));
}

static void wish(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct state *s = qs_state(c);
    qs_feed feed = (qs_feed)below(s, qs_feed_count(c));
    int64_t what = below(s, 16);
    s->wishes++;
    if (what < 10) {
        struct qs_order_req r = any_order(c, feed);
        if (p->bad && chance(s, p->extreme ? 0.6 : 0.1))
            spoil(s, p->extreme, &r);
        qs_submit(c, &r);
    } else if (what < 13) {
        cancel_any(c);
    } else if (what == 13) {
        qs_flatten_of(c, p->bad && chance(s, 0.05) ? 999 : feed);
    } else {
        struct qs_size size = any_size(c, feed);
        if (p->shorts && below(s, 2))
            size.value = -size.value;
        if (chance(s, 0.3))
            size = qs_units(0.0);
        qs_target_of(c, feed, size);
    }
}

/* ---- words ---- */

static void chatter(qs_ctx *c) {
    const struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    const struct qs_account *a = qs_ledger(c);
    char text[128];
    switch (below(s, 5)) {
    case 0:
        qs_plot(c, "equity", a->equity);
        qs_plot(c, "low", a->equity_low);
        qs_plot(c, "high", a->equity_high);
        qs_plot(c, "buying power", a->buying_power);
        return;
    case 1:
        snprintf(text, sizeof text, "held %.17g open %.17g peak %.17g", qs_held(c), qs_open_pnl(c),
                 a->peak);
        qs_note(c, "position", text);
        return;
    case 2:
        qs_log(c, (int32_t)below(s, 4), "bar %lld of %lld: %.17g", (long long)s->calls,
               (long long)c->view->bars, qs_close(c, 0));
        return;
    case 3:
        qs_plot(c, "silo", qs_silo(c)->equity);
        qs_plot(c, "nothing", (double)NAN);
        return;
    default:
        for (int64_t i = 0; i < l->line_count; i++)
            qs_plot(c, "line", qs_value(c, l->line[i]));
    }
}

/* ---- callbacks ---- */

static void all_indicators(qs_ctx *c, struct locals *l) {
    struct qs_macd_lines m = qs_macd(c, QS_CLOSE, 12, 26, 9);
    struct qs_bbands_lines b = qs_bbands(c, QS_HLC3, 20, 2.0);
    struct qs_stochastic_lines st = qs_stochastic(c, QS_BARS, 14, 3, 3);
    struct qs_adx_lines d = qs_adx(c, QS_BARS, 14);
    const qs_line lines[] = {qs_sma(c, QS_CLOSE, 9),
                             qs_ema(c, QS_HL2, 10),
                             qs_wma(c, QS_OHLC4, 7),
                             qs_rsi(c, QS_CLOSE, 14),
                             m.line,
                             m.signal,
                             m.hist,
                             qs_atr(c, QS_BARS, 14),
                             b.mid,
                             b.up,
                             b.low,
                             qs_obv(c, QS_BARS),
                             qs_volume_sma(c, QS_BARS, 5),
                             qs_stddev(c, QS_CLOSE, 20),
                             qs_highest(c, QS_HIGH, 20),
                             qs_lowest(c, QS_LOW, 20),
                             st.k_fast,
                             st.d_fast,
                             st.d_slow,
                             d.adx,
                             d.plus_di,
                             d.minus_di,
                             qs_roc(c, QS_CLOSE, 5),
                             qs_ema(c, m.hist, 5)};
    l->line_count = (int64_t)(sizeof lines / sizeof lines[0]);
    memcpy(l->line, lines, sizeof lines);
}

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    s->random = (uint64_t)p->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (qs_feed f = 0; f < qs_feed_count(c) && f < SYMBOLS_MAX; f++)
        l->own[f] = qs_ema(c, qs_src(f, QS_CLOSE), 3 + f);
    if (p->indicators)
        all_indicators(c, l);
    return 0;
}

static void on_start(qs_ctx *c) { qs_note(c, "start", "the first bar is near"); }

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    s->calls++;
    stir(s, qs_open(c, 0));
    stir(s, qs_high(c, 0));
    stir(s, qs_low(c, 0));
    stir(s, qs_close(c, 0));
    stir(s, qs_volume(c, 0));
    stir(s, qs_close(c, 7));
    l->last_line = qs_value(c, l->own[qs_this_feed(c) % SYMBOLS_MAX]);
    for (int i = 0; i < 3; i++)
        if (chance(s, p->rate))
            wish(c);
    if (p->chatter && chance(s, 0.2))
        chatter(c);
}

static void on_order(qs_ctx *c, const struct qs_order_event *e) {
    struct state *s = qs_state(c);
    s->events++;
    stir(s, (double)(e->order * 64 + e->state * 32 + e->reason));
}

static void on_fill(qs_ctx *c, const struct qs_fill *f) {
    struct state *s = qs_state(c);
    s->fills++;
    s->traded += fabs(f->quantity) * f->price;
    stir(s, f->price);
    if (f->closed == 0.0 && chance(s, 0.3)) {
        int32_t side = f->quantity > 0.0 ? QS_SELL : QS_BUY;
        struct qs_order_req r = qs_order_new(c, side, qs_units(fabs(f->quantity)));
        r.feed = f->feed;
        r.type = QS_STOP;
        r.flags = QS_REDUCE_ONLY;
        r.stop_price = f->price * (side == QS_SELL ? 0.98 : 1.02);
        qs_submit(c, &r);
    }
}

static void on_trade(qs_ctx *c, const struct qs_trade *t) {
    struct state *s = qs_state(c);
    s->trades++;
    s->earned += t->net;
    stir(s, t->mae);
    stir(s, t->mfe);
}

static void on_stop(qs_ctx *c) {
    qs_log(c, QS_LOG_INFO, "the end");
    qs_buy(c, 1.0); /* too late: refused with a reason */
}

QS_STRATEGY(.id = "law_stress", .name = "Stress", .version = "1.0.0",
            .description = "Pseudo-random wishes of every kind, for the laws.",
            .inputs = QS_INPUTS(QS_INT(struct params, seed, 1, 0, 1000000000),
                                QS_FLOAT(struct params, rate, 0.3, 0.0, 1.0),
                                QS_FLOAT(struct params, size, 0.3, 0.0, 10.0),
                                QS_BOOL(struct params, bad, 1), QS_BOOL(struct params, extreme, 0),
                                QS_BOOL(struct params, shorts, 1),
                                QS_BOOL(struct params, indicators, 1),
                                QS_BOOL(struct params, chatter, 1)),
            .variables = QS_VARIABLES(
                QS_STATE_I64(struct state, calls), QS_STATE_I64(struct state, wishes),
                QS_STATE_I64(struct state, events), QS_STATE_I64(struct state, fills),
                QS_STATE_I64(struct state, trades), QS_STATE_F64(struct state, traded),
                QS_STATE_F64(struct state, earned), QS_LOCAL_F64(struct locals, last_line)),
            QS_LOCALS(struct locals), QS_STATE(struct state, 1), .universe_min = 1,
            .universe_max = SYMBOLS_MAX, .on_init = on_init, .on_start = on_start, .on_bar = on_bar,
            .on_order = on_order, .on_fill = on_fill, .on_trade = on_trade, .on_stop = on_stop)
