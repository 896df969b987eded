/* SPDX-License-Identifier: GPL-2.0 */
/* A distribution of times in fixed space: percentiles to 3.2 %, the ends exact. */
#ifndef CLONESCOPE_MODEL_HISTOGRAM_H
#define CLONESCOPE_MODEL_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <clonescope/buckets.h>

/* A bucket is answered for by its middle, the last one by the most seen. */
#define HISTOGRAM_SUB_BITS CS_BUCKET_SUB_BITS
#define HISTOGRAM_TOP_BITS CS_BUCKET_TOP_BITS
#define HISTOGRAM_SUB	   CS_BUCKET_SUB
#define HISTOGRAM_BUCKETS  CS_BUCKETS

/* All zero is the empty one. */
struct histogram {
	uint64_t count;
	uint64_t min_ns; /* 0 where count is */
	uint64_t max_ns;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/* The same so many times; @times is not 0. */
void histogram_add_many(struct histogram *histogram, uint64_t ns, uint64_t times);

/* The time that @percent (0 to 100) of all times don't exceed, ns. 0 for the empty one. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

/* The value that answers for the bucket @index. */
uint64_t histogram_bucket_middle(size_t index);

/* The least value of the bucket @index, and of the one above it: for drawing. */
uint64_t histogram_bucket_from(size_t index);

#endif
