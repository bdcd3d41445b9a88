/*
 * proc/watch_files.h - the files that a strategy under watch is made of, and whether their bytes
 * are those that were judged already.
 *
 * A touch, other rights and the same text saved again change no byte, and then there is nothing to
 * build. Files are what the source names (the file, or what lies in the folder) and what the last
 * compilation read besides; paths are absolute, without "." and "..".
 */
#ifndef PROC_WATCH_FILES_H
#define PROC_WATCH_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/str.h"

/* Appends them, one a line, each once. source: "" for none; depends: lines. */
void watch_files_list(const char *source, const struct str *depends, struct str *ret);

/* Whether the source is there: the file, or something to compile in the folder. */
bool watch_files_has_source(const char *source);

/* Appends lines to depends that are not there yet, without "." and ".." in their paths. */
void watch_files_add(struct str *depends, const char *lines);

/* Paths and bytes of the files as one hash; a file that is missing counts as that. ret_changed gets
 * the newest time at which one of them changed (ctime; ns of the wall clock; INT64_MAX when one is
 * missing). */
void watch_files_hash(const struct str *files, char ret[SHA256_HEX_SIZE], int64_t *ret_changed);

/* The newest time at which one of them was written (mtime); 0 for none. */
int64_t watch_files_written(const struct str *files);

/* SHA-256 of one file; "" when it cannot be read. */
void watch_files_sha(const char *path, char ret[SHA256_HEX_SIZE]);

/* For each line: `const char *at = text; watch_files_next(&at, path)`. False at the end. */
bool watch_files_next(const char **at, char path[], size_t cap);

#endif
