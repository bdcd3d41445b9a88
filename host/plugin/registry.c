/*
 * Files are listed in the order that decides between two of one id; what was read of a file stays
 * with it as long as its size and times are the same. A lookup by id reads <id>.so of each folder
 * first and the rest only when that was nothing, in the same order, so that it finds what a scan
 * would have found.
 */
#include "plugin/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#define FILES_MAX 4096

struct folder {
    char *path; /* real */
    dev_t device;
    ino_t inode;
};

struct file {
    char *path; /* absolute */
    size_t folder;
    struct stat st;
    bool read;               /* desc or err is filled */
    struct descriptor *desc; /* NULL = refused */
    struct err err;
    struct err twin_err;     /* where another file has the id */
    const struct file *twin; /* the one that has it; NULL = none */
};

struct registry {
    struct registry_reader reader;
    struct folder *folders;
    size_t folder_count;
    struct file **files; /* by name, then folder */
    size_t file_count;
    struct file **shown; /* the entries, in their order */
    struct str folder_text;
};

/* ---- life ---- */

struct registry *registry_create(struct registry_reader reader) {
    struct registry *registry = mem_zalloc(1, sizeof *registry);
    registry->reader = reader;
    return registry;
}

static void file_destroy(struct file *file) {
    if (!file)
        return;
    mem_free(file->path);
    mem_free(file->desc);
    mem_free(file);
}

void registry_destroy(struct registry **registry) {
    struct registry *r = *registry;
    if (!r)
        return;
    for (size_t i = 0; i < r->folder_count; i++)
        mem_free(r->folders[i].path);
    for (size_t i = 0; i < r->file_count; i++)
        file_destroy(r->files[i]);
    mem_free(r->folders);
    mem_free(r->files);
    mem_free(r->shown);
    str_fini(&r->folder_text);
    mem_free(r);
    *registry = NULL;
}

/* ---- folders ---- */

void registry_add_folder(struct registry *registry, const char *path) {
    struct stat st;
    char real[PATH_MAX];
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode) || !realpath(path, real))
        return;
    for (size_t i = 0; i < registry->folder_count; i++)
        if (registry->folders[i].device == st.st_dev && registry->folders[i].inode == st.st_ino)
            return;
    str_appendf(&registry->folder_text, "%s%s", registry->folder_count > 0 ? ", " : "", real);
    registry->folders =
        mem_realloc_array(registry->folders, registry->folder_count + 1, sizeof *registry->folders);
    registry->folders[registry->folder_count++] =
        (struct folder){.path = mem_strdup(real), .device = st.st_dev, .inode = st.st_ino};
}

/* plugins/ beside the folder that the binary was built in: build/bin/qshost -> plugins, and for a
 * build folder that keeps its own, build/plugins. Last what an installation brings with it:
 * <prefix>/bin/qshost -> <prefix>/lib/quasar/plugins. */
static void add_folders_of_binary(struct registry *registry) {
    char binary[PATH_MAX], path[PATH_MAX + 16], installed[PATH_MAX + 32] = "";
    ssize_t len = readlink("/proc/self/exe", binary, sizeof binary - 1);
    if (len <= 0)
        return;
    binary[len] = '\0';
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(binary, '/');
        if (!slash)
            break;
        *slash = '\0';
        (void)snprintf(path, sizeof path, "%s/plugins", binary);
        if (up > 0)
            registry_add_folder(registry, path);
        if (up == 1)
            (void)snprintf(installed, sizeof installed, "%s/lib/quasar/plugins", binary);
    }
    registry_add_folder(registry, installed);
}

void registry_add_default_folders(struct registry *registry) {
    const char *list = getenv("QS_PLUGINS");
    while (list && *list) {
        size_t len = strcspn(list, ":");
        char *path = mem_strndup(list, len);
        if (len > 0)
            registry_add_folder(registry, path);
        mem_free(path);
        list += len + (list[len] == ':');
    }
    struct str found = {0};
    if (fs_find_upward(".", "plugins", &found))
        registry_add_folder(registry, str_text(&found));
    str_fini(&found);
    add_folders_of_binary(registry);
}

const char *registry_folders(const struct registry *registry) {
    return registry->folder_count > 0 ? str_text(&registry->folder_text) : "no folder";
}

/* ---- files ---- */

static const char *name_of(const struct file *file) { return strrchr(file->path, '/') + 1; }

static int by_name(const void *a, const void *b) {
    const struct file *const *x = a, *const *y = b;
    int order = strcmp(name_of(*x), name_of(*y));
    if (order != 0)
        return order;
    return ((*x)->folder > (*y)->folder) - ((*x)->folder < (*y)->folder);
}

static bool is_candidate(const char *name) { return name[0] != '.' && str_ends_with(name, ".so"); }

static bool same_state(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* What is remembered of the file when it is still the same, else a new one. Takes it out of old. */
static struct file *remember(struct registry *r, const char *path, const struct stat *st) {
    for (size_t i = 0; i < r->file_count; i++) {
        struct file *file = r->files[i];
        if (file && strcmp(file->path, path) == 0 && same_state(&file->st, st)) {
            r->files[i] = NULL;
            return file;
        }
    }
    struct file *file = mem_zalloc(1, sizeof *file);
    file->path = mem_strdup(path);
    file->st = *st;
    return file;
}

struct listing {
    struct file **files;
    size_t count;
};

static int list_folder(struct registry *r, size_t folder, struct listing *list, struct err *err) {
    const char *root = r->folders[folder].path;
    DIR *dir = opendir(root);
    if (!dir)
        return err_errno(err, "cannot list", root);
    struct str path = {0};
    int rc = 0;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(dir));) {
        struct stat st;
        if (!is_candidate(entry->d_name))
            continue;
        str_clear(&path);
        fs_join(&path, root, entry->d_name);
        if (stat(str_text(&path), &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        if (list->count == FILES_MAX) {
            rc = err_set(err, ERR_LIMIT,
                         "%s: expected at most %d files in all plugin folders, found "
                         "more (move some away)",
                         root, FILES_MAX);
            break;
        }
        struct file *file = remember(r, str_text(&path), &st);
        file->folder = folder;
        list->files = mem_realloc_array(list->files, list->count + 1, sizeof *list->files);
        list->files[list->count++] = file;
    }
    str_fini(&path);
    (void)closedir(dir);
    return rc;
}

/* Brings the list of files up to date, without reading them. A folder that went away is empty. */
static int list_files(struct registry *r, struct err *err) {
    struct listing list = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->folder_count; i++)
        if (fs_is_dir(r->folders[i].path))
            rc = list_folder(r, i, &list, err);
    for (size_t i = 0; i < r->file_count; i++)
        file_destroy(r->files[i]);
    mem_free(r->files);
    mem_free(r->shown);
    r->shown = NULL;
    r->files = list.files;
    r->file_count = list.count;
    if (r->file_count > 1)
        qsort(r->files, r->file_count, sizeof *r->files, by_name);
    return rc;
}

/* Whether the file says what it is; read at most once in each of its states. */
static bool read_file(struct registry *r, struct file *file) {
    if (!file->read) {
        struct descriptor *desc = mem_zalloc(1, sizeof *desc);
        file->read = true;
        if (r->reader.read(r->reader.arg, file->path, desc, &file->err) == 0) {
            file->desc = desc;
        } else {
            mem_free(desc);
            /* A refusal is of these bytes; what the machine refused may go well next time. */
            int code = file->err.code;
            if (code == ERR_IO || code == ERR_BUSY || code == ERR_LIMIT)
                file->read = false;
        }
    }
    return file->desc != NULL;
}

/* Whether the file is called <its id>.so. */
static bool is_canonical(const struct file *file) {
    size_t len = strlen(file->desc->id);
    const char *name = name_of(file);
    return strncmp(name, file->desc->id, len) == 0 && strcmp(name + len, ".so") == 0;
}

/* Order of the entries: by id, among equals the winner first; refused files last. */
static int by_id(const void *a, const void *b) {
    const struct file *const *x = a, *const *y = b;
    if (!(*x)->desc || !(*y)->desc) {
        int order = ((*x)->desc == NULL) - ((*y)->desc == NULL);
        return order != 0 ? order : strcmp((*x)->path, (*y)->path);
    }
    int order = strcmp((*x)->desc->id, (*y)->desc->id);
    if (order == 0)
        order = (int)is_canonical(*y) - (int)is_canonical(*x);
    if (order == 0)
        order = ((*x)->folder > (*y)->folder) - ((*x)->folder < (*y)->folder);
    return order != 0 ? order : by_name(a, b);
}

int registry_scan(struct registry *registry, struct err *err) {
    int rc = list_files(registry, err);
    if (rc != 0)
        return rc;
    size_t count = registry->file_count;
    registry->shown = mem_realloc_array(NULL, count, sizeof *registry->shown);
    for (size_t i = 0; i < count; i++) {
        (void)read_file(registry, registry->files[i]);
        registry->files[i]->twin = NULL;
        registry->shown[i] = registry->files[i];
    }
    if (count > 1)
        qsort(registry->shown, count, sizeof *registry->shown, by_id);
    const struct file *winner = NULL;
    for (size_t i = 0; i < count; i++) {
        struct file *file = registry->shown[i];
        if (file->desc && winner && strcmp(winner->desc->id, file->desc->id) == 0) {
            file->twin = winner;
            (void)err_set(
                &file->twin_err, ERR_PLUGIN,
                "%s: expected an id of its own, found \"%s\", which %s has (remove one of "
                "the files or change its id)",
                file->path, file->desc->id, winner->path);
        } else {
            winner = file->desc ? file : NULL;
        }
    }
    return 0;
}

size_t registry_count(const struct registry *registry) {
    return registry->shown ? registry->file_count : 0;
}

struct registry_entry registry_at(const struct registry *registry, size_t index) {
    CHECK(index < registry_count(registry));
    const struct file *file = registry->shown[index];
    if (file->twin)
        return (struct registry_entry){file->path, NULL, &file->twin_err};
    return (struct registry_entry){file->path, file->desc, file->desc ? NULL : &file->err};
}

/* ---- lookup ---- */

static int find_path(struct registry *registry, const char *path, char ret_path[PATH_MAX],
                     struct descriptor *ret, struct err *err) {
    char real[PATH_MAX];
    if (!realpath(path, real)) {
        if (errno == ENOENT)
            return err_set(err, ERR_NOT_FOUND,
                           "strategy %s: no such file (build it, or name it by "
                           "its id)",
                           path);
        return err_errno(err, "strategy", path);
    }
    int rc = registry->reader.read(registry->reader.arg, path, ret, err);
    if (rc == 0)
        memcpy(ret_path, real, sizeof real);
    return rc;
}

static int give(const struct file *file, char ret_path[PATH_MAX], struct descriptor *ret) {
    (void)str_copy_fixed(ret_path, PATH_MAX, file->path);
    *ret = *file->desc;
    return 0;
}

/* <id>.so of the first folder where it has that id; NULL when there is none. broken (code 0 before)
 * gets the reason of the first file of that name that is refused. */
static const struct file *find_canonical(struct registry *r, const char *id, struct err *broken) {
    const struct file *found = NULL;
    for (size_t i = 0; i < r->file_count; i++) {
        struct file *file = r->files[i];
        size_t len = strlen(id);
        const char *name = name_of(file);
        if (strncmp(name, id, len) != 0 || strcmp(name + len, ".so") != 0)
            continue;
        if (!read_file(r, file))
            *broken = broken->code != 0 ? *broken : file->err;
        else if (strcmp(file->desc->id, id) == 0 && !found)
            found = file;
    }
    return found;
}

static int not_found(struct registry *r, const char *id, struct err *err) {
    if (r->folder_count == 0)
        return err_set(
            err, ERR_NOT_FOUND,
            "strategy %s: there is no folder of plugins (make plugins/ here, or name one "
            "with QS_PLUGINS; qshost build makes it too)",
            id);
    const char **names = mem_zalloc(r->file_count + 1, sizeof *names);
    for (size_t i = 0; i < r->file_count; i++)
        names[i] = r->files[i]->desc ? r->files[i]->desc->id : NULL;
    const char *near = str_suggest(id, names, r->file_count);
    int rc;
    if (near)
        rc = err_set(err, ERR_NOT_FOUND, "strategy %s: no such id in %s (did you mean %s?)", id,
                     registry_folders(r), near);
    else
        rc = err_set(err, ERR_NOT_FOUND,
                     "strategy %s: no such id in %s (qshost list shows those "
                     "that are there)",
                     id, registry_folders(r));
    mem_free(names);
    return rc;
}

int registry_find(struct registry *registry, const char *id_or_path, char ret_path[PATH_MAX],
                  struct descriptor *ret, struct err *err) {
    if (strchr(id_or_path, '/') || str_ends_with(id_or_path, ".so"))
        return find_path(registry, id_or_path, ret_path, ret, err);
    int rc = list_files(registry, err);
    if (rc != 0)
        return rc;
    struct err broken = {0};
    const struct file *found = find_canonical(registry, id_or_path, &broken);
    if (found)
        return give(found, ret_path, ret);
    rc = registry_scan(registry, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct file *file = registry->shown[i];
        if (file->desc && !file->twin && strcmp(file->desc->id, id_or_path) == 0)
            return give(file, ret_path, ret);
    }
    if (broken.code != 0)
        return err_set(err, broken.code, "%s", broken.text);
    return not_found(registry, id_or_path, err);
}
