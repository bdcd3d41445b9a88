/* A file is written beside its place and renamed over it, so that nobody ever reads half a table;
 * the rows stream all the same. */
#include "cmd/cmd_export.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "cmd/args.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "report/export.h"
#include "run/stored_run.h"

static const char help[] =
    "Usage: qshost export RUN WHAT [--format csv|json] [-o FILE]\n"
    "       qshost export --help-columns [WHAT]\n"
    "\n"
    "Writes a table of a run's records to stdout or to FILE. RUN is a run's number, 'last', or the\n"
    "path of a .qsj file. WHAT is one of\n"
    "  trades     closed round trips\n"
    "  fills      executions, a row for each strategy's share\n"
    "  orders     every order asked for, with its last state and the reason\n"
    "  events     every state of every order\n"
    "  signals    what the strategies wished for, and what became of it\n"
    "  equity     the account, bar by bar\n"
    "  ledger     each strategy's own account, bar by bar\n"
    "  plots, notes, variables, log   what the strategies left\n"
    "\n"
    "  -f, --format FORMAT   csv (default, or by FILE's ending) or json\n"
    "  -o, --output FILE     write there; FILE appears when it is whole\n"
    "      --db FILE         the database (default: the project's quasar.sqlite)\n"
    "      --help-columns    what the columns of each table mean\n"
    "      --help            this text\n"
    "\n"
    "Example: qshost export last trades -o trades.csv\n";

struct options {
    const char *run;
    const struct export_kind *kind;
    const char *output; /* NULL: stdout */
    const char *db;     /* NULL: the project's */
    bool is_json;
};

static int usage(const char *why, const char *what) {
    LOG_ERROR("export: %s%s (qshost export --help)", why, what);
    return 2;
}

static int parse_what(const char *name, struct options *o) {
    o->kind = export_kind_find(name);
    if (o->kind != NULL)
        return -1;
    struct str names = {0};
    const char *near = export_kind_suggest(name);
    export_kind_names(&names);
    if (near != NULL)
        LOG_ERROR("export: nothing is called '%s' (did you mean %s?)", name, near);
    else
        LOG_ERROR("export: nothing is called '%s' (expected one of %s)", name, str_text(&names));
    str_fini(&names);
    return 2;
}

/* Of one table, or of all. */
static int print_columns(const char *name) {
    struct options o = {0};
    struct str text = {0};
    int code = name != NULL ? parse_what(name, &o) : -1;
    if (code >= 0)
        return code;
    export_columns_text(name != NULL ? export_kind_table(o.kind) : NULL, &text);
    code = strategy_text_print(str_text(&text));
    str_fini(&text);
    return code;
}

static int parse_format(const char *text, int *ret_json) {
    if (!str_eq(text, "csv") && !str_eq(text, "json"))
        return usage("--format: expected csv or json, found ", text);
    *ret_json = str_eq(text, "json");
    return -1;
}

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct options *ret) {
    static const struct option known[] = {
        {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
        {"db", required_argument, NULL, 'd'},     {"help-columns", no_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct options o = {0};
    int json = -1, code = -1;
    optind = 0;
    opterr = 0;
    for (int c; code < 0 && (c = getopt_long(argc, argv, ":f:o:h", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c == 'c')
            return print_columns(argv[optind] && argv[optind][0] != '-' ? argv[optind] : NULL);
        if (c == 'f')
            code = parse_format(optarg, &json);
        else if (c == 'o')
            o.output = optarg;
        else if (c == 'd')
            o.db = optarg;
        else
            code = usage(c == ':' ? "a value is missing after " : "unknown option ",
                         usage_bad_option(argv, (char[3]){0}));
    }
    if (code >= 0)
        return code;
    if (argc - optind < 2)
        return usage("expected a run and what of it: ", "export RUN WHAT");
    if (argc - optind > 2)
        return usage("one argument too many: ", argv[optind + 2]);
    o.run = argv[optind];
    code = parse_what(argv[optind + 1], &o);
    if (code >= 0)
        return code;
    o.is_json = json >= 0 ? json == 1 : o.output != NULL && str_ends_with(o.output, ".json");
    *ret = o;
    return -1;
}

/* A new file beside `path`, named in ret_name. */
static FILE *open_beside(const char *path, struct str *ret_name, struct err *err) {
    str_clear(ret_name);
    str_appendf(ret_name, "%s.XXXXXX", path);
    int fd = mkstemp(ret_name->data);
    mode_t mask = umask(0);
    umask(mask);
    if (fd >= 0)
        (void)!fchmod(fd, 0666 & ~mask); /* mkstemp gives 0600 */
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL)
        err_errno(err, "write", path);
    if (file == NULL && fd >= 0) {
        close(fd);
        unlink(str_text(ret_name));
    }
    return file;
}

static int write_file(const struct export_source *run, const struct options *o,
                      struct export_summary *ret, struct err *err) {
    struct str name = {0};
    FILE *file = open_beside(o->output, &name, err);
    int rc = file != NULL ? export_run(run, o->kind, o->is_json, file, ret, err) : err->code;
    if (file != NULL) {
        if (rc == 0 && fsync(fileno(file)) != 0)
            rc = err_errno(err, "write", o->output);
        if (fclose(file) != 0 && rc == 0)
            rc = err_errno(err, "write", o->output);
        if (rc == 0 && rename(str_text(&name), o->output) != 0)
            rc = err_errno(err, "write", o->output);
        if (rc != 0)
            unlink(str_text(&name));
    }
    str_fini(&name);
    return rc;
}

/* A device or a pipe is written in place. */
static int write_stream(const struct export_source *run, const struct options *o,
                        struct export_summary *ret, struct err *err) {
    FILE *file = o->output != NULL ? fopen(o->output, "we") : stdout;
    if (file == NULL)
        return err_errno(err, "write", o->output);
    int rc = export_run(run, o->kind, o->is_json, file, ret, err);
    if (file != stdout && fclose(file) != 0 && rc == 0)
        rc = err_errno(err, "write", o->output);
    return rc;
}

static int write_source(const struct export_source *source, const struct options *o,
                        struct export_summary *ret, struct err *err) {
    bool is_file = o->output != NULL && (!fs_exists(o->output) || fs_is_regular(o->output));
    return is_file ? write_file(source, o, ret, err) : write_stream(source, o, ret, err);
}

static int export_from_file(const struct options *o, struct export_summary *ret, struct err *err) {
    struct export_file file;
    struct export_source source = export_file_source(&file, o->run);
    return write_source(&source, o, ret, err);
}

/* What has a value a bar is not there, or not all there, where not every bar was kept. */
static void warn_of_log(const struct options *o, const struct run_row *row) {
    static const enum export_table_id per_bar[] = {EXPORT_EQUITY, EXPORT_LEDGER, EXPORT_PLOTS,
                                                   EXPORT_VARIABLES};
    struct run_log log;
    bool is_per_bar = false;
    for (size_t i = 0; i < ARRAY_LEN(per_bar); i++)
        is_per_bar |= export_kind_table(o->kind) == &export_tables[per_bar[i]];
    if (!is_per_bar || !run_log_parse(row->log, &log))
        return;
    if (log.kind == RUN_LOG_TRADES)
        LOG_WARN("export: run %" PRId64 " was recorded with log: trades: no bars are kept",
                 row->id);
    else if (log.every > 1)
        LOG_WARN("export: run %" PRId64 " was recorded with log: %s: one bar in %" PRId64
                 " is kept",
                 row->id, row->log, log.every);
}

static int export_from_db(const struct options *o, struct export_summary *ret, struct err *err) {
    struct stored_export stored;
    struct export_source source;
    struct db *db = NULL;
    struct run_row row = {0};
    int64_t run;
    int rc = args_open_db(o->db, DB_READ, &db, err);
    if (rc == 0)
        rc = run_table_find(db, o->run, &run, err);
    if (rc == 0)
        rc = stored_export_init(&stored, db, run, &source, err);
    if (rc == 0)
        rc = write_source(&source, o, ret, err);
    if (rc == 0)
        rc = run_table_get(db, run, &row, err);
    if (rc == 0)
        warn_of_log(o, &row);
    run_row_fini(&row);
    db_close(&db);
    return rc;
}

static int run_export(const struct options *o, struct export_summary *ret, struct err *err) {
    CHECK(o->run != NULL);
    bool is_path = strchr(o->run, '/') != NULL || str_ends_with(o->run, ".qsj");
    return is_path ? export_from_file(o, ret, err) : export_from_db(o, ret, err);
}

int cmd_export(int argc, char **argv) {
    struct options options = {0};
    struct export_summary summary;
    struct err err;
    int code = parse(argc, argv, &options);
    if (code >= 0)
        return code;
    if (run_export(&options, &summary, &err) != 0)
        return !options.output && strategy_text_is_unread() ? 1 : args_fail("export", &err);
    if (!summary.is_whole)
        LOG_WARN("export: run %s: %s", options.run, summary.why);
    return 0;
}
