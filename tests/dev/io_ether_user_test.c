/* SPDX-License-Identifier: ISC */
/*
 * User mode, used as a guest does: a tiny client of Ethernet, ARP, DHCP, UDP and TCP, against
 * servers on the loopback interface.
 */
#include "ether_rig.h"
#include "skip_all.h"

#include "lib/bits.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GUEST 0x0a00020fu /* 10.0.2.15 */
#define HOST  0x0a000202u

enum {
    FIN = 1,
    SYN = 2,
    RST = 4,
    PSH = 8,
    ACK = 16
};

struct client {
    struct ether_rig r;
    u8 mac[6], gateway[6];
    u8 got[2048];
    u32 len;
    u32 seq, ack; /* of the one connection */
    u16 port, peer_port;
};

/* ---- frames ---- */

static u16 sum(const u8 *p, u32 len, u32 start)
{
    u32 n = start;
    for (u32 i = 0; i < len; i++)
        n += i & 1 ? p[i] : (u32)p[i] << 8;
    while (n >> 16)
        n = (n & 0xffff) + (n >> 16);
    return (u16)~n;
}

static void put_ether(struct client *c, u8 *f, const u8 *to, u16 type)
{
    memcpy(f, to, 6);
    memcpy(f + 6, c->mac, 6);
    store_be16(f + 12, type);
}

/* An IPv4 packet around `len` bytes that stand at f + 34. */
static void send_ip(struct client *c, u8 *f, const u8 *to_mac, u32 from, u32 to, u8 proto, u32 len)
{
    u8 *ip = f + 14;
    put_ether(c, f, to_mac, 0x0800);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    store_be16(ip + 2, (u16)(20 + len));
    ip[8] = 64;
    ip[9] = proto;
    store_be32(ip + 12, from);
    store_be32(ip + 16, to);
    store_be16(ip + 10, sum(ip, 20, 0));
    ether_rig_send(&c->r, f, 34 + len);
}

static void send_udp(struct client *c, u32 to, u16 from_port, u16 to_port, const void *data,
                     u32 len)
{
    u8 f[1514] = {0};
    static const u8 all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    store_be16(f + 34, from_port);
    store_be16(f + 36, to_port);
    store_be16(f + 38, (u16)(8 + len));
    memcpy(f + 42, data, len);
    send_ip(c, f, to == ~0u ? all : c->gateway, to == ~0u ? 0 : GUEST, to, 17, 8 + len);
}

static void send_tcp(struct client *c, u8 flags, const void *data, u32 len)
{
    u8 f[1514] = {0}, *t = f + 34;
    store_be16(t, c->port);
    store_be16(t + 2, c->peer_port);
    store_be32(t + 4, c->seq);
    store_be32(t + 8, c->ack);
    t[12] = 0x50;
    t[13] = flags;
    store_be16(t + 14, 0xffff);
    if (len)
        memcpy(t + 20, data, len);
    u32 pseudo = (GUEST >> 16) + (GUEST & 0xffff) + (HOST >> 16) + (HOST & 0xffff) + 6 + 20 + len;
    store_be16(t + 16, sum(t, 20 + len, pseudo));
    send_ip(c, f, c->gateway, GUEST, HOST, 6, 20 + len);
    c->seq += len + (flags & (SYN | FIN) ? 1 : 0);
}

/* Waits for a packet of that protocol; others are passed over, but for questions who we are. */
static void wait_ip(struct client *c, u8 proto)
{
    for (;;) {
        c->len = ether_rig_wait(&c->r, c->got);
        u16 type = load_be16(c->got + 12);
        if (c->len > 34 && type == 0x0800 && c->got[23] == proto)
            return;
        if (c->len < 42 || type != 0x0806 || c->got[21] != 1 || load_be32(c->got + 38) != GUEST)
            continue;
        u8 f[42];
        memcpy(f, c->got, sizeof f);
        put_ether(c, f, c->got + 6, 0x0806);
        f[21] = 2;
        memcpy(f + 22, c->mac, 6);
        store_be32(f + 28, GUEST);
        memcpy(f + 32, c->got + 22, 10);
        ether_rig_send(&c->r, f, sizeof f);
    }
}

/* A segment with these flags for our port; its data are put to `data`. Acknowledges it. */
static u32 wait_tcp(struct client *c, u8 flags, u8 *data)
{
    for (;;) {
        wait_ip(c, 6);
        const u8 *t = c->got + 34;
        u32 len = load_be16(c->got + 16) - 20u - (t[12] >> 4) * 4u;
        if (load_be16(t + 2) != c->port || (t[13] & flags) != flags ||
            (!(flags & (SYN | RST)) && !len && !(flags & FIN)))
            continue;
        memcpy(data, t + (t[12] >> 4) * 4, len);
        c->peer_port = load_be16(t);
        c->ack = load_be32(t + 4) + len + (t[13] & (SYN | FIN) ? 1 : 0);
        return len;
    }
}

/* ---- the guest ---- */

static void resolve(struct client *c)
{
    u8 f[42] = {0};
    static const u8 all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    put_ether(c, f, all, 0x0806);
    memcpy(f + 14, "\0\1\x08\0\6\4\0\1", 8);
    memcpy(f + 22, c->mac, 6);
    store_be32(f + 28, GUEST);
    store_be32(f + 38, HOST);
    ether_rig_send(&c->r, f, sizeof f);
    do
        c->len = ether_rig_wait(&c->r, c->got);
    while (load_be16(c->got + 12) != 0x0806 || c->got[21] != 2);
    assert_int_equal(load_be32(c->got + 28), HOST);
    memcpy(c->gateway, c->got + 22, 6);
}

static void client_open(struct client *c, const char *word)
{
    memset(c, 0, sizeof *c);
    memcpy(c->mac, "\2kuse\1", 6);
    ether_rig_open(&c->r, word);
    ether_rig_carrier(&c->r, true);
}

static void client_ready(struct client *c, const char *word)
{
    client_open(c, word);
    resolve(c);
}

/* ---- servers ---- */

static u16 port_of(int fd)
{
    struct sockaddr_in a = {.sin_port = 0};
    socklen_t len = sizeof a;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    return ntohs(a.sin_port);
}

static int server(int type, u16 *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 4), 0);
    *port = port_of(fd);
    return fd;
}

static int to_server(u16 port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

/* ---- cases ---- */

/* The option's value in the DHCP message received, or NULL. */
static const u8 *dhcp_option(const struct client *c, u8 kind)
{
    for (const u8 *p = c->got + 282; p + 2 < c->got + c->len && *p != 255; p += *p ? p[1] + 2 : 1)
        if (*p == kind)
            return p + 2;
    return NULL;
}

static void dhcp(struct client *c, u8 kind, u32 wanted)
{
    u8 m[260] = {1, 1, 6, 0, 'k', 'u', 's', 'e'};
    memcpy(m + 28, c->mac, 6);
    memcpy(m + 236, "\x63\x82\x53\x63\x35\1", 6);
    m[242] = kind;
    m[243] = 50;
    m[244] = 4;
    store_be32(m + 245, wanted);
    m[249] = 255;
    send_udp(c, ~0u, 68, 67, m, sizeof m);
    wait_ip(c, 17);
    assert_int_equal(load_be16(c->got + 36), 68);
    assert_memory_equal(c->got + 46, "kuse", 4);
}

static void dhcp_gives_an_address(void **state)
{
    (void)state;
    struct client c;
    client_open(&c, "user");
    dhcp(&c, 1, GUEST);
    assert_int_equal(dhcp_option(&c, 53)[0], 2);
    assert_int_equal(load_be32(c.got + 58), GUEST);
    dhcp(&c, 3, GUEST);
    assert_int_equal(dhcp_option(&c, 53)[0], 5);
    assert_int_equal(load_be32(c.got + 58), GUEST);
    assert_int_equal(load_be32(dhcp_option(&c, 1)), 0xffffff00);
    assert_int_equal(load_be32(dhcp_option(&c, 3)), HOST);
    assert_int_equal(load_be32(dhcp_option(&c, 6)), 0x0a000203);
    ether_rig_close(&c.r);
}

static void tcp_reaches_a_server(void **state)
{
    (void)state;
    struct client c;
    u8 data[2048];
    client_ready(&c, "user");
    int listener = server(SOCK_STREAM, &c.peer_port);
    c.port = 1025;
    send_tcp(&c, SYN, NULL, 0);
    wait_tcp(&c, SYN | ACK, data);
    send_tcp(&c, ACK, NULL, 0);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    send_tcp(&c, ACK | PSH, "to the host", 11);
    assert_int_equal(write(fd, "to the guest", 12), 12);
    assert_int_equal(wait_tcp(&c, ACK, data), 12);
    assert_memory_equal(data, "to the guest", 12);
    send_tcp(&c, ACK, NULL, 0);
    assert_int_equal(recv(fd, data, sizeof data, MSG_WAITALL | MSG_DONTWAIT), 11);
    assert_memory_equal(data, "to the host", 11);
    close(fd);
    wait_tcp(&c, FIN, data);
    send_tcp(&c, ACK | FIN, NULL, 0);
    close(listener);
    ether_rig_close(&c.r);
}

/* Acknowledgements that wait, with the number that the last one has. */
static unsigned waiting_acks(struct client *c, u32 *ack)
{
    unsigned n = 0;
    while ((c->len = ether_rig_get(&c->r, c->got))) {
        assert_int_equal(c->len, 54);
        assert_int_equal(c->got[47], ACK);
        *ack = load_be32(c->got + 42);
        n++;
    }
    return n;
}

/* What waits side by side comes as one; but each that asks for what is missing comes. */
static void acknowledgements_come_together(void **state)
{
    (void)state;
    struct client c;
    u8 data[2048] = {0};
    u32 ack;
    client_ready(&c, "user");
    int listener = server(SOCK_STREAM, &c.peer_port);
    c.port = 1025;
    send_tcp(&c, SYN, NULL, 0);
    wait_tcp(&c, SYN | ACK, data);
    send_tcp(&c, ACK, NULL, 0);
    assert_int_equal(waiting_acks(&c, &ack), 0);
    for (unsigned i = 0; i < 10; i++)
        send_tcp(&c, ACK, data, 500);
    assert_int_equal(waiting_acks(&c, &ack), 1);
    assert_true(ack == c.seq);
    c.seq += 500; /* one is lost */
    for (unsigned i = 0; i < 3; i++)
        send_tcp(&c, ACK, data, 500);
    assert_int_equal(waiting_acks(&c, &ack), 3);
    assert_true(ack == c.seq - 2000);
    close(listener);
    ether_rig_close(&c.r);
}

static void udp_reaches_a_server(void **state)
{
    (void)state;
    struct client c;
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    u8 data[64];
    u16 port;
    client_ready(&c, "user");
    int fd = server(SOCK_DGRAM, &port);
    send_udp(&c, HOST, 4000, port, "ping", 4);
    assert_int_equal(recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &len), 4);
    assert_int_equal(sendto(fd, "pong!", 5, 0, (struct sockaddr *)&from, len), 5);
    wait_ip(&c, 17);
    assert_int_equal(load_be16(c.got + 36), 4000);
    assert_memory_equal(c.got + 42, "pong!", 5);
    close(fd);
    ether_rig_close(&c.r);
}

static void nothing_listens_there(void **state)
{
    (void)state;
    struct client c;
    u8 data[2048];
    client_ready(&c, "user");
    close(server(SOCK_STREAM, &c.peer_port));
    c.port = 1025;
    send_tcp(&c, SYN, NULL, 0);
    wait_tcp(&c, RST, data);
    ether_rig_close(&c.r);
}

/* A port that is free now. */
static u16 free_port(void)
{
    u16 port;
    close(server(SOCK_STREAM, &port));
    return port;
}

static void ports_lead_into_the_guest(const char *more)
{
    struct client c;
    char word[80];
    u8 data[2048];
    u16 port = free_port();
    snprintf(word, sizeof word, "user%s,hostfwd=tcp::%u-:80", more, port);
    client_ready(&c, word);
    int fd = to_server(port); /* the library has taken it before the guest knows */
    c.port = 80;
    wait_tcp(&c, SYN, data);
    send_tcp(&c, SYN | ACK, NULL, 0);
    assert_int_equal(write(fd, "GET", 3), 3);
    assert_int_equal(wait_tcp(&c, ACK | PSH, data), 3);
    assert_memory_equal(data, "GET", 3);
    send_tcp(&c, ACK | PSH, "page", 4);
    send_tcp(&c, ACK | FIN, NULL, 0);
    for (unsigned i = 0; i < 10; i++)
        host_poll_wait(&c.r.poll, -1, 0);
    assert_int_equal(recv(fd, data, sizeof data, MSG_DONTWAIT), 4);
    assert_memory_equal(data, "page", 4);
    close(fd);
    ether_rig_close(&c.r);
}

static void forwarded_ports_lead_into_the_guest(void **state)
{
    (void)state;
    ports_lead_into_the_guest("");
}

static void restricted_means_nothing_outside(void **state)
{
    (void)state;
    struct client c;
    u8 data[64];
    client_open(&c, "user,restrict");
    dhcp(&c, 1, GUEST);
    resolve(&c);
    int fd = server(SOCK_DGRAM, &c.peer_port);
    send_udp(&c, HOST, 4000, c.peer_port, "ping", 4);
    assert_true(recv(fd, data, sizeof data, MSG_DONTWAIT) < 0);
    close(fd);
    fd = server(SOCK_STREAM, &c.peer_port);
    c.port = 1025;
    send_tcp(&c, SYN, NULL, 0);
    wait_tcp(&c, RST, data);
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&waits, 1, 0), 0);
    close(fd);
    ether_rig_close(&c.r);
    ports_lead_into_the_guest(",restrict");
}

static void a_taken_port_is_an_error(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    char word[80];
    u16 port;
    int fd = server(SOCK_STREAM, &port);
    snprintf(word, sizeof word, "user,hostfwd=tcp::%u-:80", port);
    assert_int_equal(ether_rig_try(&r, word, &e), ERR_IO);
    assert_non_null(strstr(e.msg, "127.0.0.1"));
    assert_non_null(strstr(e.msg, "in use"));
    host_poll_fini(&r.poll);
    close(fd);
}

/* A server that sends without end, to a guest that takes nothing: no more than so much waits. */
static void a_flood_is_bounded(void **state)
{
    (void)state;
    struct client c;
    static u8 much[65536];
    u8 data[2048];
    unsigned n = 0;
    client_ready(&c, "user");
    int listener = server(SOCK_DGRAM, &c.peer_port);
    send_udp(&c, HOST, 4000, c.peer_port, "more", 4);
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    assert_int_equal(recvfrom(listener, data, 4, 0, (struct sockaddr *)&from, &len), 4);
    for (unsigned i = 0; i < 3000; i++) {
        (void)!sendto(listener, much, 1400, MSG_DONTWAIT, (struct sockaddr *)&from, len);
        host_poll_wait(&c.r.poll, -1, 0);
    }
    while (ether_rig_get(&c.r, c.got))
        n++;
    assert_true(n >= 200 && n <= 512);
    assert_int_equal(c.r.cable.counters(c.r.cable.ctx)->lost_in, 0);
    close(listener);
    ether_rig_close(&c.r);
}

static unsigned descriptors(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void is_answered(struct client *c, int server, u16 port, u16 server_port)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    u8 data[64];
    send_udp(c, HOST, port, server_port, "ping", 4);
    assert_int_equal(
        recvfrom(server, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&from, &len), 4);
    assert_int_equal(sendto(server, "pong", 4, 0, (struct sockaddr *)&from, len), 4);
    wait_ip(c, 17);
    assert_int_equal(load_be16(c->got + 36), port);
}

static void tcp_goes_on(struct client *c, int fd)
{
    u8 data[2048];
    send_tcp(c, ACK | PSH, "on", 2);
    assert_int_equal(recv(fd, data, sizeof data, 0), 2);
    assert_int_equal(write(fd, "back", 4), 4);
    assert_int_equal(wait_tcp(c, ACK, data), 4);
    send_tcp(c, ACK, NULL, 0);
}

/* A guest that opens ever more gets so many; what is open goes on, and a peer from outside waits.
 */
static void sockets_are_bounded(void **state)
{
    (void)state;
    struct client c;
    u8 data[2048];
    u16 udp_port, forwarded = free_port();
    char word[80];
    snprintf(word, sizeof word, "user,hostfwd=tcp::%u-:80", forwarded);
    client_ready(&c, word);
    int listener = server(SOCK_STREAM, &c.peer_port), udp = server(SOCK_DGRAM, &udp_port);
    c.port = 1025;
    send_tcp(&c, SYN, NULL, 0);
    wait_tcp(&c, SYN | ACK, data);
    send_tcp(&c, ACK, NULL, 0);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    is_answered(&c, udp, 4000, udp_port);
    const struct io_ether_counters *counters = c.r.cable.counters(c.r.cable.ctx);
    unsigned before = descriptors();
    assert_int_equal(counters->lost_out, 0);
    for (u16 i = 0; i < 600; i++)
        send_udp(&c, HOST, 5000 + i, udp_port, "more", 4);
    unsigned opened = descriptors() - before;
    assert_true(opened >= 200 && opened <= 256);
    assert_int_equal(counters->lost_out, 600 - opened);
    while (recv(udp, data, sizeof data, MSG_DONTWAIT) > 0)
        ;
    is_answered(&c, udp, 4000, udp_port);
    is_answered(&c, udp, 5000, udp_port);
    tcp_goes_on(&c, fd);
    struct client other = c;
    other.port++;
    send_tcp(&other, SYN, NULL, 0);
    assert_int_equal(counters->lost_out, 600 - opened + 1);
    int peer = to_server(forwarded);
    before = descriptors();
    for (unsigned i = 0; i < 10; i++)
        host_poll_wait(&c.r.poll, -1, 0);
    assert_int_equal(descriptors(), before);
    close(peer);
    close(fd);
    close(udp);
    close(listener);
    ether_rig_close(&c.r);
}

/* Noise from the guest: the library's to judge, and nothing of ours falls over it. */
static void noise_does_no_harm(void **state)
{
    (void)state;
    struct client c;
    u8 f[IO_ETHER_MAX + 1];
    u32 seed = (u32)rig_seed();
    client_ready(&c, "user,restrict");
    for (unsigned i = 0; i < 2000; i++) {
        for (u32 k = 0; k < sizeof f; k++)
            f[k] = (u8)((seed = seed * 1664525u + 1013904223u) >> 24);
        ether_rig_frame(f, IO_ETHER_HEADER, 0);
        store_be16(f + 12, i % 3 ? 0x0800 : 0x0806);
        ether_rig_send(&c.r, f, seed % (sizeof f + 1));
        while (ether_rig_get(&c.r, c.got))
            ;
        host_poll_wait(&c.r.poll, -1, 0);
    }
    resolve(&c);
    ether_rig_close(&c.r);
}

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* as host_term does */
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dhcp_gives_an_address),
        cmocka_unit_test(tcp_reaches_a_server),
        cmocka_unit_test(acknowledgements_come_together),
        cmocka_unit_test(udp_reaches_a_server),
        cmocka_unit_test(nothing_listens_there),
        cmocka_unit_test(forwarded_ports_lead_into_the_guest),
        cmocka_unit_test(restricted_means_nothing_outside),
        cmocka_unit_test(a_taken_port_is_an_error),
        cmocka_unit_test(a_flood_is_bounded),
        cmocka_unit_test(sockets_are_bounded),
        cmocka_unit_test(noise_does_no_harm),
    };
#ifndef KUSEG_SLIRP
    struct ether_rig r;
    struct error e;
    (void)tests;
    (void)set_up;
    if (ether_rig_try(&r, "user", &e) == ERR_USAGE)
        skip_all(e.msg);
    return 0;
#else
    return cmocka_run_group_tests_name("io_ether_user", tests, set_up, NULL);
#endif
}
