/* SPDX-License-Identifier: ISC */
/* Coprocessor 0 from C. */
#ifndef CP0_H
#define CP0_H

#include "asm.h"
#include "types.h"

#define CP0_REGISTER(name, number)                                                                 \
    static inline u32 cp0_##name(void)                                                             \
    {                                                                                              \
        u32 value;                                                                                 \
        __asm__ volatile("mfc0 %0, $%1\n\tnop" : "=r"(value) : "i"(number));                       \
        return value;                                                                              \
    }                                                                                              \
    static inline void cp0_set_##name(u32 value)                                                   \
    {                                                                                              \
        __asm__ volatile("mtc0 %0, $%1\n\tnop" : : "r"(value), "i"(number) : "memory");            \
    }

CP0_REGISTER(index, CP0_INDEX)
CP0_REGISTER(entrylo, CP0_ENTRYLO)
CP0_REGISTER(context, CP0_CONTEXT)
CP0_REGISTER(entryhi, CP0_ENTRYHI)
CP0_REGISTER(status, CP0_STATUS)
CP0_REGISTER(cause, CP0_CAUSE)
CP0_REGISTER(count, CP0_COUNT)
CP0_REGISTER(compare, CP0_COMPARE)
CP0_REGISTER(prid, CP0_PRID)

static inline void cp0_tlb_probe(void)
{
    __asm__ volatile("tlbp\n\tnop" ::: "memory");
}
static inline void cp0_tlb_read(void)
{
    __asm__ volatile("tlbr\n\tnop" ::: "memory");
}
static inline void cp0_tlb_write(void)
{
    __asm__ volatile("tlbwi\n\tnop" ::: "memory");
}

static inline void cp0_irq_on(void)
{
    cp0_set_status(cp0_status() | STATUS_IEC);
}
static inline void cp0_irq_off(void)
{
    cp0_set_status(cp0_status() & ~(u32)STATUS_IEC);
}

#endif
