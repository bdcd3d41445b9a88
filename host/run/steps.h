/*
 * run/steps.h - the decisions of a run, one by one, for `log: full`: told from the records and the
 * data by the parent, who asks no plugin.
 *
 * A strategy decides at an instant when one of its feeds closes there, from its START on. What it
 * could see is named by a hash: a chain over every bar of its feeds that has closed so far.
 */
#ifndef RUN_STEPS_H
#define RUN_STEPS_H

#include "run/assemble.h"
#include "store/run_writer.h"

struct steps; /* opaque */

/* plan and writer are borrowed. */
int steps_create(const struct plan *plan, struct run_writer *writer, struct steps **ret,
                 struct err *err);
/* Every record of the journal, in order. */
int steps_take(struct steps *steps, const struct journal_record *record, struct err *err);
/* Frees and clears; *steps may be NULL. */
void steps_destroy(struct steps **steps);

#endif
