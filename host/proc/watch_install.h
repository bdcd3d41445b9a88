/*
 * proc/watch_install.h - a finished .so into its place, whole or not at all.
 */
#ifndef PROC_WATCH_INSTALL_H
#define PROC_WATCH_INSTALL_H

#include "base/err.h"

/* Renames from over to; across file systems it is copied beside to first. from is gone after
 * success. */
int watch_install(const char *from, const char *to, struct err *err) NODISCARD;

#endif
