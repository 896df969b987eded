// SPDX-License-Identifier: GPL-2.0
/* Rules of cgroup_can_fork() and of what copy_process() does until the child is known. */
#include <stdio.h>

#include "model/rules_table.h"

static enum rules_sense target_is_no_cgroup(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return RULES_POSSIBLE;
	return c->refusal->target_cgroup2 ? RULES_UNLIKELY : RULES_LIKELY;
}

static bool tell_no_cgroup(struct text *text, const struct rules_case *c)
{
	if (!c->refusal)
		return false;
	text_add(text, "CLONE_INTO_CGROUP: fd %d is not a directory of cgroup2",
		 c->refusal->cgroup_fd);
	return true;
}

/* That is asked first, and a cgroup that is dying stays so. */
static enum rules_sense target_dying(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return RULES_POSSIBLE;
	return c->refusal->target_dying ? RULES_PROVEN : RULES_OUT;
}

/* "cgroup is ...: /path" */
static bool tell_target(struct text *text, const struct rules_case *c, const char *what)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return false;
	text_add(text, "%s: ", what);
	rules_tell_path(text, c->refusal);
	return true;
}

static bool tell_dying(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c, "cgroup has been removed");
}

static bool tell_forbidden(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c,
			   "no permission to write cgroup.procs of this cgroup, or of the "
			   "one that it has in common with the caller's");
}

static bool tell_delegated(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c, "cgroup is outside the cgroup namespace (nsdelegate)");
}

static bool tell_invalid(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c, "cgroup is domain-invalid, below a threaded one");
}

static enum rules_sense target_invalid(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return RULES_POSSIBLE;
	return c->refusal->is & CS_IS(CS_IS_TARGET_INVALID) ? RULES_PROVEN : RULES_OUT;
}

static enum rules_sense target_elsewhere(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return RULES_POSSIBLE;
	return c->refusal->is & CS_IS(CS_IS_OTHER_DOMAIN) ? RULES_PROVEN : RULES_OUT;
}

static bool tell_other_domain(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c, "CLONE_THREAD into a cgroup of another threaded domain");
}

static enum rules_sense target_has_subtree(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_TARGET))
		return RULES_POSSIBLE;
	return c->refusal->target_subtree ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_subtree(struct text *text, const struct rules_case *c)
{
	return tell_target(text, c, "cgroup has subtree_control set");
}

static enum rules_sense pids_full(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_PIDS))
		return RULES_POSSIBLE;
	if (c->refusal->pids_max < 0)
		return RULES_UNLIKELY;
	return c->refusal->pids >= c->refusal->pids_max ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_pids(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_PIDS))
		return false;
	if (c->refusal->pids_max < 0) {
		text_add(text, "pids.max: none of its cgroups was full a moment later");
		return true;
	}
	text_add(text, "pids.max %lld reached in ", (long long)c->refusal->pids_max);
	rules_tell_path(text, c->refusal);
	return true;
}

/* It may have died only after alloc_pid(), but hardly without a trace of that. */
static enum rules_sense pidns_died(const struct rules_case *c)
{
	bool came_so_far =
		knows(c, CS_REFUSAL_TRAIL) && c->refusal->trail & CS_TRAIL(CS_TRAIL_CGROUP);

	return sense_if(is(c, CS_IS_PIDNS_DYING), came_so_far ? RULES_LIKELY : RULES_UNLIKELY,
			RULES_OUT);
}

/* A SIGKILL stays pending until its thread is gone. */
static enum rules_sense killed(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_KILLED), RULES_LIKELY, RULES_OUT);
}

/* CLONE_INTO_CGROUP: a row of cgroup_can_fork(). */
#define INTO_CGROUP(which, errno_, what, where, ...)                               \
	{                                                                          \
		.id = which, .error = errno_, .sentence = what, .function = where, \
		.stage = CS_STAGE_CGROUP, .all = CLONE_INTO_CGROUP, __VA_ARGS__    \
	}

static const struct rule rows[] = {
	INTO_CGROUP("R1", EBADF, "CLONE_INTO_CGROUP: the fd is not a directory of cgroup2",
		    "cgroup_css_set_fork", .basis = RULES_BY_EVIDENCE, .holds = target_is_no_cgroup,
		    .tell = tell_no_cgroup),
	INTO_CGROUP("R2", ENOENT, "cgroup has been removed", "cgroup_css_set_fork",
		    .others = {ENODEV}, .basis = RULES_BY_EVIDENCE, .holds = target_dying,
		    .tell = tell_dying),
	INTO_CGROUP("R3", EACCES,
		    "no permission to write cgroup.procs of the target, or of the cgroup that it "
		    "has in common with the caller's",
		    "cgroup_may_write", .advice = "chown cgroup.procs of both to the caller's user",
		    .basis = RULES_BY_STATE, .tell = tell_forbidden),
	INTO_CGROUP("R4", ENOENT, "cgroup is outside the cgroup namespace (nsdelegate)",
		    "cgroup_procs_write_permission", .basis = RULES_BY_STATE,
		    .tell = tell_delegated),
	INTO_CGROUP("R5", EOPNOTSUPP, "cgroup is domain-invalid, below a threaded one",
		    "cgroup_migrate_vet_dst", .advice = "write \"threaded\" to its cgroup.type",
		    .basis = RULES_BY_EVIDENCE, .holds = target_invalid, .tell = tell_invalid),
	INTO_CGROUP("R6", EBUSY, "cgroup has subtree_control set", "cgroup_migrate_vet_dst",
		    .advice = "clone into a leaf below it, or empty its cgroup.subtree_control",
		    .basis = RULES_BY_EVIDENCE, .holds = target_has_subtree, .tell = tell_subtree),
	{
		.id = "R7",
		.error = EOPNOTSUPP,
		.sentence = "CLONE_THREAD into a cgroup of another threaded domain",
		.function = "cgroup_attach_permissions",
		.stage = CS_STAGE_CGROUP,
		.all = CLONE_INTO_CGROUP | CLONE_THREAD,
		.basis = RULES_BY_EVIDENCE,
		.holds = target_elsewhere,
		.tell = tell_other_domain,
	},
	INTO_CGROUP("R8", ENOMEM, "no memory for the set of cgroups", "find_css_set",
		    .basis = RULES_BY_CHANCE),
	{
		.id = "S1",
		.error = EAGAIN,
		.sentence = "pids.max is reached in the task's cgroup, or in one around it",
		.advice = "raise pids.max of that cgroup",
		.function = "pids_try_charge",
		.stage = CS_STAGE_CGROUP,
		.basis = RULES_BY_EVIDENCE,
		.holds = pids_full,
		.tell = tell_pids,
	},
	INTO_CGROUP("S2", ENOSPC, "the target's cpuset has no CPUs or no memory nodes",
		    "cpuset_can_fork", .advice = "write cpuset.cpus and cpuset.mems of the target",
		    .since = RULES_KERNEL(6, 1), .basis = RULES_BY_STATE),
	INTO_CGROUP("S2", EINVAL, "the caller may not change its CPUs, as the target's cpuset does",
		    "cpuset_can_fork", .open = true, .since = RULES_KERNEL(6, 1),
		    .basis = RULES_BY_CHANCE),
	{
		.id = "T1",
		.open = true,
		.sentence = "the sched_ext scheduler did not take the new task (ops.init_task)",
		.advice = "see the BPF scheduler that is loaded",
		.function = "sched_cgroup_fork",
		.stage = CS_STAGE_PUBLISH,
		.trail = CS_TRAIL_PID + 1,
		.since = RULES_KERNEL(6, 12),
		.basis = RULES_BY_CHANCE,
	},
	NO_MEMORY("U1", "the private futex hash", "futex_hash_allocate_default", CS_STAGE_PUBLISH,
		  .trail = CS_TRAIL_PID + 1, .since = RULES_KERNEL(6, 18), .all = CLONE_VM),
	{
		.id = "V1",
		.error = ENOMEM,
		.sentence = "pid namespace's init has exited meanwhile",
		.advice = "make a new pid namespace: this one takes no more tasks",
		.function = "copy_process",
		.stage = CS_STAGE_PUBLISH,
		.none = CLONE_NEWPID,
		.basis = RULES_BY_EVIDENCE,
		.holds = pidns_died,
	},
	{
		.id = "V2",
		.error = EINTR,
		.sentence = "SIGKILL is pending: the caller is about to end",
		.function = "copy_process",
		.stage = CS_STAGE_PUBLISH,
		.basis = RULES_BY_EVIDENCE,
		.holds = killed,
	},
};

const struct rules_chapter rules_of_cgroup = {rows, ARRAY_SIZE(rows)};
