/*
 * The child's half of child.h: from the fork to _exit. Nobody but child*.c includes this.
 */
#ifndef QS_PROC_CHILD_SIDE_H
#define QS_PROC_CHILD_SIDE_H

#include <signal.h>
#include <sys/types.h>

#include "proc/child.h"

#define CHILD_SETUP_FAILED 126 /* exit code when the work could not begin */

struct child_side {
    const struct child_spec *spec;
    struct child_status *status;
    pid_t parent;
    int results_fd, output_fd; /* to write to */
    sigset_t mask;             /* that the work runs with */
};

/* Right after the fork, with all signals blocked. */
_Noreturn void child_side_run(const struct child_side *side);

#endif
