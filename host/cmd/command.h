/*
 * cmd/command.h - the table of subcommands. Each is a file cmd_NAME.c with one function that gets
 * its own argv (argv[0] is its name) and returns the exit code: 0, 1 = the work failed, 2 = wrong
 * usage.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stddef.h>

struct command {
    const char *name;
    const char *line; /* what it does, in one line of the help */
    int (*run)(int argc, char **argv);
};

extern const struct command commands[];
extern const size_t command_count;

#endif
