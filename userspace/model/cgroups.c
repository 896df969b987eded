// SPDX-License-Identifier: GPL-2.0
/* Which cgroup a clone belongs to, refused ones as well. */
#include "model/cgroups.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A power of two. Of two cgroups that fall into one slot, the one that cloned last is known. */
#define CGROUPS_SLOTS 4096

struct cgroups {
	struct cgroup {
		uint64_t id;
		char *path; /* NULL: the slot is free */
	} slots[CGROUPS_SLOTS];
};

struct cgroups *cgroups_new(void)
{
	return calloc(1, sizeof(struct cgroups));
}

void cgroups_free(struct cgroups *cgroups)
{
	for (size_t i = 0; cgroups && i < CGROUPS_SLOTS; i++)
		free(cgroups->slots[i].path);
	free(cgroups);
}

/* Ids are inode numbers: neighbours are neighbours. */
static struct cgroup *slot_of(struct cgroups *cgroups, uint64_t id)
{
	return &cgroups->slots[id % CGROUPS_SLOTS];
}

/* Names of cgroups never change; their ids are used again only after 2^32 others. */
static void learn(struct cgroups *cgroups, uint64_t id, const char *path)
{
	struct cgroup *slot = slot_of(cgroups, id);

	if (slot->path && slot->id == id)
		return;
	free(slot->path);
	slot->path = strndup(path, CS_PATH_LEN);
	slot->id = id;
}

const char *cgroups_path(struct cgroups *cgroups, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	const struct cgroup *slot;

	if (!detail || (detail->missing & CS_MISSING(CS_DETAIL_CGROUP)))
		return NULL;
	if (detail->cgroup[0]) {
		learn(cgroups, detail->cgroup_id, detail->cgroup);
		return detail->cgroup;
	}
	slot = slot_of(cgroups, detail->caller_cgroup_id);
	return slot->id == detail->caller_cgroup_id ? slot->path : NULL;
}
