#include "engine/variables.h"

#include "base/mem.h"

void variables_init(struct strategy *s) {
    const char *name;
    double value;
    while (s->port->variable(s->port->self, s->variable_count, &name, &value))
        s->variable_count++;
    s->variables = mem_zalloc((size_t)s->variable_count, sizeof *s->variables);
}

void variables_fini(struct strategy *s) {
    mem_free(s->variables);
    s->variables = NULL;
    s->variable_count = 0;
}

/* As the journal's bytes are compared: there is one zero and one NaN in it. */
static bool is_as_recorded(const struct shown_variable *v, double value) {
    bool is_same = value == v->value || (value != value && v->value != v->value);
    return v->is_recorded && is_same;
}

void variables_record(struct engine *e, struct strategy *s, bool is_end) {
    const char *name;
    double value;
    if (!s->started && !is_end)
        return;
    for (int32_t i = 0; i < s->variable_count; i++) {
        struct shown_variable *v = &s->variables[i];
        if (!s->port->variable(s->port->self, i, &name, &value))
            return;
        if (is_as_recorded(v, value) && !(is_end && v->time != e->time))
            continue;
        *v = (struct shown_variable){.is_recorded = true, .value = value, .time = e->time};
        journal_put_variable(
            e->journal,
            &(struct j_variable){.time = e->time, .strategy = s->id, .value = value, .name = name});
    }
}
