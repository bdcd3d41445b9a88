/*
 * engine/ports.h - the sockets of the engine: tables of function pointers behind which everything
 * lies that is not a pure function (files, network, processes, the clock). Backtest, paper and live
 * differ only in what is plugged in here.
 *
 *   feed_port --next--> driver --post/collect--> strategy_port
 *                         |  --meet/submit-----> broker_port
 *                         +--bytes-------------> sink_port
 *
 * A port's functions are called by the driver only, one at a time. `self` comes first and belongs
 * to the implementation. int results: 0 (or 1 where said) is success, negative an error with text
 * in err.
 */
#ifndef ENGINE_PORTS_H
#define ENGINE_PORTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/feed.h"

/* One instant of market data: at `time`, the next bar of each listed feed closed. */
struct instant {
    int64_t time;         /* ns UTC, ascending from instant to instant */
    const int32_t *feeds; /* ids, ascending; valid until the next call */
    int32_t feed_count;   /* > 0 */
};

/* Where instants come from: data/replay at rest, venue/feed_* live. The columns of the feeds are
 * known to the engine from the start (struct feed); an instant says which of them go one bar
 * further. */
struct feed_port {
    void *self;
    /* 1 and *ret, or 0 at the end (backtest: no more data), or an error. */
    int (*next)(void *self, struct instant *ret, struct err *err);
};

/* Where the journal goes, in blocks, while the run goes on. */
struct sink_port {
    void *self;
    /* Takes len bytes of whole records. The bytes are the caller's and die on return. */
    int (*write)(void *self, const void *bytes, size_t len, struct err *err);
};

#endif
