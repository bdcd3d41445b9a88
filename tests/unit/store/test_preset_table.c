/* Presets: saved by name, at most one of a strategy in use. */
#include "store/preset_table.h"

#include <string.h>

#include "unit/store/stored_runs.h"

TestSuite(preset_table, .init = open_runs, .fini = close_runs);

static void save(const char *strategy, const char *name, const char *params, bool in_use) {
    struct preset_row row = {
        .strategy = strategy, .name = name, .params = params, .saved_at = 5, .in_use = in_use};
    struct err err;
    cr_assert_eq(preset_table_save(db, &row, &err), 0, "%s", err.text);
}

static int append_row(void *self, const struct preset_row *row, struct err *err) {
    (void)err;
    str_appendf(self, "%s.%s %s %d%s; ", row->strategy, row->name, row->params, (int)row->saved_at,
                row->in_use ? " *" : "");
    return 0;
}

static void expect_list(const char *strategy, const char *wanted) {
    struct str got;
    struct err err;
    str_init(&got);
    cr_assert_eq(preset_table_list(db, strategy, append_row, &got, &err), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&got), wanted);
    str_fini(&got);
}

static void expect_get(const char *strategy, const char *name, const char *wanted) {
    struct str got;
    struct err err;
    str_init(&got);
    int rc = preset_table_get(db, strategy, name, &got, &err);
    cr_expect_eq(rc, wanted != NULL);
    cr_expect_str_eq(str_text(&got), wanted != NULL ? wanted : "");
    str_fini(&got);
}

Test(preset_table, saves_and_replaces_and_lists_by_name) {
    expect_list(NULL, "");
    save("ema", "slow", "{1}", false);
    save("ema", "fast", "{2}", false);
    save("rsi", "fast", "{3}", false);
    expect_list("ema", "ema.fast {2} 5; ema.slow {1} 5; ");
    expect_list(NULL, "ema.fast {2} 5; ema.slow {1} 5; rsi.fast {3} 5; ");
    save("ema", "fast", "{4}", false);
    expect_list("ema", "ema.fast {4} 5; ema.slow {1} 5; ");
    expect_list("none", "");
}

Test(preset_table, one_of_a_strategy_is_in_use) {
    struct err err;
    save("ema", "a", "{1}", true);
    save("ema", "b", "{2}", true);
    save("rsi", "a", "{3}", true);
    expect_list(NULL, "ema.a {1} 5; ema.b {2} 5 *; rsi.a {3} 5 *; ");
    expect_get("ema", NULL, "{2}");
    cr_assert_eq(preset_table_use(db, "ema", "a", &err), 0, "%s", err.text);
    expect_list(NULL, "ema.a {1} 5 *; ema.b {2} 5; rsi.a {3} 5 *; ");
    cr_assert_eq(preset_table_use(db, "ema", "a", &err), 0, "%s", err.text);
    expect_get("ema", NULL, "{1}");
    cr_assert_eq(preset_table_use(db, "ema", NULL, &err), 0);
    expect_get("ema", NULL, NULL);
    expect_get("rsi", NULL, "{3}");
    cr_assert_eq(preset_table_use(db, "never", NULL, &err), 0); /* none is in use: done */
}

Test(preset_table, gets_by_name) {
    save("ema", "a", "{\"fast\": \"20\"}", false);
    expect_get("ema", "a", "{\"fast\": \"20\"}");
    expect_get("ema", "b", NULL);
    expect_get("rsi", "a", NULL);
    expect_get("ema", NULL, NULL);
}

Test(preset_table, a_wrong_name_changes_nothing_and_the_nearest_is_named) {
    struct err err;
    cr_expect_eq(preset_table_use(db, "ema", "fsat", &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text,
                     "preset 'fsat' of ema: it has none yet (qshost preset save makes one)");
    save("ema", "fast", "{1}", true);
    save("rsi", "fsa", "{1}", true);
    cr_expect_eq(preset_table_use(db, "ema", "fsat", &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text, "preset 'fsat' of ema: there is none (did you mean 'fast'?)");
    expect_list("ema", "ema.fast {1} 5 *; "); /* rolled back */
    cr_expect_eq(preset_table_delete(db, "ema", "else", &err), ERR_NOT_FOUND);
    cr_expect_str_eq(err.text,
                     "preset 'else' of ema: there is none (it has 1: qshost preset list)");
}

Test(preset_table, deletes) {
    struct err err;
    save("ema", "a", "{1}", true);
    save("rsi", "a", "{1}", true);
    cr_assert_eq(preset_table_delete(db, "ema", "a", &err), 0, "%s", err.text);
    expect_list(NULL, "rsi.a {1} 5 *; ");
    cr_expect_eq(preset_table_delete(db, "ema", "a", &err), ERR_NOT_FOUND);
}
