/* SPDX-License-Identifier: ISC */
/*
 * What stands at a guest address, for people: the kernel's symbols, and those of user programs
 * whose files were named. A program is recognised by its code: what the guest has mapped there
 * must be what the file has. So nothing needs to be known about the guest's kernel.
 */
#ifndef MACHINE_GUEST_NAMES_H
#define MACHINE_GUEST_NAMES_H

#include "isa/mips.h"
#include "isa/mips_unwind.h"
#include "lib/buf.h"
#include "machine/elf.h"

#define GUEST_NAMES_MAX 1024 /* programs */

struct guest_program {
    char *name; /* the file's, without folders */
    struct buf file;
    struct elf_image elf;
    struct symtab symbols;
};

struct guest_names {
    struct symtab kernel;
    struct guest_program *program;
    size_t nprograms;
};

void guest_names_fini(struct guest_names *g); /* safe on zeroed memory */

/* Borrows the bytes. A kernel without symbols has no names. */
void guest_names_kernel(struct guest_names *g, const void *elf, size_t len);

/* A program, or a folder of which those files count that are MIPS programs. */
MUST_CHECK enum err guest_names_add(struct guest_names *g, const char *path, struct error *e);

/* The program whose code the CPU sees at a user address; of equal ones the first. NULL: none
 * known. */
const struct guest_program *guest_names_program(const struct guest_names *g, const struct mips *c,
                                                gva va);

/* Of an address that is not mapped any more: the only program whose page there is somewhere in
 * memory. Slow, and no more than likely: for reports. NULL: none, or several. */
const struct guest_program *guest_names_in_memory(const struct guest_names *g, const struct mips *c,
                                                  gva va);

struct guest_place {
    const struct guest_program *program; /* NULL: the kernel, or unknown */
    const struct symbol *symbol;         /* NULL: unknown */
};

/* g may be NULL: nothing is known. */
struct guest_place guest_names_at(const struct guest_names *g, const struct mips *c, gva va);

/* "main+0x1c", "sort:main+0x1c", or "". */
#define GUEST_NAMES_TEXT (TRACE_PLACE - 1)
const char *guest_names_text(const struct guest_names *g, const struct mips *c, gva va,
                             char text[GUEST_NAMES_TEXT]);

/* The back trace of a CPU as it stands. `interrupted`, which may be NULL: as in mips_unwind.h. */
unsigned guest_names_back_trace(const struct guest_names *g, const struct mips *c,
                                struct mips_frame *frames, unsigned max,
                                struct mips_unwind_interrupted *interrupted);

#endif
