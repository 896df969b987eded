// SPDX-License-Identifier: GPL-2.0
/* Tasks that are alive, each with a number that no other task of the recording has. */
#include "model/tracks.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 65536

struct tracks {
	struct track *buckets[BUCKETS];
	size_t any; /* the buckets before this are empty, once tracks_any() is used */
	uint16_t generations[TRACKS_MAX_TID]; /* tasks of each tid so far */
};

struct tracks *tracks_new(void)
{
	return calloc(1, sizeof(struct tracks));
}

void tracks_free(struct tracks *tracks)
{
	for (size_t i = 0; tracks && i < BUCKETS; i++)
		while (tracks->buckets[i])
			tracks_remove(tracks, tracks->buckets[i]);
	free(tracks);
}

struct track *tracks_holder(const struct tracks *tracks, uint32_t tid)
{
	struct track *track = tracks->buckets[tid % BUCKETS];

	while (track && track->tid != tid)
		track = track->chain;
	return track;
}

struct track *tracks_find(const struct tracks *tracks, uint32_t tid, uint64_t start_ns)
{
	struct track *track = tracks_holder(tracks, tid);

	return track && track->start_ns == start_ns ? track : NULL;
}

/* Of the task that has, or had last, this tid. */
static uint32_t id_of(const struct tracks *tracks, uint32_t tid)
{
	unsigned int generation = tracks->generations[tid % TRACKS_MAX_TID];

	if (generation)
		generation = (generation - 1) % TRACKS_GENERATIONS;
	return tid % TRACKS_MAX_TID + generation * TRACKS_MAX_TID;
}

struct track *tracks_add(struct tracks *tracks, uint32_t tid, uint32_t tgid, uint64_t start_ns)
{
	struct track *track = calloc(1, sizeof(*track));

	if (!track)
		return NULL;
	tracks->generations[tid % TRACKS_MAX_TID]++;
	track->tid = tid;
	track->tgid = tgid;
	track->start_ns = start_ns;
	track->id = id_of(tracks, tid);
	track->process_id = id_of(tracks, tgid);
	track->chain = tracks->buckets[tid % BUCKETS];
	tracks->buckets[tid % BUCKETS] = track;
	return track;
}

void tracks_remove(struct tracks *tracks, struct track *track)
{
	struct track **at = &tracks->buckets[track->tid % BUCKETS];

	while (*at != track)
		at = &(*at)->chain;
	*at = track->chain;
	free(track);
}

struct track *tracks_any(struct tracks *tracks)
{
	while (tracks->any < BUCKETS && !tracks->buckets[tracks->any])
		tracks->any++;
	return tracks->any < BUCKETS ? tracks->buckets[tracks->any] : NULL;
}
