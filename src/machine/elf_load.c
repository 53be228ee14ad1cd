/* SPDX-License-Identifier: ISC */
/* Places a checked image into a board's RAM: all or nothing. */
#include "machine/elf.h"

#include "isa/mips_segment.h"
#include "lib/num.h"

#include <string.h>

static const char *elf_load_order(bool big)
{
    return big ? "big-endian (-EB)" : "little-endian (-EL)";
}

/* kseg0 and kseg1 both show the low 512 MB; a segment begins in one of them. */
static bool elf_load_physical(const struct elf_segment *s, u32 *pa)
{
    *pa = mips_unmapped_physical(s->vaddr);
    return mips_is_unmapped(s->vaddr);
}

static u64 elf_load_ram_size(const struct mem *m)
{
    const struct mem_region *r = mem_find(m, 0);
    return r && r->kind == MEM_RAM ? r->size : 0;
}

static enum err elf_load_check(const struct elf_segment *s, const struct elf_board *board,
                               const struct mem *m, struct error *e)
{
    u32 pa;
    if (!elf_load_physical(s, &pa))
        return err_set(e, ERR_FORMAT,
                       "has a segment at 0x%08x, outside kseg0 and kseg1 (0x80000000 to "
                       "0xbfffffff), where nothing is mapped at boot; is it a user program, or "
                       "the linker script wrong?",
                       s->vaddr);
    if ((u64)pa + s->memsz > MIPS_UNMAPPED_SIZE)
        return err_set(e, ERR_FORMAT,
                       "has a segment of %u bytes at 0x%08x that runs past the end of %s at "
                       "0x%08x; check the linker script",
                       s->memsz, s->vaddr, s->vaddr < MIPS_KSEG1 ? "kseg0" : "kseg1",
                       (s->vaddr | (MIPS_UNMAPPED_SIZE - 1)) + 1);
    const struct mem_region *r = mem_find(m, pa);
    if (r && r->kind == MEM_RAM && mem_ram_ptr(m, pa, s->memsz))
        return ERR_OK;
    char ram[NUM_SIZE_LEN];
    return err_set(e, ERR_LIMIT,
                   "has a segment of %u bytes at 0x%08x (physical 0x%08x) that does not fit into "
                   "the %s of RAM of %s; give it more memory, or check the linker script",
                   s->memsz, s->vaddr, pa, num_format_size(ram, elf_load_ram_size(m)), board->name);
}

/* By physical address: the two windows show the same RAM. */
static enum err elf_load_check_overlap(const struct elf_image *img, struct error *e)
{
    for (unsigned i = 0; i < img->nsegments; i++) {
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *a = &img->segment[i], *b = &img->segment[j];
            u32 pa, pb;
            if (elf_load_physical(a, &pa) && elf_load_physical(b, &pb) && pa < (u64)pb + b->memsz &&
                pb < (u64)pa + a->memsz)
                return err_set(e, ERR_FORMAT,
                               "has segments at 0x%08x and 0x%08x that are the "
                               "same memory; check the linker script",
                               b->vaddr, a->vaddr);
        }
    }
    return ERR_OK;
}

enum err elf_load(const struct elf_image *img, const struct elf_board *board, struct mem *m,
                  struct error *e)
{
    if (img->big != board->big)
        return err_set(e, ERR_FORMAT, "is a %s-endian MIPS executable; %s needs %s",
                       img->big ? "big" : "little", board->name, elf_load_order(board->big));
    for (unsigned i = 0; i < img->nsegments; i++) {
        enum err err = elf_load_check(&img->segment[i], board, m, e);
        if (err != ERR_OK)
            return err;
    }
    enum err err = elf_load_check_overlap(img, e);
    if (err != ERR_OK)
        return err;
    for (unsigned i = 0; i < img->nsegments; i++) {
        const struct elf_segment *s = &img->segment[i];
        u32 pa = 0;
        (void)elf_load_physical(s, &pa);
        u8 *to = mem_ram_ptr(m, pa, s->memsz);
        memcpy(to, img->data + s->offset, s->filesz);
        memset(to + s->filesz, 0, s->memsz - s->filesz);
    }
    return ERR_OK;
}
