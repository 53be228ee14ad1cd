/* SPDX-License-Identifier: ISC */
/*
 * What stands in which slot of a System/161 board: sys161.conf, overrides from the command line,
 * and the default board, as plain data. Opens no device and knows no model. Source of facts: the
 * documents system and sys161(1) of System/161 2.0.8.
 */
#ifndef MACHINE_S161_CONF_H
#define MACHINE_S161_CONF_H

#include "lib/err.h"
#include "lib/types.h"

#define S161_SLOTS          32
#define S161_MAINBOARD_SLOT 31
#define S161_MIN_RAM        KIB(16)
#define S161_MAX_RAM        MIB(508)
#define S161_MAX_COLUMNS    256
#define S161_MAX_ROWS       128
#define S161_MAX_SECTORS    0xffffffffull /* the disk's size register has 32 bits */

enum s161_device {
    S161_EMPTY,
#define DEVICE(TAG, name, kind, what) S161_##TAG,
#define DEVICE_ARG(...)
#include "machine/devices.def"
#undef DEVICE
#undef DEVICE_ARG
    S161_DEVICES,
};

/* Only the member of its device means anything. Strings are owned. */
struct s161_slot {
    enum s161_device device;
    unsigned line; /* of the file; 0: not from one */
    char *option;  /* of the command line that plugged or changed it last; NULL: none */
    struct {
        u64 ramsize; /* bytes */
        u64 cpus, cores;
    } mainboard; /* also oldmainboard */
    struct {
        char *file;
        u64 rpm;
        u64 sectors; /* 0: as large as the image */
        u64 size;    /* the same in bytes; s161_conf_finish folds it into sectors */
        bool paranoid, nodoom;
    } disk;
    struct {
        char *dir;
    } emufs;
    struct {
        u64 columns, rows;
    } screen;
    struct {
        u64 hwaddr;
        char *hub;
    } nic;
    struct {
        u64 seed;
        bool autoseed;
    } random;
    struct {
        char *device;
    } virtio;
};

struct s161_conf {
    char *name; /* of the file; NULL: none was read */
    struct s161_slot slot[S161_SLOTS];
};

/* The text of a configuration file; `name` stands in messages ("name:12: ..."). An argument given
 * twice is worth a warning; as in the original, the last counts. */
MUST_CHECK enum err s161_conf_parse(struct s161_conf *c, const char *text, size_t len,
                                    const char *name, struct error *e);

/* "slot:arg" from the command line: one more argument for what is in that slot. */
MUST_CHECK enum err s161_conf_override(struct s161_conf *c, const char *arg, struct error *e);

/* A device with default arguments into a slot that must be empty. */
struct s161_slot *s161_conf_plug(struct s161_conf *c, unsigned slot, enum s161_device device);

/* Messages about the slot shall name this option. */
void s161_conf_from_option(struct s161_slot *s, const char *option);

/* Who asked for what is in a slot: "sys161.conf:3", "--disk", "slot 3". Returns buf. */
#define S161_CONF_WHERE 512
const char *s161_conf_where(const struct s161_conf *c, unsigned slot, char buf[S161_CONF_WHERE]);

/* Puts that before the message in e; returns its code. */
enum err s161_conf_blame(const struct s161_conf *c, unsigned slot, struct error *e);

/* The board of `kuseg run` without a file: 16 MB, 1 CPU, serial, random (seed 0), timer, trace. */
void s161_conf_default(struct s161_conf *c);

/* After parsing, overrides and options: is it a machine? */
MUST_CHECK enum err s161_conf_finish(struct s161_conf *c, struct error *e);

/* All of it: file (NULL: the default board), overrides, finish. */
MUST_CHECK enum err s161_conf_read(struct s161_conf *c, const char *path,
                                   const char *const *overrides, size_t noverrides,
                                   struct error *e);

/* The slot of the first such card; -1: there is none. */
int s161_conf_find(const struct s161_conf *c, enum s161_device device);

/* The first slot for another card, from 0 upwards; -1: the bus is full. */
int s161_conf_free_slot(const struct s161_conf *c);

const char *s161_device_name(enum s161_device device);

void s161_conf_fini(struct s161_conf *c); /* safe on zeroed memory */

#endif
