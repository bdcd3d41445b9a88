#include "cmd/cmd_new_bars.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "data/csv_layout.h"
#include "data/series_name.h"
#include "data/timeframe.h"

#define HEADER_MAX 4096

static int is_csv(const struct dirent *entry) {
    return entry->d_name[0] != '.' && str_ends_with(entry->d_name, ".csv");
}

/* Whether it is a file of bars; only its first line is read. */
static bool look(const char *path, struct new_bars *ret, struct timeframe *ret_timeframe) {
    char line[HEADER_MAX];
    struct err ignored;
    struct csv_layout *layout;
    if (!fs_is_regular(path) || !series_name_timeframe(path, ret_timeframe))
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool is_good = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    if (!is_good)
        return false;
    layout = mem_zalloc(1, sizeof *layout);
    bool is_invented = false;
    is_good = csv_layout_read(path, line, line + strcspn(line, "\r\n"), layout, &ignored) == 0;
    for (int i = 0; is_good && i < layout->field_count; i++)
        is_invented |= layout->column[i] == CSV_SYNTHETIC;
    mem_free(layout);
    return is_good && series_name_symbol(path, is_invented, ret->symbol, &ignored) == 0 &&
           str_copy_fixed(ret->path, sizeof ret->path, path);
}

/* Adds what fits to those that are there. */
static size_t look_into(const char *folder, size_t wanted, size_t found, struct new_bars *ret,
                        struct timeframe *common) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_csv, alphasort);
    for (int i = 0; i < count; i++) {
        struct timeframe timeframe;
        struct str path = {0};
        fs_join(&path, folder, entries[i]->d_name);
        if (found < wanted && look(str_text(&path), &ret[found], &timeframe) &&
            (found == 0 || (strcmp(timeframe.name, common->name) == 0 &&
                            strcmp(ret[0].symbol, ret[found].symbol) != 0))) {
            *common = timeframe;
            found++;
        }
        str_fini(&path);
        mem_free(entries[i]);
    }
    mem_free(entries);
    return found;
}

size_t new_bars_find(const char *root, size_t wanted, struct new_bars *ret) {
    static const char *const folders[] = {"data", "", "build"};
    struct timeframe common = {0};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct str folder = {0};
        if (folders[i][0])
            fs_join(&folder, root, folders[i]);
        else
            str_append(&folder, root);
        found = look_into(str_text(&folder), wanted, found, ret, &common);
        str_fini(&folder);
    }
    return found == wanted ? found : 0;
}
