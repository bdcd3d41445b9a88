/*
 * cmd/backtest_args.h - the command line of `qshost backtest`.
 */
#ifndef CMD_BACKTEST_ARGS_H
#define CMD_BACKTEST_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/run_conf.h"

struct backtest_args {
    struct run_conf_args conf;
    const char **data, **sets; /* behind conf's lists */
    const char *output;        /* -o: a journal file besides; NULL: none */
    const char *preset;        /* NULL: none */
    const char *db;            /* NULL: the project's */
    bool json, is_inline, loopback, no_record;
    int64_t cut_after;
};

/* -1 to go on, else the exit code. backtest_args_fini in any case. */
int backtest_args_parse(int argc, char **argv, struct backtest_args *ret);
void backtest_args_fini(struct backtest_args *args);

#endif
