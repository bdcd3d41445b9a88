/* The table of kinds, and all that is answered by looking into it. */
#include "ta/ta.h"

#include "base/err.h"
#include "ta/kernel.h"

#define BIT(field) (1u << (field))
#define PERIOD(name, usual)                                                                        \
    { name, 1, TA_N_MAX, usual }

struct kind {
    struct ta_info info;
    const struct ta_kernel *kernel;
};

static const struct kind kinds[TA_KIND_COUNT] = {
    [TA_SMA] = {{.name = "sma",
                 .out_count = 1,
                 .out_names = {"sma"},
                 .param_count = 1,
                 .params = {PERIOD("n", 20)}},
                &ta_kernel_sma},
    [TA_EMA] = {{.name = "ema",
                 .out_count = 1,
                 .out_names = {"ema"},
                 .param_count = 1,
                 .params = {PERIOD("n", 20)},
                 .has_seed = 1},
                &ta_kernel_ema},
    [TA_WMA] = {{.name = "wma",
                 .out_count = 1,
                 .out_names = {"wma"},
                 .param_count = 1,
                 .params = {PERIOD("n", 20)}},
                &ta_kernel_wma},
    [TA_RSI] = {{.name = "rsi",
                 .out_count = 1,
                 .out_names = {"rsi"},
                 .param_count = 1,
                 .params = {PERIOD("n", 14)}},
                &ta_kernel_rsi},
    [TA_MACD] = {{.name = "macd",
                  .out_count = 3,
                  .out_names = {"line", "signal", "hist"},
                  .param_count = 3,
                  .params = {PERIOD("fast", 12), PERIOD("slow", 26), PERIOD("signal", 9)},
                  .has_seed = 1},
                 &ta_kernel_macd},
    [TA_ATR] = {{.name = "atr",
                 .input = TA_IN_BAR,
                 .fields = BIT(TA_HIGH) | BIT(TA_LOW) | BIT(TA_CLOSE),
                 .out_count = 1,
                 .out_names = {"atr"},
                 .param_count = 1,
                 .params = {PERIOD("n", 14)}},
                &ta_kernel_atr},
    [TA_BBANDS] = {{.name = "bbands",
                    .out_count = 3,
                    .out_names = {"mid", "up", "low"},
                    .param_count = 1,
                    .params = {PERIOD("n", 20)},
                    .has_k = 1,
                    .k_min = 0.0,
                    .k_max = 1000.0,
                    .k_usual = 2.0},
                   &ta_kernel_bbands},
    [TA_OBV] = {{.name = "obv",
                 .input = TA_IN_BAR,
                 .fields = BIT(TA_CLOSE) | BIT(TA_VOLUME),
                 .out_count = 1,
                 .out_names = {"obv"}},
                &ta_kernel_obv},
    [TA_VOLUME_SMA] = {{.name = "volume_sma",
                        .input = TA_IN_BAR,
                        .fields = BIT(TA_VOLUME),
                        .out_count = 1,
                        .out_names = {"volume_sma"},
                        .param_count = 1,
                        .params = {PERIOD("n", 20)}},
                       &ta_kernel_volume_sma},
    [TA_STDDEV] = {{.name = "stddev",
                    .out_count = 1,
                    .out_names = {"stddev"},
                    .param_count = 1,
                    .params = {PERIOD("n", 20)}},
                   &ta_kernel_stddev},
    [TA_HIGHEST] = {{.name = "highest",
                     .out_count = 1,
                     .out_names = {"highest"},
                     .param_count = 1,
                     .params = {PERIOD("n", 20)}},
                    &ta_kernel_highest},
    [TA_LOWEST] = {{.name = "lowest",
                    .out_count = 1,
                    .out_names = {"lowest"},
                    .param_count = 1,
                    .params = {PERIOD("n", 20)}},
                   &ta_kernel_lowest},
    [TA_STOCHASTIC] = {{.name = "stochastic",
                        .input = TA_IN_BAR,
                        .fields = BIT(TA_HIGH) | BIT(TA_LOW) | BIT(TA_CLOSE),
                        .out_count = 3,
                        .out_names = {"k_fast", "d_fast", "d_slow"},
                        .param_count = 3,
                        .params = {PERIOD("k", 14), PERIOD("d", 3), PERIOD("slow_d", 3)}},
                       &ta_kernel_stochastic},
    [TA_ADX] = {{.name = "adx",
                 .input = TA_IN_BAR,
                 .fields = BIT(TA_HIGH) | BIT(TA_LOW) | BIT(TA_CLOSE),
                 .out_count = 3,
                 .out_names = {"adx", "pdi", "mdi"},
                 .param_count = 1,
                 .params = {PERIOD("n", 14)}},
                &ta_kernel_adx},
    [TA_ROC] = {{.name = "roc",
                 .out_count = 1,
                 .out_names = {"roc"},
                 .param_count = 1,
                 .params = {PERIOD("n", 10)}},
                &ta_kernel_roc},
    [TA_VWAP] = {{.name = "vwap",
                  .input = TA_IN_BAR,
                  .fields = BIT(TA_HIGH) | BIT(TA_LOW) | BIT(TA_CLOSE) | BIT(TA_VOLUME),
                  .out_count = 1,
                  .out_names = {"vwap"},
                  .param_count = 1,
                  .params = {{"n", 0, TA_N_MAX, 0}}},
                 &ta_kernel_vwap},
};

/* NULL for a number that is no kind. */
static const struct kind *kind_find(int32_t number) {
    if (number < 0 || number >= TA_KIND_COUNT || kinds[number].kernel == NULL)
        return NULL;
    return &kinds[number];
}

/* For a spec that ta_check() took. */
static const struct ta_kernel *kernel_of(const struct ta_spec *spec) {
    const struct kind *kind = kind_find(spec->kind);
    CHECKF(kind != NULL, "indicator kind %d", (int)spec->kind);
    return kind->kernel;
}

const struct ta_info *ta_info(int32_t number) {
    const struct kind *kind = kind_find(number);
    return kind ? &kind->info : NULL;
}

int ta_check(const struct ta_spec *spec, struct err *err) {
    const struct ta_info *info = ta_info(spec->kind);
    if (info == NULL)
        return err_set(err, ERR_PARAM, "indicator kind %d: unknown (kinds are 1 to %d)",
                       (int)spec->kind, TA_KIND_COUNT - 1);
    for (int i = 0; i < info->param_count; i++) {
        const struct ta_param *p = &info->params[i];
        if (spec->n[i] < p->min || spec->n[i] > p->max)
            return err_set(err, ERR_PARAM, "indicator %s: %s = %d: out of range (%d to %d)",
                           info->name, p->name, (int)spec->n[i], (int)p->min, (int)p->max);
    }
    if (info->has_k && !(spec->k > info->k_min && spec->k <= info->k_max))
        return err_set(err, ERR_PARAM, "indicator %s: k = %g: out of range (above %g, up to %g)",
                       info->name, spec->k, info->k_min, info->k_max);
    if (info->has_seed && spec->seed != TA_SEED_SMA && spec->seed != TA_SEED_FIRST)
        return err_set(err, ERR_PARAM, "indicator %s: seed = %d: unknown (0 = sma, 1 = first)",
                       info->name, (int)spec->seed);
    return 0;
}

int64_t ta_lookback(const struct ta_spec *spec, int out) {
    const struct ta_info *info = ta_info(spec->kind);
    if (info == NULL || out < 0 || out >= info->out_count)
        return -1;
    const int64_t n = spec->n[0];
    switch (spec->kind) {
    case TA_OBV:
        return 0;
    case TA_RSI:
    case TA_ATR:
    case TA_ROC:
        return n;
    case TA_ADX:
        return out == 0 ? 2 * n - 1 : n;
    case TA_EMA:
        return spec->seed == TA_SEED_FIRST ? 0 : n - 1;
    case TA_MACD:
        if (spec->seed == TA_SEED_FIRST)
            return 0;
        return max_i64(n, spec->n[1]) - 1 + (out == 0 ? 0 : spec->n[2] - 1);
    case TA_STOCHASTIC:
        return n - 1 + (out >= 1 ? spec->n[1] - 1 : 0) + (out >= 2 ? spec->n[2] - 1 : 0);
    case TA_VWAP:
        return n == 0 ? 0 : n - 1;
    default: /* the plain windows */
        return n - 1;
    }
}

size_t ta_state_size(const struct ta_spec *spec) {
    return ta_check(spec, NULL) == 0 ? kernel_of(spec)->size(spec) : 0;
}

void ta_init(const struct ta_spec *spec, void *state) { kernel_of(spec)->init(spec, state); }

ta_push_fn ta_push(int32_t number) {
    const struct kind *kind = kind_find(number);
    return kind ? kind->kernel->push : NULL;
}

void ta_batch(const struct ta_spec *spec, const double *const in[TA_FIELD_COUNT], int64_t n,
              double *const out[]) {
    kernel_of(spec)->batch(spec, in, n, out);
}
