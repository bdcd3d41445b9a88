/*
 * qshost export: the records of a run as CSV or JSON.
 */
#ifndef QS_CMD_EXPORT_H
#define QS_CMD_EXPORT_H

/* argv[0] is "export". Exit code: 0, 1 = it failed, 2 = usage. */
int cmd_export(int argc, char **argv);

#endif
