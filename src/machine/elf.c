/* SPDX-License-Identifier: ISC */
/*
 * Reads the headers. Offsets and sizes come from the file and are trusted for nothing: every sum
 * is made in 64 bits and compared with the file's length. Numbers are those of the System V ABI
 * and its MIPS supplement.
 */
#include "machine/elf.h"

#include "machine/elf_int.h"

#include <string.h>

enum {
    ELF_EHDR_SIZE = 52,
    ELF_PHDR_SIZE = 32,
    ELF_SHDR_SIZE = 40,
    ELF_SYM_SIZE = 16,
};

enum {
    ELF_ET_REL = 1,
    ELF_ET_EXEC = 2,
    ELF_ET_DYN = 3,
    ELF_ET_CORE = 4
};
enum {
    ELF_EM_MIPS = 8,
    ELF_EM_MIPS_RS3_LE = 10
};
enum {
    ELF_PT_LOAD = 1,
    ELF_PT_DYNAMIC = 2,
    ELF_PT_INTERP = 3
};
enum {
    ELF_PF_X = 1
};
enum {
    ELF_SHT_SYMTAB = 2
};

static const struct {
    u16 machine;
    const char *name;
} elf_machines[] = {
    {2, "a SPARC"},      {3, "an i386"},      {4, "a 68000"},       {15, "a PA-RISC"},
    {20, "a PowerPC"},   {21, "a PowerPC64"}, {22, "an s390"},      {40, "an ARM"},
    {42, "a SuperH"},    {43, "a SPARC64"},   {50, "an IA-64"},     {62, "an x86-64"},
    {183, "an AArch64"}, {243, "a RISC-V"},   {258, "a LoongArch"},
};

static enum err elf_bad(struct error *e, const char *what)
{
    return err_set(e, ERR_FORMAT, "%s", what);
}

/* What a file without ELF's first four bytes may be instead. */
static enum err elf_not_elf(const u8 *p, size_t len, struct error *e)
{
    if (len == 0)
        return elf_bad(e, "is empty; name a MIPS ELF executable");
    if (len >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return elf_bad(e, "is compressed (gzip); unpack it first");
    if (len >= 2 && p[0] == '#' && p[1] == '!')
        return elf_bad(e, "is a script, not a kernel; name a MIPS ELF executable");
    return elf_bad(e, "is not an ELF file; name a MIPS ELF executable");
}

static enum err elf_check_machine(u16 machine, struct error *e)
{
    if (machine == ELF_EM_MIPS || machine == ELF_EM_MIPS_RS3_LE)
        return ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(elf_machines); i++) {
        if (elf_machines[i].machine == machine)
            return err_set(e, ERR_FORMAT,
                           "is %s executable; this machine needs a 32-bit MIPS one "
                           "(was it built by the cross compiler?)",
                           elf_machines[i].name);
    }
    return err_set(e, ERR_FORMAT,
                   "is for architecture number %u; this machine needs a 32-bit MIPS executable",
                   machine);
}

static enum err elf_check_type(u16 type, struct error *e)
{
    switch (type) {
    case ELF_ET_EXEC:
        return ERR_OK;
    case ELF_ET_REL:
        return elf_bad(e, "is an object file that was not linked; link it to an executable");
    case ELF_ET_DYN:
        return elf_bad(e, "is a shared or position-independent file; link it with -static -no-pie");
    case ELF_ET_CORE:
        return elf_bad(e, "is a core dump, not a kernel");
    default:
        return err_set(e, ERR_FORMAT, "has the unknown ELF type %u; link it to an executable",
                       type);
    }
}

/* e_ident, then type and machine, which stand at the same place in 32 and 64 bits. */
static enum err elf_parse_ident(struct elf_image *img, struct error *e)
{
    const u8 *p = img->data;
    if (img->len < 4 || memcmp(p, "\177ELF", 4) != 0)
        return elf_not_elf(p, img->len, e);
    if (img->len < 20)
        return elf_bad(e, "is cut off inside the ELF header; copy or build it again");
    if (p[5] != 1 && p[5] != 2)
        return err_set(e, ERR_FORMAT, "has the unknown ELF byte order %u; is it damaged?", p[5]);
    img->big = p[5] == 2;
    enum err err = elf_check_machine(elf_u16(img, 18), e);
    if (err != ERR_OK)
        return err;
    if (p[4] == 2)
        return elf_bad(e, "is a 64-bit MIPS executable; this machine needs 32 bits (-mabi=32)");
    if (p[4] != 1 || p[6] != 1)
        return err_set(e, ERR_FORMAT,
                       "has ELF class %u, version %u, which nobody uses; is it "
                       "damaged?",
                       p[4], p[6]);
    return elf_check_type(elf_u16(img, 16), e);
}

static enum err elf_parse_segment(struct elf_image *img, size_t at, unsigned i, struct error *e)
{
    struct elf_segment s = {
        .offset = elf_u32(img, at + 4),
        .vaddr = elf_u32(img, at + 8),
        .filesz = elf_u32(img, at + 16),
        .memsz = elf_u32(img, at + 20),
        .exec = elf_u32(img, at + 24) & ELF_PF_X,
    };
    if (s.filesz > s.memsz)
        return err_set(e, ERR_FORMAT,
                       "segment %u has more bytes in the file (%u) than in memory "
                       "(%u); is it damaged?",
                       i, s.filesz, s.memsz);
    if (!elf_inside(img, s.offset, s.filesz))
        return err_set(e, ERR_FORMAT,
                       "is cut off: segment %u ends at byte %llu, the file at %zu; "
                       "copy or build it again",
                       i, (unsigned long long)s.offset + s.filesz, img->len);
    if ((u64)s.vaddr + s.memsz > 1ull << 32)
        return err_set(e, ERR_FORMAT,
                       "segment %u at 0x%08x runs past the end of the address "
                       "space; check the linker script",
                       i, s.vaddr);
    if (s.memsz == 0)
        return ERR_OK;
    if (img->nsegments == ELF_MAX_SEGMENTS)
        return err_set(e, ERR_LIMIT, "has more than %d loadable segments; check the linker script",
                       ELF_MAX_SEGMENTS);
    img->segment[img->nsegments++] = s;
    return ERR_OK;
}

/* PT_LOAD counts; what asks for a dynamic linker is refused; the rest describes and is ignored
 * (PT_NOTE, PT_GNU_STACK, PT_MIPS_REGINFO, PT_MIPS_ABIFLAGS, ...). */
static enum err elf_parse_program_headers(struct elf_image *img, struct error *e)
{
    u32 phoff = elf_u32(img, 28);
    u16 size = elf_u16(img, 42), n = elf_u16(img, 44);
    if (n && size < ELF_PHDR_SIZE)
        return err_set(e, ERR_FORMAT, "has program headers of %u bytes, not %d; is it damaged?",
                       size, ELF_PHDR_SIZE);
    if (!elf_inside(img, phoff, (u64)n * size))
        return elf_bad(e, "is cut off before its program headers; copy or build it again");
    for (unsigned i = 0; i < n; i++) {
        size_t at = phoff + (size_t)i * size;
        u32 type = elf_u32(img, at);
        if (type == ELF_PT_INTERP || type == ELF_PT_DYNAMIC)
            return elf_bad(e, "is dynamically linked; link it with -static");
        enum err err = type == ELF_PT_LOAD ? elf_parse_segment(img, at, i, e) : ERR_OK;
        if (err != ERR_OK)
            return err;
    }
    if (!img->nsegments)
        return elf_bad(e, "has nothing to load (no segment has memory); was it linked?");
    return ERR_OK;
}

static enum err elf_check_overlap(const struct elf_image *img, struct error *e)
{
    for (unsigned i = 0; i < img->nsegments; i++) {
        const struct elf_segment *a = &img->segment[i];
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *b = &img->segment[j];
            if (a->vaddr < (u64)b->vaddr + b->memsz && b->vaddr < (u64)a->vaddr + a->memsz)
                return err_set(e, ERR_FORMAT,
                               "has segments that overlap, at 0x%08x and 0x%08x; "
                               "check the linker script",
                               b->vaddr, a->vaddr);
        }
    }
    return ERR_OK;
}

static enum err elf_check_entry(const struct elf_image *img, struct error *e)
{
    if (img->entry % 4)
        return err_set(e, ERR_FORMAT,
                       "starts at 0x%08x, which is not a multiple of 4; check the "
                       "linker's entry symbol",
                       img->entry);
    for (unsigned i = 0; i < img->nsegments; i++) {
        const struct elf_segment *s = &img->segment[i];
        if (s->exec && img->entry >= s->vaddr && img->entry - s->vaddr < s->memsz)
            return ERR_OK;
    }
    return err_set(e, ERR_FORMAT,
                   "starts at 0x%08x, which is in no executable segment; check the "
                   "linker's entry symbol",
                   img->entry);
}

/* Symbols help people and are needed by nobody: what is wrong with them leaves them out. */
static void elf_parse_symbols(struct elf_image *img)
{
    u32 shoff = elf_u32(img, 32);
    u16 size = elf_u16(img, 46), n = elf_u16(img, 48);
    if (size < ELF_SHDR_SIZE || !elf_inside(img, shoff, (u64)n * size))
        return;
    for (unsigned i = 0; i < n; i++) {
        size_t at = shoff + (size_t)i * size;
        u32 link = elf_u32(img, at + 24);
        if (elf_u32(img, at + 4) != ELF_SHT_SYMTAB || link >= n)
            continue;
        size_t str = shoff + (size_t)link * size;
        u32 off = elf_u32(img, at + 16), len = elf_u32(img, at + 20);
        u32 stroff = elf_u32(img, str + 16), strlen_ = elf_u32(img, str + 20);
        if (!elf_inside(img, off, len) || !elf_inside(img, stroff, strlen_))
            continue;
        img->symtab = off;
        img->nsymbols = len / ELF_SYM_SIZE;
        img->strtab = stroff;
        img->strtab_len = strlen_;
        return;
    }
}

enum err elf_parse(const void *image, size_t len, struct elf_image *out, struct error *e)
{
    *out = (struct elf_image){.data = image, .len = len};
    enum err err = elf_parse_ident(out, e);
    if (err != ERR_OK)
        return err;
    if (len < ELF_EHDR_SIZE)
        return elf_bad(e, "is cut off inside the ELF header; copy or build it again");
    out->entry = elf_u32(out, 24);
    out->flags = elf_u32(out, 36);
    err = elf_parse_program_headers(out, e);
    if (err == ERR_OK)
        err = elf_check_overlap(out, e);
    if (err == ERR_OK)
        err = elf_check_entry(out, e);
    if (err == ERR_OK)
        elf_parse_symbols(out);
    return err;
}
