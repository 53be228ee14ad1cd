/* SPDX-License-Identifier: ISC */
/*
 * Virtio devices in whole machines, of both boards: the guest is a loop that stores what a script
 * says, and calls code, so that a test can be any driver. Queues are laid into memory beforehand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOP    0x00002000u /* where the guest's code is */
#define CODE    0x00004000u /* a function */
#define RESULT  0x00006000u /* what it says */
#define QUEUES  0x00008000u /* 0x1000 a device */
#define BUFFERS 0x00010000u
#define SCRIPT  0x00080000u
#define SECTORS 2048u

#define BALLOON_WORDS "balloon,size=16K,control=./far"
#define CONSOLE_WORDS "console,socket=./console,port=one:./one"

#define KSEG0(pa) (0x80000000u | (pa))
#define KSEG1(pa) (0xa0000000u | (pa))

enum {
    BLK,
    RNG,
    BALLOON,
    CONSOLE,
    NDEVICES,

    NOTIFY = 0x50,
    ACK = 0x64,
};

struct rig {
    bool s161;
    struct machine m;
    struct s161_conf conf;
    struct vio_conf_list list;
    struct board board;
    u32 script; /* where its next line goes */
    u16 made[NDEVICES];
    u64 host_ns;
    struct far {
        char address[32];
        const char *said; /* what a peer has still to say; NULL: nobody is there */
        char heard[256];
    } far[3];
    unsigned nfar;
};

struct setup {
    bool s161;
    const struct vcpu_engine *engine;
    const struct buf *replay;
    bool record;
};

static char image[] = "/tmp/kuseg-virtio-XXXXXX";

static void rig_wait(void *ctx, u64 ns, bool console)
{
    (void)ctx, (void)ns, (void)console;
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

static void far_send(void *ctx, const void *data, u32 len)
{
    strncat(((struct far *)ctx)->heard, data, len);
}

static u32 far_receive(void *ctx, void *buf, u32 max)
{
    struct far *f = ctx;
    if (!max || !f->said || !*f->said)
        return 0;
    *(char *)buf = *f->said++;
    return 1;
}

static u32 far_unsent(void *ctx)
{
    (void)ctx;
    return 0;
}

static bool far_here(void *ctx)
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
    *out = (struct io_stream){
        .send = far_send, .receive = far_receive, .unsent = far_unsent, .here = far_here, .ctx = f};
    return ERR_OK;
}

/* In the order of the words that name them. */
enum {
    FAR_CONTROL,
    FAR_CONSOLE,
    FAR_ONE,
};

static void store(const struct rig *r, u32 pa, u32 word)
{
    u8 *p = mem_ram_ptr(r->m.mem, pa, 4);
    r->s161 ? store_be32(p, word) : store_le32(p, word);
}

/* ---- the script ---- */

static void line(struct rig *r, u32 va, u32 word)
{
    store(r, r->script, va);
    store(r, r->script + 4, word);
    r->script += 8;
}

static u32 base(const struct rig *r, unsigned dev)
{
    return r->s161 ? KSEG1(0x1fe00000u + (4 + dev) * 0x10000u) : KSEG1(0x1fc90000u + dev * 0x1000u);
}

static void set(struct rig *r, unsigned dev, u32 off, u32 val)
{
    line(r, base(r, dev) + off, val);
}

static void call(struct rig *r)
{
    line(r, 0, KSEG0(CODE));
}

static void power_off(struct rig *r)
{
    if (r->s161)
        line(r, 0xbffffc00u - 0x8000u + 0x208, 0);
    else
        line(r, 0xbfc80020u, 0);
}

static u32 queue(unsigned dev)
{
    return QUEUES + dev * 0x1000;
}

static void start(struct rig *r, unsigned dev)
{
    static const u32 regs[][2] = {{0x70, 0}, {0x70, 3}, {0x24, 1}, {0x20, 1}, {0x70, 11}};
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++)
        set(r, dev, regs[i][0], regs[i][1]);
    set(r, dev, 0x38, 16);
    set(r, dev, 0x80, queue(dev));
    set(r, dev, 0x90, queue(dev) + 0x400);
    set(r, dev, 0xa0, queue(dev) + 0x800);
    set(r, dev, 0x44, 1);
    set(r, dev, 0x70, 15);
}

static void desc(const struct rig *r, unsigned dev, u32 i, u32 pa, u32 len, u16 flags)
{
    u8 *p = mem_ram_ptr(r->m.mem, queue(dev) + 16 * i, 16);
    store_le64(p, pa);
    store_le32(p + 8, len);
    store_le16(p + 12, flags);
    store_le16(p + 14, (u16)(i + 1));
}

/* The chain at a head is offered by the guest's store of the index, whose byte order is virtio's.
 */
static void send(struct rig *r, unsigned dev, u16 head)
{
    u8 *ring = mem_ram_ptr(r->m.mem, queue(dev) + 0x404, 64);
    store_le16(ring + 2 * (r->made[dev] % 16), head);
    u8 first[4] = {0};
    store_le16(first + 2, ++r->made[dev]);
    line(r, KSEG0(queue(dev) + 0x400), r->s161 ? load_be32(first) : load_le32(first));
    set(r, dev, NOTIFY, 0);
    set(r, dev, ACK, 3);
}

/* Descriptors from 3 * slot on: a request for one sector at pa. */
static void disk_request(struct rig *r, u32 slot, u32 type, u32 sector, u32 pa)
{
    u32 header = BUFFERS + 32 * slot;
    u8 *p = mem_ram_ptr(r->m.mem, header, 17);
    store_le32(p, type);
    store_le64(p + 8, sector);
    desc(r, BLK, 3 * slot, header, 16, 1);
    desc(r, BLK, 3 * slot + 1, pa, IO_SECTOR, type ? 1 : 3);
    desc(r, BLK, 3 * slot + 2, header + 16, 1, 2);
}

/* ---- the machine ---- */

static void guest(struct rig *r)
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
    for (unsigned i = 0; i < ARRAY_LEN(loop); i++)
        store(r, LOOP + 4 * i, loop[i]);
    mips_set_pc(&r->m.cpu[0]->mips, KSEG0(LOOP));
    r->m.cpu[0]->mips.r[4] = KSEG0(SCRIPT);
    r->script = SCRIPT;
}

static void configure(struct rig *r, struct board_setup *s, const struct setup *setup)
{
    char text[256];
    struct error e;
    s->kn02 = (struct board_kn02_config){
        .ram = MIB(4), .engine = setup->engine, .epoch_ns = 1, .virtio = &r->list};
    s->s161 = (struct board_s161_config){.conf = &r->conf, .engine = setup->engine, .epoch_ns = 1};
    snprintf(text, sizeof text, "blk,file=%s,serial=1", image);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), text, &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), "rng", &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), BALLOON_WORDS, &e), ERR_OK);
    assert_int_equal(vio_conf_parse(vio_conf_list_add(&r->list), CONSOLE_WORDS, &e), ERR_OK);
    snprintf(text, sizeof text,
             "4 virtio device=blk,file=%s\n5 virtio device=rng\n6 virtio device=" BALLOON_WORDS
             "\n7 virtio device=" CONSOLE_WORDS "\n31 mainboard ramsize=4M\n",
             image);
    assert_int_equal(s161_conf_parse(&r->conf, text, strlen(text), "rig", &e), ERR_OK);
    assert_int_equal(s161_conf_finish(&r->conf, &e), ERR_OK);
}

static struct rig *rig_new(const struct setup *setup)
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
    configure(r, &s, setup);
    assert_int_equal(board_find(r->s161 ? "s161" : "dec5000", &cls, &e), ERR_OK);
    machine_init(&r->m, cls->hz, &host);
    r->m.warp = true;
    if (setup->replay)
        intake_replay(&r->m.intake, setup->replay->data, setup->replay->len);
    else if (setup->record)
        r->m.intake.mode = INTAKE_RECORD;
    if (board_make(&r->board, cls, &r->m, &s, &e))
        fail_msg("%s", e.msg);
    guest(r);
    return r;
}

static void rig_free(struct rig *r)
{
    board_free(&r->board);
    machine_fini(&r->m);
    s161_conf_fini(&r->conf);
    vio_conf_list_fini(&r->list);
    free(r);
}

static void run(struct rig *r)
{
    power_off(r);
    r->m.stop_at = 50000000;
    if (machine_run(&r->m) != MACHINE_POWER_OFF)
        fail_msg("ended with %d: %s", r->m.end, r->m.reason);
}

/* A file of its own: an older one may still be a machine's. */
static void new_image(void)
{
    unlink(image);
    FILE *f = fopen(image, "w");
    assert_non_null(f);
    for (u32 i = 0; i < SECTORS; i++) {
        u8 sector[IO_SECTOR];
        memset(sector, (int)(i % 255 + 1), sizeof sector);
        assert_int_equal(fwrite(sector, sizeof sector, 1, f), 1);
    }
    fclose(f);
}

static u8 image_byte(u32 sector)
{
    FILE *f = fopen(image, "r");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)(sector * IO_SECTOR), SEEK_SET), 0);
    int c = fgetc(f);
    fclose(f);
    return (u8)c;
}

static const struct setup engines[] = {{.engine = &vcpu_interp},
                                       {.engine = &vcpu_jit},
                                       {.s161 = true, .engine = &vcpu_interp},
                                       {.s161 = true, .engine = &vcpu_jit}};

/* ---- what is shown ---- */

/* Copies sector 7 to sector 9 and fetches entropy. */
static void work(struct rig *r)
{
    start(r, BLK);
    start(r, RNG);
    disk_request(r, 0, 0, 7, BUFFERS + 0x1000);
    disk_request(r, 1, 1, 9, BUFFERS + 0x1000);
    desc(r, RNG, 0, BUFFERS + 0x2000, 64, 2);
    send(r, BLK, 0);
    send(r, BLK, 3);
    send(r, RNG, 0);
    run(r);
}

static void both_boards_have_disks_and_entropy(void **state)
{
    (void)state;
    static const u8 zeros[64];
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        new_image();
        struct rig *r = rig_new(&engines[i]);
        work(r);
        const u8 *buf = mem_ram_ptr(r->m.mem, BUFFERS, 0x3000);
        assert_int_equal(buf[0x1000], 8);
        assert_int_equal(buf[16], 0); /* status */
        assert_int_equal(buf[32 + 16], 0);
        assert_memory_not_equal(buf + 0x2000, zeros, sizeof zeros);
        assert_int_equal(image_byte(9), 8);
        assert_true(r->m.stats.disk_reads == 1 && r->m.stats.disk_writes == 1);
        rig_free(r);
    }
}

static void a_recorded_run_is_replayed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct setup s = engines[i];
        s.record = true;
        new_image();
        struct rig *a = rig_new(&s);
        work(a);
        new_image();
        s.record = false;
        s.replay = &a->m.intake.log;
        struct rig *b = rig_new(&s);
        work(b);
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        assert_int_equal(image_byte(9), 10); /* a replay leaves it alone */
        rig_free(a);
        rig_free(b);
    }
}

/* A function that stores `n` at RESULT + 4 * n; the second half of the page is data. */
static void function(const struct rig *r, u32 pa, u32 n)
{
    const u32 code[] = {0x3c0a8000,                     /* lui t2, 0x8000 */
                        0x354a0000 | (RESULT & 0xffff), /* ori t2, t2, RESULT */
                        0x240b0000 | n,                 /* addiu t3, zero, n */
                        0x8d4c0000 | 4 * n,             /* lw t4, 4n(t2) */
                        0,
                        0x258c0001,          /* addiu t4, t4, 1 */
                        0x03e00008,          /* jr ra */
                        0xad4c0000 | 4 * n}; /* sw t4, 4n(t2) */
    for (unsigned i = 0; i < ARRAY_LEN(code); i++)
        store(r, pa + 4 * i, code[i]);
}

/* What the disk delivers over code that has run, hot or cold, is the code from then on. */
static void code_that_comes_by_disk_is_noticed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * ARRAY_LEN(engines); i++) {
        new_image();
        struct rig *r = rig_new(&engines[i / 2]);
        unsigned times = i % 2 ? 3000 : 2;
        start(r, BLK);
        function(r, CODE, 1);
        function(r, BUFFERS + 0x1000, 2);
        disk_request(r, 0, 1, 20, BUFFERS + 0x1000);
        disk_request(r, 1, 0, 20, CODE);
        send(r, BLK, 0);
        for (unsigned n = 0; n < times; n++)
            call(r);
        send(r, BLK, 3);
        for (unsigned n = 0; n < times; n++)
            call(r);
        run(r);
        const u8 *p = mem_ram_ptr(r->m.mem, RESULT, 16);
        assert_int_equal(mem_load(p + 4, 4, r->s161), times);
        assert_int_equal(mem_load(p + 8, 4, r->s161), times);
        rig_free(r);
    }
}

/* A doorbell that never rests and a queue that breaks: the machine goes on, and alike. */
static void floods_and_broken_queues_do_no_harm(void **state)
{
    (void)state;
    u64 hash[2] = {0, 0};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        new_image();
        struct rig *r = rig_new(&engines[i]);
        start(r, BLK);
        start(r, RNG);
        desc(r, BLK, 0, BUFFERS, 16, 1);
        desc(r, BLK, 1, BUFFERS, 16, 1);
        mem_ram_ptr(r->m.mem, queue(BLK) + 16 + 14, 2)[0] = 0; /* a loop */
        send(r, BLK, 0);
        for (unsigned n = 0; n < 100000; n++)
            set(r, n % 2 ? BLK : RNG, NOTIFY, 0);
        run(r);
        u64 h = machine_hash(&r->m);
        if (hash[r->s161])
            assert_true(h == hash[r->s161]);
        hash[r->s161] = h;
        rig_free(r);
    }
}

/* Saved between two requests, loaded into another machine, gone on there. */
static void a_saved_machine_goes_on_elsewhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        new_image();
        struct rig *a = rig_new(&engines[i]);
        start(a, BLK);
        disk_request(a, 0, 0, 7, BUFFERS + 0x1000);
        disk_request(a, 1, 0, 8, BUFFERS + 0x1200);
        send(a, BLK, 0);
        for (unsigned n = 0; n < 1000; n++)
            set(a, BLK, NOTIFY, 0);
        send(a, BLK, 3);
        power_off(a);
        a->m.stop_at = 3000;
        assert_int_equal(machine_run(&a->m), MACHINE_RUNS);
        struct buf saved = {0};
        struct error e;
        state_set_save(&a->m.parts, &saved);
        new_image();
        struct rig *b = rig_new(&engines[i]);
        if (state_set_load(&b->m.parts, saved.data, saved.len, &e))
            fail_msg("%s", e.msg);
        struct rig *both[] = {a, b};
        for (unsigned k = 0; k < 2; k++) {
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1000, 1)[0], 8);
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1200, 1)[0], 0);
            both[k]->m.stop_at = 50000000;
            assert_int_equal(machine_run(&both[k]->m), MACHINE_POWER_OFF);
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1200, 1)[0], 9);
        }
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        buf_fini(&saved);
        rig_free(a);
        rig_free(b);
    }
}

static u32 get(const struct rig *r, unsigned dev, u32 off)
{
    u32 val;
    u64 pa = base(r, dev) - KSEG1(0) + off;
    assert_true(mem_read(r->m.mem, (struct mem_access){.size = 4}, r->s161, pa, &val));
    return val;
}

/* The guest gives up a page with code that has run, goes on, and hears of other sizes. */
static void give_up(struct rig *r)
{
    start(r, BALLOON);
    function(r, CODE, 1);
    store_le32(mem_ram_ptr(r->m.mem, BUFFERS, 4), CODE >> MEM_PAGE_SHIFT);
    desc(r, BALLOON, 0, BUFFERS, 4, 0);
    call(r);
    send(r, BALLOON, 0);
    set(r, BALLOON, 0x104, r->s161 ? 7 : 5);
    for (unsigned n = 0; n < 200000; n++)
        set(r, RNG, NOTIFY, 0);
    run(r);
}

/* The control socket's words enter as input: a replay takes the same, without a socket. */
static void a_balloon_is_told_and_replays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct setup s = engines[i];
        s.record = true;
        new_image();
        struct rig *a = rig_new(&s);
        assert_int_equal(get(a, BALLOON, 0x100), 4);
        a->far[FAR_CONTROL].said = "1M\r\n5000M\nmuch\n\n64K\n";
        give_up(a);
        assert_int_equal(get(a, BALLOON, 0x100), 16);
        assert_int_equal(get(a, BALLOON, 0x104), a->s161 ? 7 : 5);
        assert_non_null(
            strstr(a->far[FAR_CONTROL].heard, " of 1 MB taken\n'5000M' is out of range"));
        assert_non_null(strstr(a->far[FAR_CONTROL].heard, "\n'much' "));
        assert_non_null(strstr(a->far[FAR_CONTROL].heard, " of 64 KB taken\n"));
        assert_int_equal(mem_ram_ptr(a->m.mem, CODE, 1)[0], 0);
        assert_int_equal(mem_load(mem_ram_ptr(a->m.mem, RESULT + 4, 4), 4, a->s161), 1);
        assert_int_equal(a->m.stats.balloon_given_back, 4096);
        s.record = false;
        s.replay = &a->m.intake.log;
        new_image();
        struct rig *b = rig_new(&s);
        give_up(b);
        assert_int_equal(get(b, BALLOON, 0x100), 16);
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        assert_int_equal(b->nfar, 0);
        rig_free(a);
        rig_free(b);
    }
}

/* The guest of a simple driver: sends, and what is typed later comes into its buffer. */
static void talk(struct rig *r)
{
    static const u32 regs[][2] = {{0x70, 0}, {0x70, 3}, {0x24, 1}, {0x20, 1}, {0x70, 11}};
    u32 tx = QUEUES + NDEVICES * 0x1000;
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++)
        set(r, CONSOLE, regs[i][0], regs[i][1]);
    for (unsigned i = 0; i < 2; i++) {
        u32 at = i ? tx : queue(CONSOLE);
        set(r, CONSOLE, 0x30, i);
        set(r, CONSOLE, 0x38, 16);
        set(r, CONSOLE, 0x80, at);
        set(r, CONSOLE, 0x90, at + 0x400);
        set(r, CONSOLE, 0xa0, at + 0x800);
        set(r, CONSOLE, 0x44, 1);
    }
    set(r, CONSOLE, 0x70, 15);
    memcpy(mem_ram_ptr(r->m.mem, BUFFERS, 6), "prompt", 6);
    store_le32(mem_ram_ptr(r->m.mem, tx, 16), BUFFERS);
    store_le32(mem_ram_ptr(r->m.mem, tx + 8, 4), 6);
    store_le16(mem_ram_ptr(r->m.mem, tx + 0x402, 2), 1);
    set(r, CONSOLE, NOTIFY, 1);
    for (u32 i = 0; i < 4; i++)
        desc(r, CONSOLE, i, BUFFERS + 0x100 * (i + 1), 0x100, 2);
    for (u16 i = 0; i < 4; i++)
        send(r, CONSOLE, i);
    for (unsigned n = 0; n < 200000; n++)
        set(r, RNG, NOTIFY, 0);
    run(r);
}

static void a_console_is_talked_to_and_replays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct setup s = engines[i];
        s.record = true;
        new_image();
        struct rig *a = rig_new(&s);
        a->far[FAR_CONSOLE].said = "yes";
        a->far[FAR_ONE].said = "nobody opens this port";
        talk(a);
        assert_string_equal(a->far[FAR_CONSOLE].address, "./console");
        assert_string_equal(a->far[FAR_CONSOLE].heard, "prompt");
        assert_string_equal(a->far[FAR_CONSOLE].said, "");
        assert_string_equal(a->far[FAR_ONE].said, "nobody opens this port");
        assert_int_equal(mem_ram_ptr(a->m.mem, BUFFERS + 0x100, 1)[0], 'y');
        assert_int_equal(mem_ram_ptr(a->m.mem, BUFFERS + 0x300, 1)[0], 's');
        s.record = false;
        s.replay = &a->m.intake.log;
        new_image();
        struct rig *b = rig_new(&s);
        talk(b);
        assert_int_equal(mem_ram_ptr(b->m.mem, BUFFERS + 0x300, 1)[0], 's');
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        rig_free(a);
        rig_free(b);
    }
}

static int set_up(void **state)
{
    (void)state;
    int fd = mkstemp(image);
    return fd < 0 || close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_boards_have_disks_and_entropy),
        cmocka_unit_test(a_recorded_run_is_replayed),
        cmocka_unit_test(code_that_comes_by_disk_is_noticed),
        cmocka_unit_test(floods_and_broken_queues_do_no_harm),
        cmocka_unit_test(a_saved_machine_goes_on_elsewhere),
        cmocka_unit_test(a_balloon_is_told_and_replays),
        cmocka_unit_test(a_console_is_talked_to_and_replays),
    };
    return cmocka_run_group_tests_name("virtio", tests, set_up, tear_down);
}
