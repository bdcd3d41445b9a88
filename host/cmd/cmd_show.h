/*
 * qshost show RUN: the report of a recorded run, as it was when it ran.
 */
#ifndef CMD_CMD_SHOW_H
#define CMD_CMD_SHOW_H

/* argv[0] is "show". Exit code: 0, 1 = it failed, 2 = usage. */
int cmd_show(int argc, char **argv);

#endif
