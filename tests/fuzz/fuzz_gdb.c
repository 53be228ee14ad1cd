/* SPDX-License-Identifier: ISC */
/*
 * The GDB stub over a fake target. The input is lines: each is sent as a packet with its right
 * checksum, as GDB_PACKET_MAX allows; a line that begins with '!' is sent as it is. A line "@" lets
 * the target stop at a breakpoint.
 */
#include "fuzz.h"
#include "gdb_fake.h"

#include "debug/gdb_packet.h"
#include "lib/bug.h"

#include <string.h>

static void send(struct fake *f, const u8 *data, size_t len)
{
    size_t done = gdb_stub_input(f->stub, data, len);
    BUG_ON(done > len);
    BUG_ON(gdb_stub_output(f->stub)->len > 2 * GDB_OUT_MAX);
    gdb_stub_output(f->stub)->len = 0;
    if (gdb_stub_finished(f->stub))
        gdb_stub_reset(f->stub);
}

static void line(struct fake *f, const u8 *p, size_t len)
{
    struct buf b = {0};
    if (len && *p == '!') {
        send(f, p + 1, len - 1);
    } else if (len == 1 && *p == '@') {
        if (f->running)
            fake_stopped_at(f, DEBUG_BREAK_SOFT, 1, FAKE_RAM);
    } else {
        gdb_packet_put(&b, p, len);
        send(f, b.data, b.len);
    }
    buf_fini(&b);
    f->log.len = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fake f;
    fake_init(&f, len & 1);
    for (const u8 *p = data, *end = data + len; p < end;) {
        const u8 *eol = memchr(p, '\n', (size_t)(end - p));
        eol = eol ? eol : end;
        line(&f, p, (size_t)(eol - p));
        p = eol + 1;
    }
    gdb_stub_reset(f.stub);
    BUG_ON(f.points);
    fake_fini(&f);
    return 0;
}
