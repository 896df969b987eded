// SPDX-License-Identifier: GPL-2.0
/* Puts the records of one clone together again. */
#include "model/join.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Clones that end in the same nanosecond: on so many CPUs at most. A part without room is counted. */
#define MAX_PENDING 64

/* The parts of one clone that have come so far. */
struct parts {
	bool used;
	uint64_t ts_ns;
	uint32_t tid;
	bool has_refusal, has_detail, has_phases;
	struct cs_refusal refusal;
	struct cs_detail detail;
	struct cs_phases phases;
};

struct join {
	int used; /* of those pending */
	uint64_t forgotten;
	struct parts pending[MAX_PENDING];
	struct parts complete; /* of the clone handed out last */
};

const char *clone_cgroup(const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;

	if (!detail || detail->missing & CS_MISSING(CS_DETAIL_CGROUP) || !detail->cgroup[0])
		return NULL;
	return detail->cgroup;
}

struct join *join_new(void)
{
	return calloc(1, sizeof(struct join));
}

void join_free(struct join *join)
{
	free(join);
}

uint64_t join_forgotten(const struct join *join)
{
	return join->forgotten;
}

/* Time has gone on: what still waits for a clone of @ts_ns or before waits in vain. */
static struct parts *find(struct join *join, uint64_t ts_ns, uint32_t tid, bool make)
{
	struct parts *unused = NULL;

	if (!join->used && !make) /* the usual clone has no parts, and is to cost none */
		return NULL;
	for (int i = 0; i < MAX_PENDING; i++) {
		struct parts *parts = &join->pending[i];

		if (parts->used && parts->ts_ns == ts_ns && parts->tid == tid)
			return parts;
		if (!parts->used || parts->ts_ns < ts_ns)
			unused = parts;
	}
	if (!make || !unused)
		return NULL;
	join->used += !unused->used;
	memset(unused, 0, sizeof(*unused));
	unused->used = true;
	unused->ts_ns = ts_ns;
	unused->tid = tid;
	return unused;
}

static void take_part(struct join *join, const struct cs_head *head)
{
	const struct cs_refusal *refusal = (const void *)head;
	const struct cs_detail *detail = (const void *)head;
	const struct cs_phases *phases = (const void *)head;
	struct parts *parts = NULL;

	if (head->kind == CS_KIND_REFUSAL)
		parts = find(join, head->ts_ns, refusal->tid, true);
	else if (head->kind == CS_KIND_DETAIL)
		parts = find(join, head->ts_ns, detail->tid, true);
	else if (head->kind == CS_KIND_PHASES)
		parts = find(join, head->ts_ns, phases->tid, true);
	else
		return;
	if (!parts) {
		join->forgotten++;
		return;
	}
	if (head->kind == CS_KIND_REFUSAL) {
		parts->refusal = *refusal;
		parts->has_refusal = true;
	} else if (head->kind == CS_KIND_DETAIL) {
		parts->detail = *detail;
		parts->has_detail = true;
	} else {
		parts->phases = *phases;
		parts->has_phases = true;
	}
}

static struct parts *complete(struct join *join, struct parts *parts)
{
	join->used--;
	join->complete = *parts;
	parts->used = false;
	return &join->complete;
}

bool join_take(struct join *join, const struct cs_head *head, struct clone *clone)
{
	const struct cs_clone *rec = (const void *)head;
	struct parts *parts;

	if (head->kind != CS_KIND_CLONE) {
		take_part(join, head);
		return false;
	}
	*clone = (struct clone){.rec = rec};
	parts = find(join, head->ts_ns, rec->tid, false);
	if (!parts)
		return true;
	parts = complete(join, parts);
	clone->refusal = parts->has_refusal ? &parts->refusal : NULL;
	clone->detail = parts->has_detail ? &parts->detail : NULL;
	clone->phases = parts->has_phases ? &parts->phases : NULL;
	return true;
}

const struct cs_refusal *join_namespaces(struct join *join, const struct cs_namespaces *rec)
{
	struct parts *parts = rec->error ? find(join, rec->head.ts_ns, rec->tid, false) : NULL;

	return parts && parts->has_refusal ? &complete(join, parts)->refusal : NULL;
}
