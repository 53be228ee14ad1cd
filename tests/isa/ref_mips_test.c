/* SPDX-License-Identifier: ISC */
/*
 * Self-test of the reference interpreter: direct cases with literal values (worked out by hand
 * from the manual), and a run of random words for the sanitizers. Prints what fails; exit 0 or 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref_mips.h"

#define RAM_SIZE 0x10000u

/*
 * The world: 64 KiB of RAM at physical 0 and 4 KiB at 0x1fc00000; the rest is a bus error.
 */
static uint8_t ram[RAM_SIZE], rom[0x1000];
static unsigned writes;
static uint32_t first_write_pa, last_write_pa;
static struct ref_mips cpu;
static int failures, checks;
static const char *case_name = "?";

static uint8_t *locate(uint32_t pa, unsigned size)
{
    if (pa <= RAM_SIZE - size)
        return ram + pa;
    if (pa >= 0x1fc00000u && pa - 0x1fc00000u <= sizeof rom - size)
        return rom + (pa - 0x1fc00000u);
    return NULL;
}

static bool mem_read(void *ctx, uint32_t pa, unsigned size, bool fetch, uint32_t *value)
{
    const struct ref_mips *c = ctx;
    const uint8_t *p = locate(pa, size);
    uint32_t v = 0;

    (void)fetch;
    if (pa % size != 0 || !p)
        return false;
    for (unsigned i = 0; i < size; i++)
        v |= (uint32_t)p[i] << 8 * (c->big_endian ? size - 1 - i : i);
    *value = v;
    return true;
}

static bool mem_write(void *ctx, uint32_t pa, unsigned size, uint32_t value)
{
    const struct ref_mips *c = ctx;
    uint8_t *p = locate(pa, size);

    if (pa % size != 0 || !p)
        return false;
    if (writes++ == 0)
        first_write_pa = pa;
    last_write_pa = pa;
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> 8 * (c->big_endian ? size - 1 - i : i));
    return true;
}

static const struct ref_mem_ops ops = {mem_read, mem_write};

static void check(const char *what, uint32_t got, uint32_t want)
{
    checks++;
    if (got == want)
        return;
    failures++;
    printf("FAIL %s: %s is 0x%08x, not 0x%08x\n", case_name, what, (unsigned)got, (unsigned)want);
}

#define EQ(expr, want) check(#expr, (uint32_t)(expr), (uint32_t)(want))

/* A fresh machine, about to execute at 0x80001000 in kernel mode, BEV clear. */
static void fresh(const char *name, bool mips161, bool big_endian)
{
    case_name = name;
    memset(ram, 0, sizeof ram);
    memset(rom, 0, sizeof rom);
    writes = 0;
    first_write_pa = last_write_pa = 0;
    memset(&cpu, 0, sizeof cpu);
    cpu.mem = &ops;
    cpu.memctx = &cpu;
    cpu.prid = mips161 ? 0xa1 : 0x230;
    cpu.mips161 = mips161;
    cpu.big_endian = big_endian;
    ref_reset(&cpu);
    cpu.status = 0;
    cpu.pc = 0x80001000;
    cpu.npc = 0x80001004;
}

static void put(uint32_t pa, uint32_t word)
{
    if (!mem_write(&cpu, pa, 4, word))
        abort();
    writes = 0;
}

static uint32_t word_at(uint32_t pa)
{
    uint32_t v;

    if (!mem_read(&cpu, pa, 4, false, &v))
        abort();
    return v;
}

/* Execute this word at 0x80001000 on the machine as it is. */
static void run(uint32_t insn)
{
    put(0x1000, insn);
    ref_step(&cpu);
}

static void go(uint32_t pc)
{
    cpu.pc = pc;
    cpu.npc = pc + 4;
    cpu.bd = false;
}

static void expect_exception(uint32_t vector, uint32_t cause, uint32_t epc)
{
    EQ(cpu.pc, vector);
    EQ(cpu.npc, vector + 4);
    EQ(cpu.bd, false);
    EQ(cpu.cause, cause);
    EQ(cpu.epc, epc);
}

/* $1 = a, $2 = b, result in $3 */
static uint32_t alu(uint32_t insn, uint32_t a, uint32_t b)
{
    go(0x80001000);
    cpu.r[1] = a;
    cpu.r[2] = b;
    cpu.r[3] = 0xdeadbeef;
    run(insn);
    return cpu.r[3];
}

static void test_reset(void)
{
    fresh("reset", false, true);
    cpu.steps = 7;
    cpu.r[5] = 1;
    ref_reset(&cpu);
    EQ(cpu.pc, 0xbfc00000);
    EQ(cpu.npc, 0xbfc00004);
    EQ(cpu.status, 0x00400000);
    EQ(cpu.steps, 0);
    EQ(cpu.r[5], 0);
    EQ(cpu.prid, 0x230);
    EQ(cpu.big_endian, true);
    EQ(cpu.tlb[63].hi, 0x8103f000);
    EQ(cpu.mem == &ops, true);
}

static void test_alu(void)
{
    fresh("alu", false, true);
    EQ(alu(0x00221821, 0xffffffff, 2), 1);                   /* addu $3,$1,$2 */
    EQ(alu(0x00221823, 1, 2), 0xffffffff);                   /* subu */
    EQ(alu(0x00221824, 0xff00ff00, 0x0ff00ff0), 0x0f000f00); /* and */
    EQ(alu(0x00221825, 0xff00ff00, 0x0ff00ff0), 0xfff0fff0); /* or */
    EQ(alu(0x00221826, 0xff00ff00, 0x0ff00ff0), 0xf0f0f0f0); /* xor */
    EQ(alu(0x00221827, 0xff00ff00, 0x0ff00ff0), 0x000f000f); /* nor */
    EQ(alu(0x0022182a, 0xffffffff, 1), 1);                   /* slt */
    EQ(alu(0x0022182a, 1, 0xffffffff), 0);
    EQ(alu(0x0022182b, 0xffffffff, 1), 0); /* sltu */
    EQ(alu(0x0022182b, 1, 0xffffffff), 1);
    EQ(alu(0x00021900, 0, 0x12345678), 0x23456780);          /* sll $3,$2,4 */
    EQ(alu(0x00021902, 0, 0x82345678), 0x08234567);          /* srl $3,$2,4 */
    EQ(alu(0x00021903, 0, 0x82345678), 0xf8234567);          /* sra $3,$2,4 */
    EQ(alu(0x00021fc3, 0, 0x80000000), 0xffffffff);          /* sra $3,$2,31 */
    EQ(alu(0x00221804, 0xffffffe4, 0x12345678), 0x23456780); /* sllv, amount 4 */
    EQ(alu(0x00221806, 36, 0x82345678), 0x08234567);         /* srlv, amount 4 */
    EQ(alu(0x00221807, 4, 0x82345678), 0xf8234567);          /* srav */
    EQ(alu(0x2023ffff, 5, 0), 4);                            /* addi $3,$1,-1 */
    EQ(alu(0x24238000, 0, 0), 0xffff8000);                   /* addiu */
    EQ(alu(0x2823ffff, 0xfffffffe, 0), 1);                   /* slti -2 < -1 */
    EQ(alu(0x2c23ffff, 0xfffffffe, 0), 1);                   /* sltiu < 0xffffffff */
    EQ(alu(0x2c23ffff, 0xffffffff, 0), 0);
    EQ(alu(0x3023ffff, 0x12345678, 0), 0x00005678); /* andi: zero-extended */
    EQ(alu(0x34238000, 0x10000000, 0), 0x10008000); /* ori */
    EQ(alu(0x3823ffff, 0xffffffff, 0), 0xffff0000); /* xori */
    EQ(alu(0x3c038765, 0, 0), 0x87650000);          /* lui */
    EQ(alu(0x03e21900, 0, 1), 0x10);                /* sll with rs=31: ignored */
    EQ(alu(0x002219e1, 1, 2), 3);                   /* addu with shamt: ignored */
    EQ(cpu.pc, 0x80001004);
    EQ(cpu.steps, 28);

    alu(0x00220021, 3, 4); /* addu $0,$1,$2 */
    EQ(cpu.r[0], 0);
    cpu.r[0] = 99;
    EQ(alu(0x00011821, 5, 0), 5); /* addu $3,$0,$1 */
}

static void test_overflow(void)
{
    fresh("overflow", false, true);
    EQ(alu(0x00221820, 0x7fffffff, 1), 0xdeadbeef); /* add */
    expect_exception(0x80000080, 12 << 2, 0x80001000);
    EQ(alu(0x00221820, 0x80000000, 0x7fffffff), 0xffffffff);
    EQ(alu(0x00221820, 0x80000000, 0xffffffff), 0xdeadbeef);
    EQ(alu(0x00221822, 0x80000000, 1), 0xdeadbeef); /* sub */
    EQ(alu(0x00221822, 0, 0x80000000), 0xdeadbeef);
    EQ(alu(0x00221822, 0xffffffff, 0x80000000), 0x7fffffff);
    EQ(alu(0x20237fff, 0x7fff8001, 0), 0xdeadbeef); /* addi */
    EQ(alu(0x20237fff, 0x7fff8000, 0), 0x7fffffff);
    EQ(alu(0x2023ffff, 0x80000000, 0), 0xdeadbeef);
    EQ(alu(0x24237fff, 0x7fff8001, 0), 0x80000000); /* addiu never */
    fresh("overflow into $0", false, true);
    alu(0x00220020, 0x7fffffff, 1);
    EQ(cpu.cause, 12 << 2);
}

static void muldiv(uint32_t insn, uint32_t a, uint32_t b, uint32_t hi, uint32_t lo)
{
    alu(insn, a, b);
    EQ(cpu.hi, hi);
    EQ(cpu.lo, lo);
}

static void test_muldiv(void)
{
    fresh("muldiv", false, true);
    muldiv(0x00220018, 0xffffffff, 2, 0xffffffff, 0xfffffffe); /* mult -1*2 */
    muldiv(0x00220018, 0x80000000, 0x80000000, 0x40000000, 0);
    muldiv(0x00220019, 0xffffffff, 0xffffffff, 0xfffffffe, 0x00000001); /* multu */
    muldiv(0x0022001a, 0xfffffff9, 2, 0xffffffff, 0xfffffffd);          /* div -7/2 */
    muldiv(0x0022001a, 7, 0xfffffffe, 1, 0xfffffffd);                   /* 7/-2 */
    muldiv(0x0022001a, 0x80000000, 0xffffffff, 0, 0x80000000);
    muldiv(0x0022001b, 0xfffffff9, 2, 1, 0x7ffffffc); /* divu */
    fresh("division by zero on mips161", true, true);
    muldiv(0x0022001a, 5, 0, 0, 0x7fffffff);
    muldiv(0x0022001a, 0, 0, 0, 0x7fffffff);
    muldiv(0x0022001a, 0xfffffffb, 0, 0, 0xffffffff);
    muldiv(0x0022001b, 0xfffffff9, 0, 0, 0xffffffff);
    fresh("division by zero on the R3000", false, true);
    muldiv(0x0022001a, 5, 0, 5, 0xffffffff);
    muldiv(0x0022001a, 0, 0, 0, 0xffffffff);
    muldiv(0x0022001a, 0xfffffffb, 0, 0xfffffffb, 1);
    muldiv(0x0022001b, 0xfffffff9, 0, 0xfffffff9, 0xffffffff);
    EQ(alu(0x00001810, 0, 0), 0xfffffff9); /* mfhi */
    EQ(alu(0x00001812, 0, 0), 0xffffffff); /* mflo */
    alu(0x00200011, 0x1234, 0);            /* mthi */
    alu(0x00200013, 0x5678, 0);            /* mtlo */
    EQ(cpu.hi, 0x1234);
    EQ(cpu.lo, 0x5678);
}

static void branch(uint32_t insn, uint32_t a, uint32_t b, uint32_t npc)
{
    alu(insn, a, b);
    EQ(cpu.pc, 0x80001004);
    EQ(cpu.npc, npc);
    EQ(cpu.bd, true);
}

static void test_branches(void)
{
    const uint32_t yes = 0x80001044, no = 0x80001008; /* offset 0x10 words */

    fresh("branches", false, true);
    branch(0x10220010, 1, 1, yes); /* beq */
    branch(0x10220010, 1, 2, no);
    branch(0x14220010, 1, 2, yes); /* bne */
    branch(0x14220010, 1, 1, no);
    branch(0x18200010, 0, 0, yes); /* blez */
    branch(0x18200010, 1, 0, no);
    branch(0x1c200010, 1, 0, yes); /* bgtz */
    branch(0x1c200010, 0x80000000, 0, no);
    branch(0x04200010, 0x80000000, 0, yes); /* bltz */
    branch(0x04200010, 0, 0, no);
    branch(0x04210010, 0, 0, yes); /* bgez */
    branch(0x04210010, 0xffffffff, 0, no);
    branch(0x1022ffff, 1, 1, 0x80001000); /* beq to itself */
    EQ(cpu.r[31], 0);
    branch(0x04300010, 0, 0, no); /* bltzal untaken links */
    EQ(cpu.r[31], 0x80001008);
    cpu.r[31] = 0x80000000;
    branch(0x07f00010, 0, 0, yes); /* bltzal $31: tests before linking */
    cpu.r[31] = 5;
    branch(0x07f10010, 0, 0, yes); /* bgezal $31 */
    EQ(cpu.r[31], 0x80001008);
    branch(0x08000100, 0, 0, 0x80000400); /* j */
    cpu.r[31] = 0;
    branch(0x0c000100, 0, 0, 0x80000400); /* jal */
    EQ(cpu.r[31], 0x80001008);
    branch(0x00200008, 0x80002000, 0, 0x80002000); /* jr */
    branch(0x00201809, 0x80002000, 0, 0x80002000); /* jalr $3,$1 */
    EQ(cpu.r[3], 0x80001008);
    branch(0x00200809, 0x80002000, 0, 0x80002000); /* jalr $1,$1 */
    EQ(cpu.r[1], 0x80001008);

    fresh("REGIMM 2 is reserved", false, true);
    run(0x04220010);
    expect_exception(0x80000080, 10 << 2, 0x80001000);

    fresh("delay slot", false, true);
    put(0x1004, 0x0000000c); /* syscall */
    run(0x08000100);
    ref_step(&cpu);
    expect_exception(0x80000080, 0x80000000 | 8 << 2, 0x80001000);

    fresh("delay slot of an untaken branch", false, true);
    put(0x1004, 0x0000000d); /* break */
    run(0x14000010);
    ref_step(&cpu);
    expect_exception(0x80000080, 0x80000000 | 9 << 2, 0x80001000);

    fresh("branch in a delay slot", false, true);
    put(0x1004, 0x08000600); /* j 0x80001800 in the slot of j 0x80002000 */
    run(0x08000800);
    ref_step(&cpu);
    EQ(cpu.pc, 0x80002000);
    EQ(cpu.npc, 0x80001800);
    EQ(cpu.bd, true);
    ref_step(&cpu);
    EQ(cpu.pc, 0x80001800);
    EQ(cpu.npc, 0x80001804);
    EQ(cpu.bd, false);

    fresh("jr to a misaligned address", false, true);
    cpu.r[1] = 0x80002002;
    run(0x00200008);
    ref_step(&cpu); /* nop */
    EQ(cpu.pc, 0x80002002);
    ref_step(&cpu);
    expect_exception(0x80000080, 4 << 2, 0x80002002);
    EQ(cpu.badvaddr, 0x80002002);
    EQ(cpu.steps, 3);
}

static void test_memory(void)
{
    for (int be = 0; be < 2; be++) {
        fresh(be ? "memory, big endian" : "memory, little endian", false, be);
        put(0x2000, be ? 0x81223344 : 0x44332281);                        /* bytes 81 22 33 44 */
        EQ(alu(0x80230000, 0x80002000, 0), 0xffffff81);                   /* lb */
        EQ(alu(0x90230000, 0x80002000, 0), 0x81);                         /* lbu */
        EQ(alu(0x90230003, 0x80002000, 0), 0x44);                         /* lbu 3 */
        EQ(alu(0x84230000, 0x80002000, 0), be ? 0xffff8122 : 0x2281);     /* lh */
        EQ(alu(0x94230000, 0x80002000, 0), be ? 0x8122 : 0x2281);         /* lhu */
        EQ(alu(0x8c23fffc, 0xa0002004, 0), be ? 0x81223344 : 0x44332281); /* lw */

        alu(0xa0220001, 0x80002000, 0x123456ab); /* sb */
        EQ(ram[0x2001], 0xab);
        EQ(ram[0x2000], 0x81);
        alu(0xa4220002, 0x80002000, 0x1234cdef); /* sh */
        EQ(ram[0x2002], be ? 0xcd : 0xef);
        EQ(ram[0x2003], be ? 0xef : 0xcd);
        alu(0xac220004, 0x80002000, 0x01020304); /* sw */
        EQ(ram[0x2004], be ? 1 : 4);
        EQ(word_at(0x2004), 0x01020304);
    }
}

static void test_unaligned(void)
{
    /* word in memory 0x00112233, register 0xaabbccdd, offsets 0..3; from the manual's tables */
    static const uint32_t lwl_be[] = {0x00112233, 0x112233dd, 0x2233ccdd, 0x33bbccdd};
    static const uint32_t lwr_be[] = {0xaabbcc00, 0xaabb0011, 0xaa001122, 0x00112233};
    static const uint32_t swl_be[] = {0xaabbccdd, 0x00aabbcc, 0x0011aabb, 0x001122aa};
    static const uint32_t swr_be[] = {0xdd112233, 0xccdd2233, 0xbbccdd33, 0xaabbccdd};
    static const uint32_t lwl_le[] = {0x33bbccdd, 0x2233ccdd, 0x112233dd, 0x00112233};
    static const uint32_t lwr_le[] = {0x00112233, 0xaa001122, 0xaabb0011, 0xaabbcc00};
    static const uint32_t swl_le[] = {0x001122aa, 0x0011aabb, 0x00aabbcc, 0xaabbccdd};
    static const uint32_t swr_le[] = {0xaabbccdd, 0xbbccdd33, 0xccdd2233, 0xdd112233};

    for (int be = 0; be < 2; be++) {
        fresh(be ? "unaligned, big endian" : "unaligned, little endian", false, be);
        for (uint32_t i = 0; i < 4; i++) {
            put(0x2000, 0x00112233);
            alu(0x88220000, 0x80002000 + i, 0xaabbccdd); /* lwl $2,0($1) */
            EQ(cpu.r[2], be ? lwl_be[i] : lwl_le[i]);
            alu(0x98220000, 0x80002000 + i, 0xaabbccdd); /* lwr */
            EQ(cpu.r[2], be ? lwr_be[i] : lwr_le[i]);
            alu(0xa8220000, 0x80002000 + i, 0xaabbccdd); /* swl */
            EQ(word_at(0x2000), be ? swl_be[i] : swl_le[i]);
            put(0x2000, 0x00112233);
            alu(0xb8220000, 0x80002000 + i, 0xaabbccdd); /* swr */
            EQ(word_at(0x2000), be ? swr_be[i] : swr_le[i]);
        }
    }

    fresh("swl writes bytes, lowest address first", false, true);
    alu(0xa8220000, 0x80002001, 0xaabbccdd);
    EQ(writes, 3);
    EQ(first_write_pa, 0x2001);
    EQ(last_write_pa, 0x2003);
    fresh("swr writes bytes, lowest address first", false, true);
    alu(0xb8220000, 0x80002001, 0xaabbccdd);
    EQ(writes, 2);
    EQ(first_write_pa, 0x2000);
    EQ(last_write_pa, 0x2001);
}

static void test_address_errors(void)
{
    fresh("misaligned lw", false, true);
    cpu.context = 0x12200000;
    cpu.entryhi = 0x00005040;
    EQ(alu(0x8c230002, 0x80002000, 0), 0xdeadbeef);
    expect_exception(0x80000080, 4 << 2, 0x80001000);
    EQ(cpu.badvaddr, 0x80002002);
    EQ(cpu.context, 0x12200000);
    EQ(cpu.entryhi, 0x00005040);

    fresh("misaligned sh before the TLB", false, true);
    alu(0xa4220001, 0, 0);
    expect_exception(0x80000080, 5 << 2, 0x80001000);
    EQ(cpu.badvaddr, 1);

    fresh("user access to kseg", false, true);
    cpu.tlb[0].hi = 0x00001000;
    cpu.tlb[0].lo = 0x00001600; /* V D */
    cpu.status = 0x2;
    cpu.r[1] = 0x80002000;
    go(0x1000);
    run(0x8c230000);
    expect_exception(0x80000080, 4 << 2, 0x1000);
    EQ(cpu.badvaddr, 0x80002000);
    EQ(cpu.status, 0x8);
    cpu.status = 0x2;
    cpu.r[1] = 0xc0000000;
    go(0x1000);
    run(0xa0230003); /* sb */
    expect_exception(0x80000080, 5 << 2, 0x1000);
    EQ(cpu.badvaddr, 0xc0000003);
    cpu.status = 0x2;
    go(0x80001000); /* fetch */
    ref_step(&cpu);
    expect_exception(0x80000080, 4 << 2, 0x80001000);

    fresh("data bus error", false, true);
    cpu.badvaddr = 0x77;
    alu(0x8c230000, 0xa0010000, 0);
    expect_exception(0x80000080, 7 << 2, 0x80001000);
    EQ(cpu.badvaddr, 0x77);
    alu(0xac220000, 0xa0010000, 0);
    expect_exception(0x80000080, 7 << 2, 0x80001000);

    fresh("instruction bus error", false, true);
    go(0xa0010000);
    ref_step(&cpu);
    expect_exception(0x80000080, 6 << 2, 0xa0010000);
}

static void test_tlb(void)
{
    fresh("kuseg miss, BEV clear", false, true);
    cpu.context = 0xabc00000;
    cpu.entryhi = 0x11111080;
    alu(0x8c230000, 0x12345678, 0);
    expect_exception(0x80000000, 2 << 2, 0x80001000);
    EQ(cpu.badvaddr, 0x12345678);
    EQ(cpu.context, 0xabc48d14);
    EQ(cpu.entryhi, 0x12345080);
    fresh("kuseg store miss, BEV set", false, true);
    cpu.status = 0x00400000;
    alu(0xa0220001, 0x12345678, 0);
    expect_exception(0xbfc00100, 3 << 2, 0x80001000);
    EQ(cpu.badvaddr, 0x12345679);
    fresh("kseg2 miss", false, true);
    cpu.status = 0x00400000;
    alu(0x8c230000, 0xc0000004, 0);
    expect_exception(0xbfc00180, 2 << 2, 0x80001000);
    EQ(cpu.entryhi, 0xc0000000);
    EQ(cpu.context, 0x00100000); /* bits 30..12 of 0xc0000000: 0x40000 << 2 */

    fresh("hit, ASID, invalid, clean", false, true);
    cpu.tlb[5].hi = 0x00400040;
    cpu.tlb[5].lo = 0x00002200; /* V */
    cpu.entryhi = 0x00000040;
    put(0x2008, 0xfeedface);
    EQ(alu(0x8c230008, 0x00400000, 0), 0xfeedface);
    alu(0xac220008, 0x00400000, 0); /* store: Mod */
    expect_exception(0x80000080, 1 << 2, 0x80001000);
    EQ(cpu.badvaddr, 0x00400008);
    EQ(cpu.entryhi, 0x00400040);
    cpu.tlb[5].lo = 0x00002600; /* D V */
    alu(0xac220008, 0x00400000, 0x1234);
    EQ(word_at(0x2008), 0x1234);
    cpu.tlb[5].lo = 0x00002400; /* D, not V */
    alu(0xac220008, 0x00400000, 0);
    expect_exception(0x80000080, 3 << 2, 0x80001000);
    cpu.tlb[5].lo = 0x00002600;
    cpu.entryhi = 0x00000080; /* other ASID: no match */
    alu(0x8c230008, 0x00400000, 0);
    expect_exception(0x80000000, 2 << 2, 0x80001000);
    cpu.tlb[5].lo = 0x00002700; /* global */
    EQ(alu(0x8c230008, 0x00400000, 0), 0x1234);
    EQ(cpu.entryhi, 0x00400080);

    fresh("duplicates: the lowest wins", false, true);
    cpu.tlb[9].hi = cpu.tlb[4].hi = 0x00400000;
    cpu.tlb[9].lo = 0x00003200;
    cpu.tlb[4].lo = 0x00002200;
    put(0x2000, 4);
    put(0x3000, 9);
    EQ(alu(0x8c230000, 0x00400000, 0), 4);

    fresh("fetch through the TLB misses", false, true);
    go(0x00400000);
    cpu.status = 0x2;
    ref_step(&cpu);
    expect_exception(0x80000000, 2 << 2, 0x00400000);

    fresh("tlbwi tlbr tlbp", false, true);
    cpu.index = 0x00000a00;
    cpu.entryhi = 0x00007fc0;
    cpu.entrylo = 0x12345f00;
    run(0x42000002);
    EQ(cpu.tlb[10].hi, 0x00007fc0);
    EQ(cpu.tlb[10].lo, 0x12345f00);
    cpu.index = 0x80000000;
    go(0x80001000);
    run(0x42000008);
    EQ(cpu.index, 0x00000a00);
    cpu.tlb[10].lo = 0;
    cpu.entryhi = 0x00007000;
    go(0x80001000);
    run(0x42000008);
    EQ(cpu.index, 0x80000a00);
    go(0x80001000);
    run(0x42000001);
    EQ(cpu.entryhi, 0x00007fc0);
    EQ(cpu.entrylo, 0);

    fresh("tlbwr", false, true);
    cpu.entryhi = 0x00009000;
    cpu.steps = 55;
    run(0x42000006);
    EQ(cpu.tlb[8].hi, 0x00009000);
    go(0x80001000);
    run(0x42000006);
    EQ(cpu.tlb[63].hi, 0x00009000);
    EQ(cpu.stopped, false);
}

/* mtc0 $2,$reg then mfc0 $3,$reg */
static uint32_t cp0(unsigned reg, uint32_t value)
{
    alu(0x40820000 | reg << 11, 0, value);
    return alu(0x40030000 | reg << 11, 0, 0);
}

static void test_cp0(void)
{
    fresh("CP0 registers, R3000", false, true);
    EQ(cp0(0, 0xffffffff), 0x80003f00);
    EQ(alu(0x40030800, 0, 0), (63 - 2) << 8); /* mfc0 $3,$1 as the third step */
    EQ(cp0(2, 0xffffffff), 0xffffff00);
    cpu.context = 0x00123454;
    EQ(cp0(4, 0xffffffff), 0xfff23454);
    cpu.badvaddr = 0x55;
    EQ(cp0(8, 0xffffffff), 0x55);
    EQ(cp0(10, 0xffffffff), 0xffffffc0);
    EQ(cp0(12, 0x0dbd00c0), 0x00010000); /* of these, IsC only */
    EQ(cp0(12, 0xffffff3c), 0xf043ff3c); /* kernel, IEc clear */
    EQ(cp0(12, 0), 0);
    EQ(cp0(13, 0xffffffff), 0x00000300);
    cpu.irq_lines = 0x00005000;
    EQ(cp0(13, 0x00000200), 0x00005200);
    cpu.epc = 0x66;
    EQ(cp0(14, 0xffffffff), 0x66);
    EQ(cp0(15, 0xffffffff), 0x230);
    EQ(cp0(9, 0xffffffff), 0);
    EQ(cp0(11, 0xffffffff), 0);
    EQ(cp0(3, 0xffffffff), 0);
    EQ(cp0(31, 0xffffffff), 0);
    EQ(cpu.timer_on, false);
    EQ(alu(0x40037801, 0, 0), 0x230); /* select ignored */
    EQ(cpu.pc, 0x80001004);

    fresh("random counts from 63 to 8", false, true);
    cpu.steps = 1055;
    cpu.random_base = 1000;
    EQ(alu(0x40030800, 0, 0), 8 << 8);
    EQ(alu(0x40030800, 0, 0), 63 << 8);

    fresh("status stack", false, true);
    cpu.status = 0x0000000d;
    run(0x0000000c);
    EQ(cpu.status, 0x00000034);
    go(0x80001000);
    run(0x42000010); /* rfe */
    EQ(cpu.status, 0x0000003d);

    fresh("CP0 unusable in user mode", false, true);
    cpu.tlb[0].hi = 0x00001000;
    cpu.tlb[0].lo = 0x00001200;
    cpu.status = 0x2;
    go(0x1000);
    run(0x40036000);
    expect_exception(0x80000080, 11 << 2, 0x1000);
    cpu.status = 0x2;
    go(0x1000);
    run(0x4200003f); /* reserved too: CpU comes first */
    expect_exception(0x80000080, 11 << 2, 0x1000);
    cpu.status = 0x10000002;
    go(0x1000);
    run(0x40036000);
    EQ(cpu.r[3], 0x10000002);

    fresh("coprocessors 1, 2, 3", false, true);
    run(0x44000000);
    expect_exception(0x80000080, 0x10000000 | 11 << 2, 0x80001000);
    go(0x80001000);
    run(0xc8000000); /* lwc2 */
    expect_exception(0x80000080, 0x20000000 | 11 << 2, 0x80001000);
    go(0x80001000);
    run(0xec000000); /* swc3 */
    expect_exception(0x80000080, 0x30000000 | 11 << 2, 0x80001000);
    cpu.status = 0x20000000;
    go(0x80001000);
    run(0xc4000000); /* lwc1, only CU1 is fit */
    expect_exception(0x80000080, 10 << 2, 0x80001000);

    fresh("reserved on the R3000", false, true);
    static const uint32_t reserved[] = {
        0xc0000000, 0xe0000000, 0x0000000f, 0xbc000000, 0x42000020, 0x50000000, 0x00000001,
        0x00000005, 0x0000000a, 0x0000000e, 0x00000014, 0x0000001c, 0x00000028, 0x0000003f,
        0x41000000, 0x40400000, 0x42000000, 0x9c000000, 0xb0000000, 0xd0000000, 0xfc000000,
    };
    for (unsigned i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        go(0x80001000);
        cpu.cause = 0;
        run(reserved[i]);
        expect_exception(0x80000080, 10 << 2, 0x80001000);
    }

    fresh("isolated cache, R3000", false, true);
    cpu.status = 0x00010000;
    put(0x2000, 0x1234);
    alu(0xac220000, 0x80002000, 0x5678);
    EQ(word_at(0x2000), 0x1234);
    EQ(alu(0x8c230000, 0x80002000, 0), 0);
    EQ(cpu.stopped, false);
}

static void test_interrupts(void)
{
    fresh("interrupt: taken and handler executed in one step", false, true);
    put(0x80, 0x3403002a); /* ori $3,$0,42 */
    cpu.status = 0x00000401;
    cpu.irq_lines = 0x00000400;
    run(0x3403ffff);
    EQ(cpu.r[3], 42);
    EQ(cpu.pc, 0x80000084);
    EQ(cpu.epc, 0x80001000);
    EQ(cpu.cause, 0);
    EQ(cpu.status, 0x00000404);
    EQ(cpu.steps, 1);

    fresh("interrupt in a delay slot", false, true);
    cpu.status = 0x00000101;
    run(0x08000800); /* j */
    cpu.cause = 0x00000100;
    ref_step(&cpu);
    EQ(cpu.epc, 0x80001000);
    EQ(cpu.cause, 0x80000100);
    EQ(cpu.pc, 0x80000084);

    fresh("interrupt masked", false, true);
    cpu.irq_lines = 0x00000800;
    cpu.status = 0x0000f701;
    run(0);
    EQ(cpu.pc, 0x80001004);
    cpu.status = 0x0000ff00;
    ref_step(&cpu);
    EQ(cpu.pc, 0x80001008);
}

static void test_mips161_registers(void)
{
    fresh("CP0 registers, mips161", true, true);
    EQ(cp0(15, 1), 0xa1);
    EQ(alu(0x40037801, 0, 0), 0);          /* 15.1 */
    EQ(alu(0x40037802, 0, 0), 0);          /* 15.2 */
    EQ(alu(0x40038000, 0, 0), 0x800083f3); /* 16.0 */
    EQ(alu(0x40038001, 0, 0), 0x7e1b0d80); /* 16.1 */
    alu(0x40838001, 0, 0);                 /* mtc0 16.1: ignored */
    EQ(cpu.pc, 0x80001004);
    cpu.epc = 0x66;
    EQ(cp0(14, 0xffffffff), 0x66);
    static const uint32_t reserved[] = {
        0x40037803, 0x40038002, 0x40031800, 0x40036001, 0x4003f800,
        0x40838002, 0x40831800, 0x40836001, 0x40834801,
    };
    for (unsigned i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        cpu.cause = 0;
        EQ(alu(reserved[i], 0, 0), 0xdeadbeef);
        EQ(cpu.cause, 10 << 2);
    }

    fresh("mips161: IsC stops", true, true);
    alu(0x40826000, 0, 0x00010400);
    EQ(cpu.stopped, true);
    EQ(cpu.status, 0x00000400);
    EQ(cpu.pc, 0x80001004);
    EQ(cpu.steps, 1);
    ref_step(&cpu);
    EQ(cpu.steps, 1);

    fresh("mips161: duplicates stop", true, true);
    cpu.entryhi = 0x00005000;
    cpu.entrylo = 0x00001200;
    run(0x42000002);
    EQ(cpu.stopped, false);
    ref_step(&cpu); /* nop */
    cpu.index = 0x00000300;
    cpu.entryhi = 0x00005040; /* other ASID: fine */
    go(0x80001000);
    run(0x42000002);
    EQ(cpu.stopped, false);
    cpu.entryhi = 0x00005080;
    cpu.entrylo = 0x00000100; /* global, not even valid */
    cpu.index = 0x00000400;
    go(0x80001000);
    run(0x42000002);
    EQ(cpu.stopped, true);
    EQ(cpu.tlb[4].hi, 0x00005080);
}

static void test_mips161_timer(void)
{
    fresh("count", true, true);
    alu(0x40824800, 0, 1000);        /* mtc0 $2,count */
    EQ(alu(0x40034800, 0, 0), 1001); /* the next step */
    EQ(alu(0x40034800, 0, 0), 1002);

    fresh("timer", true, true);
    alu(0x40825800, 0, 3); /* step 0: compare = 3; after it Count is 1 */
    EQ(cpu.timer_on, true);
    EQ(cpu.irq_lines, 0);
    ref_step(&cpu); /* Count 2 */
    EQ(cpu.irq_lines, 0);
    ref_step(&cpu); /* Count 3 -> 0 */
    EQ(cpu.irq_lines, 0x8000);
    EQ(cpu.count_base, 3);
    EQ(alu(0x40034800, 0, 0), 0);
    EQ(alu(0x40035800, 0, 0), 3);
    EQ(cpu.irq_lines, 0x8000);
    alu(0x40825800, 0, 100);
    EQ(cpu.irq_lines, 0);
    alu(0x40825800, 0, 2); /* Count is 3 > 2: becomes 0, and 1 after the step */
    EQ(alu(0x40034800, 0, 0), 1);
    EQ(cpu.irq_lines, 0x8000);

    fresh("no timer before compare is written", true, true);
    for (int i = 0; i < 100; i++)
        ref_step(&cpu);
    EQ(cpu.irq_lines, 0);
}

static void test_mips161_instructions(void)
{
    fresh("wait", true, true);
    cpu.cause = 0x00000100; /* a software interrupt does not wake */
    put(0x1004, 0x34030007);
    run(0x42000020);
    EQ(cpu.waiting, true);
    EQ(cpu.steps, 1);
    ref_step(&cpu);
    ref_step(&cpu);
    EQ(cpu.steps, 1);
    EQ(cpu.pc, 0x80001004);
    cpu.irq_lines = 0x00000400; /* masked, interrupts off: wakes all the same */
    ref_step(&cpu);
    EQ(cpu.waiting, false);
    EQ(cpu.r[3], 7);
    EQ(cpu.steps, 2);
    go(0x80001000);
    ref_step(&cpu); /* wait with a line raised */
    EQ(cpu.waiting, false);

    fresh("wait and take the interrupt", true, true);
    cpu.status = 0x00000401;
    run(0x42000020);
    cpu.irq_lines = 0x00000400;
    ref_step(&cpu);
    EQ(cpu.epc, 0x80001004);
    EQ(cpu.pc, 0x80000084);

    fresh("sync", true, true);
    run(0x0000000f);
    EQ(cpu.pc, 0x80001004);

    fresh("ll sc", true, true);
    put(0x2000, 0x1111);
    alu(0xe0220000, 0x80002000, 5); /* sc without ll */
    EQ(cpu.r[2], 0);
    EQ(writes, 0);
    alu(0xe0220000, 0x80002002, 5); /* without ll even misaligned */
    EQ(cpu.r[2], 0);
    EQ(cpu.pc, 0x80001004);
    EQ(alu(0xc0230000, 0x80002000, 0), 0x1111); /* ll $3 */
    EQ(cpu.ll, true);
    EQ(cpu.ll_addr, 0x2000);
    EQ(cpu.ll_value, 0x1111);
    alu(0xe0220000, 0x80002004, 5); /* other address */
    EQ(cpu.r[2], 0);
    alu(0xe0220000, 0xa0002000, 0x2222); /* same physical address */
    EQ(cpu.r[2], 1);
    EQ(word_at(0x2000), 0x2222);
    alu(0xe0220000, 0x80002000, 0x3333); /* the value has changed */
    EQ(cpu.r[2], 0);
    EQ(word_at(0x2000), 0x2222);
    put(0x2000, 0x1111);
    alu(0xe0220000, 0x80002000, 0x3333); /* the link is still on */
    EQ(cpu.r[2], 1);
    alu(0x0000000c, 0, 0); /* syscall ends it */
    EQ(cpu.ll, false);
    alu(0xc0230001, 0x80002000, 0); /* misaligned ll */
    EQ(cpu.cause, 4 << 2);
    alu(0xc0230000, 0x80002000, 0);
    alu(0xe0220001, 0x80002000, 0); /* misaligned sc */
    EQ(cpu.cause, 5 << 2);

    fresh("cache", true, true);
    alu(0xbc200001, 0x00000000, 0); /* index operation: no translation */
    EQ(cpu.pc, 0x80001004);
    alu(0xbc2f0001, 0x00000000, 0); /* operation 3, cache 3 */
    EQ(cpu.pc, 0x80001004);
    alu(0xbc300000, 0x80002000, 0); /* hit invalidate, I */
    EQ(cpu.pc, 0x80001004);
    alu(0xbc300000, 0x00002000, 0);
    expect_exception(0x80000000, 2 << 2, 0x80001000);
    alu(0xbc350002, 0x80002000, 0);
    expect_exception(0x80000080, 4 << 2, 0x80001000);
    cpu.tlb[0].hi = 0x00001000;
    cpu.tlb[0].lo = 0x00001200;
    cpu.status = 0x2;
    go(0x1000);
    run(0xbc200000);
    expect_exception(0x80000080, 11 << 2, 0x1000);
}

/* Random words in random modes, to give the sanitizers something to look at. */
static void test_random_words(void)
{
    uint64_t x = 0x9e3779b97f4a7c15;

    for (uint32_t i = 0; i < 400000; i++) {
        uint32_t insn;

        if (i % 1000 == 0) {
            fresh("random words", (i / 1000) & 1, (i / 2000) & 1);
            for (unsigned n = 0; n < 64; n++) {
                cpu.tlb[n].hi = n << 12;
                cpu.tlb[n].lo = (n & 15) << 12 | (n & 16 ? 0x700 : 0x300);
            }
        }
        x = x * 6364136223846793005u + 1442695040888963407u;
        insn = (uint32_t)(x >> 29);
        if (i & 1)
            insn = (insn & 0x03ffffff) | (uint32_t)((x >> 20) % 48) << 26;
        cpu.r[(x >> 40) & 31] = (uint32_t)(x >> 13) & (i & 4 ? 0xffffffff : 0x3fff);
        go((i & 8) && !(cpu.status & 2) ? 0x80001000 : 0x1000);
        if (!(cpu.status & 2) && !(i & 8))
            go(0xa0001000);
        put(0x1000, insn);
        ref_step(&cpu);
        cpu.stopped = false;
        cpu.waiting = false;
        if (cpu.r[0] != 0)
            EQ(cpu.r[0], 0);
        if (cpu.cause & 0x4ffffc83)
            EQ(cpu.cause & 0x4ffffc83, 0);
    }
}

int main(void)
{
    test_reset();
    test_alu();
    test_overflow();
    test_muldiv();
    test_branches();
    test_memory();
    test_unaligned();
    test_address_errors();
    test_tlb();
    test_cp0();
    test_interrupts();
    test_mips161_registers();
    test_mips161_timer();
    test_mips161_instructions();
    test_random_words();
    if (failures) {
        printf("ref_mips_test: %d of %d checks failed\n", failures, checks);
        return 1;
    }
    printf("ref_mips_test: %d checks passed\n", checks);
    return 0;
}
