/*
 * conf/params_fit.h - params that were given for an older schema, and the new one: drop what does
 * not fit any more, say what was dropped.
 *
 * For `watch`, where a schema changes under the params of the last run (design.md section 7). A
 * paper session refuses instead.
 */
#ifndef CONF_PARAMS_FIT_H
#define CONF_PARAMS_FIT_H

#include "base/str.h"
#include "conf/run_conf.h"
#include "plugin/descriptor.h"

/* Removes from conf's strategy every given param that params_resolve would refuse (unknown, of
 * another kind, out of its range or off its step); roles for inputs that are gone, too. Appends to
 * notes one line each: "params.fast: 300 is over the maximum of 200: reset to 12". Returns how many
 * were dropped. */
size_t params_fit(const struct descriptor *desc, struct strategy_conf *strategy, struct str *notes);

#endif
