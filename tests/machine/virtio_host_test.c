/* SPDX-License-Identifier: ISC */
/* Whole machines whose guests use a directory (9P) and sockets (vsock) of the host. */
#include "virtio_rig.h"

#include "lib/bits.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void put_file(const char *text)
{
    FILE *f = fopen(rig_in_folder("file"), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
}

static void assert_file(const char *text)
{
    char is[16] = "";
    FILE *f = fopen(rig_in_folder("file"), "r");
    assert_non_null(f);
    assert_non_null(fgets(is, sizeof is, f));
    fclose(f);
    assert_string_equal(is, text);
}

static int listening(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    memcpy(a.sun_path, rig_in_folder("socket_9"), strlen(rig_in_folder("socket_9")));
    unlink(a.sun_path);
    assert_true(fd > 0 && !bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 1));
    return fd;
}

#define READ_REPLY (BUFFERS + 0x4000 + 4 * 0x400 + 0x100)
#define MADE_REPLY (BUFFERS + 0x4000 + 6 * 0x400 + 0x100)

/* Opens a file, reads it, writes to it, and makes a directory. */
static void use_share(struct rig *r)
{
#define MESSAGE(text)                                                                              \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    static const struct {
        const char *text;
        u32 len;
    } m[] = {MESSAGE("\x64\0\0\0\x20\0\0\x08\0"
                     "9P2000.L"),
             MESSAGE("\x68\0\0\1\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"),
             MESSAGE("\x6e\0\0\1\0\0\0\2\0\0\0\1\0\4\0file"),
             MESSAGE("\x0c\0\0\2\0\0\0\2\0\0\0"),
             MESSAGE("\x74\0\0\2\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0"),
             MESSAGE("\x76\0\0\2\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0WORLD"),
             MESSAGE("\x48\0\0\1\0\0\0\4\0made\xed\1\0\0\0\0\0\0")};
#undef MESSAGE
    rig_start(r, P9);
    for (u32 i = 0; i < ARRAY_LEN(m); i++) {
        u32 at = BUFFERS + 0x4000 + i * 0x400;
        u8 *p = mem_ram_ptr(r->m.mem, at, 4 + m[i].len);
        store_le32(p, 4 + m[i].len);
        memcpy(p + 4, m[i].text, m[i].len);
        rig_desc(r, P9, 2 * i, at, 4 + m[i].len, 1);
        rig_desc(r, P9, 2 * i + 1, at + 0x100, 0x200, 2);
        rig_send(r, P9, (u16)(2 * i));
    }
}

/* A packet of the guest's port 5 to the host's port 9; op 1: it asks for a stream; 5: it sends. */
static void send_packet(struct rig *r, u16 n, u16 op, const char *text)
{
    u32 at = BUFFERS + 0x6000 + n * 0x100u, len = (u32)strlen(text);
    u8 *p = mem_ram_ptr(r->m.mem, at, 0x100), *d = mem_ram_ptr(r->m.mem, SECOND + 16 * n, 16);
    store_le64(p, 3);
    store_le64(p + 8, 2);
    store_le32(p + 16, 5);
    store_le32(p + 20, 9);
    store_le32(p + 24, len);
    store_le16(p + 28, 1);
    store_le16(p + 30, op);
    store_le32(p + 36, 0x10000);
    memcpy(p + 44, text, len);
    store_le64(d, at);
    store_le32(d + 8, 44 + len);
    rig_offer(r, VSOCK, 1, SECOND, n, n);
}

#define HEARD (BUFFERS + 0x8000)

static void use_sockets(struct rig *r)
{
    rig_start_both(r, VSOCK);
    for (u16 i = 0; i < 8; i++) {
        rig_desc(r, VSOCK, i, HEARD + 0x100u * i, 0x100, 2);
        rig_send(r, VSOCK, i);
    }
    send_packet(r, 1, 1, "");
    rig_let_time_pass(r, 20);
    send_packet(r, 2, 5, "hello");
    rig_let_time_pass(r, 20);
}

static void use_host(struct rig *r)
{
    use_share(r);
    use_sockets(r);
    rig_run(r);
}

static void assert_host_was_used(const struct rig *r)
{
    const u8 *heard = mem_ram_ptr(r->m.mem, HEARD, 0x800),
             *read = mem_ram_ptr(r->m.mem, READ_REPLY, 16);
    assert_memory_equal(read + 11, "hello", 5);
    assert_int_equal(mem_ram_ptr(r->m.mem, MADE_REPLY, 16)[4], 73);
    assert_non_null(memmem(heard, 0x800, "there", 5));
}

/* A replay has neither the directory, whose files are others by now, nor the program. */
static void shares_and_sockets_replay(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        struct setup s = rig_engines[i];
        s.record = s.shared = true;
        rig_new_image();
        put_file("hello");
        struct rig *a = rig_new(&s);
        a->listener = listening();
        use_host(a);
        assert_host_was_used(a);
        assert_string_equal(a->peer_heard, "hello");
        assert_file("WORLD");
        assert_int_equal(rmdir(rig_in_folder("made")), 0);
        assert_int_equal(unlink(rig_in_folder("socket_9")), 0);
        put_file("other");
        s.record = false;
        s.replay = &a->m.intake.log;
        rig_new_image();
        struct rig *b = rig_new(&s);
        use_host(b);
        assert_host_was_used(b);
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        assert_file("other");
        assert_int_not_equal(access(rig_in_folder("made"), F_OK), 0);
        assert_int_equal(unlink(rig_in_folder("file")), 0);
        rig_free(a);
        rig_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_sockets_replay),
    };
    return cmocka_run_group_tests_name("virtio_host", tests, rig_set_up, rig_tear_down);
}
