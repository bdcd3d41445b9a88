/*
 * proc/compile_words.h - what a compiler says, for people; and its list of files. Private to
 * compile.c.
 */
#ifndef PROC_COMPILE_WORDS_H
#define PROC_COMPILE_WORDS_H

#include <stddef.h>

#include "base/str.h"

/* A piece of text that stands for another, where a word begins with it. */
struct compile_alias {
    const char *from; /* "" is skipped */
    const char *to;
};

/* Appends text with the aliases put in (the first that fits wins), fit for a terminal. */
void compile_words_clean(const struct str *raw, const struct compile_alias *aliases, size_t count,
                         struct str *ret);

/* Appends the line that says what is wrong: the first error of compiler or linker, else the first
 * line, else nothing. */
void compile_words_first(const char *words, struct str *ret);

/* Appends the files of a rule that -MD wrote ("x: a.c b\ c.h \"), one a line, with the aliases put
 * in; a file that is in ret already is left out. */
void compile_words_depends(const char *rule, const struct compile_alias *aliases, size_t count,
                           struct str *ret);

#endif
