/*
 * quasar/strategy.h - all that a strategy includes.
 *
 *   bars, fills ----> callbacks (on_bar, on_fill ...) ----> intents (qs_buy, qs_target ...)
 *
 * A strategy never acts, it intends: qs_buy() and the like return a number of the strategy's own
 * and never fail for business reasons. What became of it comes back by on_order, on_fill and
 * on_trade, with the next instant. Inside a callback nothing changes. All data of a strategy lies
 * in three blocks that the host owns: params (checked and written by the host, read only), locals
 * (handles and scratch, zeroed and refilled by on_init, never saved) and state (plain data that
 * must live on through a swap). Use no statics, no threads, no files: a run must give the same
 * result twice.
 *
 * Names: the short form is about the current feed, the one whose bar closed (qs_close, qs_held,
 * qs_target); with _of it names a feed.
 *
 * Phase tags: [on_init] only there, [callback] in any callback but on_init, [any] everywhere.
 */
#ifndef QUASAR_STRATEGY_H
#define QUASAR_STRATEGY_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#ifdef __cplusplus
#include <type_traits>
#endif

#include <quasar/abi.h>
#include <quasar/indicators.h>
#include <quasar/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qs_ctx qs_ctx;

/* ---- blocks ---------------------------------------------------------------------------------- */

/* The params struct, as the inputs describe it. Read only. [any] */
static inline const void *qs_params(const qs_ctx *c) { return c->params; }
#ifdef __cplusplus
} /* extern "C" */
/* C++: typed access, e.g. qs_locals_as<locals>(c). [any] */
template <class T> static inline const T *qs_params_as(const qs_ctx *c) {
    return static_cast<const T *>(c->params);
}
template <class T> static inline T *qs_locals_as(qs_ctx *c) { return static_cast<T *>(c->locals); }
template <class T> static inline T *qs_state_as(qs_ctx *c) { return static_cast<T *>(c->state); }
extern "C" {
#endif
/* The locals struct: QS_LOCALS(struct ...). [any] */
static inline void *qs_locals(qs_ctx *c) { return c->locals; }
/* The state struct: QS_STATE(struct ..., version). [any] */
static inline void *qs_state(qs_ctx *c) { return c->state; }

/* ---- reads ----------------------------------------------------------------------------------- */

/* This instant: the close time of the bars that just closed. [callback] */
static inline qs_time qs_now(const qs_ctx *c) { return c->view->now; }
/* Number of bound feeds. [any] */
static inline int32_t qs_feed_count(const qs_ctx *c) { return (int32_t)c->view->feed_count; }
/* The feed whose bar closed; in on_bar. */
static inline qs_feed qs_this_feed(const qs_ctx *c) { return c->feed; }

/* A bound feed, NULL when there is no such number. [any] */
static inline const struct qs_feed_view *qs_feed_of(const qs_ctx *c, qs_feed feed) {
    return feed >= 0 && (uint32_t)feed < c->view->feed_count ? &c->view->feeds[feed] : NULL;
}
/* Bars of a feed that can be read back from now. [any] */
static inline int64_t qs_depth(const qs_ctx *c, qs_feed feed) {
    const struct qs_feed_view *f = qs_feed_of(c, feed);
    return f ? f->depth : 0;
}

/* 1 when a bar of this feed closed in this instant. [callback] */
static inline int qs_closed(const qs_ctx *c, qs_feed feed) {
    const struct qs_feed_view *f = qs_feed_of(c, feed);
    return f && f->now >= 0 && f->close_time[f->now] == c->view->now;
}

/* Column values of feed `feed`, `back` bars ago (0 = the bar that closed last). NaN where there is
 * no such bar or feed: the future has no name. [callback] */
#define QS_READER_(fn, field)                                                                      \
    static inline double fn##_of(const qs_ctx *c, qs_feed feed, int64_t back) {                    \
        const struct qs_feed_view *f = qs_feed_of(c, feed);                                        \
        if (!f || back < 0 || back >= f->depth)                                                    \
            return (double)NAN;                                                                    \
        return f->field[f->now - back];                                                            \
    }                                                                                              \
    static inline double fn(const qs_ctx *c, int64_t back) { return fn##_of(c, c->feed, back); }
QS_READER_(qs_open, open)     /* qs_open(c, back), qs_open_of(c, feed, back) */
QS_READER_(qs_high, high)     /* qs_high(c, back), qs_high_of(c, feed, back) */
QS_READER_(qs_low, low)       /* qs_low(c, back), qs_low_of(c, feed, back) */
QS_READER_(qs_close, close)   /* qs_close(c, back), qs_close_of(c, feed, back) */
QS_READER_(qs_volume, volume) /* qs_volume(c, back), qs_volume_of(c, feed, back) */
#undef QS_READER_

/* The whole bar `back` bars ago; returns 1, or 0 and leaves *bar alone. [callback] */
static inline int qs_bar_of(const qs_ctx *c, qs_feed feed, int64_t back, struct qs_bar *bar) {
    const struct qs_feed_view *f = qs_feed_of(c, feed);
    int64_t i;
    if (!f || back < 0 || back >= f->depth)
        return 0;
    i = f->now - back;
    bar->open_time = f->open_time[i];
    bar->close_time = f->close_time[i];
    bar->open = f->open[i];
    bar->high = f->high[i];
    bar->low = f->low[i];
    bar->close = f->close[i];
    bar->volume = f->volume[i];
    return 1;
}

/* A column as a line: QS_CLOSE, qs_src(feed, QS_HL2). */
static inline double qs_column_(const qs_ctx *c, qs_line column, int64_t back) {
    const struct qs_feed_view *f = qs_feed_of(c, -(column / 16) - 1);
    int64_t i;
    if (!f || back < 0 || back >= f->depth)
        return (double)NAN;
    i = f->now - back;
    switch (column % 16 - 16) {
    case QS_OPEN:
        return f->open[i];
    case QS_HIGH:
        return f->high[i];
    case QS_LOW:
        return f->low[i];
    case QS_CLOSE:
        return f->close[i];
    case QS_VOLUME:
        return f->volume[i];
    case QS_HL2:
        return (f->high[i] + f->low[i]) / 2.0;
    case QS_HLC3:
        return (f->high[i] + f->low[i] + f->close[i]) / 3.0;
    case QS_OHLC4:
        return (f->open[i] + f->high[i] + f->low[i] + f->close[i]) / 4.0;
    default:
        return (double)NAN;
    }
}
/* Value of an indicator, or of a column like QS_CLOSE, `back` bars of its feed ago; NaN before its
 * lookback or out of reach. [callback] */
static inline double qs_line_at(const qs_ctx *c, qs_line line, int64_t back) {
    const struct qs_line_view *v;
    if (line < 0)
        return qs_column_(c, line, back);
    if (line >= c->line_count)
        return (double)NAN;
    v = &c->lines[line];
    if (back < 0 || back >= v->count || back >= v->limit)
        return (double)NAN;
    return v->values[(v->count - 1 - back) & v->mask];
}
/* The newest value of an indicator or column. [callback] */
static inline double qs_value(const qs_ctx *c, qs_line line) { return qs_line_at(c, line, 0); }

/* Any lines, columns among them. */
static inline int qs_cross_any_(const qs_ctx *c, qs_line a, qs_line b, double sign) {
    double now = sign * (qs_line_at(c, a, 0) - qs_line_at(c, b, 0));
    double before = sign * (qs_line_at(c, a, 1) - qs_line_at(c, b, 1));
    int64_t back = 2;
    if (!(now > 0.0))
        return 0;
    if (c->cross_rule == QS_CROSS_NOT_ABOVE)
        return before <= 0.0;
    if (c->cross_rule == QS_CROSS_LAST_NONZERO)
        while (before == 0.0) /* ends at the edge of history: NaN */
            before = sign * (qs_line_at(c, a, back) - qs_line_at(c, b, back)), back++;
    return before < 0.0;
}
#if defined(__GNUC__)
#define QS_ALWAYS_INLINE_ __attribute__((always_inline))
#else
#define QS_ALWAYS_INLINE_
#endif
/* Two indicators: most bars end at the first comparison. What was never written is NaN, and no
 * comparison holds. */
QS_ALWAYS_INLINE_ static inline int qs_cross_(const qs_ctx *c, qs_line a, qs_line b, double sign) {
    const struct qs_line_view *x, *y;
    double before;
    if ((uint32_t)a >= (uint32_t)c->line_count || (uint32_t)b >= (uint32_t)c->line_count)
        return qs_cross_any_(c, a, b, sign);
    x = &c->lines[a];
    y = &c->lines[b];
    if (!(sign * (x->values[(x->count - 1) & x->mask] - y->values[(y->count - 1) & y->mask]) > 0.0))
        return 0;
    before = sign * (x->values[(x->count - 2) & x->mask] - y->values[(y->count - 2) & y->mask]);
    if (!(before <= 0.0))
        return 0;
    return c->cross_rule == QS_CROSS_NOT_ABOVE || qs_cross_any_(c, a, b, sign);
}
/* 1 when line a crossed over line b with this bar: above now, and not above before (run setting
 * cross: not_above; strict: strictly below before; last_nonzero: below when they last differed).
 * 0 while either is undefined. [callback] */
static inline int qs_cross_over(const qs_ctx *c, qs_line a, qs_line b) {
    return qs_cross_(c, a, b, 1.0);
}
/* The mirror image of qs_cross_over(). [callback] */
static inline int qs_cross_under(const qs_ctx *c, qs_line a, qs_line b) {
    return qs_cross_(c, a, b, -1.0);
}

/* The strategy's own position in the symbol of a feed; NULL when there is no such feed. [callback]
 */
static inline const struct qs_position *qs_position_of(const qs_ctx *c, qs_feed feed) {
    return feed >= 0 && (uint32_t)feed < c->view->feed_count ? c->view->positions[feed] : NULL;
}
/* Signed units held of a feed's symbol; 0 = flat. [callback] */
static inline double qs_held_of(const qs_ctx *c, qs_feed feed) {
    const struct qs_position *p = qs_position_of(c, feed);
    return p ? p->quantity : 0.0;
}
/* Signed units held of the current feed's symbol. [callback] */
static inline double qs_held(const qs_ctx *c) { return qs_held_of(c, c->feed); }
/* 1 when nothing is held of the current feed's symbol. [callback] */
static inline int qs_is_flat(const qs_ctx *c) { return qs_held(c) == 0.0; }
/* Money that closing at the newest close would make on what is held, before fees. [callback] */
static inline double qs_open_pnl_of(const qs_ctx *c, qs_feed feed) {
    const struct qs_position *p = qs_position_of(c, feed);
    const struct qs_feed_view *f = qs_feed_of(c, feed);
    if (!p || !f || p->quantity == 0.0 || f->now < 0)
        return 0.0;
    return p->quantity * (f->close[f->now] - p->average_price) * f->multiplier;
}
static inline double qs_open_pnl(const qs_ctx *c) { return qs_open_pnl_of(c, c->feed); }
/* The strategy's own ledger. [callback] */
static inline const struct qs_account *qs_ledger(const qs_ctx *c) { return c->view->account; }
/* The whole broker account, shared with other strategies. [callback] */
static inline const struct qs_account *qs_silo(const qs_ctx *c) { return c->view->silo; }
/* Equity of the strategy's ledger at the newest closes, money. [callback] */
static inline double qs_equity(const qs_ctx *c) { return c->view->account->equity; }
/* Cash of the strategy's ledger, money. [callback] */
static inline double qs_cash(const qs_ctx *c) { return c->view->account->cash; }
/* The strategy's open orders, oldest first; *count of them. [callback] */
static inline const struct qs_order *qs_open_orders(const qs_ctx *c, uint32_t *count) {
    *count = c->view->order_count;
    return c->view->orders;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static inline struct qs_size qs_size_(int32_t kind, double value, double stop_distance) {
    struct qs_size s;
    s.kind = kind;
    s.reserved = 0;
    s.value = value;
    s.stop_distance = stop_distance;
    return s;
}
/* A fixed number of units. */
static inline struct qs_size qs_units(double units) { return qs_size_(QS_SIZE_UNITS, units, 0.0); }
/* A fraction of the strategy's equity, 0.1 = 10 %: units = equity * fraction / price. */
static inline struct qs_size qs_percent_equity(double fraction) {
    return qs_size_(QS_SIZE_EQUITY, fraction, 0.0);
}
/* A fraction of what can still be bought on the strategy's cash or margin. */
static inline struct qs_size qs_percent_buying_power(double fraction) {
    return qs_size_(QS_SIZE_BUYING_POWER, fraction, 0.0);
}
/* Lose `fraction` of equity if the price moves by stop_distance: units = equity * fraction /
 * stop_distance. */
static inline struct qs_size qs_risk(double fraction, double stop_distance) {
    return qs_size_(QS_SIZE_RISK, fraction, stop_distance);
}
/* Worth so much money: units = money / price. */
static inline struct qs_size qs_money(double money) { return qs_size_(QS_SIZE_MONEY, money, 0.0); }
/* What the run's `sizing` says. */
static inline struct qs_size qs_default_size(void) { return qs_size_(QS_SIZE_DEFAULT, 0.0, 0.0); }

/* ---- intents --------------------------------------------------------------------------------- */

/* A market order on the current feed's symbol, to be changed before qs_submit(). [callback] */
static inline struct qs_order_req qs_order_new(const qs_ctx *c, int32_t side, struct qs_size size) {
    struct qs_order_req r;
    memset(&r, 0, sizeof r);
    r.struct_size = (uint32_t)sizeof r;
    r.feed = c->feed;
    r.side = side;
    r.type = QS_MARKET;
    r.tif = QS_GTC;
    r.size = size;
    return r;
}
/* Ask for an order. Returns the strategy's number of it (1, 2, 3 ...), never 0; what became of it
 * comes by on_order with a reason. [callback] */
static inline int64_t qs_submit(qs_ctx *c, const struct qs_order_req *req) {
    return c->host->order(c, req);
}
/* Market orders of `units` on the current feed's symbol. [callback] */
static inline int64_t qs_buy(qs_ctx *c, double units) {
    struct qs_order_req r = qs_order_new(c, QS_BUY, qs_units(units));
    return c->host->order(c, &r);
}
static inline int64_t qs_sell(qs_ctx *c, double units) {
    struct qs_order_req r = qs_order_new(c, QS_SELL, qs_units(units));
    return c->host->order(c, &r);
}
/* The full form: side, type, size, limit (QS_LIMIT, QS_STOP_LIMIT), stop (QS_STOP, QS_STOP_LIMIT),
 * time in force; unused prices are ignored. [callback] */
static inline int64_t qs_order_on(qs_ctx *c, qs_feed feed, int32_t side, int32_t type,
                                  struct qs_size size, double limit_price, double stop_price,
                                  int32_t tif) {
    struct qs_order_req r = qs_order_new(c, side, size);
    r.feed = feed;
    r.type = type;
    r.tif = tif;
    r.limit_price = limit_price;
    r.stop_price = stop_price;
    return c->host->order(c, &r);
}
/* Orders of `units` on the current feed's symbol, good till cancelled. [callback] */
static inline int64_t qs_buy_limit(qs_ctx *c, double units, double limit_price) {
    return qs_order_on(c, c->feed, QS_BUY, QS_LIMIT, qs_units(units), limit_price, 0.0, QS_GTC);
}
static inline int64_t qs_sell_limit(qs_ctx *c, double units, double limit_price) {
    return qs_order_on(c, c->feed, QS_SELL, QS_LIMIT, qs_units(units), limit_price, 0.0, QS_GTC);
}
static inline int64_t qs_buy_stop(qs_ctx *c, double units, double stop_price) {
    return qs_order_on(c, c->feed, QS_BUY, QS_STOP, qs_units(units), 0.0, stop_price, QS_GTC);
}
static inline int64_t qs_sell_stop(qs_ctx *c, double units, double stop_price) {
    return qs_order_on(c, c->feed, QS_SELL, QS_STOP, qs_units(units), 0.0, stop_price, QS_GTC);
}
static inline int64_t qs_buy_stop_limit(qs_ctx *c, double units, double stop_price,
                                        double limit_price) {
    return qs_order_on(c, c->feed, QS_BUY, QS_STOP_LIMIT, qs_units(units), limit_price, stop_price,
                       QS_GTC);
}
static inline int64_t qs_sell_stop_limit(qs_ctx *c, double units, double stop_price,
                                         double limit_price) {
    return qs_order_on(c, c->feed, QS_SELL, QS_STOP_LIMIT, qs_units(units), limit_price, stop_price,
                       QS_GTC);
}
/* Cancel an open order by its number. An order that is already done stays done. [callback] */
static inline int64_t qs_cancel(qs_ctx *c, int64_t order) { return c->host->cancel(c, order); }
/* Close what the strategy holds of the current feed's symbol, at market; resting orders stay.
 * [callback] */
static inline int64_t qs_flatten(qs_ctx *c) { return c->host->flatten(c, c->feed); }
static inline int64_t qs_flatten_of(qs_ctx *c, qs_feed feed) { return c->host->flatten(c, feed); }
/* Bring the position in the current feed's symbol to `size` (negative = short) with one market
 * order; the difference is rounded towards zero to whole lots, and no difference is no order.
 * [callback] */
static inline int64_t qs_target(qs_ctx *c, struct qs_size size) {
    return c->host->target(c, c->feed, &size);
}
static inline int64_t qs_target_of(qs_ctx *c, qs_feed feed, struct qs_size size) {
    return c->host->target(c, feed, &size);
}

/* ---- words and pictures ---------------------------------------------------------------------- */

/* A line for the run's log, printf-like, cut at 511 bytes. [any] */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static inline void
qs_log(qs_ctx *c, int32_t level, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->host->log(c, level, text);
}
/* A value for the charts, by key, at this instant; NaN is refused. [callback] */
static inline void qs_plot(qs_ctx *c, const char *key, double value) {
    c->host->plot(c, key, value);
}
/* A remark recorded with this instant. [callback] */
static inline void qs_note(qs_ctx *c, const char *key, const char *text) {
    c->host->note(c, key, text);
}
/* Something optional by its string id, e.g. "qs.calendar/1"; NULL when this host has none. [any] */
static inline const void *qs_extension(qs_ctx *c, const char *id) {
    return c->host->extension(c, id);
}

#ifdef __cplusplus
} /* extern "C" */
#endif

/* ---- the schema ------------------------------------------------------------------------------ */

#if defined(__GNUC__)
#define QS_EXPORT __attribute__((visibility("default")))
#else
#define QS_EXPORT
#endif

/* 0, where the field has the C type that the host writes or reads there; any other does not
 * compile. The size alone could not tell a double from an int64_t. A long long is an int64_t too.
 */
#ifdef __cplusplus
template <class Field> constexpr uint32_t qs_i64_wanted_() {
    static_assert(std::is_same<typename std::remove_cv<Field>::type, int64_t>::value ||
                      std::is_same<typename std::remove_cv<Field>::type, long long>::value,
                  "quasar: the field of QS_INT, QS_LOCAL_I64 and QS_STATE_I64 must be an int64_t");
    return 0;
}
template <class Field> constexpr uint32_t qs_f64_wanted_() {
    static_assert(std::is_same<typename std::remove_cv<Field>::type, double>::value,
                  "quasar: the field of QS_FLOAT, QS_LOCAL_F64 and QS_STATE_F64 must be a double");
    return 0;
}
template <class Field> constexpr uint32_t qs_i32_wanted_() {
    static_assert(
        std::is_same<typename std::remove_cv<Field>::type, int32_t>::value,
        "quasar: the field of QS_BOOL and QS_SELECT must be an int32_t, that of QS_SYMBOL "
        "a qs_feed");
    return 0;
}
#define QS_TYPED_(S, field, type) (type##_wanted_<decltype(((S *)0)->field)>())
#else
#define QS_IS_qs_i64_(x)                                                                           \
    _Generic((x), int64_t : 1, default : _Generic((x), long long : 1, default : 0))
#define QS_IS_qs_f64_(x) _Generic((x), double : 1, default : 0)
#define QS_IS_qs_i32_(x) _Generic((x), int32_t : 1, default : 0)
#define QS_SAYS_qs_i64_ " must be an int64_t"
#define QS_SAYS_qs_f64_ " must be a double"
#define QS_SAYS_qs_i32_ " must be an int32_t (a qs_feed for QS_SYMBOL)"
#define QS_TYPED_(S, field, type)                                                                  \
    (0 * sizeof(struct {                                                                           \
         _Static_assert(QS_IS_##type##_(((S *)0)->field),                                          \
                        "quasar: " #field " of " #S QS_SAYS_##type##_);                            \
         char unused;                                                                              \
     }))
#endif

#define QS_FIELD_SIZE_(S, field, type)                                                             \
    (uint32_t)(sizeof(((S *)0)->field) + QS_TYPED_(S, field, type))
#define QS_FIELD_(S, field, type)                                                                  \
    (uint32_t) offsetof(S, field), QS_FIELD_SIZE_(S, field, type), (uint32_t)sizeof(S), #field

/* Inputs. S is the params struct, `field` the member that the host writes (and the input's name);
 * default, min, max and optionally step follow. Types: int64_t, double, int32_t (bool, select),
 * qs_feed (symbol); another type does not compile. The _AS forms take a label for people. */
#define QS_INT_AS(S, field, label, ...)                                                            \
    { QS_INPUT_INT, QS_FIELD_(S, field, qs_i64), label, {__VA_ARGS__}, {0.0}, NULL }
#define QS_INT(S, field, ...) QS_INT_AS(S, field, NULL, __VA_ARGS__)
#define QS_FLOAT_AS(S, field, label, ...)                                                          \
    { QS_INPUT_FLOAT, QS_FIELD_(S, field, qs_f64), label, {0}, {__VA_ARGS__}, NULL }
#define QS_FLOAT(S, field, ...) QS_FLOAT_AS(S, field, NULL, __VA_ARGS__)
#define QS_BOOL_AS(S, field, label, on)                                                            \
    { QS_INPUT_BOOL, QS_FIELD_(S, field, qs_i32), label, {on}, {0.0}, NULL }
#define QS_BOOL(S, field, on) QS_BOOL_AS(S, field, NULL, on)
/* A choice; `names` is a NULL-terminated array of strings, in C e.g. QS_NAMES("a", "b"). */
#define QS_SELECT_AS(S, field, label, index, names)                                                \
    { QS_INPUT_SELECT, QS_FIELD_(S, field, qs_i32), label, {index}, {0.0}, names }
#define QS_SELECT(S, field, index, names) QS_SELECT_AS(S, field, NULL, index, names)
/* A role: the run binds a symbol to it, the field gets the number of its feed. */
#define QS_SYMBOL_AS(S, field, label)                                                              \
    { QS_INPUT_SYMBOL, QS_FIELD_(S, field, qs_i32), label, {0}, {0.0}, NULL }
#define QS_SYMBOL(S, field) QS_SYMBOL_AS(S, field, NULL)

/* Variables that the host shows and records by name, whenever they changed after a bar: a double or
 * int64_t member of locals or state. */
#define QS_VARIABLE_(block, S, field, kind, type)                                                  \
    { block, kind, (uint32_t)offsetof(S, field), QS_FIELD_SIZE_(S, field, type), #field, NULL }
#define QS_LOCAL_F64(S, field) QS_VARIABLE_(QS_IN_LOCALS, S, field, QS_VAR_F64, qs_f64)
#define QS_LOCAL_I64(S, field) QS_VARIABLE_(QS_IN_LOCALS, S, field, QS_VAR_I64, qs_i64)
#define QS_STATE_F64(S, field) QS_VARIABLE_(QS_IN_STATE, S, field, QS_VAR_F64, qs_f64)
#define QS_STATE_I64(S, field) QS_VARIABLE_(QS_IN_STATE, S, field, QS_VAR_I64, qs_i64)

/* Last entry of a table that is written out, as C++ does. */
#define QS_INPUTS_END                                                                              \
    { 0, 0, 0, 0, NULL, NULL, {0}, {0.0}, NULL }
#define QS_VARIABLES_END                                                                           \
    { 0, 0, 0, 0, NULL, NULL }

#ifndef __cplusplus

#define QS_NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QS_INPUTS(...) ((const struct qs_input[]){__VA_ARGS__, QS_INPUTS_END})
#define QS_VARIABLES(...) ((const struct qs_variable[]){__VA_ARGS__, QS_VARIABLES_END})
#define QS_LOCALS(S) .locals_size = (uint32_t)sizeof(S)
#define QS_STATE(S, version) .state_size = (uint32_t)sizeof(S), .state_version = (version)

/* The whole schema, in C: QS_STRATEGY(.id = "...", .name = "...", .version = "1.0.0",
 * .inputs = QS_INPUTS(...), QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar) */
#define QS_STRATEGY(...)                                                                           \
    static const struct qs_strategy qs_schema_ = {                                                 \
        .magic = QS_MAGIC,                                                                         \
        .struct_size = (uint32_t)sizeof(struct qs_strategy),                                       \
        .abi_major = QS_ABI_MAJOR,                                                                 \
        .abi_minor = QS_ABI_MINOR,                                                                 \
        .input_size = (uint32_t)sizeof(struct qs_input),                                           \
        .variable_size = (uint32_t)sizeof(struct qs_variable),                                     \
        __VA_ARGS__};                                                                              \
    QS_EXPORT const struct qs_strategy *qs_schema(void) { return &qs_schema_; }

#else /* C++17 */

/* A schema with its frozen fields, and the rest as `fill` says. */
inline qs_strategy qs_made_schema_(void (*fill)(qs_strategy &)) {
    qs_strategy made = qs_strategy();
    made.magic = QS_MAGIC;
    made.struct_size = static_cast<uint32_t>(sizeof(qs_strategy));
    made.abi_major = QS_ABI_MAJOR;
    made.abi_minor = QS_ABI_MINOR;
    made.input_size = static_cast<uint32_t>(sizeof(qs_input));
    made.variable_size = static_cast<uint32_t>(sizeof(qs_variable));
    fill(made);
    return made;
}

/* The whole schema, in C++: a function body that fills it, from static tables that stand above.
 *
 *   static const qs_input inputs[] = {QS_INT(params, fast, 12, 1, 200), QS_INPUTS_END};
 *
 *   QS_STRATEGY_CXX(s) {
 *       s.id = "x";
 *       s.inputs = inputs;
 *       qs_use_locals<locals>(s);
 *       s.on_bar = on_bar;
 *   }
 *
 * The body runs once, when the .so is loaded. No guard variable, so that a plugin without
 * exceptions needs nothing of libstdc++. */
#define QS_STRATEGY_CXX(s)                                                                         \
    static void qs_fill_schema_(qs_strategy &);                                                    \
    static const qs_strategy qs_schema_ = qs_made_schema_(qs_fill_schema_);                        \
    extern "C" QS_EXPORT const struct qs_strategy *qs_schema(void) { return &qs_schema_; }         \
    static void qs_fill_schema_(qs_strategy &s)

template <class T> inline void qs_use_locals(qs_strategy &s) {
    static_assert(std::is_trivially_copyable<T>::value, "locals must be plain data");
    s.locals_size = static_cast<uint32_t>(sizeof(T));
}
template <class T> inline void qs_use_state(qs_strategy &s, uint32_t version) {
    static_assert(std::is_trivially_copyable<T>::value, "state must be plain data");
    s.state_size = static_cast<uint32_t>(sizeof(T));
    s.state_version = version;
}

#endif
#endif
