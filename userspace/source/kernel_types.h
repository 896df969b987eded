/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types, cut down to those that programs can mean. */
#ifndef CLONESCOPE_SOURCE_KERNEL_TYPES_H
#define CLONESCOPE_SOURCE_KERNEL_TYPES_H

struct btf;

/*
 * Of the types of @kernel, write into the file @fd those that have the name of one of the types of @programs,
 * and all that they consist of. libbpf looks through all the types that it is given for each one that a program
 * names: with the kernel's 130,000 that is half of what attaching takes.
 * Returns 0 or a negative errno.
 */
int kernel_types_write(int fd, const struct btf *kernel, const struct btf *programs);

#endif
