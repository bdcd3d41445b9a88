/*
 * Indicator kernels: a stream form (one input at a time, the caller owns the state) and a batch
 * form (whole columns). Pure functions of their inputs: no allocation, no I/O, no clock, and of
 * mathematics only + - x / and sqrt, so that every machine gives the same bits.
 *
 * The invariant: ta_batch() and a series of pushes from ta_init() on give the same bits.
 *
 * Undefined is NaN, never zero. Leading inputs that are no numbers are skipped: every window and
 * seed starts at the first number, and so does ta_lookback(). A later one is passed on: a kind that
 * looks at a window is NaN while the window holds it, a recursive kind (ema, macd, rsi, atr, adx,
 * obv, cumulative vwap) stays NaN for good. "No number" is NaN, an infinity or a magnitude of 1e150
 * and more; a bar is one when any field that the kind reads is one (ta_info.fields). Only ema and
 * macd, once seeded, test nothing: an infinity shows as itself before the NaN, and 1e150 is
 * averaged.
 *
 * Not here: which indicators a run needs, caching, warm-up. That is the engine's.
 */
#ifndef QS_TA_TA_H
#define QS_TA_TA_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * kind         input  n[0] n[1] n[2]              outputs (from lookback)
 * sma          value  n                           mean of n (n-1)
 * ema          value  n                           see enum ta_seed (n-1; 0 with TA_SEED_FIRST)
 * wma          value  n                           weights 1..n, newest heaviest (n-1)
 * rsi          value  n                           100*G/(G+L), Wilder means; flat 50 (n)
 * macd         value  fast, slow, signal          line, signal, hist = line - signal
 * atr          bar    n                           Wilder mean of the true range from bar 1 on (n)
 * bbands       value  n; k                        mid (= sma, same bits), up, low; population (n-1)
 * obv          bar    -                           0 at the first bar (0)
 * volume_sma   bar    n                           mean volume of n (n-1)
 * stddev       value  n                           population (n-1)
 * highest      value  n                           largest of n (n-1)
 * lowest       value  n                           smallest of n (n-1)
 * stochastic   bar    k period, d, slow d         k_fast, d_fast, d_slow; k is 0 when HH = LL
 * adx          bar    n                           adx (2n-1), pdi (n), mdi (n)
 * roc          value  n                           100*(x/x[n ago] - 1); NaN when x[n ago] is 0 (n)
 * vwap         bar    n, or 0 = since the start   typical price by volume; NaN when volume is 0
 *
 * adx without any movement: pdi and mdi are 0 when the ATR is 0, DX is 0 when pdi + mdi is 0.
 * roc looks at two inputs only, the newest and the one n before it; what lies between is not its
 * window. macd takes fast and slow in any order.
 */
enum ta_kind {
    TA_SMA = 1,
    TA_EMA = 2,
    TA_WMA = 3,
    TA_RSI = 4,
    TA_MACD = 5,
    TA_ATR = 6,
    TA_BBANDS = 7,
    TA_OBV = 8,
    TA_VOLUME_SMA = 9,
    TA_STDDEV = 10,
    TA_HIGHEST = 11,
    TA_LOWEST = 12,
    TA_STOCHASTIC = 13,
    TA_ADX = 14,
    TA_ROC = 15,
    TA_VWAP = 16,
    TA_KIND_COUNT = 17
};

/* What one input is: a single value, or open high low close volume in this order. */
enum ta_input { TA_IN_VALUE, TA_IN_BAR };

/* Places of a bar's fields in `in`, and the bits of ta_info.fields. */
enum ta_field { TA_OPEN, TA_HIGH, TA_LOW, TA_CLOSE, TA_VOLUME, TA_FIELD_COUNT };

/*
 * ema and macd only. SMA: the first value is the mean of the first n inputs. FIRST: the first value
 * is the first input, and there is no lookback; in macd that goes for the signal line too.
 */
enum ta_seed { TA_SEED_SMA = 0, TA_SEED_FIRST = 1 };

#define TA_OUT_MAX 3
#define TA_PARAM_MAX 3
#define TA_N_MAX 100000

/* One indicator. Parameters that a kind does not have are ignored, whatever they hold. */
struct ta_spec {
    int32_t kind; /* enum ta_kind */
    int32_t n[TA_PARAM_MAX];
    double k;     /* bbands only: width in standard deviations */
    int32_t seed; /* enum ta_seed */
};

struct ta_param {
    const char *name;
    int32_t min, max, usual; /* usual: what a menu offers; no default is ever filled in here */
};

struct ta_info {
    const char *name; /* "sma": lower case, as in configs */
    enum ta_input input;
    unsigned fields; /* bits 1u << enum ta_field of the fields that are read; value kinds: 0 */
    int out_count;
    const char *out_names[TA_OUT_MAX];
    int param_count; /* how many of ta_spec.n count */
    struct ta_param params[TA_PARAM_MAX];
    int has_seed; /* ta_spec.seed counts */
    int has_k;    /* ta_spec.k counts: finite, above k_min, at most k_max */
    double k_min, k_max, k_usual;
};

/* The kind's description, static; NULL for an unknown kind. */
const struct ta_info *ta_info(int32_t kind);

/* 0 when every parameter that the kind has is in range, else ERR_PARAM with a sentence in err. */
int ta_check(const struct ta_spec *spec, struct err *err);

/*
 * Index of the first defined value of output `out`, counting inputs from 0 at the first number; -1
 * for an unknown kind or output. roc and vwap can be NaN later still, by their definition.
 */
int64_t ta_lookback(const struct ta_spec *spec, int out);

/*
 * Bytes of state for one stream, a multiple of 16; 0 for a spec that ta_check() refuses. A state
 * holds no pointers: it may be copied and moved, between two pushes.
 */
size_t ta_state_size(const struct ta_spec *spec);

/* Starts a stream in `state`: ta_state_size() bytes, 16-aligned, for a spec that ta_check() took.
 */
void ta_init(const struct ta_spec *spec, void *state);

/*
 * Takes one input and writes all outputs. `in` is in[0] = value, or in[0..4] = open high low close
 * volume; `out` takes out_count values, NaN until defined. Constant time on average: a window of n
 * spends at most 2n steps in one push, and that once in n pushes.
 */
typedef void (*ta_push_fn)(void *state, const double *in, double *out);

/* The push of a kind; NULL for an unknown kind. */
ta_push_fn ta_push(int32_t kind);

/*
 * The batch twin, for a spec that ta_check() took. Value kinds read in[0]; bar kinds read the
 * columns in ta_info.fields, the others may be NULL. Each out[j], j < out_count, takes n values;
 * none may be NULL or overlap an input. Uses about 12 KiB of stack, whatever the periods.
 */
void ta_batch(const struct ta_spec *spec, const double *const in[TA_FIELD_COUNT], int64_t n,
              double *const out[]);

#endif
