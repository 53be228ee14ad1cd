/* SPDX-License-Identifier: ISC */
#include "host/host_disasm.h"

#ifdef KUSEG_CAPSTONE

#include "host/host_library.h"
#include "lib/bug.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct host_disasm {
    void *library;
    csh handle;
    cs_insn *insn;
    cs_err (*open)(cs_arch arch, cs_mode mode, csh *handle);
    cs_err (*close)(csh *handle);
    cs_insn *(*insn_new)(csh handle);
    void (*insn_free)(cs_insn *insn, size_t count);
    bool (*next)(csh handle, const uint8_t **code, size_t *size, uint64_t *at, cs_insn *insn);
};

/* The headers say which version's structures are meant. */
static bool host_disasm_load(struct host_disasm *d)
{
    static const struct host_symbol symbol[] = {
        {"cs_open", offsetof(struct host_disasm, open)},
        {"cs_close", offsetof(struct host_disasm, close)},
        {"cs_malloc", offsetof(struct host_disasm, insn_new)},
        {"cs_free", offsetof(struct host_disasm, insn_free)},
        {"cs_disasm_iter", offsetof(struct host_disasm, next)},
    };
    char name[32];
    snprintf(name, sizeof name, "libcapstone.so.%d", CS_API_MAJOR);
    d->library = host_library_load(name, symbol, ARRAY_LEN(symbol), d);
    return d->library && d->open(CS_ARCH_X86, CS_MODE_64, &d->handle) == CS_ERR_OK;
}

struct host_disasm *host_disasm_new(void)
{
    struct host_disasm *d = xcalloc(1, sizeof *d);
    if (host_disasm_load(d))
        d->insn = d->insn_new(d->handle);
    if (d->insn)
        return d;
    host_disasm_free(d);
    return NULL;
}

void host_disasm_free(struct host_disasm *d)
{
    if (!d)
        return;
    if (d->insn)
        d->insn_free(d->insn, 1);
    if (d->handle)
        d->close(&d->handle);
    host_library_unload(d->library);
    free(d);
}

size_t host_disasm_one(struct host_disasm *d, const u8 *code, size_t len, u64 at,
                       char text[HOST_DISASM_TEXT])
{
    if (!d->next(d->handle, &code, &len, &at, d->insn))
        return 0;
    snprintf(text, HOST_DISASM_TEXT, "%s%s%s", d->insn->mnemonic, *d->insn->op_str ? " " : "",
             d->insn->op_str);
    return d->insn->size;
}

#else

struct host_disasm *host_disasm_new(void)
{
    return NULL;
}

void host_disasm_free(struct host_disasm *d)
{
    (void)d;
}

size_t host_disasm_one(struct host_disasm *d, const u8 *code, size_t len, u64 at,
                       char text[HOST_DISASM_TEXT])
{
    (void)d;
    (void)code;
    (void)len;
    (void)at;
    text[0] = '\0';
    return 0;
}

#endif
