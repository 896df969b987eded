// SPDX-License-Identifier: GPL-2.0
/* Forks under names, and in cgroups, made to break whatever shows them unescaped. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "numa.h"
#include "truth.h"

/* At most 15 bytes each, which is what a comm holds. */
static const struct {
	const char *stop;
	const char *name;
	bool utf8; /* a JSON string can hold it */
} names[] = {
	{"hostile-terminal-json", "\033[2J\",\"x\":\"", true},
	{"hostile-title", "\033]0;owned\a", true},
	{"hostile-html", "</script><b>x", true},
	{"hostile-attribute", "'\"><img src=x>", true},
	{"hostile-sql", "'); DROP TABLE", true},
	{"hostile-csv", "=1+1,\"a\";b\tc", true},
	{"hostile-lines", "a\nb\r\nc", true},
	{"hostile-label", "x\"} 1\n#\\", true},
	{"hostile-format", "%s%n%d{}{{x}}", true},
	{"hostile-controls", "\001\002\033\177\b", true},
	{"hostile-c1", "\302\2332J", true},
	{"hostile-direction", "a\342\200\256b", true},
	{"hostile-not-utf8", "\377\376\300\200", false},
	{"hostile-cut-utf8", "abcdefghijklm\342\202", false},
	{"hostile-spaces", "  a  b  ", true},
	{"hostile-empty", "", true},
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static void fork_as(int index)
{
	struct report *report = report_new();
	struct expected expected;
	pid_t pid;

	prctl(PR_SET_NAME, names[index].name);
	truth_begin(&expected, names[index].stop, "clone",
		    CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, SIGCHLD);
	expected.known |= TRUTH_COMM_HEX;
	if (!names[index].utf8)
		expected.known &= ~TRUTH_COMM;
	pid = fork();
	if (pid == 0) {
		report_self(report);
		_exit(0);
	}
	truth_outcome(&expected, pid < 0 ? -errno : pid);
	if (wait(NULL) == pid)
		truth_report(&expected, report);
	truth_write(&expected);
	report_free(report);
}

/* '/' and '\n' are all that a cgroup's name cannot have. */
static const char cgroup_name[] = "\033[2J\",\"x\":\"<b>%s';--,=1";

static int write_digit(int dir, const char *file, const char *digit)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	ssize_t size = -1;

	if (fd < 0)
		return -1;
	size = write(fd, digit, 1);
	close(fd);
	return size == 1 ? 0 : -1;
}

static int write_own_pid(int dir)
{
	return write_digit(dir, "cgroup.procs", "0");
}

static int enter_cgroup(int dir)
{
	int inner, ret;

	if (mkdirat(dir, cgroup_name, 0755) && errno != EEXIST)
		return -1;
	inner = openat(dir, cgroup_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = write_own_pid(inner);
	close(inner);
	return ret;
}

/* A refusal is told with the name of the cgroup that was full. */
static void fork_in_full_cgroup(int dir)
{
	int inner = openat(dir, cgroup_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct expected expected;
	pid_t pid;

	if (write_digit(inner, "pids.max", "1"))
		err(1, "cannot limit the cgroup");
	close(inner);
	truth_begin(&expected, "hostile-refused", "clone",
		    CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, SIGCHLD);
	pid = fork();
	if (pid == 0)
		_exit(0);
	truth_outcome(&expected, pid < 0 ? -errno : pid);
	truth_write(&expected);
}

static void leave_cgroup(int dir)
{
	if (write_own_pid(dir) || unlinkat(dir, cgroup_name, AT_REMOVEDIR))
		warn("cannot remove the cgroup again");
}

int main(int argc, char **argv)
{
	int dir = -1;

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fputs("Usage: hostile [CGROUP]\n"
		      "Forks under hostile names, in a cgroup of such a name below CGROUP, until "
		      "it is "
		      "full.\n",
		      stderr);
		return 2;
	}
	truth_open(NULL);
	if (argc == 2)
		dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (argc == 2 && (dir < 0 || enter_cgroup(dir)))
		err(1, "cannot make a cgroup in %s and enter it", argv[1]);
	truth_write_head();
	for (size_t i = 0; i < NAMES; i++)
		fork_as(i);
	if (dir >= 0)
		fork_in_full_cgroup(dir);
	truth_write_tail();
	if (dir >= 0)
		leave_cgroup(dir);
	return 0;
}
