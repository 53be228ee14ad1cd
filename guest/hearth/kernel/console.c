/* SPDX-License-Identifier: ISC */
/*
 * The console. Output goes through a ring that the transmitter's interrupts empty. Input is edited
 * here and reaches readers line by line: backspace, ^U (kill line), ^W (kill word), ^D (end of
 * input), ^C (end the program that the shell waits for). Typing ahead works: finished lines queue
 * up in the ring before the line being edited. A line is shown when somebody wants to read it, so
 * that it stands behind the reader's prompt also if it was typed, or came from a script, long
 * before.
 */
#include "console.h"

#include "board.h"
#include "lock.h"
#include "proc.h"
#include "sched.h"

#define CONSOLE_OUT 1024u
#define CONSOLE_IN  1024u

#define CTRL(c) ((c)&0x1f)

static struct console {
    struct lock lock;
    bool seized;  /* no interrupts any more: poll */
    bool sending; /* the transmitter has a character */
    char out[CONSOLE_OUT];
    u32 out_head, out_tail; /* written, sent; free-running */
    char in[CONSOLE_IN];
    u32 in_edit, in_line, in_read; /* end of edited text, of finished lines, read; free-running */
    u32 in_shown;                  /* echoed up to here */
    u32 readers;
    bool in_held; /* the ring is full of lines: the board keeps what is typed */
} console;

static void console_start_locked(void)
{
    while (!console.sending && console.out_head != console.out_tail) {
        console.sending = board_console_send((u8)console.out[console.out_tail++ % CONSOLE_OUT]);
        if (console.out_head - console.out_tail == CONSOLE_OUT / 2)
            sched_wake(&console.out);
    }
}

/* Wait by polling until one more character is out. Alone on the board, the CPU can doze
 * meanwhile. */
static void console_poll_locked(void)
{
    while (console.sending && !board_console_sent())
        if (console.seized)
            board_wait();
    console.sending = false;
    console_start_locked();
}

static void console_drain_locked(void)
{
    while (console.sending || console.out_head != console.out_tail)
        console_poll_locked();
}

static bool console_full_locked(void)
{
    return console.out_head - console.out_tail >= CONSOLE_OUT;
}

static void console_put_locked(char c)
{
    while (console_full_locked())
        console_poll_locked();
    console.out[console.out_head++ % CONSOLE_OUT] = c;
    console_start_locked();
    if (console.seized)
        console_drain_locked();
}

void console_kernel_put(char c)
{
    lock_take(&console.lock);
    console_put_locked(c);
    lock_drop(&console.lock);
}

void console_seize(void)
{
    console.lock.held = 0;
    console.seized = true;
    console_drain_locked();
}

int console_write(const void *data, u32 size)
{
    const char *text = data;

    lock_take(&console.lock);
    for (u32 i = 0; i < size; i++) {
        while (CONSOLE_OUT - (console.out_head - console.out_tail) < 2)
            sched_sleep(&console.out, &console.lock);
        console_put_locked(text[i]);
    }
    lock_drop(&console.lock);
    return (int)size;
}

/* Asking the transmitter is done under our lock: whoever finds it ready has to feed it. */
void console_transmitter(void)
{
    lock_take(&console.lock);
    if (board_console_sent())
        console.sending = false;
    console_start_locked();
    lock_drop(&console.lock);
}

static void console_echo_locked(const char *s)
{
    for (; *s; s++)
        if (!console_full_locked())
            console_put_locked(*s);
}

static bool console_is_end(char c)
{
    return c == '\n' || c == CTRL('D');
}

/* Of the line that is read next, what was not shown yet. */
static void console_show_locked(void)
{
    while (console.readers && console.in_shown != console.in_edit &&
           (console.in_shown == console.in_read ||
            !console_is_end(console.in[(console.in_shown - 1) % CONSOLE_IN]))) {
        char c = console.in[console.in_shown++ % CONSOLE_IN];
        if (c != CTRL('D'))
            console_echo_locked((char[]){c, 0});
    }
}

static void console_erase_locked(void)
{
    bool shown = console.in_shown == console.in_edit--;

    if (!shown)
        return;
    console.in_shown = console.in_edit;
    console_echo_locked("\b \b");
}

static void console_erase_all_locked(bool word)
{
    while (console.in_edit != console.in_line) {
        bool blank = console.in[(console.in_edit - 1) % CONSOLE_IN] == ' ';
        console_erase_locked();
        if (word && blank)
            break;
    }
}

static void console_insert_locked(char c)
{
    if (console.in_edit - console.in_read >= CONSOLE_IN)
        return;
    console.in[console.in_edit++ % CONSOLE_IN] = c;
    console_show_locked();
    if (console_is_end(c)) {
        console.in_line = console.in_edit;
        sched_wake(&console.in);
    }
}

/* A full ring must not cost characters while a reader may still empty it. Holding and listening
 * are done under our lock, so that neither overtakes the other. */
bool console_room(void)
{
    lock_take(&console.lock);
    bool full = console.in_edit - console.in_read >= CONSOLE_IN;
    console.in_held = full && console.in_line != console.in_read;
    if (console.in_held)
        board_console_listen(false);
    bool held = console.in_held;
    lock_drop(&console.lock);
    return !held;
}

void console_received(u8 c)
{
    lock_take(&console.lock);
    if (c == '\r')
        c = '\n';
    if (c == '\b' || c == 127) {
        if (console.in_edit != console.in_line)
            console_erase_locked();
    } else if (c == CTRL('U') || c == CTRL('W')) {
        console_erase_all_locked(c == CTRL('W'));
    } else if (c == CTRL('C')) {
        console_echo_locked("^C\n");
        if ((int)(console.in_shown - console.in_line) > 0)
            console.in_shown = console.in_line;
        console.in_edit = console.in_line;
        proc_interrupt();
    } else if (c >= ' ' || c == '\n' || c == CTRL('D')) {
        console_insert_locked((char)c);
    }
    lock_drop(&console.lock);
}

/* One line at most, with its newline; 0 bytes at ^D. */
int console_read(void *buffer, u32 size)
{
    char *to = buffer, c = 0;
    u32 n = 0;

    lock_take(&console.lock);
    while (console.out_head - console.out_tail > CONSOLE_OUT / 2) /* room for the echo */
        sched_sleep(&console.out, &console.lock);
    console.readers++;
    console_show_locked();
    while (console.in_read == console.in_line && !proc_self()->killed)
        sched_sleep(&console.in, &console.lock);
    console.readers--;
    while (n < size && c != '\n' && console.in_read != console.in_line) {
        c = console.in[console.in_read++ % CONSOLE_IN];
        if (c == CTRL('D'))
            break;
        to[n++] = c;
    }
    console_show_locked(); /* another reader's line */
    if (console.in_held)
        board_console_listen(true);
    console.in_held = false;
    lock_drop(&console.lock);
    return (int)n;
}
