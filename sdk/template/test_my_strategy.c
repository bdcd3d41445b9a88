/* A test of my_strategy with the harness: bars by hand, orders looked at. Exits with 0 when all
 * holds. */
#include <stdio.h>

#include <quasar/harness.h>

static int failures;

static void expect(int holds, const char *what) {
    if (!holds)
        printf("FAILED: %s\n", what);
    failures += !holds;
}

/* An average of 3 over 10 10 10 is 10; the close of 13 lifts it to 11 and is above it. */
static struct qs_test *after_cross(void) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_int(t, "period", 3);
    for (int i = 0; i < 3; i++)
        qs_test_close(t, 10.0);
    qs_test_close(t, 13.0);
    return t;
}

static void buys_when_the_close_crosses_over_its_average(void) {
    struct qs_test *t = after_cross();
    const struct qs_seen_intent *order = qs_test_intent(t, 0);
    expect(qs_test_intent_count(t) == 1, "one intent on the cross");
    expect(order && order->side == QS_BUY && order->units == 10.0, "it buys 10 units");
    expect(qs_test_plot(t, "average") == 11.0, "the average is plotted");
    qs_test_destroy(&t);
}

static void flattens_what_it_holds_when_the_close_falls_under_it(void) {
    struct qs_test *t = after_cross();
    qs_test_fill(t, qs_test_intent(t, 0)->number, 13.0, 0.0);
    expect(qs_test_close(t, 5.0) == 1, "one intent on the way down");
    expect(qs_test_intent(t, 0)->kind == QS_TEST_FLATTEN, "it flattens");
    expect(qs_test_intent(t, 0)->units == 10.0, "all that it holds");
    qs_test_destroy(&t);
}

static void waits_until_the_average_is_there(void) {
    struct qs_test *t = qs_test_create(qs_schema());
    expect(qs_test_warm_up(t, 0) == 20, "an average of 20 needs 20 bars");
    qs_test_destroy(&t);
}

int main(void) {
    buys_when_the_close_crosses_over_its_average();
    flattens_what_it_holds_when_the_close_falls_under_it();
    waits_until_the_average_is_there();
    if (failures == 0)
        puts("ok");
    return failures != 0;
}
