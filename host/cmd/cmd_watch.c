/*
 * One thread, one loop: wait for the watcher or a signal, take what is quiet, try it, show it. A
 * change of the same strategy while it is being tried stops the try; it comes again when it is
 * quiet.
 */
#include "cmd/cmd_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/args.h"
#include "cmd/watch_folders.h"
#include "cmd/watch_screen.h"
#include "plugin/registry.h"
#include "proc/probe.h"
#include "store/run_table.h"

#define RUNS_KEPT 20 /* records of a strategy's tries */
#define DEBOUNCE_MAX_MS 60000

static const char help[] =
    "Usage: qshost watch [RUN.YAML] [--strategy ID]... [OPTION]...\n"
    "\n"
    "Watches builtins/, custom/ and plugins/ of the project. A saved source is compiled, checked and\n"
    "run with its last params and data; what the edit changed is shown beside the last good result,\n"
    "down to the first bar at which the two decide differently. A build that fails in any way leaves\n"
    "the last good one active, on screen and in plugins/.\n"
    "\n"
    "Params and data: RUN.YAML if it is named; else those of the strategy's last run, else run.yaml\n"
    "beside it or in the project, else demo bars. A preset in use (qshost preset) has the last word\n"
    "on params. The results are recorded as runs called 'watch'; the last 20 of a strategy are kept.\n"
    "\n"
    "      --strategy ID     only this one, and its first result at once; may be repeated\n"
    "      --debounce MS     a file counts as saved when it was quiet for so long (default 300)\n"
    "      --trades N        rows of trades that are shown (default 10)\n"
    "      --once            end after the first result of what is to be built\n"
    "      --json            an event a line (JSON) instead of a screen\n"
    "      --db FILE         the database (default: the project's quasar.sqlite)\n"
    "      --help            this text\n"
    "\n"
    "Environment: NO_COLOR; QS_DEADLINE_MS, how long a callback may take; CC, CXX, the compilers.\n"
    "\n"
    "Example: qshost watch --strategy my_cross\n";

struct options {
    struct arg_list strategies;
    const char *config, *debounce, *trades, *db;
    bool json, once;
    int64_t debounce_ms, trade_max;
};

struct watch {
    struct options *o;
    struct watch_folders folders;
    struct watch_units units;
    struct watch_world world;
    struct watch_screen screen;
    struct watcher *watcher;
    struct watch_unit *current; /* is being tried */
    struct sdk sdk;
    char config[PATH_MAX];
    int signals; /* a signalfd */
    bool stop;
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- which ---- */

static bool is_wanted(const struct watch *w, const struct watch_unit *unit) {
    for (size_t i = 0; i < w->o->strategies.count; i++)
        if (str_eq(w->o->strategies.items[i], unit->name) ||
            (unit->id[0] && str_eq(w->o->strategies.items[i], unit->id)))
            return true;
    return w->o->strategies.count == 0;
}

static const char *find_owner(void *self, const struct watch_unit *unit, const char *id) {
    const struct watch *w = self;
    for (size_t i = 0; i < w->units.count; i++) {
        const struct watch_unit *u = &w->units.items[i];
        if (u != unit && u->active.sha[0] && str_eq(u->id, id))
            return u->source[0] ? u->source : u->so;
    }
    return NULL;
}

/* ---- while something is tried ---- */

static bool has_pending(const struct watch *w, const struct watch_unit *unit) {
    char path[PATH_MAX];
    if (watcher_has_pending(w->watcher, unit->source))
        return true;
    for (const char *at = str_text(&unit->depends); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        snprintf(path, sizeof path, "%.*s", (int)min_size(len, PATH_MAX - 1), at);
        if (watcher_has_pending(w->watcher, path))
            return true;
        at += len + (at[len] == '\n');
    }
    return false;
}

static bool is_cancelled(void *self) {
    struct watch *w = self;
    struct err ignored;
    if (watcher_pump(w->watcher, now_ns(), &ignored) < 0)
        return false;
    return w->current && has_pending(w, w->current);
}

/* ---- records ---- */

struct old_runs {
    const struct watch *watch;
    int64_t seen, ids[256];
    size_t count;
};

static bool is_held(const struct watch *w, int64_t run) {
    for (size_t i = 0; i < w->units.count; i++)
        if (w->units.items[i].good && w->units.items[i].good->run == run)
            return true;
    return false;
}

static int take_old(void *self, const struct run_row *row, struct err *err) {
    struct old_runs *old = self;
    (void)err;
    if (!row->name || !str_eq(row->name, "watch") || str_eq(row->status, "running"))
        return 0;
    if (++old->seen > RUNS_KEPT && old->count < ARRAY_LEN(old->ids) &&
        !is_held(old->watch, row->id))
        old->ids[old->count++] = row->id;
    return 0;
}

/* The tries of an afternoon must not fill the disk. */
static void forget_old_runs(struct watch *w, const struct watch_unit *unit) {
    struct old_runs old = {.watch = w};
    struct err ignored;
    if (unit->id[0] == '\0' ||
        run_table_list(w->world.db, unit->id, 0, take_old, &old, &ignored) < 0)
        return;
    for (size_t i = 0; i < old.count; i++)
        if (run_table_delete(w->world.db, old.ids[i], &ignored) < 0)
            return;
}

/* ---- the loop ---- */

static void try_unit(struct watch *w, size_t place) {
    struct watch_unit *unit = &w->units.items[place];
    struct watch_outcome outcome;
    bool is_rerun = w->units.rerun[place];
    w->units.dirty[place] = w->units.rerun[place] = false;
    w->current = unit;
    watch_screen_building(&w->screen, unit);
    watch_unit_try(&w->world, unit, (struct watch_owner){find_owner, w}, is_rerun, &outcome);
    w->current = NULL;
    watcher_forget(w->watcher, unit->so);
    if (outcome.verdict == WATCH_CANCELLED && is_rerun)
        w->units.rerun[place] = true;
    watch_screen_outcome(&w->screen, unit, &outcome);
    watch_outcome_fini(&outcome);
    forget_old_runs(w, unit);
}

static void take_change(struct watch *w, const struct watcher_change *change) {
    if (w->world.config && str_eq(change->path, w->world.config)) {
        for (size_t i = 0; i < w->units.count; i++)
            w->units.dirty[i] = w->units.rerun[i] = w->units.items[i].good != NULL;
        return;
    }
    if (change->is_gone) {
        for (size_t i = 0; i < w->units.count; i++)
            if (watch_unit_reads(&w->units.items[i], change->path) ||
                str_eq(w->units.items[i].so, change->path))
                watch_screen_missing(&w->screen, &w->units.items[i], change->path);
        return;
    }
    const struct watch_unit *unit = watch_units_touch(&w->folders, &w->units, change->path);
    w->screen.units = w->units.items;
    w->screen.unit_count = w->units.count;
    if (unit && !is_wanted(w, unit) && unit->id[0])
        w->units.dirty[unit - w->units.items] = false;
}

static void try_all(struct watch *w) {
    for (size_t i = 0; i < w->units.count && !w->stop; i++) {
        struct signalfd_siginfo info;
        if (w->units.dirty[i])
            try_unit(w, i);
        if (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info || w->screen.broken)
            w->stop = true;
    }
}

static int turn(struct watch *w, struct err *err) {
    struct pollfd fds[] = {{.fd = watcher_fd(w->watcher), .events = POLLIN},
                           {.fd = w->signals, .events = POLLIN}};
    struct watcher_change change;
    int n = poll(fds, ARRAY_LEN(fds), watcher_timeout_ms(w->watcher, now_ns()));
    CHECK(n >= 0 || errno == EINTR || errno == ENOMEM);
    if (n > 0 && fds[1].revents)
        w->stop = true;
    int r = watcher_pump(w->watcher, now_ns(), err);
    while (r == 0 && !w->stop && watcher_next(w->watcher, now_ns(), &change))
        take_change(w, &change);
    if (r == 0)
        try_all(w);
    return r;
}

/* ---- begin and end ---- */

static bool is_newer(const char *a, const char *b) {
    struct stat x, y;
    if (stat(a, &x) != 0 || stat(b, &y) != 0)
        return true;
    if (x.st_mtim.tv_sec != y.st_mtim.tv_sec)
        return x.st_mtim.tv_sec > y.st_mtim.tv_sec;
    return x.st_mtim.tv_nsec > y.st_mtim.tv_nsec;
}

/* What is tried before anything was saved: those that were named, and sources without a build. */
static void choose_first(struct watch *w) {
    for (size_t i = 0; i < w->units.count; i++) {
        struct watch_unit *u = &w->units.items[i];
        watch_unit_adopt(&w->world, u);
        bool is_named = w->o->strategies.count > 0 && is_wanted(w, u);
        bool is_stale = u->source[0] && w->o->strategies.count == 0 &&
                        (u->active.sha[0] == '\0' || is_newer(u->source, u->so));
        w->units.dirty[i] = is_named || is_stale;
    }
}

static int check_wanted(const struct watch *w, struct err *err) {
    for (size_t k = 0; k < w->o->strategies.count; k++) {
        bool is_there = false;
        for (size_t i = 0; i < w->units.count; i++)
            is_there |= str_eq(w->units.items[i].name, w->o->strategies.items[k]) ||
                        str_eq(w->units.items[i].id, w->o->strategies.items[k]);
        if (!is_there)
            return err_set(err, ERR_NOT_FOUND,
                           "--strategy %s: neither a source nor a build of that name in %s of %s",
                           w->o->strategies.items[k], w->folders.shown, w->folders.project);
    }
    return 0;
}

/* The named config is watched, too: by its folder, as every file. */
static int watch_config(struct watch *w, struct err *err) {
    static const char *const suffixes[] = {".yaml", ".yml", ".json", NULL};
    if (!w->o->config)
        return 0;
    if (!realpath(w->o->config, w->config))
        return err_errno(err, "cannot read", w->o->config);
    struct run_conf *conf = NULL;
    int r = run_conf_load(w->config, &conf, err); /* wrong now is said now */
    run_conf_destroy(&conf);
    if (r < 0)
        return r;
    w->world.config = w->config;
    static char folder[PATH_MAX];
    char *name = fs_dirname(w->config);
    (void)str_copy_fixed(folder, sizeof folder, name);
    mem_free(name);
    struct watcher_folder f = {folder, suffixes, (int)w->o->debounce_ms, false};
    return watcher_add(w->watcher, &f, false, now_ns(), err);
}

static int block_signals(int *ret_fd, struct err *err) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    *ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret_fd < 0 ? err_errno(err, "cannot watch signals", NULL) : 0;
}

static int begin(struct watch *w, struct err *err) {
    struct str twins = {0};
    int r = watch_folders_find(&w->folders, err);
    if (r == 0)
        r = sdk_find(&w->sdk, err);
    if (r == 0)
        r = args_open_db(w->o->db, DB_WRITE, &w->world.db, err);
    if (r == 0)
        r = run_table_settle(w->world.db, err);
    if (r == 0)
        r = watcher_create(&w->watcher, err);
    if (r == 0)
        r = watch_folders_watch(&w->folders, w->watcher, (int)w->o->debounce_ms, now_ns(), err);
    if (r == 0)
        r = watch_config(w, err);
    if (r == 0)
        r = block_signals(&w->signals, err);
    if (r < 0)
        return r;
    w->world.registry = registry_create(probe_registry_reader());
    registry_add_folder(w->world.registry, w->folders.plugins);
    registry_add_default_folders(w->world.registry);
    watch_folders_list(&w->folders, &w->units, &twins);
    choose_first(w);
    w->screen.units = w->units.items;
    w->screen.unit_count = w->units.count;
    if (twins.len > 0)
        watch_screen_trouble(&w->screen, str_text(&twins));
    str_fini(&twins);
    return check_wanted(w, err);
}

static int watch(struct options *o, struct err *err) {
    struct watch w = {.o = o, .signals = -1};
    w.world = (struct watch_world){.sdk = &w.sdk,
                                   .project = w.folders.project,
                                   .plugins = w.folders.plugins,
                                   .aside = w.folders.aside,
                                   .cancelled = is_cancelled,
                                   .cancel_self = &w};
    w.screen = (struct watch_screen){.json = o->json,
                                     .terminal = !o->json && isatty(STDOUT_FILENO),
                                     .trade_max = (int)o->trade_max,
                                     .folders = w.folders.shown};
    int r = begin(&w, err);
    if (r == 0) {
        w.world.cancel_fd = watcher_fd(w.watcher);
        watch_screen_start(&w.screen);
        try_all(&w);
        while (r == 0 && !w.stop && !o->once)
            r = turn(&w, err);
    }
    if (r == 0 && w.screen.broken)
        r = err_set(err, ERR_IO, "standard output: %s", strerror(w.screen.broken));
    watch_units_fini(&w.units);
    watcher_destroy(&w.watcher);
    registry_destroy(&w.world.registry);
    db_close(&w.world.db);
    if (w.signals >= 0)
        (void)close(w.signals);
    return r;
}

/* ---- the command line ---- */

static bool whole(const char *option, const char *text, int64_t max, int64_t *ret) {
    if (str_parse_i64(text, ret) && *ret >= 0 && *ret <= max)
        return true;
    LOG_ERROR("watch: %s: expected 0 to %lld, found '%s'", option, (long long)max, text);
    return false;
}

static int parse(int argc, char **argv, struct options *o) {
    const struct arg_option known[] = {{"debounce", 0, .value = &o->debounce},
                                       {"trades", 0, .value = &o->trades},
                                       {"once", 0, .flag = &o->once},
                                       {"json", 0, .flag = &o->json},
                                       {"db", 0, .value = &o->db},
                                       {"strategy", 0, .list = &o->strategies}};
    int first;
    int code = args_parse(&(struct arg_spec){.command = "watch",
                                             .help = help,
                                             .options = known,
                                             .option_count = ARRAY_LEN(known),
                                             .arguments = "[RUN.YAML]",
                                             .max = 1},
                          argc, argv, &first);
    if (code >= 0)
        return code;
    o->config = first < argc ? argv[first] : NULL;
    bool is_good = whole("--debounce", o->debounce, DEBOUNCE_MAX_MS, &o->debounce_ms) &&
                   whole("--trades", o->trades, 1000000, &o->trade_max);
    return is_good ? -1 : 2;
}

int cmd_watch(int argc, char **argv) {
    struct options o = {.debounce = "300", .trades = "10"};
    struct err err;
    o.strategies.items = mem_zalloc((size_t)argc, sizeof *o.strategies.items);
    int code = parse(argc, argv, &o);
    if (code < 0)
        code = watch(&o, &err) < 0 ? args_fail("watch", &err) : 0;
    mem_free(o.strategies.items);
    return code;
}
