/*
 * qshost data: look at files of bars, or invent some.
 */
#ifndef QS_CMD_DATA_H
#define QS_CMD_DATA_H

/* argv[0] is "data". Exit code: 0, 1 = a file was refused or could not be written, 2 = usage. */
int cmd_data(int argc, char **argv);

/* Its two subcommands; argv[0] is "check" or "synth". */
int cmd_data_check(int argc, char **argv);
int cmd_data_synth(int argc, char **argv);

#endif
