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
	uint64_t sequence; /* who came first, among equals */
	size_t at;	   /* of its record, in the bytes of this buffer: */
	int buffer;
};

struct buffer {
	char *bytes;
	size_t used, room;
};

/*
 * What is held back until the next reading stays in its buffer, while what comes by that goes to the other one:
 * a piece of memory for each record would go back to the kernel, and come from there again, zeroed.
 */
struct order {
	struct entry *entries;
	size_t count;
	size_t capacity;
	uint64_t sequence;
	bool unsorted; /* one came before another that is younger */
	struct buffer buffers[2];
	int filled; /* the one that records go to */
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
	free(order->buffers[0].bytes);
	free(order->buffers[1].bytes);
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

/* Sets @entry to a copy of the record in the buffer that is filled. */
static int keep(struct order *order, struct entry *entry, const struct cs_head *head)
{
	struct buffer *buffer = &order->buffers[order->filled];
	size_t size = (head->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	size_t room = 2 * buffer->room + FIRST_ROOM;
	char *bytes;

	if (buffer->used + size > buffer->room) {
		bytes = realloc(buffer->bytes, room);
		if (!bytes)
			return -ENOMEM;
		buffer->bytes = bytes;
		buffer->room = room;
	}
	memcpy(buffer->bytes + buffer->used, head, head->size);
	entry->at = buffer->used;
	entry->buffer = order->filled;
	buffer->used += size;
	return 0;
}

static const struct cs_head *record_of(const struct order *order, const struct entry *entry)
{
	return (const void *)(order->buffers[entry->buffer].bytes + entry->at);
}

int order_push(struct order *order, const struct cs_head *head)
{
	struct entry entry = {.ts_ns = head->ts_ns, .sequence = order->sequence};

	if (make_room(order) || keep(order, &entry, head))
		return -ENOMEM;
	if (order->count && order->entries[order->count - 1].ts_ns > head->ts_ns)
		order->unsorted = true;
	order->entries[order->count++] = entry;
	order->sequence++;
	return 0;
}

static int by_time(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	return a->sequence < b->sequence ? -1 : 1;
}

/* The few that are older than this reading, and still held back, go to the others. */
static void change_buffers(struct order *order)
{
	int other = !order->filled;

	for (size_t i = 0; i < order->count; i++)
		if (order->entries[i].buffer == other &&
		    keep(order, &order->entries[i], record_of(order, &order->entries[i])))
			return; /* without memory all stays as it is */
	order->buffers[other].used = 0;
	order->filled = other;
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
		result = take(record_of(order, &entries[taken++]), context);
	order->count -= taken;
	memmove(order->entries, order->entries + taken, order->count * sizeof(struct entry));
	change_buffers(order);
	return result < 0 ? result : (int)taken;
}

uint64_t order_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
