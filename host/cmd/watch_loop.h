/*
 * cmd/watch_loop.h - the loop of `watch`: wait for the watcher or a signal, take what is quiet, try
 * it, show it.
 *
 * One thread. A change of the strategy that is being tried stops the try; it comes again when it is
 * quiet. Ends by a signal, by a reader of stdout that went away, or when watching itself fails.
 */
#ifndef CMD_WATCH_LOOP_H
#define CMD_WATCH_LOOP_H

#include "cmd/watch_folders.h"
#include "cmd/watch_screen.h"

struct watch_loop {
    struct watch_folders folders;
    struct watch_units units;
    struct watch_world world;
    struct watch_screen screen;
    struct watcher *watcher;
    const char *const *wanted; /* ids or names of strategies; none: all */
    size_t wanted_count;
    struct run_conf *first;     /* the run config that was named, as it was at the start; or NULL */
    struct watch_unit *current; /* is being tried */
    int signals;                /* a signalfd */
    bool stop;
    bool has_failed; /* something that was tried */
};

/* Fills units, adopts what is built and gives the first work: what was named, and sources without a
 * build of their own. ERR_NOT_FOUND for something wanted that is not there. */
int watch_loop_begin(struct watch_loop *loop, struct err *err) NODISCARD;
/* Until the end; with is_once until nothing is left to do. */
int watch_loop_run(struct watch_loop *loop, bool is_once, struct err *err) NODISCARD;

#endif
