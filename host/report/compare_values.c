/* The lines are cut in place, and those of the run after look for their name among the others. */
#include "report/compare_values.h"

#include <string.h>

#include "base/mem.h"
#include "report/names.h"

/* The next line's name and value; false at the end. */
static bool next_line(char **at, char **ret_name, char **ret_value) {
    char *line = *at;
    if (*line == '\0')
        return false;
    size_t length = strcspn(line, "\n");
    *at = line + length + (line[length] == '\n');
    line[length] = '\0';
    char *tab = strchr(line, '\t');
    if (tab != NULL)
        *tab = '\0';
    *ret_name = line;
    *ret_value = tab != NULL ? tab + 1 : line + length;
    return true;
}

static void add(struct compare_values *values, struct compare_value value) {
    values->items = grow(values->items, values->count, &values->cap, sizeof(*values->items));
    values->items[values->count++] = value;
}

/* The first of the name that nobody has met yet. A sight has a few thousand lines at most. */
static struct compare_value *find(struct compare_values *values, int64_t count, const char *name) {
    for (int64_t i = 0; i < count; i++) {
        struct compare_value *item = &values->items[i];
        if (item->after == NULL && strcmp(item->name, name) == 0)
            return item;
    }
    return NULL;
}

void compare_values_make(const struct compare_sight *before, const struct compare_sight *after,
                         struct compare_values *ret) {
    struct compare_values values = {0};
    char *name, *value, *at;
    values.text[0] = at = mem_strdup(before != NULL ? str_text(&before->values) : "");
    while (next_line(&at, &name, &value))
        add(&values, (struct compare_value){name, value, NULL});
    int64_t count = values.count;
    values.text[1] = at = mem_strdup(after != NULL ? str_text(&after->values) : "");
    while (next_line(&at, &name, &value)) {
        struct compare_value *match = find(&values, count, name);
        if (match != NULL)
            match->after = value;
        else
            add(&values, (struct compare_value){name, NULL, value});
    }
    *ret = values;
}

void compare_values_fini(struct compare_values *values) {
    mem_free(values->items);
    mem_free(values->text[0]);
    mem_free(values->text[1]);
    *values = (struct compare_values){0};
}
