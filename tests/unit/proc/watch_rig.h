/*
 * What the tests of proc/watch_* share: a project with a database in a scratch folder, ema_cross in
 * its plugins/, and the world around a unit. Include it once.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/registry.h"
#include "proc/probe.h"
#include "proc/watch_conf.h"
#include "proc/watch_files.h"
#include "proc/watch_unit.h"
#include "store/run_table.h"

static char folder[64], plugins[128], aside[128], custom[128];
static struct db *db;
static struct sdk sdk;
static struct watch_world world;
static struct watch_unit unit;
static struct watch_outcome outcome;
static struct err err;

static const char *at(const char *name) {
    static char path[8][256];
    static int next;
    char *to = path[next++ % 8];
    snprintf(to, 256, "%s/%s", folder, name);
    return to;
}

static void put(const char *name, const char *text) {
    cr_assert_eq(fs_write_atomic(at(name), text, strlen(text), 0644, &err), 0, "%s", err.text);
}

static void copy(const char *from, const char *name, mode_t mode) {
    char *bytes;
    size_t len;
    cr_assert_eq(fs_read_all(from, 1 << 24, &bytes, &len, &err), 0, "%s", err.text);
    cr_assert_eq(fs_write_atomic(at(name), bytes, len, mode, &err), 0, "%s", err.text);
    mem_free(bytes);
}

static const char *nobody(void *self, const struct watch_unit *u, const char *id) {
    (void)u, (void)id;
    return self;
}

static enum watch_verdict try(enum watch_what what, bool is_rerun) {
    watch_outcome_fini(&outcome);
    watch_unit_try(&world, &unit, what, is_rerun, (struct watch_owner){nobody, NULL}, &outcome);
    return outcome.verdict;
}

static void setup(void) {
    strcpy(folder, "/tmp/qs_watch_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", at("cache"), 1);
    setenv("QS_DEADLINE_MS", "3000", 1);
    setenv("QS_SDK", QS_BUILD_DIR, 1);
    snprintf(plugins, sizeof plugins, "%s/plugins", folder);
    snprintf(aside, sizeof aside, "%s/.quasar/build", folder);
    snprintf(custom, sizeof custom, "%s/custom", folder);
    const char *const made[] = {at("cache"), plugins, aside, custom};
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(fs_mkdir_all(made[i], &err), 0, "%s", err.text);
    cr_assert_eq(sdk_find(&sdk, &err), 0, "%s", err.text);
    cr_assert_eq(db_open(at("quasar.sqlite"), DB_WRITE, &db, &err), 0, "%s", err.text);
    world = (struct watch_world){.db = db,
                                 .sdk = &sdk,
                                 .registry = registry_create(probe_registry_reader()),
                                 .project = folder,
                                 .plugins = plugins,
                                 .aside = aside};
    registry_add_folder(world.registry, plugins);
}

static void teardown(void) {
    char command[100];
    watch_outcome_fini(&outcome);
    watch_unit_fini(&unit);
    registry_destroy(&world.registry);
    db_close(&db);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}
