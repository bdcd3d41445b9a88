/* The JSON is put together by hand for two things that no library writes: numbers with the digits
 * that the user gave, and escapes for what JSON lets stand bare in a text but YAML does not. */
#include "conf/run_conf_write.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"

/* ---- text ---- */

/* The code point at text (UTF-8 or a bad byte); *ret_len its bytes. -1: a bad byte. */
static int32_t next_code(const char *text, size_t *ret_len) {
    const unsigned char *at = (const unsigned char *)text;
    size_t len = at[0] < 0xC0 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    *ret_len = 1;
    if (at[0] < 0x80)
        return at[0];
    if (strnlen(text, len) < len || !str_is_utf8(text, len, NULL))
        return -1;
    *ret_len = len;
    int32_t code = at[0] & (0xFF >> (len + 1));
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3F);
    return code;
}

/* What YAML refuses or folds: controls, the line ends of Unicode, the byte order mark and the two
 * code points that are none. */
static bool needs_escape(int32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
           code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

static void write_text(struct str *str, const char *text) {
    str_append_char(str, '"');
    while (*text != '\0') {
        size_t len;
        int32_t code = next_code(text, &len);
        if (code < 0)
            str_append(str, "\xEF\xBF\xBD");
        else if (code == '"' || code == '\\')
            str_appendf(str, "\\%c", (char)code);
        else if (needs_escape(code))
            str_appendf(str, "\\u%04x", (unsigned)code);
        else
            str_append_n(str, text, len);
        text += len;
    }
    str_append_char(str, '"');
}

/* ---- members ---- */

/* A comma where something stands before. */
static void separate(struct str *str) {
    char last = str->data[str->len - 1];
    if (last != '{' && last != '[' && last != '\n')
        str_append_char(str, ',');
}

static void end_line(struct str *str) { str_append(str, ",\n"); }

static void put_key(struct str *str, const char *key) {
    separate(str);
    write_text(str, key);
    str_append_char(str, ':');
}

static void put_text(struct str *str, const char *key, const char *text) {
    put_key(str, key);
    write_text(str, text);
}

static void put_bare(struct str *str, const char *key, const char *text) {
    put_key(str, key);
    str_append(str, text);
}

static void put_f64(struct str *str, const char *key, double value) {
    char text[STR_F64_MAX];
    str_format_f64(text, sizeof(text), value);
    put_bare(str, key, text);
}

static void put_decimal(struct str *str, const char *key, struct decimal value) {
    char text[DECIMAL_TEXT_MAX];
    decimal_format(text, sizeof(text), value);
    put_bare(str, key, text);
}

/* ISO, or where that does not read back, at the ends of what int64_t holds: milliseconds, or the
 * local time of a far zone. */
static void put_moment(struct str *str, const char *key, int64_t time) {
    const int64_t shift = 23 * TIME_HOUR + 59 * TIME_MINUTE;
    char text[TIME_ISO_MAX + 8];
    int64_t back;
    size_t len = time_format_iso(text, TIME_ISO_MAX, time);
    if (time_parse_iso(text, len, &back)) {
        put_text(str, key, text);
    } else if (time > 0 && time % TIME_MILLI == 0) {
        snprintf(text, sizeof(text), "%lld", (long long)(time / TIME_MILLI));
        put_bare(str, key, text);
    } else {
        len = time_format_iso(text, TIME_ISO_MAX, time > 0 ? time - shift : time + shift);
        snprintf(text + len - 1, sizeof(text) - len + 1, "%c23:59", time > 0 ? '-' : '+');
        put_text(str, key, text);
    }
}

/* path where it is absolute, or nothing better is to be had. */
static void put_path(struct str *str, const char *key, const char *folder, const char *path) {
    struct str absolute = {0};
    bool fits = path[0] != '/' && folder[0] != '\0';
    if (fits)
        fs_join(&absolute, folder, path + (str_starts_with(path, "./") && path[2] != '/' ? 2 : 0));
    fits = fits && absolute.len < PATH_MAX;
    put_text(str, key, fits ? str_text(&absolute) : path);
    str_fini(&absolute);
}

/* ---- settings ---- */

static void put_setting(struct str *str, const struct setting *setting,
                        const struct settings *settings, const char *key) {
    char text[SETTING_TEXT_MAX];
    settings_print_value(setting, settings, text, sizeof(text));
    if (setting->kind == SETTING_CHOICE)
        put_text(str, key, text);
    else
        put_bare(str, key, text);
}

static void put_settings(struct str *str, const struct settings *settings) {
    static const char group[] = "sizing.";
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        if (strchr(settings_at(i)->key, '.') != NULL)
            continue;
        put_setting(str, settings_at(i), settings, settings_at(i)->key);
        end_line(str);
    }
    put_bare(str, "sizing", "{");
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const char *key = settings_at(i)->key;
        if (strchr(key, '.') == NULL)
            continue;
        CHECKF(str_starts_with(key, group), "%s: a group that nobody writes", key);
        put_setting(str, settings_at(i), settings, key + strlen(group));
    }
    str_append(str, "},\n");
}

/* ---- data ---- */

static void put_data(struct str *str, const struct data_conf *data, const char *folder) {
    str_append_char(str, '{');
    if (data->symbol[0] != '\0')
        put_text(str, "symbol", data->symbol);
    if (data->timeframe[0] != '\0')
        put_text(str, "timeframe", data->timeframe);
    if (data->file[0] != '\0')
        put_path(str, "file", folder, data->file);
    put_text(str, "stamp", data->stamp == DATA_STAMP_CLOSE ? "close" : "open");
    if (data->tick_given)
        put_decimal(str, "tick", data->tick);
    if (data->lot_given)
        put_decimal(str, "lot", data->lot);
    if (data->multiplier_given)
        put_f64(str, "multiplier", data->multiplier);
    str_append_char(str, '}');
}

/* ---- strategies ---- */

/* Whether JSON can write it as the number that it is. */
static bool is_json_number(const char *text) {
    const char *at = text + (text[0] == '-');
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || (at[0] == '0' && digits > 1))
        return false;
    at += digits;
    int64_t whole;
    double number;
    if (*at == '\0')
        return str_parse_i64(text, &whole);
    if (*at == '.') {
        digits = strspn(at + 1, "0123456789");
        at += digits + 1;
    }
    return digits > 0 && (*at == '\0' || *at == 'e' || *at == 'E') && str_parse_f64(text, &number);
}

static void put_param(struct str *str, const struct param_conf *param) {
    const char *text = param->value.text;
    if (param->value.quoted || !conf_is_literal(text)) {
        put_text(str, param->name, text);
    } else if (str_eq(text, "true") || str_eq(text, "false") || is_json_number(text)) {
        put_bare(str, param->name, text);
    } else {
        put_bare(str, param->name, "{");
        put_text(str, "plain", text);
        str_append_char(str, '}');
    }
}

static void write_feed(struct str *str, const struct feed_conf *feed) {
    char text[SYMBOL_MAX + CONF_TIMEFRAME_MAX + 1];
    snprintf(text, sizeof(text), "%s%s%s", feed->symbol, feed->timeframe[0] != '\0' ? "@" : "",
             feed->timeframe);
    write_text(str, text);
}

static void put_feeds(struct str *str, const struct strategy_conf *strategy) {
    for (size_t i = 0; i < strategy->symbol_count; i++) {
        if (i == 0)
            put_bare(str, "symbols", "[");
        separate(str);
        write_feed(str, &strategy->symbols[i]);
    }
    str_append(str, strategy->symbol_count > 0 ? "]" : "");
    for (size_t i = 0; i < strategy->role_count; i++) {
        if (i == 0)
            put_bare(str, "roles", "{");
        put_key(str, strategy->roles[i].name);
        write_feed(str, &strategy->roles[i].feed);
    }
    str_append(str, strategy->role_count > 0 ? "}" : "");
}

static void put_strategy(struct str *str, const struct strategy_conf *strategy,
                         const char *folder) {
    bool is_path =
        strchr(strategy->strategy, '/') != NULL || str_ends_with(strategy->strategy, ".so");
    str_append_char(str, '{');
    put_path(str, "strategy", is_path ? folder : "", strategy->strategy);
    if (strategy->name_given)
        put_text(str, "name", strategy->name);
    for (size_t i = 0; i < strategy->param_count; i++) {
        if (i == 0)
            put_bare(str, "params", "{");
        put_param(str, &strategy->params[i]);
    }
    str_append(str, strategy->param_count > 0 ? "}" : "");
    put_feeds(str, strategy);
    if (strategy->budget_given)
        put_f64(str, "budget", strategy->budget);
    put_text(str, "silo", strategy->silo);
    str_append_char(str, '}');
}

/* ---- the whole ---- */

static void open_list(struct str *str, const char *key) {
    put_key(str, key);
    str_append(str, "[\n");
}

static void put_lists(struct str *str, const struct run_conf *conf, const char *folder) {
    for (size_t i = 0; i < conf->silo_count; i++) {
        if (i == 0)
            open_list(str, "silos");
        str_append_char(str, '{');
        put_text(str, "name", conf->silos[i].name);
        if (conf->silos[i].cash_given)
            put_f64(str, "initial_cash", conf->silos[i].initial_cash);
        str_append(str, i + 1 < conf->silo_count ? "},\n" : "}\n]");
    }
    for (size_t i = 0; i < conf->data_count; i++) {
        if (i == 0)
            open_list(str, "data");
        put_data(str, &conf->data[i], folder);
        str_append(str, i + 1 < conf->data_count ? ",\n" : "\n]");
    }
    for (size_t i = 0; i < conf->strategy_count; i++) {
        if (i == 0)
            open_list(str, "strategies");
        put_strategy(str, &conf->strategies[i], folder);
        str_append(str, i + 1 < conf->strategy_count ? ",\n" : "\n]");
    }
}

static void put_run(struct str *str, const struct run_conf *conf) {
    char log[RUN_LOG_TEXT_MAX];
    if (conf->name[0] != '\0') {
        put_text(str, "name", conf->name);
        end_line(str);
    }
    if (conf->has_start) {
        put_moment(str, "start", conf->start);
        end_line(str);
    }
    if (conf->has_end) {
        put_moment(str, "end", conf->end);
        end_line(str);
    }
    put_text(str, "risk", conf->risk);
    end_line(str);
    run_log_print(conf->log, log);
    put_text(str, "log", log);
    end_line(str);
}

void run_conf_write(const struct run_conf *conf, struct str *str) {
    char folder[PATH_MAX];
    /* "(unreachable)..." is what Linux says of a folder outside the root. */
    if (getcwd(folder, sizeof(folder)) == NULL || folder[0] != '/' ||
        !str_is_utf8(folder, strlen(folder), NULL))
        folder[0] = '\0';
    str_append(str, "{\n");
    put_run(str, conf);
    put_settings(str, &conf->settings);
    put_lists(str, conf, folder);
    str_append(str, "\n}\n");
}
