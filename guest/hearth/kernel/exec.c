/* SPDX-License-Identifier: ISC */
/* ELF programs: header and segments are checked as if an enemy had written them. */
#include "exec.h"

#include "board.h"
#include "cp0.h"
#include "file.h"
#include "proc.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

#define EXEC_SEGMENTS 8 /* program headers that we look at */
#define EXEC_LOAD     1
#define EXEC_WRITABLE 2

struct exec_header {
    u8 ident[16];
    u16 type, machine;
    u32 version, entry, phoff, shoff, flags;
    u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct exec_segment {
    u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static int exec_read(struct file *file, u32 offset, void *buffer, u32 size)
{
    int n = file_read_at(file, offset, buffer, size);

    if (n < 0)
        return n;
    return (u32)n == size ? 0 : E_NOEXEC;
}

/* 32 bits, our own byte order, executable, MIPS. */
static bool exec_is_ours(const struct exec_header *h)
{
    const u16 probe = 1;
    u8 data = *(const u8 *)&probe ? 1 : 2;

    return memcmp(h->ident, "\177ELF\1", 5) == 0 && h->ident[5] == data && h->type == 2 &&
           h->machine == 8 && h->phentsize == sizeof(struct exec_segment) &&
           h->phnum <= EXEC_SEGMENTS;
}

static int exec_fill(struct vm_space *space, struct file *file, const struct exec_segment *s)
{
    for (u32 done = 0, n; done < s->filesz; done += n) {
        void *p = vm_resolve(space, s->vaddr + done, VM_LOAD);
        int error;
        if (!p)
            return E_NOMEM;
        n = min_u32(s->filesz - done, PAGE_SIZE - ((s->vaddr + done) & PAGE_MASK));
        error = exec_read(file, s->offset + done, p, n);
        if (error)
            return error;
    }
    return 0;
}

static int exec_segment(struct vm_space *space, struct file *file, const struct exec_segment *s,
                        u32 *end)
{
    if (s->type != EXEC_LOAD || s->memsz == 0)
        return 0;
    if (s->vaddr < VM_USER_START || s->vaddr >= ABI_SHARED || s->memsz > ABI_SHARED - s->vaddr ||
        s->filesz > s->memsz || s->offset > 0xffffffffu - s->filesz)
        return E_NOEXEC;
    if (!vm_add_segment(space, page_down(s->vaddr), page_up(s->vaddr + s->memsz),
                        s->flags & EXEC_WRITABLE))
        return E_NOEXEC;
    if (page_up(s->vaddr + s->memsz) > *end)
        *end = page_up(s->vaddr + s->memsz);
    return exec_fill(space, file, s);
}

static int exec_image(struct vm_space *space, struct file *file, u32 *entry)
{
    struct exec_header header;
    struct exec_segment segment;
    u32 end = VM_USER_START;
    int error = exec_read(file, 0, &header, sizeof(header));

    if (error || !exec_is_ours(&header))
        return error ? error : E_NOEXEC;
    for (u32 i = 0; i < header.phnum && !error; i++) {
        error = exec_read(file, header.phoff + i * sizeof(segment), &segment, sizeof(segment));
        if (!error)
            error = exec_segment(space, file, &segment, &end);
    }
    *entry = header.entry;
    if (!error && space->segment[VM_HEAP].end)
        return E_NOEXEC;
    space->segment[VM_HEAP] = (struct vm_segment){end, end, true};
    return error;
}

/* From the top of the stack: the strings, then argv[]. */
static int exec_arguments(struct vm_space *space, const struct proc_args *args,
                          struct trap_frame *frame)
{
    u32 strings = VM_STACK_TOP - ((args->length + 7) & ~7u);
    u32 argv = strings - ((4 * (args->count + 1) + 7) & ~7u), at = 0;
    int error = vm_copy_out(space, strings, args->text, args->length, VM_LOAD);

    for (u32 i = 0; i < args->count && !error; i++) {
        u32 pointer = strings + at;
        error = vm_copy_out(space, argv + 4 * i, &pointer, 4, VM_LOAD);
        at += strlen(args->text + at) + 1;
    }
    frame->reg[TRAP_A0] = args->count;
    frame->reg[TRAP_A0 + 1] = argv;
    frame->reg[TRAP_SP] = argv - 16;
    return error ? E_NOMEM : 0;
}

int exec_load(struct vm_space *space, const char *path, const struct proc_args *args,
              struct trap_frame *frame)
{
    struct file *file;
    int error = file_open(path, ABI_READ, &file);

    if (error)
        return error;
    frame->status = BOARD_IRQ_MASK | STATUS_KUP | STATUS_IEP;
    error = exec_image(space, file, &frame->epc);
    file_close(file);
    return error ? error : exec_arguments(space, args, frame);
}

const char *exec_base_name(const char *path)
{
    const char *base = path;

    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}
