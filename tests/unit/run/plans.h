/*
 * Plans without plugins: bars in a folder under /tmp, a config as text, and a finder that knows
 * three strategies by hand: one   one feed, int input `fast` (default 5, 1 to 100) pair  roles
 * `lead` and `lag`, no feed beside them many  one to three feeds
 */
#ifndef TESTS_RUN_PLANS_H
#define TESTS_RUN_PLANS_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/journal.h"
#include "run/assemble.h"

static char folder[64];
static struct err err;

static inline void plans_setup(void) {
    snprintf(folder, sizeof folder, "/tmp/qs_run_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", folder, 1);
}

static inline void plans_teardown(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

static inline void write_file(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

/* Three days from 2024-01-01 at around `price`. */
static inline void write_days(const char *name, double price) {
    char text[512];
    snprintf(text, sizeof text,
             "time,open,high,low,close,volume\n"
             "2024-01-01,%g,%g,%g,%g,100\n2024-01-02,%g,%g,%g,%g,100\n2024-01-03,%g,%g,%g,%g,100\n",
             price, price + 2, price - 2, price + 1, price + 1, price + 3, price - 1, price + 2,
             price + 2, price + 4, price, price + 3);
    write_file(name, text);
}

/* Three hours. */
static inline void write_hours(const char *name, double price) {
    char text[512];
    snprintf(text, sizeof text,
             "time,open,high,low,close,volume\n"
             "2024-01-01T00:00,%g,%g,%g,%g,9\n2024-01-01T01:00,%g,%g,%g,%g,9\n"
             "2024-01-01T02:00,%g,%g,%g,%g,9\n",
             price, price + 2, price - 2, price + 1, price + 1, price + 3, price - 1, price + 2,
             price + 2, price + 4, price, price + 3);
    write_file(name, text);
}

static inline void find_fill(struct descriptor *d, const char *id) {
    memset(d, 0, sizeof *d);
    snprintf(d->id, sizeof d->id, "%s", id);
    snprintf(d->name, sizeof d->name, "%s", id);
    snprintf(d->version, sizeof d->version, "1.0.0");
    d->callbacks = DESCRIPTOR_ON_BAR;
    d->history = 100;
}

static inline int find_by_hand(void *self, const char *strategy, struct descriptor *ret_descriptor,
                               struct build *ret_build, struct err *out) {
    (void)self;
    struct descriptor *d = ret_descriptor;
    find_fill(d, strategy);
    memset(ret_build, 0, sizeof *ret_build);
    snprintf(ret_build->sha, sizeof ret_build->sha, "%s", strategy);
    snprintf(ret_build->source, sizeof ret_build->source, "/plugins/%s.so", strategy);
    if (strcmp(strategy, "one") == 0) {
        d->params_size = 8;
        d->input_count = 1;
        d->inputs[0] = (struct descriptor_input){.type = QS_INPUT_INT,
                                                 .size = 8,
                                                 .i_default = 5,
                                                 .i_min = 1,
                                                 .i_max = 100,
                                                 .i_step = 1,
                                                 .name = "fast",
                                                 .label = "fast"};
    } else if (strcmp(strategy, "pair") == 0) {
        d->params_size = 8;
        d->input_count = d->symbol_count = 2;
        d->inputs[0] = (struct descriptor_input){
            .type = QS_INPUT_SYMBOL, .offset = 4, .size = 4, .name = "lead", .label = "lead"};
        d->inputs[1] = (struct descriptor_input){
            .type = QS_INPUT_SYMBOL, .offset = 0, .size = 4, .name = "lag", .label = "lag"};
    } else if (strcmp(strategy, "many") == 0) {
        d->universe_min = 1;
        d->universe_max = 3;
    } else {
        return err_set(out, ERR_NOT_FOUND, "no strategy %s", strategy);
    }
    return 0;
}

static inline struct run_conf *conf_of(const char *yaml) {
    struct run_conf *conf = NULL;
    cr_assert_eq(run_conf_parse(yaml, strlen(yaml), "run.yaml", folder, &conf, &err), 0, "%s",
                 err.text);
    return conf;
}

static inline int plan_of(struct run_conf *conf, struct plan **ret) {
    *ret = NULL;
    return plan_create(conf, (struct plan_finder){find_by_hand, NULL}, ret, &err);
}

/* The bytes of a journal, kept. */
struct kept {
    uint8_t *bytes;
    size_t len;
};

static inline int keep_bytes(void *self, const void *bytes, size_t len, struct err *out) {
    struct kept *k = self;
    (void)out;
    k->bytes = mem_realloc_array(k->bytes, k->len + len, 1);
    memcpy(k->bytes + k->len, bytes, len);
    k->len += len;
    return 0;
}

static inline struct kept header_of(const struct plan *plan) {
    struct kept k = {0};
    struct sink_port sink = {&k, keep_bytes};
    struct journal journal;
    journal_init(&journal, &sink);
    plan_write_header(plan, &journal);
    cr_assert_eq(journal_flush(&journal, &err), 0);
    journal_fini(&journal);
    return k;
}

#endif
