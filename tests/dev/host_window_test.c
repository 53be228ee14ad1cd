/* SPDX-License-Identifier: ISC */
/* A window on SDL's display that there is not ("dummy"); without SDL2 there is nothing to show. */
#include "rig_cmocka.h"
#include "skip_all.h"

#include "host/host_window.h"

#ifdef KUSEG_SDL
#include <SDL.h>
#include <dlfcn.h>
#endif
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void is_refused(struct error *e)
{
    struct host_poll poll = {0};
    struct host_window *w = NULL;
    struct host_window_config c = {
        .title = "test", .width = WIDTH, .height = HEIGHT, .row = row, .poll = &poll};
    assert_true(host_window_open(&w, &c, e) != ERR_OK);
    assert_null(w);
    host_poll_fini(&poll);
}

static void no_display_is_said(void **state)
{
    (void)state;
    struct error e;
    setenv("SDL_VIDEODRIVER", "nonsense", 1);
    is_refused(&e);
    assert_non_null(strstr(e.msg, "window"));
}

/* The library would draw for nobody then, and say nothing. (With /dev/dri it needs no display.) */
static void a_display_that_is_not_there_is_said(void **state)
{
    (void)state;
    struct error e;
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("SDL_VIDEO_DRIVER");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    setenv("XDG_RUNTIME_DIR", "/nowhere", 1);
    if (!access("/dev/dri", F_OK))
        setenv("SDL_VIDEODRIVER", "x11", 1);
    is_refused(&e);
    assert_true(strstr(e.msg, "DISPLAY") || strstr(e.msg, "SDL2") || strstr(e.msg, "window"));
}

#ifdef KUSEG_SDL

/* As if somebody typed: from another thread, by the library that the window has loaded. */
struct typist {
    struct scene *s;
    __typeof__(SDL_PushEvent) *push;
};

static void happens(const struct typist *t, SDL_Event ev)
{
    assert_int_equal(t->push(&ev), 1);
}

static void key(const struct typist *t, SDL_Scancode code, bool pressed)
{
    happens(t, (SDL_Event){
                   .key = {.type = pressed ? SDL_KEYDOWN : SDL_KEYUP, .keysym.scancode = code}});
}

static void button(const struct typist *t, u8 which, bool pressed)
{
    happens(t, (SDL_Event){.button = {.type = pressed ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP,
                                      .button = which}});
}

static void moves(const struct typist *t, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        happens(t, (SDL_Event){.motion = {.type = SDL_MOUSEMOTION, .xrel = 1}});
}

/* All that happened has been told, as far as there is room. */
static void is_told(const struct typist *t)
{
    host_window_show(t->s->window, 0, 1);
    wait_drawn(t->s);
}

static bool typist_new(struct typist *t)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    t->s = scene_new();
    void *library = t->s ? dlopen("libSDL2-2.0.so.0", RTLD_NOW | RTLD_NOLOAD) : NULL;
    void *push = library ? dlsym(library, "SDL_PushEvent") : NULL;
    memcpy(&t->push, &push, sizeof push);
    return push;
}

/* Nobody listens for long: motion and new keys are lost, but no key stays held that was let go. */
static void no_key_stays_held(void **state)
{
    (void)state;
    struct typist t;
    struct host_window_event ev;
    int held[8] = {0}, buttons = 0;
    unsigned presses = 0, motions = 0;
    bool closed = false;
    assert_true(typist_new(&t));
    key(&t, 4, true);
    button(&t, 1, true);
    moves(&t, 3000);
    key(&t, 5, true);
    key(&t, 4, false);
    for (unsigned i = 0; i < 2000; i++)
        key(&t, 6, !(i & 1));
    button(&t, 1, false);
    key(&t, 5, false);
    for (unsigned i = 0; i < 2000; i++)
        happens(&t, (SDL_Event){.type = SDL_QUIT});
    is_told(&t);
    while (host_window_next(t.s->window, &ev)) {
        assert_false(closed);
        closed = ev.kind == HOST_WINDOW_CLOSED;
        motions += ev.kind == HOST_WINDOW_MOTION;
        buttons += ev.kind == HOST_WINDOW_BUTTON ? ev.b ? 1 : -1 : 0;
        if (ev.kind == HOST_WINDOW_KEY)
            held[ev.a] += ev.b ? 1 : -1;
        presses += ev.kind == HOST_WINDOW_KEY && ev.b;
    }
    assert_true(closed);
    assert_true(motions > 100 && motions < 1024);
    assert_int_equal(presses, 1);
    assert_int_equal(buttons, 0);
    for (unsigned i = 0; i < ARRAY_LEN(held); i++)
        assert_int_equal(held[i], 0);
    key(&t, 5, true);
    is_told(&t);
    assert_true(host_window_next(t.s->window, &ev));
    assert_true(ev.kind == HOST_WINDOW_KEY && ev.a == 5 && ev.b);
    scene_free(t.s);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_rows),         cmocka_unit_test(one_after_another),
        cmocka_unit_test(no_display_is_said), cmocka_unit_test(a_display_that_is_not_there_is_said),
#ifdef KUSEG_SDL
        cmocka_unit_test(no_key_stays_held),
#endif
    };
#ifndef KUSEG_SDL
    (void)tests;
    skip_all("built without SDL2");
#endif
    return cmocka_run_group_tests_name("host_window", tests, NULL, NULL);
}
