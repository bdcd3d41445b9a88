/* One pass over the trades for the sums, one for the deviation. */
#include "report/metrics_trades.h"

#include <math.h>

#include "base/time.h"

struct sums {
    int64_t wins, losses;
    double won, lost; /* lost: magnitude */
    double net, mae, mfe, held;
};

static struct sums sum_trades(const struct metric_input *in) {
    struct sums s = {0};
    for (int64_t i = 0; i < in->trade_count; i++) {
        const struct j_trade *t = &in->trades[i];
        s.wins += t->net > 0.0;
        s.losses += t->net < 0.0;
        s.won += fmax(t->net, 0.0);
        s.lost += fmax(-t->net, 0.0);
        s.net += t->net;
        s.mae += t->mae;
        s.mfe += t->mfe;
        s.held += (double)t->exit_time - (double)t->entry_time;
    }
    return s;
}

static void set(struct metrics *m, enum metric_id id, double value) {
    m->items[id].value = isfinite(value) ? value : 0.0;
    m->items[id].reason = isfinite(value) ? NULL : "overflow";
}

static void lack(struct metrics *m, enum metric_id id, const char *reason) {
    m->items[id].value = 0.0;
    m->items[id].reason = reason;
}

static void quality(const struct metric_input *in, double mean, struct metrics *m) {
    double n = (double)in->trade_count, squares = 0.0;
    for (int64_t i = 0; i < in->trade_count; i++)
        squares += (in->trades[i].net - mean) * (in->trades[i].net - mean);
    double sd = sqrt(squares / (n - 1.0));
    if (in->trade_count < 2)
        lack(m, METRIC_SQN, "too_short");
    else if (!(sd > 1e-12 * fabs(mean)))
        lack(m, METRIC_SQN, "zero_variance");
    else
        set(m, METRIC_SQN, sqrt(n) * mean / sd);
}

void metrics_trades(const struct metric_input *in, struct metrics *m) {
    struct sums s = sum_trades(in);
    double n = (double)in->trade_count;
    set(m, METRIC_WIN_RATE, (double)s.wins / n);
    set(m, METRIC_EXPECTANCY, s.net / n);
    set(m, METRIC_AVERAGE_HOLDING, s.held / n / (double)TIME_SECOND);
    set(m, METRIC_MEAN_MAE, s.mae / n);
    set(m, METRIC_MEAN_MFE, s.mfe / n);
    quality(in, s.net / n, m);
    if (s.losses == 0) {
        lack(m, METRIC_PROFIT_FACTOR, "no_losses");
        lack(m, METRIC_PAYOFF, "no_losses");
        return;
    }
    set(m, METRIC_PROFIT_FACTOR, s.won / s.lost);
    if (s.wins == 0)
        lack(m, METRIC_PAYOFF, "no_wins");
    else
        set(m, METRIC_PAYOFF, (s.won / (double)s.wins) / (s.lost / (double)s.losses));
}
