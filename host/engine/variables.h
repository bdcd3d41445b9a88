/*
 * engine/variables.h - the variables that a strategy declares, into the journal: after each instant
 * at which it was called those that changed since their last record, at the end all of them.
 *
 * A constant variable costs two records a run, a strategy without variables nothing. Whoever reads
 * has the value at an instant in the newest record at or before it.
 */
#ifndef ENGINE_VARIABLES_H
#define ENGINE_VARIABLES_H

#include "engine/engine.h"

/* Once, when the port has started. */
void variables_init(struct strategy *s);
void variables_fini(struct strategy *s);
/* Nothing before it has started. is_end: of all, unless the record would be the same again. */
void variables_record(struct engine *e, struct strategy *s, bool is_end);

#endif
