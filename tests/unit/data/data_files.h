/* Files for the tests of data/: written into a folder of their own under /tmp, and the shared bars.
 */
#ifndef TESTS_DATA_FILES_H
#define TESTS_DATA_FILES_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new empty folder; its name lives until the next call. */
static inline const char *new_folder(void) {
    static char folder[64];
    snprintf(folder, sizeof(folder), "/tmp/qs_data_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    return folder;
}

static inline void remove_folder(const char *folder) {
    char command[256];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

static inline void write_bytes(const char *path, const void *data, size_t len) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(data, 1, len, file), len);
    cr_assert_eq(fclose(file), 0);
}

static inline void write_text(const char *path, const char *text) {
    write_bytes(path, text, strlen(text));
}

/* The path of a shared file; false when the shared folder is not there. */
static inline int shared_file(char *path, size_t cap, const char *name) {
    const char *shared = getenv("QS_SHARED");
    snprintf(path, cap, "%s/data/%s", shared != NULL ? shared : "/work/shared", name);
    return access(path, R_OK) == 0;
}

#endif
