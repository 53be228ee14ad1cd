/* SPDX-License-Identifier: ISC */
/*
 * What is drawn belongs to the machine's thread, or, while `drawing`, to the window's. Events go
 * through a ring with one writer and one reader. Signals are for the machine's thread. The library
 * stays loaded: what it has loaded itself may not like to go.
 */
#include "host/host_window.h"

#ifdef KUSEG_SDL

#include "host/host_library.h"
#include "lib/bug.h"

#include <SDL.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HOST_WINDOW_LIBRARY "libSDL2-2.0.so.0"
#define HOST_WINDOW_EVENTS  1024u
#define HOST_WINDOW_HELD    (SDL_NUM_SCANCODES + 4u) /* keys, then buttons */

/* Kept free for what must not be lost: the release of all that is held, and the end. */
#define HOST_WINDOW_KEPT (HOST_WINDOW_HELD + 1u)

#define HOST_WINDOW_FUNCTIONS(F)                                                                   \
    F(Init)                                                                                        \
    F(Quit)                                                                                        \
    F(GetError)                                                                                    \
    F(SetError)                                                                                    \
    F(GetCurrentVideoDriver)                                                                       \
    F(SetHint)                                                                                     \
    F(CreateWindow)                                                                                \
    F(DestroyWindow)                                                                               \
    F(CreateRenderer)                                                                              \
    F(DestroyRenderer)                                                                             \
    F(RenderSetLogicalSize)                                                                        \
    F(CreateTexture)                                                                               \
    F(UpdateTexture)                                                                               \
    F(RenderClear)                                                                                 \
    F(RenderCopy)                                                                                  \
    F(RenderPresent)                                                                               \
    F(WaitEvent)                                                                                   \
    F(PushEvent)

struct host_window {
#define HOST_WINDOW_POINTER(name) __typeof__(SDL_##name) *name;
    HOST_WINDOW_FUNCTIONS(HOST_WINDOW_POINTER)
#undef HOST_WINDOW_POINTER

    struct host_window_config c;
    u32 *pixel;
    u32 first_row, rows;
    atomic_bool drawing;
    struct host_window_event event[HOST_WINDOW_EVENTS];
    atomic_uint head, tail;              /* read at tail, written at head */
    bool held[HOST_WINDOW_HELD], closed; /* as was told */

    struct host_watch watch; /* an eventfd */
    pthread_t thread;
    bool threaded;
    sem_t begun;
    bool failed;
    char reason[128];
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
};

enum {
    HOST_WINDOW_DRAW = SDL_USEREVENT,
    HOST_WINDOW_END,
};

/* ---- the library ---- */

static enum err host_window_load(struct host_window *w, struct error *e)
{
    static const struct host_symbol symbol[] = {
#define HOST_WINDOW_SYMBOL(name) {"SDL_" #name, offsetof(struct host_window, name)},
        HOST_WINDOW_FUNCTIONS(HOST_WINDOW_SYMBOL)
#undef HOST_WINDOW_SYMBOL
    };
    if (!host_library_load(HOST_WINDOW_LIBRARY, symbol, ARRAY_LEN(symbol), w))
        return err_set(e, ERR_IO, "a window needs SDL2 (Debian: libsdl2-2.0-0), which is not here");
    return ERR_OK;
}

/* ---- the window's thread ---- */

static unsigned host_window_room(struct host_window *w)
{
    unsigned head = atomic_load_explicit(&w->head, memory_order_relaxed);
    return HOST_WINDOW_EVENTS - (head - atomic_load_explicit(&w->tail, memory_order_acquire));
}

static void host_window_tell(struct host_window *w, enum host_window_kind kind, i32 a, i32 b)
{
    static const u64 one = 1;
    unsigned head = atomic_load_explicit(&w->head, memory_order_relaxed);
    BUG_ON(!host_window_room(w));
    w->event[head % HOST_WINDOW_EVENTS] = (struct host_window_event){.kind = kind, .a = a, .b = b};
    atomic_store_explicit(&w->head, head + 1, memory_order_release);
    if (write(w->watch.fd, &one, sizeof one) < 0)
        return; /* it is awake already */
}

/* While nobody listens, keys pressed and motion are lost; no key is that was pressed. */
static void host_window_tell_held(struct host_window *w, enum host_window_kind kind, u32 which,
                                  bool pressed)
{
    u32 i = kind == HOST_WINDOW_KEY ? which : SDL_NUM_SCANCODES + which;
    if (i >= HOST_WINDOW_HELD || w->held[i] == pressed ||
        (pressed && host_window_room(w) <= HOST_WINDOW_KEPT))
        return;
    w->held[i] = pressed;
    host_window_tell(w, kind, (i32)which, pressed);
}

static void host_window_tell_motion(struct host_window *w, const SDL_MouseMotionEvent *ev)
{
    if (host_window_room(w) > HOST_WINDOW_KEPT)
        host_window_tell(w, HOST_WINDOW_MOTION, ev->xrel, ev->yrel);
}

static void host_window_tell_closed(struct host_window *w)
{
    if (!w->closed)
        host_window_tell(w, HOST_WINDOW_CLOSED, 0, 0);
    w->closed = true;
}

static void host_window_present(struct host_window *w)
{
    w->RenderClear(w->renderer);
    w->RenderCopy(w->renderer, w->texture, NULL, NULL);
    w->RenderPresent(w->renderer);
}

static void host_window_update(struct host_window *w)
{
    u32 width = w->c.width, first = w->first_row;
    SDL_Rect rows = {.y = (int)first, .w = (int)width, .h = (int)w->rows};
    for (u32 y = first; y < first + w->rows; y++)
        w->c.row(w->c.ctx, y, w->pixel + (size_t)y * width);
    atomic_store_explicit(&w->drawing, false, memory_order_release);
    w->UpdateTexture(w->texture, &rows, w->pixel + (size_t)first * width,
                     (int)(width * sizeof *w->pixel));
    host_window_present(w);
}

/* False: it is over. */
static bool host_window_handle(struct host_window *w, const SDL_Event *ev)
{
    switch (ev->type) {
    case HOST_WINDOW_DRAW:
        host_window_update(w);
        break;
    case HOST_WINDOW_END:
        return false;
    case SDL_WINDOWEVENT:
        if (ev->window.event == SDL_WINDOWEVENT_EXPOSED)
            host_window_present(w);
        break;
    case SDL_QUIT:
        host_window_tell_closed(w);
        break;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        if (!ev->key.repeat)
            host_window_tell_held(w, HOST_WINDOW_KEY, (u32)ev->key.keysym.scancode,
                                  ev->type == SDL_KEYDOWN);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (ev->button.button <= 3)
            host_window_tell_held(w, HOST_WINDOW_BUTTON, ev->button.button,
                                  ev->type == SDL_MOUSEBUTTONDOWN);
        break;
    case SDL_MOUSEMOTION:
        host_window_tell_motion(w, &ev->motion);
        break;
    default:
        break;
    }
    return true;
}

/* Without a display the library draws for nobody, unless that is what was asked for. */
static bool host_window_is_seen(const struct host_window *w)
{
    static const char *const blind[] = {"dummy", "offscreen", "evdev"};
    const char *driver = w->GetCurrentVideoDriver();
    bool asked = getenv("SDL_VIDEODRIVER") || getenv("SDL_VIDEO_DRIVER"), seen = true;
    for (size_t i = 0; i < ARRAY_LEN(blind); i++)
        seen = seen && driver && strcmp(driver, blind[i]);
    if (!seen && !asked)
        w->SetError("there is no display: DISPLAY or WAYLAND_DISPLAY should name one");
    return seen || asked;
}

static bool host_window_make(struct host_window *w)
{
    w->SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    w->SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (w->Init(SDL_INIT_VIDEO) || !host_window_is_seen(w))
        return false;
    int width = (int)w->c.width, height = (int)w->c.height;
    w->window = w->CreateWindow(w->c.title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width,
                                height, SDL_WINDOW_RESIZABLE);
    w->renderer = w->window ? w->CreateRenderer(w->window, -1, 0) : NULL;
    if (!w->renderer || w->RenderSetLogicalSize(w->renderer, width, height))
        return false;
    w->texture = w->CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                                  width, height);
    return w->texture;
}

static void host_window_unmake(struct host_window *w)
{
    if (w->renderer)
        w->DestroyRenderer(w->renderer); /* and its texture */
    if (w->window)
        w->DestroyWindow(w->window);
    w->Quit();
}

static void *host_window_main(void *ctx)
{
    struct host_window *w = ctx;
    SDL_Event ev;
    w->failed = !host_window_make(w);
    bool on = !w->failed;
    if (w->failed)
        snprintf(w->reason, sizeof w->reason, "%s", w->GetError());
    sem_post(&w->begun);
    while (on && w->WaitEvent(&ev))
        on = host_window_handle(w, &ev);
    host_window_unmake(w);
    return NULL;
}

/* ---- the machine's ---- */

static void host_window_woken(void *ctx, short revents)
{
    const struct host_window *w = ctx;
    u64 count;
    (void)revents;
    if (read(w->watch.fd, &count, sizeof count) < 0)
        return; /* nothing there any more */
}

static enum err host_window_start(struct host_window *w, struct error *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->threaded = !pthread_create(&w->thread, NULL, host_window_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!w->threaded)
        return err_set(e, ERR_NOMEM, "cannot start a thread for the window: %m");
    while (sem_wait(&w->begun))
        ;
    return w->failed ? err_set(e, ERR_IO, "cannot open a window: %s", w->reason) : ERR_OK;
}

static struct host_window *host_window_new(const struct host_window_config *c)
{
    struct host_window *w = xcalloc(1, sizeof *w);
    w->c = *c;
    w->pixel = xcalloc((size_t)c->width * c->height, sizeof *w->pixel);
    w->watch = (struct host_watch){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                   .events = POLLIN,
                                   .ready = host_window_woken,
                                   .ctx = w};
    sem_init(&w->begun, 0, 0);
    host_poll_add(c->poll, &w->watch);
    return w;
}

enum err host_window_open(struct host_window **out, const struct host_window_config *c,
                          struct error *e)
{
    struct host_window *w = host_window_new(c);
    enum err err = ERR_OK;
    if (w->watch.fd < 0)
        err = err_set(e, ERR_IO, "cannot open a window: %m");
    if (!err)
        err = host_window_load(w, e);
    if (!err)
        err = host_window_start(w, e);
    if (err) {
        host_window_close(w);
        w = NULL;
    }
    *out = w;
    return err;
}

static void host_window_send(struct host_window *w, u32 type)
{
    SDL_Event ev = {.type = type};
    w->PushEvent(&ev);
}

void host_window_close(struct host_window *w)
{
    if (!w)
        return;
    if (w->threaded && !w->failed)
        host_window_send(w, HOST_WINDOW_END);
    if (w->threaded)
        pthread_join(w->thread, NULL);
    host_poll_remove(w->c.poll, &w->watch);
    if (w->watch.fd >= 0)
        close(w->watch.fd);
    sem_destroy(&w->begun);
    free(w->pixel);
    free(w);
}

bool host_window_is_drawing(const struct host_window *w)
{
    return atomic_load_explicit(&w->drawing, memory_order_acquire);
}

void host_window_show(struct host_window *w, u32 first_row, u32 rows)
{
    BUG_ON(host_window_is_drawing(w));
    if (!rows)
        return;
    w->first_row = first_row;
    w->rows = rows;
    atomic_store_explicit(&w->drawing, true, memory_order_release);
    host_window_send(w, HOST_WINDOW_DRAW);
}

bool host_window_next(struct host_window *w, struct host_window_event *ev)
{
    unsigned tail = atomic_load_explicit(&w->tail, memory_order_relaxed);
    if (tail == atomic_load_explicit(&w->head, memory_order_acquire))
        return false;
    *ev = w->event[tail % HOST_WINDOW_EVENTS];
    atomic_store_explicit(&w->tail, tail + 1, memory_order_release);
    return true;
}

#else

enum err host_window_open(struct host_window **out, const struct host_window_config *c,
                          struct error *e)
{
    (void)c;
    *out = NULL;
    return err_set(e, ERR_USAGE,
                   "this build cannot open windows: SDL2's headers (Debian: libsdl2-dev) were not "
                   "there when it was configured");
}

void host_window_close(struct host_window *w)
{
    (void)w;
}

void host_window_show(struct host_window *w, u32 first_row, u32 rows)
{
    (void)w;
    (void)first_row;
    (void)rows;
}

bool host_window_is_drawing(const struct host_window *w)
{
    (void)w;
    return false;
}

bool host_window_next(struct host_window *w, struct host_window_event *ev)
{
    (void)w;
    (void)ev;
    return false;
}

#endif
