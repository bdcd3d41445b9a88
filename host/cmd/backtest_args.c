#include "cmd/backtest_args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "conf/settings_table.h"

static const char help[] =
    "Usage: qshost backtest [-c FILE] [--strategy ID] [--data FILE]... [OPTION]...\n"
    "\n"
    "Runs a strategy on bars, in a process of its own, and prints what came of it. The run is recorded\n"
    "in quasar.sqlite of the project (qshost runs, show, diff, export, replay).\n"
    "\n"
    "  -c, --config FILE      run config (YAML or JSON); the options below are put over it\n"
    "      --strategy ID      a strategy by id (qshost list), or a path to a .so\n"
    "      --data FILE        bars as CSV; repeat it for several symbols\n"
    "      --symbol S         the symbol of the data (default: from the file's name)\n"
    "      --timeframe T      1m 5m 1h 1d ... (default: from the file's name, or its stamps)\n"
    "      --stamp open|close what the file's times are (default open)\n"
    "      --set KEY=VALUE    params.fast=20, slippage_bps=0, data.0.lot=1 ...; may be repeated\n"
    "      --preset NAME      params saved under that name (qshost preset); --set goes over them\n"
    "      --db FILE          the database of runs and presets (default: quasar.sqlite of the project)\n"
    "      --json             the result as JSON\n"
    "  -o, --output FILE      write a journal file besides\n"
    "      --no-record        keep no record\n"
    "      --inline           run in this process (for gdb and coverage)\n"
    "      --loopback         serialise all that crosses between engine and strategy (a self-test)\n"
    "      --cut-after N      play only the first N instants\n"
    "      --help-settings    all settings, with ranges and defaults; then start, end and log\n"
    "      --help             this text\n"
    "\n"
    "start and end: bars that open from start on and before end. An end that is a date alone means the\n"
    "end of that day: --set end=2015-12-31 plays the last day of the year too.\n"
    "\n"
    "Environment:\n"
    "  QS_DEADLINE_MS         how long a callback may take, in ms (default 10000); over it is a hang\n"
    "  QS_CACHE               folder of copied builds and of columns read from CSV\n"
    "                         (default: quasar in $XDG_CACHE_HOME, or in ~/.cache)\n"
    "  QS_PLUGINS             folders of strategies, split at ':', before plugins/ of the project\n"
    "\n"
    "Exit code: 0 done, 1 failed, 2 wrong usage (what the options say, --set too, is wrong).\n"
    "\n"
    "Example: qshost backtest --strategy ema_cross --data goog_1d.csv --set params.fast=20\n";

enum {
    OPT_STRATEGY = 256,
    OPT_DATA,
    OPT_SYMBOL,
    OPT_TIMEFRAME,
    OPT_STAMP,
    OPT_SET,
    OPT_PRESET,
    OPT_DB,
    OPT_JSON,
    OPT_NO_RECORD,
    OPT_INLINE,
    OPT_LOOPBACK,
    OPT_CUT,
    OPT_HELP_SETTINGS,
    OPT_HELP
};

static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                      {"output", required_argument, NULL, 'o'},
                                      {"strategy", required_argument, NULL, OPT_STRATEGY},
                                      {"data", required_argument, NULL, OPT_DATA},
                                      {"symbol", required_argument, NULL, OPT_SYMBOL},
                                      {"timeframe", required_argument, NULL, OPT_TIMEFRAME},
                                      {"stamp", required_argument, NULL, OPT_STAMP},
                                      {"set", required_argument, NULL, OPT_SET},
                                      {"preset", required_argument, NULL, OPT_PRESET},
                                      {"db", required_argument, NULL, OPT_DB},
                                      {"json", no_argument, NULL, OPT_JSON},
                                      {"no-record", no_argument, NULL, OPT_NO_RECORD},
                                      {"inline", no_argument, NULL, OPT_INLINE},
                                      {"loopback", no_argument, NULL, OPT_LOOPBACK},
                                      {"cut-after", required_argument, NULL, OPT_CUT},
                                      {"help-settings", no_argument, NULL, OPT_HELP_SETTINGS},
                                      {"help", no_argument, NULL, OPT_HELP},
                                      {NULL, 0, NULL, 0}};

static int print_settings(void) {
    struct str text;
    str_init(&text);
    settings_help(&text);
    run_conf_help(&text);
    int r = strategy_text_print(str_text(&text));
    str_fini(&text);
    return r;
}

static int parse_cut(const char *text, int64_t *ret) {
    if (str_parse_i64(text, ret) && *ret > 0)
        return -1;
    LOG_ERROR("backtest: --cut-after: expected a whole number above 0, found '%s'", text);
    return 2;
}

static int take_option(struct backtest_args *a, int option, const char *argument) {
    switch (option) {
    case 'c':
        a->conf.config = argument;
        return -1;
    case 'o':
        a->output = argument;
        return -1;
    case OPT_STRATEGY:
        a->conf.strategy = argument;
        return -1;
    case OPT_DATA:
        a->data[a->conf.data_count++] = argument;
        return -1;
    case OPT_SYMBOL:
        a->conf.symbol = argument;
        return -1;
    case OPT_TIMEFRAME:
        a->conf.timeframe = argument;
        return -1;
    case OPT_STAMP:
        a->conf.stamp = argument;
        return -1;
    case OPT_SET:
        a->sets[a->conf.set_count++] = argument;
        return -1;
    case OPT_PRESET:
        a->preset = argument;
        return -1;
    case OPT_DB:
        a->db = argument;
        return -1;
    case OPT_CUT:
        return parse_cut(argument, &a->cut_after);
    case OPT_HELP_SETTINGS:
        return print_settings();
    case OPT_HELP:
        return strategy_text_print(help);
    default:
        a->json |= option == OPT_JSON;
        a->no_record |= option == OPT_NO_RECORD;
        a->is_inline |= option == OPT_INLINE;
        a->loopback |= option == OPT_LOOPBACK;
        return -1;
    }
}

int backtest_args_parse(int argc, char **argv, struct backtest_args *ret) {
    memset(ret, 0, sizeof *ret);
    ret->data = mem_zalloc((size_t)argc, sizeof(char *));
    ret->sets = mem_zalloc((size_t)argc, sizeof(char *));
    ret->conf.data = ret->data;
    ret->conf.sets = ret->sets;
    optind = 0;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:o:h", known, NULL)) != -1;) {
        if (option == '?' || option == ':') {
            LOG_ERROR("backtest: %s: %s (qshost backtest --help)",
                      usage_bad_option(argv, (char[3]){0}),
                      option == ':' ? "its value is missing" : "unknown option");
            return 2;
        }
        int r = take_option(ret, option == 'h' ? OPT_HELP : option, optarg);
        if (r >= 0)
            return r;
    }
    if (optind < argc) {
        LOG_ERROR(
            "backtest: %s: unexpected argument (files of bars come with --data, a config with "
            "-c)",
            argv[optind]);
        return 2;
    }
    return -1;
}

void backtest_args_fini(struct backtest_args *args) {
    mem_free(args->data);
    mem_free(args->sets);
    memset(args, 0, sizeof *args);
}
