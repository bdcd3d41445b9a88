/* What no single value shows: names that meet, symbols that nobody has, more budget than there is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "conf/run_conf_build.h"

#define BUDGET_SLACK 1e-9 /* ten times 0.1 is a little more than 1 */

/* ---- names ---- */

/* The id, or the stem of the .so; what no name may hold becomes '_'. */
static void name_strategy(struct strategy_conf *strategy) {
    if (strategy->name_given)
        return;
    char *stem = fs_basename(strategy->strategy);
    if (str_ends_with(stem, ".so"))
        stem[strlen(stem) - strlen(".so")] = '\0';
    for (char *c = stem; *c != '\0'; c++)
        if (!conf_is_name_char(*c))
            *c = '_';
    str_copy_fixed(strategy->name, sizeof(strategy->name),
                   strategy->strategy[0] == '\0' ? "" : stem);
    mem_free(stem);
}

void build_name_all(struct build *b) {
    for (size_t i = 0; i < b->conf->strategy_count; i++)
        name_strategy(&b->conf->strategies[i]);
}

/* ---- settings ---- */

static int finish_settings(struct build *b) {
    struct run_conf *conf = b->conf;
    settings_finish(&conf->settings, conf->settings_given);
    if (conf->settings.account == ACCOUNT_CASH && conf->settings.leverage != 1.0) {
        size_t index = settings_index(settings_find("leverage"));
        char shown[STR_F64_MAX];
        str_format_f64(shown, sizeof(shown), conf->settings.leverage);
        return conf_fail(&b->setting_places[index], "leverage", b->err,
                         "%s has no meaning for account: cash (remove it, or write account: "
                         "margin)",
                         shown);
    }
    if (conf->has_start && conf->has_end && conf->start >= conf->end) {
        char start[TIME_ISO_MAX], end[TIME_ISO_MAX];
        time_format_iso(start, sizeof(start), conf->start);
        time_format_iso(end, sizeof(end), conf->end);
        return conf_fail(&conf->end_place, "end", b->err,
                         "%s is not after the start, %s (give a later end)", end, start);
    }
    if (!b->funding_off && b->funding_rate != 0.0)
        return conf_fail(&b->funding_place, "funding.rate", b->err,
                         "funding comes with a later version (write 0, or enabled: false)");
    return 0;
}

/* ---- data ---- */

/* By symbol, timeframe, file, place in the list. */
static int compare_data(const void *left, const void *right) {
    const struct data_conf *a = *(struct data_conf *const *)left;
    const struct data_conf *b = *(struct data_conf *const *)right;
    int order = strcmp(a->symbol, b->symbol);
    if (order == 0)
        order = (a->timeframe_ns > b->timeframe_ns) - (a->timeframe_ns < b->timeframe_ns);
    if (order == 0)
        order = strcmp(a->file, b->file);
    return order != 0 ? order : (a > b) - (a < b);
}

/* Where the symbol or the timeframe is still to be told from the file, only the same file is surely
 * the same feed. */
static int check_twice(struct build *b, const struct data_conf *first,
                       const struct data_conf *second) {
    if (!str_eq(first->symbol, second->symbol) || first->timeframe_ns != second->timeframe_ns)
        return 0;
    bool is_open = first->symbol[0] == '\0' || first->timeframe_ns == 0;
    if (is_open && !str_eq(first->file, second->file))
        return 0;
    const struct data_conf *late = first > second ? first : second;
    if (is_open)
        return conf_fail(&late->place, late->key, b->err, "%s is here twice (remove one)",
                         late->file[0] != '\0' ? late->file : late->symbol);
    return conf_fail(&late->place, late->key, b->err,
                     "a second feed %s@%s (remove one, or give it another symbol or timeframe)",
                     late->symbol, late->timeframe);
}

/* tick, lot and multiplier belong to the symbol: said for one of its feeds, they hold for all. */
static int share_instrument(struct build *b, struct data_conf *a, struct data_conf *next) {
    const char *field = NULL;
    if (a->tick_given && next->tick_given && !decimal_eq(a->tick, next->tick))
        field = "tick";
    else if (a->lot_given && next->lot_given && !decimal_eq(a->lot, next->lot))
        field = "lot";
    else if (a->multiplier_given && next->multiplier_given && a->multiplier != next->multiplier)
        field = "multiplier";
    if (field != NULL) {
        const struct data_conf *late = a > next ? a : next;
        return conf_fail(&late->place, late->key, b->err,
                         "another %s than in the other feed of %s (write the same, or write it "
                         "once)",
                         field, late->symbol);
    }
    if (a->tick_given)
        next->tick = a->tick, next->tick_given = true;
    if (a->lot_given)
        next->lot = a->lot, next->lot_given = true;
    if (a->multiplier_given)
        next->multiplier = a->multiplier, next->multiplier_given = true;
    return 0;
}

static bool same_symbol(const struct data_conf *a, const struct data_conf *b) {
    return a->symbol[0] != '\0' && str_eq(a->symbol, b->symbol);
}

static int check_sorted_data(struct build *b, struct data_conf **sorted, size_t count) {
    int rc = 0;
    for (size_t i = 1; rc == 0 && i < count; i++)
        rc = check_twice(b, sorted[i - 1], sorted[i]);
    for (size_t i = 1; rc == 0 && i < count; i++)
        if (same_symbol(sorted[i - 1], sorted[i]))
            rc = share_instrument(b, sorted[i - 1], sorted[i]);
    for (size_t i = count; rc == 0 && i > 1; i--)
        if (same_symbol(sorted[i - 1], sorted[i - 2]))
            rc = share_instrument(b, sorted[i - 1], sorted[i - 2]);
    return rc;
}

static int finish_data(struct build *b) {
    struct run_conf *conf = b->conf;
    for (size_t i = 0; i < conf->data_count; i++) {
        const struct data_conf *data = &conf->data[i];
        if (data->symbol[0] == '\0' && data->file[0] == '\0' && data->key[0] != '\0')
            return conf_fail(&data->place, data->key, b->err,
                             "neither symbol nor file (add file: bars.csv)");
    }
    if (conf->data_count < 2)
        return 0;
    struct data_conf **sorted = mem_zalloc(conf->data_count, sizeof(*sorted));
    for (size_t i = 0; i < conf->data_count; i++)
        sorted[i] = &conf->data[i];
    qsort(sorted, conf->data_count, sizeof(*sorted), compare_data);
    int rc = check_sorted_data(b, sorted, conf->data_count);
    mem_free(sorted);
    return rc;
}

/* ---- strategies ---- */

static int refuse_symbol(struct build *b, const char *key, const struct feed_conf *feed,
                         bool has_symbol) {
    const struct run_conf *conf = b->conf;
    if (has_symbol)
        return conf_fail(&feed->place, key, b->err,
                         "the data of %s have no timeframe %s (add such data, or leave @%s out)",
                         feed->symbol, feed->timeframe, feed->timeframe);
    const char **names = mem_zalloc(conf->data_count, sizeof(*names));
    for (size_t i = 0; i < conf->data_count; i++)
        names[i] = conf->data[i].symbol;
    char guess[128];
    int rc = conf_fail(&feed->place, key, b->err, "there are no data of %s (%s)", feed->symbol,
                       conf_guess(guess, sizeof(guess), feed->symbol, names, conf->data_count,
                                  "add them to data"));
    mem_free(names);
    return rc;
}

/* Where a symbol or a timeframe is still to be told from a file, the run looks again. */
static int check_feed(struct build *b, const char *key, const struct feed_conf *feed) {
    const struct run_conf *conf = b->conf;
    bool has_symbol = false, is_open = conf->data_count == 0;
    for (size_t i = 0; i < conf->data_count; i++) {
        const struct data_conf *data = &conf->data[i];
        is_open |= data->symbol[0] == '\0';
        if (!str_eq(data->symbol, feed->symbol))
            continue;
        has_symbol = true;
        if (feed->timeframe[0] == '\0' || data->timeframe[0] == '\0' ||
            str_eq(data->timeframe, feed->timeframe))
            return 0;
    }
    return is_open ? 0 : refuse_symbol(b, key, feed, has_symbol);
}

static int check_strategy_feeds(struct build *b, const struct strategy_conf *strategy) {
    char key[CONF_KEY_MAX + 1];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < strategy->symbol_count; i++)
        rc = check_feed(b, "symbols", &strategy->symbols[i]);
    for (size_t i = 0; rc == 0 && i < strategy->role_count; i++) {
        snprintf(key, sizeof(key), "roles.%s", strategy->roles[i].name);
        rc = check_feed(b, key, &strategy->roles[i].feed);
    }
    return rc;
}

static int finish_strategies(struct build *b) {
    const struct run_conf *conf = b->conf;
    for (size_t i = 0; i < conf->strategy_count; i++) {
        const struct strategy_conf *strategy = &conf->strategies[i];
        for (size_t j = 0; j < i; j++)
            if (str_eq(strategy->name, conf->strategies[j].name))
                return conf_fail(&strategy->place, "strategies", b->err,
                                 "two of them are called %s (give one another name: ...)",
                                 strategy->name);
        int rc = check_strategy_feeds(b, strategy);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- silos and budgets ---- */

static int finish_silos(struct build *b) {
    struct run_conf *conf = b->conf;
    if (conf->silo_count == 0) {
        struct conf_place nowhere = {0};
        struct silo_conf *silo = build_add_silo(b, &nowhere);
        CHECK(silo != NULL);
        str_copy_fixed(silo->name, sizeof(silo->name), "main");
    }
    for (size_t i = 0; i < conf->silo_count; i++) {
        struct silo_conf *silo = &conf->silos[i];
        if (!silo->cash_given)
            silo->initial_cash = conf->settings.initial_cash;
        for (size_t j = 0; j < i; j++)
            if (str_eq(silo->name, conf->silos[j].name))
                return conf_fail(&silo->place, "silos", b->err,
                                 "two of them are called %s (rename one)", silo->name);
    }
    return 0;
}

static int find_silo(struct build *b, struct strategy_conf *strategy) {
    const struct run_conf *conf = b->conf;
    const char *names[RUN_CONF_SILOS_MAX];
    if (strategy->silo[0] == '\0' && conf->silo_count == 1)
        str_copy_fixed(strategy->silo, sizeof(strategy->silo), conf->silos[0].name);
    if (strategy->silo[0] == '\0')
        return conf_fail(&strategy->place, "strategies", b->err,
                         "%s is in none of the %zu silos (add silo: %s)", strategy->name,
                         conf->silo_count, conf->silos[0].name);
    for (size_t i = 0; i < conf->silo_count; i++) {
        names[i] = conf->silos[i].name;
        if (str_eq(names[i], strategy->silo))
            return 0;
    }
    char guess[128];
    return conf_fail(&strategy->place, "strategies", b->err, "%s: there is no silo %s (%s)",
                     strategy->name, strategy->silo,
                     conf_guess(guess, sizeof(guess), strategy->silo, names, conf->silo_count,
                                "add it to silos"));
}

/* The strategies that say nothing share what the others of their silo leave. */
static int share_budget(struct build *b, const struct silo_conf *silo) {
    struct run_conf *conf = b->conf;
    const struct strategy_conf *asking = NULL, *giving = NULL;
    double given = 0.0;
    size_t open_count = 0;
    for (size_t i = 0; i < conf->strategy_count; i++) {
        const struct strategy_conf *strategy = &conf->strategies[i];
        if (!str_eq(strategy->silo, silo->name))
            continue;
        if (strategy->budget_given) {
            given += strategy->budget;
            giving = strategy;
        } else {
            asking = strategy;
            open_count++;
        }
    }
    char sum[STR_F64_MAX];
    str_format_f64(sum, sizeof(sum), given);
    if (given > 1.0 + BUDGET_SLACK)
        return conf_fail(&giving->place, "strategies", b->err,
                         "the budgets of silo %s add up to %s (at most 1)", silo->name, sum);
    if (asking != NULL && given >= 1.0 - BUDGET_SLACK)
        return conf_fail(&asking->place, "strategies", b->err,
                         "the others leave no budget to %s (give it a budget, and less to them)",
                         asking->name);
    for (size_t i = 0; i < conf->strategy_count; i++) {
        struct strategy_conf *strategy = &conf->strategies[i];
        if (str_eq(strategy->silo, silo->name) && !strategy->budget_given)
            strategy->budget = (1.0 - given) / (double)open_count;
    }
    return 0;
}

static int finish_budgets(struct build *b) {
    const struct run_conf *conf = b->conf;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < conf->strategy_count; i++)
        rc = find_silo(b, &conf->strategies[i]);
    for (size_t i = 0; rc == 0 && i < conf->silo_count; i++)
        rc = share_budget(b, &conf->silos[i]);
    return rc;
}

int build_finish(struct build *b) {
    build_name_all(b);
    int rc = finish_settings(b);
    if (rc == 0)
        rc = finish_data(b);
    if (rc == 0)
        rc = finish_strategies(b);
    if (rc == 0)
        rc = finish_silos(b);
    if (rc == 0)
        rc = finish_budgets(b);
    return rc;
}
