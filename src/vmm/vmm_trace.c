/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_trace.h"

#include "machine/guest_names.h"

static const char *vmm_trace_place(void *ctx, unsigned cpu, u32 va, char text[GUEST_NAMES_TEXT])
{
    const struct machine *m = ctx;
    return guest_names_text(m->names, &m->cpu[cpu]->mips, va, text);
}

void vmm_trace_names(struct machine *m)
{
    m->trace.place = vmm_trace_place;
    m->trace.ctx = m;
}

static void vmm_trace_flush(struct vmm_trace_line *l, struct trace *t)
{
    trace_print(t, "console: %.*s", (int)l->len, l->text);
    l->len = 0;
}

void vmm_trace_console(struct vmm_trace_line *l, struct trace *t, u8 ch)
{
    if (ch == '\n' || l->len == sizeof l->text)
        vmm_trace_flush(l, t);
    if (ch != '\n' && ch != '\r')
        l->text[l->len++] = ch >= ' ' && ch < 0x7f ? (char)ch : '?';
}

void vmm_trace_finish(struct vmm_trace_line *l, struct trace *t)
{
    if (l->len)
        vmm_trace_flush(l, t);
    if (t->open)
        trace_end(t, "%s", "");
}
