/*
 * The instants are played a second time, beside the journal: an account record of the first silo
 * ends one. (A run that closes its positions at the end records its last instant twice.)
 */
#include "run/steps.h"

#include "base/mem.h"
#include "data/replay.h"

struct step_state {
    bool has_started;
    int64_t intents;    /* of the instant in work */
    uint64_t seen;      /* the chain */
    const char *closed; /* timeframe of the first feed that closed; NULL: none */
};

struct steps {
    const struct plan *plan;
    struct run_writer *writer;
    struct replay replay;
    struct feed_port instants;
    int64_t *newest; /* by feed: place of its newest bar */
    struct step_state *states;
    bool has_time;
    int64_t time; /* of the last instant that was told */
};

int steps_create(const struct plan *plan, struct run_writer *writer, struct steps **ret,
                 struct err *err) {
    struct steps *s = mem_zalloc(1, sizeof *s);
    s->plan = plan;
    s->writer = writer;
    int r = replay_init(&s->replay, plan->feeds, plan->feed_count, err);
    if (r < 0) {
        mem_free(s);
        return r;
    }
    s->instants = replay_port(&s->replay);
    s->states = mem_zalloc((size_t)plan->strategy_count, sizeof *s->states);
    s->newest = mem_alloc((size_t)plan->feed_count * sizeof *s->newest);
    for (int32_t i = 0; i < plan->feed_count; i++)
        s->newest[i] = -1;
    *ret = s;
    return 0;
}

/* One more bar into a strategy's chain. */
static void see(const struct steps *s, struct step_state *state, int32_t feed) {
    const struct bar_columns *b = &s->plan->feeds[feed].bars;
    int64_t at = s->newest[feed];
    struct {
        uint64_t before;
        int64_t feed, close_time;
        double open, high, low, close, volume;
    } bar = {state->seen, feed,       b->close_time[at], b->open[at],
             b->high[at], b->low[at], b->close[at],      b->volume[at]};
    state->seen = hash128(&bar, sizeof bar).lo;
    if (!state->closed)
        state->closed = s->plan->feeds[feed].timeframe_name;
}

static int tell(struct steps *s, int32_t id, int64_t time, struct err *err) {
    struct step_state *state = &s->states[id];
    int r = 0;
    if (state->closed && state->has_started)
        r = run_writer_step(s->writer,
                            &(struct run_step){.instance = id,
                                               .time = time,
                                               .intents = state->intents,
                                               .timeframe = state->closed,
                                               .context_hash = state->seen},
                            err);
    state->closed = NULL;
    state->intents = 0;
    return r;
}

static int end_instant(struct steps *s, int64_t time, struct err *err) {
    struct instant instant;
    if (s->has_time && time == s->time)
        return 0;
    int r = s->instants.next(s->instants.self, &instant, err);
    if (r <= 0)
        return r < 0 ? r : err_set(err, ERR_FORMAT, "journal: more instants than the data has");
    for (int32_t i = 0; i < instant.feed_count; i++)
        s->newest[instant.feeds[i]]++;
    for (int32_t id = 0; id < s->plan->strategy_count && r >= 0; id++) {
        const struct plan_strategy *strategy = &s->plan->strategies[id];
        for (int32_t i = 0; i < instant.feed_count; i++)
            for (int32_t k = 0; k < strategy->feed_count; k++)
                if (strategy->feeds[k] == instant.feeds[i])
                    see(s, &s->states[id], instant.feeds[i]);
        r = tell(s, id, time, err);
    }
    s->has_time = true;
    s->time = time;
    return r < 0 ? r : 0;
}

int steps_take(struct steps *s, const struct journal_record *record, struct err *err) {
    union {
        struct j_start start;
        struct j_intent intent;
        struct j_equity equity;
    } u;
    switch (record->kind) {
    case JOURNAL_START:
        journal_read(record, &u.start);
        s->states[u.start.strategy].has_started = true;
        return 0;
    case JOURNAL_INTENT:
        journal_read(record, &u.intent);
        s->states[u.intent.strategy].intents++;
        return 0;
    case JOURNAL_EQUITY:
        journal_read(record, &u.equity);
        return u.equity.silo == 0 ? end_instant(s, u.equity.time, err) : 0;
    default:
        return 0;
    }
}

void steps_destroy(struct steps **ret) {
    struct steps *s = *ret;
    if (!s)
        return;
    replay_fini(&s->replay);
    mem_free(s->newest);
    mem_free(s->states);
    mem_free(s);
    *ret = NULL;
}
