// SPDX-License-Identifier: GPL-2.0
/* The rules by which the kernel refuses a clone for its flags alone. */
#include "model/rules.h"

#include <errno.h>
#include <linux/sched.h>

#include "model/flags.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* _NSIG of x86 and arm64. */
#define SIGNAL_MAX 64

/* CLONE_LEGACY_FLAGS and what clone3_args_valid() allows besides. */
#define CLONE3_FLAGS_5_10 (0xffffffffULL | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP)
#define CLONE3_FLAGS_7_1 \
	(CLONE3_FLAGS_5_10 | CLONE_AUTOREAP | CLONE_NNP | CLONE_PIDFD_AUTOKILL | CLONE_EMPTY_MNTNS)

/* What copy_namespaces() wants CAP_SYS_ADMIN for. */
#define NEW_NAMESPACES                                                                       \
	((uint64_t)CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

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

static bool autoreap_conflict(const struct clone_request *request)
{
	return (request->flags & (CLONE_THREAD | CLONE_PARENT)) || signal_given(request);
}

static bool autokill_incomplete(const struct clone_request *request)
{
	return !(request->flags & CLONE_PIDFD) || !(request->flags & CLONE_AUTOREAP) ||
	       (request->flags & CLONE_THREAD);
}

static const struct rule rules[] = {
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
	},
	{
		.id = "A11",
		.error = EINVAL,
		.sentence = "a flag above CLONE_INTO_CGROUP, which this kernel does not know",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.until = RULES_KERNEL(7, 0),
		.any = ~CLONE3_FLAGS_5_10,
	},
	{
		.id = "A11",
		.error = EINVAL,
		.sentence = "a flag above CLONE_EMPTY_MNTNS, which this kernel does not know",
		.function = "clone3_args_valid",
		.scope = RULES_SCOPE_CLONE3,
		.since = RULES_KERNEL(7, 1),
		.any = ~CLONE3_FLAGS_7_1,
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
	},
	{
		.id = "C1",
		.error = EINVAL,
		.sentence = "CLONE_NEWNS with CLONE_FS",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_NEWNS | CLONE_FS,
	},
	{
		.id = "C1",
		.error = EINVAL,
		.sentence = "CLONE_EMPTY_MNTNS, which implies CLONE_NEWNS, with CLONE_FS",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_EMPTY_MNTNS | CLONE_FS,
		.none = CLONE_NEWNS,
	},
	{
		.id = "C2",
		.error = EINVAL,
		.sentence = "CLONE_NEWUSER with CLONE_FS",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_NEWUSER | CLONE_FS,
	},
	{
		.id = "C3",
		.error = EPERM,
		.sentence = "CLONE_NEWUSER",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_NEWUSER,
		.fact = RULES_FACT_USERNS_FORBIDDEN,
	},
	{
		.id = "C4",
		.error = EINVAL,
		.sentence = "CLONE_THREAD without CLONE_SIGHAND",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_THREAD,
		.none = CLONE_SIGHAND,
	},
	{
		.id = "C5",
		.error = EINVAL,
		.sentence = "CLONE_SIGHAND without CLONE_VM",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_SIGHAND,
		.none = CLONE_VM,
	},
	{
		.id = "C6",
		.error = EINVAL,
		.sentence = "CLONE_PARENT",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_PARENT,
		.fact = RULES_FACT_PIDNS_INIT,
	},
	{
		.id = "C7",
		.error = EINVAL,
		.sentence = "CLONE_THREAD with CLONE_NEWUSER or CLONE_NEWPID",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_THREAD,
		.any = CLONE_NEWUSER | CLONE_NEWPID,
	},
	{
		.id = "C7",
		.error = EINVAL,
		.sentence = "CLONE_THREAD",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_THREAD,
		.none = CLONE_NEWUSER | CLONE_NEWPID,
		.fact = RULES_FACT_PIDNS_PENDING,
	},
	{
		/* Gone with "fs/exec: switch timens when a task gets a new mm" (v6.2). */
		.id = "C8",
		.error = EINVAL,
		.sentence = "CLONE_THREAD or CLONE_VM",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.until = RULES_KERNEL(6, 1),
		.any = CLONE_THREAD | CLONE_VM,
		.fact = RULES_FACT_TIMENS_PENDING,
	},
	{
		.id = "C9",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_DETACHED",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_PIDFD | CLONE_DETACHED,
	},
	{
		/* Gone with "pidfd: clone: allow CLONE_THREAD | CLONE_PIDFD together" (v6.9). */
		.id = "C9",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_THREAD",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.until = RULES_KERNEL(6, 8),
		.all = CLONE_PIDFD | CLONE_THREAD,
	},
	{
		.id = "C10",
		.error = EINVAL,
		.sentence = "CLONE_AUTOREAP with CLONE_THREAD, CLONE_PARENT or an exit signal",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_AUTOREAP,
		.also = autoreap_conflict,
	},
	{
		.id = "C11",
		.error = EINVAL,
		.sentence = "CLONE_PARENT",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PARENT,
		.fact = RULES_FACT_CALLER_AUTOREAP,
	},
	{
		.id = "C12",
		.error = EINVAL,
		.sentence = "CLONE_NNP with CLONE_THREAD",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_NNP | CLONE_THREAD,
	},
	{
		.id = "C13",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD_AUTOKILL without CLONE_PIDFD, without CLONE_AUTOREAP, or "
			    "with CLONE_THREAD",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PIDFD_AUTOKILL,
		.also = autokill_incomplete,
	},
	{
		.id = "C14",
		.error = EPERM,
		.sentence = "CLONE_PIDFD_AUTOKILL without CLONE_NNP",
		.function = "copy_process",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PIDFD_AUTOKILL,
		.none = CLONE_NNP,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
	},
	{
		.id = "M1",
		.error = EPERM,
		.sentence = "a new namespace without CLONE_NEWUSER",
		.function = "copy_namespaces",
		.scope = RULES_SCOPE_ALL,
		.any = NEW_NAMESPACES,
		.none = CLONE_NEWUSER,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
	},
	{
		.id = "M1",
		.error = EPERM,
		.sentence = "CLONE_EMPTY_MNTNS without CLONE_NEWUSER",
		.function = "copy_namespaces",
		.scope = RULES_SCOPE_ALL,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_EMPTY_MNTNS,
		.none = NEW_NAMESPACES | CLONE_NEWUSER,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
	},
	{
		.id = "M2",
		.error = EINVAL,
		.sentence = "CLONE_NEWIPC with CLONE_SYSVSEM",
		.function = "copy_namespaces",
		.scope = RULES_SCOPE_ALL,
		.all = CLONE_NEWIPC | CLONE_SYSVSEM,
	},
};

_Static_assert(ARRAY_SIZE(rules) <= RULES_MAX, "an array of RULES_MAX hits is always enough");

static const char *const fact_texts[RULES_FACT_COUNT] = {
	[RULES_FACT_NONE] = "",
	[RULES_FACT_SAME_POINTER] = "clone_args.pidfd and clone_args.parent_tid are equal",
	[RULES_FACT_USERNS_FORBIDDEN] =
		"Debian's unprivileged_userns_clone is 0 and the caller has no CAP_SYS_ADMIN",
	[RULES_FACT_PIDNS_INIT] = "the caller is the init of its pid namespace",
	[RULES_FACT_PIDNS_PENDING] =
		"unshare or setns gave the caller's children another pid namespace",
	[RULES_FACT_TIMENS_PENDING] =
		"unshare or setns gave the caller's children another time namespace",
	[RULES_FACT_CALLER_AUTOREAP] = "the caller was made with CLONE_AUTOREAP",
	[RULES_FACT_NO_CAP_SYS_ADMIN] = "the caller has no CAP_SYS_ADMIN in its user namespace",
};

static bool passes(const struct clone_request *request, enum rules_scope scope)
{
	switch (scope) {
	case RULES_SCOPE_CLONE3:
		return request->clone3;
	case RULES_SCOPE_KERNEL_CLONE:
		return !request->past_kernel_clone;
	case RULES_SCOPE_ALL:
		break;
	}
	return true;
}

static bool in_kernel(const struct rule *rule, int kernel)
{
	if (!kernel)
		return true;
	return kernel >= rule->since && (!rule->until || kernel <= rule->until);
}

static bool is_about(const struct rule *rule, const struct clone_request *request)
{
	uint64_t flags = request->flags;

	if ((flags & rule->all) != rule->all || (flags & rule->none))
		return false;
	if (rule->any && !(flags & rule->any))
		return false;
	return !rule->also || rule->also(request);
}

size_t rules_check(const struct clone_request *request, int kernel, struct rules_hit *hits,
		   size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];
		enum rules_tristate fact = rule->fact ? request->facts[rule->fact] : RULES_YES;

		if (fact == RULES_NO || !in_kernel(rule, kernel))
			continue;
		if (!passes(request, rule->scope) || !is_about(rule, request))
			continue;
		if (count < max) {
			hits[count].rule = rule;
			hits[count].verdict = fact == RULES_YES ? RULES_REFUSED : RULES_MAY_REFUSE;
		}
		count++;
	}
	return count;
}

void rules_request(struct clone_request *request, const struct cs_clone *rec)
{
	*request = (struct clone_request){
		.flags = rec->flags,
		.exit_signal = (uint64_t)(__u32)rec->exit_signal,
		.past_kernel_clone = true,
	};
}

const char *rules_fact_text(enum rules_fact fact)
{
	return fact < RULES_FACT_COUNT ? fact_texts[fact] : "";
}

const struct rule *rules_table(size_t *count)
{
	*count = ARRAY_SIZE(rules);
	return rules;
}
