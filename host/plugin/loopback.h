/*
 * plugin/loopback.h - the strategy port that serialises everything that crosses, inside one
 * process: it keeps the wire honest from the first day (law 1: direct, loopback and remote give one
 * journal).
 */
#ifndef PLUGIN_LOOPBACK_H
#define PLUGIN_LOOPBACK_H

#include "engine/strategy_port.h"

struct loopback;

/* Wraps a port that the caller keeps and destroys after this. */
struct loopback *loopback_create(struct strategy_port *inner);
struct strategy_port *loopback_port(struct loopback *l);
void loopback_destroy(struct loopback **l);

#endif
