/*
 * cmd/cmd_build.h - qshost build: compiles strategies and puts the good ones into plugins/.
 */
#ifndef CMD_BUILD_H
#define CMD_BUILD_H

int cmd_build(int argc, char **argv);

#endif
