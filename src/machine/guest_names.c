/* SPDX-License-Identifier: ISC */
#include "machine/guest_names.h"

#include "host/host_dir.h"
#include "host/host_file.h"
#include "host/host_slurp.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUEST_NAMES_FILE_MAX MIB(64)
#define GUEST_NAMES_DIR_MAX  MIB(1) /* bytes of names */

static void guest_names_drop(struct guest_program *p)
{
    symtab_fini(&p->symbols);
    buf_fini(&p->file);
    free(p->name);
}

void guest_names_fini(struct guest_names *g)
{
    symtab_fini(&g->kernel);
    for (size_t i = 0; i < g->nprograms; i++)
        guest_names_drop(&g->program[i]);
    free(g->program);
    *g = (struct guest_names){0};
}

void guest_names_kernel(struct guest_names *g, const void *elf, size_t len)
{
    struct elf_image img;
    struct error e;
    if (elf_parse(elf, len, &img, &e) == ERR_OK)
        elf_symbols(&img, &g->kernel);
}

/* ---- programs by their files ---- */

static enum err guest_names_add_file(struct guest_names *g, const char *path, struct error *e)
{
    struct guest_program p = {0};
    if (g->nprograms == GUEST_NAMES_MAX)
        return err_set(e, ERR_LIMIT, "%s: more than %u programs", path, GUEST_NAMES_MAX);
    enum err err = host_slurp(path, GUEST_NAMES_FILE_MAX, &p.file, e);
    if (!err) {
        err = elf_parse(p.file.data, p.file.len, &p.elf, e);
        if (err)
            err_prefix(e, "%s", path);
    }
    if (err) {
        buf_fini(&p.file);
        return err;
    }
    const char *slash = strrchr(path, '/');
    p.name = xstrdup(slash ? slash + 1 : path);
    elf_symbols(&p.elf, &p.symbols);
    g->program = xrealloc(g->program, (g->nprograms + 1) * sizeof *g->program);
    g->program[g->nprograms++] = p;
    return ERR_OK;
}

/* Scripts, data, folders and programs of other machines are passed over. */
static enum err guest_names_add_folder(struct guest_names *g, const char *path, int dir,
                                       struct error *e)
{
    size_t len = 0;
    char *list = host_dir_list(dir, GUEST_NAMES_DIR_MAX, &len);
    if (!list)
        return err_set(e, ERR_IO, "cannot list %s: %m", path);
    for (const char *name = list; name < list + len; name += strlen(name) + 1) {
        struct error ignored;
        char *file = xasprintf("%s/%s", path, name);
        if (name[0] != '.')
            (void)guest_names_add_file(g, file, &ignored);
        free(file);
    }
    free(list);
    return ERR_OK;
}

enum err guest_names_add(struct guest_names *g, const char *path, struct error *e)
{
    int dir = host_dir_root(path);
    if (dir < 0)
        return guest_names_add_file(g, path, e);
    enum err err = guest_names_add_folder(g, path, dir, e);
    host_file_close(dir);
    return err;
}

/* ---- which program is it ---- */

/* The page of va, as far as a segment's part of the file covers it. */
struct guest_piece {
    gva va;
    u32 len;
    const u8 *bytes;
};

static struct guest_piece guest_names_piece(const struct guest_program *p,
                                            const struct elf_segment *seg, gva va)
{
    gva first = va & ~(MEM_PAGE - 1);
    u64 end = (u64)first + MEM_PAGE, seg_end = (u64)seg->vaddr + seg->filesz;
    if (first < seg->vaddr)
        first = seg->vaddr;
    if (end > seg_end)
        end = seg_end;
    return (struct guest_piece){.va = first,
                                .len = (u32)(end - first),
                                .bytes = p->file.data + seg->offset + (first - seg->vaddr)};
}

/* What the CPU sees there, is it what the file has? True also if nothing is mapped. */
static bool guest_names_page_fits(const struct guest_program *p, const struct elf_segment *seg,
                                  const struct mips *c, gva va)
{
    struct guest_piece piece = guest_names_piece(p, seg, va);
    gpa pa;
    if (!mips_translate(c, piece.va, &pa))
        return true;
    const u8 *host = mem_ram_ptr(c->mem, pa, piece.len);
    return host && !memcmp(host, piece.bytes, piece.len);
}

static bool guest_names_holds(const struct elf_segment *seg, gva va)
{
    return seg->exec && va >= seg->vaddr && va - seg->vaddr < seg->filesz;
}

static bool guest_names_is(const struct guest_program *p, const struct mips *c, gva va)
{
    gpa pa;
    if (!mips_translate(c, va, &pa))
        return false;
    for (unsigned i = 0; i < p->elf.nsegments; i++)
        if (guest_names_holds(&p->elf.segment[i], va))
            return guest_names_page_fits(p, &p->elf.segment[i], c, va);
    return false;
}

/* Programs share the code of their libraries: then the rest of what is mapped decides. */
static bool guest_names_all_fits(const struct guest_program *p, const struct mips *c)
{
    for (unsigned i = 0; i < p->elf.nsegments; i++) {
        const struct elf_segment *seg = &p->elf.segment[i];
        for (u64 off = 0; seg->exec && off < seg->filesz; off += MEM_PAGE)
            if (!guest_names_page_fits(p, seg, c, (gva)(seg->vaddr + off)))
                return false;
    }
    return true;
}

const struct guest_program *guest_names_program(const struct guest_names *g, const struct mips *c,
                                                gva va)
{
    if (!mips_is_kuseg(va))
        return NULL;
    for (size_t i = 0; i < g->nprograms; i++) {
        const struct guest_program *p = &g->program[i];
        if (guest_names_is(p, c, va) && guest_names_all_fits(p, c))
            return p;
    }
    return NULL;
}

static bool guest_names_piece_in(const struct mem_region *r, struct guest_piece piece)
{
    u64 off = piece.va & (MEM_PAGE - 1);
    for (u64 at = 0; r->kind == MEM_RAM && at + MEM_PAGE <= r->size; at += MEM_PAGE)
        if (!memcmp(r->host + at + off, piece.bytes, piece.len))
            return true;
    return false;
}

static bool guest_names_page_in_memory(const struct guest_program *p, const struct mem *m, gva va)
{
    for (unsigned i = 0; i < p->elf.nsegments; i++) {
        if (!guest_names_holds(&p->elf.segment[i], va))
            continue;
        struct guest_piece piece = guest_names_piece(p, &p->elf.segment[i], va);
        for (unsigned r = 0; r < m->nregions; r++)
            if (guest_names_piece_in(&m->region[r], piece))
                return true;
    }
    return false;
}

const struct guest_program *guest_names_in_memory(const struct guest_names *g, const struct mips *c,
                                                  gva va)
{
    const struct guest_program *found = NULL;
    for (size_t i = 0; i < g->nprograms; i++) {
        if (!guest_names_page_in_memory(&g->program[i], c->mem, va))
            continue;
        if (found)
            return NULL;
        found = &g->program[i];
    }
    return found;
}

struct guest_place guest_names_at(const struct guest_names *g, const struct mips *c, gva va)
{
    struct guest_place place = {0};
    if (!g)
        return place;
    if (mips_is_kuseg(va))
        place.program = guest_names_program(g, c, va);
    if (place.program)
        place.symbol = symtab_at(&place.program->symbols, va);
    else if (!mips_is_kuseg(va))
        place.symbol = symtab_at(&g->kernel, va);
    return place;
}

const char *guest_names_text(const struct guest_names *g, const struct mips *c, gva va,
                             char text[GUEST_NAMES_TEXT])
{
    struct guest_place at = guest_names_at(g, c, va);
    const char *program = at.program ? at.program->name : "", *colon = at.program ? ":" : "";
    if (!at.symbol)
        snprintf(text, GUEST_NAMES_TEXT, "%.40s", program);
    else if (va == at.symbol->va)
        snprintf(text, GUEST_NAMES_TEXT, "%.40s%s%.60s", program, colon, at.symbol->name);
    else
        snprintf(text, GUEST_NAMES_TEXT, "%.40s%s%.60s+0x%x", program, colon, at.symbol->name,
                 va - at.symbol->va);
    return text;
}

/* ---- back traces ---- */

struct guest_walk {
    const struct guest_names *names;
    const struct mips *c;
    const struct guest_program *program; /* found already */
};

static bool guest_names_read(void *ctx, gva va, u32 *word)
{
    const struct guest_walk *w = ctx;
    gpa pa;
    const u8 *p = mips_translate(w->c, va, &pa) ? mem_ram_ptr(w->c->mem, pa, 4) : NULL;
    if (p)
        *word = mem_load(p, 4, w->c->big);
    return p != NULL;
}

static bool guest_names_start(void *ctx, gva pc, gva *va)
{
    struct guest_walk *w = ctx;
    const struct symtab *t = w->names ? &w->names->kernel : NULL;
    if (w->names && mips_is_kuseg(pc)) {
        if (!w->program)
            w->program = guest_names_program(w->names, w->c, pc);
        t = w->program ? &w->program->symbols : NULL;
    }
    const struct symbol *s = t ? symtab_at(t, pc) : NULL;
    if (s)
        *va = s->va;
    return s != NULL;
}

unsigned guest_names_back_trace(const struct guest_names *g, const struct mips *c,
                                struct mips_frame *frames, unsigned max,
                                struct mips_unwind_interrupted *interrupted)
{
    struct guest_walk w = {.names = g, .c = c};
    struct mips_unwind_host host = {
        .code = c->code, .read = guest_names_read, .start = guest_names_start, .ctx = &w};
    struct mips_unwind_regs regs = {.pc = c->pc, .epc = c->epc};
    memcpy(regs.r, c->r, sizeof regs.r);
    return mips_unwind(&regs, &host, frames, max, interrupted);
}
