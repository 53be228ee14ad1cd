/* SPDX-License-Identifier: ISC */
/* A file that claims to be a disk image, in each format: refused with a message, or a disk that
 * reads its own bytes; and what the tools make of it: copied twice it is equal. Files are in
 * memory. */
#include "fuzz.h"

#include "io/io_disk_tool.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FILE_MAX = 8192
};

static void check_sectors(struct io_disk *d, const uint8_t *data, size_t len)
{
    uint8_t sector[IO_SECTOR];
    size_t start = len - len % IO_SECTOR - d->sectors * IO_SECTOR;
    BUG_ON(start != 0 && start != IO_SECTOR);
    for (u64 i = 0; i < d->sectors; i++) {
        BUG_ON(!io_disk_read(d, i, sector));
        BUG_ON(memcmp(sector, data + start + i * IO_SECTOR, IO_SECTOR));
    }
    BUG_ON(io_disk_read(d, d->sectors, sector));
    BUG_ON(io_disk_write(d, d->sectors, sector));
}

static void try_format(const char *path, enum io_disk_format format, const uint8_t *data,
                       size_t len)
{
    struct io_disk_image_options o = {.format = format, .read_only = true};
    struct io_disk d;
    struct error e = {0};
    enum err err = io_disk_image_open(path, &o, &d, &e);
    BUG_ON((err == ERR_OK) != (e.msg[0] == 0));
    if (err)
        return;
    check_sectors(&d, data, len);
    d.close(d.ctx);
}

/* A file in memory, its path in `path`. */
static int make_memory(char path[64], const uint8_t *data, size_t len)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    BUG_ON(fd < 0 || write(fd, data, len) != (ssize_t)len);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static void copy(const char *from, enum io_disk_format is, const char *to,
                 enum io_disk_format format)
{
    struct io_disk_image *d;
    struct error e;
    BUG_ON(io_disk_tool_open(&d, from, is, IO_DISK_TOOL_READ, &e));
    BUG_ON(io_disk_tool_copy(d, to, format, true, &e));
    io_disk_tool_close(d);
}

static void check_copies(const char *path, const uint8_t *data, size_t len)
{
    char raw[64], header[64];
    int fd[2] = {make_memory(raw, data, 0), make_memory(header, data, len)};
    struct io_disk_image_options o = {.read_only = true};
    struct io_disk d;
    struct error e;
    copy(path, IO_DISK_GUESS, raw, IO_DISK_RAW);
    copy(raw, IO_DISK_RAW, header, IO_DISK_SYS161);
    BUG_ON(io_disk_image_open(header, &o, &d, &e));
    check_sectors(&d, data, len);
    d.close(d.ctx);
    close(fd[0]);
    close(fd[1]);
}

static void try_tools(const char *path, uint8_t by, const uint8_t *data, size_t len)
{
    struct io_disk_image *d;
    struct io_disk_tool_info info;
    struct error e;
    if (io_disk_tool_open(&d, path, IO_DISK_GUESS, IO_DISK_TOOL_CHANGE, &e))
        return;
    io_disk_tool_info(d, &info);
    BUG_ON(info.spare != len % IO_SECTOR || io_disk_tool_read_all(d, &e));
    io_disk_tool_close(d);
    if (info.sectors)
        check_copies(path, data, len);
    BUG_ON(io_disk_tool_open(&d, path, IO_DISK_GUESS, IO_DISK_TOOL_CHANGE, &e));
    BUG_ON((io_disk_tool_resize(d, by, &e) == ERR_OK) != (by != 0));
    io_disk_tool_close(d);
}

/* The file that an input stands for: with a header in front or without, and repeated, so that short
 * inputs make whole sectors. */
static size_t make_file(uint8_t *file, const uint8_t *data, size_t len)
{
    static const char magic[] = "System/161 Disk Image";
    size_t n = 0;
    if (len < 2)
        return 0;
    if (data[0] & 1) {
        memset(file, 0, IO_SECTOR);
        memcpy(file, magic, sizeof magic);
        n = IO_SECTOR;
    }
    for (unsigned times = 1 + data[1] % 32; times && n + len <= FILE_MAX; times--, n += len)
        memcpy(file + n, data, len);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t file[FILE_MAX];
    char path[64];
    log_setup("fuzz", LOG_ERROR); /* no word about each odd byte at a file's end */
    size_t n = make_file(file, data, len);
    int fd = make_memory(path, file, n);
    try_format(path, IO_DISK_SYS161, file, n);
    try_format(path, IO_DISK_RAW, file, n);
    try_format(path, IO_DISK_GUESS, file, n);
    try_tools(path, len ? data[0] : 0, file, n);
    close(fd);
    return 0;
}
