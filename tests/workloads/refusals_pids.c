// SPDX-License-Identifier: GPL-2.0
/* Provocations by numbers of tasks: those asked for by set_tid, and those that run out. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refusals.h"

static int tids[33];

static int ask_for_tids(const struct provocation *provocation, int count)
{
	struct ask it = ask_of(provocation);

	it.args.set_tid = (uintptr_t)tids;
	it.args.set_tid_size = count;
	return refuse(provocation, &it);
}

/* A number that no task has. */
static int free_tid(void)
{
	char path[32];
	int tid = 30000;

	do
		snprintf(path, sizeof(path), "/proc/%d", --tid);
	while (!access(path, F_OK));
	return tid;
}

static int ask_for_more_than_levels(const struct provocation *provocation)
{
	tids[0] = free_tid();
	tids[1] = tids[0];
	expect_number("set_tid_size", 2);
	return ask_for_tids(provocation, 2);
}

static int ask_for_tid_0(const struct provocation *provocation)
{
	expect_number("set_tid", 0);
	return ask_for_tids(provocation, 1);
}

static int ask_for_pid_max(const struct provocation *provocation)
{
	tids[0] = read_number("/proc/sys/kernel/pid_max");
	expect_number("set_tid", tids[0]);
	return ask_for_tids(provocation, 1);
}

/* clone3() with CLONE_NEWPID, or unshare() before it: either way it would be the first. */
static int ask_to_be_first(const struct provocation *provocation)
{
	if (!(provocation->flags & CLONE_NEWPID) && unshare(CLONE_NEWPID))
		return skip(provocation, "no pid namespaces: %m");
	tids[0] = 77;
	expect_number("set_tid", 77);
	return ask_for_tids(provocation, 1);
}

static int ask_as_user(const struct provocation *provocation)
{
	tids[0] = free_tid();
	if (become_user())
		return skip(provocation, "cannot become user %d", LONELY_UID);
	expect_text("capability", "CAP_CHECKPOINT_RESTORE");
	return ask_for_tids(provocation, 1);
}

static int ask_for_own_tid(const struct provocation *provocation)
{
	tids[0] = getpid();
	expect_number("set_tid", tids[0]);
	return ask_for_tids(provocation, 1);
}

/* Free inside, in use outside. */
static int ask_for_tid_above(const struct provocation *provocation)
{
	tids[0] = 77;
	expect_number("set_tid", tids[1]);
	expect_number("level", 0);
	return ask_for_tids(provocation, 2);
}

static int ask_for_tid_above_inside(const struct provocation *provocation)
{
	tids[1] = getpid();
	return in_pid_ns(1, ask_for_tid_above, provocation);
}

/* Free outside, in use inside. */
static int ask_for_tid_1(const struct provocation *provocation)
{
	tids[0] = 1;
	expect_number("set_tid", 1);
	expect_number("level", 1);
	return ask_for_tids(provocation, 2);
}

static int ask_for_tid_1_inside(const struct provocation *provocation)
{
	tids[1] = free_tid();
	return in_pid_ns(1, ask_for_tid_1, provocation);
}

/* RESERVED_PIDS and one: the smallest that the kernel takes. */
#define SMALLEST_PID_MAX 301

static int ask_without_pids(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	if (sysctl_set("/proc/sys/kernel/pid_max", SMALLEST_PID_MAX))
		return skip(provocation, "no kernel.pid_max");
	expect_text("sysctl", "pid_max");
	expect_number("pid_max", SMALLEST_PID_MAX);
	return refuse_at_last(provocation, &it, SMALLEST_PID_MAX);
}

/* Its first process, and so its init, ends at once. */
static int ask_after_init(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);
	pid_t init;

	if (unshare(CLONE_NEWPID))
		return skip(provocation, "no pid namespaces: %m");
	init = ask(&it);
	if (init < 0 || waitpid(init, NULL, 0) != init)
		return skip(provocation, "no init for the pid namespace");
	return refuse(provocation, &it);
}

/* clang-format off */
const struct provocation provocations_pids[] = {
	{ .rule = "P1", .name = "set-tid-levels", .error = EINVAL,
	  .provoke = ask_for_more_than_levels },
	{ .rule = "P2", .name = "set-tid-0", .error = EINVAL, .provoke = ask_for_tid_0 },
	{ .rule = "P2", .name = "set-tid-pid-max", .error = EINVAL, .provoke = ask_for_pid_max },
	{ .rule = "P3", .name = "set-tid-of-first", .error = EINVAL, .flags = CLONE_NEWPID,
	  .provoke = ask_to_be_first },
	{ .rule = "P3", .name = "set-tid-after-unshare", .error = EINVAL,
	  .provoke = ask_to_be_first },
	{ .rule = "P4", .name = "set-tid-as-user", .error = EPERM, .provoke = ask_as_user },
	{ .rule = "P5", .name = "set-tid-in-use", .error = EEXIST, .provoke = ask_for_own_tid },
	{ .rule = "P5", .name = "set-tid-in-use-above", .error = EEXIST,
	  .provoke = ask_for_tid_above_inside },
	{ .rule = "P5", .name = "set-tid-in-use-inside", .error = EEXIST,
	  .provoke = ask_for_tid_1_inside },
	{ .rule = "P6", .name = "pid-max", .error = EAGAIN, .call = "fork",
	  .provoke = ask_without_pids },
	{ .rule = "P7", .name = "pid-ns-dying", .error = ENOMEM, .call = "fork",
	  .provoke = ask_after_init },
	{}
};
