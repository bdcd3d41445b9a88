/*
 * cmd/watch_folders.h - where `watch` looks: the project's folders, and the units in them.
 *
 *   builtins/X.c, custom/X.c, custom/X/   a source each; plugins/X.so is what it builds
 *   plugins/X.so without such a source    a unit of its own, built by somebody else
 */
#ifndef CMD_WATCH_FOLDERS_H
#define CMD_WATCH_FOLDERS_H

#include "plugin/watcher.h"
#include "proc/watch_unit.h"

struct watch_units {
    struct watch_unit *items;
    bool *dirty, *rerun; /* by place: has to be tried; even when unchanged */
    size_t count, cap;
};

struct watch_folders {
    char project[PATH_MAX], builtins[PATH_MAX], custom[PATH_MAX], plugins[PATH_MAX],
        aside[PATH_MAX];
    char shown[200]; /* "builtins, custom, plugins" */
};

/* The nearest folder upward that holds builtins/, custom/, plugins/, run.yaml or a database; else
 * the current one. Makes custom/, plugins/ and the folder aside where they are missing. */
int watch_folders_find(struct watch_folders *ret, struct err *err) NODISCARD;
/* Tells the watcher about them. */
int watch_folders_watch(const struct watch_folders *folders, struct watcher *watcher,
                        int debounce_ms, int64_t now, struct err *err) NODISCARD;
/* Every unit that is there now. only: ids or names that are wanted (empty: all). Two sources of one
 * name: the first counts, `twins` gets a line about the other. */
void watch_folders_list(const struct watch_folders *folders, struct watch_units *units,
                        struct str *twins);

/* The unit of a changed path, made when it is new; NULL when the path is part of none (a test, a
 * header that nothing reads). Every further unit that reads the path gets dirty, too. */
struct watch_unit *watch_units_touch(const struct watch_folders *folders, struct watch_units *units,
                                     const char *path);
void watch_units_fini(struct watch_units *units);

#endif
