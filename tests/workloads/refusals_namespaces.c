// SPDX-License-Identifier: GPL-2.0
/* Provocations by new namespaces: their limits, and what they don't go together with. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "refusals.h"

/* MAX_PID_NS_LEVEL of linux/pid_namespace.h. */
#define DEEPEST_PID_NS 32

/* By user.max_<kind>_namespaces. */
static const struct {
	const char *kind;
	uint64_t flag;
} kinds[] = {
	{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC}, {"mnt", CLONE_NEWNS},
	{"net", CLONE_NEWNET},	     {"pid", CLONE_NEWPID}, {"time", CLONE_NEWTIME},
	{"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS},
};

static int ask_as_told(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	return refuse(provocation, &it);
}

static const char *kind_of(uint64_t flags)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (flags & kinds[i].flag)
			return kinds[i].kind;
	return "";
}

/*
 * One is allowed and taken. These limits are those of the writer's user namespace, so nothing
 * outside of ours is changed.
 */
static int use_up(const struct provocation *provocation)
{
	char path[64], name[48];
	int ret;

	snprintf(name, sizeof(name), "user.max_%s_namespaces", kind_of(provocation->flags));
	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
		 kind_of(provocation->flags));
	ret = write_file(path, "1");
	if (!ret)
		ret = hold_namespaces(provocation->flags);
	if (ret)
		return ret;
	expect_text("sysctl", name);
	expect_number("ucount_max", 1);
	expect_number("uid", LONELY_UID);
	expect_number("user_ns", ns_inode("user"));
	return 0;
}

static int ask_at_limit(const struct provocation *provocation)
{
	int ret;

	if (become_user() || enter_user_ns())
		return skip(provocation, "no user namespaces");
	ret = use_up(provocation);
	if (ret)
		return skip(provocation, "cannot use them up: %s", strerror(-ret));
	return ask_as_told(provocation);
}

/* The limit is that of the user namespace above the caller's. */
static int ask_at_limit_above(const struct provocation *provocation)
{
	int ret;

	if (become_user() || enter_user_ns())
		return skip(provocation, "no user namespaces");
	/* Of user namespaces, the caller's own is the one that is allowed. */
	ret = provocation->flags & CLONE_NEWUSER ? -ENOTSUP : use_up(provocation);
	if (ret || enter_user_ns())
		return skip(provocation, "cannot use them up: %s", strerror(-ret));
	return ask_as_told(provocation);
}

/* The limit of the initial user namespace, which binds root too. */
static int ask_at_limit_of_all(const struct provocation *provocation)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
		 kind_of(provocation->flags));
	if (sysctl_set(path, 0))
		return skip(provocation, "no %s", path);
	expect_number("ucount_max", 0);
	expect_number("uid", 0);
	expect_number("user_ns", ns_inode("user"));
	return ask_as_told(provocation);
}

static int ask_after_unshare(const struct provocation *provocation)
{
	if (unshare(CLONE_NEWPID))
		return skip(provocation, "no pid namespaces: %m");
	return ask_as_told(provocation);
}

static int ask_at_the_bottom(const struct provocation *provocation)
{
	return in_pid_ns(DEEPEST_PID_NS, ask_as_told, provocation);
}

#define LIMITED(row, kind, flag)                                                                   \
	{                                                                                          \
		.rule = row, .name = "max-" kind "-namespaces", .error = ENOSPC, .call = "clone3", \
		.flags = flag, .provoke = ask_at_limit                                             \
	}

/* clang-format off */
const struct provocation provocations_namespaces[] = {
	LIMITED("F3", "user", CLONE_NEWUSER),
	{ .rule = "F3", .name = "max-user-namespaces-of-all", .error = ENOSPC, .call = "clone",
	  .flags = CLONE_NEWUSER, .provoke = ask_at_limit_of_all },
	{ .rule = "M2", .name = "newipc-sysvsem", .error = EINVAL, .call = "clone",
	  .flags = CLONE_NEWIPC | CLONE_SYSVSEM },
	LIMITED("M3", "mnt", CLONE_NEWNS),
	LIMITED("M4", "uts", CLONE_NEWUTS),
	LIMITED("M5", "ipc", CLONE_NEWIPC),
	{ .rule = "M6", .name = "newpid-after-unshare", .error = EINVAL, .call = "clone",
	  .flags = CLONE_NEWPID, .provoke = ask_after_unshare },
	{ .rule = "M8", .name = "pid-ns-too-deep", .error = ENOSPC, .call = "clone",
	  .flags = CLONE_NEWPID, .provoke = ask_at_the_bottom, .number = { "level", 32 } },
	LIMITED("M9", "pid", CLONE_NEWPID),
	LIMITED("M10", "cgroup", CLONE_NEWCGROUP),
	LIMITED("M11", "net", CLONE_NEWNET),
	{ .rule = "M11", .name = "max-net-namespaces-above", .error = ENOSPC, .call = "clone",
	  .flags = CLONE_NEWNET, .provoke = ask_at_limit_above },
	LIMITED("M13", "time", CLONE_NEWTIME),
	{}
};
