/*
 * run/stored_run.h - a run out of the database, as the report that it gave when it ran.
 *
 * What is read is checked as the records of a worker are (report/collector.h): somebody may have
 * changed the database by hand. Not for runs that are .qsj files.
 */
#ifndef RUN_STORED_RUN_H
#define RUN_STORED_RUN_H

#include "conf/run_conf.h"
#include "conf/settings_table.h"
#include "report/export.h"
#include "report/report.h"
#include "store/run_reader.h"
#include "store/run_table.h"

#define STORED_WHY_MAX 512 /* why a run is not whole */

struct stored_run {
    struct run_row row;
    struct run_instance_row *instances;
    size_t instance_count;
    struct run_build *builds;
    struct run_conf *conf;     /* behind given; NULL when it cannot be read any more */
    struct param_given *given; /* params that the user gave */
    struct collector collector;
    struct run_facts facts;
    struct report report;
    struct jv *result; /* behind metrics that were recalled; NULL: they were computed */
    struct setting_default defaults[SETTINGS_TOTAL];
    char values[SETTINGS_TOTAL][SETTING_TEXT_MAX];
    char why[STORED_WHY_MAX]; /* behind facts.interruption */
};

/* All of it. Metrics are computed again from the recorded bars; of a run that recorded not every
 * bar (log: trades, every N bars) they are those that it gave itself. A run that failed or was
 * interrupted is loaded as far as it was recorded, and facts.interruption says so. ret is closed in
 * any case; it must stay where it is. */
int stored_run_load(struct db *db, int64_t run, struct stored_run *ret, struct err *err) NODISCARD;
/* Accepts a zeroed or closed one. */
void stored_run_close(struct stored_run *stored);

/* The instance's bars and records at one instant are read by report/sight.h from a source; this
 * opens one over a part of a run. Close it with stored_source_close. */
int stored_source_open(struct db *db, int64_t run, uint64_t kinds, int64_t from, int64_t to,
                       struct record_source *ret, struct err *err) NODISCARD;
void stored_source_close(struct record_source *source);

/* A recorded run as what report/export.h reads; nothing has to be freed. */
struct stored_export {
    struct db *db; /* borrowed */
    int64_t run;
    struct record_source source;
    char name[40], why[STORED_WHY_MAX];
};
int stored_export_init(struct stored_export *stored, struct db *db, int64_t run,
                       struct export_source *ret, struct err *err) NODISCARD;

#endif
