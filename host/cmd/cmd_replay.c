#include "cmd/cmd_replay.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "cmd/args.h"
#include "cmd/strategy_text.h"
#include "proc/replay_job.h"
#include "store/run_table.h"

static const char help[] =
    "Usage: qshost replay RUN... [--json] [--db FILE]\n"
    "\n"
    "Runs recorded runs again, each from its own config, build and bars, and compares every hash,\n"
    "count, row and bar of the two records. RUN is a number or 'last'.\n"
    "\n"
    "      --json      an array of {run, identical, where}\n"
    "      --db FILE   the database (default: the project's quasar.sqlite)\n"
    "      --help      this text\n"
    "\n"
    "Exit code: 0 all are identical, 1 one is not or cannot be replayed, 2 wrong usage.\n"
    "\n"
    "Example: qshost replay last\n";

static void print_result(int64_t run, const struct replay_result *result) {
    if (result->same)
        printf("run %" PRId64 ": identical (%" PRId64 " bars, %" PRId64 " orders, %" PRId64
               " trades; journal %s)\n",
               run, result->bars, result->orders, result->trades, result->journal);
    else
        printf("run %" PRId64 ": DIFFERENT: %s\n", run, str_text(&result->where));
    (void)fflush(stdout);
}

static void push_result(struct jv *array, int64_t run, const struct replay_result *result,
                        const struct err *err) {
    struct jv *o = jv_push_object(array);
    jv_put_i64(o, "run", run);
    jv_put_bool(o, "identical", !err && result->same);
    if (!err && !result->same)
        jv_put_str(o, "where", str_text(&result->where));
    if (!err && result->journal[0])
        jv_put_str(o, "journal", result->journal);
    if (err)
        jv_put_json(o, "error", strategy_text_error(err));
}

/* One run; whether it is identical. */
static bool replay_one(struct db *db, const char *text, struct jv *array, int *ret_code) {
    struct replay_result result = {0};
    struct err err;
    int64_t run = 0;
    int r = run_table_find(db, text, &run, &err);
    if (r == 0)
        r = replay_job_run(db, run, &result, &err);
    bool same = r == 0 && result.same;
    if (r < 0)
        *ret_code = args_fail("replay", &err);
    else if (!same)
        *ret_code = 1;
    if (array)
        push_result(array, run, &result, r < 0 ? &err : NULL);
    else if (r == 0)
        print_result(run, &result);
    replay_result_fini(&result);
    return same;
}

int cmd_replay(int argc, char **argv) {
    const char *db_file = NULL;
    bool json = false;
    const struct arg_option known[] = {{"json", 0, .flag = &json}, {"db", 0, .value = &db_file}};
    int first, code = args_parse(&(struct arg_spec){.command = "replay",
                                                    .help = help,
                                                    .options = known,
                                                    .option_count = ARRAY_LEN(known),
                                                    .arguments = "RUN...",
                                                    .min = 1,
                                                    .max = INT_MAX},
                                 argc, argv, &first);
    if (code >= 0)
        return code;
    struct db *db = NULL;
    struct err err;
    if (args_open_db(db_file, DB_READ, &db, &err) < 0)
        return args_fail("replay", &err);
    struct jv *array = json ? jv_array() : NULL;
    int result = 0, same = 0;
    for (int i = first; i < argc; i++)
        same += replay_one(db, argv[i], array, &result);
    db_close(&db);
    if (array)
        return strategy_text_print_json(array) != 0 ? 1 : result;
    if (argc - first > 1)
        printf("%d of %d identical\n", same, argc - first);
    return result;
}
