/* SPDX-License-Identifier: ISC */
/* What the differential tests share: an engine's CPU and the reference, with memory each. */
#ifndef TESTS_ISA_DIFF_RIG_H
#define TESTS_ISA_DIFF_RIG_H

#include "cpu/vcpu.h"
#include "host/host_code.h"
#include "ref_mips.h"
#include "rng.h"

#define RAM_PAGES  32u
#define RAM_SIZE   (RAM_PAGES * MEM_PAGE)
#define ROM_BASE   0x1fc00000u
#define MMIO_BASE  0x10000000u
#define MMIO_SIZE  0x1000u
#define CODE_PAGES 6u /* pages 1..6 hold code */

/* A device that answers by a rule and remembers all that was done to it; one for each side. */
struct dev {
    uint64_t log;
    struct diff *t;
    bool is_ours;
    /* If it is there, an access to the last quarter of the registers does something, and what is
     * written or read says what. */
    void (*touched)(struct dev *d, uint32_t off, uint32_t val);
};

/* What a program is of, and what happens to it: not all programs are of all. */
struct diff_taste {
    uint32_t base[3];              /* of addresses of code */
    uint8_t kinds[16];             /* of what takes several instructions: weights */
    uint8_t lines, outside, moves; /* percent */
    uint8_t fp;                    /* percent of the single instructions */
};

struct diff {
    struct diff_taste taste;
    struct rng rng;
    bool big, mips161, fpu;
    bool longer;    /* loops turn so often that what is entered seldom stands out */
    bool own_pages; /* by_page is for others: the translator takes its own */
    struct mem *mem;
    struct mips_code *code;
    struct vcpu *vcpu;
    struct mips *cpu; /* its */
    struct trace trace;
    struct ref_mips ref;
    uint8_t *ref_ram, *ref_rom;
    struct dev ours, theirs;
    /* What costs the host more than a program takes: kept from one to the next, as good as new. */
    struct mips_by_page *by_page; /* the tests' of translators; else NULL */
    struct host_code translated;
};

/* Of a random model and byte order, at reset; the same for the same seed. `t` is zero, or has been
 * the machine of another program that was ended. */
void diff_machine(struct diff *t, uint64_t seed, const struct vcpu_engine *engine);
void diff_end(struct diff *t);
void diff_fini(struct diff *t); /* of a program that was ended, or of none */
/* ...with a random program, for the interpreter. */
void diff_setup(struct diff *t, uint64_t seed);

uint32_t diff_random_address(struct diff *t);
uint32_t diff_random_value(struct diff *t);
uint32_t diff_random_float(struct diff *t); /* a single, or half a double */
uint32_t diff_random_insn(struct diff *t);
void diff_put_word(struct diff *t, uint32_t pa, uint32_t w);
void diff_make_handlers(struct diff *t, uint32_t refill);
/* With an R3010, what a handler begins with, so that its interrupts end; returns where it goes on.
 */
uint32_t diff_make_fp_entry(struct diff *t, uint32_t at);
/* Operands and register 31 for it, where there is one. */
void diff_make_fpu(struct diff *t);
void diff_ref_run(struct ref_mips *f, uint64_t until);
uint8_t *diff_ref_memory(struct diff *t, uint32_t pa, bool write);
void diff_change_lines(struct diff *t);

/* False: they differ, and what differs was printed. */
bool diff_compare_cpu(const struct mips *c, const struct ref_mips *f);
bool diff_compare_memory(struct diff *t);
void diff_print_seed(const struct diff *t, uint64_t seed);

#endif
