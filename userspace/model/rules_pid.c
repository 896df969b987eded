// SPDX-License-Identifier: GPL-2.0
/* Rules of copy_process() about registers, pid and pidfd. */
#include "model/rules_table.h"

/* RESERVED_PIDS of kernel/pid.c: not given out again once pid numbers have started over. */
#define RESERVED_PIDS 300

/* TASK_SIZE_MAX of x86-64 with four levels of page tables, and with five. */
#define USER_END_4_LEVELS ((1ULL << 47) - 4096)
#define USER_END_5_LEVELS ((1ULL << 56) - 4096)

static bool knows_tids(const struct rules_case *c)
{
	return c->refusal && c->refusal->set_tid_size;
}

/* Where the record has no set_tid: there was none, or it could not be read. Only clone3() has it. */
static enum rules_sense without_tids(const struct rules_case *c)
{
	bool may_have = c->rec->via == CS_VIA_CLONE3 || c->rec->via == CS_VIA_UNKNOWN;

	return may_have && !knows(c, CS_REFUSAL_TID_IN_USE) ? RULES_POSSIBLE : RULES_OUT;
}

/* How many numbers of set_tid the record has. */
static unsigned int tids(const struct cs_refusal *refusal)
{
	return refusal->set_tid_size < CS_MAX_LEVELS - 1 ? refusal->set_tid_size
							 : CS_MAX_LEVELS - 1;
}

/* The level of the pid namespace that the child is to be in. */
static long child_level(const struct rules_case *c)
{
	return (long)c->refusal->pid_level + (c->request->flags & CLONE_NEWPID ? 1 : 0);
}

static enum rules_sense tls_beyond(const struct rules_case *c)
{
	if (!c->refusal)
		return RULES_POSSIBLE;
	if (c->refusal->tls >= USER_END_5_LEVELS)
		return RULES_PROVEN;
	return c->refusal->tls >= USER_END_4_LEVELS ? RULES_LIKELY : RULES_OUT;
}

static bool tell_tls(struct text *text, const struct rules_case *c)
{
	if (!c->refusal)
		return false;
	text_add(text, "CLONE_SETTLS with tls 0x%llx, which is no address of user space",
		 (unsigned long long)c->refusal->tls);
	return true;
}

static enum rules_sense tids_too_many(const struct rules_case *c)
{
	if (!knows_tids(c))
		return without_tids(c);
	return c->refusal->set_tid_size > child_level(c) + 1 ? RULES_PROVEN : RULES_OUT;
}

static bool tell_tids_too_many(struct text *text, const struct rules_case *c)
{
	if (!knows_tids(c))
		return false;
	text_add(text, "set_tid names %u pids, but the child's pid namespace is at level %ld",
		 c->refusal->set_tid_size, child_level(c));
	return true;
}

/* The maximum that is known is that of the children's pid namespace; before 6.14 there is but one. */
static bool beyond_max(const struct rules_case *c, unsigned int i)
{
	bool same = !i && !(c->request->flags & CLONE_NEWPID);

	if (!knows(c, CS_REFUSAL_PID_MAX))
		return false;
	if (!same && (!c->kernel || c->kernel >= RULES_KERNEL(6, 14)))
		return false;
	return c->refusal->set_tid[i] >= c->refusal->pid_max;
}

/* The first number of set_tid that is out of range, or -1. */
static int tid_out_of_range(const struct rules_case *c)
{
	for (unsigned int i = 0; i < tids(c->refusal); i++)
		if (c->refusal->set_tid[i] < 1 || beyond_max(c, i))
			return (int)i;
	return -1;
}

static enum rules_sense tids_out_of_range(const struct rules_case *c)
{
	if (!knows_tids(c))
		return without_tids(c);
	if (tid_out_of_range(c) >= 0)
		return RULES_PROVEN;
	return knows(c, CS_REFUSAL_PID_MAX) ? RULES_UNLIKELY : RULES_POSSIBLE;
}

static bool tell_tids_out_of_range(struct text *text, const struct rules_case *c)
{
	int i = knows_tids(c) ? tid_out_of_range(c) : -1;

	if (i < 0)
		return false;
	text_add(text, "set_tid %d is not from 1 to below pid_max", c->refusal->set_tid[i]);
	if (knows(c, CS_REFUSAL_PID_MAX))
		text_add(text, " %d", c->refusal->pid_max);
	return true;
}

static enum rules_sense first_is_not_one(const struct rules_case *c)
{
	bool empty = c->request->flags & CLONE_NEWPID;

	if (!knows_tids(c))
		return without_tids(c);
	empty = empty || is(c, CS_IS_PIDNS_EMPTY) == RULES_YES;
	return empty && c->refusal->set_tid[0] != 1 ? RULES_PROVEN : RULES_OUT;
}

static bool tell_first_is_not_one(struct text *text, const struct rules_case *c)
{
	if (!knows_tids(c))
		return false;
	text_add(text, "set_tid %d in a pid namespace that has no pid 1 yet",
		 c->refusal->set_tid[0]);
	return true;
}

/*
 * Known is the user namespace of the children's pid namespace. A new one's is the caller's or a new
 * one, whose owner the caller is; those of outer levels are not known.
 */
static enum rules_sense may_not_set_tid(const struct rules_case *c)
{
	bool known = !(c->request->flags & CLONE_NEWPID);

	if (!knows_tids(c))
		return without_tids(c);
	if (known && is(c, CS_IS_NS_CAPABLE) == RULES_NO)
		return RULES_PROVEN;
	return c->refusal->set_tid_size > 1 || !known ? RULES_POSSIBLE : RULES_REMOTE;
}

static bool tell_may_not_set_tid(struct text *text, const struct rules_case *c)
{
	if (!knows_tids(c))
		return false;
	text_add(text,
		 "set_tid %d needs CAP_CHECKPOINT_RESTORE in the user namespace of the pid "
		 "namespace",
		 c->refusal->set_tid[0]);
	return true;
}

static enum rules_sense tid_in_use(const struct rules_case *c)
{
	if (!knows_tids(c))
		return without_tids(c);
	if (!knows(c, CS_REFUSAL_TID_IN_USE))
		return RULES_POSSIBLE;
	return c->refusal->tid_in_use_level >= 0 ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_tid_in_use(struct text *text, const struct rules_case *c)
{
	long i;
	int level;

	if (!knows(c, CS_REFUSAL_TID_IN_USE) || c->refusal->tid_in_use_level < 0)
		return false;
	level = c->refusal->tid_in_use_level;
	i = child_level(c) - level;
	if (i < 0 || i >= (long)tids(c->refusal))
		return false;
	text_add(text, "set_tid %d is in use at level %d", c->refusal->set_tid[i], level);
	return true;
}

/* Outer pid namespaces, of which nothing is known, may be full as well. */
static enum rules_sense pids_exhausted(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_PID_MAX))
		return RULES_POSSIBLE;
	if ((int64_t)c->refusal->pids_used + RESERVED_PIDS >= (int64_t)c->refusal->pid_max - 1)
		return RULES_LIKELY;
	return c->refusal->pid_level > 0 ? RULES_POSSIBLE : RULES_UNLIKELY;
}

static bool tell_pids_exhausted(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_PID_MAX))
		return false;
	text_add(text, "pid_max %d: %u pids are in use in pid namespace %u", c->refusal->pid_max,
		 c->refusal->pids_used, c->refusal->pid_ns);
	return true;
}

/* If it is dying, it was by the time of this check, or has been since: then see V1. */
static enum rules_sense pidns_dying(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_PIDNS_DYING), RULES_LIKELY, RULES_OUT);
}

static enum rules_sense fds_full(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_NR_OPEN))
		return RULES_POSSIBLE;
	return c->refusal->fds >= c->refusal->nofile ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_fds_full(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_NR_OPEN))
		return false;
	text_add(text, "CLONE_PIDFD: RLIMIT_NOFILE %llu leaves no fd; the highest is %d",
		 (unsigned long long)c->refusal->nofile, (int)c->refusal->fds - 1);
	return true;
}

static const struct rule rows[] = {
	NO_MEMORY("N1", "the I/O context", "__copy_io", CS_STAGE_THREAD, .none = CLONE_IO),
	{
		.id = "O1",
		.error = EPERM,
		.sentence = "CLONE_SETTLS with an address that is not of user space",
		.function = "copy_thread",
		.stage = CS_STAGE_THREAD,
		.all = CLONE_SETTLS,
		.basis = RULES_BY_EVIDENCE,
		.holds = tls_beyond,
		.tell = tell_tls,
	},
	{
		.id = "O1",
		.error = ENOMEM,
		.open = true,
		.sentence =
			"the processor's state: a shadow stack, or a 32-bit caller's CLONE_SETTLS",
		.function = "copy_thread",
		.stage = CS_STAGE_THREAD,
		.basis = RULES_BY_CHANCE,
	},
	{
		.id = "P1",
		.error = EINVAL,
		.sentence = "set_tid names more pids than the child's pid namespace has levels",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = tids_too_many,
		.tell = tell_tids_too_many,
	},
	{
		.id = "P2",
		.error = EINVAL,
		.sentence = "a pid of set_tid is below 1, or pid_max or more",
		.advice = "raise kernel.pid_max",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = tids_out_of_range,
		.tell = tell_tids_out_of_range,
	},
	{
		.id = "P3",
		.error = EINVAL,
		.sentence = "set_tid is not 1 in a pid namespace that has no pid 1 yet",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = first_is_not_one,
		.tell = tell_first_is_not_one,
	},
	{
		.id = "P4",
		.error = EPERM,
		.sentence = "set_tid without CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in the user "
			    "namespace of the pid namespace",
		.advice = "give it CAP_CHECKPOINT_RESTORE",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = may_not_set_tid,
		.tell = tell_may_not_set_tid,
	},
	{
		.id = "P5",
		.error = EEXIST,
		.sentence = "a pid of set_tid is in use",
		.advice = "restore into a pid namespace of its own",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = tid_in_use,
		.tell = tell_tid_in_use,
	},
	{
		.id = "P6",
		.error = EAGAIN,
		.sentence = "pid_max: no pid is free in the pid namespace, or in one around it",
		.advice = "raise kernel.pid_max",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.basis = RULES_BY_EVIDENCE,
		.holds = pids_exhausted,
		.tell = tell_pids_exhausted,
	},
	{
		.id = "P7",
		.error = ENOMEM,
		.sentence = "pid namespace's init has exited",
		.advice = "make a new pid namespace: this one takes no more tasks",
		.function = "alloc_pid",
		.stage = CS_STAGE_PID,
		.none = CLONE_NEWPID,
		.basis = RULES_BY_EVIDENCE,
		.holds = pidns_dying,
	},
	NO_MEMORY("P7", "struct pid", "alloc_pid", CS_STAGE_PID),
	{
		.id = "Q1",
		.error = EMFILE,
		.sentence = "CLONE_PIDFD, and RLIMIT_NOFILE leaves no fd",
		.advice = "raise RLIMIT_NOFILE (ulimit -n), or close files",
		.function = "pidfd_prepare",
		.stage = CS_STAGE_PIDFD,
		.all = CLONE_PIDFD,
		.basis = RULES_BY_EVIDENCE,
		.holds = fds_full,
		.tell = tell_fds_full,
	},
	{
		.id = "Q1",
		.error = ENFILE,
		.sentence = "CLONE_PIDFD, and the machine has as many open files as fs.file-max",
		.advice = "raise fs.file-max",
		.function = "pidfd_prepare",
		.stage = CS_STAGE_PIDFD,
		.all = CLONE_PIDFD,
		.basis = RULES_BY_STATE,
	},
	NO_MEMORY("Q1", "the pidfd", "pidfd_prepare", CS_STAGE_PIDFD, .all = CLONE_PIDFD),
	{
		.id = "Q2",
		.error = EFAULT,
		.sentence = "CLONE_PIDFD, and the pidfd can't be stored where it was asked for",
		.function = "copy_process",
		.stage = CS_STAGE_PIDFD,
		.all = CLONE_PIDFD,
		.basis = RULES_BY_STATE,
	},
};

const struct rules_chapter rules_of_pid = {rows, ARRAY_SIZE(rows)};
