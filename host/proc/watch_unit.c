#include "proc/watch_unit.h"

#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/probe.h"
#include "proc/watch_files.h"

const char *watch_stage_name(enum watch_stage stage) {
    static const char *const names[] = {"compile", "check", "prepare", "run"};
    return names[stage];
}

void watch_result_destroy(struct watch_result **result) {
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
    watch_result_destroy(&unit->good);
    str_fini(&unit->depends);
    str_fini(&unit->trouble.text);
    memset(unit, 0, sizeof *unit);
}

void watch_outcome_fini(struct watch_outcome *outcome) {
    if (outcome->before)
        comparison_fini(&outcome->comparison);
    watch_result_destroy(&outcome->before);
    compare_sight_fini(&outcome->before_sight);
    compare_sight_fini(&outcome->after_sight);
    str_fini(&outcome->words);
    str_fini(&outcome->notes);
    memset(outcome, 0, sizeof *outcome);
}

/* ---- what it is made of ---- */

static bool is_header(const char *path) {
    return str_ends_with(path, ".h") || str_ends_with(path, ".hpp");
}

bool watch_unit_reads(const struct watch_unit *unit, const char *path) {
    char part[PATH_MAX];
    size_t len = strlen(unit->source);
    if (len > 0 && strncmp(path, unit->source, len) == 0 && (path[len] == '\0' || path[len] == '/'))
        return true;
    /* A compiler that fails does not tell what it read. */
    if (is_header(path) && unit->trouble.text.len > 0 && unit->trouble.stage == WATCH_COMPILE)
        return true;
    for (const char *at = str_text(&unit->depends); watch_files_next(&at, part, sizeof part);)
        if (str_eq(part, path))
            return true;
    return false;
}

bool watch_unit_has_news(const struct watch_unit *unit, enum watch_what what) {
    char so[SHA256_HEX_SIZE], source[SHA256_HEX_SIZE];
    struct str files = {0};
    int64_t ignored;
    watch_files_sha(unit->so, so);
    if (what == WATCH_SO)
        return so[0] != '\0' && !str_eq(so, unit->judged_so);
    if (unit->judged_source[0] == '\0' || !str_eq(so, unit->active.sha))
        return true;
    watch_files_list(unit->source, &unit->depends, &files);
    watch_files_hash(&files, source, &ignored);
    str_fini(&files);
    return !str_eq(source, unit->judged_source);
}

/* ---- what is there already ---- */

void watch_unit_adopt(struct watch_unit *unit) {
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    struct build build;
    struct err ignored;
    if (fs_is_regular(unit->so) && cache_take(unit->so, NULL, &build, &ignored) == 0 &&
        probe_build(&build, desc, NULL, &ignored) == 0) {
        unit->active = build;
        (void)str_copy_fixed(unit->judged_so, sizeof unit->judged_so, build.sha);
        (void)str_copy_fixed(unit->id, sizeof unit->id, desc->id);
    }
    mem_free(desc);
}

void watch_unit_disown(struct watch_unit *unit, const char *reason) {
    unit->active = (struct build){0};
    unit->id[0] = '\0';
    str_clear(&unit->trouble.text);
    str_append(&unit->trouble.text, reason);
    unit->trouble.what = WATCH_SO;
    unit->trouble.stage = WATCH_CHECK;
}
