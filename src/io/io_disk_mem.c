/* SPDX-License-Identifier: ISC */
#include "io/io_disk_mem.h"
#include "host/host_map.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define IO_DISK_MEM_MAX (1ull << 32) /* sectors, as many as a LAMEbus disk can name */

struct io_disk_mem {
    u8 *data;
    u64 sectors;
    bool fail_reads, fail_writes;
};

static bool io_disk_mem_read(void *ctx, u64 sector, void *buf)
{
    const struct io_disk_mem *d = ctx;
    if (d->fail_reads || sector >= d->sectors)
        return false;
    memcpy(buf, d->data + sector * IO_SECTOR, IO_SECTOR);
    return true;
}

static bool io_disk_mem_write(void *ctx, u64 sector, const void *buf)
{
    struct io_disk_mem *d = ctx;
    if (d->fail_writes || sector >= d->sectors)
        return false;
    memcpy(d->data + sector * IO_SECTOR, buf, IO_SECTOR);
    return true;
}

static bool io_disk_mem_flush(void *ctx)
{
    (void)ctx;
    return true;
}

static void io_disk_mem_close(void *ctx)
{
    struct io_disk_mem *d = ctx;
    host_unmap(d->data, d->sectors * IO_SECTOR);
    free(d);
}

void io_disk_mem_fail(struct io_disk *disk, bool reads, bool writes)
{
    struct io_disk_mem *d = disk->ctx;
    d->fail_reads = reads;
    d->fail_writes = writes;
}

enum err io_disk_mem_open(u64 sectors, struct io_disk *out, struct error *e)
{
    if (!sectors || sectors > IO_DISK_MEM_MAX)
        return err_set(e, ERR_LIMIT, "a disk in memory of %llu sectors is not possible",
                       (unsigned long long)sectors);
    u8 *data = host_map_memory(sectors * IO_SECTOR);
    if (!data)
        return err_set(e, ERR_NOMEM, "cannot get %llu KB for a disk in memory: %m",
                       (unsigned long long)sectors / 2);
    struct io_disk_mem *d = xcalloc(1, sizeof *d);
    *d = (struct io_disk_mem){.data = data, .sectors = sectors};
    *out = (struct io_disk){
        .read = io_disk_mem_read,
        .write = io_disk_mem_write,
        .flush = io_disk_mem_flush,
        .close = io_disk_mem_close,
        .ctx = d,
        .sectors = sectors,
    };
    return ERR_OK;
}
