/* SPDX-License-Identifier: ISC */
/*
 * Address spaces. A directory of 512 tables of 1024 entries, in the form the TLB wants; pages come
 * into being, cleared, when first touched. The kernel reads and writes user memory through kseg0
 * after looking it up here, so a kernel access can never fault.
 *
 * Only the process itself changes its space, so there is no lock; and it runs on one CPU at a time,
 * so stale TLB entries elsewhere matter only when it moves there: then either the entry is invalid
 * and the fault repairs it, or the space got a new generation and vm_activate flushes.
 */
#include "vm.h"

#include "abi.h"
#include "cpu.h"
#include "lock.h"
#include "mem.h"
#include "string.h"
#include "tlb.h"

_Static_assert(sizeof(struct vm_space) <= PAGE_SIZE, "a space is allocated as one page");

u32 *vm_empty_directory[VM_DIRECTORY];
static u32 *vm_empty_table;
static struct lock vm_lock; /* generations and shared pages */
static u32 vm_generation;

static u32 vm_new_generation(void)
{
    u32 generation;

    lock_take(&vm_lock);
    generation = ++vm_generation;
    lock_drop(&vm_lock);
    return generation;
}

void vm_init(void)
{
    vm_empty_table = mem_page();
    for (u32 i = 0; i < VM_DIRECTORY; i++)
        vm_empty_directory[i] = vm_empty_table;
}

struct vm_space *vm_new(u32 asid)
{
    struct vm_space *space = mem_page();

    if (!space)
        return NULL;
    memcpy(space->directory, vm_empty_directory, sizeof(space->directory));
    space->asid = asid;
    space->generation = vm_new_generation();
    vm_add_segment(space, VM_STACK_TOP - VM_STACK_MAX, VM_STACK_TOP, true);
    return space;
}

static u32 *vm_entry(struct vm_space *space, u32 va, bool create)
{
    u32 **table = &space->directory[va >> 22];

    if (*table == vm_empty_table) {
        u32 *fresh = create ? mem_page() : NULL;
        if (!fresh)
            return NULL;
        *table = fresh;
    }
    return &(*table)[(va >> 12) & 1023];
}

static void vm_unmap(struct vm_space *space, u32 *entry)
{
    if (*entry & PTE_VALID) {
        if (!(*entry & PTE_SHARED))
            mem_free(mem_kernel(page_down(*entry)));
        space->pages--;
    }
    *entry = 0;
}

static void vm_drop_shared(struct vm_shared *shared)
{
    bool last;

    lock_take(&vm_lock);
    last = --shared->users == 0;
    lock_drop(&vm_lock);
    if (!last)
        return;
    mem_free(shared->page);
    mem_free(shared);
}

void vm_free(struct vm_space *space)
{
    for (u32 i = 0; i < VM_DIRECTORY; i++) {
        u32 *table = space->directory[i];
        if (table == vm_empty_table)
            continue;
        for (u32 j = 0; j < PAGE_SIZE / 4; j++)
            vm_unmap(space, &table[j]);
        mem_free(table);
    }
    if (space->shared)
        vm_drop_shared(space->shared);
    mem_free(space);
}

bool vm_add_segment(struct vm_space *space, u32 start, u32 end, bool writable)
{
    for (struct vm_segment *s = space->segment; s < space->segment + VM_SEGMENTS; s++) {
        if (s->start < end && start < s->end)
            return false;
        if (s->end == 0) {
            *s = (struct vm_segment){start, end, writable};
            return true;
        }
    }
    return false;
}

static const struct vm_segment *vm_find_segment(const struct vm_space *space, u32 va)
{
    for (const struct vm_segment *s = space->segment; s < space->segment + VM_SEGMENTS; s++)
        if (va >= s->start && va < s->end)
            return s;
    return NULL;
}

static int vm_map(struct vm_space *space, u32 va, const struct vm_segment *segment)
{
    u32 *entry = vm_entry(space, va, true);
    bool shared = segment->start == ABI_SHARED;
    void *page;

    if (!entry)
        return E_NOMEM;
    if (*entry & PTE_VALID)
        return 0;
    page = shared ? space->shared->page : mem_page();
    if (!page)
        return E_NOMEM;
    *entry = mem_physical(page) | PTE_VALID | (segment->writable ? PTE_DIRTY : 0) |
             (shared ? PTE_SHARED : 0);
    space->pages++;
    return 0;
}

static int vm_demand(struct vm_space *space, u32 va, enum vm_access access)
{
    const struct vm_segment *segment = vm_find_segment(space, va);

    if (!segment || (access == VM_WRITE && !segment->writable))
        return E_FAULT;
    return vm_map(space, va, segment);
}

int vm_fault(struct vm_space *space, u32 va, bool write)
{
    int error = vm_demand(space, va, write ? VM_WRITE : VM_READ);

    if (!error)
        tlb_update(va, *vm_entry(space, va, false));
    return error;
}

void *vm_resolve(struct vm_space *space, u32 va, enum vm_access access)
{
    if (vm_demand(space, va, access) != 0)
        return NULL;
    return mem_kernel(page_down(*vm_entry(space, va, false)) | (va & PAGE_MASK));
}

int vm_copy_in(struct vm_space *space, void *to, u32 from, u32 size)
{
    for (u32 done = 0, n; done < size; done += n) {
        const void *p = vm_resolve(space, from + done, VM_READ);
        if (!p)
            return E_FAULT;
        n = min_u32(size - done, PAGE_SIZE - ((from + done) & PAGE_MASK));
        memcpy((char *)to + done, p, n);
    }
    return 0;
}

int vm_copy_out(struct vm_space *space, u32 to, const void *from, u32 size, enum vm_access access)
{
    for (u32 done = 0, n; done < size; done += n) {
        void *p = vm_resolve(space, to + done, access);
        if (!p)
            return E_FAULT;
        n = min_u32(size - done, PAGE_SIZE - ((to + done) & PAGE_MASK));
        memcpy(p, (const char *)from + done, n);
    }
    return 0;
}

int vm_copy_string(struct vm_space *space, char *to, u32 from, u32 size)
{
    for (u32 i = 0; i < size; i++) {
        const char *p = vm_resolve(space, from + i, VM_READ);
        if (!p)
            return E_FAULT;
        to[i] = *p;
        if (!*p)
            return (int)i;
    }
    return E_TOOBIG;
}

/* Mappings went away: no CPU may go on using what its TLB remembers of them. */
static void vm_forget(struct vm_space *space)
{
    space->generation = vm_new_generation();
    vm_activate(space);
}

static void vm_shrink(struct vm_space *space, u32 start, u32 end)
{
    for (u32 va = page_up(start); va < page_up(end); va += PAGE_SIZE) {
        u32 *entry = vm_entry(space, va, false);
        if (entry)
            vm_unmap(space, entry);
    }
    vm_forget(space);
}

/* The heap ends where it did; then moves by so many bytes. */
int vm_sbrk(struct vm_space *space, int bytes)
{
    struct vm_segment *heap = &space->segment[VM_HEAP];
    u32 before = heap->end, after = before + (u32)bytes;

    if (bytes > 0 && (after < before || after > ABI_SHARED))
        return E_NOMEM;
    if (bytes < 0 && (after > before || after < heap->start))
        return E_INVALID;
    heap->end = after;
    if (after < before)
        vm_shrink(space, after, before);
    return (int)before;
}

int vm_share(struct vm_space *space)
{
    struct vm_shared *shared;

    if (space->shared)
        return (int)ABI_SHARED;
    shared = mem_page();
    if (!shared)
        return E_NOMEM;
    shared->page = mem_page();
    if (!shared->page) {
        mem_free(shared);
        return E_NOMEM;
    }
    shared->users = 1;
    space->shared = shared;
    vm_add_segment(space, ABI_SHARED, ABI_SHARED + PAGE_SIZE, true);
    return (int)ABI_SHARED;
}

static void vm_take_shared(struct vm_space *space, struct vm_shared *shared)
{
    if (!shared)
        return;
    lock_take(&vm_lock);
    shared->users++;
    lock_drop(&vm_lock);
    space->shared = shared;
}

void vm_inherit_shared(struct vm_space *child, const struct vm_space *parent)
{
    if (!parent->shared)
        return;
    vm_take_shared(child, parent->shared);
    vm_add_segment(child, ABI_SHARED, ABI_SHARED + PAGE_SIZE, true);
}

static bool vm_copy_page(struct vm_space *to, u32 va, u32 entry)
{
    u32 *copy = vm_entry(to, va, true);

    if (!copy)
        return false;
    if (!(entry & PTE_SHARED))
        return vm_copy_out(to, va, mem_kernel(page_down(entry)), PAGE_SIZE, VM_LOAD) == 0;
    *copy = entry;
    to->pages++;
    return true;
}

static bool vm_copy_table(struct vm_space *to, const u32 *table, u32 base)
{
    for (u32 i = 0; i < PAGE_SIZE / 4; i++)
        if ((table[i] & PTE_VALID) && !vm_copy_page(to, base + i * PAGE_SIZE, table[i]))
            return false;
    return true;
}

struct vm_space *vm_copy(const struct vm_space *from, u32 asid)
{
    struct vm_space *to = vm_new(asid);

    if (!to)
        return NULL;
    memcpy(to->segment, from->segment, sizeof(to->segment));
    vm_take_shared(to, from->shared);
    for (u32 i = 0; i < VM_DIRECTORY; i++)
        if (from->directory[i] != vm_empty_table &&
            !vm_copy_table(to, from->directory[i], i << 22)) {
            vm_free(to);
            return NULL;
        }
    return to;
}

void vm_activate(struct vm_space *space)
{
    struct cpu *cpu = cpu_self();

    cpu_directory[cpu_number()] = space ? space->directory : vm_empty_directory;
    if (!space)
        return;
    if (cpu->asid_owner[space->asid] != space->generation) {
        tlb_flush_asid(space->asid);
        cpu->asid_owner[space->asid] = space->generation;
    }
    tlb_use_asid(space->asid);
}
