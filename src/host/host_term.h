/* SPDX-License-Identifier: ISC */
/*
 * The terminal (or pipe) that the program was started on: characters in both directions, and the
 * signals that ask the program to end. One per process, as standard input and output are.
 */
#ifndef HOST_HOST_TERM_H
#define HOST_HOST_TERM_H

#include "lib/types.h"

/* First of all: descriptors 0 to 2 exist, lest a disk image that is opened becomes one of them; and
 * a file that may grow no more is an error, no signal. */
void host_term_reserve(void);

/* Characters come one by one, without echo; pass_signals: control-C and its like come as
 * characters. Asks for SIGINT, SIGTERM and SIGHUP to be noted. Undone by host_term_close, also at
 * exit and before the process is suspended. */
void host_term_open(bool pass_signals);
void host_term_close(void);

/* For a program that leaves the terminal alone: only the signals that ask to end. */
void host_term_note_signals(void);

bool host_term_read(u8 *ch); /* a character, if there is one */
bool host_term_eof(void);    /* nothing can come any more */
int host_term_signal(void);  /* the signal that asked to end; 0: none */

/* From now on a change of the terminal's size ends a wait, and is told of once. */
void host_term_watch_size(void);
bool host_term_resized(void);

bool host_term_calls(void); /* there is a signal of either kind */

/* Output, buffered. Flushing waits for the reader until asked to end; a closed reader is noticed.
 */
void host_term_put(u8 ch);
void host_term_flush(void);

#endif
