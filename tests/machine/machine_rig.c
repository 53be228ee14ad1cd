/* SPDX-License-Identifier: ISC */
#include "machine_rig.h"

#include "host/host_clock.h"
#include "host/host_slurp.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/elf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RIG_PROMPT "hearth> "
#define RIG_CODE   0x1000u
#define RIG_WALL   1700000000123456789ull

static struct buf rig_kernel;
static char rig_dir[64];

/* ---- the host, as this process has it ---- */

/* The linker puts this in place of host_clock_wall_ns (--wrap): the board reads the wall clock
 * when it is built. */
static u64 rig_wall;
u64 __wrap_host_clock_wall_ns(void);
u64 __wrap_host_clock_wall_ns(void)
{
    return rig_wall;
}

static void rig_forbidden(const struct rig *r)
{
    if (r->setup.replay) {
        fprintf(stderr, "a replayed machine asked its host\n");
        abort();
    }
}

static bool rig_get_nothing(void *ctx, u8 *ch)
{
    (void)ch;
    rig_forbidden(ctx);
    return false;
}

static bool rig_nothing_comes(void *ctx)
{
    rig_forbidden(ctx);
    return true;
}

static bool rig_more_to_type(const struct rig *r)
{
    const char *typed = r->setup.typed;
    return typed && typed[r->typed] && (r->setup.ahead || r->lines < r->prompts);
}

static bool rig_get(void *ctx, u8 *ch)
{
    struct rig *r = ctx;
    rig_forbidden(r);
    if (!rig_more_to_type(r))
        return false;
    *ch = (u8)r->setup.typed[r->typed++];
    r->lines += *ch == '\n';
    return true;
}

static void rig_wait(void *ctx, u64 ns, bool console)
{
    struct rig *r = ctx;
    rig_forbidden(r);
    bool typing = console || r->setup.screen;
    if ((typing && rig_more_to_type(r)) || (r->setup.peer_says && r->waits < 1000))
        r->host_ns += ns < 1000 ? ns : 1000;
    else if (ns == ~0ull)
        r->stuck = true;
    else
        r->host_ns += ns;
}

static bool rig_input_ended(void *ctx)
{
    const struct rig *r = ctx;
    rig_forbidden(r);
    return !r->setup.typed || !r->setup.typed[r->typed];
}

static bool rig_asked_to_end(void *ctx)
{
    const struct rig *r = ctx;
    rig_forbidden(r);
    return r->stuck || r->end_asked;
}

static u64 rig_mono_ns(void *ctx)
{
    struct rig *r = ctx;
    rig_forbidden(r);
    return r->host_ns += 100;
}

static void rig_put(void *ctx, u8 ch)
{
    struct rig *r = ctx;
    const size_t n = strlen(RIG_PROMPT);
    buf_put_u8(&r->out, ch);
    buf_put_u8(&r->out, 0);
    r->out.len--;
    if (r->out.len >= n && !memcmp(r->out.data + r->out.len - n, RIG_PROMPT, n))
        r->prompts++;
}

/* ---- the peer on the network ---- */

static void rig_peer_says(struct rig *r, const void *data, u32 len)
{
    if (r->npeer == ARRAY_LEN(r->peer))
        return;
    memcpy(r->peer[r->npeer].data, data, len);
    r->peer[r->npeer++].len = len;
}

static void rig_peer_says_text(struct rig *r, const char *text)
{
    u8 frame[128] = {0};
    u32 len = IO_NET_HEADER + (u32)strlen(text) + 1;
    io_net_put_header(frame, 9, len, 17);
    memcpy(frame + IO_NET_HEADER, text, strlen(text));
    rig_peer_says(r, frame, len);
}

static void rig_net_send(void *ctx, const void *frame, u32 len)
{
    struct rig *r = ctx;
    char answer[64];
    rig_forbidden(r);
    const char *words = (const char *)frame + IO_NET_HEADER;
    const char *rest = len > IO_NET_HEADER ? memchr(words, ' ', len - IO_NET_HEADER) : NULL;
    if (!rest || io_net_to(frame) != 9)
        return;
    snprintf(answer, sizeof answer, "pong%.40s", rest);
    rig_peer_says_text(r, answer);
}

/* One thing at each look of the machine, so that it matters when it looks. */
static bool rig_net_poll(void *ctx, u8 *data, u32 *len)
{
    struct rig *r = ctx;
    rig_forbidden(r);
    if (r->waits == 3)
        rig_peer_says(r, &(u8){1}, 1);
    if (r->waits == 40)
        rig_peer_says_text(r, r->setup.peer_says);
    r->waits++;
    if (!r->npeer)
        return false;
    *len = r->peer[0].len;
    memcpy(data, r->peer[0].data, *len);
    memmove(&r->peer[0], &r->peer[1], --r->npeer * sizeof r->peer[0]);
    return true;
}

static void rig_net_close(void *ctx)
{
    (void)ctx;
}

static enum err rig_cable(void *ctx, unsigned slot, u16 hwaddr, const char *hub, struct io_net *out,
                          struct error *e)
{
    (void)hub;
    (void)e;
    rig_forbidden(ctx);
    assert_int_equal(slot, RIG_NET);
    assert_int_equal(hwaddr, 17);
    *out = (struct io_net){
        .send = rig_net_send, .poll = rig_net_poll, .close = rig_net_close, .ctx = ctx};
    return ERR_OK;
}

/* ---- building ---- */

static char *rig_conf_text(const struct rig_setup *s)
{
    char *disk =
        s->disk ? xasprintf("%u disk file=%s sectors=2048\n", RIG_DISK, s->disk) : xstrdup("");
    const char *screen = s->screen ? "4 screen columns=50 rows=12\n" : "";
    char *emufs = s->emufs ? xasprintf("%u emufs dir=%s\n", RIG_EMUFS, s->emufs) : xstrdup("");
    char *net = s->peer_says ? xasprintf("%u nic hwaddr=17\n", RIG_NET) : xstrdup("");
    char *text = xasprintf("%u serial\n%s%s%s%s%u random %s\n%u timer\n%u trace\n"
                           "31 mainboard ramsize=%s cpus=%u\n",
                           RIG_SERIAL, disk, emufs, net, screen, RIG_RANDOM,
                           s->autoseed ? "autoseed" : "seed=7", RIG_TIMER, RIG_TRACE,
                           s->ram ? s->ram : "1M", s->cpus ? s->cpus : 1);
    free(disk);
    free(emufs);
    free(net);
    return text;
}

static void rig_words(struct rig *r, gpa pa, const u32 *words, size_t n)
{
    u8 *p = mem_ram_ptr(r->m.mem, pa, 4 * n);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        store_be32(p + 4 * i, words[i]);
}

static void rig_assert_ok(enum err err, const struct error *e)
{
    if (err)
        fail_msg("%s", e->msg);
}

static void rig_guest(struct rig *r)
{
    const struct rig_setup *s = &r->setup;
    struct error e;
    if (!s->code) {
        assert_true(rig_kernel.len > 0);
        rig_assert_ok(board_s161_boot(r->board, rig_kernel.data, rig_kernel.len,
                                      s->words ? s->words : "", &e),
                      &e);
        return;
    }
    rig_words(r, RIG_CODE, s->code, s->code_len);
    rig_words(r, 0x80, s->handler, s->handler_len);
    mips_set_pc(&r->m.cpu[0]->mips, 0x80000000u + RIG_CODE);
}

struct rig *rig_new(const struct rig_setup *setup)
{
    struct rig *r = xcalloc(1, sizeof *r);
    struct machine_host host = {
        .wait = rig_wait, .asked_to_end = rig_asked_to_end, .mono_ns = rig_mono_ns, .ctx = r};
    struct error e;
    r->setup = *setup;
    r->host_ns = 5000000000ull;
    rig_wall = setup->wall_ns ? setup->wall_ns : RIG_WALL;
    machine_init(&r->m, BOARD_S161_HZ, &host);
    r->m.warp = !setup->paced;
    r->m.progress_cycles = setup->progress_cycles;
    if (setup->record)
        r->m.intake.mode = INTAKE_RECORD;
    if (setup->replay)
        intake_replay(&r->m.intake, setup->replay->data, setup->replay->len);
    char *text = rig_conf_text(setup);
    rig_assert_ok(s161_conf_parse(&r->conf, text, strlen(text), "rig", &e), &e);
    rig_assert_ok(s161_conf_finish(&r->conf, &e), &e);
    free(text);
    struct io_console typing = {.put = rig_put, .get = rig_get, .ended = rig_input_ended, .ctx = r};
    struct io_console showing = {
        .put = rig_put, .get = rig_get_nothing, .ended = rig_nothing_comes, .ctx = r};
    r->config = (struct board_s161_config){.conf = &r->conf,
                                           .extended = !setup->plain,
                                           .engine = setup->engine ? setup->engine : vcpu_usual,
                                           .console = setup->screen ? showing : typing,
                                           .screen_keys = typing,
                                           .s161_time = setup->s161_time,
                                           .doom = setup->doom,
                                           .guest_tracing = setup->guest_tracing,
                                           .cable = rig_cable,
                                           .cable_ctx = r};
    rig_assert_ok(board_s161_new(&r->board, &r->m, &r->config, &e), &e);
    if (setup->punctual)
        r->m.clock.jitter = 0;
    rig_guest(r);
    return r;
}

void rig_free(struct rig *r)
{
    board_s161_free(r->board);
    machine_fini(&r->m);
    s161_conf_fini(&r->conf);
    buf_fini(&r->out);
    free(r);
}

/* ---- running ---- */

enum machine_end rig_run_to(struct rig *r, u64 cycle)
{
    r->m.stop_at = cycle;
    return machine_run(&r->m);
}

enum machine_end rig_run(struct rig *r)
{
    enum machine_end end = rig_run_to(r, RIG_NEVER);
    if (r->stuck)
        fail_msg("the guest does not end; it printed: %s",
                 r->out.data ? (const char *)r->out.data : "nothing");
    return end;
}

struct rig_result rig_result(const struct rig *r)
{
    return (struct rig_result){.end = r->m.end,
                               .code = r->m.exit_code,
                               .cycles = machine_now(&r->m),
                               .hash = machine_hash(&r->m),
                               .out_hash = state_hash_bytes(0, r->out.data, r->out.len)};
}

struct rig_result rig_run_all(const struct rig_setup *setup)
{
    struct rig *r = rig_new(setup);
    rig_run(r);
    struct rig_result result = rig_result(r);
    rig_free(r);
    return result;
}

void rig_assert_same(struct rig_result a, struct rig_result b)
{
    assert_int_equal(a.end, b.end);
    assert_int_equal(a.code, b.code);
    assert_int_equal(a.out_hash, b.out_hash);
    assert_int_equal(a.cycles, b.cycles);
    assert_int_equal(a.hash, b.hash);
}

void rig_assert_printed(const struct rig *r, const char *text)
{
    const char *out = r->out.data ? (const char *)r->out.data : "";
    if (!strstr(out, text))
        fail_msg("expected \"%s\" in: %s", text, out);
}

/* ---- files ---- */

static void rig_remove_dir(void)
{
    char *command = xasprintf("rm -rf '%s'", rig_dir);
    if (system(command))
        fprintf(stderr, "could not remove %s\n", rig_dir);
    free(command);
}

static void rig_make_dir(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(rig_dir, sizeof rig_dir, "%.40s/kuseg-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(rig_dir)) {
        perror(rig_dir);
        exit(2);
    }
    atexit(rig_remove_dir);
}

const char *rig_path(const char *name)
{
    static char path[16][160];
    char wanted[160];
    if (!*rig_dir)
        rig_make_dir();
    snprintf(wanted, sizeof wanted, "%s/%.80s", rig_dir, name);
    for (unsigned i = 0; i < ARRAY_LEN(path); i++) {
        if (!*path[i])
            memcpy(path[i], wanted, sizeof wanted);
        if (!strcmp(path[i], wanted))
            return path[i];
    }
    fail_msg("too many names of files");
    return NULL;
}

void rig_write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

void rig_make_folder(const char *path)
{
    if (mkdir(path, 0777) && errno != EEXIST) {
        perror(path);
        exit(2);
    }
}

u32 rig_random(u64 *state, u32 below)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*state >> 33) % below);
}

void rig_main(int argc, char **argv)
{
    struct error e;
    if (argc > 1 && host_slurp(argv[1], ELF_MAX_FILE, &rig_kernel, &e)) {
        fprintf(stderr, "%s\n", e.msg);
        exit(2);
    }
}
