// SPDX-License-Identifier: GPL-2.0
/* Rules of copy_process() about flags, before it has made anything. */
#include "model/rules_table.h"

static bool autoreap_conflict(const struct clone_request *request)
{
	return (request->flags & (CLONE_THREAD | CLONE_PARENT)) || request->exit_signal;
}

static bool autokill_incomplete(const struct clone_request *request)
{
	return !(request->flags & CLONE_PIDFD) || !(request->flags & CLONE_AUTOREAP) ||
	       (request->flags & CLONE_THREAD);
}

static const struct rule rows[] = {
	{
		.id = "C1",
		.error = EINVAL,
		.sentence = "CLONE_NEWNS with CLONE_FS",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_NEWNS | CLONE_FS,
	},
	{
		.id = "C1",
		.error = EINVAL,
		.sentence = "CLONE_EMPTY_MNTNS, which implies CLONE_NEWNS, with CLONE_FS",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_EMPTY_MNTNS | CLONE_FS,
		.none = CLONE_NEWNS,
	},
	{
		.id = "C2",
		.error = EINVAL,
		.sentence = "CLONE_NEWUSER with CLONE_FS",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_NEWUSER | CLONE_FS,
	},
	{
		.id = "C3",
		.error = EPERM,
		.sentence = "CLONE_NEWUSER",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_NEWUSER,
		.fact = RULES_FACT_USERNS_FORBIDDEN,
		.advice = "set kernel.unprivileged_userns_clone to 1",
	},
	{
		.id = "C4",
		.error = EINVAL,
		.sentence = "CLONE_THREAD without CLONE_SIGHAND",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_THREAD,
		.none = CLONE_SIGHAND,
	},
	{
		.id = "C5",
		.error = EINVAL,
		.sentence = "CLONE_SIGHAND without CLONE_VM",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_SIGHAND,
		.none = CLONE_VM,
	},
	{
		.id = "C6",
		.error = EINVAL,
		.sentence = "CLONE_PARENT",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_PARENT,
		.fact = RULES_FACT_PIDNS_INIT,
	},
	{
		.id = "C7",
		.error = EINVAL,
		.sentence = "CLONE_THREAD with CLONE_NEWUSER or CLONE_NEWPID",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_THREAD,
		.any = CLONE_NEWUSER | CLONE_NEWPID,
	},
	{
		.id = "C7",
		.error = EINVAL,
		.sentence = "CLONE_THREAD",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
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
		.stage = CS_STAGE_CHECKS,
		.until = RULES_KERNEL(6, 1),
		.any = CLONE_THREAD | CLONE_VM,
		.fact = RULES_FACT_TIMENS_PENDING,
	},
	{
		.id = "C9",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_DETACHED",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.all = CLONE_PIDFD | CLONE_DETACHED,
	},
	{
		/* Gone with "pidfd: clone: allow CLONE_THREAD | CLONE_PIDFD together" (v6.9). */
		.id = "C9",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD with CLONE_THREAD",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.until = RULES_KERNEL(6, 8),
		.all = CLONE_PIDFD | CLONE_THREAD,
	},
	{
		.id = "C10",
		.error = EINVAL,
		.sentence = "CLONE_AUTOREAP with CLONE_THREAD, CLONE_PARENT or an exit signal",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_AUTOREAP,
		.also = autoreap_conflict,
	},
	{
		.id = "C11",
		.error = EINVAL,
		.sentence = "CLONE_PARENT",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PARENT,
		.fact = RULES_FACT_CALLER_AUTOREAP,
	},
	{
		.id = "C12",
		.error = EINVAL,
		.sentence = "CLONE_NNP with CLONE_THREAD",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_NNP | CLONE_THREAD,
	},
	{
		.id = "C13",
		.error = EINVAL,
		.sentence = "CLONE_PIDFD_AUTOKILL without CLONE_PIDFD, without CLONE_AUTOREAP, or "
			    "with CLONE_THREAD",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PIDFD_AUTOKILL,
		.also = autokill_incomplete,
	},
	{
		.id = "C14",
		.error = EPERM,
		.sentence = "CLONE_PIDFD_AUTOKILL without CLONE_NNP",
		.function = "copy_process",
		.stage = CS_STAGE_CHECKS,
		.since = RULES_KERNEL(7, 1),
		.all = CLONE_PIDFD_AUTOKILL,
		.none = CLONE_NNP,
		.fact = RULES_FACT_NO_CAP_SYS_ADMIN,
	},
};

const struct rules_chapter rules_of_flags = {rows, ARRAY_SIZE(rows)};
