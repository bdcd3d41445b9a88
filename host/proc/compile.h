/*
 * proc/compile.h - a strategy's sources -> its .so, by the C compiler, with the SDK's flags.
 *
 * A source is one .c or .cc/.cpp file, or a folder (all of its .c/.cc/.cpp but test_*); its name
 * without ending is the .so's. The compiler ($CC, else cc; $CXX, else c++) runs in a process group
 * of its own with a deadline, its words are captured, nothing is left of it. The .so is written
 * aside in its folder under a hidden name; the caller moves it into place when it likes it.
 * Flags come from the SDK's pkg-config file: sdk_find says which SDK.
 */
#ifndef PROC_COMPILE_H
#define PROC_COMPILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define COMPILE_DEADLINE_MS 60000
#define COMPILE_OUTPUT_MAX ((size_t)256 << 10) /* first bytes of the compiler's words are kept */

/* Where the SDK is: $QS_SDK, the source tree or the installation that this qshost is in (beside the
 * binary), else what pkg-config finds as `quasar`. */
struct sdk {
    char include[PATH_MAX];        /* folder of quasar/strategy.h */
    char library[PATH_MAX];        /* folder of libquasar-harness.a; "" when it is not built */
    char template_[PATH_MAX];      /* folder of the template; "" when it is not there */
    char cflags[1024], libs[1024]; /* from quasar.pc, words split at spaces; without -I */
};
int sdk_find(struct sdk *ret, struct err *err) NODISCARD;

/* "custom/my.c" or "custom/my/" -> "my". ERR_USAGE when there is no source in it. */
int compile_name(const char *source, char ret_name[NAME_MAX + 1], struct err *err) NODISCARD;

struct compile_spec {
    const struct sdk *sdk;
    const char *source;      /* a file or a folder */
    const char *output;      /* the .so to write; its folder exists */
    const char *const *more; /* further flags for the compiler, NULL-terminated; may be NULL */
    /* Asked whenever cancel_fd (or -1) is readable: true stops the compiler. */
    bool (*cancelled)(void *self);
    void *self;
    int cancel_fd;
};

struct compile_result {
    struct str words;   /* of the compiler: errors and warnings, fit for a terminal */
    struct str depends; /* every file that was read but system headers, one a line */
    double seconds;
};

/* 0 and the .so is there. ERR_FORMAT: the compiler or linker refused it ("custom/my.c:12:5: error:
 * ..." is the first error, words has all); ERR_HANG over the deadline; ERR_BUSY when cancelled;
 * ERR_NOT_FOUND without a compiler (with the cure); ERR_IO. On failure no file is left. ret must be
 * zeroed or finished before and compile_result_fini()ed after, always. */
int compile_run(const struct compile_spec *spec, struct compile_result *ret,
                struct err *err) NODISCARD;
void compile_result_fini(struct compile_result *result);

#endif
