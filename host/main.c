/*
 * qshost: argv -> command table, nothing else.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/command.h"

#define VERSION "0.1.0"
#define NAMES_MAX 64

/* What was written to stdout has arrived; else says so, unless its reader has gone. */
static int flushed(void) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (errno != EPIPE)
        LOG_ERROR("standard output: %s", strerror(errno));
    return 1;
}

static void print_help(FILE *out) {
    fprintf(out, "Usage: qshost COMMAND [OPTION]...\n\n"
                 "Runs trading strategies that were compiled against the Quasar SDK.\n\n");
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].line);
    fprintf(out, "\n  --help     this text; `qshost COMMAND --help` for a command's\n"
                 "  --version  version\n\n"
                 "Example: qshost backtest --strategy ema_cross --data goog_1d.csv\n");
}

int main(int argc, char **argv) {
    const char *names[NAMES_MAX];
    (void)signal(SIGXFSZ, SIG_IGN); /* so is a limit on the size of files */
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error like a full disk */
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return flushed();
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("qshost " VERSION);
        return flushed();
    }
    for (size_t i = 0; i < command_count; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    const char *near = str_suggest(argv[1], names, command_count);
    LOG_ERROR("%s: no such command (%s%s%s)", argv[1], near ? "did you mean " : "qshost --help",
              near ? near : "", near ? "?" : "");
    return 2;
}
