#include "run/assemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "data/series_name.h"
#include "run/bind.h"

static int explain_at(const struct conf_place *place, const char *key, struct err *err) {
    struct err cause = *err;
    return conf_fail(place, key, err, "%s", cause.text);
}

/* What is not there was named somewhere: "run.yaml:3:11: ..." where that is a file. The code stays.
 */
static int locate(const struct conf_place *place, struct err *err) {
    bool is_missing = err->code == ERR_NOT_FOUND || err->code == ERR_IO;
    if (is_missing && place->name != NULL && place->line > 0)
        (void)err_prepend(err, "%s:%d:%d: ", place->name, place->line, place->column);
    return err->code;
}

/* What was asked for does not fit the file: say where it was asked. Where --set chose the range,
 * that is what is wrong, not the entry of the data. */
static int explain_series(const struct run_conf *conf, const struct data_conf *d, struct err *err) {
    char symbol[SYMBOL_MAX];
    bool is_range = d->symbol[0] || series_name_symbol(d->file, false, symbol, NULL) == 0;
    if (is_range && conf_place_is_option(&conf->start_place))
        return explain_at(&conf->start_place, "start", err);
    if (is_range && conf_place_is_option(&conf->end_place))
        return explain_at(&conf->end_place, "end", err);
    return explain_at(&d->place, d->key, err);
}

static int open_series(struct plan *plan, struct err *err) {
    const struct run_conf *conf = plan->conf;
    plan->series = mem_zalloc(conf->data_count, sizeof(struct series *));
    for (size_t i = 0; i < conf->data_count; i++) {
        const struct data_conf *d = &conf->data[i];
        struct series_spec spec = {.path = d->file,
                                   .symbol = d->symbol[0] ? d->symbol : NULL,
                                   .timeframe = d->timeframe[0] ? d->timeframe : NULL,
                                   .stamp = d->stamp == DATA_STAMP_CLOSE ? BAR_STAMP_CLOSE
                                                                         : BAR_STAMP_OPEN,
                                   .start = conf->has_start ? conf->start : INT64_MIN,
                                   .end = conf->has_end ? conf->end : INT64_MAX};
        if (!conf->has_start && !conf->has_end)
            spec.start = spec.end = 0;
        int r = series_open(&spec, &plan->series[i], err);
        if (r == ERR_USAGE)
            return explain_series(conf, d, err);
        if (r < 0)
            return locate(&d->file_place, err);
        plan->feed_count++;
    }
    return 0;
}

static int by_timeframe_and_symbol(const void *a, const void *b) {
    const struct series *x = *(struct series *const *)a, *y = *(struct series *const *)b;
    if (x->timeframe.ns != y->timeframe.ns)
        return x->timeframe.ns < y->timeframe.ns ? -1 : 1;
    return strcmp(x->symbol, y->symbol);
}

static int by_symbol(const void *a, const void *b) {
    return strcmp(((const struct instrument *)a)->symbol, ((const struct instrument *)b)->symbol);
}

/* One constant of a symbol, given with one of its files: the first is taken, another is refused. */
static int take_step(const struct data_conf *d, const char *what, const struct decimal *given,
                     struct decimal *ret, bool *ret_given, struct err *err) {
    if (*ret_given && !decimal_eq(*given, *ret))
        return conf_fail(&d->place, d->key, err,
                         "the symbol of this file has another %s with another file (say one)",
                         what);
    *ret = *given;
    *ret_given = true;
    return 0;
}

static bool is_of_symbol(const struct data_conf *d, const struct plan *plan, const char *symbol) {
    if (d->symbol[0])
        return strcmp(d->symbol, symbol) == 0;
    for (int32_t i = 0; i < plan->feed_count; i++)
        if (strcmp(plan->series[i]->path, d->file) == 0)
            return strcmp(plan->series[i]->symbol, symbol) == 0;
    return false;
}

/* The constants of a symbol, as configured with any of its files. */
static int find_constants(const struct plan *plan, struct instrument *ret, struct err *err) {
    bool has_tick = false, has_lot = false, has_multiplier = false;
    int r = 0;
    for (size_t i = 0; i < plan->conf->data_count && r == 0; i++) {
        const struct data_conf *d = &plan->conf->data[i];
        if (!is_of_symbol(d, plan, ret->symbol))
            continue;
        if (d->tick_given)
            r = take_step(d, "tick", &d->tick, &ret->tick, &has_tick, err);
        if (r == 0 && d->lot_given)
            r = take_step(d, "lot", &d->lot, &ret->lot, &has_lot, err);
        if (r < 0 || !d->multiplier_given)
            continue;
        if (has_multiplier && d->multiplier != ret->multiplier)
            r = conf_fail(&d->place, d->key, err,
                          "the symbol of this file has another multiplier with another file (say "
                          "one)");
        ret->multiplier = d->multiplier;
        has_multiplier = true;
    }
    return r;
}

static int make_symbols(struct plan *plan, struct err *err) {
    plan->symbols = mem_zalloc((size_t)plan->feed_count, sizeof *plan->symbols);
    for (int32_t i = 0; i < plan->feed_count; i++) {
        bool known = false;
        for (int32_t k = 0; k < plan->symbol_count; k++)
            known |= strcmp(plan->symbols[k].symbol, plan->series[i]->symbol) == 0;
        if (known)
            continue;
        struct instrument *symbol = &plan->symbols[plan->symbol_count++];
        *symbol = (struct instrument){.multiplier = 1.0};
        memcpy(symbol->symbol, plan->series[i]->symbol, sizeof symbol->symbol);
        int r = find_constants(plan, symbol, err);
        if (r < 0)
            return r;
    }
    qsort(plan->symbols, (size_t)plan->symbol_count, sizeof *plan->symbols, by_symbol);
    return 0;
}

/* Two files of one feed, at the place of the later entry. */
static int refuse_twins(const struct plan *plan, const struct series *a, const struct series *b,
                        struct err *err) {
    const struct conf_place *place = NULL;
    const char *key = NULL;
    for (size_t i = 0; i < plan->conf->data_count; i++) {
        const struct data_conf *d = &plan->conf->data[i];
        if (strcmp(d->file, a->path) == 0 || strcmp(d->file, b->path) == 0) {
            place = &d->place;
            key = d->key;
        }
    }
    return conf_fail(place, key, err,
                     "%s and %s are both %s at %s (name another symbol or drop one of them)",
                     a->path, b->path, b->symbol, b->timeframe.name);
}

/* Feeds in their order; the first feed of a symbol is its shortest, so orders meet its bars. */
static int make_feeds(struct plan *plan, struct err *err) {
    bool *has_execution = mem_zalloc((size_t)plan->symbol_count, sizeof *has_execution);
    int r = 0;
    plan->feeds = mem_zalloc((size_t)plan->feed_count, sizeof *plan->feeds);
    for (int32_t i = 0; i < plan->feed_count && r == 0; i++) {
        struct series *series = plan->series[i];
        if (i > 0 && by_timeframe_and_symbol(&plan->series[i - 1], &plan->series[i]) == 0)
            r = refuse_twins(plan, plan->series[i - 1], series, err);
        struct feed *feed = &plan->feeds[i];
        *feed = series_feed(series);
        struct instrument key = {0};
        memcpy(key.symbol, series->symbol, sizeof key.symbol);
        const struct instrument *symbol = bsearch(&key, plan->symbols, (size_t)plan->symbol_count,
                                                  sizeof *plan->symbols, by_symbol);
        feed->symbol_id = (int32_t)(symbol - plan->symbols);
        feed->is_execution = !has_execution[feed->symbol_id];
        has_execution[feed->symbol_id] = true;
    }
    mem_free(has_execution);
    return r;
}

static int by_instance_name(const void *a, const void *b) {
    const struct strategy_conf *x = *(const struct strategy_conf *const *)a;
    const struct strategy_conf *y = *(const struct strategy_conf *const *)b;
    return strcmp(x->name, y->name);
}

static int resolve_strategy(struct plan *plan, struct plan_strategy *s, struct plan_finder finder,
                            struct err *err) {
    const struct strategy_conf *conf = s->conf;
    int r = finder.find(finder.self, conf->strategy, &s->descriptor, &s->build, err);
    if (r < 0)
        return locate(&conf->place, err);
    s->params = mem_zalloc(s->descriptor.params_size + 1u, 1);
    s->texts = mem_zalloc(s->descriptor.input_count + 1u, sizeof *s->texts);
    r = params_resolve(&s->descriptor, conf->params, conf->param_count, s->params, s->texts,
                       &s->text_count, err);
    if (r == 0)
        r = bind_feeds(plan, s, err);
    return r;
}

static int make_strategies(struct plan *plan, struct plan_finder finder, struct err *err) {
    size_t count = plan->conf->strategy_count;
    const struct strategy_conf **sorted = mem_zalloc(count, sizeof(struct strategy_conf *));
    int r = 0;
    plan->strategies = mem_zalloc(count, sizeof *plan->strategies);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &plan->conf->strategies[i];
    qsort(sorted, count, sizeof(struct strategy_conf *), by_instance_name);
    for (size_t i = 0; i < count && r == 0; i++) {
        plan->strategy_count++;
        plan->strategies[i].conf = sorted[i];
        r = resolve_strategy(plan, &plan->strategies[i], finder, err);
    }
    mem_free(sorted);
    return r;
}

static int by_silo_name(const void *a, const void *b) {
    return strcmp(((const struct plan_silo *)a)->name, ((const struct plan_silo *)b)->name);
}

static void make_silos(struct plan *plan) {
    size_t count = plan->conf->silo_count;
    plan->silos = mem_zalloc(count, sizeof *plan->silos);
    plan->silo_count = (int32_t)count;
    for (size_t i = 0; i < count; i++) {
        memcpy(plan->silos[i].name, plan->conf->silos[i].name, sizeof plan->silos[i].name);
        plan->silos[i].initial_cash = plan->conf->silos[i].initial_cash;
    }
    qsort(plan->silos, count, sizeof *plan->silos, by_silo_name);
}

static void give_budgets(struct plan *plan) {
    for (int32_t i = 0; i < plan->strategy_count; i++) {
        struct plan_strategy *s = &plan->strategies[i];
        for (int32_t silo = 0; silo < plan->silo_count; silo++)
            if (strcmp(s->conf->silo, plan->silos[silo].name) == 0)
                s->silo = silo;
        s->budget = plan->silos[s->silo].initial_cash * s->conf->budget;
    }
}

int plan_create(const struct run_conf *conf, struct plan_finder finder, struct plan **ret,
                struct err *err) {
    struct plan *plan = mem_zalloc(1, sizeof *plan);
    plan->conf = conf;
    plan->settings = conf->settings;
    int r = open_series(plan, err);
    if (r < 0)
        goto fail;
    qsort(plan->series, (size_t)plan->feed_count, sizeof(struct series *), by_timeframe_and_symbol);
    make_silos(plan);
    r = make_symbols(plan, err);
    if (r == 0)
        r = make_feeds(plan, err);
    if (r == 0)
        r = make_strategies(plan, finder, err);
    if (r < 0)
        goto fail;
    give_budgets(plan);
    *ret = plan;
    return 0;
fail:
    plan_destroy(&plan);
    return r;
}

void plan_destroy(struct plan **ret) {
    struct plan *plan = *ret;
    if (!plan)
        return;
    for (int32_t i = 0; i < plan->feed_count; i++)
        series_close(&plan->series[i]);
    for (int32_t i = 0; i < plan->strategy_count; i++) {
        mem_free(plan->strategies[i].params);
        mem_free(plan->strategies[i].texts);
        mem_free(plan->strategies[i].feeds);
    }
    mem_free(plan->series);
    mem_free(plan->feeds);
    mem_free(plan->symbols);
    mem_free(plan->strategies);
    mem_free(plan->silos);
    mem_free(plan);
    *ret = NULL;
}
