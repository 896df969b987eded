// SPDX-License-Identifier: GPL-2.0
/* Clones at awkward moments: a bomb, numbers used again, a parent gone, a namespace ending. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "numa.h"
#include "truth.h"

/* What glibc's fork() asks clone(2) for. */
#define FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

static int write_text(const char *path, const char *text)
{
	ssize_t size = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = -1;

	if (fd < 0)
		return -1;
	if (write(fd, text, size) == size)
		ret = 0;
	close(fd);
	return ret;
}

static void *shared_page(size_t size)
{
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		err(1, "cannot map a page shared with children");
	return page;
}

static void wait_for_all(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* Returns what fork() does, in both processes; errno is -pid where there is no child. */
static pid_t fork_and_tell(const char *stop)
{
	struct expected expected;
	pid_t pid;

	truth_begin(&expected, stop, "clone", FORK_FLAGS, SIGCHLD);
	pid = fork();
	if (pid == 0)
		return 0;
	truth_outcome(&expected, pid < 0 ? -errno : pid);
	truth_write(&expected);
	return pid < 0 ? -expected.error : pid;
}

/* --- a fork bomb below pids.max --- */

#define BOMB_CGROUP   "/sys/fs/cgroup/cs-bomb"
#define BOMB_TASKS    "24"
#define BOMB_ATTEMPTS 1000

static struct bomb {
	unsigned int attempts;
	unsigned int made;
	unsigned int refused;
} * bomb;

/*
 * Parent and child alike go on, until there were enough attempts of all. Whoever is refused ends,
 * save the first: so there is room again.
 */
static void explode(void)
{
	const pid_t first = getpid();
	bool over = false;

	while (!over && __atomic_add_fetch(&bomb->attempts, 1, __ATOMIC_RELAXED) <= BOMB_ATTEMPTS) {
		pid_t pid = fork();

		if (pid > 0)
			__atomic_add_fetch(&bomb->made, 1, __ATOMIC_RELAXED);
		if (pid < 0) {
			__atomic_add_fetch(&bomb->refused, 1, __ATOMIC_RELAXED);
			over = getpid() != first;
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	wait_for_all();
	_exit(0);
}

static void enter_bomb_cgroup(void)
{
	if (mkdir(BOMB_CGROUP, 0755) && errno != EEXIST)
		err(1, "cannot make %s", BOMB_CGROUP);
	if (write_text(BOMB_CGROUP "/pids.max", BOMB_TASKS) ||
	    write_text(BOMB_CGROUP "/cgroup.procs", "0"))
		err(1, "cannot enter %s", BOMB_CGROUP);
}

static int run_bomb(void)
{
	bomb = shared_page(sizeof(*bomb));
	if (fork() == 0) {
		enter_bomb_cgroup();
		prctl(PR_SET_NAME, "cs-bomb");
		explode();
	}
	wait_for_all();
	rmdir(BOMB_CGROUP);
	printf("{\"made\":%u,\"refused\":%u}\n", bomb->made, bomb->refused);
	return 0;
}

/* --- the same pid for several tasks, within a second --- */

#define REUSE_PID_MAX  "400"
#define REUSE_CHILDREN 120

static const char pid_max_path[] = "/proc/sys/kernel/pid_max";

/* The child makes a child, so that its number is a caller's as well. */
static void make_families(void)
{
	for (int i = 0; i < REUSE_CHILDREN; i++) {
		pid_t pid = fork_and_tell("reuse-child");

		if (pid == 0) {
			pid = fork_and_tell("reuse-grandchild");
			if (pid > 0)
				waitpid(pid, NULL, 0);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/* The one that waits puts it back, whatever becomes of the other. */
static int run_reuse(void)
{
	char before[32] = "";
	int fd = open(pid_max_path, O_RDONLY | O_CLOEXEC);
	int status = 0;
	pid_t pid;

	if (fd < 0 || read(fd, before, sizeof(before) - 1) < 0)
		err(1, "cannot read %s", pid_max_path);
	close(fd);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "cs-reuse");
		if (write_text(pid_max_path, REUSE_PID_MAX))
			err(1, "cannot lower %s", pid_max_path);
		make_families();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (write_text(pid_max_path, before))
		err(1, "cannot put %s back", pid_max_path);
	return status ? 1 : 0;
}

/* --- a parent that is gone before its child runs --- */

/* Alone on its CPU until it ends, as a real-time task whose children are none. */
static void be_first(void)
{
	const struct sched_param param = {.sched_priority = 1};
	int cpu = pin_to_current_cpu();

	if (cpu < 0 || sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		err(1, "cannot become a real-time task");
}

static int be_orphan(pid_t parent)
{
	pid_t pid;

	if (getppid() == parent) {
		warnx("the parent was still there");
		return 1;
	}
	pid = fork_and_tell("orphan-grandchild");
	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}

/* The orphan becomes the child of the one that waits. */
static int make_orphan(void)
{
	int status, failed = 0;
	pid_t parent;

	if (fork() == 0) {
		be_first();
		parent = getpid();
		if (fork_and_tell("orphan") == 0)
			_exit(be_orphan(parent));
		_exit(0);
	}
	while (waitpid(-1, &status, 0) > 0)
		failed |= status;
	return failed ? 1 : 0;
}

/* A CPU that was held up for long is the child's, real-time task or not: once more then. */
#define ORPHAN_TRIES 10

static int run_orphan(void)
{
	int failed = 1;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "cs-orphan");
	for (int i = 0; failed && i < ORPHAN_TRIES; i++)
		failed = make_orphan();
	return failed;
}

/* --- a pid namespace that ends --- */

#define TEARDOWN_MOST	 5000
#define TEARDOWN_REFUSED 20

/* Ends its namespace after a while, as its first process. */
static void be_init(void)
{
	const struct timespec while_others_fork = {.tv_nsec = 100000000};

	nanosleep(&while_others_fork, NULL);
	_exit(0);
}

/* Stays outside itself, so it lives to see its clones refused. Zombies are taken at the end. */
static int run_teardown(void)
{
	int refused = 0;

	prctl(PR_SET_NAME, "cs-teardown");
	if (unshare(CLONE_NEWPID))
		err(1, "no pid namespaces");
	if (fork_and_tell("teardown-init") == 0)
		be_init();
	for (int i = 0; i < TEARDOWN_MOST && refused < TEARDOWN_REFUSED; i++) {
		pid_t pid = fork_and_tell("teardown");

		if (pid == 0)
			_exit(0);
		refused += pid < 0;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	wait_for_all();
	return refused == TEARDOWN_REFUSED ? 0 : 1;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool tells; /* a truth, clone by clone */
} scenes[] = {
	{"bomb", run_bomb, false},
	{"reuse", run_reuse, true},
	{"orphan", run_orphan, true},
	{"teardown", run_teardown, true},
};

int main(int argc, char **argv)
{
	int ret;

	for (size_t i = 0; argc == 2 && i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		if (strcmp(argv[1], scenes[i].name))
			continue;
		truth_open(NULL);
		if (scenes[i].tells)
			truth_write_head();
		ret = scenes[i].run();
		if (scenes[i].tells)
			truth_write_tail();
		return ret;
	}
	fputs("Usage: smallprint bomb|reuse|orphan|teardown\n", stderr);
	return 2;
}
