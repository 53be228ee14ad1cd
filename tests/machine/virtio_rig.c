/* SPDX-License-Identifier: ISC */
#include "virtio_rig.h"

#include "lib/bits.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char rig_image[] = "/tmp/kuseg-virtio-XXXXXX";
static char rig_folder[] = "/tmp/kuseg-virtio-dir-XXXXXX";

/* Hears, and answers each time. */
static void rig_serve_peer(struct rig *r)
{
    if (r->listener && !r->peer) {
        int fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK);
        r->peer = fd < 0 ? 0 : fd;
    }
    size_t len = strlen(r->peer_heard);
    if (r->peer && read(r->peer, r->peer_heard + len, sizeof r->peer_heard - 1 - len) > 0)
        assert_int_equal(write(r->peer, "there", 5), 5);
}

static void rig_wait(void *ctx, u64 ns, bool console)
{
    struct rig *r = ctx;
    (void)ns, (void)console;
    if (r->listener) {
        rig_serve_peer(r);
        (void)host_poll_wait(&r->poll, -1, 0);
    }
}

static bool rig_asked_to_end(void *ctx)
{
    (void)ctx;
    return false;
}

static u64 rig_mono_ns(void *ctx)
{
    return ((struct rig *)ctx)->host_ns += 100;
}

static void rig_far_send(void *ctx, const void *data, u32 len)
{
    strncat(((struct far *)ctx)->heard, data, len);
}

static u32 rig_far_receive(void *ctx, void *buf, u32 max)
{
    struct far *f = ctx;
    if (!max || !f->said || !*f->said)
        return 0;
    *(char *)buf = *f->said++;
    return 1;
}

static u32 rig_far_unsent(void *ctx)
{
    (void)ctx;
    return 0;
}

static bool rig_far_here(void *ctx)
{
    return ((struct far *)ctx)->said;
}

static enum err rig_open_stream(void *ctx, const char *address, struct io_stream *out,
                                struct error *e)
{
    struct rig *r = ctx;
    struct far *f = &r->far[r->nfar++];
    (void)e;
    snprintf(f->address, sizeof f->address, "%s", address);
    *out = (struct io_stream){.send = rig_far_send,
                              .receive = rig_far_receive,
                              .unsent = rig_far_unsent,
                              .here = rig_far_here,
                              .ctx = f};
    return ERR_OK;
}

void rig_store(const struct rig *r, u32 pa, u32 word)
{
    u8 *p = mem_ram_ptr(r->m.mem, pa, 4);
    r->s161 ? store_be32(p, word) : store_le32(p, word);
}

/* ---- the script ---- */

void rig_line(struct rig *r, u32 va, u32 word)
{
    rig_store(r, r->script, va);
    rig_store(r, r->script + 4, word);
    r->script += 8;
}

u32 rig_base(const struct rig *r, unsigned dev)
{
    return r->s161 ? KSEG1(0x1fe00000u + (4 + dev) * 0x10000u) : KSEG1(0x1fc90000u + dev * 0x1000u);
}

void rig_set(struct rig *r, unsigned dev, u32 off, u32 val)
{
    rig_line(r, rig_base(r, dev) + off, val);
}

void rig_call(struct rig *r)
{
    rig_line(r, 0, KSEG0(CODE));
}

void rig_power_off(struct rig *r)
{
    if (r->s161)
        rig_line(r, 0xbffffc00u - 0x8000u + 0x208, 0);
    else
        rig_line(r, 0xbfc80020u, 0);
}

u32 rig_queue(unsigned dev)
{
    return QUEUES + dev * 0x1000;
}

/* A disk's driver knows what a flush is: else each write was one, which takes long. */
static void rig_features(struct rig *r, unsigned dev)
{
    const u32 regs[][2] = {{0x70, 0}, {0x70, 3}, {0x24, 0}, {0x20, dev == BLK ? 1u << 9 : 0},
                           {0x24, 1}, {0x20, 1}, {0x70, 11}};
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++)
        rig_set(r, dev, regs[i][0], regs[i][1]);
}

void rig_start(struct rig *r, unsigned dev)
{
    rig_features(r, dev);
    rig_set(r, dev, 0x38, 16);
    rig_set(r, dev, 0x80, rig_queue(dev));
    rig_set(r, dev, 0x90, rig_queue(dev) + 0x400);
    rig_set(r, dev, 0xa0, rig_queue(dev) + 0x800);
    rig_set(r, dev, 0x44, 1);
    rig_set(r, dev, 0x70, 15);
}

void rig_desc(const struct rig *r, unsigned dev, u32 i, u32 pa, u32 len, u16 flags)
{
    u8 *p = mem_ram_ptr(r->m.mem, rig_queue(dev) + 16 * i, 16);
    store_le64(p, pa);
    store_le32(p + 8, len);
    store_le16(p + 12, flags);
    store_le16(p + 14, (u16)(i + 1));
}

/* The n-th chain is offered by the guest's store of the index, whose byte order is virtio's. */
void rig_offer(struct rig *r, unsigned dev, unsigned number, u32 at, u16 n, u16 head)
{
    u8 *ring = mem_ram_ptr(r->m.mem, at + 0x404, 64);
    store_le16(ring + 2 * ((n - 1) % 16), head);
    u8 first[4] = {0};
    store_le16(first + 2, n);
    rig_line(r, KSEG0(at + 0x400), r->s161 ? load_be32(first) : load_le32(first));
    rig_set(r, dev, NOTIFY, number);
    rig_set(r, dev, ACK, 3);
}

void rig_send(struct rig *r, unsigned dev, u16 head)
{
    rig_offer(r, dev, 0, rig_queue(dev), ++r->made[dev], head);
}

void rig_start_both(struct rig *r, unsigned dev)
{
    rig_features(r, dev);
    for (unsigned i = 0; i < 2; i++) {
        u32 at = i ? SECOND : rig_queue(dev);
        rig_set(r, dev, 0x30, i);
        rig_set(r, dev, 0x38, 16);
        rig_set(r, dev, 0x80, at);
        rig_set(r, dev, 0x90, at + 0x400);
        rig_set(r, dev, 0xa0, at + 0x800);
        rig_set(r, dev, 0x44, 1);
    }
    rig_set(r, dev, 0x70, 15);
}

void rig_let_time_pass(struct rig *r, unsigned n)
{
    for (; n; n--)
        rig_line(r, 0, KSEG0(DELAY));
}

void rig_disk_request(struct rig *r, u32 slot, u32 type, u32 sector, u32 pa)
{
    u32 header = BUFFERS + 32 * slot;
    u8 *p = mem_ram_ptr(r->m.mem, header, 17);
    store_le32(p, type);
    store_le64(p + 8, sector);
    rig_desc(r, BLK, 3 * slot, header, 16, 1);
    rig_desc(r, BLK, 3 * slot + 1, pa, IO_SECTOR, type ? 1 : 3);
    rig_desc(r, BLK, 3 * slot + 2, header + 16, 1, 2);
}

/* ---- the machine ---- */

static void rig_guest(struct rig *r)
{
    static const u32 loop[] = {
        0x8c880000,             /* loop: lw t0, 0(a0) */
        0x8c890004,             /* lw t1, 4(a0) */
        0x11000004,             /* beq t0, zero, call */
        0x24840008,             /* addiu a0, a0, 8 */
        0x1000fffb,             /* b loop */
        0xad090000,             /* sw t1, 0(t0) */
        0,          0x0120f809, /* call: jalr t1 */
        0,          0x1000fff6, /* b loop */
        0,
    };
    static const u32 delay[] = {
        0x340affff, /* ori t2, zero, 0xffff */
        0x1540ffff, /* loop: bne t2, zero, loop */
        0x254affff, /* addiu t2, t2, -1 */
        0x03e00008, /* jr ra */
        0,
    };
    for (unsigned i = 0; i < ARRAY_LEN(loop); i++)
        rig_store(r, LOOP + 4 * i, loop[i]);
    for (unsigned i = 0; i < ARRAY_LEN(delay); i++)
        rig_store(r, DELAY + 4 * i, delay[i]);
    mips_set_pc(&r->m.cpu[0]->mips, KSEG0(LOOP));
    r->m.cpu[0]->mips.r[4] = KSEG0(SCRIPT);
    r->script = SCRIPT;
}

static void rig_configure(struct rig *r, struct board_setup *s, const struct setup *setup)
{
    char text[512], share[80], vsock[80], shared[200];
    struct error e;
    snprintf(share, sizeof share, "9p,tag=t,dir=%s", rig_folder);
    snprintf(vsock, sizeof vsock, "vsock,path=%s/socket", rig_folder);
    snprintf(shared, sizeof shared, "8 virtio device=%s\n9 virtio device=%s\n", share, vsock);
    s->kn02 = (struct board_kn02_config){
        .ram = MIB(4), .engine = setup->engine, .epoch_ns = 1, .virtio = &r->list};
    s->s161 = (struct board_s161_config){.conf = &r->conf, .engine = setup->engine, .epoch_ns = 1};
    snprintf(text, sizeof text, "blk,file=%s,serial=1", rig_image);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), text, &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), "rng", &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), BALLOON_WORDS, &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), CONSOLE_WORDS, &e), ERR_OK);
    for (unsigned i = 0; setup->shared && i < 2; i++)
        assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), i ? vsock : share, &e),
                         ERR_OK);
    snprintf(text, sizeof text,
             "4 virtio device=blk,file=%s\n5 virtio device=rng\n6 virtio device=" BALLOON_WORDS
             "\n7 virtio device=" CONSOLE_WORDS "\n31 mainboard ramsize=4M\n%s",
             rig_image, setup->shared ? shared : "");
    assert_int_equal(s161_conf_parse(&r->conf, text, strlen(text), "rig", &e), ERR_OK);
    assert_int_equal(s161_conf_finish(&r->conf, &e), ERR_OK);
}

struct rig *rig_new(const struct setup *setup)
{
    struct rig *r = xcalloc(1, sizeof *r);
    struct machine_host host = {.wait = rig_wait,
                                .asked_to_end = rig_asked_to_end,
                                .mono_ns = rig_mono_ns,
                                .open_stream = rig_open_stream,
                                .ctx = r};
    struct board_setup s = {0};
    const struct board_class *cls;
    struct error e;
    r->s161 = setup->s161;
    if (setup->shared)
        host.poll = &r->poll;
    rig_configure(r, &s, setup);
    assert_int_equal(board_find(r->s161 ? "s161" : "dec5000", &cls, &e), ERR_OK);
    machine_init(&r->m, cls->hz, &host);
    r->m.warp = true;
    if (setup->replay)
        intake_replay(&r->m.intake, setup->replay->data, setup->replay->len);
    else if (setup->record)
        r->m.intake.mode = INTAKE_RECORD;
    if (board_make(&r->board, cls, &r->m, &s, &e))
        fail_msg("%s", e.msg);
    rig_guest(r);
    return r;
}

void rig_free(struct rig *r)
{
    board_free(&r->board);
    machine_fini(&r->m);
    host_poll_fini(&r->poll);
    if (r->peer)
        close(r->peer);
    if (r->listener)
        close(r->listener);
    s161_conf_fini(&r->conf);
    vio_conf_list_fini(&r->list);
    free(r);
}

void rig_run(struct rig *r)
{
    rig_power_off(r);
    r->m.stop_at = 50000000;
    if (machine_run(&r->m) != MACHINE_POWER_OFF)
        fail_msg("ended with %d: %s", r->m.end, r->m.reason);
}

/* A file of its own: an older one may still be a machine's. */
void rig_new_image(void)
{
    unlink(rig_image);
    FILE *f = fopen(rig_image, "w");
    assert_non_null(f);
    for (u32 i = 0; i < SECTORS; i++) {
        u8 sector[IO_SECTOR];
        memset(sector, (int)(i % 255 + 1), sizeof sector);
        assert_int_equal(fwrite(sector, sizeof sector, 1, f), 1);
    }
    fclose(f);
}

u8 rig_image_byte(u32 sector)
{
    FILE *f = fopen(rig_image, "r");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)(sector * IO_SECTOR), SEEK_SET), 0);
    int c = fgetc(f);
    fclose(f);
    return (u8)c;
}

const struct setup rig_engines[] = {{.engine = &vcpu_interp},
                                    {.engine = &vcpu_jit},
                                    {.s161 = true, .engine = &vcpu_interp},
                                    {.s161 = true, .engine = &vcpu_jit}};

/* ---- files ---- */

const char *rig_in_folder(const char *name)
{
    static char path[80];
    snprintf(path, sizeof path, "%s/%s", rig_folder, name);
    return path;
}

int rig_set_up(void **state)
{
    (void)state;
    int fd = mkstemp(rig_image);
    return fd < 0 || close(fd) || !mkdtemp(rig_folder);
}

int rig_tear_down(void **state)
{
    (void)state;
    return unlink(rig_image) || rmdir(rig_folder);
}
