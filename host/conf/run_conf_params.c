/* Params of a preset or of a record, in the place of those of the file. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/run_conf_write.h"

/* Params in the making. */
struct params {
    struct param_conf *list;
    size_t count;
};

static int refuse(const struct conf_place *place, const char *key, struct err *err,
                  const char *what) {
    return conf_fail_as(ERR_PARAM, place, key, err,
                        "%s (expected texts such as {\"fast\": \"20\"})", what);
}

/* Puts or replaces. */
static void put(struct params *params, const struct param_conf *param) {
    for (size_t i = 0; i < params->count; i++) {
        if (str_eq(params->list[i].name, param->name)) {
            params->list[i] = *param;
            return;
        }
    }
    params->list = mem_realloc_array(params->list, params->count + 1, sizeof(*params->list));
    params->list[params->count++] = *param;
}

static int read_member(const struct jv_iter *at, const struct conf_place *place,
                       struct params *params, struct err *err) {
    struct param_conf param = {.name_place = *place, .value.place = *place};
    const char *text = jv_as_str(at->value);
    char shown[CONF_SHOW_MAX], key[CONF_KEY_MAX + 1];
    snprintf(key, sizeof(key), "params.%.96s", at->key);
    if (text == NULL)
        return refuse(place, key, err, jv_kind_name(jv_kind(at->value)));
    if (!str_copy_fixed(param.name, sizeof(param.name), at->key))
        return refuse(place, conf_show(shown, at->key), err, "too long for a name");
    if (!str_copy_fixed(param.value.text, sizeof(param.value.text), text))
        return refuse(place, key, err, "too long a text");
    if (params->count == RUN_CONF_PARAMS_MAX)
        return refuse(place, key, err, "more params than any strategy has");
    str_copy_fixed(param.key, sizeof(param.key), key);
    put(params, &param);
    return 0;
}

static int read_object(const char *json, const struct conf_place *place, struct params *params,
                       struct err *err) {
    struct err cause = {0};
    struct jv *object = jv_parse(json, strlen(json), &cause);
    if (object == NULL)
        return refuse(place, "params", err, cause.text);
    int rc = 0;
    if (jv_kind(object) != JV_OBJECT)
        rc = refuse(place, "params", err, jv_kind_name(jv_kind(object)));
    struct jv_iter at = {0};
    while (rc == 0 && jv_next(object, &at))
        rc = read_member(&at, place, params, err);
    jv_free(object);
    return rc;
}

int run_conf_set_params(struct run_conf *conf, size_t strategy, const char *json, const char *place,
                        struct err *err) {
    CHECK(strategy < conf->strategy_count);
    struct strategy_conf *into = &conf->strategies[strategy];
    char *name = mem_strdup(place);
    struct conf_place from = {.name = name};
    struct params params = {0};
    int rc = read_object(json, &from, &params, err);
    if (rc < 0) {
        mem_free(params.list);
        mem_free(name);
        return rc;
    }
    for (size_t i = 0; i < into->param_count; i++)
        if (conf_place_is_option(&into->params[i].value.place))
            put(&params, &into->params[i]);
    mem_free(into->params);
    mem_free(into->params_from);
    into->params = params.list;
    into->param_count = params.count;
    into->params_from = name;
    return 0;
}
