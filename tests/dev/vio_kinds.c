/* SPDX-License-Identifier: ISC */
#include "vio_kinds.h"

#include "dev/vio_9p.h"
#include "dev/vio_balloon.h"
#include "dev/vio_blk.h"
#include "dev/vio_console.h"
#include "dev/vio_net.h"
#include "dev/vio_rng.h"
#include "dev/vio_vsock.h"
#include "io/io_9p_fids.h"
#include "io/io_disk_mem.h"
#include "io/io_ether_mem.h"
#include "io/io_vsock_none.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

/* ---- blk ---- */

static struct vio *blk_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_blk_config config = {.serial = "kuseg"};
    struct error e;
    (void)r;
    BUG_ON(io_disk_mem_open(256, &config.disk, &e));
    return vio_blk_new(place, &config);
}

/* A sector read, which is zeros. */
static void blk_begin(struct vio_rig *r)
{
    gpa at = vio_rig_alloc(r, 1024);
    struct vio_rig_buf buf[] = {{.pa = at, .len = 16}, {.pa = at + 16, .len = 513, .write = true}};
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 0, buf, 2);
}

#define KIND_REQUEST (RIG_RAM / 2 + 0x8000u) /* where one lies, its data behind it */
#define KIND_DATA    (KIND_REQUEST + 0x100u)

/* Sectors or ranges, mostly on the disk, mostly whole. */
static void blk_request(struct vio_rig *r, u64 *seed)
{
    static const u8 types[] = {0, 1, 4, 8, 11, 13, 0, 1, 11, 13, 99};
    u8 type = types[vio_rig_random(seed, sizeof types)];
    bool ranges = type == 11 || type == 13;
    u32 len = vio_rig_random(seed, 5) * (ranges ? 16 : IO_SECTOR) + !vio_rig_random(seed, 8);
    struct vio_rig_buf buf[] = {{.pa = KIND_REQUEST, .len = 16},
                                {.pa = KIND_DATA, .len = len, .write = type != 1 && !ranges},
                                {.pa = KIND_REQUEST + 32, .len = 1, .write = true}};
    store_le32(vio_rig_ptr(r, KIND_REQUEST), type);
    store_le64(vio_rig_ptr(r, KIND_REQUEST + 8), vio_rig_random(seed, 260));
    for (unsigned i = 0; ranges && i < 4; i++) {
        u8 *range = vio_rig_ptr(r, KIND_DATA + 16 * i);
        store_le64(range, vio_rig_random(seed, 260));
        store_le32(range + 8, vio_rig_random(seed, 20));
        store_le32(range + 12, vio_rig_random(seed, 8) ? 0 : vio_rig_random(seed, 4));
    }
    if (!len)
        buf[1] = buf[2];
    vio_rig_send(r, 0, buf, len ? 3 : 2);
}

/* ---- balloon ---- */

static struct vio *balloon_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_balloon_config config = {.target = 16};
    struct vio_balloon *b = vio_balloon_new(place, &config);
    r->extra = b;
    return vio_balloon_device(b);
}

/* A page given up, and one reported. */
static void balloon_begin(struct vio_rig *r)
{
    gpa at = vio_rig_alloc(r, 16);
    struct vio_rig_buf list = {.pa = at, .len = 4};
    struct vio_rig_buf page = {.pa = 0x181000, .len = MEM_PAGE, .write = true};
    store_le32(vio_rig_ptr(r, at), 0x180);
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 0, &list, 1);
    vio_rig_send(r, 2, &page, 1);
    vio_rig_set(r, RIG_CONFIG + 4, 1);
}

static void balloon_outside(struct vio_rig *r, u64 *seed)
{
    vio_balloon_set(r->extra, vio_rig_random(seed, 512));
}

/* ---- console ---- */

static void console_send(void *ctx, unsigned port, const void *data, u32 len)
{
    (void)ctx, (void)data;
    BUG_ON(!len || (port && len > VIO_CONSOLE_WINDOW));
}

static struct vio *console_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_console_config config = {.nports = 3,
                                        .console = true,
                                        .name = {NULL, "one", "two"},
                                        .columns = 80,
                                        .rows = 25,
                                        .send = console_send,
                                        .ctx = r};
    r->extra = vio_console_new(place, &config);
    return vio_console_device(r->extra);
}

static void console_say(struct vio_rig *r, u32 port, u32 event)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 8), .len = 8};
    u8 *p = vio_rig_ptr(r, buf.pa);
    store_le32(p, port);
    store_le16(p + 4, (u16)event);
    store_le16(p + 6, 1);
    vio_rig_send(r, 3, &buf, 1);
}

static void console_request(struct vio_rig *r, u64 *seed)
{
    static const u8 queues[] = {0, 2, 4, 1, 5};
    unsigned which = vio_rig_random(seed, 8);
    struct vio_rig_buf buf = {.pa = KIND_REQUEST,
                              .len = which < 5 ? 1 + vio_rig_random(seed, 200) : 8,
                              .write = which < 3};
    u8 *p = vio_rig_ptr(r, KIND_REQUEST);
    store_le32(p, vio_rig_random(seed, 4));
    store_le16(p + 4, (u16)vio_rig_random(seed, 9));
    store_le16(p + 6, (u16)vio_rig_random(seed, 2));
    vio_rig_send(r, which < 5 ? queues[which] : 3, &buf, 1);
}

/* More to be told than there are buffers, more sent than can be, and more received. */
static void console_begin(struct vio_rig *r)
{
    struct vio_rig_buf told = {.pa = vio_rig_alloc(r, 64), .len = 64, .write = true};
    struct vio_rig_buf out = {.pa = RIG_RAM / 2, .len = 40000};
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 2, &told, 1);
    console_say(r, 0, 0);
    console_say(r, 1, 3);
    console_say(r, 1, 6);
    vio_rig_send(r, 5, &out, 1);
    vio_console_peer(r->extra, 1, true);
    vio_console_input(r->extra, 1, "in", 2);
}

static void console_outside(struct vio_rig *r, u64 *seed)
{
    static const u8 data[VIO_CONSOLE_IN] = "input";
    unsigned port = vio_rig_random(seed, 3), how = vio_rig_random(seed, 4);
    if (how == 0)
        vio_console_peer(r->extra, port, vio_rig_random(seed, 2));
    else if (how == 1)
        vio_console_took(r->extra, port, vio_rig_random(seed, 40000));
    else
        vio_console_input(r->extra, port, data, vio_rig_random(seed, VIO_CONSOLE_IN + 1));
}

/* ---- rng ---- */

static void rng_fill(void *ctx, void *buf, u32 len)
{
    (void)ctx;
    for (u32 i = 0; i < len; i++)
        ((u8 *)buf)[i] = (u8)(i * 7 + 1);
}

static struct vio *rng_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_rng_config config = {.fill = rng_fill, .ctx = r};
    return vio_rng_new(place, &config);
}

static void rng_begin(struct vio_rig *r)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 100), .len = 100, .write = true};
    vio_rig_start(r, 0);
    vio_rig_send(r, 0, &buf, 1);
}

/* ---- net ---- */

static struct vio *net_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_kind_net *x = xcalloc(1, sizeof *x);
    struct vio_net_config config = {.mac = {2, 'k', 'u', 's', 'e', 'g'}};
    io_ether_mem_open(x->end);
    config.cable = x->end[0];
    x->card = vio_net_new(place, &config);
    r->extra = x;
    return vio_net_device(x->card);
}

void vio_kind_net_serve(struct vio_rig *r)
{
    struct vio_kind_net *x = r->extra;
    u8 data[2048];
    u32 len = sizeof data;
    while (vio_net_input_room(x->card) && x->end[0].poll(x->end[0].ctx, data, &len)) {
        vio_net_input(x->card, data, len);
        len = sizeof data;
    }
}

static void net_begin(struct vio_rig *r)
{
    struct vio_rig_buf in = {.pa = vio_rig_alloc(r, 1530), .len = 1530, .write = true};
    struct vio_rig_buf out = {.pa = vio_rig_alloc(r, 100), .len = 100};
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 0, &in, 1);
    vio_rig_send(r, 0, &in, 1);
    vio_rig_send(r, 1, &out, 1);
    vio_kind_net_serve(r);
}

/* Nothing waits in the cable: it would not be saved, and is told at once or never. */
static void net_outside(struct vio_rig *r, u64 *seed)
{
    struct vio_kind_net *x = r->extra;
    u8 frame[IO_ETHER_MAX] = {0};
    u32 len = IO_ETHER_HEADER + vio_rig_random(seed, IO_ETHER_MAX - IO_ETHER_HEADER + 1);
    frame[0] = (u8)len;
    if (!vio_rig_random(seed, 4)) {
        frame[0] &= 1;
        vio_net_input(x->card, frame, 1);
    } else if (vio_net_input_room(x->card) || !vio_rig_random(seed, 4)) {
        vio_net_input(x->card, frame, len);
    }
}

static void net_drop(struct vio_rig *r)
{
    struct vio_kind_net *x = r->extra;
    for (unsigned i = 0; i < 2; i++)
        x->end[i].close(x->end[i].ctx);
    free(x);
}

/* ---- 9p ---- */

/* A server that grants whatever it understands. */
static u32 p9_serve(void *ctx, const struct io_9p_fids *fids, const u8 *request, u32 len, u8 *reply,
                    u32 max)
{
    struct io_9p_request q;
    enum io_9p_parsed parsed = io_9p_parse(request, len, &q);
    u32 n = parsed == IO_9P_GOOD ? io_9p_room(q.type) : 11;
    (void)ctx;
    (void)fids;
    if (max < n)
        return 0;
    memset(reply, 0, n);
    store_le32(reply, n);
    reply[4] = parsed == IO_9P_GOOD ? (u8)(q.type + 1) : IO_9P_RLERROR;
    if (q.type == IO_9P_T_version)
        store_le32(reply + 7, IO_9P_MSIZE_MIN), store_le16(reply + 11, 8);
    if (q.type == IO_9P_T_walk)
        store_le16(reply + 7, q.nwalk);
    return n;
}

static void p9_nothing(void *ctx)
{
    (void)ctx;
}

static struct vio *p9_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_9p_config config = {
        .tag = "kuseg",
        .server = {.serve = p9_serve, .forget = p9_nothing, .close = p9_nothing, .ctx = r}};
    return vio_9p_new(place, &config);
}

static void p9_say(struct vio_rig *r, const void *request, u32 len)
{
    struct vio_rig_buf buf[2] = {{.pa = vio_rig_alloc(r, len), .len = len},
                                 {.pa = vio_rig_alloc(r, 200), .len = 200, .write = true}};
    memcpy(vio_rig_ptr(r, buf[0].pa), request, len);
    vio_rig_send(r, 0, buf, 2);
}

static void p9_begin(struct vio_rig *r)
{
    static const u8 version[] = "\x15\0\0\0\x64\0\0\0\x10\0\0\x08\0"
                                "9P2000.L";
    static const u8 attach[] = "\x17\0\0\0\x68\0\0\1\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0";
    static const u8 walk[] = "\x14\0\0\0\x6e\0\0\1\0\0\0\2\0\0\0\1\0\1\0f";
    vio_rig_start(r, 0);
    p9_say(r, version, sizeof version - 1);
    p9_say(r, attach, sizeof attach - 1);
    p9_say(r, walk, sizeof walk - 1);
}

/* ---- vsock ---- */

/* The host does nothing by itself: what it would say comes from outside. */
static struct vio *vsock_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_vsock_config config = {.cid = VIO_VSOCK_CID, .io = io_vsock_none()};
    (void)r;
    return vio_vsock_new(place, &config);
}

static void vsock_event(struct vio_rig *r, u8 what, u32 id, u32 number, u32 len)
{
    u8 event[IO_VSOCK_MAX] = {what};
    store_le32(event + 1, id);
    store_le32(event + IO_VSOCK_HEAD, number);
    if (vio_vsock_room(r->bank.dev[r->at]))
        vio_vsock_input(r->bank.dev[r->at], event, IO_VSOCK_HEAD + len);
}

static void vsock_outside(struct vio_rig *r, u64 *seed)
{
    u8 what = (u8)(1 + vio_rig_random(seed, 6));
    if (!vio_rig_random(seed, 50))
        what = IO_VSOCK_RESET;
    u32 id = vio_rig_random(seed, 8), number = vio_rig_random(seed, 4);
    vsock_event(r, what, id, number, vio_rig_random(seed, 4) ? 4 : vio_rig_random(seed, 8000));
}

/* A packet between ports that are in use, mostly whole; or room for those that come. */
static void vsock_request(struct vio_rig *r, u64 *seed)
{
    static const u32 lens[] = {0, 0, 1, 200, 4000};
    u32 len = lens[vio_rig_random(seed, ARRAY_LEN(lens))], host = vio_rig_random(seed, 5);
    struct vio_rig_buf buf = {.pa = KIND_REQUEST, .len = 44 + len};
    if (!vio_rig_random(seed, 3)) {
        buf = (struct vio_rig_buf){
            .pa = KIND_DATA, .len = 44 + vio_rig_random(seed, 400), .write = true};
        vio_rig_send(r, 0, &buf, 1);
        return;
    }
    u8 *p = vio_rig_ptr(r, KIND_REQUEST);
    store_le64(p, vio_rig_random(seed, 40) ? VIO_VSOCK_CID : 7);
    store_le64(p + 8, vio_rig_random(seed, 40) ? 2 : 7);
    store_le32(p + 16, vio_rig_random(seed, 4));
    store_le32(p + 20, host < 3 ? host : 0x40000000u + host - 3);
    store_le32(p + 24, vio_rig_random(seed, 40) ? len : len + 1);
    store_le16(p + 28, vio_rig_random(seed, 40) ? 1 : 2);
    store_le16(p + 30, (u16)vio_rig_random(seed, 9));
    store_le32(p + 32, vio_rig_random(seed, 4));
    store_le32(p + 36, vio_rig_random(seed, 4) ? 0x10000 : vio_rig_random(seed, 100));
    store_le32(p + 40, vio_rig_random(seed, 4) ? 0 : vio_rig_random(seed, 1000));
    vio_rig_send(r, 1, &buf, 1);
}

/* One stream that the guest asked for, with data that wait; a second one is offered. */
static void vsock_begin(struct vio_rig *r)
{
    static const u8 request[44] = {3, [8] = 2, [16] = 1, [20] = 2, [28] = 1, [30] = 1, [38] = 1};
    struct vio_rig_buf out = {.pa = vio_rig_alloc(r, 44), .len = 44};
    struct vio_rig_buf in = {.pa = vio_rig_alloc(r, 100), .len = 100, .write = true};
    memcpy(vio_rig_ptr(r, out.pa), request, sizeof request);
    vio_rig_start(r, 0);
    vio_rig_send(r, 1, &out, 1);
    vio_rig_send(r, 0, &in, 1);
    vsock_event(r, IO_VSOCK_CONNECTED, 0, 0, 0);
    vsock_event(r, IO_VSOCK_INCOMING, 1, 7, 4);
    vsock_event(r, IO_VSOCK_DATA, 0, 7, 300);
}

/* ---- the table ---- */

const struct vio_kind vio_kinds[] = {
    {.name = "9p", .make = p9_make, .begin = p9_begin},
    {.name = "balloon",
     .make = balloon_make,
     .begin = balloon_begin,
     .outside = balloon_outside,
     .lasting = true},
    {.name = "blk", .make = blk_make, .begin = blk_begin, .request = blk_request},
    {.name = "console",
     .make = console_make,
     .begin = console_begin,
     .request = console_request,
     .outside = console_outside,
     .lasting = true},
    {.name = "net",
     .make = net_make,
     .begin = net_begin,
     .outside = net_outside,
     .lasting = true,
     .drop = net_drop},
    {.name = "rng", .make = rng_make, .begin = rng_begin},
    {.name = "vsock",
     .make = vsock_make,
     .begin = vsock_begin,
     .request = vsock_request,
     .outside = vsock_outside},
};
const unsigned vio_nkinds = ARRAY_LEN(vio_kinds);

struct vio_rig *vio_kind_rig(const struct vio_kind *k)
{
    struct vio_rig *r = vio_rig_new();
    struct vio_place place = vio_rig_place(r);
    vio_rig_plug(r, k->make(r, &place));
    return r;
}

void vio_kind_drop(const struct vio_kind *k, struct vio_rig *r)
{
    if (k->drop)
        k->drop(r);
    vio_rig_free(r);
}

/* Not where the driver has no queues, or such as it has not laid out. */
void vio_kind_request(const struct vio_kind *k, struct vio_rig *r, u64 *seed)
{
    bool there = k->request;
    for (unsigned i = 0; i < r->bank.dev[r->at]->nqueues; i++)
        there = there && r->queue[r->at][i].size;
    if (there)
        k->request(r, seed);
}
