/* What the command line puts over the file: --strategy, --data and their kin first, then each
 * --set in its order. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/run_conf_build.h"
#include "data/series_name.h"

static const struct conf_place by_set = {.name = "--set"};

/* ---- options of their own ---- */

static int check_utf8(struct build *b, const char *option, const char *text) {
    struct conf_place place = {.name = option};
    if (!str_is_utf8(text, strlen(text), NULL))
        return conf_fail(&place, NULL, b->err, "bytes that are not UTF-8 (retype it)");
    return 0;
}

static int put_strategy(struct build *b, const char *text) {
    struct conf_text value = {.text = text, .place = {.name = "--strategy"}};
    struct run_conf *conf = b->conf;
    int rc = check_utf8(b, "--strategy", text);
    if (rc < 0)
        return rc;
    if (conf->strategy_count > 1)
        return conf_fail(&value.place, NULL, b->err,
                         "the file has %zu strategies (use --set strategies.NAME.strategy=ID)",
                         conf->strategy_count);
    if (conf->strategy_count == 0 && build_add_strategy(b, &value.place) == NULL)
        return b->err->code;
    return build_set_strategy(b, &conf->strategies[0], "strategy", NULL, &value);
}

/* Files take the place of the file's data; one that had no file yet keeps its symbol. */
static int put_data(struct build *b, const char *const *files, size_t count) {
    struct run_conf *conf = b->conf;
    struct conf_place place = {.name = "--data"};
    bool keep = conf->data_count == 1 && conf->data[0].file[0] == '\0';
    if (keep && count > 1)
        return conf_fail(&place, NULL, b->err,
                         "%zu files, but the config names one symbol (give one --data)", count);
    if (!keep)
        conf->data_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct conf_text value = {.text = files[i], .place = place};
        struct data_conf *data = keep ? &conf->data[0] : build_add_data(b, &place);
        if (data == NULL)
            return b->err->code;
        data->place = place;
        data->key[0] = '\0';
        int rc = check_utf8(b, place.name, files[i]);
        if (rc == 0)
            rc = build_set_data(b, data, "file", NULL, &value);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* One field of all data. */
static int put_data_field(struct build *b, const char *option, const char *field,
                          const char *text) {
    struct conf_text value = {.text = text, .place = {.name = option}};
    struct run_conf *conf = b->conf;
    int rc = check_utf8(b, option, text);
    if (rc == 0 && conf->data_count == 0)
        return conf_fail(&value.place, NULL, b->err,
                         "there is no data to set it for (add --data "
                         "FILE)");
    if (rc == 0 && str_eq(field, "symbol") && conf->data_count > 1)
        return conf_fail(&value.place, NULL, b->err,
                         "there are %zu files of data (use --set data.0.symbol=%.31s and so on)",
                         conf->data_count, text);
    for (size_t i = 0; rc == 0 && i < conf->data_count; i++)
        rc = build_set_data(b, &conf->data[i], field, NULL, &value);
    return rc;
}

/* ---- --set ---- */

/* A key in the making: the parts between its dots. */
struct set_path {
    const char *key;  /* all of it */
    const char *rest; /* what is not read yet */
};

/* The next part; the last one may hold dots when whole is set. false: there is none. */
static bool next_part(struct set_path *path, char *part, size_t cap) {
    size_t len = strcspn(path->rest, ".");
    if (len == 0 || len >= cap)
        return false;
    memcpy(part, path->rest, len);
    part[len] = '\0';
    path->rest += len + (path->rest[len] == '.' ? 1 : 0);
    return true;
}

static bool is_index(const char *part, size_t count, size_t *ret) {
    int64_t number;
    if (part[0] < '0' || part[0] > '9' || !str_parse_i64(part, &number) || number < 0 ||
        (uint64_t)number >= count)
        return false;
    *ret = (size_t)number;
    return true;
}

static int fail_shape(struct build *b, const char *key, const char *shape) {
    return conf_fail(&by_set, key, b->err, "not a whole key (write %s)", shape);
}

/* As said, or as the file's name has it; its length, 0 when there is none. */
static size_t symbol_of(const struct data_conf *data, char symbol[SYMBOL_MAX]) {
    str_copy_fixed(symbol, SYMBOL_MAX, data->symbol);
    if (symbol[0] == '\0' && series_name_symbol(data->file, false, symbol, NULL) < 0)
        return 0;
    return strlen(symbol);
}

/* Symbols may hold dots, so the longest that fits is looked for among those that there are. */
static int set_in_data(struct build *b, struct set_path *path, const struct conf_text *value) {
    struct run_conf *conf = b->conf;
    struct data_conf *data = NULL;
    char part[CONF_NAME_MAX + 1];
    size_t index, matched = 0;
    bool twice = false;
    for (size_t i = 0; i < conf->data_count; i++) {
        char symbol[SYMBOL_MAX];
        size_t len = symbol_of(&conf->data[i], symbol);
        if (len == 0 || len < matched || strncmp(path->rest, symbol, len) != 0 ||
            path->rest[len] != '.')
            continue;
        twice = len == matched;
        data = &conf->data[i];
        matched = len;
    }
    if (twice)
        return conf_fail(&by_set, path->key, b->err,
                         "several data are of %.*s (write its place in the list, from 0)",
                         (int)matched, path->rest);
    if (data != NULL) {
        path->rest += matched + 1;
    } else {
        if (!next_part(path, part, sizeof(part)))
            return fail_shape(b, path->key, "data.0.lot=1 or data.GOOG.lot=1");
        if (!is_index(part, conf->data_count, &index))
            return conf_fail(
                &by_set, path->key, b->err,
                "there is no data '%s' (%zu known, counted from 0, or named by symbol)", part,
                conf->data_count);
        data = &conf->data[index];
    }
    int rc = build_check_field(b, &data_fields, path->rest, path->key, &by_set);
    return rc < 0 ? rc : build_set_data(b, data, path->rest, path->key, value);
}

/* params.NAME, roles.NAME and the plain fields of one strategy. */
static int set_in_strategy(struct build *b, struct strategy_conf *strategy, struct set_path *path,
                           const struct conf_text *value) {
    bool is_param = str_starts_with(path->rest, "params.");
    bool is_role = str_starts_with(path->rest, "roles.");
    if (is_param || is_role) {
        const char *name = strchr(path->rest, '.') + 1;
        if (name[0] == '\0')
            return fail_shape(b, path->key, is_param ? "params.NAME=VALUE" : "roles.NAME=SYMBOL");
        return (is_param ? build_set_param : build_set_role)(b, strategy, name, &by_set, path->key,
                                                             value);
    }
    int rc = build_check_field(b, &strategy_fields, path->rest, path->key, &by_set);
    if (rc == 0 && (str_eq(path->rest, "params") || str_eq(path->rest, "roles")))
        return fail_shape(b, path->key,
                          str_eq(path->rest, "params") ? "params.NAME=VALUE" : "roles.NAME=SYMBOL");
    return rc < 0 ? rc : build_set_strategy(b, strategy, path->rest, path->key, value);
}

static int set_in_strategies(struct build *b, struct set_path *path,
                             const struct conf_text *value) {
    struct run_conf *conf = b->conf;
    char part[CONF_NAME_MAX + 1], guess[128], shown[CONF_SHOW_MAX];
    const char *names[RUN_CONF_STRATEGIES_MAX];
    size_t index = conf->strategy_count;
    if (!next_part(path, part, sizeof(part)))
        return fail_shape(b, path->key, "strategies.NAME.params.fast=3");
    for (size_t i = 0; i < conf->strategy_count; i++) {
        names[i] = conf->strategies[i].name;
        if (str_eq(names[i], part))
            index = i;
    }
    if (index == conf->strategy_count && !is_index(part, conf->strategy_count, &index)) {
        conf_guess(guess, sizeof(guess), part, names, conf->strategy_count,
                   "write its name, or its place from 0");
        return conf_fail(&by_set, path->key, b->err, "there is no strategy %s (%s)",
                         conf_show(shown, part), guess);
    }
    return set_in_strategy(b, &conf->strategies[index], path, value);
}

static int set_in_silos(struct build *b, struct set_path *path, const struct conf_text *value) {
    struct run_conf *conf = b->conf;
    char part[CONF_NAME_MAX + 1], guess[128], shown[CONF_SHOW_MAX];
    const char *names[RUN_CONF_SILOS_MAX];
    size_t index = conf->silo_count;
    if (!next_part(path, part, sizeof(part)))
        return fail_shape(b, path->key, "silos.NAME.initial_cash=1000");
    for (size_t i = 0; i < conf->silo_count; i++) {
        names[i] = conf->silos[i].name;
        if (str_eq(names[i], part))
            index = i;
    }
    if (index == conf->silo_count && !is_index(part, conf->silo_count, &index)) {
        conf_guess(guess, sizeof(guess), part, names, conf->silo_count,
                   "only a config file makes silos");
        return conf_fail(&by_set, path->key, b->err, "there is no silo %s (%s)",
                         conf_show(shown, part), guess);
    }
    int rc = build_check_field(b, &silo_fields, path->rest, path->key, &by_set);
    return rc < 0 ? rc : build_set_silo(b, &conf->silos[index], path->rest, path->key, value);
}

/* The short form: fields of the one strategy there is. */
static int set_in_lone_strategy(struct build *b, struct set_path *path,
                                const struct conf_text *value) {
    size_t count = b->conf->strategy_count;
    if (count == 0)
        return conf_fail(&by_set, path->key, b->err,
                         "there is no strategy to set it for (add --strategy ID)");
    if (count > 1)
        return conf_fail(&by_set, path->key, b->err,
                         "there are %zu strategies (write strategies.NAME.%s)", count, path->key);
    return set_in_strategy(b, &b->conf->strategies[0], path, value);
}

static int set_top(struct build *b, struct set_path *path, const struct conf_text *value) {
    static const char *const groups[] = {"data", "strategies", "silos", "sizing", "funding"};
    const char *key = path->key;
    int rc = 0;
    if (str_starts_with(key, "sizing."))
        rc = build_check_field(b, &sizing_fields, key + strlen("sizing."), key, &by_set);
    else if (str_starts_with(key, "funding."))
        rc = build_check_field(b, &funding_fields, key + strlen("funding."), key, &by_set);
    else
        rc = build_check_top(b, key, &by_set);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(groups); i++)
        if (str_eq(key, groups[i]))
            return conf_fail(&by_set, key, b->err, "names several values (write %s.KEY=VALUE)",
                             key);
    if (rc == 0 && (str_eq(key, "symbol") || str_eq(key, "timeframe")))
        return put_data_field(b, "--set", key, value->text);
    return rc < 0 ? rc : build_set_top(b, key, value);
}

static int set_key(struct build *b, const char *key, const struct conf_text *value) {
    static const char *const lone[] = {"params.", "roles.", "strategy",
                                       "symbols", "params", "roles"};
    struct set_path path = {.key = key, .rest = key};
    if (str_starts_with(key, "data.")) {
        path.rest += strlen("data.");
        return set_in_data(b, &path, value);
    }
    if (str_starts_with(key, "strategies.")) {
        path.rest += strlen("strategies.");
        return set_in_strategies(b, &path, value);
    }
    if (str_starts_with(key, "silos.")) {
        path.rest += strlen("silos.");
        return set_in_silos(b, &path, value);
    }
    for (size_t i = 0; i < ARRAY_LEN(lone); i++)
        if (str_eq(key, lone[i]) || (str_ends_with(lone[i], ".") && str_starts_with(key, lone[i])))
            return set_in_lone_strategy(b, &path, value);
    return set_top(b, &path, value);
}

static int put_set(struct build *b, const char *text) {
    char shown[CONF_SHOW_MAX];
    int rc = check_utf8(b, "--set", text);
    if (rc < 0)
        return rc;
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return conf_fail(&by_set, NULL, b->err,
                         "expected KEY=VALUE, found %s (such as "
                         "params.fast=20)",
                         conf_show(shown, text));
    if ((size_t)(equals - text) > CONF_KEY_MAX)
        return conf_fail(&by_set, NULL, b->err, "%s is too long for a key (at most %d bytes)",
                         conf_show(shown, text), CONF_KEY_MAX);
    char *key = mem_strndup(text, (size_t)(equals - text));
    struct conf_text value = {.text = equals + 1, .place = by_set};
    if (equals[1] == '\0')
        rc = conf_fail(&by_set, key, b->err, "nothing behind the '=' (write a value)");
    else
        rc = set_key(b, key, &value);
    mem_free(key);
    return rc;
}

int build_read_args(struct build *b, const struct run_conf_args *args) {
    int rc = 0;
    b->folder = NULL;
    if (args->strategy != NULL)
        rc = put_strategy(b, args->strategy);
    if (rc == 0 && args->data_count > 0)
        rc = put_data(b, args->data, args->data_count);
    if (rc == 0 && args->symbol != NULL)
        rc = put_data_field(b, "--symbol", "symbol", args->symbol);
    if (rc == 0 && args->timeframe != NULL)
        rc = put_data_field(b, "--timeframe", "timeframe", args->timeframe);
    if (rc == 0 && args->stamp != NULL)
        rc = put_data_field(b, "--stamp", "stamp", args->stamp);
    build_name_all(b);
    for (size_t i = 0; rc == 0 && i < args->set_count; i++)
        rc = put_set(b, args->sets[i]);
    return rc;
}
