/*
 * run/bind.h - which feeds a strategy gets, by which number: roles first (in the order of the
 * schema's symbol inputs), then the universe. Used by assemble.c.
 */
#ifndef RUN_BIND_H
#define RUN_BIND_H

#include "run/assemble.h"

/* Fills s->feeds and the symbol inputs in s->params. Refuses roles that are missing or unknown,
 * feeds that the run does not have or that are bound twice, and universes of the wrong size. */
int bind_feeds(const struct plan *plan, struct plan_strategy *s, struct err *err);

#endif
