/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that are alive, each with a number that no other task of the recording has. */
#ifndef CLONESCOPE_MODEL_TRACKS_H
#define CLONESCOPE_MODEL_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

/* PID_MAX_LIMIT of the kernel: no tid is as large. */
#define TRACKS_MAX_TID (1U << 22)

/* A tid that was given out so often has numbers of its own each time; then they begin anew. */
#define TRACKS_GENERATIONS 512

struct track {
	struct track *chain; /* of the same bucket */
	uint32_t tid;
	uint32_t tgid;
	uint64_t start_ns; /* with tid, its identity; 0: not known */
	uint32_t id;	   /* tid + TRACKS_MAX_TID for each earlier task of that tid: below 2^31 */
	uint32_t process_id;	/* the same of its process */
	bool made;		/* its beginning was seen */
	char comm[CS_COMM_LEN]; /* hostile; no NUL where it is 16 bytes */
};

struct tracks;

/* NULL without memory. */
struct tracks *tracks_new(void);
void tracks_free(struct tracks *tracks);

/* NULL: not known, or another task has its tid. */
struct track *tracks_find(const struct tracks *tracks, uint32_t tid, uint64_t start_ns);

/* There is a new task. What had its tid is to be removed first. NULL without memory. */
struct track *tracks_add(struct tracks *tracks, uint32_t tid, uint32_t tgid, uint64_t start_ns);

/* Whatever has this tid; NULL: nothing. */
struct track *tracks_holder(const struct tracks *tracks, uint32_t tid);

void tracks_remove(struct tracks *tracks, struct track *track);

/* Any that is left; NULL: none. To go on, remove it. */
struct track *tracks_any(struct tracks *tracks);

#endif
