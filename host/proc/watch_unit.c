#include "proc/watch_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/elf.h"
#include "plugin/registry.h"
#include "proc/probe.h"
#include "proc/watch_conf.h"
#include "proc/watch_install.h"
#include "report/sight.h"
#include "run/run_sight.h"
#include "store/build_table.h"

/* One try, from the bytes to the verdict. */
struct attempt {
    struct watch_world *world;
    struct watch_unit *unit;
    struct watch_outcome *out;
    struct descriptor *desc;
    struct build build;
    char made[PATH_MAX]; /* what was just compiled; "" when the .so is taken as it lies */
};

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

const char *watch_stage_name(enum watch_stage stage) {
    static const char *const names[] = {"compile", "check", "prepare", "run"};
    return names[stage];
}

static void result_destroy(struct watch_result **result) {
    if (!*result)
        return;
    backtest_job_fini(&(*result)->job);
    run_conf_destroy(&(*result)->conf);
    mem_free(*result);
    *result = NULL;
}

void watch_unit_init(struct watch_unit *unit, const char *name, const char *source,
                     const char *so) {
    memset(unit, 0, sizeof *unit);
    (void)str_copy_fixed(unit->name, sizeof unit->name, name);
    (void)str_copy_fixed(unit->source, sizeof unit->source, source);
    (void)str_copy_fixed(unit->so, sizeof unit->so, so);
}

void watch_unit_fini(struct watch_unit *unit) {
    result_destroy(&unit->good);
    str_fini(&unit->depends);
    str_fini(&unit->trouble);
    memset(unit, 0, sizeof *unit);
}

void watch_outcome_fini(struct watch_outcome *outcome) {
    if (outcome->before)
        comparison_fini(&outcome->comparison);
    result_destroy(&outcome->before);
    compare_sight_fini(&outcome->before_sight);
    compare_sight_fini(&outcome->after_sight);
    str_fini(&outcome->words);
    str_fini(&outcome->notes);
    memset(outcome, 0, sizeof *outcome);
}

bool watch_unit_reads(const struct watch_unit *unit, const char *path) {
    size_t len = strlen(unit->source);
    if (len > 0 && strncmp(path, unit->source, len) == 0 && (path[len] == '\0' || path[len] == '/'))
        return true;
    size_t path_len = strlen(path);
    const char *at = str_text(&unit->depends);
    for (const char *end; *at != '\0'; at = *end ? end + 1 : end) {
        end = at + strcspn(at, "\n");
        if ((size_t)(end - at) == path_len && strncmp(at, path, path_len) == 0)
            return true;
    }
    return false;
}

/* ---- verdicts ---- */

static const char *verdict_of(int code) {
    switch (code) {
    case 0:
        return "ok";
    case ERR_CRASH:
        return "crashed";
    case ERR_HANG:
        return "hung";
    default:
        return "refused";
    }
}

/* Whether an error of a check or a run is the build's own. */
static bool is_of_build(int code) {
    return code == ERR_CRASH || code == ERR_HANG || code == ERR_PLUGIN || code == ERR_FORMAT ||
           code == ERR_PARAM;
}

/* The build table is a service: trouble with it changes no verdict. */
static void note_build(const struct attempt *a, int code, const char *reason) {
    struct err ignored;
    if (a->build.sha[0] == '\0' || (code < 0 && !is_of_build(code)))
        return;
    (void)!build_table_note(a->world->db,
                            &(struct build_row){.sha256 = a->build.sha,
                                                .strategy = a->desc->id[0] ? a->desc->id : NULL,
                                                .version = a->desc->id[0] ? a->desc->version : NULL,
                                                .path = a->unit->so,
                                                .size = a->build.size,
                                                .seen = wall_now(),
                                                .verdict = verdict_of(code),
                                                .reason = code < 0 ? reason : NULL},
                            &ignored);
}

static int fail_at(struct attempt *a, enum watch_stage stage, int code) {
    a->out->stage = stage;
    a->out->verdict = code == ERR_BUSY ? WATCH_CANCELLED : WATCH_FAILED;
    if (stage == WATCH_CHECK || stage == WATCH_RUN)
        note_build(a, code, a->out->err.text);
    return code;
}

/* ---- the stages ---- */

static int compile(struct attempt *a) {
    struct watch_world *w = a->world;
    struct watch_unit *u = a->unit;
    struct compile_result result = {0};
    double begin = seconds_now();
    if (u->source[0] == '\0')
        return 0;
    snprintf(a->made, sizeof a->made, "%.3000s/%s.so", w->aside, u->name);
    int r = compile_run(&(struct compile_spec){.sdk = w->sdk,
                                               .source = u->source,
                                               .output = a->made,
                                               .cancelled = w->cancelled,
                                               .self = w->cancel_self,
                                               .cancel_fd = w->cancel_fd},
                        &result, &a->out->err);
    if (result.depends.len > 0) {
        str_clear(&u->depends);
        str_append(&u->depends, str_text(&result.depends));
    }
    str_append(&a->out->words, str_text(&result.words));
    compile_result_fini(&result);
    a->out->compile_seconds = seconds_now() - begin;
    return r < 0 ? fail_at(a, WATCH_COMPILE, r) : 0;
}

static int check(struct attempt *a, struct watch_owner owner) {
    struct probe_report report = {0};
    double begin = seconds_now();
    int r = cache_take(a->made[0] ? a->made : a->unit->so, NULL, &a->build, &a->out->err);
    if (r == 0) {
        (void)str_copy_fixed(a->build.source, sizeof a->build.source, a->unit->so);
        r = probe_build(&a->build, a->desc, &report, &a->out->err);
        if (r < 0)
            str_append(&a->out->words, str_text(&report.output));
    }
    const char *other = r == 0 ? owner.find(owner.self, a->unit, a->desc->id) : NULL;
    if (other)
        r = err_set(&a->out->err, ERR_PLUGIN,
                    "%s: the strategy id %s is that of %s already (rename one, or remove it)",
                    a->unit->source[0] ? a->unit->source : a->unit->so, a->desc->id, other);
    probe_report_fini(&report);
    a->out->check_seconds = seconds_now() - begin;
    return r < 0 ? fail_at(a, WATCH_CHECK, r) : 0;
}

/* The build at hand for its own id, the registry for the others of a config. */
static int find_strategy(void *self, const char *strategy, struct descriptor *ret_descriptor,
                         struct build *ret_build, struct err *err) {
    struct attempt *a = self;
    char path[PATH_MAX];
    if (str_eq(strategy, a->desc->id)) {
        *ret_descriptor = *a->desc;
        *ret_build = a->build;
        return 0;
    }
    int r = registry_find(a->world->registry, strategy, path, ret_descriptor, err);
    return r < 0 ? r : cache_take(path, NULL, ret_build, err);
}

static int prepare(struct attempt *a, struct watch_result *result) {
    struct watch_outcome *out = a->out;
    const struct watch_world *w = a->world;
    int r =
        watch_conf_find(w, a->unit, a->desc, &result->conf, out->origin, &out->notes, &out->err);
    if (r == 0) {
        (void)str_copy_fixed(result->conf->name, sizeof result->conf->name, "watch");
        r = backtest_job_prepare(&(struct backtest_job_spec){.conf = result->conf,
                                                             .finder = {find_strategy, a},
                                                             .db = w->db,
                                                             .cancelled = w->cancelled,
                                                             .cancel_self = w->cancel_self,
                                                             .cancel_fd = w->cancel_fd},
                                 &result->job, &out->err);
    }
    return r < 0 ? fail_at(a, WATCH_PREPARE, r) : 0;
}

static int run(struct attempt *a, struct watch_result *result) {
    struct watch_outcome *out = a->out;
    int r = backtest_job_run(&result->job, &out->err);
    out->run_seconds = result->job.run_seconds;
    out->record_seconds = result->job.record_seconds;
    str_append(&out->words, str_text(&result->job.job.output));
    result->build = a->build;
    result->run = result->job.run;
    (void)str_copy_fixed(result->version, sizeof result->version, a->desc->version);
    return r < 0 ? fail_at(a, WATCH_RUN, r) : 0;
}

/* ---- what came of it ---- */

static void look(const struct attempt *a, const struct watch_result *result, int64_t strategy,
                 struct compare_sight *ret) {
    struct err ignored; /* the comparison stands without it */
    if (strategy < 0)
        return;
    const struct plan *plan = result->job.plan;
    (void)!run_sight_read(a->world->db, result->run, &result->job.recorder.collector, strategy,
                          plan->feeds, plan->feed_count, a->out->comparison.decision.time, ret,
                          &ignored);
}

static void compare(struct attempt *a, struct watch_result *result) {
    struct watch_outcome *out = a->out;
    double begin = seconds_now();
    out->before = a->unit->good;
    a->unit->good = result;
    if (!out->before)
        return;
    comparison_make(&out->before->job.report, &result->job.report, &out->comparison);
    const struct compare_decision *d = &out->comparison.decision;
    if (d->has_difference) {
        look(a, out->before, d->before_strategy, &out->before_sight);
        look(a, result, d->after_strategy, &out->after_sight);
    }
    out->compare_seconds = seconds_now() - begin;
}

/* The build is good: it goes to its place, and is the active one. */
static int activate(struct attempt *a) {
    if (a->made[0]) {
        int r = watch_install(a->made, a->unit->so, &a->out->err);
        if (r < 0)
            return fail_at(a, WATCH_PREPARE, r);
    }
    a->unit->active = a->build;
    (void)str_copy_fixed(a->unit->id, sizeof a->unit->id, a->desc->id);
    str_clear(&a->unit->trouble);
    note_build(a, 0, NULL);
    return 0;
}

/* An author's first edit is compared with what was there before it: the build in plugins/, run
 * once with the same params and data. If that fails there is nothing to compare with. */
static void run_baseline(struct attempt *a) {
    struct watch_outcome out = {0};
    struct attempt old = {.world = a->world,
                          .unit = a->unit,
                          .out = &out,
                          .desc = mem_zalloc(1, sizeof *old.desc),
                          .build = a->unit->active};
    struct watch_result *result = mem_zalloc(1, sizeof *result);
    int r = probe_build(&old.build, old.desc, NULL, &out.err);
    if (r == 0)
        r = prepare(&old, result);
    if (r == 0)
        r = run(&old, result);
    if (r == 0)
        a->unit->good = result;
    else
        result_destroy(&result);
    mem_free(old.desc);
    watch_outcome_fini(&out);
}

static int try_build(struct attempt *a, struct watch_owner owner, bool is_rerun) {
    struct watch_unit *u = a->unit;
    int r = compile(a);
    if (r == 0)
        r = check(a, owner);
    if (r < 0)
        return r;
    bool is_same = str_eq(a->build.sha, u->active.sha);
    if (is_same && !is_rerun && u->good) {
        a->out->verdict = WATCH_UNCHANGED;
        return is_same && u->trouble.len > 0 ? activate(a) : 0;
    }
    if (!is_same && u->active.sha[0] && !u->good)
        run_baseline(a);
    struct watch_result *result = mem_zalloc(1, sizeof *result);
    r = prepare(a, result);
    if (r == 0)
        r = run(a, result);
    if (r == 0)
        r = activate(a);
    if (r < 0) {
        result_destroy(&result);
        return r;
    }
    a->out->verdict = WATCH_GOOD;
    compare(a, result);
    return 0;
}

void watch_unit_try(struct watch_world *world, struct watch_unit *unit, struct watch_owner owner,
                    bool is_rerun, struct watch_outcome *ret) {
    struct attempt a = {.world = world, .unit = unit, .out = ret};
    memset(ret, 0, sizeof *ret);
    a.desc = mem_zalloc(1, sizeof *a.desc);
    int r = try_build(&a, owner, is_rerun);
    if (a.made[0])
        (void)unlink(a.made);
    if (r < 0 && ret->verdict == WATCH_FAILED) {
        str_clear(&unit->trouble);
        str_append(&unit->trouble, ret->err.text);
    }
    mem_free(a.desc);
}

void watch_unit_adopt(struct watch_world *world, struct watch_unit *unit) {
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    struct build build;
    struct err ignored;
    (void)world;
    if (fs_is_regular(unit->so) && cache_take(unit->so, NULL, &build, &ignored) == 0 &&
        probe_build(&build, desc, NULL, &ignored) == 0) {
        unit->active = build;
        (void)str_copy_fixed(unit->id, sizeof unit->id, desc->id);
    }
    mem_free(desc);
}
