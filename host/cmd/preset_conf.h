/*
 * cmd/preset_conf.h - a run config from the command line, with a preset in place of its file's
 * params and beneath its --set options.
 */
#ifndef CMD_PRESET_CONF_H
#define CMD_PRESET_CONF_H

#include "conf/run_conf.h"
#include "store/db.h"

/* preset NULL: run_conf_from_args alone. ERR_USAGE for several strategies, ERR_NOT_FOUND for a
 * preset that is not there. */
int preset_conf_from_args(const struct run_conf_args *args, struct db *db, const char *preset,
                          struct run_conf **ret, struct err *err) NODISCARD;

#endif
