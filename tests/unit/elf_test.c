/* SPDX-License-Identifier: ISC */
/* Images are made byte by byte here: a good one, then the good one with one thing wrong. */
#include "elf_sample.h"
#include "machine/elf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    PHDR0 = ELF_SAMPLE_PHDR0,
    PHDR1 = ELF_SAMPLE_PHDR1,
    PHDR2 = ELF_SAMPLE_PHDR2,
    TEXT = ELF_SAMPLE_TEXT,
    SHDRS = ELF_SAMPLE_SHDRS,
    SYMS = ELF_SAMPLE_SYMS,
    SIZE = ELF_SAMPLE_SIZE,
};

static u8 img[SIZE];
static struct error last;

static void put16(size_t at, u16 v)
{
    elf_sample_put16(img, at, v);
}

static void put32(size_t at, u32 v)
{
    elf_sample_put32(img, at, v);
}

static void good(bool big)
{
    elf_sample_make(img, big);
}

static const struct elf_board board_be = {"the System/161 board", true};
static const struct elf_board board_le = {"the test board", false};

static void elf_reads_both_byte_orders(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct elf_image i;
        good(order);
        assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
        assert_int_equal(i.big, order);
        assert_int_equal(i.entry, 0x80001000);
        assert_int_equal(i.nsegments, 2);
        assert_int_equal(i.segment[1].memsz, 256);
        assert_int_equal(i.nsymbols, 4);
    }
}

static void elf_loads_bytes_and_zeros(void **state)
{
    (void)state;
    struct mem *m = mem_new();
    struct elf_image i;
    assert_int_equal(mem_add_ram(m, 0, KIB(512), &last), ERR_OK);
    memset(mem_ram_ptr(m, 0, KIB(512)), 0x55, KIB(512));
    good(true);
    put32(PHDR1 + 8, 0xa0002000); /* kseg1 shows the same RAM */
    assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
    assert_int_equal(elf_load(&i, &board_be, m, &last), ERR_OK);
    const u8 *ram = mem_ram_ptr(m, 0, KIB(512));
    assert_int_equal(ram[0xfff], 0x55);
    assert_int_equal(ram[0x1000], 0xaa);
    assert_int_equal(ram[0x103f], 0xaa);
    assert_int_equal(ram[0x1040], 0x55);
    assert_int_equal(ram[0x200f], 0xbb);
    assert_int_equal(ram[0x2010], 0);
    assert_int_equal(ram[0x20ff], 0);
    assert_int_equal(ram[0x2100], 0x55);
    mem_free(m);
}

static void elf_names_addresses(void **state)
{
    (void)state;
    struct elf_image i;
    u32 va = 0;
    struct symtab t = {0};
    char text[SYMTAB_TEXT];
    good(true);
    assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
    elf_symbols(&i, &t);
    assert_string_equal(symtab_text(&t, 0x80001008, text), "start+0x8");
    assert_string_equal(symtab_text(&t, 0x80001020, text), "loop");
    assert_string_equal(symtab_text(&t, 0x80001030, text), "start+0x30"); /* past loop's 16 bytes */
    assert_string_equal(symtab_text(&t, 0x80000000, text), "");
    symtab_fini(&t);
    assert_true(elf_symbol_find(&i, "table", &va));
    assert_int_equal(va, 0x80002000);
    assert_false(elf_symbol_find(&i, "nobody", &va));
}

static void elf_survives_bad_symbols(void **state)
{
    (void)state;
    struct elf_image i;
    static const struct {
        u32 at, value;
    } wrong[] = {
        {32, 0xfffffff0},      {SHDRS + 40 + 16, 0xffffff00}, {SHDRS + 40 + 20, 0xffffffff},
        {SHDRS + 40 + 24, 99}, {SHDRS + 80 + 16, 0xfffffffe}, {SHDRS + 80 + 20, 0x7fffffff}};
    for (size_t n = 0; n < ARRAY_LEN(wrong); n++) {
        good(true);
        put32(wrong[n].at, wrong[n].value);
        assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
        assert_int_equal(i.nsymbols, 0);
        struct symtab t = {0};
        elf_symbols(&i, &t);
        assert_int_equal(t.n, 0);
    }
    good(true);
    put32(SHDRS + 80 + 20, 5); /* "start" is cut before its end */
    put32(SYMS + 32, 0xffffffff);
    assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
    struct symtab t = {0};
    elf_symbols(&i, &t);
    assert_null(symtab_at(&t, 0x80001000));
    symtab_fini(&t);
    good(true);
    img[ELF_SAMPLE_STRS + 3] = 0x1b; /* a terminal would take it for a command */
    assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
    elf_symbols(&i, &t);
    assert_null(symtab_at(&t, 0x80001000));
    assert_non_null(symtab_at(&t, 0x80001020));
    symtab_fini(&t);
}

struct bad {
    u16 at16; /* 0: none */
    u16 value16;
    u32 at32; /* 0: none */
    u32 value32;
    const char *msg;
};

static const struct bad elf_bad_files[] = {
    {18, 62, 0, 0, "is an x86-64 executable"},
    {18, 3, 0, 0, "is an i386 executable"},
    {18, 40, 0, 0, "is an ARM executable"},
    {18, 183, 0, 0, "is an AArch64 executable"},
    {18, 243, 0, 0, "is a RISC-V executable"},
    {18, 20, 0, 0, "is a PowerPC executable"},
    {18, 999, 0, 0, "is for architecture number 999"},
    {16, 1, 0, 0, "is an object file that was not linked"},
    {16, 3, 0, 0, "is a shared or position-independent file"},
    {16, 4, 0, 0, "is a core dump"},
    {16, 77, 0, 0, "has the unknown ELF type 77"},
    {44, 0, 0, 0, "has nothing to load"},
    {44, 60, 0, 0, "is cut off before its program headers"},
    {42, 8, 0, 0, "has program headers of 8 bytes, not 32"},
    {0, 0, 28, 0xfffffff0, "is cut off before its program headers"},
    {0, 0, PHDR0, 2, "is dynamically linked"},
    {0, 0, PHDR2, 3, "is dynamically linked"},
    {0, 0, PHDR0 + 16, 65, "segment 0 has more bytes in the file (65) than in memory (64)"},
    {0, 0, PHDR0 + 4, 880, "is cut off: segment 0 ends at byte 944, the file at 900"},
    {0, 0, PHDR0 + 4, 0xffffffe0, "is cut off: segment 0 ends at byte 4294967328"},
    {0, 0, PHDR1 + 8, 0xffffff80, "segment 1 at 0xffffff80 runs past the end"},
    {0, 0, PHDR1 + 8, 0x80001020, "has segments that overlap, at 0x80001000 and 0x80001020"},
    {0, 0, PHDR1 + 8, 0x80000f80, "has segments that overlap"},
    {0, 0, 24, 0x80001002, "starts at 0x80001002, which is not a multiple of 4"},
    {0, 0, 24, 0x80002000, "starts at 0x80002000, which is in no executable segment"},
    {0, 0, 24, 0x80001040, "starts at 0x80001040, which is in no executable segment"},
    {0, 0, 24, 0, "starts at 0x00000000, which is in no executable segment"},
};

static void elf_refuses_bad_files(void **state)
{
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(elf_bad_files); n++) {
        const struct bad *b = &elf_bad_files[n];
        struct elf_image i;
        good(n % 2);
        if (b->at16)
            put16(b->at16, b->value16);
        if (b->at32)
            put32(b->at32, b->value32);
        assert_int_not_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
        if (strncmp(last.msg, b->msg, strlen(b->msg)) != 0)
            assert_string_equal(last.msg, b->msg);
    }
}

static void refuse_start(const char *bytes, size_t len, const char *msg)
{
    struct elf_image i;
    assert_int_equal(elf_parse(bytes, len, &i, &last), ERR_FORMAT);
    assert_memory_equal(last.msg, msg, strlen(msg));
}

static void elf_refuses_other_files(void **state)
{
    (void)state;
    refuse_start("", 0, "is empty");
    refuse_start("\x7f"
                 "EL",
                 3, "is not an ELF file");
    refuse_start("hello, world", 12, "is not an ELF file");
    refuse_start("\x1f\x8b\x08\x00", 4, "is compressed (gzip)");
    refuse_start("#!/bin/sh\n", 10, "is a script");
    good(true);
    img[4] = 2;
    refuse_start((const char *)img, SIZE, "is a 64-bit MIPS executable");
    good(true);
    img[4] = 3;
    refuse_start((const char *)img, SIZE, "has ELF class 3");
    good(true);
    img[5] = 0;
    refuse_start((const char *)img, SIZE, "has the unknown ELF byte order 0");
}

static void elf_refuses_every_truncation(void **state)
{
    (void)state;
    good(true);
    put32(32, 0); /* symbols may be missing; segments may not */
    for (size_t len = 0; len < TEXT + 80; len++) {
        struct elf_image i;
        u8 *copy = malloc(len ? len : 1); /* exact size: the sanitizer finds a read past it */
        memcpy(copy, img, len);
        assert_int_equal(elf_parse(copy, len, &i, &last), ERR_FORMAT);
        free(copy);
    }
}

static void refuse_load(const struct elf_board *board, u64 ram, const char *msg)
{
    struct mem *m = mem_new();
    struct elf_image i;
    assert_int_equal(mem_add_ram(m, 0, ram, &last), ERR_OK);
    assert_int_equal(mem_add_rom(m, 0x1fc00000, KIB(64), &last), ERR_OK);
    assert_int_equal(elf_parse(img, SIZE, &i, &last), ERR_OK);
    assert_int_not_equal(elf_load(&i, board, m, &last), ERR_OK);
    assert_memory_equal(last.msg, msg, strlen(msg));
    const u8 *p = mem_ram_ptr(m, 0, ram);
    for (size_t at = 0; at < ram; at += 16)
        assert_int_equal(p[at], 0); /* nothing was copied */
    mem_free(m);
}

static void elf_refuses_what_the_board_cannot_hold(void **state)
{
    (void)state;
    good(false);
    refuse_load(&board_be, KIB(512),
                "is a little-endian MIPS executable; the System/161 board "
                "needs big-endian (-EB)");
    good(true);
    refuse_load(&board_le, KIB(512),
                "is a big-endian MIPS executable; the test board needs "
                "little-endian");
    put32(PHDR1 + 8, 0x00400000);
    refuse_load(&board_be, KIB(512), "has a segment at 0x00400000, outside kseg0 and kseg1");
    good(true);
    put32(PHDR1 + 8, 0xc0000000);
    refuse_load(&board_be, KIB(512), "has a segment at 0xc0000000, outside kseg0 and kseg1");
    good(true);
    put32(PHDR1 + 8, 0x80080000);
    refuse_load(&board_be, KIB(512),
                "has a segment of 256 bytes at 0x80080000 (physical 0x00080000) that does not fit "
                "into the 512 KB of RAM of the System/161 board");
    good(true);
    put32(PHDR1 + 20, KIB(512));
    refuse_load(&board_be, KIB(512), "has a segment of 524288 bytes at 0x80002000");
    good(true);
    put32(PHDR1 + 8, 0x9fffff80);
    refuse_load(&board_be, KIB(512),
                "has a segment of 256 bytes at 0x9fffff80 that runs past the end of kseg0 at "
                "0xa0000000");
    good(true);
    put32(PHDR1 + 8, 0xbfc00000); /* the boot ROM */
    refuse_load(&board_be, KIB(512), "has a segment of 256 bytes at 0xbfc00000");
    good(true);
    put32(PHDR1 + 8, 0xa0001000);
    refuse_load(&board_be, KIB(512),
                "has segments at 0x80001000 and 0xa0001000 that are the same "
                "memory");
}

static void elf_limits_segments(void **state)
{
    (void)state;
    static u8 many[SIZE + 40 * 32];
    struct elf_image i;
    good(true);
    put16(44, 40);
    put32(28, SIZE);
    memcpy(many, img, SIZE);
    for (u32 n = 0; n < 40; n++) {
        elf_sample_segment(img, PHDR0, 1, TEXT, 0x80001000 + n * 256, 16, 16, 5);
        memcpy(many + SIZE + n * 32, img + PHDR0, 32);
    }
    assert_int_equal(elf_parse(many, sizeof many, &i, &last), ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elf_reads_both_byte_orders),
        cmocka_unit_test(elf_loads_bytes_and_zeros),
        cmocka_unit_test(elf_names_addresses),
        cmocka_unit_test(elf_survives_bad_symbols),
        cmocka_unit_test(elf_refuses_bad_files),
        cmocka_unit_test(elf_refuses_other_files),
        cmocka_unit_test(elf_refuses_every_truncation),
        cmocka_unit_test(elf_refuses_what_the_board_cannot_hold),
        cmocka_unit_test(elf_limits_segments),
    };
    return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
