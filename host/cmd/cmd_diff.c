#include "cmd/cmd_diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/args.h"
#include "cmd/report_print.h"
#include "cmd/strategy_text.h"
#include "run/run_sight.h"
#include "run/stored_run.h"

static const char help[] =
    "Usage: qshost diff RUN1 RUN2 [--json] [--db FILE]\n"
    "\n"
    "Says what changed from RUN1 to RUN2: metrics, trades added, gone and changed, settings, params,\n"
    "and the first bar at which the two decide differently, with what each saw there. RUN is a\n"
    "number or 'last'.\n"
    "\n"
    "  -n, --trades N   rows of trades (default 10)\n"
    "      --json       all of it as one object\n"
    "      --db FILE    the database (default: the project's quasar.sqlite)\n"
    "      --help       this text\n"
    "\n"
    "Example: qshost diff 11 12\n";

struct options {
    const char *db, *trades;
    bool json;
    int64_t trade_max;
};

/* One of the two. */
struct side {
    struct stored_run *stored;
    struct run_conf *conf; /* NULL when it cannot be read any more */
    struct compare_sight sight;
    char name[32];
};

static int load(struct db *db, const char *text, struct side *ret, struct err *err) {
    int64_t run;
    struct err ignored;
    ret->stored = mem_zalloc(1, sizeof *ret->stored);
    int r = run_table_find(db, text, &run, err);
    if (r == 0)
        r = stored_run_load(db, run, ret->stored, err);
    if (r < 0)
        return r;
    snprintf(ret->name, sizeof ret->name, "run %" PRId64, run);
    const char *config = ret->stored->row.config;
    if (config && run_conf_parse(config, strlen(config), "config", NULL, &ret->conf, &ignored) < 0)
        ret->conf = NULL;
    return 0;
}

static void side_fini(struct side *side) {
    if (side->stored)
        stored_run_close(side->stored);
    mem_free(side->stored);
    run_conf_destroy(&side->conf);
    compare_sight_fini(&side->sight);
}

/* What one of them saw there. */
static int look_at(struct db *db, struct side *side, int64_t strategy, int64_t time,
                   struct err *err) {
    const struct collector *c = &side->stored->collector;
    struct sight_data data = {0};
    if (strategy < 0)
        return 0;
    if (side->conf)
        sight_data_open(side->conf, &c->names, &data);
    int r = run_sight_read(NULL, db, side->stored->row.id, c, strategy, data.feeds, data.count,
                           time, &side->sight, err);
    sight_data_close(&data);
    return r;
}

static int look(struct db *db, const struct comparison *c, struct side *before, struct side *after,
                struct err *err) {
    const struct compare_decision *d = &c->decision;
    if (!d->has_difference)
        return 0;
    int r = look_at(db, before, d->before_strategy, d->time, err);
    return r < 0 ? r : look_at(db, after, d->after_strategy, d->time, err);
}

static int print(const struct comparison *c, const struct side *before, const struct side *after,
                 const struct options *o) {
    bool has_sights = c->decision.has_difference;
    struct compare_text how = {.before_name = before->name,
                               .after_name = after->name,
                               .before_sight = has_sights ? &before->sight : NULL,
                               .after_sight = has_sights ? &after->sight : NULL,
                               .width = terminal_width(),
                               .trade_max = (int)o->trade_max};
    struct str text = {0};
    if (o->json)
        return strategy_text_print_json(compare_json(c, &how));
    compare_text_head(c, &how, &text);
    compare_text_inputs(c, &how, &text);
    compare_text_metrics(c, &how, &text);
    compare_text_trades(c, &how, &text);
    compare_text_decision(c, &how, &text);
    int code = strategy_text_print(str_text(&text));
    str_fini(&text);
    return code;
}

static int diff(struct db *db, char **argv, const struct options *o, int *ret_code,
                struct err *err) {
    struct side before = {0}, after = {0};
    struct comparison c;
    int r = load(db, argv[0], &before, err);
    if (r == 0)
        r = load(db, argv[1], &after, err);
    if (r == 0) {
        comparison_make(&before.stored->report, &after.stored->report, &c);
        r = look(db, &c, &before, &after, err);
        if (r == 0)
            *ret_code = print(&c, &before, &after, o);
        comparison_fini(&c);
    }
    side_fini(&before);
    side_fini(&after);
    return r;
}

int cmd_diff(int argc, char **argv) {
    struct options o = {.trades = "10"};
    const struct arg_option known[] = {{"trades", 'n', .value = &o.trades},
                                       {"json", 0, .flag = &o.json},
                                       {"db", 0, .value = &o.db}};
    int first, code = args_parse(&(struct arg_spec){.command = "diff",
                                                    .help = help,
                                                    .options = known,
                                                    .option_count = ARRAY_LEN(known),
                                                    .arguments = "RUN1 RUN2",
                                                    .min = 2,
                                                    .max = 2},
                                 argc, argv, &first);
    struct db *db = NULL;
    struct err err;
    if (code >= 0)
        return code;
    if (!str_parse_i64(o.trades, &o.trade_max) || o.trade_max < 0 || o.trade_max > 1000000) {
        LOG_ERROR("diff: --trades: expected 0 to 1000000, found '%s'", o.trades);
        return 2;
    }
    int r = args_open_db(o.db, DB_READ, &db, &err);
    if (r == 0)
        r = diff(db, argv + first, &o, &code, &err);
    db_close(&db);
    return r < 0 ? args_fail("diff", &err) : code;
}
