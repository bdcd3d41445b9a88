#include "cmd/cmd_runs.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "base/table.h"
#include "base/time.h"
#include "cmd/args.h"
#include "cmd/strategy_text.h"
#include "report/text_value.h"
#include "store/run_table.h"

static const char help[] =
    "Usage: qshost runs [--strategy ID] [-n N] [--json] [--db FILE]\n"
    "       qshost runs --delete RUN [--db FILE]\n"
    "\n"
    "Lists the recorded runs, newest first. A run whose process died is 'interrupted'.\n"
    "\n"
    "      --strategy ID   only runs in which this strategy took part\n"
    "  -n, --count N       the newest N (default 20; 0: all)\n"
    "      --delete RUN    remove a run and all its rows\n"
    "      --json          an array of objects\n"
    "      --db FILE       the database (default: the project's quasar.sqlite)\n"
    "      --help          this text\n"
    "\n"
    "Example: qshost runs --strategy ema_cross -n 5\n";

struct options {
    const char *strategy, *count, *delete_run, *db;
    bool json;
};

struct listing {
    struct db *db;
    struct table table;
    struct jv *array;
};

static void local_day_time(char *buffer, size_t cap, int64_t time) {
    char iso[TIME_ISO_MAX];
    time_format_iso(iso, sizeof iso, time);
    snprintf(buffer, cap, "%.10s %.5s", iso, iso + 11);
}

static int table_row(void *self, const struct run_row *row, struct err *err) {
    struct listing *l = self;
    char text[64], when[32];
    double value;
    local_day_time(when, sizeof when, row->started_at);
    table_cellf(&l->table, "%" PRId64, row->id);
    table_cell(&l->table, when);
    table_cell(&l->table, row->status);
    table_cell(&l->table, row->strategies);
    table_cell(&l->table, row->symbols);
    if (!row->has_counts) {
        for (int i = 0; i < 5; i++)
            table_cell(&l->table, "");
        return 0;
    }
    table_cellf(&l->table, "%" PRId64, row->bars);
    table_cellf(&l->table, "%" PRId64, row->trades);
    text_money(text, sizeof text, row->final_equity);
    table_cell(&l->table, text);
    static const char *const names[] = {"total_return", "max_drawdown"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int r = run_table_metric(l->db, row->id, names[i], &value, err);
        if (r < 0)
            return r;
        if (r == 1)
            table_cellf(&l->table, "%.2f %%", value * 100.0);
        else
            table_cell(&l->table, "-");
    }
    return 0;
}

static void put_time(struct jv *object, const char *key, int64_t time) {
    char text[TIME_ISO_MAX];
    if (time == 0) {
        jv_put_null(object, key);
        return;
    }
    time_format_iso(text, sizeof text, time);
    jv_put_str(object, key, text);
}

static int json_row(void *self, const struct run_row *row, struct err *err) {
    struct listing *l = self;
    struct jv *o = jv_push_object(l->array);
    (void)err;
    jv_put_i64(o, "run", row->id);
    jv_put_str(o, "kind", row->kind);
    jv_put_str(o, "status", row->status);
    jv_put_str(o, "name", row->name);
    jv_put_str(o, "strategies", row->strategies);
    jv_put_str(o, "symbols", row->symbols);
    put_time(o, "started_at", row->started_at);
    put_time(o, "ended_at", row->ended_at);
    jv_put_str(o, "host_version", row->host_version);
    jv_put_str(o, "log", row->log);
    jv_put_str(o, "error", row->error);
    struct jv *hashes = jv_put_object(o, "hashes");
    jv_put_str(hashes, "bars", row->bars_hash);
    jv_put_str(hashes, "config", row->config_hash);
    jv_put_str(hashes, "code", row->code_hash);
    jv_put_str(hashes, "journal", row->journal_hash);
    if (!row->has_counts)
        return 0;
    jv_put_i64(o, "bars", row->bars);
    jv_put_i64(o, "orders", row->orders);
    jv_put_i64(o, "fills", row->fills);
    jv_put_i64(o, "trades", row->trades);
    jv_put_i64(o, "rejected", row->rejected);
    jv_put_f64(o, "initial_equity", row->initial_equity);
    jv_put_f64(o, "final_equity", row->final_equity);
    return 0;
}

static void begin_table(struct table *table) {
    static const char *const titles[] = {"run",    "started (UTC)", "status", "strategies",
                                         "data",   "bars",          "trades", "final equity",
                                         "return", "max drawdown"};
    table_init(table);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        table_column(table, titles[i], i == 0 || i > 4 ? TABLE_RIGHT : TABLE_LEFT);
}

static int list(struct db *db, const struct options *o, int64_t count, int *ret_code,
                struct err *err) {
    struct listing l = {.db = db};
    struct str text = {0};
    if (o->json)
        l.array = jv_array();
    else
        begin_table(&l.table);
    int r = run_table_list(db, o->strategy, count, o->json ? json_row : table_row, &l, err);
    if (r == 0 && o->json) {
        *ret_code = strategy_text_print_json(l.array);
        return 0;
    }
    if (o->json) {
        jv_free(l.array);
        return r;
    }
    if (r == 0 && table_rows(&l.table) == 0)
        str_appendf(&text, "no runs in %s%s%s (qshost backtest records one)\n", db_path(db),
                    o->strategy ? " of " : "", o->strategy ? o->strategy : "");
    else
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
    const struct arg_option known[] = {{"strategy", 0, .value = &o.strategy},
                                       {"count", 'n', .value = &o.count},
                                       {"delete", 0, .value = &o.delete_run},
                                       {"json", 0, .flag = &o.json},
                                       {"db", 0, .value = &o.db}};
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
