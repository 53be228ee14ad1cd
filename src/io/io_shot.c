/* SPDX-License-Identifier: ISC */
#include "io/io_shot.h"
#include "host/host_library.h"
#include "host/host_out.h"
#include "io/io_font.h"
#include "io/io_pixels.h"
#include "lib/bug.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IO_SHOT_LIBRARY "libpng16.so.16"

#define IO_SHOT_DOT    2u /* pixels, in both directions */
#define IO_SHOT_BORDER 8u
#define IO_SHOT_COLUMN (IO_SHOT_DOT * IO_FONT_WIDTH)
#define IO_SHOT_ROW    (IO_SHOT_DOT * (IO_FONT_HEIGHT + 2)) /* with space between lines */

/* ---- text ---- */

static void io_shot_text(const struct io_picture *p, FILE *f)
{
    for (u32 y = 0; y < p->rows; y++) {
        const u8 *cell = p->cell + (size_t)y * p->columns;
        u32 end = p->columns;
        while (end && io_picture_char(cell[end - 1]) == ' ')
            end--;
        for (u32 x = 0; x < end; x++)
            putc(io_picture_char(cell[x]), f);
        putc('\n', f);
    }
}

/* ---- PNG ---- */

struct io_shot {
    u8 *pixel; /* 0 or 1 */
    u32 width, height;
};

static void io_shot_dot(struct io_shot *s, u32 x, u32 y)
{
    for (u32 dy = 0; dy < IO_SHOT_DOT; dy++)
        memset(s->pixel + (size_t)(y + dy) * s->width + x, 1, IO_SHOT_DOT);
}

static void io_shot_cell(struct io_shot *s, u32 column, u32 row, u8 ch, bool cursor)
{
    const u8 *glyph = io_font[ch - IO_FONT_FIRST];
    u32 left = IO_SHOT_BORDER + column * IO_SHOT_COLUMN;
    u32 top = IO_SHOT_BORDER + row * IO_SHOT_ROW;
    for (u32 y = 0; y < IO_FONT_HEIGHT; y++) {
        for (u32 x = 0; x < IO_FONT_WIDTH; x++) {
            bool ink = x < IO_FONT_WIDTH - 1 && glyph[y] >> (IO_FONT_WIDTH - 2 - x) & 1;
            if (ink != cursor)
                io_shot_dot(s, left + x * IO_SHOT_DOT, top + y * IO_SHOT_DOT);
        }
    }
}

static struct io_shot io_shot_render(const struct io_picture *p)
{
    struct io_shot s = {
        .width = 2 * IO_SHOT_BORDER + p->columns * IO_SHOT_COLUMN,
        .height = 2 * IO_SHOT_BORDER + p->rows * IO_SHOT_ROW,
    };
    s.pixel = xcalloc(s.width, s.height);
    for (u32 y = 0; y < p->rows; y++)
        for (u32 x = 0; x < p->columns; x++)
            io_shot_cell(&s, x, y, io_picture_char(p->cell[(size_t)y * p->columns + x]),
                         x == p->x && y == p->y);
    return s;
}

/* What is used of libpng, which is loaded for each picture: most machines never have one. */
struct io_shot_png {
    __typeof__(png_image_write_to_memory) *write;
    __typeof__(png_image_free) *free;
};

/* Appends it. False, with the reason in errno: it cannot be had. */
static bool io_shot_encode(png_image *image, const u8 *pixel, const void *colours, struct buf *out)
{
    static const struct host_symbol symbol[] = {
        {"png_image_write_to_memory", offsetof(struct io_shot_png, write)},
        {"png_image_free", offsetof(struct io_shot_png, free)},
    };
    struct io_shot_png png;
    void *library = host_library_load(IO_SHOT_LIBRARY, symbol, ARRAY_LEN(symbol), &png);
    if (!library) {
        errno = ELIBACC;
        return false;
    }
    png_alloc_size_t len = PNG_IMAGE_PNG_SIZE_MAX(*image);
    u8 *to = buf_extend(out, len);
    bool ok = png.write(image, to, &len, 0, pixel, 0, colours);
    out->len = (size_t)(to - out->data) + (ok ? len : 0);
    png.free(image);
    host_library_unload(library);
    errno = ok ? errno : ENOMEM;
    return ok;
}

static bool io_shot_cells(const struct io_picture *p, struct buf *out)
{
    static const u8 colour[2][3] = {{0x10, 0x14, 0x18}, {0xd8, 0xdc, 0xd4}};
    struct io_shot s = io_shot_render(p);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = s.width,
                       .height = s.height,
                       .format = PNG_FORMAT_RGB_COLORMAP,
                       .colormap_entries = ARRAY_LEN(colour)};
    bool ok = io_shot_encode(&image, s.pixel, colour, out);
    free(s.pixel);
    return ok;
}

static bool io_shot_pixels(const struct io_pixels *p, struct buf *out)
{
    u32 *row = xcalloc(p->width, sizeof *row);
    u8 *pixel = xcalloc((size_t)p->width * p->height, 3), *to = pixel;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = p->width,
                       .height = p->height,
                       .format = PNG_FORMAT_RGB,
                       .flags = PNG_IMAGE_FLAG_FAST};
    for (u32 y = 0; y < p->height; y++) {
        io_pixels_row(p, y, row);
        for (u32 x = 0; x < p->width; x++, to += 3) {
            to[0] = (u8)(row[x] >> 16);
            to[1] = (u8)(row[x] >> 8);
            to[2] = (u8)row[x];
        }
    }
    bool ok = io_shot_encode(&image, pixel, NULL, out);
    free(pixel);
    free(row);
    return ok;
}

bool io_shot_png(const struct io_picture *p, struct buf *out)
{
    return p->cell ? io_shot_cells(p, out) : io_shot_pixels(&p->pixels, out);
}

bool io_shot_png_is_whole(const u8 *data, size_t len)
{
    static const u8 head[] = {0x89, 'P', 'N', 'G'};
    static const u8 end[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    return len > sizeof head + sizeof end && !memcmp(data, head, sizeof head) &&
           !memcmp(data + len - sizeof end, end, sizeof end);
}

/* ---- the file ---- */

bool io_shot_is_text(const char *path)
{
    size_t len = strlen(path);
    return len >= 4 && !strcmp(path + len - 4, ".txt");
}

bool io_shot_write(const struct io_picture *p, bool text, FILE *f)
{
    struct buf png = {0};
    bool good = true;
    host_out_clear(f);
    if (text && p->cell)
        io_shot_text(p, f);
    else
        good = io_shot_png(p, &png) && fwrite(png.data, 1, png.len, f) == png.len;
    buf_fini(&png);
    return !fflush(f) && !ferror(f) && good;
}
