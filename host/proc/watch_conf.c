#include "proc/watch_conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "conf/params_fit.h"
#include "conf/run_conf_write.h"
#include "data/synth.h"
#include "run/assemble.h"
#include "store/preset_table.h"
#include "store/run_table.h"

#define DEMO_BARS 2000

/* Which entry of a config is the strategy under watch; -1: none. */
static int64_t entry_of(const struct run_conf *conf, const struct watch_unit *unit,
                        const struct descriptor *desc) {
    for (size_t i = 0; i < conf->strategy_count; i++) {
        const char *text = conf->strategies[i].strategy;
        if (str_eq(text, desc->id) || str_eq(text, unit->so) ||
            (unit->id[0] && str_eq(text, unit->id)))
            return (int64_t)i;
    }
    return -1;
}

/* ---- demo bars ---- */

static int write_demo(const char *path, uint64_t seed, struct err *err) {
    struct synth_spec spec = synth_defaults();
    struct csv_bars bars = {0};
    char *text = NULL;
    size_t len = 0;
    spec.seed = seed;
    spec.bars = DEMO_BARS;
    int r = synth_make(&spec, &bars, err);
    if (r < 0)
        return r;
    FILE *memory = open_memstream(&text, &len);
    CHECK(memory != NULL);
    r = synth_write(&bars, memory, err);
    CHECK(fclose(memory) == 0);
    if (r == 0)
        r = fs_write_atomic(path, text, len, 0666, err);
    mem_free(text);
    csv_bars_fini(&bars);
    return r;
}

static int demo_file(const struct watch_world *world, int32_t number, char *ret_path, size_t cap,
                     struct err *err) {
    snprintf(ret_path, cap, "%s/.quasar/synthetic_demo%d_1d.csv", world->project, number + 1);
    if (fs_exists(ret_path))
        return 0;
    char *folder = fs_dirname(ret_path);
    int r = fs_mkdir_all(folder, err);
    mem_free(folder);
    return r < 0 ? r : write_demo(ret_path, (uint64_t)number + 1, err);
}

/* One symbol, or one for each symbol input. */
static int demo_conf(const struct watch_world *world, const struct descriptor *desc,
                     struct run_conf **ret, struct err *err) {
    struct jv *object = jv_object();
    struct str text = {0};
    int32_t count = 0;
    int r = 0;
    jv_put_str(object, "strategy", desc->id);
    struct jv *data = jv_put_array(object, "data"), *roles = NULL;
    for (uint32_t i = 0; i <= desc->input_count && r == 0; i++) {
        char file[PATH_MAX], symbol[16];
        bool is_role = i < desc->input_count && desc->inputs[i].type == QS_INPUT_SYMBOL;
        if (!is_role && (i < desc->input_count || count > 0))
            continue;
        r = demo_file(world, count, file, sizeof file, err);
        snprintf(symbol, sizeof symbol, "DEMO%d", ++count);
        struct jv *item = jv_push_object(data);
        jv_put_str(item, "file", file);
        jv_put_str(item, "symbol", symbol);
        if (is_role) {
            roles = roles ? roles : jv_put_object(object, "roles");
            jv_put_str(roles, desc->inputs[i].name, symbol);
        }
    }
    jv_append(&text, object, 0);
    if (r == 0)
        r = run_conf_parse(text.data, text.len, "demo bars", NULL, ret, err);
    str_fini(&text);
    jv_free(object);
    return r;
}

/* ---- where it comes from ---- */

struct found {
    struct run_conf *conf;
    bool has_preset; /* its params are those of a preset that was in use then */
    bool is_yaml;    /* its params are what a file of the user says */
};

bool watch_conf_is_own(const char *name) {
    return name && (str_eq(name, WATCH_RUN_NAME) || str_eq(name, WATCH_PRESET_RUN_NAME) ||
                    str_eq(name, WATCH_RESET_RUN_NAME));
}

int watch_conf_last_run(struct db *db, const char *id, int64_t *ret_run, struct err *err) {
    static const char own[] = "|" WATCH_RUN_NAME "|",
                      less[] = "|" WATCH_PRESET_RUN_NAME "|" WATCH_RESET_RUN_NAME "|",
                      all[] =
                          "|" WATCH_RUN_NAME "|" WATCH_PRESET_RUN_NAME "|" WATCH_RESET_RUN_NAME "|";
    int r = run_table_last_named(db, id, all, false, ret_run, err);
    if (r == 0)
        r = run_table_last_named(db, id, own, true, ret_run, err);
    return r != 0 ? r : run_table_last_named(db, id, less, true, ret_run, err);
}

/* The config of that strategy's last run, for `id`. 1, or 0 when there is none that still works. */
static int last_run(const struct watch_world *world, const char *of, const char *id,
                    struct found *found, char *origin, struct str *notes, struct err *err) {
    struct run_conf **ret = &found->conf;
    struct run_row row = {0};
    int64_t run;
    struct err ignored;
    int r = watch_conf_last_run(world->db, of, &run, err);
    if (r <= 0)
        return r;
    r = run_table_get(world->db, run, &row, err);
    if (r < 0)
        return r;
    char name[40];
    snprintf(name, sizeof name, "config of run %" PRId64, run);
    r = run_conf_parse(row.config, strlen(row.config), name, NULL, ret, &ignored) == 0;
    for (size_t i = 0; r == 1 && i < (*ret)->data_count; i++)
        if (!fs_exists((*ret)->data[i].file)) { /* look further */
            str_appendf(notes, "%s is gone, so not with the params and data of run %" PRId64 "\n",
                        (*ret)->data[i].file, run);
            run_conf_destroy(ret);
            r = 0;
        }
    if (r == 1) {
        snprintf(origin, PATH_MAX, "run %" PRId64, run);
        found->has_preset = row.name && str_eq(row.name, WATCH_PRESET_RUN_NAME);
        /* The run may have named it by the path of a build that is another one by now. */
        struct strategy_conf *s = &(*ret)->strategies[0];
        (void)str_copy_fixed(s->strategy, sizeof s->strategy, id);
    }
    run_row_fini(&row);
    return r;
}

/* run.yaml beside the source or in the project, when it is about this strategy. 1 or 0. */
static int yaml_of(const struct watch_world *world, const struct watch_unit *unit,
                   const struct descriptor *desc, struct run_conf **ret, char *origin,
                   struct err *err) {
    struct str path = {0};
    const char *folders[2] = {fs_is_dir(unit->source) ? unit->source : NULL, world->project};
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(folders) && r == 0; i++) {
        if (!folders[i])
            continue;
        str_clear(&path);
        fs_join(&path, folders[i], "run.yaml");
        if (!fs_exists(str_text(&path)))
            continue;
        r = run_conf_load(str_text(&path), ret, err);
        if (r < 0) {
            (void)str_copy_fixed(origin, PATH_MAX, str_text(&path));
            break;
        }
        bool is_ours = entry_of(*ret, unit, desc) >= 0 && (*ret)->data_count > 0;
        if (is_ours)
            (void)str_copy_fixed(origin, PATH_MAX, str_text(&path));
        else
            run_conf_destroy(ret);
        r = is_ours;
    }
    str_fini(&path);
    return r;
}

static int find_base(const struct watch_world *world, const struct watch_unit *unit,
                     const struct descriptor *desc, struct found *found, char *origin,
                     struct str *notes, struct err *err) {
    struct run_conf **ret = &found->conf;
    int r;
    if (world->config) {
        (void)str_copy_fixed(origin, PATH_MAX, world->config);
        found->is_yaml = true;
        return run_conf_load(world->config, ret, err);
    }
    r = last_run(world, desc->id, desc->id, found, origin, notes, err);
    if (r == 0 && unit->id[0] && !str_eq(unit->id, desc->id))
        r = last_run(world, unit->id, desc->id, found, origin, notes, err);
    if (r == 0) {
        r = yaml_of(world, unit, desc, ret, origin, err);
        found->is_yaml = r == 1;
    }
    if (r == 0) {
        (void)str_copy_fixed(origin, PATH_MAX, "demo bars (SYNTHETIC)");
        r = demo_conf(world, desc, ret, err);
    }
    return r < 0 ? r : 0;
}

static int use_preset(const struct watch_world *world, const struct descriptor *desc,
                      struct found *found, int64_t entry, struct str *notes, struct err *err) {
    struct run_conf *conf = found->conf;
    struct str params = {0};
    int r = preset_table_get(world->db, desc->id, NULL, &params, err);
    (void)str_copy_fixed(conf->name, sizeof conf->name,
                         r == 1 ? WATCH_PRESET_RUN_NAME : WATCH_RUN_NAME);
    if (r == 1) {
        r = run_conf_set_params(conf, (size_t)entry, str_text(&params), "preset in use", err);
        found->is_yaml = false;
        if (r == 0)
            str_append(notes, "params: those of the preset in use\n");
    } else if (r == 0 && found->has_preset) {
        r = run_conf_set_params(conf, (size_t)entry, "{}", "defaults", err);
        if (r == 0)
            str_append(notes, "params: defaults, since no preset is in use any more\n");
    }
    str_fini(&params);
    return r;
}

static int check_entry(const struct watch_world *world, const struct run_conf *conf, int64_t entry,
                       const char *id, const char *origin, struct err *err) {
    if (entry >= 0)
        return 0;
    if (world->config && conf->strategy_count == 0)
        return err_set(err, ERR_CONFIG, "%s: names no strategy (strategy: %s)", origin, id);
    return err_set(err, ERR_CONFIG, "%s: is not about %s (strategy: %s; or watch without a config)",
                   origin, id, id);
}

int watch_conf_find(const struct watch_world *world, const struct watch_unit *unit,
                    const struct descriptor *desc, struct run_conf **ret, char origin[PATH_MAX],
                    struct str *notes, struct err *err) {
    struct found found = {0};
    int r = find_base(world, unit, desc, &found, origin, notes, err);
    if (r < 0)
        return r;
    int64_t entry = entry_of(found.conf, unit, desc);
    r = check_entry(world, found.conf, entry, desc->id, origin, err);
    if (r == 0)
        r = use_preset(world, desc, &found, entry, notes, err);
    if (r == 0) {
        struct strategy_conf *s = &found.conf->strategies[entry];
        (void)str_copy_fixed(s->strategy, sizeof s->strategy, desc->id);
        if (!found.is_yaml && params_fit(desc, s, notes) > 0 &&
            str_eq(found.conf->name, WATCH_RUN_NAME))
            (void)str_copy_fixed(found.conf->name, sizeof found.conf->name, WATCH_RESET_RUN_NAME);
        r = run_conf_require(found.conf, err);
    }
    if (r < 0)
        run_conf_destroy(&found.conf);
    else
        *ret = found.conf;
    return r;
}

static const struct descriptor *descriptor_of(const struct watch_unit *unit) {
    const struct plan *plan = unit->good ? unit->good->job.plan : NULL;
    for (int32_t i = 0; plan && i < plan->strategy_count; i++)
        if (str_eq(plan->strategies[i].descriptor.id, unit->id))
            return &plan->strategies[i].descriptor;
    return NULL;
}

bool watch_conf_has_news(const struct watch_world *world, const struct watch_unit *unit) {
    const struct descriptor *desc = descriptor_of(unit);
    struct run_conf *conf = NULL;
    struct str now = {0}, then = {0}, notes = {0};
    char origin[PATH_MAX];
    struct err ignored;
    bool has_news = false;
    if (desc && watch_conf_find(world, unit, desc, &conf, origin, &notes, &ignored) == 0) {
        (void)str_copy_fixed(conf->name, sizeof conf->name, unit->good->conf->name);
        run_conf_write(conf, &now);
        run_conf_write(unit->good->conf, &then);
        has_news = !str_eq(str_text(&now), str_text(&then));
    }
    run_conf_destroy(&conf);
    str_fini(&notes);
    str_fini(&now);
    str_fini(&then);
    return has_news;
}
