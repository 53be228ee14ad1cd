/* SPDX-License-Identifier: ISC */
/*
 * Starting a kernel as the REX PROM does: a0 the number of arguments, a1 their addresses, a2 a
 * magic number, a3 the vector of callbacks. argv[0] and argv[1] are the PROM's command and the
 * file; the words follow.
 */
#include "dev/tc_kn02.h"
#include "dev/tc_prom.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/board_kn02_int.h"
#include "machine/elf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Memory below the kernel, which it leaves to the PROM. */
#define KN02_ARGV      0x00010000u /* addresses, then texts */
#define KN02_ARGV_END  0x00020000u
#define KN02_STACK     0x00027fe0u /* downwards */
#define KN02_MAX_WORDS 4000u       /* what Linux has room for, which does not check */
#define KN02_ALIGN     0x10000u
#define KN02_LINUX_IRQ 8u /* of the CSR's first interrupt */

static const char *const board_kn02_isa[] = {"MIPS I",   "MIPS II",  "MIPS III", "MIPS IV",
                                             "MIPS V",   "MIPS32",   "MIPS64",   "MIPS32r2",
                                             "MIPS64r2", "MIPS32r6", "MIPS64r6"};

static enum err board_kn02_check(const struct elf_image *img, struct error *e)
{
    u32 isa = img->flags >> 28;
    if (isa)
        return err_set(e, ERR_FORMAT,
                       "is compiled for %s; the DECstation 5000/200 has an R3000, which is MIPS I "
                       "(for Linux: CONFIG_CPU_R3000)",
                       isa < ARRAY_LEN(board_kn02_isa) ? board_kn02_isa[isa] : "a later MIPS");
    for (unsigned i = 0; i < img->nsegments; i++) {
        u32 pa = mips_unmapped_physical(img->segment[i].vaddr);
        if (pa < KN02_STACK && pa + (u64)img->segment[i].memsz > KN02_ARGV)
            return err_set(
                e, ERR_FORMAT,
                "has a segment at 0x%08x; memory from 0x%08x to 0x%08x is the PROM's when "
                "the kernel starts",
                img->segment[i].vaddr, MIPS_KSEG0 | KN02_ARGV, MIPS_KSEG0 | KN02_STACK);
    }
    return ERR_OK;
}

static u32 board_kn02_end(const struct elf_image *img)
{
    u32 end = 0;
    for (unsigned i = 0; i < img->nsegments; i++) {
        u32 to = mips_unmapped_physical(img->segment[i].vaddr) + img->segment[i].memsz;
        end = to > end ? to : end;
    }
    return end;
}

static enum err board_kn02_place_initrd(const struct board_kn02 *b, const struct elf_image *img,
                                        const void *initrd, size_t len, u32 *at, struct error *e)
{
    u64 room = b->ram - (board_kn02_end(img) + KN02_ALIGN - 1) / KN02_ALIGN * KN02_ALIGN;
    if (board_kn02_end(img) > b->ram - KN02_ALIGN || len > room)
        return err_set(e, ERR_LIMIT,
                       "the initrd of %zu bytes does not fit into RAM behind the kernel: give it "
                       "more memory (--memory)",
                       len);
    *at = (u32)(b->ram - len) / KN02_ALIGN * KN02_ALIGN;
    memcpy(mem_ram_ptr(b->m->mem, *at, len), initrd, len);
    return ERR_OK;
}

/* argv[argc] = a word of n characters, which goes to *text. */
static void board_kn02_push(const struct board_kn02 *b, u32 *argc, u32 *text, const char *word,
                            size_t n)
{
    store_le32(mem_ram_ptr(b->m->mem, KN02_ARGV + 4 * (*argc)++, 4), MIPS_KSEG0 | *text);
    memcpy(mem_ram_ptr(b->m->mem, *text, n + 1), word, n);
    *text += (u32)n + 1;
}

static u32 board_kn02_words(const struct board_kn02 *b, const char *words)
{
    u32 argc = 0, text = KN02_ARGV + 4 * (KN02_MAX_WORDS / 2 + 3);
    board_kn02_push(b, &argc, &text, "boot", 4);
    board_kn02_push(b, &argc, &text, "0/kuseg", 7);
    for (const char *p = words; *p;) {
        size_t n = 0;
        while (p[n] && !isspace((unsigned char)p[n]))
            n++;
        if (n)
            board_kn02_push(b, &argc, &text, p, n);
        p += n ? n : 1;
    }
    BUG_ON(text > KN02_ARGV_END);
    return argc;
}

static enum err board_kn02_start(const struct board_kn02 *b, u32 entry, const char *words,
                                 struct error *e)
{
    struct vcpu *v = b->m->cpu[0];
    if (strlen(words) > KN02_MAX_WORDS)
        return err_set(e, ERR_LIMIT, "%zu characters of words for the kernel; it has room for %u",
                       strlen(words), KN02_MAX_WORDS);
    u32 argc = board_kn02_words(b, words);
    vcpu_start(v, entry, MIPS_KSEG0 | KN02_STACK, argc);
    v->mips.r[5] = MIPS_KSEG0 | KN02_ARGV;
    v->mips.r[6] = TC_PROM_MAGIC;
    v->mips.r[7] = TC_PROM_VECTOR;
    return ERR_OK;
}

/* In front, because words behind -- are not the kernel's. */
static void board_kn02_prepend(char **words, char *first)
{
    char *all = xasprintf("%s %s", first, *words);
    free(first);
    free(*words);
    *words = all;
}

/* As Linux is told of virtio devices: size@address:interrupt. */
static void board_kn02_tell_virtio(const struct board_kn02 *b, char **words)
{
    for (unsigned i = b->virtio.n; i-- > 0;)
        board_kn02_prepend(words, xasprintf("virtio_mmio.device=%uK@0x%08x:%u", VIO_MMIO_SIZE >> 10,
                                            TC_KN02_VIRTIO + i * VIO_MMIO_SIZE,
                                            KN02_LINUX_IRQ + TC_KN02_IRQ_VIRTIO));
}

static enum err board_kn02_start_with(const struct board_kn02 *b, const struct elf_image *img,
                                      const char *words, const void *initrd, size_t len,
                                      struct error *e)
{
    u32 at = 0;
    enum err err = len ? board_kn02_place_initrd(b, img, initrd, len, &at, e) : ERR_OK;
    if (err)
        return err;
    char *all = xstrdup(words);
    board_kn02_tell_virtio(b, &all);
    if (len)
        board_kn02_prepend(&all, xasprintf("rd_start=0x%08x rd_size=%zu", MIPS_KSEG0 | at, len));
    err = board_kn02_start(b, img->entry, all, e);
    free(all);
    return err;
}

enum err board_kn02_boot(struct board_kn02 *b, const void *elf, size_t len, const char *words,
                         const void *initrd, size_t initrd_len, struct error *e)
{
    struct elf_image img;
    struct elf_board board = {.name = "the DECstation 5000/200", .big = false};
    enum err err = elf_parse(elf, len, &img, e);
    if (!err)
        err = elf_load(&img, &board, b->m->mem, e);
    if (!err)
        err = board_kn02_check(&img, e);
    if (err)
        return err;
    return board_kn02_start_with(b, &img, words, initrd, initrd_len, e);
}
