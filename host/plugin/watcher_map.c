#include "plugin/watcher_map.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#define SLOTS_MIN 64

static const char *path_of(const void *item) { return *(char *const *)item; }

static size_t home_of(const struct watcher_map *map, const char *path) {
    return (size_t)hash128(path, strlen(path)).lo & (map->cap - 1);
}

static size_t next_slot(const struct watcher_map *map, size_t slot) {
    return (slot + 1) & (map->cap - 1);
}

void watcher_map_fini(struct watcher_map *map) {
    mem_free(map->slots);
    *map = (struct watcher_map){0};
}

/* The slot of path, or the empty one where it would go. */
static size_t slot_of(const struct watcher_map *map, const char *path) {
    size_t slot = home_of(map, path);
    while (map->slots[slot] != NULL && strcmp(path_of(map->slots[slot]), path) != 0)
        slot = next_slot(map, slot);
    return slot;
}

void *watcher_map_find(const struct watcher_map *map, const char *path) {
    return map->cap == 0 ? NULL : map->slots[slot_of(map, path)];
}

static void grow(struct watcher_map *map) {
    struct watcher_map larger = {.cap = max_size(map->cap * 2, SLOTS_MIN), .count = map->count};
    larger.slots = mem_zalloc(larger.cap, sizeof(*larger.slots));
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i] != NULL)
            larger.slots[slot_of(&larger, path_of(map->slots[i]))] = map->slots[i];
    mem_free(map->slots);
    *map = larger;
}

void watcher_map_insert(struct watcher_map *map, void *item) {
    if (map->count * 2 >= map->cap)
        grow(map);
    size_t slot = slot_of(map, path_of(item));
    CHECK(map->slots[slot] == NULL);
    map->slots[slot] = item;
    map->count++;
}

void watcher_map_remove(struct watcher_map *map, const void *item) {
    CHECK(map->count > 0);
    size_t gap = slot_of(map, path_of(item));
    CHECK(map->slots[gap] == item);
    map->slots[gap] = NULL;
    map->count--;
    /* What comes behind moves into the gap unless its home lies between the gap and itself. */
    for (size_t at = next_slot(map, gap); map->slots[at] != NULL; at = next_slot(map, at)) {
        size_t home = home_of(map, path_of(map->slots[at]));
        size_t steps_from_home = (at - home) & (map->cap - 1);
        size_t steps_from_gap = (at - gap) & (map->cap - 1);
        if (steps_from_home >= steps_from_gap) {
            map->slots[gap] = map->slots[at];
            map->slots[at] = NULL;
            gap = at;
        }
    }
}
