/* SPDX-License-Identifier: ISC */
/*
 * The 9P server on a real directory: what it does there, and that nobody gets out of it.
 */
#include "p9_client.h"

#include "io/io_9p_errno.h"
#include "io/io_9p_host.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* base/outside is a file that must not be reached; base/root is the directory. */
struct place {
    char base[64], root[80];
    struct p9_client c;
};

static void sh(const char *dir, const char *command)
{
    char whole[512];
    snprintf(whole, sizeof whole, "cd '%s' && %s", dir, command);
    assert_int_equal(system(whole), 0);
}

static void serve(struct place *p, bool read_only, bool mips)
{
    struct error e;
    struct io_9p_host_options o = {.path = p->root, .read_only = read_only, .mips = mips};
    if (p->c.server.close)
        p->c.server.close(p->c.server.ctx);
    assert_int_equal(io_9p_host_open(&p->c.server, &o, &e), ERR_OK);
    assert_int_equal(p9_start(&p->c), 0);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->base, "/tmp/kuseg-9p-XXXXXX");
    if (!mkdtemp(p->base))
        return -1;
    snprintf(p->root, sizeof p->root, "%s/root", p->base);
    sh(p->base, "mkdir -p root/sub/deep && printf secret >outside && printf hello >root/file && "
                "printf deep >root/sub/deep/file");
    serve(p, false, false);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    p->c.server.close(p->c.server.ctx);
    sh(p->base, "test \"$(cat outside)\" = secret && test \"$(ls | wc -l)\" = 2");
    sh(p->base, "rm -rf root outside && cd / && rmdir \"$OLDPWD\"");
    free(p);
    return 0;
}

/* ---- words of the client ---- */

static void walk(struct place *p, u32 fid, const char *path)
{
    assert_int_equal(p9_walk(&p->c, 0, fid, path), 0);
}

static void clunk(struct place *p, u32 fid)
{
    assert_int_equal(p9_call(&p->c, clunk, "d", fid), 0);
}

static void open_fid(struct place *p, u32 fid, const char *path, u32 flags)
{
    walk(p, fid, path);
    assert_int_equal(p9_call(&p->c, lopen, "dd", fid, flags), 0);
}

static void assert_reads(struct place *p, u32 fid, const char *text)
{
    assert_int_equal(p9_call(&p->c, read, "dqd", fid, (u64)0, 1000), 0);
    u32 n = buf_get_le32(&p->c.body);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(buf_get(&p->c.body, n), text, n);
}

static u32 write_text(struct place *p, u32 fid, u64 off, const char *text)
{
    return p9_call(&p->c, write, "dqD", fid, off, text, (u32)strlen(text));
}

struct attr {
    u8 qid_type;
    u32 mode, uid, gid;
    u64 qid, links, size, mtime;
};

static struct attr getattr(struct place *p, u32 fid)
{
    struct attr a;
    struct buf_reader *b = &p->c.body;
    assert_int_equal(p9_call(&p->c, getattr, "dq", fid, (u64)0x7ff), 0);
    assert_int_equal(p->c.rlen, 160);
    assert_int_equal(buf_get_le64(b), 0x7ff);
    a.qid_type = buf_get_u8(b);
    (void)buf_get_le32(b);
    a.qid = buf_get_le64(b);
    a.mode = buf_get_le32(b);
    a.uid = buf_get_le32(b);
    a.gid = buf_get_le32(b);
    a.links = buf_get_le64(b);
    (void)buf_get_le64(b);
    a.size = buf_get_le64(b);
    (void)buf_get(b, 32);
    a.mtime = buf_get_le64(b);
    return a;
}

/* valid, mode, uid, gid, size; no times */
static u32 setattr(struct place *p, u32 fid, u32 valid, u32 mode, u32 uid, u64 size)
{
    return p9_call(&p->c, setattr, "dddddqqqqq", fid, valid, mode, uid, uid, size, (u64)0, (u64)0,
                   (u64)0, (u64)0);
}

/* ---- files ---- */

static void files_are_read_and_written(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "sub/deep/file", 2);
    assert_reads(p, 1, "deep");
    assert_int_equal(write_text(p, 1, 2, "pened"), 0);
    assert_int_equal(buf_get_le32(&p->c.body), 5);
    assert_reads(p, 1, "depened");
    assert_int_equal(p9_call(&p->c, fsync, "dd", 1, 0), 0);
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)1 << 40, 10), 0);
    assert_int_equal(buf_get_le32(&p->c.body), 0);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 0), EBADF);
    clunk(p, 1);
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)0, 1), EBADF);
    assert_int_equal(p9_call(&p->c, clunk, "d", 1), EBADF);
    sh(p->root, "test \"$(cat sub/deep/file)\" = depened");
}

static void files_are_created(void **state)
{
    struct place *p = *state;
    mode_t mask = umask(077);
    walk(p, 1, "sub");
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 1, "new", 0102, 0100664, 0), 0);
    umask(mask);
    assert_int_equal(write_text(p, 1, 0, "made"), 0);
    assert_reads(p, 1, "made");
    sh(p->root, "test \"$(stat -c %a sub/new)\" = 664"); /* the guest's own mask counts */
    walk(p, 2, "sub");
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 2, "new", 0302, 0644, 0), EEXIST);
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 2, "new", 01102, 0600, 0), 0);
    assert_reads(p, 2, "");
    sh(p->root, "test \"$(stat -c %a sub/new)\" = 664");
    walk(p, 3, "sub");
    assert_int_equal(p9_call(&p->c, mknod, "dsdddd", 3, "node", 0100600, 0, 0, 0), 0);
    assert_int_equal(p9_call(&p->c, mknod, "dsdddd", 3, "node", 0100600, 0, 0, 0), EEXIST);
    sh(p->root, "test -f sub/node");
}

static void appending_appends(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "file", 02001);
    assert_int_equal(write_text(p, 1, 0, "+"), 0);
    sh(p->root, "test \"$(cat file)\" = hello+");
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)0, 1), EBADF);
}

static void no_device_and_no_setuid_is_made(void **state)
{
    struct place *p = *state;
    static const u32 kinds[] = {0020600, 0060600, 0010600, 0140600, 0120600, 0040600};
    for (unsigned i = 0; i < ARRAY_LEN(kinds); i++)
        assert_int_equal(p9_call(&p->c, mknod, "dsdddd", 0, "node", kinds[i], 1, 3, 0), EPERM);
    assert_int_equal(p9_call(&p->c, mknod, "dsdddd", 0, "plain", 0106755, 0, 0, 0), 0);
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, "dir", 0042775, 0), 0);
    walk(p, 1, "");
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 1, "made", 0102, 0106755, 0), 0);
    walk(p, 2, "file");
    assert_int_equal(setattr(p, 2, 1, 0104755, 0, 0), EPERM);
    assert_int_equal(setattr(p, 2, 1, 0102755, 0, 0), EPERM);
    sh(p->root, "test -z \"$(find . -perm /6000)\" && test ! -e node && test -f plain");
    sh(p->root, "chmod 4755 file");
    assert_int_equal(getattr(p, 2).mode, 0100755);
}

static void attributes(void **state)
{
    struct place *p = *state;
    struct stat st;
    char path[96];
    snprintf(path, sizeof path, "%s/file", p->root);
    walk(p, 1, "file");
    walk(p, 2, "sub");
    assert_int_equal(stat(path, &st), 0);
    struct attr a = getattr(p, 1);
    assert_int_equal(a.size, 5);
    assert_int_equal(a.mode, st.st_mode);
    assert_int_equal(a.qid, st.st_ino);
    assert_int_equal(a.uid, 0);
    assert_int_equal(a.gid, 0);
    assert_int_equal(getattr(p, 2).qid_type, 0x80);
    assert_int_equal(setattr(p, 1, 0x8, 0, 0, 2), 0);
    assert_int_equal(setattr(p, 1, 0x1, 0600, 0, 0), 0);
    assert_int_equal(p9_call(&p->c, setattr, "dddddqqqqq", 1, 0x120, 0, 0, 0, (u64)0, (u64)0,
                             (u64)0, (u64)1000, (u64)5),
                     0);
    a = getattr(p, 1);
    assert_int_equal(a.size, 2);
    assert_int_equal(a.mode, 0100600);
    assert_int_equal(a.mtime, 1000);
    assert_int_equal(setattr(p, 1, 0x6, 0, 0, 0), 0); /* the owner it has */
    assert_int_equal(setattr(p, 1, 0x2, 0, 1000, 0), EPERM);
    assert_int_equal(setattr(p, 1, 0x4, 0, 1000, 0), EPERM);
    assert_int_equal(setattr(p, 2, 0x8, 0, 0, 0), EISDIR);
    assert_int_equal(p9_call(&p->c, statfs, "d", 1), 0);
    assert_int_equal(buf_get_le32(&p->c.body), 0x01021997);
    assert_int_equal(p9_call(&p->c, setattr, "dddddqqqqq", 1, 0x8, 0, 0, 0, ~(u64)0, (u64)0, (u64)0,
                             (u64)0, (u64)0),
                     EINVAL);
}

/* A limit on the size of files stops a write where a full disk would. */
static void a_full_disk_takes_what_it_can(void **state)
{
    struct place *p = *state;
    static const char text[3000];
    struct rlimit old, limit;
    open_fid(p, 1, "file", 2);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 2000, .rlim_max = old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    u32 why = p9_call(&p->c, write, "dqD", 1, (u64)500, text, 3000);
    u32 count = buf_get_le32(&p->c.body);
    u32 then = p9_call(&p->c, write, "dqD", 1, (u64)2000, text, 3000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(why, 0);
    assert_int_equal(count, 1500);
    assert_int_equal(then, EFBIG);
    sh(p->root, "test $(stat -c %s file) = 2000");
}

static void removed_files_stay_open(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "file", 2);
    walk(p, 2, "file");
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "file", 0), 0);
    assert_reads(p, 1, "hello");
    assert_int_equal(getattr(p, 1).size, 5);
    assert_int_equal(getattr(p, 2).size, 5);
    assert_int_equal(setattr(p, 2, 0x39, 0600, 0, 3), 0); /* as ftruncate does, and more */
    assert_int_equal(getattr(p, 1).mode, 0100600);
    assert_reads(p, 1, "hel");
    clunk(p, 1);
    assert_int_equal(p9_call(&p->c, getattr, "dq", 2, (u64)0x7ff), ENOENT);
}

/* ---- directories ---- */

/* Lists a directory in replies of `count` bytes; `seen` gets a letter for each name. */
static unsigned list(struct place *p, u32 fid, u32 count, char *seen, size_t room)
{
    u64 at = 0;
    unsigned n = 0;
    for (;;) {
        assert_int_equal(p9_call(&p->c, readdir, "dqd", fid, at, count), 0);
        struct buf_reader b = p->c.body;
        u32 bytes = buf_get_le32(&b);
        assert_true(bytes <= count);
        if (!bytes)
            return n;
        while (b.p < b.end) {
            (void)buf_get(&b, 13);
            at = buf_get_le64(&b);
            (void)buf_get_u8(&b);
            u16 len = buf_get_le16(&b);
            const u8 *name = buf_get(&b, len);
            assert_non_null(name);
            if (n < room)
                seen[n] = (char)name[0];
            n++;
        }
    }
}

static int compare(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void directories_are_listed(void **state)
{
    struct place *p = *state;
    char seen[32] = "";
    open_fid(p, 1, "", 0200000);
    unsigned n = list(p, 1, 1000, seen, sizeof seen - 1);
    assert_int_equal(n, 4);
    qsort(seen, n, 1, compare);
    assert_string_equal(seen, "..fs");
    assert_int_equal(list(p, 1, 40, seen, sizeof seen), 4);
    assert_int_equal(p9_call(&p->c, readdir, "dqd", 1, (u64)0, 10), EINVAL);
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)0, 10), EISDIR);
    walk(p, 2, "file");
    assert_int_equal(p9_call(&p->c, lopen, "dd", 2, 0200000), ENOTDIR);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 2, 0), 0);
    assert_int_equal(p9_call(&p->c, readdir, "dqd", 2, (u64)0, 100), ENOTDIR);
}

static void large_directories_are_listed_whole(void **state)
{
    struct place *p = *state;
    sh(p->root, "mkdir many && cd many && seq -f 'a-name-of-some-length-%g' 3000 | xargs touch");
    open_fid(p, 1, "many", 0);
    assert_int_equal(list(p, 1, 4096, NULL, 0), 3002);
    assert_int_equal(list(p, 1, 333, NULL, 0), 3002);
    assert_int_equal(list(p, 1, 500000, NULL, 0), 3002);
}

/* What the directory above is, a guest does not learn. */
static void above_the_root_is_nothing(void **state)
{
    struct place *p = *state;
    struct attr root = getattr(p, 0);
    open_fid(p, 1, "", 0);
    assert_int_equal(p9_call(&p->c, readdir, "dqd", 1, (u64)0, 1000), 0);
    unsigned dots = 0;
    (void)buf_get_le32(&p->c.body);
    while (p->c.body.p < p->c.body.end) {
        (void)buf_get(&p->c.body, 5);
        u64 qid = buf_get_le64(&p->c.body);
        (void)buf_get(&p->c.body, 9);
        u16 len = buf_get_le16(&p->c.body);
        if (*buf_get(&p->c.body, len) == '.') {
            assert_int_equal(qid, root.qid);
            dots++;
        }
    }
    assert_int_equal(dots, 2);
    assert_int_equal(p9_walk(&p->c, 0, 2, "../../sub/.."), 0);
    assert_int_equal(getattr(p, 2).qid, root.qid);
}

static void names_change(void **state)
{
    struct place *p = *state;
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, "made", 0755, 0), 0);
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, "made", 0755, 0), EEXIST);
    assert_int_equal(p9_call(&p->c, symlink, "dssd", 0, "link", "/no/where", 0), 0);
    assert_int_equal(buf_get_u8(&p->c.body), 0x02);
    walk(p, 1, "link");
    assert_int_equal(p9_call(&p->c, readlink, "d", 1), 0);
    assert_int_equal(buf_get_le16(&p->c.body), 9);
    assert_memory_equal(buf_get(&p->c.body, 9), "/no/where", 9);
    assert_int_equal(getattr(p, 1).mode & 0170000, 0120000);
    walk(p, 2, "file");
    assert_int_equal(p9_call(&p->c, readlink, "d", 2), EINVAL);
    assert_int_equal(p9_call(&p->c, link, "dds", 0, 2, "second"), 0);
    assert_int_equal(getattr(p, 2).links, 2);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "second", 0x200), ENOTDIR);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "second", 0), 0);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "second", 0), ENOENT);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "sub", 0x200), ENOTEMPTY);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "made", 0x200), 0);
    walk(p, 3, "link");
    assert_int_equal(p9_call(&p->c, remove, "d", 3), 0);
    assert_int_equal(p9_call(&p->c, clunk, "d", 3), EBADF);
    assert_int_equal(p9_call(&p->c, remove, "d", 0), EBUSY);
    assert_int_equal(p9_call(&p->c, clunk, "d", 0), EBADF); /* gone all the same */
}

/* Fids are what they were, under their new names. */
static void fids_follow_renames(void **state)
{
    struct place *p = *state;
    walk(p, 1, "sub");
    walk(p, 2, "sub/deep/file");
    open_fid(p, 3, "sub/deep/file", 0);
    walk(p, 4, "sub/deep");
    sh(p->root, "mkdir subway && touch subway/x");
    walk(p, 5, "subway/x");
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, "sub", 0, "other"), 0);
    assert_int_equal(getattr(p, 2).size, 4);
    assert_int_equal(getattr(p, 5).size, 0); /* only begins alike */
    assert_reads(p, 3, "deep");
    assert_int_equal(p9_call(&p->c, rename, "dds", 4, 0, "up"), 0);
    assert_int_equal(getattr(p, 2).size, 4);
    assert_string_equal(io_9p_fids_path(&p->c.fids, io_9p_fids_find(&p->c.fids, 2)), "up/file");
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, "up", 4, "in"), EINVAL);
    assert_int_equal(p9_call(&p->c, rename, "dds", 0, 1, "root"), EBUSY);
    sh(p->root, "test -f up/file && test -d other");
}

/* ---- confinement ---- */

static void bad_names_are_refused(void **state)
{
    struct place *p = *state;
    static const char *const bad[] = {
        "",      ".",     "..", "/", "a/b", "../outside", "sub/../../outside", "/etc/passwd",
        "file/", "./file"};
    walk(p, 1, "file");
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_not_equal(p9_call(&p->c, mkdir, "dsdd", 0, bad[i], 0755, 0), 0);
        assert_int_not_equal(p9_call(&p->c, symlink, "dssd", 0, bad[i], "x", 0), 0);
        assert_int_not_equal(p9_call(&p->c, mknod, "dsdddd", 0, bad[i], 0644, 0, 0, 0), 0);
        assert_int_not_equal(p9_call(&p->c, lcreate, "dsddd", 0, bad[i], 0102, 0644, 0), 0);
        assert_int_not_equal(p9_call(&p->c, link, "dds", 0, 1, bad[i]), 0);
        assert_int_not_equal(p9_call(&p->c, rename, "dds", 1, 0, bad[i]), 0);
        assert_int_not_equal(p9_call(&p->c, renameat, "dsds", 0, "file", 0, bad[i]), 0);
        assert_int_not_equal(p9_call(&p->c, renameat, "dsds", 0, bad[i], 0, "file"), 0);
        assert_int_not_equal(p9_call(&p->c, unlinkat, "dsd", 0, bad[i], 0), 0);
        assert_int_not_equal(p9_call(&p->c, unlinkat, "dsd", 0, bad[i], 0x200), 0);
        p9_make(&p->c, IO_9P_T_walk, "ddws", 0, 9, 1, bad[i]);
        if (strcmp(bad[i], ".."))
            assert_int_not_equal(p9_send(&p->c), 0);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    name[256] = 0;
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, name, 0755, 0), ENAMETOOLONG);
    name[255] = 0;
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, name, 0755, 0), 0);
    sh(p->root, "rmdir n*");
}

/* Neither links that were there nor such as the guest makes lead anywhere. */
static void links_are_not_followed(void **state)
{
    struct place *p = *state;
    sh(p->root, "ln -s ../outside out && ln -s .. up && ln -s sub in && ln -s /etc etc && "
                "ln -s /proc/self/cwd magic");
    static const char *const links[] = {"out", "up", "in", "etc", "magic"};
    for (unsigned i = 0; i < ARRAY_LEN(links); i++) {
        walk(p, 1, links[i]);
        assert_int_equal(getattr(p, 1).qid_type, 0x02);
        assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 0), ELOOP);
        assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 01001), ELOOP);
        assert_int_equal(setattr(p, 1, 8, 0, 0, 0), ELOOP);
        assert_int_equal(setattr(p, 1, 1, 0777, 0, 0), EOPNOTSUPP);
        assert_int_not_equal(p9_call(&p->c, mkdir, "dsdd", 1, "made", 0755, 0), 0);
        assert_int_not_equal(p9_call(&p->c, unlinkat, "dsd", 1, "outside", 0), 0);
        assert_int_not_equal(p9_call(&p->c, lcreate, "dsddd", 1, "made", 0102, 0644, 0), 0);
        clunk(p, 1);
        walk(p, 1, "");
        assert_int_not_equal(p9_call(&p->c, lcreate, "dsddd", 1, links[i], 01102, 0644, 0), 0);
        clunk(p, 1);
    }
    assert_int_equal(p9_walk(&p->c, 0, 1, "up/outside"), ~0u);
    assert_int_equal(p9_walk(&p->c, 0, 1, "in/deep"), ~0u);
    assert_int_equal(p9_walk(&p->c, 0, 1, "magic/root"), ~0u);
    assert_int_equal(io_9p_fids_find(&p->c.fids, 1), IO_9P_NONE);
}

/* Another on the host, or another machine that shares the directory, swaps what a fid names. */
static void swapped_directories_lead_nowhere(void **state)
{
    struct place *p = *state;
    walk(p, 1, "sub");
    walk(p, 2, "sub/deep");
    walk(p, 3, "sub/deep/file");
    sh(p->root,
       "mv sub aside && mkdir -p ../elsewhere/deep && printf other >../elsewhere/deep/file");
    sh(p->root, "ln -s ../elsewhere sub");
    assert_int_equal(p9_call(&p->c, getattr, "dq", 3, (u64)0x7ff), ELOOP);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 3, 0), ELOOP);
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 1, "made", 0755, 0), ENOTDIR);
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 2, "made", 0755, 0), ELOOP);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 2, "file", 0), ELOOP);
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 2, "file", 0, "stolen"), ELOOP);
    assert_int_equal(p9_call(&p->c, link, "dds", 0, 3, "stolen"), ELOOP);
    assert_int_equal(setattr(p, 3, 1, 0777, 0, 0), ELOOP);
    assert_int_equal(setattr(p, 3, 8, 0, 0, 0), ELOOP);
    assert_int_equal(setattr(p, 3, 0x30, 0, 0, 0), ELOOP);
    sh(p->base, "test \"$(cat elsewhere/deep/file)\" = other && rm -r elsewhere && "
                "test ! -e root/stolen");
}

static void pipes_and_devices_are_not_opened(void **state)
{
    struct place *p = *state;
    sh(p->root, "mkfifo fifo");
    walk(p, 1, "fifo");
    assert_int_equal(getattr(p, 1).mode & 0170000, 0010000);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 0), EACCES);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 1), EACCES);
    walk(p, 2, "");
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 2, "fifo", 0101, 0644, 0), EACCES);
}

static void read_only_changes_nothing(void **state)
{
    struct place *p = *state;
    serve(p, true, false);
    walk(p, 1, "file");
    walk(p, 2, "file");
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 1), EROFS);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 2), EROFS);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 01000), EROFS);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 1, 0), 0);
    assert_reads(p, 1, "hello");
    assert_int_equal(write_text(p, 1, 0, "x"), EROFS);
    assert_int_equal(setattr(p, 2, 8, 0, 0, 0), EROFS);
    assert_int_equal(setattr(p, 2, 1, 0777, 0, 0), EROFS);
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, "x", 0755, 0), EROFS);
    assert_int_equal(p9_call(&p->c, symlink, "dssd", 0, "x", "y", 0), EROFS);
    assert_int_equal(p9_call(&p->c, mknod, "dsdddd", 0, "x", 0644, 0, 0, 0), EROFS);
    assert_int_equal(p9_call(&p->c, lcreate, "dsddd", 0, "x", 0100, 0644, 0), EROFS);
    assert_int_equal(p9_call(&p->c, link, "dds", 0, 2, "x"), EROFS);
    assert_int_equal(p9_call(&p->c, rename, "dds", 2, 0, "x"), EROFS);
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, "file", 0, "x"), EROFS);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "file", 0), EROFS);
    assert_int_equal(p9_call(&p->c, remove, "d", 1), EROFS);
    assert_int_equal(p9_call(&p->c, clunk, "d", 1), EBADF);
    sh(p->root, "test \"$(ls)\" = \"$(printf 'file\\nsub')\" && test \"$(cat file)\" = hello");
}

/* ---- limits ---- */

static void fids_and_files_run_out(void **state)
{
    struct place *p = *state;
    for (u32 i = 1; i < IO_9P_FIDS; i++)
        walk(p, i, "sub/deep");
    assert_int_equal(p9_walk(&p->c, 0, IO_9P_FIDS, "sub"), ENFILE);
    assert_int_equal(p9_call(&p->c, attach, "ddssd", IO_9P_FIDS, ~0u, "", "", 0), ENFILE);
    clunk(p, 5);
    assert_int_equal(p9_walk(&p->c, 0, 1u << 31, "sub"), 0);
    assert_int_equal(p9_walk(&p->c, 0, 1u << 31, "sub"), EBUSY);
    for (u32 i = 10; i < 10 + IO_9P_HOST_OPEN; i++)
        assert_int_equal(p9_call(&p->c, lopen, "dd", i, 0), 0);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 9, 0), EMFILE);
    clunk(p, 10);
    assert_int_equal(p9_call(&p->c, lopen, "dd", 9, 0), 0);
    assert_int_equal(p9_start(&p->c), 0); /* a new session: all is free again */
    for (u32 i = 10; i < 10 + IO_9P_HOST_OPEN; i++)
        open_fid(p, i, "sub", 0);
}

/* 128 KB of paths; those that are not needed any more make room. */
static void paths_run_out(void **state)
{
    struct place *p = *state;
    char name[201], path[2001] = "";
    memset(name, 'x', 200);
    name[200] = 0;
    u32 fid = 1, dir = 0;
    for (unsigned i = 0; i < 9; i++, dir = fid++) {
        assert_int_equal(p9_call(&p->c, mkdir, "dsdd", dir, name, 0755, 0), 0);
        assert_int_equal(p9_walk(&p->c, dir, fid, name), 0);
        snprintf(path + strlen(path), sizeof path - strlen(path), "%s%s", i ? "/" : "", name);
    }
    u32 deep = fid - 1, why = 0;
    while (!(why = p9_walk(&p->c, deep, fid, "")) && fid < IO_9P_FIDS)
        fid++;
    assert_int_equal(why, ENFILE);
    assert_in_range(fid, 50, 100);
    for (u32 i = 20; i < 40; i++)
        clunk(p, i);
    for (u32 i = 20; i < 40; i++)
        assert_int_equal(p9_walk(&p->c, deep, i, ""), 0);
    for (u32 i = 1; i < 10; i++)
        assert_int_equal(getattr(p, i).qid_type, 0x80);
    assert_string_equal(io_9p_fids_path(&p->c.fids, io_9p_fids_find(&p->c.fids, 30)), path);
    /* A longer name above them: some lose their place, the others follow. */
    char longer[251];
    memset(longer, 'y', 250);
    longer[250] = 0;
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, name, 0, longer), 0);
    unsigned left = 0;
    for (u32 i = 1; i < fid; i++) {
        why = p9_call(&p->c, getattr, "dq", i, (u64)0x7ff);
        assert_true(why == 0 || why == EBADF);
        left += !why;
    }
    assert_in_range(left, 50, fid - 2);
    struct error e;
    assert_int_equal(io_9p_fids_check(&p->c.fids, "test", &e), ERR_OK);
}

/* A full table whose paths all change, again and again: each costs little, else this never ends. */
static void renames_cost_little_however_many_fids(void **state)
{
    struct place *p = *state;
    char name[2][62];
    for (unsigned i = 0; i < 2; i++) {
        memset(name[i], i ? 'y' : 'x', 61);
        name[i][61] = 0;
    }
    assert_int_equal(p9_call(&p->c, mkdir, "dsdd", 0, name[0], 0755, 0), 0);
    for (u32 fid = 1; fid < IO_9P_FIDS; fid++)
        assert_int_equal(p9_walk(&p->c, 0, fid, name[0]), 0);
    assert_true(p->c.fids.used > IO_9P_TEXT - 5000);
    for (unsigned i = 0; i < 10000; i++)
        assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, name[i % 2], 0, name[(i + 1) % 2]), 0);
    assert_int_equal(p9_call(&p->c, renameat, "dsds", 0, name[0], 0, name[1]), 0);
    for (u32 fid = 1; fid < IO_9P_FIDS; fid++) {
        u32 slot = io_9p_fids_find(&p->c.fids, fid);
        assert_string_equal(io_9p_fids_path(&p->c.fids, slot), name[1]);
    }
    for (unsigned i = 0; i < 1000; i++) { /* and where one is given up for another */
        clunk(p, 1 + i % 100);
        assert_int_equal(p9_walk(&p->c, 0, 1 + i % 100, name[1]), 0);
    }
    struct error e;
    assert_int_equal(io_9p_fids_check(&p->c.fids, "test", &e), ERR_OK);
}

static void huge_counts_are_cut(void **state)
{
    struct place *p = *state;
    sh(p->root, "head -c 1000000 /dev/zero >big");
    open_fid(p, 1, "big", 0);
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)0, ~0u), 0);
    assert_int_equal(p->c.rlen, IO_9P_MSIZE_MAX);
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, ~(u64)0, 10), EINVAL);
    p->c.max = 100;
    assert_int_equal(p9_call(&p->c, read, "dqd", 1, (u64)0, ~0u), 0);
    assert_int_equal(p->c.rlen, 100);
    for (p->c.max = 1; p->c.max < 160; p->c.max++) {
        u32 why = p9_call(&p->c, getattr, "dq", 1, (u64)0x7ff);
        assert_int_equal(why, p->c.max < 11 ? ~0u : EMSGSIZE);
        (void)p9_call(&p->c, readdir, "dqd", 0, (u64)0, ~0u);
        (void)p9_call(&p->c, statfs, "d", 0);
    }
    p->c.max = 0;
    open_fid(p, 2, "", 0);
    assert_int_equal(p9_call(&p->c, readdir, "dqd", 2, (u64)0, ~0u), 0);
    assert_int_equal(p9_call(&p->c, readdir, "dqd", 2, ~(u64)0, 100), EINVAL);
}

/* A request that claims to bring more than it does changes nothing. */
static void every_truncation_is_noticed(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "file", 2);
    walk(p, 2, "sub");
    for (unsigned kind = 0; kind < 14; kind++) {
        switch (kind) {
        case 0:
            p9_make(&p->c, IO_9P_T_write, "dqD", 1, (u64)0, "changed", 7);
            break;
        case 1:
            p9_make(&p->c, IO_9P_T_mkdir, "dsdd", 0, "made", 0755, 0);
            break;
        case 2:
            p9_make(&p->c, IO_9P_T_symlink, "dssd", 0, "made", "to", 0);
            break;
        case 3:
            p9_make(&p->c, IO_9P_T_mknod, "dsdddd", 0, "made", 0100644, 0, 0, 0);
            break;
        case 4:
            p9_make(&p->c, IO_9P_T_lcreate, "dsddd", 2, "made", 0102, 0644, 0);
            break;
        case 5:
            p9_make(&p->c, IO_9P_T_renameat, "dsds", 0, "file", 0, "made");
            break;
        case 6:
            p9_make(&p->c, IO_9P_T_rename, "dds", 1, 0, "made");
            break;
        case 7:
            p9_make(&p->c, IO_9P_T_unlinkat, "dsd", 0, "file", 0);
            break;
        case 8:
            p9_make(&p->c, IO_9P_T_link, "dds", 0, 1, "made");
            break;
        case 9:
            p9_make(&p->c, IO_9P_T_setattr, "dddddqqqqq", 1, 8, 0, 0, 0, (u64)0, (u64)0, (u64)0,
                    (u64)0, (u64)0);
            break;
        case 10:
            p9_make(&p->c, IO_9P_T_version, "ds", 8192, "9P2000.L");
            break;
        case 11:
            p9_make(&p->c, IO_9P_T_walk, "ddwss", 0, 7, 2, "sub", "deep");
            break;
        case 12:
            p9_make(&p->c, IO_9P_T_remove, "d", 1);
            break;
        default:
            p9_make(&p->c, IO_9P_T_clunk, "d", 1);
            break;
        }
        u32 whole = p->c.len;
        for (u32 len = 0; len < whole; len++) {
            p->c.len = len;
            store_le32(p->c.request, whole); /* promised, but not there */
            assert_int_equal(p9_send(&p->c), EINVAL);
            if (len >= 4)
                store_le32(p->c.request, len); /* whole, but too short */
            assert_int_equal(p9_send(&p->c), EINVAL);
        }
    }
    assert_reads(p, 1, "hello");
    sh(p->root, "test \"$(ls)\" = \"$(printf 'file\\nsub')\" && test -z \"$(find . -name made)\"");
}

static void odd_requests_are_refused(void **state)
{
    struct place *p = *state;
    struct p9_client *c = &p->c;
    p9_make(c, IO_9P_T_mkdir, "dwdddd", 0, 4, 0x62006161, 0755, 0, 0); /* a zero byte in the name */
    assert_int_equal(p9_send(c), EINVAL);
    p9_make(c, IO_9P_T_walk, "ddw", 0, 1, 17);
    assert_int_equal(p9_send(c), EINVAL);
    static const u8 others[] = {0, 6, 7, 9, 10, 30, 32, 102, 106, 112, 114, 124, 126, 255};
    for (unsigned i = 0; i < sizeof others; i++) { /* xattrs, authentication, older dialects */
        p9_make(c, others[i], "dds", 0, 1, "user.x");
        assert_int_equal(p9_send(c), EOPNOTSUPP);
    }
    assert_int_equal(p9_call(c, flush, "w", 1), 0);
    assert_int_equal(p9_call(c, version, "ds", 8192, "9P2000.u"), 0);
    assert_int_equal(buf_get_le32(&c->body), 8192);
    assert_int_equal(buf_get_le16(&c->body), 7);
    assert_int_equal(p9_call(c, attach, "ddssd", 0, ~0u, "", "", 0), EPROTO);
    assert_int_equal(p9_call(c, version, "ds", 100, "9P2000.L"), EINVAL);
    assert_int_equal(p9_call(c, version, "ds", ~0u, "9P2000.L"), 0);
    assert_int_equal(buf_get_le32(&c->body), IO_9P_MSIZE_MAX);
    assert_int_equal(p9_call(c, attach, "ddssd", 0, 5, "", "", 0), EINVAL);
    assert_int_equal(p9_call(c, attach, "ddssd", 0, ~0u, "", "/tmp", 0), ENOENT);
    assert_int_equal(p9_call(c, attach, "ddssd", 0, ~0u, "", "/", 0), 0);
    assert_int_equal(p9_call(c, attach, "ddssd", 0, ~0u, "", "/", 0), EBUSY);
}

/* ---- locks ---- */

static u32 lock(struct place *p, u32 fid, u8 type, u64 start, u64 length)
{
    u32 why = p9_call(&p->c, lock, "dbdqqds", fid, type, 0, start, length, 1, "guest");
    assert_int_equal(why, 0);
    return buf_get_u8(&p->c.body);
}

static u32 lock_error(struct place *p, u32 fid, u8 how, u64 start, u64 len)
{
    return p9_call(&p->c, lock, "dbdqqds", fid, how, 0, start, len, 1, "guest");
}

static void locks_hold(void **state)
{
    struct place *p = *state;
    char path[96];
    snprintf(path, sizeof path, "%s/file", p->root);
    int other = open(path, O_RDWR);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    assert_int_equal(fcntl(other, F_OFD_SETLK, &l), 0);
    open_fid(p, 1, "file", 2);
    open_fid(p, 2, "file", 0);
    assert_int_equal(lock(p, 1, 1, 0, 0), 1);
    assert_int_equal(lock(p, 1, 1, 0, 10), 0);
    assert_int_equal(p9_call(&p->c, getlock, "dbqqds", 1, 1, (u64)0, (u64)0, 1, "guest"), 0);
    assert_int_equal(buf_get_u8(&p->c.body), 1);
    assert_int_equal(buf_get_le64(&p->c.body), 10);
    assert_int_equal(buf_get_le64(&p->c.body), 5);
    l.l_start = 0;
    assert_int_equal(fcntl(other, F_OFD_SETLK, &l), -1); /* others see the guest's */
    assert_int_equal(lock(p, 1, 2, 0, 10), 0);
    assert_int_equal(fcntl(other, F_OFD_SETLK, &l), 0);
    close(other);
    assert_int_equal(lock(p, 2, 1, 0, 0), 0); /* among the guest's own: its kernel sees to it */
    assert_int_equal(p9_call(&p->c, lock, "dbdqqds", 1, 3, 0, (u64)0, (u64)0, 1, ""), EINVAL);
    clunk(p, 1);
}

/* Each costs the host memory. Neighbours are one, and holes make two. */
static void locks_run_out(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "file", 2);
    open_fid(p, 2, "sub/deep/file", 2);
    for (u32 i = 0; i < 3 * IO_9P_HOST_LOCKS; i++)
        assert_int_equal(lock(p, 1, 1, i, 1), 0);
    assert_int_equal(lock(p, 1, 2, 0, 0), 0); /* none of them is left */
    for (u32 i = 0; i < IO_9P_HOST_LOCKS; i++)
        assert_int_equal(lock(p, 1 + i % 2, i % 3 ? 1 : 0, 10 * (u64)i, 3), 0);
    assert_int_equal(lock_error(p, 1, 1, 1000000, 5), ENOLCK);
    assert_int_equal(lock_error(p, 2, 0, 1000000, 5), ENOLCK);
    assert_int_equal(lock_error(p, 1, 2, 1, 1), ENOLCK); /* in the middle of one */
    assert_int_equal(lock(p, 1, 2, 0, 3), 0);
    assert_int_equal(lock(p, 1, 1, 1000000, 5), 0);
    assert_int_equal(lock_error(p, 1, 1, 2000000, 5), ENOLCK);
    clunk(p, 2); /* half of them */
    for (u32 i = 0; i < IO_9P_HOST_LOCKS / 2; i++)
        assert_int_equal(lock(p, 1, 1, 2000000 + 10 * (u64)i, 5), 0);
    assert_int_equal(lock_error(p, 1, 1, 0, 5), ENOLCK);
    clunk(p, 1);
    open_fid(p, 1, "file", 2);
    assert_int_equal(lock(p, 1, 1, 0, 0), 0);
    for (u32 i = 0; i < IO_9P_HOST_LOCKS - 1; i++) /* holes */
        assert_int_equal(lock(p, 1, 2, 1 + 2 * (u64)i, 1), 0);
    assert_int_equal(lock_error(p, 1, 2, 1000000, 1), ENOLCK);
    assert_int_equal(lock(p, 1, 2, 0, 0), 0);
    assert_int_equal(lock(p, 1, 1, 0, 5), 0);
}

/* ---- moving, and error numbers ---- */

/* On another machine there are the same fids and no descriptors. */
static void open_files_move(void **state)
{
    struct place *p = *state;
    open_fid(p, 1, "file", 2);
    open_fid(p, 2, "sub", 0);
    open_fid(p, 3, "sub/deep/file", 0);
    walk(p, 4, "sub");
    struct error e;
    assert_int_equal(io_9p_fids_check(&p->c.fids, "test", &e), ERR_OK);
    struct io_9p_host_options o = {.path = p->root};
    p->c.server.close(p->c.server.ctx);
    assert_int_equal(io_9p_host_open(&p->c.server, &o, &e), ERR_OK);
    sh(p->root, "rm sub/deep/file");
    assert_reads(p, 1, "hello");
    assert_int_equal(write_text(p, 1, 0, "moved"), 0);
    assert_reads(p, 1, "moved");
    assert_int_equal(list(p, 2, 1000, NULL, 0), 3);
    assert_int_equal(getattr(p, 4).qid_type, 0x80);
    assert_int_equal(p9_call(&p->c, read, "dqd", 3, (u64)0, 10), ESTALE);
}

static void impossible_fids_are_not_loaded(void **state)
{
    struct place *p = *state;
    struct error e;
    walk(p, 1, "sub");
    walk(p, 2, "sub/deep");
    struct io_9p_fids *good = malloc(sizeof *good), *f = &p->c.fids;
    *good = *f;
    f->length[1] = 2;
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->path[1] = f->path[2];
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->path[1] = ~0u;
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->used = ~0u;
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->used = f->path[2] + 2;
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->msize = ~0u;
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    *f = *good, f->msize = 10; /* shorter than a reply's beginning */
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_FORMAT);
    static const char *const out[] = {"../", "/..", "a/b", "./.", "///"};
    for (unsigned i = 0; i < ARRAY_LEN(out); i++) {
        *f = *good;
        memcpy(f->text + f->path[1], out[i], 3);
        assert_int_equal(io_9p_fids_check(f, "test", &e), i == 2 ? ERR_OK : ERR_FORMAT);
    }
    *f = *good, f->open[1] = 0; /* a free slot may hold anything */
    assert_int_equal(io_9p_fids_check(f, "test", &e), ERR_OK);
    free(good);
}

/* A path from a stream may say anything; the host resolves it below the root or not at all. */
static void loaded_paths_do_not_lead_out(void **state)
{
    struct place *p = *state;
    walk(p, 1, "sub/deep");
    u32 slot = io_9p_fids_find(&p->c.fids, 1);
    memcpy(p->c.fids.text + p->c.fids.path[slot], "../../..", 8);
    assert_int_equal(p9_call(&p->c, getattr, "dq", 1, (u64)0x7ff), EXDEV);
    memcpy(p->c.fids.text + p->c.fids.path[slot], "/etc/x/.", 8);
    assert_int_equal(p9_call(&p->c, getattr, "dq", 1, (u64)0x7ff), EXDEV);
}

static void errors_have_the_guests_numbers(void **state)
{
    struct place *p = *state;
    serve(p, false, true);
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "sub", 0x200), 93);  /* ENOTEMPTY */
    assert_int_equal(p9_call(&p->c, unlinkat, "dsd", 0, "none", 0), ENOENT); /* 2 */
    p9_make(&p->c, 30, "dds", 0, 1, "user.x");
    assert_int_equal(p9_send(&p->c), 122); /* EOPNOTSUPP */
    assert_int_equal(io_9p_errno_mips(EDQUOT), 1133);
    assert_int_equal(io_9p_errno_mips(ENAMETOOLONG), 78);
    assert_int_equal(io_9p_errno_mips(ELOOP), 90);
    assert_int_equal(io_9p_errno_mips(ERANGE), 34);
    assert_int_equal(io_9p_errno_mips(ENOTBLK), 15);
    assert_int_equal(io_9p_errno_mips(9999), EIO);
}

static void bad_roots(void **state)
{
    struct place *p = *state;
    struct io_9p s;
    struct error e = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/outside", p->base);
    assert_int_equal(io_9p_host_open(&s, &(struct io_9p_host_options){.path = path}, &e), ERR_IO);
    assert_non_null(strstr(e.msg, path));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_are_read_and_written),
        CASE(files_are_created),
        CASE(appending_appends),
        CASE(no_device_and_no_setuid_is_made),
        CASE(attributes),
        CASE(removed_files_stay_open),
        CASE(directories_are_listed),
        CASE(large_directories_are_listed_whole),
        CASE(above_the_root_is_nothing),
        CASE(names_change),
        CASE(fids_follow_renames),
        CASE(bad_names_are_refused),
        CASE(links_are_not_followed),
        CASE(swapped_directories_lead_nowhere),
        CASE(pipes_and_devices_are_not_opened),
        CASE(read_only_changes_nothing),
        CASE(fids_and_files_run_out),
        CASE(paths_run_out),
        CASE(renames_cost_little_however_many_fids),
        CASE(huge_counts_are_cut),
        CASE(every_truncation_is_noticed),
        CASE(odd_requests_are_refused),
        CASE(locks_hold),
        CASE(locks_run_out),
        CASE(a_full_disk_takes_what_it_can),
        CASE(open_files_move),
        CASE(impossible_fids_are_not_loaded),
        CASE(loaded_paths_do_not_lead_out),
        CASE(errors_have_the_guests_numbers),
        CASE(bad_roots),
    };
    return cmocka_run_group_tests_name("io_9p", tests, NULL, NULL);
}
