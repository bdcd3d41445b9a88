#include "proc/clock.h"

#include <time.h>

#include "base/check.h"

static int64_t now(clockid_t clock) {
    struct timespec t;
    CHECK(clock_gettime(clock, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t wall_now(void) { return now(CLOCK_REALTIME); }

int64_t steady_now(void) { return now(CLOCK_MONOTONIC); }

int64_t steady_ms(void) { return steady_now() / 1000000; }

double steady_seconds(void) { return (double)steady_now() * 1e-9; }
