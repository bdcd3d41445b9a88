#include "cmd/cmd_preset.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "cmd/args.h"
#include "cmd/strategy_text.h"
#include "conf/params.h"
#include "plugin/registry.h"
#include "proc/clock.h"
#include "proc/probe.h"
#include "store/preset_table.h"
#include "store/run_table.h"

static const char help[] =
    "Usage: qshost preset list [STRATEGY]\n"
    "       qshost preset save STRATEGY NAME [--set params.KEY=VALUE]... [--run RUN]\n"
    "       qshost preset show STRATEGY NAME\n"
    "       qshost preset use STRATEGY NAME\n"
    "       qshost preset reset STRATEGY\n"
    "       qshost preset delete STRATEGY NAME\n"
    "\n"
    "Named params of a strategy. `save` takes them from --set, checked against the schema, or from a\n"
    "recorded run. `use` makes a preset the params that `qshost watch` runs the strategy with; `reset`\n"
    "goes back to the schema's defaults. `qshost backtest --preset NAME` runs with one once.\n"
    "\n"
    "      --set params.KEY=VALUE   a param; may be repeated\n"
    "      --run RUN                the params of this run: a number or 'last'\n"
    "      --json                   list and show as JSON\n"
    "      --db FILE                the database (default: the project's quasar.sqlite)\n"
    "      --help                   this text\n"
    "\n"
    "Example: qshost preset save ema_cross quick --set params.fast=5 --set params.slow=12\n";

struct options {
    struct arg_list sets;
    const char *run, *db;
    bool json;
};

/* ---- save ---- */

static int params_of_run(struct db *db, const char *text, const char *strategy, struct str *ret,
                         struct err *err) {
    int64_t run;
    int r = run_table_find(db, text, &run, err);
    for (int64_t i = 0; r == 0; i++) {
        struct run_instance_row row;
        struct err end;
        if (run_table_instance(db, run, i, &row, &end) < 0)
            return err_set(err, ERR_NOT_FOUND, "run %s has no strategy %s", text, strategy);
        bool is_it = str_eq(row.strategy, strategy);
        if (is_it)
            str_append(ret, row.params);
        run_instance_row_fini(&row);
        if (is_it)
            return 0;
    }
    return r;
}

/* A preset is params and nothing else: what it cannot keep is refused, not forgotten. */
static int check_sets(const struct options *o, struct err *err) {
    for (size_t i = 0; i < o->sets.count; i++)
        if (!str_starts_with(o->sets.items[i], "params."))
            return err_set(err, ERR_USAGE,
                           "--set %s: expected params.KEY=VALUE (a preset keeps params only)",
                           o->sets.items[i]);
    return 0;
}

/* The --set options as params of a config, checked against the schema that is there now. */
static int params_of_sets(const char *strategy, const struct options *o, struct str *ret,
                          struct err *err) {
    struct run_conf_args args = {
        .strategy = strategy, .sets = o->sets.items, .set_count = o->sets.count};
    struct registry *registry = registry_create(probe_registry_reader());
    struct descriptor *desc = mem_zalloc(1, sizeof *desc);
    struct run_conf *conf = NULL;
    char path[PATH_MAX];
    registry_add_default_folders(registry);
    int r = registry_find(registry, strategy, path, desc, err);
    if (r == 0)
        r = run_conf_from_args(&args, &conf, err);
    if (r == 0) {
        const struct strategy_conf *s = &conf->strategies[0];
        void *block = mem_zalloc(desc->params_size + 1u, 1);
        r = params_resolve(desc, s->params, s->param_count, block, NULL, NULL, err);
        mem_free(block);
        struct jv *object = jv_object();
        for (size_t i = 0; i < s->param_count; i++)
            jv_put_str(object, s->params[i].name, s->params[i].value.text);
        jv_append(ret, object, 0);
        jv_free(object);
    }
    run_conf_destroy(&conf);
    mem_free(desc);
    registry_destroy(&registry);
    return r;
}

struct search {
    const char *name;
    bool in_use;
};

static int take_use(void *self, const struct preset_row *row, struct err *err) {
    struct search *s = self;
    (void)err;
    if (str_eq(row->name, s->name))
        s->in_use = row->in_use;
    return 0;
}

static int save(struct db *db, char **argv, const struct options *o, struct err *err) {
    struct str params = {0};
    struct search old = {.name = argv[1]}; /* one that is in use stays so */
    int r;
    if (o->run && o->sets.count > 0)
        return err_set(err, ERR_USAGE, "--run and --set: expected one of them");
    if (argv[1][0] == '\0')
        return err_set(err, ERR_USAGE, "an empty name (a preset is called by its name)");
    r = check_sets(o, err);
    if (r < 0)
        return r;
    if (o->run)
        r = params_of_run(db, o->run, argv[0], &params, err);
    else
        r = params_of_sets(argv[0], o, &params, err);
    if (r == 0)
        r = preset_table_list(db, argv[0], take_use, &old, err);
    if (r == 0)
        r = preset_table_save(db,
                              &(struct preset_row){.strategy = argv[0],
                                                   .name = argv[1],
                                                   .params = str_text(&params),
                                                   .saved_at = wall_now(),
                                                   .in_use = old.in_use},
                              err);
    if (r == 0)
        printf("saved preset %s of %s: %s\n", argv[1], argv[0], str_text(&params));
    str_fini(&params);
    return r;
}

/* ---- list, show ---- */

struct listing {
    struct table table;
    struct jv *array;
    const char *name; /* NULL: all */
    int64_t count;
};

/* {"fast": "20"} as "fast=20". */
static void params_text(const char *json, struct str *ret) {
    struct err ignored;
    struct jv *object = jv_parse(json, strlen(json), &ignored);
    struct jv_iter it = {0};
    while (jv_next(object, &it))
        str_appendf(ret, "%s%s=%s", ret->len > 0 ? " " : "", it.key,
                    jv_as_str(it.value) ? jv_as_str(it.value) : "?");
    if (ret->len == 0)
        str_append(ret, object ? "(defaults)" : "(damaged)");
    jv_free(object);
}

static int take_row(void *self, const struct preset_row *row, struct err *err) {
    struct listing *l = self;
    struct str text = {0};
    if (l->name && !str_eq(l->name, row->name))
        return 0;
    l->count++;
    if (l->array) {
        struct jv *o = jv_push_object(l->array);
        struct jv *params = jv_parse(row->params, strlen(row->params), err);
        jv_put_str(o, "strategy", row->strategy);
        jv_put_str(o, "name", row->name);
        jv_put_json(o, "params", params ? params : jv_null());
        jv_put_bool(o, "in_use", row->in_use);
        return 0;
    }
    params_text(row->params, &text);
    table_cell(&l->table, row->strategy);
    table_cell(&l->table, row->name);
    table_cell(&l->table, row->in_use ? "in use" : "");
    table_cell(&l->table, str_text(&text));
    str_fini(&text);
    return 0;
}

static int list(struct db *db, const char *strategy, const char *name, const struct options *o,
                struct err *err) {
    static const char *const titles[] = {"strategy", "preset", "", "params"};
    struct listing l = {.array = o->json ? jv_array() : NULL, .name = name};
    struct str text = {0};
    table_init(&l.table);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        table_column(&l.table, titles[i], TABLE_LEFT);
    int r = preset_table_list(db, strategy, take_row, &l, err);
    if (r == 0 && name && l.count == 0)
        r = err_set(err, ERR_NOT_FOUND, "strategy %s has no preset %s (qshost preset list)",
                    strategy, name);
    if (r == 0 && o->json) {
        r = strategy_text_print_json(l.array);
        l.array = NULL;
    } else if (r == 0) {
        if (l.count == 0)
            str_append(&text,
                       "no presets (qshost preset save STRATEGY NAME --set params.KEY=VALUE)\n");
        else
            table_render(&l.table, &text);
        r = strategy_text_print(str_text(&text));
    }
    jv_free(l.array);
    table_fini(&l.table);
    str_fini(&text);
    return r; /* 1: stdout did not take it, which was told */
}

/* ---- the rest ---- */

static int use(struct db *db, char **argv, const struct options *o, struct err *err) {
    (void)o;
    int r = preset_table_use(db, argv[0], argv[1], err);
    if (r == 0)
        printf("%s runs with preset %s under watch\n", argv[0], argv[1]);
    return r;
}

static int reset(struct db *db, char **argv, const struct options *o, struct err *err) {
    (void)o;
    int r = preset_table_use(db, argv[0], NULL, err);
    if (r == 0)
        printf("%s is back to its defaults\n", argv[0]);
    return r;
}

static int delete_preset(struct db *db, char **argv, const struct options *o, struct err *err) {
    (void)o;
    int r = preset_table_delete(db, argv[0], argv[1], err);
    if (r == 0)
        printf("deleted preset %s of %s\n", argv[1], argv[0]);
    return r;
}

static int list_some(struct db *db, char **argv, const struct options *o, struct err *err) {
    return list(db, argv[0], NULL, o, err);
}

static int show(struct db *db, char **argv, const struct options *o, struct err *err) {
    return list(db, argv[0], argv[1], o, err);
}

struct action {
    const char *name;
    int min, max; /* arguments after it */
    enum db_mode mode;
    bool changes; /* what is there, and makes nothing */
    int (*run)(struct db *db, char **argv, const struct options *o, struct err *err);
};

static const struct action actions[] = {
    {"list", 0, 1, DB_READ, false, list_some}, {"save", 2, 2, DB_WRITE, false, save},
    {"show", 2, 2, DB_READ, false, show},      {"use", 2, 2, DB_WRITE, true, use},
    {"reset", 1, 1, DB_WRITE, true, reset},    {"delete", 2, 2, DB_WRITE, true, delete_preset},
};

static const struct action *find_action(const char *name, int count) {
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        if (!str_eq(actions[i].name, name))
            continue;
        if (count >= actions[i].min && count <= actions[i].max)
            return &actions[i];
        LOG_ERROR("preset %s: found %d arguments, expected %d (qshost preset --help)", name, count,
                  actions[i].min);
        return NULL;
    }
    LOG_ERROR("preset: '%s' is no action: list, save, show, use, reset or delete (qshost preset "
              "--help)",
              name);
    return NULL;
}

static int run(int argc, char **argv, struct options *o) {
    const struct arg_option known[] = {{"run", 0, .value = &o->run},
                                       {"json", 0, .flag = &o->json},
                                       {"db", 0, .value = &o->db},
                                       {"set", 0, .list = &o->sets}};
    int first;
    int code = args_parse(&(struct arg_spec){.command = "preset",
                                             .help = help,
                                             .options = known,
                                             .option_count = ARRAY_LEN(known),
                                             .arguments = "list, save, show, use, reset or delete",
                                             .min = 1,
                                             .max = 3},
                          argc, argv, &first);
    if (code >= 0)
        return code;
    const struct action *action = find_action(argv[first], argc - first - 1);
    char *arguments[3] = {NULL, NULL, NULL};
    struct db *db = NULL;
    struct err err;
    if (!action)
        return 2;
    for (int i = 0; i < argc - first - 1; i++)
        arguments[i] = argv[first + 1 + i];
    int r = action->changes ? args_change_db(o->db, &db, &err)
                            : args_open_db(o->db, action->mode, &db, &err);
    if (r == 0)
        r = action->run(db, arguments, o, &err);
    db_close(&db);
    return r < 0 ? args_fail("preset", &err) : r;
}

int cmd_preset(int argc, char **argv) {
    struct options o = {0};
    o.sets.items = mem_zalloc((size_t)argc, sizeof *o.sets.items);
    int code = run(argc, argv, &o);
    mem_free(o.sets.items);
    return code;
}
