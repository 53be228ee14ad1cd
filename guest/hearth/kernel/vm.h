/* SPDX-License-Identifier: ISC */
/* Address spaces: who may touch what in kuseg, and where it is in memory. */
#ifndef VM_H
#define VM_H

#include "types.h"

#define VM_USER_START 0x00400000u
#define VM_STACK_TOP  0x7ffff000u
#define VM_STACK_MAX  0x00800000u
#define VM_DIRECTORY  512 /* tables of 4 MB each */
#define VM_SEGMENTS   8
#define VM_HEAP       (VM_SEGMENTS - 1)

struct vm_segment {
    u32 start, end;
    bool writable;
};

/* A page that several address spaces share, with the number of them. */
struct vm_shared {
    u32 users;
    void *page;
};

/* Fills less than a page, which it is allocated as. The directory comes first. */
struct vm_space {
    u32 *directory[VM_DIRECTORY];
    struct vm_segment segment[VM_SEGMENTS]; /* unused: end == 0; the last is the heap */
    struct vm_shared *shared;
    u32 asid;
    u32 generation; /* tells owners of the same ASID apart; changed to drop stale TLB entries */
    u32 pages;      /* mapped */
};

extern u32 *vm_empty_directory[VM_DIRECTORY];

void vm_init(void);

/* asid is the owner's alone while the space lives. Null: out of memory. */
struct vm_space *vm_new(u32 asid);
void vm_free(struct vm_space *space);
struct vm_space *vm_copy(const struct vm_space *from, u32 asid);
bool vm_add_segment(struct vm_space *space, u32 start, u32 end, bool writable);
int vm_sbrk(struct vm_space *space, int bytes);
int vm_share(struct vm_space *space);
void vm_inherit_shared(struct vm_space *child, const struct vm_space *parent);

/* This CPU runs in space from now on (null: in none). */
void vm_activate(struct vm_space *space);

/* 0, or why the access can't be: E_FAULT, E_NOMEM. */
int vm_fault(struct vm_space *space, u32 va, bool write);

/* Kernel address of a user byte, for reading or writing up to the end of its page. Null: refused.
 * Loading ignores that a segment is read-only. */
enum vm_access {
    VM_READ,
    VM_WRITE,
    VM_LOAD
};
void *vm_resolve(struct vm_space *space, u32 va, enum vm_access access);

int vm_copy_in(struct vm_space *space, void *to, u32 from, u32 size);
int vm_copy_out(struct vm_space *space, u32 to, const void *from, u32 size, enum vm_access access);
int vm_copy_string(struct vm_space *space, char *to, u32 from, u32 size); /* length, or an error */

#endif
