/* SPDX-License-Identifier: ISC */
/* Signals that ask to end, where nobody acts on them. */
#include "host/host_clock.h"
#include "host/host_term.h"
#include "lib/types.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define NAP_NS 20000000u
#define NAPS   1000u

/* A program on a terminal, held up by something that no signal ends. */
static pid_t held_up(int terminal)
{
    int ready[2];
    char ch;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (!pid) {
        dup2(terminal, 0);
        host_term_open(false);
        if (write(ready[1], "x", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &ch, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

/* The status with which it ended. */
static int ask_until_it_ends(pid_t pid, int sig)
{
    int status = 0;
    pid_t ended = 0;
    for (unsigned i = 0; i < NAPS && !ended; i++) {
        kill(pid, sig);
        host_clock_sleep(NAP_NS);
        ended = waitpid(pid, &status, WNOHANG);
    }
    if (!ended)
        kill(pid, SIGKILL);
    assert_int_equal(ended, pid);
    return status;
}

static void a_second_request_ends_what_is_held_up(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (unsigned i = 0; i < ARRAY_LEN(signals); i++) {
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
        int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
        struct termios before, during, after;
        assert_int_equal(tcgetattr(terminal, &before), 0);
        pid_t pid = held_up(terminal);
        assert_int_equal(tcgetattr(terminal, &during), 0);
        assert_int_not_equal(during.c_lflag, before.c_lflag);
        int status = ask_until_it_ends(pid, signals[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_int_equal(tcgetattr(terminal, &after), 0);
        assert_int_equal(after.c_lflag, before.c_lflag);
        assert_int_equal(after.c_iflag, before.c_iflag);
        close(terminal);
        close(master);
    }
}

/* As timeout(1) sends them, and a terminal that is closed. */
static void requests_that_come_together_are_one(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (!pid) {
        host_term_note_signals();
        raise(SIGTERM);
        raise(SIGTERM);
        raise(SIGHUP);
        _exit(host_term_signal() == SIGHUP ? 7 : 8);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_request_ends_what_is_held_up),
        cmocka_unit_test(requests_that_come_together_are_one),
    };
    return cmocka_run_group_tests_name("host_term", tests, NULL, NULL);
}
