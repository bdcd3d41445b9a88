#include "cmd/usage.h"

#include <getopt.h>
#include <string.h>

const char *usage_bad_option(char **argv, char buffer[3]) {
    const char *word = argv[optind - 1];
    if (optopt <= 0 || optopt > 126 || strncmp(word, "--", 2) == 0)
        return word; /* a long option, or a value that is missing behind one */
    buffer[0] = '-';
    buffer[1] = (char)optopt;
    buffer[2] = '\0';
    return buffer;
}
