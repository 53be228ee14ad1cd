/* SPDX-License-Identifier: ISC */
/* What a trace says beside what the parts of the machine say: names, and the console's lines. */
#ifndef VMM_VMM_TRACE_H
#define VMM_VMM_TRACE_H

#include "machine/machine.h"

/* The console's line that is being written: into the trace's file, to find one's way. */
struct vmm_trace_line {
    char text[100];
    unsigned len;
};

void vmm_trace_names(struct machine *m); /* m->names, for the lines of its trace */
void vmm_trace_console(struct vmm_trace_line *l, struct trace *t, u8 ch);
void vmm_trace_finish(struct vmm_trace_line *l, struct trace *t);

#endif
