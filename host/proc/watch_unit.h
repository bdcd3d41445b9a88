/*
 * proc/watch_unit.h - one strategy under watch: from a changed file to a judged result.
 *
 *   source -compile-> .quasar/build/NAME.so -check in a child-> run with the last params and data
 *      -> good: renamed to plugins/NAME.so, ACTIVE, compared with the last good result
 *      -> anything else: the active build, its result and plugins/NAME.so stay as they are
 *
 * A source whose bytes have their verdict is not tried again. A .so that somebody else put into
 * plugins/ is judged as it lies: good, it is the active build; bad, it is told and left alone.
 *
 * A build is bad when it does not compile, is refused by the check, or crashes, hangs or breaks its
 * contract in the run. Trouble that is not its fault (data that is gone, a full disk) is a failure
 * of the try and no verdict on the build.
 * Not for watching (plugin/watcher.h) and not for showing (cmd/watch_screen.h).
 */
#ifndef PROC_WATCH_UNIT_H
#define PROC_WATCH_UNIT_H

#include "base/hash.h"
#include "proc/backtest_job.h"
#include "proc/compile.h"
#include "report/compare.h"

struct registry; /* plugin/registry.h */

/* What all units share; everything is borrowed. */
struct watch_world {
    struct db *db;
    struct sdk *sdk;
    struct registry *registry; /* for the other strategies of a config */
    const char *project;       /* folder */
    const char *plugins;       /* folder that builds go to */
    const char *aside;      /* folder where they are made: of the same file system, if possible */
    const char *config;     /* run config of every unit; NULL: see watch_conf.h */
    bool is_recorded_later; /* a good result is shown first and recorded by watch_unit_record */
    bool (*cancelled)(void *self); /* as in struct child_spec; may be NULL */
    void *cancel_self;
    int cancel_fd;
};

/* A run that was good, whole in memory. */
struct watch_result {
    struct run_conf *conf;
    struct backtest_job job;
    struct build build;
    char version[64];
    int64_t run;
};

/* What is judged: what the source says; the .so as it lies there; the active build once more, with
 * another config. */
enum watch_what { WATCH_SOURCE, WATCH_SO, WATCH_ACTIVE };

enum watch_stage { WATCH_COMPILE, WATCH_CHECK, WATCH_PREPARE, WATCH_RUN };
const char *watch_stage_name(enum watch_stage stage); /* "compile", "check", "prepare", "run" */

/* What is wrong with the newest try. */
struct watch_trouble {
    struct str text; /* "" = nothing: the newest build is the active one */
    enum watch_what what;
    enum watch_stage stage;
};

struct watch_unit {
    char name[NAME_MAX + 1];
    char source[PATH_MAX];     /* a .c or a folder; "" when there is only the .so */
    char so[PATH_MAX];         /* plugins/NAME.so */
    char id[64];               /* of the schema; "" until a build was good */
    struct build active;       /* newest good build; sha "" = none */
    struct watch_result *good; /* its result; NULL = none yet */
    struct str depends;        /* files that its last compilations read, one a line */
    struct watch_trouble trouble;
    char judged_source[SHA256_HEX_SIZE]; /* watch_files_hash of what has a verdict; "" = none */
    char judged_so[SHA256_HEX_SIZE];     /* the same of plugins/NAME.so */
    bool is_missing;                     /* that its source is gone was told */
};

enum watch_verdict {
    WATCH_GOOD,
    WATCH_UNCHANGED, /* the same bytes as the active build */
    WATCH_FAILED,
    WATCH_CANCELLED /* something newer came */
};

struct watch_outcome {
    enum watch_what what;
    enum watch_verdict verdict;
    enum watch_stage stage; /* where it failed */
    struct err err;         /* why */
    struct str words;       /* of the compiler, or what the strategy printed */
    struct str notes;       /* params that were reset, one a line */
    char origin[PATH_MAX];  /* where params and data came from: "run 12", a file, "demo bars" */
    struct watch_result *before;  /* the last good one, which this one replaced; NULL = first */
    struct comparison comparison; /* only with before */
    struct compare_sight before_sight, after_sight; /* only where the decisions differ */
    double compile_seconds, check_seconds, prepare_seconds, run_seconds, record_seconds,
        compare_seconds;
};

/* source "" or so may be given; name from either. */
void watch_unit_init(struct watch_unit *unit, const char *name, const char *source, const char *so);
void watch_unit_fini(struct watch_unit *unit);
/* Frees and clears; *result may be NULL. */
void watch_result_destroy(struct watch_result **result);

/* The active build is what lies in plugins/ already, if that is good: no run, no record. */
void watch_unit_adopt(struct watch_unit *unit);
/* It has no active build after all, for that reason. */
void watch_unit_disown(struct watch_unit *unit, const char *reason);

/* Whether WATCH_SOURCE or WATCH_SO would judge other bytes than those that have a verdict, or
 * plugins/NAME.so is not the active build. */
bool watch_unit_has_news(const struct watch_unit *unit, enum watch_what what);

/* Builds, checks, runs, compares. is_rerun: an unchanged build is run again (a config or a preset
 * changed). owner: the path of another unit that has that id, or NULL: asked with the id of the
 * checked build. ret is written whole; watch_outcome_fini() it. */
struct watch_owner {
    const char *(*find)(void *self, const struct watch_unit *unit, const char *id);
    void *self;
};
void watch_unit_try(struct watch_world *world, struct watch_unit *unit, enum watch_what what,
                    bool is_rerun, struct watch_owner owner, struct watch_outcome *ret);
/* Records the unit's newest good result where that was put off; 0 too when it is recorded already.
 * seconds may be NULL. On failure the run's row says why, as far as it can be written. */
int watch_unit_record(struct watch_unit *unit, double *ret_seconds, struct err *err) NODISCARD;
void watch_outcome_fini(struct watch_outcome *outcome);

/* Whether a changed file is part of it: its source, a file of its folder, or one that its last
 * compilation read; a header, as long as its compilation fails. */
bool watch_unit_reads(const struct watch_unit *unit, const char *path);

#endif
