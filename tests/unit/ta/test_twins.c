/* Law of ta/: a batch and a stream give the same bits, whatever the data. */
#include "unit/ta/series.h"

#include "unit/ta/shared_csv.h"

static void twins_agree(const struct ta_spec *spec, const struct series *s, const char *what) {
    struct outputs stream, batch;
    outputs_init(&stream, s->n);
    outputs_init(&batch, s->n);
    run_stream(spec, s, &stream);
    run_batch(spec, s, &batch);
    for (int j = 0; j < ta_info(spec->kind)->out_count; j++)
        for (int64_t i = 0; i < s->n; i++)
            if (!same_bits(stream.out[j][i], batch.out[j][i]))
                cr_assert_fail("%s: %s(%d, %d, %d) output %d at %lld: stream %a, batch %a", what,
                               ta_info(spec->kind)->name, spec->n[0], spec->n[1], spec->n[2], j,
                               (long long)i, stream.out[j][i], batch.out[j][i]);
    outputs_fini(&stream);
    outputs_fini(&batch);
}

/* Every kind, with periods around the places where a window turns. */
static void all_twins_agree(const struct series *s, const int32_t *periods, size_t count,
                            const char *what) {
    for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++)
        for (size_t i = 0; i < count; i++)
            for (int32_t seed = 0; seed <= ta_info(kind)->has_seed; seed++) {
                struct ta_spec spec = {.kind = kind, .k = 1.5, .seed = seed};
                spec.n[0] = periods[i];
                spec.n[1] = periods[(i + 1) % count];
                spec.n[2] = periods[(i + 2) % count];
                twins_agree(&spec, s, what);
            }
    struct ta_spec since_start = {.kind = TA_VWAP};
    twins_agree(&since_start, s, what);
}

static const int32_t usual_periods[] = {1, 2, 3, 9, 14, 20, 200};
static const int32_t edge_periods[] = {1, 511, 512, 513, 1023, 1024, 1025, 1600, 2};

/* Leading and inner NaN, infinities and absurd magnitudes, in fields of their own or all at once.
 */
static void series_spoil(struct series *s, int64_t leading, int64_t every, uint64_t seed) {
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e200, -1e300};
    for (int64_t i = 0; i < s->n; i++) {
        if (i >= leading && random_u64(&seed) % (uint64_t)every != 0)
            continue;
        double value = bad[random_u64(&seed) % 5];
        uint64_t field = random_u64(&seed) % 7;
        for (uint64_t f = 0; f < TA_FIELD_COUNT; f++)
            if (field >= TA_FIELD_COUNT || field == f)
                s->col[f][i] = value;
    }
}

Test(twins, agree_on_clean_bars) {
    struct series s;
    series_random(&s, 5000, 11);
    all_twins_agree(&s, usual_periods, ARRAY_LEN(usual_periods), "clean");
    all_twins_agree(&s, edge_periods, ARRAY_LEN(edge_periods), "clean, long periods");
    series_fini(&s);
}

Test(twins, agree_on_spoiled_bars) {
    static const int64_t every[] = {2, 10, 100, 1500};
    for (size_t i = 0; i < ARRAY_LEN(every); i++) {
        struct series s;
        series_random(&s, 4000, 20 + i);
        series_spoil(&s, 3 * (int64_t)i, every[i], 30 + i);
        all_twins_agree(&s, usual_periods, ARRAY_LEN(usual_periods), "spoiled");
        all_twins_agree(&s, edge_periods, ARRAY_LEN(edge_periods), "spoiled, long periods");
        series_fini(&s);
    }
}

Test(twins, agree_on_flat_and_zero_bars) {
    for (int value = 0; value < 2; value++) {
        struct series s;
        series_init(&s, 1500);
        for (int f = 0; f < TA_FIELD_COUNT; f++)
            for (int64_t i = 0; i < s.n; i++)
                s.col[f][i] = value ? 1.0715 : 0.0;
        all_twins_agree(&s, usual_periods, ARRAY_LEN(usual_periods), "flat");
        series_fini(&s);
    }
}

Test(twins, agree_on_fewer_inputs_than_the_lookback) {
    for (int64_t n = 0; n < 4; n++) {
        struct series s;
        series_random(&s, n, 40);
        all_twins_agree(&s, usual_periods, ARRAY_LEN(usual_periods), "short");
        all_twins_agree(&s, edge_periods, ARRAY_LEN(edge_periods), "short");
        series_fini(&s);
    }
}

Test(twins, agree_at_the_largest_period) {
    static const int32_t longest[] = {TA_N_MAX, 99999, 3};
    struct series s;
    series_random(&s, 250000, 41);
    all_twins_agree(&s, longest, ARRAY_LEN(longest), "longest");
    series_fini(&s);
}

Test(twins, agree_on_the_shared_files) {
    static const char *const files[] = {"goog_1d", "eurusd_1h"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct series s;
        if (!shared_bars(files[i], &s))
            cr_skip_test("no shared data");
        all_twins_agree(&s, usual_periods, ARRAY_LEN(usual_periods), files[i]);
        all_twins_agree(&s, edge_periods, ARRAY_LEN(edge_periods), files[i]);
        series_fini(&s);
    }
}

/* No lookahead: what comes after bar m changes nothing up to m. */
Test(twins, a_batch_of_the_first_bars_is_the_start_of_the_whole_batch) {
    struct series s;
    struct outputs whole, part;
    series_random(&s, 3000, 42);
    outputs_init(&whole, s.n);
    outputs_init(&part, s.n);
    for (int32_t kind = 1; kind < TA_KIND_COUNT; kind++)
        for (int64_t m = 1; m < 3000; m = m * 3 + 1) {
            struct ta_spec spec = {.kind = kind, .n = {600, 20, 9}, .k = 2.0};
            struct series cut = s;
            cut.n = m;
            run_batch(&spec, &s, &whole);
            run_batch(&spec, &cut, &part);
            for (int j = 0; j < ta_info(kind)->out_count; j++)
                for (int64_t i = 0; i < m; i++)
                    cr_assert(same_bits(whole.out[j][i], part.out[j][i]), "%s",
                              ta_info(kind)->name);
        }
    outputs_fini(&whole);
    outputs_fini(&part);
    series_fini(&s);
}
