/* SPDX-License-Identifier: ISC */
/* A switch of VDE, where it can be had. */
#include "ether_rig.h"
#include "skip_all.h"

#include "host/host_port.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/kuseg-vde-XXXXXX", ctl[64], word[96];

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
    struct host_port p;
    struct error e;
    if (SANITIZED)
        skip_all("libvdeplug and sanitizers do not go together");
    if (system("command -v vde_switch >/dev/null") != 0)
        skip_all("vde2 is not installed");
    if (host_vde_open(&p, "/nowhere", &e) == ERR_USAGE)
        skip_all(e.msg);
}

static void carries_frames_and_comes_back(void **state)
{
    (void)state;
    struct ether_rig end[2];
    u8 frame[1514], got[2048];
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
        cmocka_unit_test(carries_frames_and_comes_back),
    };
    need_vde();
    return cmocka_run_group_tests_name("io_ether_vde", tests, NULL, NULL);
}
