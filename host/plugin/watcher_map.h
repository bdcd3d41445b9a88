/*
 * plugin/watcher_map.h - things found by their path, for the watcher: thousands of files and some
 * folders.
 *
 * Open addressing with linear steps; removal closes the gap, so there are no tombstones. An item is
 * a struct of the caller whose first member is `char *path`; the map owns neither.
 * Invariant: no path is in it twice; at most half of the slots are taken.
 */
#ifndef QS_PLUGIN_WATCHER_MAP_H
#define QS_PLUGIN_WATCHER_MAP_H

#include <stddef.h>

struct watcher_map {
    void **slots; /* NULL: empty. For walks: 0 .. cap - 1 */
    size_t cap, count;
};

/* A zeroed map is an empty one. Frees the slots, not the items. */
void watcher_map_fini(struct watcher_map *map);

/* NULL when it is not there. */
void *watcher_map_find(const struct watcher_map *map, const char *path);

/* The path of item must not be in the map yet (CHECK). */
void watcher_map_insert(struct watcher_map *map, void *item);

/* item must be in the map (CHECK). In a walk look at the same slot again: another one may have
 * moved there. */
void watcher_map_remove(struct watcher_map *map, const void *item);

#endif
