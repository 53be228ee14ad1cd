/* SPDX-License-Identifier: ISC */
/*
 * Stream format, all little-endian:
 *   "kuseg-state\n"  u32 format version
 *   section*:  u8 name length, name, u32 instance, u16 version, u64 body length, body
 *   the section "end" has the 64-bit hash of all bytes before it as its body.
 * Body of a described part:  field*: u8 name length, name, u8 type, u32 count, elements.
 * Body of raw memory:        u64 size, then pages: u64 offset, PAGE bytes; offset ~0 ends.
 */
#include "state/state.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <xxhash.h>

#define STATE_MAGIC       "kuseg-state\n"
#define STATE_FORMAT      1
#define STATE_PAGE        4096
#define STATE_END_VERSION 1

static size_t state_elem(enum state_type t)
{
    static const u8 size[] = {1, 2, 4, 8, 1};
    return size[t];
}

static void state_put_name(struct buf *b, const char *name)
{
    size_t n = strlen(name);
    BUG_ON(n > 255);
    buf_put_u8(b, (u8)n);
    buf_put(b, name, n);
}

static bool state_name_is(const u8 *p, size_t n, const char *name)
{
    return strlen(name) == n && !memcmp(p, name, n);
}

/* Starts a section and returns where its body length must be written. */
static size_t state_section_begin(struct buf *out, const char *name, u32 instance, u16 version)
{
    state_put_name(out, name);
    buf_put_le32(out, instance);
    buf_put_le16(out, version);
    buf_put_le64(out, 0);
    return out->len;
}

static void state_section_end(struct buf *out, size_t body)
{
    store_le64(out->data + body - 8, out->len - body);
}

void state_save(struct buf *out, const struct state_desc *d, u32 instance, const void *obj)
{
    size_t body = state_section_begin(out, d->name, instance, d->version);
    for (unsigned i = 0; i < d->nfields; i++) {
        const struct state_field *f = &d->fields[i];
        state_put_name(out, f->name);
        buf_put_u8(out, (u8)f->type);
        buf_put_le32(out, f->count);
        /* Hosts are little-endian (bits.h), so elements are copied as they are. */
        buf_put(out, (const u8 *)obj + f->offset, state_elem(f->type) * f->count);
    }
    state_section_end(out, body);
}

static const struct state_field *state_find_field(const struct state_desc *d, const u8 *name,
                                                  size_t n, unsigned *index)
{
    for (unsigned i = 0; i < d->nfields; i++) {
        if (state_name_is(name, n, d->fields[i].name)) {
            *index = i;
            return &d->fields[i];
        }
    }
    return NULL;
}

static enum err state_load_field(struct buf_reader *r, const struct state_desc *d, void *scratch,
                                 u64 *seen, struct error *e)
{
    size_t n = buf_get_u8(r);
    const u8 *name = buf_get(r, n);
    u8 type = buf_get_u8(r);
    u32 count = buf_get_le32(r);
    if (r->bad)
        return err_set(e, ERR_FORMAT, "section '%s' is cut short", d->name);
    unsigned i = 0;
    const struct state_field *f = state_find_field(d, name, n, &i);
    if (!f)
        return err_set(e, ERR_FORMAT, "section '%s' has a field '%.*s' unknown here", d->name,
                       (int)n, (const char *)name);
    if (*seen & 1ull << i)
        return err_set(e, ERR_FORMAT, "section '%s' has the field '%s' twice", d->name, f->name);
    if (type != f->type || count != f->count)
        return err_set(e, ERR_FORMAT, "field '%s.%s' has another type or length", d->name, f->name);
    size_t bytes = state_elem(f->type) * f->count;
    const u8 *p = buf_get(r, bytes);
    if (!p)
        return err_set(e, ERR_FORMAT, "field '%s.%s' is cut short", d->name, f->name);
    if (f->type == STATE_BOOL)
        for (size_t k = 0; k < bytes; k++)
            if (p[k] > 1)
                return err_set(e, ERR_FORMAT, "field '%s.%s' is no truth value", d->name, f->name);
    memcpy((u8 *)scratch + f->offset, p, bytes);
    *seen |= 1ull << i;
    return ERR_OK;
}

static enum err state_load_fields(struct buf_reader *r, const struct state_desc *d, u16 version,
                                  void *scratch, struct error *e)
{
    u64 seen = 0;
    BUG_ON(d->nfields > 64);
    while (r->p < r->end) {
        enum err err = state_load_field(r, d, scratch, &seen, e);
        if (err)
            return err;
    }
    for (unsigned i = 0; i < d->nfields; i++)
        if (!(seen & 1ull << i) && d->fields[i].since <= version)
            return err_set(e, ERR_FORMAT, "section '%s' lacks the field '%s'", d->name,
                           d->fields[i].name);
    return d->check ? d->check(scratch, e) : ERR_OK;
}

enum err state_load(struct buf_reader *body, const struct state_desc *d, u16 version, void *obj,
                    struct error *e)
{
    if (version > d->version)
        return err_set(e, ERR_FORMAT, "section '%s' is of version %u; this program knows up to %u",
                       d->name, version, d->version);
    void *scratch = xcalloc(1, d->size);
    memcpy(scratch, obj, d->size);
    enum err err = state_load_fields(body, d, version, scratch, e);
    if (!err) {
        /* Only described fields are taken over: what is derived stays the object's own. */
        for (unsigned i = 0; i < d->nfields; i++) {
            const struct state_field *f = &d->fields[i];
            memcpy((u8 *)obj + f->offset, (u8 *)scratch + f->offset,
                   state_elem(f->type) * f->count);
        }
        if (d->loaded)
            d->loaded(obj);
    }
    free(scratch);
    return err;
}

u64 state_hash_bytes(u64 seed, const void *p, size_t n)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

u64 state_hash(u64 seed, const struct state_desc *d, const void *obj)
{
    for (unsigned i = 0; i < d->nfields; i++) {
        const struct state_field *f = &d->fields[i];
        seed = state_hash_bytes(seed, (const u8 *)obj + f->offset, state_elem(f->type) * f->count);
    }
    return seed;
}

static struct state_part *state_set_grow(struct state_set *s)
{
    s->parts = xrealloc(s->parts, (s->n + 1) * sizeof *s->parts);
    struct state_part *p = &s->parts[s->n++];
    *p = (struct state_part){0};
    return p;
}

void state_set_add(struct state_set *s, const struct state_desc *d, u32 instance, void *obj)
{
    struct state_part *p = state_set_grow(s);
    p->desc = d;
    p->name = d->name;
    p->instance = instance;
    p->obj = obj;
}

void state_set_add_memory(struct state_set *s, const char *name, u32 instance, void *mem,
                          size_t bytes, void (*loaded)(void *ctx), void *ctx)
{
    BUG_ON(bytes % STATE_PAGE);
    struct state_part *p = state_set_grow(s);
    p->name = name;
    p->instance = instance;
    p->obj = mem;
    p->bytes = bytes;
    p->loaded = loaded;
    p->ctx = ctx;
}

void state_set_by_page(struct state_set *s,
                       void (*page_loaded)(void *ctx, u32 instance, size_t off))
{
    s->parts[s->n - 1].page_loaded = page_loaded;
}

void state_set_only_shots(struct state_set *s)
{
    s->parts[s->n - 1].only_shots = true;
}

void state_set_fini(struct state_set *s)
{
    free(s->parts);
    *s = (struct state_set){0};
}

static bool state_page_is_zero(const u8 *p)
{
    return p[0] == 0 && !memcmp(p, p + 1, STATE_PAGE - 1);
}

static void state_memory_save(struct buf *out, const struct state_part *part)
{
    size_t body = state_section_begin(out, part->name, part->instance, 1);
    buf_put_le64(out, part->bytes);
    for (size_t off = 0; off < part->bytes; off += STATE_PAGE) {
        const u8 *page = (const u8 *)part->obj + off;
        if (!state_page_is_zero(page)) {
            buf_put_le64(out, off);
            buf_put(out, page, STATE_PAGE);
        }
    }
    buf_put_le64(out, ~0ull);
    state_section_end(out, body);
}

static enum err state_memory_load(struct buf_reader *r, const struct state_part *part,
                                  struct error *e)
{
    if (buf_get_le64(r) != part->bytes)
        return err_set(e, ERR_FORMAT, "memory '%s' has another size in the stream", part->name);
    u8 *mem = part->obj;
    size_t done = 0;
    for (;;) {
        u64 off = buf_get_le64(r);
        if (r->bad)
            return err_set(e, ERR_FORMAT, "memory '%s' is cut short", part->name);
        if (off == ~0ull)
            break;
        const u8 *page = buf_get(r, STATE_PAGE);
        if (!page || off % STATE_PAGE || off < done || off >= part->bytes)
            return err_set(e, ERR_FORMAT, "memory '%s' has a bad page", part->name);
        memset(mem + done, 0, off - done);
        memcpy(mem + off, page, STATE_PAGE);
        done = off + STATE_PAGE;
    }
    memset(mem + done, 0, part->bytes - done);
    if (part->loaded)
        part->loaded(part->ctx);
    return ERR_OK;
}

void state_set_save(const struct state_set *s, struct buf *out)
{
    size_t start = out->len;
    buf_put(out, STATE_MAGIC, sizeof STATE_MAGIC - 1);
    buf_put_le32(out, STATE_FORMAT);
    for (size_t i = 0; i < s->n; i++) {
        const struct state_part *p = &s->parts[i];
        if (p->only_shots)
            continue;
        if (p->desc)
            state_save(out, p->desc, p->instance, p->obj);
        else
            state_memory_save(out, p);
    }
    u64 hash = state_hash_bytes(0, out->data + start, out->len - start);
    size_t body = state_section_begin(out, "end", 0, STATE_END_VERSION);
    buf_put_le64(out, hash);
    state_section_end(out, body);
}

static const struct state_part *state_find_part(const struct state_set *s, const u8 *name, size_t n,
                                                u32 instance, size_t *index)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!s->parts[i].only_shots && s->parts[i].instance == instance &&
            state_name_is(name, n, s->parts[i].name)) {
            *index = i;
            return &s->parts[i];
        }
    }
    return NULL;
}

struct section {
    const u8 *name;
    size_t namelen;
    u32 instance;
    u16 version;
    struct buf_reader body;
};

static bool state_next_section(struct buf_reader *r, struct section *sec)
{
    sec->namelen = buf_get_u8(r);
    sec->name = buf_get(r, sec->namelen);
    sec->instance = buf_get_le32(r);
    sec->version = buf_get_le16(r);
    u64 len = buf_get_le64(r);
    const u8 *start = buf_get(r, len);
    if (r->bad)
        return false;
    sec->body = (struct buf_reader){.p = start, .end = start + len};
    return true;
}

static bool state_is_end(const struct section *sec)
{
    return state_name_is(sec->name, sec->namelen, "end");
}

/* Before anything is loaded: does the stream reach its end, undamaged? */
static enum err state_check_stream(struct buf_reader r, const u8 *data, struct error *e)
{
    struct section sec;
    for (;;) {
        const u8 *before = r.p;
        if (!state_next_section(&r, &sec))
            return err_set(e, ERR_FORMAT, "the state stream is cut short");
        if (!state_is_end(&sec))
            continue;
        u64 hash = buf_get_le64(&sec.body);
        bool whole = !sec.body.bad && !sec.instance && sec.version == STATE_END_VERSION;
        if (!whole || hash != state_hash_bytes(0, data, (size_t)(before - data)))
            return err_set(e, ERR_FORMAT, "the state stream is damaged: its hash does not fit");
        return ERR_OK;
    }
}

static enum err state_load_section(const struct state_set *s, struct section *sec, u8 *seen,
                                   struct error *e)
{
    size_t i = 0;
    const struct state_part *part = state_find_part(s, sec->name, sec->namelen, sec->instance, &i);
    if (!part)
        return err_set(e, ERR_FORMAT, "the stream has a part '%.*s' %u that this machine lacks",
                       (int)sec->namelen, (const char *)sec->name, sec->instance);
    if (seen[i]++)
        return err_set(e, ERR_FORMAT, "the stream has the part '%s' %u twice", part->name,
                       sec->instance);
    return part->desc ? state_load(&sec->body, part->desc, sec->version, part->obj, e)
                      : state_memory_load(&sec->body, part, e);
}

static enum err state_load_sections(const struct state_set *s, struct buf_reader *r, u8 *seen,
                                    struct error *e)
{
    struct section sec;
    while (state_next_section(r, &sec) && !state_is_end(&sec)) {
        enum err err = state_load_section(s, &sec, seen, e);
        if (err)
            return err;
    }
    for (size_t i = 0; i < s->n; i++)
        if (!seen[i] && !s->parts[i].only_shots)
            return err_set(e, ERR_FORMAT, "the stream lacks the part '%s' %u", s->parts[i].name,
                           s->parts[i].instance);
    return ERR_OK;
}

enum err state_set_load(const struct state_set *s, const void *data, size_t len, struct error *e)
{
    if (!len) /* data may be NULL */
        return err_set(e, ERR_FORMAT, "the state stream is empty");
    struct buf_reader r = buf_read(data, len);
    const u8 *magic = buf_get(&r, sizeof STATE_MAGIC - 1);
    if (!magic || memcmp(magic, STATE_MAGIC, sizeof STATE_MAGIC - 1))
        return err_set(e, ERR_FORMAT, "this is no kuseg state stream");
    u32 format = buf_get_le32(&r);
    if (format != STATE_FORMAT)
        return err_set(e, ERR_FORMAT, "state stream of format %u; this program knows %u", format,
                       STATE_FORMAT);
    enum err err = state_check_stream(r, data, e);
    if (err)
        return err;
    u8 *seen = xcalloc(s->n, 1);
    err = state_load_sections(s, &r, seen, e);
    free(seen);
    return err;
}

u64 state_set_hash(const struct state_set *s)
{
    u64 h = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct state_part *p = &s->parts[i];
        if (p->only_shots)
            continue;
        h = p->desc ? state_hash(h, p->desc, p->obj) : state_hash_bytes(h, p->obj, p->bytes);
    }
    return h;
}
