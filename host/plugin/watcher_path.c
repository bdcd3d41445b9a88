/* One file: at rest, changed or missing, and the heap of those that are not at rest. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "plugin/watcher_state.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define DEBOUNCE_NS (WATCHER_DEBOUNCE_MS * NS_PER_MS)
#define PATIENCE_NS (WATCHER_PATIENCE_MS * NS_PER_MS)

/* ---- what is there ---- */

static int64_t ns_of(struct timespec time) { return time.tv_sec * NS_PER_S + time.tv_nsec; }

bool file_id_read(const char *path, struct file_id *ret) {
    struct stat st;
    if (stat(path, &st) < 0) {
        bool is_known = errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ||
                        errno == ENAMETOOLONG;
        if (is_known)
            *ret = (struct file_id){0};
        return is_known;
    }
    *ret = (struct file_id){0};
    if (S_ISREG(st.st_mode))
        *ret = (struct file_id){.is_there = true,
                                .device = st.st_dev,
                                .inode = st.st_ino,
                                .size = st.st_size,
                                .mtime_ns = ns_of(st.st_mtim),
                                .ctime_ns = ns_of(st.st_ctim)};
    return true;
}

static bool file_id_eq(const struct file_id *a, const struct file_id *b) {
    return a->is_there == b->is_there && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* ---- the heap: due first, on top ---- */

static bool is_before(const struct watched_path *a, const struct watched_path *b) {
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void heap_put(struct watcher *watcher, size_t at, struct watched_path *path) {
    watcher->heap[at] = path;
    path->heap_at = at;
}

static void sift_up(struct watcher *watcher, size_t at) {
    struct watched_path *path = watcher->heap[at];
    for (; at > 0 && is_before(path, watcher->heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap_put(watcher, at, watcher->heap[(at - 1) / 2]);
    heap_put(watcher, at, path);
}

static void sift_down(struct watcher *watcher, size_t at) {
    struct watched_path *path = watcher->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < watcher->heap_count &&
            is_before(watcher->heap[child + 1], watcher->heap[child]))
            child++;
        if (child >= watcher->heap_count || !is_before(watcher->heap[child], path))
            break;
        heap_put(watcher, at, watcher->heap[child]);
        at = child;
    }
    heap_put(watcher, at, path);
}

/* Into the state, due then; in the heap already or not. */
static void wait_until(struct watcher *watcher, struct watched_path *path, enum path_state state,
                       int64_t due) {
    if (path->state == PATH_AT_REST) {
        if (watcher->heap_count == watcher->heap_cap) {
            watcher->heap_cap = max_size(watcher->heap_cap * 2, 64);
            watcher->heap =
                mem_realloc_array(watcher->heap, watcher->heap_cap, sizeof(*watcher->heap));
        }
        path->order = ++watcher->order;
        heap_put(watcher, watcher->heap_count++, path);
    }
    path->state = state;
    path->due = due;
    sift_up(watcher, path->heap_at);
    sift_down(watcher, path->heap_at);
}

static void rest(struct watcher *watcher, struct watched_path *path) {
    path->first = WATCHER_NEVER;
    if (path->state == PATH_AT_REST)
        return;
    path->state = PATH_AT_REST;
    struct watched_path *last = watcher->heap[--watcher->heap_count];
    if (last == path)
        return;
    heap_put(watcher, path->heap_at, last);
    sift_up(watcher, last->heap_at);
    sift_down(watcher, last->heap_at);
}

struct watched_path *watcher_path_first(const struct watcher *watcher) {
    return watcher->heap_count == 0 ? NULL : watcher->heap[0];
}

/* ---- a file's life ---- */

void watched_path_free(struct watched_path *path) {
    mem_free(path->path);
    mem_free(path);
}

static struct watched_path *path_new(struct watcher *watcher, struct watched_folder *root,
                                     const char *path) {
    struct watched_path *made = mem_zalloc(1, sizeof(*made));
    made->path = mem_strdup(path);
    made->root = root;
    made->first = WATCHER_NEVER;
    watcher_map_insert(&watcher->paths, made);
    return made;
}

void watcher_path_settle(struct watcher *watcher, struct watched_path *path,
                         const struct file_id *id) {
    rest(watcher, path);
    path->given = *id;
    if (id->is_there)
        return;
    watcher_map_remove(&watcher->paths, path);
    watched_path_free(path);
}

void watcher_path_missed(struct watcher *watcher, struct watched_path *path, int64_t now) {
    if (path->state == PATH_MISSING)
        return;
    path->last = now;
    wait_until(watcher, path, PATH_MISSING, now + PATIENCE_NS);
}

/* There, and not as it was handed out. */
static void path_changed(struct watcher *watcher, struct watched_path *path,
                         const struct file_id *id, enum path_hint hint, int64_t now) {
    int64_t written = path->root->quiet_ns, weak = max_i64(written, DEBOUNCE_NS);
    /* Away for long, and back: that is a new story, not a noisy file. */
    if (path->state == PATH_MISSING && now - path->last >= weak)
        path->first = WATCHER_NEVER;
    if (path->first == WATCHER_NEVER)
        path->first = now;
    if (hint == HINT_READY)
        path->quiet_ns = 0;
    else if (hint == HINT_WRITTEN)
        path->quiet_ns = written;
    else if (path->state != PATH_CHANGED)
        path->quiet_ns = weak;
    path->last = now;
    path->seen = *id;
    int64_t cap = path->first + max_i64(PATIENCE_NS, written);
    wait_until(watcher, path, PATH_CHANGED, min_i64(now + path->quiet_ns, cap));
}

void watcher_path_saw(struct watcher *watcher, struct watched_folder *root, const char *name,
                      const struct file_id *id, enum path_hint hint, int64_t now) {
    struct watched_path *path = watcher_map_find(&watcher->paths, name);
    if (path == NULL) {
        if (!id->is_there || hint == HINT_NONE)
            return;
        path = path_new(watcher, root, name);
        if (hint == HINT_KNOWN)
            path->given = *id;
    }
    path->scan = watcher->scan;
    if (!id->is_there)
        watcher_path_missed(watcher, path, now);
    else if (file_id_eq(id, &path->given))
        rest(watcher, path);
    else if (hint == HINT_NONE)
        return; /* its writer will say when it is done; a missing one is looked at again anyway */
    else if (hint == HINT_WEAK && path->state == PATH_CHANGED && file_id_eq(id, &path->seen))
        return; /* nothing new */
    else
        path_changed(watcher, path, id, hint, now);
}

/* ---- what is due ---- */

/* Looks at the path that is due; true when it is to be handed out. It may be freed on false. */
static bool is_ready(struct watcher *watcher, struct watched_path *path, int64_t now,
                     struct file_id *ret) {
    if (!file_id_read(path->path, ret)) {
        wait_until(watcher, path, path->state, now + DEBOUNCE_NS);
        return false;
    }
    if (file_id_eq(ret, &path->given)) {
        watcher_path_settle(watcher, path, ret);
        return false;
    }
    if (path->state == PATH_MISSING) {
        if (ret->is_there)
            path_changed(watcher, path, ret, HINT_WEAK, now);
        return !ret->is_there;
    }
    if (!ret->is_there) {
        watcher_path_missed(watcher, path, now);
        return false;
    }
    int64_t cap = path->first + max_i64(PATIENCE_NS, path->root->quiet_ns);
    if (path->quiet_ns > 0 && now < cap && !file_id_eq(ret, &path->seen)) {
        path_changed(watcher, path, ret, HINT_WEAK, now); /* a slow writer between two closes */
        return false;
    }
    return true;
}

bool watcher_next(struct watcher *watcher, int64_t now, struct watcher_change *ret) {
    for (;;) {
        struct watched_path *path = watcher_path_first(watcher);
        if (path == NULL || path->due > now)
            return false;
        struct file_id id;
        if (!is_ready(watcher, path, now, &id))
            continue;
        str_clear(&watcher->handed);
        str_append(&watcher->handed, path->path);
        *ret = (struct watcher_change){.path = str_text(&watcher->handed),
                                       .folder = path->root->given,
                                       .is_gone = !id.is_there};
        watcher_path_settle(watcher, path, &id);
        return true;
    }
}
