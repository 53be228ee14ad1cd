/* SPDX-License-Identifier: ISC */
/* The documents that GDB reads with qXfer, made from what the target says of itself. */
#ifndef DEBUG_GDB_XML_H
#define DEBUG_GDB_XML_H

#include "debug/debug_target.h"

void gdb_xml_features(const struct debug_target *t, struct buf *out);
void gdb_xml_memory_map(const struct debug_target *t, struct buf *out);
void gdb_xml_threads(const struct debug_target *t, bool any, struct buf *out);

#endif
