/* SPDX-License-Identifier: ISC */
/*
 * Frame buffers for the TURBOchannel: PMAG-AA (1280 by 1024, black and white) and PMAG-BA (1024 by
 * 864, 256 colours). A pixel is a byte of memory, which is RAM of the map: guests store into it at
 * full speed, and whoever shows the picture looks at it when they like. Facts: PMAG-BA TURBOchannel
 * Color Frame Buffer, Functional Specification, 1990, as the kernels' drivers tell it.
 */
#ifndef DEV_TC_PMAG_H
#define DEV_TC_PMAG_H

#include "dev/dev.h"
#include "dev/tc_slot.h"
#include "io/io.h"

struct tc_pmag_model {
    const char *name; /* for an option */
    const struct tc_class *cls;
    /* ram: the memory that the class asks for. */
    void *(*make)(const struct dev_env *env, struct dev_line line, const u8 *ram);
    void (*free)(void *card);
    void (*look)(const void *card, struct io_pixels *p); /* p begins zeroed */
};

extern const struct tc_pmag_model tc_pmag_aa, tc_pmag_ba;

const struct tc_pmag_model *tc_pmag_find(const char *name); /* NULL: none is called so */

#endif
