#include "cmd/cmd_data.h"

#include "base/log.h"
#include "base/str.h"
#include "cmd/strategy_text.h"

static const char help[] =
    "Usage: qshost data check FILE... [OPTION]...\n"
    "       qshost data synth [OPTION]...\n"
    "\n"
    "  check   what is in a file of bars, or the first thing that is wrong with it\n"
    "  synth   invent bars: a seeded random walk, marked as synthetic wherever it shows\n"
    "\n"
    "qshost data check --help and qshost data synth --help say more.\n"
    "\n"
    "Example: qshost data check goog_1d.csv\n";

int cmd_data(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : NULL;
    if (str_eq(what, "--help") || str_eq(what, "-h"))
        return strategy_text_print(help);
    if (str_eq(what, "check"))
        return cmd_data_check(argc - 1, argv + 1);
    if (str_eq(what, "synth"))
        return cmd_data_synth(argc - 1, argv + 1);
    if (what == NULL)
        LOG_ERROR("data: nothing to do: say check or synth (qshost data --help)");
    else
        LOG_ERROR("data: %s: neither check nor synth (qshost data --help)", what);
    return 2;
}
