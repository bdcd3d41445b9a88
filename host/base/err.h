/*
 * How a function says that the world is wrong: an int (0, or one of the negative codes below) and
 * a sentence in the caller's struct err.
 *
 * The sentence is written once, where the cause is known: "what: where: why (what to do)". On the
 * way up callers only put context in front (err_prepend). Nobody logs below proc/, web/ and cmd/.
 * Invariant: text is always terminated; it is filled only on failure, so it needs no clearing.
 */
#ifndef QS_BASE_ERR_H
#define QS_BASE_ERR_H

#include "base/check.h"

enum err_code {
#define ERR(name, number, when) name = number,
#include "base/err.def"
#undef ERR
};

struct err {
    int code; /* enum err_code */
    char text[1024];
};

/* Writes the sentence (cut at 1023 bytes, never inside a UTF-8 character) and returns code, so that
 * a failure is one line: return err_set(err, ERR_IO, ...). err may be NULL. The values may point
 * into err->text itself. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts context in front of the sentence that is there; the end is cut when there is no room.
 * Returns err->code, or ERR_INTERNAL when err is NULL. */
int err_prepend(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "what path: reason of errno". Code ERR_NOT_FOUND for ENOENT, ERR_BUSY for EBUSY and ETXTBSY,
 * ERR_IO for all others. path may be NULL. errno is kept. Returns the code. */
int err_errno(struct err *err, const char *what, const char *path);

/* "ERR_IO" for ERR_IO, "OK" for 0, "ERR_UNKNOWN" for a number that is none. Static. */
const char *err_name(int code);

#endif
