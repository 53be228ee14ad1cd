/* SPDX-License-Identifier: ISC */
/*
 * The socket device and its back end of Unix sockets together: a driver on one side, programs of
 * the host on the other.
 */
#include "vio_cmocka.h"

#include "dev/vio_vsock.h"
#include "io/io_vsock_unix.h"
#include "lib/bits.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    REQUEST = 1,
    RESPONSE,
    RST,
    SHUTDOWN,
    RW,
    CREDIT_UPDATE,
    CREDIT_REQUEST
};
enum {
    RX,
    TX,
    EVENTS
};

#define HEADER  44u
#define RX_ROOM 2048u

struct packet {
    u64 src, dst;
    u32 src_port, dst_port, len;
    u16 type, op;
    u32 flags, room, took;
    u8 data[RX_ROOM];
};

struct place {
    char base[64], path[80];
    struct vio_rig *r;
    struct host_poll poll;
    struct io_vsock io;
    int server;     /* listens at PATH_5 */
    u32 room, took; /* the guest's own, in every packet */
    gpa rx[RIG_QUEUE];
    gpa tx;
};

static struct vio *device(struct place *p)
{
    return p->r->bank.dev[0];
}

/* ---- the host's programs ---- */

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path, path);
    return a;
}

static int serve(const char *path, int backlog)
{
    struct sockaddr_un a = address(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

static int dial(const char *path)
{
    struct sockaddr_un a = address(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void assert_receives(int fd, const char *text)
{
    char buf[100] = "";
    assert_int_equal(recv(fd, buf, sizeof buf - 1, MSG_DONTWAIT), strlen(text));
    assert_string_equal(buf, text);
}

static void assert_ended(int fd)
{
    char c;
    assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), 0);
}

/* What came in reaches the device. */
static void settle(struct place *p)
{
    u8 event[IO_VSOCK_MAX];
    for (unsigned i = 0; i < 4; i++) {
        u32 len = sizeof event;
        (void)host_poll_wait(&p->poll, -1, 0);
        while (vio_vsock_room(device(p)) && p->io.poll(p->io.ctx, event, &len)) {
            assert_in_range(len, IO_VSOCK_HEAD, IO_VSOCK_MAX);
            vio_vsock_input(device(p), event, len);
            len = sizeof event;
        }
        vio_rig_run(p->r, RIG_MS * 10);
    }
}

/* ---- the driver ---- */

static void give(struct place *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct vio_rig_buf buf = {
            .pa = vio_rig_alloc(p->r, RX_ROOM), .len = RX_ROOM, .write = true};
        p->rx[vio_rig_send(p->r, RX, &buf, 1)] = buf.pa;
    }
}

/* The next packet; false: none. */
static bool got(struct place *p, struct packet *k)
{
    u16 head;
    u32 written;
    settle(p);
    if (!vio_rig_collect(p->r, RX, &head, &written))
        return false;
    const u8 *h = vio_rig_ptr(p->r, p->rx[head]);
    *k = (struct packet){.src = load_le64(h),
                         .dst = load_le64(h + 8),
                         .src_port = load_le32(h + 16),
                         .dst_port = load_le32(h + 20),
                         .len = load_le32(h + 24),
                         .type = load_le16(h + 28),
                         .op = load_le16(h + 30),
                         .flags = load_le32(h + 32),
                         .room = load_le32(h + 36),
                         .took = load_le32(h + 40)};
    assert_int_equal(written, HEADER + k->len);
    assert_int_equal(k->src, 2);
    assert_int_equal(k->dst, 3);
    assert_int_equal(k->type, 1);
    memcpy(k->data, h + HEADER, k->len);
    return true;
}

static struct packet expect(struct place *p, u16 op, u32 guest_port, u32 host_port)
{
    struct packet k;
    assert_true(got(p, &k));
    assert_int_equal(k.op, op);
    assert_int_equal(k.dst_port, guest_port);
    if (host_port)
        assert_int_equal(k.src_port, host_port);
    return k;
}

static void expect_nothing(struct place *p)
{
    struct packet k;
    assert_false(got(p, &k));
}

static void send_packet(struct place *p, const struct packet *k, const void *data, u32 there)
{
    u8 *h = vio_rig_ptr(p->r, p->tx);
    struct vio_rig_buf buf[2] = {{.pa = p->tx, .len = HEADER},
                                 {.pa = p->tx + HEADER, .len = there}};
    u16 head;
    u32 written;
    store_le64(h, k->src);
    store_le64(h + 8, k->dst);
    store_le32(h + 16, k->src_port);
    store_le32(h + 20, k->dst_port);
    store_le32(h + 24, k->len);
    store_le16(h + 28, k->type);
    store_le16(h + 30, k->op);
    store_le32(h + 32, k->flags);
    store_le32(h + 36, p->room);
    store_le32(h + 40, p->took);
    if (there)
        memcpy(h + HEADER, data, there);
    vio_rig_send(p->r, TX, buf, there ? 2 : 1);
    for (unsigned i = 0; i < 100 && !vio_rig_collect(p->r, TX, &head, &written); i++)
        vio_rig_run(p->r, RIG_MS);
}

static void say(struct place *p, u16 op, u32 guest_port, u32 host_port, u32 flags)
{
    send_packet(p,
                &(struct packet){.src = 3,
                                 .dst = 2,
                                 .src_port = guest_port,
                                 .dst_port = host_port,
                                 .type = 1,
                                 .op = op,
                                 .flags = flags},
                NULL, 0);
}

static void say_data(struct place *p, u32 guest_port, u32 host_port, const void *data, u32 len)
{
    send_packet(p,
                &(struct packet){.src = 3,
                                 .dst = 2,
                                 .src_port = guest_port,
                                 .dst_port = host_port,
                                 .len = len,
                                 .type = 1,
                                 .op = RW},
                data, len);
}

/* A stream that the guest asked for; the host's end. */
static int dial_out(struct place *p, u32 guest_port)
{
    say(p, REQUEST, guest_port, 5, 0);
    expect(p, RESPONSE, guest_port, 5);
    int fd = accept(p->server, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

/* ---- the place ---- */

static void plug(struct place *p)
{
    struct error e;
    struct vio_vsock_config config = {.cid = VIO_VSOCK_CID};
    p->r = vio_rig_new();
    struct vio_place place = vio_rig_place(p->r);
    assert_int_equal(io_vsock_unix_open(&p->io, &p->poll, p->path, &e), ERR_OK);
    config.io = p->io;
    vio_rig_plug(p->r, vio_vsock_new(&place, &config));
    assert_true(vio_rig_start(p->r, device(p)->offered));
    p->tx = vio_rig_alloc(p->r, 70000);
    give(p, 32);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    char path[96];
    strcpy(p->base, "/tmp/kuseg-vsock-XXXXXX");
    if (!mkdtemp(p->base))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/vm", p->base);
    snprintf(path, sizeof path, "%s_5", p->path);
    p->server = serve(path, 200);
    p->room = 10000;
    plug(p);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    char path[96];
    close(p->server);
    vio_rig_free(p->r);
    host_poll_fini(&p->poll);
    assert_int_equal(access(p->path, F_OK), -1); /* the socket went with the device */
    snprintf(path, sizeof path, "%s_5", p->path);
    unlink(path);
    assert_int_equal(rmdir(p->base), 0);
    free(p);
    return 0;
}

/* ---- the cases ---- */

static void a_guest_reaches_a_program(void **state)
{
    struct place *p = *state;
    int fd = dial_out(p, 1000);
    say_data(p, 1000, 5, "hello", 5);
    assert_receives(fd, "hello");
    assert_int_equal(send(fd, "world", 5, 0), 5);
    struct packet k = expect(p, RW, 1000, 5);
    assert_int_equal(k.len, 5);
    assert_memory_equal(k.data, "world", 5);
    assert_int_equal(k.took, 5);
    say(p, CREDIT_REQUEST, 1000, 5, 0);
    k = expect(p, CREDIT_UPDATE, 1000, 5);
    assert_int_equal(k.took, 5);
    assert_int_equal(k.room, 256u << 10);
    say(p, SHUTDOWN, 1000, 5, 3);
    expect(p, RST, 1000, 5);
    settle(p);
    assert_ended(fd);
    expect_nothing(p);
    close(fd);
}

static void nobody_there_is_a_refusal(void **state)
{
    struct place *p = *state;
    say(p, REQUEST, 1000, 6, 0);
    expect(p, RST, 1000, 6);
    say(p, REQUEST, 1000, 6, 0);
    expect(p, RST, 1000, 6);
}

static void a_program_reaches_the_guest(void **state)
{
    struct place *p = *state;
    int fd = dial(p->path);
    struct stat st;
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(send(fd, "CONN", 4, 0), 4);
    expect_nothing(p);
    assert_int_equal(send(fd, "ECT 52\nhi", 9, 0), 9);
    struct packet k = expect(p, REQUEST, 52, 0);
    assert_int_equal(k.room, 256u << 10);
    say(p, RESPONSE, 52, k.src_port, 0);
    struct packet data = expect(p, RW, 52, k.src_port);
    assert_memory_equal(data.data, "hi", 2);
    char ok[32];
    snprintf(ok, sizeof ok, "OK %u\n", k.src_port);
    assert_receives(fd, ok);
    say_data(p, 52, k.src_port, "back", 4);
    assert_receives(fd, "back");
    settle(p);
    say(p, CREDIT_REQUEST, 52, k.src_port, 0);
    assert_int_equal(expect(p, CREDIT_UPDATE, 52, k.src_port).took,
                     4); /* "OK" is not the guest's */
    close(fd);
    assert_int_equal(expect(p, SHUTDOWN, 52, k.src_port).flags, 3);
    say(p, RST, 52, k.src_port, 0);
    expect_nothing(p);
}

static void a_guest_refuses(void **state)
{
    struct place *p = *state;
    int fd = dial(p->path);
    assert_int_equal(send(fd, "CONNECT 53\n", 11, 0), 11);
    struct packet k = expect(p, REQUEST, 53, 0);
    say(p, RST, 53, k.src_port, 0);
    settle(p);
    assert_ended(fd);
    close(fd);
}

static void nonsense_at_the_socket_is_hung_up(void **state)
{
    struct place *p = *state;
    static const char *const words[] = {"HELLO\n",
                                        "CONNECT x\n",
                                        "CONNECT 5x\n",
                                        "CONNECT -1\n",
                                        "CONNECT 4294967295\n",
                                        "\n",
                                        "CONNECT 00000000000000000000000000005\n"};
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        int fd = dial(p->path);
        assert_true(send(fd, words[i], strlen(words[i]), 0) > 0);
        expect_nothing(p);
        char c;
        assert_true(recv(fd, &c, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN);
        close(fd);
    }
    int fd[100]; /* who says nothing keeps nobody out for good */
    for (unsigned i = 0; i < ARRAY_LEN(fd); i++) {
        fd[i] = dial(p->path);
        if (i % 4 == 0)
            settle(p);
    }
    for (unsigned i = 0; i < ARRAY_LEN(fd); i++)
        close(fd[i]);
    for (unsigned i = 0; i < 30; i++)
        settle(p);
    int last = dial(p->path);
    assert_true(send(last, "CONNECT 7\n", 10, 0) > 0);
    expect(p, REQUEST, 7, 0);
    close(last);
}

/* The guest's room bounds what comes in; what it takes makes room again. */
static void the_guests_credit_is_kept(void **state)
{
    struct place *p = *state;
    static u8 lots[100000];
    u32 sum = 0;
    struct packet k;
    p->room = 5000;
    int fd = dial_out(p, 1000);
    for (u32 i = 0; i < sizeof lots; i++)
        lots[i] = (u8)(i * 7 + i / 256);
    assert_int_equal(send(fd, lots, sizeof lots, MSG_DONTWAIT), sizeof lots);
    while (sum < sizeof lots) {
        while (got(p, &k)) {
            assert_int_equal(k.op, RW);
            assert_memory_equal(k.data, lots + sum, k.len);
            sum += k.len;
            give(p, 1);
        }
        assert_true(sum == sizeof lots || sum == p->took + 5000);
        p->took = sum;
        say(p, CREDIT_UPDATE, 1000, 5, 0);
    }
    close(fd);
}

/* A program that does not read holds up the guest at 256 KB, and no further. */
static void the_hosts_credit_is_kept(void **state)
{
    struct place *p = *state;
    static u8 lots[65536];
    int fd = dial_out(p, 1000), small = 4096;
    u32 sum = 0;
    memset(lots, 'x', sizeof lots);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    struct packet k = {.took = 0};
    while (sum - k.took + sizeof lots <= 256u << 10) {
        say_data(p, 1000, 5, lots, sizeof lots);
        sum += sizeof lots;
        say(p, CREDIT_REQUEST, 1000, 5, 0);
        k = expect(p, CREDIT_UPDATE, 1000, 5);
        while (got(p, &k))
            ;
        give(p, 2);
        assert_true(sum < 8u << 20);
    }
    u32 read_back = 0;
    static u8 back[65536];
    while (read_back < sum) {
        ssize_t n = recv(fd, back, sizeof back, MSG_DONTWAIT);
        if (n < 0)
            settle(p);
        else
            read_back += (u32)n;
    }
    assert_int_equal(read_back, sum);
    while (got(p, &k))
        ;
    assert_int_equal(k.op, CREDIT_UPDATE); /* by itself, once there is much room again */
    assert_true(sum - k.took < 128u << 10);
    close(fd);
}

static void who_sends_too_much_is_cut_off(void **state)
{
    struct place *p = *state;
    static u8 lots[65536];
    int fd = dial_out(p, 1000);
    for (unsigned i = 0; i < 40; i++) /* nothing comes in meanwhile: no credit is given */
        say_data(p, 1000, 5, lots, sizeof lots);
    expect(p, RST, 1000, 5);
    close(fd);
}

static void half_closed_streams_go_on(void **state)
{
    struct place *p = *state;
    int fd = dial_out(p, 1000);
    say_data(p, 1000, 5, "all", 3);
    say(p, SHUTDOWN, 1000, 5, 2);
    settle(p);
    assert_receives(fd, "all");
    assert_ended(fd);
    assert_int_equal(send(fd, "answer", 6, 0), 6);
    assert_int_equal(expect(p, RW, 1000, 5).len, 6);
    say_data(p, 1000, 5, "more", 4); /* after it said that there is no more */
    expect(p, RST, 1000, 5);
    close(fd);

    fd = dial_out(p, 1001);
    shutdown(fd, SHUT_WR);
    assert_int_equal(expect(p, SHUTDOWN, 1001, 5).flags, 2);
    say_data(p, 1001, 5, "still", 5);
    assert_receives(fd, "still");
    close(fd);
    assert_int_equal(expect(p, SHUTDOWN, 1001, 5).flags, 3);
}

/* An answer that was sent before hanging up arrives, whatever the guest still sends. */
static void last_words_arrive(void **state)
{
    struct place *p = *state;
    int fd = dial_out(p, 1000);
    assert_int_equal(send(fd, "last", 4, 0), 4);
    close(fd);
    say_data(p, 1000, 5, "x", 1);
    say_data(p, 1000, 5, "y", 1);
    assert_memory_equal(expect(p, RW, 1000, 5).data, "last", 4);
    assert_int_equal(expect(p, SHUTDOWN, 1000, 5).flags, 3);
}

static void bytes_on_their_way_arrive(void **state)
{
    struct place *p = *state;
    static u8 lots[65536], back[65536];
    int fd = dial_out(p, 1000);
    u32 sum = 0;
    for (unsigned i = 0; i < 4; i++)
        say_data(p, 1000, 5, lots, sizeof lots);
    say(p, SHUTDOWN, 1000, 5, 3);
    expect(p, RST, 1000, 5);
    for (ssize_t n; (n = recv(fd, back, sizeof back, MSG_DONTWAIT)) != 0; settle(p))
        sum += n > 0 ? (u32)n : 0;
    assert_int_equal(sum, 4 * sizeof lots);
    close(fd);
}

static void strangers_are_refused(void **state)
{
    struct place *p = *state;
    struct packet k = {.src = 3, .dst = 2, .src_port = 9, .dst_port = 5, .type = 1, .op = RW};
    send_packet(p, &k, NULL, 0);
    expect(p, RST, 9, 5);
    k.op = RST; /* which is never answered */
    send_packet(p, &k, NULL, 0);
    expect_nothing(p);
    k.op = REQUEST;
    k.dst = 1; /* the hypervisor: nobody */
    send_packet(p, &k, NULL, 0);
    expect(p, RST, 9, 5);
    k.dst = 2;
    k.type = 2; /* not a stream */
    send_packet(p, &k, NULL, 0);
    expect(p, RST, 9, 5);
    k.type = 1;
    k.src = 4; /* not who it is */
    send_packet(p, &k, NULL, 0);
    expect_nothing(p);
    int fd = dial_out(p, 10);
    k = (struct packet){
        .src = 3, .dst = 2, .src_port = 10, .dst_port = 5, .len = 1000, .type = 1, .op = RW};
    send_packet(p, &k, "ten bytes.", 10); /* not as long as it says */
    expect(p, RST, 10, 5);
    close(fd);
    fd = dial_out(p, 11);
    say(p, 99, 11, 5, 0);
    expect(p, RST, 11, 5);
    close(fd);
    fd = dial_out(p, 12);
    say(p, REQUEST, 12, 5, 0); /* there is one already */
    expect(p, RST, 12, 5);
    close(fd);
    assert_false(rig_broken(p->r));
}

static void there_are_so_many_streams(void **state)
{
    struct place *p = *state;
    int fd[VIO_VSOCK_STREAMS];
    for (u32 i = 0; i < VIO_VSOCK_STREAMS; i++) {
        fd[i] = dial_out(p, 1000 + i);
        give(p, 1);
    }
    say(p, REQUEST, 999, 5, 0);
    expect(p, RST, 999, 5);
    give(p, 1);
    int late = dial(p->path);
    assert_true(send(late, "CONNECT 7\n", 10, 0) > 0);
    expect_nothing(p);
    assert_ended(late);
    close(late);
    for (u32 i = 0; i < VIO_VSOCK_STREAMS; i++) {
        say_data(p, 1000 + i, 5, "x", 1);
        assert_receives(fd[i], "x");
    }
    close(fd[7]);
    assert_int_equal(expect(p, SHUTDOWN, 1007, 5).flags, 3);
    say(p, RST, 1007, 5, 0);
    fd[7] = dial_out(p, 999);
    for (u32 i = 0; i < VIO_VSOCK_STREAMS; i++)
        close(fd[i]);
}

/* Without buffers answers wait, and so does what asks for more of them; nothing is lost. */
static void a_driver_without_buffers_waits(void **state)
{
    struct place *p = *state;
    struct packet k;
    for (unsigned i = 0; i < 31; i++) /* the last of 32 is used up below */
        say(p, RW, 1, 1, 0);
    for (unsigned i = 0; i < 31; i++)
        expect(p, RST, 1, 1);
    int fd = dial_out(p, 1000);
    assert_int_equal(send(fd, "waits", 5, 0), 5);
    expect_nothing(p);
    for (u32 i = 0; i < 100; i++)
        say(p, RW, 2000 + i, 1, 0);
    expect_nothing(p);
    unsigned refused = 0, data = 0;
    for (unsigned i = 0; i < 300; i++) {
        give(p, 1);
        while (got(p, &k)) {
            refused += k.op == RST;
            data += k.op == RW;
        }
    }
    assert_int_equal(refused, 100);
    assert_int_equal(data, 1);
    close(fd);
}

static void small_buffers_break_the_driver(void **state)
{
    struct place *p = *state;
    assert_true(vio_rig_start(p->r, 0));
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(p->r, 64), .len = 44, .write = true};
    vio_rig_send(p->r, RX, &buf, 1);
    say(p, RW, 1, 1, 0);
    assert_true(rig_broken(p->r));
}

static void a_reset_ends_all(void **state)
{
    struct place *p = *state;
    int fd = dial_out(p, 1000);
    assert_true(vio_rig_start(p->r, 0));
    assert_ended(fd);
    close(fd);
    give(p, 16);
    p->tx = vio_rig_alloc(p->r, 70000);
    fd = dial_out(p, 1000);
    close(fd);
}

/* The programs stay behind; the guest is told that its streams are gone. */
static void streams_end_with_a_move(void **state)
{
    struct place *p = *state;
    struct buf b = {0};
    struct error e;
    int fd = dial_out(p, 1000);
    struct vio_rig_buf event = {.pa = vio_rig_alloc(p->r, 8), .len = 8, .write = true};
    u16 head;
    u32 written;
    vio_rig_send(p->r, EVENTS, &event, 1);
    settle(p);
    assert_false(vio_rig_collect(p->r, EVENTS, &head, &written));
    struct vio_rig *old = p->r;
    state_set_save(&old->parts, &b);
    p->r = NULL;
    struct io_vsock io = p->io;
    io.forget(io.ctx, false);
    assert_ended(fd);
    close(fd);
    memset(&p->rx, 0, sizeof p->rx);
    char moved[96];
    snprintf(moved, sizeof moved, "%s", p->path);
    strcat(p->path, "2"); /* the other host */
    plug(p);
    gpa rx = old->free; /* behind what it knows */
    p->r->clock.now_base = old->clock.now_base;
    memcpy(p->r->queue, old->queue, sizeof old->queue);
    p->r->free = rx;
    memcpy(vio_rig_ptr(p->r, 0), vio_rig_ptr(old, 0), RIG_RAM);
    assert_int_equal(state_set_load(&p->r->parts, b.data, b.len, &e), ERR_OK);
    buf_fini(&b);
    vio_rig_free(old);
    settle(p);
    assert_true(vio_rig_collect(p->r, EVENTS, &head, &written));
    assert_int_equal(written, 4);
    assert_int_equal(load_le32(vio_rig_ptr(p->r, event.pa)), 0);
    p->tx = vio_rig_alloc(p->r, 70000);
    say_data(p, 1000, 5, "x", 1);
    u32 used = 0;
    while (vio_rig_collect(p->r, RX, &head, &written))
        used++;
    assert_int_equal(used, 1); /* a RST */
    strcpy(p->path, moved);
}

static void bad_paths(void **state)
{
    struct place *p = *state;
    struct io_vsock io;
    struct error e = {0};
    char path[120];
    memset(path, 'x', sizeof path);
    path[100] = 0;
    assert_int_equal(io_vsock_unix_open(&io, &p->poll, path, &e), ERR_CONFIG);
    assert_int_equal(io_vsock_unix_open(&io, &p->poll, p->path, &e), ERR_BUSY);
    assert_int_equal(io_vsock_unix_open(&io, &p->poll, "/nonexistent/x", &e), ERR_IO);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_guest_reaches_a_program),         CASE(nobody_there_is_a_refusal),
        CASE(a_program_reaches_the_guest),       CASE(a_guest_refuses),
        CASE(nonsense_at_the_socket_is_hung_up), CASE(the_guests_credit_is_kept),
        CASE(the_hosts_credit_is_kept),          CASE(who_sends_too_much_is_cut_off),
        CASE(half_closed_streams_go_on),         CASE(last_words_arrive),
        CASE(bytes_on_their_way_arrive),         CASE(strangers_are_refused),
        CASE(there_are_so_many_streams),         CASE(a_driver_without_buffers_waits),
        CASE(small_buffers_break_the_driver),    CASE(a_reset_ends_all),
        CASE(streams_end_with_a_move),           CASE(bad_paths),
    };
    return cmocka_run_group_tests_name("vio_vsock", tests, NULL, NULL);
}
