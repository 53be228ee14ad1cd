/* SPDX-License-Identifier: ISC */
/* What the files of the GDB stub share. */
#ifndef DEBUG_GDB_INT_H
#define DEBUG_GDB_INT_H

#include "debug/gdb_packet.h"
#include "debug/gdb_points.h"
#include "debug/gdb_stub.h"

enum gdb_state {
    GDB_APART,    /* nobody has said anything: the target does as it likes */
    GDB_ATTACHES, /* the first packet came; it waits until the target has stopped */
    GDB_STOPPED,
    GDB_RUNS,
    GDB_RESTARTS,
    GDB_DEAD,   /* the target ended, or was killed: with extended-remote it can be restarted */
    GDB_PARTED, /* after detach or kill: nothing more is said */
};

struct gdb_stub {
    const struct debug_target *t;
    enum gdb_state state;
    struct gdb_reader in;
    struct buf out, reply, last; /* last: the packet sent last, for the other side to ask again */

    /* agreed upon */
    bool no_ack, extended, error_text, says_swbreak, says_hwbreak;

    bool waits;             /* a resume or vRun is to be answered by the next stop */
    struct debug_stop stop; /* the last */
    bool interrupted;       /* it was the client's will */
    unsigned general;       /* thread of registers and memory (Hg) */
    int resumed;            /* thread of c and s (Hc); -1: all */
    struct gdb_points points;
};

/* ---- replies: gdb_stub.c ---- */

void gdb_stub_send(struct gdb_stub *g); /* what stands in g->reply */
void gdb_stub_reply(struct gdb_stub *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
void gdb_stub_ok(struct gdb_stub *g);
void gdb_stub_unknown(struct gdb_stub *g); /* no such packet here */
/* Words for the person, where GDB 13 takes them after "E."; else only to those that asked. */
void gdb_stub_refuse(struct gdb_stub *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
void gdb_stub_fail(struct gdb_stub *g, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A thread's number as GDB writes it: -1 all, 0 any; false: not one. */
enum {
    GDB_THREAD_ALL = -1,
    GDB_THREAD_ANY = -2,
};
bool gdb_stub_alive(const struct gdb_stub *g, unsigned thread); /* none is, after the end */
MUST_CHECK bool gdb_stub_thread(struct gdb_stub *g, struct gdb_args *a, int *thread);

/* ---- packets: each answers ---- */

/* gdb_data.c */
void gdb_data_read_all(struct gdb_stub *g);                               /* g */
void gdb_data_write_all(struct gdb_stub *g, struct gdb_args *a);          /* G */
void gdb_data_read_one(struct gdb_stub *g, struct gdb_args *a);           /* p */
void gdb_data_write_one(struct gdb_stub *g, struct gdb_args *a);          /* P */
void gdb_data_read_memory(struct gdb_stub *g, struct gdb_args *a);        /* m */
void gdb_data_write_memory(struct gdb_stub *g, struct gdb_args *a);       /* M */
void gdb_data_write_binary(struct gdb_stub *g, struct gdb_args *a);       /* X */
void gdb_data_point(struct gdb_stub *g, struct gdb_args *a, bool insert); /* Z z */
void gdb_data_put_reg(struct gdb_stub *g, unsigned thread, unsigned reg);

/* gdb_run.c */
void gdb_run_back(struct gdb_stub *g, struct gdb_args *a);
void gdb_run_legacy(struct gdb_stub *g, struct gdb_args *a, bool step, bool signal); /* c C s S */
void gdb_run_v(struct gdb_stub *g, struct gdb_args *a);                              /* v... */
void gdb_run_restart(struct gdb_stub *g, bool answered);                             /* R */
void gdb_run_kill(struct gdb_stub *g);                                               /* k */
void gdb_run_detach(struct gdb_stub *g);                                             /* D */
void gdb_run_why(struct gdb_stub *g);                                                /* ? */

/* gdb_query.c */
void gdb_query(struct gdb_stub *g, struct gdb_args *a);     /* q... */
void gdb_query_set(struct gdb_stub *g, struct gdb_args *a); /* Q... */

/* gdb_monitor.c */
void gdb_monitor(struct gdb_stub *g, struct gdb_args *a); /* qRcmd */

#endif
