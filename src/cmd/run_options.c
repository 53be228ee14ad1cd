/* SPDX-License-Identifier: ISC */
#include "cmd/run_options.h"

#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

void run_options_join(struct run_options *o, int argc, char **argv, int first)
{
    size_t size = 1;
    for (int i = first; i < argc; i++)
        size += strlen(argv[i]) + 1;
    free(o->words);
    o->words = xcalloc(1, size);
    char *p = o->words;
    for (int i = first; i < argc; i++) {
        if (i > first)
            *p++ = ' ';
        p = stpcpy(p, argv[i]);
    }
}

void run_options_prepend(struct run_options *o, const char *words)
{
    char *all = xasprintf("%s%s%s", words, *o->words ? " " : "", o->words);
    free(o->words);
    o->words = all;
}

void run_options_fini(struct run_options *o)
{
    cmd_list_fini(&o->overrides);
    cmd_list_fini(&o->disks);
    cmd_list_fini(&o->nets);
    cmd_list_fini(&o->virtio);
    cmd_list_fini(&o->serial);
    cmd_list_fini(&o->symbols);
    free(o->words);
    *o = (struct run_options){0};
}
