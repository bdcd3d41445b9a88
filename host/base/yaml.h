/*
 * YAML text (so JSON too) -> a tree whose every node knows its line and column.
 *
 * It keeps the text of scalars as written: what is a number or a bool is for conf/ to decide, which
 * knows what it expects. Only one kind of surprise is resolved here: a plain empty, ~ or null is
 * YAML_NULL_. The only door to libyaml.
 * Refused, each with "file:line:column: what (what to do)" and ERR_CONFIG: duplicate keys, keys
 * that are no plain text, anchors and aliases, tags, several documents, depth over 64, over 1 MiB,
 * bad UTF-8, and all that libyaml refuses (tabs as indentation). An empty file is a null.
 */
#ifndef QS_BASE_YAML_H
#define QS_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define YAML_DEPTH_MAX 64
#define YAML_SIZE_MAX ((size_t)1 << 20)

enum yaml_kind { YAML_NULL_, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

/* Read-only for everyone but yaml.c. */
struct yaml_node {
    enum yaml_kind kind;
    const char *scalar;       /* YAML_SCALAR, YAML_NULL_: the text, never NULL; else NULL */
    bool quoted;              /* '...' "..." | > : text for certain, never a number or a bool */
    int line, column;         /* from 1; column counts characters */
    size_t count;             /* items of a sequence, pairs of a mapping */
    struct yaml_node **keys;  /* YAML_MAPPING only: scalars */
    struct yaml_node **items; /* items, or the values of the keys */
};

struct yaml_doc; /* the tree's owner; opaque */

/* Parses len bytes; name stands for the file in messages. */
int yaml_load(const char *text, size_t len, const char *name, struct yaml_doc **ret,
              struct err *err) NODISCARD;
/* The same from a file, named by its path. ERR_NOT_FOUND, ERR_IO besides. */
int yaml_load_file(const char *path, struct yaml_doc **ret, struct err *err) NODISCARD;
/* Frees the tree with all its text; NULL is fine. */
void yaml_free(struct yaml_doc *doc);

/* Borrowed from doc. */
const struct yaml_node *yaml_root(const struct yaml_doc *doc);

/* The value of a key, or NULL when node is no mapping or has no such key. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);

/* "a mapping", "a list", "text", "nothing": for sentences. */
const char *yaml_kind_name(enum yaml_kind kind);

/* err = "name:line:column: ..." for a complaint about node; returns ERR_CONFIG. */
int yaml_fail(const struct yaml_doc *doc, const struct yaml_node *node, struct err *err,
              const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
