/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_nvram.h"

#include "host/host_clock.h"
#include "host/host_file.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>

#define VMM_NVRAM_NS                                                                               \
    1000000000u /* of real time between writes, and of virtual time between looks */

static enum err vmm_nvram_load(struct vmm_nvram *n, int fd, struct error *e)
{
    u8 data[BOARD_NVRAM + 1];
    size_t len;
    if (!host_file_read(fd, 0, data, sizeof data, &len))
        return err_set(e, ERR_IO, "--nvram: cannot read %s: %m", n->path);
    if (len != BOARD_NVRAM)
        return err_set(e, ERR_FORMAT, "--nvram: %s does not have the %u bytes of a clock's memory",
                       n->path, BOARD_NVRAM);
    memcpy(n->kept, data, BOARD_NVRAM);
    n->there = true;
    return ERR_OK;
}

enum err vmm_nvram_read(struct vmm_nvram *n, const char *path, struct error *e)
{
    *n = (struct vmm_nvram){.path = path};
    if (!host_file_can_replace(path))
        return err_set(e, ERR_IO, "--nvram: cannot write %s: %m", path);
    int fd = host_file_open(path, HOST_FILE_READ);
    if (fd < 0 && errno == ENOENT)
        return ERR_OK;
    if (fd < 0)
        return err_set(e, ERR_IO, "--nvram: cannot open %s: %m", path);
    enum err err = vmm_nvram_load(n, fd, e);
    host_file_close(fd);
    return err;
}

bool vmm_nvram_keep(struct vmm_nvram *n)
{
    const u8 *now = n->m ? board_nvram(n->board) : NULL;
    if (!now || (n->there && !memcmp(now, n->kept, BOARD_NVRAM)))
        return true;
    n->wrote_ns = host_clock_mono_ns();
    if (!host_file_replace(n->path, now, BOARD_NVRAM)) {
        if (!n->failed)
            log_error("--nvram: cannot write %s: %m", n->path);
        n->failed = true;
        return false;
    }
    memcpy(n->kept, now, BOARD_NVRAM);
    n->there = true;
    n->failed = false;
    return true;
}

static void vmm_nvram_look(void *ctx)
{
    struct vmm_nvram *n = ctx;
    n->observer.at = machine_now(n->m) + clock_ns_to_cycles(&n->m->clock, VMM_NVRAM_NS);
    if (host_clock_mono_ns() - n->wrote_ns >= VMM_NVRAM_NS)
        (void)vmm_nvram_keep(n);
}

void vmm_nvram_watch(struct vmm_nvram *n, struct machine *m, const struct board *board)
{
    n->m = m;
    n->board = board;
    n->observer = (struct machine_observer){.look = vmm_nvram_look, .ctx = n};
    machine_observe(m, &n->observer);
}

void vmm_nvram_close(struct vmm_nvram *n)
{
    (void)vmm_nvram_keep(n);
    *n = (struct vmm_nvram){0};
}
