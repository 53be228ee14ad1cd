/* SPDX-License-Identifier: ISC */
/* The board as data: names, defaults, and whether it is a machine. Reading: s161_conf_parse.c. */
#include "machine/s161_conf.h"

#include "host/host_slurp.h"
#include "io/io_net_hub.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>

#define S161_CONF_MAX_FILE KIB(256)

static const char *const s161_conf_names[S161_DEVICES] = {
    [S161_EMPTY] = "empty",
#define DEVICE(TAG, name, kind, what) [S161_##TAG] = name,
#define DEVICE_ARG(...)
#include "machine/devices.def"
#undef DEVICE
#undef DEVICE_ARG
};

const char *s161_device_name(enum s161_device device)
{
    return s161_conf_names[device];
}

struct s161_slot *s161_conf_plug(struct s161_conf *c, unsigned slot, enum s161_device device)
{
    BUG_ON(slot >= S161_SLOTS || c->slot[slot].device != S161_EMPTY);
    struct s161_slot *s = &c->slot[slot];
    *s = (struct s161_slot){.device = device};
    s->mainboard.cpus = s->mainboard.cores = 1;
    s->disk.rpm = 3600;
    s->screen.columns = 80;
    s->screen.rows = 24;
    return s;
}

void s161_conf_from_option(struct s161_slot *s, const char *option)
{
    free(s->option);
    s->option = xstrdup(option);
}

const char *s161_conf_where(const struct s161_conf *c, unsigned slot, char buf[S161_CONF_WHERE])
{
    const struct s161_slot *s = &c->slot[slot];
    if (s->line && s->option)
        snprintf(buf, S161_CONF_WHERE, "%s:%u (with %s)", c->name, s->line, s->option);
    else if (s->line)
        snprintf(buf, S161_CONF_WHERE, "%s:%u", c->name, s->line);
    else if (s->option)
        snprintf(buf, S161_CONF_WHERE, "%s", s->option);
    else
        snprintf(buf, S161_CONF_WHERE, "slot %u", slot);
    return buf;
}

enum err s161_conf_blame(const struct s161_conf *c, unsigned slot, struct error *e)
{
    char where[S161_CONF_WHERE];
    return err_prefix(e, "%s", s161_conf_where(c, slot, where));
}

void s161_conf_default(struct s161_conf *c)
{
    s161_conf_plug(c, 0, S161_SERIAL);
    s161_conf_plug(c, 28, S161_RANDOM);
    s161_conf_plug(c, 29, S161_TIMER);
    s161_conf_plug(c, 30, S161_TRACE);
    s161_conf_plug(c, S161_MAINBOARD_SLOT, S161_MAINBOARD)->mainboard.ramsize = MIB(16);
}

static enum err s161_conf_finish_disk(struct s161_slot *s, struct error *e)
{
    if (!s->disk.file)
        return err_set(e, ERR_CONFIG, "disk: name its image with file=PATH");
    if (s->disk.rpm % 60)
        return err_set(e, ERR_CONFIG, "disk: rpm=%u is not a multiple of 60",
                       (unsigned)s->disk.rpm);
    if (s->disk.size % 512)
        return err_set(e, ERR_CONFIG, "disk: size is not a multiple of 512 bytes");
    if (s->disk.size)
        s->disk.sectors = s->disk.size / 512;
    return ERR_OK;
}

static enum err s161_conf_finish_slot(struct s161_slot *s, struct error *e)
{
    switch (s->device) {
    case S161_MAINBOARD:
    case S161_OLDMAINBOARD:
        if (!s->mainboard.ramsize)
            return err_set(e, ERR_CONFIG, "%s: say how much memory with ramsize=SIZE",
                           s161_device_name(s->device));
        if (s->mainboard.ramsize % 4096)
            return err_set(e, ERR_CONFIG, "%s: ramsize is not a multiple of 4096 bytes",
                           s161_device_name(s->device));
        if (s->device == S161_OLDMAINBOARD && s->mainboard.cpus > 1)
            return err_set(e, ERR_CONFIG, "oldmainboard has room for one CPU, not %llu",
                           (unsigned long long)s->mainboard.cpus);
        return ERR_OK;
    case S161_DISK:
        return s161_conf_finish_disk(s, e);
    case S161_EMUFS:
        if (!s->emufs.dir)
            s->emufs.dir = xstrdup(".");
        return ERR_OK;
    case S161_NIC:
        if (!s->nic.hwaddr)
            return err_set(e, ERR_CONFIG, "nic: give it an address with hwaddr=N");
        if (!s->nic.hub)
            s->nic.hub = xstrdup(IO_NET_DEFAULT_HUB);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

enum err s161_conf_finish(struct s161_conf *c, struct error *e)
{
    for (unsigned i = 0; i < S161_SLOTS; i++) {
        if (s161_conf_finish_slot(&c->slot[i], e) != ERR_OK)
            return s161_conf_blame(c, i, e);
    }
    if (c->slot[S161_MAINBOARD_SLOT].device == S161_EMPTY)
        return err_set(e, ERR_CONFIG, "%s: no mainboard: add a line as '31 mainboard ramsize=16M'",
                       c->name ? c->name : "the board");
    return ERR_OK;
}

static enum err s161_conf_read_file(struct s161_conf *c, const char *path, struct error *e)
{
    struct buf text = {0};
    enum err err = host_slurp(path, S161_CONF_MAX_FILE, &text, e);
    if (err == ERR_OK)
        err = s161_conf_parse(c, (const char *)text.data, text.len, path, e);
    buf_fini(&text);
    return err;
}

enum err s161_conf_read(struct s161_conf *c, const char *path, const char *const *overrides,
                        size_t noverrides, struct error *e)
{
    enum err err = ERR_OK;
    if (path)
        err = s161_conf_read_file(c, path, e);
    else
        s161_conf_default(c);
    for (size_t i = 0; err == ERR_OK && i < noverrides; i++)
        err = s161_conf_override(c, overrides[i], e);
    return err == ERR_OK ? s161_conf_finish(c, e) : err;
}

int s161_conf_find(const struct s161_conf *c, enum s161_device device)
{
    for (int i = 0; i < S161_SLOTS; i++) {
        if (c->slot[i].device == device)
            return i;
    }
    return -1;
}

int s161_conf_free_slot(const struct s161_conf *c)
{
    int slot = s161_conf_find(c, S161_EMPTY);
    return slot < S161_MAINBOARD_SLOT ? slot : -1;
}

void s161_conf_fini(struct s161_conf *c)
{
    for (unsigned i = 0; i < S161_SLOTS; i++) {
        free(c->slot[i].option);
        free(c->slot[i].disk.file);
        free(c->slot[i].emufs.dir);
        free(c->slot[i].nic.hub);
        free(c->slot[i].virtio.device);
    }
    free(c->name);
    *c = (struct s161_conf){0};
}
