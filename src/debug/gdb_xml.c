/* SPDX-License-Identifier: ISC */
#include "debug/gdb_xml.h"

#include <string.h>

static void gdb_xml_text(struct buf *out, const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        u8 c = text->data[i];
        if (c == '<' || c == '&' || c == '"')
            buf_printf(out, "&#%u;", c);
        else if (c >= ' ' && c < 0x7f)
            buf_put_u8(out, c);
    }
}

static void gdb_xml_reg(const struct debug_reg *r, unsigned number, struct buf *out)
{
    buf_printf(out, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"", r->name,
               r->bytes * 8u, number, r->type ? r->type : "int");
    if (r->group)
        buf_printf(out, " group=\"%s\"", r->group);
    buf_printf(out, "/>\n");
}

/* The registers of the feature of the first register that has it. */
static void gdb_xml_feature(const struct debug_target *t, unsigned first, struct buf *out)
{
    const char *name = t->reg[first].feature;
    for (unsigned i = 0; i < first; i++)
        if (!strcmp(t->reg[i].feature, name))
            return;
    buf_printf(out, "<feature name=\"%s\">\n", name);
    for (unsigned i = first; i < t->nregs; i++)
        if (!strcmp(t->reg[i].feature, name))
            gdb_xml_reg(&t->reg[i], i, out);
    buf_printf(out, "</feature>\n");
}

void gdb_xml_features(const struct debug_target *t, struct buf *out)
{
    buf_printf(out, "<?xml version=\"1.0\"?>\n"
                    "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
                    "<target version=\"1.0\">\n");
    buf_printf(out, "<architecture>%s</architecture>\n", t->arch);
    for (unsigned i = 0; i < t->nregs; i++)
        gdb_xml_feature(t, i, out);
    buf_printf(out, "</target>\n");
}

void gdb_xml_memory_map(const struct debug_target *t, struct buf *out)
{
    struct debug_range r;
    buf_printf(out, "<?xml version=\"1.0\"?>\n"
                    "<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\"\n"
                    "  \"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n"
                    "<memory-map>\n");
    for (unsigned i = 0; t->ops->mem_range(t->ctx, i, &r); i++)
        buf_printf(out, "<memory type=\"%s\" start=\"0x%llx\" length=\"0x%llx\"/>\n",
                   r.rom ? "rom" : "ram", (unsigned long long)r.start, (unsigned long long)r.len);
    buf_printf(out, "</memory-map>\n");
}

static void gdb_xml_thread(const struct debug_target *t, unsigned thread, struct buf *out)
{
    struct buf text = {0};
    t->ops->thread_name(t->ctx, thread, &text);
    buf_printf(out, "<thread id=\"%x\" core=\"%u\" name=\"", thread + 1, thread);
    gdb_xml_text(out, &text);
    buf_printf(out, "\">");
    text.len = 0;
    t->ops->thread_extra(t->ctx, thread, &text);
    gdb_xml_text(out, &text);
    buf_printf(out, "</thread>\n");
    buf_fini(&text);
}

void gdb_xml_threads(const struct debug_target *t, bool any, struct buf *out)
{
    buf_printf(out, "<?xml version=\"1.0\"?>\n<threads>\n");
    for (unsigned i = 0; i < t->nthreads; i++)
        if (any && t->ops->alive(t->ctx, i))
            gdb_xml_thread(t, i, out);
    buf_printf(out, "</threads>\n");
}
