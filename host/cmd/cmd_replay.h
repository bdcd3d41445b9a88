/*
 * qshost replay RUN...: run it again, and say whether it comes out the same, bit for bit.
 */
#ifndef CMD_CMD_REPLAY_H
#define CMD_CMD_REPLAY_H

/* argv[0] is "replay". Exit code: 0 = all identical, 1 = one is not, or it failed, 2 = usage. */
int cmd_replay(int argc, char **argv);

#endif
