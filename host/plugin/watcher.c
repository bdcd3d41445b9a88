/* The interface of the watcher, its watches and its events. */
#include "plugin/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "plugin/watcher_state.h"

#define NS_PER_MS INT64_C(1000000)
#define SCAN_NS (WATCHER_SCAN_MS * NS_PER_MS)
/* One pump reads at most this often, so that a storm cannot hold it; the rest stays readable. */
#define READS_MAX 256

#define HOLD_EVENTS                                                                                \
    (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF |            \
     IN_MOVE_SELF)
#define FOLDER_EVENTS (HOLD_EVENTS | IN_CLOSE_WRITE)

/* ---- watches ---- */

/* The first row of wd, or where it would go. */
static size_t rows_of(const struct watcher *watcher, int wd) {
    size_t low = 0, high = watcher->watch_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (watcher->watches[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_row(const struct watcher *watcher, size_t at, int wd) {
    return at < watcher->watch_count && watcher->watches[at].wd == wd;
}

static void remove_row(struct watcher *watcher, size_t at) {
    struct watch *row = &watcher->watches[at];
    memmove(row, row + 1, (--watcher->watch_count - at) * sizeof(*row));
}

static void take_watch(struct watcher *watcher, int wd, struct watched_folder *folder,
                       bool is_hold) {
    if (wd < 0)
        return;
    if (watcher->watch_count == watcher->watch_cap) {
        watcher->watch_cap = max_size(watcher->watch_cap * 2, 16);
        watcher->watches =
            mem_realloc_array(watcher->watches, watcher->watch_cap, sizeof(*watcher->watches));
    }
    size_t at = rows_of(watcher, wd);
    struct watch *row = &watcher->watches[at];
    memmove(row + 1, row, (watcher->watch_count++ - at) * sizeof(*row));
    *row = (struct watch){.wd = wd, .is_hold = is_hold, .folder = folder};
}

static void give_watch(struct watcher *watcher, int wd, const struct watched_folder *folder,
                       bool is_hold) {
    if (wd < 0)
        return;
    size_t first = rows_of(watcher, wd), at = first;
    while (has_row(watcher, at, wd) &&
           (watcher->watches[at].folder != folder || watcher->watches[at].is_hold != is_hold))
        at++;
    CHECK(has_row(watcher, at, wd));
    remove_row(watcher, at);
    if (!has_row(watcher, first, wd))
        (void)inotify_rm_watch(watcher->fd, wd); /* fails when it is dead: fine */
}

int watcher_attach(struct watcher *watcher, struct watched_folder *folder) {
    int wd = inotify_add_watch(watcher->fd, folder->path, FOLDER_EVENTS | IN_ONLYDIR | IN_MASK_ADD);
    int error = wd < 0 ? errno : 0;
    if (wd != folder->wd) {
        take_watch(watcher, wd, folder, false);
        give_watch(watcher, folder->wd, folder, false);
        folder->wd = wd;
    }
    return error;
}

/* Watches the nearest parent that can be watched; -1 when none can. ret_name: the name of the way
 * down to path in there, ret_way: that name with its folder; mem_free both. */
static int hold_nearest(struct watcher *watcher, const char *path, char **ret_name,
                        char **ret_way) {
    char *way = mem_strdup(path);
    for (;;) {
        char *parent = fs_dirname(way);
        int wd = inotify_add_watch(watcher->fd, parent, HOLD_EVENTS | IN_ONLYDIR | IN_MASK_ADD);
        bool is_top = strcmp(parent, way) == 0;
        if (wd >= 0 || is_top) {
            mem_free(parent);
            *ret_name = fs_basename(way);
            *ret_way = way;
            return wd;
        }
        mem_free(way);
        way = parent;
    }
}

void watcher_attach_hold(struct watcher *watcher, struct watched_folder *folder) {
    /* Again when the next folder down has come in the meantime: nobody would have told. */
    for (int tries = 0; tries < 8; tries++) {
        char *name, *way;
        int wd = hold_nearest(watcher, folder->path, &name, &way);
        bool is_late = strcmp(way, folder->path) != 0 && fs_is_dir(way);
        mem_free(way);
        if (wd != folder->hold_wd) {
            take_watch(watcher, wd, folder, true);
            give_watch(watcher, folder->hold_wd, folder, true);
            folder->hold_wd = wd;
        }
        mem_free(folder->hold_name);
        folder->hold_name = name;
        if (!is_late)
            return;
    }
}

void watched_folder_free(struct watcher *watcher, struct watched_folder *folder) {
    give_watch(watcher, folder->wd, folder, false);
    give_watch(watcher, folder->hold_wd, folder, true);
    mem_free(folder->hold_name);
    mem_free(folder->given);
    mem_free(folder->path);
    mem_free(folder);
}

/* ---- events ---- */

/* The kernel has dropped the watch: its folder is gone. */
static void lose_watch(struct watcher *watcher, int wd) {
    for (size_t at = rows_of(watcher, wd); has_row(watcher, at, wd);) {
        struct watch *row = &watcher->watches[at];
        if (row->is_hold)
            row->folder->hold_wd = -1;
        else
            row->folder->wd = -1;
        remove_row(watcher, at);
        watcher->must_scan = true;
    }
}

/* A name that comes or goes in a deep folder: is it a subfolder? */
static bool is_about_subfolder(const struct watcher *watcher, const char *path, uint32_t mask) {
    if ((mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) == 0)
        return false;
    return (mask & IN_ISDIR) != 0 || watcher_map_find(&watcher->subfolders, path) != NULL ||
           fs_is_dir(path);
}

/* Links have no writer that closes them: a symbolic one, or a second name of a file. */
static bool is_link(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && (S_ISLNK(st.st_mode) || st.st_nlink > 1);
}

static enum path_hint hint_of(const char *path, uint32_t mask) {
    if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0)
        return HINT_WRITTEN;
    if ((mask & IN_CREATE) != 0)
        return is_link(path) ? HINT_WRITTEN : HINT_NONE;
    return (mask & IN_ATTRIB) != 0 ? HINT_WEAK : HINT_NONE;
}

static void folder_event(struct watcher *watcher, struct watched_folder *folder, const char *name,
                         uint32_t mask, int64_t now) {
    if (name[0] == '\0') { /* the folder itself: moved, removed, other rights */
        watcher->must_scan = true;
        return;
    }
    if (name[0] == '.')
        return;
    bool is_taken = watched_folder_takes(folder, name) && (mask & IN_ISDIR) == 0;
    if (!is_taken && !folder->is_deep)
        return;
    str_clear(&watcher->scratch);
    fs_join(&watcher->scratch, folder->path, name);
    const char *path = str_text(&watcher->scratch);
    if (folder->is_deep && is_about_subfolder(watcher, path, mask))
        watcher->must_scan = true;
    struct file_id id;
    if (is_taken && file_id_read(path, &id))
        watcher_path_saw(watcher, folder->root, path, &id, hint_of(path, mask), now);
}

static void hold_event(struct watcher *watcher, const struct watched_folder *folder,
                       const char *name, uint32_t mask) {
    bool is_ours = name[0] == '\0' || str_eq(name, folder->hold_name);
    if (is_ours && (mask & HOLD_EVENTS) != 0)
        watcher->must_scan = true;
}

static void take_event(struct watcher *watcher, const struct inotify_event *event, int64_t now) {
    const char *name = event->len > 0 ? event->name : "";
    if ((event->mask & IN_Q_OVERFLOW) != 0)
        watcher->must_scan = true;
    else if ((event->mask & IN_IGNORED) != 0)
        lose_watch(watcher, event->wd);
    else
        for (size_t at = rows_of(watcher, event->wd); has_row(watcher, at, event->wd); at++) {
            struct watch row = watcher->watches[at];
            if (row.is_hold)
                hold_event(watcher, row.folder, name, event->mask);
            else
                folder_event(watcher, row.folder, name, event->mask, now);
        }
}

static int drain(struct watcher *watcher, int64_t now, struct err *err) {
    _Alignas(struct inotify_event) char buffer[32768];
    for (int reads = 0; reads < READS_MAX; reads++) {
        ssize_t n = read(watcher->fd, buffer, sizeof(buffer));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0)
            return err_set(err, ERR_IO, "watch: inotify: cannot read events: %s",
                           n < 0 ? strerror(errno) : "nothing came");
        for (const char *at = buffer; at < buffer + n;) {
            const struct inotify_event *event = (const void *)at;
            take_event(watcher, event, now);
            at += sizeof(*event) + event->len;
        }
    }
    return 0;
}

int watcher_pump(struct watcher *watcher, int64_t now, struct err *err) {
    int rc = drain(watcher, now, err);
    if (rc < 0)
        return rc;
    if (!watcher->must_scan && now < watcher->next_scan)
        return 0;
    watcher->must_scan = false;
    watcher->next_scan = now + SCAN_NS;
    watcher_scan_all(watcher, now);
    return 0;
}

/* ---- the rest of the interface ---- */

/* EMFILE of inotify_init1 has two causes. */
static int no_inotify(struct err *err) {
    int cause = errno;
    int probe = open("/", O_PATH | O_CLOEXEC);
    if (probe >= 0)
        close(probe);
    if (cause == EMFILE && probe >= 0)
        return err_set(err, ERR_IO,
                       "watch: inotify: this user has no instance left (raise "
                       "fs.inotify.max_user_instances, e.g. sysctl -w "
                       "fs.inotify.max_user_instances=512)");
    if (cause == EMFILE)
        return err_set(err, ERR_IO,
                       "watch: inotify: this process has too many open files (raise ulimit -n)");
    return err_set(err, ERR_IO, "watch: inotify: %s%s", strerror(cause),
                   cause == ENFILE ? " (raise fs.file-max)" : "");
}

int watcher_create(struct watcher **ret, struct err *err) {
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return no_inotify(err);
    struct watcher *watcher = mem_zalloc(1, sizeof(*watcher));
    watcher->fd = fd;
    watcher->next_scan = WATCHER_NEVER;
    *ret = watcher;
    return 0;
}

void watcher_destroy(struct watcher **watcher) {
    struct watcher *w = *watcher;
    if (w == NULL)
        return;
    close(w->fd); /* and with it all watches */
    w->fd = -1;
    for (size_t i = 0; i < w->subfolders.cap; i++)
        if (w->subfolders.slots[i] != NULL)
            watched_folder_free(w, w->subfolders.slots[i]);
    for (size_t i = 0; i < w->root_count; i++)
        watched_folder_free(w, w->roots[i]);
    for (size_t i = 0; i < w->paths.cap; i++)
        if (w->paths.slots[i] != NULL)
            watched_path_free(w->paths.slots[i]);
    watcher_map_fini(&w->subfolders);
    watcher_map_fini(&w->paths);
    mem_free(w->roots);
    mem_free(w->watches);
    mem_free(w->heap);
    str_fini(&w->scratch);
    str_fini(&w->handed);
    mem_free(w);
    *watcher = NULL;
}

static struct watched_folder *root_new(const struct watcher_folder *folder) {
    size_t len = strlen(folder->path);
    while (len > 1 && folder->path[len - 1] == '/')
        len--;
    struct watched_folder *root = mem_zalloc(1, sizeof(*root));
    root->path = mem_strndup(folder->path, len);
    root->given = mem_strdup(folder->path);
    root->suffixes = folder->suffixes;
    root->quiet_ns = folder->debounce_ms * NS_PER_MS;
    root->is_deep = folder->is_deep;
    root->root = root;
    root->wd = root->hold_wd = -1;
    return root;
}

int watcher_add(struct watcher *watcher, const struct watcher_folder *folder, bool report_present,
                int64_t now, struct err *err) {
    CHECK(folder->debounce_ms >= 0);
    struct watched_folder *root = root_new(folder);
    for (size_t i = 0; i < watcher->root_count; i++)
        if (str_eq(watcher->roots[i]->path, root->path)) {
            watched_folder_free(watcher, root);
            return err_set(err, ERR_USAGE, "watch: %s: is watched already (name it once)",
                           folder->path);
        }
    watcher_attach_hold(watcher, root);
    if (watcher_attach(watcher, root) == ENOSPC) {
        watched_folder_free(watcher, root);
        return err_set(err, ERR_IO,
                       "watch: %s: this user has no inotify watch left (raise "
                       "fs.inotify.max_user_watches, e.g. sysctl -w "
                       "fs.inotify.max_user_watches=524288)",
                       folder->path);
    }
    watcher->roots =
        mem_realloc_array(watcher->roots, watcher->root_count + 1, sizeof(*watcher->roots));
    watcher->roots[watcher->root_count++] = root;
    if (watcher->next_scan == WATCHER_NEVER)
        watcher->next_scan = now + SCAN_NS;
    enum path_hint hint = report_present ? HINT_READY : HINT_KNOWN;
    if (!watcher_scan_folder(watcher, root, hint, now))
        return err_errno(err, "watch: cannot read folder", folder->path);
    return 0;
}

int watcher_fd(const struct watcher *watcher) { return watcher->fd; }

int watcher_timeout_ms(const struct watcher *watcher, int64_t now) {
    const struct watched_path *path = watcher_path_first(watcher);
    int64_t due = watcher->must_scan ? now : watcher->next_scan;
    if (path != NULL)
        due = min_i64(due, path->due);
    if (due <= now)
        return 0;
    /* Rounded up: a timer that wakes too early would spin. */
    int64_t ms = (due - now - 1) / NS_PER_MS + 1;
    return (int)min_i64(ms, WATCHER_SCAN_MS);
}

bool watcher_has_pending(const struct watcher *watcher, const char *path) {
    const struct watched_path *known = watcher_map_find(&watcher->paths, path);
    if (known == NULL || known->state == PATH_AT_REST)
        return false;
    return known->state == PATH_CHANGED || known->given.is_there;
}

/* The root whose file path would be, or NULL. */
static struct watched_folder *root_of(const struct watcher *watcher, const char *path) {
    for (size_t i = 0; i < watcher->root_count; i++) {
        struct watched_folder *root = watcher->roots[i];
        char *folder = fs_dirname(path), *above = fs_dirname(folder), *name = fs_basename(path);
        bool is_in = str_eq(folder, root->path) || (root->is_deep && str_eq(above, root->path));
        bool is_root = is_in && watched_folder_takes(root, name);
        mem_free(folder);
        mem_free(above);
        mem_free(name);
        if (is_root)
            return root;
    }
    return NULL;
}

void watcher_forget(struct watcher *watcher, const char *path) {
    struct file_id id;
    if (!file_id_read(path, &id))
        return;
    struct watched_path *known = watcher_map_find(&watcher->paths, path);
    if (known != NULL) {
        watcher_path_settle(watcher, known, &id);
        return;
    }
    struct watched_folder *root = root_of(watcher, path);
    if (root != NULL && id.is_there)
        watcher_path_saw(watcher, root, path, &id, HINT_KNOWN, 0);
}
