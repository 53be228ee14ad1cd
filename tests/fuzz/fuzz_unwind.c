/* SPDX-License-Identifier: ISC */
/*
 * Back traces through any code and any stack: the input is memory, seen again and again from every
 * address, and the registers. Every read is of a whole aligned word, and there are not too many.
 */
#include "fuzz.h"
#include "isa/mips.h"
#include "isa/mips_unwind.h"
#include "lib/bits.h"
#include "lib/bug.h"

struct fuzz_memory {
    const u8 *data;
    size_t words;
    u32 holes; /* addresses with these bits are not mapped */
    u64 reads;
};

static bool fuzz_unwind_read(void *ctx, gva va, u32 *word)
{
    struct fuzz_memory *m = ctx;
    BUG_ON(va & 3);
    BUG_ON(++m->reads > MIPS_UNWIND_MAX * 40000u);
    if (m->holes && (va & m->holes) == m->holes)
        return false;
    *word = load_le32(m->data + va / 4 % m->words * 4);
    return true;
}

static bool fuzz_unwind_start(void *ctx, gva pc, gva *va)
{
    const struct fuzz_memory *m = ctx;
    *va = pc & ~(gva)(m->holes & 0xfff);
    return !(m->holes & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct mips_unwind_regs regs = {.pc = 0};
    if (len < 8)
        return 0;
    struct fuzz_memory m = {.data = data + 4, .words = (len - 4) / 4, .holes = load_le32(data)};
    for (unsigned i = 0; i < 32; i++)
        regs.r[i] = load_le32(m.data + i % m.words * 4);
    regs.pc = regs.r[0];
    regs.epc = regs.r[1];
    struct mem *mem = mem_new();
    struct mips_code *code = mips_code_new(mem, &mips_161);
    struct mips_unwind_host host = {
        .code = code, .read = fuzz_unwind_read, .start = fuzz_unwind_start, .ctx = &m};
    struct mips_frame frames[MIPS_UNWIND_MAX];
    struct mips_unwind_interrupted user;
    unsigned n = mips_unwind(&regs, &host, frames, MIPS_UNWIND_MAX, &user);
    BUG_ON(n < 1 || n > MIPS_UNWIND_MAX || frames[0].pc != regs.pc);
    mips_code_free(code);
    mem_free(mem);
    return 0;
}
