/*
 * What a bar costs in the engine, always against something in the same run:
 *   engine_ema_cross      1 M bars, accounting and equity on, against the frozen bare loop (trades
 * compared) engine_alloc_per_bar  allocations while instants are driven, per bar (must be 0)
 *   engine_500_symbols    500 symbols x 2,000 bars: ns per bar-symbol against one symbol
 * Arguments: [NAME] runs one of them; --count-engine N and --count-bare N are for callgrind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bare_ema_cross.h"
#include "base/mem.h"
#include "base/rng.h"
#include "conf/settings_table.h"
#include "engine/journal.h"
#include "plugin/cache.h"
#include "plugin/loader.h"
#include "run/backtest.h"

#define ROUNDS 7

struct market {
    int64_t *open_time, *close_time;
    double *column[5];
    int64_t count;
};

static double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct market make_market(uint64_t seed, int64_t count) {
    struct market m = {.count = count};
    struct rng rng;
    double close = 100.0;
    rng_seed(&rng, seed);
    m.open_time = mem_zalloc((size_t)count, sizeof(int64_t));
    m.close_time = mem_zalloc((size_t)count, sizeof(int64_t));
    for (int c = 0; c < 5; c++)
        m.column[c] = mem_zalloc((size_t)count, sizeof(double));
    for (int64_t i = 0; i < count; i++) {
        double open = close, step = (rng_f64(&rng) - 0.5) * 0.02;
        close = open * (1.0 + step);
        double high = (open > close ? open : close) * (1.0 + rng_f64(&rng) * 0.005);
        double low = (open < close ? open : close) * (1.0 - rng_f64(&rng) * 0.005);
        m.open_time[i] = i * INT64_C(60000000000);
        m.close_time[i] = (i + 1) * INT64_C(60000000000);
        m.column[0][i] = open;
        m.column[1][i] = high;
        m.column[2][i] = low;
        m.column[3][i] = close;
        m.column[4][i] = 1000.0;
    }
    return m;
}

static void free_market(struct market *m) {
    mem_free(m->open_time);
    mem_free(m->close_time);
    for (int c = 0; c < 5; c++)
        mem_free(m->column[c]);
}

/* ---- a plan without files ---- */

/* A build stays loaded: once for each, before anything is timed. */
static const struct plugin *loaded(const struct plan *plan) {
    static struct {
        char sha[65];
        struct plugin *plugins;
    } known[4];
    struct err err = {0};
    int i = 0;
    while (known[i].plugins && strcmp(known[i].sha, plan->strategies[0].build.sha) != 0)
        i++;
    if (!known[i].plugins) {
        snprintf(known[i].sha, sizeof known[i].sha, "%s", plan->strategies[0].build.sha);
        if (backtest_load(plan, NULL, &known[i].plugins, &err) < 0) {
            fprintf(stderr, "bench_engine: %s\n", err.text);
            exit(1);
        }
    }
    return known[i].plugins;
}

static struct strategy_conf conf = {.name = "bench"};

static struct plan *make_plan(const char *path, const struct market *markets, int32_t count) {
    struct plan *p = mem_zalloc(1, sizeof *p);
    struct err err = {0};
    settings_default(&p->settings);
    p->feed_count = p->symbol_count = count;
    p->strategy_count = p->silo_count = 1;
    p->series = mem_zalloc((size_t)count, sizeof(struct series *));
    p->feeds = mem_zalloc((size_t)count, sizeof *p->feeds);
    p->symbols = mem_zalloc((size_t)count, sizeof *p->symbols);
    p->strategies = mem_zalloc(1, sizeof *p->strategies);
    p->silos = mem_zalloc(1, sizeof *p->silos);
    for (int32_t i = 0; i < count; i++) {
        const struct market *m = &markets[i];
        p->series[i] = mem_zalloc(1, sizeof(struct series));
        snprintf(p->symbols[i].symbol, SYMBOL_MAX, "S%04d", i);
        snprintf(p->feeds[i].symbol, SYMBOL_MAX, "S%04d", i);
        strcpy(p->feeds[i].timeframe_name, "1m");
        p->symbols[i].multiplier = 1.0;
        p->feeds[i].timeframe = INT64_C(60000000000);
        p->feeds[i].symbol_id = i;
        p->feeds[i].is_execution = true;
        p->feeds[i].bars =
            (struct bar_columns){m->open_time, m->close_time, m->column[0], m->column[1],
                                 m->column[2], m->column[3],  m->column[4], m->count};
    }
    struct plan_strategy *s = &p->strategies[0];
    s->conf = &conf;
    if (cache_take(path, NULL, &s->build, &err) < 0) {
        fprintf(stderr, "bench_engine: %s\n", err.text);
        exit(1);
    }
    s->descriptor = loaded(p)->desc;
    s->params = mem_zalloc(s->descriptor.params_size + 1u, 1);
    s->texts = mem_zalloc(s->descriptor.input_count + 1u, sizeof *s->texts);
    if (params_resolve(&s->descriptor, NULL, 0, s->params, s->texts, &s->text_count, &err) < 0)
        exit(1);
    s->feeds = mem_zalloc((size_t)count, sizeof *s->feeds);
    s->feed_count = count;
    for (int32_t i = 0; i < count; i++)
        s->feeds[i] = i;
    s->budget = p->silos[0].initial_cash = p->settings.initial_cash;
    strcpy(p->silos[0].name, "main");
    return p;
}

static void free_plan(struct plan *p) {
    for (int32_t i = 0; i < p->feed_count; i++)
        mem_free(p->series[i]);
    mem_free(p->strategies[0].params);
    mem_free(p->strategies[0].texts);
    mem_free(p->strategies[0].feeds);
    mem_free(p->series);
    mem_free(p->feeds);
    mem_free(p->symbols);
    mem_free(p->strategies);
    mem_free(p->silos);
    mem_free(p);
}

static int drop(void *self, const void *bytes, size_t len, struct err *err) {
    (void)self;
    (void)bytes;
    (void)len;
    (void)err;
    return 0;
}

static double run_once(const struct plan *plan, struct sink_port *sink,
                       struct backtest_result *ret) {
    struct err err = {0};
    double begin = now_seconds();
    if (backtest_run(&(struct backtest_spec){.plan = plan, .plugins = loaded(plan), .sink = sink},
                     ret, &err) < 0) {
        fprintf(stderr, "bench_engine: %s\n", err.text);
        exit(1);
    }
    return now_seconds() - begin;
}

/* ---- the same trades ---- */

struct compare {
    const struct bare_result *bare;
    int64_t trades, rows;
    bool equal;
};

static bool same(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(1.0, fabs(a)); }

static void compare_record(struct compare *c, const struct journal_record *record) {
    if (record->kind == JOURNAL_TRADE) {
        struct j_trade t;
        journal_read(record, &t);
        const struct bare_trade *b = &c->bare->trades[c->trades++];
        c->equal &= c->trades <= c->bare->trade_count &&
                    t.entry_time == b->entry_bar * INT64_C(60000000000) &&
                    t.exit_time == b->exit_bar * INT64_C(60000000000) &&
                    same(t.quantity, b->quantity) && same(t.entry_price, b->entry_price) &&
                    same(t.exit_price, b->exit_price) && same(t.fees, b->fees);
    } else if (record->kind == JOURNAL_EQUITY) {
        struct j_equity e;
        journal_read(record, &e);
        c->equal &= same(e.equity, c->bare->rows[c->rows].equity) &&
                    same(e.cash, c->bare->rows[c->rows].cash) &&
                    same(e.low, c->bare->rows[c->rows].low) &&
                    same(e.high, c->bare->rows[c->rows].high) &&
                    same(e.gross, c->bare->rows[c->rows].gross);
        c->rows++;
    }
}

static int compare_block(void *self, const void *bytes, size_t len, struct err *err) {
    const uint8_t *at = bytes;
    for (size_t size; len > 0; at += size, len -= size) {
        struct journal_record record;
        if (journal_next(at, len, &record, &size, err) <= 0)
            return -1;
        compare_record(self, &record);
    }
    return 0;
}

static void ema_cross(int64_t bars) {
    struct market market = make_market(1, bars);
    struct plan *plan = make_plan(QS_PLUGIN_DIR "/ema_cross.so", &market, 1);
    struct bare_bars b = {market.close_time, market.column[0], market.column[1],
                          market.column[2],  market.column[3], bars};
    struct bare_result bare = {.trade_cap = bars};
    struct backtest_result result;
    struct sink_port sink = {.write = drop};
    double best_engine = 1e9, best_bare = 1e9;
    bare.rows = mem_zalloc((size_t)bars, sizeof *bare.rows);
    bare.trades = mem_zalloc((size_t)bars, sizeof *bare.trades);
    for (int round = 0; round < ROUNDS; round++) {
        bare.trade_count = 0;
        double begin = now_seconds();
        bare_ema_cross(&b, &bare);
        best_bare = fmin(best_bare, now_seconds() - begin);
        best_engine = fmin(best_engine, run_once(plan, &sink, &result));
    }
    struct compare compare = {.bare = &bare, .equal = true};
    run_once(plan, &(struct sink_port){.self = &compare, .write = compare_block}, &result);
    compare.equal &= compare.trades == bare.trade_count && compare.rows == bars;
    printf("{\"bench\":\"engine_ema_cross\",\"ratio\":%.3f,\"against\":\"bare C loop\",\"n\":%lld,"
           "\"ns_per_bar\":%.2f,\"bare_ns_per_bar\":%.2f,\"trades\":%lld,\"same_trades\":%s}\n",
           best_engine / best_bare, (long long)bars, best_engine * 1e9 / (double)bars,
           best_bare * 1e9 / (double)bars, (long long)compare.trades,
           compare.equal ? "true" : "false");
    printf("{\"bench\":\"engine_alloc_per_bar\",\"ratio\":%.9f,\"against\":\"bars\",\"n\":%lld,"
           "\"allocations\":%llu}\n",
           (double)result.allocations / (double)bars, (long long)bars,
           (unsigned long long)result.allocations);
    mem_free(bare.rows);
    mem_free(bare.trades);
    free_plan(plan);
    free_market(&market);
    if (!compare.equal)
        exit(1);
}

static double best_of(const struct plan *plan) {
    struct backtest_result result;
    struct sink_port sink = {.write = drop};
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++)
        best = fmin(best, run_once(plan, &sink, &result));
    return best;
}

/* The same strategy on one symbol of 1 M bars and on 500 symbols of 2,000: per bar-symbol. */
static void many_symbols(void) {
    enum { SYMBOLS = 500, BARS = 2000 };
    static struct market markets[SYMBOLS];
    struct market one = make_market(1, (int64_t)SYMBOLS * BARS);
    for (int i = 0; i < SYMBOLS; i++)
        markets[i] = make_market((uint64_t)i + 2, BARS);
    struct plan *single = make_plan(QS_BUILD_DIR "/laws/plugin_universe.so", &one, 1);
    struct plan *many = make_plan(QS_BUILD_DIR "/laws/plugin_universe.so", markets, SYMBOLS);
    double a = best_of(single), b = best_of(many);
    printf("{\"bench\":\"engine_500_symbols\",\"ratio\":%.3f,\"against\":\"one symbol\",\"n\":%d,"
           "\"ns_per_bar_symbol\":%.2f,\"single_ns_per_bar\":%.2f}\n",
           b / a, SYMBOLS * BARS, b * 1e9 / (SYMBOLS * BARS), a * 1e9 / (SYMBOLS * BARS));
    free_plan(single);
    free_plan(many);
    free_market(&one);
    for (int i = 0; i < SYMBOLS; i++)
        free_market(&markets[i]);
}

/* For tools/bench --callgrind: instructions are counted inside of these two functions only. */
__attribute__((noinline)) void counted_engine(const struct plan *plan);
__attribute__((noinline)) void counted_bare(const struct bare_bars *bars, struct bare_result *ret);

void counted_engine(const struct plan *plan) {
    struct backtest_result result;
    struct sink_port sink = {.write = drop};
    run_once(plan, &sink, &result);
}

void counted_bare(const struct bare_bars *bars, struct bare_result *ret) {
    bare_ema_cross(bars, ret);
}

static void count(const char *what, int64_t bars) {
    struct market m = make_market(1, bars);
    if (strcmp(what, "--count-bare") == 0) {
        struct bare_bars b = {m.close_time, m.column[0], m.column[1],
                              m.column[2],  m.column[3], bars};
        struct bare_result bare = {.trade_cap = bars};
        bare.rows = mem_zalloc((size_t)bars, sizeof *bare.rows);
        bare.trades = mem_zalloc((size_t)bars, sizeof *bare.trades);
        counted_bare(&b, &bare);
        mem_free(bare.rows);
        mem_free(bare.trades);
    } else {
        struct plan *plan = make_plan(QS_PLUGIN_DIR "/ema_cross.so", &m, 1);
        counted_engine(plan);
        free_plan(plan);
    }
    free_market(&m);
}

int main(int argc, char **argv) {
    if (argc == 3 && strncmp(argv[1], "--count-", 8) == 0) {
        count(argv[1], atoll(argv[2]));
        return 0;
    }
    if (argc < 2 || strcmp(argv[1], "engine_ema_cross") == 0)
        ema_cross(1000000);
    if (argc < 2 || strcmp(argv[1], "engine_500_symbols") == 0)
        many_symbols();
    return 0;
}
