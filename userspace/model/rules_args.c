// SPDX-License-Identifier: GPL-2.0
/* Rules before copy_process(): the way in, clone_args, kernel_clone(). */
#include <limits.h>

#include "model/rules_table.h"

/* _NSIG of x86 and arm64. */
#define SIGNAL_MAX 64

/* The smallest page, and the largest. */
#define PAGE_SIZE_MIN 4096
#define PAGE_SIZE_MAX 65536

/* CLONE_LEGACY_FLAGS and what clone3_args_valid() allows besides. */
#define CLONE3_FLAGS_5_10 (0xffffffffULL | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP)
#define CLONE3_FLAGS_7_1 \
	(CLONE3_FLAGS_5_10 | CLONE_AUTOREAP | CLONE_NNP | CLONE_PIDFD_AUTOKILL | CLONE_EMPTY_MNTNS)

/* TASK_SIZE_MAX of x86-64 with four levels of page tables and with five; that of arm64 is less. */
#define USER_END_4_LEVELS ((1ULL << 47) - PAGE_SIZE_MIN)
#define USER_END_5_LEVELS ((1ULL << 56) - PAGE_SIZE_MIN)

/* SECCOMP_MODE_FILTER of linux/seccomp.h. */
#define MODE_FILTER 2

static bool signal_beyond_byte(const struct clone_request *request)
{
	return request->exit_signal & ~(uint64_t)CSIGNAL;
}

static bool signal_beyond_last(const struct clone_request *request)
{
	return request->exit_signal > SIGNAL_MAX;
}

static bool signal_given(const struct clone_request *request)
{
	return request->exit_signal != 0;
}

static bool stack_half_given(const struct clone_request *request)
{
	return request->has_stack && !request->stack != !request->stack_size;
}

/* clone(2) hands the same pointer on as pidfd and as parent_tid. */
static bool pointers_shared(const struct clone_request *request)
{
	return !request->clone3;
}

static bool pointers_apart(const struct clone_request *request)
{
	return request->clone3;
}

static enum rules_sense seccomp_filters(const struct rules_case *c)
{
	if (c->call->entered)
		return RULES_OUT;
	return c->call->seccomp == MODE_FILTER ? RULES_LIKELY : RULES_OUT;
}

static enum rules_sense tracer_may(const struct rules_case *c)
{
	if (c->call->entered)
		return RULES_OUT;
	return c->call->seccomp == MODE_FILTER ? RULES_UNLIKELY : RULES_POSSIBLE;
}

/* Without that call the kernel has a stub, which may be entered like a call. */
static enum rules_sense call_missing(const struct rules_case *c)
{
	return c->call->entered || c->call->seccomp != MODE_FILTER ? RULES_POSSIBLE
								   : RULES_UNLIKELY;
}

static enum rules_sense size_above_page(const struct rules_case *c)
{
	if (c->call->args_size > PAGE_SIZE_MAX)
		return RULES_PROVEN;
	return c->call->args_size > PAGE_SIZE_MIN ? RULES_LIKELY : RULES_OUT;
}

static bool tell_size_above_page(struct text *text, const struct rules_case *c)
{
	text_add(text, "clone_args size %llu is more than a page",
		 (unsigned long long)c->call->args_size);
	return true;
}

static enum rules_sense size_below_first(const struct rules_case *c)
{
	return c->call->args_size < CLONE_ARGS_SIZE_VER0 ? RULES_PROVEN : RULES_OUT;
}

static bool tell_size_below_first(struct text *text, const struct rules_case *c)
{
	text_add(text, "clone_args size %llu is below %d", (unsigned long long)c->call->args_size,
		 CLONE_ARGS_SIZE_VER0);
	return true;
}

static enum rules_sense size_beyond_known(const struct rules_case *c)
{
	if (c->call->args_size <= CLONE_ARGS_SIZE_VER2)
		return RULES_OUT;
	return c->call->args_size > PAGE_SIZE_MIN ? RULES_UNLIKELY : RULES_POSSIBLE;
}

static bool tell_size_beyond_known(struct text *text, const struct rules_case *c)
{
	text_add(text, "clone_args size %llu is above %d, and not all of the rest is zero",
		 (unsigned long long)c->call->args_size, CLONE_ARGS_SIZE_VER2);
	return true;
}

static enum rules_sense args_unreadable(const struct rules_case *c)
{
	return c->call->args_known ? RULES_REMOTE : RULES_LIKELY;
}

/* @holds, as far as clone_args are known. */
static enum rules_sense proven_if(const struct rules_case *c, bool holds)
{
	if (!c->call->args_known)
		return RULES_POSSIBLE;
	return holds ? RULES_PROVEN : RULES_OUT;
}

static enum rules_sense too_many_tids(const struct rules_case *c)
{
	return proven_if(c, c->call->set_tid_size > MAX_LEVEL);
}

static bool tell_too_many_tids(struct text *text, const struct rules_case *c)
{
	if (!c->call->args_known)
		return false;
	text_add(text, "clone_args.set_tid_size %llu is above %d",
		 (unsigned long long)c->call->set_tid_size, MAX_LEVEL);
	return true;
}

static enum rules_sense tids_null(const struct rules_case *c)
{
	return proven_if(c, !c->call->has_set_tid && c->call->set_tid_size);
}

static bool tell_tids_null(struct text *text, const struct rules_case *c)
{
	text_add(text, "clone_args.set_tid_size %llu without set_tid",
		 (unsigned long long)c->call->set_tid_size);
	return true;
}

static enum rules_sense tids_none(const struct rules_case *c)
{
	return proven_if(c, c->call->has_set_tid && !c->call->set_tid_size);
}

static enum rules_sense tids_unreadable(const struct rules_case *c)
{
	if (!c->call->args_known)
		return RULES_UNLIKELY;
	return c->call->has_set_tid ? RULES_POSSIBLE : RULES_OUT;
}

static enum rules_sense cgroup_unusable(const struct rules_case *c)
{
	return proven_if(c, c->call->cgroup > INT_MAX || c->call->args_size < CLONE_ARGS_SIZE_VER2);
}

static bool tell_cgroup_unusable(struct text *text, const struct rules_case *c)
{
	if (!c->call->args_known)
		return false;
	if (c->call->cgroup > INT_MAX)
		text_add(text, "CLONE_INTO_CGROUP with the cgroup %llu, which is no fd",
			 (unsigned long long)c->call->cgroup);
	else
		text_add(text, "CLONE_INTO_CGROUP, but clone_args size %llu ends before the cgroup",
			 (unsigned long long)c->call->args_size);
	return true;
}

static enum rules_sense stack_beyond_user(const struct rules_case *c)
{
	uint64_t end = c->call->stack + c->call->stack_size;

	if (!c->call->args_known)
		return RULES_POSSIBLE;
	if (!c->call->stack || !c->call->stack_size)
		return RULES_OUT;
	if (end < c->call->stack || end > USER_END_5_LEVELS)
		return RULES_PROVEN;
	return end > USER_END_4_LEVELS ? RULES_LIKELY : RULES_OUT;
}

static bool tell_signal(struct text *text, const struct rules_case *c)
{
	if (!c->call || (c->request->clone3 && !c->call->args_known))
		return false;
	text_add(text, "the exit signal %llu is above %d",
		 (unsigned long long)c->request->exit_signal, SIGNAL_MAX);
	return true;
}

static bool tell_unknown_flags(struct text *text, const struct rules_case *c, uint64_t known)
{
	if (!c->call || !c->call->args_known)
		return false;
	text_add(text, "flags 0x%llx, which this kernel does not know",
		 (unsigned long long)(c->request->flags & ~known));
	return true;
}

static bool tell_flags_of_5_10(struct text *text, const struct rules_case *c)
{
	return tell_unknown_flags(text, c, CLONE3_FLAGS_5_10);
}

static bool tell_flags_of_7_1(struct text *text, const struct rules_case *c)
{
	return tell_unknown_flags(text, c, CLONE3_FLAGS_7_1);
}

static const struct rule rows[] = {
	{
		.id = "X1",
		.error = EPERM,
		.others = {ENOSYS, EACCES},
		.open = true,
		.sentence = "refused by seccomp before the kernel's clone code",
		.advice = "allow this call in the seccomp profile",
		.function = "seccomp",
		.scope = RULES_SCOPE_BEFORE,
		.basis = RULES_BY_EVIDENCE,
		.holds = seccomp_filters,
	},
	{
		.id = "X2",
		.error = ENOSYS,
		.open = true,
		.sentence = "a tracer (ptrace) took the call's place",
		.function = "ptrace",
		.scope = RULES_SCOPE_BEFORE,
		.basis = RULES_BY_EVIDENCE,
		.holds = tracer_may,
	},
	{
		.id = "X3",
		.error = ENOSYS,
		.sentence = "this kernel has no such call",
		.function = "sys_ni_syscall",
		.scope = RULES_SCOPE_BEFORE,
		.basis = RULES_BY_EVIDENCE,
		.holds = call_missing,
	},
	{
		.id = "A1",
		.error = E2BIG,
		.sentence = "the size of clone_args is more than a page",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = size_above_page,
		.tell = tell_size_above_page,
	},
	{
		.id = "A2",
		.error = EINVAL,
		.sentence = "the size of clone_args is below 64",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = size_below_first,
		.tell = tell_size_below_first,
	},
	{
		.id = "A3",
		.error = E2BIG,
		.sentence = "clone_args has more than this kernel knows, and not all of it is zero",
		.advice = "ask only for what this kernel knows",
		.function = "copy_struct_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = size_beyond_known,
		.tell = tell_size_beyond_known,
	},
	{
		.id = "A3",
		.error = EFAULT,
		.sentence = "clone_args can't be read",
		.function = "copy_struct_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = args_unreadable,
	},
	{
		.id = "A4",
		.error = EINVAL,
		.sentence = "clone_args.set_tid_size is above 32",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = too_many_tids,
		.tell = tell_too_many_tids,
	},
	{
		.id = "A5",
		.error = EINVAL,
		.sentence = "clone_args.set_tid_size without set_tid",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = tids_null,
		.tell = tell_tids_null,
	},
	{
		.id = "A6",
		.error = EINVAL,
		.sentence = "clone_args.set_tid without set_tid_size",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = tids_none,
	},
	{
		.id = "A7",
		.error = EINVAL,
		.sentence = "clone_args.exit_signal has bits above the lowest byte",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.also = signal_beyond_byte,
	},
	{
		.id = "A8",
		.error = EINVAL,
		.sentence = "the exit signal is above 64",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.until = RULES_KERNEL(7, 1),
		.also = signal_beyond_last,
		.tell = tell_signal,
	},
	{
		.id = "A9",
		.error = EINVAL,
		.sentence =
			"CLONE_INTO_CGROUP, but clone_args.cgroup is no fd or not within its size",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.all = CLONE_INTO_CGROUP,
		.basis = RULES_BY_EVIDENCE,
		.holds = cgroup_unusable,
		.tell = tell_cgroup_unusable,
	},
	{
		.id = "A10",
		.error = EFAULT,
		.sentence = "clone_args.set_tid can't be read",
		.function = "copy_clone_args_from_user",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = tids_unreadable,
	},
	{
		.id = "A11",
		.error = EINVAL,
		.sentence = "a flag above CLONE_INTO_CGROUP, which this kernel does not know",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.until = RULES_KERNEL(7, 0),
		.any = ~CLONE3_FLAGS_5_10,
		.tell = tell_flags_of_5_10,
	},
	{
		.id = "A11",
		.error = EINVAL,
		.sentence = "a flag above CLONE_EMPTY_MNTNS, which this kernel does not know",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.since = RULES_KERNEL(7, 1),
		.any = ~CLONE3_FLAGS_7_1,
		.tell = tell_flags_of_7_1,
	},
	{
		.id = "A12",
		.error = EINVAL,
		.sentence = "CLONE_DETACHED, or a bit of the lowest byte other than CLONE_NEWTIME, "
			    "in clone_args.flags",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.any = CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME),
	},
	{
		.id = "A13",
		.error = EINVAL,
		.sentence = "CLONE_SIGHAND with CLONE_CLEAR_SIGHAND",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.all = CLONE_SIGHAND | CLONE_CLEAR_SIGHAND,
	},
	{
		.id = "A14",
		.error = EINVAL,
		.sentence = "CLONE_THREAD or CLONE_PARENT with an exit signal",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.any = CLONE_THREAD | CLONE_PARENT,
		.also = signal_given,
	},
	{
		.id = "A15",
		.error = EINVAL,
		.sentence = "one of clone_args.stack and stack_size without the other",
		.function = "clone3_stack_valid",
		.scope = RULES_SCOPE_CLONE3,
		.also = stack_half_given,
	},
	{
		.id = "A15",
		.error = EINVAL,
		.sentence = "clone_args.stack is not within the caller's address space",
		.function = "clone3_stack_valid",
		.scope = RULES_SCOPE_CLONE3,
		.basis = RULES_BY_EVIDENCE,
		.holds = stack_beyond_user,
	},
	{
		.id = "B1",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_PARENT_SETTID: for clone(2) both write to the "
			    "same pointer",
		.function = "kernel_clone",
		.scope = RULES_SCOPE_KERNEL_CLONE,
		.all = CLONE_PIDFD | CLONE_PARENT_SETTID,
		.also = pointers_shared,
	},
	{
		.id = "B1",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_PARENT_SETTID",
		.function = "kernel_clone",
		.scope = RULES_SCOPE_KERNEL_CLONE,
		.all = CLONE_PIDFD | CLONE_PARENT_SETTID,
		.also = pointers_apart,
		.fact = RULES_FACT_SAME_POINTER,
	},
	{
		.id = "B2",
		.error = EINVAL,
		.sentence = "the exit signal is above 64",
		.function = "kernel_clone",
		.scope = RULES_SCOPE_KERNEL_CLONE,
		.since = RULES_KERNEL(7, 2),
		.also = signal_beyond_last,
		.tell = tell_signal,
	},
};

const struct rules_chapter rules_of_args = {rows, ARRAY_SIZE(rows)};
