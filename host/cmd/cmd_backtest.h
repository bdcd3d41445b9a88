/*
 * cmd/cmd_backtest.h - `qshost backtest`: config and options -> plan -> a run in a worker -> its
 * record and its result on the terminal.
 */
#ifndef CMD_CMD_BACKTEST_H
#define CMD_CMD_BACKTEST_H

int cmd_backtest(int argc, char **argv);

#endif
