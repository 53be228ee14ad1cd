/* SPDX-License-Identifier: ISC */
/*
 * A board of any kind, and the table of them (boards.def). Who builds one fills in the part of
 * struct board_setup that is its own.
 */
#ifndef MACHINE_BOARD_H
#define MACHINE_BOARD_H

#include "dev/tc_ds1287.h"
#include "machine/board_kn02.h"
#include "machine/board_s161.h"

#define BOARD_NVRAM TC_DS1287_RAM

struct board_setup {
    struct board_s161_config s161;
    struct board_kn02_config kn02;
};

/* Borrowed. */
struct board_kernel {
    const void *elf;
    size_t len;
    const char *words; /* for it */
    const void *initrd;
    size_t initrd_len; /* 0: none */
};

struct board_class {
    const char *name, *other_name, *what;
    u32 hz;
    MUST_CHECK enum err (*make)(void **out, struct machine *m, const struct board_setup *s,
                                struct error *e);
    void (*free)(void *obj);
    MUST_CHECK enum err (*boot)(void *obj, const struct board_kernel *k, struct error *e);
    bool (*look)(const void *obj, struct io_picture *p); /* NULL: it never has a screen */
    const u8 *(*nvram)(const void *obj);                 /* NULL: it has none */
};

extern const struct board_class board_classes[];
extern const unsigned board_nclasses;

/* By either name; the error lists what there is. */
MUST_CHECK enum err board_find(const char *name, const struct board_class **out, struct error *e);
/* For which board a kernel was made, as its file tells. */
MUST_CHECK enum err board_guess(const void *elf, size_t len, const struct board_class **out,
                                struct error *e);

struct board {
    const struct board_class *cls; /* NULL: none */
    void *obj;
};

/* On a machine that was initialised with the class's hz. */
MUST_CHECK enum err board_make(struct board *b, const struct board_class *cls, struct machine *m,
                               const struct board_setup *s, struct error *e);
void board_free(struct board *b); /* safe on zeroed memory; before machine_fini */
MUST_CHECK enum err board_boot(const struct board *b, const struct board_kernel *k,
                               struct error *e);
/* Its memory that lasts, BOARD_NVRAM bytes; NULL: it has none. */
const u8 *board_nvram(const struct board *b);
/* What its screen shows; false: it has none. */
bool board_look(const struct board *b, struct io_picture *p);

#endif
