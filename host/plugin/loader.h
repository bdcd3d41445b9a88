/*
 * dlopen, the only door to it: from a build in the cache to a schema that was checked.
 *
 * Only in workers (and in a process that chose --inline): a constructor runs here, and it may
 * crash, hang or exit. Nothing is ever closed: what a plugin leaves behind (threads, handlers,
 * unique symbols) makes that unsafe; the process ends instead. One build is loaded once in a
 * process. The floating-point mode is the same after a load as before, whatever a constructor did
 * to it.
 */
#ifndef QS_PLUGIN_LOADER_H
#define QS_PLUGIN_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "plugin/cache.h"
#include "plugin/descriptor.h"
#include "plugin/float_mode.h"
#include "plugin/progress.h"

struct plugin {
    const struct qs_strategy *schema; /* the plugin's own memory, for its callbacks only */
    struct descriptor desc;           /* all else is read here; build and path are filled */
    void *handle;
    bool changed_float_mode; /* its constructor did (-ffast-math); restored */
};

/* Loads the build, asks for its schema twice and checks it. progress (may be NULL) tells the phases
 * DLOPEN, SCHEMA, DESCRIPTOR, and RUNNING when done. ERR_PLUGIN when the plugin is wrong; on
 * failure it stays mapped all the same. */
int loader_open(const struct build *build, struct progress *progress, struct plugin *ret,
                struct err *err) NODISCARD;

#endif
