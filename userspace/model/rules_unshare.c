// SPDX-License-Identifier: GPL-2.0
/* Rules of unshare() and setns() alone; those that unshare() shares with a clone are in its chapters. */
#include "model/rules_table.h"

/* unshare() has a meaning of its own for CLONE_PARENT_SETTID since 7.1. */
#define UNSHARE_EMPTY_MNTNS ((uint64_t)CLONE_PARENT_SETTID)

/* check_unshare_flags() */
#define UNSHARE_FLAGS                                                                          \
	(NEW_NAMESPACES | CLONE_NEWUSER | CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | \
	 CLONE_FILES | CLONE_SYSVSEM)

/* All that imply CLONE_THREAD, or are it. */
#define ALONE_FLAGS ((uint64_t)CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)

static enum rules_sense has_threads(const struct rules_case *c)
{
	enum rules_sense no = RULES_OUT;

	/* Another process may share them, too: that is not known. */
	if (c->request->flags & (CLONE_SIGHAND | CLONE_VM))
		no = RULES_UNLIKELY;
	return sense_if(is(c, CS_IS_THREADED), RULES_PROVEN, no);
}

/* As of any user namespace, if that is what the fd is of. */
static enum rules_sense joins_with_threads(const struct rules_case *c)
{
	return sense_if(is(c, CS_IS_THREADED), RULES_LIKELY, RULES_OUT);
}

static const struct rule unshare_rows[] = {
	{
		.id = "U1",
		.error = EINVAL,
		.sentence = "a flag that unshare() does not know",
		.function = "check_unshare_flags",
		.any = ~(UNSHARE_FLAGS | UNSHARE_EMPTY_MNTNS),
	},
	{
		.id = "U1",
		.error = EINVAL,
		.sentence = "UNSHARE_EMPTY_MNTNS, which this kernel does not know",
		.function = "check_unshare_flags",
		.until = RULES_KERNEL(7, 0),
		.all = UNSHARE_EMPTY_MNTNS,
	},
	{
		.id = "U2",
		.error = EINVAL,
		.sentence = "CLONE_NEWUSER, CLONE_THREAD, CLONE_SIGHAND or CLONE_VM in a process "
			    "with several threads",
		.advice = "call unshare() before the first thread is made, or fork first",
		.function = "check_unshare_flags",
		.any = ALONE_FLAGS,
		.basis = RULES_BY_EVIDENCE,
		.holds = has_threads,
	},
	NO_MEMORY("U3", "root, cwd and umask", "unshare_fs", CS_STAGE_CHECKS,
		  .any = CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER),
	NO_MEMORY("U3", "the table of open files", "unshare_fd", CS_STAGE_CHECKS,
		  .all = CLONE_FILES),
	{
		.id = "U3",
		.error = EMFILE,
		.sentence = "the highest open fd is above fs.nr_open",
		.advice = "raise fs.nr_open",
		.function = "unshare_fd",
		.all = CLONE_FILES,
		.basis = RULES_BY_STATE,
	},
	NO_MEMORY("U4", "credentials, or a security module refused them", "unshare_userns",
		  CS_STAGE_CHECKS, .all = CLONE_NEWUSER),
};

/* Without a flag the fd may be of any type. */
static bool may_be(const struct clone_request *request, uint64_t types)
{
	return !request->flags || request->flags & types;
}

static bool may_be_user(const struct clone_request *request)
{
	return may_be(request, CLONE_NEWUSER);
}

static bool may_be_user_or_mnt(const struct clone_request *request)
{
	return may_be(request, CLONE_NEWUSER | CLONE_NEWNS);
}

static bool may_be_pid(const struct clone_request *request)
{
	return may_be(request, CLONE_NEWPID);
}

static bool may_be_time(const struct clone_request *request)
{
	return may_be(request, CLONE_NEWTIME);
}

/* What a fd is of is in no record: so these are what it can be, as far as the errno tells. */
static const struct rule setns_rows[] = {
	{
		.id = "S1",
		.error = EBADF,
		.sentence = "the fd is not open",
		.function = "setns",
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S2",
		.error = EINVAL,
		.sentence = "a flag that setns() does not know",
		.function = "check_setns_flags",
		.any = ~(NEW_NAMESPACES | CLONE_NEWUSER),
	},
	{
		.id = "S3",
		.error = EINVAL,
		.sentence = "the fd is no namespace of that type, or no pidfd",
		.function = "setns",
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S4",
		.error = EINVAL,
		.sentence = "the user namespace is the caller's own already",
		.function = "userns_install",
		.also = may_be_user,
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S5",
		.error = EINVAL,
		.sentence = "a user namespace can't be entered by one of several threads",
		.advice = "call setns() before the first thread is made",
		.function = "userns_install",
		.also = may_be_user,
		.basis = RULES_BY_EVIDENCE,
		.holds = joins_with_threads,
	},
	{
		.id = "S6",
		.error = EINVAL,
		.sentence =
			"a user or mount namespace can't be entered by a caller that shares root "
			"and cwd",
		.advice = "call unshare(CLONE_FS) first",
		.function = "mntns_install",
		.also = may_be_user_or_mnt,
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S7",
		.error = EINVAL,
		.sentence = "the pid namespace is no descendant of the caller's",
		.function = "pidns_install",
		.also = may_be_pid,
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S8",
		.error = EUSERS,
		.sentence = "a time namespace can't be entered by one of several threads",
		.advice = "call setns() before the first thread is made",
		.function = "timens_install",
		.also = may_be_time,
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S9",
		.error = EPERM,
		.sentence =
			"the caller lacks CAP_SYS_ADMIN in its user namespace or in the one that "
			"owns the namespace, or CAP_SYS_CHROOT for a mount namespace, or may not "
			"trace the pidfd's process",
		.function = "setns",
		.basis = RULES_BY_STATE,
	},
	{
		.id = "S10",
		.error = ESRCH,
		.sentence = "the pidfd's process is gone",
		.function = "validate_nsset",
		.basis = RULES_BY_STATE,
	},
	NO_MEMORY("S11", "the set of namespaces", "create_new_namespaces", CS_STAGE_CHECKS),
};

const struct rules_chapter rules_of_unshare = {unshare_rows, ARRAY_SIZE(unshare_rows)};
const struct rules_chapter rules_of_setns = {setns_rows, ARRAY_SIZE(setns_rows)};

bool rules_unshare_shares(const struct rule *rule)
{
	if (rule->scope != RULES_SCOPE_ALL)
		return false;
	if (rule->fact == RULES_FACT_USERNS_FORBIDDEN)
		return true;
	if (rule->stage == CS_STAGE_CREDS)
		return rule->all & CLONE_NEWUSER;
	/* With CLONE_NEWIPC it leaves the semaphores itself. */
	return rule->stage >= CS_STAGE_NAMESPACES && rule->stage <= CS_STAGE_NEW_TIME &&
	       !(rule->all & CLONE_SYSVSEM);
}
