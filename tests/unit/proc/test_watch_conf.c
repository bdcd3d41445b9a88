/* The unit of plugins/ema_cross.so (params fast, slow), and where its params and data come from. */
#include "unit/proc/watch_rig.h"

#include "store/db_sql.h"
#include "store/preset_table.h"

static struct descriptor *desc;
static struct run_conf *conf;
static char origin[PATH_MAX];
static struct str notes;

static void setup_conf(void) {
    setup();
    copy(QS_PLUGIN_DIR "/ema_cross.so", "plugins/ema_cross.so", 0755);
    desc = mem_zalloc(1, sizeof *desc);
    cr_assert_eq(probe_read(at("plugins/ema_cross.so"), desc, NULL, &err), 0, "%s", err.text);
    watch_unit_init(&unit, "ema_cross", "", at("plugins/ema_cross.so"));
    put("bars_1d.csv", "time,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n"
                       "2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n");
}

static void teardown_conf(void) {
    run_conf_destroy(&conf);
    str_fini(&notes);
    mem_free(desc);
    teardown();
}
TestSuite(watch_conf, .init = setup_conf, .fini = teardown_conf);

static int find(void) {
    run_conf_destroy(&conf);
    str_clear(&notes);
    return watch_conf_find(&world, &unit, desc, &conf, origin, &notes, &err);
}

/* "" when it is not given: the schema's default. */
static const char *param(const char *name) {
    const struct strategy_conf *s = &conf->strategies[0];
    for (size_t i = 0; i < s->param_count; i++)
        if (strcmp(s->params[i].name, name) == 0)
            return s->params[i].value.text;
    return "";
}

static void yaml(const char *name, const char *fast) {
    char text[512];
    snprintf(text, sizeof text, "strategy: ema_cross\ndata: %s\nparams:\n  fast: %s\n",
             at("bars_1d.csv"), fast);
    put(name, text);
}

Test(watch_conf, demo_bars_when_nothing_is_said) {
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, "demo bars (SYNTHETIC)");
    cr_assert_str_eq(conf->name, WATCH_RUN_NAME);
    cr_assert_eq(conf->data_count, (size_t)1);
    cr_assert(fs_exists(conf->data[0].file));
}

Test(watch_conf, run_yaml_of_the_project_before_demo_bars) {
    yaml("run.yaml", "7");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, at("run.yaml"));
    cr_assert_str_eq(param("fast"), "7");
    put("run.yaml", "strategy: another\ndata: bars_1d.csv\n");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, "demo bars (SYNTHETIC)");
    put("run.yaml", "strategy: [\n");
    cr_assert_lt(find(), 0);
    cr_assert_not_null(strstr(err.text, "run.yaml"));
}

Test(watch_conf, the_last_run_before_run_yaml) {
    yaml("run.yaml", "7");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    yaml("run.yaml", "9");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, "run 1");
    cr_assert_str_eq(param("fast"), "7");
    cr_assert_eq(unlink(at("bars_1d.csv")), 0);
    yaml("other_1d.csv", "1");
    cr_assert_eq(find(), 0, "%s", err.text); /* its bars are gone: run.yaml, and said so */
    cr_assert_str_eq(origin, at("run.yaml"));
    cr_assert_not_null(strstr(str_text(&notes), "bars_1d.csv is gone"));
    cr_assert_not_null(strstr(str_text(&notes), "run 1"));
}

Test(watch_conf, the_named_config_before_all) {
    char named[256];
    yaml("run.yaml", "7");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    yaml("named.yaml", "5");
    strcpy(named, at("named.yaml"));
    world.config = named;
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, named);
    cr_assert_str_eq(param("fast"), "5");
    put("named.yaml", "strategy: another\ndata: bars_1d.csv\n");
    cr_assert_eq(find(), ERR_CONFIG);
    cr_assert(strstr(err.text, named) && strstr(err.text, "is not about ema_cross"), "%s",
              err.text);
    put("named.yaml", "data: bars_1d.csv\n");
    cr_assert_eq(find(), ERR_CONFIG);
    cr_assert_not_null(strstr(err.text, "names no strategy"), "%s", err.text);
}

static void use_preset(const char *name) {
    cr_assert_eq(preset_table_use(db, "ema_cross", name, &err), 0, "%s", err.text);
}

Test(watch_conf, a_preset_in_use_has_the_last_word_until_it_is_reset) {
    yaml("run.yaml", "7");
    cr_assert_eq(preset_table_save(db,
                                   &(struct preset_row){.strategy = "ema_cross",
                                                        .name = "quick",
                                                        .params = "{\"fast\": \"3\"}",
                                                        .saved_at = 1},
                                   &err),
                 0, "%s", err.text);
    use_preset("quick");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, "run 1");
    cr_assert_str_eq(param("fast"), "3");
    cr_assert_str_eq(conf->name, WATCH_PRESET_RUN_NAME);
    use_preset(NULL);
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(param("fast"), "");
    cr_assert_str_eq(conf->name, WATCH_RUN_NAME);
    cr_assert_not_null(strstr(str_text(&notes), "defaults"));
}

Test(watch_conf, what_a_run_config_says_stays_though_it_does_not_fit) {
    put("run.yaml", "strategy: ema_cross\ndata: bars_1d.csv\nparams:\n  fast: -1\n  gone: 2\n");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(param("fast"), "-1");
    cr_assert_str_eq(param("gone"), "2");
    cr_assert_eq(notes.len, (size_t)0);
    cr_assert_eq(try(WATCH_SO, false), WATCH_FAILED);
    cr_assert_eq(outcome.stage, WATCH_PREPARE);
    cr_assert_eq(strncmp(outcome.err.text, origin, strlen(origin)), 0, "%s", outcome.err.text);
    cr_assert_not_null(strstr(outcome.err.text, "run.yaml:4:9: "), "%s", outcome.err.text);
}

Test(watch_conf, params_of_a_run_that_do_not_fit_are_reset_and_named) {
    yaml("run.yaml", "7");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    struct descriptor_input *fast = NULL;
    for (uint32_t i = 0; i < desc->input_count; i++)
        if (strcmp(desc->inputs[i].name, "fast") == 0)
            fast = &desc->inputs[i];
    cr_assert_not_null(fast);
    fast->i_min = 8;
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(param("fast"), "");
    cr_assert_str_eq(conf->name, WATCH_RESET_RUN_NAME);
    cr_assert_not_null(strstr(str_text(&notes), "params.fast: 7 is under"), "%s", str_text(&notes));
}

static void name_run(const char *name) {
    char sql[200];
    snprintf(sql, sizeof sql,
             "UPDATE strategy_run SET name = '%s' WHERE strategy_run_id ="
             " (SELECT max(strategy_run_id) FROM strategy_run)",
             name);
    cr_assert_eq(db_exec(db, sql, &err), 0, "%s", err.text);
}

Test(watch_conf, runs_of_the_user_before_those_of_watch_and_reset_ones_last) {
    static const char *const names[] = {WATCH_RESET_RUN_NAME, WATCH_RUN_NAME, "mine",
                                        WATCH_RUN_NAME, WATCH_PRESET_RUN_NAME};
    int64_t run, expected[] = {1, 2, 3, 3, 3}; /* after each of them */
    yaml("run.yaml", "7");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cr_assert_eq(try(WATCH_SO, true), WATCH_GOOD, "%s", outcome.err.text);
        name_run(names[i]);
        cr_assert_eq(watch_conf_last_run(db, "ema_cross", &run, &err), 1, "%s", err.text);
        cr_assert_eq(run, expected[i], "after %s: run %d", names[i], (int)run);
    }
    cr_assert(!watch_conf_is_own("mine") && !watch_conf_is_own(NULL));
}

Test(watch_conf, of_a_unit_that_has_another_id_now_the_last_run_under_the_former) {
    yaml("run.yaml", "7");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    cr_assert_eq(unlink(at("run.yaml")), 0);
    strcpy(desc->id, "renamed");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(origin, "run 1");
    cr_assert_str_eq(param("fast"), "7");
    cr_assert_str_eq(conf->strategies[0].strategy, "renamed");
}

Test(watch_conf, has_news_when_a_preset_came_or_went) {
    yaml("run.yaml", "7");
    cr_assert(!watch_conf_has_news(&world, &unit), "no result yet");
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "%s", outcome.err.text);
    cr_assert(!watch_conf_has_news(&world, &unit));
    cr_assert_eq(preset_table_save(db,
                                   &(struct preset_row){.strategy = "ema_cross",
                                                        .name = "quick",
                                                        .params = "{\"fast\": \"3\"}",
                                                        .saved_at = 1},
                                   &err),
                 0, "%s", err.text);
    cr_assert(!watch_conf_has_news(&world, &unit), "saved, but not in use");
    use_preset("quick");
    cr_assert(watch_conf_has_news(&world, &unit));
    cr_assert_eq(try(WATCH_SO, false), WATCH_GOOD, "the same bytes, but another config");
    cr_assert(!watch_conf_has_news(&world, &unit));
    use_preset(NULL);
    cr_assert(watch_conf_has_news(&world, &unit));
}
