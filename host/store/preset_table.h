/*
 * store/preset_table.h - named params of a strategy, and which of them is in use.
 */
#ifndef STORE_PRESET_TABLE_H
#define STORE_PRESET_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct preset_row {
    const char *strategy, *name;
    const char *params; /* JSON object of texts: {"fast": "20"} */
    int64_t saved_at;   /* ns UTC */
    bool in_use;
};

/* One that is there is replaced. */
int preset_table_save(struct db *db, const struct preset_row *row, struct err *err) NODISCARD;
/* By strategy and name; strategy NULL: all. Rows are borrowed for the call of take. */
int preset_table_list(struct db *db, const char *strategy,
                      int (*take)(void *self, const struct preset_row *row, struct err *err),
                      void *self, struct err *err) NODISCARD;
/* The params of one, appended; name NULL: the one in use. 1, or 0 when there is none. */
int preset_table_get(struct db *db, const char *strategy, const char *name, struct str *ret_params,
                     struct err *err) NODISCARD;
/* Makes it the one in use; name NULL: none is. ERR_NOT_FOUND with the nearest name. */
int preset_table_use(struct db *db, const char *strategy, const char *name,
                     struct err *err) NODISCARD;
int preset_table_delete(struct db *db, const char *strategy, const char *name,
                        struct err *err) NODISCARD;

#endif
