/* SPDX-License-Identifier: ISC */
/* What glibc 2.33 has in place of CPU_FEATURE_ACTIVE, as far as it matters. */
#ifndef UNIT_OLD_X86_H
#define UNIT_OLD_X86_H

#define CPU_FEATURE_USABLE(name) 0

#endif
