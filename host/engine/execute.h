/*
 * engine/execute.h - the venue's chances become fills: sizes that waited are resolved, the money is
 * tested, ledgers are booked, everybody is told.
 */
#ifndef ENGINE_EXECUTE_H
#define ENGINE_EXECUTE_H

#include "engine/engine.h"

/* The engine's half of the broker port: sink->self is the engine. */
struct broker_sink execute_sink(struct engine *e);

/* close_at_end: close what each strategy still holds, in strategy and symbol order. */
void execute_close_all(struct engine *e);

#endif
