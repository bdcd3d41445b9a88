/* Which keys there are, what they mean, and what to say of one that is none. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/run_conf_build.h"

static const char *const top_names[] = {
    "strategy", "params", "symbols", "roles", "strategies", "data",   "symbol",  "timeframe",
    "start",    "end",    "name",    "risk",  "log",        "sizing", "funding", "silos"};

/* Words that people try, and where the thing is said here. */
static const struct {
    const char *word, *cure;
} known_elsewhere[] = {
    {"file", "write data: FILE"},
    {"stamp", "write it into an entry of data"},
    {"tick", "write it into an entry of data"},
    {"lot", "write it into an entry of data"},
    {"multiplier", "write it into an entry of data"},
    {"budget", "write it into an entry of strategies"},
    {"silo", "write it into an entry of strategies"},
    {"cash", "did you mean initial_cash?"},
    {"capital", "did you mean initial_cash?"},
    {"slippage", "did you mean slippage_bps?"},
    {"spread", "did you mean spread_bps?"},
    {"commission", "it is commission_bps, commission_per_unit or commission_per_fill"},
    {"fees", "it is commission_bps, commission_per_unit or commission_per_fill"},
    {"logging", "did you mean log?"},
    {"record", "did you mean log?"},
};

/* Keys that change what is played or recorded, and how no order is filled. */
static const struct {
    const char *key, *value, *words;
} run_keys[] = {
    {"start", "the first bar  (a date, 2013-03-01T14:30Z, or milliseconds since 1970)",
     "bars that open before it are left out"},
    {"end", "the last bar  (as start)",
     "bars that open at it or later are left out; a date alone counts to the end of its day: end: "
     "2015-12-31 plays that day too"},
    {"log", "bars  (full | bars | trades | every N bars)",
     "what is recorded of each bar: its account, ledgers, plots and variables (bars); those of each "
     "Nth and the last (every N bars); those and each decision (full); nothing (trades). Orders, "
     "fills, trades, metrics and the equity curve are recorded in any case. It changes no result"},
};

void run_conf_help(struct str *str) {
    for (size_t i = 0; i < ARRAY_LEN(run_keys); i++) {
        str_appendf(str, "%s: %s\n", run_keys[i].key, run_keys[i].value);
        settings_help_words(str, run_keys[i].words);
    }
}

static int refuse(struct build *b, const char *key, const struct conf_place *place,
                  const char *cure) {
    return conf_fail(place, key, b->err, "unknown key (%s)", cure);
}

int build_check_field(struct build *b, const struct conf_fields *fields, const char *field,
                      const char *key, const struct conf_place *place) {
    struct str list = {0};
    for (size_t i = 0; i < fields->count; i++) {
        if (str_eq(field, fields->names[i])) {
            str_fini(&list);
            return 0;
        }
        str_appendf(&list, "%s%s", i == 0 ? "there are " : ", ", fields->names[i]);
    }
    char guess[160];
    int rc = refuse(
        b, key, place,
        conf_guess(guess, sizeof(guess), field, fields->names, fields->count, str_text(&list)));
    str_fini(&list);
    return rc;
}

/* All keys of the first level; sizing.type and its kin are not among them. */
static size_t list_top(const char **names) {
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(top_names); i++)
        names[count++] = top_names[i];
    for (size_t i = 0; i < SETTINGS_TOTAL; i++)
        if (strchr(settings_at(i)->key, '.') == NULL)
            names[count++] = settings_at(i)->key;
    return count;
}

int build_check_top(struct build *b, const char *key, const struct conf_place *place) {
    const char *names[ARRAY_LEN(top_names) + SETTINGS_TOTAL];
    size_t count = list_top(names);
    for (size_t i = 0; i < count; i++)
        if (str_eq(key, names[i]))
            return 0;
    char shown[CONF_SHOW_MAX], guess[160];
    conf_show(shown, key);
    const char *name = strlen(key) > CONF_NAME_MAX ? shown : key;
    for (size_t i = 0; i < ARRAY_LEN(known_elsewhere); i++)
        if (str_eq(key, known_elsewhere[i].word))
            return refuse(b, name, place, known_elsewhere[i].cure);
    if (strchr(key, '.') != NULL && place->line > 0)
        return refuse(b, name, place, "a file nests its keys: sizing: {type: fixed}");
    return refuse(b, name, place,
                  conf_guess(guess, sizeof(guess), key, names, count,
                             "`qshost backtest --help-settings` lists the settings"));
}
