/*
 * proc/compile.h - a strategy's sources -> its .so, by the C compiler, with the SDK's flags.
 *
 * A source is one .c or .cc/.cpp file, or a folder (all of its .c/.cc/.cpp but test_* and hidden
 * ones); its name without ending is the .so's. The compiler ($CC, else cc; for C++ $CXX, else c++;
 * words split at spaces) runs in a process group of its own with a deadline, its words are
 * captured, nothing is left of it. All is made in a hidden folder beside the output and renamed
 * there when it is whole; the caller names a hidden output and moves it into place when it likes
 * it. The bytes depend on the source, its folder's name, the flags and the compiler, and on no
 * other path or time: who has the same has the same build.
 */
#ifndef PROC_COMPILE_H
#define PROC_COMPILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "proc/sdk.h"

#define COMPILE_DEADLINE_MS 60000 /* the environment's QS_COMPILE_DEADLINE_MS overrides */
#define COMPILE_OUTPUT_MAX ((size_t)256 << 10) /* first bytes of the compiler's words are kept */
#define COMPILE_SOURCES_MAX 256                /* files of one folder */

/* "custom/my.c" or "custom/my/" -> "my". ERR_NOT_FOUND when it is not there, ERR_USAGE when there
 * is no source in it. */
int compile_name(const char *source, char ret_name[NAME_MAX + 1], struct err *err) NODISCARD;

struct compile_spec {
    const struct sdk *sdk;
    const char *source;      /* a file or a folder */
    const char *output;      /* the .so to write; its folder exists */
    const char *const *more; /* further flags for the compiler, NULL-terminated; may be NULL */
    /* Asked whenever cancel_fd is readable: true stops the compiler. It must read what made the fd
     * readable. NULL: nobody cancels. */
    bool (*cancelled)(void *self);
    void *self;
    int cancel_fd;
};

struct compile_result {
    struct str words;   /* of the compiler: errors and warnings, fit for a terminal */
    struct str depends; /* every file that was read but system headers, one a line; after a failure
                           the sources at least */
    double seconds;
};

/* 0 and the .so is there. ERR_FORMAT: the compiler or linker refused it ("custom/my.c:12:5: error:
 * ..." is the first error, words has all); ERR_HANG over the deadline; ERR_LIMIT for too many words
 * or files; ERR_BUSY when cancelled or interrupted by a signal (raised again when all is cleared
 * away); ERR_CRASH; ERR_NOT_FOUND without a compiler (with the cure); ERR_USAGE as compile_name and
 * for a bad QS_COMPILE_DEADLINE_MS; ERR_IO. On failure no file is left and an old output is as it
 * was. ret must be zeroed or finished before and compile_result_fini()ed after, always. */
int compile_run(const struct compile_spec *spec, struct compile_result *ret,
                struct err *err) NODISCARD;
void compile_result_fini(struct compile_result *result);

#endif
