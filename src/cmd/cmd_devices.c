/* SPDX-License-Identifier: ISC */
/* kuseg devices: what a board can hold, from the one table. */
#include "cmd/cmd.h"

#include "cmd/cmd_options.h"
#include "machine/s161_conf.h"
#include "machine/vio_conf.h"

#include <stdio.h>

static const char cmd_devices_head[] =
    "The System/161 board has 32 slots. A line of sys161.conf fills one:\n"
    "\n"
    "    slot device arguments...          31 mainboard ramsize=16M cpus=2\n"
    "\n"
    "Sizes end in K, M, G or s (sectors of 512 bytes); a # starts a comment. On the command\n"
    "line, --set 31:cpus=4 (-C of sys161) adds an argument.\n";

static const char cmd_devices_dec5000[] =
    "\n"
    "The DECstation 5000/200 (--board dec5000) has its chips, and cards for what is asked:\n"
    "\n"
    "dz            console     four serial lines; line 3 is the terminal that kuseg runs on\n"
    "ds1287        clock       calendar, alarm and periodic interrupt; --nvram keeps its memory\n"
    "prom          controller  boots a kernel and answers it; --memory, --initrd, --append\n"
    "turbochannel  controller  seven slots\n"
    "lance         network     PMAD-AA, on the board: --net\n";

static const char cmd_devices_virtio[] =
    "\n"
    "Both take virtio devices: --virtio KIND,ARG,..., or in sys161.conf\n"
    "\n"
    "    slot virtio device=KIND,ARG,...\n"
    "\n"
    "and network cards by --net WHERE,card=virtio (docs/network.md).\n";

#define CMD_DEVICES_SIZE   "=SIZE"
#define CMD_DEVICES_NUMBER "=N"
#define CMD_DEVICES_TEXT   "=PATH"
#define CMD_DEVICES_TEXTS  "=NAME:PATH"
#define CMD_DEVICES_ON     ""
#define CMD_DEVICES_OFF    ""

int cmd_devices(int argc, char **argv)
{
    int status = cmd_options_none(argc, argv, "kuseg devices\n\nLists what a board can hold.");
    if (status >= 0)
        return status;
    fputs(cmd_devices_head, stdout);
#define DEVICE(TAG, name, kind, what) printf("\n%-13s %-11s %s\n", name, kind, what);
#define DEVICE_ARG(TAG, name, kind, member, min, max, what)                                        \
    printf("    %-21s %s\n", name CMD_DEVICES_##kind, what);
#include "machine/devices.def"
    fputs(cmd_devices_dec5000, stdout);
    fputs(cmd_devices_virtio, stdout);
#define VIRTIO(TAG, name, what) printf("\n%-13s %s\n", name, what);
#define VIRTIO_ARG(TAG, name, kind, member, min, max, what)                                        \
    printf("    %-21s %s\n", name CMD_DEVICES_##kind, what);
#include "machine/virtio.def"
    return CMD_OK;
}
