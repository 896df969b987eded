// SPDX-License-Identifier: GPL-2.0
/* Numbers for what comes again and again: a hash table over one growing store of bytes. */
#include "model/intern.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256

/* Where the bytes of a number are in the store. */
struct place {
	size_t at;
	size_t length;
	uint64_t hash;
};

struct intern {
	unsigned char *store;
	size_t used, room;
	struct place *places; /* of number 1 at 0 */
	uint32_t count, places_room;
	uint32_t *slots;     /* numbers; 0: free */
	uint32_t slot_count; /* a power of two */
};

struct intern *intern_new(void)
{
	struct intern *intern = calloc(1, sizeof(*intern));

	if (!intern)
		return NULL;
	intern->slot_count = FIRST_SLOTS;
	intern->slots = calloc(FIRST_SLOTS, sizeof(*intern->slots));
	if (intern->slots)
		return intern;
	free(intern);
	return NULL;
}

void intern_free(struct intern *intern)
{
	if (!intern)
		return;
	free(intern->store);
	free(intern->places);
	free(intern->slots);
	free(intern);
}

/* FNV-1a, its upper half mixed in, as slots are taken from the lower. */
static uint64_t hash_of(const unsigned char *bytes, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	return hash ^ hash >> 32;
}

/* The slot that holds these bytes, or the free one where they belong. */
static uint32_t *slot_of(const struct intern *intern, const void *bytes, size_t length,
			 uint64_t hash)
{
	for (uint32_t i = (uint32_t)hash;; i++) {
		uint32_t *slot = &intern->slots[i & (intern->slot_count - 1)];
		const struct place *place;

		if (!*slot)
			return slot;
		place = &intern->places[*slot - 1];
		if (place->hash == hash && place->length == length &&
		    (!length || !memcmp(intern->store + place->at, bytes, length)))
			return slot;
	}
}

/* Twice the slots, before half of them are taken. */
static int grow_slots(struct intern *intern)
{
	uint32_t *before = intern->slots;

	if (intern->count < intern->slot_count / 2)
		return 0;
	if (intern->slot_count > UINT32_MAX / 2)
		return -1;
	intern->slots = calloc(2 * (size_t)intern->slot_count, sizeof(*intern->slots));
	if (!intern->slots) {
		intern->slots = before;
		return -1;
	}
	intern->slot_count *= 2;
	free(before);
	for (uint32_t number = 1; number <= intern->count; number++) {
		uint32_t i = (uint32_t)intern->places[number - 1].hash;

		while (intern->slots[i & (intern->slot_count - 1)])
			i++;
		intern->slots[i & (intern->slot_count - 1)] = number;
	}
	return 0;
}

static int grow_places(struct intern *intern)
{
	uint32_t room = intern->places_room ? 2 * intern->places_room : FIRST_SLOTS;
	struct place *places;

	if (intern->count < intern->places_room)
		return 0;
	places = reallocarray(intern->places, room, sizeof(*places));
	if (!places)
		return -1;
	intern->places = places;
	intern->places_room = room;
	return 0;
}

static int grow_store(struct intern *intern, size_t length)
{
	size_t room = 2 * intern->room + length;
	unsigned char *store;

	if (length <= intern->room - intern->used)
		return 0;
	store = realloc(intern->store, room);
	if (!store)
		return -1;
	intern->store = store;
	intern->room = room;
	return 0;
}

uint32_t intern_number(struct intern *intern, const void *bytes, size_t length)
{
	uint64_t hash = hash_of(bytes, length);
	uint32_t *slot = slot_of(intern, bytes, length, hash);

	if (*slot)
		return *slot;
	if (grow_slots(intern) || grow_places(intern) || grow_store(intern, length))
		return 0;
	slot = slot_of(intern, bytes, length, hash);
	intern->places[intern->count] = (struct place){intern->used, length, hash};
	if (length)
		memcpy(intern->store + intern->used, bytes, length);
	intern->used += length;
	return *slot = ++intern->count;
}

uint32_t intern_find(const struct intern *intern, const void *bytes, size_t length)
{
	return *slot_of(intern, bytes, length, hash_of(bytes, length));
}

const void *intern_bytes(const struct intern *intern, uint32_t number, size_t *length)
{
	const struct place *place = &intern->places[number - 1];

	*length = place->length;
	return intern->store ? intern->store + place->at : (const void *)"";
}

uint32_t intern_count(const struct intern *intern)
{
	return intern->count;
}
