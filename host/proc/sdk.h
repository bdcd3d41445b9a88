/*
 * proc/sdk.h - which SDK strategies are compiled with, and its flags.
 *
 * An SDK is where its quasar.pc is: the build of a source tree writes one (build/lib/pkgconfig), an
 * installation has one (<prefix>/lib/pkgconfig). We read these two small files ourselves (their
 * variables, Cflags and Libs, nothing else of pkg-config's language), so a folder may have spaces
 * in its name and no process is started; pkg-config itself is only asked when no quasar.pc is near
 * the binary.
 */
#ifndef PROC_SDK_H
#define PROC_SDK_H

#include <limits.h>

#include "base/err.h"

struct sdk {
    char pkgconfig[PATH_MAX];      /* folder of quasar.pc */
    char include[PATH_MAX];        /* folder of quasar/strategy.h */
    char library[PATH_MAX];        /* folder of libquasar-harness.a; "" when it is not built */
    char template_[PATH_MAX];      /* folder of the template; "" when it is not there */
    char cflags[1024], libs[1024]; /* from quasar.pc, words split at spaces; without -I */
};

/* The first of: $QS_SDK (a prefix or a build folder; nothing else is tried then), the source tree's
 * build or the installation that this binary is in, what pkg-config finds. ERR_NOT_FOUND with the
 * cure, ERR_FORMAT for a .pc that is not ours, ERR_IO. */
int sdk_find(struct sdk *ret, struct err *err) NODISCARD;

#endif
