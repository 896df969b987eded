// SPDX-License-Identifier: GPL-2.0
/* What provocations change around them, and how it is put back. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refusals.h"

#define MOST_SYSCTLS 8

/* Shared, since the process that has set them may not live to put them back. */
static struct {
	int count;
	struct {
		char path[64];
		long long value;
	} was[MOST_SYSCTLS];
} * sysctls;

int running_kernel(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	return KERNEL(major, minor);
}

int write_file(const char *path, const char *text)
{
	ssize_t size = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, size) != size)
		ret = -errno;
	close(fd);
	return ret;
}

long long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (read(fd, text, sizeof(text) - 1) < 0)
		err(1, "cannot read %s", path);
	close(fd);
	return strtoll(text, NULL, 10);
}

void sysctls_init(void)
{
	sysctls = mmap(NULL, sizeof(*sysctls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (sysctls == MAP_FAILED)
		err(1, "cannot map a page shared with children");
}

static int write_number(const char *path, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	return write_file(path, text);
}

int sysctl_set(const char *path, long long value)
{
	int i = sysctls->count;

	if (access(path, W_OK))
		return -errno;
	if (i == MOST_SYSCTLS)
		return -ENOSPC;
	strncpy(sysctls->was[i].path, path, sizeof(sysctls->was[i].path) - 1);
	sysctls->was[i].value = read_number(path);
	sysctls->count++;
	return write_number(path, value);
}

void sysctls_restore(void)
{
	while (sysctls->count) {
		int i = --sysctls->count;

		if (write_number(sysctls->was[i].path, sysctls->was[i].value))
			warnx("cannot put %s back", sysctls->was[i].path);
	}
}

/* Whoever changes its user does not own its /proc files, until it says that it may be dumped. */
int become_user(void)
{
	if (setgroups(0, NULL) || setresgid(LONELY_UID, LONELY_UID, LONELY_UID) ||
	    setresuid(LONELY_UID, LONELY_UID, LONELY_UID))
		return -errno;
	return prctl(PR_SET_DUMPABLE, 1) ? -errno : 0;
}

int enter_user_ns(void)
{
	char uids[32], gids[32];
	int ret;

	snprintf(uids, sizeof(uids), "0 %d 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %d 1", getegid());
	if (unshare(CLONE_NEWUSER))
		return -errno;
	ret = write_file("/proc/self/uid_map", uids);
	/* Denied above is denied below, and need not, cannot be said again. */
	if (!ret)
		write_file("/proc/self/setgroups", "deny");
	return ret ? ret : write_file("/proc/self/gid_map", gids);
}

uint64_t ns_inode(const char *name)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return stat(path, &st) ? 0 : st.st_ino;
}

int in_pid_ns(int depth, int (*provoke)(const struct provocation *provocation),
	      const struct provocation *provocation)
{
	int status = -1;
	pid_t pid;

	if (depth == 0)
		return provoke(provocation);
	pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(in_pid_ns(depth - 1, provoke, provocation) ? 1 : 0);
	if (pid < 0)
		return skip(provocation, "no pid namespace: %m");
	if (waitpid(pid, &status, 0) != pid)
		err(1, "cannot wait for %d", pid);
	return status ? -1 : 0;
}

int hold_namespaces(int flags)
{
	int pipes[2], error = EIO;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0) {
		error = unshare(flags) ? errno : 0;
		if (write(pipes[1], &error, sizeof(error)) != sizeof(error) || error)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	if (pid < 0 || read(pipes[0], &error, sizeof(error)) != sizeof(error))
		error = EIO;
	close(pipes[0]);
	return -error;
}

int cgroups_init(void)
{
	if (access("/sys/fs/cgroup/cgroup.subtree_control", W_OK))
		return -errno;
	if (mkdir(CGROUPS, 0755) && errno != EEXIST)
		return -errno;
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+pids");
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	write_file(CGROUPS "/cgroup.subtree_control", "+pids");
	write_file(CGROUPS "/cgroup.subtree_control", "+memory");
	return 0;
}

static int remove_folder(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)where;
	if (type == FTW_DP && rmdir(path))
		warn("cannot remove %s", path);
	return 0;
}

void cgroups_remove(void)
{
	nftw(CGROUPS, remove_folder, 8, FTW_DEPTH | FTW_PHYS);
}

int cgroup_make(const char *path)
{
	char whole[128];

	snprintf(whole, sizeof(whole), CGROUPS "/%s", path);
	return mkdir(whole, 0755) ? -errno : 0;
}

int cgroup_write(const char *path, const char *file, const char *text)
{
	char whole[192];

	snprintf(whole, sizeof(whole), CGROUPS "/%s/%s", path, file);
	return write_file(whole, text);
}

int cgroup_open(const char *path)
{
	char whole[128];
	int fd;

	snprintf(whole, sizeof(whole), CGROUPS "/%s", path);
	fd = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
