#include "proc/compile_sources.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "proc/compile.h"

static const char *const endings[] = {".c", ".cc", ".cpp"};

bool compile_sources_is_cxx(const char *name) { return !str_ends_with(name, ".c"); }

/* Length of the name before the ending of a source; 0 when it is none. */
static size_t stem_of(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (name[0] != '.' && str_ends_with(name, endings[i]))
            return strlen(name) - strlen(endings[i]);
    return 0;
}

static int by_text(const void *a, const void *b) {
    char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static void add(struct compile_sources *s, const char *name) {
    s->names = mem_realloc_array(s->names, s->count + 1, sizeof *s->names);
    s->names[s->count++] = mem_strdup(name);
    s->has_cxx |= compile_sources_is_cxx(name);
}

static int list_folder(const char *source, struct compile_sources *s, struct err *err) {
    DIR *dir = opendir(s->folder);
    if (!dir)
        return err_errno(err, "source", source);
    int rc = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(dir));) {
        if (stem_of(entry->d_name) == 0 || str_starts_with(entry->d_name, "test_"))
            continue;
        if (s->count == COMPILE_SOURCES_MAX)
            rc = err_set(err, ERR_LIMIT, "%s: more than %d sources in it", source,
                         COMPILE_SOURCES_MAX);
        else
            add(s, entry->d_name);
    }
    (void)closedir(dir);
    if (rc == 0 && s->count == 0)
        rc = err_set(err, ERR_USAGE,
                     "%s: no source in it (a strategy is .c, .cc or .cpp files; test_* are its "
                     "tests)",
                     source);
    if (s->count > 1)
        qsort(s->names, s->count, sizeof *s->names, by_text);
    return rc;
}

/* "custom/my" in a custom/ or builtins/, else the last name alone: the same for all projects. */
static void set_place(struct compile_sources *s) {
    char *name = fs_basename(s->folder), *above = fs_dirname(s->folder);
    char *home = fs_basename(above);
    if (strcmp(home, "custom") == 0 || strcmp(home, "builtins") == 0)
        (void)snprintf(s->place, sizeof s->place, "%s/%s", home, name);
    else
        (void)str_copy_fixed(s->place, sizeof s->place, name);
    mem_free(name);
    mem_free(above);
    mem_free(home);
}

static int find_folder(const char *source, struct compile_sources *s, struct err *err) {
    size_t len = strlen(source);
    while (len > 1 && source[len - 1] == '/')
        len--;
    if (snprintf(s->spelled, sizeof s->spelled, "%.*s%s", (int)min_size(len, PATH_MAX), source,
                 source[len - 1] == '/' ? "" : "/") >= (int)sizeof s->spelled)
        return err_set(err, ERR_USAGE, "%.64s...: path too long", source);
    if (!realpath(source, s->folder))
        return err_errno(err, "source", source);
    set_place(s);
    return list_folder(source, s, err);
}

static int find_file(const char *source, struct compile_sources *s, struct err *err) {
    const char *slash = strrchr(source, '/');
    const char *name = slash ? slash + 1 : source;
    if (stem_of(name) == 0)
        return err_set(err, ERR_USAGE, "%s: no source (a strategy is a .c, .cc or .cpp file)",
                       source);
    size_t len = (size_t)(name - source);
    if (len >= sizeof s->spelled || strlen(name) > NAME_MAX)
        return err_set(err, ERR_USAGE, "%.64s...: path too long", source);
    memcpy(s->spelled, source, len);
    s->spelled[len] = '\0';
    if (!realpath(len > 0 ? s->spelled : ".", s->folder))
        return err_errno(err, "source", source);
    set_place(s);
    add(s, name);
    return 0;
}

int compile_sources_find(const char *source, struct compile_sources *ret, struct err *err) {
    if (source[0] == '\0')
        return err_set(err, ERR_USAGE, "source: expected a file or folder, found nothing");
    if (fs_is_dir(source))
        return find_folder(source, ret, err);
    if (fs_is_regular(source))
        return find_file(source, ret, err);
    if (fs_exists(source))
        return err_set(err, ERR_USAGE, "%s: neither a file nor a folder", source);
    errno = ENOENT;
    return err_errno(err, "source", source);
}

void compile_sources_fini(struct compile_sources *sources) {
    for (size_t i = 0; i < sources->count; i++)
        mem_free(sources->names[i]);
    mem_free(sources->names);
    *sources = (struct compile_sources){0};
}

int compile_name(const char *source, char ret_name[NAME_MAX + 1], struct err *err) {
    struct compile_sources *found = mem_zalloc(1, sizeof *found);
    int rc = compile_sources_find(source, found, err);
    if (rc == 0 && fs_is_dir(source)) {
        (void)str_copy_fixed(ret_name, NAME_MAX + 1, strrchr(found->folder, '/') + 1);
    } else if (rc == 0) {
        size_t len = stem_of(found->names[0]);
        memcpy(ret_name, found->names[0], len);
        ret_name[len] = '\0';
    }
    compile_sources_fini(found);
    mem_free(found);
    return rc;
}
