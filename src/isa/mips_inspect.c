/* SPDX-License-Identifier: ISC */
/*
 * Looking into a CPU and its memory from outside, and writing there, so that what is derived from
 * the state follows and nothing else happens: no exception, no device, no instruction counted.
 */
#include "isa/mips_int.h"

/* ---- memory ---- */

bool mips_translate_as(const struct mips *c, struct mips_view view, gva va, gpa *pa)
{
    if (view.user && !mips_is_kuseg(va))
        return false;
    if (mips_is_unmapped(va)) {
        *pa = mips_unmapped_physical(va);
        return true;
    }
    u32 asid = view.asid < 0 ? c->entryhi & 0xfc0 : bits_get((u32)view.asid, 0, 6) << 6;
    int i = mips_tlb_find_as(c, va, asid);
    if (i < 0 || !(c->tlb_lo[i] & MIPS_LO_V))
        return false;
    *pa = (c->tlb_lo[i] & ~(MEM_PAGE - 1)) | (va & (MEM_PAGE - 1));
    return true;
}

bool mips_translate(const struct mips *c, gva va, gpa *pa)
{
    return mips_translate_as(c, (struct mips_view){.asid = MIPS_ASID_CURRENT}, va, pa);
}

/* Bytes from there to the end of its page, but no more than len. */
static u32 mips_inspect_piece(gpa at, u32 len)
{
    u32 room = MEM_PAGE - (u32)(at & (MEM_PAGE - 1));
    return room < len ? room : len;
}

u32 mips_peek_physical(const struct mips *c, gpa pa, void *buf, u32 len)
{
    u32 done = 0;
    while (done < len) {
        u32 n = mips_inspect_piece(pa + done, len - done);
        const u8 *p = mem_ram_ptr(c->mem, pa + done, n);
        if (!p)
            break;
        memcpy((u8 *)buf + done, p, n);
        done += n;
    }
    return done;
}

u32 mips_poke_physical(struct mips *c, gpa pa, const void *buf, u32 len)
{
    u32 done = 0;
    while (done < len && mem_poke(c->mem, pa + done, ((const u8 *)buf)[done]))
        done++;
    return done;
}

/* Addresses do not wrap: what lies beyond the last page is not there. */
static bool mips_inspect_next_page(const struct mips *c, struct mips_view view, gva va, u32 done,
                                   gpa *pa)
{
    return va + done >= va && mips_translate_as(c, view, va + done, pa);
}

u32 mips_peek(const struct mips *c, struct mips_view view, gva va, void *buf, u32 len)
{
    u32 done = 0, n = 0, got = 0;
    gpa pa;
    for (; done < len && got == n && mips_inspect_next_page(c, view, va, done, &pa); done += got) {
        n = mips_inspect_piece(pa, len - done);
        got = mips_peek_physical(c, pa, (u8 *)buf + done, n);
    }
    return done;
}

u32 mips_poke(struct mips *c, struct mips_view view, gva va, const void *buf, u32 len)
{
    u32 done = 0, n = 0, got = 0;
    gpa pa;
    for (; done < len && got == n && mips_inspect_next_page(c, view, va, done, &pa); done += got) {
        n = mips_inspect_piece(pa, len - done);
        got = mips_poke_physical(c, pa, (const u8 *)buf + done, n);
    }
    return done;
}

/* ---- registers ---- */

static const char *const reg_names[MIPS_NUM_REGS] = {
    "r0",      "r1",  "r2",     "r3",     "r4",      "r5",       "r6",      "r7",  "r8",   "r9",
    "r10",     "r11", "r12",    "r13",    "r14",     "r15",      "r16",     "r17", "r18",  "r19",
    "r20",     "r21", "r22",    "r23",    "r24",     "r25",      "r26",     "r27", "r28",  "r29",
    "r30",     "r31", "status", "lo",     "hi",      "badvaddr", "cause",   "pc",  "f0",   "f1",
    "f2",      "f3",  "f4",     "f5",     "f6",      "f7",       "f8",      "f9",  "f10",  "f11",
    "f12",     "f13", "f14",    "f15",    "f16",     "f17",      "f18",     "f19", "f20",  "f21",
    "f22",     "f23", "f24",    "f25",    "f26",     "f27",      "f28",     "f29", "f30",  "f31",
    "fcsr",    "fir", "index",  "random", "entrylo", "context",  "entryhi", "epc", "prid", "count",
    "compare", "npc", "bd",
};

const char *mips_reg_name(enum mips_reg reg)
{
    return reg_names[reg];
}

bool mips_reg_exists(const struct mips *c, enum mips_reg reg)
{
    return reg < MIPS_REG_F0 || reg > MIPS_REG_FIR || c->model->fir;
}

static u32 mips_inspect_read_fpu(const struct mips *c, enum mips_reg reg)
{
    if (reg == MIPS_REG_FIR)
        return c->model->fir;
    return reg == MIPS_REG_FCSR ? c->fcr31 : c->fpr[reg - MIPS_REG_F0];
}

static u32 mips_inspect_read_cp0(const struct mips *c, enum mips_reg reg)
{
    switch (reg) {
    case MIPS_REG_STATUS:
        return c->status;
    case MIPS_REG_BADVADDR:
        return c->badvaddr;
    case MIPS_REG_CAUSE:
        return c->cause | c->irq_lines;
    case MIPS_REG_INDEX:
        return c->index;
    case MIPS_REG_RANDOM:
        return mips_random(c) << 8;
    case MIPS_REG_ENTRYLO:
        return c->entrylo;
    case MIPS_REG_CONTEXT:
        return c->context;
    case MIPS_REG_ENTRYHI:
        return c->entryhi;
    case MIPS_REG_EPC:
        return c->epc;
    case MIPS_REG_PRID:
        return c->model->prid;
    case MIPS_REG_COUNT:
        return c->model->is161 ? mips_count(c) : 0;
    default: /* MIPS_REG_COMPARE */
        return c->compare;
    }
}

u32 mips_reg_read(const struct mips *c, enum mips_reg reg)
{
    switch (reg) {
    case MIPS_REG_LO:
        return c->r[MIPS_LO];
    case MIPS_REG_HI:
        return c->r[MIPS_HI];
    case MIPS_REG_PC:
        return c->pc;
    case MIPS_REG_NPC:
        return c->npc;
    case MIPS_REG_BD:
        return c->bd;
    default:
        if (reg >= MIPS_REG_F0 && reg <= MIPS_REG_FIR)
            return mips_inspect_read_fpu(c, reg);
        return reg < MIPS_REG_STATUS ? c->r[reg] : mips_inspect_read_cp0(c, reg);
    }
}

/* Debuggers write back what they have read: the same address changes nothing. */
static bool mips_inspect_write_pc(struct mips *c, u32 v)
{
    if (v == c->pc)
        return true;
    mips_set_pc(c, v);
    c->waiting = false;
    return true;
}

static bool mips_inspect_write_npc(struct mips *c, u32 v)
{
    if (c->bd)
        c->npc = v;
    return c->npc == v;
}

static bool mips_inspect_write_bd(struct mips *c, u32 v)
{
    if (v > 1)
        return false;
    c->bd = v;
    if (!c->bd)
        c->npc = c->pc + 4;
    return true;
}

static bool mips_inspect_write_fpu(struct mips *c, enum mips_reg reg, u32 v)
{
    if (!c->model->fir || reg == MIPS_REG_FIR)
        return false;
    if (reg == MIPS_REG_FCSR)
        mips_fpu_set_status(c, v);
    else
        c->fpr[reg - MIPS_REG_F0] = v;
    return true;
}

bool mips_reg_write(struct mips *c, enum mips_reg reg, u32 v)
{
    switch (reg) {
    case MIPS_REG_R0:
        return v == 0;
    case MIPS_REG_LO:
        c->r[MIPS_LO] = v;
        return true;
    case MIPS_REG_HI:
        c->r[MIPS_HI] = v;
        return true;
    case MIPS_REG_PC:
        return mips_inspect_write_pc(c, v);
    case MIPS_REG_NPC:
        return mips_inspect_write_npc(c, v);
    case MIPS_REG_BD:
        return mips_inspect_write_bd(c, v);
    default:
        if (reg >= MIPS_REG_F0 && reg <= MIPS_REG_FIR)
            return mips_inspect_write_fpu(c, reg, v);
        if (reg >= MIPS_REG_STATUS)
            return mips_write_cp0_outside(c, reg, v);
        c->r[reg] = v;
        return true;
    }
}
