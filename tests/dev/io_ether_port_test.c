/* SPDX-License-Identifier: ISC */
/* An interface of this host and a switch of VDE, where they can be had. */
#include "ether_rig.h"

#include "host/host_port.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char name[16], word[96];

/* ---- tap ---- */

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

static void need_tap(struct ether_rig *r)
{
    struct error e;
    snprintf(name, sizeof name, "ks%u", (unsigned)getpid());
    snprintf(word, sizeof word, "tap:%s", name);
    if (!ether_rig_try(r, word, &e))
        return;
    print_message("# skipped: %s\n", e.msg);
    host_poll_fini(&r->poll);
    skip();
}

static void tap_carries_frames(void **state)
{
    (void)state;
    struct ether_rig r;
    u8 frame[IO_ETHER_MAX], got[2048];
    need_tap(&r);
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

static void tap_drops_what_is_too_long(void **state)
{
    (void)state;
    struct ether_rig r;
    u8 frame[2048], got[2048];
    need_tap(&r);
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
static void tap_goes_and_comes_back(void **state)
{
    (void)state;
    struct ether_rig r;
    char command[64];
    u8 got[2048];
    need_tap(&r);
    ether_rig_carrier(&r, true);
    snprintf(command, sizeof command, "ip link delete %s 2>/dev/null", name);
    if (system(command) != 0) {
        ether_rig_close(&r);
        skip();
    }
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

static void tap_names_what_is_wrong(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    assert_int_equal(ether_rig_try(&r, "tap:lo", &e), ERR_IO);
    assert_non_null(strstr(e.msg, access("/dev/net/tun", F_OK) ? "/dev/net/tun" : "lo: "));
    host_poll_fini(&r.poll);
}

/* ---- VDE ---- */

static char dir[] = "/tmp/kuseg-vde-XXXXXX", ctl[64];

struct vde_switch {
    pid_t pid;
    int input; /* at the end of which it ends */
};

static struct vde_switch switch_start(void)
{
    int in[2];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    struct vde_switch s = {.pid = fork(), .input = in[1]};
    if (!s.pid) {
        dup2(in[0], 0);
        dup2(open("/dev/null", O_WRONLY), 1);
        dup2(1, 2);
        execlp("vde_switch", "vde_switch", "-s", ctl, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    return s;
}

static void switch_stop(struct vde_switch s)
{
    kill(s.pid, SIGTERM);
    assert_int_equal(waitpid(s.pid, NULL, 0), s.pid);
    close(s.input);
}

/* The library loads its own modules in a way that sanitizers end the program for. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED false
#endif

static void need_vde(void)
{
    if (SANITIZED) {
        print_message("# skipped: libvdeplug and sanitizers do not go together\n");
        skip();
    }
    struct host_port p;
    struct error e;
    bool missing = system("command -v vde_switch >/dev/null") != 0;
    enum err err = host_vde_open(&p, "/nowhere", &e);
    if (!missing && err != ERR_USAGE)
        return;
    print_message("# skipped: %s\n", missing ? "vde2 is not installed" : e.msg);
    skip();
}

static void vde_carries_frames_and_comes_back(void **state)
{
    (void)state;
    struct ether_rig end[2];
    u8 frame[1514], got[2048];
    need_vde();
    assert_non_null(mkdtemp(dir));
    snprintf(ctl, sizeof ctl, "%s/switch", dir);
    snprintf(word, sizeof word, "vde:%s", ctl);
    for (unsigned i = 0; i < 2; i++)
        ether_rig_open(&end[i], word); /* there is none yet */
    assert_int_equal(ether_rig_get(&end[0], got), 0);
    for (unsigned round = 0; round < 2; round++) {
        struct vde_switch vde = switch_start();
        for (unsigned i = 0; i < 2; i++)
            ether_rig_carrier(&end[i], true);
        for (u32 len = 60; len <= sizeof frame; len += 727)
            for (unsigned i = 0; i < 2; i++) {
                ether_rig_frame(frame, len, (u8)len);
                ether_rig_send(&end[i], frame, len);
                assert_int_equal(ether_rig_wait(&end[!i], got), len);
                assert_memory_equal(got, frame, len);
            }
        switch_stop(vde);
        for (unsigned i = 0; i < 2; i++)
            ether_rig_carrier(&end[i], false);
        ether_rig_send(&end[0], frame, 60);
    }
    for (unsigned i = 0; i < 2; i++)
        ether_rig_close(&end[i]);
    snprintf(word, sizeof word, "rm -r %s", dir);
    assert_int_equal(system(word), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap_carries_frames),
        cmocka_unit_test(tap_drops_what_is_too_long),
        cmocka_unit_test(tap_goes_and_comes_back),
        cmocka_unit_test(tap_names_what_is_wrong),
        cmocka_unit_test(vde_carries_frames_and_comes_back),
    };
    return cmocka_run_group_tests_name("io_ether_port", tests, NULL, NULL);
}
