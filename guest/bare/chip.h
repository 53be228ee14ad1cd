/* SPDX-License-Identifier: ISC */
/*
 * What differs between an R3000 and the MIPS32 chips, which have the R4000's coprocessor 0. Both
 * form the address of a missing page's entry in Context; that is where the page table lies.
 */
#ifndef CHIP_H
#define CHIP_H

#ifdef CHIP_FLOAT
#define CHIP_COPROCESSORS 0x20000000 /* in Status: those that the program may use */
#else
#define CHIP_COPROCESSORS 0
#endif

#define CHIP_TABLE 0x80800000 /* a multiple of 8 MB; as large as kuseg wants, empty but for us */

#ifdef CHIP_R3000
#define CHIP_GENERAL     0x80000080                 /* vector */
#define CHIP_USER        (0x08 | CHIP_COPROCESSORS) /* Status whose previous mode is the user's */
#define CHIP_ENTRY_BYTES 4                          /* of the table, a page */
#define CHIP_ENTRY(page) ((page) | 0x700) /* EntryLo: writable, valid, in all address spaces */
#else
#define CHIP_GENERAL     0x80000180
#define CHIP_USER        (0x12 | CHIP_COPROCESSORS)
#define CHIP_ENTRY_BYTES 8
#define CHIP_ENTRY(page) ((page) >> 6 | 3 << 3 | 7)
#endif

#endif
