// SPDX-License-Identifier: GPL-2.0
/* From made-up records of unshare() and setns() that failed to the rule and its sentence. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/flags.h"
#include "model/refusal.h"
#include "kernels.h"

static struct cs_namespaces rec;
static struct cs_refusal refusal;
static struct refusal_verdict verdict;
static int kernel;

/* Of an unshare() that root called; nothing speaks for any rule. */
static int begin(void **state)
{
	(void)state;
	rec = (struct cs_namespaces){.tid = 5};
	refusal = (struct cs_refusal){
		.missing = CS_MISSING(CS_REFUSAL_TRAIL) | CS_MISSING(CS_REFUSAL_STAGE) |
			   CS_MISSING(CS_REFUSAL_NPROC) | CS_MISSING(CS_REFUSAL_NR_OPEN) |
			   CS_MISSING(CS_REFUSAL_PID_MAX) | CS_MISSING(CS_REFUSAL_TID_IN_USE) |
			   CS_MISSING(CS_REFUSAL_PIDS) | CS_MISSING(CS_REFUSAL_TARGET),
		.caps = ~0ULL,
		.user_ns = 4026531837,
		.ids_mapped = 1,
		.userns_clone = 1,
		.ucount_type = -1,
	};
	kernel = V6_1;
	return 0;
}

static void explain(int error, uint64_t flags, const struct cs_refusal *part)
{
	size_t count;

	rec.error = error;
	rec.flags = flags;
	memset(&verdict, 0xa5, sizeof(verdict));
	count = refusal_explain_namespaces(&rec, part, kernel, &verdict);
	assert_int_equal(count, verdict.count);
	assert_int_equal(verdict.error, error);
	assert_false(verdict.has_stages);
}

/* The ids of the reasons, as "U1 M6". */
static void outcome_is(enum refusal_outcome outcome, const char *expected)
{
	char ids[512] = "";

	for (size_t i = 0; i < verdict.count; i++) {
		strcat(ids, i ? " " : "");
		strcat(ids, verdict.reasons[i].rule->id);
	}
	if (verdict.outcome != outcome || strcmp(ids, expected))
		fail_msg("outcome %d of rules '%s', not %d of '%s'", (int)verdict.outcome, ids,
			 (int)outcome, expected);
}

static void decided(int error, uint64_t flags, const char *id, const char *line)
{
	char told[REFUSAL_LINE_SIZE];

	explain(error, flags, &refusal);
	outcome_is(REFUSAL_DECIDED, id);
	refusal_format(told, sizeof(told), &verdict);
	assert_string_equal(told, line);
}

static void candidates(int error, uint64_t flags, const char *expected)
{
	explain(error, flags, &refusal);
	outcome_is(REFUSAL_CANDIDATES, expected);
}

static void advice_is(const char *expected)
{
	assert_string_equal(verdict.reasons[0].advice, expected);
}

static void test_success(void **state)
{
	(void)state;
	explain(0, CLONE_NEWNET, NULL);
	outcome_is(REFUSAL_NONE, "");
}

static void full(int type, int level)
{
	refusal.ucount_type = type;
	refusal.ucount_uid = 1000;
	refusal.ucount_ns = 4026531837;
	refusal.ucount_level = level;
}

static void test_limits(void **state)
{
	uint64_t container = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
			     CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME;

	(void)state;
	full(NET, 0);
	decided(ENOSPC, container, "M11",
		"ENOSPC: user.max_net_namespaces 0 for uid 1000 in user namespace 4026531837");
	advice_is("raise user.max_net_namespaces");
	full(PID, 2);
	decided(ENOSPC, container, "M9",
		"ENOSPC: user.max_pid_namespaces 0 for uid 1000 in user namespace 4026531837, 2 "
		"deep");
	full(USER, 0);
	decided(ENOSPC, CLONE_NEWUSER | CLONE_NEWNET, "F3",
		"ENOSPC: user.max_user_namespaces 0 for uid 1000 in user namespace 4026531837");
	advice_is("raise user.max_user_namespaces");
	full(-1, 0);
	refusal.pid_level = 32;
	decided(ENOSPC, container, "M8", "ENOSPC: pid namespaces nested 32 deep");
	refusal.pid_level = 0;
	refusal.user_level = 33;
	decided(ENOSPC, CLONE_NEWUSER, "F2", "ENOSPC: user namespaces nested 33 deep");
}

static void test_without_its_part(void **state)
{
	(void)state;
	explain(ENOSPC, CLONE_NEWNET, NULL);
	outcome_is(REFUSAL_DECIDED, "M11");
	explain(ENOSPC, CLONE_NEWNET | CLONE_NEWUTS, NULL);
	outcome_is(REFUSAL_CANDIDATES, "M4 M11");
}

static void test_permission(void **state)
{
	(void)state;
	refusal.caps = 0;
	decided(EPERM, CLONE_NEWNET, "M1",
		"EPERM: CLONE_NEWNET needs CAP_SYS_ADMIN in user namespace 4026531837");
	refusal.userns_clone = 0;
	explain(EPERM, CLONE_NEWUSER, &refusal);
	outcome_is(REFUSAL_DECIDED, "C3");
	refusal.userns_clone = 1;
	refusal.chrooted = 1;
	decided(EPERM, CLONE_NEWUSER, "F4", "EPERM: CLONE_NEWUSER in a chroot");
	refusal.chrooted = 0;
	refusal.ids_mapped = 0;
	explain(EPERM, CLONE_NEWUSER, &refusal);
	outcome_is(REFUSAL_DECIDED, "F5");
}

static void test_several_threads(void **state)
{
	(void)state;
	refusal.is = CS_IS(CS_IS_THREADED);
	decided(EINVAL, CLONE_NEWUSER, "U2",
		"EINVAL: CLONE_NEWUSER, CLONE_THREAD, CLONE_SIGHAND or CLONE_VM in a process with "
		"several threads");
	/* That comes first. */
	refusal.is |= CS_IS(CS_IS_PIDNS_PENDING);
	explain(EINVAL, CLONE_NEWUSER | CLONE_NEWPID, &refusal);
	outcome_is(REFUSAL_DECIDED, "U2");
	explain(EINVAL, CLONE_NEWPID, &refusal);
	outcome_is(REFUSAL_DECIDED, "M6");
	/* One thread, but its memory may be another process's too. */
	refusal.is = 0;
	explain(EINVAL, CLONE_VM, &refusal);
	outcome_is(REFUSAL_DECIDED, "U2");
	/* Whether the kernel has user namespaces is not in the record. */
	explain(EINVAL, CLONE_NEWUSER, &refusal);
	outcome_is(REFUSAL_DECIDED, "M14");
}

static void test_unknown_flags(void **state)
{
	(void)state;
	decided(EINVAL, 1, "U1", "EINVAL: a flag that unshare() does not know");
	decided(EINVAL, CLONE_NEWNET | CLONE_VFORK, "U1",
		"EINVAL: a flag that unshare() does not know");
	decided(EINVAL, 1ULL << 40, "U1", "EINVAL: a flag that unshare() does not know");
	kernel = V7_0;
	decided(EINVAL, CLONE_PARENT_SETTID, "U1",
		"EINVAL: UNSHARE_EMPTY_MNTNS, which this kernel does not know");
	/* It makes a mount namespace. */
	kernel = V7_2;
	full(MNT, 0);
	decided(ENOSPC, CLONE_PARENT_SETTID, "M3",
		"ENOSPC: user.max_mnt_namespaces 0 for uid 1000 in user namespace 4026531837");
}

static void test_what_only_a_clone_is_refused_for(void **state)
{
	(void)state;
	/* C1, C4, C5, M2 */
	explain(EINVAL, CLONE_NEWNS | CLONE_FS, &refusal);
	outcome_is(REFUSAL_CANDIDATES, "M3 M14");
	explain(EINVAL, CLONE_NEWIPC | CLONE_SYSVSEM, &refusal);
	outcome_is(REFUSAL_DECIDED, "M14");
	/* G1, G2 */
	explain(EAGAIN, CLONE_NEWNET, &refusal);
	outcome_is(REFUSAL_UNKNOWN, "M12");
}

static void test_memory(void **state)
{
	(void)state;
	candidates(ENOMEM, CLONE_FS | CLONE_FILES, "U3 U3");
	decided(EMFILE, CLONE_FILES, "U3", "EMFILE: the highest open fd is above fs.nr_open");
	candidates(ENOMEM, CLONE_NEWUSER, "U3 U4 F7");
}

static void test_setns(void **state)
{
	(void)state;
	rec.is_setns = 1;
	decided(EBADF, 0, "S1", "EBADF: the fd is not open");
	decided(EINVAL, CLONE_VM, "S2", "EINVAL: a flag that setns() does not know");
	candidates(EINVAL, 0, "S3 S4 S6 S7");
	decided(EINVAL, CLONE_NEWNET, "S3",
		"EINVAL: the fd is no namespace of that type, or no pidfd");
	candidates(EINVAL, CLONE_NEWPID, "S3 S7");
	refusal.is = CS_IS(CS_IS_THREADED);
	candidates(EINVAL, CLONE_NEWUSER, "S3 S4 S5 S6");
	decided(EUSERS, 0, "S8",
		"EUSERS: a time namespace can't be entered by one of several threads");
	explain(EPERM, CLONE_NEWNET, &refusal);
	outcome_is(REFUSAL_DECIDED, "S9");
	decided(ESRCH, CLONE_NEWNET, "S10", "ESRCH: the pidfd's process is gone");
	explain(ENOMEM, CLONE_NEWNET, &refusal);
	outcome_is(REFUSAL_DECIDED, "S11");
	/* None of unshare()'s. */
	explain(ENOSPC, CLONE_NEWNET, &refusal);
	outcome_is(REFUSAL_UNKNOWN, "");
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_success),
		TEST(test_limits),
		TEST(test_without_its_part),
		TEST(test_permission),
		TEST(test_several_threads),
		TEST(test_unknown_flags),
		TEST(test_what_only_a_clone_is_refused_for),
		TEST(test_memory),
		TEST(test_setns),
	};

	return cmocka_run_group_tests_name("unshare", tests, NULL, NULL);
}
