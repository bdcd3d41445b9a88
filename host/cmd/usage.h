/*
 * cmd/usage.h - what the commands have in common when a command line is wrong.
 */
#ifndef CMD_USAGE_H
#define CMD_USAGE_H

/* The option that getopt_long just refused, as it was written: "-x" out of "-xyz", "--wrong".
 * buffer holds 3 bytes and may be what is returned. */
const char *usage_bad_option(char **argv, char buffer[3]);

#endif
