/*
 * qshost watch: save a source, and see what the edit changed.
 */
#ifndef CMD_CMD_WATCH_H
#define CMD_CMD_WATCH_H

/* argv[0] is "watch". Runs until SIGINT, SIGTERM or SIGHUP (exit code 0); 1 when it cannot begin or
 * stdout is gone, 2 usage. */
int cmd_watch(int argc, char **argv);

#endif
