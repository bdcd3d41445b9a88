#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/loader.h"

static char folder[64];
static struct build build;
static struct plugin plugin;
static struct progress progress;
static struct err err;

static void setup(void) {
    strcpy(folder, "/tmp/qs_loader_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", folder, 1);
    progress_init(&progress);
}

static void teardown(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(loader, .init = setup, .fini = teardown);

/* Criterion runs each test in a process of its own, so the load is gone with it. */
static int load(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/doubles/%s.so", QS_BUILD_DIR, name);
    cr_assert_eq(cache_take(path, NULL, &build, &err), 0, "%s", err.text);
    return loader_open(&build, &progress, &plugin, &err);
}

Test(loader, gives_the_schema_and_its_copy) {
    cr_assert_eq(load("bar_crash"), 0, "%s", err.text);
    cr_expect_str_eq(plugin.desc.id, "bar_crash");
    cr_expect_str_eq(plugin.desc.build, build.sha);
    cr_expect_str_eq(plugin.desc.path, build.source);
    cr_expect_str_eq(plugin.schema->id, "bar_crash");
    cr_expect_not_null(plugin.schema->on_bar);
    cr_expect_not(plugin.changed_float_mode);
    cr_expect_eq(progress.phase, PROGRESS_RUNNING);
    cr_expect_eq(progress.count, 4); /* DLOPEN, SCHEMA, DESCRIPTOR, RUNNING */
}

Test(loader, works_without_a_parent_to_tell) {
    cr_assert_eq(load("bar_hang"), 0);
    cr_assert_eq(load("bar_exit"), 0);
}

Test(loader, loads_one_build_once) {
    cr_assert_eq(load("bar_crash"), 0);
    cr_expect_eq(load("bar_crash"), ERR_INTERNAL);
    cr_expect_not_null(strstr(err.text, "is loaded in this process already"));
}

Test(loader, keeps_the_floating_point_mode_from_fast_math) {
    uint32_t before = float_mode_get();
    volatile double smallest = 2.2250738585072014e-308;
    cr_assert_eq(load("fast_math"), 0, "%s", err.text);
    cr_expect_eq(float_mode_get(), before);
    cr_expect_gt(smallest / 2, 0.0, "denormals are flushed to zero");
#if defined(__x86_64__)
    cr_expect(plugin.changed_float_mode);
#endif
}

Test(loader, says_which_symbol_is_missing) {
    cr_expect_eq(load("unresolved"), ERR_PLUGIN);
    cr_expect_str_eq(err.text,
                     "cannot be loaded: undefined symbol: not_there (define it, or link it "
                     "in: -Wl,-z,defs finds this when you build)");
}

Test(loader, refuses_a_schema_that_moves) {
    cr_expect_eq(load("moving_schema"), ERR_PLUGIN);
    cr_expect_str_eq(err.text, "qs_schema: expected the same pointer at every call, found two "
                               "(return the address of one static const struct)");
}

Test(loader, sets_and_reads_the_floating_point_mode) {
    uint32_t before = float_mode_get();
#if defined(__x86_64__)
    float_mode_set(before | 0x8040); /* flush to zero, denormals are zero */
    cr_expect_eq(float_mode_get(), before | 0x8040);
#endif
    float_mode_set(before);
    cr_expect_eq(float_mode_get(), before);
}
