/*
 * proc/backtest_job.h - one backtest whole: from a config to its record and its report.
 *
 *   conf -> plan -> the run's row -> job_run (a worker) -> recorder -> metrics -> the row is done
 *
 * What `backtest`, `watch` and `replay` have in common; they differ in where the build comes from,
 * which database it goes to and what is shown. Whatever fails after the run's row was made is in
 * that row with its sentence; a strategy's fault is ERR_CRASH, ERR_HANG or ERR_PLUGIN.
 */
#ifndef PROC_BACKTEST_JOB_H
#define PROC_BACKTEST_JOB_H

#include "proc/job.h"
#include "report/report.h"
#include "run/recorder.h"

#define QSHOST_VERSION "0.1.0"

struct backtest_job_spec {
    const struct run_conf *conf; /* complete (run_conf_require); outlives the job */
    struct plan_finder finder;
    struct db *db;            /* where it is recorded; NULL: in db_path */
    const char *db_path;      /* opened for writing, or made; NULL too: no record */
    bool is_recorded_later;   /* by backtest_job_record, when it has run */
    const char *journal_path; /* of a journal file besides; NULL: none */
    enum backtest_port port;
    bool is_inline;
    int64_t cut_after;
    /* Some times a second while it runs: instants done, and in all (0: not known). NULL: not
     * wanted. */
    void (*progress)(void *self, int64_t done, int64_t total, double seconds);
    void *progress_self;
    /* As in struct child_spec: ERR_BUSY when it was cancelled. */
    bool (*cancelled)(void *self);
    void *cancel_self;
    int cancel_fd;
};

struct backtest_facts; /* storage behind struct run_facts; private */

struct backtest_job {
    struct backtest_job_spec spec;
    struct plan *plan;
    struct db *db; /* of the record; NULL: none */
    struct run_writer *writer;
    struct recorder recorder;
    struct job_result job;
    struct run_facts facts;
    struct report report; /* after backtest_job_run */
    struct backtest_facts *texts;
    int64_t run;  /* its number; 0: not recorded */
    bool started; /* the worker was asked to run */
    double prepare_seconds, run_seconds, record_seconds;
};

/* Plan and record: all that can be wrong before a plugin runs. What is refused here leaves nothing
 * behind, no new database and no journal file. job must be zeroed or finished, and
 * backtest_job_fini()ed after, always. */
int backtest_job_prepare(const struct backtest_job_spec *spec, struct backtest_job *job,
                         struct err *err);
int backtest_job_run(struct backtest_job *job, struct err *err);
/* With is_recorded_later, after it has run: its records into the database. Till then the row says
 * 'running', and a death leaves it interrupted. Else nothing is left to do. */
int backtest_job_record(struct backtest_job *job, struct err *err);
void backtest_job_fini(struct backtest_job *job);

#endif
