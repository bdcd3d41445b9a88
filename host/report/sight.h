/*
 * report/sight.h - what one strategy of a recorded run had before its eyes at one instant.
 *
 *   record_source (a .qsj file, the database) --sight_collect--> struct compare_sight
 *
 * Takes the records in the order of a journal or kind by kind, as store/run_reader gives them.
 * Bars are not in a journal: sight_set_bar is for the caller, who has the data. What is beside the
 * strategy and the instant is skipped unread, so a bad record elsewhere does no harm.
 */
#ifndef REPORT_SIGHT_H
#define REPORT_SIGHT_H

#include <stdint.h>

#include "base/err.h"
#include "engine/journal.h"
#include "report/collector.h"
#include "report/compare.h"

/* Lines of plots, variables and notes that are kept; more are dropped. */
#define SIGHT_VALUES_MAX 4096

/* Ids are those of the run. time: of the instant, ns.
 *   values    its plots and notes of that instant, in the order of the records; then its variables
 *             as they were then: the newest record of each at or before the instant
 *   equity    the last row of its own ledger at or before the instant, else of its silo's account;
 *             of the instant itself that is the account at its end
 *   position  of `symbol` (-1: of the first feed that the strategy is bound to), after the fills
 *             that were known before it was asked: what orders of this instant filled is not in it.
 *             It wants every order, fill and share up to then; without them, sight_set_position
 * 0, with *ret to be freed by compare_sight_fini; else the source's error. */
int sight_collect(struct record_source *source, int64_t strategy, int64_t symbol, int64_t time,
                  struct compare_sight *ret, struct err *err) NODISCARD;

/* The position from what a collector has of the whole run, so that no source has to give it. */
void sight_set_position(struct compare_sight *sight, const struct collector *c, int64_t strategy,
                        int64_t symbol, int64_t time);

/* The bar that closed at the instant. feed: "SPX 1d". */
void sight_set_bar(struct compare_sight *sight, const char *feed, double open, double high,
                   double low, double close, double volume);

#endif
