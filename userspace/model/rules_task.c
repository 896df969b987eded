// SPDX-License-Identifier: GPL-2.0
/* Rules of copy_process() from task_struct to address space: credentials, limits, what is copied. */
#include "model/outcome.h"
#include "model/rules_table.h"

/* include/uapi/linux/capability.h */
#define CAP_SYS_ADMIN	 21
#define CAP_SYS_RESOURCE 24

/* OVERCOMMIT_* of uapi/linux/mman.h. */
#define OVERCOMMIT_ALWAYS 1
#define OVERCOMMIT_NEVER  2

/* UCOUNT_USER_NAMESPACES of enum ucount_type: the same number from 5.10 to 7.2. */
#define UCOUNT_USER 0

static enum rules_sense always(const struct rules_case *c)
{
	(void)c;
	return RULES_WITNESSED;
}

/* The caller's is the parent of the new one. */
static enum rules_sense users_too_deep(const struct rules_case *c)
{
	if (!c->refusal)
		return RULES_POSSIBLE;
	return c->refusal->user_level > MAX_LEVEL ? RULES_PROVEN : RULES_OUT;
}

static bool tell_users_too_deep(struct text *text, const struct rules_case *c)
{
	if (!c->refusal)
		return false;
	text_add(text, "user namespaces nested %d deep", c->refusal->user_level);
	return true;
}

static enum rules_sense users_full(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_UCOUNT))
		return RULES_POSSIBLE;
	return c->refusal->ucount_type == UCOUNT_USER ? RULES_WITNESSED : RULES_OUT;
}

static bool tell_users_full(struct text *text, const struct rules_case *c)
{
	return rules_tell_ucount(text, c, "user");
}

static enum rules_sense in_chroot(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_CHROOTED))
		return RULES_POSSIBLE;
	return c->refusal->chrooted ? RULES_WITNESSED : RULES_OUT;
}

static enum rules_sense ids_unmapped(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_MAPPED))
		return RULES_POSSIBLE;
	return c->refusal->ids_mapped ? RULES_OUT : RULES_PROVEN;
}

static bool tell_ids_unmapped(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_MAPPED))
		return false;
	text_add(text, "CLONE_NEWUSER, and uid %u or its group has no mapping in user namespace %u",
		 c->refusal->euid, c->refusal->user_ns);
	return true;
}

/* capable() asks in the initial user namespace. */
static bool may_pass_nproc(const struct cs_refusal *refusal)
{
	const uint64_t caps = 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SYS_RESOURCE;

	if (refusal->is & CS_IS(CS_IS_INIT_USER))
		return true;
	return !refusal->user_level && (refusal->caps & caps);
}

/* At the check the child was counted as well: it has been taken back since. */
static enum rules_sense nproc_full(const struct rules_case *c)
{
	if (!c->refusal)
		return RULES_POSSIBLE;
	if (may_pass_nproc(c->refusal))
		return RULES_OUT;
	if (!knows(c, CS_REFUSAL_NPROC))
		return RULES_POSSIBLE;
	if (c->refusal->nproc_max < 0)
		return RULES_OUT;
	return c->refusal->nproc + 1 > c->refusal->nproc_max ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_nproc(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_NPROC))
		return false;
	text_add(text, "RLIMIT_NPROC: uid %u has %lld of %lld in user namespace %u",
		 c->refusal->nproc_uid, (long long)c->refusal->nproc + 1,
		 (long long)c->refusal->nproc_max, c->refusal->nproc_ns);
	return true;
}

static enum rules_sense threads_full(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_THREADS))
		return RULES_POSSIBLE;
	return c->refusal->threads >= c->refusal->threads_max ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_threads(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_THREADS))
		return false;
	text_add(text, "kernel.threads-max %d: the machine has %d threads", c->refusal->threads_max,
		 c->refusal->threads);
	return true;
}

static enum rules_sense is_kthread(const struct rules_case *c)
{
	bool may_be = c->rec->via == CS_VIA_KTHREAD || c->rec->via == CS_VIA_UNKNOWN;

	return may_be ? RULES_UNLIKELY : RULES_OUT;
}

static enum rules_sense is_helper(const struct rules_case *c)
{
	bool may_be = c->rec->via == CS_VIA_UMH || c->rec->via == CS_VIA_UNKNOWN;

	return may_be ? RULES_UNLIKELY : RULES_OUT;
}

static enum rules_sense is_deadline(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_DEADLINE), RULES_PROVEN, RULES_OUT);
}

static enum rules_sense fds_beyond(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_NR_OPEN))
		return RULES_POSSIBLE;
	return c->refusal->fds > c->refusal->nr_open ? RULES_LIKELY : RULES_UNLIKELY;
}

static bool tell_fds(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_NR_OPEN))
		return false;
	text_add(text, "fs.nr_open %u: the highest open fd is %d", c->refusal->nr_open,
		 (int)c->refusal->fds - 1);
	return true;
}

static enum rules_sense fs_in_exec(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_FS_IN_EXEC), RULES_LIKELY, RULES_UNLIKELY);
}

static enum rules_sense overcommit(const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_OVERCOMMIT))
		return RULES_POSSIBLE;
	if (c->refusal->overcommit == OVERCOMMIT_ALWAYS)
		return RULES_OUT;
	return c->refusal->overcommit == OVERCOMMIT_NEVER ? RULES_LIKELY : RULES_POSSIBLE;
}

static bool tell_overcommit(struct text *text, const struct rules_case *c)
{
	if (!knows(c, CS_REFUSAL_OVERCOMMIT))
		return false;
	text_add(text, "overcommit: vm.overcommit_memory is %d, the caller has %llu pages",
		 c->refusal->overcommit, (unsigned long long)c->refusal->total_vm);
	return true;
}

/* A SIGKILL stays pending until its thread is gone. */
static enum rules_sense killed(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_KILLED), RULES_LIKELY, RULES_OUT);
}

static const struct rule rows[] = {
	{
		.id = "D1",
		.error = OUTCOME_ERESTARTNOINTR,
		.sentence = "a signal was pending (-ERESTARTNOINTR)",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.basis = RULES_BY_EVIDENCE,
		.holds = always,
	},
	{
		.id = "E1",
		.error = ENOMEM,
		.sentence = "no memory for task_struct, or its memory cgroup is full",
		.advice = "raise memory.max of its cgroup",
		.function = "alloc_task_struct_node",
		.stage = CS_STAGE_TASK,
		.basis = RULES_BY_STATE,
	},
	{
		.id = "E2",
		.error = ENOMEM,
		.sentence = "no memory for the kernel stack, or its memory cgroup is full",
		.advice = "raise memory.max of its cgroup",
		.function = "alloc_thread_stack_node",
		.stage = CS_STAGE_TASK,
		.basis = RULES_BY_STATE,
	},
	NO_MEMORY("E3", "the processor's part of task_struct", "arch_dup_task_struct",
		  CS_STAGE_TASK),
	NO_MEMORY("E4", "the shadow call stack, or masks of CPUs", "scs_prepare", CS_STAGE_TASK),
	NO_MEMORY("E5", "the exec state", "copy_exec_state", CS_STAGE_TASK,
		  .trail = CS_TRAIL_TASK + 1, .since = RULES_KERNEL(7, 2), .none = CLONE_VM),
	NO_MEMORY("F1", "credentials, or a security module refused them", "copy_creds",
		  CS_STAGE_CREDS),
	{
		.id = "M14",
		.error = EINVAL,
		.sentence = "CLONE_NEWUSER, which is not built into this kernel",
		.advice = "use a kernel with CONFIG_USER_NS",
		.function = "create_user_ns",
		.stage = CS_STAGE_CREDS,
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_CHANCE,
	},
	{
		.id = "F2",
		.error = ENOSPC,
		.sentence = "user namespaces nested 33 deep",
		.function = "create_user_ns",
		.stage = CS_STAGE_CREDS,
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_EVIDENCE,
		.holds = users_too_deep,
		.tell = tell_users_too_deep,
	},
	{
		.id = "F3",
		.error = ENOSPC,
		.sentence = "user.max_user_namespaces is reached",
		.advice = "raise user.max_user_namespaces",
		.function = "create_user_ns",
		.stage = CS_STAGE_CREDS,
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_EVIDENCE,
		.holds = users_full,
		.tell = tell_users_full,
	},
	{
		.id = "F4",
		.error = EPERM,
		.sentence = "CLONE_NEWUSER in a chroot",
		.advice = "change the root with pivot_root, not with chroot",
		.function = "create_user_ns",
		.stage = CS_STAGE_CREDS,
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_EVIDENCE,
		.holds = in_chroot,
	},
	{
		.id = "F5",
		.error = EPERM,
		.sentence = "CLONE_NEWUSER, and the caller's uid or gid has no mapping in its user "
			    "namespace",
		.advice = "write uid_map and gid_map of that user namespace first",
		.function = "create_user_ns",
		.stage = CS_STAGE_CREDS,
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_EVIDENCE,
		.holds = ids_unmapped,
		.tell = tell_ids_unmapped,
	},
	{
		.id = "F6",
		.error = EPERM,
		.others = {EACCES},
		.open = true,
		.sentence = "a security module (AppArmor, SELinux, BPF) forbids user namespaces",
		.advice = "allow userns_create in the security module's policy",
		.function = "security_create_user_ns",
		.stage = CS_STAGE_CREDS,
		.since = RULES_KERNEL(6, 1),
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_CHANCE,
	},
	NO_MEMORY("F7", "the user namespace", "create_user_ns", CS_STAGE_CREDS,
		  .all = CLONE_NEWUSER),
	{
		.id = "F8",
		.error = EAGAIN,
		.sentence = "no memory for the new user namespace's counts",
		.function = "set_cred_ucounts",
		.stage = CS_STAGE_CREDS,
		.since = RULES_KERNEL(5, 14),
		.all = CLONE_NEWUSER,
		.basis = RULES_BY_CHANCE,
	},
	{
		.id = "G1",
		.error = EAGAIN,
		.sentence = "RLIMIT_NPROC: the user has as many processes as it may",
		.advice = "raise RLIMIT_NPROC (ulimit -u) of that user",
		.function = "copy_process",
		.stage = CS_STAGE_LIMITS,
		.basis = RULES_BY_EVIDENCE,
		.holds = nproc_full,
		.tell = tell_nproc,
	},
	{
		.id = "G2",
		.error = EAGAIN,
		.sentence = "kernel.threads-max is reached",
		.advice = "raise kernel.threads-max",
		.function = "copy_process",
		.stage = CS_STAGE_LIMITS,
		.basis = RULES_BY_EVIDENCE,
		.holds = threads_full,
		.tell = tell_threads,
	},
	/* The list of children is an empty one by now. */
	NO_MEMORY("G3", "io_uring's restrictions", "io_uring_fork", CS_STAGE_POLICY,
		  .since = RULES_KERNEL(7, 2)),
	{
		.id = "G4",
		.error = EAGAIN,
		.sentence = "no memory for struct kthread",
		.function = "set_kthread_struct",
		.stage = CS_STAGE_POLICY,
		.since = RULES_KERNEL(6, 1),
		.basis = RULES_BY_EVIDENCE,
		.holds = is_kthread,
	},
	NO_MEMORY("H1", "the memory policy", "__mpol_dup", CS_STAGE_POLICY),
	{
		.id = "I1",
		.error = EAGAIN,
		.sentence = "the caller is SCHED_DEADLINE, without SCHED_FLAG_RESET_ON_FORK",
		.advice = "set SCHED_FLAG_RESET_ON_FORK",
		.function = "sched_fork",
		.stage = CS_STAGE_SCHED,
		.basis = RULES_BY_EVIDENCE,
		.holds = is_deadline,
	},
	{
		.id = "J1",
		.error = ENOMEM,
		.open = true,
		.sentence = "a perf event could not be inherited",
		.function = "perf_event_init_task",
		.stage = CS_STAGE_SECURITY,
		.basis = RULES_BY_CHANCE,
	},
	NO_MEMORY("J2", "the audit context", "audit_alloc", CS_STAGE_SECURITY),
	{
		.id = "J3",
		.error = EACCES,
		.others = {EPERM, ENOMEM},
		.open = true,
		.sentence =
			"a security module (SELinux, BPF) forbids the new task, or had no memory",
		.advice = "allow process:fork in the security module's policy",
		.function = "security_task_alloc",
		.stage = CS_STAGE_SECURITY,
		.trail = CS_TRAIL_SECURITY + 1,
		.basis = RULES_BY_CHANCE,
	},
	NO_MEMORY("J4", "the list of semaphore undos", "copy_semundo", CS_STAGE_SECURITY,
		  .trail = CS_TRAIL_SECURITY + 1, .all = CLONE_SYSVSEM),
	NO_MEMORY("K1", "the table of open files", "dup_fd", CS_STAGE_FILES, .none = CLONE_FILES),
	{
		.id = "K2",
		.error = EMFILE,
		.sentence = "the highest open fd is above fs.nr_open",
		.advice = "raise fs.nr_open",
		.function = "alloc_fdtable",
		.stage = CS_STAGE_FILES,
		.none = CLONE_FILES,
		.basis = RULES_BY_EVIDENCE,
		.holds = fds_beyond,
		.tell = tell_fds,
	},
	{
		.id = "K3",
		.error = EAGAIN,
		.sentence = "CLONE_FS while a task that shares it is in execve()",
		.advice = "try again",
		.function = "copy_fs",
		.stage = CS_STAGE_FS,
		.all = CLONE_FS,
		.basis = RULES_BY_EVIDENCE,
		.holds = fs_in_exec,
	},
	NO_MEMORY("K4", "root, cwd and umask", "copy_fs", CS_STAGE_FS, .none = CLONE_FS),
	{
		.id = "K4",
		.error = EINVAL,
		.sentence = "a user-mode helper with a file system of its own",
		.function = "copy_fs",
		.stage = CS_STAGE_FS,
		.since = RULES_KERNEL(7, 3),
		.basis = RULES_BY_EVIDENCE,
		.holds = is_helper,
	},
	NO_MEMORY("K5", "the signal handlers", "copy_sighand", CS_STAGE_SIGNAL,
		  .none = CLONE_SIGHAND),
	NO_MEMORY("K6", "the signal state", "copy_signal", CS_STAGE_SIGNAL, .none = CLONE_THREAD),
	{
		.id = "L1",
		.error = ENOMEM,
		.sentence =
			"overcommit: the copy of the address space would promise more memory than "
			"vm.overcommit_memory allows",
		.advice =
			"set vm.overcommit_memory to 1, raise vm.overcommit_ratio, or use vfork or "
			"posix_spawn",
		.function = "dup_mmap",
		.stage = CS_STAGE_MM,
		.none = CLONE_VM,
		.basis = RULES_BY_EVIDENCE,
		.holds = overcommit,
		.tell = tell_overcommit,
	},
	{
		.id = "L1",
		.error = ENOMEM,
		.sentence = "SIGKILL came while the address space was copied",
		.function = "dup_mmap",
		.stage = CS_STAGE_MM,
		.none = CLONE_VM,
		.basis = RULES_BY_EVIDENCE,
		.holds = killed,
	},
	NO_MEMORY("L1", "the address space, page tables or VMAs", "copy_mm", CS_STAGE_MM,
		  .none = CLONE_VM),
};

const struct rules_chapter rules_of_task = {rows, ARRAY_SIZE(rows)};
