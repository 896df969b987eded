// SPDX-License-Identifier: GPL-2.0
/* Provocations by cgroups: targets of CLONE_INTO_CGROUP that can't be, and pids.max. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refusals.h"

/* A file descriptor that is not open. */
#define BAD_FD 1000000

/* As clonescope tells it: from the root of cgroup2. */
#define PATH(name) "/cs-refusals/" name

static int ask_into(const struct provocation *provocation, int fd)
{
	struct ask it = ask_of(provocation);

	if (fd < 0)
		return skip(provocation, "cannot open what is to be the cgroup: %s", strerror(-fd));
	it.args.cgroup = fd;
	return refuse(provocation, &it);
}

static int no_cgroups(const struct provocation *provocation)
{
	return skip(provocation, "no cgroup2, or not its controllers, at /sys/fs/cgroup");
}

static int ask_into_bad_fd(const struct provocation *provocation)
{
	expect_number("cgroup_fd", BAD_FD);
	return ask_into(provocation, BAD_FD);
}

static int ask_into_file(const struct provocation *provocation)
{
	int fd;

	if (cgroups_init())
		return no_cgroups(provocation);
	fd = open(CGROUPS "/cgroup.procs", O_RDONLY | O_CLOEXEC);
	expect_number("cgroup_fd", fd);
	return ask_into(provocation, fd);
}

static int ask_into_folder(const struct provocation *provocation)
{
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	expect_number("cgroup_fd", fd);
	return ask_into(provocation, fd);
}

static int ask_into_removed(const struct provocation *provocation)
{
	int fd;

	if (cgroups_init() || cgroup_make("gone"))
		return no_cgroups(provocation);
	fd = cgroup_open("gone");
	cgroups_remove();
	return ask_into(provocation, fd);
}

static int ask_into_forbidden(const struct provocation *provocation)
{
	int fd;

	if (cgroups_init() || cgroup_make("roots"))
		return no_cgroups(provocation);
	fd = cgroup_open("roots");
	if (become_user())
		return skip(provocation, "cannot become user %d", LONELY_UID);
	expect_text("cgroup", PATH("roots"));
	return ask_into(provocation, fd);
}

/* Beside a threaded child of the same cgroup, a new one is of no use until it is threaded too. */
static int ask_into_invalid(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("top") || cgroup_make("top/threaded") ||
	    cgroup_write("top/threaded", "cgroup.type", "threaded") || cgroup_make("top/invalid"))
		return no_cgroups(provocation);
	expect_text("cgroup", PATH("top/invalid"));
	return ask_into(provocation, cgroup_open("top/invalid"));
}

static int ask_into_inner(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("inner") ||
	    cgroup_write("inner", "cgroup.subtree_control", "+memory"))
		return no_cgroups(provocation);
	expect_text("cgroup", PATH("inner"));
	expect_text("file", "subtree_control");
	return ask_into(provocation, cgroup_open("inner"));
}

static int ask_into_other(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("other"))
		return no_cgroups(provocation);
	expect_text("cgroup", PATH("other"));
	return ask_into(provocation, cgroup_open("other"));
}

/* Nobody else is there. */
static int ask_in_full(const struct provocation *provocation, const char *full, const char *leaf,
		       const char *path)
{
	struct ask it = ask_of(provocation);

	if (cgroup_write(full, "pids.max", "4") || cgroup_write(leaf, "cgroup.procs", "0"))
		return no_cgroups(provocation);
	expect_text("file", "pids.max");
	expect_number("pids_max", 4);
	expect_text("cgroup", path);
	return refuse_at_last(provocation, &it, 5);
}

static int ask_in_full_leaf(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("full"))
		return no_cgroups(provocation);
	return ask_in_full(provocation, "full", "full", PATH("full"));
}

/* The leaf has a limit too, which is not reached, and the one between has none. */
static int ask_in_full_ancestor(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("upper") ||
	    cgroup_write("upper", "cgroup.subtree_control", "+pids") || cgroup_make("upper/mid") ||
	    cgroup_write("upper/mid", "cgroup.subtree_control", "+pids") ||
	    cgroup_make("upper/mid/leaf") || cgroup_write("upper/mid/leaf", "pids.max", "40"))
		return no_cgroups(provocation);
	return ask_in_full(provocation, "upper", "upper/mid/leaf", PATH("upper"));
}

/* The target's limit counts, not the caller's. */
static int ask_into_full(const struct provocation *provocation)
{
	if (cgroups_init() || cgroup_make("none") || cgroup_write("none", "pids.max", "0"))
		return no_cgroups(provocation);
	expect_text("file", "pids.max");
	expect_number("pids_max", 0);
	expect_text("cgroup", PATH("none"));
	return ask_into(provocation, cgroup_open("none"));
}

#define INTO(row, what, by, why)                                                                   \
	{                                                                                          \
		.rule = row, .name = what, .error = why, .flags = CLONE_INTO_CGROUP, .provoke = by \
	}

/* clang-format off */
const struct provocation provocations_cgroups[] = {
	INTO("R1", "cgroup-bad-fd", ask_into_bad_fd, EBADF),
	INTO("R1", "cgroup-file", ask_into_file, EBADF),
	INTO("R1", "cgroup-other-folder", ask_into_folder, EBADF),
	INTO("R2", "cgroup-removed", ask_into_removed, ENOENT),
	INTO("R3", "cgroup-forbidden", ask_into_forbidden, EACCES),
	INTO("R5", "cgroup-domain-invalid", ask_into_invalid, EOPNOTSUPP),
	INTO("R6", "cgroup-subtree-control", ask_into_inner, EBUSY),
	{ .rule = "R7", .name = "thread-other-cgroup", .error = EOPNOTSUPP,
	  .flags = CLONE_INTO_CGROUP | THREAD_NEEDS, .provoke = ask_into_other },
	{ .rule = "S1", .name = "pids-max", .error = EAGAIN, .call = "fork",
	  .provoke = ask_in_full_leaf },
	{ .rule = "S1", .name = "pids-max-of-ancestor", .error = EAGAIN, .call = "clone",
	  .provoke = ask_in_full_ancestor },
	INTO("S1", "pids-max-of-target", ask_into_full, EAGAIN),
	{}
};
