/* SPDX-License-Identifier: ISC */
/*
 * A frame buffer without CPU. The input is a program: bytes choose accesses and time; its picture
 * is looked at in between, and at the end its state goes into a second one, which must then be the
 * same.
 */
#include "fuzz.h"
#include "tc_pmag_rig.h"

#include "io/io_pixels.h"
#include "lib/bug.h"

#include <stdio.h>

struct program {
    const u8 *p, *end;
};

static u32 take(struct program *in, unsigned bytes)
{
    u32 v = 0;
    for (; bytes && in->p < in->end; bytes--)
        v = v << 8 | *in->p++;
    return v;
}

static u32 take_offset(struct program *in, unsigned size)
{
    static const u32 bases[] = {0, 0x80000, 0x100000, 0x180000, 0x200000, 0x300000, 0x380400};
    u32 how = take(in, 1);
    u32 off =
        how & 0x80 ? take(in, 3) % TC_SLOT_SIZE : bases[how % ARRAY_LEN(bases)] + take(in, 1) % 16;
    return off / size * size;
}

static void look(const struct tc_pmag_rig *r)
{
    struct io_pixels p = tc_pmag_rig_look(r);
    u32 row[1280];
    BUG_ON(p.width > ARRAY_LEN(row) ||
           p.byte + (u64)p.stride * p.height > p.byte + r->model->cls->ram_size);
    io_pixels_row(&p, 0, row);
    io_pixels_row(&p, p.height - 1, row);
    io_pixels_row(&p, p.y >= 0 && (u32)p.y < p.height ? (u32)p.y : 1, row);
}

static void step(struct tc_pmag_rig *r, struct program *in)
{
    u32 op = take(in, 1), val = 0;
    unsigned size = 1u << op / 8 % 3;
    switch (op & 7) {
    case 0:
        tc_pmag_rig_run(r, take(in, 2) * 1000ull);
        break;
    case 1:
        look(r);
        break;
    case 2:
        BUG_ON(!tc_pmag_rig_read(r, size, take_offset(in, size), &val));
        break;
    default: {
        u32 off = take_offset(in, size);
        BUG_ON(!tc_pmag_rig_write(r, size, off, take(in, size)));
    }
    }
}

static void round_trip(const struct tc_pmag_rig *r)
{
    struct tc_pmag_rig *other = tc_pmag_rig_new(r->model);
    struct buf b = {0};
    struct error e;
    state_set_save(&r->parts, &b);
    other->clock.now_base = r->clock.now_base;
    if (state_set_load(&other->parts, b.data, b.len, &e)) {
        fprintf(stderr, "refused: %s\n", e.msg);
        BUG_ON(true);
    }
    BUG_ON(state_set_hash(&other->parts) != state_set_hash(&r->parts));
    BUG_ON(other->io != r->io);
    buf_fini(&b);
    tc_pmag_rig_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program in = {.p = data, .end = data + (len > 4096 ? 4096 : len)};
    struct tc_pmag_rig *r = tc_pmag_rig_new(take(&in, 1) & 1 ? &tc_pmag_aa : &tc_pmag_ba);
    while (in.p < in.end)
        step(r, &in);
    look(r);
    round_trip(r);
    tc_kn02_reset(r->kn02);
    BUG_ON(r->io || r->clock.next != CLOCK_NEVER);
    tc_pmag_rig_free(r);
    return 0;
}
