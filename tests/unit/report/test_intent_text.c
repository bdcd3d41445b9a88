/* What was wished, in words: every kind, size, type and flag, and no two wishes alike. */
#include "report/intent_text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <quasar/types.h>

#include "base/mem.h"
#include "engine/intent.h"

static char *text_of(const struct j_intent *intent, const char *symbol) {
    struct str str;
    str_init(&str);
    intent_text(intent, symbol, &str);
    return str_take(&str);
}

static void says(struct j_intent intent, const char *expected) {
    char *text = text_of(&intent, "SPX");
    cr_expect_str_eq(text, expected);
    mem_free(text);
}

static struct j_intent order(int64_t side, int64_t type, int64_t size_kind, double value) {
    return (struct j_intent){.kind = INTENT_ORDER,
                             .side = side,
                             .type = type,
                             .size_kind = size_kind,
                             .size_value = value};
}

Test(intent_text, says_every_type_with_its_prices) {
    struct j_intent r = order(QS_BUY, QS_MARKET, QS_SIZE_UNITS, 10);
    says(r, "buy 10 SPX market");
    r.type = QS_LIMIT;
    r.limit_price = 101.5;
    says(r, "buy 10 SPX limit 101.5 GTC");
    r.type = QS_STOP_LIMIT;
    r.stop_price = 100.25;
    says(r, "buy 10 SPX stop 100.25 limit 101.5 GTC");
    r.type = QS_STOP;
    r.limit_price = 0;
    r.side = QS_SELL;
    says(r, "sell 10 SPX stop 100.25 GTC");
}

Test(intent_text, says_every_kind_of_size) {
    says(order(QS_SELL, QS_MARKET, QS_SIZE_UNITS, 0.1), "sell 0.1 SPX market");
    says(order(QS_BUY, QS_MARKET, QS_SIZE_EQUITY, 0.95), "buy 0.95 of equity SPX market");
    says(order(QS_BUY, QS_MARKET, QS_SIZE_BUYING_POWER, 0.5), "buy 0.5 of buying power SPX market");
    says(order(QS_BUY, QS_MARKET, QS_SIZE_MONEY, 5000), "buy 5000 of money SPX market");
    says(order(QS_BUY, QS_MARKET, QS_SIZE_DEFAULT, 0), "buy default size SPX market");
    says(order(QS_BUY, QS_MARKET, 9, 3), "buy 3 of size kind 9 SPX market");
    struct j_intent risk = order(QS_BUY, QS_MARKET, QS_SIZE_RISK, 0.01);
    risk.stop_distance = 2.5;
    says(risk, "buy 0.01 of equity at risk over 2.5 SPX market");
    risk.size_kind = QS_SIZE_DEFAULT; /* the run's sizing may be risk */
    risk.size_value = 0;
    says(risk, "buy default size with stop distance 2.5 SPX market");
}

Test(intent_text, says_time_in_force_and_flags) {
    struct j_intent r = order(QS_SELL, QS_LIMIT, QS_SIZE_EQUITY, 0.95);
    r.limit_price = 101.5;
    says(r, "sell 0.95 of equity SPX limit 101.5 GTC");
    r.tif = QS_DAY;
    says(r, "sell 0.95 of equity SPX limit 101.5 DAY");
    r.tif = QS_IOC;
    r.flags = QS_REDUCE_ONLY;
    says(r, "sell 0.95 of equity SPX limit 101.5 IOC reduce only");
    r.flags = 7;
    says(r, "sell 0.95 of equity SPX limit 101.5 IOC reduce only unknown flags 0x6");
    r = order(QS_BUY, QS_MARKET, QS_SIZE_UNITS, 1);
    r.tif = QS_IOC;
    says(r, "buy 1 SPX market IOC");
}

Test(intent_text, says_what_is_no_order) {
    says((struct j_intent){.kind = INTENT_FLATTEN}, "flatten SPX");
    says((struct j_intent){.kind = INTENT_TARGET, .size_kind = QS_SIZE_EQUITY, .size_value = -0.5},
         "target -0.5 of equity SPX");
    says((struct j_intent){.kind = INTENT_CANCEL, .number = 12}, "cancel order 12 SPX");
    char *text = text_of(&(struct j_intent){.kind = INTENT_CANCEL, .number = 12}, NULL);
    cr_expect_str_eq(text, "cancel order 12");
    mem_free(text);
    text = text_of(&(struct j_intent){.kind = INTENT_FLATTEN, .symbol = -1}, NULL);
    cr_expect_str_eq(text, "flatten (no symbol)");
    mem_free(text);
}

Test(intent_text, says_what_is_set_without_a_meaning_or_does_not_exist) {
    struct j_intent r = order(QS_BUY, QS_MARKET, QS_SIZE_UNITS, 1);
    r.limit_price = 5;
    r.stop_price = NAN;
    says(r, "buy 1 SPX market, unused limit 5, unused stop nan");
    says((struct j_intent){.kind = INTENT_FLATTEN, .side = QS_SELL, .type = QS_STOP, .tif = QS_DAY},
         "flatten SPX, unused sell, unused stop, unused DAY");
    says((struct j_intent){.kind = 99, .side = -3, .type = INT64_MIN, .tif = 8, .flags = 2},
         "kind 99 SPX, unused side -3, unused type -9223372036854775808, unused time in force 8, "
         "unused unknown flags 0x2");
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A grid of wishes, each different from all others; so have their texts to be. */
Test(intent_text, gives_different_wishes_different_texts) {
    enum { GRID = 5 * 4 * 6 * 4 * 8 * 8 };
    static const int64_t kinds[] = {INTENT_ORDER, INTENT_CANCEL, INTENT_FLATTEN, INTENT_TARGET, 5};
    static const double values[] = {0, 0.3, 0.30000000000000004, -1};
    char **texts = mem_zalloc(GRID, sizeof(*texts));
    for (int i = 0; i < GRID; i++) {
        int at = i;
        struct j_intent r = {.kind = kinds[at % 5]};
        at /= 5;
        r.side = at % 4;
        at /= 4;
        r.type = at % 6;
        at /= 6;
        r.size_value = values[at % 4];
        at /= 4;
        r.size_kind = at % 8;
        at /= 8;
        r.tif = (at & 1) != 0 ? QS_DAY : QS_GTC;
        r.limit_price = (at & 2) != 0 ? 0.1 : 0;
        r.stop_distance = (at & 4) != 0 ? 2 : 0;
        texts[i] = text_of(&r, "SPX");
    }
    qsort(texts, GRID, sizeof(*texts), by_text);
    for (int i = 1; i < GRID; i++)
        cr_assert_str_neq(texts[i - 1], texts[i]);
    for (int i = 0; i < GRID; i++)
        mem_free(texts[i]);
    mem_free(texts);
}
