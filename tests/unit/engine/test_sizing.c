#include <criterion/criterion.h>
#include <math.h>

#include "engine/sizing.h"

#define same(found, expected)                                                                      \
    cr_expect_float_eq(found, expected, 1e-9, "%s: found %.17g, expected %.17g", #found,           \
                       (double)(found), (double)(expected))

static const struct sizing_money money = {.equity = 2000.0, .buying_power = 6000.0};

static double units(const struct settings *s, int kind, double value, double distance) {
    struct qs_size size = {.kind = kind, .value = value, .stop_distance = distance};
    return sizing_units(s, &size, 50.0, 4.0, &money); /* u = 50 * 4 = 200 */
}

Test(sizing, turns_each_kind_into_units) {
    struct settings s = {0};
    same(units(&s, QS_SIZE_UNITS, 7.5, 0.0), 7.5);
    same(units(&s, QS_SIZE_EQUITY, 0.5, 0.0), 5.0);        /* 2000 * 0.5 / 200 */
    same(units(&s, QS_SIZE_BUYING_POWER, 0.5, 0.0), 15.0); /* 6000 * 0.5 / 200 */
    same(units(&s, QS_SIZE_RISK, 0.01, 2.5), 2.0);         /* 2000 * 0.01 / (2.5 * 4) */
    same(units(&s, QS_SIZE_MONEY, 900.0, 0.0), 4.5);       /* 900 / 200 */
}

Test(sizing, counts_the_commission_into_a_unit_where_asked_for) {
    struct settings s = {.size_fees = SIZE_FEES_INCLUDED,
                         .commission_bps = 100.0,
                         .commission_per_unit = 3.0,
                         .commission_per_fill = 1000.0}; /* never part of a unit */
    /* u = 200 + 200 * 0.01 + 3 = 205 */
    same(units(&s, QS_SIZE_UNITS, 7.5, 0.0), 7.5);
    same(units(&s, QS_SIZE_EQUITY, 0.5, 0.0), 1000.0 / 205.0);
    same(units(&s, QS_SIZE_BUYING_POWER, 0.5, 0.0), 3000.0 / 205.0);
    same(units(&s, QS_SIZE_MONEY, 820.0, 0.0), 4.0);
    same(units(&s, QS_SIZE_RISK, 0.01, 2.5), 2.0); /* what is lost at the stop: no fees */
}

Test(sizing, keeps_the_sign_of_targets) {
    struct settings s = {0};
    same(units(&s, QS_SIZE_EQUITY, -0.5, 0.0), -5.0);
    same(units(&s, QS_SIZE_UNITS, -3.0, 0.0), -3.0);
}

Test(sizing, means_the_runs_sizing_with_default) {
    static const struct {
        int type, kind;
    } rows[] = {{SIZING_PERCENT_EQUITY, QS_SIZE_EQUITY},
                {SIZING_FIXED, QS_SIZE_UNITS},
                {SIZING_RISK, QS_SIZE_RISK},
                {SIZING_MONEY, QS_SIZE_MONEY}};
    for (int i = 0; i < 4; i++) {
        struct settings s = {.sizing_type = rows[i].type, .sizing_value = 0.25};
        struct qs_size asked = {.kind = QS_SIZE_DEFAULT, .value = 99.0, .stop_distance = 1.5};
        struct qs_size size = sizing_effective(&s, &asked);
        cr_expect_eq(size.kind, rows[i].kind);
        same(size.value, 0.25);
        same(size.stop_distance, 1.5);
    }
}

Test(sizing, leaves_other_sizes_as_they_are) {
    struct settings s = {.sizing_type = SIZING_MONEY, .sizing_value = 0.25};
    struct qs_size asked = {.kind = QS_SIZE_UNITS, .value = 99.0};
    struct qs_size size = sizing_effective(&s, &asked);
    cr_expect_eq(size.kind, QS_SIZE_UNITS);
    same(size.value, 99.0);
}

static bool valid(int kind, double value, double distance, bool negative) {
    struct qs_size size = {.kind = kind, .value = value, .stop_distance = distance};
    return sizing_valid(&size, negative);
}

Test(sizing, knows_which_sizes_can_be_meant) {
    for (int kind = QS_SIZE_UNITS; kind <= QS_SIZE_MONEY; kind++) {
        cr_expect(valid(kind, 1.0, 1.0, false));
        cr_expect(valid(kind, 0.0, 1.0, false)); /* nothing: refused later, as zero_size */
        cr_expect_not(valid(kind, -1.0, 1.0, false));
        cr_expect(valid(kind, -1.0, 1.0, true));
        cr_expect_not(valid(kind, NAN, 1.0, true));
        cr_expect_not(valid(kind, INFINITY, 1.0, true));
        cr_expect_not(valid(kind, -INFINITY, 1.0, true));
    }
    cr_expect_not(valid(QS_SIZE_DEFAULT, 1.0, 1.0, false)); /* not effective */
    cr_expect_not(valid(QS_SIZE_MONEY + 1, 1.0, 1.0, false));
    cr_expect_not(valid(-1, 1.0, 1.0, false));
}

Test(sizing, wants_a_stop_distance_for_risk_alone) {
    static const double bad[] = {0.0, -1.0, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        cr_expect_not(valid(QS_SIZE_RISK, 0.1, bad[i], false), "%g", bad[i]);
        cr_expect(valid(QS_SIZE_EQUITY, 0.1, bad[i], false), "%g", bad[i]);
    }
}

Test(sizing, rounds_towards_zero_to_the_lot) {
    struct instrument tenth = {.lot = {1, 1}}, hundred = {.lot = {100, 0}}, none = {.lot = {0, 0}};
    same(sizing_to_lot(2.39, &tenth), 2.3);
    same(sizing_to_lot(-2.39, &tenth), -2.3);
    same(sizing_to_lot(299.999, &hundred), 200.0);
    same(sizing_to_lot(99.0, &hundred), 0.0);
    same(sizing_to_lot(2.39, &none), 2.39);
    cr_expect_eq(sizing_to_lot(0.3, &tenth), 0.3); /* the parsed number, not 3 * 0.1 */
}
