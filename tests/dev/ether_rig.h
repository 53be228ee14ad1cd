/* SPDX-License-Identifier: ISC */
/* For tests of Ethernet back ends: a cable by its word, and what comes out of it. */
#ifndef DEV_ETHER_RIG_H
#define DEV_ETHER_RIG_H

#include "rig_cmocka.h"

#include "io/io_ether_open.h"

#include <string.h>

struct ether_rig {
    struct host_poll poll;
    struct io_ether cable;
};

static inline enum err ether_rig_try(struct ether_rig *r, const char *word, struct error *e)
{
    struct io_ether_options o;
    memset(r, 0, sizeof *r);
    enum err err = io_ether_parse(&o, word, 0, e);
    return err ? err : io_ether_open(&r->cable, &o, &r->poll, "net 0", e);
}

static inline void ether_rig_open(struct ether_rig *r, const char *word)
{
    struct error e = {.msg = ""};
    if (ether_rig_try(r, word, &e))
        fail_msg("%s: %s", word, e.msg);
}

static inline void ether_rig_close(struct ether_rig *r)
{
    r->cable.close(r->cable.ctx);
    host_poll_fini(&r->poll);
}

/* Whatever is there now: its length, or 0. */
static inline u32 ether_rig_get(struct ether_rig *r, u8 data[2048])
{
    u32 len = 2048;
    return r->cable.poll(r->cable.ctx, data, &len) ? len : 0;
}

/* Waits for something, for 20 seconds at most, which is no time that anything should take. */
static inline u32 ether_rig_wait(struct ether_rig *r, u8 data[2048])
{
    for (unsigned i = 0; i < 2000; i++) {
        u32 len = ether_rig_get(r, data);
        if (len)
            return len;
        host_poll_wait(&r->poll, -1, 10000000);
    }
    fail_msg("nothing came");
    return 0;
}

static inline void ether_rig_carrier(struct ether_rig *r, bool carrier)
{
    u8 data[2048];
    u32 len = ether_rig_wait(r, data);
    assert_int_equal(len, 1);
    assert_int_equal(data[0], carrier);
}

static inline void ether_rig_send(struct ether_rig *r, const void *frame, u32 len)
{
    r->cable.send(r->cable.ctx, frame, len);
}

/* A frame that can be told from others. */
static inline void ether_rig_frame(u8 *frame, u32 len, u8 mark)
{
    for (u32 i = 0; i < len; i++)
        frame[i] = (u8)(i * 7 + mark);
    memset(frame, 0xff, IO_ETHER_ADDRESS);
    memcpy(frame + IO_ETHER_ADDRESS, "\2kuseg", IO_ETHER_ADDRESS);
    frame[12] = 0x88; /* a type for experiments */
    frame[13] = 0xb5;
}

#endif
