/* SPDX-License-Identifier: ISC */
/* The names in an executable. */
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

/* Names go to people's terminals: nothing in them may be a command to one. */
static bool elf_symbol_is_plain(const char *name)
{
    for (; *name; name++)
        if (*name <= ' ' || *name > '~')
            return false;
    return true;
}

/* Data has names too, but nobody stands there. */
void elf_symbols(const struct elf_image *img, struct symtab *out)
{
    for (u32 i = 0; i < img->nsymbols; i++) {
        struct elf_symbol s = elf_symbol_get(img, i);
        bool code = s.type == ELF_STT_FUNC || s.type == ELF_STT_NOTYPE;
        if (code && s.defined && s.name[0] && elf_symbol_is_plain(s.name))
            symtab_add(out, &(struct symbol){.name = s.name,
                                             .va = s.value,
                                             .size = s.size,
                                             .function = s.type == ELF_STT_FUNC});
    }
    symtab_sort(out);
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
