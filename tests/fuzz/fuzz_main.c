/* SPDX-License-Identifier: ISC */
/*
 * Drives a fuzz target without libFuzzer: every file named, then inputs mutated from them. Says
 * how to repeat a run before it starts; a crash leaves that line as the last one.
 *
 *     fuzz_NAME [-n INPUTS] [-s SEED] [FILE or DIRECTORY...]
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FUZZ_MAX_LEN = 4096,
    FUZZ_MAX_FILES = 64
};

struct fuzz_input {
    uint8_t data[FUZZ_MAX_LEN];
    size_t len;
};

struct fuzz_run {
    struct fuzz_input file[FUZZ_MAX_FILES];
    size_t nfiles;
    uint64_t random;
};

/* xorshift64*: the same numbers everywhere. */
static uint32_t fuzz_random(struct fuzz_run *r, uint32_t below)
{
    r->random ^= r->random >> 12;
    r->random ^= r->random << 25;
    r->random ^= r->random >> 27;
    return (uint32_t)((r->random * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static void fuzz_add_file(struct fuzz_run *r, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || r->nfiles == FUZZ_MAX_FILES) {
        fprintf(stderr, "fuzz: cannot take %s\n", path);
        exit(2);
    }
    struct fuzz_input *in = &r->file[r->nfiles++];
    in->len = fread(in->data, 1, FUZZ_MAX_LEN, f);
    fclose(f);
}

static int fuzz_is_file(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static void fuzz_add(struct fuzz_run *r, const char *path)
{
    struct dirent **entry;
    int n = scandir(path, &entry, fuzz_is_file, alphasort);
    if (n < 0) {
        fuzz_add_file(r, path);
        return;
    }
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry[i]->d_name);
        fuzz_add_file(r, name);
        free(entry[i]);
    }
    free(entry);
}

/* One edit: change, insert, delete or repeat some bytes. */
static void fuzz_mutate(struct fuzz_run *r, struct fuzz_input *in)
{
    static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '\n', '0', '9', '='};
    size_t at = in->len ? fuzz_random(r, (uint32_t)in->len) : 0;
    size_t n = 1 + fuzz_random(r, 8);
    switch (in->len ? fuzz_random(r, 5) : 4) {
    case 0:
        in->data[at] ^= (uint8_t)(1u << fuzz_random(r, 8));
        break;
    case 1:
        in->data[at] = odd[fuzz_random(r, sizeof odd)];
        break;
    case 2: /* delete */
        n = n > in->len - at ? in->len - at : n;
        memmove(in->data + at, in->data + at + n, in->len - at - n);
        in->len -= n;
        break;
    case 3: /* repeat */
        n = n > in->len - at ? in->len - at : n;
        n = n > FUZZ_MAX_LEN - in->len ? FUZZ_MAX_LEN - in->len : n;
        memmove(in->data + at + n, in->data + at, in->len - at);
        in->len += n;
        break;
    default: /* append */
        for (; n && in->len < FUZZ_MAX_LEN; n--)
            in->data[in->len++] = (uint8_t)fuzz_random(r, 256);
    }
}

/* From a heap block of the exact size, so that a sanitizer sees a read past the end. */
static void fuzz_one(const struct fuzz_input *in)
{
    uint8_t *copy = malloc(in->len ? in->len : 1);
    if (!copy)
        abort();
    memcpy(copy, in->data, in->len);
    LLVMFuzzerTestOneInput(copy, in->len);
    free(copy);
}

static void fuzz_go(struct fuzz_run *r, unsigned long inputs)
{
    for (size_t i = 0; i < r->nfiles; i++)
        fuzz_one(&r->file[i]);
    struct fuzz_input in = {.len = 0};
    for (unsigned long i = 0; i < inputs; i++) {
        if (i % 16 == 0) {
            in.len = 0;
            if (r->nfiles)
                in = r->file[fuzz_random(r, (uint32_t)r->nfiles)];
        }
        for (uint32_t edits = 1 + fuzz_random(r, 4); edits; edits--)
            fuzz_mutate(r, &in);
        fuzz_one(&in);
    }
}

int main(int argc, char **argv)
{
    struct fuzz_run *r = calloc(1, sizeof *r);
    if (!r)
        return 2;
    unsigned long inputs = 20000, seed = 1;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-n") && i + 1 < argc)
            inputs = strtoul(argv[++i], NULL, 0);
        else if (!strcmp(argv[i], "-s") && i + 1 < argc)
            seed = strtoul(argv[++i], NULL, 0);
        else
            fuzz_add(r, argv[i]);
    }
    r->random = seed * 0x9e3779b97f4a7c15ull + 1;
    printf("repeat with: %s -n %lu -s %lu\n", argv[0], inputs, seed);
    fflush(stdout);
    fuzz_go(r, inputs);
    free(r);
    return 0;
}
