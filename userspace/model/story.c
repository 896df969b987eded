// SPDX-License-Identifier: GPL-2.0
/* A run in a few lines: the steps of a container's start, the slowest clones, and what was refused. */
#include "model/story.h"

#include <stdlib.h>
#include <string.h>

struct story {
	uint64_t step_count;
	uint64_t last_ns; /* of the last step */
	bool has_namespaces;
	bool has_ready;
	struct story_step first[STORY_FIRST];
	struct story_step last[STORY_LAST]; /* a ring */
	struct story_step ready;
	struct story_step longest; /* so far */
	struct story_step longest_to_ready;
	struct story_clone slowest[STORY_SLOWEST];
	size_t refusal_count;
	uint64_t other_refusals;
	struct story_refusal refusals[STORY_REFUSALS]; /* most frequent first */
};

struct story *story_new(void)
{
	return calloc(1, sizeof(struct story));
}

void story_free(struct story *story)
{
	free(story);
}

static uint64_t time_before(const struct story_step *step)
{
	return step->before_ns ? step->ts_ns - step->before_ns : 0;
}

static void add_step(struct story *story, struct story_step *step)
{
	uint64_t number = story->step_count++;

	step->before_ns = story->last_ns;
	story->last_ns = step->ts_ns;
	if (number < STORY_FIRST)
		story->first[number] = *step;
	else
		story->last[(number - STORY_FIRST) % STORY_LAST] = *step;
	if (!number || time_before(step) > time_before(&story->longest))
		story->longest = *step;
	if (step->ready && !story->has_ready) {
		story->has_ready = true;
		story->ready = *step;
		story->longest_to_ready = story->longest;
	}
	if (step->namespaces)
		story->has_namespaces = true;
}

static void set_maker(struct story_step *step, const struct life *life)
{
	if (!life || !life->made_ns)
		return;
	step->maker_tgid = life->maker_tgid;
	memcpy(step->maker, life->comm, sizeof(step->maker));
	step->inner_tid = life->inner_tid;
}

static void add_slowest(struct story *story, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	struct story_clone slow = {
		.ts_ns = rec->head.ts_ns,
		.copy_ns = rec->copy_ns,
		.tid = rec->tid,
		.child_tid = rec->child_tid,
		.via = rec->via,
		.flags = rec->flags,
		.stage = -1,
	};

	if (rec->copy_ns <= story->slowest[STORY_SLOWEST - 1].copy_ns)
		return;
	memcpy(slow.comm, rec->comm, sizeof(slow.comm));
	for (int stage = 0; clone->phases && stage < CS_STAGE_COUNT; stage++) {
		if (clone->phases->phase_ns[stage] <= slow.stage_ns)
			continue;
		slow.stage = stage;
		slow.stage_ns = clone->phases->phase_ns[stage];
	}
	for (int i = 0; i < STORY_SLOWEST; i++) {
		struct story_clone faster = story->slowest[i];

		if (slow.copy_ns <= faster.copy_ns)
			continue;
		story->slowest[i] = slow;
		slow = faster;
	}
}

/* The refusals of clone3() that no longer matter, as this clone did what they were to do. */
static void make_up(struct story *story, unsigned int calls)
{
	for (size_t i = 0; calls && i < story->refusal_count; i++) {
		struct story_refusal *refusal = &story->refusals[i];

		if (!refusal->is_call || refusal->made_up + calls > refusal->count)
			continue;
		refusal->made_up += calls;
		return;
	}
}

/* A clone that makes namespaces. */
static void add_clone(struct story *story, const struct cs_clone *rec)
{
	struct story_step step = {
		.kind = STORY_CLONE,
		.ts_ns = rec->head.ts_ns,
		.tid = rec->tid,
		.child_tid = rec->child_tid,
		.namespaces = rec->flags & STORY_NAMESPACES,
		.error = rec->error,
	};

	memcpy(step.comm, rec->comm, sizeof(step.comm));
	add_step(story, &step);
}

void story_add_clone(struct story *story, const struct clone *clone, unsigned int calls_before)
{
	const struct cs_clone *rec = clone->rec;

	if (!rec->error && !(rec->missing & CS_MISSING(CS_FACT_COPY_NS)))
		add_slowest(story, clone);
	if (!rec->error)
		make_up(story, calls_before);
	if (rec->flags & STORY_NAMESPACES)
		add_clone(story, rec);
}

static struct story_refusal *find_refusal(struct story *story, const char *sentence, bool is_call)
{
	for (size_t i = 0; i < story->refusal_count; i++)
		if (story->refusals[i].is_call == is_call &&
		    !strcmp(story->refusals[i].sentence, sentence))
			return &story->refusals[i];
	if (story->refusal_count == STORY_REFUSALS)
		return NULL;
	return &story->refusals[story->refusal_count++];
}

/* Keep them in order: only @refusal has grown. */
static void move_up(struct story *story, struct story_refusal *refusal)
{
	while (refusal > story->refusals && refusal[-1].count < refusal->count) {
		struct story_refusal before = refusal[-1];

		refusal[-1] = *refusal;
		*refusal-- = before;
	}
}

void story_add_refusal(struct story *story, const struct refusal_verdict *verdict, bool is_call)
{
	char sentence[REFUSAL_LINE_SIZE];
	struct story_refusal *refusal;

	if (verdict->outcome == REFUSAL_NONE || verdict->outcome == REFUSAL_RESTARTED)
		return;
	refusal_format(sentence, sizeof(sentence), verdict);
	refusal = find_refusal(story, sentence, is_call);
	if (!refusal) {
		story->other_refusals++;
		return;
	}
	if (!refusal->count++) {
		refusal->is_call = is_call;
		refusal->error = verdict->error;
		refusal->advice =
			verdict->outcome == REFUSAL_DECIDED ? verdict->reasons[0].advice : "";
		memcpy(refusal->sentence, sentence, sizeof(refusal->sentence));
	}
	move_up(story, refusal);
}

static void add_exec(struct story *story, const struct cs_exec *rec, const struct life *life)
{
	struct story_step step = {
		.kind = STORY_EXEC,
		.ts_ns = rec->head.ts_ns,
		.tid = rec->tid,
		.ready = life && life->fresh,
	};

	memcpy(step.comm, rec->comm, sizeof(step.comm));
	memcpy(step.file, rec->file, sizeof(step.file));
	set_maker(&step, life);
	add_step(story, &step);
}

static const struct story_step *latest(const struct story *story)
{
	uint64_t count = story->step_count;

	if (!count)
		return NULL;
	if (count <= STORY_FIRST)
		return &story->first[count - 1];
	return &story->last[(count - 1 - STORY_FIRST) % STORY_LAST];
}

/* Two threads that end at once may both find that no other is left. */
static bool has_just_ended(const struct story *story, uint32_t tgid)
{
	const struct story_step *step = latest(story);

	return step && step->kind == STORY_EXIT && step->tid == tgid;
}

/* That a process has ended well is no step of a start. */
static void add_exit(struct story *story, const struct cs_exit *rec, const struct life *life)
{
	struct story_step step = {
		.kind = STORY_EXIT,
		.ts_ns = rec->head.ts_ns,
		.tid = rec->tgid,
		.code = rec->code,
	};

	if (!rec->last_thread || !rec->code || has_just_ended(story, rec->tgid))
		return;
	memcpy(step.comm, rec->comm, sizeof(step.comm));
	if (rec->tid == rec->tgid)
		set_maker(&step, life);
	add_step(story, &step);
}

static void add_namespaces(struct story *story, const struct cs_namespaces *rec,
			   const struct life *life)
{
	struct story_step step = {
		.kind = rec->is_setns ? STORY_SETNS : STORY_UNSHARE,
		.ts_ns = rec->head.ts_ns,
		.tid = rec->tid,
		.namespaces = rec->flags & STORY_NAMESPACES,
		.error = rec->error,
	};

	/* unshare(CLONE_FILES), which threads of Go do. */
	if (!step.namespaces && !rec->is_setns)
		return;
	memcpy(step.comm, rec->comm, sizeof(step.comm));
	set_maker(&step, life);
	add_step(story, &step);
}

void story_add_life(struct story *story, const struct cs_head *head, const struct life *life)
{
	if (head->kind == CS_KIND_EXEC)
		add_exec(story, (const void *)head, life);
	else if (head->kind == CS_KIND_EXIT)
		add_exit(story, (const void *)head, life);
	else if (head->kind == CS_KIND_NAMESPACES)
		add_namespaces(story, (const void *)head, life);
}

bool story_has_namespaces(const struct story *story)
{
	return story->has_namespaces;
}

const struct story_step *story_step(const struct story *story, size_t index, uint64_t *left_out)
{
	uint64_t later = story->step_count > STORY_FIRST ? story->step_count - STORY_FIRST : 0;
	uint64_t lost = later > STORY_LAST ? later - STORY_LAST : 0;

	*left_out = index == STORY_FIRST ? lost : 0;
	if (index < STORY_FIRST)
		return index < story->step_count ? &story->first[index] : NULL;
	index -= STORY_FIRST;
	return index + lost < later ? &story->last[(index + lost) % STORY_LAST] : NULL;
}

const struct story_step *story_ready(const struct story *story)
{
	return story->has_ready ? &story->ready : NULL;
}

const struct story_step *story_longest(const struct story *story)
{
	return story->has_ready ? &story->longest_to_ready : NULL;
}

const struct story_clone *story_slowest(const struct story *story, size_t index)
{
	if (index >= STORY_SLOWEST || !story->slowest[index].copy_ns)
		return NULL;
	return &story->slowest[index];
}

const struct story_refusal *story_refusal(const struct story *story, size_t index, uint64_t *others)
{
	*others = story->other_refusals;
	return index < story->refusal_count ? &story->refusals[index] : NULL;
}
