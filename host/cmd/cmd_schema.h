/*
 * qshost schema ID|FILE.so: all that a strategy says of itself.
 */
#ifndef QS_CMD_SCHEMA_H
#define QS_CMD_SCHEMA_H

/* argv[0] is "schema". Exit code: 0, 1 when there is none or it is refused, 2 usage. */
int cmd_schema(int argc, char **argv);

#endif
