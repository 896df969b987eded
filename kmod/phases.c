// SPDX-License-Identifier: GPL-2.0
/* A clone's way through the stages of copy_process(), and the time it took. */

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "kmod/clone.h"
#include "kmod/phases.h"
#include "kmod/plan.h"
#include "kmod/record.h"
#include "kmod/trace.h"

static_assert(CS_STAGE_COUNT <= 32);

/* The flag without which a function that marks a stage does nothing. */
static const u64 needs_flag[CS_STAGE_COUNT] = {
	[CS_STAGE_NEW_MNT] = CLONE_NEWNS,
	[CS_STAGE_NEW_UTS] = CLONE_NEWUTS,
	[CS_STAGE_NEW_IPC] = CLONE_NEWIPC,
	[CS_STAGE_NEW_PID] = CLONE_NEWPID,
	[CS_STAGE_NEW_CGROUP] = CLONE_NEWCGROUP,
	[CS_STAGE_NEW_NET] = CLONE_NEWNET,
	[CS_STAGE_NEW_TIME] = CLONE_NEWTIME,
};

/*
 * Called within copy_process()'s entry. False: nobody asked for phases, and
 * @way is left alone.
 */
bool cs_way_begin(struct cs_way *way)
{
	u32 told = cs_plan_told(CS_EVENT_PHASES);

	if (!told)
		return false;
	memset(way, 0, sizeof(*way));
	way->stage = CS_STAGE_CHECKS;
	way->phases.passed = BIT(CS_STAGE_CHECKS);
	way->phases.told = told | BIT(CS_STAGE_CHECKS);
	return true;
}
NOKPROBE_SYMBOL(cs_way_begin);

/* What has passed until @now is the present stage's. */
static nokprobe_inline void spend(struct cs_way *way, u64 entry_ns, u64 now)
{
	u32 *spent = &way->phases.phase_ns[way->stage];
	u64 since = way->since_ns ?: entry_ns;

	*spent = min_t(u64, *spent + (now - since), U32_MAX);
	way->since_ns = now;
}

/* Markers that come late are called by a later stage, for something else. */
static nokprobe_inline void enter(struct cs_copy *copy, int stage)
{
	struct cs_way *way = &copy->way;
	u64 flag = needs_flag[stage];

	if (flag && !(copy->args->flags & flag))
		stage = CS_STAGE_NAMESPACES;
	else if (stage < way->stage)
		return;
	spend(way, copy->entry_ns, ktime_get_boot_fast_ns());
	way->stage = stage;
	way->phases.passed |= BIT(stage);
}

int cs_on_marker(struct kprobe *probe, struct pt_regs *regs)
{
	struct cs_copy *copy = cs_inflight_find(&cs_copies);

	if (copy && copy->has_way)
		enter(copy, __ffs64(cs_plan_facts(probe)));
	return 0;
}
NOKPROBE_SYMBOL(cs_on_marker);

/* The stage that a clone has come to, or -1 if that is not known. */
int cs_last_stage(const struct cs_copy *copy)
{
	return copy->has_way ? copy->way.stage : -1;
}
NOKPROBE_SYMBOL(cs_last_stage);

/* copy_process() returned at @now. */
void cs_trace_phases(struct cs_copy *copy, u64 now)
{
	struct cs_phases *phases = &copy->way.phases;

	if (!copy->has_way)
		return;
	spend(&copy->way, copy->entry_ns, now);
	cs_fill_head(&phases->head, CS_KIND_PHASES, sizeof(*phases), now);
	phases->tid = current->pid;
	trace_clone_phases(phases);
}
NOKPROBE_SYMBOL(cs_trace_phases);
