/* SPDX-License-Identifier: ISC */
/*
 * Decoded code, by physical page: shared by all virtual aliases, address spaces and CPUs. A block
 * is a straight run of instructions that ends after a branch's delay slot, after an instruction
 * that may change mode or translation, at MIPS_BLOCK_MAX, or at the page's end. A branch whose
 * delay slot lies in the next page ends its block before itself: single steps carry it across.
 *
 * A page that holds code is marked MEM_PAGE_CODE; no software TLB lets stores to it through
 * unseen. A store that hits a decoded line drops the page's blocks, and so do many that do not:
 * the page's memory may have got another use. The blocks' memory may still be in use by the very
 * run that stored: it goes to a graveyard and is freed at the next safe point.
 *
 * Bounded: a guest that makes endless code makes the cache start again from empty.
 */
#include "isa/mips_int.h"
#include "lib/bug.h"

#include <stdlib.h>

#define CODE_CHUNK     (16u << 10)
#define CODE_MAX_BYTES (96u << 20)
#define CODE_DOUBTS    20
#ifdef KUSEG_CHAOS
#define CODE_BESIDE 5u /* stores */
#else
#define CODE_BESIDE 2000u /* stores */
#endif

struct mips_chunk {
    struct mips_chunk *next;
    size_t used;
    u8 data[];
};

static void mips_code_free_pages(struct mips_code *code, struct mips_code_page *list)
{
    while (list) {
        struct mips_code_page *page = list;
        list = page->next;
        while (page->chunks) {
            struct mips_chunk *chunk = page->chunks;
            page->chunks = chunk->next;
            code->bytes -= CODE_CHUNK;
            free(chunk);
        }
        code->bytes -= sizeof *page;
        free(page);
    }
}

void mips_code_attach(struct mips_code *code, struct mips *c)
{
    BUG_ON(code->ncpus == MIPS_MAX_CPUS);
    code->cpu[code->ncpus++] = c;
    mips_debug_tell(code);
}

void mips_code_detach(struct mips_code *code, struct mips *c)
{
    for (unsigned i = 0; i < code->ncpus; i++)
        if (code->cpu[i] == c)
            code->cpu[i--] = code->cpu[--code->ncpus];
}

const struct mips_decoder *mips_code_decoder(const struct mips_code *code)
{
    return code->decoder;
}

static u8 *mips_code_page_flags(const struct mips_code *code, u32 number)
{
    const struct mem_region *r = mem_page_region(code->mem, number);
    return &r->page_flags[number - r->first_page];
}

/* Nobody enters the page's blocks again, once its CPUs' software TLBs forget it. */
static void mips_code_bury_page(struct mips_code *code, struct mips_code_page *page)
{
    if (page->prev)
        page->prev->next = page->next;
    else
        code->all = page->next;
    if (page->next)
        page->next->prev = page->prev;
    if (page->regions)
        code->native->page_gone(code->native, page);
    page->next = code->graveyard;
    code->graveyard = page;
    code->untidy = true;
    code->age++;
    code->page[page->number] = NULL;
    *mips_code_page_flags(code, page->number) &= (u8)~MEM_PAGE_CODE;
}

static void mips_code_forget_page(struct mips *c, const struct mips_code_page *page)
{
    for (unsigned k = 0; k < MIPS_STLB_SIZE; k++)
        if (c->ftlb[k].page == page)
            c->ftlb[k].tag = MIPS_STLB_EMPTY;
    c->resync = true;
}

void mips_code_flush(struct mips_code *code)
{
    while (code->all)
        mips_code_bury_page(code, code->all);
    for (unsigned i = 0; i < code->ncpus; i++) {
        mips_stlb_flush(code->cpu[i]);
        code->cpu[i]->resync = true;
    }
}

static void mips_code_drop_page(struct mips_code *code, struct mips_code_page *page)
{
    mips_code_bury_page(code, page);
    for (unsigned i = 0; i < code->ncpus; i++)
        mips_code_forget_page(code->cpu[i], page);
}

/* So many stores went beside the page's code that it may be of a program that is gone. If not, it
 * gets twice as many next time. */
static bool mips_code_is_doubtful(struct mips_code *code, struct mips_code_page *page)
{
    u8 *doubts = &code->doubts[page->number];
    if (++page->beside < CODE_BESIDE << *doubts)
        return false;
    *doubts += *doubts < CODE_DOUBTS;
    return true;
}

/* Stores never cross a line: they are aligned. */
static void mips_code_written(void *ctx, const struct mem_region *r, u64 off)
{
    struct mips_code *code = ctx;
    struct mips_code_page *page = code->page[r->first_page + (u32)(off >> MEM_PAGE_SHIFT)];
    if (page->lines & 1ull << ((off % MEM_PAGE) / 64) || mips_code_is_doubtful(code, page))
        mips_code_drop_page(code, page);
}

bool mips_code_is_at(const struct mips_code *code, u32 page, u32 off)
{
    return code->page[page] && code->page[page]->lines & 1ull << off / 64;
}

struct mips_code *mips_code_new(struct mem *mem, const struct mips_model *model)
{
    struct mips_code *code = xcalloc(1, sizeof *code);
    code->mem = mem;
    code->decoder = mips_decoder_new(model);
    code->page = xcalloc(mem->npages, sizeof *code->page);
    code->doubts = xcalloc(mem->npages, sizeof *code->doubts);
    mem->code_written = mips_code_written;
    mem->code_ctx = code;
    return code;
}

void mips_code_free(struct mips_code *code)
{
    if (!code)
        return;
    if (code->native) /* first: then there are no regions to be dropped with their pages */
        code->native->free(code->native);
    mips_code_flush(code);
    mips_code_free_pages(code, code->graveyard);
    free(code->decoder);
    free(code->page);
    free(code->doubts);
    free(code);
}

/* Called where no run is inside a block. */
void mips_code_collect(struct mips_code *code)
{
    if (code->bytes > CODE_MAX_BYTES)
        mips_code_flush(code);
    mips_code_free_pages(code, code->graveyard);
    code->graveyard = NULL;
    code->untidy = false;
}

static struct mips_code_page *mips_code_new_page(struct mips_code *code, u32 number)
{
    struct mips_code_page *page = xcalloc(1, sizeof *page);
    const struct mem_region *r = mem_page_region(code->mem, number);
    page->id = ++code->pages;
    page->number = number;
    page->host = r->host + (u64)(number - r->first_page) * MEM_PAGE;
    page->next = code->all;
    if (page->next)
        page->next->prev = page;
    code->all = page;
    code->page[number] = page;
    code->bytes += sizeof *page;
    *mips_code_page_flags(code, number) |= MEM_PAGE_CODE;
    for (unsigned i = 0; i < code->ncpus; i++)
        mips_stlb_flush_writes(code->cpu[i]);
    return page;
}

struct mips_code_page *mips_code_page_at(struct mips *c, gpa pa)
{
    struct mips_code *code = c->code;
    const struct mem_region *r = mem_find(c->mem, pa);
    if (!r || r->kind == MEM_MMIO)
        return NULL;
    u32 number = r->first_page + (u32)((pa - r->base) >> MEM_PAGE_SHIFT);
    return code->page[number] ? code->page[number] : mips_code_new_page(code, number);
}

static struct mips_block *mips_code_alloc_block(struct mips_code *code, struct mips_code_page *page,
                                                unsigned insns)
{
    size_t size = sizeof(struct mips_block) + insns * sizeof(struct mips_insn);
    size = (size + 15) & ~(size_t)15;
    struct mips_chunk *chunk = page->chunks;
    if (!chunk || CODE_CHUNK - sizeof *chunk - chunk->used < size) {
        chunk = xcalloc(1, CODE_CHUNK);
        chunk->next = page->chunks;
        page->chunks = chunk;
        code->bytes += CODE_CHUNK;
        code->untidy |= code->bytes > CODE_MAX_BYTES;
    }
    struct mips_block *b = (struct mips_block *)(void *)(chunk->data + chunk->used);
    chunk->used += size;
    return b;
}

/* ---- breakpoints ---- */

static bool mips_code_is_marked(const struct mips_code_page *page, u32 index)
{
    return page->marks[index / 32] & 1u << index % 32;
}

struct mips_code_page *mips_code_mark(struct mips *c, struct mips_code_page *page, gva va)
{
    struct mips_code *code = c->code;
    u32 marks[MEM_PAGE / 4 / 32], missing = 0;
    if (!mips_debug_page_breaks(c, va, marks))
        return page;
    for (unsigned i = 0; i < ARRAY_LEN(marks); i++) {
        missing |= marks[i] & ~page->marks[i];
        marks[i] |= page->marks[i];
    }
    if (!missing)
        return page;
    if (page->chunks) {
        mips_code_drop_page(code, page);
        page = mips_code_new_page(code, page->number);
    }
    memcpy(page->marks, marks, sizeof marks);
    return page;
}

void mips_code_unmark(struct mips_code *code, gva va)
{
    struct mips_code_page *next;
    for (struct mips_code_page *page = code->all; page; page = next) {
        next = page->next;
        if (mips_code_is_marked(page, (va & (MEM_PAGE - 1)) / 4))
            mips_code_drop_page(code, page);
    }
}

/* ---- decoding ---- */

struct code_scan {
    u16 op[MIPS_BLOCK_MAX];
    u32 word[MIPS_BLOCK_MAX];
    unsigned n;
    bool branch;
    enum mips_op end;
};

/* Finds how far the block from index goes. */
static void mips_code_scan_block(const struct mips *c, const struct mips_code_page *page, u32 index,
                                 struct code_scan *s)
{
    s->n = 0;
    s->branch = false;
    s->end = (enum mips_op)MIPS_END_NEXT;
    while (index + s->n < MEM_PAGE / 4 && s->n < MIPS_BLOCK_MAX - 1 &&
           !mips_code_is_marked(page, index + s->n)) {
        u32 word = mem_load(page->host + (index + s->n) * 4, 4, c->big);
        enum mips_op op = mips_decode_op(c->code->decoder, word);
        u16 flags = mips_ops[op].flags;
        if (s->branch && (flags & BRANCH)) { /* a branch in a delay slot: by single steps */
            s->n--;
            s->branch = false;
            return;
        }
        s->op[s->n] = (u16)op;
        s->word[s->n++] = word;
        if (s->branch) {
            s->end = (enum mips_op)(flags & STOP ? MIPS_END_BRANCH_STOP : MIPS_END_BRANCH);
            return;
        }
        if (flags & (STOP | TRAP)) {
            s->end = (enum mips_op)MIPS_END_STOP;
            return;
        }
        s->branch = flags & BRANCH;
    }
    if (s->branch) { /* its delay slot is marked, lies in the next page, or beyond the limit */
        s->n--;
        s->branch = false;
    }
}

/* Do both ways out of a block stay in its page, whatever its virtual address? */
static bool mips_code_is_near(const struct code_scan *s, u32 index)
{
    if (s->end != (enum mips_op)MIPS_END_BRANCH || index + s->n >= MEM_PAGE / 4)
        return false;
    u32 word = s->word[s->n - 2];
    switch (s->op[s->n - 2]) {
    case MIPS_OP_j:
    case MIPS_OP_jal:
    case MIPS_OP_jr:
    case MIPS_OP_jalr:
        return false;
    default:
        return index + s->n - 1 + (u32)bits_sext(word, 16) < MEM_PAGE / 4;
    }
}

/* NULL: the block would be empty; step over the instruction instead. */
struct mips_block *mips_code_block(struct mips *c, struct mips_code_page *page, u32 index)
{
    struct code_scan s;
    mips_code_scan_block(c, page, index, &s);
    if (s.n == 0)
        return NULL;
    const void *const *go = mips_interp_handlers(c->big);
    struct mips_block *b = mips_code_alloc_block(c->code, page, s.n + 1);
    b->n = (u16)s.n;
    b->page = page;
    b->branch = s.branch;
    b->step = false;
    struct mips_insn *in = b->insn;
    for (unsigned i = 0; i < s.n; i++) {
        page->lines |= 1ull << ((index + i) * 4 / 64);
        if (s.word[i] == 0) /* nop: every instruction knows its index, so it can be left out */
            continue;
        mips_decode_insn(in, s.op[i], s.word[i]);
        in->go = go[s.op[i]];
        in->after = (u8)(i + 2);
        u16 flags = mips_ops[s.op[i]].flags;
        if ((flags & BRANCH) && s.op[i] != MIPS_OP_j && s.op[i] != MIPS_OP_jal)
            in->imm += i * 4;
        in++;
    }
    unsigned end = mips_code_is_near(&s, index) ? MIPS_END_NEAR : (unsigned)s.end;
    *in = (struct mips_insn){.go = go[end], .after = (u8)(s.n + 2)};
    page->at[index] = b;
    b->first = NULL;
    b->native = NULL;
    if (c->code->native)
        mips_code_count(c->code->native, b);
    return b;
}

/* ---- for a translator ---- */

static void mips_code_lead_in(const struct mips_native *t, struct mips_block *b, unsigned handler)
{
    if (!b->first)
        b->first = b->insn[0].go;
    b->insn[0].go = t->go[handler];
}

void mips_code_count(const struct mips_native *t, struct mips_block *b)
{
    b->heat = t->heat;
    b->copies = 0;
    b->warm = false;
    mips_code_lead_in(t, b, MIPS_COUNT);
}

void mips_code_native(const struct mips_native *t, struct mips_block *b)
{
    mips_code_lead_in(t, b, MIPS_NATIVE);
}

void mips_code_plain(struct mips_block *b)
{
    if (b->first)
        b->insn[0].go = b->first;
    b->first = NULL;
}
