#include "proc/watch_files.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/compile.h"

bool watch_files_next(const char **at, char path[], size_t cap) {
    while (**at != '\0') {
        size_t len = strcspn(*at, "\n");
        bool fits = len > 0 && len < cap;
        if (fits) {
            memcpy(path, *at, len);
            path[len] = '\0';
        }
        *at += len + ((*at)[len] == '\n');
        if (fits)
            return true;
    }
    return false;
}

static bool has_line(const struct str *lines, const char *line) {
    char path[PATH_MAX];
    for (const char *at = str_text(lines); watch_files_next(&at, path, sizeof path);)
        if (str_eq(path, line))
            return true;
    return false;
}

/* "/a/b/../c/./d" -> "/a/c/d", as the watcher spells it. In place. */
static void straighten(char *path) {
    char *to = path;
    if (path[0] != '/')
        return;
    for (const char *from = path; *from != '\0';) {
        from += strspn(from, "/");
        size_t len = strcspn(from, "/");
        if (len == 2 && from[0] == '.' && from[1] == '.') {
            while (to > path && *--to != '/')
                continue;
        } else if (len > 0 && !(len == 1 && from[0] == '.')) {
            *to++ = '/';
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    *to = '\0';
}

void watch_files_add(struct str *depends, const char *lines) {
    char path[PATH_MAX];
    while (watch_files_next(&lines, path, sizeof path)) {
        straighten(path);
        if (path[0] != '\0' && !has_line(depends, path))
            str_appendf(depends, "%s\n", path);
    }
}

/* ---- which ---- */

static bool is_part(const char *name) {
    static const char *const endings[] = {".c", ".cc", ".cpp", ".h", ".hpp"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (name[0] != '.' && str_ends_with(name, endings[i]))
            return !str_starts_with(name, "test_");
    return false;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_folder(const char *folder, struct str *ret) {
    char **names = NULL;
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (!is_part(entry->d_name))
            continue;
        names = mem_realloc_array(names, count + 1, sizeof *names);
        names[count++] = mem_strdup(entry->d_name);
    }
    if (dir)
        (void)closedir(dir);
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        struct str path = {0};
        fs_join(&path, folder, names[i]);
        if (!has_line(ret, str_text(&path)))
            str_appendf(ret, "%s\n", str_text(&path));
        str_fini(&path);
        mem_free(names[i]);
    }
    mem_free(names);
}

void watch_files_list(const char *source, const struct str *depends, struct str *ret) {
    if (fs_is_dir(source))
        list_folder(source, ret);
    else if (source[0] != '\0' && !has_line(ret, source))
        str_appendf(ret, "%s\n", source);
    watch_files_add(ret, str_text(depends));
}

bool watch_files_has_source(const char *source) {
    char name[NAME_MAX + 1];
    struct err ignored;
    return source[0] != '\0' && compile_name(source, name, &ignored) == 0;
}

/* ---- their bytes ---- */

static int64_t ns_of(struct timespec time) {
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void watch_files_sha(const char *path, char ret[SHA256_HEX_SIZE]) {
    uint8_t digest[SHA256_SIZE];
    struct err ignored;
    ret[0] = '\0';
    if (sha256_file(path, digest, &ignored) == 0)
        sha256_hex(digest, ret);
}

void watch_files_hash(const struct str *files, char ret[SHA256_HEX_SIZE], int64_t *ret_changed) {
    char path[PATH_MAX], sha[SHA256_HEX_SIZE];
    uint8_t digest[SHA256_SIZE];
    struct sha256 whole;
    int64_t changed = 0;
    sha256_init(&whole);
    for (const char *at = str_text(files); watch_files_next(&at, path, sizeof path);) {
        struct stat st;
        watch_files_sha(path, sha);
        if (sha[0] == '\0' || stat(path, &st) != 0)
            changed = INT64_MAX;
        else
            changed = max_i64(changed, ns_of(st.st_ctim));
        sha256_update(&whole, path, strlen(path) + 1);
        sha256_update(&whole, sha, strlen(sha) + 1);
    }
    sha256_final(&whole, digest);
    sha256_hex(digest, ret);
    *ret_changed = changed;
}

int64_t watch_files_written(const struct str *files) {
    char path[PATH_MAX];
    int64_t written = 0;
    for (const char *at = str_text(files); watch_files_next(&at, path, sizeof path);) {
        struct stat st;
        if (stat(path, &st) == 0)
            written = max_i64(written, ns_of(st.st_mtim));
    }
    return written;
}
