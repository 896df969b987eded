// SPDX-License-Identifier: GPL-2.0
/* Provocations by who the caller is: user namespaces, capabilities, RLIMIT_NPROC. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refusals.h"

/* The deepest user namespace is level 33: create_user_ns() compares its parent's with 32. */
#define DEEPEST_USER_NS 33

static int ask_as_told(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	return refuse(provocation, &it);
}

static int no_user(const struct provocation *provocation)
{
	return skip(provocation, "cannot become user %d", LONELY_UID);
}

static int ask_where_forbidden(const struct provocation *provocation)
{
	if (sysctl_set("/proc/sys/kernel/unprivileged_userns_clone", 0))
		return skip(provocation, "no kernel.unprivileged_userns_clone");
	if (become_user())
		return no_user(provocation);
	expect_text("sysctl", "unprivileged_userns_clone");
	return ask_as_told(provocation);
}

static int ask_at_the_bottom(const struct provocation *provocation)
{
	for (int level = 0; level < DEEPEST_USER_NS; level++)
		if (enter_user_ns())
			return skip(provocation, "no user namespace of level %d", level + 1);
	return ask_as_told(provocation);
}

static int ask_in_chroot(const struct provocation *provocation)
{
	know_self();
	if (chroot("/tmp"))
		return skip(provocation, "cannot chroot: %m");
	return ask_as_told(provocation);
}

static int ask_without_mapping(const struct provocation *provocation)
{
	if (unshare(CLONE_NEWUSER))
		return skip(provocation, "no user namespaces: %m");
	return ask_as_told(provocation);
}

static int ask_as_user(const struct provocation *provocation)
{
	if (become_user())
		return no_user(provocation);
	expect_text("capability", "CAP_SYS_ADMIN");
	expect_number("user_ns", ns_inode("user"));
	return ask_as_told(provocation);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

static int ask_in_user_ns_without(const struct provocation *provocation)
{
	if (enter_user_ns() || drop_capabilities())
		return skip(provocation, "no user namespaces");
	expect_text("capability", "CAP_SYS_ADMIN");
	expect_number("user_ns", ns_inode("user"));
	return ask_as_told(provocation);
}

#define MOST_PROCESSES 3

static int limit_processes(rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = {soft, hard};

	return setrlimit(RLIMIT_NPROC, &limit) ? -errno : 0;
}

static int ask_at_process_limit(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	if (limit_processes(MOST_PROCESSES, MOST_PROCESSES) || become_user())
		return no_user(provocation);
	expect_text("limit", "RLIMIT_NPROC");
	expect_number("nproc_max", MOST_PROCESSES);
	expect_number("uid", LONELY_UID);
	expect_number("user_ns", ns_inode("user"));
	return refuse_at_last(provocation, &it, MOST_PROCESSES + 1);
}

/*
 * A user namespace remembers its maker's soft limit, which binds what all processes in it count
 * for in the namespace above. The caller's own is raised again.
 */
static int ask_at_limit_above(const struct provocation *provocation)
{
	struct ask it = ask_of(provocation);

	expect_text("limit", "RLIMIT_NPROC");
	expect_number("nproc_max", MOST_PROCESSES);
	expect_number("uid", LONELY_UID);
	expect_number("user_ns", ns_inode("user"));
	if (limit_processes(MOST_PROCESSES, 100) || become_user())
		return no_user(provocation);
	if (enter_user_ns() || limit_processes(100, 100))
		return skip(provocation, "no user namespaces");
	return refuse_at_last(provocation, &it, MOST_PROCESSES + 1);
}

/* clang-format off */
const struct provocation provocations_users[] = {
	{ .rule = "C3", .name = "userns-clone-0", .error = EPERM, .call = "clone",
	  .flags = CLONE_NEWUSER, .provoke = ask_where_forbidden },
	{ .rule = "F2", .name = "user-ns-too-deep", .error = ENOSPC, .call = "clone",
	  .flags = CLONE_NEWUSER, .provoke = ask_at_the_bottom },
	{ .rule = "F4", .name = "user-ns-in-chroot", .error = EPERM, .call = "clone",
	  .flags = CLONE_NEWUSER, .provoke = ask_in_chroot },
	{ .rule = "F5", .name = "user-ns-unmapped", .error = EPERM, .call = "clone",
	  .flags = CLONE_NEWUSER, .provoke = ask_without_mapping },
	{ .rule = "G1", .name = "nproc", .error = EAGAIN, .call = "fork",
	  .provoke = ask_at_process_limit },
	{ .rule = "G1", .name = "nproc-above", .error = EAGAIN, .call = "clone",
	  .provoke = ask_at_limit_above, .since = KERNEL(5, 14) },
	{ .rule = "M1", .name = "newnet-as-user", .error = EPERM, .call = "clone",
	  .flags = CLONE_NEWNET, .provoke = ask_as_user },
	{ .rule = "M1", .name = "newuts-without-capability", .error = EPERM,
	  .flags = CLONE_NEWUTS, .provoke = ask_in_user_ns_without },
	{ .rule = "M1", .name = "newtime-as-user", .error = EPERM,
	  .flags = CLONE_NEWTIME, .provoke = ask_as_user },
	{}
};
