/* SPDX-License-Identifier: ISC */
/* The numbers: arch/mips/include/uapi/asm/errno.h of Linux. */
#include "io/io_9p_errno.h"

#include <errno.h>

static const struct {
    u16 here, mips;
} io_9p_errno_table[] = {
    {EDEADLK, 45},    {ENAMETOOLONG, 78}, {ENOLCK, 46},      {ENOSYS, 89},     {ENOTEMPTY, 93},
    {ELOOP, 90},      {ENODATA, 61},      {EPROTO, 71},      {EOVERFLOW, 79},  {EILSEQ, 88},
    {EUSERS, 94},     {EMSGSIZE, 97},     {EOPNOTSUPP, 122}, {ENOBUFS, 132},   {ETIMEDOUT, 145},
    {EHOSTDOWN, 147}, {ESTALE, 151},      {EUCLEAN, 135},    {EREMOTEIO, 140}, {EDQUOT, 1133},
    {ENOMEDIUM, 159}, {ENOKEY, 161},
};

u32 io_9p_errno_mips(int why)
{
    if (why <= 34) /* ERANGE: as old as Unix, the same everywhere */
        return (u32)why;
    for (unsigned i = 0; i < ARRAY_LEN(io_9p_errno_table); i++)
        if (io_9p_errno_table[i].here == why)
            return io_9p_errno_table[i].mips;
    return EIO;
}
