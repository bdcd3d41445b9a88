/* Every value passes here, whether a file or the command line said it. */
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "conf/run_conf_build.h"

#define FIELDS(name, ...)                                                                          \
    static const char *const name##_names[] = {__VA_ARGS__};                                       \
    const struct conf_fields name = {name##_names, ARRAY_LEN(name##_names)}

FIELDS(data_fields, "symbol", "timeframe", "file", "stamp", "tick", "lot", "multiplier");
FIELDS(strategy_fields, "strategy", "name", "params", "symbols", "roles", "budget", "silo");
FIELDS(silo_fields, "name", "initial_cash");
FIELDS(sizing_fields, "type", "value", "close");
FIELDS(funding_fields, "enabled", "rate");

static struct conf_want want(const char *key) { return (struct conf_want){.key = key}; }

/* A path as the user of this place meant it. */
static int take_path(struct build *b, const char *key, const struct conf_text *value,
                     bool is_relative, char ret[PATH_MAX]) {
    struct str path = {0};
    bool joined = is_relative && b->folder != NULL && value->text[0] != '/';
    fs_join(&path, joined ? b->folder : "", value->text);
    bool fits = str_copy_fixed(ret, PATH_MAX, str_text(&path));
    str_fini(&path);
    if (!fits)
        return conf_fail(&value->place, key, b->err, "a path longer than %d bytes (shorten it)",
                         PATH_MAX - 1);
    return 0;
}

static int take_text(struct build *b, const char *key, const struct conf_text *value, char *ret,
                     size_t cap) {
    if (strlen(value->text) >= cap)
        return conf_fail(&value->place, key, b->err, "longer than %zu bytes (shorten it)", cap - 1);
    str_copy_fixed(ret, cap, value->text);
    return 0;
}

/* ---- first level ---- */

static int set_setting(struct build *b, const struct setting *setting,
                       const struct conf_text *value) {
    if (value->quoted && setting->kind != SETTING_CHOICE) {
        char shown[CONF_SHOW_MAX];
        return conf_fail(&value->place, setting->key, b->err,
                         "expected a number, found the text %s (remove the quotes)",
                         conf_show(shown, value->text));
    }
    int rc = settings_set(&b->conf->settings, setting->key, value->text, &value->place, b->err);
    if (rc < 0)
        return rc;
    b->conf->settings_given[settings_index(setting)] = true;
    b->setting_places[settings_index(setting)] = value->place;
    return 0;
}

/* A feature that is named here and comes later. */
static int set_later(struct build *b, const char *key, const char *now, const char *later,
                     const char *why, const struct conf_text *value) {
    if (str_eq(value->text, now))
        return 0;
    if (str_eq(value->text, later))
        return conf_fail(&value->place, key, b->err, "%s", why);
    char shown[CONF_SHOW_MAX];
    return conf_fail(&value->place, key, b->err, "expected %s, found %s (it is the only one)", now,
                     conf_show(shown, value->text));
}

static int set_funding(struct build *b, const char *key, const struct conf_text *value) {
    bool enabled = true;
    if (str_eq(key, "funding.enabled")) {
        int rc = conf_read_bool(value, want(key), &enabled, b->err);
        if (rc == 0)
            b->funding_off = !enabled;
        return rc;
    }
    b->funding_place = value->place;
    return conf_read_number(value, want(key), -1.0, 1.0, &b->funding_rate, b->err);
}

static int set_end(struct build *b, const char *key, const struct conf_text *value) {
    int64_t time;
    bool is_day;
    int rc = conf_read_moment(value, want(key), &time, &is_day, b->err);
    if (rc < 0)
        return rc;
    b->conf->end = is_day ? time + TIME_DAY : time;
    b->conf->has_end = true;
    b->conf->end_place = value->place;
    return 0;
}

static int set_log(struct build *b, const char *key, const struct conf_text *value) {
    static const char *const words[] = {"full", "bars", "trades", "every 10 bars"};
    char shown[CONF_SHOW_MAX], guess[CONF_TEXT_MAX + 1];
    if (run_log_parse(value->text, &b->conf->log))
        return 0;
    return conf_fail(&value->place, key, b->err,
                     "expected full, bars, trades or every N bars, found %s (%s)",
                     conf_show(shown, value->text),
                     conf_guess(guess, sizeof(guess), value->text, words, ARRAY_LEN(words),
                                "choose one of them"));
}

int build_set_top(struct build *b, const char *key, const struct conf_text *value) {
    const struct setting *setting = settings_find(key);
    if (setting != NULL)
        return set_setting(b, setting, value);
    if (str_eq(key, "end"))
        return set_end(b, key, value);
    if (str_eq(key, "start")) {
        b->conf->has_start = true;
        b->conf->start_place = value->place;
        return conf_read_moment(value, want(key), &b->conf->start, NULL, b->err);
    }
    if (str_eq(key, "log"))
        return set_log(b, key, value);
    if (str_eq(key, "name"))
        return take_text(b, key, value, b->conf->name, sizeof(b->conf->name));
    if (str_eq(key, "risk"))
        return set_later(b, key, "none", "standard",
                         "the guards of 'standard' come with a later version (write none)", value);
    if (str_eq(key, "sizing.close"))
        return set_later(b, key, "exact", "recompute",
                         "'recompute' is not in this version (write exact)", value);
    CHECKF(str_starts_with(key, "funding."), "%s", key);
    return set_funding(b, key, value);
}

/* ---- data ---- */

static int set_stamp(struct build *b, struct data_conf *data, const char *key,
                     const struct conf_text *value) {
    static const char *const words[] = {[DATA_STAMP_OPEN] = "open", [DATA_STAMP_CLOSE] = "close"};
    size_t index;
    int rc = conf_read_choice(value, want(key), words, ARRAY_LEN(words), &index, b->err);
    if (rc == 0)
        data->stamp = (int)index;
    return rc;
}

int build_set_data(struct build *b, struct data_conf *data, const char *field, const char *key,
                   const struct conf_text *value) {
    if (str_eq(field, "symbol"))
        return conf_read_symbol(value, want(key), data->symbol, b->err);
    if (str_eq(field, "timeframe"))
        return conf_read_timeframe(value, want(key), data->timeframe, &data->timeframe_ns, b->err);
    if (str_eq(field, "stamp"))
        return set_stamp(b, data, key, value);
    if (str_eq(field, "tick")) {
        data->tick_given = true;
        return conf_read_decimal(value, want(key), &data->tick, b->err);
    }
    if (str_eq(field, "lot")) {
        data->lot_given = true;
        return conf_read_decimal(value, want(key), &data->lot, b->err);
    }
    if (str_eq(field, "multiplier")) {
        data->multiplier_given = true;
        return conf_read_number(value, want(key), 1e-9, 1e9, &data->multiplier, b->err);
    }
    CHECKF(str_eq(field, "file"), "%s", field);
    if (value->text[0] == '\0')
        return conf_fail(&value->place, key, b->err, "no path (name a CSV file)");
    data->file_place = value->place;
    return take_path(b, key, value, true, data->file);
}

/* ---- strategies ---- */

/* An id, or a path to a .so. */
static int set_code(struct build *b, struct strategy_conf *strategy, const char *key,
                    const struct conf_text *value) {
    const char *text = value->text;
    strategy->place = value->place;
    if (strchr(text, '/') != NULL || str_ends_with(text, ".so"))
        return take_path(b, key, value, true, strategy->strategy);
    bool ok = text[0] >= 'a' && text[0] <= 'z' && strlen(text) <= CONF_NAME_MAX;
    for (const char *c = text; ok && *c != '\0'; c++)
        ok = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_';
    char shown[CONF_SHOW_MAX];
    if (!ok)
        return conf_fail(&value->place, key, b->err,
                         "expected an id such as ema_cross or a path to a .so, found %s (`qshost "
                         "list` shows the ids)",
                         conf_show(shown, text));
    return take_text(b, key, value, strategy->strategy, sizeof(strategy->strategy));
}

int build_set_strategy(struct build *b, struct strategy_conf *strategy, const char *field,
                       const char *key, const struct conf_text *value) {
    if (str_eq(field, "strategy"))
        return set_code(b, strategy, key, value);
    if (str_eq(field, "name")) {
        strategy->name_given = true;
        return conf_read_name(value, want(key), strategy->name, sizeof(strategy->name), b->err);
    }
    if (str_eq(field, "silo"))
        return conf_read_name(value, want(key), strategy->silo, sizeof(strategy->silo), b->err);
    if (str_eq(field, "symbols")) {
        strategy->symbol_count = 0;
        return build_add_symbols(b, strategy, key, value);
    }
    if (str_eq(field, "budget")) {
        strategy->budget_given = true;
        return conf_read_number(value, want(key), 1e-6, 1.0, &strategy->budget, b->err);
    }
    return conf_fail(&value->place, key, b->err,
                     "names several values (write %s.NAME and a value for each)", key);
}

int build_set_param(struct build *b, struct strategy_conf *strategy, const char *name,
                    const struct conf_place *name_place, const char *key,
                    const struct conf_text *value) {
    struct param_conf param = {.name_place = *name_place};
    if (!str_copy_fixed(param.name, sizeof(param.name), name))
        return conf_fail(name_place, key, b->err, "a name longer than %d bytes (no param has that)",
                         CONF_NAME_MAX);
    str_copy_fixed(param.key, sizeof(param.key), key);
    param.value.quoted = value->quoted && conf_is_literal(value->text);
    param.value.place = value->place;
    int rc = take_text(b, key, value, param.value.text, sizeof(param.value.text));
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < strategy->param_count; i++) {
        if (str_eq(strategy->params[i].name, name)) {
            strategy->params[i] = param;
            return 0;
        }
    }
    if (strategy->param_count == RUN_CONF_PARAMS_MAX)
        return conf_fail(name_place, key, b->err, "more than %d params (no strategy has so many)",
                         RUN_CONF_PARAMS_MAX);
    strategy->params =
        mem_realloc_array(strategy->params, strategy->param_count + 1, sizeof(*strategy->params));
    strategy->params[strategy->param_count++] = param;
    return 0;
}

/* "GOOG" or "GOOG@1d", len bytes. */
static int read_feed(struct build *b, const char *key, const struct conf_text *value, size_t len,
                     struct feed_conf *ret) {
    struct feed_conf feed = {.place = value->place};
    char text[SYMBOL_MAX + CONF_TIMEFRAME_MAX + 2];
    char shown[CONF_SHOW_MAX];
    if (len >= sizeof(text))
        return conf_fail(&value->place, key, b->err,
                         "expected SYMBOL or SYMBOL@TIMEFRAME, found %s (too long)",
                         conf_show(shown, value->text));
    memcpy(text, value->text, len);
    text[len] = '\0';
    char *at = strchr(text, '@');
    struct conf_text symbol = {.text = text, .place = value->place};
    struct conf_text timeframe = {.text = at == NULL ? "" : at + 1, .place = value->place};
    if (at != NULL)
        *at = '\0';
    int rc = conf_read_symbol(&symbol, want(key), feed.symbol, b->err);
    int64_t ignored;
    if (rc == 0 && at != NULL)
        rc = conf_read_timeframe(&timeframe, want(key), feed.timeframe, &ignored, b->err);
    if (rc == 0)
        *ret = feed;
    return rc;
}

int build_set_role(struct build *b, struct strategy_conf *strategy, const char *name,
                   const struct conf_place *name_place, const char *key,
                   const struct conf_text *value) {
    struct role_conf role = {.name_place = *name_place};
    if (!str_copy_fixed(role.name, sizeof(role.name), name))
        return conf_fail(name_place, key, b->err, "a name longer than %d bytes (no role has that)",
                         CONF_NAME_MAX);
    int rc = read_feed(b, key, value, strlen(value->text), &role.feed);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < strategy->role_count; i++) {
        if (str_eq(strategy->roles[i].name, name)) {
            strategy->roles[i] = role;
            return 0;
        }
    }
    if (strategy->role_count == RUN_CONF_PARAMS_MAX)
        return conf_fail(name_place, key, b->err, "more than %d roles (no strategy has so many)",
                         RUN_CONF_PARAMS_MAX);
    strategy->roles =
        mem_realloc_array(strategy->roles, strategy->role_count + 1, sizeof(*strategy->roles));
    strategy->roles[strategy->role_count++] = role;
    return 0;
}

static bool same_feed(const struct feed_conf *a, const struct feed_conf *b) {
    return str_eq(a->symbol, b->symbol) && str_eq(a->timeframe, b->timeframe);
}

static int add_symbol(struct build *b, struct strategy_conf *strategy, const char *key,
                      const struct feed_conf *feed) {
    for (size_t i = 0; i < strategy->symbol_count; i++)
        if (same_feed(&strategy->symbols[i], feed))
            return conf_fail(&feed->place, key, b->err, "%s is here twice (remove one)",
                             feed->symbol);
    if (strategy->symbol_count == RUN_CONF_DATA_MAX)
        return conf_fail(&feed->place, key, b->err, "more than %d symbols (bind fewer)",
                         RUN_CONF_DATA_MAX);
    strategy->symbols = mem_realloc_array(strategy->symbols, strategy->symbol_count + 1,
                                          sizeof(*strategy->symbols));
    strategy->symbols[strategy->symbol_count++] = *feed;
    return 0;
}

int build_add_symbols(struct build *b, struct strategy_conf *strategy, const char *key,
                      const struct conf_text *value) {
    const char *at = value->text;
    for (;;) {
        size_t len = strcspn(at, ",");
        struct conf_text part = {.text = at, .place = value->place};
        struct feed_conf feed;
        int rc = read_feed(b, key, &part, len, &feed);
        if (rc == 0)
            rc = add_symbol(b, strategy, key, &feed);
        if (rc < 0 || at[len] == '\0')
            return rc;
        at += len + 1;
    }
}

/* ---- silos ---- */

int build_set_silo(struct build *b, struct silo_conf *silo, const char *field, const char *key,
                   const struct conf_text *value) {
    if (str_eq(field, "name"))
        return conf_read_name(value, want(key), silo->name, sizeof(silo->name), b->err);
    CHECKF(str_eq(field, "initial_cash"), "%s", field);
    const struct setting *cash = settings_find("initial_cash");
    CHECK(cash != NULL);
    silo->cash_given = true;
    return conf_read_number(value, want(key), cash->min, cash->max, &silo->initial_cash, b->err);
}
