/*
 * proc/replay_job.h - a recorded run once more, from its own config, builds and bars, into a
 * database of its own; then both records compared, table by table.
 *
 * Identical means: every hash, count, row and chunk is the same. Different names the first place,
 * be it that the engine, the data or the build is another one, or that somebody changed the record.
 */
#ifndef PROC_REPLAY_JOB_H
#define PROC_REPLAY_JOB_H

#include <stdbool.h>

#include "base/str.h"
#include "proc/backtest_job.h"

struct replay_result {
    bool same;
    struct str where; /* not the same: where the first difference is */
    int64_t bars, orders, trades;
    char journal[HASH128_HEX_SIZE]; /* of the replay */
};

/* db: opened for reading at least. ERR_NOT_FOUND when a build or a file of bars is gone, ERR_USAGE
 * for a run that did not end. ret must be zeroed or finished before and fini()ed after. */
int replay_job_run(struct db *db, int64_t run, struct replay_result *ret,
                   struct err *err) NODISCARD;
void replay_result_fini(struct replay_result *result);

#endif
