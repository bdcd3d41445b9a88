/*
 * proc/job.h - a whole backtest in a worker: engine and strategy in one process, so that a bar
 * costs nanoseconds; the journal comes over a pipe in blocks.
 *
 *   worker: backtest_run -> frames on the pipe: journal blocks, then the result or an error
 *   parent: frames (hostile) -> take(records)
 *
 * The block that is being filled lies in shared memory: of a worker that crashed, hung or was
 * killed the parent takes what it had not sent yet, so its record ends where it did.
 *
 * The plan is inherited by the fork. --inline runs the same in the calling process, for gdb and
 * coverage: then a crash of the plugin is ours.
 */
#ifndef PROC_JOB_H
#define PROC_JOB_H

#include "base/str.h"
#include "run/backtest.h"

struct job_spec {
    const struct plan *plan;
    enum backtest_port port;
    bool is_inline;
    int64_t cut_after;
    /* Whole records; negative with err ends the job. */
    int (*take)(void *self, const void *records, size_t len, struct err *err);
    void *self;
    /* As in struct child_spec; not with is_inline. */
    void (*tick)(void *self, const struct progress *progress);
    void *tick_self;
    bool (*cancelled)(void *self);
    void *cancel_self;
    int cancel_fd;
};

struct job_result {
    struct backtest_result run;
    struct str output;       /* what the worker printed, made fit for a terminal */
    uint64_t output_dropped; /* bytes printed before those */
};

/* ret must be zeroed or finished before, and job_result_fini()ed after, always. */
int job_run(const struct job_spec *spec, struct job_result *ret, struct err *err);
void job_result_fini(struct job_result *ret);

#endif
