/* SPDX-License-Identifier: ISC */
/*
 * The independent reference interpreter of the MIPS R3000 for differential tests: written from
 * the manual, deliberately naive, and never to share code with src/isa. The decisions taken where
 * the manual leaves room are listed in ref_mips.h.
 */
#include "ref_mips.h"

enum {
    REF_EXC_INT = 0,
    REF_EXC_MOD = 1,
    REF_EXC_TLBL = 2,
    REF_EXC_TLBS = 3,
    REF_EXC_ADEL = 4,
    REF_EXC_ADES = 5,
    REF_EXC_IBE = 6,
    REF_EXC_DBE = 7,
    REF_EXC_SYS = 8,
    REF_EXC_BP = 9,
    REF_EXC_RI = 10,
    REF_EXC_CPU = 11,
    REF_EXC_OV = 12,
};

#define REF_ST_IEC   0x00000001u
#define REF_ST_KUC   0x00000002u
#define REF_ST_STACK 0x0000003fu
#define REF_ST_IM    0x0000ff00u
#define REF_ST_ISC   0x00010000u
#define REF_ST_SWC   0x00020000u
#define REF_ST_BEV   0x00400000u
#define REF_ST_CU    0xf0000000u

#define REF_CA_BD    0x80000000u
#define REF_CA_SOFT  0x00000300u
#define REF_CA_HARD  0x0000fc00u
#define REF_CA_TIMER 0x00008000u
#define REF_CA_FPU   0x00008000u

#define REF_LO_D 0x00000400u
#define REF_LO_V 0x00000200u
#define REF_LO_G 0x00000100u
#define REF_VPN  0xfffff000u
#define REF_ASID 0x00000fc0u

/*
 * Registers
 */

static uint32_t ref_get(const struct ref_mips *c, unsigned n)
{
    return n == 0 ? 0 : c->r[n];
}

static void ref_set(struct ref_mips *c, unsigned n, uint32_t value)
{
    if (n != 0)
        c->r[n] = value;
}

static uint32_t ref_sign16(uint32_t imm)
{
    return (imm & 0x8000) ? imm | 0xffff0000u : imm;
}

static bool ref_user_mode(const struct ref_mips *c)
{
    return (c->status & REF_ST_KUC) != 0;
}

/* Coprocessor n may be used: its CU bit is set, or it is CP0 and we are in kernel mode. */
static bool ref_cop_usable(const struct ref_mips *c, unsigned n)
{
    if (n == 0 && !ref_user_mode(c))
        return true;
    return ((c->status >> (28 + n)) & 1) != 0;
}

static uint32_t ref_random(const struct ref_mips *c)
{
    return 63 - (uint32_t)((c->steps - c->random_base) % 56);
}

static uint32_t ref_count(const struct ref_mips *c)
{
    return (uint32_t)(c->steps - c->count_base);
}

static uint32_t ref_cause(const struct ref_mips *c)
{
    return c->cause | (c->irq_lines & REF_CA_HARD);
}

/*
 * Exceptions. c->pc and c->bd still describe the instruction concerned. Every function which can
 * raise one returns false when it did.
 */

static bool ref_raise(struct ref_mips *c, unsigned code, unsigned ce, bool refill)
{
    c->cause &= REF_CA_SOFT;
    c->cause |= code << 2;
    c->cause |= ce << 28;
    if (c->bd) {
        c->cause |= REF_CA_BD;
        c->epc = c->pc - 4;
    } else {
        c->epc = c->pc;
    }

    /* push the KU/IE stack: kernel mode, interrupts off */
    c->status = (c->status & ~REF_ST_STACK) | ((c->status << 2) & 0x3c);
    c->ll = false;

    if (c->status & REF_ST_BEV)
        c->pc = refill ? 0xbfc00100u : 0xbfc00180u;
    else
        c->pc = refill ? 0x80000000u : 0x80000080u;
    c->npc = c->pc + 4;
    c->bd = false;
    return false;
}

static bool ref_exception(struct ref_mips *c, unsigned code)
{
    return ref_raise(c, code, 0, false);
}

static bool ref_cop_unusable(struct ref_mips *c, unsigned n)
{
    return ref_raise(c, REF_EXC_CPU, n, false);
}

static bool ref_address_error(struct ref_mips *c, uint32_t va, bool store)
{
    c->badvaddr = va;
    return ref_raise(c, store ? REF_EXC_ADES : REF_EXC_ADEL, 0, false);
}

static bool ref_tlb_exception(struct ref_mips *c, unsigned code, uint32_t va, bool refill)
{
    c->badvaddr = va;
    c->context = (c->context & 0xffe00000u) | ((va & 0x7ffff000u) >> 10);
    c->entryhi = (va & REF_VPN) | (c->entryhi & REF_ASID);
    return ref_raise(c, code, 0, refill);
}

/*
 * Address translation
 */

/* The lowest TLB entry matching this VPN and ASID; -1 if there is none. */
static int ref_tlb_find(const struct ref_mips *c, uint32_t vpn, uint32_t asid)
{
    for (int i = 0; i < 64; i++) {
        if ((c->tlb[i].hi & REF_VPN) != vpn)
            continue;
        if ((c->tlb[i].lo & REF_LO_G) || (c->tlb[i].hi & REF_ASID) == asid)
            return i;
    }
    return -1;
}

/* align: 1, 2 or 4, the alignment demanded */
static bool ref_translate(struct ref_mips *c, uint32_t va, unsigned align, bool store, uint32_t *pa)
{
    unsigned miss = store ? REF_EXC_TLBS : REF_EXC_TLBL;
    int i;

    if (va % align != 0)
        return ref_address_error(c, va, store);
    if (va >= 0x80000000u && ref_user_mode(c))
        return ref_address_error(c, va, store);

    if (va >= 0x80000000u && va < 0xc0000000u) { /* kseg0, kseg1 */
        *pa = va & 0x1fffffffu;
        return true;
    }

    i = ref_tlb_find(c, va & REF_VPN, c->entryhi & REF_ASID);
    if (i < 0)
        return ref_tlb_exception(c, miss, va, va < 0x80000000u);
    if (!(c->tlb[i].lo & REF_LO_V))
        return ref_tlb_exception(c, miss, va, false);
    if (store && !(c->tlb[i].lo & REF_LO_D))
        return ref_tlb_exception(c, REF_EXC_MOD, va, false);
    *pa = (c->tlb[i].lo & 0xfffff000u) | (va & 0xfff);
    return true;
}

/*
 * Memory
 */

static bool ref_fetch(struct ref_mips *c, uint32_t *insn)
{
    uint32_t pa;

    if (!ref_translate(c, c->pc, 4, false, &pa))
        return false;
    if (!c->mem->read(c->memctx, pa, 4, true, insn))
        return ref_exception(c, REF_EXC_IBE);
    return true;
}

static bool ref_read(struct ref_mips *c, uint32_t pa, unsigned size, uint32_t *value)
{
    if (c->status & REF_ST_ISC) { /* cache isolated, and no cache is modelled */
        *value = 0;
        return true;
    }
    if (!c->mem->read(c->memctx, pa, size, false, value))
        return ref_exception(c, REF_EXC_DBE);
    return true;
}

static bool ref_write(struct ref_mips *c, uint32_t pa, unsigned size, uint32_t value)
{
    if (c->status & REF_ST_ISC)
        return true;
    if (!c->mem->write(c->memctx, pa, size, value))
        return ref_exception(c, REF_EXC_DBE);
    return true;
}

static bool ref_load(struct ref_mips *c, uint32_t va, unsigned size, uint32_t *value)
{
    uint32_t pa = 0;

    if (!ref_translate(c, va, size, false, &pa))
        return false;
    if (!ref_read(c, pa, size, value))
        return false;
    if (size == 1)
        *value &= 0xff;
    if (size == 2)
        *value &= 0xffff;
    return true;
}

static bool ref_store(struct ref_mips *c, uint32_t va, unsigned size, uint32_t value)
{
    uint32_t pa = 0;

    if (!ref_translate(c, va, size, true, &pa))
        return false;
    if (size == 1)
        value &= 0xff;
    if (size == 2)
        value &= 0xffff;
    return ref_write(c, pa, size, value);
}

/*
 * lwl, lwr, swl, swr. Registers have bytes too: byte 0 is the most significant one on a big
 * endian machine, the least significant one on a little endian machine, just as in memory.
 */

static uint32_t ref_byte_shift(const struct ref_mips *c, unsigned byte)
{
    return c->big_endian ? 24 - 8 * byte : 8 * byte;
}

static uint32_t ref_byte_of(const struct ref_mips *c, uint32_t word, unsigned byte)
{
    return (word >> ref_byte_shift(c, byte)) & 0xff;
}

static uint32_t ref_with_byte(const struct ref_mips *c, uint32_t word, unsigned byte,
                              uint32_t value)
{
    uint32_t shift = ref_byte_shift(c, byte);

    return (word & ~(0xffu << shift)) | (value << shift);
}

/*
 * Which bytes take part. "Left" is the most significant end, the side of the low addresses on a
 * big endian machine and that of the high addresses on a little endian one. lwl and swl connect
 * the left end of the register with the memory bytes from va rightwards (less significant) to the
 * end of the word; lwr and swr connect its right end with those from va leftwards.
 * So memory byte m goes with register byte m + shift (m, shift counted as addresses).
 */
static void ref_partial(const struct ref_mips *c, bool left, unsigned offset, unsigned *first,
                        unsigned *last, int *shift)
{
    bool upwards = left == c->big_endian; /* from va to the higher addresses? */

    if (upwards) {
        *first = offset; /* memory bytes offset..3 are register bytes 0..3-offset */
        *last = 3;
        *shift = -(int)offset;
    } else {
        *first = 0; /* memory bytes 0..offset are register bytes 3-offset..3 */
        *last = offset;
        *shift = 3 - (int)offset;
    }
}

static bool ref_load_partial(struct ref_mips *c, bool left, uint32_t va, unsigned rt)
{
    unsigned first, last;
    uint32_t pa, word, value;
    int shift;

    if (!ref_translate(c, va, 1, false, &pa))
        return false;
    if (!ref_read(c, pa & ~3u, 4, &word))
        return false;
    ref_partial(c, left, pa & 3, &first, &last, &shift);
    value = ref_get(c, rt);
    for (unsigned m = first; m <= last; m++)
        value = ref_with_byte(c, value, (unsigned)((int)m + shift), ref_byte_of(c, word, m));
    ref_set(c, rt, value);
    return true;
}

static bool ref_store_partial(struct ref_mips *c, bool left, uint32_t va, unsigned rt)
{
    unsigned first, last;
    uint32_t pa;
    int shift;

    if (!ref_translate(c, va, 1, true, &pa))
        return false;
    ref_partial(c, left, pa & 3, &first, &last, &shift);
    for (unsigned m = first; m <= last; m++) {
        uint32_t byte = ref_byte_of(c, ref_get(c, rt), (unsigned)((int)m + shift));

        if (!ref_write(c, (pa & ~3u) + m, 1, byte))
            return false;
    }
    return true;
}

/*
 * CP0
 */

static bool ref_mfc0(struct ref_mips *c, unsigned reg, unsigned sel, unsigned rt)
{
    uint32_t value = 0;

    if (c->mips161 && sel != 0) {
        switch (reg * 8 + sel) {
        case 15 * 8 + 1: /* compatible features */
        case 15 * 8 + 2: /* incompatible features */
            value = 0;
            break;
        case 16 * 8 + 1: /* config1: 64 TLB entries, 4K I and D caches: 4 ways, lines of 16 */
            value = 0x7e1b0d80;
            break;
        default:
            return ref_exception(c, REF_EXC_RI);
        }
        ref_set(c, rt, value);
        return true;
    }

    switch (reg) {
    case 0:
        value = c->index;
        break;
    case 1:
        value = ref_random(c) << 8;
        break;
    case 2:
        value = c->entrylo;
        break;
    case 4:
        value = c->context;
        break;
    case 8:
        value = c->badvaddr;
        break;
    case 10:
        value = c->entryhi;
        break;
    case 12:
        value = c->status;
        break;
    case 13:
        value = ref_cause(c);
        break;
    case 14:
        value = c->epc;
        break;
    case 15:
        value = c->prid;
        break;
    case 9:
        value = c->mips161 ? ref_count(c) : 0;
        break;
    case 11:
        value = c->mips161 ? c->compare : 0;
        break;
    case 16: /* config0: config1 exists, MIPS-I MMU, kseg0 cached */
        value = c->mips161 ? 0x800003f3u | (c->big_endian ? 0x8000u : 0) : 0;
        break;
    default:
        if (c->mips161)
            return ref_exception(c, REF_EXC_RI);
        value = 0;
        break;
    }
    ref_set(c, rt, value);
    return true;
}

static void ref_write_status(struct ref_mips *c, uint32_t value)
{
    uint32_t writable = REF_ST_CU | REF_ST_BEV | REF_ST_IM | REF_ST_STACK;

    if (c->mips161) {
        if (value & (REF_ST_ISC | REF_ST_SWC))
            c->stopped = true;
    } else {
        writable |= REF_ST_ISC | REF_ST_SWC;
    }
    c->status = value & writable;
}

static bool ref_mtc0(struct ref_mips *c, unsigned reg, unsigned sel, uint32_t value)
{
    if (c->mips161 && sel != 0) {
        switch (reg * 8 + sel) {
        case 15 * 8 + 1:
        case 15 * 8 + 2:
        case 16 * 8 + 1:
            return true; /* read-only */
        default:
            return ref_exception(c, REF_EXC_RI);
        }
    }

    switch (reg) {
    case 0:
        c->index = value & 0x80003f00u;
        return true;
    case 2:
        c->entrylo = value & 0xffffff00u;
        return true;
    case 4:
        c->context = (c->context & 0x001ffffcu) | (value & 0xffe00000u);
        return true;
    case 10:
        c->entryhi = value & 0xffffffc0u;
        return true;
    case 12:
        ref_write_status(c, value);
        return true;
    case 13:
        c->cause = (c->cause & ~REF_CA_SOFT) | (value & REF_CA_SOFT);
        return true;
    case 1:
    case 8:
    case 14:
    case 15:
        return true; /* read-only */
    case 9:
        if (c->mips161)
            c->count_base = c->steps - value;
        return true;
    case 11:
        if (c->mips161) {
            c->compare = value;
            c->timer_on = true;
            c->irq_lines &= ~REF_CA_TIMER;
            if (ref_count(c) > value)
                c->count_base = c->steps;
        }
        return true;
    case 16:
        return true; /* mips161: read-only; R3000: not there, ignored */
    default:
        if (c->mips161)
            return ref_exception(c, REF_EXC_RI);
        return true;
    }
}

static void ref_tlb_write(struct ref_mips *c, unsigned n)
{
    c->tlb[n].hi = c->entryhi;
    c->tlb[n].lo = c->entrylo;

    if (!c->mips161)
        return;
    for (unsigned i = 0; i < 64; i++) {
        if (i == n)
            continue;
        if ((c->tlb[i].hi & REF_VPN) != (c->entryhi & REF_VPN))
            continue;
        if ((c->tlb[i].lo & REF_LO_G) || (c->entrylo & REF_LO_G) ||
            (c->tlb[i].hi & REF_ASID) == (c->entryhi & REF_ASID))
            c->stopped = true;
    }
}

static bool ref_cop0(struct ref_mips *c, uint32_t insn)
{
    unsigned rs = (insn >> 21) & 31;
    unsigned rt = (insn >> 16) & 31;
    unsigned rd = (insn >> 11) & 31;
    unsigned n = (c->index >> 8) & 63;
    int found;

    if (!ref_cop_usable(c, 0))
        return ref_cop_unusable(c, 0);

    if (!(insn & 0x02000000u)) {
        switch (rs) {
        case 0:
            return ref_mfc0(c, rd, insn & 7, rt);
        case 4:
            return ref_mtc0(c, rd, insn & 7, ref_get(c, rt));
        default:
            return ref_exception(c, REF_EXC_RI);
        }
    }

    switch (insn & 0x3f) {
    case 1: /* tlbr */
        c->entryhi = c->tlb[n].hi;
        c->entrylo = c->tlb[n].lo;
        return true;
    case 2: /* tlbwi */
        ref_tlb_write(c, n);
        return true;
    case 6: /* tlbwr */
        ref_tlb_write(c, ref_random(c));
        return true;
    case 8: /* tlbp */
        found = ref_tlb_find(c, c->entryhi & REF_VPN, c->entryhi & REF_ASID);
        if (found < 0)
            c->index |= 0x80000000u;
        else
            c->index = (uint32_t)found << 8;
        return true;
    case 16: /* rfe */
        c->status = (c->status & ~0xfu) | ((c->status >> 2) & 0xf);
        return true;
    case 32: /* wait */
        if (!c->mips161)
            return ref_exception(c, REF_EXC_RI);
        if (!(c->irq_lines & REF_CA_HARD))
            c->waiting = true;
        return true;
    default:
        return ref_exception(c, REF_EXC_RI);
    }
}

/* A coprocessor that is not fitted */
static bool ref_no_cop(struct ref_mips *c, unsigned n)
{
    if (!ref_cop_usable(c, n))
        return ref_cop_unusable(c, n);
    return ref_exception(c, REF_EXC_RI);
}

/*
 * The R3010
 */

static void ref_fpu_follow_line(struct ref_mips *c)
{
    c->irq_lines &= ~REF_CA_FPU;
    if (ref_fpu_line(&c->fp))
        c->irq_lines |= REF_CA_FPU;
}

static bool ref_interrupt_pending(const struct ref_mips *c)
{
    return (c->status & REF_ST_IEC) && (ref_cause(c) & c->status & REF_ST_IM);
}

/* After an instruction that computes, or was asked to. */
static bool ref_fpu_done(struct ref_mips *c, bool trapped)
{
    ref_fpu_follow_line(c);
    if (trapped && ref_interrupt_pending(c))
        return ref_exception(c, REF_EXC_INT);
    return true;
}

static bool ref_fpu_not_implemented(struct ref_mips *c)
{
    ref_fpu_unimplemented(&c->fp);
    return ref_fpu_done(c, true);
}

static uint32_t ref_cfc1(const struct ref_mips *c, unsigned n)
{
    if (n == 0)
        return 0x340;
    return n == 31 ? c->fp.fcr31 : 0;
}

static void ref_ctc1(struct ref_mips *c, unsigned n, uint32_t value)
{
    if (n != 31)
        return;
    c->fp.fcr31 = value & REF_FPU_WRITABLE;
    ref_fpu_follow_line(c);
}

static bool ref_bc1(struct ref_mips *c, uint32_t insn, uint32_t *after, bool *branch)
{
    bool wanted = (insn >> 16) & 1;
    bool condition = (c->fp.fcr31 & REF_FPU_C) != 0;

    if ((insn >> 17) & 15)
        return ref_fpu_not_implemented(c);
    *branch = true;
    if (condition == wanted)
        *after = c->pc + 4 + (ref_sign16(insn & 0xffff) << 2);
    return true;
}

static bool ref_cop1(struct ref_mips *c, uint32_t insn, uint32_t *after, bool *branch)
{
    unsigned rt = (insn >> 16) & 31;
    unsigned rd = (insn >> 11) & 31;

    if (!c->fpu || !ref_cop_usable(c, 1))
        return ref_no_cop(c, 1);
    if (insn & 0x02000000u)
        return ref_fpu_done(c, !ref_fpu_compute(&c->fp, insn));
    switch ((insn >> 21) & 31) {
    case 0: /* mfc1 */
        ref_set(c, rt, c->fp.fpr[rd]);
        return true;
    case 2:
        ref_set(c, rt, ref_cfc1(c, rd));
        return true;
    case 4: /* mtc1 */
        c->fp.fpr[rd] = ref_get(c, rt);
        return true;
    case 6:
        ref_ctc1(c, rd, ref_get(c, rt));
        return true;
    case 8:
        return ref_bc1(c, insn, after, branch);
    default:
        return ref_fpu_not_implemented(c);
    }
}

static bool ref_lwc1(struct ref_mips *c, uint32_t va, unsigned ft)
{
    uint32_t value;

    if (!c->fpu || !ref_cop_usable(c, 1))
        return ref_no_cop(c, 1);
    if (!ref_load(c, va, 4, &value))
        return false;
    c->fp.fpr[ft] = value;
    return true;
}

static bool ref_swc1(struct ref_mips *c, uint32_t va, unsigned ft)
{
    if (!c->fpu || !ref_cop_usable(c, 1))
        return ref_no_cop(c, 1);
    return ref_store(c, va, 4, c->fp.fpr[ft]);
}

/*
 * mips161: LL, SC, CACHE
 */

static bool ref_load_linked(struct ref_mips *c, uint32_t va, unsigned rt)
{
    uint32_t pa, value;

    if (!ref_translate(c, va, 4, false, &pa))
        return false;
    if (!ref_read(c, pa, 4, &value))
        return false;
    c->ll = true;
    c->ll_addr = pa;
    c->ll_value = value;
    ref_set(c, rt, value);
    return true;
}

static bool ref_store_conditional(struct ref_mips *c, uint32_t va, unsigned rt)
{
    uint32_t pa, value;

    if (!c->ll) {
        ref_set(c, rt, 0);
        return true;
    }
    if (!ref_translate(c, va, 4, true, &pa))
        return false;
    if (pa != c->ll_addr) {
        ref_set(c, rt, 0);
        return true;
    }
    if (!ref_read(c, pa, 4, &value))
        return false;
    if (value != c->ll_value) {
        ref_set(c, rt, 0);
        return true;
    }
    if (!ref_write(c, pa, 4, ref_get(c, rt)))
        return false;
    ref_set(c, rt, 1);
    return true;
}

/* op: bits 4..2 are the operation, 1..0 the cache, as in MIPS32 */
static bool ref_cache(struct ref_mips *c, uint32_t va, unsigned op)
{
    uint32_t pa;

    if (!ref_cop_usable(c, 0))
        return ref_cop_unusable(c, 0);
    if ((op >> 2) < 4)
        return true; /* by index: any address is good */
    return ref_translate(c, va, 4, false, &pa);
}

/*
 * Arithmetic with something to say about it
 */

static bool ref_add_trapping(struct ref_mips *c, uint32_t a, uint32_t b, unsigned rd)
{
    int64_t sum = (int64_t)(int32_t)a + (int64_t)(int32_t)b;

    if (sum < INT32_MIN || sum > INT32_MAX)
        return ref_exception(c, REF_EXC_OV);
    ref_set(c, rd, a + b);
    return true;
}

static bool ref_sub_trapping(struct ref_mips *c, uint32_t a, uint32_t b, unsigned rd)
{
    int64_t difference = (int64_t)(int32_t)a - (int64_t)(int32_t)b;

    if (difference < INT32_MIN || difference > INT32_MAX)
        return ref_exception(c, REF_EXC_OV);
    ref_set(c, rd, a - b);
    return true;
}

static uint32_t ref_shift_right_arithmetic(uint32_t value, unsigned amount)
{
    for (unsigned i = 0; i < amount; i++)
        value = (value >> 1) | (value & 0x80000000u);
    return value;
}

static void ref_mult(struct ref_mips *c, uint32_t a, uint32_t b)
{
    uint64_t product = (uint64_t)((int64_t)(int32_t)a * (int64_t)(int32_t)b);

    c->hi = (uint32_t)(product >> 32);
    c->lo = (uint32_t)product;
}

static void ref_multu(struct ref_mips *c, uint32_t a, uint32_t b)
{
    uint64_t product = (uint64_t)a * (uint64_t)b;

    c->hi = (uint32_t)(product >> 32);
    c->lo = (uint32_t)product;
}

static void ref_div(struct ref_mips *c, uint32_t a, uint32_t b)
{
    if (b == 0 && c->mips161) {
        c->lo = (a & 0x80000000u) ? 0xffffffffu : 0x7fffffffu;
        c->hi = 0;
    } else if (b == 0) {
        c->lo = (a & 0x80000000u) ? 1 : 0xffffffffu;
        c->hi = a;
    } else if (a == 0x80000000u && b == 0xffffffffu) {
        c->lo = 0x80000000u;
        c->hi = 0;
    } else {
        c->lo = (uint32_t)((int32_t)a / (int32_t)b);
        c->hi = (uint32_t)((int32_t)a % (int32_t)b);
    }
}

static void ref_divu(struct ref_mips *c, uint32_t a, uint32_t b)
{
    if (b == 0) {
        c->lo = 0xffffffffu;
        c->hi = c->mips161 ? 0 : a;
    } else {
        c->lo = a / b;
        c->hi = a % b;
    }
}

/*
 * Execution. after is the address of the instruction after the next one, which a taken branch
 * replaces; branch says that this was a branch, taken or not. False: an exception was raised.
 */

static bool ref_special(struct ref_mips *c, uint32_t insn, uint32_t *after, bool *branch)
{
    unsigned rs = (insn >> 21) & 31;
    unsigned rt = (insn >> 16) & 31;
    unsigned rd = (insn >> 11) & 31;
    unsigned sa = (insn >> 6) & 31;
    uint32_t a = ref_get(c, rs);
    uint32_t b = ref_get(c, rt);

    switch (insn & 0x3f) {
    case 0x00: /* sll */
        ref_set(c, rd, b << sa);
        return true;
    case 0x02: /* srl */
        ref_set(c, rd, b >> sa);
        return true;
    case 0x03: /* sra */
        ref_set(c, rd, ref_shift_right_arithmetic(b, sa));
        return true;
    case 0x04: /* sllv */
        ref_set(c, rd, b << (a & 31));
        return true;
    case 0x06: /* srlv */
        ref_set(c, rd, b >> (a & 31));
        return true;
    case 0x07: /* srav */
        ref_set(c, rd, ref_shift_right_arithmetic(b, a & 31));
        return true;
    case 0x08: /* jr */
        *branch = true;
        *after = a;
        return true;
    case 0x09: /* jalr */
        *branch = true;
        *after = a;
        ref_set(c, rd, c->pc + 8);
        return true;
    case 0x0c:
        return ref_exception(c, REF_EXC_SYS);
    case 0x0d:
        return ref_exception(c, REF_EXC_BP);
    case 0x0f: /* sync */
        if (!c->mips161)
            return ref_exception(c, REF_EXC_RI);
        return true;
    case 0x10: /* mfhi */
        ref_set(c, rd, c->hi);
        return true;
    case 0x11: /* mthi */
        c->hi = a;
        return true;
    case 0x12: /* mflo */
        ref_set(c, rd, c->lo);
        return true;
    case 0x13: /* mtlo */
        c->lo = a;
        return true;
    case 0x18:
        ref_mult(c, a, b);
        return true;
    case 0x19:
        ref_multu(c, a, b);
        return true;
    case 0x1a:
        ref_div(c, a, b);
        return true;
    case 0x1b:
        ref_divu(c, a, b);
        return true;
    case 0x20: /* add */
        return ref_add_trapping(c, a, b, rd);
    case 0x21: /* addu */
        ref_set(c, rd, a + b);
        return true;
    case 0x22: /* sub */
        return ref_sub_trapping(c, a, b, rd);
    case 0x23: /* subu */
        ref_set(c, rd, a - b);
        return true;
    case 0x24: /* and */
        ref_set(c, rd, a & b);
        return true;
    case 0x25: /* or */
        ref_set(c, rd, a | b);
        return true;
    case 0x26: /* xor */
        ref_set(c, rd, a ^ b);
        return true;
    case 0x27: /* nor */
        ref_set(c, rd, ~(a | b));
        return true;
    case 0x2a: /* slt */
        ref_set(c, rd, (int32_t)a < (int32_t)b);
        return true;
    case 0x2b: /* sltu */
        ref_set(c, rd, a < b);
        return true;
    default:
        return ref_exception(c, REF_EXC_RI);
    }
}

static bool ref_regimm(struct ref_mips *c, uint32_t insn, uint32_t *after, bool *branch)
{
    int32_t a = (int32_t)ref_get(c, (insn >> 21) & 31);
    uint32_t target = c->pc + 4 + (ref_sign16(insn & 0xffff) << 2);

    switch ((insn >> 16) & 31) {
    case 0: /* bltz */
        *branch = true;
        if (a < 0)
            *after = target;
        return true;
    case 1: /* bgez */
        *branch = true;
        if (a >= 0)
            *after = target;
        return true;
    case 16: /* bltzal */
        *branch = true;
        ref_set(c, 31, c->pc + 8);
        if (a < 0)
            *after = target;
        return true;
    case 17: /* bgezal */
        *branch = true;
        ref_set(c, 31, c->pc + 8);
        if (a >= 0)
            *after = target;
        return true;
    default:
        return ref_exception(c, REF_EXC_RI);
    }
}

static bool ref_execute(struct ref_mips *c, uint32_t insn, uint32_t *after, bool *branch)
{
    unsigned rs = (insn >> 21) & 31;
    unsigned rt = (insn >> 16) & 31;
    uint32_t imm = insn & 0xffff;
    uint32_t simm = ref_sign16(imm);
    uint32_t a = ref_get(c, rs);
    uint32_t b = ref_get(c, rt);
    uint32_t branch_target = c->pc + 4 + (simm << 2);
    uint32_t jump_target = ((c->pc + 4) & 0xf0000000u) | ((insn & 0x03ffffffu) << 2);
    uint32_t va = a + simm;
    uint32_t value;

    switch (insn >> 26) {
    case 0x00:
        return ref_special(c, insn, after, branch);
    case 0x01:
        return ref_regimm(c, insn, after, branch);
    case 0x02: /* j */
        *branch = true;
        *after = jump_target;
        return true;
    case 0x03: /* jal */
        *branch = true;
        *after = jump_target;
        ref_set(c, 31, c->pc + 8);
        return true;
    case 0x04: /* beq */
        *branch = true;
        if (a == b)
            *after = branch_target;
        return true;
    case 0x05: /* bne */
        *branch = true;
        if (a != b)
            *after = branch_target;
        return true;
    case 0x06: /* blez */
        *branch = true;
        if ((int32_t)a <= 0)
            *after = branch_target;
        return true;
    case 0x07: /* bgtz */
        *branch = true;
        if ((int32_t)a > 0)
            *after = branch_target;
        return true;
    case 0x08: /* addi */
        return ref_add_trapping(c, a, simm, rt);
    case 0x09: /* addiu */
        ref_set(c, rt, a + simm);
        return true;
    case 0x0a: /* slti */
        ref_set(c, rt, (int32_t)a < (int32_t)simm);
        return true;
    case 0x0b: /* sltiu: the immediate is sign-extended, then compared unsigned */
        ref_set(c, rt, a < simm);
        return true;
    case 0x0c: /* andi */
        ref_set(c, rt, a & imm);
        return true;
    case 0x0d: /* ori */
        ref_set(c, rt, a | imm);
        return true;
    case 0x0e: /* xori */
        ref_set(c, rt, a ^ imm);
        return true;
    case 0x0f: /* lui */
        ref_set(c, rt, imm << 16);
        return true;
    case 0x10:
        return ref_cop0(c, insn);
    case 0x11:
        return ref_cop1(c, insn, after, branch);
    case 0x31:
        return ref_lwc1(c, va, rt);
    case 0x39:
        return ref_swc1(c, va, rt);
    case 0x12:
    case 0x32:
    case 0x3a:
        return ref_no_cop(c, 2);
    case 0x13:
    case 0x33:
    case 0x3b:
        return ref_no_cop(c, 3);
    case 0x20: /* lb */
        if (!ref_load(c, va, 1, &value))
            return false;
        ref_set(c, rt, (value & 0x80) ? value | 0xffffff00u : value);
        return true;
    case 0x21: /* lh */
        if (!ref_load(c, va, 2, &value))
            return false;
        ref_set(c, rt, ref_sign16(value));
        return true;
    case 0x22: /* lwl */
        return ref_load_partial(c, true, va, rt);
    case 0x23: /* lw */
        if (!ref_load(c, va, 4, &value))
            return false;
        ref_set(c, rt, value);
        return true;
    case 0x24: /* lbu */
        if (!ref_load(c, va, 1, &value))
            return false;
        ref_set(c, rt, value);
        return true;
    case 0x25: /* lhu */
        if (!ref_load(c, va, 2, &value))
            return false;
        ref_set(c, rt, value);
        return true;
    case 0x26: /* lwr */
        return ref_load_partial(c, false, va, rt);
    case 0x28: /* sb */
        return ref_store(c, va, 1, b);
    case 0x29: /* sh */
        return ref_store(c, va, 2, b);
    case 0x2a: /* swl */
        return ref_store_partial(c, true, va, rt);
    case 0x2b: /* sw */
        return ref_store(c, va, 4, b);
    case 0x2e: /* swr */
        return ref_store_partial(c, false, va, rt);
    case 0x2f: /* cache */
        if (!c->mips161)
            return ref_exception(c, REF_EXC_RI);
        return ref_cache(c, va, rt);
    case 0x30: /* ll */
        if (!c->mips161)
            return ref_exception(c, REF_EXC_RI);
        return ref_load_linked(c, va, rt);
    case 0x38: /* sc */
        if (!c->mips161)
            return ref_exception(c, REF_EXC_RI);
        return ref_store_conditional(c, va, rt);
    default:
        return ref_exception(c, REF_EXC_RI);
    }
}

static void ref_one_instruction(struct ref_mips *c)
{
    uint32_t insn;
    uint32_t after = c->npc + 4;
    bool branch = false;

    if (!ref_fetch(c, &insn))
        return;
    if (!ref_execute(c, insn, &after, &branch))
        return;
    c->pc = c->npc;
    c->npc = after;
    c->bd = branch;
}

void ref_step(struct ref_mips *c)
{
    if (c->stopped)
        return;

    if (c->waiting) {
        if (!(c->irq_lines & REF_CA_HARD))
            return;
        c->waiting = false;
    }

    c->r[0] = 0;
    if (ref_interrupt_pending(c))
        ref_exception(c, REF_EXC_INT);
    ref_one_instruction(c);

    c->steps++;
    if (c->mips161 && c->timer_on && ref_count(c) == c->compare) {
        c->count_base = c->steps;
        c->irq_lines |= REF_CA_TIMER;
    }
}

void ref_reset(struct ref_mips *c)
{
    struct ref_mips fresh = {
        .big_endian = c->big_endian,
        .mips161 = c->mips161,
        .fpu = c->fpu,
        .mem = c->mem,
        .memctx = c->memctx,
        .prid = c->prid,
        .cpu_number = c->cpu_number,
        .cpu_count = c->cpu_count,
    };

    for (uint32_t i = 0; i < 64; i++)
        fresh.tlb[i].hi = 0x81000000u + i * 0x1000;
    fresh.status = REF_ST_BEV;
    fresh.pc = 0xbfc00000u;
    fresh.npc = 0xbfc00004u;
    *c = fresh;
}
