#include "cmd/watch_loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "cmd/watch_old_runs.h"
#include "proc/clock.h"
#include "proc/watch_conf.h"
#include "proc/watch_files.h"

/* ---- which ---- */

static bool is_wanted(const struct watch_loop *w, const struct watch_unit *unit) {
    for (size_t i = 0; i < w->wanted_count; i++)
        if (str_eq(w->wanted[i], unit->name) || (unit->id[0] && str_eq(w->wanted[i], unit->id)))
            return true;
    return w->wanted_count == 0;
}

static bool is_there(const struct watch_unit *unit) {
    return fs_exists(unit->so) || watch_files_has_source(unit->source);
}

static const char *find_owner(void *self, const struct watch_unit *unit, const char *id) {
    const struct watch_loop *w = self;
    for (size_t i = 0; i < w->units.count; i++) {
        const struct watch_unit *u = &w->units.items[i];
        if (u != unit && u->active.sha[0] && str_eq(u->id, id) && is_there(u))
            return u->source[0] ? u->source : u->so;
    }
    return NULL;
}

/* ---- while something is tried ---- */

static bool has_pending(const struct watch_loop *w, const struct watch_unit *unit) {
    char path[PATH_MAX];
    struct str files = {0};
    bool is_pending = w->world.config && watcher_has_pending(w->watcher, w->world.config);
    if (unit->source[0])
        watch_files_list(unit->source, &unit->depends, &files);
    else
        str_append(&files, unit->so);
    for (const char *at = str_text(&files);
         !is_pending && watch_files_next(&at, path, sizeof path);)
        is_pending = watcher_has_pending(w->watcher, path);
    str_fini(&files);
    return is_pending;
}

static bool is_cancelled(void *self) {
    struct watch_loop *w = self;
    struct err ignored;
    if (watcher_pump(w->watcher, steady_now(), &ignored) < 0)
        return false;
    return w->current && has_pending(w, w->current);
}

/* ---- a try ---- */

static bool has_signal(struct watch_loop *w) {
    struct signalfd_siginfo info;
    if (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
        w->stop = true;
    return w->stop;
}

/* The result is on screen; now it goes into the database. */
static void record(struct watch_loop *w, struct watch_unit *unit) {
    struct err err;
    double seconds = 0.0;
    if (watch_unit_record(unit, &seconds, &err) == 0) {
        watch_screen_recorded(&w->screen, unit, seconds);
        return;
    }
    struct str text = {0};
    w->has_failed = true;
    str_appendf(&text, "run %lld is not recorded: %s", (long long)unit->good->run, err.text);
    watch_screen_trouble(&w->screen, str_text(&text));
    str_fini(&text);
}

static void try_what(struct watch_loop *w, size_t place, enum watch_what what, unsigned work) {
    struct watch_unit *unit = &w->units.items[place];
    struct watch_outcome outcome;
    w->current = unit;
    watch_screen_building(&w->screen, unit, what);
    watch_unit_try(&w->world, unit, what, (work & WORK_RERUN) != 0,
                   (struct watch_owner){find_owner, w}, &outcome);
    w->current = NULL;
    if (outcome.verdict == WATCH_CANCELLED) /* should the change be taken back, it is due still */
        w->units.work[place] |= work;
    if (!has_signal(w)) { /* else it failed because of that */
        w->has_failed = w->has_failed || outcome.verdict == WATCH_FAILED;
        watch_screen_outcome(&w->screen, unit, &outcome);
    }
    if (outcome.verdict == WATCH_GOOD)
        record(w, unit);
    watch_outcome_fini(&outcome);
    db_checkpoint(w->world.db); /* in this order: the next try's commits do not wait for the disk */
    watch_old_runs_forget(w->world.db, &w->units, unit);
}

static void try_unit(struct watch_loop *w, size_t place) {
    const struct watch_unit *unit = &w->units.items[place];
    unsigned work = w->units.work[place];
    bool is_forced = (work & WORK_FORCE) != 0, has_source = watch_files_has_source(unit->source);
    w->units.work[place] = 0;
    bool is_source = has_source && (work & (WORK_SOURCE | WORK_RERUN)) != 0 &&
                     (is_forced || watch_unit_has_news(unit, WATCH_SOURCE));
    if (is_source) {
        try_what(w, place, WATCH_SOURCE, work);
        work &= ~(unsigned)WORK_RERUN;
        if (w->units.work[place] != 0) /* cancelled */
            return;
    }
    if ((work & WORK_SO) != 0 && !w->stop &&
        ((is_forced && !has_source) || watch_unit_has_news(unit, WATCH_SO))) {
        try_what(w, place, WATCH_SO, work);
        work &= ~(unsigned)WORK_RERUN;
    }
    /* Saved again, and a preset came or went since: its result is not what it would be now. */
    if (!is_source && (work & (has_source ? WORK_SOURCE : WORK_SO)) != 0 &&
        (work & WORK_RERUN) == 0 && !w->stop && watch_conf_has_news(&w->world, unit))
        work |= WORK_RERUN;
    if ((work & WORK_RERUN) != 0 && unit->active.sha[0] && !w->stop)
        try_what(w, place, WATCH_ACTIVE, work);
}

/* What changes right now is left until it is quiet. */
static bool try_all(struct watch_loop *w) {
    bool is_left = false;
    for (size_t i = 0; i < w->units.count && !w->stop; i++) {
        if (w->units.work[i] != 0 && !has_pending(w, &w->units.items[i]))
            try_unit(w, i);
        is_left = is_left || w->units.work[i] != 0;
        if (has_signal(w) || w->screen.broken)
            w->stop = true;
    }
    return is_left;
}

/* ---- changes ---- */

static void take_config(struct watch_loop *w) {
    for (size_t i = 0; i < w->units.count; i++) {
        const struct watch_unit *u = &w->units.items[i];
        if (is_wanted(w, u) && (u->good || u->trouble.text.len > 0))
            w->units.work[i] |= WORK_RERUN;
    }
}

/* A part of a source that is gone is a change of it; a source that is gone is told once. */
static void take_gone(struct watch_loop *w, const char *path) {
    for (size_t i = 0; i < w->units.count; i++) {
        struct watch_unit *u = &w->units.items[i];
        bool is_so = str_eq(u->so, path), is_read = watch_unit_reads(u, path);
        if (is_read && watch_files_has_source(u->source)) {
            w->units.work[i] |= WORK_SOURCE;
        } else if (is_so || (is_read && !u->is_missing)) {
            u->is_missing = u->is_missing || is_read;
            w->units.work[i] &= ~(unsigned)WORK_SOURCE;
            watch_screen_missing(&w->screen, u, path);
        }
        if (!is_so) /* its id may be free now */
            continue;
        for (size_t k = 0; k < w->units.count; k++)
            if (k != i && w->units.items[k].trouble.stage == WATCH_CHECK &&
                w->units.items[k].trouble.text.len > 0)
                w->units.work[k] |= WORK_SOURCE | WORK_SO;
    }
}

static void take_change(struct watch_loop *w, const struct watcher_change *change) {
    struct str twins = {0};
    if (w->world.config && str_eq(change->path, w->world.config)) {
        take_config(w);
        return;
    }
    if (change->is_gone) {
        take_gone(w, change->path);
        return;
    }
    watch_units_touch(&w->folders, &w->units, change->path, &twins);
    w->screen.units = w->units.items;
    w->screen.unit_count = w->units.count;
    for (size_t i = 0; i < w->units.count; i++) {
        if (!is_wanted(w, &w->units.items[i]))
            w->units.work[i] = 0;
        if ((w->units.work[i] & WORK_SOURCE) != 0)
            w->units.items[i].is_missing = false;
    }
    if (twins.len > 0)
        watch_screen_trouble(&w->screen, str_text(&twins));
    str_fini(&twins);
}

/* ---- the loop ---- */

static int turn(struct watch_loop *w, struct err *err) {
    struct pollfd fds[] = {{.fd = watcher_fd(w->watcher), .events = POLLIN},
                           {.fd = w->signals, .events = POLLIN},
                           {.fd = STDOUT_FILENO}}; /* its reader may go away */
    struct watcher_change change;
    int n = poll(fds, ARRAY_LEN(fds), watcher_timeout_ms(w->watcher, steady_now()));
    CHECK(n >= 0 || errno == EINTR || errno == ENOMEM);
    if (n > 0 && fds[1].revents)
        w->stop = true;
    if (n > 0 && fds[2].revents & POLLERR)
        w->screen.broken = EPIPE;
    w->stop = w->stop || w->screen.broken;
    int r = w->stop ? 0 : watcher_pump(w->watcher, steady_now(), err);
    while (r == 0 && !w->stop && watcher_next(w->watcher, steady_now(), &change))
        take_change(w, &change);
    return r;
}

int watch_loop_run(struct watch_loop *w, bool is_once, struct err *err) {
    int r = 0;
    w->world.cancelled = is_cancelled;
    w->world.cancel_self = w;
    w->world.cancel_fd = watcher_fd(w->watcher);
    watch_screen_start(&w->screen);
    while (r == 0 && !w->stop) {
        bool is_left = try_all(w);
        if (w->stop || (is_once && !is_left))
            break;
        r = turn(w, err);
    }
    if (r == 0 && w->screen.broken)
        r = err_set(err, ERR_IO, "standard output: %s", strerror(w->screen.broken));
    return r;
}

/* ---- the beginning ---- */

static bool is_stale(const struct watch_unit *unit) {
    struct str files = {0}, so = {0};
    str_append(&so, unit->so);
    watch_files_list(unit->source, &unit->depends, &files);
    bool is_it = unit->source[0] && (unit->active.sha[0] == '\0' ||
                                     watch_files_written(&files) > watch_files_written(&so));
    str_fini(&files);
    str_fini(&so);
    return is_it;
}

/* Whether the run config that was named is about it. */
static bool is_in_config(const struct watch_loop *w, const struct watch_unit *unit) {
    for (size_t i = 0; w->first && i < w->first->strategy_count; i++) {
        const char *text = w->first->strategies[i].strategy;
        if (str_eq(text, unit->name) || str_eq(text, unit->so) ||
            (unit->id[0] && str_eq(text, unit->id)))
            return true;
    }
    return false;
}

/* What was named is run at once; else what has no build of its own, or an old one. */
static void choose_first(struct watch_loop *w) {
    size_t named = 0;
    for (size_t i = 0; i < w->units.count; i++) {
        const struct watch_unit *u = &w->units.items[i];
        bool is_named = (w->wanted_count > 0 && is_wanted(w, u)) || is_in_config(w, u);
        if (is_named && is_wanted(w, u))
            w->units.work[i] = WORK_FORCE | (u->source[0] ? WORK_SOURCE : WORK_SO);
        named += w->units.work[i] != 0;
    }
    for (size_t i = 0; i < w->units.count && named == 0; i++)
        if (is_wanted(w, &w->units.items[i]) && is_stale(&w->units.items[i]))
            w->units.work[i] = WORK_SOURCE;
}

/* Of two builds with one id the first one counts, as in the registry. */
static void adopt(struct watch_loop *w, struct watch_unit *unit) {
    struct str text = {0};
    watch_unit_adopt(unit);
    const char *owner = unit->id[0] ? find_owner(w, unit, unit->id) : NULL;
    if (owner) {
        str_appendf(&text,
                    "%s: the strategy id %s is that of %s already (rename one, or remove it)",
                    unit->so, unit->id, owner);
        watch_unit_disown(unit, str_text(&text));
        watch_screen_trouble(&w->screen, str_text(&text));
    }
    str_fini(&text);
}

static int check_wanted(const struct watch_loop *w, struct err *err) {
    for (size_t k = 0; k < w->wanted_count; k++) {
        bool is_known = false;
        for (size_t i = 0; i < w->units.count; i++)
            is_known |= str_eq(w->units.items[i].name, w->wanted[k]) ||
                        str_eq(w->units.items[i].id, w->wanted[k]);
        if (!is_known)
            return err_set(err, ERR_NOT_FOUND,
                           "--strategy %s: neither a source nor a build of that name in %s of %s",
                           w->wanted[k], w->folders.shown, w->folders.project);
    }
    return 0;
}

int watch_loop_begin(struct watch_loop *w, struct err *err) {
    struct str twins = {0};
    watch_folders_list(&w->folders, &w->units, &twins);
    w->screen.units = w->units.items;
    w->screen.unit_count = w->units.count;
    for (size_t i = 0; i < w->units.count; i++)
        adopt(w, &w->units.items[i]);
    choose_first(w);
    if (twins.len > 0)
        watch_screen_trouble(&w->screen, str_text(&twins));
    str_fini(&twins);
    return check_wanted(w, err);
}
