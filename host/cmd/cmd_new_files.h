/*
 * cmd/cmd_new_files.h - a file of the template with other words put in.
 */
#ifndef CMD_NEW_FILES_H
#define CMD_NEW_FILES_H

#include <stddef.h>

#include "base/err.h"

#define NEW_PUTS_MAX 12

/* Words of the template and what stands for each; the first that fits wins. Zeroed is empty. */
struct new_puts {
    const char *from[NEW_PUTS_MAX];
    char *to[NEW_PUTS_MAX];
    size_t count;
};
/* Takes `to` over; from is static. */
void new_put(struct new_puts *puts, const char *from, char *to);
void new_puts_fini(struct new_puts *puts);

/* "my_first" -> "My first"; mem_free it. */
char *new_title(const char *name) NODISCARD;
/* Takes a word over and gives it back as one of YAML: in quotes where it needs them. */
char *new_yaml_word(char *word) NODISCARD;

/* templates/from as folder/to. */
int new_write(const char *templates, const char *from, const char *folder, const char *to,
              const struct new_puts *puts, struct err *err) NODISCARD;

#endif
