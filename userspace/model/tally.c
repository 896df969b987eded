// SPDX-License-Identifier: GPL-2.0
/* Counts things that are told apart by bytes: at most so many of them, the rest together. */
#include "model/tally.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing, at most half of the slots taken. */
struct tally {
	size_t most;
	size_t count;
	size_t slots; /* a power of two */
	uint64_t others;
	struct tally_row *rows[];
};

struct tally *tally_new(size_t most)
{
	struct tally *tally;
	size_t slots = 2;

	while (slots < 2 * most)
		slots *= 2;
	tally = calloc(1, sizeof(*tally) + slots * sizeof(tally->rows[0]));
	if (!tally)
		return NULL;
	tally->most = most;
	tally->slots = slots;
	return tally;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	for (size_t i = 0; i < tally->slots; i++)
		free(tally->rows[i]);
	free(tally);
}

/* FNV-1a: keys are chosen by the traced, but a long row of slots costs them no more than us. */
static size_t hash(const void *key, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const unsigned char *)key)[i]) * 0x100000001b3ULL;
	return hash ^ hash >> 32;
}

static struct tally_row **find_slot(struct tally *tally, const void *key, size_t size)
{
	size_t at = hash(key, size) & (tally->slots - 1);

	for (;; at = (at + 1) & (tally->slots - 1)) {
		const struct tally_row *row = tally->rows[at];

		if (!row || (row->size == size && !memcmp(row->key, key, size)))
			return &tally->rows[at];
	}
}

/* The row and its key are one piece of memory. */
static struct tally_row *new_row(const void *key, size_t size)
{
	struct tally_row *row = calloc(1, sizeof(*row) + size + 1);

	if (!row)
		return NULL;
	memcpy(row + 1, key, size);
	row->key = row + 1;
	row->size = size;
	return row;
}

struct tally_row *tally_add(struct tally *tally, const void *key, size_t size, uint64_t count)
{
	struct tally_row **slot = find_slot(tally, key, size);

	if (!*slot && tally->count < tally->most) {
		*slot = new_row(key, size);
		tally->count += *slot != NULL;
	}
	if (*slot)
		(*slot)->count += count;
	else
		tally->others += count;
	return *slot;
}

uint64_t tally_others(const struct tally *tally)
{
	return tally->others;
}

static int by_count(const void *a, const void *b)
{
	const struct tally_row *first = *(struct tally_row *const *)a;
	const struct tally_row *second = *(struct tally_row *const *)b;
	size_t common = first->size < second->size ? first->size : second->size;
	int order;

	if (first->count != second->count)
		return first->count > second->count ? -1 : 1;
	order = memcmp(first->key, second->key, common);
	return order ? order : (first->size > second->size) - (first->size < second->size);
}

struct tally_row **tally_sorted(const struct tally *tally, size_t *count)
{
	struct tally_row **sorted = calloc(tally->count + 1, sizeof(struct tally_row *));

	*count = 0;
	if (!sorted)
		return NULL;
	for (size_t i = 0; i < tally->slots; i++)
		if (tally->rows[i])
			sorted[(*count)++] = tally->rows[i];
	qsort(sorted, *count, sizeof(struct tally_row *), by_count);
	return sorted;
}
