/*
 * qshost list: the strategies of the plugin folders.
 */
#ifndef QS_CMD_LIST_H
#define QS_CMD_LIST_H

/* argv[0] is "list". Exit code: 0 also when files were refused (they are listed), 1, 2 usage. */
int cmd_list(int argc, char **argv);

#endif
