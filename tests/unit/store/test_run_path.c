/* Where runs live: numbers given once, also to two processes at a time; lookups and their
 * sentences. */
#include "store/run_path.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

static char folder[] = "/tmp/qs_runs_XXXXXX";

static void make_folder(void) { cr_assert_not_null(mkdtemp(folder)); }

static void drop_folder(void) {
    char command[100];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

Test(run_path, numbers_runs_from_one_and_never_twice, .init = make_folder, .fini = drop_folder) {
    struct str path, wanted;
    struct err err;
    int64_t number = 0;
    str_init(&path);
    str_init(&wanted);
    for (int64_t i = 1; i <= 3; i++) {
        cr_assert_eq(run_path_new(folder, &path, &number, &err), 0, "%s", err.text);
        str_clear(&wanted);
        str_appendf(&wanted, "%s/.quasar/runs/%06d.qsj", folder, (int)i);
        cr_assert_eq(number, i);
        cr_assert_str_eq(str_text(&path), str_text(&wanted));
        cr_assert(fs_is_regular(str_text(&path)));
        cr_assert_eq(run_path_number(str_text(&path)), i);
    }
    str_fini(&path);
    str_fini(&wanted);
}

Test(run_path, gives_every_process_its_own_number, .init = make_folder, .fini = drop_folder) {
    enum { PROCESSES = 4, EACH = 25 };
    struct err err;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct str path;
            int64_t number;
            int failed = 0;
            str_init(&path);
            for (int k = 0; k < EACH; k++)
                failed |= run_path_new(folder, &path, &number, NULL);
            str_fini(&path);
            _exit(failed != 0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        cr_assert_eq(status, 0);
    }
    int64_t first, last;
    cr_assert_eq(run_path_range(folder, &first, &last, &err), 0);
    cr_assert_eq(first, 1);
    cr_assert_eq(last, PROCESSES * EACH); /* as many files as calls: none was given twice */
}

Test(run_path, finds_by_number_last_and_path, .init = make_folder, .fini = drop_folder) {
    struct str path, found;
    struct err err;
    int64_t number;
    str_init(&path);
    str_init(&found);
    cr_assert_eq(run_path_find(folder, "last", &found, &err), ERR_NOT_FOUND);
    cr_assert(strstr(err.text, "there are no runs in /tmp/qs_runs_") != NULL, "%s", err.text);
    for (int i = 0; i < 12; i++)
        cr_assert_eq(run_path_new(folder, &path, &number, &err), 0);
    cr_assert_eq(run_path_find(folder, "last", &found, &err), 0);
    cr_assert_str_eq(str_text(&found), str_text(&path));
    cr_assert_eq(run_path_find(folder, "3", &found, &err), 0);
    cr_assert_eq(run_path_number(str_text(&found)), 3);
    cr_assert_eq(run_path_find(folder, str_text(&path), &found, &err), 0);
    cr_assert_str_eq(str_text(&found), str_text(&path));
    cr_assert_eq(run_path_find(folder, "77", &found, &err), ERR_NOT_FOUND);
    cr_assert(strstr(err.text, "(the runs there: 1 to 12)") != NULL, "%s", err.text);
    cr_assert_eq(run_path_find(folder, "0", &found, &err), ERR_NOT_FOUND);
    cr_assert_eq(run_path_find(folder, "first", &found, &err), ERR_NOT_FOUND);
    cr_assert(strstr(err.text, "run 'first': expected a number, 'last'") != NULL, "%s", err.text);
    cr_assert_eq(run_path_find(folder, "no/such.qsj", &found, &err), ERR_NOT_FOUND);
    str_fini(&path);
    str_fini(&found);
}

Test(run_path, reads_numbers_only_from_its_own_kind_of_name) {
    cr_assert_eq(run_path_number("/a/.quasar/runs/000012.qsj"), 12);
    cr_assert_eq(run_path_number("1000000.qsj"), 1000000);
    cr_assert_eq(run_path_number("12.qsj"), 0);
    cr_assert_eq(run_path_number("000012.qsj.tmp"), 0);
    cr_assert_eq(run_path_number("99999999999999999999999.qsj"), 0);
    cr_assert_eq(run_path_number(".qsj"), 0);
}

Test(run_path, finds_the_project_upward, .init = make_folder, .fini = drop_folder) {
    struct str deep, found;
    struct err err;
    str_init(&deep);
    str_init(&found);
    fs_join(&deep, folder, "a/b/c");
    cr_assert_eq(fs_mkdir_all(str_text(&deep), &err), 0);
    cr_assert_eq(project_find(str_text(&deep), &found, &err), 0);
    cr_assert_str_eq(str_text(&found), str_text(&deep), "none above: the folder itself");
    struct str mark;
    str_init(&mark);
    fs_join(&mark, folder, ".quasar");
    cr_assert_eq(fs_mkdir_all(str_text(&mark), &err), 0);
    cr_assert_eq(project_find(str_text(&deep), &found, &err), 0);
    cr_assert_str_eq(str_text(&found), folder);
    cr_assert_eq(project_find("/no/such/folder", &found, &err), ERR_NOT_FOUND);
    str_fini(&mark);
    str_fini(&deep);
    str_fini(&found);
}
