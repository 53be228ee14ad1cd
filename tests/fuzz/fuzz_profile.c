/* SPDX-License-Identifier: ISC */
/* Any bytes as a profile: refused with a line's number, or counted as they say. */
#include "debug/stacks.h"
#include "fuzz.h"
#include "lib/bug.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct stacks s = {0};
    struct error e;
    FILE *f = fopen("/dev/null", "w");
    BUG_ON(!f);
    if (stacks_read(&s, (const char *)data, len, &e))
        BUG_ON(strncmp(e.msg, "line ", 5) != 0);
    stacks_table(&s, 10, f);
    stacks_write(&s, f);
    fclose(f);
    stacks_fini(&s);
    return 0;
}
