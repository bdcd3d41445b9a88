/*
 * core/reason.h - the reason codes of core/reason.def as an enum, with their names and words.
 */
#ifndef CORE_REASON_H
#define CORE_REASON_H

#include <stdint.h>

enum reason {
#define REASON(code, id, name, words) REASON_##id = code,
#include "core/reason.def"
#undef REASON
    REASON_COUNT
};

/* The short name ("insufficient_cash"); "unknown" for a code outside the table. Never NULL. */
const char *reason_name(int64_t code);
/* The sentence for people; same rule. */
const char *reason_words(int64_t code);
/* The name of an order state of quasar/types.h ("FILLED"); "UNKNOWN" outside. */
const char *order_state_name(int64_t state);
/* Names of sides, types and times in force ("buy", "stop_limit", "day"); "unknown" outside. */
const char *order_side_name(int64_t side);
const char *order_type_name(int64_t type);
const char *order_tif_name(int64_t tif);
/* Of phases within a bar, kinds of sizes and levels of log lines ("close", "buying_power", "warn");
 * "unknown" outside. */
const char *fill_phase_name(int64_t phase);
const char *size_kind_name(int64_t kind);
const char *log_level_name(int64_t level);

#endif
