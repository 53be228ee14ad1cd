/* SPDX-License-Identifier: ISC */
/* A window on SDL's display that there is not ("dummy"); without SDL2 there is nothing to show. */
#include "rig_cmocka.h"
#include "skip_all.h"

#include "host/host_window.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH  64u
#define HEIGHT 48u

struct scene {
    struct host_poll poll;
    struct host_window *window;
    atomic_uint drawn[HEIGHT];
};

static void row(void *ctx, u32 y, u32 *colour)
{
    struct scene *s = ctx;
    memset(colour, 0x55, WIDTH * sizeof *colour);
    atomic_fetch_add(&s->drawn[y], 1);
}

static struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct host_window_config c = {
        .title = "test", .width = WIDTH, .height = HEIGHT, .row = row, .ctx = s, .poll = &s->poll};
    struct error e;
    if (host_window_open(&s->window, &c, &e))
        fail_msg("%s", e.msg);
    return s;
}

static void scene_free(struct scene *s)
{
    host_window_close(s->window);
    host_poll_fini(&s->poll);
    free(s);
}

static void wait_drawn(struct scene *s)
{
    while (host_window_is_drawing(s->window))
        host_poll_wait(&s->poll, -1, 1000000);
}

static void draws_rows(void **state)
{
    (void)state;
    struct host_window_event ev;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    struct scene *s = scene_new();
    host_window_show(s->window, 0, HEIGHT);
    wait_drawn(s);
    host_window_show(s->window, 7, 3);
    wait_drawn(s);
    host_window_show(s->window, 5, 0); /* nothing */
    assert_false(host_window_is_drawing(s->window));
    for (u32 y = 0; y < HEIGHT; y++)
        assert_int_equal(s->drawn[y], 1 + (y >= 7 && y < 10));
    assert_false(host_window_next(s->window, &ev) && ev.kind == HOST_WINDOW_KEY);
    host_window_show(s->window, HEIGHT - 1, 1);
    scene_free(s); /* while it draws */
}

static void one_after_another(void **state)
{
    (void)state;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    for (unsigned i = 0; i < 3; i++) {
        struct scene *s = scene_new();
        scene_free(s);
    }
}

static void no_display_is_said(void **state)
{
    (void)state;
    struct host_poll poll = {0};
    struct host_window *w = NULL;
    struct host_window_config c = {
        .title = "test", .width = WIDTH, .height = HEIGHT, .row = row, .poll = &poll};
    struct error e;
    setenv("SDL_VIDEODRIVER", "nonsense", 1);
    assert_true(host_window_open(&w, &c, &e) != ERR_OK);
    assert_null(w);
    assert_non_null(strstr(e.msg, "window"));
    host_window_close(w);
    host_poll_fini(&poll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_rows),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(no_display_is_said),
    };
#ifndef KUSEG_SDL
    (void)tests;
    skip_all("built without SDL2");
#endif
    return cmocka_run_group_tests_name("host_window", tests, NULL, NULL);
}
