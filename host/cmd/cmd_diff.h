/*
 * qshost diff RUN1 RUN2: what changed between two recorded runs, down to the first bar at which
 * they decide differently.
 */
#ifndef CMD_CMD_DIFF_H
#define CMD_CMD_DIFF_H

/* argv[0] is "diff". Exit code: 0, 1 = it failed, 2 = usage. */
int cmd_diff(int argc, char **argv);

#endif
