/* What is accepted, and what becomes of it. Refusals: test_run_conf_broken.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "base/time.h"
#include "conf/run_conf.h"

/* date -u -d 2005-01-01 +%s */
#define NEW_YEAR_2005 (INT64_C(1104537600) * TIME_SECOND)

static struct run_conf *parse(const char *text) {
    struct run_conf *conf = NULL;
    struct err err = {0};
    int rc = run_conf_parse(text, strlen(text), "run.yaml", "folder", &conf, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    return conf;
}

Test(run_conf, nothing_said_is_all_defaults_and_one_silo) {
    struct run_conf *conf = parse("");
    struct settings defaults;
    settings_default(&defaults);
    cr_assert_eq(memcmp(&conf->settings, &defaults, sizeof(defaults)), 0);
    cr_assert_eq(conf->data_count, 0);
    cr_assert_eq(conf->strategy_count, 0);
    cr_assert_eq(conf->silo_count, 1);
    cr_assert_str_eq(conf->silos[0].name, "main");
    cr_assert_eq(conf->silos[0].initial_cash, 100000.0);
    cr_assert_str_eq(conf->risk, "none");
    cr_assert_not(conf->has_start || conf->has_end);
    run_conf_destroy(&conf);
    cr_assert_null(conf);
    run_conf_destroy(&conf);
}

/* Seed 001, "Run config example (JSON)". */
static const char seed_001[] = "{\n"
                               "  \"symbol\": \"BTCUSDT\",\n"
                               "  \"timeframe\": \"15m\",\n"
                               "  \"start\": 1700000000000,\n"
                               "  \"end\": 1701000000000,\n"
                               "  \"initial_cash\": 10000,\n"
                               "  \"leverage\": 1,\n"
                               "  \"fill_model\": \"close_to_open\",\n"
                               "  \"commission_bps\": 4,\n"
                               "  \"slippage_bps\": 2,\n"
                               "  \"funding\": {\"enabled\": true, \"rate\": 0.0},\n"
                               "  \"sizing\": {\"type\": \"percent_equity\", \"value\": 0.1}\n"
                               "}\n";

Test(run_conf, the_json_example_of_the_seed_is_accepted_as_it_stands) {
    struct run_conf *conf = parse(seed_001);
    cr_assert_eq(conf->data_count, 1);
    cr_assert_str_eq(conf->data[0].symbol, "BTCUSDT");
    cr_assert_str_eq(conf->data[0].timeframe, "15m");
    cr_assert_str_eq(conf->data[0].file, "");
    cr_assert_eq(conf->start, INT64_C(1700000000) * TIME_SECOND);
    cr_assert_eq(conf->end, INT64_C(1701000000) * TIME_SECOND);
    cr_assert_eq(conf->settings.initial_cash, 10000.0);
    cr_assert_eq(conf->silos[0].initial_cash, 10000.0);
    cr_assert_eq(conf->settings.commission_bps, 4.0);
    cr_assert_eq(conf->settings.commission_per_unit, 0.0);
    cr_assert_eq(conf->settings.sizing_value, 0.1);
    struct err err;
    cr_assert_eq(run_conf_require(conf, &err), ERR_CONFIG);
    cr_assert_str_eq(err.text, "run.yaml:1:1: strategy: which strategy? (give --strategy ID or add "
                               "strategy: ID; `qshost list` shows them)");
    run_conf_destroy(&conf);
}

Test(run_conf, the_example_of_the_design_is_accepted_but_for_its_guards) {
    struct run_conf *conf =
        parse("strategy: ema_cross              # an id in the registry, or a path to a .so\n"
              "params: {fast: 12, slow: 26}\n"
              "data:\n"
              "  - {symbol: GOOG, timeframe: 1d, file: goog_1d.csv, stamp: open}\n"
              "start: 2005-01-01\n"
              "initial_cash: 100000\n"
              "leverage: 1\n"
              "fill_model: close_to_open        # or close_to_close\n"
              "commission_bps: 4\n"
              "slippage_bps: 2\n"
              "sizing: {type: percent_equity, value: 0.1}\n"
              "risk: none\n");
    struct err err;
    cr_assert_eq(run_conf_require(conf, &err), 0);
    cr_assert_eq(conf->strategy_count, 1);
    const struct strategy_conf *strategy = &conf->strategies[0];
    cr_assert_str_eq(strategy->strategy, "ema_cross");
    cr_assert_str_eq(strategy->name, "ema_cross");
    cr_assert_str_eq(strategy->silo, "main");
    cr_assert_eq(strategy->budget, 1.0);
    cr_assert_not(strategy->budget_given);
    cr_assert_eq(strategy->param_count, 2);
    cr_assert_str_eq(strategy->params[0].name, "fast");
    cr_assert_str_eq(strategy->params[0].key, "params.fast");
    cr_assert_str_eq(strategy->params[0].value.text, "12");
    cr_assert_eq(strategy->params[0].value.place.line, 2);
    cr_assert_eq(strategy->params[0].value.place.column, 16);
    cr_assert_str_eq(conf->data[0].file, "folder/goog_1d.csv");
    cr_assert_eq(conf->data[0].timeframe_ns, TIME_DAY);
    cr_assert_eq(conf->data[0].stamp, DATA_STAMP_OPEN);
    cr_assert_eq(conf->data[0].multiplier, 1.0);
    cr_assert(conf->has_start);
    cr_assert_eq(conf->start, NEW_YEAR_2005);
    run_conf_destroy(&conf);
}

Test(run_conf, data_may_be_a_path_a_map_or_a_list_of_both) {
    struct run_conf *conf = parse("data: goog_1d.csv\n");
    cr_assert_eq(conf->data_count, 1);
    cr_assert_str_eq(conf->data[0].file, "folder/goog_1d.csv");
    cr_assert_str_eq(conf->data[0].symbol, "");
    run_conf_destroy(&conf);
    conf = parse("data: {file: /abs/x.csv, stamp: close}\n");
    cr_assert_str_eq(conf->data[0].file, "/abs/x.csv");
    cr_assert_eq(conf->data[0].stamp, DATA_STAMP_CLOSE);
    run_conf_destroy(&conf);
    conf = parse("data: [a.csv, {file: b.csv, tick: 0.05, lot: 1, multiplier: 10}]\n");
    cr_assert_eq(conf->data_count, 2);
    cr_assert_str_eq(conf->data[0].key, "data.0");
    cr_assert_eq(conf->data[1].tick.num, 5);
    cr_assert_eq(conf->data[1].tick.scale, 2);
    cr_assert_eq(conf->data[1].lot.num, 1);
    cr_assert_eq(conf->data[1].multiplier, 10.0);
    cr_assert(conf->data[1].tick_given && conf->data[1].lot_given &&
              conf->data[1].multiplier_given);
    cr_assert_not(conf->data[0].tick_given);
    run_conf_destroy(&conf);
}

Test(run_conf, tick_and_lot_hold_for_all_feeds_of_their_symbol) {
    struct run_conf *conf = parse("data:\n"
                                  "  - {symbol: A, timeframe: 1h, file: 1.csv}\n"
                                  "  - {symbol: B, timeframe: 1h, file: 2.csv}\n"
                                  "  - {symbol: A, timeframe: 1d, file: 3.csv, tick: 0.25}\n"
                                  "  - {symbol: A, timeframe: 1w, file: 4.csv, lot: 5}\n");
    for (size_t i = 0; i < 4; i++) {
        bool is_a = i != 1;
        cr_assert_eq(conf->data[i].tick.num, is_a ? 25 : 0);
        cr_assert_eq(conf->data[i].lot.num, is_a ? 5 : 0);
    }
    run_conf_destroy(&conf);
}

Test(run_conf, a_day_alone_as_end_is_the_end_of_that_day) {
    struct run_conf *conf = parse("start: 2005-01-01\nend: 2005-01-01\n");
    cr_assert_eq(conf->end - conf->start, TIME_DAY);
    run_conf_destroy(&conf);
    conf = parse("start: 2005-01-01\nend: 2005-01-02T00:00\n");
    cr_assert_eq(conf->end - conf->start, TIME_DAY);
    run_conf_destroy(&conf);
}

Test(run_conf, several_strategies_share_what_budget_is_left) {
    struct run_conf *conf = parse("data: [{symbol: A, file: a.csv}, {symbol: B, file: b.csv}]\n"
                                  "strategies:\n"
                                  "  - {strategy: ema_cross, name: one, budget: 0.5,\n"
                                  "     params: {fast: 3}, symbols: [A, B@1d]}\n"
                                  "  - {strategy: ema_cross, name: two, roles: {pair: A}}\n"
                                  "  - strategy: ./plugins/my-own.v2.so\n");
    cr_assert_eq(conf->strategy_count, 3);
    const struct strategy_conf *s = conf->strategies;
    cr_assert_str_eq(s[0].name, "one");
    cr_assert_eq(s[0].budget, 0.5);
    cr_assert_eq(s[1].budget, 0.25);
    cr_assert_eq(s[2].budget, 0.25);
    cr_assert_str_eq(s[0].params[0].key, "strategies.0.params.fast");
    cr_assert_eq(s[0].symbol_count, 2);
    cr_assert_str_eq(s[0].symbols[1].symbol, "B");
    cr_assert_str_eq(s[0].symbols[1].timeframe, "1d");
    cr_assert_str_eq(s[1].roles[0].name, "pair");
    cr_assert_str_eq(s[1].roles[0].feed.symbol, "A");
    cr_assert_str_eq(s[2].strategy, "folder/./plugins/my-own.v2.so");
    cr_assert_str_eq(s[2].name, "my-own_v2");
    run_conf_destroy(&conf);
}

Test(run_conf, budgets_count_in_each_silo_alone) {
    struct run_conf *conf = parse("initial_cash: 500\n"
                                  "silos: [{name: us, initial_cash: 1000}, {name: eu}]\n"
                                  "strategies:\n"
                                  "  - {strategy: a, silo: us, budget: 1}\n"
                                  "  - {strategy: b, silo: eu}\n"
                                  "  - {strategy: c, silo: eu}\n");
    cr_assert_eq(conf->silo_count, 2);
    cr_assert_eq(conf->silos[0].initial_cash, 1000.0);
    cr_assert_eq(conf->silos[1].initial_cash, 500.0);
    cr_assert_eq(conf->strategies[0].budget, 1.0);
    cr_assert_eq(conf->strategies[1].budget, 0.5);
    cr_assert_eq(conf->strategies[2].budget, 0.5);
    run_conf_destroy(&conf);
}

Test(run_conf, ten_tenths_are_a_whole_budget) {
    struct str text = {0};
    str_append(&text, "strategies:\n");
    for (int i = 0; i < 10; i++)
        str_appendf(&text, "  - {strategy: s, name: s%d, budget: 0.1}\n", i);
    struct run_conf *conf = parse(str_text(&text));
    cr_assert_eq(conf->strategy_count, 10);
    run_conf_destroy(&conf);
    str_fini(&text);
}

Test(run_conf, symbols_may_be_one_text_with_commas) {
    struct run_conf *conf = parse("strategy: s\nsymbols: A,B@60m\n");
    cr_assert_eq(conf->strategies[0].symbol_count, 2);
    cr_assert_str_eq(conf->strategies[0].symbols[1].timeframe, "1h");
    run_conf_destroy(&conf);
}

Test(run_conf, funding_that_is_off_or_nothing_is_accepted) {
    struct run_conf *conf = parse("funding: {enabled: false, rate: 0.01}\n");
    run_conf_destroy(&conf);
    conf = parse("funding: {enabled: true, rate: 0}\nsizing: {close: exact}\n");
    run_conf_destroy(&conf);
}

Test(run_conf, what_was_given_is_known) {
    struct run_conf *conf = parse("slippage_bps: 2\nname: spring test\n");
    for (size_t i = 0; i < SETTINGS_TOTAL; i++)
        cr_assert_eq(conf->settings_given[i], str_eq(settings_at(i)->key, "slippage_bps"));
    cr_assert_str_eq(conf->name, "spring test");
    run_conf_destroy(&conf);
}

Test(run_conf, every_setting_can_be_said_in_a_file) {
    struct settings defaults;
    settings_default(&defaults);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const struct setting *setting = settings_at(i);
        char value[SETTING_TEXT_MAX], text[200];
        settings_print_value(setting, &defaults, value, sizeof(value));
        const char *dot = strchr(setting->key, '.');
        if (dot == NULL)
            snprintf(text, sizeof(text), "%s: %s\n", setting->key, value);
        else
            snprintf(text, sizeof(text), "%.*s: {%s: %s}\n", (int)(dot - setting->key),
                     setting->key, dot + 1, value);
        struct run_conf *conf = parse(text);
        cr_assert(conf->settings_given[i]);
        run_conf_destroy(&conf);
    }
}

Test(run_conf, a_file_is_read_with_paths_relative_to_it) {
    char folder[] = "/tmp/qs_run_conf_XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    char path[64], expected[80];
    snprintf(path, sizeof(path), "%s/run.yaml", folder);
    snprintf(expected, sizeof(expected), "%s/a/b.csv", folder);
    static const char text[] = "data: a/b.csv\nstrategy: s\n";
    struct err err = {0};
    cr_assert_eq(fs_write_atomic(path, text, strlen(text), 0600, &err), 0);
    struct run_conf *conf = NULL;
    cr_assert_eq(run_conf_load(path, &conf, &err), 0, "%s", err.text);
    cr_assert_str_eq(conf->data[0].file, expected);
    cr_assert_str_eq(conf->path, path);
    run_conf_destroy(&conf);
    cr_assert_eq(run_conf_load(folder, &conf, &err), ERR_IO);
    unlink(path);
    rmdir(folder);
    cr_assert_eq(run_conf_load(path, &conf, &err), ERR_NOT_FOUND);
    cr_assert_null(conf);
}

Test(run_conf, the_largest_lists_are_accepted) {
    struct str text = {0};
    str_append(&text, "data:\n");
    for (int i = 0; i < RUN_CONF_DATA_MAX; i++)
        str_appendf(&text, " - {symbol: S%d, file: s%d.csv}\n", i, i);
    str_append(&text, "strategies:\n");
    for (int i = 0; i < RUN_CONF_STRATEGIES_MAX; i++)
        str_appendf(&text, " - {strategy: s, name: n%d, symbols: [S%d]}\n", i, i);
    struct run_conf *conf = parse(str_text(&text));
    cr_assert_eq(conf->data_count, RUN_CONF_DATA_MAX);
    cr_assert_eq(conf->strategy_count, RUN_CONF_STRATEGIES_MAX);
    cr_assert_str_eq(conf->strategies[255].symbols[0].symbol, "S255");
    cr_assert_eq(conf->strategies[255].budget, 1.0 / 256.0);
    run_conf_destroy(&conf);
    str_append(&text, " - {strategy: s, name: more}\n");
    struct err err;
    cr_assert_eq(run_conf_parse(str_text(&text), text.len, "big.yaml", NULL, &conf, &err),
                 ERR_CONFIG);
    cr_assert_str_eq(err.text,
                     "big.yaml:4355:4: strategies: more than 256 entries (split the run)");
    str_fini(&text);
}

Test(run_conf, what_is_recorded_is_said_by_log) {
    static const struct {
        const char *text;
        enum run_log_kind kind;
        int64_t every;
    } rows[] = {{"", RUN_LOG_BARS, 1},
                {"log: bars\n", RUN_LOG_BARS, 1},
                {"log: full\n", RUN_LOG_FULL, 1},
                {"log: trades\n", RUN_LOG_TRADES, 1},
                {"log: every 10 bars\n", RUN_LOG_EVERY, 10},
                {"log: \"every bar\"\n", RUN_LOG_EVERY, 1}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_conf *conf = parse(rows[i].text);
        cr_assert_eq(conf->log.kind, rows[i].kind, "%s", rows[i].text);
        cr_assert_eq(conf->log.every, rows[i].every, "%s", rows[i].text);
        run_conf_destroy(&conf);
    }
}

Test(run_conf, log_is_no_setting_so_no_hash_knows_it) { cr_assert_null(settings_find("log")); }

Test(run_conf, places_of_what_a_run_looks_for_later_are_known) {
    struct run_conf *conf = parse("strategy: ema_cross\n"
                                  "data:\n"
                                  "- {symbol: A, file: a.csv}\n"
                                  "- b.csv\n"
                                  "end: 2015-12-31\n");
    cr_assert(conf->strategies[0].place.line == 1 && conf->strategies[0].place.column == 11);
    cr_assert(conf->data[0].place.line == 3 && conf->data[0].place.column == 3);
    cr_assert(conf->data[0].file_place.line == 3 && conf->data[0].file_place.column == 21);
    cr_assert(conf->data[1].file_place.line == 4 && conf->data[1].file_place.column == 3);
    cr_assert(conf->end_place.line == 5 && conf->end_place.column == 6);
    cr_assert_null(conf->start_place.name);
    run_conf_destroy(&conf);
}

Test(run_conf, help_has_the_keys_that_are_no_settings) {
    struct str help = {0};
    run_conf_help(&help);
    cr_assert_not_null(
        strstr(str_text(&help), "log: bars  (full | bars | trades | every N bars)\n"));
    cr_assert_not_null(strstr(str_text(&help), "a date alone counts to the end of its day"));
    for (const char *line = str_text(&help); *line != '\0';) {
        size_t len = strcspn(line, "\n");
        cr_assert_leq(len, 100);
        line += len + 1;
    }
    str_fini(&help);
}

Test(run_conf, a_param_may_say_that_it_stands_without_quotes) {
    struct run_conf *conf =
        parse("strategy: s\nparams: {a: {plain: \".5\"}, b: \".5\", c: \"x\"}\n");
    const struct param_conf *params = conf->strategies[0].params;
    cr_assert_str_eq(params[0].value.text, ".5");
    cr_assert_not(params[0].value.quoted);
    cr_assert(params[1].value.quoted);
    cr_assert_not(params[2].value.quoted); /* nobody would take x for a number */
    run_conf_destroy(&conf);
}
