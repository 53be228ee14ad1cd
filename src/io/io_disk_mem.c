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

static bool io_disk_mem_read(void *ctx, u64 sector, const struct piece *to, unsigned n)
{
    const struct io_disk_mem *d = ctx;
    u64 len = piece_total(to, n);
    if (d->fail_reads || !io_disk_has(d->sectors, sector, len))
        return false;
    piece_put(to, n, 0, d->data + sector * IO_SECTOR, len);
    return true;
}

static bool io_disk_mem_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    struct io_disk_mem *d = ctx;
    u64 len = piece_total(from, n);
    if (d->fail_writes || !io_disk_has(d->sectors, sector, len))
        return false;
    piece_get(from, n, 0, d->data + sector * IO_SECTOR, len);
    return true;
}

static bool io_disk_mem_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    struct io_disk_mem *d = ctx;
    (void)hole;
    if (d->fail_writes || sector > d->sectors || count > d->sectors - sector)
        return false;
    memset(d->data + sector * IO_SECTOR, 0, count * IO_SECTOR);
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
        .zero = io_disk_mem_zero,
        .close = io_disk_mem_close,
        .ctx = d,
        .sectors = sectors,
    };
    return ERR_OK;
}
