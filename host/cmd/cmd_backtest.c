#include "cmd/cmd_backtest.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/backtest_args.h"
#include "cmd/strategy_text.h"
#include "plugin/registry.h"
#include "proc/job.h"
#include "proc/probe.h"
#include "report/result_json.h"
#include "report/text.h"
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
    bool started;    /* the worker was asked to run */
    struct str path; /* of the journal file; empty = none */
    int64_t number;  /* of the run; 0 = none */
    double begin, run_seconds;
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

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int run(struct session *s, struct err *err) {
    struct job_spec spec = {.plan = s->plan,
                            .port = s->args->loopback ? BACKTEST_LOOPBACK : BACKTEST_DIRECT,
                            .is_inline = s->args->is_inline,
                            .cut_after = s->args->cut_after,
                            .take = recorder_take,
                            .self = &s->recorder};
    double begin = seconds_now();
    s->started = true;
    int r = job_run(&spec, &s->job, err);
    s->run_seconds = seconds_now() - begin;
    if (r < 0)
        return r;
    if (!hash128_eq(recorder_hash(&s->recorder), s->job.run.journal))
        return err_set(err, ERR_INTERNAL,
                       "the worker's hash of the journal differs from ours (report this)");
    return 0;
}

/* ---- what came of it ---- */

/* Storage behind a struct run_facts. */
struct fact_texts {
    char bars[HASH128_HEX_SIZE], config[HASH128_HEX_SIZE], code[HASH128_HEX_SIZE],
        journal[HASH128_HEX_SIZE];
    struct run_build *builds;
    struct run_timing timings[2];
    struct setting_default defaults[SETTINGS_TOTAL];
    char values[SETTINGS_TOTAL][SETTING_TEXT_MAX];
};

static void fill_defaults(struct fact_texts *t) {
    struct settings settings;
    settings_default(&settings);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        settings_print_value(settings_at(i), &settings, t->values[i], SETTING_TEXT_MAX);
        t->defaults[i] = (struct setting_default){settings_at(i)->key, t->values[i]};
    }
}

static struct run_facts gather_facts(const struct session *s, struct fact_texts *t) {
    const struct plan *plan = s->plan;
    hash128_hex(plan_bars_hash(plan), t->bars);
    hash128_hex(plan_config_hash(plan), t->config);
    hash128_hex(plan_code_hash(plan), t->code);
    hash128_hex(s->job.run.journal, t->journal);
    t->builds = mem_zalloc((size_t)plan->strategy_count, sizeof *t->builds);
    for (int32_t i = 0; i < plan->strategy_count; i++)
        t->builds[i] = (struct run_build){.strategy = plan->strategies[i].conf->name,
                                          .path = plan->strategies[i].build.source,
                                          .sha256 = plan->strategies[i].build.sha};
    t->timings[0] = (struct run_timing){"run", s->run_seconds};
    t->timings[1] = (struct run_timing){"total", seconds_now() - s->begin};
    fill_defaults(t);
    return (struct run_facts){.number = s->number,
                              .path = s->path.len ? s->path.data : NULL,
                              .host_version = "0.1.0",
                              .risk = "none",
                              .bars_hash = t->bars,
                              .config_hash = t->config,
                              .code_hash = t->code,
                              .journal_hash = t->journal,
                              .builds = t->builds,
                              .build_count = (size_t)plan->strategy_count,
                              .timings = t->timings,
                              .timing_count = ARRAY_LEN(t->timings),
                              .defaults = t->defaults,
                              .default_count = ARRAY_LEN(t->defaults)};
}

static int terminal_width(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return REPORT_WIDTH;
    return size.ws_col;
}

static int print_report(const struct report *report, bool as_json) {
    struct str text;
    if (as_json)
        return strategy_text_print_json(result_json(report));
    str_init(&text);
    report_text(report, terminal_width(), &text);
    int code = strategy_text_print(str_text(&text));
    str_fini(&text);
    return code;
}

/* The journal file's trailer holds the result as JSON, so that the file alone tells the run. */
static int finish(struct session *s, int *ret_code, struct err *err) {
    struct fact_texts texts;
    struct run_facts facts = gather_facts(s, &texts);
    struct report report;
    int r = report_make(&s->recorder.collector, &facts, &report, err);
    if (r == 0) {
        struct jv *meta = result_json(&report);
        char *text = jv_dump(meta, 0);
        r = recorder_finish(&s->recorder, text, err);
        mem_free(text);
        jv_free(meta);
    }
    if (r == 0) {
        if (s->job.output.len > 0)
            fprintf(stderr, "%s", str_text(&s->job.output));
        *ret_code = print_report(&report, s->args->json);
    }
    mem_free(texts.builds);
    return r;
}

/* What to do about a strategy that crashed or hung in the run itself. */
static const char *cure_of(const struct session *s, int r) {
    if (s->started && r == ERR_CRASH)
        return " (to see where: gdb and --inline, Debugging in sdk/README.md)";
    if (s->started && r == ERR_HANG)
        return " (QS_DEADLINE_MS sets how long a callback may take)";
    return "";
}

/* The sentence, and the last that the plugin printed: it may say what the sentence cannot. */
static int fail(const struct session *s, int r, const struct err *err) {
    struct str text;
    str_init(&text);
    strategy_text_output(str_text(&s->job.output), s->job.output.len, 0, &text);
    LOG_ERROR("backtest: %s%s", err->text, cure_of(s, r));
    (void)fputs(str_text(&text), stderr);
    str_fini(&text);
    return r == ERR_USAGE ? 2 : 1;
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
        s.begin = seconds_now();
        str_init(&s.path);
        int r = prepare(&s, &err);
        if (r == 0)
            r = run(&s, &err);
        if (r == 0)
            r = finish(&s, &code, &err);
        if (r < 0)
            code = fail(&s, r, &err);
        session_fini(&s);
    }
    backtest_args_fini(&args);
    return code;
}
