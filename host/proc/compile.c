/*
 * Each file is compiled to an object of its own, then one link; all in a hidden folder that is also
 * the compiler's TMPDIR, so that clearing it away clears all. The compiler gets real paths, and
 * they are mapped to names that are the same everywhere (-ffile-prefix-map); in what it says they
 * are put back to what the user wrote.
 *
 * Signals that stop programs are held back until the folder is gone: child_run kills the compiler
 * when one comes and raises it again, and it arrives when the mask is put back here.
 */
#include "proc/compile.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/clock.h"
#include "proc/compile_command.h"
#include "proc/compile_sources.h"
#include "proc/compile_words.h"

#define DEADLINE_MAX_MS 86400000
#define DEPENDS_MAX ((size_t)4 << 20)
#define ALIASES 3

/* Words of a command line; each is owned. */
struct words {
    char **items; /* NULL-terminated */
    size_t count;
};

struct tool {
    struct words words; /* $CC split at spaces */
    char program[PATH_MAX];
};

struct build {
    const struct compile_spec *spec;
    struct compile_sources sources;
    struct tool cc, cxx;
    char temp[PATH_MAX];           /* "" as long as it is not made */
    char place[PATH_MAX + 2];      /* "<temp>/" */
    char folder[PATH_MAX + 2];     /* "<real folder of the sources>/" */
    char mapped[2 * NAME_MAX + 6]; /* "./custom/", as debug information names it */
    struct compile_alias aliases[ALIASES];
    struct str said; /* raw */
    struct str depends;
    int deadline_ms;
    int64_t end_ms; /* when it is over */
};

/* ---- command lines ---- */

static void words_add_n(struct words *w, const char *word, size_t len) {
    w->items = mem_realloc_array(w->items, w->count + 2, sizeof *w->items);
    w->items[w->count++] = mem_strndup(word, len);
    w->items[w->count] = NULL;
}

static void words_add(struct words *w, const char *word) { words_add_n(w, word, strlen(word)); }

static void words_split(struct words *w, const char *text) {
    for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
        size_t len = strcspn(text, " \t");
        words_add_n(w, text, len);
        text += len;
    }
}

static void words_add_all(struct words *w, const char *const *more) {
    for (; more && *more; more++)
        words_add(w, *more);
}

static void words_fini(struct words *w) {
    for (size_t i = 0; i < w->count; i++)
        mem_free(w->items[i]);
    mem_free(w->items);
    *w = (struct words){0};
}

/* "old=new"; the option can't say an old with a '=' in it, and then that path stays as it is. */
static void add_map(struct words *w, const char *from, const char *to) {
    if (strchr(from, '='))
        return;
    struct str option = {0};
    str_appendf(&option, "-ffile-prefix-map=%s=%s", from, to);
    words_add(w, str_text(&option));
    str_fini(&option);
}

static int find_tool(struct tool *tool, const char *variable, const char *otherwise,
                     struct err *err) {
    const char *said = getenv(variable);
    words_split(&tool->words, said ? said : "");
    if (tool->words.count == 0)
        words_add(&tool->words, otherwise);
    if (command_find(tool->words.items[0], tool->program))
        return 0;
    return err_set(err, ERR_NOT_FOUND,
                   "%s: no such compiler (install one, on Debian: apt install %s; or name yours "
                   "with %s)",
                   tool->words.items[0], strcmp(variable, "CC") == 0 ? "gcc libc6-dev" : "g++",
                   variable);
}

/* ---- runs ---- */

static int run(struct build *b, const struct tool *tool, const struct words *words,
               struct err *err) {
    int64_t left_ms = b->end_ms - steady_ms();
    struct command_spec spec = {
        .program = tool->program,
        .argv = (const char *const *)words->items,
        .temp = b->temp,
        .words_max = COMPILE_OUTPUT_MAX - min_size(b->said.len, COMPILE_OUTPUT_MAX),
        .shown_ms = b->deadline_ms,
        .deadline_ms = left_ms > 1 ? (int)left_ms : 1,
        .cancelled = b->spec->cancelled,
        .self = b->spec->self,
        .cancel_fd = b->spec->cancel_fd,
    };
    int exit_code = 0;
    int rc = command_run(&spec, &b->said, &exit_code, err);
    if (rc != 0)
        return rc;
    if (exit_code == 0)
        return 0;
    struct str clean = {0}, first = {0};
    compile_words_clean(&b->said, b->aliases, ALIASES, &clean);
    compile_words_first(str_text(&clean), &first);
    if (first.len > 0)
        rc = err_set(err, ERR_FORMAT, "%s", str_text(&first));
    else
        rc = err_set(err, ERR_FORMAT, "%s: %s failed with exit code %d and said nothing",
                     b->spec->source, words->items[0], exit_code);
    str_fini(&clean);
    str_fini(&first);
    return rc;
}

static void add_flags(struct build *b, bool is_cxx, struct words *w) {
    static const char *const own[] = {
        "-g", "-Wall", "-Wextra", "-Wdate-time", "-fdiagnostics-color=never", NULL};
    /* a misspelt function is an error where it stands, and not one of the linker's; a way to the
     * end without a return decides by whatever lies in a register */
    static const char *const c[] = {"-Werror=implicit-function-declaration", "-Werror=return-type",
                                    NULL};
    static const char *const cxx[] = {"-std=c++17", "-fno-exceptions", "-fno-rtti",
                                      "-Werror=return-type", NULL};
    struct words flags = {0};
    words_split(&flags, b->spec->sdk->cflags);
    for (size_t i = 0; i < flags.count; i++)
        if (!is_cxx || !str_starts_with(flags.items[i], "-std="))
            words_add(w, flags.items[i]);
    words_fini(&flags);
    words_add_all(w, own);
    words_add_all(w, is_cxx ? cxx : c);
    words_add(w, "-I");
    words_add(w, b->spec->sdk->include);
}

/* The compiler takes the last map that fits. With its '/' the folder's map does not fit the current
 * folder itself. */
static void add_maps(struct build *b, struct words *w) {
    char here[PATH_MAX];
    if (getcwd(here, sizeof here))
        add_map(w, here, ".");
    add_map(w, b->spec->sdk->include, "quasar-sdk");
    add_map(w, b->folder, b->mapped + 2);
}

/* Where the file `name` of the folder, or the object made of it, is. */
static char *path_of(const char *place, const char *name, const char *ending) {
    struct str path = {0};
    str_appendf(&path, "%s%s%s", place, name, ending);
    return str_take(&path);
}

static int compile_one(struct build *b, const char *name, struct err *err) {
    bool is_cxx = compile_sources_is_cxx(name);
    const struct tool *tool = is_cxx ? &b->cxx : &b->cc;
    char *source = path_of(b->folder, name, ""), *object = path_of(b->place, name, ".o");
    char *rule = path_of(b->place, name, ".d"), *text = NULL;
    struct words w = {0};
    struct err ignored;
    words_add_all(&w, (const char *const *)tool->words.items);
    add_flags(b, is_cxx, &w);
    add_maps(b, &w);
    words_add_all(&w, b->spec->more);
    words_add_all(&w, (const char *const[]){"-MMD", "-MT", "x", "-MF", rule, "-c", source, "-o",
                                            object, NULL});
    int rc = run(b, tool, &w, err);
    if (rc == 0 && fs_read_all(rule, DEPENDS_MAX, &text, NULL, &ignored) == 0)
        compile_words_depends(text, b->aliases, ALIASES, &b->depends);
    words_fini(&w);
    mem_free(source);
    mem_free(object);
    mem_free(rule);
    mem_free(text);
    return rc;
}

static int link_all(struct build *b, struct err *err) {
    const struct tool *tool = b->sources.has_cxx ? &b->cxx : &b->cc;
    char *whole = path_of(b->place, "whole.so", "");
    struct words w = {0};
    words_add_all(&w, (const char *const *)tool->words.items);
    words_add(&w, "-fdiagnostics-color=never");
    words_add_all(&w, b->spec->more);
    for (size_t i = 0; i < b->sources.count; i++) {
        char *object = path_of(b->place, b->sources.names[i], ".o");
        words_add(&w, object);
        mem_free(object);
    }
    words_add(&w, "-o");
    words_add(&w, whole);
    words_split(&w, b->spec->sdk->libs);
    int rc = run(b, tool, &w, err);
    if (rc == 0 && rename(whole, b->spec->output) != 0)
        rc = err_errno(err, "cannot write the build", b->spec->output);
    words_fini(&w);
    mem_free(whole);
    return rc;
}

/* ---- the folder aside ---- */

static int make_temp(struct build *b, struct err *err) {
    char *folder = fs_dirname(b->spec->output);
    char real[PATH_MAX];
    int rc = 0;
    if (!realpath(folder, real))
        rc = err_errno(err, "cannot write a build into", folder);
    else if (snprintf(b->temp, sizeof b->temp, "%s/.build.XXXXXX", real) >= PATH_MAX - 64)
        rc = err_set(err, ERR_USAGE, "%.64s...: path too long", folder);
    else if (!mkdtemp(b->temp))
        rc = err_errno(err, "cannot write a build into", folder);
    if (rc != 0)
        b->temp[0] = '\0';
    mem_free(folder);
    return rc;
}

/* A compiler may leave files there, and folders when it is a strange one. */
static void remove_tree(const char *path, int depth) {
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        struct str inner = {0};
        struct stat st;
        fs_join(&inner, path, entry->d_name);
        if (lstat(str_text(&inner), &st) == 0 && S_ISDIR(st.st_mode) && depth > 0)
            remove_tree(str_text(&inner), depth - 1);
        else
            (void)unlink(str_text(&inner));
        str_fini(&inner);
    }
    if (dir)
        (void)closedir(dir);
    (void)rmdir(path);
}

/* ---- the whole ---- */

static int find_deadline(int *ret_ms, struct err *err) {
    const char *text = getenv("QS_COMPILE_DEADLINE_MS");
    int64_t ms = COMPILE_DEADLINE_MS;
    if (text && (!str_parse_i64(text, &ms) || ms < 1 || ms > DEADLINE_MAX_MS))
        return err_set(err, ERR_USAGE,
                       "QS_COMPILE_DEADLINE_MS: expected 1 to %d, found \"%s\" (unset it for %d)",
                       DEADLINE_MAX_MS, text, COMPILE_DEADLINE_MS);
    *ret_ms = (int)ms;
    return 0;
}

static void set_aliases(struct build *b) {
    struct compile_sources *s = &b->sources;
    (void)snprintf(b->folder, sizeof b->folder, "%s%s", s->folder,
                   str_ends_with(s->folder, "/") ? "" : "/");
    (void)snprintf(b->place, sizeof b->place, "%s/", b->temp);
    (void)snprintf(b->mapped, sizeof b->mapped, "./%s/", s->place);
    b->aliases[0] = (struct compile_alias){b->place, ""};
    b->aliases[1] = (struct compile_alias){b->folder, s->spelled};
    b->aliases[2] = (struct compile_alias){b->mapped, s->spelled};
}

static int build(struct build *b, struct err *err) {
    int rc = find_deadline(&b->deadline_ms, err);
    b->end_ms = steady_ms() + b->deadline_ms;
    if (rc == 0)
        rc = compile_sources_find(b->spec->source, &b->sources, err);
    if (rc == 0)
        rc = find_tool(&b->cc, "CC", "cc", err);
    if (rc == 0 && b->sources.has_cxx)
        rc = find_tool(&b->cxx, "CXX", "c++", err);
    if (rc == 0)
        rc = make_temp(b, err);
    if (rc == 0)
        set_aliases(b);
    for (size_t i = 0; rc == 0 && i < b->sources.count; i++)
        rc = compile_one(b, b->sources.names[i], err);
    return rc == 0 ? link_all(b, err) : rc;
}

/* The sources, for those that no rule told of. */
static void name_sources(struct build *b) {
    for (size_t i = 0; i < b->sources.count; i++) {
        char *file = path_of(b->sources.spelled, b->sources.names[i], "");
        struct str rule = {0};
        str_append(&rule, "x: ");
        for (const char *c = file; *c; c++) {
            str_append(&rule, strchr(" #\\", *c) ? "\\" : *c == '$' ? "$" : "");
            str_append_char(&rule, *c);
        }
        compile_words_depends(str_text(&rule), NULL, 0, &b->depends);
        str_fini(&rule);
        mem_free(file);
    }
}

int compile_run(const struct compile_spec *spec, struct compile_result *ret, struct err *err) {
    struct build *b = mem_zalloc(1, sizeof *b);
    sigset_t stops, before;
    double begin = steady_seconds();
    b->spec = spec;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGINT);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGHUP);
    (void)sigaddset(&stops, SIGQUIT);
    (void)sigprocmask(SIG_BLOCK, &stops, &before);
    int rc = build(b, err);
    if (b->temp[0])
        remove_tree(b->temp, 4);
    name_sources(b);
    compile_result_fini(ret);
    compile_words_clean(&b->said, b->aliases, b->temp[0] ? ALIASES : 0, &ret->words);
    ret->depends = b->depends;
    ret->seconds = steady_seconds() - begin;
    str_fini(&b->said);
    words_fini(&b->cc.words);
    words_fini(&b->cxx.words);
    compile_sources_fini(&b->sources);
    mem_free(b);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

void compile_result_fini(struct compile_result *result) {
    str_fini(&result->words);
    str_fini(&result->depends);
    *result = (struct compile_result){0};
}
