/*
 * cmd/cmd_new.h - qshost new: a strategy to begin with, its unit test, its run.yaml.
 */
#ifndef CMD_NEW_H
#define CMD_NEW_H

int cmd_new(int argc, char **argv);

#endif
