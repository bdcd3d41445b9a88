/* The scan: what the folders hold, told file by file; what was not found is missing. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/watcher_state.h"

bool watched_folder_takes(const struct watched_folder *folder, const char *name) {
    if (name[0] == '.')
        return false;
    for (const char *const *suffix = folder->root->suffixes; *suffix != NULL; suffix++)
        if (str_ends_with(name, *suffix))
            return true;
    return false;
}

static bool scan_subfolder(struct watcher *watcher, struct watched_folder *root, const char *path,
                           enum path_hint hint, int64_t now) {
    struct watched_folder *folder = watcher_map_find(&watcher->subfolders, path);
    if (folder == NULL) {
        folder = mem_zalloc(1, sizeof(*folder));
        folder->path = mem_strdup(path);
        folder->root = root;
        folder->wd = folder->hold_wd = -1;
        watcher_map_insert(&watcher->subfolders, folder);
    }
    folder->scan = watcher->scan;
    (void)watcher_attach(watcher, folder); /* without a watch the scans see it still */
    return watcher_scan_folder(watcher, folder, hint, now);
}

/* One name of a folder. */
static bool scan_name(struct watcher *watcher, struct watched_folder *folder,
                      const struct dirent *item, enum path_hint hint, int64_t now) {
    bool is_taken = watched_folder_takes(folder, item->d_name);
    unsigned char type = item->d_type;
    bool may_be_folder = type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN;
    bool may_be_file = type == DT_REG || type == DT_LNK || type == DT_UNKNOWN;
    may_be_folder = may_be_folder && folder->is_deep && item->d_name[0] != '.';
    if (!may_be_folder && !(may_be_file && is_taken))
        return true;
    struct str path;
    str_init(&path);
    fs_join(&path, folder->path, item->d_name);
    struct file_id id;
    bool ok = true;
    if (may_be_folder && fs_is_dir(str_text(&path)))
        ok = scan_subfolder(watcher, folder, str_text(&path), hint, now);
    else if (may_be_file && is_taken) {
        ok = file_id_read(str_text(&path), &id);
        if (ok && id.is_there)
            watcher_path_saw(watcher, folder->root, str_text(&path), &id, hint, now);
    }
    str_fini(&path);
    return ok;
}

bool watcher_scan_folder(struct watcher *watcher, struct watched_folder *folder,
                         enum path_hint hint, int64_t now) {
    DIR *dir = opendir(folder->path);
    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ||
               errno == ENAMETOOLONG;
    bool ok = true;
    int error = 0;
    for (;;) {
        errno = 0;
        const struct dirent *item = readdir(dir);
        if (item == NULL) {
            /* ENOENT: removed while it was read. */
            if (errno != 0 && errno != ENOENT) {
                ok = false;
                error = errno;
            }
            break;
        }
        if (!scan_name(watcher, folder, item, hint, now)) {
            ok = false;
            error = errno;
        }
    }
    closedir(dir);
    errno = error;
    return ok;
}

static void drop_lost_subfolders(struct watcher *watcher) {
    struct watcher_map *map = &watcher->subfolders;
    for (size_t i = 0; i < map->cap;) {
        struct watched_folder *folder = map->slots[i];
        if (folder == NULL || folder->scan == watcher->scan) {
            i++;
            continue;
        }
        watcher_map_remove(map, folder);
        watched_folder_free(watcher, folder);
    }
}

void watcher_scan_all(struct watcher *watcher, int64_t now) {
    watcher->scan++;
    bool is_whole = true;
    for (size_t i = 0; i < watcher->root_count; i++) {
        struct watched_folder *root = watcher->roots[i];
        /* Watched first and read then: what comes between is seen at least once. */
        watcher_attach_hold(watcher, root);
        (void)watcher_attach(watcher, root);
        if (!watcher_scan_folder(watcher, root, HINT_WEAK, now))
            is_whole = false;
    }
    if (!is_whole)
        return;
    drop_lost_subfolders(watcher);
    for (size_t i = 0; i < watcher->paths.cap; i++) {
        struct watched_path *path = watcher->paths.slots[i];
        if (path != NULL && path->scan != watcher->scan)
            watcher_path_missed(watcher, path, now);
    }
}
