/*
 * qshost preset list|save|show|use|reset|delete: named params of a strategy.
 */
#ifndef CMD_CMD_PRESET_H
#define CMD_CMD_PRESET_H

/* argv[0] is "preset". Exit code: 0, 1 = it failed, 2 = usage. */
int cmd_preset(int argc, char **argv);

#endif
