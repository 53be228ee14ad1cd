/* SPDX-License-Identifier: ISC */
/*
 * The generator is xoshiro128** 1.1 (Blackman and Vigna), its state filled from the seed by
 * splitmix64. The board plugs one generator into all slots that ask for one, as in System/161.
 * Reset doesn't rewind it: a guest that restarts must not see the same numbers again.
 */
#include "dev/lb_random.h"
#include "lib/bug.h"

#include <stdlib.h>

struct lb_random {
    u32 s[4]; /* not all zero */
};

static u32 lb_random_rotl(u32 x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static u32 lb_random_next(u32 s[4])
{
    u32 result = lb_random_rotl(s[1] * 5, 7) * 9;
    u32 t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = lb_random_rotl(s[3], 11);
    return result;
}

static u64 lb_random_splitmix(u64 *x)
{
    u64 z = *x += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static bool lb_random_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_random *r = dev;
    (void)cpu;
    if (off)
        return false;
    *val = lb_random_next(r->s);
    return true;
}

static bool lb_random_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    (void)dev, (void)cpu, (void)off, (void)val;
    return false;
}

static void lb_random_reset(void *dev)
{
    (void)dev;
}

static enum err lb_random_check(const void *scratch, struct error *e)
{
    const struct lb_random *r = scratch;
    if (!(r->s[0] | r->s[1] | r->s[2] | r->s[3]))
        return err_set(e, ERR_FORMAT, "lb_random: the generator's state is zero");
    return ERR_OK;
}

static const struct state_field lb_random_fields[] = {
    STATE_FIELD(struct lb_random, s, U32, 4),
};

static const struct state_desc lb_random_state = {
    .name = "lb_random",
    .version = 1,
    .nfields = ARRAY_LEN(lb_random_fields),
    .size = sizeof(struct lb_random),
    .fields = lb_random_fields,
    .check = lb_random_check,
};

const struct lb_class lb_random_class = {
    .name = "random",
    .device = 9,
    .revision = 1,
    .read = lb_random_read,
    .write = lb_random_write,
    .reset = lb_random_reset,
    .state = &lb_random_state,
};

/* Splitmix64 is a bijection of a counter, so of two results in a row one is not zero. */
struct lb_random *lb_random_new(u64 seed)
{
    struct lb_random *r = xcalloc(1, sizeof *r);
    for (unsigned i = 0; i < 4; i += 2) {
        u64 z = lb_random_splitmix(&seed);
        r->s[i] = (u32)z;
        r->s[i + 1] = (u32)(z >> 32);
    }
    return r;
}

void lb_random_free(struct lb_random *r)
{
    free(r);
}
