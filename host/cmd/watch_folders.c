#include "cmd/watch_folders.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/db.h"

#define UNITS_MAX 4096

static const char *const source_suffixes[] = {".c", ".cc", ".cpp", ".h", ".hpp", NULL};
static const char *const so_suffixes[] = {".so", NULL};

/* ---- folders ---- */

/* The deepest of the folders upward that hold one of the names. */
static void find_project(char ret[PATH_MAX]) {
    static const char *const marks[] = {"custom", "builtins", "plugins", "run.yaml", DB_FILE};
    struct str found = {0};
    char *here = realpath(".", NULL);
    size_t best = 0;
    (void)str_copy_fixed(ret, PATH_MAX, here ? here : ".");
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (!fs_find_upward(".", marks[i], &found))
            continue;
        char *folder = fs_dirname(str_text(&found));
        if (strlen(folder) > best) {
            best = strlen(folder);
            (void)str_copy_fixed(ret, PATH_MAX, folder);
        }
        mem_free(folder);
    }
    mem_free(here);
    str_fini(&found);
}

int watch_folders_find(struct watch_folders *ret, struct err *err) {
    memset(ret, 0, sizeof *ret);
    find_project(ret->project);
    if (strlen(ret->project) > PATH_MAX - 100)
        return err_set(err, ERR_LIMIT, "%s: path too long", ret->project);
    snprintf(ret->builtins, PATH_MAX, "%.3900s/builtins", ret->project);
    snprintf(ret->custom, PATH_MAX, "%.3900s/custom", ret->project);
    snprintf(ret->plugins, PATH_MAX, "%.3900s/plugins", ret->project);
    snprintf(ret->aside, PATH_MAX, "%.3900s/.quasar/build", ret->project);
    snprintf(ret->shown, sizeof ret->shown, "%scustom/ and plugins/",
             fs_is_dir(ret->builtins) ? "builtins/, " : "");
    int r = fs_mkdir_all(ret->custom, err);
    if (r == 0)
        r = fs_mkdir_all(ret->plugins, err);
    return r < 0 ? r : fs_mkdir_all(ret->aside, err);
}

int watch_folders_watch(const struct watch_folders *f, struct watcher *watcher, int debounce_ms,
                        int64_t now, struct err *err) {
    const struct watcher_folder folders[] = {
        {f->builtins, source_suffixes, debounce_ms, false},
        {f->custom, source_suffixes, debounce_ms, true},
        {f->plugins, so_suffixes, debounce_ms, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        int r = watcher_add(watcher, &folders[i], false, now, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- units ---- */

static bool is_source(const char *name) {
    return str_ends_with(name, ".c") || str_ends_with(name, ".cc") || str_ends_with(name, ".cpp");
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static struct watch_unit *find_name(const struct watch_units *units, const char *name) {
    for (size_t i = 0; i < units->count; i++)
        if (str_eq(units->items[i].name, name))
            return &units->items[i];
    return NULL;
}

static struct watch_unit *add(const struct watch_folders *f, struct watch_units *units,
                              const char *name, const char *source) {
    char so[PATH_MAX];
    if (units->count == UNITS_MAX)
        return NULL;
    if (units->count == units->cap) {
        units->cap = units->cap ? 2 * units->cap : 16;
        units->items = mem_realloc_array(units->items, units->cap, sizeof *units->items);
        units->dirty = mem_realloc_array(units->dirty, units->cap, sizeof *units->dirty);
        units->rerun = mem_realloc_array(units->rerun, units->cap, sizeof *units->rerun);
    }
    snprintf(so, sizeof so, "%.3800s/%.255s.so", f->plugins, name);
    size_t at = units->count++;
    watch_unit_init(&units->items[at], name, source, so);
    units->dirty[at] = units->rerun[at] = false;
    return &units->items[at];
}

/* The source of that name is known under another path: the first one counts. */
static void take_source(const struct watch_folders *f, struct watch_units *units,
                        const char *source, struct str *twins) {
    char name[NAME_MAX + 1];
    struct err ignored;
    if (compile_name(source, name, &ignored) < 0)
        return;
    const struct watch_unit *known = find_name(units, name);
    if (!known)
        (void)add(f, units, name, source);
    else if (twins && !str_eq(known->source, source))
        str_appendf(twins, "%s: left out, %s has that name already (rename one)\n", source,
                    known->source);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted; mem_free each and the array. */
static size_t list_names(const char *folder, char ***ret) {
    char **names = NULL;
    size_t count = 0, cap = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (count == cap) {
            cap = cap ? 2 * cap : 64;
            names = mem_realloc_array(names, cap, sizeof *names);
        }
        names[count++] = mem_strdup(entry->d_name);
    }
    if (dir)
        (void)closedir(dir);
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    *ret = names;
    return count;
}

static bool is_unit_source(const struct watch_folders *f, const char *folder, const char *path) {
    if (str_starts_with(base_of(path), "test_"))
        return false;
    if (is_source(path))
        return fs_is_regular(path);
    return str_eq(folder, f->custom) && fs_is_dir(path);
}

void watch_folders_list(const struct watch_folders *f, struct watch_units *units,
                        struct str *twins) {
    const char *const folders[] = {f->builtins, f->custom, f->plugins};
    char path[PATH_MAX];
    for (size_t k = 0; k < ARRAY_LEN(folders); k++) {
        char **names;
        size_t count = list_names(folders[k], &names);
        for (size_t i = 0; i < count; i++) {
            snprintf(path, sizeof path, "%.3800s/%.255s", folders[k], names[i]);
            if (folders[k] == f->plugins && str_ends_with(names[i], ".so")) {
                names[i][strlen(names[i]) - 3] = '\0';
                if (!find_name(units, names[i]))
                    (void)add(f, units, names[i], "");
            } else if (folders[k] != f->plugins && is_unit_source(f, folders[k], path)) {
                take_source(f, units, path, twins);
            }
            mem_free(names[i]);
        }
        mem_free(names);
    }
}

/* "…/custom/my/part.c" belongs to the unit "…/custom/my". */
static void source_of(const struct watch_folders *f, const char *path, char ret[PATH_MAX]) {
    size_t len = strlen(f->custom);
    (void)str_copy_fixed(ret, PATH_MAX, path);
    if (strncmp(path, f->custom, len) != 0 || path[len] != '/')
        return;
    char *slash = strchr(ret + len + 1, '/');
    if (slash)
        *slash = '\0';
}

static struct watch_unit *new_unit(const struct watch_folders *f, struct watch_units *units,
                                   const char *path) {
    char source[PATH_MAX], name[NAME_MAX + 1];
    struct err ignored;
    if (str_ends_with(path, ".so")) {
        snprintf(name, sizeof name, "%.*s", (int)(strlen(base_of(path)) - 3), base_of(path));
        return add(f, units, name, "");
    }
    source_of(f, path, source);
    if ((!is_source(source) && !fs_is_dir(source)) || str_starts_with(base_of(source), "test_") ||
        compile_name(source, name, &ignored) < 0)
        return NULL;
    struct watch_unit *known = find_name(units, name);
    if (!known)
        return add(f, units, name, source);
    if (known->source[0]) /* a twin: left out, as at the start */
        return NULL;
    (void)str_copy_fixed(known->source, sizeof known->source, source);
    return known;
}

struct watch_unit *watch_units_touch(const struct watch_folders *f, struct watch_units *units,
                                     const char *path) {
    struct watch_unit *first = NULL;
    for (size_t i = 0; i < units->count; i++) {
        struct watch_unit *u = &units->items[i];
        if (!str_eq(u->so, path) && !watch_unit_reads(u, path))
            continue;
        units->dirty[i] = true;
        first = first ? first : u;
    }
    if (!first && (is_source(path) || str_ends_with(path, ".so"))) {
        first = new_unit(f, units, path);
        if (first)
            units->dirty[first - units->items] = true;
    }
    return first;
}

void watch_units_fini(struct watch_units *units) {
    for (size_t i = 0; i < units->count; i++)
        watch_unit_fini(&units->items[i]);
    mem_free(units->items);
    mem_free(units->dirty);
    mem_free(units->rerun);
    memset(units, 0, sizeof *units);
}
