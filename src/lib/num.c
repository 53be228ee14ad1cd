/* SPDX-License-Identifier: ISC */
#include "lib/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct num_unit {
    const char *suffix;
    u64 factor;
};

static const struct num_unit num_sizes[] = {
    {"", 1},       {"b", 1},      {"s", 512},         {"k", KIB(1)},      {"K", KIB(1)},
    {"m", MIB(1)}, {"M", MIB(1)}, {"g", KIB(MIB(1))}, {"G", KIB(MIB(1))},
};

static const struct num_unit num_times[] = {
    {"", 1000000000}, {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
};

/* Digits at the front; *rest is what follows. strtoull alone would take "-1" and " 1". */
static bool num_digits(const char *s, u64 *out, const char **rest)
{
    if (*s < '0' || *s > '9')
        return false;
    char *end;
    errno = 0;
    *out = strtoull(s, &end, 0);
    *rest = end;
    return errno == 0;
}

static enum err num_check_range(const char *s, u64 v, u64 min, u64 max, struct error *e)
{
    if (v >= min && v <= max)
        return ERR_OK;
    return err_set(e, ERR_LIMIT, "'%s' is out of range (%llu to %llu)", s, (unsigned long long)min,
                   (unsigned long long)max);
}

enum err num_parse(const char *s, u64 min, u64 max, u64 *out, struct error *e)
{
    const char *rest;
    u64 v;
    if (!num_digits(s, &v, &rest) || *rest)
        return err_set(e, ERR_USAGE, "'%s' is not a number", s);
    enum err err = num_check_range(s, v, min, max, e);
    if (err == ERR_OK)
        *out = v;
    return err;
}

static const struct num_unit *num_find_unit(const struct num_unit *u, size_t n, const char *suffix)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(u[i].suffix, suffix))
            return &u[i];
    }
    return NULL;
}

bool num_size_unit(const char *suffix, u64 *factor)
{
    const struct num_unit *u = num_find_unit(num_sizes, ARRAY_LEN(num_sizes), suffix);
    if (u)
        *factor = u->factor;
    return u;
}

/* False: no number, an unknown unit, or past 64 bits. */
static bool num_scaled(const char *s, const struct num_unit *units, size_t n, u64 *out)
{
    const char *rest;
    u64 v;
    if (!num_digits(s, &v, &rest))
        return false;
    const struct num_unit *u = num_find_unit(units, n, rest);
    return u && !__builtin_mul_overflow(v, u->factor, out);
}

enum err num_parse_size(const char *s, u64 min, u64 max, u64 *out, struct error *e)
{
    u64 v;
    if (!num_scaled(s, num_sizes, ARRAY_LEN(num_sizes), &v))
        return err_set(e, ERR_USAGE, "'%s' is not a size (write for example 512K, 16M)", s);
    if (v < min || v > max) {
        char lo[NUM_SIZE_LEN], hi[NUM_SIZE_LEN];
        return err_set(e, ERR_LIMIT, "'%s' is out of range (%s to %s)", s, num_format_size(lo, min),
                       num_format_size(hi, max));
    }
    *out = v;
    return ERR_OK;
}

enum err num_parse_time(const char *s, u64 min, u64 max, u64 *out, struct error *e)
{
    u64 v;
    if (!num_scaled(s, num_times, ARRAY_LEN(num_times), &v))
        return err_set(e, ERR_USAGE, "'%s' is not a time (write for example 250ms, 3s)", s);
    if (v < min || v > max)
        return err_set(e, ERR_LIMIT, "'%s' is out of range (%llu to %llu ns)", s,
                       (unsigned long long)min, (unsigned long long)max);
    *out = v;
    return ERR_OK;
}

char *num_format_size(char buf[NUM_SIZE_LEN], u64 bytes)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB"};
    unsigned i = 0;
    while (i + 1 < ARRAY_LEN(units) && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        i++;
    }
    snprintf(buf, NUM_SIZE_LEN, "%llu %s", (unsigned long long)bytes, units[i]);
    return buf;
}
