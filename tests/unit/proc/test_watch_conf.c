/* The unit of plugins/ema_cross.so (params fast, slow), and where its params and data come from. */
#include "unit/proc/watch_rig.h"

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

Test(watch_conf, params_that_do_not_fit_are_reset_and_named) {
    put("run.yaml", "strategy: ema_cross\ndata: bars_1d.csv\nparams:\n  fast: -1\n  gone: 2\n");
    cr_assert_eq(find(), 0, "%s", err.text);
    cr_assert_str_eq(param("fast"), "");
    cr_assert_not_null(strstr(str_text(&notes), "params.fast: "), "%s", str_text(&notes));
    cr_assert_not_null(strstr(str_text(&notes), "no param 'gone' any more"), "%s", str_text(&notes));
}
