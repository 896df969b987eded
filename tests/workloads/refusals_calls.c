// SPDX-License-Identifier: GPL-2.0
/* Provocations at the system call itself: seccomp, and a signal that makes it start over. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refusals.h"

#define ERESTARTNOINTR 513
#define RESTARTS       3

static int forbid_call(long number, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

/* What a C library does then: clone() in its place. */
static int ask_under_seccomp(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);
	pid_t refused, child;

	if (forbid_call(SYS_clone3, provocation->error))
		return skip(provocation, "no seccomp filters: %m");
	tell_begin();
	refused = ask(&it);
	it.call = "clone";
	child = ask(&it);
	tell(provocation, refused < 0 ? -refused : 0, 1, child);
	waitpid(child, NULL, __WALL);
	return refused == -provocation->error && child > 0 ? 0 : -1;
}

static int ask_without_clone(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	if (forbid_call(SYS_clone, provocation->error))
		return skip(provocation, "no seccomp filters: %m");
	return refuse(provocation, &it);
}

/* Stops itself, so that from then on the one who traces it decides. */
static int be_restarted(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);
	pid_t child;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	tell_begin();
	child = ask(&it);
	tell(provocation, ERESTARTNOINTR, RESTARTS, child > 0 ? child : 0);
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

/*
 * A task that stands at the entry of a system call and gets a signal goes on into that call with
 * the signal pending. fork() then gives up, the signal is taken and dropped here, and the call is
 * made again.
 */
static int restart(pid_t pid)
{
	int status;

	if (syscall(SYS_tgkill, pid, pid, SIGUSR1) || ptrace(PTRACE_SYSCALL, pid, 0, 0))
		return -errno;
	/* The way out of the call, the signal, and the way in again. */
	for (int stop = 0; stop < 3; stop++) {
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			return -ECHILD;
		if (stop < 2 && ptrace(PTRACE_SYSCALL, pid, 0, 0))
			return -errno;
	}
	return 0;
}

static long number_of_call(pid_t pid)
{
	struct __ptrace_syscall_info info = {};

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
	return info.op == PTRACE_SYSCALL_INFO_ENTRY ? (long)info.entry.nr : -1;
}

static int run_until_call(pid_t pid, long number)
{
	int status;

	do {
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) || waitpid(pid, &status, 0) != pid)
			return -errno;
		if (!WIFSTOPPED(status))
			return -ECHILD;
	} while (number_of_call(pid) != number);
	return 0;
}

static int ask_with_signals(const struct provocation *provocation)
{
	int status = 0, ret;
	pid_t pid = fork();

	if (pid == 0)
		_exit(be_restarted(provocation) ? 1 : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return skip(provocation, "cannot trace a child: %m");
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	ret = run_until_call(pid, SYS_clone3);
	for (int i = 0; i < RESTARTS && !ret; i++)
		ret = restart(pid);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	if (waitpid(pid, &status, 0) != pid || status)
		return -1;
	return ret;
}

/* clang-format off */
const struct provocation provocations_calls[] = {
	{ .rule = "X1", .name = "seccomp-clone3-enosys", .error = ENOSYS,
	  .provoke = ask_under_seccomp },
	{ .rule = "X1", .name = "seccomp-clone3-eperm", .error = EPERM,
	  .provoke = ask_under_seccomp },
	{ .rule = "X1", .name = "seccomp-clone-eperm", .error = EPERM, .call = "clone",
	  .provoke = ask_without_clone },
	{ .rule = "D1", .name = "signal-pending", .error = ERESTARTNOINTR,
	  .provoke = ask_with_signals },
	{}
};
