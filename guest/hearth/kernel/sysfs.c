/* SPDX-License-Identifier: ISC */
/* /sys: what the kernel knows about itself, as text made at the moment of reading. */
#include "block.h"
#include "board.h"
#include "clock.h"
#include "cpu.h"
#include "format.h"
#include "fs.h"
#include "hearthfs.h"
#include "mem.h"
#include "proc.h"
#include "string.h"
#include "tlb.h"

#define SYSFS_ROOT 1

static void sysfs_mem(struct format_text *out)
{
    u32 total = mem_total_pages(), free = mem_free_pages();

    format_text(out, "memory %u KB, in use %u KB, free %u KB (%u pages of %u bytes)\n", total * 4,
                (total - free) * 4, free * 4, free, PAGE_SIZE);
}

static void sysfs_cpus(struct format_text *out)
{
    format_text(out, "%3s %10s %10s %10s %10s %10s  %s\n", "cpu", "slices", "switches",
                "interrupts", "syscalls", "faults", "running");
    for (u32 i = 0; i < CPU_MAX; i++) {
        const struct cpu *c = &cpu_table[i];
        const struct proc *p = c->current;
        if (c->online)
            format_text(out, "%3u %10u %10u %10u %10u %10u  %s\n", i, c->ticks, c->switches,
                        c->interrupts, c->syscalls, c->faults, p ? p->name : "-");
    }
}

static void sysfs_uptime(struct format_text *out)
{
    struct abi_clock clock;

    clock_read(&clock);
    format_text(out, "up %u.%03u s on %s, processor %08x\n", clock.uptime_ms / 1000,
                clock.uptime_ms % 1000, board_name, cp0_prid());
}

static void sysfs_disk(struct format_text *out)
{
    for (u32 i = 0; i < board_disks(); i++)
        hearthfs_print(i, out);
    if (board_disks() == 0)
        format_text(out, "no disks\n");
    block_print(out);
}

static const struct sysfs_file {
    const char *name;
    void (*print)(struct format_text *out);
} sysfs_files[] = {
    {"ps", proc_print},   {"mem", sysfs_mem},       {"tlb", tlb_print},       {"cpus", sysfs_cpus},
    {"disk", sysfs_disk}, {"net", board_net_print}, {"uptime", sysfs_uptime},
};

static int sysfs_open(const struct fs *fs, const char *path, u32 flags, u32 *node)
{
    (void)fs;
    if (flags != ABI_READ)
        return E_READONLY;
    if (!*path) {
        *node = SYSFS_ROOT;
        return 0;
    }
    for (u32 i = 0; i < COUNT_OF(sysfs_files); i++)
        if (strcmp(sysfs_files[i].name, path) == 0) {
            *node = i + 2;
            return 0;
        }
    return E_NOENT;
}

static int sysfs_read(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size)
{
    struct format_text text = {mem_page(), PAGE_SIZE, 0};

    (void)fs;
    if (!text.start)
        return E_NOMEM;
    if (node == SYSFS_ROOT) {
        mem_free(text.start);
        return E_ISDIR;
    }
    sysfs_files[node - 2].print(&text);
    size = offset < text.length ? min_u32(size, text.length - offset) : 0;
    memcpy(buffer, text.start + offset, size);
    mem_free(text.start);
    return (int)size;
}

static int sysfs_size(const struct fs *fs, u32 node)
{
    (void)fs, (void)node;
    return 0;
}

static int sysfs_readdir(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry)
{
    (void)fs;
    if (node != SYSFS_ROOT)
        return E_NOTDIR;
    if (*position >= COUNT_OF(sysfs_files))
        return 0;
    *entry = (struct abi_dirent){0};
    string_copy(entry->name, sysfs_files[(*position)++].name, sizeof(entry->name));
    return 1;
}

const struct fs_ops sysfs_ops = {
    .open = sysfs_open,
    .read = sysfs_read,
    .size = sysfs_size,
    .readdir = sysfs_readdir,
};
