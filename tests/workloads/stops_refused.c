// SPDX-License-Identifier: GPL-2.0
/* Stops whose clone the kernel is to refuse, each for another reason. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deadline.h"
#include "numa.h"
#include "tour.h"

/* A user with no other processes, so that RLIMIT_NPROC counts ours alone. */
#define LONELY_UID 54321

/* A file descriptor that is not open. */
#define BAD_FD 1000000

int visit_set_tid_in_use(const struct stop *stop)
{
	struct request request = stop_request(stop);

	request.set_tid = getpid();
	return stop_make(stop, &request);
}

int visit_bad_cgroup(const struct stop *stop)
{
	struct request request = stop_request(stop);

	request.cgroup = BAD_FD;
	return stop_make(stop, &request);
}

/* Thread-local storage in the kernel's half of the addresses. */
int visit_bad_tls(const struct stop *stop)
{
	struct request request = stop_request(stop);

	request.tls = 1ULL << 63;
	return stop_make(stop, &request);
}

static int become_user(void)
{
	if (setgroups(0, NULL) || setresgid(LONELY_UID, LONELY_UID, LONELY_UID))
		return -errno;
	return setresuid(LONELY_UID, LONELY_UID, LONELY_UID) ? -errno : 0;
}

static int call_as_user(const struct stop *stop)
{
	if (become_user())
		return stop_skip(stop, "cannot become user %d: %m", LONELY_UID);
	return visit_call(stop);
}

int visit_as_user(const struct stop *stop)
{
	return stop_in_helper(stop, call_as_user);
}

static int call_at_process_limit(const struct stop *stop)
{
	const struct rlimit one = {1, 1};

	setrlimit(RLIMIT_NPROC, &one);
	return call_as_user(stop);
}

int visit_no_processes_left(const struct stop *stop)
{
	return stop_in_helper(stop, call_at_process_limit);
}

static int call_at_file_limit(const struct stop *stop)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_NOFILE, &none);
	return visit_call(stop);
}

int visit_no_files_left(const struct stop *stop)
{
	return stop_in_helper(stop, call_at_file_limit);
}

static int call_with_deadline(const struct stop *stop)
{
	if (deadline_become())
		return stop_skip(stop, "no SCHED_DEADLINE: %m");
	return visit_call(stop);
}

int visit_deadline(const struct stop *stop)
{
	return stop_in_helper(stop, call_with_deadline);
}

static const char full_cgroup[] = "/sys/fs/cgroup/cs-tour-full";

static int write_file(const char *dir, const char *name, const char *text)
{
	ssize_t size = strlen(text);
	char path[128];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, size) == size ? 0 : -errno;
	close(fd);
	return ret;
}

static int call_in_full_cgroup(const struct stop *stop)
{
	if (write_file(full_cgroup, "pids.max", "1") ||
	    write_file(full_cgroup, "cgroup.procs", "0"))
		return stop_skip(stop, "no pids controller in %s", full_cgroup);
	return visit_call(stop);
}

int visit_full_cgroup(const struct stop *stop)
{
	int ret;

	write_file("/sys/fs/cgroup", "cgroup.subtree_control", "+pids");
	if (mkdir(full_cgroup, 0755) && errno != EEXIST)
		return stop_skip(stop, "cannot make %s: %m", full_cgroup);
	ret = stop_in_helper(stop, call_in_full_cgroup);
	rmdir(full_cgroup);
	return ret;
}
