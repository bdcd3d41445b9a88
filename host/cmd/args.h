/*
 * cmd/args.h - the command line of a subcommand by a table: long and short options, GNU style, and
 * its arguments. Wrong usage is said on stderr; --help prints the help on stdout.
 */
#ifndef CMD_ARGS_H
#define CMD_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/db.h"

/* The values of an option that may be repeated. items has room for argc of them. */
struct arg_list {
    const char **items;
    size_t count;
};

/* One option: exactly one of flag, value and list is set. A value given twice: the last one
 * counts. */
struct arg_option {
    const char *name; /* "json" */
    char letter;      /* 'n'; 0: none */
    bool *flag;
    const char **value;
    struct arg_list *list;
};

struct arg_spec {
    const char *command; /* "runs", for sentences */
    const char *help;
    const struct arg_option *options;
    size_t option_count;
    const char *arguments; /* what is expected: "RUN", for sentences; "" when none */
    int min, max;          /* how many of them */
};

/* -1 to go on, with *ret_first the place of the first argument in argv (its order is changed so
 * that arguments come last); else the exit code. */
int args_parse(const struct arg_spec *spec, int argc, char **argv, int *ret_first);

/* The project's database, or the one of --db (given, may be NULL). */
int args_open_db(const char *given, enum db_mode mode, struct db **ret, struct err *err) NODISCARD;
/* For writing, of one that is there: ERR_NOT_FOUND where args_open_db would make it. */
int args_change_db(const char *given, struct db **ret, struct err *err) NODISCARD;
/* "qshost COMMAND: sentence"; the exit code: 2 for ERR_USAGE, else 1. */
int args_fail(const char *command, const struct err *err);

#endif
