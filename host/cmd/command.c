#include "cmd/command.h"

#include "base/check.h"
#include "cmd/cmd_backtest.h"
#include "cmd/cmd_check.h"
#include "cmd/cmd_data.h"
#include "cmd/cmd_export.h"
#include "cmd/cmd_list.h"
#include "cmd/cmd_schema.h"

const struct command commands[] = {
    {"backtest", "run a strategy on bars and say what came of it", cmd_backtest},
    {"check", "say whether a strategy's build would be taken, and if not, why", cmd_check},
    {"data", "look at a file of bars, or invent some", cmd_data},
    {"export", "a run's trades, fills, orders, equity ... as csv or json", cmd_export},
    {"list", "the strategies that are built", cmd_list},
    {"schema", "what a strategy declares: inputs, variables, needs", cmd_schema},
};
const size_t command_count = ARRAY_LEN(commands);
