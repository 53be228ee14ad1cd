/* SPDX-License-Identifier: ISC */
#include "machine/board.h"
#include "machine/elf.h"

#include <string.h>

/* Kernels for DECstations are linked from here on, System/161's little-endian tests below. */
#define BOARD_KN02_KERNELS 0x80030000u

/* ---- s161 ---- */

static enum err board_s161_make(void **out, struct machine *m, const struct board_setup *s,
                                struct error *e)
{
    struct board_s161 *b = NULL;
    enum err err = board_s161_new(&b, m, &s->s161, e);
    *out = b;
    return err;
}

static void board_s161_drop(void *obj)
{
    board_s161_free(obj);
}

static enum err board_s161_start(void *obj, const struct board_kernel *k, struct error *e)
{
    if (k->initrd_len)
        return err_set(e, ERR_USAGE, "--initrd: the System/161 board cannot hand a kernel one");
    return board_s161_boot(obj, k->elf, k->len, k->words, e);
}

static bool board_s161_seen(const void *obj, struct io_picture *p)
{
    return board_s161_look(obj, p);
}

#define BOARD_S161                                                                                 \
    .hz = BOARD_S161_HZ, .make = board_s161_make, .free = board_s161_drop,                         \
    .boot = board_s161_start, .look = board_s161_seen

/* ---- kn02 ---- */

static enum err board_kn02_make(void **out, struct machine *m, const struct board_setup *s,
                                struct error *e)
{
    struct board_kn02 *b = NULL;
    enum err err = board_kn02_new(&b, m, &s->kn02, e);
    *out = b;
    return err;
}

static void board_kn02_drop(void *obj)
{
    board_kn02_free(obj);
}

static enum err board_kn02_start(void *obj, const struct board_kernel *k, struct error *e)
{
    return board_kn02_boot(obj, k->elf, k->len, k->words, k->initrd, k->initrd_len, e);
}

static const u8 *board_kn02_memory(const void *obj)
{
    return board_kn02_nvram(obj);
}

static bool board_kn02_seen(const void *obj, struct io_picture *p)
{
    return board_kn02_look(obj, p);
}

#define BOARD_KN02                                                                                 \
    .hz = BOARD_KN02_HZ, .make = board_kn02_make, .free = board_kn02_drop,                         \
    .boot = board_kn02_start, .nvram = board_kn02_memory, .look = board_kn02_seen

/* ---- the table ---- */

#define BOARD_OF_s161 BOARD_S161
#define BOARD_OF_kn02 BOARD_KN02

const struct board_class board_classes[] = {
#define BOARD(tag, first, other, text)                                                             \
    {.name = first, .other_name = other, .what = text, BOARD_OF_##tag},
#include "machine/boards.def"
#undef BOARD
};
const unsigned board_nclasses = ARRAY_LEN(board_classes);

static const char board_names[] = ""
#define BOARD(tag, first, other, text) " " first
#include "machine/boards.def"
#undef BOARD
    ;

enum err board_find(const char *name, const struct board_class **out, struct error *e)
{
    for (unsigned i = 0; i < board_nclasses; i++) {
        const struct board_class *c = &board_classes[i];
        if (strcmp(c->name, name) && strcmp(c->other_name, name))
            continue;
        *out = c;
        return ERR_OK;
    }
    return err_set(e, ERR_USAGE, "there is no board '%s'; there are:%s", name, board_names);
}

enum err board_guess(const void *elf, size_t len, const struct board_class **out, struct error *e)
{
    struct elf_image img;
    enum err err = elf_parse(elf, len, &img, e);
    if (err)
        return err;
    if (!img.big && img.entry < BOARD_KN02_KERNELS)
        return err_set(
            e, ERR_USAGE,
            "is a little-endian MIPS kernel that starts at 0x%08x, where no DECstation's "
            "does; say what it is for: --board dec5000, or --board s161 with --cpu "
            "mips-161el",
            img.entry);
    return board_find(img.big ? "s161" : "dec5000", out, e);
}

/* ---- one of them ---- */

enum err board_make(struct board *b, const struct board_class *cls, struct machine *m,
                    const struct board_setup *s, struct error *e)
{
    *b = (struct board){.cls = cls};
    return cls->make(&b->obj, m, s, e);
}

void board_free(struct board *b)
{
    if (b->obj)
        b->cls->free(b->obj);
    *b = (struct board){0};
}

enum err board_boot(const struct board *b, const struct board_kernel *k, struct error *e)
{
    return b->cls->boot(b->obj, k, e);
}

bool board_look(const struct board *b, struct io_picture *p)
{
    return b->obj && b->cls->look && b->cls->look(b->obj, p);
}

const u8 *board_nvram(const struct board *b)
{
    return b->obj && b->cls->nvram ? b->cls->nvram(b->obj) : NULL;
}
