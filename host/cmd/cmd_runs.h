/*
 * qshost runs: the runs that are recorded, newest first; and away with some of them.
 */
#ifndef CMD_CMD_RUNS_H
#define CMD_CMD_RUNS_H

/* argv[0] is "runs". Exit code: 0, 1 = it failed, 2 = usage. */
int cmd_runs(int argc, char **argv);

#endif
