/*
 * store/run_live.h - is the process that records a run still there: a byte of a lock file a run.
 *
 *   quasar.sqlite-live   byte N is locked (fcntl OFD lock) by whoever records run N
 *
 * The kernel lets go of the lock when that process ends, however it ends; so a run that says
 * 'running' and whose byte is free was interrupted. The file stays empty and may be deleted while
 * nothing runs. Works between processes of one machine.
 */
#ifndef STORE_RUN_LIVE_H
#define STORE_RUN_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Takes the byte of a run; *ret_fd (close-on-exec) holds it until it is closed. ERR_BUSY when
 * another process has it. A child that inherits the fd by fork must close it. */
int run_live_take(const char *db_path, int64_t run, int *ret_fd, struct err *err) NODISCARD;
/* Whether somebody has it, this process included. False when there is no lock file; true when there
 * is one that may not be read. */
bool run_live_is_held(const char *db_path, int64_t run);

#endif
