/*
 * Which strategies are there: the .so files of the plugin folders, by id.
 *
 * Folders, in this order: those of $QS_PLUGINS (split at ':'), plugins/ found upward from the
 * current folder, plugins/ beside the binary's build folder, and what an installed qshost has
 * brought with it (<prefix>/lib/quasar/plugins). Files: *.so that don't begin with '.'.
 * Two files with one id: one wins and the other is refused, both paths named; a file that is called
 * <id>.so wins over others, then the order of folders and names decides.
 * Reading an id means running a plugin's code, so it is done by the caller's reader (a probe in a
 * child process). What was read is remembered in memory by (path, size, mtime).
 */
#ifndef QS_PLUGIN_REGISTRY_H
#define QS_PLUGIN_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plugin/descriptor.h"

struct registry; /* opaque, on the heap */

/* Reads the descriptor of a file. NULL ret is never passed. */
struct registry_reader {
    int (*read)(void *arg, const char *path, struct descriptor *ret, struct err *err);
    void *arg;
};

/* One file. desc is NULL where it was refused, and then err says why. */
struct registry_entry {
    const char *path; /* absolute */
    const struct descriptor *desc;
    const struct err *err;
};

/* An empty one, without folders. */
struct registry *registry_create(struct registry_reader reader) NODISCARD;
/* Frees and clears the caller's pointer; *registry may be NULL. */
void registry_destroy(struct registry **registry);

/* The folders named above, as far as they exist. */
void registry_add_default_folders(struct registry *registry);
/* A folder behind those that are there. One that is missing, or is there already under any name, is
 * left out. */
void registry_add_folder(struct registry *registry, const char *path);
/* "a, b, c" for sentences; "no folder" when there is none. Borrowed until folders change. */
const char *registry_folders(const struct registry *registry);

/* Lists the folders and reads every file that is new or changed. Files that fail are entries with
 * an err, no failure of the scan. ERR_IO when a folder can't be read. */
int registry_scan(struct registry *registry, struct err *err) NODISCARD;

/* Entries of the last scan, by id, refused files last by path. Borrowed until the next scan. */
size_t registry_count(const struct registry *registry);
struct registry_entry registry_at(const struct registry *registry, size_t index);

/* From what a user wrote: with a '/' or ending in ".so" it is a path (absolute or from the current
 * folder), anything else an id. Reads as few files as it can. ret_path gets the absolute path, ret
 * the descriptor. ERR_NOT_FOUND with the nearest name, else what the reader said. */
int registry_find(struct registry *registry, const char *id_or_path, char ret_path[PATH_MAX],
                  struct descriptor *ret, struct err *err) NODISCARD;

#endif
