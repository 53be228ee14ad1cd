/* SPDX-License-Identifier: ISC */
/*
 * Directories: the host's and the one in memory give the same answers, and nobody gets out of the
 * host's.
 */
#include "rig_cmocka.h"

#include "host/host_dir.h"
#include "host/host_file.h"
#include "io/io_dir_host.h"
#include "io/io_dir_mem.h"
#include "io/io_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* base/outside is a file that must not be reached; base/root is the directory. */
struct place {
    char base[64], root[80];
    struct io_dir dir;
};

/* Runs a shell command in the place. */
static void sh(const char *dir, const char *command)
{
    char whole[512];
    snprintf(whole, sizeof whole, "cd '%s' && %s", dir, command);
    assert_int_equal(system(whole), 0);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    struct error e;
    strcpy(p->base, "/tmp/kuseg-dir-XXXXXX");
    if (!p || !mkdtemp(p->base))
        return -1;
    snprintf(p->root, sizeof p->root, "%s/root", p->base);
    sh(p->base, "mkdir -p root/sub/deep && echo secret >outside && echo hello >root/file && "
                "echo deep >root/sub/deep/file");
    if (io_dir_host_open(p->root, &p->dir, &e))
        return -1;
    *state = p;
    return 0;
}

static int setup_mem(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    io_dir_mem_open(100000, &p->dir);
    io_dir_mem_add(&p->dir, "file", "hello\n", 6);
    io_dir_mem_add(&p->dir, "sub", NULL, 0);
    io_dir_mem_add(&p->dir, "sub/deep", NULL, 0);
    io_dir_mem_add(&p->dir, "sub/deep/file", "deep\n", 5);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    p->dir.free(p->dir.ctx);
    if (p->base[0])
        sh(p->base, "rm -rf root outside && cd / && rmdir \"$OLDPWD\"");
    free(p);
    return 0;
}

static enum io_status try_open(struct place *p, u32 dir, const char *name, enum io_open how,
                               u32 *handle)
{
    bool is_dir;
    return p->dir.open(p->dir.ctx, dir, name, how, handle, &is_dir);
}

static u32 must_open(struct place *p, u32 dir, const char *name, enum io_open how, bool is_dir)
{
    u32 handle = ~0u;
    bool dir_found = !is_dir;
    assert_int_equal(p->dir.open(p->dir.ctx, dir, name, how, &handle, &dir_found), IO_OK);
    assert_int_equal(dir_found, is_dir);
    return handle;
}

static void refused(struct place *p, const char *name, enum io_status s)
{
    u32 handle;
    assert_int_equal(try_open(p, 0, name, IO_OPEN, &handle), s);
}

static void assert_contents(struct place *p, u32 handle, const char *text)
{
    char buf[100];
    u32 n = ~0u;
    assert_int_equal(p->dir.read(p->dir.ctx, handle, 0, buf, sizeof buf, &n), IO_OK);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(buf, text, n);
}

static void files(void **state)
{
    struct place *p = *state;
    u32 n = 0, f = must_open(p, 0, "file", IO_OPEN, false);
    u64 size = 0;
    assert_contents(p, f, "hello\n");
    assert_int_equal(p->dir.size(p->dir.ctx, f, &size), IO_OK);
    assert_int_equal(size, 6);
    assert_int_equal(p->dir.write(p->dir.ctx, f, 4, "y you", 5, &n), IO_OK);
    assert_int_equal(n, 5);
    assert_contents(p, f, "helly you");
    assert_int_equal(p->dir.truncate(p->dir.ctx, f, 4), IO_OK);
    assert_contents(p, f, "hell");
    assert_int_equal(p->dir.read(p->dir.ctx, f, 1ull << 40, &n, 4, &n), IO_OK);
    assert_int_equal(n, 0);
    assert_int_equal(p->dir.close(p->dir.ctx, f), IO_OK);
    assert_int_equal(p->dir.close(p->dir.ctx, f), IO_BAD_HANDLE);
    assert_int_equal(p->dir.size(p->dir.ctx, f, &size), IO_BAD_HANDLE);
    assert_int_equal(p->dir.size(p->dir.ctx, ~0u, &size), IO_BAD_HANDLE);
}

static void opening(void **state)
{
    struct place *p = *state;
    u32 h, sub = must_open(p, 0, "sub", IO_OPEN, true);
    u32 f = must_open(p, sub, "deep/file", IO_OPEN, false);
    assert_contents(p, f, "deep\n");
    assert_int_equal(must_open(p, 0, "sub/deep/file", IO_OPEN, false), f);
    assert_int_equal(must_open(p, 0, "sub//deep/./../deep/file", IO_CREATE, false), f);
    assert_int_equal(must_open(p, sub, "..", IO_OPEN, true), 0);
    assert_int_equal(try_open(p, 0, "none", IO_OPEN, &h), IO_NOT_FOUND);
    assert_int_equal(try_open(p, 0, "none/x", IO_CREATE, &h), IO_NOT_FOUND);
    assert_int_equal(try_open(p, 0, "file", IO_CREATE_NEW, &h), IO_EXISTS);
    assert_int_equal(try_open(p, 0, "sub", IO_CREATE_NEW, &h), IO_EXISTS);
    assert_int_equal(try_open(p, 0, "sub", IO_CREATE, &h), IO_IS_DIR);
    assert_int_equal(try_open(p, f, "x", IO_OPEN, &h), IO_NOT_DIR);
    assert_int_equal(try_open(p, 99, "x", IO_OPEN, &h), IO_BAD_HANDLE);
    h = must_open(p, sub, "new", IO_CREATE_NEW, false);
    assert_contents(p, h, "");
    assert_int_equal(must_open(p, 0, "sub/new", IO_OPEN, false), h);
    assert_int_equal(p->dir.close(p->dir.ctx, 0), IO_BAD_HANDLE);
}

static bool listed(struct place *p, u32 dir, const char *name)
{
    char buf[32];
    u32 n, pos = 0, found = 0, count = 0;
    while (p->dir.readdir(p->dir.ctx, dir, &pos, buf, sizeof buf, &n) == IO_OK && n) {
        assert_int_equal(pos, ++count);
        found += n == strlen(name) && !memcmp(buf, name, n);
    }
    assert_true(found <= 1);
    return found;
}

static void listing(void **state)
{
    struct place *p = *state;
    char buf[8];
    u32 pos = 0, n = 0, f = must_open(p, 0, "file", IO_OPEN, false);
    static const char *const names[] = {".", "..", "file", "sub"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(p->dir.readdir(p->dir.ctx, 0, &pos, buf, sizeof buf, &n), IO_OK);
        assert_int_equal(n, strlen(names[i]));
        assert_memory_equal(buf, names[i], n);
        assert_true(listed(p, 0, names[i])); /* does not disturb */
    }
    assert_int_equal(p->dir.readdir(p->dir.ctx, 0, &pos, buf, sizeof buf, &n), IO_OK);
    assert_int_equal(n, 0);
    assert_int_equal(pos, 4);
    pos = 2;
    assert_int_equal(p->dir.readdir(p->dir.ctx, 0, &pos, buf, 2, &n), IO_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(buf, "fi", 2);
    pos = 0xffffffff;
    assert_int_equal(p->dir.readdir(p->dir.ctx, 0, &pos, buf, 2, &n), IO_OK);
    assert_int_equal(n, 0);
    assert_int_equal(p->dir.readdir(p->dir.ctx, f, &pos, buf, 2, &n), IO_NOT_DIR);
    assert_false(listed(p, 0, "later"));
    must_open(p, 0, "later", IO_CREATE, false);
    assert_true(listed(p, 0, "later"));
}

static void on_directories(void **state)
{
    struct place *p = *state;
    u32 n;
    assert_int_equal(p->dir.read(p->dir.ctx, 0, 0, &n, 4, &n), IO_IS_DIR);
    assert_int_equal(p->dir.write(p->dir.ctx, 0, 0, &n, 4, &n), IO_IS_DIR);
    assert_int_equal(p->dir.truncate(p->dir.ctx, 0, 0), IO_IS_DIR);
}

static void names_that_escape(void **state)
{
    struct place *p = *state;
    u32 h, sub = must_open(p, 0, "sub", IO_OPEN, true);
    static const char *const bad[] = {
        "..", "../outside", "sub/../../outside", "/etc/passwd", "/", "./../root/file", "//file"};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        for (enum io_open how = IO_OPEN; how <= IO_CREATE_NEW; how++)
            assert_int_equal(try_open(p, 0, bad[i], how, &h), IO_NOT_FOUND);
    assert_int_equal(try_open(p, sub, "../../outside", IO_OPEN, &h), IO_NOT_FOUND);
}

/* From here on: the host's only. */

static void links(void **state)
{
    struct place *p = *state;
    u32 h;
    sh(p->base,
       "cd root && ln -s file inside && ln -s ../outside out && ln -s sub/deep short && "
       "ln -s ../file sub/up && ln -s / rootlink && ln -s .. parent && ln -s loop loop && "
       "ln -s nowhere dangling && ln -s ../newfile outnew && ln -s /proc/self/root magic && "
       "ln -s /tmp/../../../etc abs");
    u32 f = must_open(p, 0, "inside", IO_OPEN, false);
    assert_contents(p, f, "hello\n");
    u32 sub = must_open(p, 0, "sub", IO_OPEN, true);
    assert_int_equal(must_open(p, sub, "up", IO_OPEN, false), f); /* out of sub, not of the root */
    assert_contents(p, must_open(p, 0, "short/file", IO_OPEN, false), "deep\n");
    static const char *const out[] = {"out",
                                      "parent",
                                      "parent/outside",
                                      "loop",
                                      "magic",
                                      "rootlink",
                                      "rootlink/etc",
                                      "abs/passwd",
                                      "parent/root/file",
                                      "magic/etc/passwd"};
    for (unsigned i = 0; i < ARRAY_LEN(out); i++)
        refused(p, out[i], IO_NOT_FOUND);
    refused(p, "dangling", IO_NOT_FOUND);
    assert_int_equal(try_open(p, 0, "dangling", IO_CREATE, &h), IO_NOT_FOUND);
    assert_int_equal(try_open(p, 0, "outnew", IO_CREATE, &h), IO_NOT_FOUND);
    assert_int_equal(try_open(p, 0, "parent/made", IO_CREATE_NEW, &h), IO_NOT_FOUND);
    sh(p->base, "test ! -e newfile");
    sh(p->base, "test ! -e made");
}

/* The way without openat2 must confine too, and finds what is not behind a link. */
static void walking_without_openat2(void **state)
{
    struct place *p = *state;
    sh(p->base, "cd root && ln -s file inside && ln -s .. parent && ln -s sub/deep short");
    int root = host_dir_root(p->root);
    static const struct {
        const char *path;
        bool found;
    } walk[] = {{"file", true},        {"sub/deep/file", true}, {".", true},
                {"sub", true},         {"inside", false},       {"parent/outside", false},
                {"short/file", false}, {"..", false},           {"sub/../file", false},
                {"../outside", false}, {"none", false},         {"file/x", false}};
    for (unsigned i = 0; i < ARRAY_LEN(walk); i++) {
        int fd = host_dir_walk(root, walk[i].path, HOST_DIR_READ);
        assert_int_equal(fd >= 0, walk[i].found);
        host_file_close(fd);
    }
    int fd = host_dir_walk(root, "sub/made", HOST_DIR_CREATE);
    assert_true(fd >= 0);
    host_file_close(fd);
    host_file_close(root);
}

static void odd_files(void **state)
{
    struct place *p = *state;
    u32 n;
    sh(p->base, "mkfifo root/fifo");
    refused(p, "fifo", IO_UNSUPPORTED);
    sh(p->base, "chmod 444 root/file");
    u32 f = must_open(p, 0, "file", IO_OPEN, false);
    assert_contents(p, f, "hello\n");
    if (geteuid() != 0)
        assert_int_equal(p->dir.write(p->dir.ctx, f, 0, "x", 1, &n), IO_FAILED);
}

static void removed_meanwhile(void **state)
{
    struct place *p = *state;
    u32 f = must_open(p, 0, "file", IO_OPEN, false);
    u32 sub = must_open(p, 0, "sub", IO_OPEN, true);
    sh(p->base, "rm root/file");
    assert_contents(p, f, "hello\n");
    refused(p, "file", IO_NOT_FOUND);
    u32 again = must_open(p, 0, "file", IO_CREATE_NEW, false);
    assert_int_not_equal(again, f);
    sh(p->base, "rm -r root/sub");
    u32 h;
    assert_int_equal(try_open(p, sub, "deep/file", IO_OPEN, &h), IO_NOT_FOUND);
}

static void host_handles_run_out(void **state)
{
    struct place *p = *state;
    u32 h;
    char name[16];
    for (u32 i = 1; i < IO_DIR_HOST_HANDLES; i++) {
        snprintf(name, sizeof name, "f%u", i);
        must_open(p, 0, name, IO_CREATE, false);
    }
    assert_int_equal(try_open(p, 0, "one-more", IO_CREATE, &h), IO_NO_HANDLES);
    sh(p->base, "test ! -e root/one-more"); /* not even created */
    assert_int_equal(try_open(p, 0, "file", IO_OPEN, &h), IO_NO_HANDLES);
    assert_int_equal(p->dir.close(p->dir.ctx, 9), IO_OK);
    assert_int_equal(must_open(p, 0, "file", IO_OPEN, false), 9);
}

static void bad_roots(void **state)
{
    struct place *p = *state;
    struct io_dir d;
    struct error e = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/outside", p->base);
    assert_int_equal(io_dir_host_open(path, &d, &e), ERR_IO);
    assert_non_null(strstr(e.msg, path));
    assert_int_equal(io_dir_host_open("/nonexistent", &d, &e), ERR_IO);
    assert_non_null(strstr(e.msg, "/nonexistent"));
}

static void mem_is_bounded(void **state)
{
    struct place *p = *state;
    u32 h = 0, n, made = 0;
    char name[16];
    u32 f = must_open(p, 0, "file", IO_OPEN, false);
    assert_int_equal(p->dir.write(p->dir.ctx, f, 99998, "abc", 3, &n), IO_NO_SPACE);
    assert_int_equal(p->dir.truncate(p->dir.ctx, f, ~0ull), IO_NO_SPACE);
    for (; made < 1000; made++) {
        snprintf(name, sizeof name, "f%u", made);
        if (try_open(p, 0, name, IO_CREATE, &h))
            break;
    }
    assert_int_equal(made, IO_DIR_MEM_NODES - 5);
}

static void joining(void **state)
{
    (void)state;
    static const struct {
        const char *dir, *name, *result; /* NULL: refused */
    } join[] = {
        {"", "", ""},
        {"", ".", ""},
        {"", "a", "a"},
        {"a", "", "a"},
        {"a/b", "c", "a/b/c"},
        {"a/b", "..", "a"},
        {"a/b", "../..", ""},
        {"a", "..", ""},
        {"a", "../..", NULL},
        {"", "..", NULL},
        {"", "/a", NULL},
        {"a", "/", NULL},
        {"a", "b//c/", "a/b/c"},
        {"a", "./b/./c/.", "a/b/c"},
        {"", "a/../../b", NULL},
        {"", "...", "..."},
        {"", "..a", "..a"},
        {"", "a..", "a.."},
        {"../..", "a", NULL},
        {"a", "../b", "b"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(join); i++) {
        char out[32];
        assert_int_equal(io_path_join(join[i].dir, join[i].name, out, sizeof out),
                         join[i].result != NULL);
        if (join[i].result)
            assert_string_equal(out, join[i].result);
    }
    char out[8];
    assert_true(io_path_join("abc", "def", out, 8));
    assert_false(io_path_join("abc", "def", out, 7));
    assert_true(io_path_join("abc", "../def", out, 4));
    assert_false(io_path_join("", "abcd", out, 4));
    assert_false(io_path_join("", "", out, 0));
}

#define BOTH(f)                                                                                    \
    cmocka_unit_test_setup_teardown(f, setup, teardown),                                           \
    {                                                                                              \
#f "_mem", f, setup_mem, teardown, NULL                                                    \
    }
#define HOST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(files),
        BOTH(opening),
        BOTH(listing),
        BOTH(on_directories),
        BOTH(names_that_escape),
        HOST(links),
        HOST(walking_without_openat2),
        HOST(odd_files),
        HOST(removed_meanwhile),
        HOST(host_handles_run_out),
        HOST(bad_roots),
        cmocka_unit_test_setup_teardown(mem_is_bounded, setup_mem, teardown),
        cmocka_unit_test(joining),
    };
    return cmocka_run_group_tests_name("io_dir", tests, NULL, NULL);
}
