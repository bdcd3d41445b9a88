#include "run/backtest.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/replay.h"
#include "engine/driver.h"
#include "engine/execute.h"
#include "plugin/instance.h"
#include "plugin/loader.h"
#include "plugin/loopback.h"
#include "sim/exchange.h"

/* Everything that lives as long as the run. */
struct machine {
    const struct backtest_spec *spec;
    struct instance **instances;
    struct loopback **loopbacks;
    struct strategy *strategies;
    struct silo *silos;
    struct replay replay;
    struct feed_port source;
    struct exchange exchange;
    struct journal journal;
    struct engine engine;
};

/* One build is loaded once, whoever uses it. */
static int load_plugin(const struct plan *plan, int32_t i, struct progress *progress,
                       struct plugin *plugins, struct err *err) {
    for (int32_t k = 0; k < i; k++)
        if (strcmp(plan->strategies[k].build.sha, plan->strategies[i].build.sha) == 0) {
            plugins[i] = plugins[k];
            return 0;
        }
    int r = loader_open(&plan->strategies[i].build, progress, &plugins[i], err);
    return r < 0 ? err_prepend(err, "%s: ", plan->strategies[i].build.source) : 0;
}

int backtest_load(const struct plan *plan, struct progress *progress, struct plugin **ret,
                  struct err *err) {
    struct plugin *plugins = mem_zalloc((size_t)plan->strategy_count, sizeof *plugins);
    for (int32_t i = 0; i < plan->strategy_count; i++) {
        int r = load_plugin(plan, i, progress, plugins, err);
        if (r < 0) {
            mem_free(plugins);
            return r;
        }
    }
    *ret = plugins;
    return 0;
}

static void make_strategy(struct machine *m, int32_t i) {
    const struct plan *plan = m->spec->plan;
    const struct plan_strategy *from = &plan->strategies[i];
    struct strategy *s = &m->strategies[i];
    m->instances[i] = instance_create(&(struct instance_spec){.schema = m->spec->plugins[i].schema,
                                                              .descriptor = &from->descriptor,
                                                              .params = from->params,
                                                              .settings = &plan->settings,
                                                              .progress = m->spec->progress,
                                                              .number = i,
                                                              .feed_count = from->feed_count});
    s->port = instance_port(m->instances[i]);
    if (m->spec->port == BACKTEST_LOOPBACK) {
        m->loopbacks[i] = loopback_create(s->port);
        s->port = loopback_port(m->loopbacks[i]);
    }
    snprintf(s->name, sizeof s->name, "%s", from->conf->name);
    s->id = i;
    s->silo = from->silo;
    s->budget = from->budget;
    s->feeds = from->feeds;
    s->feed_count = from->feed_count;
    s->history = from->descriptor.history;
}

static void make_engine(struct machine *m) {
    const struct plan *plan = m->spec->plan;
    for (int32_t i = 0; i < plan->silo_count; i++) {
        memcpy(m->silos[i].name, plan->silos[i].name, sizeof m->silos[i].name);
        m->silos[i].initial = plan->silos[i].initial_cash;
    }
    m->source = replay_port(&m->replay);
    m->engine = (struct engine){.settings = &plan->settings,
                                .feeds = plan->feeds,
                                .feed_count = plan->feed_count,
                                .symbols = plan->symbols,
                                .symbol_count = plan->symbol_count,
                                .strategies = m->strategies,
                                .strategy_count = plan->strategy_count,
                                .silos = m->silos,
                                .silo_count = plan->silo_count,
                                .source = &m->source,
                                .journal = &m->journal};
    engine_init(&m->engine);
    exchange_init(&m->exchange, &plan->settings, plan->feeds, m->engine.marks, plan->symbol_count,
                  execute_sink(&m->engine));
    m->engine.broker = &m->exchange.port;
}

static int machine_init(struct machine *m, const struct backtest_spec *spec, struct err *err) {
    size_t strategies = (size_t)spec->plan->strategy_count;
    memset(m, 0, sizeof *m);
    m->spec = spec;
    m->instances = mem_zalloc(strategies, sizeof(struct instance *));
    m->loopbacks = mem_zalloc(strategies, sizeof(struct loopback *));
    m->strategies = mem_zalloc(strategies, sizeof *m->strategies);
    m->silos = mem_zalloc((size_t)spec->plan->silo_count, sizeof *m->silos);
    journal_init_in(&m->journal, spec->sink, spec->memory);
    int r = replay_init(&m->replay, spec->plan->feeds, spec->plan->feed_count, err);
    if (r < 0)
        return r;
    if (spec->cut_after > 0)
        replay_cut_after(&m->replay, spec->cut_after);
    for (int32_t i = 0; i < spec->plan->strategy_count; i++)
        make_strategy(m, i);
    make_engine(m);
    return 0;
}

static void machine_fini(struct machine *m) {
    for (int32_t i = 0; i < m->spec->plan->strategy_count; i++) {
        loopback_destroy(&m->loopbacks[i]);
        instance_destroy(&m->instances[i]);
    }
    if (m->engine.broker) {
        exchange_fini(&m->exchange);
        engine_fini(&m->engine);
    }
    replay_fini(&m->replay);
    journal_fini(&m->journal);
    mem_free(m->instances);
    mem_free(m->loopbacks);
    mem_free(m->strategies);
    mem_free(m->silos);
}

static void record_bars(struct machine *m) {
    const struct plan *plan = m->spec->plan;
    char hex[HASH128_HEX_SIZE];
    for (int32_t i = 0; i < plan->feed_count; i++) {
        struct bar_columns seen = plan->feeds[i].bars;
        int64_t rows = m->engine.newest[i] + 1;
        struct hash128 hash = plan->series[i]->bars_hash;
        if (rows != seen.count) {
            seen.count = rows;
            hash = series_hash_bars(&seen);
        }
        hash128_hex(hash, hex);
        journal_put_bars(&m->journal,
                         &(struct j_bars){.feed = i,
                                          .rows = rows,
                                          .first = rows > 0 ? seen.open_time[0] : 0,
                                          .last = rows > 0 ? seen.close_time[rows - 1] : 0,
                                          .hash = hex});
    }
}

static int64_t longest_warm_up(const struct machine *m) {
    int64_t bars = 0;
    for (int32_t i = 0; i < m->spec->plan->strategy_count; i++)
        for (int32_t k = 0; k < m->spec->plan->strategies[i].feed_count; k++) {
            int64_t needed = instance_warm_up(m->instances[i], k);
            bars = needed > bars ? needed : bars;
        }
    return bars;
}

static int drive(struct machine *m, struct backtest_result *ret, struct err *err) {
    plan_write_header(m->spec->plan, &m->journal);
    int r = journal_flush(&m->journal, err); /* what a run was stays told when its strategy dies */
    if (r == 0)
        r = driver_begin(&m->engine, err);
    uint64_t allocations = mem_count();
    while (r >= 0 && (r = driver_step(&m->engine, err)) > 0) {
    }
    ret->allocations = mem_count() - allocations;
    if (r == 0)
        r = driver_end(&m->engine, err);
    if (r < 0)
        return r;
    record_bars(m);
    r = driver_seal(&m->engine, err);
    ret->journal = journal_hash(&m->journal);
    ret->instants = m->engine.counts.instants;
    ret->bars = m->engine.counts.bars;
    ret->warm_up = longest_warm_up(m);
    return r;
}

int backtest_run(const struct backtest_spec *spec, struct backtest_result *ret, struct err *err) {
    struct machine m;
    struct backtest_result result = {0};
    int r = machine_init(&m, spec, err);
    if (r == 0)
        r = drive(&m, &result, err);
    machine_fini(&m);
    if (r == 0)
        *ret = result;
    return r;
}
