/*
 * plugin/instance_state.h - the inside of an instance, for instance.c and host_table.c only.
 */
#ifndef PLUGIN_INSTANCE_STATE_H
#define PLUGIN_INSTANCE_STATE_H

#include "plugin/instance.h"
#include "plugin/lines.h"

struct instance {
    struct qs_ctx ctx; /* first: a ctx is an instance */
    struct instance_spec spec;
    struct strategy_port port;
    struct lines lines;
    struct qs_view no_view; /* before start */
    enum progress_phase phase;
    bool started, collected;
    uint32_t float_mode;   /* the host's */
    int32_t float_mode_in; /* posts until it is looked at */
    int64_t *bars_seen;    /* by feed */
    int64_t *bars_needed;
    int32_t feeds_waiting; /* feeds that have not seen what they need */
    int64_t next_number;
    struct intent_batch batch; /* what collect hands out; items and text are ours */
    uint32_t intent_cap;
    uint32_t orders_in_callback, annotations_in_post;
    uint32_t text_cap;
    bool faulted;
    struct err fault;
};

/* The table that every ctx points to. */
extern const struct qs_host host_table;

/* What the plugin did wrong; the first one counts, and the port reports it. */
void instance_fault(struct instance *in, const struct err *err);

/* An empty intent at the end of the batch. */
struct intent *instance_intent(struct instance *in, int32_t kind);

#endif
