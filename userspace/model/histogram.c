// SPDX-License-Identifier: GPL-2.0
/* A distribution of times in fixed space: percentiles to 3.2 %, the ends exact. */
#include "model/histogram.h"

#define LAST (HISTOGRAM_BUCKETS - 1)

uint64_t histogram_bucket_from(size_t index)
{
	if (index < HISTOGRAM_SUB)
		return index;
	if (index >= LAST)
		return 1ULL << HISTOGRAM_TOP_BITS;
	return (HISTOGRAM_SUB + (uint64_t)index % HISTOGRAM_SUB) << (index / HISTOGRAM_SUB - 1);
}

void histogram_add_many(struct histogram *histogram, uint64_t ns, uint64_t times)
{
	if (!histogram->count || ns < histogram->min_ns)
		histogram->min_ns = ns;
	if (ns > histogram->max_ns)
		histogram->max_ns = ns;
	histogram->count += times;
	histogram->buckets[cs_bucket(ns)] += times;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram_add_many(histogram, ns, 1);
}

/* Which of the @count times, in order, counted from 1, has @percent of them at or below it. */
static uint64_t rank_of(uint64_t count, double percent)
{
	/* Less what rounding may have added: 64.4 % of 250 is the 161st. */
	double exact = percent * (double)count / 100 - 1e-6;
	uint64_t rank;

	if (!(exact > 0))
		return 1;
	if (exact >= (double)count)
		return count;
	rank = (uint64_t)exact;
	return (double)rank < exact ? rank + 1 : rank;
}

uint64_t histogram_bucket_middle(size_t index)
{
	uint64_t from = histogram_bucket_from(index);

	return from + (histogram_bucket_from(index + 1) - 1 - from) / 2;
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
	uint64_t rank = rank_of(histogram->count, percent), seen = 0, ns;
	size_t i = 0;

	if (!histogram->count)
		return 0;
	if (rank == histogram->count)
		return histogram->max_ns;
	if (rank == 1)
		return histogram->min_ns;
	for (; i < LAST; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank)
			break;
	}
	ns = i == LAST ? histogram->max_ns : histogram_bucket_middle(i);
	if (ns > histogram->max_ns)
		return histogram->max_ns;
	return ns < histogram->min_ns ? histogram->min_ns : ns;
}
