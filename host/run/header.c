/*
 * What a run says first, and the hashes by which it can be told from another: implements the second
 * half of run/assemble.h. Nothing here depends on bars after the first.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/journal.h"
#include "run/assemble.h"

#define ENGINE_NAME "quasar 0.1"

static void write_settings(const struct plan *plan, struct journal *journal) {
    char text[SETTING_TEXT_MAX];
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const struct setting *setting = settings_at(i);
        settings_print_value(setting, &plan->settings, text, sizeof text);
        journal_put_setting(journal, &(struct j_setting){.key = setting->key, .value = text});
    }
}

static void write_market(const struct plan *plan, struct journal *journal) {
    for (int32_t i = 0; i < plan->symbol_count; i++) {
        const struct instrument *s = &plan->symbols[i];
        journal_put_symbol(journal, &(struct j_symbol){.id = i,
                                                       .tick = decimal_to_f64(s->tick),
                                                       .lot = decimal_to_f64(s->lot),
                                                       .multiplier = s->multiplier,
                                                       .name = s->symbol});
    }
    for (int32_t i = 0; i < plan->feed_count; i++) {
        const struct feed *f = &plan->feeds[i];
        journal_put_feed(journal, &(struct j_feed){.id = i,
                                                   .symbol = f->symbol_id,
                                                   .timeframe = f->timeframe,
                                                   .anchor = f->bars.open_time[0],
                                                   .synthetic = plan->series[i]->synthetic,
                                                   .timeframe_name = f->timeframe_name});
    }
}

static void write_strategy(const struct plan *plan, int32_t id, struct journal *journal) {
    const struct plan_strategy *s = &plan->strategies[id];
    journal_put_strategy(journal, &(struct j_strategy){.id = id,
                                                       .silo = s->silo,
                                                       .budget = s->budget,
                                                       .name = s->conf->name,
                                                       .schema = s->descriptor.id,
                                                       .version = s->descriptor.version});
    for (size_t i = 0; i < s->text_count; i++)
        journal_put_param(
            journal,
            &(struct j_param){.strategy = id, .name = s->texts[i].name, .value = s->texts[i].text});
    for (int32_t i = 0; i < s->feed_count; i++)
        journal_put_binding(journal,
                            &(struct j_binding){.strategy = id, .place = i, .feed = s->feeds[i]});
}

void plan_write_header(const struct plan *plan, struct journal *journal) {
    journal_put_run(journal, &(struct j_run){.format = JOURNAL_FORMAT, .engine = ENGINE_NAME});
    write_settings(plan, journal);
    write_market(plan, journal);
    for (int32_t i = 0; i < plan->silo_count; i++)
        journal_put_silo(journal, &(struct j_silo){.id = i,
                                                   .initial_cash = plan->silos[i].initial_cash,
                                                   .name = plan->silos[i].name});
    for (int32_t i = 0; i < plan->strategy_count; i++)
        write_strategy(plan, i, journal);
}

struct hash128 plan_config_hash(const struct plan *plan) {
    struct journal journal;
    journal_init(&journal, NULL);
    plan_write_header(plan, &journal);
    struct hash128 hash = journal_hash(&journal);
    journal_fini(&journal);
    return hash;
}

struct hash128 plan_bars_hash(const struct plan *plan) {
    struct str text;
    char hex[HASH128_HEX_SIZE];
    str_init(&text);
    for (int32_t i = 0; i < plan->feed_count; i++) {
        hash128_hex(plan->series[i]->bars_hash, hex);
        str_appendf(&text, "%s@%s %s\n", plan->feeds[i].symbol, plan->feeds[i].timeframe_name, hex);
    }
    struct hash128 hash = hash128(text.data, text.len);
    str_fini(&text);
    return hash;
}

struct hash128 plan_code_hash(const struct plan *plan) {
    struct str text;
    str_init(&text);
    for (int32_t i = 0; i < plan->strategy_count; i++)
        str_appendf(&text, "%s %s\n", plan->strategies[i].conf->name,
                    plan->strategies[i].build.sha);
    struct hash128 hash = hash128(text.data, text.len);
    str_fini(&text);
    return hash;
}
