/*
 * engine/driver.h - the step machine: one instant at a time, and nothing else moves the clock.
 *
 *   1 events of this time (bars become visible, due orders fill, ledgers are booked)   2 freeze
 * views 3 post to every strategy   4 collect intents -> orders   5 fills at the close   6 journal
 *
 * driver_begin, then driver_step until it returns 0, then driver_end, driver_seal. A negative
 * result is final: the source, a strategy port or the sink failed; the journal up to there is
 * whole.
 */
#ifndef ENGINE_DRIVER_H
#define ENGINE_DRIVER_H

#include "engine/engine.h"

/* Start every strategy (on_init). The caller has journaled the run's header. */
int driver_begin(struct engine *e, struct err *err);
/* 1 = an instant was done, 0 = the data or max_bars ended. */
int driver_step(struct engine *e, struct err *err);
/* Cancel what is open, close positions where the settings say so, on_stop, what is left. */
int driver_end(struct engine *e, struct err *err);
/* The END record; hands the last block out. Records that the caller adds come before it. */
int driver_seal(struct engine *e, struct err *err);
/* Begin, all steps, end: all but the seal. */
int driver_run(struct engine *e, struct err *err);

#endif
