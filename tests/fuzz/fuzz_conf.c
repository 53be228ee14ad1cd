/* SPDX-License-Identifier: ISC */
/* sys161.conf: a text, after it (from a line with only "%") overrides from the command line. */
#include "fuzz.h"

#include "lib/bug.h"
#include "lib/log.h"
#include "machine/s161_conf.h"

#include <stdlib.h>
#include <string.h>

static enum err fuzz_conf_overrides(struct s161_conf *c, const char *text, size_t len,
                                    struct error *e)
{
    char *copy = xcalloc(1, len + 1), *save = NULL;
    memcpy(copy, text, len);
    enum err err = ERR_OK;
    for (char *w = strtok_r(copy, "\n", &save); w && err == ERR_OK; w = strtok_r(NULL, "\n", &save))
        err = s161_conf_override(c, w, e);
    free(copy);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    log_setup("fuzz", LOG_ERROR); /* no word about each argument given twice */
    const char *text = (const char *)data;
    const char *mark = memmem(text, len, "\n%\n", 3);
    size_t head = mark ? (size_t)(mark - text) : len;
    struct s161_conf c = {0};
    struct error e;
    enum err err = s161_conf_parse(&c, text, head, "fuzz", &e);
    if (err == ERR_OK && mark)
        err = fuzz_conf_overrides(&c, mark + 3, len - head - 3, &e);
    if (err == ERR_OK)
        err = s161_conf_finish(&c, &e);
    if (err == ERR_OK)
        BUG_ON(c.slot[S161_MAINBOARD_SLOT].mainboard.ramsize < S161_MIN_RAM);
    else
        BUG_ON(!e.msg[0] || strlen(e.msg) >= sizeof e.msg);
    s161_conf_fini(&c);
    return 0;
}
