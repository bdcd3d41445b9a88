/*
 * store/run_path.h - where runs live: <project>/.quasar/runs/NNNNNN.qsj, numbered from 1.
 *
 * The project is the nearest folder, upward from where one stands, that holds `.quasar`; where
 * there is none, the folder itself. Numbers are given once: reserving one makes the (empty) file,
 * so two processes never get the same.
 */
#ifndef STORE_RUN_PATH_H
#define STORE_RUN_PATH_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* The project folder, absolute, for start (NULL: the current folder). */
int project_find(const char *start, struct str *ret, struct err *err) NODISCARD;
/* Reserves the next number; makes the folders that are missing. ret_path is set to an empty file.
 */
int run_path_new(const char *project, struct str *ret_path, int64_t *ret_number,
                 struct err *err) NODISCARD;
/* The file of a run by number ("12"), "last", or path ("x/12.qsj", which has to exist). */
int run_path_find(const char *project, const char *name, struct str *ret_path,
                  struct err *err) NODISCARD;
/* The number in "…/000012.qsj"; 0 for a file that is called otherwise. */
int64_t run_path_number(const char *path);
/* The smallest and largest number in use; 0 and 0 when there are no runs. */
int run_path_range(const char *project, int64_t *ret_first, int64_t *ret_last,
                   struct err *err) NODISCARD;

#endif
