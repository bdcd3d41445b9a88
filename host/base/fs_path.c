/* Paths as text, and the walk upward. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

void fs_join(struct str *str, const char *a, const char *b) {
    if (b[0] == '/' || a[0] == '\0') {
        str_append(str, b);
        return;
    }
    str_append(str, a);
    if (!str_ends_with(a, "/"))
        str_append_char(str, '/');
    str_append(str, b);
}

/* Length without the slashes at the end; "/" keeps one. */
static size_t trimmed_len(const char *path, size_t len) {
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

/* Where the last name begins in path[0..len). */
static size_t name_start(const char *path, size_t len) {
    size_t at = len;
    while (at > 0 && path[at - 1] != '/')
        at--;
    return at;
}

char *fs_dirname(const char *path) {
    size_t len = trimmed_len(path, strlen(path));
    size_t start = name_start(path, len);
    if (start == 0)
        return mem_strdup(len == 1 && path[0] == '/' ? "/" : ".");
    return mem_strndup(path, trimmed_len(path, start));
}

char *fs_basename(const char *path) {
    size_t len = trimmed_len(path, strlen(path));
    if (len == 0)
        return mem_strdup(".");
    if (len == 1 && path[0] == '/')
        return mem_strdup("/");
    size_t start = name_start(path, len);
    return mem_strndup(path + start, len - start);
}

bool fs_find_upward(const char *start, const char *name, struct str *ret) {
    char *folder = fs_is_dir(start) ? realpath(start, NULL) : NULL;
    struct str path;
    str_init(&path);
    bool found = false;
    while (folder != NULL && !found) {
        str_clear(&path);
        fs_join(&path, folder, name);
        found = fs_exists(str_text(&path));
        bool at_root = strcmp(folder, "/") == 0;
        char *parent = at_root ? NULL : fs_dirname(folder);
        mem_free(folder);
        folder = parent;
    }
    mem_free(folder);
    if (found) {
        str_clear(ret);
        str_append(ret, str_text(&path));
    }
    str_fini(&path);
    return found;
}
