/*
 * cmd/cmd_build_find.h - where sources and builds of a project are: custom/, builtins/, plugins/.
 *
 * All three are found upward from the current folder, so the commands work anywhere in a project.
 * Paths are given as a person would write them: relative when they lie below the current folder.
 */
#ifndef CMD_BUILD_FIND_H
#define CMD_BUILD_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct build_source {
    char *path;
    char name[NAME_MAX + 1]; /* of the .so, without ending */
};

struct build_sources {
    struct build_source *items;
    size_t count;
};

/* A folder of that name upward from here. False (ret untouched) when there is none. */
bool build_find_folder(const char *name, char ret[PATH_MAX]);

/* plugins/: upward, else (made) beside custom/ or here. */
int build_find_plugins(char ret[PATH_MAX], struct err *err) NODISCARD;

/* Puts the path into the form for people. */
void build_find_shorten(char path[PATH_MAX]);

/* The source of that name in one folder: NAME.c, NAME.cc, NAME.cpp or NAME/. */
bool build_find_named(const char *folder, const char *name, char ret[PATH_MAX]);

/* Adds what a word of the command line means: a file; a folder named custom or builtins: all in it;
 * the name of something in custom/, then builtins/; another folder. ERR_NOT_FOUND with the nearest
 * name, ERR_USAGE, ERR_IO. */
int build_find_word(const char *word, struct build_sources *sources, struct err *err) NODISCARD;

/* Adds all of custom/. ERR_NOT_FOUND when there is nothing. */
int build_find_all(struct build_sources *sources, struct err *err) NODISCARD;

/* ERR_USAGE when two sources would make one .so. */
int build_find_check(const struct build_sources *sources, struct err *err) NODISCARD;

void build_sources_fini(struct build_sources *sources);

#endif
