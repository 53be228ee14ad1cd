/* SPDX-License-Identifier: ISC */
#include "cmd/run_conf.h"
#include "lib/bug.h"

#include <stdlib.h>

/* A device that an option asks for, in the next free slot. */
static struct s161_slot *run_conf_plug(struct s161_conf *conf, enum s161_device device,
                                       const char *option, const char *what, struct error *e)
{
    int slot = s161_conf_free_slot(conf);
    if (slot < 0) {
        err_set(e, ERR_CONFIG, "%s: no slot is free for %s", option, what);
        return NULL;
    }
    struct s161_slot *s = s161_conf_plug(conf, (unsigned)slot, device);
    s161_conf_from_option(s, option);
    return s;
}

static void run_conf_text(char **where, const char *text)
{
    free(*where);
    *where = text ? xstrdup(text) : NULL;
}

static enum err run_conf_disk(struct s161_conf *conf, const char *file, struct error *e)
{
    struct s161_slot *s = run_conf_plug(conf, S161_DISK, "--disk", file, e);
    if (s)
        run_conf_text(&s->disk.file, file);
    return s ? ERR_OK : e->code;
}

static enum err run_conf_virtio(struct s161_conf *conf, const char *device, struct error *e)
{
    struct s161_slot *s = run_conf_plug(conf, S161_VIRTIO, "--virtio", device, e);
    if (!s)
        return e->code;
    run_conf_text(&s->virtio.device, device);
    char *option = xasprintf("--virtio %s", device);
    s161_conf_from_option(s, option);
    free(option);
    return ERR_OK;
}

static enum err run_conf_emufs(struct s161_conf *conf, const char *dir, struct error *e)
{
    struct s161_slot *s = run_conf_plug(conf, S161_EMUFS, "--emufs", dir, e);
    if (s)
        run_conf_text(&s->emufs.dir, dir);
    return s ? ERR_OK : e->code;
}

static enum err run_conf_nic(struct s161_conf *conf, u64 hwaddr, const char *hub, struct error *e)
{
    struct s161_slot *s = run_conf_plug(conf, S161_NIC, "--nic", "a network card", e);
    if (!s)
        return e->code;
    s->nic.hwaddr = hwaddr;
    run_conf_text(&s->nic.hub, hub);
    return ERR_OK;
}

/* An option that needs a screen puts one in, if there is none. */
static enum err run_conf_screen(struct s161_conf *conf, const struct run_options *o, bool *unseen,
                                struct error *e)
{
    if ((!o->screen && !o->screen_shot) || s161_conf_find(conf, S161_SCREEN) >= 0)
        return ERR_OK;
    const char *option = o->screen ? "--screen" : "--screen-shot";
    *unseen = !o->screen;
    return run_conf_plug(conf, S161_SCREEN, option, "a screen", e) ? ERR_OK : e->code;
}

static enum err run_conf_mainboard(struct s161_conf *conf, const char *option, u64 value,
                                   u64 *member, struct error *e)
{
    if (!value)
        return ERR_OK;
    *member = value;
    s161_conf_from_option(&conf->slot[S161_MAINBOARD_SLOT], option);
    return s161_conf_finish(conf, e);
}

enum err run_conf_read(struct s161_conf *conf, const struct run_options *o, bool *unseen,
                       struct error *e)
{
    const char *path = o->conf ? o->conf : o->sys161 ? "sys161.conf" : NULL;
    *unseen = false;
    enum err err = s161_conf_read(conf, path, o->overrides.item, o->overrides.n, e);
    if (err)
        return err;
    struct s161_slot *mainboard = &conf->slot[S161_MAINBOARD_SLOT];
    err = run_conf_mainboard(conf, "--cpus", o->cpus, &mainboard->mainboard.cpus, e);
    if (!err)
        err = run_conf_mainboard(conf, "--memory", o->memory, &mainboard->mainboard.ramsize, e);
    for (size_t i = 0; i < o->disks.n && !err; i++)
        err = run_conf_disk(conf, o->disks.item[i], e);
    for (size_t i = 0; i < o->virtio.n && !err; i++)
        err = run_conf_virtio(conf, o->virtio.item[i], e);
    if (o->emufs && !err)
        err = run_conf_emufs(conf, o->emufs, e);
    if (o->nic && !err)
        err = run_conf_nic(conf, o->nic, o->hub, e);
    if (!err)
        err = run_conf_screen(conf, o, unseen, e);
    return err ? err : s161_conf_finish(conf, e);
}
