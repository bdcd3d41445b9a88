/*
 * One piece of work in a process of its own, watched until it ends: the shape of every worker.
 *
 *   parent ==fork==> child: own group, dies with the parent, stdin /dev/null, no other fds
 *     on_bytes <---- fd 3 ------ work(): results, hostile bytes to the parent
 *     output   <---- fd 1, 2 --- whatever the plugin prints, capped
 *     progress <---- shared page: phase, bar, sign of life; signal and address of a crash
 *
 * The parent sits in one poll loop; a phase without a sign of life for the deadline is a hang, and
 * the whole group is killed. Invariant: when child_run returns there is no process, zombie, fd or
 * map left of it, and the signal mask and handlers are as they were.
 * Not a sandbox, not a pool: one child at a time, called from a single-threaded process.
 */
#ifndef QS_PROC_CHILD_H
#define QS_PROC_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "plugin/progress.h"

#define CHILD_DEADLINE_MS 10000 /* default; the environment's QS_DEADLINE_MS overrides */
#define CHILD_TICK_MS 200
#define CHILD_OUTPUT_MAX ((size_t)1 << 20) /* bytes kept of what it printed: the last ones */

/* What happened in a crash; written by the child's signal handler. */
struct child_fault {
    _Atomic int32_t signal; /* 0 = none */
    _Atomic int32_t has_address;
    _Atomic uint64_t address; /* that was touched */
    _Atomic uint64_t pc;      /* of the instruction; 0 = unknown */
};

/* The shared page. */
struct child_status {
    struct progress progress;
    struct child_fault fault;
    _Atomic int32_t finished; /* 1 when work() has returned */
};

struct child_spec {
    /* In the child. Writes its results to out_fd (blocking, SIGPIPE is ignored) and returns the
     * exit code: 0, or 1..125 for a failure that it has told through out_fd. Never returns by
     * exit(). */
    int (*work)(void *arg, int out_fd, struct child_status *status);
    void *arg;
    /* In the parent, for every piece that arrives, in order; a piece ends anywhere. Negative (with
     * err filled) kills the child. NULL: bytes are dropped. */
    int (*on_bytes)(void *arg, const void *data, size_t len, struct err *err);
    void *bytes_arg;
    int deadline_ms; /* 0 = QS_DEADLINE_MS, else CHILD_DEADLINE_MS */
    /* Asked in the parent whenever cancel_fd is readable; true kills the child. It must read what
     * made the fd readable. NULL: nobody cancels. */
    bool (*cancelled)(void *arg);
    void *cancel_arg;
    int cancel_fd;
    /* Called in the parent some times a second while the child runs. NULL: not wanted. */
    void (*tick)(void *arg, const struct progress *progress);
    void *tick_arg;
};

enum child_end {
    CHILD_OK,         /* work() returned 0 */
    CHILD_FAILED,     /* work() returned something else: exit_code */
    CHILD_EXITED,     /* the process ended by exit() from inside work(), even with code 0 */
    CHILD_CRASHED,    /* by a signal of its own */
    CHILD_HUNG,       /* killed by us */
    CHILD_REFUSED,    /* killed by us: on_bytes said so */
    CHILD_CANCELLED,  /* killed by us: cancelled said so */
    CHILD_INTERRUPTED /* killed by us: a signal came that stops programs */
};

struct child_result {
    enum child_end end;
    int exit_code;
    int signal;      /* CHILD_CRASHED, CHILD_INTERRUPTED */
    int deadline_ms; /* that was in force */
    enum progress_phase phase;
    int32_t instance;
    int64_t bar, time; /* see struct progress */
    bool has_address;
    uint64_t address, pc;
    struct str output;       /* the last CHILD_OUTPUT_MAX bytes that it printed; any bytes */
    uint64_t output_dropped; /* bytes printed before those */
};

/* Runs it to its end. 0 when the child was started and has ended, in whatever way: ask ret->end, or
 * child_describe. Negative when it could not be started (ERR_IO; ERR_USAGE for a bad
 * QS_DEADLINE_MS) or when on_bytes refused (its code and sentence; ret is filled all the same). ret
 * must be zeroed or finished before and child_result_fini()ed after, always. A SIGINT, SIGTERM,
 * SIGHUP or SIGQUIT that comes meanwhile is raised again after the child is gone, so the process
 * ends as it would have, or the caller's handler runs. */
int child_run(const struct child_spec *spec, struct child_result *ret, struct err *err) NODISCARD;
void child_result_fini(struct child_result *result);

/* 0 for CHILD_OK; else the sentence, without a subject: "crashed with SIGSEGV at address 0x10 in
 * on_bar at bar 37 (2013-03-01T00:00:00Z)". ERR_CRASH, ERR_HANG, ERR_BUSY for an interrupt or a
 * cancel, ERR_INTERNAL for CHILD_FAILED (whose own sentence came through out_fd). */
int child_describe(const struct child_result *result, struct err *err) NODISCARD;

/* Appends bytes of a stranger as text that may go to a terminal: UTF-8 as it is, newlines and tabs,
 * and a '?' for every other control character and bad byte. */
void child_clean_text(const char *bytes, size_t len, struct str *str);

/* "SIGSEGV"; "signal 40" for one without a name. buf is used for the latter. */
const char *child_signal_name(int signal, char buf[24]);

#endif
