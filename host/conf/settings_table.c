#include "conf/settings_table.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"

#define OFFSET(field) offsetof(struct settings, field)

static const struct setting table[] = {
#define NUMBER(key, field, value, min, max, unit, words)                                           \
    {key, SETTING_NUMBER, OFFSET(field), value, min, max, unit, "", words},
#define COUNT(key, field, value, min, max, unit, words)                                            \
    {key, SETTING_COUNT, OFFSET(field), (double)(value), (double)(min), (double)(max), unit,       \
     "",  words},
#define CHOICE(key, field, value, choices, words)                                                  \
    {key, SETTING_CHOICE, OFFSET(field), value, 0, 0, "", choices, words},
#define FLAG(key, field, value, words)                                                             \
    {key, SETTING_FLAG, OFFSET(field), value, 0, 1, "", "", words},
#include "conf/settings.def"
#undef NUMBER
#undef COUNT
#undef CHOICE
#undef FLAG
};

_Static_assert(sizeof(table) / sizeof(table[0]) == SETTINGS_TOTAL, "settings.def counts itself");

/* The rows say the kind twice: by their macro and by the field's type. */
#define FIELD_IS(field, type)                                                                      \
    _Static_assert(_Generic(((struct settings *)0)->field, type : 1, default : 0),                 \
                   #field " is of another type than its row");
#define NUMBER(key, field, ...) FIELD_IS(field, double)
#define COUNT(key, field, ...) FIELD_IS(field, int64_t)
#define CHOICE(key, field, ...) FIELD_IS(field, int32_t)
#define FLAG(key, field, ...) FIELD_IS(field, int32_t)
#include "conf/settings.def"
#undef NUMBER
#undef COUNT
#undef CHOICE
#undef FLAG

#define CHOICES_MAX 16

/* ---- the table ---- */

const struct setting *settings_at(size_t index) {
    CHECK(index < ARRAY_LEN(table));
    return &table[index];
}

const struct setting *settings_find(const char *key) {
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_eq(table[i].key, key))
            return &table[i];
    return NULL;
}

size_t settings_index(const struct setting *setting) {
    CHECK(setting >= table && setting < table + ARRAY_LEN(table));
    return (size_t)(setting - table);
}

const char *setting_choice(const struct setting *setting, size_t index) {
    const char *word = setting->choices;
    for (size_t i = 0; *word != '\0' && i < index; i++)
        word += strlen(word) + 1;
    return *word == '\0' ? NULL : word;
}

/* ---- values ---- */

static void store(const struct setting *setting, struct settings *settings, double number,
                  int64_t whole) {
    char *field = (char *)settings + setting->offset;
    int32_t small = (int32_t)whole;
    switch (setting->kind) {
    case SETTING_NUMBER:
        memcpy(field, &number, sizeof(number));
        break;
    case SETTING_COUNT:
        memcpy(field, &whole, sizeof(whole));
        break;
    case SETTING_CHOICE:
    case SETTING_FLAG:
        memcpy(field, &small, sizeof(small));
        break;
    }
}

void settings_default(struct settings *settings) {
    memset(settings, 0, sizeof(*settings));
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        store(&table[i], settings, table[i].default_value, (int64_t)table[i].default_value);
}

static int refuse_key(const char *key, const struct conf_place *place, struct err *err) {
    const char *names[ARRAY_LEN(table)];
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        names[i] = table[i].key;
    char guess[128], shown[CONF_SHOW_MAX];
    conf_guess(guess, sizeof(guess), key, names, ARRAY_LEN(names),
               "`qshost backtest --help-settings` lists them");
    return conf_fail(place, NULL, err, "%s is no setting (%s)", conf_show(shown, key), guess);
}

static int read_choice(const struct setting *setting, const struct conf_text *value,
                       int64_t *ret_whole, struct err *err) {
    const char *names[CHOICES_MAX];
    size_t count = 0, index = 0;
    for (const char *word; (word = setting_choice(setting, count)) != NULL; count++) {
        CHECK(count < CHOICES_MAX);
        names[count] = word;
    }
    struct conf_want want = {.key = setting->key};
    int rc = conf_read_choice(value, want, names, count, &index, err);
    if (rc == 0)
        *ret_whole = (int64_t)index;
    return rc;
}

int settings_set(struct settings *settings, const char *key, const char *value,
                 const struct conf_place *place, struct err *err) {
    static const struct conf_place nowhere = {0};
    const struct setting *setting = settings_find(key);
    if (setting == NULL)
        return refuse_key(key, place, err);
    struct conf_text text = {.text = value, .place = place == NULL ? nowhere : *place};
    struct conf_want want = {.key = key};
    double number = 0.0;
    int64_t whole = 0;
    bool flag = false;
    int rc = 0;
    switch (setting->kind) {
    case SETTING_NUMBER:
        rc = conf_read_number(&text, want, setting->min, setting->max, &number, err);
        break;
    case SETTING_COUNT:
        rc = conf_read_integer(&text, want, (int64_t)setting->min, (int64_t)setting->max, &whole,
                               err);
        break;
    case SETTING_CHOICE:
        rc = read_choice(setting, &text, &whole, err);
        break;
    case SETTING_FLAG:
        rc = conf_read_bool(&text, want, &flag, err);
        whole = flag;
        break;
    }
    if (rc == 0)
        store(setting, settings, number, whole);
    return rc;
}

void settings_finish(struct settings *settings, const bool given[SETTINGS_TOTAL]) {
    static const char prefix[] = "commission_";
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        any |= given[i] && str_starts_with(table[i].key, prefix);
    for (size_t i = 0; any && i < ARRAY_LEN(table); i++)
        if (!given[i] && str_starts_with(table[i].key, prefix))
            store(&table[i], settings, 0.0, 0);
}

/* ---- text ---- */

static void print_value(const struct setting *setting, double number, int64_t whole, char *buf,
                        size_t cap) {
    const char *word = NULL;
    switch (setting->kind) {
    case SETTING_NUMBER:
        str_format_f64(buf, cap, number);
        return;
    case SETTING_COUNT:
        snprintf(buf, cap, "%lld", (long long)whole);
        return;
    case SETTING_CHOICE:
        word = whole < 0 ? NULL : setting_choice(setting, (size_t)whole);
        break;
    case SETTING_FLAG:
        word = whole != 0 ? "true" : "false";
        break;
    }
    CHECKF(word != NULL, "%s is %lld", setting->key, (long long)whole);
    str_copy_fixed(buf, cap, word);
}

void settings_print_value(const struct setting *setting, const struct settings *settings, char *buf,
                          size_t cap) {
    CHECK(cap >= SETTING_TEXT_MAX);
    const char *field = (const char *)settings + setting->offset;
    double number = 0.0;
    int64_t whole = 0;
    int32_t small = 0;
    if (setting->kind == SETTING_NUMBER) {
        memcpy(&number, field, sizeof(number));
    } else if (setting->kind == SETTING_COUNT) {
        memcpy(&whole, field, sizeof(whole));
    } else {
        memcpy(&small, field, sizeof(small));
        whole = small;
    }
    print_value(setting, number, whole, buf, cap);
}

static void help_range(struct str *str, const struct setting *setting) {
    char low[STR_F64_MAX], high[STR_F64_MAX];
    const char *word;
    switch (setting->kind) {
    case SETTING_NUMBER:
    case SETTING_COUNT:
        str_format_f64(low, sizeof(low), setting->min);
        str_format_f64(high, sizeof(high), setting->max);
        str_appendf(str, "%s to %s%s%s", low, high, setting->unit[0] != '\0' ? " " : "",
                    setting->unit);
        break;
    case SETTING_CHOICE:
        for (size_t i = 0; (word = setting_choice(setting, i)) != NULL; i++)
            str_appendf(str, "%s%s", i > 0 ? " | " : "", word);
        break;
    case SETTING_FLAG:
        str_append(str, "true | false");
        break;
    }
}

void settings_help_words(struct str *str, const char *words) {
    const size_t width = 96;
    while (*words != '\0') {
        size_t len = strlen(words);
        if (len > width) {
            len = width;
            while (len > 1 && words[len] != ' ')
                len--;
        }
        str_append(str, "    ");
        str_append_n(str, words, len);
        str_append_char(str, '\n');
        words += len;
        words += strspn(words, " ");
    }
}

void settings_help(struct str *str) {
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const struct setting *setting = &table[i];
        char value[SETTING_TEXT_MAX];
        print_value(setting, setting->default_value, (int64_t)setting->default_value, value,
                    sizeof(value));
        str_appendf(str, "%s: %s  (", setting->key, value);
        help_range(str, setting);
        str_append(str, ")\n");
        settings_help_words(str, setting->words);
    }
}
