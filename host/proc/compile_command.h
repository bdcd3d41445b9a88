/*
 * proc/compile_command.h - one run of a tool (compiler, linker, pkg-config) and what it says.
 *
 * Over proc/child: a group of its own, no stdin, stdout and stderr in one stream, LC_ALL=C. Killed
 * with all that it started at the deadline, on cancel, or when it does not stop talking.
 */
#ifndef PROC_COMPILE_COMMAND_H
#define PROC_COMPILE_COMMAND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define COMMAND_FLOOD_MAX ((size_t)16 << 20) /* bytes that it may say at all */

struct command_spec {
    const char *program;           /* absolute */
    const char *const *argv;       /* NULL-terminated, argv[0] included */
    const char *temp;              /* its TMPDIR; NULL: as it is */
    size_t words_max;              /* first bytes that are kept */
    int deadline_ms;               /* > 0 */
    int shown_ms;                  /* what a sentence calls the deadline; 0: deadline_ms */
    bool (*cancelled)(void *self); /* see compile.h; NULL: nobody cancels */
    void *self;
    int cancel_fd;
};

/* The absolute path of a tool: as it stands when it has a '/', else searched in $PATH. */
bool command_find(const char *name, char ret_path[PATH_MAX]);

/* 0 when it ran to its end: ret_exit_code says how (never above 125). words gets what it said
 * appended, any bytes, also on failure. ERR_IO when it could not be run, ERR_HANG, ERR_LIMIT for a
 * flood, ERR_CRASH when a signal killed it, ERR_BUSY when it was cancelled or we were interrupted.
 */
int command_run(const struct command_spec *spec, struct str *words, int *ret_exit_code,
                struct err *err) NODISCARD;

#endif
