#include "cmd/watch_folders.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/watch_files.h"
#include "store/db.h"

#define UNITS_MAX 4096

/* ---- folders ---- */

static bool is_home(const char *folder) {
    return str_ends_with(folder, "/custom") || str_ends_with(folder, "/builtins");
}

/* custom/, custom/my/: a run.yaml in there is a strategy's. */
static bool is_of_strategy(const char *folder) {
    char *above = fs_dirname(folder);
    bool is_it = is_home(folder) || is_home(above);
    mem_free(above);
    return is_it;
}

/* The deepest of the folders upward that hold one of the names. */
static void find_project(char ret[PATH_MAX]) {
    static const char *const marks[] = {"custom", "builtins", "plugins", DB_FILE, "run.yaml"};
    struct str found = {0};
    char *start = realpath(".", NULL);
    size_t best = 0;
    (void)str_copy_fixed(ret, PATH_MAX, start ? start : ".");
    for (size_t i = 0; i < ARRAY_LEN(marks) && start; i++) {
        char *from = mem_strdup(start);
        bool is_found = fs_find_upward(from, marks[i], &found);
        char *folder = is_found ? fs_dirname(str_text(&found)) : NULL;
        while (is_found && str_eq(marks[i], "run.yaml") && is_of_strategy(folder)) {
            mem_free(from);
            from = fs_dirname(folder);
            mem_free(folder);
            is_found = fs_find_upward(from, marks[i], &found);
            folder = is_found ? fs_dirname(str_text(&found)) : NULL;
        }
        if (is_found && strlen(folder) > best) {
            best = strlen(folder);
            (void)str_copy_fixed(ret, PATH_MAX, folder);
        }
        mem_free(folder);
        mem_free(from);
    }
    mem_free(start);
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

int watch_folders_add_config(struct watch_folders *f, const char *path, struct err *err) {
    if (!realpath(path, f->config))
        return err_errno(err, "cannot read", path);
    char *folder = fs_dirname(f->config);
    (void)str_copy_fixed(f->config_folder, sizeof f->config_folder, folder);
    mem_free(folder);
    return 0;
}

/* The suffixes, and the config's name where it lies in that folder: a name is a suffix, too. */
static void set_suffixes(const struct watch_folders *f, const char *folder,
                         const char *const *usual, const char **ret) {
    size_t count = 0;
    for (; usual[count]; count++)
        ret[count] = usual[count];
    if (str_eq(folder, f->config_folder))
        ret[count++] = strrchr(f->config, '/') + 1;
    ret[count] = NULL;
}

int watch_folders_watch(struct watch_folders *f, struct watcher *watcher, int debounce_ms,
                        int64_t now, struct err *err) {
    static const char *const sources[] = {".c", ".cc", ".cpp", ".h", ".hpp", NULL};
    static const char *const sos[] = {".so", NULL}, *const none[] = {NULL};
    const struct {
        const char *path;
        const char *const *usual;
    } folders[] = {
        {f->builtins, sources}, {f->custom, sources}, {f->plugins, sos}, {f->config_folder, none}};
    bool has_config = f->config[0] != '\0';
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        const char *path = folders[i].path;
        set_suffixes(f, path, folders[i].usual, f->suffixes[i]);
        if (folders[i].usual == none && !has_config)
            continue;
        has_config = has_config && !str_eq(path, f->config_folder);
        struct watcher_folder folder = {path, f->suffixes[i], debounce_ms, path == f->custom};
        int r = watcher_add(watcher, &folder, false, now, err);
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
        units->work = mem_realloc_array(units->work, units->cap, sizeof *units->work);
    }
    snprintf(so, sizeof so, "%.3800s/%.255s.so", f->plugins, name);
    size_t at = units->count++;
    watch_unit_init(&units->items[at], name, source, so);
    units->work[at] = 0;
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

/* A unit for a path that is part of none yet; NULL when it is none, or a twin. */
static struct watch_unit *new_unit(const struct watch_folders *f, struct watch_units *units,
                                   const char *path, struct str *twins) {
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
    if (watch_files_has_source(known->source)) {
        str_appendf(twins, "%s: left out, %s has that name already (rename one)\n", source,
                    known->source);
        return NULL;
    }
    (void)str_copy_fixed(known->source, sizeof known->source, source);
    known->judged_source[0] = '\0';
    return known;
}

void watch_units_touch(const struct watch_folders *f, struct watch_units *units, const char *path,
                       struct str *twins) {
    bool is_known = false;
    for (size_t i = 0; i < units->count; i++) {
        const struct watch_unit *u = &units->items[i];
        bool is_so = str_eq(u->so, path), is_read = watch_unit_reads(u, path);
        is_known = is_known || is_so || is_read;
        units->work[i] |= (is_so ? WORK_SO : 0u) | (is_read ? WORK_SOURCE : 0u);
        /* Of a compilation that failed not all files are known. */
        if (is_read && u->trouble.text.len > 0 && u->trouble.stage == WATCH_COMPILE &&
            !is_source(path))
            units->work[i] |= WORK_FORCE;
    }
    if (is_known || (!is_source(path) && !str_ends_with(path, ".so")))
        return;
    const struct watch_unit *made = new_unit(f, units, path, twins);
    if (made)
        units->work[made - units->items] |= str_ends_with(path, ".so") ? WORK_SO : WORK_SOURCE;
}

void watch_units_fini(struct watch_units *units) {
    for (size_t i = 0; i < units->count; i++)
        watch_unit_fini(&units->items[i]);
    mem_free(units->items);
    mem_free(units->work);
    memset(units, 0, sizeof *units);
}
