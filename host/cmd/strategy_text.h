/*
 * A strategy's declaration for people, and what the commands about strategies have in common.
 */
#ifndef QS_CMD_STRATEGY_TEXT_H
#define QS_CMD_STRATEGY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plugin/descriptor.h"

struct jv;
struct str;

/* Appends: head line, description, table of inputs, variables, needs. */
void strategy_text(const struct descriptor *desc, struct str *str);

/* Appends the default of an input as a user would write it: "12", "0.1", "yes", "fast". */
void strategy_text_default(const struct descriptor *desc, const struct descriptor_input *input,
                           struct str *str);

/* Appends the last lines of what a plugin printed (cleaned already), each indented; nothing when it
 * printed nothing. dropped: bytes that were printed before and are lost. */
void strategy_text_output(const char *output, size_t len, uint64_t dropped, struct str *str);

/* {"code": "ERR_PLUGIN", "text": "..."} */
struct jv *strategy_text_error(const struct err *err) NODISCARD;

/* To stdout; the exit code: 0, or 1 with a line on stderr when it does not take it: none when its
 * reader has gone (qshost show | head), as other tools do. */
int strategy_text_print(const char *text) NODISCARD;
/* Takes value over; two spaces a level, a newline at the end. */
int strategy_text_print_json(struct jv *value) NODISCARD;

/* Whether nobody reads stdout any more: a pipe or socket whose other end is closed. */
bool strategy_text_is_unread(void);

#endif
