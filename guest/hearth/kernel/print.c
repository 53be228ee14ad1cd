/* SPDX-License-Identifier: ISC */
/* Messages of the kernel, panic and halt. */
#include "print.h"

#include "board.h"
#include "console.h"
#include "cpu.h"
#include "format.h"
#include "lock.h"
#include "trap.h"

static struct lock print_lock;

static void print_put(void *to, char c)
{
    (void)to;
    console_kernel_put(c);
}

void print(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    lock_take(&print_lock);
    format(print_put, NULL, fmt, args);
    lock_drop(&print_lock);
    va_end(args);
}

static void print_registers(const struct trap_frame *f)
{
    static const char names[32][3] = {"z0", "at", "v0", "v1", "a0", "a1", "a2", "a3",
                                      "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7",
                                      "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7",
                                      "t8", "t9", "k0", "k1", "gp", "sp", "s8", "ra"};

    print("epc %08x  cause %08x  status %08x  badvaddr %08x  hi %08x  lo %08x\n", f->epc, f->cause,
          f->status, f->badvaddr, f->hi, f->lo);
    for (u32 i = 0; i < 32; i++)
        print("%s %08x%s", names[i], i == 0 || i == 26 || i == 27 ? 0 : f->reg[i],
              i % 8 == 7 ? "\n" : "  ");
}

void print_panic(const struct trap_frame *frame, const char *fmt, ...)
{
    va_list args;

    board_stop_others();
    console_seize();
    print_lock.held = 0;
    va_start(args, fmt);
    print("hearth: panic on CPU %u: ", cpu_number());
    format(print_put, NULL, fmt, args);
    print("\n");
    va_end(args);
    if (frame)
        print_registers(frame);
    board_power_off(1);
}

void print_halt(u32 code)
{
    board_stop_others();
    console_seize();
    print_lock.held = 0;
    print("hearth: halted with code %u\n", code);
    board_power_off(code);
}
