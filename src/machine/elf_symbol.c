/* SPDX-License-Identifier: ISC */
/* Names for addresses. Linear: asked when a guest crashes, not while it runs. */
#include "machine/elf.h"

#include "machine/elf_int.h"

#include <string.h>

enum {
    ELF_SYMBOL_SIZE = 16
};
enum {
    ELF_STT_NOTYPE = 0,
    ELF_STT_OBJECT = 1,
    ELF_STT_FUNC = 2
};

struct elf_symbol {
    const char *name; /* "" when the file's string table is wrong about it */
    u32 value, size;
    u8 type;
    bool defined;
};

static const char *elf_symbol_name(const struct elf_image *img, u32 off)
{
    if (off >= img->strtab_len)
        return "";
    const char *s = (const char *)img->data + img->strtab + off;
    return memchr(s, '\0', img->strtab_len - off) ? s : "";
}

static struct elf_symbol elf_symbol_get(const struct elf_image *img, u32 i)
{
    size_t at = img->symtab + (size_t)i * ELF_SYMBOL_SIZE;
    return (struct elf_symbol){
        .name = elf_symbol_name(img, elf_u32(img, at)),
        .value = elf_u32(img, at + 4),
        .size = elf_u32(img, at + 8),
        .type = img->data[at + 12] & 15,
        .defined = elf_u16(img, at + 14) != 0,
    };
}

/* A better name for va than the one at hand: nearer, or as near and a function. */
static bool elf_symbol_better(const struct elf_symbol *s, const struct elf_symbol *best, u32 va)
{
    if (!s->defined || !s->name[0] || s->value > va)
        return false;
    if (s->type != ELF_STT_FUNC && s->type != ELF_STT_NOTYPE)
        return false;
    if (s->size && va - s->value >= s->size)
        return false;
    if (!best->name || s->value > best->value)
        return true;
    return s->value == best->value && s->type == ELF_STT_FUNC && best->type != ELF_STT_FUNC;
}

const char *elf_symbol_at(const struct elf_image *img, u32 va, u32 *offset)
{
    struct elf_symbol best = {0};
    for (u32 i = 0; i < img->nsymbols; i++) {
        struct elf_symbol s = elf_symbol_get(img, i);
        if (elf_symbol_better(&s, &best, va))
            best = s;
    }
    *offset = best.name ? va - best.value : 0;
    return best.name;
}

bool elf_symbol_find(const struct elf_image *img, const char *name, u32 *va)
{
    for (u32 i = 0; i < img->nsymbols; i++) {
        struct elf_symbol s = elf_symbol_get(img, i);
        if (s.defined && !strcmp(s.name, name)) {
            *va = s.value;
            return true;
        }
    }
    return false;
}
