/*
 * A build is made under a hidden name in its folder, probed there, and renamed over the old one;
 * bytes that are the same leave the old file alone. Signals that stop programs wait until the
 * hidden file is gone.
 */
#include "cmd/cmd_build.h"

#include <dirent.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd_build_find.h"
#include "cmd/strategy_text.h"
#include "cmd/usage.h"
#include "proc/compile.h"
#include "proc/probe.h"

static const char help[] =
    "Usage: qshost build [OPTION]... [SOURCE]...\n"
    "\n"
    "Compiles strategies with the SDK of this qshost, checks each build as qshost check does, and\n"
    "puts the good ones into plugins/. A build that fails leaves the old one in place.\n"
    "SOURCE: a .c, .cc or .cpp file, a folder of them (test_* are left out), or the name of\n"
    "something in custom/ or builtins/. Without any: all of custom/.\n"
    "\n"
    "  -o, --output DIR   instead of plugins/, which is searched upward from here\n"
    "      --json         what was built as one JSON document\n"
    "      --help         this text\n"
    "\n"
    "Exit code: 0 all built, 1 at least one failed, 2 wrong usage.\n"
    "Environment: CC (default cc), CXX (default c++), QS_COMPILE_DEADLINE_MS (default 60000),\n"
    "QS_SDK (a prefix or build folder with another SDK), QS_DEADLINE_MS and QS_CACHE of the check\n"
    "\n"
    "Example: qshost build custom/example.c\n";

struct options {
    const char *dir; /* NULL: plugins/ */
    bool json;
    char **words;
    int word_count;
};

/* What came of one source. */
struct built {
    const struct build_source *source;
    char output[PATH_MAX];
    int rc;
    struct err err;
    struct compile_result compiled;
    struct probe_report report;
    struct descriptor *desc;
    bool changed;
    struct str twins; /* warnings: other files that have its id, one a line */
};

/* -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct options *ret) {
    static const struct option known[] = {{"output", required_argument, NULL, 'o'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {0};
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":ho:", known, NULL)) != -1;) {
        switch (c) {
        case 'h':
            return strategy_text_print(help);
        case 'j':
            options.json = true;
            break;
        case 'o':
            options.dir = optarg;
            break;
        case ':':
            LOG_ERROR("build: option %s wants a value (qshost build --help)", argv[optind - 1]);
            return 2;
        default:
            LOG_ERROR("build: unknown option %s (qshost build --help)",
                      usage_bad_option(argv, (char[3]){0}));
            return 2;
        }
    }
    options.words = argv + optind;
    options.word_count = argc - optind;
    *ret = options;
    return -1;
}

/* ---- one source ---- */

static bool same_bytes(const char *a, const char *b) {
    struct fs_map x = {0}, y = {0};
    struct err ignored;
    bool same = fs_is_regular(b) && fs_map_open(a, &x, &ignored) == 0 &&
                fs_map_open(b, &y, &ignored) == 0 && x.len == y.len &&
                (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
    fs_map_close(&x);
    fs_map_close(&y);
    return same;
}

/* The probe names the file that it saw; the user knows the source. */
static void name_source(struct err *err, const char *hidden, const char *source) {
    size_t len = strlen(hidden);
    if (strncmp(err->text, hidden, len) != 0)
        return;
    struct err told;
    (void)err_set(&told, err->code, "%s%s", source, err->text + len);
    *err = told;
}

static int make(const struct sdk *sdk, const char *folder, struct built *b) {
    char hidden[PATH_MAX];
    if (snprintf(b->output, sizeof b->output, "%s/%s.so", folder, b->source->name) >= PATH_MAX ||
        snprintf(hidden, sizeof hidden, "%s/.%s.%d.so", folder, b->source->name, (int)getpid()) >=
            PATH_MAX)
        return err_set(&b->err, ERR_USAGE, "%.64s...: path too long", folder);
    struct compile_spec spec = {.sdk = sdk, .source = b->source->path, .output = hidden};
    int rc = compile_run(&spec, &b->compiled, &b->err);
    if (rc != 0)
        return rc;
    rc = probe_read(hidden, b->desc, &b->report, &b->err);
    if (rc != 0)
        name_source(&b->err, hidden, b->source->path);
    b->changed = rc == 0 && !same_bytes(hidden, b->output);
    if (b->changed && rename(hidden, b->output) != 0)
        rc = err_errno(&b->err, "cannot put the build in place as", b->output);
    if (!b->changed || rc != 0)
        (void)unlink(hidden);
    return rc;
}

static void make_unstopped(const struct sdk *sdk, const char *folder, struct built *b) {
    sigset_t stops, before;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGINT);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGHUP);
    (void)sigaddset(&stops, SIGQUIT);
    (void)sigprocmask(SIG_BLOCK, &stops, &before);
    b->rc = make(sdk, folder, b);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- what it says ---- */

static void tell(const struct built *b) {
    (void)fputs(str_text(&b->compiled.words), stderr);
    if (b->rc == 0) {
        printf("%s %s -> %s (%s %s, %.2f s)\n", b->changed ? "built" : "unchanged", b->source->path,
               b->output, b->desc->id, b->desc->version, b->compiled.seconds);
        (void)fflush(stdout);
        for (size_t i = 0; i < b->report.elf.warning_count; i++)
            LOG_WARN("%s: %s", b->source->path, b->report.elf.warnings[i]);
        return;
    }
    struct str output = {0};
    LOG_ERROR("%s", b->err.text);
    strategy_text_output(str_text(&b->report.output), b->report.output.len,
                         b->report.output_dropped, &output);
    (void)fputs(str_text(&output), stderr);
    str_fini(&output);
    if (fs_exists(b->output))
        LOG_ERROR("%s: not built; %s stays as it was", b->source->path, b->output);
}

static struct jv *to_json(const struct built *b) {
    struct jv *o = jv_object();
    jv_put_bool(o, "ok", b->rc == 0);
    jv_put_str(o, "source", b->source->path);
    jv_put_str(o, "output", b->output);
    jv_put_bool(o, "changed", b->changed);
    jv_put_str(o, "id", b->rc == 0 ? b->desc->id : NULL);
    jv_put_str(o, "version", b->rc == 0 ? b->desc->version : NULL);
    jv_put_str(o, "build", b->rc == 0 ? b->desc->build : NULL);
    jv_put_f64(o, "seconds", b->compiled.seconds);
    if (b->rc == 0)
        jv_put_null(o, "error");
    else
        jv_put_json(o, "error", strategy_text_error(&b->err));
    jv_put_str_n(o, "words", str_text(&b->compiled.words), b->compiled.words.len);
    jv_put_str_n(o, "printed", str_text(&b->report.output), b->report.output.len);
    struct jv *warnings = jv_put_array(o, "warnings");
    for (size_t i = 0; i < b->report.elf.warning_count; i++)
        jv_push_str(warnings, b->report.elf.warnings[i]);
    for (const char *at = str_text(&b->twins); *at;) {
        struct str line = {0};
        size_t len = strcspn(at, "\n");
        str_append_n(&line, at, len);
        jv_push_str(warnings, str_text(&line));
        str_fini(&line);
        at += len + 1;
    }
    return o;
}

/* Which of what was built is there twice: another file of the folder has its id. */
static void find_twins(const char *folder, struct built *all, size_t count) {
    struct registry_reader reader = probe_registry_reader();
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[PATH_MAX];
        struct err ignored;
        if (entry->d_name[0] == '.' || !str_ends_with(entry->d_name, ".so") ||
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= PATH_MAX ||
            reader.read(reader.arg, path, desc, &ignored) != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if (all[i].rc == 0 && strcmp(all[i].desc->id, desc->id) == 0 &&
                strcmp(all[i].output, path) != 0)
                str_appendf(&all[i].twins,
                            "id %s is in %s and in %s; qshost takes one of them (remove the "
                            "other, or change its id)\n",
                            desc->id, all[i].output, path);
    }
    if (dir)
        (void)closedir(dir);
    mem_free(desc);
}

static void tell_twins(const struct built *b) {
    for (const char *at = str_text(&b->twins); *at; at += strcspn(at, "\n") + 1)
        LOG_WARN("%.*s", (int)strcspn(at, "\n"), at);
}

/* ---- all ---- */

static int build_all(const struct options *options, const struct sdk *sdk, const char *folder,
                     const struct build_sources *sources) {
    struct built *all = mem_zalloc(sources->count, sizeof *all);
    int failed = 0;
    for (size_t i = 0; i < sources->count; i++) {
        all[i].source = &sources->items[i];
        all[i].desc = mem_zalloc(1, sizeof *all[i].desc);
        make_unstopped(sdk, folder, &all[i]);
        failed += all[i].rc != 0;
        if (!options->json)
            tell(&all[i]);
        else if (all[i].rc != 0)
            LOG_ERROR("%s", all[i].err.text);
    }
    find_twins(folder, all, sources->count);
    int code = 0;
    if (options->json) {
        struct jv *o = jv_object();
        jv_put_bool(o, "ok", failed == 0);
        jv_put_str(o, "folder", folder);
        struct jv *builds = jv_put_array(o, "builds");
        for (size_t i = 0; i < sources->count; i++)
            jv_push_json(builds, to_json(&all[i]));
        code = strategy_text_print_json(o);
    }
    for (size_t i = 0; i < sources->count; i++) {
        if (!options->json)
            tell_twins(&all[i]);
        compile_result_fini(&all[i].compiled);
        probe_report_fini(&all[i].report);
        mem_free(all[i].desc);
        str_fini(&all[i].twins);
    }
    mem_free(all);
    return failed > 0 ? 1 : code;
}

static int find_output(const char *said, char ret[PATH_MAX], struct err *err) {
    if (!said)
        return build_find_plugins(ret, err);
    if (!str_copy_fixed(ret, PATH_MAX, said) || said[0] == '\0')
        return err_set(err, ERR_USAGE, "--output: expected a folder, found \"%.64s\"", said);
    for (size_t len = strlen(ret); len > 1 && ret[len - 1] == '/'; len--)
        ret[len - 1] = '\0';
    return fs_mkdir_all(ret, err);
}

int cmd_build(int argc, char **argv) {
    struct options options = {0};
    struct build_sources sources = {0};
    char folder[PATH_MAX];
    struct err err;
    int code = parse(argc, argv, &options);
    if (code >= 0)
        return code;
    struct sdk *sdk = mem_zalloc(1, sizeof *sdk);
    int rc = options.word_count == 0 ? build_find_all(&sources, &err) : 0;
    for (int i = 0; rc == 0 && i < options.word_count; i++)
        rc = build_find_word(options.words[i], &sources, &err);
    if (rc == 0)
        rc = build_find_check(&sources, &err);
    if (rc == 0)
        rc = sdk_find(sdk, &err);
    if (rc == 0)
        rc = find_output(options.dir, folder, &err);
    if (rc == 0) {
        code = build_all(&options, sdk, folder, &sources);
    } else {
        LOG_ERROR("%s", err.text);
        code = rc == ERR_USAGE ? 2 : 1;
    }
    mem_free(sdk);
    build_sources_fini(&sources);
    return code;
}
