/*
 * Sells are buys in a mirrored world: prices are compared times the order's sign, so that "worse
 * for us" is always "greater".
 */
#include "sim/match.h"

/* Whether price reaches a resting limit: strictly better, or equal where touching is enough. */
static bool reaches_limit(const struct settings *s, double sign, double price, double limit) {
    double p = sign * price, l = sign * limit;
    return s->limit_touch == LIMIT_TOUCH ? p <= l : p < l;
}

static struct match limit_at_open(const struct settings *s, const struct order *o, double open,
                                  bool marketable) {
    struct match m = {0};
    if (!reaches_limit(s, order_sign(o), open, o->limit_price))
        return m;
    m.fills = true;
    m.raw = open;
    m.takes = marketable;
    m.cap = marketable ? o->limit_price : 0.0;
    return m;
}

struct match match_open(const struct settings *s, const struct order *o,
                        const struct match_bar *bar, bool first) {
    double sign = order_sign(o);
    bool past_stop = sign * bar->open >= sign * o->stop_price;
    struct match m = {0};
    switch (o->type) {
    case QS_MARKET:
        return (struct match){.fills = true, .takes = true, .raw = bar->open};
    case QS_LIMIT:
        return limit_at_open(s, o, bar->open, first);
    case QS_STOP:
        if (past_stop)
            m = (struct match){.fills = true,
                               .takes = true,
                               .raw = s->stop_gap == STOP_GAP_OPEN ? bar->open : o->stop_price};
        return m;
    default: /* QS_STOP_LIMIT */
        if (o->triggered)
            return limit_at_open(s, o, bar->open, false);
        if (past_stop) {
            m = limit_at_open(s, o, bar->open, true);
            m.triggers = true;
        }
        return m;
    }
}

static struct match limit_inside(const struct settings *s, const struct order *o,
                                 const struct match_bar *bar) {
    double sign = order_sign(o), best = sign > 0.0 ? bar->low : bar->high;
    if (!reaches_limit(s, sign, best, o->limit_price))
        return (struct match){0};
    return (struct match){.fills = true, .raw = o->limit_price};
}

/* Triggered at its stop inside the bar: of the path that is left only the close is sure. */
static struct match stop_limit_inside(const struct settings *s, const struct order *o,
                                      const struct match_bar *bar) {
    double sign = order_sign(o);
    struct match m = {.triggers = true};
    if (reaches_limit(s, sign, o->stop_price, o->limit_price)) {
        m.fills = true;
        m.takes = true;
        m.raw = o->stop_price;
        m.cap = o->limit_price;
    } else if (reaches_limit(s, sign, bar->close, o->limit_price)) {
        m.fills = true;
        m.raw = o->limit_price;
    }
    return m;
}

struct match match_inside(const struct settings *s, const struct order *o,
                          const struct match_bar *bar) {
    double sign = order_sign(o), worst = sign > 0.0 ? bar->high : bar->low;
    bool touches_stop = sign * worst >= sign * o->stop_price;
    if (o->type == QS_LIMIT || (o->type == QS_STOP_LIMIT && o->triggered))
        return limit_inside(s, o, bar);
    if (!touches_stop)
        return (struct match){0};
    if (o->type == QS_STOP)
        return (struct match){.fills = true, .takes = true, .raw = o->stop_price};
    return stop_limit_inside(s, o, bar);
}
