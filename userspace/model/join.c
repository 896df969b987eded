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
static bool is_free(const struct parts *parts, uint64_t ts_ns)
{
	return !parts->used || parts->ts_ns < ts_ns;
}

static struct parts *find(struct join *join, uint64_t ts_ns, uint32_t tid)
{
	int left = join->used; /* none, of the usual clone, that is to cost nothing */

	for (struct parts *parts = join->pending; left; parts++) {
		if (!parts->used)
			continue;
		if (parts->ts_ns == ts_ns && parts->tid == tid)
			return parts;
		left--;
	}
	return NULL;
}

/* The first that is free, so that those in use are found soon. */
static struct parts *find_or_make(struct join *join, uint64_t ts_ns, uint32_t tid)
{
	struct parts *parts = find(join, ts_ns, tid);

	for (int i = 0; !parts && i < MAX_PENDING; i++)
		if (is_free(&join->pending[i], ts_ns))
			parts = &join->pending[i];
	if (!parts || (parts->used && parts->ts_ns == ts_ns))
		return parts;
	join->used += !parts->used;
	parts->used = true;
	parts->ts_ns = ts_ns;
	parts->tid = tid;
	parts->has_refusal = parts->has_detail = parts->has_phases = false;
	return parts;
}

static void take_part(struct join *join, const struct cs_head *head)
{
	const struct cs_refusal *refusal = (const void *)head;
	const struct cs_detail *detail = (const void *)head;
	const struct cs_phases *phases = (const void *)head;
	struct parts *parts = NULL;

	if (head->kind == CS_KIND_REFUSAL)
		parts = find_or_make(join, head->ts_ns, refusal->tid);
	else if (head->kind == CS_KIND_DETAIL)
		parts = find_or_make(join, head->ts_ns, detail->tid);
	else if (head->kind == CS_KIND_PHASES)
		parts = find_or_make(join, head->ts_ns, phases->tid);
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

/* They lie there until the next part comes. */
static struct parts *complete(struct join *join, struct parts *parts)
{
	join->used--;
	parts->used = false;
	return parts;
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
	parts = find(join, head->ts_ns, rec->tid);
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
	struct parts *parts = rec->error ? find(join, rec->head.ts_ns, rec->tid) : NULL;

	return parts && parts->has_refusal ? &complete(join, parts)->refusal : NULL;
}
