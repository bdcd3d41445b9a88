/*
 * proc/clock.h - the two clocks, for whoever may ask them (host/LAYERS says who); everybody else is
 * told the time.
 */
#ifndef PROC_CLOCK_H
#define PROC_CLOCK_H

#include <stdint.h>

/* Wall clock, ns UTC: for records and logs. May be set back. */
int64_t wall_now(void);
/* Monotonic, ns: for deadlines. Its zero means nothing. */
int64_t steady_now(void);
/* The same in ms. */
int64_t steady_ms(void);
/* The same in seconds: for how long something took. */
double steady_seconds(void);

#endif
