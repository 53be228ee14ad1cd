/* SPDX-License-Identifier: ISC */
/*
 * Something of every shape of function that compilers make: leaves, deep recursion, large and
 * variable frames, many arguments, early returns, jump tables, calls by pointer, tail calls.
 */
typedef unsigned int u32;

volatile u32 sink;

#define KEEP __attribute__((noinline, noclone))

KEEP u32 leaf(u32 x)
{
    return x * 3 + 1;
}

KEEP u32 leaf_with_locals(u32 x)
{
    volatile u32 v[8];
    for (u32 i = 0; i < 8; i++)
        v[i] = x + i;
    return v[x & 7];
}

KEEP u32 early(u32 x)
{
    if (!x)
        return 7;
    if (x & 1) {
        sink = leaf(x);
        return sink;
    }
    return early(x >> 1) + leaf(x) + early(x >> 2);
}

KEEP u32 recurse(u32 n, u32 *sum)
{
    u32 here = n;
    if (n)
        *sum += recurse(n - 1, &here);
    return here + leaf_with_locals(n);
}

KEEP u32 large(u32 x)
{
    volatile u32 big[20000];
    big[x] = x;
    big[19999] = leaf(x);
    return big[x] + big[19999];
}

KEEP u32 fill(u32 *p, u32 n)
{
    for (u32 i = 0; i < n; i++)
        p[i] = leaf(i);
    return p[n - 1];
}

KEEP u32 variable(u32 n)
{
    u32 *p = __builtin_alloca(n * 4);
    u32 r = fill(p, n);
    if (n > 3)
        r += variable(n / 2);
    return r + p[0];
}

KEEP u32 many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h)
{
    return leaf(a) + leaf(b) + leaf(c) + leaf(d) + leaf(e) + leaf(f) + leaf(g) + leaf(h);
}

KEEP u32 choose(u32 which)
{
    switch (which) {
    case 0:
        return leaf(1);
    case 1:
        sink = early(5);
        return sink;
    case 2:
        return leaf_with_locals(2) + leaf(3);
    case 3:
        return which;
    case 4:
        return many(1, 2, 3, 4, 5, 6, 7, which);
    case 5:
        sink++;
        return leaf(sink);
    default:
        return early(which);
    }
}

KEEP u32 tail(u32 x)
{
    sink = leaf(x);
    return early(x + 1);
}

static u32 (*volatile const table[])(u32) = {leaf, early, large, variable, choose, tail};

int main(void)
{
    u32 sum = 0;
    for (u32 i = 0; i < 6; i++)
        sum += table[i](i + 5);
    for (u32 i = 0; i < 8; i++)
        sum += choose(i);
    sum += recurse(6, &sum);
    sink = sum;
    return 0;
}
