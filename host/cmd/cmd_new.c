/*
 * The files of the SDK's template with names put in, made in a hidden folder and renamed into
 * place, so that whoever watches custom/ sees a whole strategy or none.
 */
#include "cmd/cmd_new.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd_build_find.h"
#include "cmd/cmd_new_bars.h"
#include "cmd/cmd_new_files.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "data/series_name.h"
#include "plugin/registry.h"
#include "proc/probe.h"
#include "proc/sdk.h"

#define ID_MAX 63

static const char help[] =
    "Usage: qshost new [OPTION]... NAME\n"
    "\n"
    "Makes custom/NAME/ with a strategy that compiles and trades (NAME.c), its unit test\n"
    "(test_NAME.c, Makefile), a config to run it (run.yaml) and a .gitignore. custom/ is searched\n"
    "upward from here, else made here. NAME is the strategy's id: [a-z][a-z0-9_]*.\n"
    "\n"
    "  -t, --template T   simple (one symbol, the default) or pair (two symbols)\n"
    "      --dir DIR      makes DIR/NAME/ instead\n"
    "      --help         this text\n"
    "\n"
    "Exit code: 0 made, 1 it could not be made, 2 wrong usage.\n"
    "Environment: QS_SDK (a prefix or build folder with another SDK)\n"
    "\n"
    "Example: qshost new my_first\n";

struct kind {
    const char *name;
    const char *id, *title; /* in the template's files, to be put right */
    const char *run;        /* the file that becomes run.yaml */
    size_t feeds;
};
static const struct kind kinds[] = {
    {"simple", "my_strategy", "My strategy", "run.yaml", 1},
    {"pair", "my_pair", "My pair", "run_pair.yaml", 2},
};

struct options {
    const char *name;
    const char *dir; /* NULL: custom/ */
    const struct kind *kind;
};

struct plan {
    const struct options *options;
    struct sdk sdk;
    char home[PATH_MAX];   /* custom/ or DIR, as shown */
    char root[PATH_MAX];   /* the real folder that it is in: the project */
    char folder[PATH_MAX]; /* home/NAME, as shown */
    char real[PATH_MAX];   /* the same, real */
    struct new_bars bars[2];
    size_t bar_count; /* 0: none found */
    struct new_puts puts;
};

/* ---- the command line ---- */

static int check_name(const char *name, struct err *err) {
    CHECK(name != NULL);
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (name[len] || len == 0 || len > ID_MAX || name[0] == '_' || isdigit((unsigned char)name[0]))
        return err_set(err, ERR_USAGE,
                       "NAME: expected [a-z][a-z0-9_]* of at most %d letters, found \"%.100s\" (it "
                       "is the strategy's id)",
                       ID_MAX, name);
    if (str_starts_with(name, "test_"))
        return err_set(err, ERR_USAGE,
                       "NAME: %s.c would be taken for a test (choose one that does not begin with "
                       "test_)",
                       name);
    return 0;
}

static int take_kind(const char *word, struct options *options) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(word, kinds[i].name) == 0) {
            options->kind = &kinds[i];
            return -1;
        }
    LOG_ERROR("new: --template: expected simple or pair, found \"%s\"", word);
    return 2;
}

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct options *ret) {
    static const struct option known[] = {{"template", required_argument, NULL, 't'},
                                          {"dir", required_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.kind = &kinds[0]};
    int code = -1;
    optind = 0;
    opterr = 0;
    for (int c; code < 0 && (c = getopt_long(argc, argv, ":ht:", known, NULL)) != -1;) {
        if (c == 'h')
            return strategy_text_print(help);
        if (c == 't') {
            code = take_kind(optarg, &options);
        } else if (c == 'd') {
            options.dir = optarg;
        } else if (c == ':') {
            LOG_ERROR("new: option %s wants a value (qshost new --help)", argv[optind - 1]);
            code = 2;
        } else {
            LOG_ERROR("new: unknown option %s (qshost new --help)",
                      usage_bad_option(argv, (char[3]){0}));
            code = 2;
        }
    }
    if (code < 0 && argc - optind != 1) {
        LOG_ERROR("new: expected one NAME, found %d arguments (qshost new --help)", argc - optind);
        code = 2;
    }
    options.name = code < 0 ? argv[optind] : NULL;
    *ret = options;
    return code;
}

/* ---- what must be so before ---- */

/* Neither a source nor a build may have the id. */
static int check_free(const char *home, const char *name, struct err *err) {
    char path[PATH_MAX], builtins[PATH_MAX];
    if (build_find_named(home, name, path))
        return err_set(err, ERR_BUSY,
                       "%s: is there already (choose another name, or remove it first)", path);
    if (build_find_folder("builtins", builtins) && build_find_named(builtins, name, path))
        return err_set(err, ERR_BUSY, "%s: %s has that name (choose another one)", name, path);
    struct registry *registry = registry_create(probe_registry_reader());
    struct descriptor *ignored = mem_zalloc(1, sizeof *ignored);
    struct err quiet;
    registry_add_default_folders(registry);
    int rc = registry_find(registry, name, path, ignored, &quiet) == 0 ? ERR_BUSY : 0;
    if (rc != 0)
        rc = err_set(err, rc, "%s: %s has that id (choose another name, or remove the file first)",
                     name, path);
    mem_free(ignored);
    registry_destroy(&registry);
    return rc;
}

static int find_home(const struct options *options, char ret[PATH_MAX], struct err *err) {
    const char *dir = options->dir;
    if (dir && (dir[0] == '\0' || !str_copy_fixed(ret, PATH_MAX, dir)))
        return err_set(err, ERR_USAGE, "--dir: expected a folder, found \"%.64s\"", dir);
    for (size_t len = dir ? strlen(ret) : 0; len > 1 && ret[len - 1] == '/'; len--)
        ret[len - 1] = '\0';
    if (!dir && !build_find_folder("custom", ret))
        (void)str_copy_fixed(ret, PATH_MAX, "custom");
    return 0;
}

static int prepare(struct plan *plan, struct err *err) {
    const struct options *options = plan->options;
    char home[PATH_MAX];
    int rc = check_name(options->name, err);
    if (rc == 0)
        rc = find_home(options, plan->home, err);
    if (rc == 0)
        rc = check_free(plan->home, options->name, err);
    if (rc == 0)
        rc = sdk_find(&plan->sdk, err);
    if (rc == 0 && plan->sdk.template_[0] == '\0')
        rc =
            err_set(err, ERR_NOT_FOUND,
                    "the SDK of %s has no template (install it once more, or say with QS_SDK where "
                    "a whole one is)",
                    plan->sdk.pkgconfig);
    if (rc == 0)
        rc = fs_mkdir_all(plan->home, err);
    if (rc != 0)
        return rc;
    if (!realpath(plan->home, home))
        return err_errno(err, "folder", plan->home);
    char *root = fs_dirname(home);
    if (snprintf(plan->folder, PATH_MAX, "%s/%s", plan->home, options->name) >= PATH_MAX ||
        snprintf(plan->real, PATH_MAX, "%s/%s", home, options->name) >= PATH_MAX ||
        !str_copy_fixed(plan->root, PATH_MAX, root))
        rc = err_set(err, ERR_USAGE, "%.64s...: path too long", plan->home);
    mem_free(root);
    if (rc == 0)
        plan->bar_count = new_bars_find(plan->root, options->kind->feeds, plan->bars);
    return rc;
}

/* ---- what is put in ---- */

/* How the new folder names a path of the project: "../../build/x.csv"; others as they are. */
static char *from_folder(const struct plan *plan, const char *path) {
    size_t root = strlen(plan->root), up = 0;
    if (root > 1 && (strncmp(path, plan->root, root) != 0 || path[root] != '/'))
        return mem_strdup(path);
    struct str text = {0};
    for (const char *c = plan->real + root; *c; c++)
        up += *c == '/';
    for (; up > (root == 1); up--)
        str_append(&text, "../");
    str_append(&text, path + (root == 1 ? 1 : root + 1));
    return str_take(&text);
}

static void fill_puts(struct plan *plan) {
    static const char *const files[] = {"bars_1d.csv", "more_1d.csv"};
    static const char *const symbols[] = {"BARS", "MORE"};
    char plugins[PATH_MAX], real[PATH_MAX];
    struct err ignored;
    struct str assignment = {0};
    new_put(&plan->puts, kinds[0].id, mem_strdup(plan->options->name)); /* all have its Makefile */
    new_put(&plan->puts, plan->options->kind->id, mem_strdup(plan->options->name));
    new_put(&plan->puts, plan->options->kind->title, new_title(plan->options->name));
    for (size_t i = 0; i < plan->bar_count; i++) {
        new_put(&plan->puts, files[i], new_yaml_word(from_folder(plan, plan->bars[i].path)));
        new_put(&plan->puts, symbols[i], new_yaml_word(mem_strdup(plan->bars[i].symbol)));
    }
    for (size_t i = plan->bar_count; i < plan->options->kind->feeds; i++) {
        char symbol[SYMBOL_MAX];
        if (series_name_symbol(files[i], true, symbol, &ignored) == 0)
            new_put(&plan->puts, symbols[i], mem_strdup(symbol));
    }
    char *sdk = from_folder(plan, plan->sdk.pkgconfig);
    str_appendf(&assignment, "SDK ?= %s", sdk);
    new_put(&plan->puts, "SDK ?=", str_take(&assignment));
    mem_free(sdk);
    if (!build_find_folder("plugins", plugins) || !realpath(plugins, real))
        (void)snprintf(real, sizeof real, "%.*s/plugins", PATH_MAX - 16, plan->root);
    char *folder = from_folder(plan, real); /* where qshost build puts it too */
    str_appendf(&assignment, "PLUGINS ?= %s", folder);
    new_put(&plan->puts, "PLUGINS ?= plugins", str_take(&assignment));
    mem_free(folder);
}

/* ---- files ---- */

/* %s: in the template the id of its strategy, here NAME. */
struct output {
    const char *from, *to;
};
static const struct output outputs[] = {
    {"%s.c", "%s.c"},
    {"test_%s.c", "test_%s.c"},
    {"Makefile", "Makefile"},
    {NULL, "run.yaml"}, /* kind->run */
    {"gitignore", ".gitignore"},
};

static void put_name(struct str *text, const char *pattern, const char *name) {
    const char *mark = strstr(pattern, "%s");
    if (mark) {
        str_append_n(text, pattern, (size_t)(mark - pattern));
        str_append(text, name);
    }
    str_append(text, mark ? mark + 2 : pattern);
}

static int write_all(const struct plan *plan, const char *folder, struct err *err) {
    const struct kind *kind = plan->options->kind;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(outputs); i++) {
        struct str from = {0}, to = {0};
        put_name(&from, outputs[i].from ? outputs[i].from : kind->run, kind->id);
        put_name(&to, outputs[i].to, plan->options->name);
        rc = new_write(plan->sdk.template_, str_text(&from), folder, str_text(&to), &plan->puts,
                       err);
        str_fini(&from);
        str_fini(&to);
    }
    return rc;
}

static void remove_aside(const struct plan *plan, const char *aside) {
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        struct str path = {0};
        str_appendf(&path, "%s/", aside);
        put_name(&path, outputs[i].to, plan->options->name);
        (void)unlink(str_text(&path));
        str_fini(&path);
    }
    (void)rmdir(aside);
}

static int make(const struct plan *plan, struct err *err) {
    char aside[PATH_MAX];
    if (snprintf(aside, sizeof aside, "%s/.new.XXXXXX", plan->home) >= PATH_MAX - 100)
        return err_set(err, ERR_USAGE, "%.64s...: path too long", plan->home);
    if (!mkdtemp(aside))
        return err_errno(err, "cannot make a folder in", plan->home);
    mode_t mask = umask(0);
    (void)umask(mask);
    (void)chmod(aside, 0777 & ~mask);
    int rc = write_all(plan, aside, err);
    if (rc == 0 && rename(aside, plan->folder) != 0)
        rc = err_errno(err, "cannot make", plan->folder);
    if (rc != 0)
        remove_aside(plan, aside);
    return rc;
}

static int tell(const struct plan *plan) {
    const char *name = plan->options->name, *folder = plan->folder;
    struct str text = {0};
    char bars[PATH_MAX], custom[PATH_MAX];
    str_appendf(&text, "made %s/: %s.c test_%s.c run.yaml Makefile\n", folder, name, name);
    for (size_t i = 0; i < plan->bar_count; i++) {
        memcpy(bars, plan->bars[i].path, sizeof bars);
        build_find_shorten(bars);
        str_appendf(&text, "bars: %s\n", bars);
    }
    if (plan->bar_count == 0) {
        str_append(&text, "no bars found in the project; these are invented:\n");
        str_appendf(&text, "  qshost data synth -o %s/bars_1d.csv\n", folder);
        if (plan->options->kind->feeds > 1)
            str_appendf(&text, "  qshost data synth --seed 2 -o %s/more_1d.csv\n", folder);
    }
    bool is_known = build_find_folder("custom", custom) && strcmp(custom, plan->home) == 0;
    str_append(&text, "next:\n");
    str_appendf(&text, "  qshost build %s\n", is_known ? name : folder);
    str_appendf(&text, "  make -C %s test\n", folder);
    str_appendf(&text, "  qshost watch %s/run.yaml\n", folder);
    int code = strategy_text_print(str_text(&text));
    if (plan->sdk.library[0] == '\0')
        LOG_WARN("the unit test wants libquasar-harness.a, which is not built (cmake --build build "
                 "--target quasar_harness)");
    str_fini(&text);
    return code;
}

int cmd_new(int argc, char **argv) {
    struct options options = {0};
    struct err err;
    int code = parse(argc, argv, &options);
    if (code >= 0)
        return code;
    struct plan *plan = mem_zalloc(1, sizeof *plan);
    plan->options = &options;
    int rc = prepare(plan, &err);
    if (rc == 0) {
        fill_puts(plan);
        rc = make(plan, &err);
    }
    if (rc == 0) {
        code = tell(plan);
    } else {
        LOG_ERROR("%s", err.text);
        code = rc == ERR_USAGE ? 2 : 1;
    }
    new_puts_fini(&plan->puts);
    mem_free(plan);
    return code;
}
