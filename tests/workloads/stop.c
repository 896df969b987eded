// SPDX-License-Identifier: GPL-2.0
/* Making and writing down the one clone that a stop is for. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tour.h"

struct request stop_request(const struct stop *stop)
{
	return (struct request){
		.via = stop->via,
		.flags = stop->flags,
		.exit_signal = stop->exit_signal,
		.report = report_new(),
	};
}

int stop_skip(const struct stop *stop, const char *format, ...)
{
	char reason[160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	truth_skip(stop->name, reason);
	return 0;
}

/*
 * What never came to kernel_clone() was never in its arguments: no flags but
 * those asked for, and copy_process() had no policy to copy.
 */
static void forget_late_facts(struct expected *expected)
{
	expected->kernel_clone = false;
	expected->known &= ~(TRUTH_FLAGS | TRUTH_POLICY | TRUTH_VMA | TRUTH_NODE);
	expected->known |= TRUTH_ASKED;
}

/* A child that shares the memory, or none, copies no VMA. */
static int vma_policies(const struct stop *stop)
{
	return stop->flags & CLONE_VM || stop->error ? 0 : stop->vmas;
}

int stop_make(const struct stop *stop, const struct request *request)
{
	struct expected expected;
	pid_t tid;

	truth_begin(&expected, stop->name, stop->via, stop->flags, stop->exit_signal);
	tid = child_make(request);
	truth_outcome(&expected, tid);
	if (tid == -ENOSYS)
		return stop_skip(stop, "%s: %s", stop->via, strerror(ENOSYS));
	expected.vma_policies = vma_policies(stop);
	if (stop->early)
		forget_late_facts(&expected);
	if (tid > 0) {
		child_wait(request, tid);
		truth_report(&expected, request->report);
	}
	truth_write(&expected);
	report_free(request->report);
	if (expected.error == stop->error)
		return 0;
	warnx("%s: answered \"%s\", not \"%s\"", stop->name, strerror(expected.error),
	      strerror(stop->error));
	return -1;
}

/* Of CLONE_PARENT, the tour has a grandchild to wait for. */
static int wait_for_all(pid_t helper)
{
	int helper_status = -1;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		if (pid == helper)
			helper_status = status;
	return helper_status;
}

int stop_in_helper(const struct stop *stop, int (*in_helper)(const struct stop *stop))
{
	struct expected expected;
	pid_t pid;

	truth_begin(&expected, stop->name, "clone", GLIBC_FORK_FLAGS, SIGCHLD);
	pid = fork();
	if (pid == 0)
		_exit(in_helper(stop) ? 1 : 0);
	truth_outcome(&expected, pid < 0 ? -errno : pid);
	truth_write(&expected);
	if (pid < 0 || wait_for_all(pid)) {
		warnx("%s: its helper process failed", stop->name);
		return -1;
	}
	return 0;
}
