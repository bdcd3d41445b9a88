/*
 * The matrix of sim/README.md "Due orders meet the bars": every row is a buy; its mirror image
 * around 100 (price p becomes 200 - p, high and low change places) is the sell. ANY runs with both
 * choices.
 */
#include <criterion/criterion.h>

#include "sim/match.h"

enum when { FIRST, LATER, EVER, INSIDE }; /* at the open of the first bar, of a later one, of any */
enum { ANY = -1 };
enum { RESTS, TRIGGERS, FILLS, FILLS_TRIGGERED }; /* what became of it */

struct row {
    const char *rule;
    int when, type, touch, gap; /* enum limit_touch, enum stop_gap */
    double limit, stop;
    bool triggered;
    double open, high, low, close;
    int expected;
    double raw, cap; /* cap > 0 = a marketable limit */
    bool takes;
};

/* limit 100 */
#define LIM(rule, when, touch, o, h, l, c, ...)                                                    \
    { rule, when, QS_LIMIT, touch, ANY, 100, 0, false, o, h, l, c, __VA_ARGS__ }
/* stop 100 */
#define STP(rule, when, gap, o, h, l, c, ...)                                                      \
    { rule, when, QS_STOP, ANY, gap, 0, 100, false, o, h, l, c, __VA_ARGS__ }
/* stop 100, limit given */
#define STL(rule, when, touch, limit, o, h, l, c, ...)                                             \
    { rule, when, QS_STOP_LIMIT, touch, ANY, limit, 100, false, o, h, l, c, __VA_ARGS__ }
/* a stop-limit (95, 100) that was triggered before */
#define TRG(rule, when, touch, o, h, l, c, ...)                                                    \
    { rule, when, QS_STOP_LIMIT, touch, ANY, 100, 95, true, o, h, l, c, __VA_ARGS__ }
#define MKT(rule, when, o, h, l, c, ...)                                                           \
    { rule, when, QS_MARKET, ANY, ANY, 0, 0, false, o, h, l, c, __VA_ARGS__ }

/* clang-format off */
static const struct row rows[] = {
    /* raw, cap, takes: at the open whatever it is, and it pays */
    MKT("market fills at the open", FIRST, 101, 103, 97, 99, FILLS, 101, 0, true),
    MKT("market that waited fills at the open too", LATER, 98, 103, 97, 99, FILLS, 98, 0, true),

    LIM("limit, open through: marketable on the first bar", FIRST, LIMIT_THROUGH, 99, 102, 98, 101, FILLS, 99, 100, true),
    LIM("limit, open through: marketable on the first bar", FIRST, LIMIT_TOUCH, 99, 102, 98, 101, FILLS, 99, 100, true),
    LIM("limit, open through: resting later", LATER, LIMIT_THROUGH, 99, 102, 98, 101, FILLS, 99, 0, false),
    LIM("limit, open through: resting later", LATER, LIMIT_TOUCH, 99, 102, 98, 101, FILLS, 99, 0, false),
    LIM("limit, open far through: the better price", FIRST, ANY, 80, 102, 79, 101, FILLS, 80, 100, true),
    LIM("limit, open far through: the better price", LATER, ANY, 80, 102, 79, 101, FILLS, 80, 0, false),
    LIM("limit, open equal: not with through", FIRST, LIMIT_THROUGH, 100, 102, 98, 101, RESTS, 0, 0, false),
    LIM("limit, open equal: with touch, marketable", FIRST, LIMIT_TOUCH, 100, 102, 98, 101, FILLS, 100, 100, true),
    LIM("limit, open equal: not with through", LATER, LIMIT_THROUGH, 100, 102, 98, 101, RESTS, 0, 0, false),
    LIM("limit, open equal: with touch, resting", LATER, LIMIT_TOUCH, 100, 102, 98, 101, FILLS, 100, 0, false),
    LIM("limit, open beyond: not at the open", FIRST, ANY, 101, 102, 98, 101, RESTS, 0, 0, false),
    LIM("limit, open beyond: not at the open", LATER, ANY, 101, 102, 98, 101, RESTS, 0, 0, false),
    LIM("limit, low through: at its price", INSIDE, LIMIT_THROUGH, 101, 102, 99, 101, FILLS, 100, 0, false),
    LIM("limit, low through: at its price", INSIDE, LIMIT_TOUCH, 101, 102, 99, 101, FILLS, 100, 0, false),
    LIM("limit, low equal: not with through", INSIDE, LIMIT_THROUGH, 101, 102, 100, 101, RESTS, 0, 0, false),
    LIM("limit, low equal: with touch", INSIDE, LIMIT_TOUCH, 101, 102, 100, 101, FILLS, 100, 0, false),
    LIM("limit, low above: rests", INSIDE, ANY, 101, 102, 100.5, 101, RESTS, 0, 0, false),
    LIM("limit, open equal and low through: at its price", INSIDE, LIMIT_THROUGH, 100, 102, 98, 101, FILLS, 100, 0, false),
    LIM("limit, a flat bar at its price", INSIDE, LIMIT_THROUGH, 100, 100, 100, 100, RESTS, 0, 0, false),
    LIM("limit, a flat bar at its price", INSIDE, LIMIT_TOUCH, 100, 100, 100, 100, FILLS, 100, 0, false),

    STP("stop, open before it: waits", EVER, ANY, 99, 103, 98, 102, RESTS, 0, 0, false),
    STP("stop, open at it: at the open", EVER, STOP_GAP_OPEN, 100, 103, 98, 102, FILLS, 100, 0, true),
    STP("stop, open at it: at the trigger", EVER, STOP_GAP_TRIGGER, 100, 103, 98, 102, FILLS, 100, 0, true),
    STP("stop, a gap over it: at the open", EVER, STOP_GAP_OPEN, 104, 106, 98, 102, FILLS, 104, 0, true),
    STP("stop, a gap over it: at the trigger (nobody traded there)", EVER, STOP_GAP_TRIGGER, 104, 106, 98, 102, FILLS, 100, 0, true),
    STP("stop, high before it: waits", INSIDE, ANY, 99, 99.5, 98, 99, RESTS, 0, 0, false),
    STP("stop, high at it: at its price", INSIDE, ANY, 99, 100, 98, 99, FILLS, 100, 0, true),
    STP("stop, high beyond: at its price", INSIDE, ANY, 99, 105, 98, 104, FILLS, 100, 0, true),

    /* limit above the stop: room for slippage */
    STL("stop-limit, open before the stop", EVER, ANY, 103, 99, 106, 98, 102, RESTS, 0, 0, false),
    STL("stop-limit, open at the stop, under the limit", EVER, ANY, 103, 100, 106, 98, 102, FILLS_TRIGGERED, 100, 103, true),
    STL("stop-limit, open between", EVER, ANY, 103, 101, 106, 98, 102, FILLS_TRIGGERED, 101, 103, true),
    STL("stop-limit, open at the limit: not with through", EVER, LIMIT_THROUGH, 103, 103, 106, 98, 102, TRIGGERS, 0, 0, false),
    STL("stop-limit, open at the limit: with touch", EVER, LIMIT_TOUCH, 103, 103, 106, 98, 102, FILLS_TRIGGERED, 103, 103, true),
    STL("stop-limit, a gap over both: triggered, not filled", EVER, ANY, 103, 104, 106, 98, 102, TRIGGERS, 0, 0, false),
    /* limit equal to the stop */
    STL("stop-limit at one price, open at it: through", EVER, LIMIT_THROUGH, 100, 100, 106, 98, 102, TRIGGERS, 0, 0, false),
    STL("stop-limit at one price, open at it: touch", EVER, LIMIT_TOUCH, 100, 100, 106, 98, 102, FILLS_TRIGGERED, 100, 100, true),
    STL("stop-limit at one price, open beyond", EVER, ANY, 100, 101, 106, 98, 102, TRIGGERS, 0, 0, false),
    /* limit below the stop: buy a fall after a rise */
    STL("stop-limit, limit under the stop, open before the stop", EVER, ANY, 98, 97, 106, 96, 102, RESTS, 0, 0, false),
    STL("stop-limit, limit under the stop, open at the stop", EVER, ANY, 98, 100, 106, 96, 102, TRIGGERS, 0, 0, false),

    STL("stop-limit inside, high before the stop", INSIDE, ANY, 103, 99, 99.5, 98, 99, RESTS, 0, 0, false),
    STL("stop-limit inside, high at the stop: at the stop, marketable", INSIDE, ANY, 103, 99, 100, 98, 99, FILLS_TRIGGERED, 100, 103, true),
    STL("stop-limit inside, high beyond: at the stop, marketable", INSIDE, ANY, 103, 99, 108, 98, 107, FILLS_TRIGGERED, 100, 103, true),
    STL("stop-limit inside at one price: with touch at the stop", INSIDE, LIMIT_TOUCH, 100, 99, 101, 98, 101, FILLS_TRIGGERED, 100, 100, true),
    STL("stop-limit inside at one price: with through the close decides", INSIDE, LIMIT_THROUGH, 100, 99, 101, 98, 99, FILLS_TRIGGERED, 100, 0, false),
    STL("stop-limit inside at one price: a close at it is not through", INSIDE, LIMIT_THROUGH, 100, 99, 101, 98, 100, TRIGGERS, 0, 0, false),
    STL("stop-limit inside at one price: a close beyond", INSIDE, LIMIT_THROUGH, 100, 99, 101, 98, 101, TRIGGERS, 0, 0, false),
    STL("stop-limit inside, limit under the stop, close through: at the limit, resting", INSIDE, ANY, 98, 99, 101, 96, 97, FILLS_TRIGGERED, 98, 0, false),
    STL("stop-limit inside, limit under the stop, close at it: through", INSIDE, LIMIT_THROUGH, 98, 99, 101, 96, 98, TRIGGERS, 0, 0, false),
    STL("stop-limit inside, limit under the stop, close at it: touch", INSIDE, LIMIT_TOUCH, 98, 99, 101, 96, 98, FILLS_TRIGGERED, 98, 0, false),
    STL("stop-limit inside, limit under the stop: a low before the stop was hit does not count", INSIDE, ANY, 98, 99, 101, 90, 99, TRIGGERS, 0, 0, false),

    TRG("triggered stop-limit, open through: resting", LATER, LIMIT_THROUGH, 99, 102, 98, 101, FILLS, 99, 0, false),
    TRG("triggered stop-limit, open through: resting", LATER, LIMIT_TOUCH, 99, 102, 98, 101, FILLS, 99, 0, false),
    TRG("triggered stop-limit, open equal", LATER, LIMIT_THROUGH, 100, 102, 98, 101, RESTS, 0, 0, false),
    TRG("triggered stop-limit, open equal", LATER, LIMIT_TOUCH, 100, 102, 98, 101, FILLS, 100, 0, false),
    TRG("triggered stop-limit, open beyond", LATER, ANY, 101, 102, 98, 101, RESTS, 0, 0, false),
    TRG("triggered stop-limit, open under its old stop: the stop counts no more", LATER, ANY, 90, 102, 89, 101, FILLS, 90, 0, false),
    TRG("triggered stop-limit, low through", INSIDE, ANY, 101, 102, 99, 101, FILLS, 100, 0, false),
    TRG("triggered stop-limit, low equal", INSIDE, LIMIT_THROUGH, 101, 102, 100, 101, RESTS, 0, 0, false),
    TRG("triggered stop-limit, low equal", INSIDE, LIMIT_TOUCH, 101, 102, 100, 101, FILLS, 100, 0, false),
    TRG("triggered stop-limit, low above", INSIDE, ANY, 101, 102, 100.5, 101, RESTS, 0, 0, false),
};
/* clang-format on */

static int checked;

static double mirror(double price) { return price == 0.0 ? 0.0 : 200.0 - price; }

static void check(const struct row *r, int side, int touch, int gap, int when) {
    bool sells = side == QS_SELL;
    struct settings s = {.limit_touch = touch, .stop_gap = gap};
    struct order o = {.side = side,
                      .type = r->type,
                      .limit_price = sells ? mirror(r->limit) : r->limit,
                      .stop_price = sells ? mirror(r->stop) : r->stop,
                      .triggered = r->triggered};
    struct match_bar bar = {r->open, r->high, r->low, r->close};
    if (sells)
        bar =
            (struct match_bar){mirror(r->open), mirror(r->low), mirror(r->high), mirror(r->close)};
    bool fills = r->expected >= FILLS;
    struct match m =
        when == INSIDE ? match_inside(&s, &o, &bar) : match_open(&s, &o, &bar, when == FIRST);
    double raw = sells ? mirror(r->raw) : r->raw, cap = sells ? mirror(r->cap) : r->cap;
    cr_expect_eq(m.fills, fills, "%s (side %d, touch %d, gap %d): fills", r->rule, side, touch,
                 gap);
    cr_expect_eq(m.triggers, r->expected == TRIGGERS || r->expected == FILLS_TRIGGERED,
                 "%s (side %d, touch %d, gap %d): triggers", r->rule, side, touch, gap);
    if (fills) {
        cr_expect_eq(m.raw, raw, "%s (side %d, touch %d, gap %d): raw %g, expected %g", r->rule,
                     side, touch, gap, m.raw, raw);
        cr_expect_eq(m.cap, cap, "%s (side %d, touch %d, gap %d): cap %g, expected %g", r->rule,
                     side, touch, gap, m.cap, cap);
        cr_expect_eq(m.takes, r->takes, "%s (side %d, touch %d, gap %d): takes", r->rule, side,
                     touch, gap);
    }
    checked++;
}

static void check_settings(const struct row *r, int side, int when) {
    for (int touch = 0; touch < 2; touch++)
        for (int gap = 0; gap < 2; gap++)
            if ((r->touch == ANY || r->touch == touch) && (r->gap == ANY || r->gap == gap))
                check(r, side, touch, gap, when);
}

static void check_side(int side) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].when != EVER)
            check_settings(&rows[i], side, rows[i].when);
        else
            for (int when = FIRST; when <= LATER; when++)
                check_settings(&rows[i], side, when);
    }
    cr_expect_geq(checked, 120, "%d cases", checked);
}

Test(match, gives_every_buy_of_the_matrix_its_price) { check_side(QS_BUY); }
Test(match, gives_every_mirrored_sell_its_price) { check_side(QS_SELL); }

/* A few sells spelt out, so that a mirror that is wrong itself would be seen. */
Test(match, fills_a_sell_limit_over_its_price) {
    struct settings s = {.limit_touch = LIMIT_THROUGH};
    struct order o = {.side = QS_SELL, .type = QS_LIMIT, .limit_price = 50.0};
    struct match m = match_open(&s, &o, &(struct match_bar){51.0, 52.0, 48.0, 49.0}, true);
    cr_expect(m.fills && m.takes && m.raw == 51.0 && m.cap == 50.0);
    m = match_inside(&s, &o, &(struct match_bar){49.0, 50.0, 48.0, 49.0});
    cr_expect_not(m.fills);
    m = match_inside(&s, &o, &(struct match_bar){49.0, 50.5, 48.0, 49.0});
    cr_expect(m.fills && !m.takes && m.raw == 50.0 && m.cap == 0.0);
}

Test(match, fills_a_sell_stop_under_its_price) {
    struct settings s = {.stop_gap = STOP_GAP_OPEN};
    struct order o = {.side = QS_SELL, .type = QS_STOP, .stop_price = 50.0};
    struct match m = match_open(&s, &o, &(struct match_bar){47.0, 52.0, 46.0, 49.0}, false);
    cr_expect(m.fills && m.takes && m.raw == 47.0 && m.cap == 0.0);
    m = match_inside(&s, &o, &(struct match_bar){52.0, 53.0, 49.0, 52.0});
    cr_expect(m.fills && m.takes && m.raw == 50.0);
    m = match_inside(&s, &o, &(struct match_bar){52.0, 53.0, 50.5, 52.0});
    cr_expect_not(m.fills);
}

Test(match, triggers_a_sell_stop_limit_on_the_way_down) {
    struct settings s = {.limit_touch = LIMIT_THROUGH};
    struct order o = {
        .side = QS_SELL, .type = QS_STOP_LIMIT, .stop_price = 50.0, .limit_price = 48.0};
    struct match m = match_inside(&s, &o, &(struct match_bar){52.0, 53.0, 49.0, 49.5});
    cr_expect(m.fills && m.triggers && m.takes && m.raw == 50.0 && m.cap == 48.0);
    o.limit_price = 51.0; /* above the stop: only a close over 51 is surely after the trigger */
    m = match_inside(&s, &o, &(struct match_bar){52.0, 53.0, 49.0, 49.5});
    cr_expect(m.triggers && !m.fills);
    m = match_inside(&s, &o, &(struct match_bar){52.0, 53.0, 49.0, 52.0});
    cr_expect(m.triggers && m.fills && !m.takes && m.raw == 51.0);
}
