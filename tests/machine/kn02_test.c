/* SPDX-License-Identifier: ISC */
/* The DECstation 5000/200 as a whole: with hearth, and with kernels of a few words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dev/tc_pmag.h"
#include "host/host_slurp.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/board.h"
#include "machine/elf.h"

#include <stdlib.h>
#include <string.h>

#define CODE 0x00040000u /* where small kernels are */

static struct buf hearth;

struct rig {
    struct machine m;
    struct board_kn02 *board;
    struct buf out;
    const char *typed;
    bool ended;
    u64 host_ns, slept_ns;
    u8 keys; /* to be pressed, from A on */
};

static void rig_wait(void *ctx, u64 ns, bool console)
{
    struct rig *r = ctx;
    (void)console;
    r->ended |= ns == ~0ull;
    if (ns != ~0ull) {
        r->host_ns += ns;
        r->slept_ns += ns;
    }
}

static bool rig_asked_to_end(void *ctx)
{
    return ((struct rig *)ctx)->ended;
}

static u64 rig_mono_ns(void *ctx)
{
    return ((struct rig *)ctx)->host_ns += 100;
}

static void rig_put(void *ctx, u8 ch)
{
    struct rig *r = ctx;
    buf_put_u8(&r->out, ch);
    buf_put_u8(&r->out, 0);
    r->out.len--;
}

static bool rig_get(void *ctx, u8 *ch)
{
    struct rig *r = ctx;
    if (!*r->typed)
        return false;
    *ch = (u8)*r->typed++;
    return true;
}

static bool rig_input_ended(void *ctx)
{
    return !*((struct rig *)ctx)->typed;
}

static bool rig_touched(void *ctx, struct io_input *in)
{
    struct rig *r = ctx;
    if (!r->keys)
        return false;
    *in = (struct io_input){.kind = IO_INPUT_KEY, .a = 4 + --r->keys, .b = true};
    return true;
}

static struct rig *rig_new_with(const struct vcpu_engine *engine, const char *typed,
                                const struct tc_pmag_model *graphics)
{
    struct rig *r = xcalloc(1, sizeof *r);
    struct machine_host host = {
        .wait = rig_wait, .asked_to_end = rig_asked_to_end, .mono_ns = rig_mono_ns, .ctx = r};
    struct board_kn02_config config = {.ram = MIB(4),
                                       .engine = engine ? engine : vcpu_usual,
                                       .epoch_ns = 1700000000000000000ull,
                                       .graphics = graphics};
    struct error e;
    config.line[TC_DZ_CONSOLE] =
        (struct io_console){.put = rig_put, .get = rig_get, .ended = rig_input_ended, .ctx = r};
    config.inputs = (struct io_inputs){.next = rig_touched, .ctx = r};
    r->typed = typed ? typed : "";
    machine_init(&r->m, BOARD_KN02_HZ, &host);
    r->m.warp = true;
    if (board_kn02_new(&r->board, &r->m, &config, &e))
        fail_msg("%s", e.msg);
    return r;
}

static struct rig *rig_new(const struct vcpu_engine *engine, const char *typed)
{
    return rig_new_with(engine, typed, NULL);
}

static void rig_free(struct rig *r)
{
    board_kn02_free(r->board);
    machine_fini(&r->m);
    buf_fini(&r->out);
    free(r);
}

static void rig_assert_printed(const struct rig *r, const char *text)
{
    const char *out = r->out.data ? (const char *)r->out.data : "";
    if (!strstr(out, text))
        fail_msg("expected \"%s\" in: %s", text, out);
}

static struct rig *rig_boot_hearth(const struct vcpu_engine *engine, const char *words,
                                   const char *typed)
{
    struct rig *r = rig_new(engine, typed);
    struct error e;
    assert_true(hearth.len > 0);
    if (board_kn02_boot(r->board, hearth.data, hearth.len, words, NULL, 0, &e))
        fail_msg("%s", e.msg);
    return r;
}

/* ---- hearth ---- */

static void hearth_runs_alike(void **state)
{
    (void)state;
    static const char words[] = "selftest; stress 4 1; bench crc32 20; halt 5";
    u64 hash = 0, cycles = 0;
    const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct rig *r = rig_boot_hearth(engines[i], words, NULL);
        assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
        assert_int_equal(r->m.exit_code, 5);
        rig_assert_printed(r, "hearth on DECstation 5000/200: 4096 KB");
        rig_assert_printed(r, " 0 failed");
        if (i == 0) {
            hash = machine_hash(&r->m);
            cycles = machine_now(&r->m);
        }
        assert_true(machine_hash(&r->m) == hash);
        assert_true(machine_now(&r->m) == cycles);
        rig_free(r);
    }
}

static void hearth_reads_lines(void **state)
{
    (void)state;
    struct rig *r = rig_boot_hearth(NULL, "", "cat /sys/uptime\nhalt 9\n");
    assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
    assert_int_equal(r->m.exit_code, 9);
    rig_assert_printed(r, "on DECstation 5000/200, processor 00000220");
    rig_free(r);
}

/* Saved in the middle, loaded into another machine, gone on there. */
static void hearth_moves(void **state)
{
    (void)state;
    static const char words[] = "bench sort 20; halt 6";
    struct rig *a = rig_boot_hearth(NULL, words, NULL);
    struct rig *b = rig_boot_hearth(NULL, "halt 1", NULL);
    struct buf saved = {0};
    struct error e;
    a->m.stop_at = 1500000;
    assert_int_equal(machine_run(&a->m), MACHINE_RUNS);
    state_set_save(&a->m.parts, &saved);
    if (state_set_load(&b->m.parts, saved.data, saved.len, &e))
        fail_msg("%s", e.msg);
    assert_true(machine_hash(&a->m) == machine_hash(&b->m));
    a->m.stop_at = ~0ull;
    assert_int_equal(machine_run(&a->m), MACHINE_POWER_OFF);
    assert_int_equal(machine_run(&b->m), MACHINE_POWER_OFF);
    assert_int_equal(b->m.exit_code, 6);
    assert_true(machine_hash(&a->m) == machine_hash(&b->m));
    buf_fini(&saved);
    rig_free(a);
    rig_free(b);
}

/* ---- idle loops ---- */

#define NAP_WORDS "sleep 200; bench crc32 1; sleep 100; halt 2"

struct way {
    const struct vcpu_engine *engine;
    bool blind; /* never looks for idle loops */
    bool paced;
    u64 slice; /* cycles at a time; 0: at one go */
};

static struct rig *run_nap(const struct way *w)
{
    struct rig *r = rig_boot_hearth(w->engine, NAP_WORDS, NULL);
    r->m.warp = !w->paced;
    if (w->blind)
        r->m.cpu[0]->mips.spin.next = ~0ull;
    while (r->m.end == MACHINE_RUNS) {
        r->m.stop_at = w->slice ? machine_now(&r->m) + w->slice : ~0ull;
        (void)machine_run(&r->m);
    }
    assert_int_equal(r->m.end, MACHINE_POWER_OFF);
    return r;
}

/* Whether, how and when they are passed over changes nothing of the run. */
static void idle_loops_are_passed_over(void **state)
{
    (void)state;
    static const struct way ways[] = {
        {&vcpu_interp, true, false, 0},     {&vcpu_jit, true, false, 0},
        {&vcpu_interp, false, false, 0},    {&vcpu_jit, false, false, 0},
        {&vcpu_interp, false, true, 0},     {&vcpu_jit, false, true, 0},
        {&vcpu_jit, false, false, 10007},   {&vcpu_jit, false, true, 10007},
        {&vcpu_interp, false, true, 65537}, {&vcpu_jit, true, true, 0},
    };
    u64 hash = 0, cycles = 0, retired = 0;
    for (unsigned i = 0; i < ARRAY_LEN(ways); i++) {
        struct rig *r = run_nap(&ways[i]);
        const struct vcpu *v = r->m.cpu[0];
        if (i == 0) {
            hash = machine_hash(&r->m);
            cycles = machine_now(&r->m);
            retired = vcpu_retired(v);
        }
        assert_true(machine_now(&r->m) == cycles);
        assert_true(vcpu_retired(v) == retired);
        assert_true(machine_hash(&r->m) == hash);
        assert_true(ways[i].blind == !v->exits[VCPU_SPIN]);
        assert_true((ways[i].paced && !ways[i].blind) == (r->slept_ns > 100000000));
        if (ways[i].paced && !ways[i].blind && !ways[i].slice) /* ticks do not get it ahead */
            assert_in_range(r->slept_ns, 300000000, cycles * 40);
        rig_free(r);
    }
}

/* ---- kernels of a few words ---- */

#define LUI(rt, v)       (0x3c000000u | (rt) << 16 | (v))
#define ORI(rt, v)       (0x34000000u | (rt) << 16 | (v))
#define LW(rt, off, rs)  (0x8c000000u | (rs) << 21 | (rt) << 16 | ((off)&0xffff))
#define SW(rt, off, rs)  (0xac000000u | (rs) << 21 | (rt) << 16 | ((off)&0xffff))
#define SB(rt, off, rs)  (0xa0000000u | (rs) << 21 | (rt) << 16 | ((off)&0xffff))
#define MFC0(rt, rd)     (0x40000000u | (rt) << 16 | (rd) << 11)
#define MTC0(rt, rd)     (0x40800000u | (rt) << 16 | (rd) << 11)
#define ADDIU(rt, rs, v) (0x24000000u | (rs) << 21 | (rt) << 16 | ((v)&0xffff))
#define J(to)            (0x08000000u | ((to) >> 2 & 0x3ffffff))
#define BC0F(words)      (0x41000000u | ((words)&0xffff))
#define BC0T(words)      (0x41010000u | ((words)&0xffff))
#define BNE(rs, rt, w)   (0x14000000u | (rs) << 21 | (rt) << 16 | ((w)&0xffff))
#define NOP              0u

/* Ends with a jump to where the PROM powers off. */
static void load_words(struct rig *r, const u32 *words, size_t n)
{
    u8 *code = mem_ram_ptr(r->m.mem, CODE, 4 * n + 16);
    const u32 end[] = {LUI(26, 0xbfc0), 0x03400008 /* jr k0 */, NOP, NOP};
    for (size_t i = 0; i < n; i++)
        store_le32(code + 4 * i, words[i]);
    for (size_t i = 0; i < ARRAY_LEN(end); i++)
        store_le32(code + 4 * (n + i), end[i]);
    mips_set_pc(&r->m.cpu[0]->mips, 0x80000000u + CODE);
}

static struct rig *run_words(const struct vcpu_engine *engine, const u32 *words, size_t n)
{
    struct rig *r = rig_new(engine, NULL);
    load_words(r, words, n);
    (void)machine_run(&r->m);
    return r;
}

/* What Linux does to find the size of the data cache, and its line size. */
static void caches_are_isolated(void **state)
{
    (void)state;
    const u32 words[] = {
        LUI(8, 0x8000),
        LUI(9, 1), /* kseg0; IsC */
        ORI(1, 0xabcd),
        SW(1, 0x100, 8),
        MTC0(9, 12),
        NOP,
        LW(10, 0x100, 8),
        MFC0(11, 12), /* a miss: memory is not seen */
        LUI(1, 0x1234),
        SW(1, 0x100, 8),
        LW(12, 0x100, 8),
        MFC0(13, 12),
        LUI(2, 0x8001),
        LW(14, 0x100, 2),
        MFC0(15, 12), /* 64 KB on: the same line, a miss */
        SB(0, 0x100, 8),
        LW(16, 0x100, 8),
        MFC0(17, 12), /* invalidated */
        LUI(9, 3),
        MTC0(9, 12),
        NOP,
        LW(18, 0x100, 8), /* the instruction cache */
        SW(9, 0x104, 8),
        LUI(9, 1),
        MTC0(9, 12),
        NOP,
        LW(19, 0x104, 8),
        MTC0(0, 12),
        NOP,
        LW(20, 0x100, 8),
        LW(21, 0x104, 8),
    };
    const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct rig *r = run_words(engines[i], words, ARRAY_LEN(words));
        const u32 *reg = r->m.cpu[0]->mips.r;
        const u32 cm = MIPS_ST_CM;
        assert_int_equal(r->m.end, MACHINE_POWER_OFF);
        assert_int_equal(reg[10], 0);
        assert_int_equal(reg[11] & cm, cm);
        assert_int_equal(reg[12], 0x12340000);
        assert_int_equal(reg[13] & cm, 0);
        assert_int_equal(reg[14], 0x12340000);
        assert_int_equal(reg[15] & cm, cm);
        assert_int_equal(reg[17] & cm, cm);
        assert_int_equal(reg[18], 0);
        assert_int_equal(reg[19], 0);
        assert_int_equal(reg[20], 0xabcd); /* memory was never touched */
        assert_int_equal(reg[21], 0);
        rig_free(r);
    }
}

/* The write buffer's condition is true; a user needs leave to ask. */
static void condition_pin(void **state)
{
    (void)state;
    const u32 words[] = {BC0F(3), ADDIU(8, 8, 1), ADDIU(8, 8, 2), NOP,
                         BC0T(3), ADDIU(8, 8, 4), ADDIU(8, 8, 8), NOP};
    const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct rig *r = run_words(engines[i], words, ARRAY_LEN(words));
        assert_int_equal(r->m.end, MACHINE_POWER_OFF);
        assert_int_equal(r->m.cpu[0]->mips.r[8], 1 + 2 + 4);
        rig_free(r);
    }
}

static void absent_slot_is_a_bus_error(void **state)
{
    (void)state;
    const u32 words[] = {LUI(8, 0xbe00), LW(9, 0, 8), NOP};
    struct rig *r = run_words(NULL, words, ARRAY_LEN(words));
    assert_int_equal(r->m.end, MACHINE_STOPPED); /* the vectors are the PROM's */
    assert_non_null(strstr(r->m.reason, "before it set up its own"));
    assert_int_equal(r->m.cpu[0]->mips.cause & 0x7c, MIPS_EXC_DBE << 2);
    assert_int_equal(r->m.cpu[0]->mips.irq_lines, 0x2000);
    rig_free(r);
}

static void older_proms_are_refused(void **state)
{
    (void)state;
    const u32 words[] = {LUI(8, 0xbfc0), ORI(9, 0x88) | 8u << 21, 0x0120f809 /* jalr t1 */, NOP};
    struct rig *r = run_words(NULL, words, ARRAY_LEN(words));
    assert_int_equal(r->m.end, MACHINE_STOPPED);
    assert_non_null(strstr(r->m.reason, "KN01, KN230"));
    rig_free(r);
}

/* ---- graphics ---- */

/* Fills the first 512 KB of a PMAG-BA in slot 2, a word at a time, and a byte behind them. */
static const u32 paints[] = {
    LUI(8, 0xbe80), LUI(9, 0xbe88), ORI(10, 0x0102),  SW(10, 0, 8),
    ADDIU(8, 8, 4), BNE(8, 9, -3),  ADDIU(10, 10, 3), SB(10, 7, 9),
};

static struct rig *painter(const struct vcpu_engine *engine)
{
    struct rig *r = rig_new_with(engine, NULL, &tc_pmag_ba);
    load_words(r, paints, ARRAY_LEN(paints));
    return r;
}

static void assert_painted(const struct rig *r)
{
    struct io_picture p;
    assert_true(board_kn02_look(r->board, &p));
    assert_null(p.cell);
    for (u32 i = 0; i < 0x20000; i++)
        assert_int_equal(load_le32(p.pixels.byte + 4 * i), 0x0102 + 3 * i);
    assert_int_equal(load_le32(p.pixels.byte + 0x80004), (0x0102 + 3 * 0x20000u) << 24);
}

static void frame_buffers_are_painted(void **state)
{
    (void)state;
    const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    u64 hash = 0;
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++) {
        struct rig *r = painter(engines[i]);
        assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
        assert_painted(r);
        if (i == 0)
            hash = machine_hash(&r->m);
        assert_true(machine_hash(&r->m) == hash);
        rig_free(r);
    }
}

/* Saved in the middle of a picture, which is then completed elsewhere. */
static void frame_buffers_move(void **state)
{
    (void)state;
    struct rig *a = painter(NULL), *b = painter(NULL);
    struct buf saved = {0};
    struct error e;
    u64 empty = machine_hash(&b->m);
    a->m.stop_at = 200000;
    assert_int_equal(machine_run(&a->m), MACHINE_RUNS);
    state_set_save(&a->m.parts, &saved);
    if (state_set_load(&b->m.parts, saved.data, saved.len, &e))
        fail_msg("%s", e.msg);
    assert_true(machine_hash(&b->m) == machine_hash(&a->m));
    assert_true(machine_hash(&b->m) != empty);
    b->m.stop_at = ~0ull;
    assert_int_equal(machine_run(&b->m), MACHINE_POWER_OFF);
    assert_painted(b);
    buf_fini(&saved);
    rig_free(a);
    rig_free(b);
}

/* Waits for two characters on line 0, and leaves their sum in t3. */
static const u32 listens[] = {
    LUI(8, 0xbfe0),
    ORI(1, 0x1000), /* line 0 receives */
    SW(1, 8, 8),
    ORI(1, 0x20),
    SW(1, 0, 8),
    ORI(13, 2),
    LW(9, 8, 8),
    0x312a8000, /* andi t2, t1, 0x8000 */
    0x1140fffd, /* beqz t2, the load */
    NOP,
    0x01695821, /* addu t3, t3, t1 */
    ADDIU(12, 12, 1),
    BNE(12, 13, -7),
    NOP,
};

static u64 listen(const void *log, size_t len, struct buf *recorded)
{
    struct rig *r = rig_new_with(NULL, NULL, &tc_pmag_ba);
    load_words(r, listens, ARRAY_LEN(listens));
    r->keys = log ? 0 : 2;
    r->m.intake.mode = INTAKE_RECORD;
    if (log)
        intake_replay(&r->m.intake, log, len);
    assert_int_equal(machine_run(&r->m), MACHINE_POWER_OFF);
    assert_int_equal(r->m.cpu[0]->mips.r[11], 0x8000 + 0x8000 + 0xc2 + 0xd9);
    if (recorded)
        buf_put(recorded, r->m.intake.log.data, r->m.intake.log.len);
    u64 hash = machine_hash(&r->m);
    rig_free(r);
    return hash;
}

static void keys_are_replayed(void **state)
{
    (void)state;
    struct buf log = {0};
    u64 live = listen(NULL, 0, &log);
    assert_true(listen(log.data, log.len, NULL) == live);
    buf_fini(&log);
}

/* A machine at power-on: its hash. */
static u64 kept(const u8 *nvram, const struct buf *log, struct buf *recorded,
                u8 held[TC_DS1287_RAM])
{
    struct machine m;
    struct board_kn02 *board;
    struct error e;
    struct machine_host host = {.wait = rig_wait, .mono_ns = rig_mono_ns};
    struct board_kn02_config config = {
        .ram = MIB(1), .engine = vcpu_usual, .epoch_ns = 1700000000000000000ull, .nvram = nvram};
    machine_init(&m, BOARD_KN02_HZ, &host);
    m.intake.mode = INTAKE_RECORD;
    if (log)
        intake_replay(&m.intake, log->data, log->len);
    assert_int_equal(board_kn02_new(&board, &m, &config, &e), ERR_OK);
    assert_false(m.intake.diverged);
    memcpy(held, board_kn02_nvram(board), TC_DS1287_RAM);
    if (recorded)
        buf_put(recorded, m.intake.log.data, m.intake.log.len);
    u64 hash = machine_hash(&m);
    board_kn02_free(board);
    machine_fini(&m);
    return hash;
}

/* A recording needs no file, and does not look at one. */
static void a_kept_memory_is_replayed(void **state)
{
    (void)state;
    static const u8 mine[TC_DS1287_RAM] = {1, 2, 3}, other[TC_DS1287_RAM] = {9};
    const u8 *const begins[] = {mine, NULL};
    for (unsigned i = 0; i < ARRAY_LEN(begins); i++) {
        struct buf log = {0};
        u8 live[TC_DS1287_RAM], again[TC_DS1287_RAM];
        u64 hash = kept(begins[i], NULL, &log, live);
        assert_int_equal(live[1], begins[i] ? 2 : 0);
        assert_true(kept(NULL, &log, NULL, again) == hash);
        assert_memory_equal(again, live, sizeof live);
        assert_true(kept(other, &log, NULL, again) == hash);
        assert_memory_equal(again, live, sizeof live);
        buf_fini(&log);
    }
}

static void no_graphics_unless_wanted(void **state)
{
    (void)state;
    struct rig *r = rig_new(NULL, NULL);
    struct io_picture p;
    assert_false(board_kn02_look(r->board, &p));
    assert_null(mem_ram_ptr(r->m.mem, 0x1e800000, 4));
    rig_free(r);
}

/* ---- kernels that do not fit ---- */

static struct buf changed_hearth(size_t at, u8 to)
{
    struct buf b = {0};
    buf_put(&b, hearth.data, hearth.len);
    b.data[at] = to;
    return b;
}

static void assert_refused(const struct buf *elf, const char *words, size_t initrd, const char *why)
{
    struct rig *r = rig_new(NULL, NULL);
    struct error e;
    u8 *image = xcalloc(1, initrd ? initrd : 1);
    assert_true(board_kn02_boot(r->board, elf->data, elf->len, words, image, initrd, &e) != ERR_OK);
    if (!strstr(e.msg, why))
        fail_msg("expected \"%s\" in: %s", why, e.msg);
    free(image);
    rig_free(r);
}

static void refuses_other_kernels(void **state)
{
    (void)state;
    struct buf mips3 = changed_hearth(39, 0x20);
    assert_refused(&mips3, "", 0, "is compiled for MIPS III");
    buf_fini(&mips3);
    struct buf big = {0};
    buf_put(&big, "\177ELF\1\2\1", 7);
    assert_refused(&big, "", 0, "");
    buf_fini(&big);
    char *words = xcalloc(1, 5001);
    memset(words, 'w', 5000);
    assert_refused(&hearth, words, 0, "5000 characters of words");
    free(words);
    assert_refused(&hearth, "", 4000000, "does not fit into RAM behind the kernel");
}

static void passes_an_initrd(void **state)
{
    (void)state;
    struct rig *r = rig_new(NULL, NULL);
    struct error e;
    static const u8 image[100] = "a file system";
    if (board_kn02_boot(r->board, hearth.data, hearth.len, " a\tb ", image, sizeof image, &e))
        fail_msg("%s", e.msg);
    const struct mips *c = &r->m.cpu[0]->mips;
    assert_int_equal(c->r[4], 6);
    static const char *const want[] = {"boot",        "0/kuseg", "rd_start=0x803f0000",
                                       "rd_size=100", "a",       "b"};
    for (u32 i = 0; i < 6; i++) {
        u32 at = load_le32(mem_ram_ptr(r->m.mem, (c->r[5] & 0x1fffffff) + 4 * i, 4));
        assert_string_equal((const char *)mem_ram_ptr(r->m.mem, at & 0x1fffffff, 32), want[i]);
    }
    assert_memory_equal(mem_ram_ptr(r->m.mem, 0x3f0000, 100), image, 100);
    rig_free(r);
}

static void boards_are_found(void **state)
{
    (void)state;
    const struct board_class *c = NULL;
    struct error e;
    assert_int_equal(board_find("kn02", &c, &e), ERR_OK);
    assert_string_equal(c->name, "dec5000");
    assert_int_equal(board_find("pc", &c, &e), ERR_USAGE);
    assert_non_null(strstr(e.msg, "s161 dec5000"));
    assert_int_equal(board_guess(hearth.data, hearth.len, &c, &e), ERR_OK);
    assert_string_equal(c->name, "dec5000");
    struct buf low = changed_hearth(26, 0); /* the entry, and the segment that it is in */
    low.data[52 + 8 + 2] = 0;
    assert_int_equal(board_guess(low.data, low.len, &c, &e), ERR_USAGE);
    buf_fini(&low);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hearth_runs_alike),
        cmocka_unit_test(hearth_reads_lines),
        cmocka_unit_test(hearth_moves),
        cmocka_unit_test(idle_loops_are_passed_over),
        cmocka_unit_test(caches_are_isolated),
        cmocka_unit_test(condition_pin),
        cmocka_unit_test(absent_slot_is_a_bus_error),
        cmocka_unit_test(older_proms_are_refused),
        cmocka_unit_test(frame_buffers_are_painted),
        cmocka_unit_test(frame_buffers_move),
        cmocka_unit_test(keys_are_replayed),
        cmocka_unit_test(a_kept_memory_is_replayed),
        cmocka_unit_test(no_graphics_unless_wanted),
        cmocka_unit_test(refuses_other_kernels),
        cmocka_unit_test(passes_an_initrd),
        cmocka_unit_test(boards_are_found),
    };
    struct error e;
    if (argc > 1 && host_slurp(argv[1], ELF_MAX_FILE, &hearth, &e))
        return 2;
    int failed = cmocka_run_group_tests_name("kn02", tests, NULL, NULL);
    buf_fini(&hearth);
    return failed;
}
