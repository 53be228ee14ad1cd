/* SPDX-License-Identifier: ISC */
/* Pipes: a page of bytes between a writing and a reading end. */
#ifndef PIPE_H
#define PIPE_H

#include "types.h"

struct file;
struct pipe;

int pipe_open(struct file **reader, struct file **writer);
void pipe_close(struct pipe *pipe, bool writer);
int pipe_transfer(struct pipe *pipe, void *buffer, u32 size, bool write); /* waits */

#endif
