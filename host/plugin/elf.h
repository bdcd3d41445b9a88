/*
 * A look at a strategy's file as bytes, before anybody maps it: is it whole, for this machine, does
 * it export qs_schema, does it need only what a strategy may need.
 *
 * Not a proof of good will: an enemy can lie in an ELF file, and then only the worker that loads it
 * dies. Any process may call this; nothing of the file is executed. Bounds are checked here before
 * libelf sees a byte.
 */
#ifndef QS_PLUGIN_ELF_H
#define QS_PLUGIN_ELF_H

#include <stddef.h>

#include "base/err.h"

#define ELF_WARNINGS_MAX 8
#define ELF_BUILD_ID_MAX 64 /* hex digits */

/* What is no reason to refuse, but for the author to know. */
struct elf_report {
    size_t warning_count;
    char warnings[ELF_WARNINGS_MAX][256]; /* one sentence each: what (what to do) */
    char build_id[ELF_BUILD_ID_MAX + 1];  /* hex, "" = none */
};

/* The bytes of one whole file. ERR_FORMAT with "found, expected (cure)", without the path. */
int elf_check(const void *bytes, size_t len, struct elf_report *ret, struct err *err) NODISCARD;

#endif
