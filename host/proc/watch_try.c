/* One try: compile, check, run, compare, and what becomes of the build. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/registry.h"
#include "proc/clock.h"
#include "proc/probe.h"
#include "proc/run_logs.h"
#include "proc/watch_conf.h"
#include "proc/watch_files.h"
#include "proc/watch_install.h"
#include "proc/watch_unit.h"
#include "run/run_sight.h"
#include "store/build_table.h"
#include "store/db.h"

/* The clock of files goes by ticks: a file may be this much newer than its time says. */
#define TICK_NS 20000000

/* One try, from the bytes to the verdict. */
struct attempt {
    struct watch_world *world;
    struct watch_unit *unit;
    struct watch_outcome *out;
    struct descriptor *desc;
    struct build build;
    char made[PATH_MAX];          /* what was just compiled; "" when the .so is taken as it lies */
    char source[SHA256_HEX_SIZE]; /* of the files that were compiled; "" when not for certain */
    char so[SHA256_HEX_SIZE];     /* of plugins/NAME.so when it began */
    bool is_cancelled;            /* by something newer */
    bool is_owned;                /* its id is another's */
};

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
    a->out->verdict = a->is_cancelled ? WATCH_CANCELLED : WATCH_FAILED;
    if (!a->is_cancelled && (stage == WATCH_CHECK || stage == WATCH_RUN))
        note_build(a, code, a->out->err.text);
    return code;
}

/* These bytes have their verdict: the same ones need no second try. */
static void set_judged(struct attempt *a) {
    struct watch_unit *u = a->unit;
    if (a->out->what == WATCH_SOURCE)
        memcpy(u->judged_source, a->source, sizeof u->judged_source);
    else if (a->out->what == WATCH_SO)
        memcpy(u->judged_so, a->so, sizeof u->judged_so);
}

static bool is_cancelled(void *self) {
    struct attempt *a = self;
    a->is_cancelled = a->is_cancelled || a->world->cancelled(a->world->cancel_self);
    return a->is_cancelled;
}

/* ---- the stages ---- */

/* What was compiled, when for certain nobody wrote while it was read. */
static void hash_source(struct attempt *a, int64_t began) {
    struct str files = {0};
    int64_t changed;
    watch_files_list(a->unit->source, &a->unit->depends, &files);
    watch_files_hash(&files, a->source, &changed);
    if (changed > began - TICK_NS)
        a->source[0] = '\0';
    str_fini(&files);
}

static int compile(struct attempt *a) {
    struct watch_world *w = a->world;
    struct watch_unit *u = a->unit;
    struct compile_result result = {0};
    int64_t began = wall_now();
    double begin = steady_seconds();
    snprintf(a->made, sizeof a->made, "%.3000s/%s.so", w->aside, u->name);
    int r = compile_run(&(struct compile_spec){.sdk = w->sdk,
                                               .source = u->source,
                                               .output = a->made,
                                               .cancelled = w->cancelled ? is_cancelled : NULL,
                                               .self = a,
                                               .cancel_fd = w->cancel_fd},
                        &result, &a->out->err);
    if (r == 0) /* else those of before still count: the compiler did not come to tell all */
        str_clear(&u->depends);
    watch_files_add(&u->depends, str_text(&result.depends));
    hash_source(a, began);
    str_append(&a->out->words, str_text(&result.words));
    compile_result_fini(&result);
    a->out->compile_seconds = steady_seconds() - begin;
    return r < 0 ? fail_at(a, WATCH_COMPILE, r) : 0;
}

static int probe(struct attempt *a, struct probe_report *report) {
    const struct watch_world *w = a->world;
    return probe_build_unless(
        &a->build, (struct probe_cancel){w->cancelled ? is_cancelled : NULL, a, w->cancel_fd},
        a->desc, report, &a->out->err);
}

static int check(struct attempt *a, struct watch_owner owner) {
    struct probe_report report = {0};
    const struct watch_unit *u = a->unit;
    double begin = steady_seconds();
    int r = 0;
    if (a->out->what == WATCH_ACTIVE)
        a->build = u->active;
    else
        r = cache_take(a->made[0] ? a->made : u->so, NULL, &a->build, &a->out->err);
    if (r == 0) {
        (void)str_copy_fixed(a->build.source, sizeof a->build.source, u->so);
        r = probe(a, &report);
        if (r < 0)
            str_append(&a->out->words, str_text(&report.output));
    }
    const char *other = r == 0 ? owner.find(owner.self, u, a->desc->id) : NULL;
    if (other) {
        a->is_owned = true;
        r = err_set(&a->out->err, ERR_PLUGIN,
                    "%s: the strategy id %s is that of %s already (rename one, or remove it)",
                    u->source[0] ? u->source : u->so, a->desc->id, other);
    }
    probe_report_fini(&report);
    a->out->check_seconds = steady_seconds() - begin;
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

static int prepare(struct attempt *a, struct watch_result *result, bool is_later) {
    struct watch_outcome *out = a->out;
    const struct watch_world *w = a->world;
    double begin = steady_seconds();
    int r =
        watch_conf_find(w, a->unit, a->desc, &result->conf, out->origin, &out->notes, &out->err);
    if (r == 0) {
        r = backtest_job_prepare(
            &(struct backtest_job_spec){.conf = result->conf,
                                        .finder = {find_strategy, a},
                                        .db = w->db,
                                        .is_recorded_later = is_later,
                                        .cancelled = w->cancelled ? is_cancelled : NULL,
                                        .cancel_self = a,
                                        .cancel_fd = w->cancel_fd},
            &result->job, &out->err);
    }
    out->prepare_seconds = steady_seconds() - begin;
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

/* The records of a run that is not in the database yet. */
struct kept {
    const struct recorder *recorder;
    size_t at;
};

static int next_kept(void *self, struct journal_record *ret, struct err *err) {
    struct kept *kept = self;
    (void)err;
    return recorder_kept_next(kept->recorder, &kept->at, ret);
}

static void look(const struct attempt *a, const struct watch_result *result, int64_t strategy,
                 struct compare_sight *ret) {
    struct err ignored; /* the comparison stands without it */
    if (strategy < 0)
        return;
    const struct plan *plan = result->job.plan;
    struct kept kept = {.recorder = &result->job.recorder};
    struct record_source source = {.self = &kept, .next = next_kept};
    (void)!run_sight_read(kept.recorder->kept.len > 0 ? &source : NULL, a->world->db, result->run,
                          &result->job.recorder.collector, strategy, plan->feeds, plan->feed_count,
                          a->out->comparison.decision.time, ret, &ignored);
}

static void compare(struct attempt *a, struct watch_result *result) {
    struct watch_outcome *out = a->out;
    double begin = steady_seconds();
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
    out->compare_seconds = steady_seconds() - begin;
}

/* Another strategy from now on: what the old one did is nothing to compare with. */
static void take_id(struct attempt *a) {
    struct watch_unit *u = a->unit;
    if (u->id[0] && !str_eq(u->id, a->desc->id)) {
        str_appendf(&a->out->notes,
                    "its id was %s and is %s now: another strategy, nothing to "
                    "compare with\n",
                    u->id, a->desc->id);
        watch_result_destroy(&u->good);
    }
    (void)str_copy_fixed(u->id, sizeof u->id, a->desc->id);
}

/* A source that is broken stays so, whatever .so came or ran meanwhile. */
static void clear_trouble(struct attempt *a) {
    struct watch_trouble *t = &a->unit->trouble;
    if (a->out->what == WATCH_SOURCE || t->what == a->out->what || t->what == WATCH_ACTIVE)
        str_clear(&t->text);
}

/* The build is good: it goes to its place, and is the active one. */
static int activate(struct attempt *a) {
    struct watch_unit *u = a->unit;
    if (a->made[0]) {
        int r = watch_install(a->made, u->so, &a->out->err);
        if (r < 0)
            return fail_at(a, WATCH_PREPARE, r);
    }
    u->active = a->build;
    if (a->out->what != WATCH_ACTIVE)
        memcpy(u->judged_so, a->build.sha, sizeof u->judged_so);
    take_id(a);
    set_judged(a);
    clear_trouble(a);
    note_build(a, 0, NULL);
    return 0;
}

/* The bytes of the active build again. They go to plugins/ when somebody has put others there. */
static int keep(struct attempt *a) {
    a->out->verdict = WATCH_UNCHANGED;
    if (a->made[0] && !str_eq(a->so, a->build.sha))
        return activate(a);
    if (a->out->what == WATCH_SO)
        memcpy(a->so, a->build.sha, sizeof a->so);
    set_judged(a);
    clear_trouble(a);
    return 0;
}

/* An author's first edit is compared with what was there before it: the build in plugins/, run
 * once with the same params and data. If that fails there is nothing to compare with. */
static int run_baseline(struct attempt *a) {
    struct watch_outcome out = {.what = WATCH_ACTIVE};
    struct attempt old = {.world = a->world,
                          .unit = a->unit,
                          .out = &out,
                          .desc = mem_zalloc(1, sizeof *old.desc),
                          .build = a->unit->active};
    struct watch_result *result = mem_zalloc(1, sizeof *result);
    int r = probe(&old, NULL);
    if (r == 0)
        r = prepare(&old, result, false);
    if (r == 0)
        r = run(&old, result);
    if (r == 0)
        a->unit->good = result;
    else
        watch_result_destroy(&result);
    mem_free(old.desc);
    a->is_cancelled = old.is_cancelled;
    r = 0;
    if (old.is_cancelled)
        r = fail_at(a, WATCH_RUN, err_set(&a->out->err, ERR_BUSY, "%s", out.err.text));
    watch_outcome_fini(&out);
    return r;
}

static int try_build(struct attempt *a, bool is_rerun, struct watch_owner owner) {
    struct watch_unit *u = a->unit;
    int r = a->out->what == WATCH_SOURCE ? compile(a) : 0;
    if (r == 0)
        r = check(a, owner);
    if (r < 0)
        return r;
    bool is_same = str_eq(a->build.sha, u->active.sha);
    if (is_same && !is_rerun && u->good && !watch_conf_has_news(a->world, u))
        return keep(a);
    if (!is_same && u->active.sha[0] && !u->good && str_eq(u->id, a->desc->id))
        r = run_baseline(a);
    if (r < 0)
        return r;
    struct watch_result *result = mem_zalloc(1, sizeof *result);
    r = prepare(a, result, a->world->is_recorded_later);
    if (r == 0)
        r = run(a, result);
    bool has_run = r == 0;
    if (r == 0)
        r = activate(a);
    if (r < 0) {
        struct err ignored; /* the run itself was good */
        if (has_run)
            (void)!backtest_job_record(&result->job, &ignored);
        watch_result_destroy(&result);
        return r;
    }
    a->out->verdict = WATCH_GOOD;
    compare(a, result);
    return 0;
}

/* A failed run of the active build hides no trouble of a newer one. */
static void set_trouble(struct attempt *a, int code) {
    struct watch_trouble *t = &a->unit->trouble;
    const struct watch_outcome *out = a->out;
    bool is_build = out->stage == WATCH_COMPILE ? code == ERR_FORMAT : is_of_build(code);
    if (is_build && !a->is_owned && out->stage != WATCH_PREPARE)
        set_judged(a);
    if (out->what == WATCH_ACTIVE && t->text.len > 0 && t->what != WATCH_ACTIVE)
        return;
    str_clear(&t->text);
    str_append(&t->text, out->err.text);
    t->what = out->what;
    t->stage = out->stage;
}

void watch_unit_try(struct watch_world *world, struct watch_unit *unit, enum watch_what what,
                    bool is_rerun, struct watch_owner owner, struct watch_outcome *ret) {
    struct attempt a = {.world = world, .unit = unit, .out = ret};
    memset(ret, 0, sizeof *ret);
    ret->what = what;
    a.desc = mem_zalloc(1, sizeof *a.desc);
    watch_files_sha(unit->so, a.so);
    int r = try_build(&a, is_rerun, owner);
    if (a.made[0])
        (void)unlink(a.made);
    if (r < 0 && ret->verdict == WATCH_FAILED) {
        set_trouble(&a, r);
        run_logs_failure(db_path(world->db), unit->id[0] ? unit->id : unit->name,
                         watch_stage_name(ret->stage), &ret->err);
    }
    if (ret->verdict == WATCH_GOOD)
        run_logs_performance(&unit->good->job);
    mem_free(a.desc);
}

int watch_unit_record(struct watch_unit *unit, double *ret_seconds, struct err *err) {
    if (!unit->good)
        return 0;
    int r = backtest_job_record(&unit->good->job, err);
    if (ret_seconds)
        *ret_seconds = unit->good->job.record_seconds;
    return r;
}
