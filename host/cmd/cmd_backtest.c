#include "cmd/cmd_backtest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/backtest_args.h"
#include "plugin/registry.h"
#include "proc/job.h"
#include "proc/probe.h"
#include "run/recorder.h"
#include "store/run_path.h"

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
    struct plan *plan;
    struct recorder recorder;
    struct job_result job;
    struct str path; /* of the journal file; empty = none */
    int64_t number;  /* of the run; 0 = none */
};

static int choose_path(struct session *s, struct err *err) {
    struct str project;
    if (s->args->no_record)
        return 0;
    if (s->args->output) {
        str_append(&s->path, s->args->output);
        return 0;
    }
    str_init(&project);
    int r = project_find(NULL, &project, err);
    if (r == 0)
        r = run_path_new(str_text(&project), &s->path, &s->number, err);
    str_fini(&project);
    return r;
}

static int prepare(struct session *s, struct err *err) {
    int r = run_conf_from_args(&s->args->conf, &s->conf, err);
    if (r == 0)
        r = run_conf_require(s->conf, err);
    if (r < 0)
        return r;
    s->registry = registry_create(probe_registry_reader());
    registry_add_default_folders(s->registry);
    r = plan_create(s->conf, (struct plan_finder){find_strategy, s->registry}, &s->plan, err);
    if (r == 0)
        r = choose_path(s, err);
    if (r == 0)
        r = recorder_init(&s->recorder, s->plan, s->path.len ? s->path.data : NULL, err);
    return r;
}

static int run(struct session *s, struct err *err) {
    struct job_spec spec = {.plan = s->plan,
                            .port = s->args->loopback ? BACKTEST_LOOPBACK : BACKTEST_DIRECT,
                            .is_inline = s->args->is_inline,
                            .cut_after = s->args->cut_after,
                            .take = recorder_take,
                            .self = &s->recorder};
    int r = job_run(&spec, &s->job, err);
    if (r < 0)
        return r;
    if (!hash128_eq(recorder_hash(&s->recorder), s->job.run.journal))
        return err_set(err, ERR_INTERNAL,
                       "the worker's hash of the journal differs from ours (report this)");
    return recorder_finish(&s->recorder, NULL, err);
}

static int print_result(struct session *s) {
    char hex[HASH128_HEX_SIZE];
    hash128_hex(s->job.run.journal, hex);
    printf("journal %s instants %" PRId64 " orders %" PRId64 " fills %" PRId64 " trades %" PRId64
           " final %.17g\n",
           hex, s->job.run.instants, s->recorder.collector.order_count,
           s->recorder.collector.fill_count, s->recorder.collector.trade_count,
           collector_account(&s->recorder.collector)
               ->equity[collector_account(&s->recorder.collector)->count - 1]);
    return 0;
}

static void session_fini(struct session *s) {
    job_result_fini(&s->job);
    recorder_fini(&s->recorder);
    plan_destroy(&s->plan);
    run_conf_destroy(&s->conf);
    registry_destroy(&s->registry);
    str_fini(&s->path);
}

int cmd_backtest(int argc, char **argv) {
    struct backtest_args args;
    struct session s = {.args = &args};
    struct err err = {0};
    int code = backtest_args_parse(argc, argv, &args);
    if (code < 0) {
        str_init(&s.path);
        int r = prepare(&s, &err);
        if (r == 0)
            r = run(&s, &err);
        if (r < 0)
            LOG_ERROR("backtest: %s", err.text);
        code = r == 0 ? print_result(&s) : r == ERR_USAGE ? 2 : 1;
        session_fini(&s);
    }
    backtest_args_fini(&args);
    return code;
}
