/*
 * engine/risk.h - the money tests at acceptance and at the fill (sim/README.md "The test of
 * money").
 *
 * At acceptance a strategy's ledger is seen as it would be if the orders accepted before in the
 * same instant had filled at their reference prices; at the fill it is seen as it is.
 */
#ifndef ENGINE_RISK_H
#define ENGINE_RISK_H

#include "engine/engine.h"
#include "engine/sizing.h"

/* What a test compared; passed is false when an opening part may not be opened. */
struct risk_verdict {
    bool passed;
    double needed, available;
};

/* Test an order of `units` (signed) of `symbol` at price against the projection of this instant;
 * where it passes the projection takes it in. A reduce-only order counts with what it closes. */
struct risk_verdict risk_at_acceptance(struct engine *e, struct strategy *s, int32_t symbol,
                                       double units, double price, bool reduce_only);

/* Cash, equity and gross exposure of the strategy's ledger right before an execution, as if `units`
 * (signed) of its symbol were held and cash were `cash`. */
struct ledger_money {
    double cash, equity, gross;
};
struct ledger_money risk_money_at_fill(const struct engine *e, const struct strategy *s,
                                       const struct execution *x, double units, double cash);

/* The reason that a failed test is recorded with. */
int32_t risk_reason(const struct settings *s);

#endif
