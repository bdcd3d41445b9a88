/*
 * engine/sizing.h - "10 % of equity" -> units, as sim/README.md "Acceptance" defines it.
 */
#ifndef ENGINE_SIZING_H
#define ENGINE_SIZING_H

#include "engine/engine.h"

/* The money that a size is taken from. */
struct sizing_money {
    double equity;
    double buying_power;
};

/* The run's `sizing` in place of QS_SIZE_DEFAULT; other sizes as they are. */
struct qs_size sizing_effective(const struct settings *s, const struct qs_size *size);
/* Whether the size can be meant: known kind, finite, not negative (targets may be), risk with a
 * stop distance above zero. */
bool sizing_valid(const struct qs_size *size, bool may_be_negative);
/* Units (unrounded) of a valid, effective size at price `reference` of a symbol. */
double sizing_units(const struct settings *s, const struct qs_size *size, double reference,
                    double multiplier, const struct sizing_money *money);
/* Sizes below this many units are none: less than any market's smallest unit. */
#define SIZE_UNITS_MIN 1e-12
/* Sizes above this are refused (bad_size): no market has them, and money would overflow. */
#define SIZE_UNITS_MAX 1e15
/* Money above this is none: a fill worth more is refused, a run whose positions are worth more
 * ends. */
#define MONEY_MAX 1e18
/* Rounded towards zero to the symbol's lot. */
double sizing_to_lot(double units, const struct instrument *symbol);

#endif
