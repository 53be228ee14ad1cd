/* SPDX-License-Identifier: ISC */
/* What a trace says beside what the parts of the machine say: names, and the console's lines. */
#ifndef CMD_RUN_TRACE_H
#define CMD_RUN_TRACE_H

#include "machine/machine.h"

/* The console's line that is being written: into the trace's file, to find one's way. */
struct run_trace_line {
    char text[100];
    unsigned len;
};

void run_trace_names(struct machine *m); /* m->names, for the lines of its trace */
void run_trace_console(struct run_trace_line *l, struct trace *t, u8 ch);
void run_trace_finish(struct run_trace_line *l, struct trace *t);

#endif
