/* SPDX-License-Identifier: ISC */
/*
 * ref_board.c - runs one test program on the reference interpreter (../ref_mips.c), on the least
 * board that the programs need: RAM, a ROM area that can be written (so that the boot vectors can
 * be tested), the mainboard and a serial console. It proves programs and reference against each
 * other, in both byte orders and all flavours, without any of kuseg's own code.
 *
 *     ref_board [--r3000|--r3010] ELF      exit code 0 passed, 1 failed, 77 skipped, 2 not run
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ref_mips.h"

#define REF_BOARD_RAM_SIZE     0x100000u
#define REF_BOARD_ROM_BASE     0x1fc00000u
#define REF_BOARD_ROM_SIZE     0x1000u
#define REF_BOARD_LB_BASE      0x1fe00000u
#define REF_BOARD_MAIN         (REF_BOARD_LB_BASE + 31 * 0x10000u)
#define REF_BOARD_SERIAL_DELAY 200
#define REF_BOARD_MAX_STEPS    20000000u

struct ref_board {
    struct ref_mips cpu;
    uint8_t ram[REF_BOARD_RAM_SIZE];
    uint8_t rom[REF_BOARD_ROM_SIZE];
    uint32_t serial_wirq, serial_rirq, irqe, cirqe, cipi, exit_code;
    unsigned serial_busy; /* steps until the character is out */
    bool off;
    char line[512];
    size_t line_len;
};

static void ref_board_char(struct ref_board *b, uint32_t c)
{
    putchar((int)(c & 0xff));
    if (b->line_len + 1 < sizeof b->line)
        b->line[b->line_len++] = (char)c;
    b->serial_busy = REF_BOARD_SERIAL_DELAY;
}

static uint32_t ref_board_irqs(const struct ref_board *b)
{
    bool w = (b->serial_wirq & 1) && (b->serial_wirq & 6);
    bool r = (b->serial_rirq & 1) && (b->serial_rirq & 6);
    return w || r;
}

/* A LAMEbus register: slot 0 is the serial console, slot 31 the mainboard. */
static bool ref_board_reg_read(struct ref_board *b, uint32_t pa, uint32_t *v)
{
    switch (pa - REF_BOARD_LB_BASE) {
    case 0:
        *v = 0;
        return true;
    case 4:
        *v = b->serial_wirq;
        return true;
    case 8:
        *v = b->serial_rirq;
        return true;
    }
    if (pa < REF_BOARD_MAIN)
        return false;
    uint32_t off = pa - REF_BOARD_MAIN;
    if (off < 0x7c00) { /* configuration of the slots 0 to 30 */
        static const uint32_t serial[3] = {1, 4, 1};
        *v = off < 12 ? serial[off / 4] : 0;
        return true;
    }
    switch (off) {
    case 0x7c00:
        *v = 1;
        return true;
    case 0x7c04:
        *v = 10;
        return true;
    case 0x7c08:
        *v = 2;
        return true;
    case 0x7e00:
        *v = REF_BOARD_RAM_SIZE;
        return true;
    case 0x7e04:
        *v = ref_board_irqs(b);
        return true;
    case 0x7e08:
        *v = 0x80000001;
        return true;
    case 0x7e0c:
        *v = b->irqe;
        return true;
    case 0x7e10:
        *v = 1;
        return true;
    case 0x7e14:
        *v = 1;
        return true;
    case 0x7e18:
        *v = 1;
        return true;
    case 0x8000:
        *v = b->cirqe;
        return true;
    case 0x8004:
        *v = b->cipi;
        return true;
    }
    return false;
}

static bool ref_board_reg_write(struct ref_board *b, uint32_t pa, uint32_t v)
{
    switch (pa - REF_BOARD_LB_BASE) {
    case 0:
        ref_board_char(b, v);
        return true;
    case 4:
        b->serial_wirq = v & 7;
        return true;
    case 8:
        b->serial_rirq = v & 7;
        return true;
    }
    switch (pa - REF_BOARD_MAIN) {
    case 0x7e08:
        b->off = !(v & 0x80000000u);
        return true;
    case 0x7e0c:
        b->irqe = v;
        return true;
    case 0x7e1c:
        b->exit_code = v;
        return true;
    case 0x8000:
        b->cirqe = v;
        return true;
    case 0x8004:
        b->cipi = v;
        return true;
    }
    return false;
}

static uint8_t *ref_board_bytes(struct ref_board *b, uint32_t pa, unsigned size)
{
    if (pa < REF_BOARD_RAM_SIZE && size <= REF_BOARD_RAM_SIZE - pa)
        return b->ram + pa;
    if (pa >= REF_BOARD_ROM_BASE && pa < REF_BOARD_ROM_BASE + REF_BOARD_ROM_SIZE)
        return b->rom + (pa - REF_BOARD_ROM_BASE);
    return NULL;
}

static bool ref_board_read(void *ctx, uint32_t pa, unsigned size, bool fetch, uint32_t *value)
{
    struct ref_board *b = ctx;
    const uint8_t *p = ref_board_bytes(b, pa, size);
    if (p == NULL)
        return !fetch && size == 4 && ref_board_reg_read(b, pa, value);
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (uint32_t)p[i] << 8 * (b->cpu.big_endian ? size - 1 - i : i);
    *value = v;
    return true;
}

static bool ref_board_write(void *ctx, uint32_t pa, unsigned size, uint32_t value)
{
    struct ref_board *b = ctx;
    uint8_t *p = ref_board_bytes(b, pa, size);
    if (p == NULL)
        return size == 4 && ref_board_reg_write(b, pa, value);
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> 8 * (b->cpu.big_endian ? size - 1 - i : i));
    return true;
}

static const struct ref_mem_ops ref_board_mem = {ref_board_read, ref_board_write};

/* A number of an ELF header in the file's byte order. */
static uint32_t ref_board_elf(const struct ref_board *b, const uint8_t *p, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (uint32_t)p[i] << 8 * (b->cpu.big_endian ? size - 1 - i : i);
    return v;
}

/* Our own linker's output: one segment; still, nothing outside file or RAM is touched. */
static bool ref_board_load(struct ref_board *b, const char *path)
{
    static uint8_t file[REF_BOARD_RAM_SIZE];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return false;
    size_t len = fread(file, 1, sizeof file, f);
    fclose(f);
    if (len < 52 || memcmp(file, "\177ELF\1", 5) != 0)
        return false;
    b->cpu.big_endian = file[5] == 2;
    ref_reset(&b->cpu);
    b->cpu.pc = ref_board_elf(b, file + 24, 4);
    b->cpu.npc = b->cpu.pc + 4;
    uint32_t ph = ref_board_elf(b, file + 28, 4);
    if (ph > len - 32)
        return false;
    uint32_t off = ref_board_elf(b, file + ph + 4, 4);
    uint32_t pa = ref_board_elf(b, file + ph + 8, 4) & 0x1fffffff;
    uint32_t size = ref_board_elf(b, file + ph + 16, 4);
    if (off > len || size > len - off || pa > REF_BOARD_RAM_SIZE || size > REF_BOARD_RAM_SIZE - pa)
        return false;
    memcpy(b->ram + pa, file + off, size);
    return true;
}

int main(int argc, char **argv)
{
    static struct ref_board b;
    bool r3010 = argc == 3 && strcmp(argv[1], "--r3010") == 0;
    bool r3000 = r3010 || (argc == 3 && strcmp(argv[1], "--r3000") == 0);
    if (argc != (r3000 ? 3 : 2)) {
        fprintf(stderr, "usage: ref_board [--r3000|--r3010] ELF\n");
        return 2;
    }
    b.cpu.mips161 = !r3000;
    b.cpu.fpu = r3010;
    b.cpu.prid = r3000 ? 0x230 : 0xa1;
    b.cpu.mem = &ref_board_mem;
    b.cpu.memctx = &b;
    b.irqe = b.cirqe = 0xffffffff;
    if (!ref_board_load(&b, argv[argc - 1])) {
        fprintf(stderr, "ref_board: %s: not a test program\n", argv[argc - 1]);
        return 2;
    }
    for (unsigned n = 0; !b.off; n++) {
        if (n == REF_BOARD_MAX_STEPS || b.cpu.stopped) {
            printf("\nref_board: %s at pc %08x\n", b.cpu.stopped ? "stopped" : "no end",
                   (unsigned)b.cpu.pc);
            return 1;
        }
        if (b.serial_busy != 0 && --b.serial_busy == 0)
            b.serial_wirq |= 2;
        b.cpu.irq_lines &= ~0xc00u;
        if (ref_board_irqs(&b) & b.irqe & b.cirqe)
            b.cpu.irq_lines |= 0x400;
        if (b.cipi != 0)
            b.cpu.irq_lines |= 0x800;
        ref_step(&b.cpu);
    }
    b.line[b.line_len] = 0;
    if (b.exit_code != 0 || strstr(b.line, "FAIL") != NULL)
        return 1;
    return strstr(b.line, "PASS") != NULL ? 0 : strstr(b.line, "SKIP") != NULL ? 77 : 1;
}
