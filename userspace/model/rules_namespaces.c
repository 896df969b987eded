// SPDX-License-Identifier: GPL-2.0
/* Rules of copy_namespaces(). */
#include "model/rules_table.h"

/* enum ucount_type of linux/user_namespace.h: the same numbers from 5.10 to 7.2. */
enum ucount {
	UCOUNT_PID = 1,
	UCOUNT_UTS = 2,
	UCOUNT_IPC = 3,
	UCOUNT_NET = 4,
	UCOUNT_MNT = 5,
	UCOUNT_CGROUP = 6,
	UCOUNT_TIME = 7,
};

/* "CLONE_NEWNS|CLONE_NEWPID" */
static void tell_new(struct text *text, uint64_t flags)
{
	const struct flag_info *table;
	const char *between = "";
	size_t count;

	table = flags_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (!(flags & (NEW_NAMESPACES | CLONE_EMPTY_MNTNS) & table[i].bit))
			continue;
		text_add(text, "%sCLONE_%s", between, table[i].name);
		between = "|";
	}
}

static bool tell_incapable(struct text *text, const struct rules_case *c)
{
	enum rules_tristate lacking = c->request->facts[RULES_FACT_NO_CAP_SYS_ADMIN];

	tell_new(text, c->request->flags);
	text_add(text, " needs CAP_SYS_ADMIN");
	if (c->refusal)
		text_add(text, " in user namespace %u", c->refusal->user_ns);
	if (lacking == RULES_NO)
		text_add(text, ", which the caller has: a security module may have denied it");
	return true;
}

/* M1 has asked the same before. */
static enum rules_sense asked_before(const struct rules_case *c)
{
	(void)c;
	return RULES_REMOTE;
}

static enum rules_sense full(const struct rules_case *c, enum ucount type)
{
	if (!knows(c, CS_REFUSAL_UCOUNT))
		return RULES_POSSIBLE;
	return c->refusal->ucount_type == (int)type ? RULES_WITNESSED : RULES_OUT;
}

static enum rules_sense mnt_full(const struct rules_case *c)
{
	return full(c, UCOUNT_MNT);
}

static enum rules_sense uts_full(const struct rules_case *c)
{
	return full(c, UCOUNT_UTS);
}

/* Later kernels free what is to be freed and try again, so one failure is not yet the refusal. */
static enum rules_sense ipc_full(const struct rules_case *c)
{
	enum rules_sense sense = full(c, UCOUNT_IPC);

	return sense == RULES_WITNESSED ? RULES_PROVEN : sense;
}

static enum rules_sense pid_full(const struct rules_case *c)
{
	return full(c, UCOUNT_PID);
}

static enum rules_sense cgroup_full(const struct rules_case *c)
{
	return full(c, UCOUNT_CGROUP);
}

static enum rules_sense net_full(const struct rules_case *c)
{
	return full(c, UCOUNT_NET);
}

static enum rules_sense time_full(const struct rules_case *c)
{
	return full(c, UCOUNT_TIME);
}

static bool tell_mnt(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "mnt");
}

static bool tell_uts(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "uts");
}

static bool tell_ipc(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "ipc");
}

static bool tell_pid(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "pid");
}

static bool tell_cgroup(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "cgroup");
}

static bool tell_net(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "net");
}

static bool tell_time(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "time");
}

static enum rules_sense pids_moved(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_PIDNS_PENDING), RULES_PROVEN, RULES_OUT);
}

static enum rules_sense pids_too_deep(const struct rules_case *c)
{
	if (!c->refusal)
		return RULES_POSSIBLE;
	return c->refusal->pid_level >= MAX_LEVEL ? RULES_PROVEN : RULES_OUT;
}

static bool tell_pids_too_deep(struct text *text, const struct rules_case *c)
{
	if (!c->refusal)
		return false;
	text_add(text, "pid namespaces nested %d deep", c->refusal->pid_level);
	return true;
}

/* A SIGKILL stays pending until its thread is gone. */
static enum rules_sense killed(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_KILLED), RULES_LIKELY, RULES_OUT);
}

/* user.max_<type>_namespaces */
#define NAMESPACES_FULL(which, flag, type, where, at)                                            \
	{                                                                                        \
		.id = which, .error = ENOSPC,                                                    \
		.sentence = "user.max_" #type "_namespaces is reached",                          \
		.advice = "raise user.max_" #type "_namespaces", .function = where, .stage = at, \
		.all = flag, .basis = RULES_BY_EVIDENCE, .holds = type##_full,                   \
		.tell = tell_##type,                                                             \
	}

static const struct rule rows[] = {
	{
		.id = "M1",
		.error = EPERM,
		.sentence = "a new namespace without CLONE_NEWUSER",
		.advice = "give it CAP_SYS_ADMIN, or add CLONE_NEWUSER",
		.function = "copy_namespaces",
		.stage = CS_STAGE_NAMESPACES,
		.any = NEW_NAMESPACES,
		.none = CLONE_NEWUSER,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
		.tell = tell_incapable,
	},
	{
		.id = "M1",
		.error = EPERM,
		.sentence = "CLONE_EMPTY_MNTNS without CLONE_NEWUSER",
		.advice = "give it CAP_SYS_ADMIN, or add CLONE_NEWUSER",
		.function = "copy_namespaces",
		.stage = CS_STAGE_NAMESPACES,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_EMPTY_MNTNS,
		.none = NEW_NAMESPACES | CLONE_NEWUSER,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
		.tell = tell_incapable,
	},
	{
		.id = "M2",
		.error = EINVAL,
		.sentence = "CLONE_NEWIPC with CLONE_SYSVSEM",
		.function = "copy_namespaces",
		.stage = CS_STAGE_NAMESPACES,
		.all = CLONE_NEWIPC | CLONE_SYSVSEM,
	},
	NO_MEMORY("M3", "the set of namespaces", "create_nsproxy", CS_STAGE_NAMESPACES,
		  .any = NEW_NAMESPACES),
	NAMESPACES_FULL("M3", CLONE_NEWNS, mnt, "alloc_mnt_ns", CS_STAGE_NEW_MNT),
	NO_MEMORY("M3", "the mount namespace", "copy_mnt_ns", CS_STAGE_NEW_MNT, .all = CLONE_NEWNS),
	{
		.id = "M3",
		.error = EINVAL,
		.sentence = "CLONE_NEWNS, and the root mount can't be copied: it is unbindable",
		.function = "copy_tree",
		.stage = CS_STAGE_NEW_MNT,
		.all = CLONE_NEWNS,
		.basis = RULES_BY_CHANCE,
	},
	NAMESPACES_FULL("M4", CLONE_NEWUTS, uts, "clone_uts_ns", CS_STAGE_NEW_UTS),
	NO_MEMORY("M4", "the UTS namespace", "clone_uts_ns", CS_STAGE_NEW_UTS, .all = CLONE_NEWUTS),
	NAMESPACES_FULL("M5", CLONE_NEWIPC, ipc, "create_ipc_ns", CS_STAGE_NEW_IPC),
	NO_MEMORY("M5", "the IPC namespace", "create_ipc_ns", CS_STAGE_NEW_IPC,
		  .all = CLONE_NEWIPC),
	{
		.id = "M6",
		.error = EINVAL,
		.sentence =
			"CLONE_NEWPID after unshare or setns gave the caller's children another "
			"pid namespace",
		.advice = "fork once after unshare or setns",
		.function = "copy_pid_ns",
		.stage = CS_STAGE_NEW_PID,
		.all = CLONE_NEWPID,
		.basis = RULES_BY_EVIDENCE,
		.holds = pids_moved,
	},
	{
		.id = "M7",
		.error = EINVAL,
		.sentence =
			"CLONE_NEWPID, and the owner of the pid namespace is no ancestor of the "
			"child's user namespace",
		.function = "create_pid_namespace",
		.stage = CS_STAGE_NEW_PID,
		.all = CLONE_NEWPID,
		.basis = RULES_BY_CHANCE,
	},
	{
		.id = "M8",
		.error = ENOSPC,
		.sentence = "pid namespaces nested 32 deep",
		.function = "create_pid_namespace",
		.stage = CS_STAGE_NEW_PID,
		.all = CLONE_NEWPID,
		.basis = RULES_BY_EVIDENCE,
		.holds = pids_too_deep,
		.tell = tell_pids_too_deep,
	},
	NAMESPACES_FULL("M9", CLONE_NEWPID, pid, "create_pid_namespace", CS_STAGE_NEW_PID),
	NO_MEMORY("M9", "the pid namespace", "create_pid_namespace", CS_STAGE_NEW_PID,
		  .all = CLONE_NEWPID),
	{
		.id = "M10",
		.error = EPERM,
		.sentence = "CLONE_NEWCGROUP without CAP_SYS_ADMIN in the user namespace",
		.advice = "give it CAP_SYS_ADMIN, or add CLONE_NEWUSER",
		.function = "copy_cgroup_ns",
		.stage = CS_STAGE_NEW_CGROUP,
		.all = CLONE_NEWCGROUP,
		.basis = RULES_BY_EVIDENCE,
		.holds = asked_before,
	},
	NAMESPACES_FULL("M10", CLONE_NEWCGROUP, cgroup, "copy_cgroup_ns", CS_STAGE_NEW_CGROUP),
	NO_MEMORY("M10", "the cgroup namespace", "copy_cgroup_ns", CS_STAGE_NEW_CGROUP,
		  .all = CLONE_NEWCGROUP),
	NAMESPACES_FULL("M11", CLONE_NEWNET, net, "copy_net_ns", CS_STAGE_NEW_NET),
	{
		.id = "M12",
		.error = EINTR,
		.sentence = "SIGKILL came while it waited to make the network namespace",
		.function = "copy_net_ns",
		.stage = CS_STAGE_NEW_NET,
		.all = CLONE_NEWNET,
		.basis = RULES_BY_EVIDENCE,
		.holds = killed,
	},
	{
		.id = "M12",
		.error = ENOMEM,
		.open = true,
		.sentence = "a part of the network namespace could not be set up",
		.function = "setup_net",
		.stage = CS_STAGE_NEW_NET,
		.all = CLONE_NEWNET,
		.basis = RULES_BY_CHANCE,
	},
	NAMESPACES_FULL("M13", CLONE_NEWTIME, time, "clone_time_ns", CS_STAGE_NEW_TIME),
	NO_MEMORY("M13", "the time namespace", "clone_time_ns", CS_STAGE_NEW_TIME,
		  .all = CLONE_NEWTIME),
	{
		/* A stub, wherever it is: the last stage leaves them all possible. */
		.id = "M14",
		.error = EINVAL,
		.sentence = "a namespace of a type that is not built into this kernel",
		.advice = "use a kernel with CONFIG_NAMESPACES and all types",
		.function = "copy_namespaces",
		.stage = CS_STAGE_NEW_TIME,
		.any = NEW_NAMESPACES,
		.basis = RULES_BY_CHANCE,
	},
};

const struct rules_chapter rules_of_namespaces = {rows, ARRAY_SIZE(rows)};
