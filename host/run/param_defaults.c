#include "run/param_defaults.h"

#include "base/mem.h"
#include "conf/params.h"

/* The texts of one strategy's defaults; returns how many. */
static size_t resolve(const struct descriptor *desc, struct param_text **ret) {
    void *block = mem_zalloc((size_t)desc->params_size + 1, 1);
    size_t count = 0;
    *ret = mem_zalloc((size_t)desc->input_count + 1, sizeof **ret);
    if (params_resolve(desc, NULL, 0, block, *ret, &count, NULL) != 0)
        count = 0;
    mem_free(block);
    return count;
}

void param_defaults_init(struct param_defaults *ret, const struct plan *plan) {
    size_t total = 0;
    for (int32_t i = 0; i < plan->strategy_count; i++)
        total += plan->strategies[i].descriptor.input_count;
    *ret = (struct param_defaults){
        .items = mem_zalloc(total + 1, sizeof *ret->items),
        .texts = mem_zalloc((size_t)plan->strategy_count + 1, sizeof(struct param_text *)),
        .strategy_count = plan->strategy_count};
    for (int32_t i = 0; i < plan->strategy_count; i++) {
        size_t count = resolve(&plan->strategies[i].descriptor, &ret->texts[i]);
        for (size_t k = 0; k < count; k++)
            ret->items[ret->count++] =
                (struct param_default){.strategy = plan->strategies[i].conf->name,
                                       .name = ret->texts[i][k].name,
                                       .value = ret->texts[i][k].text};
    }
}

void param_defaults_fini(struct param_defaults *defaults) {
    for (int32_t i = 0; i < defaults->strategy_count; i++)
        mem_free(defaults->texts[i]);
    mem_free(defaults->texts);
    mem_free(defaults->items);
    *defaults = (struct param_defaults){0};
}
