// SPDX-License-Identifier: GPL-2.0
/* Provocations by what clone3() is told alone: it is refused before kernel_clone(), or by it. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "refusals.h"

/* A struct clone_args with a whole page, and more, behind it. */
#define LARGE_BYTES 8192

static union {
	struct clone_args args;
	char bytes[LARGE_BYTES];
} large __attribute__((aligned(8)));

static int set_tids[33];
static int tid_word;

static int ask_large(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	large.args = it.args;
	it.where = &large;
	return refuse(provocation, &it);
}

static int ask_with_trailing_byte(const struct provocation *provocation)
{
	large.bytes[provocation->size - 1] = 1;
	return ask_large(provocation);
}

/* Mapped, then taken away: no one else can be there. */
static uintptr_t nowhere(void)
{
	void *page = mmap(NULL, LARGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		err(1, "cannot map a page");
	return (uintptr_t)page;
}

static int ask_from_nowhere(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.where = (const void *)nowhere();
	return refuse(provocation, &it);
}

static int ask_with_set_tids(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.set_tid = (uintptr_t)set_tids;
	return refuse(provocation, &it);
}

static int ask_with_set_tid_nowhere(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.set_tid = nowhere();
	return refuse(provocation, &it);
}

static int ask_with_one_pointer(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.pidfd = (uintptr_t)&tid_word;
	it.args.parent_tid = (uintptr_t)&tid_word;
	return refuse(provocation, &it);
}

static int ask_with_stack(const struct provocation *provocation)
{
	static char stack[4096] __attribute__((aligned(16)));
	struct ask it = ask_of(provocation);

	it.args.stack = (uintptr_t)stack;
	return refuse(provocation, &it);
}

/* clang-format off */
const struct provocation provocations_args[] = {
	{ .rule = "A1", .name = "size-above-page", .error = E2BIG, .provoke = ask_large,
	  .size = LARGE_BYTES, .number = { "size", LARGE_BYTES } },
	{ .rule = "A2", .name = "size-below-first", .error = EINVAL,
	  .size = 40, .number = { "size", 40 } },
	{ .rule = "A3", .name = "trailing-byte", .error = E2BIG, .provoke = ask_with_trailing_byte,
	  .size = 104, .number = { "size", 104 } },
	{ .rule = "A3", .name = "args-unreadable", .error = EFAULT, .provoke = ask_from_nowhere },
	{ .rule = "A4", .name = "set-tid-size-33", .error = EINVAL, .provoke = ask_with_set_tids,
	  .args = { .set_tid_size = 33 }, .number = { "set_tid_size", 33 } },
	{ .rule = "A5", .name = "set-tid-null", .error = EINVAL,
	  .args = { .set_tid_size = 1 } },
	{ .rule = "A6", .name = "set-tid-size-0", .error = EINVAL, .provoke = ask_with_set_tids },
	{ .rule = "A7", .name = "exit-signal-256", .error = EINVAL, .exit_signal = 256 },
	{ .rule = "A8", .name = "exit-signal-65", .error = EINVAL, .exit_signal = 65,
	  .until = KERNEL(7, 1) },
	{ .rule = "A9", .name = "cgroup-above-int", .error = EINVAL, .flags = CLONE_INTO_CGROUP,
	  .args = { .cgroup = INT_MAX + 1LL } },
	{ .rule = "A9", .name = "cgroup-beyond-size", .error = EINVAL, .flags = CLONE_INTO_CGROUP,
	  .size = 80, .number = { "size", 80 } },
	{ .rule = "A10", .name = "set-tid-unreadable", .error = EFAULT,
	  .provoke = ask_with_set_tid_nowhere, .args = { .set_tid_size = 1 } },
	{ .rule = "A11", .name = "flag-40", .error = EINVAL, .flags = 1ULL << 40 },
	{ .rule = "A12", .name = "clone3-detached", .error = EINVAL, .flags = CLONE_DETACHED },
	{ .rule = "A12", .name = "signal-in-flags", .error = EINVAL, .flags = SIGCHLD },
	{ .rule = "A13", .name = "clear-shared-sighand", .error = EINVAL,
	  .flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND },
	{ .rule = "A14", .name = "thread-with-signal", .error = EINVAL, .flags = THREAD_NEEDS,
	  .exit_signal = SIGCHLD },
	{ .rule = "A14", .name = "parent-with-signal", .error = EINVAL, .flags = CLONE_PARENT,
	  .exit_signal = SIGCHLD },
	{ .rule = "A15", .name = "stack-size-alone", .error = EINVAL,
	  .args = { .stack_size = 4096 } },
	{ .rule = "A15", .name = "stack-alone", .error = EINVAL, .provoke = ask_with_stack },
	{ .rule = "A15", .name = "stack-of-kernel", .error = EINVAL,
	  .args = { .stack = 1ULL << 63, .stack_size = 4096 } },
	{ .rule = "B1", .name = "clone-pidfd-settid", .error = EINVAL, .call = "clone",
	  .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .provoke = ask_with_one_pointer },
	{ .rule = "B1", .name = "clone3-pidfd-settid", .error = EINVAL,
	  .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .provoke = ask_with_one_pointer },
	{ .rule = "B2", .name = "clone-exit-signal-65", .error = EINVAL, .call = "clone",
	  .exit_signal = 65, .since = KERNEL(7, 2) },
	{ .rule = "B2", .name = "clone3-exit-signal-65", .error = EINVAL, .exit_signal = 65,
	  .since = KERNEL(7, 2) },
	{}
};
