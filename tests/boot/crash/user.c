/* SPDX-License-Identifier: ISC */
typedef unsigned int u32;

#define KEEP __attribute__((noinline, noclone))
#define WHAT (*(volatile u32 *)0x7ffffff0)

int main(void);

KEEP static u32 touch(u32 at)
{
    return *(volatile u32 *)at + 1;
}

KEEP static u32 work(u32 at)
{
    return touch(at) + 2;
}

int main(void)
{
    if (WHAT == 'f' || WHAT == 'm')
        return (int)work(0x400003);
    if (WHAT == 'n')
        return (int)work(0);
    for (;;)
        __asm__ volatile("syscall");
}

/* First in the image. */
__asm__(".section .text.start\n"
        ".globl __start\n"
        ".type __start, @function\n"
        "__start: .set noreorder\n"
        "jal main\n"
        "nop\n"
        "1: b 1b\n"
        "nop\n"
        ".size __start, . - __start\n"
        ".text");
