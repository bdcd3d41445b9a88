/*
 * Loads, trades, and crashes at its 30th bar.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

struct state {
    int64_t bars;
};

static volatile int *volatile nowhere;

static void on_bar(qs_ctx *c) {
    struct state *s = qs_state(c);
    if (++s->bars == 30)
        *nowhere = 1;
    qs_target(c, qs_units(s->bars % 2 ? 1.0 : 0.0));
}

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            QS_STATE(struct state, 1), .on_bar = on_bar)
