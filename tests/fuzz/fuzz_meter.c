/* SPDX-License-Identifier: ISC */
/*
 * The meter from both its ends: any bytes from a client, in pieces, while time goes on (a byte of
 * value 0 lets it go on); and the same bytes as what a meter says, to the table that stat161
 * prints.
 */
#include "fuzz.h"

#include "cmd/stat_table.h"
#include "lib/bug.h"
#include "vmm/vmm_meter.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fuzz_meter {
    struct machine m;
    struct host_poll poll;
    struct vmm_meter meter;
    int fd;
    char line[256];
    size_t len;
};

static void fuzz_meter_check_line(const char *line)
{
    static const char *const known[] = {"HELLO 2\r",          "HEAD nsec ",
                                        "WIDTH 11 ",          "DATA ",
                                        "BAD Invalid number", "BAD Invalid command",
                                        "BAD Interval too ",  "BAD Too many words in command",
                                        "BAD Input overflow"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (!strncmp(line, known[i], strlen(known[i])))
            return;
    BUG_ON(true);
}

/* What it says is whole lines of its language, whatever it is told. */
static void fuzz_meter_listen(struct fuzz_meter *f)
{
    char data[4096];
    ssize_t n;
    while ((n = recv(f->fd, data, sizeof data, 0)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            BUG_ON(f->len == sizeof f->line);
            f->line[f->len++] = data[i];
            if (data[i] != '\n')
                continue;
            f->line[f->len - 1] = 0;
            f->len = 0;
            fuzz_meter_check_line(f->line);
        }
}

static void fuzz_meter_go_on(struct fuzz_meter *f)
{
    if (!f->m.nobservers)
        return;
    struct machine_observer *o = f->m.observer[0];
    f->m.clock.now_base += 1000000;
    for (unsigned i = 0; i < 8 && o->at <= f->m.clock.now_base; i++)
        o->look(o->ctx);
    BUG_ON(o->at <= f->m.clock.now_base);
}

static void fuzz_meter_client(const uint8_t *data, size_t len)
{
    struct fuzz_meter f = {.len = 0};
    struct machine_host none = {0};
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
        return;
    f.fd = fd[1];
    machine_init(&f.m, 25000000, &none);
    vmm_meter_init(&f.meter, &f.m, &f.poll);
    vmm_meter_add(&f.meter, fd[0]);
    while (len) {
        const uint8_t *zero = memchr(data, 0, len);
        size_t n = zero ? (size_t)(zero - data) + 1 : len;
        if (send(f.fd, data, n, MSG_NOSIGNAL) < 0)
            break;
        host_poll_wait(&f.poll, -1, 0);
        fuzz_meter_go_on(&f);
        fuzz_meter_listen(&f);
        data += n;
        len -= n;
    }
    vmm_meter_fini(&f.meter);
    host_poll_fini(&f.poll);
    machine_fini(&f.m);
    close(f.fd);
}

static void fuzz_meter_table(const uint8_t *data, size_t len)
{
    FILE *out = fopen("/dev/null", "w");
    if (!out)
        return;
    struct stat_table t = {.program = "fuzz", .out = out, .err = out, .json = len & 1};
    stat_table_reset(&t);
    stat_table_received(&t, data, len);
    BUG_ON(t.n > STAT_TABLE_COLUMNS);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    fuzz_meter_client(data, len);
    fuzz_meter_table(data, len);
    return 0;
}
