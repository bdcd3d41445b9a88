/*
 * proc/compile_sources.h - which files one source of a strategy is made of. Private to compile.c.
 */
#ifndef PROC_COMPILE_SOURCES_H
#define PROC_COMPILE_SOURCES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct compile_sources {
    char folder[PATH_MAX]; /* real path of where the files are */
    char
        spelled[PATH_MAX]; /* the same as the user wrote it, with its '/'; "" for the current one */
    char place[2 * NAME_MAX + 2]; /* the folder as builds name it: "custom", "custom/my" */
    char **names;                 /* in the folder, sorted */
    size_t count;
    bool has_cxx;
};

/* Whether a file is C++ by its ending. */
bool compile_sources_is_cxx(const char *name);

/* ERR_NOT_FOUND, ERR_USAGE (no source), ERR_LIMIT, ERR_IO. Zeroed or finished before, finished
 * after, always. */
int compile_sources_find(const char *source, struct compile_sources *ret,
                         struct err *err) NODISCARD;
void compile_sources_fini(struct compile_sources *sources);

#endif
