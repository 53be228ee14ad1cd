/* SPDX-License-Identifier: ISC */
/*
 * What debuggers need of the CPUs of one machine. Breakpoints and watchpoints stand in one table,
 * because the CPUs share decoded code; they cost nothing while there are none, and breakpoints in
 * pages that are not executed cost nothing ever. To be called between runs, on their thread.
 * Nothing here is state of the guest: never saved.
 */
#ifndef ISA_MIPS_DEBUG_H
#define ISA_MIPS_DEBUG_H

#include "lib/types.h"

struct mips;
struct mips_code;

/* Address space identifiers matter below 0x80000000 only; elsewhere they are ignored. */
#define MIPS_ASID_ANY     (-1)
#define MIPS_ASID_CURRENT (-1)

enum {
    MIPS_DEBUG_BREAKS = 1024,
    MIPS_DEBUG_WATCHES = 64,
};

enum mips_watch_kind {
    MIPS_WATCH_READ = 1,
    MIPS_WATCH_WRITE = 2,
    MIPS_WATCH_ACCESS = 3,
};

struct mips_break {
    gva va;
    int asid; /* MIPS_ASID_ANY, or 0 to 63 */
};

struct mips_watch {
    gpa at;  /* virtual address, or physical */
    u32 len; /* bytes */
    bool physical;
    enum mips_watch_kind kind;
    int asid; /* of virtual addresses: MIPS_ASID_ANY, or 0 to 63 */
};

/* Why mips_run returned MIPS_EXIT_BREAK or MIPS_EXIT_WATCH. */
struct mips_hit {
    gva va; /* the instruction's; of watchpoints: the first byte they share with it */
    enum mips_watch_kind by; /* watchpoints: what it was about to do, read or write */
    struct mips_watch watch; /* the first that matched */
};

/* What is passed over by the next attempt of the instruction that was stopped at. */
struct mips_pass {
    u64 retired;
    gva pc;
    bool breaks, watches;
};

/* ---- by debuggers ---- */

/*
 * An instruction that is about to be attempted at va stops the run (MIPS_EXIT_BREAK), delay slots
 * included. Its pending interrupts and the exceptions of its fetch come first. The same again is no
 * error. False: not a multiple of four, no such ASID, or MIPS_DEBUG_BREAKS there already.
 */
MUST_CHECK bool mips_debug_add_break(struct mips_code *code, gva va, int asid);
bool mips_debug_remove_break(struct mips_code *code, gva va, int asid); /* false: is not there */

/*
 * An instruction that would touch any of the bytes stops the run before it has done anything
 * (MIPS_EXIT_WATCH). Its own exceptions come first, bus errors apart. Not: instruction fetch,
 * accesses while the caches are isolated, SC that fails in memory, devices that access memory.
 * False: no bytes, no such kind or ASID, or MIPS_DEBUG_WATCHES there already.
 */
MUST_CHECK bool mips_debug_add_watch(struct mips_code *code, const struct mips_watch *w);
bool mips_debug_remove_watch(struct mips_code *code, const struct mips_watch *w);

void mips_debug_remove_all(struct mips_code *code);
void mips_debug_copy(struct mips_code *to, const struct mips_code *from); /* in place of its own */

/* After a stop, a run passes over what it stopped at. This asks the same for the instruction at
 * which the CPU stands now, whatever it stopped for. */
void mips_debug_pass(struct mips *c);

/* ---- by engines; 0 and false at once while there are none ---- */

/* Breakpoints of va's page that could stop this CPU in its present address space: one bit an
 * instruction. False: none. */
bool mips_debug_page_breaks(const struct mips *c, gva va, u32 marks[32]);

/* Which accesses to the page, mapped as it is now, must be checked: enum mips_watch_kind or-ed. */
unsigned mips_debug_page_watches(const struct mips *c, gva va, gpa pa);

/* Before an instruction that was fetched, and before an access that was translated. c's pc and
 * retired must be those of the instruction. True: the instruction must not be executed and the run
 * must end; c->hit says why. */
MUST_CHECK bool mips_debug_stops_at(struct mips *c);
MUST_CHECK bool mips_debug_stops_access(struct mips *c, gva va, gpa pa, u32 len,
                                        enum mips_watch_kind by);

/* ---- looking and writing without side effects: mips_inspect.c ---- */

/* Whose eyes a virtual address is seen with: `asid` MIPS_ASID_CURRENT or 0 to 63. */
struct mips_view {
    int asid;
    bool user; /* addresses from 0x80000000 up are not seen */
};

/* False: unmapped in that view. */
MUST_CHECK bool mips_translate_as(const struct mips *c, struct mips_view view, gva va, gpa *pa);

/* RAM and ROM only, never a device. How many bytes were read or written: fewer than len if a page
 * is unmapped or is no memory. Poke writes to read-only pages and to ROM, too; the CPUs that have
 * decoded it see the new code. */
u32 mips_peek(const struct mips *c, struct mips_view view, gva va, void *buf, u32 len);
u32 mips_poke(struct mips *c, struct mips_view view, gva va, const void *buf, u32 len);
u32 mips_peek_physical(const struct mips *c, gpa pa, void *buf, u32 len);
u32 mips_poke_physical(struct mips *c, gpa pa, const void *buf, u32 len);

/* Registers by number: up to FIR as GDB numbers them. */
enum mips_reg {
    MIPS_REG_R0 = 0,
    MIPS_REG_STATUS = 32,
    MIPS_REG_LO,
    MIPS_REG_HI,
    MIPS_REG_BADVADDR,
    MIPS_REG_CAUSE, /* with the interrupt lines, which cannot be written */
    MIPS_REG_PC,    /* writing another address leaves delay slot and WAIT */
    MIPS_REG_F0,
    MIPS_REG_FCSR = MIPS_REG_F0 + 32, /* fcr31; the interrupt line follows */
    MIPS_REG_FIR,
    MIPS_REG_INDEX,
    MIPS_REG_RANDOM,
    MIPS_REG_ENTRYLO,
    MIPS_REG_CONTEXT,
    MIPS_REG_ENTRYHI,
    MIPS_REG_EPC,
    MIPS_REG_PRID,
    MIPS_REG_COUNT,
    MIPS_REG_COMPARE,
    MIPS_REG_NPC, /* after pc: can be changed in a delay slot only */
    MIPS_REG_BD,  /* 1: pc is in a delay slot */
    MIPS_NUM_REGS,
};

/* Floating-point registers are of CPUs that have the coprocessor. */
bool mips_reg_exists(const struct mips *c, enum mips_reg reg);
/* Bits that the CPU does not have are dropped. False: cannot be written, or not so. */
u32 mips_reg_read(const struct mips *c, enum mips_reg reg);
MUST_CHECK bool mips_reg_write(struct mips *c, enum mips_reg reg, u32 v);
const char *mips_reg_name(enum mips_reg reg);

#endif
