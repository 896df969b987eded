// SPDX-License-Identifier: GPL-2.0
/* Provocations by flags that don't go together, some of them only for a certain caller. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refusals.h"

/* Newer than most <linux/sched.h>: since Linux 7.1. */
#ifndef CLONE_AUTOREAP
#define CLONE_AUTOREAP	     (1ULL << 34)
#define CLONE_NNP	     (1ULL << 35)
#define CLONE_PIDFD_AUTOKILL (1ULL << 36)
#define CLONE_EMPTY_MNTNS    (1ULL << 37)
#endif

static int pidfd_word;

static int ask_as_told(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.pidfd = (uintptr_t)&pidfd_word;
	return refuse(provocation, &it);
}

static int ask_without_signal(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.exit_signal = 0;
	it.args.pidfd = (uintptr_t)&pidfd_word;
	return refuse(provocation, &it);
}

static int ask_as_init(const struct provocation *provocation)
{
	return in_pid_ns(1, ask_as_told, provocation);
}

static int ask_with_pid_ns_pending(const struct provocation *provocation)
{
	if (unshare(CLONE_NEWPID))
		return skip(provocation, "no pid namespaces: %m");
	return ask_as_told(provocation);
}

static int ask_with_time_ns_pending(const struct provocation *provocation)
{
	if (unshare(CLONE_NEWTIME))
		return skip(provocation, "no time namespaces: %m");
	return ask_as_told(provocation);
}

static int ask_as_user(const struct provocation *provocation)
{
	if (become_user())
		return skip(provocation, "cannot become user %d", LONELY_UID);
	return ask_without_signal(provocation);
}

/* Nobody can wait for a child that reaps itself: it says through a pipe how it went. */
static int ask_as_autoreaped(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);
	struct clone_args reaped = {.flags = CLONE_AUTOREAP};
	int pipes[2], ret = -1;
	pid_t pid;

	if (pipe(pipes))
		return skip(provocation, "no pipe: %m");
	pid = syscall(SYS_clone3, &reaped, sizeof(reaped));
	if (pid == 0) {
		ret = refuse(provocation, &it);
		_exit(write(pipes[1], &ret, sizeof(ret)) != sizeof(ret));
	}
	if (pid < 0)
		return skip(provocation, "no CLONE_AUTOREAP: %m");
	close(pipes[1]);
	return read(pipes[0], &ret, sizeof(ret)) == sizeof(ret) ? ret : -1;
}

/* clang-format off */
const struct provocation provocations_flags[] = {
	{ .rule = "C1", .name = "newns-fs", .error = EINVAL, .call = "clone",
	  .flags = CLONE_NEWNS | CLONE_FS },
	{ .rule = "C1", .name = "empty-mntns-fs", .error = EINVAL,
	  .flags = CLONE_EMPTY_MNTNS | CLONE_FS, .since = KERNEL(7, 1) },
	{ .rule = "C2", .name = "newuser-fs", .error = EINVAL, .call = "clone",
	  .flags = CLONE_NEWUSER | CLONE_FS },
	{ .rule = "C4", .name = "thread-alone", .error = EINVAL, .call = "clone",
	  .flags = CLONE_THREAD },
	{ .rule = "C4", .name = "clone3-thread-alone", .error = EINVAL, .flags = CLONE_THREAD },
	{ .rule = "C5", .name = "sighand-alone", .error = EINVAL, .call = "clone",
	  .flags = CLONE_SIGHAND },
	{ .rule = "C6", .name = "parent-of-init", .error = EINVAL, .flags = CLONE_PARENT,
	  .provoke = ask_as_init },
	{ .rule = "C7", .name = "thread-newpid", .error = EINVAL, .call = "clone",
	  .flags = THREAD_NEEDS | CLONE_NEWPID },
	{ .rule = "C7", .name = "thread-newuser", .error = EINVAL,
	  .flags = THREAD_NEEDS | CLONE_NEWUSER },
	{ .rule = "C7", .name = "thread-after-unshare", .error = EINVAL, .flags = THREAD_NEEDS,
	  .provoke = ask_with_pid_ns_pending },
	{ .rule = "C8", .name = "vfork-after-unshare", .error = EINVAL, .call = "vfork",
	  .flags = CLONE_VM | CLONE_VFORK, .provoke = ask_with_time_ns_pending,
	  .until = KERNEL(6, 1) },
	{ .rule = "C8", .name = "thread-after-newtime", .error = EINVAL, .flags = THREAD_NEEDS,
	  .provoke = ask_with_time_ns_pending, .until = KERNEL(6, 1) },
	{ .rule = "C9", .name = "pidfd-detached", .error = EINVAL, .call = "clone",
	  .flags = CLONE_PIDFD | CLONE_DETACHED, .provoke = ask_as_told },
	{ .rule = "C9", .name = "pidfd-thread", .error = EINVAL,
	  .flags = CLONE_PIDFD | THREAD_NEEDS, .provoke = ask_as_told, .until = KERNEL(6, 8) },
	{ .rule = "C10", .name = "autoreap-signal", .error = EINVAL, .flags = CLONE_AUTOREAP,
	  .since = KERNEL(7, 1) },
	{ .rule = "C11", .name = "parent-of-autoreaped", .error = EINVAL, .flags = CLONE_PARENT,
	  .provoke = ask_as_autoreaped, .since = KERNEL(7, 1) },
	{ .rule = "C12", .name = "nnp-thread", .error = EINVAL, .flags = CLONE_NNP | THREAD_NEEDS,
	  .since = KERNEL(7, 1) },
	{ .rule = "C13", .name = "autokill-alone", .error = EINVAL, .flags = CLONE_PIDFD_AUTOKILL,
	  .provoke = ask_without_signal, .since = KERNEL(7, 1) },
	{ .rule = "C14", .name = "autokill-as-user", .error = EPERM,
	  .flags = CLONE_PIDFD_AUTOKILL | CLONE_PIDFD | CLONE_AUTOREAP, .provoke = ask_as_user,
	  .since = KERNEL(7, 1) },
	{}
};
