/* The tree of a run.yaml, key by key. Shapes are checked here, values in run_conf_field.c. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "conf/run_conf_build.h"

static struct conf_place place_of(const struct build *b, const struct yaml_node *node) {
    return (struct conf_place){b->conf->path, node->line, node->column};
}

static int PRINTF_LIKE(4, 5) fail(const struct build *b, const struct yaml_node *node,
                                  const char *key, const char *fmt, ...) {
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vappendf(&text, fmt, args);
    va_end(args);
    struct conf_place place = place_of(b, node);
    int rc = conf_fail(&place, key, b->err, "%s", str_text(&text));
    str_fini(&text);
    return rc;
}

static int want_kind(const struct build *b, const struct yaml_node *node, enum yaml_kind kind,
                     const char *key, const char *cure) {
    if (node->kind == kind)
        return 0;
    if (node->kind == YAML_NULL_)
        return fail(b, node, key, "nothing is said (%s, or leave the key out)", cure);
    return fail(b, node, key, "expected %s, found %s (%s)", yaml_kind_name(kind),
                yaml_kind_name(node->kind), cure);
}

static int take_scalar(const struct build *b, const struct yaml_node *node, const char *key,
                       struct conf_text *ret) {
    if (node->kind == YAML_NULL_)
        return fail(b, node, key, "nothing is said (write a value, or leave the key out)");
    if (node->kind != YAML_SCALAR)
        return fail(b, node, key, "expected one value, found %s (write key: value)",
                    yaml_kind_name(node->kind));
    *ret = (struct conf_text){node->scalar, node->quoted, place_of(b, node)};
    return 0;
}

/* "prefix.field". */
static void join_key(char key[CONF_KEY_MAX + 1], const char *prefix, const char *field) {
    snprintf(key, CONF_KEY_MAX + 1, "%s%s%.96s", prefix, prefix[0] == '\0' ? "" : ".", field);
}

static int check_field(struct build *b, const struct conf_fields *fields,
                       const struct yaml_node *name, const char *key) {
    struct conf_place place = place_of(b, name);
    return build_check_field(b, fields, name->scalar, key, &place);
}

/* ---- data ---- */

static int read_data_map(struct build *b, const struct yaml_node *node, struct data_conf *data) {
    for (size_t i = 0; i < node->count; i++) {
        const char *field = node->keys[i]->scalar;
        char key[CONF_KEY_MAX + 1];
        join_key(key, data->key, field);
        struct conf_text value;
        int rc = check_field(b, &data_fields, node->keys[i], key);
        if (rc == 0)
            rc = take_scalar(b, node->items[i], key, &value);
        if (rc == 0)
            rc = build_set_data(b, data, field, key, &value);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* A map of fields, or just the file's path. */
static int read_data_entry(struct build *b, const struct yaml_node *node, const char *key) {
    struct conf_place place = place_of(b, node);
    struct data_conf *data = build_add_data(b, &place);
    if (data == NULL)
        return b->err->code;
    str_copy_fixed(data->key, sizeof(data->key), key);
    if (node->kind != YAML_SCALAR) {
        int rc = want_kind(b, node, YAML_MAPPING, key, "write {file: bars.csv}");
        return rc < 0 ? rc : read_data_map(b, node, data);
    }
    struct conf_text value;
    int rc = take_scalar(b, node, key, &value);
    return rc < 0 ? rc : build_set_data(b, data, "file", key, &value);
}

static int read_data(struct build *b, const struct yaml_node *node) {
    if (node->kind == YAML_SCALAR || node->kind == YAML_MAPPING)
        return read_data_entry(b, node, "data");
    int rc = want_kind(b, node, YAML_SEQUENCE, "data", "write - {file: bars.csv}");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        char key[CONF_KEY_MAX + 1];
        snprintf(key, sizeof(key), "data.%zu", i);
        rc = read_data_entry(b, node->items[i], key);
    }
    return rc;
}

/* symbol and timeframe on the first level: of data whose file comes from the command line. */
static int read_lone_symbol(struct build *b, const struct yaml_node *root) {
    static const char *const keys[] = {"symbol", "timeframe"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct yaml_node *node = yaml_get(root, keys[i]);
        if (node == NULL)
            continue;
        if (yaml_get(root, "data") != NULL)
            return fail(b, node, keys[i], "stands beside data (write it into the entry of data)");
        struct conf_place place = place_of(b, node);
        if (b->conf->data_count == 0 && build_add_data(b, &place) == NULL)
            return b->err->code;
        struct conf_text value;
        int rc = take_scalar(b, node, keys[i], &value);
        if (rc == 0)
            rc = build_set_data(b, &b->conf->data[0], keys[i], keys[i], &value);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- strategies ---- */

typedef int pair_setter(struct build *b, struct strategy_conf *strategy, const char *name,
                        const struct conf_place *name_place, const char *key,
                        const struct conf_text *value);

/* A param's value: a scalar, or {plain: TEXT} for one that stood without quotes and that JSON can't
 * write so (run_conf_write.h). */
static int take_param(const struct build *b, const struct yaml_node *node, const char *key,
                      struct conf_text *ret) {
    const struct yaml_node *plain = node->count == 1 ? yaml_get(node, "plain") : NULL;
    if (plain == NULL || plain->kind != YAML_SCALAR)
        return take_scalar(b, node, key, ret);
    *ret = (struct conf_text){plain->scalar, false, place_of(b, plain)};
    return 0;
}

/* params and roles: a map of names and values. */
static int read_pairs(struct build *b, const struct yaml_node *node, struct strategy_conf *strategy,
                      const char *prefix, pair_setter *set) {
    int rc = want_kind(b, node, YAML_MAPPING, prefix, "write {name: value}");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const char *name = node->keys[i]->scalar;
        struct conf_place place = place_of(b, node->keys[i]);
        char key[CONF_KEY_MAX + 1];
        join_key(key, prefix, name);
        struct conf_text value;
        rc = (set == build_set_param ? take_param : take_scalar)(b, node->items[i], key, &value);
        if (rc == 0)
            rc = set(b, strategy, name, &place, key, &value);
    }
    return rc;
}

static int read_symbols(struct build *b, const struct yaml_node *node,
                        struct strategy_conf *strategy, const char *key) {
    struct conf_text value;
    if (node->kind == YAML_SCALAR) {
        int rc = take_scalar(b, node, key, &value);
        return rc < 0 ? rc : build_add_symbols(b, strategy, key, &value);
    }
    int rc = want_kind(b, node, YAML_SEQUENCE, key, "write [GOOG, MSFT]");
    if (rc == 0 && node->count == 0)
        return fail(b, node, key, "an empty list (name a symbol, or leave the key out)");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = take_scalar(b, node->items[i], key, &value);
        if (rc == 0)
            rc = build_add_symbols(b, strategy, key, &value);
    }
    return rc;
}

static int read_strategy_field(struct build *b, const struct yaml_node *node,
                               struct strategy_conf *strategy, const char *field, const char *key) {
    if (str_eq(field, "params"))
        return read_pairs(b, node, strategy, key, build_set_param);
    if (str_eq(field, "roles"))
        return read_pairs(b, node, strategy, key, build_set_role);
    if (str_eq(field, "symbols"))
        return read_symbols(b, node, strategy, key);
    struct conf_text value;
    int rc = take_scalar(b, node, key, &value);
    return rc < 0 ? rc : build_set_strategy(b, strategy, field, key, &value);
}

static int read_strategy_entry(struct build *b, const struct yaml_node *node, size_t index) {
    char prefix[32], key[CONF_KEY_MAX + 1];
    snprintf(prefix, sizeof(prefix), "strategies.%zu", index);
    int rc = want_kind(b, node, YAML_MAPPING, prefix, "write {strategy: ID}");
    if (rc < 0)
        return rc;
    struct conf_place place = place_of(b, node);
    struct strategy_conf *strategy = build_add_strategy(b, &place);
    if (strategy == NULL)
        return b->err->code;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const char *field = node->keys[i]->scalar;
        join_key(key, prefix, field);
        rc = check_field(b, &strategy_fields, node->keys[i], key);
        if (rc == 0)
            rc = read_strategy_field(b, node->items[i], strategy, field, key);
    }
    if (rc == 0 && strategy->strategy[0] == '\0')
        return fail(b, node, prefix, "which strategy? (add strategy: ID)");
    return rc;
}

static int read_strategies(struct build *b, const struct yaml_node *node) {
    int rc = want_kind(b, node, YAML_SEQUENCE, "strategies", "write - {strategy: ID}");
    if (rc == 0 && node->count == 0)
        return fail(b, node, "strategies", "an empty list (name a strategy, or leave the key out)");
    for (size_t i = 0; rc == 0 && i < node->count; i++)
        rc = read_strategy_entry(b, node->items[i], i);
    return rc;
}

/* strategy, params, symbols, roles on the first level: the short form of one strategy. */
static int read_lone_strategy(struct build *b, const struct yaml_node *root) {
    static const char *const fields[] = {"strategy", "params", "symbols", "roles"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct yaml_node *node = yaml_get(root, fields[i]);
        if (node == NULL)
            continue;
        if (yaml_get(root, "strategies") != NULL)
            return fail(b, node, fields[i],
                        "stands beside strategies (write it into an entry of strategies)");
        struct conf_place place = place_of(b, node);
        if (b->conf->strategy_count == 0 && build_add_strategy(b, &place) == NULL)
            return b->err->code;
        int rc = read_strategy_field(b, node, &b->conf->strategies[0], fields[i], fields[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- silos ---- */

static int read_silo_entry(struct build *b, const struct yaml_node *node, size_t index) {
    char prefix[32], key[CONF_KEY_MAX + 1];
    snprintf(prefix, sizeof(prefix), "silos.%zu", index);
    int rc = want_kind(b, node, YAML_MAPPING, prefix, "write {name: a, initial_cash: 1000}");
    if (rc < 0)
        return rc;
    struct conf_place place = place_of(b, node);
    struct silo_conf *silo = build_add_silo(b, &place);
    if (silo == NULL)
        return b->err->code;
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        const char *field = node->keys[i]->scalar;
        join_key(key, prefix, field);
        struct conf_text value;
        rc = check_field(b, &silo_fields, node->keys[i], key);
        if (rc == 0)
            rc = take_scalar(b, node->items[i], key, &value);
        if (rc == 0)
            rc = build_set_silo(b, silo, field, key, &value);
    }
    if (rc == 0 && silo->name[0] == '\0')
        return fail(b, node, prefix, "a silo without a name (add name: a)");
    return rc;
}

static int read_silos(struct build *b, const struct yaml_node *node) {
    int rc = want_kind(b, node, YAML_SEQUENCE, "silos", "write - {name: a, initial_cash: 1000}");
    if (rc == 0 && node->count == 0)
        return fail(b, node, "silos", "an empty list (name a silo, or leave the key out)");
    for (size_t i = 0; rc == 0 && i < node->count; i++)
        rc = read_silo_entry(b, node->items[i], i);
    return rc;
}

/* ---- the first level ---- */

/* sizing and funding: a map whose fields are keys of their own, "sizing.type". */
static int read_group(struct build *b, const struct yaml_node *node, const char *prefix,
                      const struct conf_fields *fields, const char *cure) {
    int rc = want_kind(b, node, YAML_MAPPING, prefix, cure);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        char key[CONF_KEY_MAX + 1];
        join_key(key, prefix, node->keys[i]->scalar);
        struct conf_text value;
        rc = check_field(b, fields, node->keys[i], key);
        if (rc == 0)
            rc = take_scalar(b, node->items[i], key, &value);
        if (rc == 0)
            rc = build_set_top(b, key, &value);
    }
    return rc;
}

/* What is read elsewhere, because its parts belong together. */
static bool is_lone_key(const char *key) {
    static const char *const keys[] = {"symbol", "timeframe", "strategy",
                                       "params", "symbols",   "roles"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (str_eq(key, keys[i]))
            return true;
    return false;
}

static int read_top(struct build *b, const struct yaml_node *name, const struct yaml_node *node) {
    const char *key = name->scalar;
    struct conf_place place = place_of(b, name);
    int rc = build_check_top(b, key, &place);
    if (rc < 0 || is_lone_key(key))
        return rc;
    if (str_eq(key, "data"))
        return read_data(b, node);
    if (str_eq(key, "strategies"))
        return read_strategies(b, node);
    if (str_eq(key, "silos"))
        return read_silos(b, node);
    if (str_eq(key, "sizing"))
        return read_group(b, node, key, &sizing_fields, "write {type: fixed, value: 10}");
    if (str_eq(key, "funding"))
        return read_group(b, node, key, &funding_fields, "write {enabled: false}");
    if (str_eq(key, "risk") && node->kind == YAML_MAPPING)
        return fail(b, node, key, "rules of your own come with a later version (write none)");
    struct conf_text value;
    rc = take_scalar(b, node, key, &value);
    return rc < 0 ? rc : build_set_top(b, key, &value);
}

int build_read_tree(struct build *b, const struct yaml_doc *doc) {
    const struct yaml_node *root = yaml_root(doc);
    if (root->kind == YAML_NULL_)
        return 0;
    if (root->kind != YAML_MAPPING)
        return fail(b, root, NULL, "expected a mapping of keys, found %s (write key: value)",
                    yaml_kind_name(root->kind));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < root->count; i++)
        rc = read_top(b, root->keys[i], root->items[i]);
    if (rc == 0)
        rc = read_lone_symbol(b, root);
    if (rc == 0)
        rc = read_lone_strategy(b, root);
    return rc;
}
