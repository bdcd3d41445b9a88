/*
 * cmd/watch_json.h - the events of watch_screen.h as JSON objects.
 */
#ifndef CMD_WATCH_JSON_H
#define CMD_WATCH_JSON_H

#include "base/json.h"
#include "proc/watch_unit.h"

/* "source", "so", "active" */
const char *watch_json_what(enum watch_what what);
/* {"event", "time", and the unit's members}; unit may be NULL. */
struct jv *watch_json_event(const char *event, const struct watch_unit *unit) NODISCARD;
/* result, unchanged, failed or cancelled. how: names and sights for the comparison. */
struct jv *watch_json_outcome(const struct watch_unit *unit, const struct watch_outcome *outcome,
                              const struct compare_text *how) NODISCARD;

#endif
