/*
 * report/intent_text.h - an intent as a short phrase: "sell 0.95 of equity SPX limit 101.5 GTC".
 *
 * Says what was wished, not what became of it (no order id, no reason), and loses nothing: two
 * wishes that differ have different texts, numbers are exact, and what is set without having a
 * meaning there is said too ("unused limit 5"). Not for machines: those get the fields.
 */
#ifndef REPORT_INTENT_TEXT_H
#define REPORT_INTENT_TEXT_H

#include "base/str.h"
#include "engine/journal.h"

/* Appends it, without a newline. symbol: the name of the intent's symbol, NULL where it has none (a
 * feed that is not bound). Any record will do, also one with kinds and flags that do not exist.
 *
 *   order     <side> <size> <symbol> market | limit P | stop P | stop P limit Q  [GTC|DAY|IOC]
 *             GTC is not said of a market order; flags come last ("reduce only")
 *   size      10 | 0.95 of equity | 0.5 of buying power | 0.01 of equity at risk over 2.5 |
 *             5000 of money | default size
 *   others    flatten <symbol>, target <size> <symbol>, cancel order <number> [<symbol>]
 */
void intent_text(const struct j_intent *intent, const char *symbol, struct str *str);

#endif
