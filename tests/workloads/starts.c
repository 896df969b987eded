// SPDX-License-Identifier: GPL-2.0
/* Makes children as glibc's posix_spawn(), a service manager and a restorer of processes do. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char cgroup_path[] = "/sys/fs/cgroup/cs-service";
static char *const program[] = {"true", NULL};

/* The child ends, having been restored, or becomes the program, if it is a service. */
static pid_t make(struct clone_args *args)
{
	pid_t pid = syscall(SYS_clone3, args, sizeof(*args));

	if (pid < 0)
		err(1, "clone3 with flags %#llx", (unsigned long long)args->flags);
	if (pid == 0 && !(args->flags & CLONE_INTO_CGROUP))
		_exit(0);
	if (pid == 0) {
		execv("/bin/true", program);
		_exit(127);
	}
	return pid;
}

static void await(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "child %d ended with %#x", pid, status);
}

static void spawn(void)
{
	pid_t pid;

	errno = posix_spawn(&pid, "/bin/true", NULL, NULL, program, NULL);
	if (errno)
		err(1, "posix_spawn");
	await(pid);
}

/* As systemd starts a service, without the shared memory: straight into its cgroup. */
static void start_service(void)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};

	if (mkdir(cgroup_path, 0755))
		err(1, "mkdir %s", cgroup_path);
	args.cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	await(make(&args));
	if (rmdir(cgroup_path))
		err(1, "rmdir %s", cgroup_path);
}

/* As criu restores the first process of a container: it gets the pids that it had. */
static void restore(void)
{
	pid_t pids[] = {1, 31313};
	struct clone_args args = {
		.flags = CLONE_NEWPID,
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)pids,
		.set_tid_size = 2,
	};

	if (make(&args) != pids[1])
		errx(1, "the child is not %d", pids[1]);
	await(pids[1]);
}

int main(void)
{
	spawn();
	start_service();
	restore();
	return 0;
}
