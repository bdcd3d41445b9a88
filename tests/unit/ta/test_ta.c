#include "unit/ta/series.h"

static struct ta_spec usual(int32_t kind) {
    const struct ta_info *info = ta_info(kind);
    struct ta_spec spec = {.kind = kind, .k = info->k_usual};
    for (int i = 0; i < info->param_count; i++)
        spec.n[i] = info->params[i].usual;
    return spec;
}

Test(ta, knows_each_kind_and_no_other) {
    for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++) {
        const struct ta_info *info = ta_info(kind);
        cr_assert(info != NULL && info->name != NULL, "kind %d", kind);
        cr_assert(ta_push(kind) != NULL);
        cr_assert(info->out_count >= 1 && info->out_count <= TA_OUT_MAX);
        for (int j = 0; j < info->out_count; j++)
            cr_assert(info->out_names[j] != NULL, "%s output %d", info->name, j);
        for (int j = 0; j < info->param_count; j++)
            cr_assert(info->params[j].name != NULL, "%s parameter %d", info->name, j);
        cr_assert_eq(info->fields != 0, info->input == TA_IN_BAR, "%s", info->name);
        for (int32_t other = 1; other < kind; other++)
            cr_assert_str_neq(info->name, ta_info(other)->name);
        struct ta_spec spec = usual(kind);
        struct err err;
        cr_assert_eq(ta_check(&spec, &err), 0, "%s", info->name);
    }
    const int32_t strangers[] = {0, -1, TA_KIND_COUNT, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
        struct ta_spec spec = {.kind = strangers[i], .n = {5, 5, 5}, .k = 2.0};
        cr_assert_null(ta_info(strangers[i]));
        cr_assert(ta_push(strangers[i]) == NULL);
        cr_assert_eq(ta_lookback(&spec, 0), -1);
        cr_assert_eq(ta_state_size(&spec), 0);
        cr_assert_eq(ta_check(&spec, NULL), ERR_PARAM);
    }
}

static void refuses(struct ta_spec spec, const char *words) {
    struct err err = {0};
    cr_assert_eq(ta_check(&spec, &err), ERR_PARAM, "%s", words);
    cr_assert(strstr(err.text, words) != NULL, "\"%s\" lacks \"%s\"", err.text, words);
    cr_assert_eq(ta_state_size(&spec), 0);
}

Test(ta, refuses_a_parameter_out_of_range_with_name_value_and_limits) {
    refuses((struct ta_spec){.kind = TA_SMA}, "sma: n = 0: out of range (1 to 100000)");
    refuses((struct ta_spec){.kind = TA_EMA, .n = {100001}}, "ema: n = 100001");
    refuses((struct ta_spec){.kind = TA_RSI, .n = {-3}}, "rsi: n = -3");
    refuses((struct ta_spec){.kind = TA_MACD, .n = {12, 0, 9}}, "macd: slow = 0");
    refuses((struct ta_spec){.kind = TA_MACD, .n = {12, 26, 0}}, "macd: signal = 0");
    refuses((struct ta_spec){.kind = TA_STOCHASTIC, .n = {14, 3, 0}}, "stochastic: slow_d = 0");
    refuses((struct ta_spec){.kind = TA_VWAP, .n = {-1}}, "vwap: n = -1: out of range (0 to");
    refuses((struct ta_spec){.kind = TA_BBANDS, .n = {20}, .k = 0.0}, "bbands: k = 0");
    refuses((struct ta_spec){.kind = TA_BBANDS, .n = {20}, .k = NAN}, "bbands: k = ");
    refuses((struct ta_spec){.kind = TA_BBANDS, .n = {20}, .k = INFINITY}, "bbands: k = inf");
    refuses((struct ta_spec){.kind = TA_EMA, .n = {20}, .seed = 2}, "ema: seed = 2");
    refuses((struct ta_spec){.kind = 99}, "indicator kind 99: unknown");
}

Test(ta, ignores_parameters_that_the_kind_does_not_have) {
    struct ta_spec obv = {.kind = TA_OBV, .n = {-1, -1, -1}, .k = NAN, .seed = 7};
    struct ta_spec sma = {.kind = TA_SMA, .n = {3, -1, -1}, .k = -1.0, .seed = 7};
    cr_assert_eq(ta_check(&obv, NULL), 0);
    cr_assert_eq(ta_check(&sma, NULL), 0);
}

/* The first bars of indicators_README.md. */
Test(ta, lookbacks_are_those_of_the_golden_table) {
    static const struct {
        struct ta_spec spec;
        int out;
        int64_t first;
    } rows[] = {
        {{.kind = TA_SMA, .n = {20}}, 0, 19},
        {{.kind = TA_EMA, .n = {20}}, 0, 19},
        {{.kind = TA_EMA, .n = {20}, .seed = TA_SEED_FIRST}, 0, 0},
        {{.kind = TA_RSI, .n = {14}}, 0, 14},
        {{.kind = TA_MACD, .n = {12, 26, 9}}, 0, 25},
        {{.kind = TA_MACD, .n = {12, 26, 9}}, 1, 33},
        {{.kind = TA_MACD, .n = {26, 12, 9}}, 2, 33},
        {{.kind = TA_ATR, .n = {14}}, 0, 14},
        {{.kind = TA_BBANDS, .n = {20}, .k = 2.0}, 2, 19},
        {{.kind = TA_OBV}, 0, 0},
        {{.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 0, 13},
        {{.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 1, 15},
        {{.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 2, 17},
        {{.kind = TA_ADX, .n = {14}}, 0, 27},
        {{.kind = TA_ADX, .n = {14}}, 1, 14},
        {{.kind = TA_ADX, .n = {14}}, 2, 14},
        {{.kind = TA_VWAP}, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_assert_eq(ta_lookback(&rows[i].spec, rows[i].out), rows[i].first, "row %zu", i);
    cr_assert_eq(ta_lookback(&rows[0].spec, 1), -1);
    cr_assert_eq(ta_lookback(&rows[0].spec, -1), -1);
}

static int64_t first_defined(const double *column, int64_t n) {
    int64_t i = 0;
    while (i < n && isnan(column[i]))
        i++;
    return i;
}

/* Bars 0 .. skipped-1 are NaN in one field that the kind reads, or in all. */
static void lookback_holds(const struct ta_spec *spec, const struct series *s, int64_t skipped) {
    struct outputs o;
    outputs_init(&o, s->n);
    run_stream(spec, s, &o);
    for (int j = 0; j < ta_info(spec->kind)->out_count; j++) {
        int64_t first = first_defined(o.out[j], s->n);
        cr_assert_eq(first, skipped + ta_lookback(spec, j), "%s n %d %d %d output %d: %lld",
                     ta_info(spec->kind)->name, spec->n[0], spec->n[1], spec->n[2], j,
                     (long long)first);
        for (int64_t i = first; i < s->n; i++)
            cr_assert(!isnan(o.out[j][i]), "%s output %d at %lld", ta_info(spec->kind)->name, j,
                      (long long)i);
    }
    outputs_fini(&o);
}

Test(ta, lookback_is_the_first_defined_index_of_every_kind) {
    static const int32_t periods[] = {1, 2, 3, 5, 14, 100, 511, 512, 513, 700};
    struct series s;
    series_random(&s, 2200, 1);
    for (int64_t i = 0; i < s.n; i++)
        s.col[TA_VOLUME][i] += 1.0; /* a vwap without volume is undefined by its definition */
    for (int64_t skipped = 0; skipped < 8; skipped += 7) {
        for (int64_t i = 0; i < skipped; i++)
            for (int f = 0; f < TA_FIELD_COUNT; f++)
                s.col[f][i] = NAN;
        for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++)
            for (size_t i = 0; i < ARRAY_LEN(periods); i++)
                for (size_t j = 0; j < ARRAY_LEN(periods); j += 3)
                    for (int32_t seed = 0; seed < 2; seed++) {
                        struct ta_spec spec = {.kind = kind, .k = 2.0, .seed = seed};
                        spec.n[0] = periods[i];
                        spec.n[1] = periods[j];
                        spec.n[2] = periods[(i + j) % 6];
                        lookback_holds(&spec, &s, skipped);
                    }
    }
    struct ta_spec since_start = {.kind = TA_VWAP};
    lookback_holds(&since_start, &s, 7);
    series_fini(&s);
}

Test(ta, a_leading_bar_with_one_bad_field_is_skipped_and_unread_fields_do_not_count) {
    for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++) {
        const struct ta_info *info = ta_info(kind);
        struct ta_spec spec = usual(kind);
        for (int field = 0; info->input == TA_IN_BAR && field < TA_FIELD_COUNT; field++) {
            struct series s;
            series_random(&s, 120, 2);
            for (int64_t i = 0; i < s.n; i++)
                s.col[TA_VOLUME][i] += 1.0;
            s.col[field][0] = INFINITY;
            s.col[field][1] = NAN;
            lookback_holds(&spec, &s, info->fields >> field & 1 ? 2 : 0);
            series_fini(&s);
        }
    }
}

Test(ta, a_state_may_be_moved_between_two_pushes) {
    struct series s;
    struct outputs want;
    series_random(&s, 300, 3);
    outputs_init(&want, s.n);
    for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++) {
        struct ta_spec spec = usual(kind);
        const double *in[TA_FIELD_COUNT];
        series_inputs(&s, kind, in);
        run_stream(&spec, &s, &want);
        void *state = state_new(&spec);
        for (int64_t i = 0; i < s.n; i++) {
            double bar[TA_FIELD_COUNT], out[TA_OUT_MAX];
            for (int f = 0; f < TA_FIELD_COUNT; f++)
                bar[f] = in[f][i];
            void *moved = aligned_alloc(16, ta_state_size(&spec));
            memcpy(moved, state, ta_state_size(&spec));
            memset(state, 0xff, ta_state_size(&spec));
            free(state);
            state = moved;
            ta_push(kind)(state, bar, out);
            for (int j = 0; j < ta_info(kind)->out_count; j++)
                cr_assert(same_bits(out[j], want.out[j][i]), "%s", ta_info(kind)->name);
        }
        free(state);
    }
    outputs_fini(&want);
    series_fini(&s);
}
