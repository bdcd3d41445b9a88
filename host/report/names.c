/* Four growing tables; a record is taken only as the next of its kind. */
#include "report/names.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"

void *grow(void *items, int64_t count, int64_t *cap, size_t size) {
    if (count < *cap)
        return items;
    *cap = *cap == 0 ? 16 : 2 * *cap;
    return mem_realloc_array(items, (size_t)*cap, size);
}

void names_init(struct names *names) { *names = (struct names){0}; }

void names_fini(struct names *names) {
    for (int64_t i = 0; i < names->symbol_count; i++)
        mem_free(names->symbols[i].name);
    for (int64_t i = 0; i < names->feed_count; i++)
        mem_free(names->feeds[i].timeframe_name);
    for (int64_t i = 0; i < names->silo_count; i++)
        mem_free(names->silos[i].name);
    for (int64_t i = 0; i < names->strategy_count; i++) {
        mem_free(names->strategies[i].name);
        mem_free(names->strategies[i].schema);
        mem_free(names->strategies[i].version);
    }
    mem_free(names->symbols);
    mem_free(names->feeds);
    mem_free(names->silos);
    mem_free(names->strategies);
    *names = (struct names){0};
}

static int check_next(const char *what, int64_t id, int64_t count, struct err *err) {
    if (count >= NAMES_MAX)
        return err_set(err, ERR_LIMIT, "journal: more than %d records '%s'", NAMES_MAX, what);
    if (id != count)
        return err_set(err, ERR_FORMAT,
                       "journal: a record '%s' of id %" PRId64 " (expected %" PRId64
                       ": ids count up from 0)",
                       what, id, count);
    return 0;
}

static int take_symbol(struct names *names, const struct j_symbol *r, struct err *err) {
    int rc = check_next("symbol", r->id, names->symbol_count, err);
    if (rc != 0)
        return rc;
    if (!isfinite(r->tick) || !isfinite(r->lot) || !isfinite(r->multiplier))
        return err_set(err, ERR_FORMAT, "journal: symbol %s: a constant that is no finite number",
                       r->name);
    names->symbols =
        grow(names->symbols, names->symbol_count, &names->symbol_cap, sizeof(*names->symbols));
    names->symbols[names->symbol_count++] = (struct name_symbol){
        .name = mem_strdup(r->name), .tick = r->tick, .lot = r->lot, .multiplier = r->multiplier};
    return 0;
}

static int take_feed(struct names *names, const struct j_feed *r, struct err *err) {
    int rc = check_next("feed", r->id, names->feed_count, err);
    if (rc == 0)
        rc = names_check_symbol(names, "feed", r->symbol, err);
    if (rc != 0)
        return rc;
    names->feeds = grow(names->feeds, names->feed_count, &names->feed_cap, sizeof(*names->feeds));
    names->feeds[names->feed_count++] =
        (struct name_feed){.symbol = r->symbol,
                           .timeframe = r->timeframe,
                           .anchor = r->anchor,
                           .synthetic = r->synthetic != 0,
                           .timeframe_name = mem_strdup(r->timeframe_name)};
    return 0;
}

static int take_silo(struct names *names, const struct j_silo *r, struct err *err) {
    int rc = check_next("silo", r->id, names->silo_count, err);
    if (rc != 0)
        return rc;
    if (!(fabs(r->initial_cash) <= 1e100))
        return err_set(err, ERR_FORMAT, "journal: silo %s: its initial cash is no money", r->name);
    names->silos = grow(names->silos, names->silo_count, &names->silo_cap, sizeof(*names->silos));
    names->silos[names->silo_count++] =
        (struct name_silo){.name = mem_strdup(r->name), .initial_cash = r->initial_cash};
    return 0;
}

static int take_strategy(struct names *names, const struct j_strategy *r, struct err *err) {
    int rc = check_next("strategy", r->id, names->strategy_count, err);
    if (rc == 0)
        rc = names_check_silo(names, "strategy", r->silo, err);
    if (rc != 0)
        return rc;
    if (!(fabs(r->budget) <= 1e100))
        return err_set(err, ERR_FORMAT, "journal: strategy %s: its budget is no money", r->name);
    names->strategies = grow(names->strategies, names->strategy_count, &names->strategy_cap,
                             sizeof(*names->strategies));
    names->strategies[names->strategy_count++] =
        (struct name_strategy){.silo = r->silo,
                               .budget = r->budget,
                               .name = mem_strdup(r->name),
                               .schema = mem_strdup(r->schema),
                               .version = mem_strdup(r->version)};
    return 0;
}

int names_take(struct names *names, const struct journal_record *record, struct err *err) {
    union {
        struct j_symbol symbol;
        struct j_feed feed;
        struct j_silo silo;
        struct j_strategy strategy;
    } r;
    switch (record->kind) {
    case JOURNAL_SYMBOL:
        journal_read(record, &r.symbol);
        return take_symbol(names, &r.symbol, err);
    case JOURNAL_FEED:
        journal_read(record, &r.feed);
        return take_feed(names, &r.feed, err);
    case JOURNAL_SILO:
        journal_read(record, &r.silo);
        return take_silo(names, &r.silo, err);
    case JOURNAL_STRATEGY:
        journal_read(record, &r.strategy);
        return take_strategy(names, &r.strategy, err);
    default:
        return 0;
    }
}

static int check(const char *what, const char *of, int64_t id, int64_t count, struct err *err) {
    if (id >= 0 && id < count)
        return 0;
    return err_set(err, ERR_FORMAT,
                   "journal: a record '%s' of %s %" PRId64 " (there are %" PRId64 ")", what, of, id,
                   count);
}

int names_check_symbol(const struct names *names, const char *what, int64_t id, struct err *err) {
    return check(what, "symbol", id, names->symbol_count, err);
}

int names_check_feed(const struct names *names, const char *what, int64_t id, struct err *err) {
    return check(what, "feed", id, names->feed_count, err);
}

int names_check_silo(const struct names *names, const char *what, int64_t id, struct err *err) {
    return check(what, "silo", id, names->silo_count, err);
}

int names_check_strategy(const struct names *names, const char *what, int64_t id, struct err *err) {
    return check(what, "strategy", id, names->strategy_count, err);
}

int64_t names_timeframe(const struct names *names, int64_t symbol) {
    int64_t shortest = 0;
    for (int64_t i = 0; i < names->feed_count; i++) {
        const struct name_feed *feed = &names->feeds[i];
        if ((symbol < 0 || feed->symbol == symbol) && (shortest == 0 || feed->timeframe < shortest))
            shortest = feed->timeframe;
    }
    return shortest;
}
