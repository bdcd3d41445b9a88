/*
 * Our own copy of a strategy's file, named by its content; nothing else is ever loaded.
 *
 *   plugins/sma.so --read, checked--> ${QS_CACHE}/builds/sma.3f9a0c....so   (0444, in a 0700
 * folder)
 *
 * The user's file may be rewritten, cut or swapped at any moment, which would crash a process that
 * had it mapped; and dlopen takes two files of one name for the same. A copy named by its SHA-256
 * has neither trouble. QS_CACHE is $QS_CACHE, else $XDG_CACHE_HOME/quasar, else ~/.cache/quasar.
 * Not a collector: old builds stay until somebody removes them. Invariant: struct build.path names
 * bytes whose SHA-256 was build.sha when it was filled, and only we can write there.
 */
#ifndef QS_PLUGIN_CACHE_H
#define QS_PLUGIN_CACHE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct elf_report; /* plugin/elf.h */

#define CACHE_FILE_MAX ((size_t)64 << 20) /* bytes of a strategy's file */

/* One build of a strategy. */
struct build {
    char sha[SHA256_HEX_SIZE]; /* of the bytes, hex */
    char path[PATH_MAX];       /* our copy: what is loaded */
    char source[PATH_MAX];     /* the user's file, absolute */
    int64_t size;              /* bytes */
};

/* Reads the file as one stable whole (a file that changes while it is read is read again, a few
 * times), checks it as ELF, and puts the copy in its place; one that is there already is verified
 * by its hash and used. Links are followed. report may be NULL. The sentence names path. */
int cache_take(const char *path, struct elf_report *report, struct build *ret,
               struct err *err) NODISCARD;

/* The copy that was taken of source's build `sha` (64 hex digits), whatever source is by now.
 * Verified by its hash; ERR_NOT_FOUND when it is gone or damaged. */
int cache_find(const char *source, const char *sha, struct build *ret, struct err *err) NODISCARD;

/* A copy made anew of source's build `sha` from bytes that were kept elsewhere: what cache_find
 * gives afterwards. ERR_FORMAT when they are other bytes than that. */
int cache_restore(const char *source, const char *sha, const char *bytes, size_t len,
                  struct build *ret, struct err *err) NODISCARD;

/* The stable bytes alone, mem_free them; nothing is written. ERR_NOT_FOUND, ERR_FORMAT (no regular
 * file, empty), ERR_LIMIT, ERR_BUSY (does not stop changing), ERR_IO. */
int cache_read(const char *path, char **ret_bytes, size_t *ret_len, struct err *err) NODISCARD;

/* The folder of the copies: made with mode 0700 where it is missing; refused when it belongs to
 * somebody else or others may write in it. */
int cache_folder(char ret_path[PATH_MAX], struct err *err) NODISCARD;

#endif
