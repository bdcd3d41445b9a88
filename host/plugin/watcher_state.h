/*
 * plugin/watcher_state.h - the inside of the watcher, shared by its files and by nobody else.
 *
 *   watcher.c        the interface; watches, events
 *   watcher_scan.c   folders read from disk, compared with what is known
 *   watcher_path.c   one file: is it changed, missing, quiet; who is due
 *   watcher_map.c    path -> file or folder
 *
 * A file is at rest (as handed out), changed, or missing; the last two wait in a heap by the time
 * at which they are due. Invariant: a path is in the heap exactly when it is not at rest.
 */
#ifndef QS_PLUGIN_WATCHER_STATE_H
#define QS_PLUGIN_WATCHER_STATE_H

#include <sys/types.h>

#include "base/str.h"
#include "plugin/watcher.h"
#include "plugin/watcher_map.h"

#define WATCHER_NEVER INT64_MAX

/* What must be equal for a file to count as the same. Timestamps of older kernels are as coarse as
 * a tick (up to 10 ms): a file rewritten in place within the tick of its last look, with the same
 * size, looks the same. */
struct file_id {
    bool is_there; /* a regular file, or a link to one; if not, the rest is 0 */
    dev_t device;
    ino_t inode;
    off_t size;
    int64_t mtime_ns, ctime_ns;
};

enum path_state { PATH_AT_REST, PATH_CHANGED, PATH_MISSING };

/* Why a path is looked at. */
enum path_hint {
    HINT_NONE,    /* something was there: only whether the file is gone, or back as it was */
    HINT_WEAK,    /* perhaps still being written: quiet for at least WATCHER_DEBOUNCE_MS */
    HINT_WRITTEN, /* its writer is done for now: quiet for the time that its folder says */
    HINT_READY,   /* at the start: a change, and quiet already */
    HINT_KNOWN    /* at the start: no change */
};

struct watched_path {
    char *path; /* key of the map: first */
    struct watched_folder *root;
    struct file_id given; /* as it was handed out */
    struct file_id seen;  /* when changed: as it was at the last hint */
    enum path_state state;
    int64_t first;    /* the first hint that is not handed out, or WATCHER_NEVER */
    int64_t last;     /* when changed: the last hint; when missing: since when */
    int64_t quiet_ns; /* when changed */
    int64_t due;      /* when not at rest */
    uint64_t order;   /* tie-break of due: the one that began to wait earlier */
    size_t heap_at;   /* when not at rest */
    uint64_t scan;    /* the last scan that found it */
};

/* A folder that was added (a root), or a subfolder of a deep one. */
struct watched_folder {
    char *path; /* key of the map: first. Without slashes at the end */
    char *given;
    const char *const *suffixes;
    int64_t quiet_ns;
    bool is_deep;
    struct watched_folder *root; /* itself, for a root */
    int wd;                      /* -1: not there, or not readable */
    int hold_wd;                 /* of a root: its nearest existing parent; -1: none */
    char *hold_name;             /* what to wait for in there; NULL: none */
    uint64_t scan;               /* of a subfolder: the last scan that found it */
};

/* Folders on one inode share one watch descriptor, so a descriptor may have several of these. */
struct watch {
    int wd;
    bool is_hold;
    struct watched_folder *folder;
};

struct watcher {
    int fd;
    struct watched_folder **roots;
    size_t root_count;
    struct watcher_map subfolders;
    struct watch *watches; /* by wd */
    size_t watch_count, watch_cap;
    struct watcher_map paths;
    struct watched_path **heap;
    size_t heap_count, heap_cap;
    uint64_t order, scan; /* counters */
    int64_t next_scan;
    bool must_scan;
    struct str scratch; /* a path while it is looked at */
    struct str handed;  /* the path of the last change */
};

/* ---- watcher.c ---- */

/* Watches folder->path, or what is there now under that name; wd says whether it could. Returns 0
 * or the errno. */
int watcher_attach(struct watcher *watcher, struct watched_folder *folder);
/* The same for the nearest existing parent. */
void watcher_attach_hold(struct watcher *watcher, struct watched_folder *folder);
/* Gives its watches back and frees it. */
void watched_folder_free(struct watcher *watcher, struct watched_folder *folder);

/* ---- watcher_scan.c ---- */

/* Reads the folder (deep: its subfolders too, which come and go here) and tells each file to
 * watcher_path_saw. False when it is unknown what is there, for a reason that is not the folder's
 * (no descriptors, no memory, a failing disk): then nothing may count as missing. errno is set. */
bool watcher_scan_folder(struct watcher *watcher, struct watched_folder *folder,
                         enum path_hint hint, int64_t now);
/* All folders, watched anew; then what was not found is missing. */
void watcher_scan_all(struct watcher *watcher, int64_t now);
/* Whether the folder's files are called like that. */
bool watched_folder_takes(const struct watched_folder *folder, const char *name);

/* ---- watcher_path.c ---- */

/* False when it is unknown, for a reason that is not the file's. */
bool file_id_read(const char *path, struct file_id *ret);
/* A look at path: id is what is there now. Makes a new path known when there is something. */
void watcher_path_saw(struct watcher *watcher, struct watched_folder *root, const char *path,
                      const struct file_id *id, enum path_hint hint, int64_t now);
/* Known as it is now and at rest; forgotten when there is nothing. */
void watcher_path_settle(struct watcher *watcher, struct watched_path *path,
                         const struct file_id *id);
/* Nothing is there: the patience begins, unless it has begun. */
void watcher_path_missed(struct watcher *watcher, struct watched_path *path, int64_t now);
/* The path that is due first, or NULL. */
struct watched_path *watcher_path_first(const struct watcher *watcher);
void watched_path_free(struct watched_path *path);

#endif
