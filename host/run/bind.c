#include "run/bind.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The feed that "GOOG" or "GOOG@1d" names; -1 when the run has none. Feeds are sorted by timeframe,
 * so the first of a symbol is its shortest. */
static int32_t find_feed(const struct plan *plan, const struct feed_conf *wanted) {
    for (int32_t i = 0; i < plan->feed_count; i++) {
        const struct feed *feed = &plan->feeds[i];
        if (strcmp(feed->symbol, wanted->symbol) == 0 &&
            (!wanted->timeframe[0] || strcmp(feed->timeframe_name, wanted->timeframe) == 0))
            return i;
    }
    return -1;
}

static void list_feeds(const struct plan *plan, struct str *text) {
    for (int32_t i = 0; i < plan->feed_count && i < 12; i++)
        str_appendf(text, "%s%s@%s", i ? ", " : "", plan->feeds[i].symbol,
                    plan->feeds[i].timeframe_name);
    if (plan->feed_count > 12)
        str_append(text, " ...");
}

static bool is_bound(const struct plan_strategy *s, int32_t feed) {
    for (int32_t i = 0; i < s->feed_count; i++)
        if (s->feeds[i] == feed)
            return true;
    return false;
}

/* Bind the feed that was asked for under the name `key`; its number in *ret. */
static int bind_named(const struct plan *plan, struct plan_strategy *s,
                      const struct feed_conf *wanted, const char *key, int32_t *ret,
                      struct err *err) {
    int32_t feed = find_feed(plan, wanted);
    if (feed < 0) {
        struct str have;
        str_init(&have);
        list_feeds(plan, &have);
        conf_fail(&wanted->place, key, err, "no data for %s%s%s (the run has %s)", wanted->symbol,
                  wanted->timeframe[0] ? "@" : "", wanted->timeframe, str_text(&have));
        str_fini(&have);
        return err->code;
    }
    if (is_bound(s, feed))
        return conf_fail(&wanted->place, key, err, "%s@%s is bound to this strategy twice",
                         plan->feeds[feed].symbol, plan->feeds[feed].timeframe_name);
    *ret = s->feed_count;
    s->feeds[s->feed_count++] = feed;
    return 0;
}

static const struct role_conf *find_role(const struct strategy_conf *conf, const char *name) {
    for (size_t i = 0; i < conf->role_count; i++)
        if (strcmp(conf->roles[i].name, name) == 0)
            return &conf->roles[i];
    return NULL;
}

static int bind_roles(const struct plan *plan, struct plan_strategy *s, struct err *err) {
    const struct descriptor *d = &s->descriptor;
    for (uint32_t i = 0; i < d->input_count; i++) {
        const struct descriptor_input *input = &d->inputs[i];
        if (input->type != QS_INPUT_SYMBOL)
            continue;
        const struct role_conf *role = find_role(s->conf, input->name);
        int32_t number;
        if (!role)
            return conf_fail(&s->conf->place, s->conf->name, err,
                             "the role %s is not bound (say roles: {%s: SYMBOL}, or --set "
                             "roles.%s=SYMBOL)",
                             input->name, input->name, input->name);
        int r = bind_named(plan, s, &role->feed, input->name, &number, err);
        if (r < 0)
            return r;
        memcpy((char *)s->params + input->offset, &number, sizeof number);
    }
    for (size_t i = 0; i < s->conf->role_count; i++) {
        const struct descriptor_input *input = descriptor_find_input(d, s->conf->roles[i].name);
        if (!input || input->type != QS_INPUT_SYMBOL)
            return conf_fail(&s->conf->roles[i].name_place, s->conf->roles[i].name, err,
                             "strategy %s has no role of that name", d->id);
    }
    return 0;
}

static int check_universe(const struct plan *plan, const struct plan_strategy *s, uint32_t count,
                          struct err *err) {
    uint32_t least, most;
    struct str have;
    descriptor_universe(&s->descriptor, &least, &most);
    if (count >= least && count <= most)
        return 0;
    str_init(&have);
    list_feeds(plan, &have);
    if (least == most)
        conf_fail(&s->conf->place, s->conf->name, err,
                  "strategy %s takes %u feed%s beside its roles, found %u (choose with symbols: "
                  "[...]; the run has %s)",
                  s->descriptor.id, least, least == 1 ? "" : "s", count, str_text(&have));
    else
        conf_fail(&s->conf->place, s->conf->name, err,
                  "strategy %s takes %u to %u feeds beside its roles, found %u (choose with "
                  "symbols: [...]; the run has %s)",
                  s->descriptor.id, least, most, count, str_text(&have));
    str_fini(&have);
    return err->code;
}

int bind_feeds(const struct plan *plan, struct plan_strategy *s, struct err *err) {
    uint32_t least, most;
    s->feeds = mem_zalloc((size_t)plan->feed_count + 1, sizeof *s->feeds);
    int r = bind_roles(plan, s, err);
    if (r < 0)
        return r;
    int32_t roles = s->feed_count, number;
    descriptor_universe(&s->descriptor, &least, &most);
    for (size_t i = 0; i < s->conf->symbol_count; i++) {
        r = bind_named(plan, s, &s->conf->symbols[i], "symbols", &number, err);
        if (r < 0)
            return r;
    }
    for (int32_t i = 0; s->conf->symbol_count == 0 && most > 0 && i < plan->feed_count; i++)
        if (!is_bound(s, i))
            s->feeds[s->feed_count++] = i;
    return check_universe(plan, s, (uint32_t)(s->feed_count - roles), err);
}
