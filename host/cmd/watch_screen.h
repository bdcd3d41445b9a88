/*
 * cmd/watch_screen.h - what `watch` shows: on a terminal one screen, drawn anew; over a pipe plain
 * lines as they come; with --json an event a line.
 *
 * Events (--json), each with "event", "time" (wall clock, ISO) and, where a strategy is meant,
 * "name", "strategy" (its id, null = not known yet), "source" (null = only a .so), "so", "active"
 * (SHA-256 of the active build, null = none):
 *   start      {folders: text, strategies: [{event: "unit", ...}]}
 *   building   work begins {what: "source" | "so" | "active" (another config)}
 *   result     a good build ran {what, run, build, version, origin, seconds{}, metrics{},
 *              final_equity, trades, counts{orders, fills, trades, rejected}, why_no_trades
 *              (text, null: there are some), notes[], words; comparison (compare_json, with at most
 *              trade_max rows of trades), null for the first; else before_run, too}
 *   recorded   the run of the last result is in the database {run, seconds{record}}; a result is
 * shown before that unchanged  the same bytes as the active build {what, seconds{}, notes[], words}
 *   failed     the active build stays {what, stage, error{code, text}, seconds{}, notes[], words}
 *   cancelled  a newer change came before it was done {as unchanged}
 *   missing    a file that was there is gone; the active build stays {path}
 *   trouble    the watching itself {error}
 * What ends a building is result, unchanged, failed or cancelled, or the end of watch itself.
 */
#ifndef CMD_WATCH_SCREEN_H
#define CMD_WATCH_SCREEN_H

#include "proc/watch_unit.h"

struct watch_screen {
    bool json, terminal; /* neither: plain lines */
    int trade_max;
    const struct watch_unit *units; /* for the list of the others */
    size_t unit_count;
    const char *folders; /* "custom, builtins, plugins" */
    int broken;          /* stdout does not take it: errno */
};

void watch_screen_start(struct watch_screen *screen);
void watch_screen_building(struct watch_screen *screen, const struct watch_unit *unit,
                           enum watch_what what);
/* Whatever came of a try. */
void watch_screen_outcome(struct watch_screen *screen, const struct watch_unit *unit,
                          const struct watch_outcome *outcome);
/* After a good outcome: its run is in the database. Said in --json only. */
void watch_screen_recorded(struct watch_screen *screen, const struct watch_unit *unit,
                           double seconds);
void watch_screen_missing(struct watch_screen *screen, const struct watch_unit *unit,
                          const char *path);
void watch_screen_trouble(struct watch_screen *screen, const char *text);

#endif
