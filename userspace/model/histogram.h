/* SPDX-License-Identifier: GPL-2.0 */
/* A distribution of times in fixed space: percentiles to 3.2 %, the ends exact. */
#ifndef CLONESCOPE_MODEL_HISTOGRAM_H
#define CLONESCOPE_MODEL_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sixteen buckets per power of two: a bucket is at most 1/16 of its value wide, and is answered
 * for by its middle. From 2^40 ns (18 minutes) on there is one last bucket, answered for by the
 * most seen.
 */
#define HISTOGRAM_SUB_BITS 4
#define HISTOGRAM_TOP_BITS 40
#define HISTOGRAM_SUB	   (1 << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_BUCKETS  ((HISTOGRAM_TOP_BITS - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB + 1)

/* All zero is the empty one. */
struct histogram {
	uint64_t count;
	uint64_t min_ns; /* 0 where count is */
	uint64_t max_ns;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/* The time that @percent (0 to 100) of all times don't exceed, ns. 0 for the empty one. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

/* The least value of the bucket @index, and of the one above it: for drawing. */
uint64_t histogram_bucket_from(size_t index);

#endif
