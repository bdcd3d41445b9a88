/*
 * Files: whole reads, whole writes, folders, paths, read-only maps.
 *
 * Sentences name the path and the reason. Sizes are limited before memory is taken. Writers go
 * through fs_write_atomic: a reader sees the old content or the new one, never a half.
 * Not for the journal, whose append and sync have rules of their own (store/).
 */
#ifndef QS_BASE_FS_H
#define QS_BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct str; /* base/str.h */

/* The whole content of a regular file, with a terminator after its last byte (not counted);
 * mem_free it. ret_len may be NULL. ERR_LIMIT when it is longer than max bytes; ERR_IO for a
 * folder, pipe or device. */
int fs_read_all(const char *path, size_t max, char **ret, size_t *ret_len,
                struct err *err) NODISCARD;

/* Writes beside path, syncs, renames over it and syncs the folder. mode is as in open(2), the umask
 * applies. On failure path is as it was and nothing is left behind. */
int fs_write_atomic(const char *path, const void *data, size_t len, mode_t mode,
                    struct err *err) NODISCARD;

/* The folder and all above it that are missing (mode 0777 less the umask). Fine when it exists. */
int fs_mkdir_all(const char *path, struct err *err) NODISCARD;

bool fs_exists(const char *path); /* follows links; a broken link does not exist */
bool fs_is_dir(const char *path);
bool fs_is_regular(const char *path);

/* Appends a, one '/', b; only b when b is absolute or a is empty. */
void fs_join(struct str *str, const char *a, const char *b);

/* Copies, mem_free them. As dirname(1) and basename(1): "/a/b" -> "/a", "b"; "b" -> ".", "b";
 * "/" -> "/", "/"; trailing slashes don't count. */
char *fs_dirname(const char *path) NODISCARD;
char *fs_basename(const char *path) NODISCARD;

/* Looks for `name` in folder start, its parent, and so on to the root. ret is set (cleared first)
 * to the absolute path found; false and untouched when there is none or start is no folder. */
bool fs_find_upward(const char *start, const char *name, struct str *ret);

/* A regular file, read-only, shared; len 0 is allowed and has data NULL. A file that is cut by
 * others while it is mapped raises SIGBUS on access: map only what nobody writes in place. */
struct fs_map {
    const uint8_t *data;
    size_t len;
    int64_t mtime_ns;
    uint64_t device, inode;
};

int fs_map_open(const char *path, struct fs_map *ret, struct err *err) NODISCARD;
/* Accepts a zeroed or closed map. */
void fs_map_close(struct fs_map *map);

/* Exactly len bytes, through EINTR and short counts; blocking fds. A closed pipe is ERR_IO (the
 * process must ignore SIGPIPE). */
int fs_write_exact(int fd, const void *data, size_t len, struct err *err) NODISCARD;

#endif
