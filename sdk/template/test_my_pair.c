/* A test of my_pair with the harness: bars by hand, orders looked at. Exits with 0 when all holds.
 */
#include <stdio.h>

#include <quasar/harness.h>

static int failures;

static void expect(int holds, const char *what) {
    if (!holds)
        printf("FAILED: %s\n", what);
    failures += !holds;
}

/* One day: both close. Returns how many intents were made. */
static int day(struct qs_test *t, double a, double b) {
    struct qs_bar first = {.open = a, .high = a, .low = a, .close = a};
    struct qs_bar second = {.open = b, .high = b, .low = b, .close = b};
    qs_test_put(t, 0, &first);
    qs_test_put(t, 1, &second);
    return qs_test_step(t);
}

/* Over one bar: a rises from 10 to 11 (10 %), b from 10 to 10.5 (5 %). */
static struct qs_test *after_a_leads(void) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_int(t, "period", 1);
    qs_test_add_feed(t, "A", QS_TEST_DAY);
    qs_test_add_feed(t, "B", QS_TEST_DAY);
    day(t, 10.0, 10.0);
    expect(day(t, 11.0, 10.5) == 1, "one intent when both have closed");
    return t;
}

static void buys_the_one_that_has_risen_more(void) {
    struct qs_test *t = after_a_leads();
    const struct qs_seen_intent *order = qs_test_intent(t, 0);
    expect(order && order->kind == QS_TEST_TARGET && order->feed == 0, "a target for a");
    qs_test_destroy(&t);
}

static void changes_over_when_the_other_leads(void) {
    struct qs_test *t = after_a_leads();
    qs_test_set_position(t, 0, 900.0, 11.0);
    expect(day(t, 11.0, 12.0) == 2, "two intents when b leads");
    expect(qs_test_intent(t, 0)->kind == QS_TEST_FLATTEN, "a is given up");
    expect(qs_test_intent(t, 1)->feed == 1, "b is bought");
    qs_test_destroy(&t);
}

static void stays_with_what_it_holds(void) {
    struct qs_test *t = after_a_leads();
    qs_test_set_position(t, 0, 900.0, 11.0);
    expect(day(t, 12.0, 10.5) == 0, "nothing to do while a leads on");
    qs_test_destroy(&t);
}

int main(void) {
    buys_the_one_that_has_risen_more();
    changes_over_when_the_other_leads();
    stays_with_what_it_holds();
    if (failures == 0)
        puts("ok");
    return failures != 0;
}
