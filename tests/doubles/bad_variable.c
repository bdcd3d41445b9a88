/*
 * A variable that lies outside its locals.
 */
#include <quasar/strategy.h>

struct locals {
    double a;
};
struct big {
    double a, b;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_variable", .version = "1.0.0", QS_LOCALS(struct locals),
            .variables = QS_VARIABLES(QS_LOCAL_F64(struct big, b)), .on_bar = on_bar)
