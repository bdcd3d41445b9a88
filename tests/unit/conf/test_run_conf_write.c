/* Config -> JSON -> config. The configs are made of every key, by dice. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/time.h"
#include "conf/run_conf_write.h"

#define CONFIGS 2000

/* ---- equality, field by field ---- */

static void same_value(const struct conf_value *a, const struct conf_value *b) {
    cr_assert_str_eq(a->text, b->text);
    cr_assert_eq(a->quoted, b->quoted, "%s", a->text);
}

static void same_feed(const struct feed_conf *a, const struct feed_conf *b) {
    cr_assert_str_eq(a->symbol, b->symbol);
    cr_assert_str_eq(a->timeframe, b->timeframe);
}

static void same_strategy(const struct strategy_conf *a, const struct strategy_conf *b) {
    cr_assert_str_eq(a->name, b->name);
    cr_assert_eq(a->name_given, b->name_given);
    cr_assert_str_eq(a->strategy, b->strategy);
    cr_assert_eq(a->param_count, b->param_count);
    for (size_t i = 0; i < a->param_count; i++) {
        cr_assert_str_eq(a->params[i].name, b->params[i].name);
        same_value(&a->params[i].value, &b->params[i].value);
    }
    cr_assert_eq(a->symbol_count, b->symbol_count);
    for (size_t i = 0; i < a->symbol_count; i++)
        same_feed(&a->symbols[i], &b->symbols[i]);
    cr_assert_eq(a->role_count, b->role_count);
    for (size_t i = 0; i < a->role_count; i++) {
        cr_assert_str_eq(a->roles[i].name, b->roles[i].name);
        same_feed(&a->roles[i].feed, &b->roles[i].feed);
    }
    cr_assert_eq(a->budget_given, b->budget_given);
    cr_assert_eq(a->budget, b->budget);
    cr_assert_str_eq(a->silo, b->silo);
}

static void same_decimal(struct decimal a, struct decimal b) {
    cr_assert(a.num == b.num && a.scale == b.scale, "%lld e-%d, %lld e-%d", (long long)a.num,
              a.scale, (long long)b.num, b.scale);
}

static void same_data(const struct data_conf *a, const struct data_conf *b) {
    cr_assert_str_eq(a->symbol, b->symbol);
    cr_assert_str_eq(a->timeframe, b->timeframe);
    cr_assert_eq(a->timeframe_ns, b->timeframe_ns);
    cr_assert_str_eq(a->file, b->file);
    cr_assert_eq(a->stamp, b->stamp);
    same_decimal(a->tick, b->tick);
    same_decimal(a->lot, b->lot);
    cr_assert_eq(a->multiplier, b->multiplier);
    cr_assert(a->tick_given == b->tick_given && a->lot_given == b->lot_given &&
              a->multiplier_given == b->multiplier_given);
}

static void same_conf(const struct run_conf *a, const struct run_conf *b) {
    cr_assert_str_eq(a->name, b->name);
    cr_assert_eq(memcmp(&a->settings, &b->settings, sizeof(a->settings)), 0);
    cr_assert(a->has_start == b->has_start && a->has_end == b->has_end);
    cr_assert_eq(a->start, b->start);
    cr_assert_eq(a->end, b->end);
    cr_assert_str_eq(a->risk, b->risk);
    cr_assert(a->log.kind == b->log.kind && a->log.every == b->log.every);
    cr_assert_eq(a->data_count, b->data_count);
    for (size_t i = 0; i < a->data_count; i++)
        same_data(&a->data[i], &b->data[i]);
    cr_assert_eq(a->strategy_count, b->strategy_count);
    for (size_t i = 0; i < a->strategy_count; i++)
        same_strategy(&a->strategies[i], &b->strategies[i]);
    cr_assert_eq(a->silo_count, b->silo_count);
    for (size_t i = 0; i < a->silo_count; i++) {
        cr_assert_str_eq(a->silos[i].name, b->silos[i].name);
        cr_assert_eq(a->silos[i].initial_cash, b->silos[i].initial_cash);
        cr_assert_eq(a->silos[i].cash_given, b->silos[i].cash_given);
    }
}

/* ---- there and back ---- */

static struct run_conf *parse(const char *text, const char *folder) {
    struct run_conf *conf = NULL;
    struct err err = {0};
    int rc = run_conf_parse(text, strlen(text), "run.yaml", folder, &conf, &err);
    cr_assert_eq(rc, 0, "%s\n%s", err.text, text);
    return conf;
}

/* Writes, reads, writes; what was written is JSON for others too. */
static struct run_conf *reread(const struct run_conf *conf, struct str *text) {
    struct str again = {0};
    struct err err = {0};
    run_conf_write(conf, text);
    struct jv *json = jv_parse(str_text(text), text->len, &err);
    cr_assert_not_null(json, "%s\n%s", err.text, str_text(text));
    jv_free(json);
    struct run_conf *back = parse(str_text(text), NULL);
    run_conf_write(back, &again);
    cr_assert_str_eq(str_text(&again), str_text(text));
    str_fini(&again);
    return back;
}

static void survives(const char *yaml) {
    struct str text = {0};
    struct run_conf *conf = parse(yaml, "/data"), *back = reread(conf, &text);
    same_conf(conf, back);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++)
        cr_assert(back->settings_given[i]);
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

/* ---- dice ---- */

static struct rng rng;

static bool chance(uint64_t of) { return rng_below(&rng, of) == 0; }

static const char *pick(const char *const *words, size_t count) {
    return words[rng_below(&rng, count)];
}

#define PICK(...)                                                                                  \
    pick((const char *const[]){__VA_ARGS__},                                                       \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Any number in [min, max], whole or with all its digits. */
static double number_in(double min, double max) {
    double x = min + rng_f64(&rng) * (max - min);
    return chance(2) && (double)(int64_t)x >= min ? (double)(int64_t)x : x;
}

static void dice_settings(struct str *yaml) {
    char text[SETTING_TEXT_MAX];
    bool sizing = false;
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const struct setting *s = settings_at(i);
        if (strchr(s->key, '.') != NULL || chance(2) || str_eq(s->key, "leverage") ||
            str_eq(s->key, "account"))
            continue;
        size_t words = 0;
        while (s->kind == SETTING_CHOICE && setting_choice(s, words) != NULL)
            words++;
        if (s->kind == SETTING_CHOICE)
            snprintf(text, sizeof(text), "%s", setting_choice(s, rng_below(&rng, words)));
        else if (s->kind == SETTING_COUNT)
            snprintf(text, sizeof(text), "%llu",
                     (unsigned long long)rng_below(&rng, (uint64_t)s->max));
        else
            str_format_f64(text, sizeof(text), number_in(s->min, s->max));
        str_appendf(yaml, "%s: %s\n", s->key, text);
    }
    sizing = chance(2);
    if (sizing)
        str_appendf(yaml, "sizing: {type: %s, value: %.17g}\n",
                    PICK("fixed", "risk", "money", "percent_equity"), rng_f64(&rng));
    if (chance(2))
        str_append(yaml, chance(2) ? "account: cash\n" : "leverage: 2.5\n");
}

static void dice_run(struct str *yaml) {
    if (chance(2))
        str_appendf(yaml, "name: %s\n",
                    PICK("plain", "\"12\"", "12", "\"a \\\"b\\\" \\\\ c\"",
                         "\xC3\xA4\xC3\xB6 \xE2\x82\xAC", "\"\\u2028\\u0085\\x7f\\ufeff\\uffff\"",
                         "\"\\ttab and\\nline\"", "\xF0\x9F\x93\x88", "'null'", "'yes'", "\"\""));
    if (chance(2))
        str_appendf(yaml, "start: %s\n",
                    PICK("2005-01-01", "1700000000000", "2005-01-01T09:30:00.123456789+05:30",
                         "1678-01-01T00:00:00.000000001+23:59", "2005-01-01T00:00Z"));
    if (chance(2))
        str_appendf(yaml, "end: %s\n",
                    PICK("2261-12-31", "9223372036854", "2200-12-31T23:59:59.999",
                         "2261-12-31T23:59:59.000000001-23:59", "2100-12-31"));
    if (chance(2))
        str_appendf(yaml, "log: %s\n",
                    PICK("full", "bars", "trades", "every 10 bars", "every bar", "'every 7'"));
    if (chance(4))
        str_append(yaml, "risk: none\n");
}

static void dice_data(struct str *yaml, size_t count) {
    str_append(yaml, "data:\n");
    for (size_t i = 0; i < count; i++) {
        str_appendf(yaml, "- {symbol: S%zu, file: \"%s%zu.csv\"", i,
                    PICK("bars", "/abs/b", "b \\u00e9\\\"\\x7f", "./b", "../b"), i);
        if (chance(2))
            str_appendf(yaml, ", timeframe: %s", PICK("1d", "60m", "30s", "1mo", "2w"));
        if (chance(2))
            str_appendf(yaml, ", stamp: %s", PICK("open", "close"));
        if (chance(2))
            str_appendf(yaml, ", tick: %s",
                        PICK("0.01", "2.50", "1e-8", "0", "0.000000000000000001", "250"));
        if (chance(2))
            str_appendf(yaml, ", lot: %s", PICK("1", "0.001", "100", "999999999999999999"));
        if (chance(2))
            str_appendf(yaml, ", multiplier: %.17g", number_in(1e-9, 1e9));
        str_append(yaml, "}\n");
    }
}

static void dice_params(struct str *yaml) {
    size_t count = rng_below(&rng, 8);
    for (size_t i = 0; i < count; i++)
        str_appendf(yaml, "%s\"p%zu%s\": %s", i == 0 ? ", params: {" : ", ", i,
                    PICK("", "\xC3\xA9", " \\u2029", "\\\"", "plain"),
                    PICK("12", "\"12\"", "'12'", "-0", "0.10", "20.", ".5", "+7", "007", "1e3",
                         "1E+3", "\"1e3\"", "true", "\"true\"", "True", "yes", "'yes'", "off",
                         "long", "\"long\"", ".nan", ".inf", "1e999", "0x10", "1_000", "''",
                         "99999999999999999999", "-9223372036854775808", "2013-03-01",
                         "a word or two", "\"\\u0085\\u00a0\\\"\\\\/\"", "{plain: 12}",
                         "{plain: yes}", "-", "1.5.2", "\xE2\x82\xAC"));
    str_append(yaml, count > 0 ? "}" : "");
}

static void dice_strategies(struct str *yaml, size_t data, size_t silos) {
    size_t count = 1 + rng_below(&rng, 4);
    str_append(yaml, "strategies:\n");
    for (size_t i = 0; i < count; i++) {
        str_appendf(yaml, "- {strategy: %s",
                    PICK("ema_cross", "./my.so", "own.so", "/a b/c.so", "../\xC3\xA9/x.so"));
        if (count > 1 || chance(2))
            str_appendf(yaml, ", name: n-%zu", i);
        dice_params(yaml);
        if (chance(2))
            str_appendf(yaml, ", symbols: [S%zu]", (size_t)rng_below(&rng, data));
        if (chance(3))
            str_appendf(yaml, ", roles: {a: S%zu, \"b\xC3\xBC\": S0}",
                        (size_t)rng_below(&rng, data));
        if (chance(2))
            str_appendf(yaml, ", budget: %.17g", number_in(1e-6, 0.24));
        if (silos > 0)
            str_appendf(yaml, ", silo: silo%zu", (size_t)rng_below(&rng, silos));
        str_append(yaml, "}\n");
    }
}

static void dice_silos(struct str *yaml, size_t count) {
    for (size_t i = 0; i < count; i++) {
        str_appendf(yaml, "%s- {name: silo%zu", i == 0 ? "silos:\n" : "", i);
        if (chance(2))
            str_appendf(yaml, ", initial_cash: %.17g", number_in(1.0, 1e9));
        str_append(yaml, "}\n");
    }
}

Test(run_conf_write, configs_by_dice_read_back_to_themselves) {
    rng_seed(&rng, 20261121);
    for (int i = 0; i < CONFIGS; i++) {
        struct str yaml = {0};
        size_t data = 1 + rng_below(&rng, 5), silos = rng_below(&rng, 4);
        dice_run(&yaml);
        dice_settings(&yaml);
        dice_data(&yaml, data);
        dice_strategies(&yaml, data, silos);
        dice_silos(&yaml, silos);
        survives(str_text(&yaml));
        str_fini(&yaml);
    }
}

/* ---- what dice rarely throw ---- */

Test(run_conf_write, feeds_of_one_symbol_and_their_shared_constants) {
    survives("strategy: ema_cross\n"
             "data:\n"
             "- {symbol: A, timeframe: 1d, file: a_1d.csv, tick: 0.05}\n"
             "- {symbol: A, timeframe: 1h, file: a_1h.csv, lot: 10}\n"
             "symbols: [A@1h, A@1d]\n");
    survives("strategy: pair\ndata: [ko_1d.csv, pep_1d.csv]\nroles: {a: KO, b: PEP@1d}\n");
}

Test(run_conf_write, the_json_is_this) {
    struct str text = {0};
    struct run_conf *conf = parse("strategy: ema_cross\n"
                                  "params: {fast: 20, size: .5, side: long, tag: \"12\"}\n"
                                  "data: {file: /d/goog_1d.csv, lot: 1}\n"
                                  "log: every 10 bars\n"
                                  "end: 2015-12-31\n",
                                  NULL);
    struct run_conf *back = reread(conf, &text);
    const char *tail = strstr(str_text(&text), "\"silos\"");
    cr_assert_not_null(tail);
    cr_assert_str_eq(tail, "\"silos\":[\n"
                           "{\"name\":\"main\"}\n"
                           "],\"data\":[\n"
                           "{\"file\":\"/d/goog_1d.csv\",\"stamp\":\"open\",\"lot\":1}\n"
                           "],\"strategies\":[\n"
                           "{\"strategy\":\"ema_cross\",\"params\":{\"fast\":20,"
                           "\"size\":{\"plain\":\".5\"},\"side\":\"long\",\"tag\":\"12\"},"
                           "\"silo\":\"main\"}\n"
                           "]\n}\n");
    cr_assert(str_starts_with(str_text(&text), "{\n\"end\":\"2016-01-01T00:00:00Z\",\n"
                                               "\"risk\":\"none\",\n"
                                               "\"log\":\"every 10 bars\",\n"
                                               "\"initial_cash\":100000,\n"));
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

Test(run_conf_write, commissions_that_were_not_given_stay_zero) {
    struct str text = {0};
    struct run_conf *conf = parse("strategy: s\ndata: a.csv\ncommission_bps: 4\n", "/d");
    struct run_conf *back = reread(conf, &text);
    cr_assert_eq(back->settings.commission_bps, 4.0);
    cr_assert_eq(back->settings.commission_per_unit, 0.0);
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

Test(run_conf_write, paths_of_the_current_folder_become_absolute) {
    char folder[PATH_MAX], expected[PATH_MAX + 32];
    cr_assert_not_null(getcwd(folder, sizeof(folder)));
    struct str text = {0};
    struct run_conf *conf = parse("strategy: ./my.so\ndata: [a.csv, ../b.csv, /c.csv]\n", NULL);
    struct run_conf *back = reread(conf, &text);
    snprintf(expected, sizeof(expected), "%s/a.csv", folder);
    cr_assert_str_eq(back->data[0].file, expected);
    snprintf(expected, sizeof(expected), "%s/../b.csv", folder);
    cr_assert_str_eq(back->data[1].file, expected);
    cr_assert_str_eq(back->data[2].file, "/c.csv");
    snprintf(expected, sizeof(expected), "%s/my.so", folder);
    cr_assert_str_eq(back->strategies[0].strategy, expected);
    cr_assert_str_eq(back->strategies[0].name, "my");
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

Test(run_conf_write, a_path_that_is_no_text_is_still_json) {
    struct str text = {0};
    struct run_conf *conf = parse("strategy: s\ndata: a.csv\n", "/tmp/\xFF\xC3");
    struct run_conf *back = reread(conf, &text);
    cr_assert_str_eq(back->data[0].file, "/tmp/\xEF\xBF\xBD\xEF\xBF\xBD/a.csv");
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

Test(run_conf_write, the_largest_lists_read_back) {
    struct str yaml = {0};
    str_append(&yaml, "strategy: s\ndata:\n");
    for (int i = 0; i < RUN_CONF_DATA_MAX; i++)
        str_appendf(&yaml, "- {file: /home/somebody/quasar/data/crypto/spot/1m/s%d_1m.csv}\n", i);
    survives(str_text(&yaml));
    str_fini(&yaml);
}

Test(run_conf_write, what_the_command_line_gave_is_kept) {
    static const char *const sets[] = {"params.fast=+20",    "params.on=yes", "params.word=null",
                                       "params.text=a\"b\\", "log=full",      "name=12",
                                       "start=2010-01-01"};
    static const char *const data[] = {"/d/goog_1d.csv"};
    struct run_conf_args args = {.strategy = "ema_cross",
                                 .data = data,
                                 .data_count = 1,
                                 .sets = sets,
                                 .set_count = ARRAY_LEN(sets)};
    struct run_conf *conf = NULL;
    struct err err = {0};
    struct str text = {0};
    cr_assert_eq(run_conf_from_args(&args, &conf, &err), 0, "%s", err.text);
    struct run_conf *back = reread(conf, &text);
    same_conf(conf, back);
    cr_assert_str_eq(back->strategies[0].params[0].value.text, "+20");
    cr_assert_not(back->strategies[0].params[0].value.quoted);
    run_conf_destroy(&conf);
    run_conf_destroy(&back);
    str_fini(&text);
}

/* ---- params from elsewhere ---- */

static const char two_strategies[] = "strategies:\n"
                                     "- {strategy: a, params: {fast: 1, slow: 2}}\n"
                                     "- {strategy: b, params: {fast: 3}}\n";

Test(run_conf_write, params_of_a_preset_take_the_place_of_those_of_the_file) {
    struct run_conf *conf = parse(two_strategies, NULL);
    struct err err = {0};
    char place[] = "preset quick";
    int rc = run_conf_set_params(conf, 0, "{\"fast\": \"20\", \"on\": \"true\"}", place, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    memset(place, 'x', strlen(place));
    const struct strategy_conf *a = &conf->strategies[0];
    cr_assert_eq(a->param_count, 2);
    cr_assert_str_eq(a->params[0].name, "fast");
    cr_assert_str_eq(a->params[0].key, "params.fast");
    cr_assert_str_eq(a->params[0].value.text, "20");
    cr_assert_not(a->params[0].value.quoted);
    cr_assert_str_eq(a->params[0].value.place.name, "preset quick");
    cr_assert_str_eq(a->params[0].name_place.name, "preset quick");
    cr_assert_str_eq(a->params[1].value.text, "true");
    cr_assert_eq(conf->strategies[1].param_count, 1);
    cr_assert_str_eq(conf->strategies[1].params[0].value.text, "3");
    cr_assert_eq(run_conf_set_params(conf, 0, "{}", "preset none", &err), 0);
    cr_assert_eq(conf->strategies[0].param_count, 0);
    run_conf_destroy(&conf);
}

Test(run_conf_write, params_of_the_command_line_stay_over_a_preset) {
    static const char *const sets[] = {"params.fast=5", "params.size=2"};
    struct run_conf_args args = {.strategy = "a", .sets = sets, .set_count = ARRAY_LEN(sets)};
    struct run_conf *conf = NULL;
    struct err err = {0};
    cr_assert_eq(run_conf_from_args(&args, &conf, &err), 0, "%s", err.text);
    for (int twice = 0; twice < 2; twice++) {
        int rc =
            run_conf_set_params(conf, 0, "{\"slow\": \"9\", \"fast\": \"8\"}", "preset x", &err);
        cr_assert_eq(rc, 0, "%s", err.text);
        const struct strategy_conf *a = &conf->strategies[0];
        cr_assert_eq(a->param_count, 3);
        cr_assert_str_eq(a->params[0].name, "slow");
        cr_assert_str_eq(a->params[0].value.text, "9");
        cr_assert_str_eq(a->params[1].name, "fast");
        cr_assert_str_eq(a->params[1].value.text, "5");
        cr_assert_str_eq(a->params[2].name, "size");
    }
    run_conf_destroy(&conf);
}

Test(run_conf_write, params_that_are_no_object_of_texts_are_refused_and_change_nothing) {
    static const struct {
        const char *json, *sentence;
    } rows[] = {
        {"[1]", "preset x: params: an array (expected texts such as {\"fast\": \"20\"})"},
        {"{\"fast\": 20}",
         "preset x: params.fast: a whole number (expected texts such as {\"fast\": \"20\"})"},
        {"{\"fast\": \"20\", \"slow\": null}",
         "preset x: params.slow: null (expected texts such as {\"fast\": \"20\"})"},
    };
    struct run_conf *conf = parse(two_strategies, NULL);
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(run_conf_set_params(conf, 0, rows[i].json, "preset x", &err), ERR_PARAM);
        cr_expect_str_eq(err.text, rows[i].sentence);
    }
    static const char *const broken[] = {"", "{", "{\"a\": \"1\", \"a\": \"2\"}", "{} {}"};
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        cr_expect_eq(run_conf_set_params(conf, 0, broken[i], "preset x", &err), ERR_PARAM);
        cr_expect(str_starts_with(err.text, "preset x: params: line "), "%s", err.text);
    }
    char long_text[CONF_TEXT_MAX + 32] = "{\"fast\": \"";
    memset(long_text + strlen(long_text), '1', CONF_TEXT_MAX + 1);
    memcpy(long_text + sizeof(long_text) - 8, "\"}", 3);
    cr_expect_eq(run_conf_set_params(conf, 0, long_text, "preset x", &err), ERR_PARAM);
    cr_assert_eq(conf->strategies[0].param_count, 2);
    cr_assert_str_eq(conf->strategies[0].params[0].value.text, "1");
    run_conf_destroy(&conf);
}
