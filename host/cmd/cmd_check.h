/*
 * qshost check FILE.so: would this build be taken, and if not, why.
 */
#ifndef QS_CMD_CHECK_H
#define QS_CMD_CHECK_H

/* argv[0] is "check". Exit code: 0 taken, 1 refused, 2 usage. */
int cmd_check(int argc, char **argv);

#endif
