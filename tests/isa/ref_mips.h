/* SPDX-License-Identifier: ISC */
/*
 * ref_mips - an independent reference interpreter of the MIPS R3000, for differential tests.
 *
 * It is written from the manual (Kane & Heinrich, "MIPS RISC Architecture"; the R3000 hardware
 * user's manual) and, for the mips161 mode, from the System/161 documentation (doc/mips.html).
 * It is deliberately naive: one step function, raw instruction words, a switch over the opcode
 * fields, nothing cached, nothing precomputed. It must never share code with src/isa: a mistake
 * made in both places would be a mistake no differential test can see.
 *
 * Where the manual leaves room, this was decided (both modes unless a mode is named):
 *
 *  Instruction fields
 *   - fields the encoding does not use are ignored, never a reason for RI; the select field of
 *     mfc0/mtc0 is ignored on the R3000 and obeyed on mips161;
 *   - COP0 with bit 25 set is recognised by bits 5..0 alone; with it clear only rs 0 (mfc0) and
 *     4 (mtc0) exist, the rest (cfc0, ctc0, bc0x) is RI. Unusable (CpU) comes before reserved;
 *   - coprocessors 2, 3, and 1 but with fpu, are not fitted: CU bit clear is CpU with CE=n, CU bit
 *     set is RI;
 *   - 0x30 and 0x38 are LL and SC on mips161, RI on the R3000, whatever CU0 says;
 *   - SYNC, WAIT and CACHE exist on mips161 only; elsewhere RI.
 *  Arithmetic
 *   - division by zero: LO = 0xffffffff (+1 for div with a negative dividend), HI = dividend; on
 *     mips161 as its simulator has it: LO = 0x7fffffff (-1 for a negative dividend of div, and for
 *     divu), HI = 0;
 *   - 0x80000000 / -1: LO = 0x80000000, HI = 0;
 *   - HI/LO interlocks and the two-instruction mult/mfhi hazard are not visible.
 *  Loads and branches
 *   - loads deliver at once; there is no visible load delay slot;
 *   - bd is set after any branch or jump, taken or not;
 *   - a branch in a delay slot is not special: pc = npc, npc = its target, bd = true. Its own
 *     target, link and region are computed from its own address (pc + 4, pc + 8), and an
 *     exception with bd set always reports EPC = pc - 4;
 *   - jr/jalr to a misaligned address fault at the fetch there, with EPC = BadVAddr = address;
 *   - jalr reads rs before writing rd; bltzal/bgezal test rs before writing r31.
 *  Addresses and exceptions
 *   - BadVAddr is the full effective address, also for lb and the lwl/lwr/swl/swr family;
 *   - lwl/lwr/swl/swr have no alignment check, but the segment check;
 *   - address errors set BadVAddr only; TLB exceptions also Context.BadVPN and EntryHi.VPN; bus
 *     errors set none of them;
 *   - swl/swr write one byte at a time, lowest address first; bytes written before a bus error
 *     stay written;
 *   - two matching TLB entries: the lowest index wins in lookups and in TLBP; on mips161
 *     writing such an entry stops the machine (after it has been written);
 *   - duplicate means: same VPN and (same ASID or either one global), valid or not, in any
 *     segment, as in System/161;
 *   - EntryHi changes only through mtc0, TLBR and TLB exceptions.
 *  CP0 registers
 *   - Index.P may be written by mtc0; TLBP without a match sets P and keeps the index field;
 *   - Context.BadVPN, BadVAddr, EPC, Random, PRId are read-only: writes are ignored;
 *   - Status.TS, PE, CM, PZ and RE read 0 and cannot be written;
 *   - unlisted registers: R3000 reads 0 and ignores writes; mips161 raises RI for both;
 *   - user mode may use CP0 instructions (rfe, wait, cache too) when CU0 is set.
 *  Status.IsC and SwC
 *   - R3000: no cache is modelled. With IsC set a data store passes all its address checks and
 *     then changes no memory, a data load passes them and delivers 0 (so that cache sizing by
 *     software finds no cache). The instruction fetch is not concerned. SwC has no effect;
 *   - mips161: a write of 1 to either stops the machine; the bits themselves stay 0, the other
 *     bits of the same write are stored.
 *  mips161
 *   - feature registers 15.1 and 15.2 read 0; config 16.0 reads 0x800083f3 (bit 15, the byte
 *     order, follows big_endian) and 16.1 reads 0x7e1b0d80; writes to these are ignored; selects
 *     16.2 to 16.7 are RI;
 *   - WAIT sleeps only when no hardware line is raised and ends as soon as one is, whatever IM
 *     and IEc say; software interrupt bits do not count. The ref_step which finds the line
 *     raised is an ordinary one: it may take the interrupt, and it executes an instruction;
 *   - LL records the physical address and the value. SC without an active LL gives 0 and makes
 *     no access (and no fault); else it is translated as a store, may fault, gives 0 when the
 *     physical address differs, reads the word, gives 0 when that differs from the value, and
 *     else stores and gives 1. Neither outcome ends the LL, only an exception does; RFE does not;
 *   - CACHE: the operation is in bits 20..18 and the cache in 17..16, as in MIPS32, which the
 *     document names (System/161's source has them the other way round: 18..16 and 20..19).
 *     Operations 0..3 (by index) do nothing; 4..7 (by address) are translated as the load of a
 *     word (alignment included) and may raise AdEL, TLBL; no memory is accessed;
 *   - Count is 0 at reset. mtc0 to Compare clears the timer line, turns the timer on and, when
 *     Count > the new Compare, sets Count to 0 (as System/161 does). After every step Count is
 *     compared, 0 is not special; a match sets Count to 0 and raises the line.
 *  Floating point (fpu: an R3010, on the R3000; its arithmetic is ref_fpu.h's)
 *   - unusable (CpU with CE=1) comes before anything else, an address error too;
 *   - cfc1 knows registers 0 (revision: 0x340) and 31, others read 0; ctc1 knows 31 and stores all
 *     of its writable bits; bc1 with other than 0 or 1 in rt is no branch but not implemented, as
 *     are the moves that are reserved;
 *   - the interrupt line (0x8000) follows register 31: it is up while an enabled cause or E is set.
 *     If an instruction that computes pulls it up and the interrupt is enabled, it is taken at
 *     once: EPC is that instruction. If not, that instruction is passed over. After ctc1 the
 *     interrupt is one like any other, taken before the next instruction;
 *   - results and the condition are there at once.
 *  Reset
 *   - everything but the configuration becomes 0; TLB entry i gets hi = 0x81000000 + i * 0x1000
 *     (kseg0: can match nothing) and lo = 0, so that no duplicates exist from the beginning.
 *
 * The cause field holds BD, CE, IP[1:0] and ExcCode only; the hardware bits live in irq_lines and
 * are merged when Cause is read. When stopped becomes true the instruction has been completed.
 */
#ifndef REF_MIPS_H
#define REF_MIPS_H

#include "ref_fpu.h"

struct ref_mem_ops { /* physical memory, given by the test; return false = bus error */
    bool (*read)(void *ctx, uint32_t pa, unsigned size /* 1, 2, 4 */, bool fetch, uint32_t *value);
    bool (*write)(void *ctx, uint32_t pa, unsigned size, uint32_t value);
};

struct ref_mips {
    uint32_t r[32], hi, lo;
    uint32_t pc;  /* instruction to execute next */
    uint32_t npc; /* the one after it (branch target when in a delay slot) */
    bool bd;      /* pc is in a branch delay slot (of a taken or untaken branch) */

    /* CP0 */
    uint32_t index, entrylo, context, badvaddr, entryhi, status, cause, epc, compare;
    struct {
        uint32_t hi, lo;
    } tlb[64];
    uint64_t steps;       /* instructions attempted since reset (not while waiting) */
    uint64_t random_base; /* Random = 63 - (steps - random_base) % 56 */
    uint64_t count_base;  /* Count = (uint32_t)(steps - count_base) */
    bool timer_on;        /* mips161: Compare was written at least once */
    bool ll;
    uint32_t ll_addr; /* physical */
    uint32_t ll_value;
    bool waiting;       /* WAIT executed; leaves when a hardware line is raised */
    uint32_t irq_lines; /* hardware lines as the bits of Cause (0xfc00) */
    struct ref_fpu fp;
    bool stopped; /* did something this CPU leaves undefined: stop for the debugger */

    /* configuration */
    bool big_endian;
    bool mips161; /* System/161's additions and differences; false = the real R3000A */
    bool fpu;     /* there is an R3010 */
    const struct ref_mem_ops *mem;
    void *memctx;
    uint32_t prid;
    uint32_t cpu_number, cpu_count; /* System/161's config registers do not show them: unused */
};

/* Keeps the configuration; pc = 0xbfc00000, Status.BEV set. */
void ref_reset(struct ref_mips *c);

/*
 * Check for an interrupt first (taking it changes pc but is not itself a step: the handler's
 * first instruction is then executed in the same step), then execute one instruction.
 */
void ref_step(struct ref_mips *c);

#endif
