/* SPDX-License-Identifier: ISC */
#include "dev/vio_bank.h"
#include "lib/bug.h"

static void vio_bank_set_line(void *ctx, unsigned n, bool up)
{
    struct vio_bank *b = ctx;
    b->raised = up ? b->raised | 1u << n : b->raised & ~(1u << n);
    dev_line_set(&b->line, b->raised);
}

void vio_bank_init(struct vio_bank *b, struct dev_line line)
{
    *b = (struct vio_bank){.line = line};
}

struct dev_line vio_bank_line(struct vio_bank *b)
{
    return (struct dev_line){.set = vio_bank_set_line, .ctx = b, .n = b->n};
}

void vio_bank_add(struct vio_bank *b, struct vio *v)
{
    BUG_ON(b->n == VIO_BANK_MAX);
    b->dev[b->n++] = v;
}

void vio_bank_reset(struct vio_bank *b)
{
    for (unsigned i = 0; i < b->n; i++)
        vio_reset(b->dev[i]);
}

void vio_bank_add_state(struct vio_bank *b, struct state_set *s)
{
    for (unsigned i = 0; i < b->n; i++)
        vio_add_state(b->dev[i], i, s);
}

void vio_bank_fini(struct vio_bank *b)
{
    for (unsigned i = 0; i < b->n; i++)
        vio_free(b->dev[i]);
    *b = (struct vio_bank){0};
}

static bool vio_bank_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct vio_bank *b = dev;
    if (off / VIO_MMIO_SIZE >= b->n)
        return false;
    *val = vio_mmio_read(b->dev[off / VIO_MMIO_SIZE], off % VIO_MMIO_SIZE, a.size);
    return true;
}

static bool vio_bank_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    const struct vio_bank *b = dev;
    if (off / VIO_MMIO_SIZE >= b->n)
        return false;
    vio_mmio_write(b->dev[off / VIO_MMIO_SIZE], off % VIO_MMIO_SIZE, a.size, val);
    return true;
}

const struct mem_ops vio_bank_ops = {.read = vio_bank_read, .write = vio_bank_write};
