/* SPDX-License-Identifier: GPL-2.0 */
/* Counts things that are told apart by bytes: at most so many of them, the rest together. */
#ifndef CLONESCOPE_MODEL_TALLY_H
#define CLONESCOPE_MODEL_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally_row {
	const void *key; /* ended by NUL, which does not count as one of its bytes */
	size_t size;
	uint64_t count;
	uint64_t marked;  /* of these, what the caller has marked; it may set this, and note */
	const char *note; /* NULL: none */
};

struct tally;

/* At most @most rows. NULL without memory. */
struct tally *tally_new(size_t most);
void tally_free(struct tally *tally);

/* Count @count more of @key. NULL: there is no room for a new row, and they count among the others. */
struct tally_row *tally_add(struct tally *tally, const void *key, size_t size, uint64_t count);

/* What had no room. */
uint64_t tally_others(const struct tally *tally);

/*
 * The rows, most frequent first, equals in the order of their bytes; *@count is set to how many. The array is
 * the caller's to free(). NULL without memory.
 */
struct tally_row **tally_sorted(const struct tally *tally, size_t *count);

#endif
