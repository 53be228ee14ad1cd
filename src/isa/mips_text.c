/* SPDX-License-Identifier: ISC */
#include "isa/mips_text.h"

#include "isa/mips_int.h"

#include <stdio.h>

const char *mips_text_register(unsigned number)
{
    static const char *const names[32] = {
        "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2",
        "t3",   "t4", "t5", "t6", "t7", "s0", "s1", "s2", "s3", "s4", "s5",
        "s6",   "s7", "t8", "t9", "k0", "k1", "gp", "sp", "s8", "ra",
    };
    return names[number & 31];
}

const char *mips_text_exception(unsigned code)
{
    static const char *const names[] = {
        "interrupt",         "TLB modification",     "TLB miss (load)",
        "TLB miss (store)",  "address error (load)", "address error (store)",
        "bus error (fetch)", "bus error (data)",     "system call",
        "breakpoint",        "reserved instruction", "coprocessor unusable",
        "overflow",
    };
    return code < ARRAY_LEN(names) ? names[code] : "unknown exception";
}

const char *mips_text_tlb(u32 hi, u32 lo, char text[MIPS_TEXT])
{
    snprintf(text, MIPS_TEXT, "%08x asid %u -> %08x%s%s%s%s", hi & ~(u32)(MEM_PAGE - 1),
             bits_get(hi, 6, 6), lo & ~(u32)(MEM_PAGE - 1), lo & MIPS_LO_V ? " valid" : " invalid",
             lo & MIPS_LO_D ? " writable" : " read-only", lo & MIPS_LO_G ? " global" : "",
             lo & MIPS_LO_N ? " uncached" : "");
    return text;
}

const char *mips_text_mode(u32 status, unsigned shift)
{
    static const char *const names[] = {"kernel mode, interrupts off", "kernel mode, interrupts on",
                                        "user mode, interrupts off", "user mode, interrupts on"};
    return names[bits_get(status, shift, 2)];
}

const char *mips_text_lines(const struct mips *c, u32 lines, char text[MIPS_TEXT])
{
    static const struct {
        u32 bit;
        const char *name;
    } names[] = {{0x100, "software0"}, {0x200, "software1"}, {0x400, "LAMEbus"}, {0x800, "IPI"},
                 {0x1000, "line4"},    {0x2000, "line5"},    {0x4000, "line6"},  {0x8000, "timer"}};
    int n = 0;
    if (!c->model->is161) {
        snprintf(text, MIPS_TEXT, "%04x", lines);
        return text;
    }
    snprintf(text, MIPS_TEXT, "none");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (lines & names[i].bit)
            n += snprintf(text + n, MIPS_TEXT - (size_t)n, "%s%s", n ? " " : "", names[i].name);
    return text;
}

const char *mips_text_lookup(const struct mips *c, gva va, char text[MIPS_TEXT])
{
    char entry[MIPS_TEXT];
    int i = mips_tlb_find(c, va);
    if (mips_is_unmapped(va))
        snprintf(text, MIPS_TEXT, "not mapped by the TLB: physical %08x",
                 mips_unmapped_physical(va));
    else if (i < 0)
        snprintf(text, MIPS_TEXT, "no TLB entry for asid %u", bits_get(c->entryhi, 6, 6));
    else
        snprintf(text, MIPS_TEXT, "TLB[%d] %.100s", i,
                 mips_text_tlb(c->tlb_hi[i], c->tlb_lo[i], entry));
    return text;
}
