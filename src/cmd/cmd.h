/* SPDX-License-Identifier: ISC */
/*
 * The sub-commands: one file each, one function each. argv[0] is the verb (or the name the
 * program was called by); the result is the exit code.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

enum cmd_exit {
    CMD_OK = 0,        /* the guest powered off, or the command did what it was asked */
    CMD_GUEST = 1,     /* the guest crashed or hung; its own code, if it gave one, instead */
    CMD_USAGE = 2,     /* usage, configuration, or the host refused */
    CMD_REQUESTED = 3, /* ended on request: a signal, the doom counter */
};

int cmd_console(int argc, char **argv);
int cmd_devices(int argc, char **argv);
int cmd_disk(int argc, char **argv);
int cmd_disk161(int argc, char **argv); /* other exit codes: its original's */
int cmd_hub(int argc, char **argv);
int cmd_hub161(int argc, char **argv); /* other exit codes: its original's */
int cmd_profile(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_stat161(int argc, char **argv); /* other exit codes: its original's */
int cmd_sys161(int argc, char **argv);  /* also as trace161 */
int cmd_version(int argc, char **argv);

#endif
