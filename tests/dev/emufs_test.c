/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_EMUFS
#include "rig_card.h"

#include "io/io_dir_mem.h"

#include <stdio.h>
#include <string.h>

enum {
    HANDLE = 0,
    OFFSET = 4,
    LENGTH = 8,
    OPERATION = 12,
    RESULT = 16,
    BUFFER = LB_BUFFER,
};

enum {
    OPEN = 1,
    CREATE,
    CREATE_NEW,
    CLOSE,
    READ,
    READDIR,
    WRITE,
    SIZE,
    TRUNCATE,
};

enum {
    OK = 1,
    BAD_HANDLE,
    BAD_OP,
    BAD_PATH,
    BAD_SIZE,
    EXISTS,
    IS_DIR,
    MEDIA,
    NO_HANDLES,
    NO_SPACE,
    NOT_DIR,
    UNKNOWN,
};

/* Does one operation and acknowledges it. */
static u32 operate(struct lb_rig *r, u32 op)
{
    set(r, OPERATION, op);
    assert_int_equal(get(r, OPERATION), 0);
    lb_rig_run(r, 5 * RIG_MS - RIG_CYCLE);
    assert_int_equal(get(r, RESULT), 0);
    assert_false(line(r));
    lb_rig_run(r, RIG_CYCLE);
    u32 result = get(r, RESULT);
    assert_true(line(r));
    set(r, RESULT, 0);
    assert_false(line(r));
    return result;
}

static void fill(struct lb_rig *r, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        struct mem_access a = {.cpu = 0, .size = 1};
        u32 ch = (u8)text[i];
        gpa pa = LB_BASE + RIG_EMUFS * LB_SLOT_SIZE + BUFFER + i;
        assert_true(lb_rig_access(r, true, a, pa, &ch));
    }
    set(r, LENGTH, (u32)n);
}

static void assert_buffer(struct lb_rig *r, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(get(r, LENGTH), n);
    for (size_t i = 0; i < n; i++) {
        u32 word = get(r, BUFFER + (u32)(i & ~3ul));
        assert_int_equal((u8)(word >> (24 - 8 * (i & 3))), (u8)text[i]);
    }
}

static u32 open_from(struct lb_rig *r, u32 dir, const char *name, u32 op)
{
    set(r, HANDLE, dir);
    fill(r, name);
    return operate(r, op);
}

static u32 on(struct lb_rig *r, u32 handle, u32 op, u32 off, u32 len)
{
    set(r, HANDLE, handle);
    set(r, OFFSET, off);
    set(r, LENGTH, len);
    return operate(r, op);
}

static void registers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u32 off = 0; off < 12; off += 4) {
        assert_int_equal(get(r, off), 0);
        set(r, off, 0x87654321 + off);
        assert_int_equal(get(r, off), 0x87654321 + off);
    }
    set(r, RESULT, 99); /* writable, and it interrupts */
    assert_int_equal(get(r, RESULT), 99);
    assert_true(line(r));
    set(r, RESULT, 0);
    assert_false(line(r));
    rig_assert_error(r, RIG_EMUFS, 20);
    rig_assert_error(r, RIG_EMUFS, BUFFER - 4);
    lb_rig_free(r);
}

static void read_file(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(open_from(r, 0, "hello", OPEN), OK);
    assert_int_equal(get(r, HANDLE), 1);
    assert_int_equal(get(r, LENGTH), 0);
    assert_int_equal(on(r, 1, SIZE, 0, 0), OK);
    assert_int_equal(get(r, LENGTH), 13);
    assert_int_equal(on(r, 1, READ, 7, 100), OK);
    assert_buffer(r, "world\n");
    assert_int_equal(get(r, OFFSET), 13);
    assert_int_equal(on(r, 1, READ, 13, 100), OK);
    assert_int_equal(get(r, LENGTH), 0);
    assert_int_equal(on(r, 1, READ, 0xffffffff, 16384), OK);
    assert_int_equal(get(r, LENGTH), 0);
    assert_int_equal(on(r, 1, READ, 0, 16385), BAD_SIZE);
    assert_int_equal(on(r, 1, READDIR, 0, 100), NOT_DIR);
    assert_int_equal(open_from(r, 1, "x", OPEN), NOT_DIR);
    assert_int_equal(on(r, 1, CLOSE, 0, 0), OK);
    assert_int_equal(on(r, 1, READ, 0, 1), BAD_HANDLE);
    assert_int_equal(r->stats.emufs_reads, 3);
    assert_int_equal(r->stats.emufs_others, 4);
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void write_file(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(open_from(r, 0, "new", OPEN), BAD_PATH);
    assert_int_equal(open_from(r, 0, "new", CREATE_NEW), OK);
    u32 h = get(r, HANDLE);
    assert_int_equal(open_from(r, 0, "new", CREATE_NEW), EXISTS);
    assert_int_equal(open_from(r, 0, "new", CREATE), OK);
    assert_int_equal(get(r, HANDLE), h); /* one file, one handle */
    fill(r, "some text");
    set(r, HANDLE, h);
    set(r, OFFSET, 3);
    assert_int_equal(operate(r, WRITE), OK);
    assert_int_equal(get(r, OFFSET), 12);
    assert_int_equal(get(r, LENGTH), 9);
    assert_int_equal(on(r, h, TRUNCATE, 0, 7), OK);
    assert_int_equal(on(r, h, READ, 3, 100), OK);
    assert_buffer(r, "some");
    assert_int_equal(on(r, h, WRITE, 65530, 100), NO_SPACE);
    assert_int_equal(on(r, h, TRUNCATE, 0, 0xffffffff), NO_SPACE);
    assert_int_equal(on(r, h, WRITE, 0, 0x10000), BAD_SIZE);
    assert_int_equal(r->stats.emufs_writes, 2);
    lb_rig_free(r);
}

static void directories(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    static const char *const names[] = {".", "..", "hello", "bin"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(on(r, 0, READDIR, i, 100), OK);
        assert_buffer(r, names[i]);
        assert_int_equal(get(r, OFFSET), i + 1);
    }
    assert_int_equal(on(r, 0, READDIR, 4, 100), OK);
    assert_int_equal(get(r, LENGTH), 0);
    assert_int_equal(get(r, OFFSET), 4);
    assert_int_equal(on(r, 0, READDIR, 2, 3), OK);
    assert_buffer(r, "hel");
    assert_int_equal(on(r, 0, READDIR, 0, 16385), BAD_SIZE);
    assert_int_equal(open_from(r, 0, "bin", OPEN), OK);
    u32 bin = get(r, HANDLE);
    assert_int_equal(get(r, LENGTH), 1);
    assert_int_equal(open_from(r, bin, "sh", OPEN), OK);
    assert_int_equal(open_from(r, bin, "deep/file", OPEN), OK);
    assert_int_equal(on(r, bin, READ, 0, 10), IS_DIR);
    assert_int_equal(on(r, bin, WRITE, 0, 10), BAD_HANDLE);
    assert_int_equal(on(r, bin, TRUNCATE, 0, 0), BAD_SIZE);
    assert_int_equal(open_from(r, 0, "bin", CREATE), IS_DIR);
    lb_rig_free(r);
}

static void cannot_escape(void **state)
{
    (void)state;
    static const char *const bad[] = {"..",        "../x",         "/",    "/etc/passwd",
                                      "bin/../..", "bin/../../x",  "./..", "bin/./../../hello",
                                      "//",        "x/../../hello"};
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        for (u32 op = OPEN; op <= CREATE_NEW; op++)
            assert_int_equal(open_from(r, 0, bad[i], op), BAD_PATH);
    /* The root itself is handle 0, and ".." below it is no escape. */
    assert_int_equal(open_from(r, 0, "", OPEN), OK);
    assert_int_equal(get(r, HANDLE), 0);
    assert_int_equal(open_from(r, 0, "bin/..", OPEN), OK);
    assert_int_equal(get(r, HANDLE), 0);
    assert_int_equal(open_from(r, 0, "bin", OPEN), OK);
    u32 bin = get(r, HANDLE);
    assert_int_equal(open_from(r, bin, "../hello", OPEN), OK);
    assert_int_equal(open_from(r, bin, "../../hello", OPEN), BAD_PATH);
    lb_rig_free(r);
}

static void bad_names(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u32 i = 0; i < 4096; i++)
        set(r, BUFFER + 4 * i, 0x61616161);
    assert_int_equal(on(r, 0, OPEN, 0, 16384), BAD_SIZE);
    assert_int_equal(on(r, 0, OPEN, 0, 0xffffffff), BAD_SIZE);
    assert_int_equal(on(r, 0, OPEN, 0, 16383), BAD_PATH);
    assert_int_equal(get(r, BUFFER + 16380), 0x61616100); /* it is ended there */
    assert_int_equal(on(r, 0, CREATE, 0, 5000), BAD_PATH);
    lb_rig_free(r);
}

static void bad_handles(void **state)
{
    (void)state;
    static const u32 bad[] = {1, 63, 64, 65, 0x7fffffff, 0x80000000, 0xffffffff};
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        for (u32 op = 0; op < 12; op++)
            assert_int_equal(on(r, bad[i], op, 0, 1), BAD_HANDLE);
    static const u32 ops[] = {0, 10, 0xffffffff};
    for (unsigned i = 0; i < ARRAY_LEN(ops); i++)
        assert_int_equal(on(r, 0, ops[i], 0, 0), BAD_OP);
    lb_rig_free(r);
}

static void handles_run_out(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    char name[16];
    for (u32 i = 1; i < 64; i++) {
        snprintf(name, sizeof name, "f%u", i);
        assert_int_equal(open_from(r, 0, name, CREATE), OK);
        assert_int_equal(get(r, HANDLE), i);
    }
    assert_int_equal(open_from(r, 0, "hello", OPEN), NO_HANDLES);
    assert_int_equal(open_from(r, 0, "f7", OPEN), OK); /* it has one */
    assert_int_equal(get(r, HANDLE), 7);
    assert_int_equal(on(r, 7, CLOSE, 0, 0), OK);
    assert_int_equal(open_from(r, 0, "hello", OPEN), OK);
    assert_int_equal(get(r, HANDLE), 7);
    lb_rig_free(r);
}

static void misuse(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    fill(r, "hello");
    set(r, OPERATION, OPEN);
    set(r, OPERATION, CLOSE);
    rig_assert_misuse(r, 1);
    lb_rig_run(r, 5 * RIG_MS);
    assert_int_equal(get(r, RESULT), OK);
    set(r, RESULT, 0);
    assert_int_equal(on(r, 0, CLOSE, 0, 0), OK);
    rig_assert_misuse(r, 2);
    assert_int_equal(open_from(r, 0, "hello", OPEN), OK); /* the root is still there */
    lb_rig_free(r);
}

static void host_errors(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(open_from(r, 0, "hello", OPEN), OK);
    io_dir_mem_fail(&r->dir_io, true);
    assert_int_equal(on(r, 1, READ, 0, 10), UNKNOWN);
    assert_int_equal(on(r, 1, WRITE, 0, 10), UNKNOWN);
    assert_int_equal(on(r, 0, READDIR, 0, 10), UNKNOWN);
    assert_int_equal(on(r, 1, TRUNCATE, 0, 10), UNKNOWN);
    lb_rig_free(r);
}

static void reset_closes(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(open_from(r, 0, "hello", OPEN), OK);
    fill(r, "bin");
    set(r, HANDLE, 0);
    set(r, OPERATION, OPEN);
    lb_bus_reset(&r->bus);
    lb_rig_run(r, RIG_S);
    assert_false(line(r));
    assert_int_equal(on(r, 1, READ, 0, 1), BAD_HANDLE);
    lb_rig_free(r);
}

static void load_into(struct lb_rig *to, struct lb_rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    assert_int_equal(state_set_load(&to->parts, b.data, b.len, &e), ERR_OK);
    assert_true(state_set_hash(&to->parts) == state_set_hash(&from->parts));
    buf_fini(&b);
}

/* Handles survive into another process: the files are opened again by their paths. */
static void handles_after_load(void **state)
{
    (void)state;
    struct lb_rig *a = lb_rig_new(NULL), *b = lb_rig_new(NULL);
    assert_int_equal(open_from(a, 0, "bin", OPEN), OK);
    assert_int_equal(open_from(a, 1, "deep", OPEN), OK);
    assert_int_equal(open_from(a, 2, "file", OPEN), OK);
    assert_int_equal(open_from(a, 0, "gone", CREATE), OK);
    assert_int_equal(on(a, 1, CLOSE, 0, 0), OK);
    assert_int_equal(open_from(b, 0, "hello", OPEN), OK); /* is closed by the load */
    load_into(b, a);
    assert_int_equal(on(b, 3, READ, 0, 10), OK);
    assert_buffer(b, "x");
    assert_int_equal(open_from(b, 2, "../sh", OPEN), OK);
    assert_int_equal(get(b, HANDLE), 1);
    assert_int_equal(on(b, 4, READ, 0, 10), MEDIA); /* b's directory lacks it */
    assert_int_equal(on(b, 4, SIZE, 0, 10), MEDIA);
    assert_int_equal(open_from(b, 4, "x", OPEN), MEDIA);
    assert_int_equal(on(b, 4, CLOSE, 0, 0), OK);
    assert_int_equal(on(b, 4, READ, 0, 10), BAD_HANDLE);
    lb_rig_free(a);
    lb_rig_free(b);
}

static void path_too_long_to_keep(void **state)
{
    (void)state;
    struct lb_rig *a = lb_rig_new(NULL), *b = lb_rig_new(NULL);
    char name[301];
    memset(name, 'n', 300);
    name[300] = 0;
    assert_int_equal(open_from(a, 0, name, CREATE), OK);
    assert_int_equal(open_from(b, 0, name, CREATE), OK);
    load_into(b, a);
    assert_int_equal(on(a, 1, READ, 0, 10), OK);
    assert_int_equal(on(b, 1, READ, 0, 10), MEDIA);
    lb_rig_free(a);
    lb_rig_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers),
        cmocka_unit_test(read_file),
        cmocka_unit_test(write_file),
        cmocka_unit_test(directories),
        cmocka_unit_test(cannot_escape),
        cmocka_unit_test(bad_names),
        cmocka_unit_test(bad_handles),
        cmocka_unit_test(handles_run_out),
        cmocka_unit_test(misuse),
        cmocka_unit_test(host_errors),
        cmocka_unit_test(reset_closes),
        cmocka_unit_test(handles_after_load),
        cmocka_unit_test(path_too_long_to_keep),
    };
    return cmocka_run_group_tests_name("lb_emufs", tests, NULL, NULL);
}
