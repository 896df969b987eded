// SPDX-License-Identifier: GPL-2.0
/* Provocations by what has run out, and by what the caller runs as. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deadline.h"
#include "refusals.h"

static int pidfd_word;

static int ask_as_told(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	return refuse(provocation, &it);
}

/* Fewer than the kernel threads alone are. */
static int ask_at_threads_max(const struct provocation *provocation)
{
	if (sysctl_set("/proc/sys/kernel/threads-max", 37))
		return skip(provocation, "no kernel.threads-max");
	expect_text("sysctl", "kernel.threads-max");
	expect_number("threads_max", 37);
	return ask_as_told(provocation);
}

static int ask_with_deadline(const struct provocation *provocation)
{
	if (deadline_become())
		return skip(provocation, "no SCHED_DEADLINE: %m");
	expect_text("policy", "SCHED_DEADLINE");
	return ask_as_told(provocation);
}

#define FEW_FILES 1024
#define HIGH_FD	  5000

static int ask_above_nr_open(const struct provocation *provocation)
{
	const struct rlimit limit = {HIGH_FD + 1, HIGH_FD + 1};

	if (setrlimit(RLIMIT_NOFILE, &limit) || dup2(STDERR_FILENO, HIGH_FD) < 0)
		return skip(provocation, "no file descriptor %d: %m", HIGH_FD);
	if (sysctl_set("/proc/sys/fs/nr_open", FEW_FILES))
		return skip(provocation, "no fs.nr_open");
	expect_text("sysctl", "fs.nr_open");
	expect_number("nr_open", FEW_FILES);
	return ask_as_told(provocation);
}

static long long meminfo_kib(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	long long kib = 0, value;
	char key[64];

	while (file && fscanf(file, "%63s %lld%*[^\n]", key, &value) == 2)
		if (!strcmp(key, name))
			kib = value;
	if (file)
		fclose(file);
	return kib;
}

/* In percent of the memory. */
#define MUCH 300

/* Of a limit, as much as can't be promised twice; in tenths, for each is to be less than memory. */
static int map_most_of(size_t limit)
{
	for (int i = 0; i < 6; i++)
		if (mmap(NULL, limit / 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0) == MAP_FAILED)
			return -1;
	return 0;
}

/*
 * Mapped while that is allowed. What others are promised meanwhile, a file in a tmpfs too, is under
 * the same limit: it leaves them more than there is.
 */
static int ask_without_overcommit(const struct provocation *provocation)
{
	if (sysctl_set("/proc/sys/vm/overcommit_ratio", MUCH))
		return skip(provocation, "no vm.overcommit_ratio");
	if (map_most_of(meminfo_kib("CommitLimit:") * 1024))
		return skip(provocation, "cannot map so much: %m");
	if (sysctl_set("/proc/sys/vm/overcommit_memory", 2))
		return skip(provocation, "no vm.overcommit_memory");
	expect_text("sysctl", "vm.overcommit_memory");
	expect_number("overcommit", 2);
	return ask_as_told(provocation);
}

static int ask_with_kernel_tls(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.tls = 1ULL << 63;
	return refuse(provocation, &it);
}

#define FEW_FDS 11

static int ask_without_fds(const struct provocation *provocation)
{
	const struct rlimit limit = {FEW_FDS, FEW_FDS};
	struct ask it = ask_of(provocation);

	setrlimit(RLIMIT_NOFILE, &limit);
	while (dup(STDERR_FILENO) >= 0)
		;
	it.args.pidfd = (uintptr_t)&pidfd_word;
	expect_text("limit", "RLIMIT_NOFILE");
	expect_number("nofile", FEW_FDS);
	return refuse(provocation, &it);
}

/* Address 8 is in the page at 0 that nobody can map. */
static int ask_with_bad_pidfd(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	it.args.pidfd = 8;
	return refuse(provocation, &it);
}

/* clang-format off */
const struct provocation provocations_limits[] = {
	{ .rule = "G2", .name = "threads-max", .error = EAGAIN, .call = "fork",
	  .provoke = ask_at_threads_max },
	{ .rule = "I1", .name = "deadline", .error = EAGAIN, .call = "fork",
	  .provoke = ask_with_deadline },
	{ .rule = "K2", .name = "nr-open", .error = EMFILE, .call = "fork",
	  .provoke = ask_above_nr_open },
	{ .rule = "L1", .name = "overcommit", .error = ENOMEM, .call = "fork",
	  .provoke = ask_without_overcommit },
	{ .rule = "O1", .name = "kernel-tls", .error = EPERM, .flags = CLONE_SETTLS,
	  .provoke = ask_with_kernel_tls },
	{ .rule = "Q1", .name = "no-fd-left", .error = EMFILE, .flags = CLONE_PIDFD,
	  .provoke = ask_without_fds },
	{ .rule = "Q2", .name = "pidfd-nowhere", .error = EFAULT, .flags = CLONE_PIDFD,
	  .provoke = ask_with_bad_pidfd },
	{ .rule = "Q2", .name = "clone-pidfd-nowhere", .error = EFAULT, .call = "clone",
	  .flags = CLONE_PIDFD, .provoke = ask_with_bad_pidfd },
	{}
};
