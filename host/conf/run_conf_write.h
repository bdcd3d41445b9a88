/*
 * conf/run_conf_write.h - a run config as JSON text that reads back to the same config: what a
 * run's record keeps, so that `replay` can run it again.
 */
#ifndef CONF_RUN_CONF_WRITE_H
#define CONF_RUN_CONF_WRITE_H

#include "base/str.h"
#include "conf/run_conf.h"

/* Appends it. All settings are written, given or not: a later default must not change an old run.
 * File paths and paths of strategies become absolute (the current folder is asked once). */
void run_conf_write(const struct run_conf *conf, struct str *str);

/* Replaces the params of one strategy by those of a JSON object of texts ({"fast": "20"}), as a
 * preset or a record has them. ERR_PARAM for text that is no such object; place names where it is
 * from. */
int run_conf_set_params(struct run_conf *conf, size_t strategy, const char *json, const char *place,
                        struct err *err) NODISCARD;

#endif
