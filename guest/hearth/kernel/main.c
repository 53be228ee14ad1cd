/* SPDX-License-Identifier: ISC */
/* From the boot string to the first process. */
#include "abi.h"
#include "block.h"
#include "board.h"
#include "clock.h"
#include "cpu.h"
#include "fs.h"
#include "mem.h"
#include "print.h"
#include "proc.h"
#include "sched.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

#define MAIN_SHELL "/bin/sh"

void start_secondary(void);
void main_boot(u32 a0, u32 a1, u32 a2, u32 a3);
void main_secondary(u32 number);

static struct proc_args main_args;

static void main_add_argument(const char *text)
{
    u32 room = ABI_ARGS - main_args.length;

    string_copy(main_args.text + main_args.length, text, room);
    main_args.length += strlen(main_args.text + main_args.length) + 1;
    main_args.count++;
}

static void main_start_cpus(u32 cpus)
{
    for (u32 i = 0; i < CPU_MAX; i++) {
        char *stack;
        u32 *top;
        if (!(cpus >> i & 1) || i == cpu_number())
            continue;
        stack = mem_page();
        if (!stack)
            panic("no memory to start CPU %u", i);
        top = (u32 *)(stack + KERNEL_STACK) - 4;
        *top = i; /* start_secondary finds its number there */
        board_start_cpu(i, start_secondary, top);
    }
}

static void main_print_banner(void)
{
    u32 cpus = 0;

    for (u32 mask = board_cpus(); mask; mask &= mask - 1)
        cpus++;
    print("hearth on %s: %u KB of memory, %u CPU%s, %u disk%s\n", board_name, board_memory() / 1024,
          cpus, cpus == 1 ? "" : "s", board_disks(), board_disks() == 1 ? "" : "s");
}

/* The boot CPU. The words are copied first: they lie in memory that will be handed out. */
void main_boot(u32 a0, u32 a1, u32 a2, u32 a3)
{
    int error;

    (void)a2;
    main_add_argument("sh");
    main_add_argument(board_words(a0, a1, a3));
    cpu_init(board_this_cpu());
    board_init();
    mem_init(board_memory());
    vm_init();
    cpu_directory[cpu_number()] = vm_empty_directory;
    block_init();
    clock_init();
    fs_init();
    main_print_banner();
    main_start_cpus(board_cpus()); /* first: their stacks count as used when the shell looks */
    error = proc_spawn(MAIN_SHELL, &main_args);
    if (error < 0)
        panic("%s doesn't start: error %d", MAIN_SHELL, -error);
    board_tick_start();
    sched_idle();
}

void main_secondary(u32 number)
{
    cpu_init(number);
    board_tick_start();
    sched_idle();
}
