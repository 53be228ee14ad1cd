/* SPDX-License-Identifier: ISC */
/*
 * A DECstation with a card (LANCE, virtio) on a cable in memory, and a kernel of a few words that
 * polls: what comes in is recorded and replayed, and floods from either side leave the monitor in
 * charge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/io_ether_mem.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "dev/tc_lance.h"
#include "machine/board_kn02.h"

#include <stdlib.h>
#include <string.h>

#define CODE  0x00040000u
#define LANCE 0x1f800000u

#define LUI(rt, v)       (0x3c000000u | (rt) << 16 | (v))
#define ORI(rt, rs, v)   (0x34000000u | (rs) << 21 | (rt) << 16 | (v))
#define ANDI(rt, rs, v)  (0x30000000u | (rs) << 21 | (rt) << 16 | (v))
#define ADDIU(rt, rs, v) (0x24000000u | (rs) << 21 | (rt) << 16 | ((v)&0xffff))
#define LW(rt, off, rs)  (0x8c000000u | (rs) << 21 | (rt) << 16 | ((off)&0xffff))
#define SW(rt, off, rs)  (0xac000000u | (rs) << 21 | (rt) << 16 | ((off)&0xffff))
#define BEQ(rs, rt, by)  (0x10000000u | (rs) << 21 | (rt) << 16 | ((by)&0xffff))
#define BNE(rs, rt, by)  (0x14000000u | (rs) << 21 | (rt) << 16 | ((by)&0xffff))
#define ADDU(rd, rs, rt) (0x00000021u | (rs) << 21 | (rt) << 16 | (rd) << 11)
#define JR_RA            0x03e00008u
#define NOP              0u

enum {
    ZERO = 0,
    T0 = 8,
    T1 = 9,
    T2 = 10,
    PORTS = 16,
    RAM = 17,
    LEFT = 18,
    GATE = 19,
    STEP = 20,
    COUNT = 21
};

#define FRAMES 20

static const u8 mac[] = {0x08, 0x00, 0x2b, 0x01, 0x02, 0x03};

struct rig {
    struct machine m;
    struct board_kn02 *board;
    struct io_ether end[2];
    unsigned burst;     /* frames that the peer sends at each look */
    u64 polls, end_at;  /* looks so far; after so many the person asks to end (0: never) */
    u64 asked;          /* cycle */
    u64 code_at;        /* after so many looks the peer sends code (0: never), */
    u64 coded;          /* then, a cycle */
    unsigned back, odd; /* frames that came back; those that are not as they were sent */
    u64 host_ns;
};

static void rig_frame(u8 *frame, u32 n)
{
    memcpy(frame, mac, 6);
    for (u32 i = 6; i < 64; i++)
        frame[i] = (u8)(i + n);
}

/* Instructions in a frame, where they are aligned: what run_buffer waits for. */
static void rig_code_frame(u8 *frame)
{
    memcpy(frame, mac, 6);
    store_le32(frame + 16, ADDIU(LEFT, LEFT, -1));
    store_le32(frame + 20, JR_RA);
}

static void rig_listen(struct rig *r)
{
    u8 got[IO_ETHER_MAX], want[64];
    u32 len = sizeof got;
    for (; r->end[1].poll(r->end[1].ctx, got, &len); len = sizeof got) {
        if (len == 1)
            continue;
        rig_frame(want, got[63] - 63u);
        r->odd += len != 64 || memcmp(got, want, 64);
        r->back++;
    }
}

static void rig_wait(void *ctx, u64 ns, bool console)
{
    struct rig *r = ctx;
    u8 frame[64] = {0};
    (void)ns;
    (void)console;
    if (!r->end[1].ctx)
        return;
    if (r->code_at && r->polls == r->code_at) {
        rig_code_frame(frame);
        r->coded = machine_now(&r->m);
        r->end[1].send(r->end[1].ctx, frame, sizeof frame);
    }
    for (unsigned i = 0; i < r->burst; i++) {
        rig_frame(frame, (u32)r->polls + i);
        r->end[1].send(r->end[1].ctx, frame, sizeof frame);
    }
    rig_listen(r);
    r->polls++;
}

static bool rig_asked_to_end(void *ctx)
{
    struct rig *r = ctx;
    if (!r->end_at || r->polls < r->end_at)
        return false;
    r->asked = r->asked ? r->asked : machine_now(&r->m);
    return true;
}

static u64 rig_mono_ns(void *ctx)
{
    return ((struct rig *)ctx)->host_ns += 100;
}

static enum err rig_open(void *ctx, unsigned i, const struct io_ether_options *o,
                         struct io_ether *out, struct error *e)
{
    struct rig *r = ctx;
    (void)i;
    (void)o;
    (void)e;
    io_ether_mem_open(r->end);
    *out = r->end[0];
    return ERR_OK;
}

static void rig_start(struct rig *r, const u32 *words, size_t n)
{
    static const u16 block[] = {0, 0x0008, 0x012b, 0x0302, 0, 0, 0, 0, 0x40, 0, 0x80, 0};
    u8 *code = mem_ram_ptr(r->m.mem, CODE, 4 * n);
    u8 *ram = mem_ram_ptr(r->m.mem, LANCE, TC_LANCE_RAM);
    for (size_t i = 0; i < n; i++)
        store_le32(code + 4 * i, words[i]);
    for (size_t i = 0; i < ARRAY_LEN(block); i++)
        store_le16(ram + 2 * i, block[i]);
    store_le32(ram + 0x40, 0x80002000); /* to receive: 1536 bytes at 0x2000 */
    store_le16(ram + 0x44, 0xfa00);
    store_le16(ram + 0x84, 0xffc0); /* to send: 64 bytes */
    mips_set_pc(&r->m.cpu[0]->mips, 0x80000000u + CODE);
}

/* ---- virtio: queue 0 receives into one buffer, queue 1 sends from it ---- */

#define VIRTIO 0x1fc90000u
#define VQ(q)  (0x00050000u + (q)*0x4000u) /* descriptors, available at 0x1000, used at 0x2000 */
#define VBUF   0x00060000u

static void rig_virtio_set(struct rig *r, u32 off, u32 val)
{
    assert_true(mem_write(r->m.mem, (struct mem_access){.size = 4}, false, VIRTIO + off, val));
}

static void rig_virtio_queue(struct rig *r, u32 q)
{
    u8 *p = mem_ram_ptr(r->m.mem, VQ(q), 0x3000);
    store_le32(p, VBUF);
    store_le32(p + 8, q ? 12 + 64 : 2048);
    store_le16(p + 12, q ? 0 : 2);
    rig_virtio_set(r, 0x30, q);
    rig_virtio_set(r, 0x38, 4);
    rig_virtio_set(r, 0x80, VQ(q));
    rig_virtio_set(r, 0x90, VQ(q) + 0x1000);
    rig_virtio_set(r, 0xa0, VQ(q) + 0x2000);
    rig_virtio_set(r, 0x44, 1);
}

/* As a driver begins; nothing of this depends on what comes in. */
static void rig_start_virtio(struct rig *r, const u32 *words, size_t n)
{
    u8 *code = mem_ram_ptr(r->m.mem, CODE, 4 * n);
    for (size_t i = 0; i < n; i++)
        store_le32(code + 4 * i, words[i]);
    rig_virtio_set(r, 0x70, 3);
    rig_virtio_set(r, 0x24, 1);
    rig_virtio_set(r, 0x20, 1); /* VERSION_1 */
    rig_virtio_set(r, 0x70, 11);
    rig_virtio_queue(r, 0);
    rig_virtio_queue(r, 1);
    rig_virtio_set(r, 0x70, 15);
    mips_set_pc(&r->m.cpu[0]->mips, 0x80000000u + CODE);
}

/* log: to be replayed; NULL: recorded. */
static struct rig *rig_new_with(const struct vcpu_engine *engine, enum io_ether_card card,
                                const u32 *words, size_t n, const struct buf *log)
{
    struct rig *r = xcalloc(1, sizeof *r);
    struct machine_host host = {
        .wait = rig_wait, .asked_to_end = rig_asked_to_end, .mono_ns = rig_mono_ns, .ctx = r};
    struct board_kn02_config config = {.ram = MIB(4),
                                       .engine = engine,
                                       .epoch_ns = 1700000000000000000ull,
                                       .ether = {.n = 1, .open = rig_open, .ctx = r}};
    struct error e;
    memcpy(config.ether.cable[0].mac, mac, sizeof mac);
    config.ether.cable[0].card = card;
    machine_init(&r->m, BOARD_KN02_HZ, &host);
    r->m.warp = true;
    if (log)
        intake_replay(&r->m.intake, log->data, log->len);
    else
        r->m.intake.mode = INTAKE_RECORD;
    if (board_kn02_new(&r->board, &r->m, &config, &e))
        fail_msg("%s", e.msg);
    if (card == IO_ETHER_CARD_VIRTIO)
        rig_start_virtio(r, words, n);
    else
        rig_start(r, words, n);
    return r;
}

static struct rig *rig_new_card(enum io_ether_card card, const u32 *words, size_t n,
                                const struct buf *log)
{
    return rig_new_with(vcpu_usual, card, words, n, log);
}

static struct rig *rig_new(const u32 *words, size_t n, const struct buf *log)
{
    return rig_new_card(IO_ETHER_CARD_USUAL, words, n, log);
}

static void rig_free(struct rig *r)
{
    board_kn02_free(r->board);
    if (r->end[1].close)
        r->end[1].close(r->end[1].ctx);
    machine_fini(&r->m);
    free(r);
}

#define START                                                                                      \
    LUI(PORTS, 0xbf90), LUI(RAM, 0xbf80), LUI(GATE, 0xbfc8), ORI(LEFT, ZERO, FRAMES),              \
        SW(ZERO, 4, PORTS), ORI(T0, ZERO, 4), SW(T0, 0, PORTS), /* STOP */                         \
        ORI(T0, ZERO, 1), SW(T0, 0, PORTS),                     /* INIT */                         \
        ORI(T0, ZERO, 0x102), SW(T0, 0, PORTS)                  /* STRT */

/* Sends what it receives, from where it lies, and powers off after so many. */
static const u32 echo[] = {
    START,
    LW(T0, 0, PORTS),
    ANDI(T0, T0, 0x400), /* RINT */
    BEQ(T0, ZERO, -3),
    ORI(T1, ZERO, 0x400),
    SW(T1, 0, PORTS),
    LUI(T1, 0x8300), /* OWN, STP, ENP */
    ORI(T1, T1, 0x2000),
    SW(T1, 0x80, RAM),
    ORI(T1, ZERO, 8), /* TDMD */
    SW(T1, 0, PORTS),
    LW(T0, 0, PORTS),
    ANDI(T0, T0, 0x200), /* TINT */
    BEQ(T0, ZERO, -3),
    ORI(T1, ZERO, 0x200),
    SW(T1, 0, PORTS),
    LUI(T1, 0x8000), /* OWN */
    ORI(T1, T1, 0x2000),
    SW(T1, 0x40, RAM),
    ADDIU(LEFT, LEFT, -1),
    BNE(LEFT, ZERO, -20),
    NOP,
    SW(ZERO, 0x20, GATE), /* the power */
};

/* Starts the card and then does nothing with it. */
static const u32 deaf[] = {START, BEQ(ZERO, ZERO, -1), NOP};

/* Demands transmission without end. */
static const u32 doorbell[] = {START, ORI(T1, ZERO, 8), SW(T1, 0, PORTS), BEQ(ZERO, ZERO, -2), NOP};

/* Sends frames without end: as soon as one is gone it is there again. */
static const u32 flood[] = {START,
                            LUI(T1, 0x8300),
                            ORI(T1, T1, 0x2000),
                            SW(T1, 0x80, RAM),
                            ORI(T2, ZERO, 8),
                            SW(T2, 0, PORTS),
                            BEQ(ZERO, ZERO, -4),
                            NOP};

/* Runs what lies in the buffer for frames, again and again until it has counted to 10000, which
 * the code that is there at first does not do. */
static const u32 run_buffer[] = {START,
                                 ORI(LEFT, ZERO, 10000),
                                 ORI(T2, RAM, 0x2010),
                                 LUI(T1, JR_RA >> 16),
                                 ORI(T1, T1, JR_RA & 0xffff),
                                 SW(ZERO, 0, T2),
                                 SW(T1, 4, T2),
                                 SW(ZERO, 8, T2),
                                 T2 << 21 | 31 << 11 | 9, /* jalr */
                                 NOP,
                                 BNE(LEFT, ZERO, -3),
                                 NOP,
                                 SW(ZERO, 0x20, GATE)};

/* What comes in is executed at once, even where code was translated. */
static void frames_can_be_code(void **state)
{
    (void)state;
    static const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct rig *r =
            rig_new_with(engines[i], IO_ETHER_CARD_LANCE, run_buffer, ARRAY_LEN(run_buffer), NULL);
        r->code_at = 5;
        assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
        assert_in_range(machine_now(&r->m) - r->coded, 69990, 80000); /* 7 a round */
        rig_free(r);
    }
}

/* The indices of rings count in the upper half of their first word. */
#define VIRTIO_START                                                                               \
    LUI(PORTS, 0xbfc9), LUI(RAM, 0xa005), LUI(GATE, 0xbfc8), ORI(LEFT, ZERO, FRAMES), LUI(STEP, 1)

/* Offers the buffer (available), waits until it is used, and sends what is in it. */
static const u32 virtio_echo[] = {
    VIRTIO_START,
    ADDU(COUNT, COUNT, STEP), /* again: */
    SW(COUNT, 0x1000, RAM),
    SW(ZERO, 0x50, PORTS),
    LW(T0, 0x2000, RAM),
    BNE(T0, COUNT, -2),
    NOP,
    SW(COUNT, 0x5000, RAM),
    ORI(T1, ZERO, 1),
    SW(T1, 0x50, PORTS),
    LW(T0, 0x6000, RAM),
    BNE(T0, COUNT, -2),
    ADDIU(LEFT, LEFT, -1),
    BNE(LEFT, ZERO, -13),
    NOP,
    SW(ZERO, 0x20, GATE),
};

static const u32 virtio_deaf[] = {VIRTIO_START, BEQ(ZERO, ZERO, -1), NOP};

/* Rings the doorbell of the sending queue without end, each time with one more frame. */
static const u32 virtio_flood[] = {VIRTIO_START,           ADDU(COUNT, COUNT, STEP),
                                   SW(COUNT, 0x5000, RAM), ORI(T1, ZERO, 1),
                                   SW(T1, 0x50, PORTS),    LW(T0, 0x6000, RAM),
                                   BNE(T0, COUNT, -2),     NOP,
                                   BEQ(ZERO, ZERO, -8),    NOP};

static const u32 virtio_doorbell[] = {VIRTIO_START,        ORI(T1, ZERO, 1),
                                      SW(T1, 0x50, PORTS), SW(ZERO, 0x50, PORTS),
                                      BEQ(ZERO, ZERO, -3), NOP};

static void virtio_frames_replay(void **state)
{
    (void)state;
    for (unsigned burst = 1; burst <= 10; burst += 9) {
        struct rig *live =
            rig_new_card(IO_ETHER_CARD_VIRTIO, virtio_echo, ARRAY_LEN(virtio_echo), NULL);
        live->burst = burst;
        assert_int_equal(machine_run(&live->m), MACHINE_POWER_OFF);
        rig_listen(live);
        assert_int_equal(live->back, FRAMES);
        assert_int_equal(live->odd, 0);
        assert_int_equal(live->m.stats.net_reads, FRAMES);
        assert_int_equal(live->m.stats.net_writes, FRAMES);
        assert_int_equal(live->m.stats.net_drops, 0);
        struct rig *again = rig_new_card(IO_ETHER_CARD_VIRTIO, virtio_echo, ARRAY_LEN(virtio_echo),
                                         &live->m.intake.log);
        assert_int_equal(machine_run(&again->m), MACHINE_POWER_OFF);
        assert_null(again->end[0].ctx); /* no cable */
        assert_true(machine_now(&again->m) == machine_now(&live->m));
        assert_true(machine_hash(&again->m) == machine_hash(&live->m));
        rig_free(again);
        rig_free(live);
    }
}

static void virtio_floods_are_borne(void **state)
{
    (void)state;
    static const struct {
        const u32 *words;
        size_t n;
        unsigned burst;
        u64 least; /* frames sent */
    } cases[] = {
        {virtio_deaf, ARRAY_LEN(virtio_deaf), 1000, 0},
        {virtio_doorbell, ARRAY_LEN(virtio_doorbell), 1000, 0},
        {virtio_flood, ARRAY_LEN(virtio_flood), 1000, 1000},
    };
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        struct rig *r = rig_new_card(IO_ETHER_CARD_VIRTIO, cases[i].words, cases[i].n, NULL);
        r->burst = cases[i].burst;
        r->end_at = 20;
        assert_int_equal(machine_run(&r->m), MACHINE_INTERRUPTED);
        assert_true(machine_now(&r->m) == r->asked);
        assert_in_range(r->asked, 0, 21 << 20);
        assert_in_range(r->m.intake.log.len, 0, 1000);
        assert_in_range(r->m.stats.net_writes, cases[i].least, 21 << 20);
        rig_free(r);
    }
}

static void frames_replay(void **state)
{
    (void)state;
    struct rig *live = rig_new(echo, ARRAY_LEN(echo), NULL);
    live->burst = 1;
    assert_int_equal(machine_run(&live->m), MACHINE_POWER_OFF);
    rig_listen(live);
    assert_int_equal(live->back, FRAMES);
    assert_int_equal(live->odd, 0);
    assert_int_equal(live->m.stats.net_reads, FRAMES);
    assert_int_equal(live->m.stats.net_writes, FRAMES);
    struct rig *again = rig_new(echo, ARRAY_LEN(echo), &live->m.intake.log);
    assert_int_equal(machine_run(&again->m), MACHINE_POWER_OFF);
    assert_null(again->end[0].ctx); /* no cable */
    assert_true(machine_now(&again->m) == machine_now(&live->m));
    assert_true(machine_hash(&again->m) == machine_hash(&live->m));
    rig_free(again);
    rig_free(live);
}

/* A driver slower than its peer loses nothing that the cable still has. */
static void nothing_is_missed(void **state)
{
    (void)state;
    struct rig *r = rig_new(echo, ARRAY_LEN(echo), NULL);
    r->burst = 10;
    assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
    rig_listen(r);
    assert_int_equal(r->back, FRAMES);
    assert_int_equal(r->odd, 0);
    assert_int_equal(r->m.stats.net_drops, 0);
    rig_free(r);
}

/* However much goes over the cable: who asks it to end is heard at the next look, and nothing
 * piles up that nobody takes. */
static void floods_are_borne(void **state)
{
    (void)state;
    static const struct {
        const u32 *words;
        size_t n;
        unsigned burst;
    } cases[] = {
        {deaf, ARRAY_LEN(deaf), 1000},
        {doorbell, ARRAY_LEN(doorbell), 0},
        {flood, ARRAY_LEN(flood), 1000},
    };
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        struct rig *r = rig_new(cases[i].words, cases[i].n, NULL);
        r->burst = cases[i].burst;
        r->end_at = 20;
        assert_int_equal(machine_run(&r->m), MACHINE_INTERRUPTED);
        assert_true(machine_now(&r->m) == r->asked);
        assert_in_range(r->asked, 0, 21 << 20);
        assert_in_range(r->m.stats.net_reads, 0, 1);
        /* a cable's queue of what came before the card was on; a thousandth of what was sent */
        assert_in_range(r->m.intake.log.len, 0, 10000);
        if (cases[i].words == flood)
            assert_in_range(r->m.stats.net_writes, 10000, 21 << 20);
        rig_free(r);
    }
}

static bool has_card(struct rig *r, u32 slot)
{
    struct mem_access a = {.size = 1};
    u32 val = 0;
    return mem_read(r->m.mem, a, false, 0x1e3c03f8 + slot * 0x400000, &val) && (u8)val == 0xaa;
}

/* The second one is in slot 1. */
static void two_cards_at_most(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig *r = xcalloc(1, sizeof *r);
        struct board_kn02_config config = {.ram = MIB(4), .engine = vcpu_usual, .ether = {.n = 3}};
        struct machine_host host = {
            .wait = rig_wait, .asked_to_end = rig_asked_to_end, .mono_ns = rig_mono_ns, .ctx = r};
        struct error e;
        if (i) /* another bus's business */
            config.ether.cable[1].card = IO_ETHER_CARD_VIRTIO;
        machine_init(&r->m, BOARD_KN02_HZ, &host);
        enum err err = board_kn02_new(&r->board, &r->m, &config, &e);
        assert_int_equal(err, i ? ERR_OK : ERR_CONFIG);
        if (err)
            assert_non_null(strstr(e.msg, "there can be 2 LANCEs"));
        for (u32 slot = 0; !err && slot < 7; slot++)
            assert_int_equal(has_card(r, slot), slot == 1 || slot == 6);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_replay),           cmocka_unit_test(frames_can_be_code),
        cmocka_unit_test(nothing_is_missed),       cmocka_unit_test(floods_are_borne),
        cmocka_unit_test(two_cards_at_most),       cmocka_unit_test(virtio_frames_replay),
        cmocka_unit_test(virtio_floods_are_borne),
    };
    return cmocka_run_group_tests_name("kn02_ether", tests, NULL, NULL);
}
