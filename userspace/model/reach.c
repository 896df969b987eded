// SPDX-License-Identifier: GPL-2.0
/* How far a refused clone came: the stages that it can have been refused in. */
#include "model/reach.h"

#include "model/flags.h"

#define TRAIL_END (CS_TRAIL_CGROUP + 1)

/*
 * RLIMIT_NPROC came before copy_creds() until 5.17; stable kernels of then took that over at
 * various times.
 */
#define LIMITS_AFTER_CREDS RULES_KERNEL(6, 0)

/* Each bit of the trail: where a clone is that has left it, and where one that has not. */
static const struct {
	enum cs_stage first_with;
	enum cs_stage last_without;
} trails[TRAIL_END] = {
	[CS_TRAIL_TASK] = {CS_STAGE_TASK, CS_STAGE_TASK}, /* the exec state is copied after it */
	[CS_TRAIL_CREDS] = {CS_STAGE_LIMITS, CS_STAGE_CREDS},
	[CS_TRAIL_LIMITS] = {CS_STAGE_POLICY, CS_STAGE_LIMITS},
	[CS_TRAIL_SCHED] = {CS_STAGE_SCHED, CS_STAGE_POLICY},
	[CS_TRAIL_SECURITY] = {CS_STAGE_SECURITY, CS_STAGE_SECURITY},
	[CS_TRAIL_FILES] = {CS_STAGE_FS, CS_STAGE_FILES},
	[CS_TRAIL_FS] = {CS_STAGE_SIGNAL, CS_STAGE_FS},
	[CS_TRAIL_MM] = {CS_STAGE_NAMESPACES, CS_STAGE_MM},
	[CS_TRAIL_NAMESPACES] = {CS_STAGE_THREAD, CS_STAGE_NEW_TIME},
	[CS_TRAIL_PID] = {CS_STAGE_CGROUP, CS_STAGE_PIDFD},
	[CS_TRAIL_CGROUP] = {CS_STAGE_PUBLISH, CS_STAGE_PUBLISH},
};

/* What a clone has left behind, and one, that is refused in this stage; rule->trail may know better. */
static const int trail_before[CS_STAGE_COUNT] = {
	[CS_STAGE_CREDS] = CS_TRAIL_TASK + 1,	  [CS_STAGE_LIMITS] = CS_TRAIL_CREDS + 1,
	[CS_STAGE_POLICY] = CS_TRAIL_LIMITS + 1,  [CS_STAGE_SCHED] = CS_TRAIL_SCHED + 1,
	[CS_STAGE_SECURITY] = CS_TRAIL_SCHED + 1, [CS_STAGE_FILES] = CS_TRAIL_SECURITY + 1,
	[CS_STAGE_FS] = CS_TRAIL_FILES + 1,	  [CS_STAGE_SIGNAL] = CS_TRAIL_FS + 1,
	[CS_STAGE_MM] = CS_TRAIL_FS + 1,	  [CS_STAGE_NAMESPACES] = CS_TRAIL_MM + 1,
	[CS_STAGE_NEW_MNT] = CS_TRAIL_MM + 1,	  [CS_STAGE_NEW_UTS] = CS_TRAIL_MM + 1,
	[CS_STAGE_NEW_IPC] = CS_TRAIL_MM + 1,	  [CS_STAGE_NEW_PID] = CS_TRAIL_MM + 1,
	[CS_STAGE_NEW_CGROUP] = CS_TRAIL_MM + 1,  [CS_STAGE_NEW_NET] = CS_TRAIL_MM + 1,
	[CS_STAGE_NEW_TIME] = CS_TRAIL_MM + 1,	  [CS_STAGE_THREAD] = CS_TRAIL_NAMESPACES + 1,
	[CS_STAGE_PID] = CS_TRAIL_NAMESPACES + 1, [CS_STAGE_PIDFD] = CS_TRAIL_NAMESPACES + 1,
	[CS_STAGE_CGROUP] = CS_TRAIL_PID + 1,	  [CS_STAGE_PUBLISH] = CS_TRAIL_CGROUP + 1,
	[CS_STAGE_FINISH] = CS_TRAIL_CGROUP + 1,
};

/* Can be told whether the clone has left this behind? A kernel thread lacks some of it anyway. */
static bool is_told(enum cs_trail bit, const struct cs_clone *rec)
{
	bool user = rec->via >= CS_VIA_FORK && rec->via <= CS_VIA_CLONE3;

	switch (bit) {
	case CS_TRAIL_MM:
		return user && !(rec->flags & CLONE_VM);
	case CS_TRAIL_FILES:
	case CS_TRAIL_FS:
	case CS_TRAIL_NAMESPACES:
		return user;
	default:
		return true;
	}
}

static void follow_trail(struct reach *reach, const struct cs_clone *rec, __u32 trail)
{
	for (int bit = 0; bit < TRAIL_END; bit++)
		if (trail & CS_TRAIL(bit))
			reach->left = bit;
	for (int bit = TRAIL_END - 1; bit > reach->left; bit--)
		if (is_told((enum cs_trail)bit, rec))
			reach->not_left = bit;
}

/* Whoever has no task_struct has left nothing. */
static void look_for_task(struct reach *reach, const struct cs_clone *rec)
{
	if (rec->missing & CS_MISSING(CS_FACT_TASK_NODE))
		return;
	if (rec->task_node == CS_NODE_NONE)
		reach->not_left = CS_TRAIL_TASK;
	else if (reach->first < CS_STAGE_TASK)
		reach->first = CS_STAGE_TASK;
}

/* The flags without which a stage, or its marker, is left out; 0: it is always there. */
static const uint64_t with_flags[CS_STAGE_COUNT] = {
	[CS_STAGE_NEW_MNT] = CLONE_NEWNS,	 [CS_STAGE_NEW_UTS] = CLONE_NEWUTS,
	[CS_STAGE_NEW_IPC] = CLONE_NEWIPC,	 [CS_STAGE_NEW_PID] = CLONE_NEWPID,
	[CS_STAGE_NEW_CGROUP] = CLONE_NEWCGROUP, [CS_STAGE_NEW_NET] = CLONE_NEWNET,
	[CS_STAGE_NEW_TIME] = CLONE_NEWTIME,	 [CS_STAGE_PIDFD] = CLONE_PIDFD,
};

/* And those with which it is. */
static const uint64_t without_flags[CS_STAGE_COUNT] = {
	[CS_STAGE_FILES] = CLONE_FILES,
	[CS_STAGE_FS] = CLONE_FS,
	[CS_STAGE_SIGNAL] = CLONE_THREAD,
	[CS_STAGE_MM] = CLONE_VM,
};

/* Does every clone like @rec pass a marker of @stage on its way past it, where one is planted? */
static bool is_certain(enum cs_stage stage, const struct cs_clone *rec, int kernel)
{
	switch (stage) {
	case CS_STAGE_CHECKS:
	case CS_STAGE_TASK:   /* not where the caller named a node */
	case CS_STAGE_POLICY: /* only where there is one */
		return false;
	case CS_STAGE_CREDS:
	case CS_STAGE_LIMITS:
		return kernel >= LIMITS_AFTER_CREDS;
	case CS_STAGE_MM:
		return is_told(CS_TRAIL_MM, rec);
	default:
		break;
	}
	if (with_flags[stage] && !(rec->flags & with_flags[stage]))
		return false;
	return !(rec->flags & without_flags[stage]);
}

/* Is the marker of @stage the first thing that is done in it? */
static bool is_first(enum cs_stage stage)
{
	return stage != CS_STAGE_SIGNAL && stage != CS_STAGE_MM && stage != CS_STAGE_SECURITY &&
	       stage != CS_STAGE_PIDFD && stage < CS_STAGE_PUBLISH;
}

/* The last type of namespace that was begun. */
static enum cs_stage last_namespace(const struct cs_phases *phases)
{
	enum cs_stage last = CS_STAGE_NAMESPACES;

	for (int stage = CS_STAGE_NEW_MNT; stage <= CS_STAGE_NEW_TIME; stage++)
		if (phases->passed & 1U << stage)
			last = (enum cs_stage)stage;
	return last;
}

/* It passed a marker of @stage and none of any later one: what that leaves. */
static void stop_at(struct reach *reach, enum cs_stage stage, const struct clone *clone)
{
	const struct cs_phases *phases = clone->phases;
	int next;

	/* Between two types of namespaces it is in neither. */
	if (phases && stage == CS_STAGE_NAMESPACES && last_namespace(phases) != stage)
		stage = last_namespace(phases) + 1;
	if (reach->first < stage)
		reach->first = stage;
	if (!phases)
		return;
	for (next = (int)stage + 1; next < CS_STAGE_COUNT; next++)
		if (phases->told & 1U << next &&
		    is_certain((enum cs_stage)next, clone->rec, reach->kernel))
			break;
	if (next < CS_STAGE_COUNT && is_first((enum cs_stage)next))
		next--;
	if ((int)reach->last > next)
		reach->last = (enum cs_stage)next;
}

/* The stages that the trail leaves. */
static void bound(struct reach *reach)
{
	enum cs_stage first = CS_STAGE_CHECKS, last = CS_STAGE_PUBLISH;

	if (reach->left >= 0)
		first = trails[reach->left].first_with;
	if (reach->not_left < TRAIL_END)
		last = trails[reach->not_left].last_without;
	if (reach->not_left == CS_TRAIL_CREDS && reach->kernel < LIMITS_AFTER_CREDS)
		last = CS_STAGE_LIMITS;
	if (reach->first < first)
		reach->first = first;
	if (reach->last > last)
		reach->last = last;
}

void reach_of(struct reach *reach, const struct clone *clone, int kernel)
{
	const struct cs_refusal *refusal = clone->refusal;
	const struct reach anywhere = {
		.left = -1,
		.not_left = TRAIL_END,
		.first = CS_STAGE_CHECKS,
		.last = CS_STAGE_PUBLISH,
		.kernel = kernel,
	};

	*reach = anywhere;
	if (refusal && !(refusal->missing & CS_MISSING(CS_REFUSAL_TRAIL)))
		follow_trail(reach, clone->rec, refusal->trail);
	look_for_task(reach, clone->rec);
	bound(reach);
	if (refusal && !(refusal->missing & CS_MISSING(CS_REFUSAL_STAGE)) &&
	    refusal->stage >= CS_STAGE_CHECKS && refusal->stage < CS_STAGE_COUNT)
		stop_at(reach, (enum cs_stage)refusal->stage, clone);
	/* Evidence that contradicts itself narrows nothing down. */
	if (reach->first > reach->last)
		*reach = anywhere;
}

static bool trail_allows(const struct reach *reach, int before)
{
	return before >= reach->left && before < reach->not_left;
}

bool reach_allows(const struct reach *reach, const struct rule *rule)
{
	int before = (rule->trail ? rule->trail : trail_before[rule->stage]) - 1;
	bool early = rule->stage == CS_STAGE_LIMITS && reach->kernel < LIMITS_AFTER_CREDS;

	if (rule->stage < reach->first || rule->stage > reach->last)
		return false;
	return trail_allows(reach, before) || (early && trail_allows(reach, CS_TRAIL_TASK));
}
