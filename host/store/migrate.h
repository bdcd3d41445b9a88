/*
 * store/migrate.h - what a database says that it is, and bringing an old one up to date.
 *
 * A file of ours has an application_id of ours and the number of its tables' form as user_version.
 * Both are written in the transaction that makes the tables, so there is no half made form.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db_sql.h"

#define MIGRATE_APPLICATION_ID 0x51534442 /* "QSDB" */

enum migrate_state {
    MIGRATE_EMPTY, /* no tables, no ids: free to become ours */
    MIGRATE_OLD,
    MIGRATE_CURRENT
};

/* ERR_FORMAT with what to do for a file of somebody else's and for one of a newer qshost. */
int migrate_look(struct db *db, enum migrate_state *ret, struct err *err) NODISCARD;
/* From any older version, or none, to DB_VERSION in one transaction; does nothing when another
 * process was faster. Also adds the names of codes that this qshost knows and the file does not. */
int migrate_run(struct db *db, struct err *err) NODISCARD;

#endif
