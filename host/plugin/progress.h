/*
 * Where a worker is: a few numbers that it writes and its parent reads while it runs, so that
 * "crashed in on_bar at bar 37" and "hung in qs_schema" can be said by somebody who survived.
 *
 * Lies in a page shared by both (proc/child.h); one writer, the worker. Not part of any result: it
 * holds no fact that the journal does not. Every function takes NULL and does nothing then, for
 * runs without a parent. Entering a phase and moving to a bar count as progress; a phase that makes
 * none for the deadline is a hang.
 */
#ifndef QS_PLUGIN_PROGRESS_H
#define QS_PLUGIN_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

/* X(name, where): what the plugin or the host was doing. With a bar, where it is told. */
#define PROGRESS_PHASES(X)                                                                         \
    X(START, "before anything was loaded")                                                         \
    X(ELF, "while its file was read")                                                              \
    X(DLOPEN, "while its constructor ran")                                                         \
    X(SCHEMA, "in qs_schema")                                                                      \
    X(DESCRIPTOR, "while its schema was read")                                                     \
    X(INIT, "in on_init")                                                                          \
    X(ON_START, "in on_start")                                                                     \
    X(BAR, "in on_bar")                                                                            \
    X(ORDER, "in on_order")                                                                        \
    X(FILL, "in on_fill")                                                                          \
    X(TRADE, "in on_trade")                                                                        \
    X(STOP, "in on_stop")                                                                          \
    X(DESTROY, "in on_destroy")                                                                    \
    X(RUNNING, "in the host, between two callbacks")                                               \
    X(DONE, "after its last answer")

enum progress_phase {
#define PROGRESS_ENUM(name, where) PROGRESS_##name,
    PROGRESS_PHASES(PROGRESS_ENUM)
#undef PROGRESS_ENUM
        PROGRESS_PHASE_COUNT
};

#define PROGRESS_NO_TIME INT64_MIN

struct progress {
    _Atomic uint32_t phase; /* enum progress_phase */
    _Atomic int32_t
        instance;           /* number of the strategy's instance in its run; 0 where there is one */
    _Atomic int64_t bar;    /* instants seen, the current one included (qs_view.bars); 0 = none */
    _Atomic int64_t time;   /* of that instant, ns UTC; PROGRESS_NO_TIME = none */
    _Atomic uint64_t count; /* goes up with every step; its value means nothing */
};

static inline void progress_init(struct progress *p) {
    atomic_init(&p->phase, PROGRESS_START);
    atomic_init(&p->instance, 0);
    atomic_init(&p->bar, 0);
    atomic_init(&p->time, PROGRESS_NO_TIME);
    atomic_init(&p->count, 0);
}

/* A sign of life, from long work of the host's own (reading a file, writing a block). */
static inline void progress_bump(struct progress *p) {
    if (!p)
        return;
    uint64_t count = atomic_load_explicit(&p->count, memory_order_relaxed);
    atomic_store_explicit(&p->count, count + 1, memory_order_relaxed);
}

static inline void progress_enter(struct progress *p, enum progress_phase phase) {
    if (!p)
        return;
    atomic_store_explicit(&p->phase, (uint32_t)phase, memory_order_relaxed);
    progress_bump(p);
}

/* Before the callbacks of an instant: its number, counted from 1, and its time. */
static inline void progress_at(struct progress *p, int64_t bar, int64_t time) {
    if (!p)
        return;
    atomic_store_explicit(&p->bar, bar, memory_order_relaxed);
    atomic_store_explicit(&p->time, time, memory_order_relaxed);
    progress_bump(p);
}

/* Before the callbacks of one instance. */
static inline void progress_of(struct progress *p, int32_t instance) {
    if (p)
        atomic_store_explicit(&p->instance, instance, memory_order_relaxed);
}

#endif
