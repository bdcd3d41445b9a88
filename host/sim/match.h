/*
 * sim/match.h - one order against one bar: can it fill, and at what raw price? Pure functions; the
 * rules are sim/README.md "Due orders meet the bars", conditions and lies included.
 */
#ifndef SIM_MATCH_H
#define SIM_MATCH_H

#include "core/order.h"
#include "core/settings.h"

struct match_bar {
    double open, high, low, close;
};

/* What a bar offers an order. */
struct match {
    bool fills;
    bool triggers; /* a stop-limit becomes a limit, filled or not */
    bool takes;    /* pays slippage and spread */
    double raw;
    double cap; /* a marketable limit's price, 0 = none */
};

/* At the open. `first` = the first bar that the order meets. Market orders fill at the open. */
struct match match_open(const struct settings *s, const struct order *o,
                        const struct match_bar *bar, bool first);
/* Inside the bar, after the open phase left the order where it is. Not for market orders. */
struct match match_inside(const struct settings *s, const struct order *o,
                          const struct match_bar *bar);

#endif
