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

/* What is to be done with a unit. */
enum watch_work {
    WORK_SOURCE = 1, /* its source may have changed */
    WORK_SO = 2,     /* its .so may have */
    WORK_RERUN = 4,  /* the config has changed */
    WORK_FORCE = 8,  /* even when the bytes are those of before */
};

struct watch_units {
    struct watch_unit *items; /* moves when one is added */
    unsigned *work;           /* by place: enum watch_work; 0: nothing */
    size_t count, cap;
};

struct watch_folders {
    char project[PATH_MAX], builtins[PATH_MAX], custom[PATH_MAX], plugins[PATH_MAX],
        aside[PATH_MAX];
    char config[PATH_MAX], config_folder[PATH_MAX]; /* of the named run config; "" = none */
    const char *suffixes[4][8];                     /* of the files in them, and of the config's */
    char shown[200];                                /* "builtins/, custom/ and plugins/" */
};

/* The nearest folder upward that holds builtins/, custom/, plugins/, run.yaml or a database; else
 * the current one. The run.yaml of a strategy's folder in custom/ makes no project. Makes custom/,
 * plugins/ and the folder aside where they are missing. */
int watch_folders_find(struct watch_folders *ret, struct err *err) NODISCARD;
/* Watches that run config, too. ERR_NOT_FOUND, ERR_IO. */
int watch_folders_add_config(struct watch_folders *folders, const char *path,
                             struct err *err) NODISCARD;
/* Tells the watcher about them. folders outlive it. */
int watch_folders_watch(struct watch_folders *folders, struct watcher *watcher, int debounce_ms,
                        int64_t now, struct err *err) NODISCARD;
/* Every unit that is there now. Two sources of one name: the first counts, `twins` gets a line
 * about the other. */
void watch_folders_list(const struct watch_folders *folders, struct watch_units *units,
                        struct str *twins);

/* Gives work to every unit that reads the changed path; a new one is made for a new source or .so.
 * A path that is part of none (a test, a header that nothing reads) is passed over. */
void watch_units_touch(const struct watch_folders *folders, struct watch_units *units,
                       const char *path, struct str *twins);
void watch_units_fini(struct watch_units *units);

#endif
