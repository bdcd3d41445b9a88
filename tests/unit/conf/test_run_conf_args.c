/* The command line, alone and over a file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "base/time.h"
#include "conf/run_conf.h"

static const char *const one_file[] = {"goog_1d.csv"};
static const char *const two_files[] = {"goog_1d.csv", "msft_1d.csv"};

#define SETS(...)                                                                                  \
    .sets = (const char *const[]){__VA_ARGS__},                                                    \
    .set_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

static struct run_conf *build(const struct run_conf_args *args) {
    struct run_conf *conf = NULL;
    struct err err = {0};
    cr_assert_eq(run_conf_from_args(args, &conf, &err), 0, "%s", err.text);
    return conf;
}

static void refused(const struct run_conf_args *args, int code, const char *sentence) {
    struct run_conf *conf = NULL;
    struct err err = {0};
    int rc = run_conf_from_args(args, &conf, &err);
    cr_assert_str_eq(rc == 0 ? "(accepted)" : err.text, sentence);
    cr_assert_eq(rc, code);
    cr_assert_null(conf);
}

/* A config file for one test, in a folder of its own. */
static char folder[32];
static char config[48];

static void write_config(const char *text) {
    struct err err = {0};
    snprintf(folder, sizeof(folder), "/tmp/qs_args_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(config, sizeof(config), "%s/run.yaml", folder);
    cr_assert_eq(fs_write_atomic(config, text, strlen(text), 0600, &err), 0);
}

static void drop_config(void) {
    unlink(config);
    rmdir(folder);
}

Test(run_conf_args, the_short_form_needs_no_file) {
    struct run_conf_args args = {.strategy = "ema_cross",
                                 .data = one_file,
                                 .data_count = 1,
                                 .symbol = "GOOG",
                                 .timeframe = "1d",
                                 .stamp = "close",
                                 SETS("params.fast=20", "slippage_bps=0", "data.0.lot=1")};
    struct run_conf *conf = build(&args);
    struct err err;
    cr_assert_eq(run_conf_require(conf, &err), 0);
    cr_assert_null(conf->path);
    cr_assert_str_eq(conf->strategies[0].strategy, "ema_cross");
    cr_assert_str_eq(conf->strategies[0].params[0].value.text, "20");
    cr_assert_str_eq(conf->strategies[0].params[0].value.place.name, "--set");
    cr_assert_eq(conf->settings.slippage_bps, 0.0);
    cr_assert_str_eq(conf->data[0].file, "goog_1d.csv");
    cr_assert_str_eq(conf->data[0].symbol, "GOOG");
    cr_assert_eq(conf->data[0].stamp, DATA_STAMP_CLOSE);
    cr_assert_eq(conf->data[0].lot.num, 1);
    run_conf_destroy(&conf);
}

Test(run_conf_args, data_are_found_by_place_by_symbol_and_by_file_name) {
    struct run_conf_args args = {
        .data = two_files,
        .data_count = 2,
        SETS("data.0.symbol=BRK.B", "data.BRK.B.tick=0.01", "data.MSFT.lot=5")};
    struct run_conf *conf = build(&args);
    cr_assert_str_eq(conf->data[0].symbol, "BRK.B");
    cr_assert_eq(conf->data[0].tick.num, 1);
    cr_assert_eq(conf->data[1].lot.num, 5);
    run_conf_destroy(&conf);
}

Test(run_conf_args, all_kinds_of_keys_can_be_set) {
    struct run_conf_args args = {.strategy = "pair",
                                 .data = two_files,
                                 .data_count = 2,
                                 SETS("start=2005-01-01", "end=1701000000000", "name=a b=c",
                                      "risk=none", "sizing.type=fixed", "sizing.value=3",
                                      "sizing.close=exact", "funding.rate=0", "roles.other=MSFT@1d",
                                      "symbols=GOOG", "data.0.symbol=GOOG", "data.1.symbol=MSFT",
                                      "strategies.pair.budget=0.5", "strategies.0.name=p",
                                      "strategies.p.params.x.y=1", "timeframe=24h")};
    struct run_conf *conf = build(&args);
    const struct strategy_conf *strategy = &conf->strategies[0];
    cr_assert_str_eq(conf->name, "a b=c");
    cr_assert_eq(conf->settings.sizing_type, SIZING_FIXED);
    cr_assert_eq(conf->settings.sizing_value, 3.0);
    cr_assert_str_eq(strategy->name, "p");
    cr_assert_eq(strategy->budget, 0.5);
    cr_assert_str_eq(strategy->roles[0].feed.timeframe, "1d");
    cr_assert_str_eq(strategy->symbols[0].symbol, "GOOG");
    cr_assert_str_eq(strategy->params[0].name, "x.y");
    cr_assert_str_eq(conf->data[1].timeframe, "1d");
    run_conf_destroy(&conf);
}

Test(run_conf_args, a_later_set_wins) {
    struct run_conf_args args = {.strategy = "s",
                                 SETS("params.a=1", "params.a=2", "slippage_bps=1",
                                      "slippage_bps=3", "symbols=A", "symbols=B")};
    struct run_conf *conf = build(&args);
    cr_assert_eq(conf->strategies[0].param_count, 1);
    cr_assert_str_eq(conf->strategies[0].params[0].value.text, "2");
    cr_assert_eq(conf->settings.slippage_bps, 3.0);
    cr_assert_eq(conf->strategies[0].symbol_count, 1);
    cr_assert_str_eq(conf->strategies[0].symbols[0].symbol, "B");
    run_conf_destroy(&conf);
}

Test(run_conf_args, options_stand_over_the_file) {
    write_config("strategy: ema_cross\n"
                 "params: {fast: 12, slow: 26}\n"
                 "data: [{symbol: A, file: a.csv}, {symbol: B, file: b.csv}]\n"
                 "commission_bps: 4\n");
    struct run_conf_args args = {.config = config,
                                 .strategy = "./own.so",
                                 .data = one_file,
                                 .data_count = 1,
                                 SETS("params.fast=3", "commission_per_fill=1")};
    struct run_conf *conf = build(&args);
    drop_config();
    cr_assert_str_eq(conf->strategies[0].strategy, "./own.so");
    cr_assert_str_eq(conf->strategies[0].name, "own");
    cr_assert_eq(conf->strategies[0].param_count, 2);
    cr_assert_str_eq(conf->strategies[0].params[0].value.text, "3");
    cr_assert_str_eq(conf->strategies[0].params[1].value.text, "26");
    cr_assert_eq(conf->data_count, 1);
    cr_assert_str_eq(conf->data[0].file, "goog_1d.csv");
    cr_assert_str_eq(conf->data[0].symbol, "");
    cr_assert_eq(conf->settings.commission_bps, 4.0);
    cr_assert_eq(conf->settings.commission_per_fill, 1.0);
    cr_assert_eq(conf->settings.commission_per_unit, 0.0);
    run_conf_destroy(&conf);
}

Test(run_conf_args, data_give_the_file_to_a_config_that_names_only_a_symbol) {
    write_config("{\"symbol\": \"BTCUSDT\", \"timeframe\": \"15m\"}\n");
    struct run_conf_args args = {
        .config = config, .strategy = "s", .data = one_file, .data_count = 1};
    struct run_conf *conf = build(&args);
    struct err err;
    cr_assert_eq(run_conf_require(conf, &err), 0);
    cr_assert_eq(conf->data_count, 1);
    cr_assert_str_eq(conf->data[0].symbol, "BTCUSDT");
    cr_assert_str_eq(conf->data[0].timeframe, "15m");
    cr_assert_str_eq(conf->data[0].file, "goog_1d.csv");
    run_conf_destroy(&conf);
    args.data = two_files;
    args.data_count = 2;
    refused(&args, ERR_USAGE, "--data: 2 files, but the config names one symbol (give one --data)");
    drop_config();
}

Test(run_conf_args, strategies_and_silos_of_a_file_are_set_by_name) {
    write_config("silos: [{name: us}, {name: eu}]\n"
                 "strategies:\n"
                 "  - {strategy: a, name: one, silo: us}\n"
                 "  - {strategy: a, name: two, silo: eu}\n");
    struct run_conf_args args = {.config = config,
                                 SETS("strategies.two.params.fast=3", "silos.eu.initial_cash=7",
                                      "silos.0.initial_cash=8", "strategies.one.silo=eu")};
    struct run_conf *conf = build(&args);
    cr_assert_eq(conf->strategies[0].param_count, 0);
    cr_assert_str_eq(conf->strategies[1].params[0].key, "strategies.two.params.fast");
    cr_assert_eq(conf->silos[0].initial_cash, 8.0);
    cr_assert_eq(conf->silos[1].initial_cash, 7.0);
    cr_assert_eq(conf->strategies[0].budget, 0.5);
    run_conf_destroy(&conf);
    struct run_conf_args other = {.config = config, .strategy = "b"};
    refused(&other, ERR_USAGE,
            "--strategy: the file has 2 strategies (use --set strategies.NAME.strategy=ID)");
    drop_config();
}

/* One --set over a run of ema_cross on two files. */
Test(run_conf_args, refuses_what_set_says_wrong) {
    static const struct {
        const char *set, *sentence;
    } rows[] = {
        {"fast", "--set: expected KEY=VALUE, found 'fast' (such as params.fast=20)"},
        {"=3", "--set: expected KEY=VALUE, found '=3' (such as params.fast=20)"},
        {"params.fast=", "--set: params.fast: nothing behind the '=' (write a value)"},
        {"params.=3", "--set: params.: not a whole key (write params.NAME=VALUE)"},
        {"params=3", "--set: params: not a whole key (write params.NAME=VALUE)"},
        {"slipage_bps=3", "--set: slipage_bps: unknown key (did you mean slippage_bps?)"},
        {"slippage_bps=many", "--set: slippage_bps: expected a number from 0 to 5000, found 'many' "
                              "(write a plain number)"},
        {"sizing.typ=fixed", "--set: sizing.typ: unknown key (did you mean type?)"},
        {"sizing=fixed", "--set: sizing: names several values (write sizing.KEY=VALUE)"},
        {"risk=standard",
         "--set: risk: the guards of 'standard' come with a later version (write none)"},
        {"funding.rate=0.1", "--set: funding.rate: funding comes with a later version (write 0, or "
                             "enabled: false)"},
        {"data.2.lot=1", "--set: data.2.lot: there is no data '2' (2 known, counted from 0, or "
                         "named by symbol)"},
        {"data.0.lots=1", "--set: data.0.lots: unknown key (did you mean lot?)"},
        {"data.0.lot=x",
         "--set: data.0.lot: expected a decimal such as 0.01, found 'x' (at most 18 digits)"},
        {"data=x.csv", "--set: data: names several values (write data.KEY=VALUE)"},
        {"strategies.b.params.fast=3", "--set: strategies.b.params.fast: there is no strategy 'b' "
                                       "(write its name, or its place from 0)"},
        {"strategies.ema_crss.budget=1",
         "--set: strategies.ema_crss.budget: there is no strategy 'ema_crss' (did you mean "
         "ema_cross?)"},
        {"strategies.0.budget=2",
         "--set: strategies.0.budget: expected a number from 1e-6 to 1, found 2 (at most 1)"},
        {"silos.a.initial_cash=1",
         "--set: silos.a.initial_cash: there is no silo 'a' (only a config file makes silos)"},
        {"end=1999", "--set: end: expected a date or milliseconds since 1970, found 1999, which as "
                     "milliseconds is before March 1973 (write a date such as 2013-03-01)"},
        {"name=\xff", "--set: bytes that are not UTF-8 (retype it)"},
        {"stamp=open", "--set: stamp: unknown key (write it into an entry of data)"},
        {"symbol=X", "--set: there are 2 files of data (use --set data.0.symbol=X and so on)"},
        {"strategy=Ema Cross",
         "--set: strategy: expected an id such as ema_cross or a path to a .so, found 'Ema Cross' "
         "(`qshost list` shows the ids)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_conf_args args = {.strategy = "ema_cross",
                                     .data = two_files,
                                     .data_count = 2,
                                     .sets = &rows[i].set,
                                     .set_count = 1};
        refused(&args, ERR_USAGE, rows[i].sentence);
    }
}

Test(run_conf_args, refuses_options_without_what_they_are_for) {
    struct run_conf_args args = {.symbol = "GOOG"};
    refused(&args, ERR_USAGE, "--symbol: there is no data to set it for (add --data FILE)");
    args = (struct run_conf_args){SETS("params.fast=3")};
    refused(&args, ERR_USAGE,
            "--set: params.fast: there is no strategy to set it for (add --strategy ID)");
    args = (struct run_conf_args){.data = two_files, .data_count = 2, .symbol = "GOOG"};
    refused(&args, ERR_USAGE,
            "--symbol: there are 2 files of data (use --set data.0.symbol=GOOG and so on)");
    args = (struct run_conf_args){.data = one_file, .data_count = 1, .stamp = "middle"};
    refused(&args, ERR_USAGE,
            "--stamp: expected open or close, found 'middle' (choose one of them)");
    args = (struct run_conf_args){.data = one_file, .data_count = 1, .timeframe = "daily"};
    refused(&args, ERR_USAGE,
            "--timeframe: expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, found 'daily' "
            "(a whole number and s, m, h, d, w or mo)");
}

Test(run_conf_args, says_what_a_run_still_needs) {
    struct err err;
    struct run_conf_args args = {.data = one_file, .data_count = 1};
    struct run_conf *conf = build(&args);
    cr_assert_eq(run_conf_require(conf, &err), ERR_USAGE);
    cr_assert_str_eq(err.text,
                     "strategy: which strategy? (give --strategy ID; `qshost list` shows them)");
    run_conf_destroy(&conf);
    args = (struct run_conf_args){.strategy = "s"};
    conf = build(&args);
    cr_assert_eq(run_conf_require(conf, &err), ERR_USAGE);
    cr_assert_str_eq(err.text, "data: which bars? (give --data FILE)");
    run_conf_destroy(&conf);
}

Test(run_conf_args, what_only_both_make_impossible_is_wrong_usage, .fini = drop_config) {
    static const struct {
        const char *set, *sentence;
    } rows[] = {
        {"start=2020-01-01", "run.yaml:1:6: end: 2016-01-01T00:00:00Z is not after the start, "
                             "2020-01-01T00:00:00Z (give a later end)"},
        {"account=cash", "run.yaml:2:11: leverage: 2 has no meaning for account: cash (remove it, "
                         "or write account: margin)"},
        {"strategies.a.budget=0.9",
         "run.yaml:5:14: strategies: the budgets of silo main add up to 1.3 (at most 1)"},
        {"strategies.b.silo=x",
         "run.yaml:5:14: strategies: b: there is no silo x (add it to silos)"},
        {"strategies.b.name=a",
         "run.yaml:5:14: strategies: two of them are called a (give one another name: ...)"},
    };
    write_config("end: 2015-12-31\nleverage: 2\nstrategies:\n"
                 "- {strategy: a, budget: 0.5}\n- {strategy: b, budget: 0.4}\n");
    char sentence[512];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_conf_args args = {.config = config, SETS(rows[i].set)};
        snprintf(sentence, sizeof(sentence), "with the options put over it: %s/%s", folder,
                 rows[i].sentence);
        refused(&args, ERR_USAGE, sentence);
    }
}

Test(run_conf_args, what_the_file_alone_makes_impossible_is_the_files_fault, .fini = drop_config) {
    write_config("start: 2016-01-01\nend: 2015-12-31\n");
    char sentence[256];
    struct run_conf_args args = {.config = config, SETS("slippage_bps=1")};
    snprintf(sentence, sizeof(sentence),
             "%s:2:6: end: 2016-01-01T00:00:00Z is not after the start, 2016-01-01T00:00:00Z (give "
             "a later end)",
             config);
    refused(&args, ERR_CONFIG, sentence);
}

Test(run_conf_args, log_is_set_like_any_key) {
    struct run_conf_args args = {SETS("log=trades", "log=every 100 bars")};
    struct run_conf *conf = build(&args);
    cr_assert(conf->log.kind == RUN_LOG_EVERY && conf->log.every == 100);
    run_conf_destroy(&conf);
    struct run_conf_args wrong = {SETS("log=every 0 bars")};
    refused(&wrong, ERR_USAGE,
            "--set: log: expected full, bars, trades or every N bars, found 'every 0 bars' (did "
            "you mean every 10 bars?)");
}
