/* The file is written beside its place and renamed over it: it is there whole or not at all. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "cmd/cmd_data.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "data/synth.h"

static const char help[] =
    "Usage: qshost data synth [OPTION]...\n"
    "\n"
    "Invents bars: a random walk that is the same for the same options on every machine. The file\n"
    "says of itself that it is synthetic, and so does every report on it.\n"
    "\n"
    "      --seed N          which walk (default 1)\n"
    "  -n, --bars N          how many (default 1000)\n"
    "  -t, --timeframe T     30s 5m 4h 1d 1w 1mo (default 1d)\n"
    "      --start TIME      open of the first bar (default 2020-01-01)\n"
    "      --price P         first price (default 100)\n"
    "      --volatility V    of one bar's return (default 0.01)\n"
    "      --grid N          prices are multiples of 1/N (default 100; 64 is exact in binary)\n"
    "      --gaps CHANCE     that bars are missing before a bar (default 0)\n"
    "      --zero-volume CHANCE   of a flat bar without volume (default 0)\n"
    "  -o, --output FILE     default synthetic_seedN_T.csv; - is stdout\n"
    "      --help            this text\n"
    "\n"
    "Example: qshost data synth --seed 7 --bars 5000 --timeframe 1h --gaps 0.01\n";

enum { SEED = 256, START, PRICE, VOLATILITY, GRID, GAPS, ZERO_VOLUME };

static int usage(const char *what, const char *why) {
    LOG_ERROR("data synth: %s: %s (qshost data synth --help)", what, why);
    return 2;
}

static bool parse_whole(const char *text, int64_t least, int64_t most, int64_t *ret) {
    int64_t value;
    if (!str_parse_i64(text, &value) || value < least || value > most)
        return false;
    *ret = value;
    return true;
}

/* Puts the value of one option into spec; false when it is none. */
static bool take(int option, const char *text, struct synth_spec *spec) {
    int64_t whole = 0;
    bool is_good = true;
    switch (option) {
    case SEED:
        is_good = parse_whole(text, 0, INT64_MAX, &whole);
        spec->seed = (uint64_t)whole;
        return is_good;
    case 'n':
        return parse_whole(text, 1, SYNTH_BARS_MAX, &spec->bars);
    case 't':
        return timeframe_parse(text, &spec->timeframe);
    case START:
        return time_parse_iso(text, strlen(text), &spec->start);
    case PRICE:
        return str_parse_f64(text, &spec->price);
    case VOLATILITY:
        return str_parse_f64(text, &spec->volatility);
    case GRID:
        is_good = parse_whole(text, 1, SYNTH_GRID_MAX, &whole);
        spec->grid = (int32_t)whole;
        return is_good;
    case GAPS:
        return str_parse_f64(text, &spec->gap_chance);
    case ZERO_VOLUME:
        return str_parse_f64(text, &spec->zero_volume_chance);
    default:
        CHECK(false);
        return false;
    }
}

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct synth_spec *spec, const char **ret_output) {
    static const struct option known[] = {{"seed", required_argument, NULL, SEED},
                                          {"bars", required_argument, NULL, 'n'},
                                          {"timeframe", required_argument, NULL, 't'},
                                          {"start", required_argument, NULL, START},
                                          {"price", required_argument, NULL, PRICE},
                                          {"volatility", required_argument, NULL, VOLATILITY},
                                          {"grid", required_argument, NULL, GRID},
                                          {"gaps", required_argument, NULL, GAPS},
                                          {"zero-volume", required_argument, NULL, ZERO_VOLUME},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":n:t:o:h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c == ':' || c == '?')
            return usage(usage_bad_option(argv, (char[3]){0}),
                         c == ':' ? "a value is missing" : "no such option");
        if (c == 'o')
            *ret_output = optarg;
        else if (!take(c, optarg, spec))
            return usage(optarg, "not a value for this option");
    }
    if (optind < argc)
        return usage(argv[optind], "one argument too many");
    return -1;
}

/* A new file beside path, with the mode that a new file has; *ret_name is its name. */
static FILE *open_beside(const char *path, struct str *ret_name) {
    str_appendf(ret_name, "%s.XXXXXX", path);
    int fd = mkstemp(ret_name->data);
    if (fd < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
    FILE *file = fdopen(fd, "w");
    if (file == NULL)
        close(fd);
    return file;
}

static int write_beside(const struct csv_bars *bars, const char *path, struct err *err) {
    struct str name = {0};
    FILE *file = open_beside(path, &name);
    int error = file == NULL ? err_errno(err, "write", path) : synth_write(bars, file, err);
    if (file != NULL && fclose(file) != 0 && error == 0)
        error = err_errno(err, "write", path);
    if (error == 0 && rename(str_text(&name), path) != 0)
        error = err_errno(err, "write", path);
    if (error != 0)
        (void)unlink(str_text(&name));
    str_fini(&name);
    return error;
}

static void say(const struct synth_spec *spec, const struct csv_bars *bars, const char *path) {
    char first[TIME_ISO_MAX], last[TIME_ISO_MAX];
    time_format_iso(first, sizeof(first), bars->time[0]);
    time_format_iso(last, sizeof(last), bars->time[bars->count - 1]);
    printf("%s: %lld synthetic bars of %s, %s to %s\n", path, (long long)bars->count,
           spec->timeframe.name, first, last);
}

int cmd_data_synth(int argc, char **argv) {
    struct synth_spec spec = synth_defaults();
    const char *output = NULL;
    int code = parse(argc, argv, &spec, &output);
    if (code >= 0)
        return code;
    struct csv_bars bars = {0};
    struct str name = {0};
    struct err err;
    synth_name(&spec, &name);
    if (output == NULL)
        output = str_text(&name);
    int error = synth_make(&spec, &bars, &err);
    if (error == 0)
        error = str_eq(output, "-") ? synth_write(&bars, stdout, &err)
                                    : write_beside(&bars, output, &err);
    if (error == 0 && !str_eq(output, "-"))
        say(&spec, &bars, output);
    if (error != 0)
        LOG_ERROR("%s", err.text);
    csv_bars_fini(&bars);
    str_fini(&name);
    return error == 0 ? 0 : error == ERR_USAGE ? 2 : 1;
}
