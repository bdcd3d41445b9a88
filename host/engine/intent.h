/*
 * engine/intent.h - what a strategy wishes, as plain data: the only thing that leaves it.
 *
 * Intents keep the order in which they were made. The same bytes cross the direct, the loopback and
 * the remote port, so a struct intent holds no pointers; texts lie in the batch.
 */
#ifndef ENGINE_INTENT_H
#define ENGINE_INTENT_H

#include <stddef.h>
#include <stdint.h>

#include <quasar/abi.h>

#define INTENT_KEY_MAX 63
#define INTENT_TEXT_MAX 511
/* Notes, plots and log lines that one callback may leave; more are dropped and counted. */
#define ANNOTATIONS_MAX 1024

/* Numbers are part of the journal. */
enum intent_kind {
    INTENT_ORDER = 1,
    INTENT_CANCEL = 2,
    INTENT_FLATTEN = 3,
    INTENT_TARGET = 4,
    INTENT_PLOT = 16,
    INTENT_NOTE = 17,
    INTENT_LOG = 18
};

/* The name of a kind that the journal records ("order", "target"); "unknown" for all others. */
const char *intent_kind_name(int64_t kind);

struct intent {
    int32_t kind;
    int32_t feed;   /* the strategy's number of the feed; checked by the engine */
    int64_t number; /* the strategy's number of the order; of the order to cancel */
    int32_t side, type, tif, flags;
    struct qs_size size;
    double limit_price, stop_price;
    double value;   /* plot */
    int32_t level;  /* log */
    int32_t reason; /* what already refused it where it was made (enum reason), 0 = nothing */
    uint32_t key_at, key_len;   /* in the batch's text: tag, plot or note key */
    uint32_t text_at, text_len; /* in the batch's text: note or log line */
};

struct intent_batch {
    const struct intent *items;
    uint32_t count;
    const char *text;
    uint32_t text_len;
    uint64_t dropped; /* annotations over the limit, since the start */
    int32_t started;  /* 1 once on_start has run */
    int32_t reserved;
};

#endif
