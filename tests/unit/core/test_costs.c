#include <criterion/criterion.h>

#include "core/costs.h"

#define same(found, expected)                                                                      \
    cr_expect_float_eq(found, expected, 1e-9, "found %.17g, expected %.17g", (double)(found),      \
                       (double)(expected))

Test(costs, charges_bps_of_the_value_with_the_multiplier) {
    struct settings s = {.commission_bps = 10.0};
    same(costs_commission(&s, 50.0, 2.0, 100.0), 10.0); /* 2 * 100 * 50 * 0.001 */
    same(costs_commission(&s, 50.0, -2.0, 100.0), 10.0);
}

Test(costs, charges_units_and_fills) {
    struct settings s = {.commission_per_unit = 0.005, .commission_per_fill = 1.0};
    same(costs_commission(&s, 50.0, 300.0, 100.0), 2.5); /* 300 * 0.005 + 1; no multiplier */
    same(costs_commission(&s, 50.0, -300.0, 100.0), 2.5);
}

Test(costs, adds_all_three) {
    struct settings s = {
        .commission_bps = 2.0, .commission_per_unit = 0.01, .commission_per_fill = 3.0};
    same(costs_commission(&s, 1.0, 100.0, 50.0), 5.0); /* 5000 * 0.0002 + 100 * 0.01 + 3 */
}

Test(costs, lets_the_legs_of_a_flip_share_what_a_fill_costs) {
    struct settings s = {.commission_per_unit = 0.01, .commission_per_fill = 3.0};
    double whole = costs_commission(&s, 1.0, 90.0, 50.0);
    double closing = costs_commission_share(&s, 1.0, 30.0, 50.0, 30.0 / 90.0);
    double opening = costs_commission_share(&s, 1.0, 60.0, 50.0, 60.0 / 90.0);
    same(closing, 1.3); /* 30 * 0.01 + 3 / 3 */
    same(opening, 2.6); /* 60 * 0.01 + 3 * 2 / 3 */
    same(closing + opening, whole);
}

Test(costs, counts_no_commission_per_fill_into_one_more_unit) {
    struct settings s = {
        .commission_bps = 100.0, .commission_per_unit = 0.5, .commission_per_fill = 9.0};
    same(costs_commission_of_unit(&s, 2.0, 10.0), 0.7); /* 10 * 2 * 0.01 + 0.5 */
}

Test(costs, costs_nothing_without_settings) {
    struct settings s = {0};
    same(costs_commission(&s, 7.0, 1234.5, 99.0), 0.0);
    same(costs_taker_price(&s, 99.0, 1.0, 1), 99.0);
}

Test(costs, makes_buyers_pay_more_and_sellers_get_less) {
    struct settings s = {.slippage_bps = 50.0};
    same(costs_taker_price(&s, 200.0, 1.0, 1), 201.0); /* 200 * 1.005 */
    same(costs_taker_price(&s, 200.0, -1.0, 1), 199.0);
}

Test(costs, charges_half_the_spread_on_each_side_with_both) {
    struct settings s = {.spread_bps = 20.0, .spread_side = SPREAD_BOTH};
    same(costs_taker_price(&s, 1000.0, 1.0, 1), 1001.0); /* 1000 * (1 + 10 / 10000) */
    same(costs_taker_price(&s, 1000.0, 1.0, 0), 1001.0);
    same(costs_taker_price(&s, 1000.0, -1.0, 0), 999.0);
}

Test(costs, charges_the_whole_spread_on_what_opens_with_entry) {
    struct settings s = {.slippage_bps = 10.0, .spread_bps = 20.0, .spread_side = SPREAD_ENTRY};
    same(costs_taker_price(&s, 1000.0, 1.0, 1), 1003.0); /* 10 + 20 bps */
    same(costs_taker_price(&s, 1000.0, 1.0, 0), 1001.0); /* slippage alone */
    same(costs_taker_price(&s, 1000.0, -1.0, 1), 997.0);
}
