/* SPDX-License-Identifier: ISC */
#include "host/host_library.h"

#include <dlfcn.h>
#include <string.h>

void *host_library_load(const char *file, const struct host_symbol *symbol, size_t count, void *to)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < count; i++) {
        void *p = dlsym(library, symbol[i].name);
        memcpy((u8 *)to + symbol[i].at, &p, sizeof p);
        if (p)
            continue;
        dlclose(library);
        library = NULL;
    }
    return library;
}

void host_library_unload(void *library)
{
    if (library)
        dlclose(library);
}
