#include "cmd/cmd_runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/table.h"
#include "base/time.h"
#include "cmd/args.h"
#include "cmd/strategy_text.h"
#include "proc/watch_conf.h"
#include "report/text_value.h"
#include "store/run_table.h"

static const char help[] =
    "Usage: qshost runs [--strategy ID] [--no-watch] [-n N] [--json] [--db FILE]\n"
    "       qshost runs --delete RUN [--db FILE]\n"
    "\n"
    "Lists the recorded runs, newest first. A run whose process died is 'interrupted'.\n"
    "\n"
    "      --strategy ID   only runs in which this strategy took part\n"
    "      --no-watch      without the tries of `qshost watch`\n"
    "  -n, --count N       the newest N (default 20; 0: all)\n"
    "      --delete RUN    remove a run and all its rows\n"
    "      --json          an array of objects\n"
    "      --db FILE       the database (default: the project's quasar.sqlite)\n"
    "      --help          this text\n"
    "\n"
    "Example: qshost runs --strategy ema_cross -n 5\n";

struct options {
    const char *strategy, *count, *delete_run, *db;
    bool json, no_watch;
};

struct listing {
    struct db *db;
    const struct options *options;
    int64_t left;               /* rows still wanted; -1: all */
    bool has_names, has_errors; /* columns that are not always there */
    struct table table;
    struct jv *array;
    void (*row)(struct listing *l, const struct run_row *row);
    int failed;
    struct err err;
};

#define ERROR_SHOWN 60

static void local_day_time(char *buffer, size_t cap, int64_t time) {
    char iso[TIME_ISO_MAX];
    time_format_iso(iso, sizeof iso, time);
    snprintf(buffer, cap, "%.10s %.5s", iso, iso + 11);
}

static bool is_of_watch(const char *name) {
    static const char own[] = WATCH_RUN_NAME;
    return name && str_starts_with(name, own) &&
           (name[sizeof own - 1] == '\0' || name[sizeof own - 1] == ' ');
}

/* Each row that is wanted to l->row: 1 when there are enough. */
static int take_row(void *self, const struct run_row *row, struct err *err) {
    struct listing *l = self;
    if (l->options->no_watch && is_of_watch(row->name))
        return 0;
    l->row(l, row);
    if (l->failed < 0) {
        *err = l->err;
        return l->failed;
    }
    return l->left > 0 && --l->left == 0;
}

static int each_row(struct listing *l, int64_t count,
                    void (*row)(struct listing *l, const struct run_row *row), struct err *err) {
    l->row = row;
    l->left = count > 0 ? count : -1;
    int r = run_table_list(l->db, l->options->strategy, l->options->no_watch ? 0 : count, take_row,
                           l, err);
    return r < 0 ? r : 0;
}

static void look_row(struct listing *l, const struct run_row *row) {
    l->has_names |= row->name != NULL;
    l->has_errors |= row->error != NULL;
}

/* The first words of a failed run's sentence. */
static void error_cell(struct table *table, const char *error) {
    size_t len = error ? strcspn(error, "\n") : 0;
    bool is_cut = len > ERROR_SHOWN;
    if (is_cut)
        for (len = ERROR_SHOWN; len > ERROR_SHOWN / 2 && error[len] != ' '; len--)
            continue;
    while (is_cut && len > 0 && ((unsigned char)error[len] & 0xc0) == 0x80)
        len--; /* not within a letter */
    table_cellf(table, "%.*s%s", (int)len, error ? error : "", is_cut ? " ..." : "");
}

static void figures(struct listing *l, const struct run_row *row) {
    char text[64];
    double value;
    if (!row->has_counts) {
        for (int i = 0; i < 5; i++)
            table_cell(&l->table, "");
        return;
    }
    table_cellf(&l->table, "%" PRId64, row->bars);
    table_cellf(&l->table, "%" PRId64, row->trades);
    text_money(text, sizeof text, row->final_equity);
    table_cell(&l->table, text);
    static const char *const names[] = {"total_return", "max_drawdown"};
    for (size_t i = 0; i < ARRAY_LEN(names) && l->failed == 0; i++) {
        int r = run_table_metric(l->db, row->id, names[i], &value, &l->err);
        if (r < 0)
            l->failed = r;
        else if (r == 1)
            table_cellf(&l->table, "%.2f %%", value * 100.0);
        else
            table_cell(&l->table, "-");
    }
}

static void table_row(struct listing *l, const struct run_row *row) {
    char when[32];
    local_day_time(when, sizeof when, row->started_at);
    table_cellf(&l->table, "%" PRId64, row->id);
    table_cell(&l->table, when);
    table_cell(&l->table, row->status);
    table_cell(&l->table, row->strategies);
    table_cell(&l->table, row->symbols);
    if (l->has_names)
        table_cell(&l->table, row->name ? row->name : "");
    figures(l, row);
    if (l->has_errors && l->failed == 0)
        error_cell(&l->table, row->error);
}

static void put_time_or_null(struct jv *object, const char *key, int64_t time) {
    if (time == 0)
        jv_put_null(object, key);
    else
        jv_put_time(object, key, time);
}

static void json_row(struct listing *l, const struct run_row *row) {
    struct jv *o = jv_push_object(l->array);
    jv_put_i64(o, "run", row->id);
    jv_put_str(o, "kind", row->kind);
    jv_put_str(o, "status", row->status);
    jv_put_str(o, "name", row->name);
    jv_put_str(o, "strategies", row->strategies);
    jv_put_str(o, "symbols", row->symbols);
    put_time_or_null(o, "started_at", row->started_at);
    put_time_or_null(o, "ended_at", row->ended_at);
    jv_put_str(o, "host_version", row->host_version);
    jv_put_str(o, "log", row->log);
    jv_put_str(o, "error", row->error);
    struct jv *hashes = jv_put_object(o, "hashes");
    jv_put_str(hashes, "bars", row->bars_hash);
    jv_put_str(hashes, "config", row->config_hash);
    jv_put_str(hashes, "code", row->code_hash);
    jv_put_str(hashes, "journal", row->journal_hash);
    if (!row->has_counts)
        return;
    jv_put_i64(o, "bars", row->bars);
    jv_put_i64(o, "orders", row->orders);
    jv_put_i64(o, "fills", row->fills);
    jv_put_i64(o, "trades", row->trades);
    jv_put_i64(o, "rejected", row->rejected);
    jv_put_f64(o, "initial_equity", row->initial_equity);
    jv_put_f64(o, "final_equity", row->final_equity);
}

static void begin_table(struct listing *l) {
    static const char *const left[] = {"started (UTC)", "status", "strategies", "data"};
    static const char *const right[] = {"bars", "trades", "final equity", "return", "max drawdown"};
    table_init(&l->table);
    table_column(&l->table, "run", TABLE_RIGHT);
    for (size_t i = 0; i < ARRAY_LEN(left); i++)
        table_column(&l->table, left[i], TABLE_LEFT);
    if (l->has_names)
        table_column(&l->table, "name", TABLE_LEFT);
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        table_column(&l->table, right[i], TABLE_RIGHT);
    if (l->has_errors)
        table_column(&l->table, "error", TABLE_LEFT);
}

static int list_json(struct listing *l, int64_t count, int *ret_code, struct err *err) {
    l->array = jv_array();
    int r = each_row(l, count, json_row, err);
    if (r == 0)
        *ret_code = strategy_text_print_json(l->array);
    else
        jv_free(l->array);
    return r;
}

static int list(struct db *db, const struct options *o, int64_t count, int *ret_code,
                struct err *err) {
    struct listing l = {.db = db, .options = o};
    struct str text = {0};
    if (o->json)
        return list_json(&l, count, ret_code, err);
    int r = each_row(&l, count, look_row, err);
    if (r < 0)
        return r;
    begin_table(&l);
    r = each_row(&l, count, table_row, err);
    if (r == 0 && table_rows(&l.table) == 0)
        str_appendf(&text, "no runs in %s%s%s (qshost backtest records one)\n", db_path(db),
                    o->strategy ? " of " : "", o->strategy ? o->strategy : "");
    else if (r == 0)
        table_render(&l.table, &text);
    if (r == 0)
        *ret_code = strategy_text_print(str_text(&text));
    table_fini(&l.table);
    str_fini(&text);
    return r;
}

static int delete_run(struct db *db, const char *text, struct err *err) {
    int64_t run;
    int r = run_table_find(db, text, &run, err);
    return r < 0 ? r : run_table_delete(db, run, err);
}

int cmd_runs(int argc, char **argv) {
    struct options o = {.count = "20"};
    const struct arg_option known[] = {
        {"strategy", 0, .value = &o.strategy}, {"count", 'n', .value = &o.count},
        {"delete", 0, .value = &o.delete_run}, {"json", 0, .flag = &o.json},
        {"no-watch", 0, .flag = &o.no_watch},  {"db", 0, .value = &o.db}};
    int first, code = args_parse(&(struct arg_spec){.command = "runs",
                                                    .help = help,
                                                    .options = known,
                                                    .option_count = ARRAY_LEN(known),
                                                    .arguments = ""},
                                 argc, argv, &first);
    int64_t count;
    struct db *db = NULL;
    struct err err;
    if (code >= 0)
        return code;
    if (!str_parse_i64(o.count, &count) || count < 0) {
        LOG_ERROR("runs: --count: expected a whole number from 0, found '%s'", o.count);
        return 2;
    }
    code = 0;
    int r = o.delete_run ? args_change_db(o.db, &db, &err) : args_open_db(o.db, DB_READ, &db, &err);
    if (r == 0)
        r = o.delete_run ? delete_run(db, o.delete_run, &err) : list(db, &o, count, &code, &err);
    db_close(&db);
    return r < 0 ? args_fail("runs", &err) : code;
}
