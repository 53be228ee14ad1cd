/* SPDX-License-Identifier: ISC */
/* check int|float|fork: computes, compares with values known from elsewhere (the manuals of the
 * algorithms, or exact arithmetic), says "check NAME: ok", or what differs and ends with 1. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct check {
    const char *name;
    int failed;
};

static void check_u64(struct check *c, const char *what, uint64_t found, uint64_t expected)
{
    if (found == expected)
        return;
    printf("check %s: %s is %016llx, not %016llx\n", c->name, what, (unsigned long long)found,
           (unsigned long long)expected);
    c->failed = 1;
}

static void check_double(struct check *c, const char *what, double found, double expected)
{
    uint64_t a, b;

    memcpy(&a, &found, sizeof(a));
    memcpy(&b, &expected, sizeof(b));
    check_u64(c, what, a, b);
}

/* ---- integers ---- */

static uint32_t check_crc32(const char *text)
{
    uint32_t crc = 0xffffffff;

    for (; *text; text++) {
        crc ^= (unsigned char)*text;
        for (int n = 0; n < 8; n++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static unsigned check_primes_below(unsigned limit)
{
    unsigned char *composite = calloc(limit, 1);
    unsigned count = 0;

    for (unsigned n = 2; composite && n < limit; n++) {
        if (composite[n])
            continue;
        count++;
        for (unsigned m = 2 * n; m < limit; m += n)
            composite[m] = 1;
    }
    free(composite);
    return count;
}

static uint64_t check_power(uint64_t base, unsigned exponent, uint64_t modulus)
{
    uint64_t result = 1;

    for (; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = result * base % modulus;
        base = base * base % modulus;
    }
    return result;
}

static void check_int(struct check *c)
{
    volatile uint64_t big = 0xfedcba9876543210;
    volatile int64_t negative = -1000000000000000003;

    check_u64(c, "the CRC of 123456789", check_crc32("123456789"), 0xcbf43926);
    check_u64(c, "the number of primes below 1000000", check_primes_below(1000000), 78498);
    /* Fermat: a^(p-1) = 1 */
    check_u64(c, "7^4294967290 mod 4294967291", check_power(7, 4294967290u, 4294967291), 1);
    check_u64(c, "a 64-bit quotient", big / 0x123456789, 0xe0000000);
    check_u64(c, "a negative quotient", (uint64_t)(negative / 1000), (uint64_t)-1000000000000000);
    check_u64(c, "a negative rest", (uint64_t)(negative % 1000), (uint64_t)-3);
}

/* ---- floating point ---- */

static double check_series(int terms)
{
    double sum = 0;

    for (int n = terms; n >= 0; n--)
        sum += (n & 1 ? -4.0 : 4.0) / (2 * n + 1);
    return sum;
}

static void check_float(struct check *c)
{
    volatile double two = 2, tenth = 0.1, third = 3, tiny = 0x1p-1074;
    volatile float f = 16777217;
    volatile uint64_t odd = 0x20000000000001;
    double pi = check_series(1000000);

    check_double(c, "the root of 2", sqrt(two), 0x1.6a09e667f3bcdp+0);
    check_double(c, "a tenth three times", tenth + tenth + tenth, 0x1.3333333333334p-2);
    check_double(c, "a third", 1 / third, 0x1.5555555555555p-2);
    check_double(c, "half the least number", tiny / 2, 0);
    check_double(c, "2^24 + 1 as a float", f, 16777216);
    check_double(c, "2^53 + 1 as a double", (double)odd, 0x1p53);
    check_u64(c, "4 - 1e-7 truncated", (uint64_t)(4 - 1e-7), 3);
    check_double(c, "exp of 1", exp(1), 0x1.5bf0a8b145769p+1);
    check_double(c, "the logarithm of 10", log(10), 0x1.26bb1bbb55516p+1);
    if (!(fabs(pi - M_PI) < 1.1e-6)) {
        printf("check float: pi is %.17g\n", pi);
        c->failed = 1;
    }
}

/* ---- processes ---- */

/* So many processes at a time; each runs this program again, which ends with the status it is told.
 */
static void check_fork(struct check *c)
{
    enum {
        COUNT = 20
    };
    int status, sum = 0;

    for (int n = 1; n <= COUNT; n++) {
        char text[12];
        pid_t pid = fork();

        snprintf(text, sizeof(text), "%d", n);
        if (pid == 0) {
            execl("/proc/self/exe", "check", "exit", text, (char *)NULL);
            _exit(127);
        }
        if (pid < 0)
            perror("fork");
    }
    while (wait(&status) > 0)
        sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
    check_u64(c, "the sum of the children's statuses", (uint64_t)sum, COUNT * (COUNT + 1) / 2);
}

int main(int count, char **words)
{
    struct check c = {.name = count > 1 ? words[1] : ""};

    if (!strcmp(c.name, "exit") && count == 3)
        return atoi(words[2]);
    if (!strcmp(c.name, "int")) {
        check_int(&c);
    } else if (!strcmp(c.name, "float")) {
        check_float(&c);
    } else if (!strcmp(c.name, "fork")) {
        check_fork(&c);
    } else {
        fputs("usage: check int|float|fork\n", stderr);
        return 2;
    }
    if (!c.failed)
        printf("check %s: ok\n", c.name);
    return c.failed;
}
