#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/settings_table.h"

static const struct conf_place here = {"run.yaml", 4, 9};

/* What the table's first comment and the seeds say, written down once more. */
Test(settings_table, defaults_are_those_of_the_seeds) {
    struct settings s;
    settings_default(&s);
    cr_assert_eq(s.initial_cash, 100000.0);
    cr_assert_eq(s.leverage, 1.0);
    cr_assert_eq(s.slippage_bps, 2.0);
    cr_assert_eq(s.commission_per_unit, 0.005);
    cr_assert_eq(s.commission_bps, 0.0);
    cr_assert_eq(s.sizing_type, SIZING_PERCENT_EQUITY);
    cr_assert_eq(s.sizing_value, 0.02);
    cr_assert_eq(s.fill_model, FILL_CLOSE_TO_OPEN);
}

Test(settings_table, every_field_of_the_struct_has_one_row) {
    size_t bytes = 0;
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const struct setting *a = settings_at(i);
        bool is_wide = a->kind == SETTING_NUMBER || a->kind == SETTING_COUNT;
        bytes += is_wide ? 8 : 4;
        cr_assert_eq(settings_index(a), i);
        cr_assert_eq(settings_find(a->key), a);
        for (size_t j = 0; j < i; j++) {
            cr_assert_neq(settings_at(j)->offset, a->offset, "%s", a->key);
            cr_assert_str_neq(settings_at(j)->key, a->key);
        }
    }
    /* what is left is padding before the 8-byte fields */
    cr_assert_leq(bytes, sizeof(struct settings));
    cr_assert_leq(sizeof(struct settings) - bytes, 8);
}

Test(settings_table, words_stand_at_the_numbers_of_the_enums) {
    static const struct {
        const char *key, *word;
        size_t number;
    } rows[] = {
        {"fill_model", "close_to_open", FILL_CLOSE_TO_OPEN},
        {"fill_model", "close_to_close", FILL_CLOSE_TO_CLOSE},
        {"close_fill_booking", "instant", CLOSE_FILL_INSTANT},
        {"close_fill_booking", "next_bar", CLOSE_FILL_NEXT_BAR},
        {"close_fill_stamp", "signal", STAMP_SIGNAL},
        {"close_fill_stamp", "booking", STAMP_BOOKING},
        {"limit_touch", "through", LIMIT_THROUGH},
        {"limit_touch", "touch", LIMIT_TOUCH},
        {"stop_gap", "open", STOP_GAP_OPEN},
        {"stop_gap", "trigger", STOP_GAP_TRIGGER},
        {"priority", "price", PRIORITY_PRICE},
        {"priority", "fifo", PRIORITY_FIFO},
        {"size_resolve", "acceptance", SIZE_AT_ACCEPTANCE},
        {"size_resolve", "fill", SIZE_AT_FILL},
        {"size_fees", "excluded", SIZE_FEES_EXCLUDED},
        {"size_fees", "included", SIZE_FEES_INCLUDED},
        {"account", "margin", ACCOUNT_MARGIN},
        {"account", "cash", ACCOUNT_CASH},
        {"cash_check", "both", CHECK_BOTH},
        {"cash_check", "acceptance", CHECK_ACCEPTANCE},
        {"cash_check", "fill", CHECK_FILL},
        {"cash_check", "none", CHECK_NONE},
        {"check_mark", "fill", MARK_FILL},
        {"check_mark", "bar_close", MARK_BAR_CLOSE},
        {"spread_side", "both", SPREAD_BOTH},
        {"spread_side", "entry", SPREAD_ENTRY},
        {"ema_seed", "sma", EMA_SEED_SMA},
        {"ema_seed", "first", EMA_SEED_FIRST},
        {"cross", "not_above", CROSS_NOT_ABOVE},
        {"cross", "strict", CROSS_STRICT},
        {"cross", "last_nonzero", CROSS_LAST_NONZERO},
        {"first_call", "ready", FIRST_READY},
        {"first_call", "after_ready", FIRST_AFTER_READY},
        {"trades", "fifo", TRADES_FIFO},
        {"trades", "lifo", TRADES_LIFO},
        {"trades", "flat", TRADES_FLAT},
        {"close_at_end", "off", END_OFF},
        {"close_at_end", "last_close", END_LAST_CLOSE},
        {"close_at_end", "last_open", END_LAST_OPEN},
        {"calendar", "24/7", CALENDAR_ALWAYS},
        {"calendar", "weekdays", CALENDAR_WEEKDAYS},
        {"sizing.type", "percent_equity", SIZING_PERCENT_EQUITY},
        {"sizing.type", "fixed", SIZING_FIXED},
        {"sizing.type", "risk", SIZING_RISK},
        {"sizing.type", "money", SIZING_MONEY},
        {"zero_volume", "wait", ZERO_VOLUME_WAIT},
        {"zero_volume", "fill", ZERO_VOLUME_FILL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct setting *setting = settings_find(rows[i].key);
        cr_assert_not_null(setting, "%s", rows[i].key);
        cr_assert_str_eq(setting_choice(setting, rows[i].number), rows[i].word);
    }
    size_t words = 0;
    for (size_t i = 0; i < SETTINGS_TOTAL; i++)
        for (size_t w = 0; setting_choice(settings_at(i), w) != NULL; w++)
            words++;
    cr_assert_eq(words, ARRAY_LEN(rows), "a word that this test does not know");
}

Test(settings_table, sets_numbers_counts_and_words) {
    struct settings s;
    struct err err;
    settings_default(&s);
    cr_assert_eq(settings_set(&s, "slippage_bps", "0.5", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "warmup_steps", "300", NULL, &err), 0);
    cr_assert_eq(settings_set(&s, "fill_model", "close_to_close", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "sizing.type", "fixed", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "calendar", "24/7", &here, &err), 0);
    cr_assert_eq(s.slippage_bps, 0.5);
    cr_assert_eq(s.warmup_steps, 300);
    cr_assert_eq(s.fill_model, FILL_CLOSE_TO_CLOSE);
    cr_assert_eq(s.sizing_type, SIZING_FIXED);
}

Test(settings_table, both_ends_of_a_range_are_in_it) {
    struct settings s;
    struct err err;
    settings_default(&s);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        const struct setting *setting = settings_at(i);
        if (setting->kind != SETTING_NUMBER)
            continue;
        char text[STR_F64_MAX];
        str_format_f64(text, sizeof(text), setting->min);
        cr_assert_eq(settings_set(&s, setting->key, text, &here, &err), 0);
        str_format_f64(text, sizeof(text), setting->max);
        cr_assert_eq(settings_set(&s, setting->key, text, &here, &err), 0);
        str_format_f64(text, sizeof(text), nextafter(setting->max, INFINITY));
        cr_assert_eq(settings_set(&s, setting->key, text, &here, &err), ERR_CONFIG);
        str_format_f64(text, sizeof(text), nextafter(setting->min, -INFINITY));
        cr_assert_eq(settings_set(&s, setting->key, text, &here, &err), ERR_CONFIG);
    }
}

Test(settings_table, refuses_with_one_sentence_and_leaves_the_settings_alone) {
    static const struct {
        const char *key, *value, *sentence;
    } rows[] = {
        {"slippage_bps", "9000",
         "run.yaml:4:9: slippage_bps: expected a number from 0 to 5000, found 9000 (at most 5000)"},
        {"slippage_bps", "-1",
         "run.yaml:4:9: slippage_bps: expected a number from 0 to 5000, found -1 (at least 0)"},
        {"slippage_bps", "nan",
         "run.yaml:4:9: slippage_bps: expected a number from 0 to 5000, found 'nan' (write a plain "
         "number)"},
        {"slippage_bps", ".inf",
         "run.yaml:4:9: slippage_bps: expected a number from 0 to 5000, found '.inf' (write a plain "
         "number)"},
        {"slippage_bps", "2%",
         "run.yaml:4:9: slippage_bps: expected a number from 0 to 5000, found '2%' (write a plain "
         "number)"},
        {"warmup_steps", "2.5",
         "run.yaml:4:9: warmup_steps: expected an integer from 0 to 100000000, found '2.5' (no fraction and no exponent)"},
        {"warmup_steps", "-1",
         "run.yaml:4:9: warmup_steps: expected an integer from 0 to 100000000, found -1 (at least "
         "0)"},
        {"fill_model", "close_to_opne",
         "run.yaml:4:9: fill_model: expected close_to_open or close_to_close, found "
         "'close_to_opne' (did you mean close_to_open?)"},
        {"trades", "average",
         "run.yaml:4:9: trades: expected fifo, lifo or flat, found 'average' (choose one of them)"},
        {"slipage_bps", "2",
         "run.yaml:4:9: 'slipage_bps' is no setting (did you mean slippage_bps?)"},
        {"wings", "2",
         "run.yaml:4:9: 'wings' is no setting (`qshost backtest --help-settings` lists them)"},
    };
    struct settings s, before;
    settings_default(&s);
    before = s;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err err;
        cr_assert_eq(settings_set(&s, rows[i].key, rows[i].value, &here, &err), ERR_CONFIG);
        cr_assert_str_eq(err.text, rows[i].sentence);
        cr_assert_eq(memcmp(&s, &before, sizeof(s)), 0);
    }
}

Test(settings_table, a_value_of_the_command_line_is_a_usage_error) {
    struct settings s;
    struct err err;
    struct conf_place place = {.name = "--set"};
    settings_default(&s);
    cr_assert_eq(settings_set(&s, "leverage", "x", &place, &err), ERR_USAGE);
    cr_assert_str_eq(err.text, "--set: leverage: expected a number from 0.01 to 1000, found 'x' "
                               "(write a plain number)");
}

Test(settings_table, minus_zero_is_zero) {
    struct settings s;
    struct err err;
    settings_default(&s);
    cr_assert_eq(settings_set(&s, "slippage_bps", "-0", &here, &err), 0);
    cr_assert_not(signbit(s.slippage_bps));
}

Test(settings_table, canonical_text_reads_back_to_the_same_bits) {
    struct settings s, copy;
    struct err err;
    settings_default(&s);
    cr_assert_eq(settings_set(&s, "risk_free", "0.1", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "commission_bps", "3.3333333333333335", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "max_bars", "1000000000000", &here, &err), 0);
    cr_assert_eq(settings_set(&s, "trades", "flat", &here, &err), 0);
    settings_default(&copy);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        char text[SETTING_TEXT_MAX];
        settings_print_value(settings_at(i), &s, text, sizeof(text));
        cr_assert_eq(settings_set(&copy, settings_at(i)->key, text, &here, &err), 0, "%s",
                     err.text);
    }
    cr_assert_eq(memcmp(&s, &copy, sizeof(s)), 0);
    char text[SETTING_TEXT_MAX];
    settings_print_value(settings_find("trades"), &s, text, sizeof(text));
    cr_assert_str_eq(text, "flat");
    settings_print_value(settings_find("risk_free"), &s, text, sizeof(text));
    cr_assert_str_eq(text, "0.1");
}

Test(settings_table, one_commission_given_makes_the_others_zero) {
    struct settings s;
    bool given[SETTINGS_TOTAL] = {false};
    settings_default(&s);
    settings_finish(&s, given);
    cr_assert_eq(s.commission_per_unit, 0.005);
    s.commission_bps = 4.0;
    given[settings_index(settings_find("commission_bps"))] = true;
    settings_finish(&s, given);
    cr_assert_eq(s.commission_bps, 4.0);
    cr_assert_eq(s.commission_per_unit, 0.0);
    cr_assert_eq(s.commission_per_fill, 0.0);
}

Test(settings_table, help_names_every_setting_in_lines_of_100_columns) {
    struct str help = {0};
    settings_help(&help);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        char start[SETTING_TEXT_MAX];
        snprintf(start, sizeof(start), "%s: ", settings_at(i)->key);
        cr_assert_not_null(strstr(str_text(&help), start), "%s", start);
    }
    cr_assert_not_null(strstr(str_text(&help), "slippage_bps: 2  (0 to 5000 bps)\n"));
    cr_assert_not_null(strstr(str_text(&help), "trades: fifo  (fifo | lifo | flat)\n"));
    for (const char *line = str_text(&help); *line != '\0';) {
        size_t len = strcspn(line, "\n");
        cr_assert_leq(len, 100);
        line += len + 1;
    }
    str_fini(&help);
}
