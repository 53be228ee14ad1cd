/* SPDX-License-Identifier: ISC */
/* Bringing a CPU from its reset state to one in which the kernel can run. */
#include "cpu.h"

#include "board.h"
#include "string.h"
#include "tlb.h"
#include "vm.h"

#define CPU_VECTOR_REFILL  0x80000000u
#define CPU_VECTOR_GENERAL 0x80000080u

struct cpu cpu_table[CPU_MAX];
void *cpu_stack[CPU_MAX];
u32 **cpu_directory[CPU_MAX];

extern char trap_refill[], trap_refill_end[], trap_general[], trap_general_end[];

static void cpu_vector(u32 address, const char *start, const char *end)
{
    memcpy((void *)address, start, (size_t)(end - start));
}

void cpu_init(u32 number)
{
    cpu_vector(CPU_VECTOR_REFILL, trap_refill, trap_refill_end);
    cpu_vector(CPU_VECTOR_GENERAL, trap_general, trap_general_end);
    cp0_set_context(number << CPU_CONTEXT_SHIFT);
    cpu_directory[number] = vm_empty_directory;
    tlb_init();
    cp0_set_status(BOARD_IRQ_MASK); /* kernel mode, interrupts off, vectors in RAM */
    cpu_table[number].online = true;
}
