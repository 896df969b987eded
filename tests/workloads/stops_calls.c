// SPDX-License-Identifier: GPL-2.0
/* Stops that are one clone each: every call, flags one by one, namespaces, cgroups. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tour.h"

#define PTHREAD_FLAGS                                                                       \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

int visit_call(const struct stop *stop)
{
	struct request request = stop_request(stop);

	return stop_make(stop, &request);
}

int visit_glibc_fork(const struct stop *stop)
{
	struct report *report = report_new();
	struct expected expected;
	pid_t pid;

	truth_begin(&expected, stop->name, stop->via, stop->flags, stop->exit_signal);
	pid = fork();
	if (pid == 0) {
		report_self(report);
		_exit(0);
	}
	truth_outcome(&expected, pid < 0 ? -errno : pid);
	if (pid > 0 && waitpid(pid, NULL, 0) == pid)
		truth_report(&expected, report);
	truth_write(&expected);
	report_free(report);
	return expected.error ? -1 : 0;
}

/* posix_spawn() uses clone3() since 2.34; 2.38 adds CLEAR_SIGHAND where it can. */
static bool spawn_flags_known(void)
{
	double version = atof(gnu_get_libc_version());

	return version > 2.335 && version < 2.375;
}

/*
 * posix_spawn() answers for the exec too, which is why the program must be
 * known to be there: then a failure is the clone's.
 */
int spawn_and_tell(const struct stop *stop, const char *path, char *const argv[])
{
	struct expected expected;
	int error, status = 0;
	pid_t pid = 0;

	if (access(path, X_OK))
		return -1;
	truth_begin(&expected, stop->name, "clone3", CLONE_VM | CLONE_VFORK, SIGCHLD);
	if (!spawn_flags_known())
		expected.known &= ~(TRUTH_FLAGS | TRUTH_VIA);
	error = posix_spawn(&pid, path, NULL, NULL, argv, NULL);
	truth_outcome(&expected, error ? -error : pid);
	if (!error)
		waitpid(pid, &status, 0);
	truth_write(&expected);
	return error || status ? -1 : 0;
}

int visit_spawn(const struct stop *stop)
{
	char *argv[] = {"tour", "--nothing", NULL};

	return spawn_and_tell(stop, "/proc/self/exe", argv);
}

struct thread {
	struct report *report;
	pid_t tid;
};

static void *thread_main(void *arg)
{
	struct thread *thread = arg;

	thread->tid = gettid();
	report_self(thread->report);
	return NULL;
}

int visit_pthread(const struct stop *stop)
{
	struct thread thread = {.report = report_new()};
	struct expected expected;
	pthread_t handle;
	int error;

	truth_begin(&expected, stop->name, stop->via, PTHREAD_FLAGS, 0);
	error = pthread_create(&handle, NULL, thread_main, &thread);
	if (!error)
		pthread_join(handle, NULL);
	truth_outcome(&expected, error ? -error : thread.tid);
	if (!error)
		truth_report(&expected, thread.report);
	truth_write(&expected);
	report_free(thread.report);
	return error ? -1 : 0;
}

/* The child's parent is then the tour, since the helper's is. */
int visit_clone_parent(const struct stop *stop)
{
	return stop_in_helper(stop, visit_call);
}

/*
 * A number no task has, far from those the kernel is to hand out next, and
 * another each time, so that it stands for one child.
 */
static pid_t free_tid(void)
{
	static pid_t tid = 30000;
	char path[32];

	while (--tid > 20000) {
		snprintf(path, sizeof(path), "/proc/%d", tid);
		if (access(path, F_OK))
			return tid;
	}
	return 0;
}

int visit_set_tid(const struct stop *stop)
{
	struct request request = stop_request(stop);

	request.set_tid = free_tid();
	return stop_make(stop, &request);
}

static const char cgroup_path[] = "/sys/fs/cgroup/cs-tour";

int visit_into_cgroup(const struct stop *stop)
{
	struct request request = stop_request(stop);
	int ret;

	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK))
		return stop_skip(stop, "no cgroup2 at /sys/fs/cgroup");
	if (mkdir(cgroup_path, 0755) && errno != EEXIST)
		return stop_skip(stop, "cannot make %s: %m", cgroup_path);
	request.cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = stop_make(stop, &request);
	close(request.cgroup);
	rmdir(cgroup_path);
	return ret;
}

int visit_namespace(const struct stop *stop)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", stop->ns);
	if (access(path, F_OK))
		return stop_skip(stop, "the kernel has no %s namespaces", stop->ns);
	return visit_call(stop);
}
