#include "cmd/cmd_watch.h"

#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/args.h"
#include "cmd/watch_loop.h"
#include "plugin/registry.h"
#include "proc/clock.h"
#include "proc/probe.h"
#include "store/run_table.h"

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
    "      --once            end after the first result of what is to be built; exit code 1 if that\n"
    "                        failed\n"
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

/* ---- begin and end ---- */

static int load_config(const struct options *o, struct watch_folders *folders,
                       struct run_conf **ret, struct err *err) {
    if (!o->config)
        return 0;
    int r = watch_folders_add_config(folders, o->config, err);
    if (r == 0)
        r = run_conf_load(folders->config, ret, err); /* wrong now is said now */
    return r;
}

static int open_db(const struct options *o, const char *project, struct db **ret, struct err *err) {
    struct str path = {0};
    int r = db_find(project, o->db, &path, err);
    if (r == 0)
        r = db_open(str_text(&path), DB_WRITE, ret, err);
    str_fini(&path);
    if (r < 0)
        return r;
    db_defer_checkpoints(*ret); /* watch_loop.c does it when a result is out */
    return run_table_settle(*ret, err);
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

static int begin(struct watch_loop *w, const struct options *o, struct sdk *sdk, struct err *err) {
    int r = watch_folders_find(&w->folders, err);
    if (r == 0)
        r = load_config(o, &w->folders, &w->first, err);
    if (r == 0)
        r = sdk_find(sdk, err);
    if (r == 0)
        r = open_db(o, w->folders.project, &w->world.db, err);
    if (r == 0)
        r = watcher_create(&w->watcher, err);
    if (r == 0)
        r = watch_folders_watch(&w->folders, w->watcher, (int)o->debounce_ms, steady_now(), err);
    if (r == 0)
        r = block_signals(&w->signals, err);
    if (r < 0)
        return r;
    w->world.config = w->folders.config[0] ? w->folders.config : NULL;
    w->world.registry = registry_create(probe_registry_reader());
    registry_add_folder(w->world.registry, w->folders.plugins);
    registry_add_default_folders(w->world.registry);
    return watch_loop_begin(w, err);
}

/* ret_failed: whether something that was tried did. */
static int watch(struct options *o, bool *ret_failed, struct err *err) {
    struct sdk sdk = {0};
    struct watch_loop *w = mem_zalloc(1, sizeof *w);
    w->signals = -1;
    w->wanted = o->strategies.items;
    w->wanted_count = o->strategies.count;
    w->world = (struct watch_world){.sdk = &sdk,
                                    .project = w->folders.project,
                                    .plugins = w->folders.plugins,
                                    .aside = w->folders.aside,
                                    .is_recorded_later = true};
    w->screen = (struct watch_screen){.json = o->json,
                                      .terminal = !o->json && isatty(STDOUT_FILENO),
                                      .trade_max = (int)o->trade_max,
                                      .folders = w->folders.shown};
    int r = begin(w, o, &sdk, err);
    if (r == 0)
        r = watch_loop_run(w, o->once, err);
    *ret_failed = w->has_failed;
    run_conf_destroy(&w->first);
    watch_units_fini(&w->units);
    watcher_destroy(&w->watcher);
    registry_destroy(&w->world.registry);
    db_close(&w->world.db);
    if (w->signals >= 0)
        (void)close(w->signals);
    mem_free(w);
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
    bool has_failed = false;
    o.strategies.items = mem_zalloc((size_t)argc, sizeof *o.strategies.items);
    int code = parse(argc, argv, &o);
    if (code < 0)
        code = watch(&o, &has_failed, &err) < 0 ? args_fail("watch", &err) : o.once && has_failed;
    mem_free(o.strategies.items);
    return code;
}
