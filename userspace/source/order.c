// SPDX-License-Identifier: GPL-2.0
/* Holds records back until their order is certain, then hands them over sorted. */
#include "source/order.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct entry {
	uint64_t ts_ns;
	uint64_t sequence; /* who came first, among equals */
	struct cs_head *record;
};

struct order {
	struct entry *entries;
	size_t count;
	size_t capacity;
	uint64_t sequence;
	bool unsorted; /* one came before another that is younger */
};

struct order *order_new(void)
{
	return calloc(1, sizeof(struct order));
}

void order_free(struct order *order)
{
	if (!order)
		return;
	for (size_t i = 0; i < order->count; i++)
		free(order->entries[i].record);
	free(order->entries);
	free(order);
}

static int make_room(struct order *order)
{
	size_t capacity = order->capacity ? 2 * order->capacity : 256;
	struct entry *entries;

	if (order->count < order->capacity)
		return 0;
	entries = reallocarray(order->entries, capacity, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	order->entries = entries;
	order->capacity = capacity;
	return 0;
}

int order_push(struct order *order, const struct cs_head *head)
{
	struct cs_head *record;

	if (make_room(order))
		return -ENOMEM;
	if (order->count && order->entries[order->count - 1].ts_ns > head->ts_ns)
		order->unsorted = true;
	record = malloc(head->size);
	if (!record)
		return -ENOMEM;
	memcpy(record, head, head->size);
	order->entries[order->count++] = (struct entry){
		.ts_ns = head->ts_ns,
		.sequence = order->sequence++,
		.record = record,
	};
	return 0;
}

static int by_time(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	return a->sequence < b->sequence ? -1 : 1;
}

int order_flush(struct order *order, uint64_t until_ns, source_record_fn take, void *context)
{
	size_t taken = 0;
	int result = 0;

	if (order->unsorted)
		qsort(order->entries, order->count, sizeof(struct entry), by_time);
	order->unsorted = false;
	while (result >= 0 && taken < order->count && order->entries[taken].ts_ns < until_ns) {
		result = take(order->entries[taken].record, context);
		free(order->entries[taken].record);
		taken++;
	}
	order->count -= taken;
	memmove(order->entries, order->entries + taken, order->count * sizeof(struct entry));
	return result < 0 ? result : (int)taken;
}

uint64_t order_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
