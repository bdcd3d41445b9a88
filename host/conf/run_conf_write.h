/*
 * conf/run_conf_write.h - a run config as JSON text that reads back to the same config: what a
 * run's record keeps, so that `replay` can run it again.
 *
 * Not the params as resolved (params.h): each stands as it was given. A text in quotes is text, a
 * number and true/false are bare; what stood bare and can't in JSON (.5, +3, yes) is
 * {"plain": ".5"}, which a config file may write too.
 * Invariant: for a config that run_conf_require accepts, write -> run_conf_parse -> write gives the
 * same bytes, and the config read is equal but for: settings_given (all), the place and the key of
 * everything, the files' paths (absolute), and path.
 */
#ifndef CONF_RUN_CONF_WRITE_H
#define CONF_RUN_CONF_WRITE_H

#include "base/str.h"
#include "conf/run_conf.h"

/* Appends it, one key or list entry a line. All settings are written, given or not: a later default
 * must not change an old run. File paths and paths of strategies become absolute (the current
 * folder is asked once; where it has no name, or the path would grow over PATH_MAX, they stay as
 * they are). Bytes of a path that are not UTF-8 become U+FFFD. run_conf_parse reads up to
 * YAML_SIZE_MAX of it: RUN_CONF_DATA_MAX files with paths of 200 bytes. */
void run_conf_write(const struct run_conf *conf, struct str *str);

/* Replaces the params of one strategy by those of a JSON object of texts ({"fast": "20"}), as a
 * preset or a record has them; each text counts as written without quotes. Params that --set gave
 * stay and go over them. ERR_PARAM for text that is no such object (then nothing has changed).
 * place (copied) names where it is from, "preset slow"; later refusals begin with it. */
int run_conf_set_params(struct run_conf *conf, size_t strategy, const char *json, const char *place,
                        struct err *err) NODISCARD;

#endif
