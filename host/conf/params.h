/*
 * conf/params.h - params as given + the schema that they are for -> the bytes of a params block.
 *
 * Defaults first, then what was given, each checked against kind, range and step; nothing is
 * rounded or cut to fit. Symbol inputs are roles, bound elsewhere: their fields stay 0 here, and a
 * param of their name is refused.
 */
#ifndef CONF_PARAMS_H
#define CONF_PARAMS_H

#include <stddef.h>

#include "base/err.h"
#include "conf/run_conf.h"
#include "plugin/descriptor.h"

/* One resolved param, for journal and report. */
struct param_text {
    char name[DESCRIPTOR_ID_MAX + 1];
    char text[DESCRIPTOR_ID_MAX + 1]; /* canonical: "12", "0.1", "true", the word of a select */
    bool given;                       /* else it is the default */
};

/* Writes all desc->params_size bytes of block (aligned for double; may be NULL when the size is 0)
 * and one text for each input that is no symbol, in the order of the schema; ret_texts holds
 * desc->input_count of them or is NULL. ret_count (may be NULL) says how many. "place: params.fast:
 * ..." with ERR_PARAM, or ERR_USAGE where the command line gave it; then nothing is written. */
int params_resolve(const struct descriptor *desc, const struct param_conf *params, size_t count,
                   void *block, struct param_text *ret_texts, size_t *ret_count,
                   struct err *err) NODISCARD;

#endif
