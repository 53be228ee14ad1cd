/* SPDX-License-Identifier: ISC */
/* CRC-32 by table over 4 KB: byte loads, shifts, table look-ups. */
#include "bench.h"

#define CRC32_BYTES 4096u

static void crc32_table(unsigned *table)
{
    for (unsigned i = 0; i < 256; i++) {
        unsigned c = i;
        for (unsigned bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[i] = c;
    }
}

unsigned bench_crc32(unsigned iterations)
{
    unsigned *table = bench_arena, seed = 1, sum = 0xffffffffu;
    unsigned char *data = (unsigned char *)(table + 256);

    crc32_table(table);
    for (unsigned i = 0; i < CRC32_BYTES; i++)
        data[i] = (unsigned char)bench_random(&seed);
    while (iterations-- > 0)
        for (unsigned i = 0; i < CRC32_BYTES; i++)
            sum = sum >> 8 ^ table[(sum ^ data[i]) & 255];
    return ~sum;
}
