/* A config is built in a struct build and handed over when it is whole; on any refusal all of it is
 * thrown away. */
#include "conf/run_conf.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/yaml.h"
#include "conf/run_conf_build.h"

/* ---- life ---- */

static struct run_conf *conf_create(const char *path) {
    struct run_conf *conf = mem_zalloc(1, sizeof(*conf));
    conf->path = mem_strdup(path);
    settings_default(&conf->settings);
    conf->log = (struct run_log){.kind = RUN_LOG_BARS, .every = 1};
    str_copy_fixed(conf->risk, sizeof(conf->risk), "none");
    return conf;
}

void build_clear_strategy(struct strategy_conf *strategy) {
    mem_free(strategy->params);
    mem_free(strategy->symbols);
    mem_free(strategy->roles);
    mem_free(strategy->params_from);
    *strategy = (struct strategy_conf){0};
}

void run_conf_destroy(struct run_conf **conf) {
    if (*conf == NULL)
        return;
    for (size_t i = 0; i < (*conf)->strategy_count; i++)
        build_clear_strategy(&(*conf)->strategies[i]);
    mem_free((*conf)->strategies);
    mem_free((*conf)->data);
    mem_free((*conf)->silos);
    mem_free((*conf)->path);
    mem_free(*conf);
    *conf = NULL;
}

/* ---- lists ---- */

/* Room for one more; false when the limit is reached. */
static bool grow(void **items, size_t count, size_t *cap, size_t size, size_t limit) {
    if (count == limit)
        return false;
    if (count == *cap) {
        *cap = *cap == 0 ? 4 : *cap * 2;
        *items = mem_realloc_array(*items, *cap, size);
    }
    return true;
}

struct data_conf *build_add_data(struct build *b, const struct conf_place *place) {
    struct run_conf *conf = b->conf;
    void *items = conf->data;
    if (!grow(&items, conf->data_count, &b->data_cap, sizeof(*conf->data), RUN_CONF_DATA_MAX)) {
        conf_fail(place, "data", b->err, "more than %d entries (split the run)", RUN_CONF_DATA_MAX);
        return NULL;
    }
    conf->data = items;
    struct data_conf *data = &conf->data[conf->data_count++];
    *data = (struct data_conf){.multiplier = 1.0, .stamp = DATA_STAMP_OPEN, .place = *place};
    return data;
}

struct strategy_conf *build_add_strategy(struct build *b, const struct conf_place *place) {
    struct run_conf *conf = b->conf;
    void *items = conf->strategies;
    if (!grow(&items, conf->strategy_count, &b->strategy_cap, sizeof(*conf->strategies),
              RUN_CONF_STRATEGIES_MAX)) {
        conf_fail(place, "strategies", b->err, "more than %d entries (split the run)",
                  RUN_CONF_STRATEGIES_MAX);
        return NULL;
    }
    conf->strategies = items;
    struct strategy_conf *strategy = &conf->strategies[conf->strategy_count++];
    *strategy = (struct strategy_conf){.place = *place};
    return strategy;
}

struct silo_conf *build_add_silo(struct build *b, const struct conf_place *place) {
    struct run_conf *conf = b->conf;
    void *items = conf->silos;
    if (!grow(&items, conf->silo_count, &b->silo_cap, sizeof(*conf->silos), RUN_CONF_SILOS_MAX)) {
        conf_fail(place, "silos", b->err, "more than %d entries (split the run)",
                  RUN_CONF_SILOS_MAX);
        return NULL;
    }
    conf->silos = items;
    struct silo_conf *silo = &conf->silos[conf->silo_count++];
    *silo = (struct silo_conf){.place = *place};
    return silo;
}

/* ---- making ---- */

static int read_doc(struct build *b, const struct yaml_doc *doc, const char *folder) {
    b->folder = folder == NULL || str_eq(folder, ".") ? NULL : folder;
    return build_read_tree(b, doc);
}

/* What only file and command line together make impossible is the fault of the command line, though
 * the sentence may point into the file. */
static int blame(int rc, const struct yaml_doc *doc, const char *path, const char *folder,
                 struct err *err) {
    struct build alone = {.conf = conf_create(path), .err = &(struct err){0}};
    int r = read_doc(&alone, doc, folder);
    if (r == 0)
        r = build_finish(&alone);
    run_conf_destroy(&alone.conf);
    if (r < 0)
        return rc;
    (void)err_prepend(err, "with the options put over it: ");
    err->code = ERR_USAGE;
    return ERR_USAGE;
}

/* args may be NULL. Takes b->conf over. */
static int finish(struct build *b, int rc, const struct run_conf_args *args,
                  struct run_conf **ret) {
    if (rc == 0 && args != NULL)
        rc = build_read_args(b, args);
    if (rc == 0)
        rc = build_finish(b);
    if (rc == 0)
        *ret = b->conf;
    else
        run_conf_destroy(&b->conf);
    return rc;
}

static int load(const char *path, const struct run_conf_args *args, struct run_conf **ret,
                struct err *err) {
    struct err local;
    struct yaml_doc *doc = NULL;
    int rc = yaml_load_file(path, &doc, err);
    if (rc < 0)
        return rc;
    struct build b = {.conf = conf_create(path), .err = err == NULL ? &local : err};
    char *folder = fs_dirname(path);
    rc = read_doc(&b, doc, folder);
    rc = finish(&b, rc, args, ret);
    if (rc < 0 && rc != ERR_USAGE && args != NULL)
        rc = blame(rc, doc, path, folder, b.err);
    mem_free(folder);
    yaml_free(doc);
    return rc;
}

int run_conf_load(const char *path, struct run_conf **ret, struct err *err) {
    return load(path, NULL, ret, err);
}

int run_conf_parse(const char *text, size_t len, const char *name, const char *folder,
                   struct run_conf **ret, struct err *err) {
    struct err local;
    struct yaml_doc *doc = NULL;
    int rc = yaml_load(text, len, name, &doc, err);
    if (rc < 0)
        return rc;
    struct build b = {.conf = conf_create(name), .err = err == NULL ? &local : err};
    rc = finish(&b, read_doc(&b, doc, folder), NULL, ret);
    yaml_free(doc);
    return rc;
}

int run_conf_from_args(const struct run_conf_args *args, struct run_conf **ret, struct err *err) {
    if (args->config != NULL)
        return load(args->config, args, ret, err);
    struct err local;
    struct build b = {.conf = conf_create(NULL), .err = err == NULL ? &local : err};
    return finish(&b, 0, args, ret);
}

int run_conf_require(const struct run_conf *conf, struct err *err) {
    struct conf_place place = {.name = conf->path, .line = 1, .column = 1};
    int code = conf->path == NULL ? ERR_USAGE : ERR_CONFIG;
    const struct conf_place *at = conf->path == NULL ? NULL : &place;
    if (conf->strategy_count == 0 || conf->strategies[0].strategy[0] == '\0')
        return conf_fail_as(code, at, "strategy", err,
                            "which strategy? (give --strategy ID%s; `qshost list` shows them)",
                            conf->path == NULL ? "" : " or add strategy: ID");
    if (conf->data_count == 0)
        return conf_fail_as(code, at, "data", err, "which bars? (give --data FILE%s)",
                            conf->path == NULL ? "" : " or add data: FILE");
    for (size_t i = 0; i < conf->data_count; i++)
        if (conf->data[i].file[0] == '\0')
            return conf_fail_as(code, &conf->data[i].place, conf->data[i].key, err,
                                "no file for %s (give --data FILE or add file: FILE)",
                                conf->data[i].symbol[0] == '\0' ? "the bars"
                                                                : conf->data[i].symbol);
    return 0;
}
