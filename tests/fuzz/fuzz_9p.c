/* SPDX-License-Identifier: ISC */
/*
 * Requests to the 9P server of a real directory. The input is a list of them: a byte for the type,
 * a byte of length, the fields; of every other one the parts that must be right to get anywhere
 * are. Whatever is asked, nothing beside the directory changes, and the fids stay possible.
 */
#include "fuzz.h"

#include "io/io_9p_host.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "p9_client.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The guest may have taken every permission away. */
static int let_in(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)where;
    return S_ISDIR(st->st_mode) && type != FTW_SL ? chmod(path, 0700) : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    BUG_ON(!f || fputs(text, f) < 0 || fclose(f));
}

/* /base/outside is watched; /base/root is served, with things to trip over. */
static void make_place(const char *base)
{
    char path[96];
    snprintf(path, sizeof path, "%s/outside", base);
    put_file(path, "secret");
    snprintf(path, sizeof path, "%s/root", base);
    BUG_ON(mkdir(path, 0755));
    snprintf(path, sizeof path, "%s/root/d", base);
    BUG_ON(mkdir(path, 0755));
    snprintf(path, sizeof path, "%s/root/f", base);
    put_file(path, "hello");
    snprintf(path, sizeof path, "%s/root/l", base);
    BUG_ON(symlink("../outside", path));
    snprintf(path, sizeof path, "%s/root/u", base);
    BUG_ON(symlink("..", path));
}

static void check_outside(const char *base)
{
    char path[96], text[16] = "";
    struct stat st;
    snprintf(path, sizeof path, "%s/outside", base);
    FILE *f = fopen(path, "r");
    BUG_ON(!f || !fgets(text, sizeof text, f) || strcmp(text, "secret"));
    fclose(f);
    BUG_ON(stat(base, &st) || st.st_nlink != 3); /* ".", its name, root */
}

/* Names of one letter meet again. */
static void make_right(u8 *m, u32 len, u8 what)
{
    static const char letters[] = "dflunmx.";
    if (len >= 11)
        store_le32(m + 7, what & 7);
    if (len >= 14 && what & 8) {
        store_le16(m + 11, 1);
        m[13] = (u8)letters[what >> 4 & 7];
    }
    if (m[4] == IO_9P_T_walk && len >= 20) {
        store_le32(m + 11, what >> 4);
        store_le16(m + 15, 1);
        store_le16(m + 17, 1);
        m[19] = (u8)letters[m[19] & 7];
    }
}

static const u8 types[] = {
#define P9(number, name, fields, changes, room) number,
#include "io/io_9p.def"
#undef P9
};

static void run(struct p9_client *c, const uint8_t *data, size_t len)
{
    while (len > 3) {
        size_t n = data[2], have = n < len - 3 ? n : len - 3;
        memset(c->request, 0, 7 + 256);
        c->request[4] = data[0] & 0x80 ? data[0] : types[data[0] % sizeof types];
        memcpy(c->request + 7, data + 3, have);
        c->len = 7 + (u32)n;
        store_le32(c->request, c->len);
        c->max = data[1] == 255 ? data[0] % 64 : 8192;
        if (data[1] & 1)
            make_right(c->request, c->len, data[1] >> 1);
        (void)p9_send(c);
        data += 3 + have;
        len -= 3 + have;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct p9_client client; /* large */
    /* Memory, where there is such a place: each input makes and removes a tree. */
    char fast[] = "/dev/shm/kuseg-fuzz-XXXXXX", slow[] = "/tmp/kuseg-fuzz-XXXXXX", root[64];
    struct error e;
    const char *base = mkdtemp(fast);
    if (!base)
        base = mkdtemp(slow);
    BUG_ON(!base);
    make_place(base);
    snprintf(root, sizeof root, "%s/root", base);
    struct io_9p_host_options o = {.path = root, .read_only = len && data[0] == 0xff};
    memset(&client.fids, 0, sizeof client.fids);
    client.max = 0;
    BUG_ON(io_9p_host_open(&client.server, &o, &e) || p9_start(&client));
    run(&client, data, len);
    BUG_ON(io_9p_fids_check(&client.fids, "fuzz", &e));
    check_outside(base);
    client.server.close(client.server.ctx);
    BUG_ON(nftw(base, let_in, 8, FTW_PHYS) || nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS));
    return 0;
}
