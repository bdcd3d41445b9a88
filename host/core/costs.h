/*
 * core/costs.h - what a fill costs: commission and the adverse part of a price, as arithmetic.
 *
 * Sources: fills-and-metrics.md points 12 and 13, sim/README.md "Price of a fill", "Commission".
 * The lie: bps of a price know nothing of size, depth or volatility; big orders in thin markets pay
 * more than this.
 */
#ifndef CORE_COSTS_H
#define CORE_COSTS_H

#include <math.h>

#include "core/settings.h"

/* Commission of a fill of `units` (any sign) at `price`, money >= 0, that bears `share` (0 .. 1) of
 * the commission per fill. */
static inline double costs_commission_share(const struct settings *s, double multiplier,
                                            double units, double price, double share) {
    double size = fabs(units);
    return size * price * multiplier * s->commission_bps / 10000.0 + size * s->commission_per_unit +
           s->commission_per_fill * share;
}

/* Commission of a whole fill. */
static inline double costs_commission(const struct settings *s, double multiplier, double units,
                                      double price) {
    return costs_commission_share(s, multiplier, units, price, 1.0);
}

/* Commission that one more unit at `price` adds, money: what sizes with size_fees: included count.
 */
static inline double costs_commission_of_unit(const struct settings *s, double multiplier,
                                              double price) {
    return price * multiplier * s->commission_bps / 10000.0 + s->commission_per_unit;
}

/* The price that a buyer (side +1) or seller (-1) gets who takes what is offered: slippage, and the
 * spread's part for what opens or closes. Not yet rounded to the tick. */
static inline double costs_taker_price(const struct settings *s, double raw, double side,
                                       int opens) {
    double spread =
        s->spread_side == SPREAD_BOTH ? s->spread_bps / 2.0 : (opens ? s->spread_bps : 0.0);
    return raw * (1.0 + side * (s->slippage_bps + spread) / 10000.0);
}

#endif
