#include "cmd/cmd_show.h"

#include "base/mem.h"
#include "cmd/args.h"
#include "cmd/report_print.h"
#include "run/stored_run.h"

static const char help[] =
    "Usage: qshost show [RUN] [--json] [--db FILE]\n"
    "\n"
    "Prints the report of a recorded run. RUN is its number or 'last' (default).\n"
    "\n"
    "      --json      the result as JSON, as `backtest --json` prints it\n"
    "      --db FILE   the database (default: the project's quasar.sqlite)\n"
    "      --help      this text\n"
    "\n"
    "Example: qshost show 12\n";

int cmd_show(int argc, char **argv) {
    const char *db_file = NULL;
    bool json = false;
    const struct arg_option known[] = {{"json", 0, .flag = &json}, {"db", 0, .value = &db_file}};
    int first, code = args_parse(&(struct arg_spec){.command = "show",
                                                    .help = help,
                                                    .options = known,
                                                    .option_count = ARRAY_LEN(known),
                                                    .arguments = "RUN",
                                                    .max = 1},
                                 argc, argv, &first);
    if (code >= 0)
        return code;
    struct stored_run *stored = mem_zalloc(1, sizeof *stored);
    struct db *db = NULL;
    struct err err;
    int64_t run;
    int r = args_open_db(db_file, DB_READ, &db, &err);
    if (r == 0)
        r = run_table_find(db, first < argc ? argv[first] : "last", &run, &err);
    if (r == 0)
        r = stored_run_load(db, run, stored, &err);
    code = r < 0 ? args_fail("show", &err) : report_print(&stored->report, json);
    stored_run_close(stored);
    mem_free(stored);
    db_close(&db);
    return code;
}
