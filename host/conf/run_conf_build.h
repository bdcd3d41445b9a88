/*
 * conf/run_conf_build.h - between the files run_conf*.c only: a run config in the making.
 *
 *   run_conf_yaml.c   the tree -> keys          \
 *   run_conf_set.c    command line -> keys       > run_conf_field.c: key + text -> checked field
 *                                               /
 *   run_conf_finish.c what only the whole shows: names, symbols, silos, budgets
 *
 * key is what sentences call the value ("data.0.tick"), field its last part. A complaint is in err
 * of the build when a function returns an error.
 */
#ifndef CONF_RUN_CONF_BUILD_H
#define CONF_RUN_CONF_BUILD_H

#include "conf/run_conf.h"
#include "conf/scalar.h"

struct yaml_doc; /* base/yaml.h */

struct build {
    struct run_conf *conf;
    const char *folder; /* of relative paths; NULL: the current one */
    size_t data_cap, strategy_cap, silo_cap;
    struct conf_place setting_places[SETTINGS_TOTAL];
    bool funding_off;
    double funding_rate;
    struct conf_place funding_place;
    struct err *err;
};

/* A list of field names, for suggestions. */
struct conf_fields {
    const char *const *names;
    size_t count;
};

extern const struct conf_fields data_fields;     /* of an entry of data */
extern const struct conf_fields strategy_fields; /* of an entry of strategies */
extern const struct conf_fields silo_fields;
extern const struct conf_fields sizing_fields;
extern const struct conf_fields funding_fields;

/* Refuses a field that is not in the list, with the nearest name. key may be NULL (then it is the
 * field). */
int build_check_field(struct build *b, const struct conf_fields *fields, const char *field,
                      const char *key, const struct conf_place *place) NODISCARD;
/* The same for the keys of the first level (settings with them). */
int build_check_top(struct build *b, const char *key, const struct conf_place *place) NODISCARD;

/* New entries with defaults; the pointer is good until the next one. NULL: over the limit, b->err
 * is set. */
struct data_conf *build_add_data(struct build *b, const struct conf_place *place) NODISCARD;
struct strategy_conf *build_add_strategy(struct build *b, const struct conf_place *place) NODISCARD;
struct silo_conf *build_add_silo(struct build *b, const struct conf_place *place) NODISCARD;
/* Frees what one entry owns. */
void build_clear_strategy(struct strategy_conf *strategy);

/* One scalar each; the field is known. */
int build_set_top(struct build *b, const char *key, const struct conf_text *value) NODISCARD;
int build_set_data(struct build *b, struct data_conf *data, const char *field, const char *key,
                   const struct conf_text *value) NODISCARD;
int build_set_strategy(struct build *b, struct strategy_conf *strategy, const char *field,
                       const char *key, const struct conf_text *value) NODISCARD;
int build_set_silo(struct build *b, struct silo_conf *silo, const char *field, const char *key,
                   const struct conf_text *value) NODISCARD;
/* Puts or replaces. */
int build_set_param(struct build *b, struct strategy_conf *strategy, const char *name,
                    const struct conf_place *name_place, const char *key,
                    const struct conf_text *value) NODISCARD;
int build_set_role(struct build *b, struct strategy_conf *strategy, const char *name,
                   const struct conf_place *name_place, const char *key,
                   const struct conf_text *value) NODISCARD;
/* Adds "GOOG" or "GOOG@1d", or several with ',' between them. */
int build_add_symbols(struct build *b, struct strategy_conf *strategy, const char *key,
                      const struct conf_text *value) NODISCARD;

/* The whole tree into the config. */
int build_read_tree(struct build *b, const struct yaml_doc *doc) NODISCARD;
/* The command line over it; args->config is not looked at. */
int build_read_args(struct build *b, const struct run_conf_args *args) NODISCARD;

/* Names of strategies where none are given: id, stem of the file. May be called again. */
void build_name_all(struct build *b);
/* Checks and completes; the config is as its header promises afterwards. */
int build_finish(struct build *b) NODISCARD;

#endif
