/*
 * quasar/indicators.h - indicators by handle: the host computes, caches and warms them.
 *
 * Ask for them in on_init, keep the qs_line in locals, read it in on_bar with qs_line_at() or the
 * qs_cross_* functions of strategy.h. A source is a column (QS_CLOSE ...), the column of another
 * feed (qs_src(feed, QS_HIGH)) or the line of another indicator. Indicators that need whole bars
 * take QS_BARS or qs_src(feed, QS_BARS). Each has an exact lookback: before it the value is NaN,
 * and the first on_bar comes when all declared indicators are defined. Values never depend on bars
 * after the one that closed. A handle asked for twice is computed once.
 *
 * All functions here: phase [on_init]; n in bars, 1 .. 100000; on bad arguments or in another
 * phase they return QS_NO_LINE, the run stops with a sentence that names the call.
 */
#ifndef QUASAR_INDICATORS_H
#define QUASAR_INDICATORS_H

#include <quasar/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Columns of feed 0, as sources; columns of other feeds by qs_src(). */
enum {
    QS_NO_LINE = -1,
    QS_OPEN = -16,
    QS_HIGH = -17,
    QS_LOW = -18,
    QS_CLOSE = -19,
    QS_VOLUME = -20,
    QS_HL2 = -21,   /* (high + low) / 2 */
    QS_HLC3 = -22,  /* (high + low + close) / 3 */
    QS_OHLC4 = -23, /* (open + high + low + close) / 4 */
    QS_BARS = -24   /* whole bars, for indicators that need more than one column */
};

/* A column of another feed, as a source. */
static inline qs_line qs_src(qs_feed feed, qs_line column) { return column - 16 * feed; }

/* Kinds, frozen: they are part of the ABI. */
enum {
    QS_IND_SMA = 1,
    QS_IND_EMA = 2,
    QS_IND_WMA = 3,
    QS_IND_RSI = 4,
    QS_IND_MACD = 5,
    QS_IND_ATR = 6,
    QS_IND_BBANDS = 7,
    QS_IND_OBV = 8,
    QS_IND_VOLUME_SMA = 9,
    QS_IND_STDDEV = 10,
    QS_IND_HIGHEST = 11,
    QS_IND_LOWEST = 12,
    QS_IND_STOCHASTIC = 13,
    QS_IND_ADX = 14,
    QS_IND_ROC = 15,
    QS_IND_VWAP = 16
};

/* Several outputs of one indicator. They lie next to each other: line, line + 1, line + 2. */
struct qs_macd_lines {
    qs_line line, signal, hist;
};
struct qs_bbands_lines {
    qs_line mid, up, low;
};
struct qs_stochastic_lines {
    qs_line k_fast, d_fast, d_slow;
};
struct qs_adx_lines {
    qs_line adx, plus_di, minus_di;
};

static inline qs_line qs_indicator_(struct qs_ctx *c, int32_t kind, qs_line src, int64_t n0,
                                    int64_t n1, int64_t n2, double k) {
    struct qs_indicator_req r;
    r.struct_size = (uint32_t)sizeof r;
    r.kind = kind;
    r.source = src;
    r.n[0] = n0 > INT32_MAX || n0 < INT32_MIN ? -1 : (int32_t)n0;
    r.n[1] = n1 > INT32_MAX || n1 < INT32_MIN ? -1 : (int32_t)n1;
    r.n[2] = n2 > INT32_MAX || n2 < INT32_MIN ? -1 : (int32_t)n2;
    r.k = k;
    return c->host->indicator(c, &r);
}

/* Simple moving average: mean of the last n values. Lookback n - 1. */
static inline qs_line qs_sma(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_SMA, src, n, 0, 0, 0.0);
}
/* Exponential moving average, alpha 2 / (n + 1), seeded with the mean of the first n values (run
 * setting ema_seed: first = seeded with the first value). Lookback n - 1 (0). */
static inline qs_line qs_ema(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_EMA, src, n, 0, 0, 0.0);
}
/* Linearly weighted moving average, newest value weighs n. Lookback n - 1. */
static inline qs_line qs_wma(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_WMA, src, n, 0, 0, 0.0);
}
/* Relative strength index (Wilder), 0 .. 100; flat series 50, no losses 100. Lookback n. */
static inline qs_line qs_rsi(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_RSI, src, n, 0, 0, 0.0);
}
/* EMA(fast) - EMA(slow), its EMA(signal), and the difference of the two; each EMA with its own
 * seed. Lookback of line slow - 1, of signal and hist slow + signal - 2. */
static inline struct qs_macd_lines qs_macd(struct qs_ctx *c, qs_line src, int64_t fast,
                                           int64_t slow, int64_t signal) {
    struct qs_macd_lines m;
    m.line = qs_indicator_(c, QS_IND_MACD, src, fast, slow, signal, 0.0);
    m.signal = m.line < 0 ? m.line : m.line + 1;
    m.hist = m.line < 0 ? m.line : m.line + 2;
    return m;
}
/* Average true range (Wilder), true range from the second bar on. src: QS_BARS. Lookback n. */
static inline qs_line qs_atr(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_ATR, src, n, 0, 0, 0.0);
}
/* Bollinger bands: SMA(n) and k population deviations around it. Lookback n - 1. */
static inline struct qs_bbands_lines qs_bbands(struct qs_ctx *c, qs_line src, int64_t n, double k) {
    struct qs_bbands_lines b;
    b.mid = qs_indicator_(c, QS_IND_BBANDS, src, n, 0, 0, k);
    b.up = b.mid < 0 ? b.mid : b.mid + 1;
    b.low = b.mid < 0 ? b.mid : b.mid + 2;
    return b;
}
/* On-balance volume, 0 at the first bar. src: QS_BARS. Lookback 0. */
static inline qs_line qs_obv(struct qs_ctx *c, qs_line src) {
    return qs_indicator_(c, QS_IND_OBV, src, 0, 0, 0, 0.0);
}
/* Mean of the last n volumes. src: QS_BARS. Lookback n - 1. */
static inline qs_line qs_volume_sma(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_VOLUME_SMA, src, n, 0, 0, 0.0);
}
/* Population standard deviation of the last n values. Lookback n - 1. */
static inline qs_line qs_stddev(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_STDDEV, src, n, 0, 0, 0.0);
}
/* Highest of the last n values. Lookback n - 1. */
static inline qs_line qs_highest(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_HIGHEST, src, n, 0, 0, 0.0);
}
/* Lowest of the last n values. Lookback n - 1. */
static inline qs_line qs_lowest(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_LOWEST, src, n, 0, 0, 0.0);
}
/* Stochastic oscillator: %K over n bars, its mean over d (fast %D), the mean of that over slow_d
 * (slow %D); 0 where the range is empty. src: QS_BARS. Lookback n - 1, + d - 1, + slow_d - 1. */
static inline struct qs_stochastic_lines qs_stochastic(struct qs_ctx *c, qs_line src, int64_t n,
                                                       int64_t d, int64_t slow_d) {
    struct qs_stochastic_lines s;
    s.k_fast = qs_indicator_(c, QS_IND_STOCHASTIC, src, n, d, slow_d, 0.0);
    s.d_fast = s.k_fast < 0 ? s.k_fast : s.k_fast + 1;
    s.d_slow = s.k_fast < 0 ? s.k_fast : s.k_fast + 2;
    return s;
}
/* Average directional index (Wilder) with its +DI and -DI. src: QS_BARS. Lookback of adx 2n - 1, of
 * the DIs n. */
static inline struct qs_adx_lines qs_adx(struct qs_ctx *c, qs_line src, int64_t n) {
    struct qs_adx_lines a;
    a.adx = qs_indicator_(c, QS_IND_ADX, src, n, 0, 0, 0.0);
    a.plus_di = a.adx < 0 ? a.adx : a.adx + 1;
    a.minus_di = a.adx < 0 ? a.adx : a.adx + 2;
    return a;
}
/* Rate of change in percent against the value n bars ago. Lookback n. */
static inline qs_line qs_roc(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_ROC, src, n, 0, 0, 0.0);
}
/* Volume-weighted mean of (high + low + close) / 3 over the last n bars; n = 0: since the first
 * bar. NaN while no volume was seen. src: QS_BARS. Lookback n - 1 (0). */
static inline qs_line qs_vwap(struct qs_ctx *c, qs_line src, int64_t n) {
    return qs_indicator_(c, QS_IND_VWAP, src, n, 0, 0, 0.0);
}

#ifdef __cplusplus
}
#endif
#endif
