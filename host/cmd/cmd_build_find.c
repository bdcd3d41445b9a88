#include "cmd/cmd_build_find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "proc/compile.h"

static const char *const homes[] = {"custom", "builtins"};

void build_sources_fini(struct build_sources *sources) {
    for (size_t i = 0; i < sources->count; i++)
        mem_free(sources->items[i].path);
    mem_free(sources->items);
    *sources = (struct build_sources){0};
}

/* ---- folders ---- */

void build_find_shorten(char path[PATH_MAX]) {
    char here[PATH_MAX];
    if (path[0] != '/' || !getcwd(here, sizeof here))
        return;
    size_t len = strlen(here);
    if (strncmp(path, here, len) == 0 && path[len] == '/' && path[len + 1])
        memmove(path, path + len + 1, strlen(path + len + 1) + 1);
}

bool build_find_folder(const char *name, char ret[PATH_MAX]) {
    struct str found = {0};
    bool is_found = fs_find_upward(".", name, &found) && fs_is_dir(str_text(&found)) &&
                    str_copy_fixed(ret, PATH_MAX, str_text(&found));
    str_fini(&found);
    if (is_found)
        build_find_shorten(ret);
    return is_found;
}

int build_find_plugins(char ret[PATH_MAX], struct err *err) {
    char custom[PATH_MAX];
    if (build_find_folder("plugins", ret))
        return 0;
    if (build_find_folder("custom", custom)) {
        char *root = fs_dirname(custom);
        struct str path = {0};
        fs_join(&path, strcmp(root, ".") == 0 ? "" : root, "plugins");
        bool fits = str_copy_fixed(ret, PATH_MAX, str_text(&path));
        str_fini(&path);
        mem_free(root);
        if (!fits)
            return err_set(err, ERR_USAGE, "%.64s...: path too long", custom);
    } else {
        (void)str_copy_fixed(ret, PATH_MAX, "plugins");
    }
    return fs_mkdir_all(ret, err);
}

/* ---- sources ---- */

static int add(const char *path, struct build_sources *sources, struct err *err) {
    struct build_source source = {0};
    int rc = compile_name(path, source.name, err);
    if (rc != 0)
        return rc;
    source.path = mem_strdup(path);
    sources->items = mem_realloc_array(sources->items, sources->count + 1, sizeof *sources->items);
    sources->items[sources->count++] = source;
    return 0;
}

static int by_path(const void *a, const void *b) {
    const struct build_source *x = a, *y = b;
    return strcmp(x->path, y->path);
}

/* All sources of a home; what is none is passed over. */
static int add_home(const char *home, struct build_sources *sources, struct err *err) {
    DIR *dir = opendir(home);
    if (!dir)
        return err_errno(err, "folder", home);
    size_t before = sources->count;
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct err ignored;
        struct str path = {0};
        fs_join(&path, home, entry->d_name);
        if (entry->d_name[0] != '.' && !str_starts_with(entry->d_name, "test_"))
            (void)add(str_text(&path), sources, &ignored); /* adds nothing when it is none */
        str_fini(&path);
    }
    (void)closedir(dir);
    if (sources->count == before)
        return err_set(err, ERR_NOT_FOUND,
                       "%s: no strategy in it to build (qshost new NAME makes one)", home);
    qsort(sources->items + before, sources->count - before, sizeof *sources->items, by_path);
    return 0;
}

int build_find_all(struct build_sources *sources, struct err *err) {
    char custom[PATH_MAX];
    if (!build_find_folder("custom", custom))
        return err_set(err, ERR_NOT_FOUND,
                       "no folder custom/ here or above (qshost new NAME makes one with a "
                       "strategy in it; or name a SOURCE)");
    return add_home(custom, sources, err);
}

bool build_find_named(const char *folder, const char *name, char ret[PATH_MAX]) {
    static const char *const endings[] = {".c", ".cc", ".cpp", ""};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        char path[2 * PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/%s%s", folder, name, endings[i]);
        if (n >= PATH_MAX || !(endings[i][0] ? fs_is_regular(path) : fs_is_dir(path)))
            continue;
        memcpy(ret, path, (size_t)n + 1);
        return true;
    }
    return false;
}

/* Whether a folder is a custom/ or builtins/, however it is written. */
static bool is_home(const char *path) {
    char real[PATH_MAX];
    if (!fs_is_dir(path) || !realpath(path, real))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(homes); i++)
        if (strcmp(strrchr(real, '/') + 1, homes[i]) == 0)
            return true;
    return false;
}

static int not_found(const char *word, struct err *err) {
    struct build_sources known = {0};
    for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
        char home[PATH_MAX];
        struct err ignored;
        if (build_find_folder(homes[i], home))
            (void)add_home(home, &known, &ignored); /* for a hint only */
    }
    const char **names = mem_zalloc(known.count + 1, sizeof *names);
    for (size_t i = 0; i < known.count; i++)
        names[i] = known.items[i].name;
    const char *near = str_suggest(word, names, known.count);
    int rc = err_set(err, ERR_NOT_FOUND,
                     "%s: no such source: no file or folder, and nothing of that name in custom/ "
                     "or builtins/ (%s%s%s)",
                     word, near ? "did you mean " : "qshost new makes one", near ? near : "",
                     near ? "?" : "");
    mem_free(names);
    build_sources_fini(&known);
    return rc;
}

int build_find_word(const char *word, struct build_sources *sources, struct err *err) {
    char path[PATH_MAX], home[PATH_MAX];
    if (word[0] == '\0')
        return err_set(err, ERR_USAGE, "SOURCE: expected a name, found nothing");
    if (is_home(word)) {
        size_t len = strlen(word);
        while (len > 1 && word[len - 1] == '/')
            len--;
        char *clean = mem_strndup(word, len);
        int rc = add_home(clean, sources, err);
        mem_free(clean);
        return rc;
    }
    for (size_t i = 0; i < ARRAY_LEN(homes) && !strchr(word, '/') && !fs_is_regular(word); i++)
        if (build_find_folder(homes[i], home) && build_find_named(home, word, path))
            return add(path, sources, err);
    if (!fs_exists(word))
        return not_found(word, err);
    return add(word, sources, err);
}

int build_find_check(const struct build_sources *sources, struct err *err) {
    for (size_t i = 0; i < sources->count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(sources->items[i].name, sources->items[k].name) == 0)
                return err_set(err, ERR_USAGE,
                               "%s and %s: both would be %s.so (rename one of them, or build one "
                               "alone)",
                               sources->items[k].path, sources->items[i].path,
                               sources->items[i].name);
    return 0;
}
