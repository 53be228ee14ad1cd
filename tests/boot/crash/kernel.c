/* SPDX-License-Identifier: ISC */
/*
 * A guest that does what its boot string's first letter says: s asks for the debugger, w waits for
 * nothing, l loops, t loads two equal TLB entries, z calls a null pointer, p switches its profile,
 * x its trace; f, n, c run a user program that faults, uses a null pointer, makes system calls; m
 * is f, but the handler unmaps the program.
 */
typedef unsigned int u32;

#define KEEP          __attribute__((noinline, noclone))
#define CARD          0xbffe0000u /* trace, in slot 30 */
#define BOARD         0xbfff7c00u
#define DEBUG         (*(volatile u32 *)(CARD + 0x10))
#define PRINT         (*(volatile u32 *)(CARD + 0x08))
#define TRACE_ON      (*(volatile u32 *)(CARD + 0x00))
#define TRACE_OFF     (*(volatile u32 *)(CARD + 0x04))
#define PROFILE       (*(volatile u32 *)(CARD + 0x14))
#define PROFILE_CLEAR (*(volatile u32 *)(CARD + 0x18))
#define POWER         (*(volatile u32 *)(BOARD + 0x208))

void set_tlb(u32 index, u32 hi, u32 lo);
void enter_user(u32 pc, u32 sp);
void on_exception(u32 cause);
int main(const char *words);
extern const u32 vector[4];
extern const char user_image[];

volatile u32 depth;

KEEP void stop(u32 code)
{
    PRINT = code;
    DEBUG = 1;
    for (;;)
        ;
}

KEEP static void inner(u32 n)
{
    depth++;
    if (n)
        inner(n - 1);
    else
        stop(depth);
    depth--;
}

KEEP static void loop(void)
{
    PRINT = 'l';
    for (;;)
        depth++;
}

#define LOOP(name)                                                                                 \
    KEEP static void name(void)                                                                    \
    {                                                                                              \
        for (u32 i = 0; i < 10000; i++)                                                            \
            depth++;                                                                               \
    }
LOOP(cleared)
LOOP(hidden)
LOOP(measured)

LOOP(traced)

static void trace(void)
{
    hidden();
    TRACE_ON = 'k';
    __asm__ volatile("nop");
    traced();
    TRACE_OFF = 'k';
    __asm__ volatile("nop");
    hidden();
    POWER = 0;
    for (;;)
        ;
}

/* Only what is measured is in the profile. */
static void profile(void)
{
    cleared();
    PROFILE_CLEAR = 1;
    PROFILE = 0;
    __asm__ volatile("nop"); /* not in the call's delay slot */
    hidden();
    PROFILE = 1;
    __asm__ volatile("nop");
    measured();
    POWER = 0;
    for (;;)
        ;
}

void on_exception(u32 cause)
{
    u32 code = cause >> 2 & 31;
    if (code == 8) {
        if (++depth == 3)
            POWER = 0;
        return;
    }
    if (*(volatile u32 *)0x80030ff0 == 'm')
        for (u32 i = 0; i < 3; i++)
            set_tlb(i, 0x81000000 + i * 4096, 0);
    stop(code);
}

static void run_user(char what)
{
    u32 pa = (u32)user_image & 0x1fffffff;
    for (u32 i = 0; i < 2; i++)
        set_tlb(i, (0x400000 + i * 4096) | 5 << 6, (pa + i * 4096) | 0x600);
    set_tlb(2, 0x7ffff000 | 5 << 6, 0x30000 | 0x600);
    *(volatile u32 *)0x80030ff0 = (u32)what;
    enter_user(0x400000, 0x7fffffc0);
}

int main(const char *words)
{
    void (*volatile nowhere)(void) = 0;
    for (u32 i = 0; i < 4; i++) {
        ((volatile u32 *)0x80000000)[i] = vector[i];
        ((volatile u32 *)0x80000080)[i] = vector[i];
    }
    __asm__ volatile("mtc0 $0, $12\n nop\n nop");
    switch (words[0]) {
    case 's':
        inner(3);
        break;
    case 'w':
        for (;;)
            __asm__ volatile(".word 0x42000020"); /* wait */
    case 't':
        set_tlb(1, 0x400000, 0x600);
        set_tlb(2, 0x400000, 0x600);
        break;
    case 'p':
        profile();
        break;
    case 'x':
        trace();
        break;
    case 'z':
        nowhere();
        break;
    case 'f':
    case 'n':
    case 'm':
    case 'c':
        run_user(words[0]);
        break;
    default:
        loop();
    }
    return (int)depth;
}
