/* SPDX-License-Identifier: ISC */
/*
 * As little of a kernel as one program in user mode needs: its pages, mapped one to one to the same
 * physical addresses and brought into the TLB when they are missed; its words; two system calls.
 * No interrupts.
 */
#include "chip.h"
#include "machine.h"
#include "string.h"

#define KERNEL_LOW   0x00400000u /* the program's addresses: its segments at the bottom, */
#define KERNEL_HIGH  0x00800000u /* its stack at the top */
#define KERNEL_WORDS 8
#define KERNEL_TEXT  100

/* An executable, in the machine's byte order. */
struct kernel_elf {
    u8 ident[16];
    u16 type, machine;
    u32 version, entry, phoff, shoff, flags;
    u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct kernel_segment {
    u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

extern const u8 start_program[];
extern const u8 start_refill[], start_refill_end[], start_general[], start_general_end[];
_Noreturn void start_user(u32 entry, u32 sp);

_Noreturn void kernel_main(u32 argc, char **argv, u32 magic, u32 firmware);
_Noreturn void kernel_fault(u32 cause, u32 epc, u32 badvaddr);
u32 kernel_call(u32 a, u32 b, u32 c, u32 number);

/* Where the kernel finds the program's memory. */
static void *kernel_at(u32 va)
{
    return (void *)(va | 0x80000000u);
}

static void kernel_print(const char *text)
{
    while (*text)
        machine_put(*text++);
}

static void kernel_print_hex(const char *label, u32 value)
{
    kernel_print(label);
    for (int shift = 28; shift >= 0; shift -= 4)
        machine_put("0123456789abcdef"[value >> shift & 15]);
}

static _Noreturn void kernel_stop(const char *why)
{
    kernel_print(why);
    machine_off();
}

_Noreturn void kernel_fault(u32 cause, u32 epc, u32 badvaddr)
{
    kernel_print_hex("bare: exception, cause 0x", cause);
    kernel_print_hex(" epc 0x", epc);
    kernel_print_hex(" badvaddr 0x", badvaddr);
    kernel_stop("\n");
}

u32 kernel_call(u32 a, u32 b, u32 c, u32 number)
{
    const char *from = kernel_at(b);

    if (number == 4001)
        machine_off();
    if (number != 4004 || b < KERNEL_LOW || b > KERNEL_HIGH || c > KERNEL_HIGH - b)
        kernel_stop("bare: a system call that is not there\n");
    for (u32 i = 0; i < c && a == 1; i++)
        machine_put(from[i]);
    return c;
}

static void kernel_vectors(void)
{
    memcpy((void *)0x80000000u, start_refill, (u32)(start_refill_end - start_refill));
    memcpy((void *)CHIP_GENERAL, start_general, (u32)(start_general_end - start_general));
}

static void kernel_map(void)
{
    char *table = (char *)CHIP_TABLE;

    for (u32 page = KERNEL_LOW; page < KERNEL_HIGH; page += PAGE_SIZE)
        *(u32 *)(table + page / PAGE_SIZE * CHIP_ENTRY_BYTES) = CHIP_ENTRY(page);
}

static u32 kernel_load(void)
{
    const struct kernel_elf *elf = (const void *)start_program;
    const struct kernel_segment *segment = (const void *)(start_program + elf->phoff);

    for (u32 i = 0; i < elf->phnum; i++, segment++) {
        char *to = kernel_at(segment->vaddr);
        if (segment->type != 1)
            continue;
        memcpy(to, start_program + segment->offset, segment->filesz);
        memset(to + segment->filesz, 0, segment->memsz - segment->filesz);
    }
    return elf->entry;
}

/* The words of all arguments, which firmware may have left in one. False: there are too many. */
static bool kernel_split(u32 *sp, char *text, char **argv, char **end)
{
    u32 words = 1, length = 1;

    text[0] = 0; /* the program's name */
    sp[1] = (u32)text & ~0x80000000u;
    for (; argv < end; argv++)
        for (const char *from = *argv; *from; from++) {
            if (length + 2 > KERNEL_TEXT || words > KERNEL_WORDS - 1)
                return false;
            if (*from != ' ' && text[length - 1] == 0)
                sp[++words] = (u32)&text[length] & ~0x80000000u;
            if (*from != ' ' || text[length - 1] != 0)
                text[length++] = *from == ' ' ? 0 : *from;
            if (from[1] == 0)
                text[length++] = 0;
        }
    sp[0] = words;
    return true;
}

_Noreturn void kernel_main(u32 argc, char **argv, u32 magic, u32 firmware)
{
    char *text = kernel_at(KERNEL_HIGH - 128);
    u32 *sp = kernel_at(KERNEL_HIGH - 256), entry, first;

    (void)magic;
    first = machine_init(firmware);
    kernel_vectors();
    kernel_map();
    entry = kernel_load();
    memset(sp, 0, 256);
    if (!kernel_split(sp, text, argv + first, argv + argc))
        kernel_stop("bare: too many words\n");
    start_user(entry, (u32)sp & ~0x80000000u);
}
