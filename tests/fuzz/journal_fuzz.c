/*
 * Hostile journals: any bytes through the reader, and what it takes through the tables of the
 * parent and its check of law 3. Build with -DQS_FUZZ=ON (clang); run: journal_fuzz
 * -max_total_time=60.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/journal.h"
#include "report/collector.h"
#include "report/conservation.h"
#include "report/metrics.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool mark(void *self, int64_t symbol, int64_t time, double *ret) {
    (void)self;
    *ret = (double)(symbol + time % 7);
    return time % 3 != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct run_facts facts;
    struct collector collector;
    struct conservation conservation;
    struct journal_record record;
    struct report report;
    struct err err;
    size_t eaten = 0;
    bool is_good = true, is_lawful = true;
    collector_init(&collector);
    conservation_init(&conservation, mark, NULL);
    for (size_t at = 0; is_good && journal_next(data + at, size - at, &record, &eaten, &err) == 1;
         at += eaten) {
        is_good = collector_take(&collector, &record, &err) == 0;
        is_lawful = is_lawful && is_good && conservation_take(&conservation, &record, &err) == 0;
    }
    if (is_good && report_make(&collector, &facts, &report, &err) != 0)
        is_good = false;
    collector_fini(&collector);
    conservation_fini(&conservation);
    return 0;
}
