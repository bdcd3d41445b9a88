#include "cmd/watch_old_runs.h"

#include "proc/watch_conf.h"
#include "store/run_table.h"

struct old_runs {
    const struct watch_units *units;
    int64_t last; /* that a next try starts from; 0: none */
    int64_t seen, ids[256];
    size_t count;
};

static bool is_held(const struct old_runs *old, int64_t run) {
    for (size_t i = 0; i < old->units->count; i++)
        if (old->units->items[i].good && old->units->items[i].good->run == run)
            return true;
    return run == old->last;
}

static int take_old(void *self, const struct run_row *row, struct err *err) {
    struct old_runs *old = self;
    (void)err;
    if (!watch_conf_is_own(row->name) || str_eq(row->status, "running"))
        return 0;
    if (++old->seen > WATCH_RUNS_KEPT && old->count < ARRAY_LEN(old->ids) && !is_held(old, row->id))
        old->ids[old->count++] = row->id;
    return 0;
}

void watch_old_runs_forget(struct db *db, const struct watch_units *units,
                           const struct watch_unit *unit) {
    struct old_runs old = {.units = units};
    struct err ignored;
    if (unit->id[0] == '\0' || watch_conf_last_run(db, unit->id, &old.last, &ignored) < 0 ||
        run_table_list(db, unit->id, 0, take_old, &old, &ignored) < 0)
        return;
    for (size_t i = 0; i < old.count; i++)
        if (run_table_delete(db, old.ids[i], &ignored) < 0)
            return;
}
