// SPDX-License-Identifier: GPL-2.0
/* Holds records back until their order is certain, then hands them over sorted. */
#include "source/order.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of records, each of which may begin with a number of 64 bits. */
#define ALIGNMENT  sizeof(uint64_t)
#define FIRST_ROOM (1 << 20) /* a quarter of the ring: memory is only taken as it is used */

struct entry {
	uint64_t ts_ns;
	size_t at; /* of its record in @bytes: among equals, who came first */
};

/*
 * Records lie in one buffer, as a piece of memory for each would go back to the kernel with every reading, and
 * come from there again, zeroed, with the next one.
 */
struct order {
	struct entry *entries;
	size_t count;
	size_t capacity;
	char *bytes, *spare; /* of the same size */
	size_t used, room;
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
	free(order->entries);
	free(order->bytes);
	free(order->spare);
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

static int make_room_for_bytes(struct order *order, size_t count)
{
	size_t room = 2 * order->room + FIRST_ROOM;
	char *bytes, *spare;

	if (order->used + count <= order->room)
		return 0;
	bytes = realloc(order->bytes, room);
	if (bytes)
		order->bytes = bytes;
	spare = realloc(order->spare, room);
	if (spare)
		order->spare = spare;
	if (!bytes || !spare)
		return -ENOMEM;
	order->room = room;
	return 0;
}

/* A copy of it, at the end of the buffer. Returns where. */
static size_t append(struct order *order, const struct cs_head *head)
{
	size_t at = order->used;

	memcpy(order->bytes + at, head, head->size);
	order->used += (head->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return at;
}

int order_push(struct order *order, const struct cs_head *head)
{
	if (make_room(order) || make_room_for_bytes(order, head->size + ALIGNMENT))
		return -ENOMEM;
	if (order->count && order->entries[order->count - 1].ts_ns > head->ts_ns)
		order->unsorted = true;
	order->entries[order->count++] = (struct entry){
		.ts_ns = head->ts_ns,
		.at = append(order, head),
	};
	return 0;
}

static int by_time(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

/* The first entries are done with: the records of the others begin the other buffer. */
static void drop(struct order *order, size_t taken)
{
	char *bytes = order->bytes;

	order->bytes = order->spare;
	order->spare = bytes;
	order->used = 0;
	order->count -= taken;
	for (size_t i = 0; i < order->count; i++) {
		order->entries[i] = order->entries[taken + i];
		order->entries[i].at = append(order, (const void *)(bytes + order->entries[i].at));
	}
}

int order_flush(struct order *order, uint64_t until_ns, source_record_fn take, void *context)
{
	const struct entry *entries = order->entries;
	size_t taken = 0;
	int result = 0;

	if (order->unsorted)
		qsort(order->entries, order->count, sizeof(struct entry), by_time);
	order->unsorted = false;
	while (result >= 0 && taken < order->count && entries[taken].ts_ns < until_ns)
		result = take((const void *)(order->bytes + entries[taken++].at), context);
	if (taken)
		drop(order, taken);
	return result < 0 ? result : (int)taken;
}

uint64_t order_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
