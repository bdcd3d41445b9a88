#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include <quasar/types.h>

#include "core/reason.h"

Test(reason, has_a_name_and_words_for_every_code) {
    for (int code = 0; code < REASON_COUNT; code++) {
        const char *name = reason_name(code), *words = reason_words(code);
        cr_assert_neq(strcmp(name, "unknown"), 0, "code %d has no name", code);
        cr_assert_neq(strcmp(words, "unknown"), 0, "code %d has no words", code);
        cr_expect_gt(strlen(words), strlen("none"), "code %d: \"%s\"", code, words);
        for (const char *c = name; *c; c++)
            cr_expect(islower((unsigned char)*c) || *c == '_', "\"%s\" is no short name", name);
    }
}

Test(reason, has_no_name_and_no_sentence_twice) {
    for (int i = 0; i < REASON_COUNT; i++)
        for (int k = 0; k < i; k++) {
            cr_expect_str_neq(reason_name(i), reason_name(k), "codes %d and %d", i, k);
            cr_expect_str_neq(reason_words(i), reason_words(k), "codes %d and %d", i, k);
        }
}

Test(reason, keeps_the_numbers_that_are_in_journals) {
    static const struct {
        int code;
        const char *name;
    } rows[] = {{0, "none"},
                {1, "bad_price"},
                {2, "bad_size"},
                {3, "no_price"},
                {4, "zero_size"},
                {5, "insufficient_cash"},
                {6, "insufficient_margin"},
                {7, "ioc_unfilled"},
                {8, "day_expired"},
                {9, "nothing_to_close"},
                {10, "canceled_by_strategy"},
                {11, "run_end"},
                {12, "unknown_order"},
                {13, "unchanged"},
                {14, "bad_feed"},
                {15, "bad_order"},
                {16, "intent_limit"},
                {17, "order_limit"},
                {18, "bad_tag"},
                {19, "wrong_phase"},
                {20, "closed_at_end"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(reason_name(rows[i].code), rows[i].name);
    cr_expect_eq(REASON_INSUFFICIENT_MARGIN, 6);
    cr_expect_geq((int)REASON_COUNT, 21); /* new ones come at the end */
}

Test(reason, calls_codes_outside_the_table_unknown) {
    static const int64_t codes[] = {-1, REASON_COUNT, 1000, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        cr_expect_str_eq(reason_name(codes[i]), "unknown");
        cr_expect_str_eq(reason_words(codes[i]), "unknown");
        cr_expect_str_eq(order_state_name(codes[i]), "UNKNOWN");
        cr_expect_str_eq(order_side_name(codes[i]), "unknown");
        cr_expect_str_eq(order_type_name(codes[i]), "unknown");
        cr_expect_str_eq(order_tif_name(codes[i]), "unknown");
    }
    cr_expect_str_eq(order_state_name(0), "UNKNOWN"); /* holes in the tables */
    cr_expect_str_eq(order_side_name(0), "unknown");
    cr_expect_str_eq(order_type_name(0), "unknown");
}

Test(reason, names_states_sides_types_and_times_in_force) {
    static const char *const states[] = {"NEW",      "ACTIVE",  "PARTIAL", "FILLED",
                                         "CANCELED", "EXPIRED", "REJECTED"};
    for (int i = 0; i < 7; i++)
        cr_expect_str_eq(order_state_name(QS_ORDER_NEW + i), states[i]);
    cr_expect_str_eq(order_side_name(QS_BUY), "buy");
    cr_expect_str_eq(order_side_name(QS_SELL), "sell");
    static const char *const types[] = {"market", "limit", "stop", "stop_limit"};
    for (int i = 0; i < 4; i++)
        cr_expect_str_eq(order_type_name(QS_MARKET + i), types[i]);
    cr_expect_str_eq(order_tif_name(QS_GTC), "gtc");
    cr_expect_str_eq(order_tif_name(QS_DAY), "day");
    cr_expect_str_eq(order_tif_name(QS_IOC), "ioc");
}
