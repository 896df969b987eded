/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The buckets that times are counted in, by the reader and by BPF programs alike. */
#ifndef CLONESCOPE_BUCKETS_H
#define CLONESCOPE_BUCKETS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * Sixteen buckets per power of two: a bucket is at most 1/16 of its value wide.
 * From 2^40 ns (18 minutes) on there is one last bucket.
 */
#define CS_BUCKET_SUB_BITS 4
#define CS_BUCKET_TOP_BITS 40
#define CS_BUCKET_SUB	   (1 << CS_BUCKET_SUB_BITS)
#define CS_BUCKETS	   ((CS_BUCKET_TOP_BITS - CS_BUCKET_SUB_BITS + 1) * CS_BUCKET_SUB + 1)

/* BPF has no instruction that counts leading zeros; @ns is not 0. */
static inline __u32 cs_top_bit(__u64 ns)
{
	__u32 top = 0;

	for (__u32 step = 32; step; step /= 2) {
		if (!(ns >> step))
			continue;
		ns >>= step;
		top += step;
	}
	return top;
}

static inline __u32 cs_bucket(__u64 ns)
{
	__u32 shift;

	if (ns < CS_BUCKET_SUB)
		return (__u32)ns;
	if (ns >> CS_BUCKET_TOP_BITS)
		return CS_BUCKETS - 1;
	/* The bits below the top one say where in its power of two. */
	shift = cs_top_bit(ns) - CS_BUCKET_SUB_BITS;
	return shift * CS_BUCKET_SUB + (__u32)(ns >> shift);
}

#endif
