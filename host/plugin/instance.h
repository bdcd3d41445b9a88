/*
 * plugin/instance.h - one strategy at work: a build's callbacks, its three blocks, its indicators,
 * its intents. Implements struct strategy_port directly: post runs the callbacks.
 *
 * Runs plugin code: only in a worker, or where --inline was asked for. What the plugin does wrong
 * (a refused on_init, an indicator asked for too late) is an error of the port; what it does with a
 * crash or a hang is the parent's to see (plugin/progress.h).
 */
#ifndef PLUGIN_INSTANCE_H
#define PLUGIN_INSTANCE_H

#include "core/settings.h"
#include "engine/strategy_port.h"
#include "plugin/descriptor.h"
#include "plugin/progress.h"

struct instance_spec {
    const struct qs_strategy *schema;    /* the plugin's */
    const struct descriptor *descriptor; /* ours */
    const void *params;                  /* descriptor->params_size bytes; copied */
    const struct settings *settings;     /* borrowed */
    struct progress *progress;           /* may be NULL */
    int32_t number;                      /* of the strategy in the run */
    int32_t feed_count;
};

struct instance;

struct instance *instance_create(const struct instance_spec *spec);
/* The port; lives as long as the instance. */
struct strategy_port *instance_port(struct instance *in);
/* What the callbacks get. */
const struct qs_ctx *instance_ctx(const struct instance *in);
/* Bars of a feed before the first on_bar, that bar included; 0 before start succeeded. */
int64_t instance_warm_up(const struct instance *in, int32_t feed);
/* on_destroy, and the memory. NULLs the caller's pointer; NULL is fine. */
void instance_destroy(struct instance **in);

#endif
