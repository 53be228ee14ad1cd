/* SPDX-License-Identifier: ISC */
/* An interface of this host, where it may be made. */
#include "ether_rig.h"
#include "skip_all.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char name[16], word[96];

/* The host's side of the interface: a packet socket on it; -1: not allowed. */
static int host_side(void)
{
    struct ifreq r = {.ifr_flags = 0};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x88b5));
    if (fd < 0)
        return -1;
    memcpy(r.ifr_name, name, sizeof name);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &r), 0);
    r.ifr_flags |= IFF_UP;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
    assert_int_equal(ioctl(fd, SIOCGIFINDEX, &r), 0);
    struct sockaddr_ll a = {
        .sll_family = AF_PACKET, .sll_protocol = htons(0x88b5), .sll_ifindex = r.ifr_ifindex};
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

/* The next frame of ours: the host's own protocols talk on a new interface as well. */
static u32 next_mine(struct ether_rig *r, u8 got[2048])
{
    for (;;) {
        u32 len = ether_rig_wait(r, got);
        if (len > 14 && got[12] == 0x88 && got[13] == 0xb5)
            return len;
    }
}

static void carries_frames(void **state)
{
    (void)state;
    struct ether_rig r;
    u8 frame[IO_ETHER_MAX], got[2048];
    ether_rig_open(&r, word);
    ether_rig_carrier(&r, true);
    ether_rig_frame(frame, 60, 1);
    ether_rig_send(&r, frame, 60); /* the interface is down */
    assert_int_equal(r.cable.counters(r.cable.ctx)->lost_out, 1);
    int host = host_side();
    assert_true(host >= 0);
    for (u32 len = 60; len <= 1514; len += 727) {
        ether_rig_frame(frame, len, (u8)len);
        ether_rig_send(&r, frame, len);
        assert_int_equal(recv(host, got, sizeof got, 0), len);
        assert_memory_equal(got, frame, len);
        for (u8 i = 0; i < 30; i++) {
            frame[20] = i;
            assert_int_equal(send(host, frame, len, 0), len);
        }
        for (u8 i = 0; i < 30; i++) {
            assert_int_equal(next_mine(&r, got), len);
            assert_int_equal(got[20], i);
        }
    }
    close(host);
    ether_rig_close(&r);
}

static void drops_what_is_too_long(void **state)
{
    (void)state;
    struct ether_rig r;
    u8 frame[2048], got[2048];
    ether_rig_open(&r, word);
    int host = host_side();
    struct ifreq mtu = {.ifr_mtu = 1900};
    memcpy(mtu.ifr_name, name, sizeof name);
    assert_int_equal(ioctl(host, SIOCSIFMTU, &mtu), 0);
    ether_rig_frame(frame, 1800, 1);
    assert_int_equal(send(host, frame, 1800, 0), 1800);
    assert_int_equal(send(host, frame, 100, 0), 100);
    assert_int_equal(next_mine(&r, got), 100);
    assert_int_equal(r.cable.counters(r.cable.ctx)->too_long, 1);
    close(host);
    ether_rig_close(&r);
}

/* An interface that somebody removes comes back with a new look for it. */
static void goes_and_comes_back(void **state)
{
    (void)state;
    struct ether_rig r;
    char command[64];
    u8 got[2048];
    ether_rig_open(&r, word);
    ether_rig_carrier(&r, true);
    snprintf(command, sizeof command, "ip link delete %s", name);
    assert_int_equal(system(command), 0);
    ether_rig_carrier(&r, false);
    ether_rig_send(&r, got, 60);
    assert_int_equal(r.cable.counters(r.cable.ctx)->lost_out, 1);
    ether_rig_carrier(&r, true);
    int host = host_side();
    ether_rig_frame(got, 60, 1);
    ether_rig_send(&r, got, 60);
    assert_int_equal(recv(host, got, sizeof got, 0), 60);
    close(host);
    ether_rig_close(&r);
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    assert_int_equal(ether_rig_try(&r, "tap:lo", &e), ERR_IO);
    assert_non_null(strstr(e.msg, access("/dev/net/tun", F_OK) ? "/dev/net/tun" : "lo: "));
    host_poll_fini(&r.poll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_frames),
        cmocka_unit_test(drops_what_is_too_long),
        cmocka_unit_test(goes_and_comes_back),
        cmocka_unit_test(names_what_is_wrong),
    };
    struct ether_rig r;
    struct error e;
    snprintf(name, sizeof name, "ks%u", (unsigned)getpid());
    snprintf(word, sizeof word, "tap:%s", name);
    if (ether_rig_try(&r, word, &e))
        skip_all(e.msg);
    ether_rig_close(&r);
    return cmocka_run_group_tests_name("io_ether_tap", tests, NULL, NULL);
}
