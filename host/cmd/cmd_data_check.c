/* The file itself is read, never its column file: that is what was asked. */
#include <getopt.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "cmd/cmd_data.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "data/inspect.h"

static const char help[] =
    "Usage: qshost data check FILE... [OPTION]...\n"
    "\n"
    "Reads files of bars as a backtest would, and says what is in them: rows, span, bar size, gaps,\n"
    "bars without volume or movement, jumps. A file that would be refused is, with its line.\n"
    "\n"
    "  -t, --timeframe T   the size of the bars: 30s 5m 4h 1d 1w 1mo (default: from the file's name,\n"
    "                      else the most frequent step)\n"
    "      --stamp WHICH   the times are each bar's open (default) or close\n"
    "  -s, --symbol NAME   default: from the file's name\n"
    "      --json          one JSON object a file and line\n"
    "      --help          this text\n"
    "\n"
    "Example: qshost data check goog_1d.csv eurusd_1m.csv --stamp open\n";

struct options {
    struct series_spec spec; /* path is filled in file by file */
    bool json;
};

static int usage(const char *what, const char *why) {
    LOG_ERROR("data check: %s: %s (qshost data check --help)", what, why);
    return 2;
}

static int parse_stamp(const char *text, enum bar_stamp *ret) {
    if (!str_eq(text, "open") && !str_eq(text, "close"))
        return usage(text, "--stamp is open or close");
    *ret = str_eq(text, "open") ? BAR_STAMP_OPEN : BAR_STAMP_CLOSE;
    return -1;
}

/* -1 to go on (the files are argv[optind] on), else the exit code. */
static int parse(int argc, char **argv, struct options *ret) {
    static const struct option known[] = {{"timeframe", required_argument, NULL, 't'},
                                          {"stamp", required_argument, NULL, 'S'},
                                          {"symbol", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options o = {.spec = {.no_cache = true}};
    int code = -1;
    optind = 0;
    opterr = 0;
    for (int c; code < 0 && (c = getopt_long(argc, argv, ":t:s:h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c == 't')
            o.spec.timeframe = optarg;
        else if (c == 'S')
            code = parse_stamp(optarg, &o.spec.stamp);
        else if (c == 's')
            o.spec.symbol = optarg;
        else if (c == 'j')
            o.json = true;
        else
            code = usage(usage_bad_option(argv, (char[3]){0}),
                         c == ':' ? "a value is missing" : "no such option");
    }
    struct timeframe timeframe;
    if (code < 0 && o.spec.timeframe != NULL && !timeframe_parse(o.spec.timeframe, &timeframe))
        code = usage(o.spec.timeframe, "no timeframe: 30s 5m 4h 1d 1w 1mo");
    if (code < 0 && optind == argc)
        code = usage("no file", "say which");
    *ret = o;
    return code;
}

static void put_gap(struct jv *object, const struct inspect_gap *gap) {
    jv_put_i64(object, "line", gap->line);
    jv_put_time(object, "from", gap->from);
    jv_put_time(object, "to", gap->to);
}

static void put_count(struct jv *object, const char *key, const struct inspect_count *count) {
    struct jv *child = jv_put_object(object, key);
    jv_put_i64(child, "count", count->count);
    struct jv *lines = jv_put_array(child, "first_lines");
    for (int64_t i = 0; i < min_i64(count->count, INSPECT_SHOWN); i++)
        jv_push_i64(lines, count->lines[i]);
}

static struct jv *as_json(const struct series *series, const struct inspection *in) {
    struct jv *json = jv_object();
    jv_put_str(json, "file", series->path);
    jv_put_bool(json, "ok", true);
    jv_put_str(json, "symbol", series->symbol);
    jv_put_str(json, "timeframe", series->timeframe.name);
    jv_put_bool(json, "inferred", series->inferred);
    jv_put_str(json, "stamp", series->stamp == BAR_STAMP_OPEN ? "open" : "close");
    jv_put_bool(json, "synthetic", series->synthetic);
    jv_put_i64(json, "rows", in->rows);
    jv_put_time(json, "first_open", in->first_open);
    jv_put_time(json, "last_close", in->last_close);
    jv_put_f64(json, "low", in->low_least);
    jv_put_f64(json, "high", in->high_most);
    struct jv *gaps = jv_put_object(json, "gaps");
    jv_put_i64(gaps, "count", in->gap_count);
    if (in->gap_count > 0)
        put_gap(jv_put_object(gaps, "longest"), &in->longest);
    struct jv *first = jv_put_array(gaps, "first");
    for (int64_t i = 0; i < min_i64(in->gap_count, INSPECT_SHOWN); i++)
        put_gap(jv_push_object(first), &in->gaps[i]);
    put_count(json, "zero_volumes", &in->zero_volumes);
    put_count(json, "flats", &in->flats);
    put_count(json, "jumps", &in->jumps);
    char hex[HASH128_HEX_SIZE];
    struct jv *hashes = jv_put_object(json, "hashes");
    hash128_hex(series->source_hash, hex);
    jv_put_str(hashes, "source", hex);
    hash128_hex(series->bars_hash, hex);
    jv_put_str(hashes, "bars", hex);
    return json;
}

static void show_gap(struct str *out, const char *lead, const struct inspect_gap *gap) {
    char from[TIME_ISO_MAX], to[TIME_ISO_MAX], length[TIME_ISO_MAX];
    time_format_iso(from, sizeof(from), gap->from);
    time_format_iso(to, sizeof(to), gap->to);
    time_format_duration(length, sizeof(length), gap->to - gap->from);
    str_appendf(out, "  %-13s %s to %s (%s), before line %lld\n", lead, from, to, length,
                (long long)gap->line);
}

static void show_count(struct str *out, const char *name, const struct inspect_count *count) {
    str_appendf(out, "  %-13s %lld", name, (long long)count->count);
    for (int64_t i = 0; i < min_i64(count->count, INSPECT_SHOWN); i++)
        str_appendf(out, "%s%lld", i == 0 ? ": line " : ", ", (long long)count->lines[i]);
    str_append(out, count->count > INSPECT_SHOWN ? ", ...\n" : "\n");
}

static void show(struct str *out, const struct series *series, const struct inspection *in,
                 bool is_said) {
    char first[TIME_ISO_MAX], last[TIME_ISO_MAX];
    time_format_iso(first, sizeof(first), in->first_open);
    time_format_iso(last, sizeof(last), in->last_close);
    str_appendf(out, "%s\n", series->path);
    if (series->synthetic)
        str_append(out, "  SYNTHETIC     invented bars\n");
    str_appendf(out, "  %-13s %s\n", "symbol", series->symbol);
    str_appendf(out, "  %-13s %s (%s), times are the bar's %s\n", "bar", series->timeframe.name,
                is_said            ? "as said"
                : series->inferred ? "the most frequent step"
                                   : "from the file's name",
                series->stamp == BAR_STAMP_OPEN ? "open" : "close");
    str_appendf(out, "  %-13s %lld\n", "rows", (long long)in->rows);
    str_appendf(out, "  %-13s %s to %s\n", "span", first, last);
    str_appendf(out, "  %-13s ", "price");
    str_append_f64(out, in->low_least);
    str_append(out, " to ");
    str_append_f64(out, in->high_most);
    str_appendf(out, "\n  %-13s %lld\n", "gaps", (long long)in->gap_count);
    if (in->gap_count > 0)
        show_gap(out, "  longest", &in->longest);
    for (int64_t i = 0; i < min_i64(in->gap_count, INSPECT_SHOWN); i++)
        show_gap(out, i == 0 ? "  first" : "", &in->gaps[i]);
    show_count(out, "zero volume", &in->zero_volumes);
    show_count(out, "flat", &in->flats);
    show_count(out, "jumps", &in->jumps);
}

static bool print(const struct series *series, const struct options *o) {
    struct inspection in = inspect_series(series);
    if (o->json) {
        struct jv *json = as_json(series, &in);
        struct err err;
        bool is_written = jv_write(stdout, json, 0, &err) == 0;
        jv_free(json);
        return is_written;
    }
    struct str out = {0};
    show(&out, series, &in, o->spec.timeframe != NULL);
    bool is_written = fputs(str_text(&out), stdout) >= 0;
    str_fini(&out);
    return is_written;
}

/* The sentence goes to stderr; who reads JSON finds it there too. */
static bool print_refusal(const char *path, const struct err *err, bool json) {
    LOG_ERROR("%s", err->text);
    if (!json)
        return true;
    struct jv *object = jv_object();
    jv_put_str(object, "file", path);
    jv_put_bool(object, "ok", false);
    jv_put_str(object, "code", err_name(err->code));
    jv_put_str(object, "error", err->text);
    struct err ignored;
    bool is_written = jv_write(stdout, object, 0, &ignored) == 0;
    jv_free(object);
    return is_written;
}

int cmd_data_check(int argc, char **argv) {
    struct options o;
    int code = parse(argc, argv, &o);
    if (code >= 0)
        return code;
    code = 0;
    bool is_written = true;
    for (int i = optind; i < argc && is_written; i++) {
        struct series *series;
        struct err err;
        o.spec.path = argv[i];
        if (series_open(&o.spec, &series, &err) != 0) {
            code = 1;
            is_written = print_refusal(argv[i], &err, o.json);
            continue;
        }
        is_written = print(series, &o);
        series_close(&series);
    }
    if (!is_written || fflush(stdout) != 0) {
        if (!strategy_text_is_unread())
            LOG_ERROR("data check: stdout: cannot be written");
        code = 1;
    }
    return code;
}
