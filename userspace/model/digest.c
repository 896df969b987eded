// SPDX-License-Identifier: GPL-2.0
/* What a page says of a whole recording beside its totals, however long that was. */
#include "model/digest.h"

#include <stdlib.h>
#include <string.h>

#include "model/outcome.h"
#include "model/policy.h"
#include "model/totals.h"

struct digest {
	struct digest_span span;
	struct digest_clone slowest[DIGEST_SLOWEST];
	struct tally *refusals;
	struct tally *policies;
	struct tally *cgroups;
	struct tally_row *default_policy; /* the row that nearly all clones are in */
	struct tally_row *last_cgroup;	  /* and that of the clone before */
};

struct digest *digest_new(void)
{
	struct digest *digest = calloc(1, sizeof(*digest));

	if (!digest)
		return NULL;
	digest->refusals = tally_new(DIGEST_MAX_REFUSALS);
	digest->policies = tally_new(DIGEST_MAX_POLICIES);
	digest->cgroups = tally_new(DIGEST_MAX_CGROUPS);
	if (digest->refusals && digest->policies && digest->cgroups)
		return digest;
	digest_free(digest);
	return NULL;
}

void digest_free(struct digest *digest)
{
	if (!digest)
		return;
	tally_free(digest->refusals);
	tally_free(digest->policies);
	tally_free(digest->cgroups);
	free(digest);
}

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

/* Parts of several recordings may overlap by a little. */
static void see(struct digest *digest, const struct cs_head *head)
{
	struct digest_span *span = &digest->span;

	if (!span->first_ns || head->ts_ns < span->first_ns)
		span->first_ns = head->ts_ns;
	if (head->ts_ns > span->last_ns)
		span->last_ns = head->ts_ns;
}

static struct digest_clone describe(const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	struct digest_clone slow = {
		.ts_ns = rec->head.ts_ns,
		.copy_ns = rec->copy_ns,
		.tid = rec->tid,
		.child_tid = rec->child_tid,
		.via = rec->via,
		.flags = rec->flags,
		.stage = -1,
	};

	memcpy(slow.comm, rec->comm, sizeof(slow.comm));
	for (int stage = 0; clone->phases && stage < CS_STAGE_COUNT; stage++) {
		if (clone->phases->phase_ns[stage] <= slow.stage_ns)
			continue;
		slow.stage = stage;
		slow.stage_ns = clone->phases->phase_ns[stage];
	}
	return slow;
}

/* Of those that are equally slow the first ones stay. */
static void add_slowest(struct digest *digest, const struct clone *clone)
{
	const uint64_t least_ns = digest->slowest[DIGEST_SLOWEST - 1].copy_ns;
	struct digest_clone slow;

	if (is_missing(clone->rec, CS_FACT_COPY_NS) || clone->rec->copy_ns <= least_ns)
		return;
	slow = describe(clone);
	for (int i = 0; i < DIGEST_SLOWEST; i++) {
		struct digest_clone faster = digest->slowest[i];

		if (slow.copy_ns <= faster.copy_ns)
			continue;
		digest->slowest[i] = slow;
		slow = faster;
	}
}

static void add_policy(struct digest *digest, const struct cs_clone *rec)
{
	struct cs_policy policy = {0};
	struct tally_row *row;

	if (is_missing(rec, CS_FACT_CHILD_POLICY))
		policy.mode = TOTALS_POLICY_UNKNOWN;
	else if (!policy_is_default(&rec->child_policy))
		policy = rec->child_policy;
	if (policy.mode || !digest->default_policy) {
		row = tally_add(digest->policies, &policy, sizeof(policy), 1);
		if (!policy.mode)
			digest->default_policy = row;
	} else {
		row = digest->default_policy;
		row->count++;
	}
	if (row && policy.mode != TOTALS_POLICY_UNKNOWN && !is_missing(rec, CS_FACT_POLICY))
		row->marked += !policy_equal(&rec->policy, &rec->child_policy);
}

static void add_cgroup(struct digest *digest, const struct cs_detail *detail)
{
	struct tally_row *last = digest->last_cgroup;
	size_t size;

	if (!detail || detail->missing & CS_MISSING(CS_DETAIL_CGROUP))
		return;
	size = strnlen(detail->cgroup, sizeof(detail->cgroup) - 1);
	if (last && last->size == size && !memcmp(last->key, detail->cgroup, size))
		last->count++;
	else
		digest->last_cgroup = tally_add(digest->cgroups, detail->cgroup, size, 1);
}

/* @kind: of the record that was refused, enum cs_kind. */
static void add_refusal(struct digest *digest, const struct refusal_verdict *verdict, int kind)
{
	union {
		struct digest_refusal refusal;
		char bytes[sizeof(struct digest_refusal) + REFUSAL_LINE_SIZE];
	} whole;
	struct tally_row *row;

	if (verdict->outcome == REFUSAL_NONE || verdict->outcome == REFUSAL_RESTARTED)
		return;
	memset(&whole.refusal, 0, sizeof(whole.refusal)); /* padding, too */
	whole.refusal.error = verdict->error;
	whole.refusal.is_call = kind == CS_KIND_CALL;
	whole.refusal.is_namespaces = kind == CS_KIND_NAMESPACES;
	refusal_format(whole.refusal.sentence, REFUSAL_LINE_SIZE, verdict);
	row = tally_add(digest->refusals, &whole,
			offsetof(struct digest_refusal, sentence) + strlen(whole.refusal.sentence),
			1);
	if (row && verdict->outcome == REFUSAL_DECIDED && verdict->reasons[0].advice[0])
		row->note = verdict->reasons[0].advice;
}

/* The refusals of clone3() that no longer matter, as this clone did what they were to do. */
static void make_up(struct digest *digest, const struct tries_before *before)
{
	size_t count;
	struct tally_row **rows = tally_sorted(digest->refusals, &count);

	for (size_t i = 0; rows && i < count; i++) {
		const struct digest_refusal *refusal = rows[i]->key;

		if (!refusal->is_call || refusal->error != before->call_error ||
		    rows[i]->marked + before->calls > rows[i]->count)
			continue;
		rows[i]->marked += before->calls;
		break;
	}
	free(rows);
}

void digest_add_clone(struct digest *digest, const struct clone *clone,
		      const struct tries_before *before, int kernel)
{
	struct refusal_verdict verdict;

	see(digest, &clone->rec->head);
	if (clone->rec->error) {
		if (outcome_of(clone->rec) == OUTCOME_RESTARTED)
			return;
		refusal_explain(clone, kernel, &verdict);
		add_refusal(digest, &verdict, CS_KIND_CLONE);
		return;
	}
	add_slowest(digest, clone);
	add_policy(digest, clone->rec);
	add_cgroup(digest, clone->detail);
	if (before->calls)
		make_up(digest, before);
}

void digest_add_call(struct digest *digest, const struct cs_call *call, int kernel)
{
	struct refusal_verdict verdict;

	see(digest, &call->head);
	refusal_explain_call(call, kernel, &verdict);
	add_refusal(digest, &verdict, CS_KIND_CALL);
}

void digest_add_life(struct digest *digest, const struct cs_head *head,
		     const struct cs_refusal *refusal, int kernel)
{
	const struct cs_namespaces *rec = (const void *)head;
	struct refusal_verdict verdict;

	if (head->kind != CS_KIND_NAMESPACES || !rec->error)
		return;
	refusal_explain_namespaces(rec, refusal, kernel, &verdict);
	add_refusal(digest, &verdict, CS_KIND_NAMESPACES);
}

const struct digest_span *digest_span(const struct digest *digest)
{
	return &digest->span;
}

const struct digest_clone *digest_slowest(const struct digest *digest, size_t index)
{
	if (index >= DIGEST_SLOWEST || !digest->slowest[index].copy_ns)
		return NULL;
	return &digest->slowest[index];
}

const struct tally *digest_refusals(const struct digest *digest)
{
	return digest->refusals;
}

const struct tally *digest_policies(const struct digest *digest)
{
	return digest->policies;
}

/* A container may have cgroups below its own, and a monitor beside it. */
static void add_container(struct tally *containers, const struct tally_row *cgroup)
{
	struct digest_container key;
	struct container found;

	memset(&key, 0, sizeof(key));
	if (container_find(&found, cgroup->key)) {
		key.container.engine = found.engine;
		key.container.monitor = found.monitor;
		/* Zeros to the end: as bytes, equals are to be equal. */
		strncpy(key.container.id, found.id, sizeof(key.container.id));
		strncpy(key.container.pod, found.pod, sizeof(key.container.pod));
	} else {
		memcpy(key.cgroup, cgroup->key, cgroup->size);
	}
	tally_add(containers, &key, sizeof(key), cgroup->count);
}

struct tally *digest_containers(const struct digest *digest, uint64_t *others)
{
	size_t count;
	struct tally_row **cgroups = tally_sorted(digest->cgroups, &count);
	struct tally *containers = cgroups && count ? tally_new(DIGEST_MAX_CGROUPS) : NULL;

	*others = tally_others(digest->cgroups);
	for (size_t i = 0; containers && i < count; i++)
		add_container(containers, cgroups[i]);
	free(cgroups);
	return containers;
}
