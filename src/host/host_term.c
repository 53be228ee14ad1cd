/* SPDX-License-Identifier: ISC */
/*
 * Standard input and output. The state is the process's own, like the terminal's: a machine that
 * needs a console of its own gets another back end.
 */
#include "host/host_term.h"
#include "host/host_clock.h"
#include "host/host_poll.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Signals that come together are one request: those who end a program send it more than one. */
#define HOST_TERM_PATIENCE_NS 500000000u

static struct {
    bool open, raw, eof, out_broken;
    bool shared;   /* the messages go to the same terminal as the output */
    bool mid_line; /* the output ended in the middle of a line */
    struct termios saved, ours;
    volatile sig_atomic_t signal, resized;
    u64 signal_ns; /* when the first came; of the handlers only */
    u8 out[4096];
    size_t out_len;
} term;

static void host_term_on_resize(int sig)
{
    (void)sig;
    term.resized = true;
}

/* Control-Z: give the terminal back, stop, take it again. */
static void host_term_on_suspend(int sig)
{
    int saved_errno = errno;
    (void)sig;
    if (term.raw)
        tcsetattr(0, TCSADRAIN, &term.saved);
    raise(SIGSTOP);
    if (term.raw)
        tcsetattr(0, TCSADRAIN, &term.ours);
    errno = saved_errno;
}

/* At least leave a usable terminal, then die of the signal. */
static void host_term_on_crash(int sig)
{
    if (term.raw)
        tcsetattr(0, TCSANOW, &term.saved);
    signal(sig, SIG_DFL);
    raise(sig);
}

/* Asked once more, we end whatever holds us up: a host's disk, a server, a pipe nobody reads. */
static void host_term_on_signal(int sig)
{
    int saved_errno = errno;
    u64 now = host_clock_mono_ns();
    if (!term.signal)
        term.signal_ns = now;
    else if (now - term.signal_ns >= HOST_TERM_PATIENCE_NS)
        host_term_on_crash(sig);
    term.signal = sig;
    errno = saved_errno;
}

static void host_term_catch(int sig, void (*handler)(int))
{
    struct sigaction sa = {.sa_handler = handler};
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, NULL);
}

static bool host_term_is_shared(void)
{
    struct stat out, err;
    return isatty(1) && isatty(2) && !fstat(1, &out) && !fstat(2, &err) &&
           out.st_rdev == err.st_rdev;
}

/* A message of ours follows: after all output so far, and in the first column. */
static void host_term_end_line(void)
{
    if (!term.shared)
        return;
    if (term.mid_line)
        host_term_put('\n');
    host_term_flush();
}

static void host_term_make_raw(bool pass_signals)
{
    if (!isatty(0) || tcgetattr(0, &term.saved))
        return;
    term.ours = term.saved;
    term.ours.c_iflag &= (tcflag_t) ~(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    term.ours.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ECHONL | IEXTEN);
    if (pass_signals)
        term.ours.c_lflag &= (tcflag_t)~ISIG;
    term.ours.c_cc[VMIN] = 1;
    term.ours.c_cc[VTIME] = 0;
    if (!tcsetattr(0, TCSADRAIN, &term.ours))
        term.raw = true;
}

static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU};

void host_term_reserve(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
    host_term_catch(SIGXFSZ, SIG_IGN); /* but EFBIG */
}

void host_term_note_signals(void)
{
    for (unsigned i = 0; i < ARRAY_LEN(end_signals); i++)
        host_term_catch(end_signals[i], host_term_on_signal);
    host_term_catch(SIGPIPE, SIG_IGN); /* writing says EPIPE */
}

void host_term_open(bool pass_signals)
{
    if (term.open)
        return;
    static bool at_exit;
    if (!at_exit)
        atexit(host_term_close);
    at_exit = true;
    term.open = true;
    term.eof = term.out_broken = term.mid_line = false;
    term.shared = host_term_is_shared();
    log_before(host_term_end_line);
    host_term_note_signals();
    host_term_catch(SIGTSTP, host_term_on_suspend);
    host_term_catch(SIGABRT, host_term_on_crash);
    host_term_make_raw(pass_signals);
}

void host_term_close(void)
{
    if (!term.open)
        return;
    host_term_flush();
    if (term.raw)
        tcsetattr(0, TCSADRAIN, &term.saved);
    term.raw = term.open = false;
    for (unsigned i = 0; i < ARRAY_LEN(end_signals); i++)
        host_term_catch(end_signals[i], SIG_DFL);
    host_term_catch(SIGTSTP, SIG_DFL);
    host_term_catch(SIGABRT, SIG_DFL);
    host_term_catch(SIGWINCH, SIG_DFL);
}

int host_term_signal(void)
{
    return term.signal;
}

void host_term_watch_size(void)
{
    host_term_catch(SIGWINCH, host_term_on_resize);
}

bool host_term_resized(void)
{
    bool was = term.resized;
    term.resized = false;
    return was;
}

bool host_term_calls(void)
{
    return term.signal || term.resized;
}

bool host_term_read(u8 *ch)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    if (term.eof || host_poll_fds(&in, 1, 0) <= 0)
        return false;
    ssize_t got = read(0, ch, 1);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        term.eof = true;
    return got == 1;
}

bool host_term_eof(void)
{
    return term.eof;
}

void host_term_put(u8 ch)
{
    if (term.out_len == sizeof term.out)
        host_term_flush();
    term.out[term.out_len++] = ch;
    term.mid_line = ch != '\n' && ch != '\r';
}

/* Waits for a slow reader, but not for one who does not read while we are asked to end. */
void host_term_flush(void)
{
    size_t done = 0;
    while (done < term.out_len && !term.out_broken) {
        struct pollfd out = {.fd = 1, .events = POLLOUT};
        if (host_poll_fds(&out, 1, ~0ull) <= 0) {
            if (term.signal)
                break;
            continue;
        }
        /* A pipe that can be written to takes PIPE_BUF bytes without blocking. */
        size_t most = term.out_len - done;
        ssize_t n = write(1, term.out + done, most < PIPE_BUF ? most : PIPE_BUF);
        if (n > 0) {
            done += (size_t)n;
        } else if (errno != EAGAIN && errno != EINTR) {
            term.out_broken = true;
            term.shared = false;
            log_warn("cannot write to standard output any more: %m");
        }
    }
    term.out_len = 0;
}
