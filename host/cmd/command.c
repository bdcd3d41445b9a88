#include "cmd/command.h"

#include "base/check.h"
#include "cmd/cmd_backtest.h"
#include "cmd/cmd_build.h"
#include "cmd/cmd_check.h"
#include "cmd/cmd_data.h"
#include "cmd/cmd_diff.h"
#include "cmd/cmd_export.h"
#include "cmd/cmd_list.h"
#include "cmd/cmd_new.h"
#include "cmd/cmd_preset.h"
#include "cmd/cmd_replay.h"
#include "cmd/cmd_runs.h"
#include "cmd/cmd_schema.h"
#include "cmd/cmd_show.h"
#include "cmd/cmd_watch.h"

const struct command commands[] = {
    {"backtest", "run a strategy on bars and say what came of it", cmd_backtest},
    {"build", "compile strategies and put the good ones into plugins/", cmd_build},
    {"check", "say whether a strategy's build would be taken, and if not, why", cmd_check},
    {"data", "look at a file of bars, or invent some", cmd_data},
    {"diff", "what changed from one run to another, down to the first bar", cmd_diff},
    {"export", "a run's trades, fills, orders, equity ... as csv or json", cmd_export},
    {"list", "the strategies that are built", cmd_list},
    {"new", "a strategy to begin with, its unit test, its run.yaml", cmd_new},
    {"preset", "named params of a strategy: save, list, use, reset", cmd_preset},
    {"replay", "run a recorded run again: is it the same, bit for bit?", cmd_replay},
    {"runs", "the recorded runs, newest first", cmd_runs},
    {"schema", "what a strategy declares: inputs, variables, needs", cmd_schema},
    {"show", "the report of a recorded run", cmd_show},
    {"watch", "save a source, and see what the edit changed", cmd_watch},
};
const size_t command_count = ARRAY_LEN(commands);
