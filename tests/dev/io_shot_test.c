/* SPDX-License-Identifier: ISC */
/* A picture as a file, read again. */
#include "rig_cmocka.h"

#include "host/host_out.h"
#include "io/io_font.h"
#include "io/io_shot.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/kuseg-shot-XXXXXX";

static const char *path(const char *name)
{
    static char full[128];
    snprintf(full, sizeof full, "%s/%s", dir, name);
    return full;
}

static struct io_picture picture(u8 *cell, u32 columns, u32 rows)
{
    return (struct io_picture){
        .cell = cell, .columns = columns, .rows = rows, .x = columns, .y = rows};
}

static void write_shot(const struct io_picture *p, const char *name)
{
    struct error e;
    FILE *f = fopen(path(name), "w");
    assert_non_null(f);
    for (unsigned i = 0; i < 10000; i++)
        putc('x', f); /* what was there before */
    assert_int_equal(fclose(f), 0);
    f = host_out_open(path(name), &e);
    assert_non_null(f);
    assert_true(io_shot_write(p, io_shot_is_text(name), f));
    assert_int_equal(fclose(f), 0);
}

static void text(void **state)
{
    (void)state;
    u8 cell[30] = "first ";
    memcpy(cell + 10, "\0 x\r\xe4~", 6);
    struct io_picture p = picture(cell, 10, 3);
    write_shot(&p, "a.txt");
    char got[64] = "";
    FILE *f = fopen(path("a.txt"), "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    assert_int_equal(n, 14);
    assert_string_equal(got, "first\n  x ?~\n\n");
}

/* A cell's dots, as the file has them; 2 pixels each. */
static u8 row_of_dots(const u8 *pixel, u32 width, u32 column, u32 row, u32 y)
{
    u8 bits = 0;
    for (u32 x = 0; x < IO_FONT_WIDTH - 1; x++) {
        u32 px = 8 + (column * IO_FONT_WIDTH + x) * 2;
        u32 py = 8 + (row * (IO_FONT_HEIGHT + 2) + y) * 2;
        const u8 *p = pixel + (size_t)py * width + px;
        assert_int_equal(p[0], p[1]);
        assert_int_equal(p[0], p[width]);
        bits = (u8)(bits << 1 | (p[0] > 128));
    }
    return bits;
}

static u8 *read_png(const char *name, u32 *width, u32 *height)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path(name)));
    image.format = PNG_FORMAT_GRAY;
    u8 *pixel = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(pixel);
    assert_true(png_image_finish_read(&image, NULL, pixel, 0, NULL));
    *width = image.width;
    *height = image.height;
    return pixel;
}

static void png(void **state)
{
    (void)state;
    u8 cell[128 * 2];
    for (unsigned i = 0; i < sizeof cell; i++)
        cell[i] = (u8)i;
    struct io_picture p = picture(cell, 128, 2);
    p.x = 'A'; /* the cursor, on a letter */
    p.y = 0;
    write_shot(&p, "a.png");
    u32 width, height;
    u8 *pixel = read_png("a.png", &width, &height);
    assert_int_equal(width, 16 + 128 * 12);
    assert_int_equal(height, 16 + 2 * 20);
    for (u32 i = 0; i < sizeof cell; i++)
        for (u32 y = 0; y < IO_FONT_HEIGHT; y++) {
            u8 dots = io_font[io_picture_char(cell[i]) - IO_FONT_FIRST][y];
            u8 expected = i == 'A' ? dots ^ 0x1f : dots;
            assert_int_equal(row_of_dots(pixel, width, i % 128, i / 128, y), expected);
        }
    free(pixel);
}

/* Pixels of a frame buffer: colours, rows with a stride, and the cursor, half of it outside. */
static void pixels(void **state)
{
    (void)state;
    static u8 byte[4 * 256];
    static struct io_picture p = {
        .pixels = {.byte = byte, .stride = 256, .width = 200, .height = 4, .x = -62, .y = 2}};
    struct buf png = {0};
    for (unsigned i = 0; i < 256; i++) {
        p.pixels.colour[0][i] = 0x010203 * i & 0xffffff;
        p.pixels.colour[3][i] = 0xff0000 | i;
    }
    for (unsigned i = 0; i < sizeof byte; i++)
        byte[i] = (u8)(i * 7);
    p.pixels.cursor[62] = p.pixels.cursor[IO_CURSOR + 63] = 3;
    write_shot(&p, "c.txt"); /* of pixels there is no text */
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path("c.txt")));
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(image.width, 200);
    assert_int_equal(image.height, 4);
    static u8 rgb[200 * 4 * 3];
    assert_int_equal(PNG_IMAGE_SIZE(image), sizeof rgb);
    assert_true(png_image_finish_read(&image, NULL, rgb, 0, NULL));
    for (u32 i = 0; i < 800; i++) {
        u32 x = i % 200, y = i / 200, b = byte[y * 256 + x];
        bool dot = (x == 0 && y == 2) || (x == 1 && y == 3);
        u32 want = dot ? 0xff0000 | b : 0x010203 * b & 0xffffff;
        assert_int_equal(rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2], want);
    }
    assert_true(io_shot_png(&p, &png));
    assert_true(io_shot_png_is_whole(png.data, png.len));
    for (size_t n = 0; n < png.len; n++)
        assert_false(io_shot_png_is_whole(png.data, n));
    buf_fini(&png);
}

static void the_largest(void **state)
{
    (void)state;
    u8 *cell = calloc(256, 128);
    assert_non_null(cell);
    struct io_picture p = picture(cell, 256, 128);
    write_shot(&p, "b.png");
    u32 width, height;
    free(read_png("b.png", &width, &height));
    assert_int_equal(width, 16 + 256 * 12);
    assert_int_equal(height, 16 + 128 * 20);
    free(cell);
}

/* No two printable characters look alike, and none but the blank is blank. */
static void letters_differ(void **state)
{
    (void)state;
    for (u32 a = 0; a <= IO_FONT_LAST - IO_FONT_FIRST; a++)
        for (u32 b = 0; b < a; b++)
            if (!memcmp(io_font[a], io_font[b], IO_FONT_HEIGHT))
                fail_msg("%c and %c", a + IO_FONT_FIRST, b + IO_FONT_FIRST);
}

static void what_cannot_be_written(void **state)
{
    (void)state;
    u8 cell[1] = "x";
    struct io_picture p = picture(cell, 1, 1);
    for (unsigned is_text = 0; is_text < 2; is_text++) {
        FILE *f = fopen("/dev/full", "w");
        assert_non_null(f);
        assert_false(io_shot_write(&p, is_text, f));
        fclose(f);
    }
}

static void names(void **state)
{
    (void)state;
    assert_true(io_shot_is_text("a.txt") && io_shot_is_text(".txt"));
    assert_false(io_shot_is_text("txt") || io_shot_is_text("a.txt.png") || io_shot_is_text(""));
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    static const char *const names[] = {"a.txt", "a.png", "b.png", "c.txt"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        unlink(path(names[i]));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),           cmocka_unit_test(png),
        cmocka_unit_test(pixels),         cmocka_unit_test(the_largest),
        cmocka_unit_test(letters_differ), cmocka_unit_test(what_cannot_be_written),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("io_shot", tests, make_dir, remove_dir);
}
