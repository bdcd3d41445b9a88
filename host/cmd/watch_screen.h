/*
 * cmd/watch_screen.h - what `watch` shows: on a terminal one screen, drawn anew; over a pipe plain
 * lines as they come; with --json an event a line.
 *
 * Events (--json), each with "event", "time" (wall clock, ISO) and, where one is meant, "strategy",
 * "name", "source", "active" (SHA-256 of the active build, null = none):
 *   start      {folders[], strategies[]}
 *   building   a change was seen, work on it begins {paths: n}
 *   result     a good build ran {run, build, version, origin, seconds{}, metrics{}, notes[],
 *              comparison (null for the first)}
 *   unchanged  the same bytes as the active build
 *   failed     {stage, code, error, words}; the active build stays
 *   cancelled  a newer change came before it was done
 *   missing    a file that was there is gone; the active build stays {path}
 *   trouble    the watching itself {error}
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
void watch_screen_building(struct watch_screen *screen, const struct watch_unit *unit);
/* Whatever came of a try. */
void watch_screen_outcome(struct watch_screen *screen, const struct watch_unit *unit,
                          const struct watch_outcome *outcome);
void watch_screen_missing(struct watch_screen *screen, const struct watch_unit *unit,
                          const char *path);
void watch_screen_trouble(struct watch_screen *screen, const char *text);

#endif
