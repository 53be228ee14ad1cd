/* SPDX-License-Identifier: ISC */
/*
 * Where a machine stands, for the person who wants to know why it stopped: registers, what
 * the TLB says of the address at fault, the back trace, and what it interrupted.
 */
#include "isa/mips_text.h"
#include "lib/log.h"
#include "machine/guest_names.h"
#include "machine/machine.h"

#include <stdio.h>
#include <string.h>

/* `known`: a bit for each register that has a value. */
static void machine_report_registers(const u32 *r, u32 known)
{
    for (unsigned i = 0; i < 32; i += 8) {
        char line[160];
        int n = 0;
        for (unsigned j = i; j < i + 8; j++) {
            const char *name = mips_text_register(j);
            if (known & 1u << j)
                n += snprintf(line + n, sizeof line - (size_t)n, " %4s %08x", name, r[j]);
            else
                n += snprintf(line + n, sizeof line - (size_t)n, " %4s unknown ", name);
        }
        log_info(" %s", line);
    }
}

static bool machine_report_has_address(unsigned code)
{
    return code >= MIPS_EXC_MOD && code <= MIPS_EXC_ADES;
}

/* Registers of CP0 tell of the last exception, which may be long ago. */
static void machine_report_exception(const struct machine *m, const struct mips *c)
{
    char at[GUEST_NAMES_TEXT], text[MIPS_TEXT];
    unsigned code = c->cause >> 2 & 31;
    log_info("  hi %08x lo %08x, status %08x, cause %08x, entryhi %08x", c->r[MIPS_HI],
             c->r[MIPS_LO], c->status, c->cause | c->irq_lines, c->entryhi);
    if (!c->stats.exceptions && !c->stats.irqs)
        return;
    log_info("  last exception: %s at %08x %s", mips_text_exception(code),
             c->epc + (c->cause & MIPS_CAUSE_BD ? 4 : 0),
             guest_names_text(m->names, c, c->epc, at));
    if (machine_report_has_address(code))
        log_info("  address at fault: %08x, %s", c->badvaddr,
                 mips_text_lookup(c, c->badvaddr, text));
}

static void machine_report_frames(const struct machine *m, const struct mips *c,
                                  struct mips_unwind_interrupted *user)
{
    struct mips_frame f[MIPS_UNWIND_MAX];
    unsigned n = guest_names_back_trace(m->names, c, f, MIPS_UNWIND_MAX, user);
    log_info("  back trace:");
    for (unsigned i = 0; i < n; i++) {
        char text[GUEST_NAMES_TEXT];
        if (f[i].interrupted)
            log_info("    an exception interrupted");
        log_info("    %2u  %08x  %s", i, f[i].pc, guest_names_text(m->names, c, f[i].pc, text));
    }
    if (n == MIPS_UNWIND_MAX)
        log_info("    ...");
}

/* By the code that is mapped, else by the code that is in memory. */
static void machine_report_user(const struct machine *m, const struct mips *c,
                                const struct mips_unwind_interrupted *user)
{
    const struct guest_program *p = NULL, *likely = NULL;
    gva pc = user->regs.pc;
    if (m->names)
        p = guest_names_program(m->names, c, pc);
    if (m->names && !p)
        likely = guest_names_in_memory(m->names, c, pc);
    log_info("  the user program, asid %u, was at %08x%s%s:", c->entryhi >> 6 & 63, pc,
             p || likely ? " of " : "",
             p        ? p->name
             : likely ? likely->name
                      : "");
    if (likely) {
        char text[SYMTAB_TEXT];
        log_info("  (its page is not mapped now; %s is the only known program with such code in "
                 "memory: %s)",
                 likely->name, symtab_text(&likely->symbols, pc, text));
    }
    machine_report_registers(user->regs.r, user->known);
}

/* Of a CPU that waits the registers would say nothing. */
void machine_log_cpu(const struct machine *m, unsigned cpu)
{
    const struct vcpu *v = m->cpu[cpu];
    const struct mips *c = &v->mips;
    char text[GUEST_NAMES_TEXT];
    struct mips_unwind_interrupted user;
    if (!v->enabled) {
        log_info("cpu%u: off", cpu);
        return;
    }
    log_info("cpu%u: at %08x %s%s, in %s%s", cpu, c->pc, guest_names_text(m->names, c, c->pc, text),
             c->bd ? " (delay slot)" : "", mips_text_mode(c->status, 0),
             vcpu_idle(v) ? ", waiting for an interrupt" : "");
    if (!vcpu_idle(v)) {
        machine_report_registers(c->r, ~0u);
        machine_report_exception(m, c);
    }
    machine_report_frames(m, c, &user);
    if (user.any && !vcpu_idle(v))
        machine_report_user(m, c, &user);
}
