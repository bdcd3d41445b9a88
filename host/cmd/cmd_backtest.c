#include "cmd/cmd_backtest.h"

#include <stdio.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/backtest_args.h"
#include "cmd/preset_conf.h"
#include "cmd/progress_line.h"
#include "cmd/report_print.h"
#include "cmd/strategy_text.h"
#include "plugin/registry.h"
#include "proc/backtest_job.h"
#include "proc/probe.h"
#include "proc/run_logs.h"
#include "store/run_table.h"

/* A strategy by id or path, probed in a process of its own. */
static int find_strategy(void *self, const char *strategy, struct descriptor *ret_descriptor,
                         struct build *ret_build, struct err *err) {
    char path[PATH_MAX];
    int r = registry_find(self, strategy, path, ret_descriptor, err);
    return r < 0 ? r : cache_take(path, NULL, ret_build, err);
}

/* One backtest from its arguments to its result. */
struct session {
    const struct backtest_args *args;
    struct registry *registry;
    struct run_conf *conf;
    struct str db_path;
    struct db *db; /* with --preset only */
    struct backtest_job job;
    struct progress_line progress;
};

/* A preset is read before anything else is known; else the job opens the database, late. */
static int find_database(struct session *s, struct err *err) {
    if (s->args->no_record && !s->args->preset)
        return 0;
    int r = db_find(NULL, s->args->db, &s->db_path, err);
    if (r < 0 || !s->args->preset)
        return r;
    const char *path = str_text(&s->db_path);
    bool is_read = s->args->no_record || !fs_exists(path); /* not there: reading says so best */
    r = db_open(path, is_read ? DB_READ : DB_WRITE, &s->db, err);
    return r == 0 && !is_read ? run_table_settle(s->db, err) : r;
}

static int prepare(struct session *s, struct err *err) {
    bool is_recorded = !s->args->no_record;
    int r = find_database(s, err);
    if (r == 0)
        r = preset_conf_from_args(&s->args->conf, s->db, s->args->preset, &s->conf, err);
    if (r == 0)
        r = run_conf_require(s->conf, err);
    if (r < 0)
        return r;
    s->registry = registry_create(probe_registry_reader());
    registry_add_default_folders(s->registry);
    return backtest_job_prepare(
        &(struct backtest_job_spec){.conf = s->conf,
                                    .finder = {find_strategy, s->registry},
                                    .db = is_recorded ? s->db : NULL,
                                    .db_path = is_recorded ? str_text(&s->db_path) : NULL,
                                    .journal_path = s->args->output,
                                    .port = s->args->loopback ? BACKTEST_LOOPBACK : BACKTEST_DIRECT,
                                    .is_inline = s->args->is_inline,
                                    .cut_after = s->args->cut_after,
                                    .progress = progress_line_wanted() ? progress_line_show : NULL,
                                    .progress_self = &s->progress},
        &s->job, err);
}

/* What to do about a strategy that crashed or hung in the run itself. */
static const char *cure_of(const struct session *s, int r) {
    if (s->job.started && r == ERR_CRASH)
        return " (to see where: gdb and --inline, Debugging in sdk/README.md)";
    if (s->job.started && r == ERR_HANG)
        return " (QS_DEADLINE_MS sets how long a callback may take)";
    return "";
}

/* A program that asked for JSON gets JSON. */
static struct jv *failure_json(const struct session *s, const struct err *err) {
    struct jv *object = jv_object();
    if (s->job.run > 0)
        jv_put_i64(object, "run", s->job.run);
    else
        jv_put_null(object, "run");
    jv_put_bool(object, "complete", false);
    jv_put_json(object, "error", strategy_text_error(err));
    return object;
}

/* The sentence, and the last that the plugin printed: it may say what the sentence cannot. */
static int fail(const struct session *s, int r, const struct err *err) {
    struct str text;
    str_init(&text);
    strategy_text_output(str_text(&s->job.job.output), s->job.job.output.len,
                         s->job.job.output_dropped, &text);
    LOG_ERROR("backtest: %s%s", err->text, cure_of(s, r));
    (void)fputs(str_text(&text), stderr);
    str_fini(&text);
    if (s->args->json)
        (void)!strategy_text_print_json(failure_json(s, err));
    return r == ERR_USAGE ? 2 : 1;
}

static void session_fini(struct session *s) {
    backtest_job_fini(&s->job);
    run_conf_destroy(&s->conf);
    registry_destroy(&s->registry);
    db_close(&s->db);
    str_fini(&s->db_path);
}

int cmd_backtest(int argc, char **argv) {
    struct backtest_args args;
    struct session s = {.args = &args};
    struct err err = {0};
    int code = backtest_args_parse(argc, argv, &args);
    if (code < 0) {
        int r = prepare(&s, &err);
        if (r == 0)
            r = backtest_job_run(&s.job, &err);
        progress_line_clear(&s.progress);
        if (s.job.writer)
            run_logs_write(&s.job, r < 0 ? &err : NULL);
        if (r < 0)
            code = fail(&s, r, &err);
        else {
            (void)fputs(str_text(&s.job.job.output), stderr);
            code = report_print(&s.job.report, args.json);
        }
        session_fini(&s);
    }
    backtest_args_fini(&args);
    return code;
}
