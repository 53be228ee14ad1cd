/* SPDX-License-Identifier: ISC */
#include "io/io_9p.h"

#include <string.h>

struct io_9p_kind {
    const char *fields; /* NULL: not served */
    bool changes;
    u32 room;
};

static const struct io_9p_kind io_9p_kinds[256] = {
#define P9(number, name, fields, changes, room) [number] = {fields, changes, room},
#include "io/io_9p.def"
#undef P9
};

bool io_9p_changes(u8 type)
{
    return io_9p_kinds[type].changes;
}

u32 io_9p_room(u8 type)
{
    return io_9p_kinds[type].room;
}

static struct io_9p_string io_9p_get_string(struct buf_reader *r)
{
    u16 len = buf_get_le16(r);
    const void *p = buf_get(r, len);
    if (!p || memchr(p, 0, len)) {
        r->bad = true;
        return (struct io_9p_string){"", 0};
    }
    return (struct io_9p_string){p, len};
}

static void io_9p_get_walk(struct buf_reader *b, struct io_9p_request *r)
{
    u16 n = buf_get_le16(b);
    if (n > IO_9P_WALK_MAX) {
        b->bad = true;
        return;
    }
    for (r->nwalk = 0; r->nwalk < n; r->nwalk++)
        r->walk[r->nwalk] = io_9p_get_string(b);
}

static u64 io_9p_get_number(struct buf_reader *b, char size)
{
    switch (size) {
    case '1':
        return buf_get_u8(b);
    case '2':
        return buf_get_le16(b);
    case '4':
        return buf_get_le32(b);
    }
    return buf_get_le64(b);
}

static void io_9p_get_field(struct buf_reader *b, char field, struct io_9p_request *r, unsigned *n)
{
    switch (field) {
    case 'f':
        r->fid = buf_get_le32(b);
        break;
    case 'd':
        r->fid2 = buf_get_le32(b);
        break;
    case 'n':
        r->name = io_9p_get_string(b);
        break;
    case 'N':
        r->name2 = io_9p_get_string(b);
        break;
    case 'w':
        io_9p_get_walk(b, r);
        break;
    case 'D':
        r->count = buf_get_le32(b);
        r->data = buf_get(b, r->count);
        break;
    default:
        r->number[(*n)++] = io_9p_get_number(b, field);
    }
}

enum io_9p_parsed io_9p_parse(const u8 *msg, u32 len, struct io_9p_request *r)
{
    struct buf_reader b = buf_read(msg, len);
    u32 size = buf_get_le32(&b);
    unsigned n = 0;
    *r = (struct io_9p_request){.type = buf_get_u8(&b), .tag = buf_get_le16(&b)};
    if (b.bad || size < IO_9P_HEADER || size > len)
        return IO_9P_BAD;
    b.end = msg + size;
    const char *fields = io_9p_kinds[r->type].fields;
    if (!fields)
        return IO_9P_UNKNOWN;
    for (; *fields; fields++)
        io_9p_get_field(&b, *fields, r, &n);
    return b.bad ? IO_9P_BAD : IO_9P_GOOD;
}

static bool io_9p_is_up(const struct io_9p_string *name)
{
    return name->len == 2 && !memcmp(name->p, "..", 2);
}

bool io_9p_name_ok(const struct io_9p_string *name)
{
    return name->len && !memchr(name->p, '/', name->len) && !io_9p_is_up(name) &&
           !(name->len == 1 && name->p[0] == '.');
}

bool io_9p_path_ok(const char *path)
{
    struct io_9p_string name = {.p = path};
    bool ok = true;
    for (const char *p = path; ok && *path; p = name.p + name.len + 1) {
        name.p = p;
        name.len = (u16)strcspn(p, "/");
        ok = io_9p_name_ok(&name);
        if (!p[name.len])
            break;
    }
    return ok;
}

bool io_9p_join(const char *dir, const struct io_9p_string *name, char out[IO_9P_PATH])
{
    size_t len = strlen(dir), slash = len > 0;
    if (len + slash + name->len >= IO_9P_PATH)
        return false;
    memmove(out, dir, len);
    if (slash)
        out[len] = '/';
    memcpy(out + len + slash, name->p, name->len);
    out[len + slash + name->len] = 0;
    return true;
}

bool io_9p_step(char path[IO_9P_PATH], const struct io_9p_string *name)
{
    if (!io_9p_is_up(name))
        return io_9p_join(path, name, path);
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = 0;
    return true;
}
