/* SPDX-License-Identifier: ISC */
/*
 * A dictionary compressor of the LZ family with its decompressor, over 16 KB of text-like data:
 * hashing, comparing, copying bytes, branches that are hard to guess. The result is checked.
 */
#include "bench.h"

#define LZ_BYTES 16384u
#define LZ_HASH  4096u
#define LZ_MIN   4u
#define LZ_MAX   67u

struct lz {
    unsigned short last[LZ_HASH]; /* position + 1 of the last occurrence of a hash */
    unsigned char text[LZ_BYTES];
    unsigned char packed[2 * LZ_BYTES];
    unsigned char out[LZ_BYTES];
};

/* Words of a small vocabulary. */
static void lz_make_text(unsigned char *text)
{
    unsigned seed = 7, n = 0;

    while (n < LZ_BYTES) {
        unsigned word = bench_random(&seed) % 300 + 1, state = word * 2654435761u | 1;
        for (unsigned i = 0; i < 2 + word % 7 && n < LZ_BYTES; i++)
            text[n++] = (unsigned char)('a' + bench_random(&state) % 26);
        if (n < LZ_BYTES)
            text[n++] = ' ';
    }
}

static unsigned lz_hash(const unsigned char *p)
{
    unsigned h = (unsigned)p[0] | (unsigned)p[1] << 8 | (unsigned)p[2] << 16 | (unsigned)p[3] << 24;

    return h * 2654435761u >> 20;
}

static unsigned lz_match(const unsigned char *a, const unsigned char *b, unsigned limit)
{
    unsigned n = 0;

    while (n < limit && a[n] == b[n])
        n++;
    return n;
}

/* A literal is a byte under 0x80; a match 0x80 + length - 4, then the distance in two bytes. */
static unsigned lz_pack(struct lz *z)
{
    unsigned out = 0, at = 0;

    for (unsigned i = 0; i < LZ_HASH; i++)
        z->last[i] = 0;
    while (at < LZ_BYTES) {
        unsigned limit = LZ_BYTES - at < LZ_MAX ? LZ_BYTES - at : LZ_MAX, length = 0, from = 0;
        if (limit >= LZ_MIN) {
            unsigned h = lz_hash(z->text + at);
            from = z->last[h];
            z->last[h] = (unsigned short)(at + 1);
            if (from)
                length = lz_match(z->text + from - 1, z->text + at, limit);
        }
        if (length < LZ_MIN) {
            z->packed[out++] = z->text[at++];
            continue;
        }
        z->packed[out++] = (unsigned char)(0x80 + length - LZ_MIN);
        z->packed[out++] = (unsigned char)((at - from + 1) >> 8);
        z->packed[out++] = (unsigned char)(at - from + 1);
        at += length;
    }
    return out;
}

static unsigned lz_unpack(struct lz *z, unsigned size)
{
    unsigned out = 0;

    for (unsigned i = 0; i < size;) {
        unsigned c = z->packed[i++];
        if (c < 0x80) {
            z->out[out++] = (unsigned char)c;
            continue;
        }
        unsigned from = out - ((unsigned)z->packed[i] << 8 | z->packed[i + 1]);
        i += 2;
        for (unsigned n = c - 0x80 + LZ_MIN; n > 0; n--)
            z->out[out++] = z->out[from++];
    }
    return out;
}

unsigned bench_lz(unsigned iterations)
{
    struct lz *z = bench_arena;
    unsigned sum = 0;

    lz_make_text(z->text);
    while (iterations-- > 0) {
        unsigned size = lz_pack(z), length = lz_unpack(z, size);
        sum = bench_mix(sum, size);
        sum = bench_mix(sum, lz_match(z->text, z->out, length));
        z->text[sum % LZ_BYTES] = (unsigned char)('a' + iterations % 26);
    }
    return sum;
}
