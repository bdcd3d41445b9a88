/*
 * conf/run_conf.h - one run as its user asked for it: run.yaml, the command line, or both, checked
 * as far as it can be without opening data files and plugins.
 *
 * Not checked here: that files exist (data/, plugin/), params against the schema (params.h), that
 * roles and universe fit the strategy (run/). Every refusal is one sentence with its place
 * (place.h). Invariant of a struct run_conf: names are unique, symbols bound by strategies exist in
 * data where there is data, budgets of a silo add up to at most 1, numbers are finite and in range.
 * Lists are in the order of the file. All memory belongs to the struct.
 */
#ifndef CONF_RUN_CONF_H
#define CONF_RUN_CONF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/err.h"
#include "conf/place.h"
#include "conf/scalar.h"
#include "conf/settings_table.h"
#include "core/feed.h"
#include "core/settings.h"
#include "store/run_log.h"

struct str; /* base/str.h */

#define RUN_CONF_DATA_MAX 4096
#define RUN_CONF_STRATEGIES_MAX 256
#define RUN_CONF_SILOS_MAX 64
#define RUN_CONF_PARAMS_MAX 256 /* of one strategy; more than any schema can have */
#define CONF_NAME_MAX 63        /* names of strategies, params, roles, silos; bytes */
#define CONF_TEXT_MAX 255       /* a value that is no path; bytes */
#define CONF_KEY_MAX 191        /* a key for sentences, "strategies.a.params.fast"; bytes */

enum data_stamp { DATA_STAMP_OPEN = 0, DATA_STAMP_CLOSE = 1 };

/* One scalar as written. */
struct conf_value {
    char text[CONF_TEXT_MAX + 1];
    bool quoted; /* text for certain, though without its quotes it were a number or a bool */
    struct conf_place place;
};

/* One file of bars. */
struct data_conf {
    char symbol[SYMBOL_MAX];            /* "" = as the file says (series.h) */
    char timeframe[CONF_TIMEFRAME_MAX]; /* canonical ("60m" -> "1h"); "" = as the file's stamps say
                                         */
    int64_t timeframe_ns;               /* 0 where timeframe is "" */
    char file[PATH_MAX];                /* from the current folder or absolute; "" = none given */
    int stamp;                          /* enum data_stamp; open where nothing is said */
    struct decimal tick, lot;           /* zero = none; alike in all feeds of a symbol */
    double multiplier;                  /* 1 where nothing is said */
    bool tick_given, lot_given, multiplier_given;
    struct conf_place place;      /* of the entry, for complaints about it */
    struct conf_place file_place; /* of the file's path */
    char key[32];                 /* "data.0" (or "--data"), for sentences */
};

/* One param as given; params.h checks it. */
struct param_conf {
    char name[CONF_NAME_MAX + 1];
    char key[CONF_KEY_MAX + 1]; /* "params.fast", "strategies.a.params.fast": for sentences */
    struct conf_place name_place;
    struct conf_value value;
};

/* A feed named by a strategy: "GOOG" (its shortest feed) or "GOOG@1d". */
struct feed_conf {
    char symbol[SYMBOL_MAX];
    char timeframe[CONF_TIMEFRAME_MAX]; /* canonical, "" = the shortest feed of the symbol */
    struct conf_place place;
};

/* A symbol input and the feed bound to it. */
struct role_conf {
    char name[CONF_NAME_MAX + 1];
    struct conf_place name_place;
    struct feed_conf feed;
};

struct strategy_conf {
    char name[CONF_NAME_MAX + 1]; /* of the instance: given, or the id, or the file's stem */
    char strategy[PATH_MAX];      /* an id, or a path (it has a '/' or ends in ".so") */
    struct conf_place place;      /* of the strategy's id, for complaints about it */
    struct param_conf *params;    /* as given, names unique */
    size_t param_count;
    struct feed_conf *symbols; /* none: all feeds that no role has taken */
    size_t symbol_count;
    struct role_conf *roles; /* names unique */
    size_t role_count;
    bool name_given;
    double budget;     /* share of the silo's initial cash, (0, 1] */
    bool budget_given; /* else an equal share of what the given ones leave */
    char silo[32];
    char *params_from; /* the place's name of params that run_conf_set_params put */
};

/* One account. There is always one; alone and unnamed it is "main". */
struct silo_conf {
    char name[32];
    double initial_cash; /* given, or that of the settings */
    bool cash_given;
    struct conf_place place;
};

struct run_conf {
    char *path;                   /* of the YAML file; NULL when all came from the command line */
    char name[CONF_NAME_MAX + 1]; /* of the run, "" = none */
    struct settings settings;
    bool settings_given[SETTINGS_TOTAL]; /* what the user said, for reports */
    /* Bars with start <= open time < end. An end written as a day alone is the end of that day. ns
     * UTC */
    int64_t start, end;
    bool has_start, has_end;
    struct conf_place start_place, end_place;
    char risk[16];      /* "none" */
    struct run_log log; /* what is recorded; no hash of a run knows it */

    struct data_conf *data;
    size_t data_count;
    struct strategy_conf *strategies;
    size_t strategy_count;
    struct silo_conf *silos;
    size_t silo_count;
};

/* The command line. Zeroed = nothing said; all borrowed for the call, except that texts of place
 * names are static. Paths are from the current folder. */
struct run_conf_args {
    const char *config;      /* -c FILE: what follows is put over it */
    const char *strategy;    /* replaces the file's one strategy; its params stay */
    const char *const *data; /* replaces the file's data */
    size_t data_count;
    const char *symbol;    /* only with one entry of data */
    const char *timeframe; /* of all data */
    const char *stamp;     /* of all data */
    /* "KEY=VALUE", in order: settings, start, end, name, risk, log, params.NAME, roles.NAME,
     * symbols=A,B, budget, silo, data.N.FIELD, strategies.NAME.FIELD, silos.NAME.initial_cash */
    const char *const *sets;
    size_t set_count;
};

/* Reads a file. It need not be complete: strategy and data may be missing (run_conf_require).
 * ERR_NOT_FOUND, ERR_IO, ERR_CONFIG. The caller destroys *ret. */
int run_conf_load(const char *path, struct run_conf **ret, struct err *err) NODISCARD;

/* The same from bytes; name stands for the file in sentences, relative paths are from folder
 * (NULL: the current one). */
int run_conf_parse(const char *text, size_t len, const char *name, const char *folder,
                   struct run_conf **ret, struct err *err) NODISCARD;

/* File and command line. ERR_USAGE besides, for what the command line says wrong: also where only
 * both together are impossible, and the file alone is not. */
int run_conf_from_args(const struct run_conf_args *args, struct run_conf **ret,
                       struct err *err) NODISCARD;

/* 0 when there is all that a run needs: a strategy, data, and a file for each of the data.
 * ERR_USAGE without a config file, else ERR_CONFIG; says what to add. */
int run_conf_require(const struct run_conf *conf, struct err *err) NODISCARD;

/* The keys of a run config that are no settings but change what is played or recorded, with their
 * words: the end of `--help-settings`. Lines of at most 100 columns. */
void run_conf_help(struct str *str);

/* Frees and clears the caller's pointer; *conf may be NULL. */
void run_conf_destroy(struct run_conf **conf);

#endif
