#include "cmd/preset_conf.h"

#include <stdio.h>
#include <string.h>

#include "conf/run_conf_write.h"
#include "store/preset_table.h"

/* Presets are kept by the schema's id; of a path the file's name stands for it. */
static const char *preset_owner(const struct strategy_conf *s) {
    bool is_path = strchr(s->strategy, '/') || str_ends_with(s->strategy, ".so");
    return is_path ? s->name : s->strategy;
}

static int use_preset(struct db *db, const char *preset, struct run_conf *conf, struct err *err) {
    struct str params = {0};
    char place[120];
    if (conf->strategy_count != 1)
        return err_set(err, ERR_USAGE,
                       "--preset %s: expected one strategy, found %zu (--strategy ID)", preset,
                       conf->strategy_count);
    const char *owner = preset_owner(&conf->strategies[0]);
    int r = preset_table_get(db, owner, preset, &params, err);
    snprintf(place, sizeof place, "preset %.80s", preset);
    if (r == 1)
        r = run_conf_set_params(conf, 0, str_text(&params), place, err);
    else if (r == 0)
        r = err_set(err, ERR_NOT_FOUND,
                    "--preset %s: strategy %s has no preset of that name (qshost preset list)",
                    preset, owner);
    str_fini(&params);
    return r;
}

int preset_conf_from_args(const struct run_conf_args *args, struct db *db, const char *preset,
                          struct run_conf **ret, struct err *err) {
    struct run_conf *conf = NULL;
    int r = run_conf_from_args(args, &conf, err);
    if (r == 0 && preset)
        r = use_preset(db, preset, conf, err);
    if (r < 0)
        run_conf_destroy(&conf);
    else
        *ret = conf;
    return r;
}
