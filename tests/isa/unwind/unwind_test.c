/* SPDX-License-Identifier: ISC */
/*
 * Runs a program step by step, notes its calls and returns, and asks for a back trace at every
 * instruction: it must be that of the notes, with symbols and, as far as can be asked, without.
 */
#include "isa/mips.h"
#include "isa/mips_unwind.h"
#include "lib/bits.h"
#include "lib/buf.h"
#include "host/host_slurp.h"
#include "machine/elf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define DEPTH 256
#define STEPS 2000000u

static const char *unwind_file;

struct bench {
    struct buf file;
    struct elf_image elf;
    struct symtab symbols;
    struct mem *mem;
    struct mips_code *code;
    struct mips cpu;
    struct trace trace;
    u32 finished;
    u32 call[DEPTH], back[DEPTH]; /* the shadow stack: where from, and where to */
    unsigned depth;
    u64 reads;
};

static bool bench_read(void *ctx, gva va, u32 *word)
{
    struct bench *b = ctx;
    gpa pa;
    const u8 *p = mips_translate(&b->cpu, va, &pa) ? mem_ram_ptr(b->mem, pa, 4) : NULL;
    b->reads++;
    if (p)
        *word = mem_load(p, 4, b->cpu.big);
    return p != NULL;
}

static bool bench_start(void *ctx, gva pc, gva *va)
{
    const struct bench *b = ctx;
    const struct symbol *s = symtab_at(&b->symbols, pc);
    if (s)
        *va = s->va;
    return s != NULL;
}

static struct mips_unwind_host bench_host(struct bench *b, bool symbols)
{
    return (struct mips_unwind_host){
        .code = b->code, .read = bench_read, .start = symbols ? bench_start : NULL, .ctx = b};
}

static void bench_open(struct bench *b)
{
    struct error e;
    *b = (struct bench){0};
    assert_int_equal(host_slurp(unwind_file, ELF_MAX_FILE, &b->file, &e), ERR_OK);
    assert_int_equal(elf_parse(b->file.data, b->file.len, &b->elf, &e), ERR_OK);
    elf_symbols(&b->elf, &b->symbols);
    assert_true(elf_symbol_find(&b->elf, "finished", &b->finished));
    b->mem = mem_new();
    assert_int_equal(mem_add_ram(b->mem, 0, MIB(2), &e), ERR_OK);
    struct elf_board board = {"the test's board", b->elf.big};
    assert_int_equal(elf_load(&b->elf, &board, b->mem, &e), ERR_OK);
    b->code = mips_code_new(b->mem, &mips_r3000a);
    mips_init(&b->cpu, &mips_r3000a, b->elf.big, 0, b->mem, b->code, &b->trace);
    mips_set_pc(&b->cpu, b->elf.entry);
}

static void bench_close(struct bench *b)
{
    mips_fini(&b->cpu);
    mips_code_free(b->code);
    mem_free(b->mem);
    symtab_fini(&b->symbols);
    buf_fini(&b->file);
}

/* One instruction, and what it means for the shadow stack. */
static void bench_step(struct bench *b)
{
    u32 pc = b->cpu.pc, word = 0;
    bool slot = b->cpu.bd;
    assert_true(bench_read(b, pc, &word));
    assert_int_equal(mips_run(&b->cpu, 1), MIPS_EXIT_BUDGET);
    bool call = word >> 26 == 3 || (word >> 26 == 0 && (word & 0x3f) == 9);
    if (call) {
        assert_true(b->depth < DEPTH);
        b->call[b->depth] = pc;
        b->back[b->depth++] = pc + 8;
    }
    if (slot && b->depth && b->cpu.pc == b->back[b->depth - 1])
        b->depth--;
}

static struct mips_unwind_regs bench_regs(const struct bench *b)
{
    struct mips_unwind_regs r = {.pc = b->cpu.pc, .epc = b->cpu.epc};
    memcpy(r.r, b->cpu.r, sizeof r.r);
    return r;
}

/* The shadow stack as the trace should show it. In the delay slot of a call, the call is made. */
static bool bench_matches(const struct bench *b, const struct mips_frame *f, unsigned n)
{
    unsigned depth = b->depth;
    if (b->cpu.bd && depth && b->call[depth - 1] == b->cpu.pc - 4)
        depth--;
    if (n != depth + 1 || f[0].pc != b->cpu.pc)
        return false;
    for (unsigned i = 0; i < depth; i++)
        if (f[1 + i].pc != b->call[depth - 1 - i])
            return false;
    return true;
}

static void bench_show(const struct bench *b, const struct mips_frame *f, unsigned n)
{
    char text[SYMTAB_TEXT];
    for (unsigned i = 0; i < n; i++)
        print_message("# found %08x %s\n", f[i].pc, symtab_text(&b->symbols, f[i].pc, text));
    for (unsigned i = b->depth; i > 0; i--)
        print_message("# made  %08x %s\n", b->call[i - 1],
                      symtab_text(&b->symbols, b->call[i - 1], text));
}

static void walk(bool symbols, u64 *asked, u64 *wrong)
{
    struct bench b;
    bench_open(&b);
    struct mips_unwind_host host = bench_host(&b, symbols);
    for (*asked = *wrong = 0; b.cpu.pc != b.finished && *asked < STEPS; ++*asked) {
        struct mips_frame f[MIPS_UNWIND_MAX];
        struct mips_unwind_regs regs = bench_regs(&b);
        unsigned n = mips_unwind(&regs, &host, f, MIPS_UNWIND_MAX, NULL);
        if (!bench_matches(&b, f, n) && (*wrong)++ < 3 && symbols)
            bench_show(&b, f, n);
        bench_step(&b);
    }
    assert_int_equal(b.cpu.pc, b.finished);
    bench_close(&b);
}

static void every_instruction_has_its_back_trace(void **state)
{
    (void)state;
    u64 asked, wrong;
    walk(true, &asked, &wrong);
    assert_true(asked > 1000);
    assert_int_equal(wrong, 0);
}

/* Where functions begin must then be guessed; most of it is still right. */
static void without_symbols_most_are_right(void **state)
{
    (void)state;
    u64 asked, wrong;
    walk(false, &asked, &wrong);
    print_message("# %llu of %llu are wrong\n", (unsigned long long)wrong,
                  (unsigned long long)asked);
    assert_true(wrong * 4 < asked);
}

/* Whatever is in registers and memory, it ends, and soon. */
static void nonsense_ends(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    u64 seed = 1;
    struct mips_unwind_host host = bench_host(&b, true);
    u8 *ram = mem_ram_ptr(b.mem, 0, MIB(2));
    for (unsigned round = 0; round < 2000; round++) {
        struct mips_unwind_regs regs = {.pc = 0};
        u32 *word = (u32 *)&regs;
        for (unsigned i = 0; i < sizeof regs / 4; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            word[i] = 0x80000000u | (u32)(seed >> 43);
        }
        for (unsigned i = 0; i < 64; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            store_le32(ram + (seed >> 20) % (MIB(2) - 4), 0x80000000u | (u32)(seed >> 43));
        }
        regs.pc = round & 1 ? b.elf.entry + (regs.pc & 0xffc) : regs.pc;
        struct mips_frame f[MIPS_UNWIND_MAX];
        b.reads = 0;
        unsigned n = mips_unwind(&regs, &host, f, MIPS_UNWIND_MAX, NULL);
        assert_in_range(n, 1, MIPS_UNWIND_MAX);
        assert_true(b.reads < 64 * 25000);
    }
    bench_close(&b);
}

/* A frame that says it is its own caller. */
static void loops_end(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    u32 va;
    assert_true(elf_symbol_find(&b.elf, "early", &va));
    struct mips_unwind_host host = bench_host(&b, true);
    struct mips_unwind_regs regs = {.pc = va};
    regs.r[29] = 0x80080000u;
    regs.r[31] = va + 8; /* not after a call, or after one that returns to itself */
    struct mips_frame f[MIPS_UNWIND_MAX];
    assert_in_range(mips_unwind(&regs, &host, f, MIPS_UNWIND_MAX, NULL), 1, MIPS_UNWIND_MAX);
    bench_close(&b);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 1;
    unwind_file = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_has_its_back_trace),
        cmocka_unit_test(without_symbols_most_are_right),
        cmocka_unit_test(nonsense_ends),
        cmocka_unit_test(loops_end),
    };
    return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
