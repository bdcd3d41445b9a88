#include "cmd/strategy_text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

#define OUTPUT_LINES 20

void strategy_text_default(const struct descriptor *desc, const struct descriptor_input *input,
                           struct str *str) {
    switch (input->type) {
    case QS_INPUT_INT:
        str_appendf(str, "%lld", (long long)input->i_default);
        break;
    case QS_INPUT_FLOAT:
        str_append_f64(str, input->f_default);
        break;
    case QS_INPUT_BOOL:
        str_append(str, input->i_default ? "true" : "false");
        break;
    case QS_INPUT_SELECT:
        str_append(str, descriptor_option(desc, input, (uint32_t)input->i_default));
        break;
    default:
        str_append(str, "-");
        break;
    }
}

/* "1 to 200", "1 to 200 by 5", "fast, slow". */
static void append_range(const struct descriptor *desc, const struct descriptor_input *input,
                         struct str *str) {
    switch (input->type) {
    case QS_INPUT_INT:
        str_appendf(str, "%lld to %lld", (long long)input->i_min, (long long)input->i_max);
        if (input->i_step > 1)
            str_appendf(str, " by %lld", (long long)input->i_step);
        break;
    case QS_INPUT_FLOAT:
        str_append_f64(str, input->f_min);
        str_append(str, " to ");
        str_append_f64(str, input->f_max);
        if (input->f_step > 0.0) {
            str_append(str, " by ");
            str_append_f64(str, input->f_step);
        }
        break;
    case QS_INPUT_BOOL:
        str_append(str, "true, false");
        break;
    case QS_INPUT_SELECT:
        for (uint32_t i = 0; i < input->option_count; i++)
            str_appendf(str, "%s%s", i > 0 ? ", " : "", descriptor_option(desc, input, i));
        break;
    default:
        str_append(str, "a symbol of the run");
        break;
    }
}

static void append_inputs(const struct descriptor *desc, struct str *str) {
    if (desc->input_count == 0) {
        str_append(str, "no inputs\n");
        return;
    }
    struct table table;
    struct str cell = {0};
    table_init(&table);
    table_column(&table, "input", TABLE_LEFT);
    table_column(&table, "type", TABLE_LEFT);
    table_column(&table, "default", TABLE_RIGHT);
    table_column(&table, "range", TABLE_LEFT);
    table_column(&table, "label", TABLE_LEFT);
    for (uint32_t i = 0; i < desc->input_count; i++) {
        const struct descriptor_input *input = &desc->inputs[i];
        table_cell(&table, input->name);
        table_cell(&table, descriptor_type_name(input->type));
        str_clear(&cell);
        strategy_text_default(desc, input, &cell);
        table_cell(&table, str_text(&cell));
        str_clear(&cell);
        append_range(desc, input, &cell);
        table_cell(&table, str_text(&cell));
        table_cell(&table, strcmp(input->label, input->name) == 0 ? "" : input->label);
    }
    table_render(&table, str);
    table_fini(&table);
    str_fini(&cell);
}

static void append_needs(const struct descriptor *desc, struct str *str) {
    uint32_t min, max;
    descriptor_universe(desc, &min, &max);
    str_append(str, "needs   ");
    if (desc->symbol_count > 0)
        str_appendf(str, "%u symbols by role%s", desc->symbol_count, max > 0 ? ", " : "");
    if (max > 0 && min == max)
        str_appendf(str, "%u feed%s", max, max == 1 ? "" : "s");
    else if (max > 0)
        str_appendf(str, "%u to %u feeds", min, max);
    str_appendf(str, ", %u bars of history", desc->history);
    if (desc->warmup_steps > 0)
        str_appendf(str, ", %u bars of warm-up", desc->warmup_steps);
    str_append_char(str, '\n');
    if (desc->state_size > 0)
        str_appendf(str, "state   %u bytes, version %u\n", desc->state_size, desc->state_version);
    for (uint32_t i = 0; i < desc->variable_count; i++)
        str_appendf(str, "%s%s", i > 0 ? ", " : "shows   ", desc->variables[i].name);
    if (desc->variable_count > 0)
        str_append_char(str, '\n');
}

void strategy_text(const struct descriptor *desc, struct str *str) {
    str_appendf(str, "%s %s", desc->id, desc->version);
    if (strcmp(desc->name, desc->id) != 0)
        str_appendf(str, "  %s", desc->name);
    str_append_char(str, '\n');
    if (desc->description[0])
        str_appendf(str, "%s\n", desc->description);
    str_appendf(str, "file    %s\nbuild   %s (ABI %u.%u)\n", desc->path, desc->build,
                (unsigned)desc->abi_major, (unsigned)desc->abi_minor);
    append_needs(desc, str);
    str_append_char(str, '\n');
    append_inputs(desc, str);
}

void strategy_text_output(const char *output, size_t len, uint64_t dropped, struct str *str) {
    while (len > 0 && output[len - 1] == '\n')
        len--;
    if (len == 0)
        return;
    size_t start = len, lines = 0;
    while (start > 0 && (output[start - 1] != '\n' || ++lines < OUTPUT_LINES))
        start--;
    if (start > 0 || dropped > 0)
        str_appendf(str, "it printed (%llu bytes; the last lines):\n",
                    (unsigned long long)dropped + len);
    else
        str_append(str, "it printed:\n");
    while (start < len) {
        const char *end = memchr(output + start, '\n', len - start);
        size_t line = end ? (size_t)(end - output) - start : len - start;
        str_append(str, "    ");
        str_append_n(str, output + start, min_size(line, 400));
        str_append_char(str, '\n');
        start += line + 1;
    }
}

struct jv *strategy_text_error(const struct err *err) {
    struct jv *object = jv_object();
    jv_put_str(object, "code", err_name(err->code));
    jv_put_str(object, "text", err->text);
    return object;
}

bool strategy_text_is_unread(void) {
    struct pollfd fd = {.fd = STDOUT_FILENO};
    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

int strategy_text_print(const char *text) {
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return 0;
    if (errno != EPIPE)
        LOG_ERROR("standard output: %s (free some space)", strerror(errno));
    return 1;
}

int strategy_text_print_json(struct jv *value) {
    struct str text = {0};
    jv_append(&text, value, 2);
    str_append_char(&text, '\n');
    int code = strategy_text_print(str_text(&text));
    str_fini(&text);
    jv_free(value);
    return code;
}
