/*
 * engine/accept.h - step 4 of an instant: a strategy's intents become orders, or get a reason.
 */
#ifndef ENGINE_ACCEPT_H
#define ENGINE_ACCEPT_H

#include "engine/engine.h"

/* All intents of one callback round, in the order in which they were made. */
void accept_intents(struct engine *e, struct strategy *s, const struct intent_batch *batch);
/* Only its annotations; orders in it are refused (wrong_phase): for on_stop. */
void accept_last_words(struct engine *e, struct strategy *s, const struct intent_batch *batch);

#endif
