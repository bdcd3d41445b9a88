/*
 * plugin/watcher.h - which files of some folders have changed and are quiet again.
 *
 *   inotify events --hint--> path, its own quiet timer --> watcher_next
 *   start, overflow, dead or new folder, every 5 s --> scan: compare (dev, ino, size, mtime, ctime)
 *
 * Events are hints, the scan is the truth. A path is handed out when it differs from what was
 * handed out before and has been quiet for the debounce time (2 s after its first event it is
 * handed out anyway). CLOSE_WRITE and MOVED_TO start the timer, DELETE does not: a file that is
 * gone is reported as gone after 2 s, once. A folder that is removed and made again is found by a
 * watch on its parent or by the next scan. Symbolic links are followed.
 *
 * No clock and no sleep of its own: the caller tells the time (monotonic, ns) and polls watcher_fd.
 * One thread. Not for what changed inside a file: whoever gets a path hashes it.
 */
#ifndef QS_PLUGIN_WATCHER_H
#define QS_PLUGIN_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WATCHER_DEBOUNCE_MS 300
#define WATCHER_PATIENCE_MS 2000 /* cap of the debounce; and how long a file may be missing */
#define WATCHER_SCAN_MS 5000

struct watcher; /* opaque */

/* What of a folder is looked at: names that end in one of the suffixes and don't begin with '.';
 * with is_deep the same in its direct subfolders too (which may come and go). */
struct watcher_folder {
    const char *path;            /* need not exist yet */
    const char *const *suffixes; /* ".c", ".h"; NULL-terminated, static */
    int debounce_ms;             /* 0: handed out with the first CLOSE_WRITE */
    bool is_deep;
};

struct watcher_change {
    const char *path;   /* as folder/name with the folder as given; borrowed until the next call */
    const char *folder; /* the watched folder, as given */
    bool is_gone;
};

/* ERR_IO when inotify is not to be had (limits: the sentence names the sysctl). */
int watcher_create(struct watcher **ret, struct err *err) NODISCARD;
/* Frees and clears; *watcher may be NULL. */
void watcher_destroy(struct watcher **watcher);
/* Files that are there at that moment are known, not changes; with report_present they are handed
 * out as changes (quiet already). ERR_USAGE when that path is watched already; ERR_IO when the user
 * has no watch left (the sentence names the sysctl) or the process no descriptor: the folder may
 * be half known then, and the watcher is only good for watcher_destroy. A missing or unreadable
 * folder is no error. */
int watcher_add(struct watcher *watcher, const struct watcher_folder *folder, bool report_present,
                int64_t now, struct err *err) NODISCARD;
/* For poll(POLLIN). */
int watcher_fd(const struct watcher *watcher);
/* ms until watcher_pump has something to do without an event; at least 0. */
int watcher_timeout_ms(const struct watcher *watcher, int64_t now);
/* Drains events, scans when it is time. Errors of single folders are kept as "missing" and tried
 * again; negative only when inotify itself fails. */
int watcher_pump(struct watcher *watcher, int64_t now, struct err *err) NODISCARD;
/* True and the next change whose path is quiet: the one that has been for longest, of equals the
 * one that began first. It looks at the file once more, so a change that was taken back is none. */
bool watcher_next(struct watcher *watcher, int64_t now, struct watcher_change *ret);
/* Whether a path has a change that is not handed out yet, quiet or not. */
bool watcher_has_pending(const struct watcher *watcher, const char *path);
/* What the file is now counts as handed out (the host itself has just written it); also before its
 * events were read. A path that is in no watched folder is left alone. */
void watcher_forget(struct watcher *watcher, const char *path);

#endif
