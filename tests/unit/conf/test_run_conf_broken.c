/* Broken configs, each with the one sentence that its user reads. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/run_conf.h"

struct broken {
    const char *text, *sentence;
};

static void refused(const struct broken *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct run_conf *conf = NULL;
        struct err err = {0};
        int rc = run_conf_parse(rows[i].text, strlen(rows[i].text), "run.yaml", NULL, &conf, &err);
        cr_expect_str_eq(rc == 0 ? "(accepted)" : err.text, rows[i].sentence);
        cr_expect_eq(rc, ERR_CONFIG);
        cr_assert_null(conf);
    }
}

Test(run_conf_broken, what_is_no_yaml_or_no_map_of_keys) {
    static const struct broken rows[] = {
        {"just text", "run.yaml:1:1: expected a mapping of keys, found text (write key: value)"},
        {"- a\n- b\n", "run.yaml:1:1: expected a mapping of keys, found a list (write key: value)"},
        {"data: a.csv\ndata: b.csv\n",
         "run.yaml:2:1: the key 'data' is here twice, first on line 1 (remove one)"},
        {"sizing: {type: fixed\n", "run.yaml:2:1: this map in { } is not closed (add ',' or '}'); "
                                   "it began on line 1"},
        {"a: *b\n", "run.yaml:1:4: aliases (*b) are not accepted (write the value out)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, unknown_keys_with_the_nearest_name) {
    static const struct broken rows[] = {
        {"strategy: s\nslipage_bps: 2\n",
         "run.yaml:2:1: slipage_bps: unknown key (did you mean slippage_bps?)"},
        {"stratgy: s\n", "run.yaml:1:1: stratgy: unknown key (did you mean strategy?)"},
        {"colour: red\n", "run.yaml:1:1: colour: unknown key (`qshost backtest --help-settings` "
                          "lists the settings)"},
        {"cash: 5\n", "run.yaml:1:1: cash: unknown key (did you mean initial_cash?)"},
        {"commission: 5\n",
         "run.yaml:1:1: commission: unknown key (it is commission_bps, commission_per_unit or "
         "commission_per_fill)"},
        {"tick: 0.01\n", "run.yaml:1:1: tick: unknown key (write it into an entry of data)"},
        {"sizing.type: fixed\n", "run.yaml:1:1: sizing.type: unknown key (a file nests its keys: "
                                 "sizing: {type: fixed})"},
        {"sizing: {typ: fixed}\n", "run.yaml:1:10: sizing.typ: unknown key (did you mean type?)"},
        {"sizing: {max: 3}\n",
         "run.yaml:1:10: sizing.max: unknown key (there are type, value, close)"},
        {"data:\n  - {file: a.csv, symbl: A}\n",
         "run.yaml:2:19: data.0.symbl: unknown key (did you mean symbol?)"},
        {"strategies:\n  - {strategy: a, parms: {}}\n",
         "run.yaml:2:19: strategies.0.parms: unknown key (did you mean params?)"},
        {"silos: [{name: a, money: 3}]\n",
         "run.yaml:1:19: silos.0.money: unknown key (there are name, initial_cash)"},
        {"funding: {interval: 8h}\n",
         "run.yaml:1:11: funding.interval: unknown key (there are enabled, rate)"},
        {"\"bad\\nkey\": 1\n", "run.yaml:1:1: bad key: unknown key (`qshost backtest "
                               "--help-settings` lists the settings)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, values_of_another_shape) {
    static const struct broken rows[] = {
        {"slippage_bps: [1]\n",
         "run.yaml:1:15: slippage_bps: expected one value, found a list (write key: value)"},
        {"slippage_bps:\n",
         "run.yaml:1:14: slippage_bps: nothing is said (write a value, or leave the key out)"},
        {"slippage_bps: \"2\"\n", "run.yaml:1:15: slippage_bps: expected a number, found the text "
                                  "'2' (remove the quotes)"},
        {"sizing: fixed\n", "run.yaml:1:9: sizing: expected a mapping, found text (write {type: "
                            "fixed, value: 10})"},
        {"strategy: s\nparams: [1, 2]\n",
         "run.yaml:2:9: params: expected a mapping, found a list (write {name: value})"},
        {"strategy: s\nparams:\n", "run.yaml:2:8: params: nothing is said (write {name: value}, or "
                                   "leave the key out)"},
        {"strategy: s\nparams: {a: {b: 1}}\n",
         "run.yaml:2:13: params.a: expected one value, found a mapping (write key: value)"},
        {"strategy: s\nsymbols: {a: b}\n",
         "run.yaml:2:10: symbols: expected a list, found a mapping (write [GOOG, MSFT])"},
        {"strategy: s\nsymbols: []\n",
         "run.yaml:2:10: symbols: an empty list (name a symbol, or leave the key out)"},
        {"strategies: ema\n", "run.yaml:1:13: strategies: expected a list, found text (write - "
                              "{strategy: ID})"},
        {"strategies: [ema]\n", "run.yaml:1:14: strategies.0: expected a mapping, found text "
                                "(write {strategy: ID})"},
        {"strategies: []\n", "run.yaml:1:13: strategies: an empty list (name a strategy, or leave "
                             "the key out)"},
        {"data: [[a.csv]]\n", "run.yaml:1:8: data.0: expected a mapping, found a list (write "
                              "{file: bars.csv})"},
        {"silos: {a: 1}\n", "run.yaml:1:8: silos: expected a list, found a mapping (write - {name: "
                            "a, initial_cash: 1000})"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, values_out_of_range) {
    static const struct broken rows[] = {
        {"leverage: 0\n",
         "run.yaml:1:11: leverage: expected a number from 0.01 to 1000, found 0 (at least 0.01)"},
        {"initial_cash: .nan\n", "run.yaml:1:15: initial_cash: expected a number from 1e-9 to "
                                 "1000000000000000, found '.nan' (write a plain number)"},
        {"initial_cash: 1e999\n", "run.yaml:1:15: initial_cash: expected a number from 1e-9 to "
                                  "1000000000000000, found '1e999' (write a plain number)"},
        {"max_bars: 1.5\n",
         "run.yaml:1:11: max_bars: expected an integer from 0 to 1000000000000, found '1.5' (no fraction and no exponent)"},
        {"fill_model: next_open\n", "run.yaml:1:13: fill_model: expected close_to_open or "
                                    "close_to_close, found 'next_open' (choose one of them)"},
        {"sizing: {type: percent}\n",
         "run.yaml:1:16: sizing.type: expected percent_equity, fixed, risk or money, found "
         "'percent' (choose one of them)"},
        {"data: {file: a.csv, tick: -1}\n",
         "run.yaml:1:27: data.tick: expected a decimal from 0 on, found -1 (0 = none)"},
        {"data: {file: a.csv, multiplier: 0}\n",
         "run.yaml:1:33: data.multiplier: expected a number from 1e-9 to 1000000000, found 0 (at "
         "least 1e-9)"},
        {"data: {file: a.csv, stamp: end}\n", "run.yaml:1:28: data.stamp: expected open or close, "
                                              "found 'end' (choose one of them)"},
        {"data: {file: a.csv, timeframe: 1M}\n",
         "run.yaml:1:32: data.timeframe: expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, "
         "found '1M' (a whole number and s, m, h, d, w or mo)"},
        {"data: {file: \"\"}\n", "run.yaml:1:14: data.file: no path (name a CSV file)"},
        {"data: {symbol: \"A B\", file: a.csv}\n",
         "run.yaml:1:16: data.symbol: expected a symbol, found 'A B' (1 to 31 letters, digits and "
         "signs, but no , @ / \\ or quotes)"},
        {"start: 2005-02-30\n",
         "run.yaml:1:8: start: expected a date such as 2013-03-01 or milliseconds since 1970, "
         "found '2005-02-30' (write it as 2013-03-01 or 2013-03-01T14:30Z)"},
        {"start: 20050101\n",
         "run.yaml:1:8: start: expected a date or milliseconds since 1970, found 20050101, which "
         "as milliseconds is before March 1973 (write a date such as 2013-03-01)"},
        {"strategies: [{strategy: s, budget: 0}]\n",
         "run.yaml:1:36: strategies.0.budget: expected a number from 1e-6 to 1, found 0 (at least "
         "1e-6)"},
        {"strategies: [{strategy: s, name: a.b}]\n",
         "run.yaml:1:34: strategies.0.name: expected a name, found 'a.b' (1 to 63 of letters, "
         "digits, _ and -)"},
        {"strategy: EMA\n",
         "run.yaml:1:11: strategy: expected an id such as ema_cross or a path to a .so, found "
         "'EMA' (`qshost list` shows the ids)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, what_comes_with_a_later_version_is_said_so) {
    static const struct broken rows[] = {
        {"risk: standard\n", "run.yaml:1:7: risk: the guards of 'standard' come with a later "
                             "version (write none)"},
        {"risk: {max_drawdown: 0.1}\n",
         "run.yaml:1:7: risk: rules of your own come with a later version (write none)"},
        {"risk: strict\n", "run.yaml:1:7: risk: expected none, found 'strict' (it is the only "
                           "one)"},
        {"sizing: {close: recompute}\n",
         "run.yaml:1:17: sizing.close: 'recompute' is not in this version (write exact)"},
        {"funding: {enabled: true, rate: 0.0001}\n",
         "run.yaml:1:32: funding.rate: funding comes with a later version (write 0, or enabled: "
         "false)"},
        {"funding: {rate: 0.0001}\n",
         "run.yaml:1:17: funding.rate: funding comes with a later version (write 0, or enabled: "
         "false)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, things_that_contradict_each_other) {
    static const struct broken rows[] = {
        {"start: 2010-01-01\nend: 2009-01-01\n",
         "run.yaml:2:6: end: 2009-01-02T00:00:00Z is not after the start, 2010-01-01T00:00:00Z "
         "(give a later end)"},
        {"account: cash\nleverage: 2\n", "run.yaml:2:11: leverage: 2 has no meaning for account: "
                                         "cash (remove it, or write account: margin)"},
        {"symbol: A\ndata: a.csv\n", "run.yaml:1:9: symbol: stands beside data (write it into the "
                                     "entry of data)"},
        {"strategies: [{strategy: a}]\nparams: {x: 1}\n",
         "run.yaml:2:9: params: stands beside strategies (write it into an entry of strategies)"},
        {"strategies: [{name: a}]\n",
         "run.yaml:1:14: strategies.0: which strategy? (add strategy: ID)"},
        {"data: [{stamp: open}]\n",
         "run.yaml:1:8: data.0: neither symbol nor file (add file: bars.csv)"},
        {"data:\n  - {symbol: A, timeframe: 1d, file: a.csv}\n"
         "  - {symbol: A, timeframe: 24h, file: b.csv}\n",
         "run.yaml:3:5: data.1: a second feed A@1d (remove one, or give it another symbol or "
         "timeframe)"},
        {"data: [a.csv, b.csv, a.csv]\n", "run.yaml:1:22: data.2: a.csv is here twice (remove "
                                          "one)"},
        {"data:\n  - {symbol: A, timeframe: 1d, file: a.csv, tick: 0.01}\n"
         "  - {symbol: A, timeframe: 1h, file: b.csv, tick: 0.05}\n",
         "run.yaml:3:5: data.1: another tick than in the other feed of A (write the same, or write "
         "it once)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, strategies_silos_and_symbols_that_do_not_meet) {
    static const struct broken rows[] = {
        {"strategies: [{strategy: a}, {strategy: a}]\n",
         "run.yaml:1:40: strategies: two of them are called a (give one another name: ...)"},
        {"data: {symbol: GOOG, file: a.csv}\nstrategy: s\nsymbols: [GOGO]\n",
         "run.yaml:3:11: symbols: there are no data of GOGO (did you mean GOOG?)"},
        {"data: {symbol: GOOG, timeframe: 1d, file: a.csv}\nstrategy: s\nsymbols: [GOOG@1h]\n",
         "run.yaml:3:11: symbols: the data of GOOG have no timeframe 1h (add such data, or leave "
         "@1h out)"},
        {"data: {symbol: GOOG, file: a.csv}\nstrategy: s\nroles: {pair: MSFT}\n",
         "run.yaml:3:15: roles.pair: there are no data of MSFT (add them to data)"},
        {"strategy: s\nsymbols: [A, A]\n", "run.yaml:2:14: symbols: A is here twice (remove one)"},
        {"strategy: s\nsymbols: [A@]\n",
         "run.yaml:2:11: symbols: expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, found "
         "'' (a whole number and s, m, h, d, w or mo)"},
        {"silos: [{initial_cash: 5}]\n",
         "run.yaml:1:9: silos.0: a silo without a name (add name: a)"},
        {"silos: [{name: a}, {name: a}]\n",
         "run.yaml:1:20: silos: two of them are called a (rename one)"},
        {"silos: [{name: us}, {name: eu}]\nstrategies: [{strategy: s}]\n",
         "run.yaml:2:25: strategies: s is in none of the 2 silos (add silo: us)"},
        {"silos: [{name: main}]\nstrategies: [{strategy: s, silo: mian}]\n",
         "run.yaml:2:25: strategies: s: there is no silo mian (did you mean main?)"},
        {"strategies:\n  - {strategy: a, budget: 0.7}\n  - {strategy: b, budget: 0.4}\n",
         "run.yaml:3:16: strategies: the budgets of silo main add up to 1.1 (at most 1)"},
        {"strategies:\n  - {strategy: a, budget: 1}\n  - {strategy: b}\n",
         "run.yaml:3:16: strategies: the others leave no budget to b (give it a budget, and less "
         "to them)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, keys_and_values_that_are_too_long) {
    struct str text = {0};
    struct run_conf *conf = NULL;
    struct err err;
    str_append(&text, "strategy: s\nparams: {fast: ");
    for (int i = 0; i < 300; i++)
        str_append_char(&text, '7');
    str_append(&text, "}\n");
    cr_assert_lt(run_conf_parse(str_text(&text), text.len, "run.yaml", NULL, &conf, &err), 0);
    cr_assert_str_eq(err.text, "run.yaml:2:16: params.fast: longer than 255 bytes (shorten it)");
    str_clear(&text);
    str_append(&text, "data: /");
    for (int i = 0; i < 5000; i++)
        str_append_char(&text, 'x');
    cr_assert_lt(run_conf_parse(str_text(&text), text.len, "run.yaml", NULL, &conf, &err), 0);
    cr_assert_str_eq(err.text, "run.yaml:1:7: data: a path longer than 4095 bytes (shorten it)");
    str_clear(&text);
    for (int i = 0; i < 300; i++)
        str_append(&text, "key");
    str_append(&text, ": 1\n");
    cr_assert_lt(run_conf_parse(str_text(&text), text.len, "run.yaml", NULL, &conf, &err), 0);
    cr_assert(str_starts_with(err.text, "run.yaml:1:1: 'keykey"));
    cr_assert(str_ends_with(err.text, "lists the settings)"));
    str_fini(&text);
}

/* Each cut of a good file is accepted or refused with a place, and never more than that. */
Test(run_conf_broken, every_cut_of_a_file_ends_well) {
    static const char whole[] = "data:\n"
                                "  - {symbol: A, timeframe: 1d, file: a.csv, tick: 0.01}\n"
                                "strategies:\n"
                                "  - {strategy: x, budget: 0.5, params: {a: 1, b: \"two\"}}\n"
                                "  - {strategy: y, roles: {p: A@1d}, symbols: [A], silo: main}\n"
                                "sizing: {type: fixed, value: 3}\n"
                                "funding: {enabled: false}\n"
                                "start: 2005-01-01\n"
                                "fill_model: close_to_close\n";
    for (size_t len = 0; len < sizeof(whole); len++) {
        char *cut = mem_strndup(whole, len); /* so that ASan sees a byte too far */
        struct run_conf *conf = NULL;
        struct err err = {0};
        int rc = run_conf_parse(cut, len, "run.yaml", NULL, &conf, &err);
        if (rc < 0)
            cr_assert(str_starts_with(err.text, "run.yaml:"), "%zu: %s", len, err.text);
        cr_assert_eq(rc == 0, conf != NULL);
        run_conf_destroy(&conf);
        mem_free(cut);
    }
}

Test(run_conf_broken, log_has_its_words) {
    static const struct broken rows[] = {
        {"log: ful\n", "run.yaml:1:6: log: expected full, bars, trades or every N bars, found "
                       "'ful' (did you mean full?)"},
        {"log: 10\n", "run.yaml:1:6: log: expected full, bars, trades or every N bars, found '10' "
                      "(choose one of them)"},
        {"lgo: full\n", "run.yaml:1:1: lgo: unknown key (did you mean log?)"},
        {"logging: full\n", "run.yaml:1:1: logging: unknown key (did you mean log?)"},
    };
    refused(rows, ARRAY_LEN(rows));
}

Test(run_conf_broken, only_params_can_be_plain) {
    static const struct broken rows[] = {
        {"params: {a: {plan: 1}}\n", "run.yaml:1:13: params.a: expected one value, found a mapping "
                                     "(write key: value)"},
        {"params: {a: {plain: 1, b: 2}}\n", "run.yaml:1:13: params.a: expected one value, found a "
                                            "mapping (write key: value)"},
        {"params: {a: {plain: [1]}}\n", "run.yaml:1:13: params.a: expected one value, found a "
                                        "mapping (write key: value)"},
        {"roles: {a: {plain: KO}}\n", "run.yaml:1:12: roles.a: expected one value, found a mapping "
                                      "(write key: value)"},
    };
    refused(rows, ARRAY_LEN(rows));
}
