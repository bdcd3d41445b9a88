/*
 * conf/place.h - where a configured value was written: "run.yaml:4:9" or "--set".
 *
 * Every complaint about a value, also the later ones (a file that does not exist, a param that the
 * schema refuses), is one sentence "file:line:column: key: what (what to do)" made here.
 */
#ifndef CONF_PLACE_H
#define CONF_PLACE_H

#include <stdbool.h>

#include "base/err.h"

struct conf_place {
    const char *name; /* the file, or the option ("--set"); borrowed, NULL: nowhere (a default) */
    int line, column; /* from 1; 0 for an option, and for a name that is no file */
};

/* Whether it is the command line: its name is an option ("--set"). NULL and nowhere are not. */
bool conf_place_is_option(const struct conf_place *place);

/* err = "name:line:column: key: ..." and ERR_USAGE for a value of the command line, ERR_CONFIG for
 * one of a file. key may be NULL: then it is left out. place may be NULL. Returns the code. */
int conf_fail(const struct conf_place *place, const char *key, struct err *err, const char *fmt,
              ...) PRINTF_LIKE(4, 5);

/* The same with a code of the caller's choice for what the command line did not say; 0: ERR_CONFIG.
 */
int conf_fail_as(int code, const struct conf_place *place, const char *key, struct err *err,
                 const char *fmt, ...) PRINTF_LIKE(5, 6);

#endif
