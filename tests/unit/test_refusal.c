// SPDX-License-Identifier: GPL-2.0
/* From made-up records of refused clones to the rule, its sentence, and where there is doubt. */
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
#include "model/outcome.h"
#include "model/refusal.h"
#include "kernels.h"

#define THREAD_FLAGS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)

static struct cs_clone rec;
static struct cs_refusal refusal;
static struct cs_phases phases;
static struct cs_call call;
static struct clone whole;
static struct refusal_verdict verdict;
static int kernel;
static bool seen[RULES_MAX];

/* A refusal of which everything is known, and nothing speaks for any rule. */
static int begin(void **state)
{
	(void)state;
	rec = (struct cs_clone){.missing = CS_MISSING(CS_FACT_TASK_NODE),
				.via = CS_VIA_CLONE3,
				.tid = 5,
				.exit_signal = 17};
	refusal = (struct cs_refusal){
		.missing = CS_MISSING(CS_REFUSAL_TRAIL) | CS_MISSING(CS_REFUSAL_STAGE),
		.caps = ~0ULL,
		.is = CS_IS(CS_IS_NS_CAPABLE),
		.user_ns = 4026531837,
		.ids_mapped = 1,
		.userns_clone = 1,
		.ucount_type = -1,
		.nproc = 100,
		.nproc_max = 512,
		.nproc_ns = 4026531837,
		.nproc_uid = 1000,
		.threads = 200,
		.threads_max = 94000,
		.nr_open = 1048576,
		.fds = 3,
		.nofile = 1024,
		.pid_ns = 4026531836,
		.pid_max = 32768,
		.pids_used = 200,
		.tid_in_use_level = -1,
		.pids_max = -1,
		.cgroup_fd = 7,
		.target_cgroup2 = 1,
	};
	phases = (struct cs_phases){0};
	call = (struct cs_call){.via = CS_VIA_CLONE3,
				.tid = 5,
				.entered = 1,
				.args_known = 1,
				.args_size = 88,
				.exit_signal = 17,
				.pidfd = 1,
				.parent_tid = 2};
	whole = (struct clone){.rec = &rec, .refusal = &refusal};
	kernel = V6_12;
	return 0;
}

/* Forget the capabilities, as of an ordinary user. */
static void drop_caps(void)
{
	refusal.caps = 0;
	refusal.is &= ~CS_IS(CS_IS_NS_CAPABLE);
}

static void left(enum cs_trail last)
{
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_TRAIL);
	refusal.trail = CS_TRAIL(last + 1) - 1;
}

static void left_nothing(void)
{
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_TRAIL);
	refusal.trail = 0;
}

static void explain(int error, uint64_t flags)
{
	size_t count;

	rec.error = error;
	rec.flags = flags;
	memset(&verdict, 0xa5, sizeof(verdict));
	count = refusal_explain(&whole, kernel, &verdict);
	assert_int_equal(count, verdict.count);
	assert_int_equal(verdict.error, error);
	assert_true(verdict.first_stage <= verdict.last_stage);
}

/* The ids of the reasons, as "G1 S1". */
static const char *ids(void)
{
	static char buf[512];
	size_t length = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < verdict.count; i++)
		length += (size_t)snprintf(buf + length, sizeof(buf) - length, "%s%s", i ? " " : "",
					   verdict.reasons[i].rule->id);
	assert_true(length < sizeof(buf));
	return buf;
}

/* Note which rules were named by some test. */
static void note(const struct rule *named)
{
	const struct rule *rule;

	for (size_t i = 0; (rule = rules_at(i)); i++)
		if (rule == named)
			seen[i] = true;
}

static void outcome_is(enum refusal_outcome outcome, const char *expected)
{
	if (verdict.outcome != outcome || strcmp(ids(), expected))
		fail_msg("outcome %d of rules '%s', not %d of '%s'", (int)verdict.outcome, ids(),
			 (int)outcome, expected);
	for (size_t i = 0; i < verdict.count; i++)
		assert_non_null(verdict.reasons[i].advice);
	for (size_t i = 0; i < verdict.count; i++)
		note(verdict.reasons[i].rule);
}

static void line_is(const char *expected)
{
	char line[REFUSAL_LINE_SIZE];

	size_t length = refusal_format(line, sizeof(line), &verdict);

	assert_int_equal(length, strlen(line));
	assert_string_equal(line, expected);
}

/* The clone as it stands was refused by this rule and no other, and that is how it reads. */
static void decided(int error, uint64_t flags, const char *id, const char *line)
{
	explain(error, flags);
	outcome_is(REFUSAL_DECIDED, id);
	line_is(line);
}

static void candidates(int error, uint64_t flags, const char *expected)
{
	explain(error, flags);
	outcome_is(REFUSAL_CANDIDATES, expected);
}

static void call_decided(int error, const char *id, const char *line)
{
	call.error = error;
	memset(&verdict, 0xa5, sizeof(verdict));
	refusal_explain_call(&call, kernel, &verdict);
	outcome_is(REFUSAL_DECIDED, id);
	assert_false(verdict.has_stages);
	line_is(line);
}

static void call_candidates(int error, const char *expected)
{
	call.error = error;
	refusal_explain_call(&call, kernel, &verdict);
	outcome_is(REFUSAL_CANDIDATES, expected);
}

static void test_no_refusal(void **state)
{
	(void)state;
	explain(0, 0);
	outcome_is(REFUSAL_NONE, "");
	line_is("");
	assert_false(verdict.has_stages);
	refusal_explain_call(&call, kernel, &verdict);
	outcome_is(REFUSAL_NONE, "");
}

static void test_before_the_call(void **state)
{
	(void)state;
	call.entered = 0;
	call.seccomp = 2;
	call_decided(EPERM, "X1", "EPERM: refused by seccomp before the kernel's clone code");
	call_decided(ENOSYS, "X1", "ENOSYS: refused by seccomp before the kernel's clone code");
	call.seccomp = 0;
	call_candidates(ENOSYS, "X2 X3");
	call.entered = 1;
	call_decided(ENOSYS, "X3", "ENOSYS: this kernel has no such call");
	/* A filter is there, and let the call pass. */
	call.seccomp = 2;
	call_decided(ENOSYS, "X3", "ENOSYS: this kernel has no such call");
}

static void test_size_of_clone_args(void **state)
{
	(void)state;
	call.args_size = 100000;
	call_decided(E2BIG, "A1", "E2BIG: clone_args size 100000 is more than a page");
	call.args_size = 5000;
	call_decided(E2BIG, "A1", "E2BIG: clone_args size 5000 is more than a page");
	call.args_size = 96;
	call_decided(E2BIG, "A3",
		     "E2BIG: clone_args size 96 is above 88, and not all of the rest is zero");
	call.args_size = 40;
	call.args_known = 0;
	call_decided(EINVAL, "A2", "EINVAL: clone_args size 40 is below 64");
	call.args_size = 88;
	call_decided(EFAULT, "A3", "EFAULT: clone_args can't be read");
}

static void test_clone_args(void **state)
{
	(void)state;
	call.set_tid_size = 33;
	call.has_set_tid = 1;
	call_decided(EINVAL, "A4", "EINVAL: clone_args.set_tid_size 33 is above 32");
	call.set_tid_size = 1;
	call_decided(EFAULT, "A10", "EFAULT: clone_args.set_tid can't be read");
	call.has_set_tid = 0;
	call_decided(EINVAL, "A5", "EINVAL: clone_args.set_tid_size 1 without set_tid");
	call.set_tid_size = 0;
	call.has_set_tid = 1;
	call_decided(EINVAL, "A6", "EINVAL: clone_args.set_tid without set_tid_size");
	call.has_set_tid = 0;
	call.exit_signal = 0x111;
	call_decided(EINVAL, "A7", "EINVAL: clone_args.exit_signal has bits above the lowest byte");
	call.exit_signal = 65;
	call_decided(EINVAL, "A8", "EINVAL: the exit signal 65 is above 64");
	kernel = V7_2;
	call_decided(EINVAL, "B2", "EINVAL: the exit signal 65 is above 64");
	call.exit_signal = 17;
	call.flags = CLONE_INTO_CGROUP;
	call.cgroup = 1ULL << 31;
	call_decided(EINVAL, "A9",
		     "EINVAL: CLONE_INTO_CGROUP with the cgroup 2147483648, which is no fd");
	call.cgroup = 0;
	call.args_size = 80;
	call_decided(EINVAL, "A9",
		     "EINVAL: CLONE_INTO_CGROUP, but clone_args size 80 ends before the cgroup");
}

static void test_flags_of_clone3(void **state)
{
	(void)state;
	call.flags = 1ULL << 40 | CLONE_VM;
	call_decided(EINVAL, "A11", "EINVAL: flags 0x10000000000, which this kernel does not know");
	call.flags = CLONE_NNP;
	call_decided(EINVAL, "A11", "EINVAL: flags 0x800000000, which this kernel does not know");
	kernel = V7_3;
	call.flags = 1ULL << 40 | CLONE_NNP;
	call_decided(EINVAL, "A11", "EINVAL: flags 0x10000000000, which this kernel does not know");
	call.flags = CLONE_DETACHED;
	call_decided(EINVAL, "A12",
		     "EINVAL: CLONE_DETACHED, or a bit of the lowest byte other than "
		     "CLONE_NEWTIME, in clone_args.flags");
	call.flags = CLONE_SIGHAND | CLONE_CLEAR_SIGHAND;
	call_decided(EINVAL, "A13", "EINVAL: CLONE_SIGHAND with CLONE_CLEAR_SIGHAND");
	call.flags = CLONE_PARENT;
	call_decided(EINVAL, "A14", "EINVAL: CLONE_THREAD or CLONE_PARENT with an exit signal");
}

static void test_stack_and_pointers(void **state)
{
	(void)state;
	call.stack = 4096;
	call_decided(EINVAL, "A15",
		     "EINVAL: one of clone_args.stack and stack_size without the other");
	call.stack_size = ~0ULL - 4096;
	call_decided(EINVAL, "A15",
		     "EINVAL: clone_args.stack is not within the caller's address space");
	call.stack = (1ULL << 47) - 8192;
	call.stack_size = 8192;
	call_decided(EINVAL, "A15",
		     "EINVAL: clone_args.stack is not within the caller's address space");
	call.stack = call.stack_size = 0;
	call.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
	call.parent_tid = call.pidfd;
	call_decided(EINVAL, "B1",
		     "EINVAL: CLONE_PIDFD with CLONE_PARENT_SETTID, and clone_args.pidfd and "
		     "clone_args.parent_tid are equal");
	call.via = CS_VIA_CLONE;
	call_decided(EINVAL, "B1",
		     "EINVAL: CLONE_PIDFD with CLONE_PARENT_SETTID: for clone(2) both write to "
		     "the same pointer");
}

static void test_args_that_nobody_could_read(void **state)
{
	(void)state;
	call.args_known = 0;
	call_candidates(EINVAL, "A4 A5 A6 A7 A8 A9 A11 A12 A13 A14 A15 A15 B1 B1");
}

static void test_call_without_a_rule(void **state)
{
	(void)state;
	call.error = EINVAL;
	refusal_explain_call(&call, kernel, &verdict);
	outcome_is(REFUSAL_UNKNOWN, "");
	line_is("EINVAL: no rule known");
}

static void test_flag_rules(void **state)
{
	(void)state;
	decided(EINVAL, CLONE_NEWNS | CLONE_FS, "C1", "EINVAL: CLONE_NEWNS with CLONE_FS");
	decided(EINVAL, CLONE_NEWUSER | CLONE_FS, "C2", "EINVAL: CLONE_NEWUSER with CLONE_FS");
	decided(EINVAL, CLONE_THREAD, "C4", "EINVAL: CLONE_THREAD without CLONE_SIGHAND");
	decided(EINVAL, CLONE_SIGHAND, "C5", "EINVAL: CLONE_SIGHAND without CLONE_VM");
	decided(EINVAL, THREAD_FLAGS | CLONE_NEWPID, "C7",
		"EINVAL: CLONE_THREAD with CLONE_NEWUSER or CLONE_NEWPID");
	decided(EINVAL, CLONE_PIDFD | CLONE_DETACHED, "C9",
		"EINVAL: CLONE_PIDFD with CLONE_DETACHED");
	assert_int_equal(verdict.last_stage, CS_STAGE_CHECKS);
	kernel = V6_1;
	decided(EINVAL, THREAD_FLAGS | CLONE_PIDFD, "C9", "EINVAL: CLONE_PIDFD with CLONE_THREAD");
	decided(EINVAL, CLONE_NEWIPC | CLONE_SYSVSEM, "M2",
		"EINVAL: CLONE_NEWIPC with CLONE_SYSVSEM");
	assert_int_equal(verdict.first_stage, CS_STAGE_NAMESPACES);
	/* The same without evidence: flags are always known. */
	whole.refusal = NULL;
	decided(EINVAL, CLONE_THREAD, "C4", "EINVAL: CLONE_THREAD without CLONE_SIGHAND");
	kernel = 0;
	decided(EINVAL, CLONE_SIGHAND, "C5", "EINVAL: CLONE_SIGHAND without CLONE_VM");
}

static void test_flag_rules_of_7_1(void **state)
{
	(void)state;
	kernel = V7_2;
	rec.exit_signal = 0;
	decided(EINVAL, CLONE_EMPTY_MNTNS | CLONE_FS, "C1",
		"EINVAL: CLONE_EMPTY_MNTNS, which implies CLONE_NEWNS, with CLONE_FS");
	decided(EINVAL, CLONE_AUTOREAP | CLONE_PARENT, "C10",
		"EINVAL: CLONE_AUTOREAP with CLONE_THREAD, CLONE_PARENT or an exit signal");
	decided(EINVAL, CLONE_NNP | THREAD_FLAGS, "C12", "EINVAL: CLONE_NNP with CLONE_THREAD");
	decided(EINVAL, CLONE_PIDFD_AUTOKILL, "C13",
		"EINVAL: CLONE_PIDFD_AUTOKILL without CLONE_PIDFD, without CLONE_AUTOREAP, or "
		"with CLONE_THREAD");
	refusal.is |= CS_IS(CS_IS_AUTOREAP);
	decided(EINVAL, CLONE_PARENT, "C11",
		"EINVAL: CLONE_PARENT, and the caller was made with CLONE_AUTOREAP");
	drop_caps();
	decided(EPERM, CLONE_PIDFD_AUTOKILL | CLONE_PIDFD | CLONE_AUTOREAP, "C14",
		"EPERM: CLONE_PIDFD_AUTOKILL without CLONE_NNP, and the caller has no "
		"CAP_SYS_ADMIN in its user namespace");
}

static void test_state_of_the_caller(void **state)
{
	(void)state;
	refusal.is |= CS_IS(CS_IS_PIDNS_INIT);
	decided(EINVAL, CLONE_PARENT, "C6",
		"EINVAL: CLONE_PARENT, and the caller is the init of its pid namespace");
	refusal.is = CS_IS(CS_IS_PIDNS_PENDING);
	decided(EINVAL, THREAD_FLAGS, "C7",
		"EINVAL: CLONE_THREAD, and unshare or setns gave the caller's children another "
		"pid namespace");
	refusal.is = CS_IS(CS_IS_TIMENS_PENDING);
	kernel = V6_1;
	decided(EINVAL, CLONE_VM | CLONE_VFORK, "C8",
		"EINVAL: CLONE_THREAD or CLONE_VM, and unshare or setns gave the caller's "
		"children another time namespace");
	kernel = V6_12;
	explain(EINVAL, CLONE_VM | CLONE_VFORK);
	assert_int_equal(verdict.outcome, REFUSAL_UNKNOWN);
}

static void test_debian_userns_clone(void **state)
{
	(void)state;
	drop_caps();
	refusal.userns_clone = 0;
	decided(EPERM, CLONE_NEWUSER, "C3",
		"EPERM: CLONE_NEWUSER, and Debian's unprivileged_userns_clone is 0 and the caller "
		"has no CAP_SYS_ADMIN");
	assert_string_equal(verdict.reasons[0].advice, "set kernel.unprivileged_userns_clone to 1");
	/* CAP_SYS_ADMIN in another than the initial user namespace does not help. */
	refusal.caps = ~0ULL;
	refusal.user_level = 1;
	explain(EPERM, CLONE_NEWUSER);
	outcome_is(REFUSAL_DECIDED, "C3");
	refusal.user_level = 0;
	explain(EPERM, CLONE_NEWUSER);
	assert_null(strstr(ids(), "C3"));
}

static void test_restart(void **state)
{
	(void)state;
	left(CS_TRAIL_SCHED);
	explain(OUTCOME_ERESTARTNOINTR, 0);
	outcome_is(REFUSAL_RESTARTED, "D1");
	line_is("restarted: a signal was pending (-ERESTARTNOINTR)");
	whole.refusal = NULL;
	explain(OUTCOME_ERESTARTNOINTR, CLONE_THREAD);
	outcome_is(REFUSAL_RESTARTED, "D1");
}

static void test_task_struct(void **state)
{
	(void)state;
	left_nothing();
	candidates(ENOMEM, CLONE_VM, "E1 E2 E3 E4");
	assert_int_equal(verdict.reasons[0].sense, RULES_POSSIBLE);
	assert_string_equal(verdict.reasons[1].sentence,
			    "no memory for the kernel stack, or its memory cgroup is full");
	assert_string_equal(verdict.reasons[2].sentence,
			    "no memory for the processor's part of task_struct");
	assert_string_equal(verdict.reasons[3].sentence,
			    "no memory for the shadow call stack, or masks of CPUs");
	/* The trail is not known, but no task_struct has a node either. */
	refusal.missing |= CS_MISSING(CS_REFUSAL_TRAIL);
	rec.missing = 0;
	rec.task_node = CS_NODE_NONE;
	candidates(ENOMEM, CLONE_VM, "E1 E2 E3 E4");
	assert_int_equal(verdict.last_stage, CS_STAGE_TASK);
	rec.task_node = 0;
	left(CS_TRAIL_TASK);
	kernel = V7_2;
	candidates(ENOMEM, 0, "E5 F1");
	assert_string_equal(verdict.reasons[0].sentence, "no memory for the exec state");
	kernel = V6_18;
	decided(ENOMEM, 0, "F1",
		"ENOMEM: no memory for credentials, or a security module refused them");
}

static void test_user_namespaces(void **state)
{
	(void)state;
	refusal.user_level = 33;
	decided(ENOSPC, CLONE_NEWUSER, "F2", "ENOSPC: user namespaces nested 33 deep");
	refusal.user_level = 0;
	refusal.ucount_type = USER;
	refusal.ucount_max = 3;
	refusal.ucount_uid = 1000;
	refusal.ucount_ns = 4026531837;
	decided(ENOSPC, CLONE_NEWUSER | CLONE_NEWPID, "F3",
		"ENOSPC: user.max_user_namespaces 3 for uid 1000 in user namespace 4026531837");
	assert_string_equal(verdict.reasons[0].advice, "raise user.max_user_namespaces");
	refusal.chrooted = 1;
	decided(EPERM, CLONE_NEWUSER, "F4", "EPERM: CLONE_NEWUSER in a chroot");
	refusal.chrooted = 0;
	refusal.ids_mapped = 0;
	refusal.euid = 65534;
	decided(EPERM, CLONE_NEWUSER, "F5",
		"EPERM: CLONE_NEWUSER, and uid 65534 or its group has no mapping in user "
		"namespace 4026531837");
}

static void test_user_namespaces_by_chance(void **state)
{
	(void)state;
	left(CS_TRAIL_TASK);
	decided(EPERM, CLONE_NEWUSER, "F6",
		"EPERM: a security module (AppArmor, SELinux, BPF) forbids user namespaces");
	decided(EACCES, CLONE_NEWUSER, "F6",
		"EACCES: a security module (AppArmor, SELinux, BPF) forbids user namespaces");
	candidates(ENOMEM, CLONE_NEWUSER, "F1 F7");
	assert_string_equal(verdict.reasons[1].sentence, "no memory for the user namespace");
	decided(EINVAL, CLONE_NEWUSER, "M14",
		"EINVAL: CLONE_NEWUSER, which is not built into this kernel");
	decided(EAGAIN, CLONE_NEWUSER, "F8",
		"EAGAIN: no memory for the new user namespace's counts");
	kernel = V5_10;
	explain(EPERM, CLONE_NEWUSER);
	outcome_is(REFUSAL_UNKNOWN, "");
}

static void test_nproc(void **state)
{
	(void)state;
	drop_caps();
	refusal.nproc = 512;
	decided(EAGAIN, 0, "G1",
		"EAGAIN: RLIMIT_NPROC: uid 1000 has 513 of 512 in user namespace 4026531837");
	assert_int_equal(verdict.first_stage, CS_STAGE_LIMITS);
	assert_int_equal(verdict.last_stage, CS_STAGE_LIMITS);
	/* One less, and the limit would have been kept. */
	refusal.nproc = 511;
	explain(EAGAIN, 0);
	assert_int_equal(verdict.outcome, REFUSAL_CANDIDATES);
	/* But it was counted a moment later: the trail decides. */
	left(CS_TRAIL_CREDS);
	candidates(EAGAIN, 0, "G1 G2");
	assert_string_equal(verdict.reasons[0].sentence,
			    "RLIMIT_NPROC: uid 1000 has 512 of 512 in user namespace 4026531837");
	/* Root is not bound by it. */
	refusal.nproc = 512;
	refusal.caps = 1ULL << 24;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G2");
	refusal.user_level = 1;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G1");
	refusal.is |= CS_IS(CS_IS_INIT_USER);
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G2");
}

static void test_nproc_of_5_10_comes_before_the_credentials(void **state)
{
	(void)state;
	drop_caps();
	refusal.nproc = 512;
	left(CS_TRAIL_TASK);
	kernel = V5_10;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G1");
	kernel = 0;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G1");
	kernel = V6_1;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_UNKNOWN, "");
}

static void test_limits(void **state)
{
	(void)state;
	refusal.threads = 94000;
	decided(EAGAIN, 0, "G2", "EAGAIN: kernel.threads-max 94000: the machine has 94000 threads");
	refusal.threads = 1;
	rec.via = CS_VIA_KTHREAD;
	left(CS_TRAIL_LIMITS);
	decided(EAGAIN, CLONE_VM, "G4", "EAGAIN: no memory for struct kthread");
	rec.via = CS_VIA_CLONE3;
	decided(ENOMEM, 0, "H1", "ENOMEM: no memory for the memory policy");
	kernel = V7_2;
	candidates(ENOMEM, 0, "G3 H1");
	assert_string_equal(verdict.reasons[0].sentence, "no memory for io_uring's restrictions");
	refusal.is |= CS_IS(CS_IS_DEADLINE);
	left(CS_TRAIL_SCHED);
	decided(EAGAIN, 0, "I1",
		"EAGAIN: the caller is SCHED_DEADLINE, without SCHED_FLAG_RESET_ON_FORK");
}

static void test_security(void **state)
{
	(void)state;
	left(CS_TRAIL_SCHED);
	candidates(ENOMEM, CLONE_SYSVSEM, "J1 J2");
	assert_string_equal(verdict.reasons[0].sentence, "a perf event could not be inherited");
	assert_string_equal(verdict.reasons[1].sentence, "no memory for the audit context");
	left(CS_TRAIL_SECURITY);
	candidates(ENOMEM, CLONE_SYSVSEM | CLONE_FILES, "J3 J4");
	assert_string_equal(verdict.reasons[1].sentence,
			    "no memory for the list of semaphore undos");
	decided(EACCES, 0, "J3",
		"EACCES: a security module (SELinux, BPF) forbids the new task, or had no memory");
	/* Of its own it gives other errnos as well, which is no more than a possibility. */
	explain(EXDEV, 0);
	outcome_is(REFUSAL_UNKNOWN, "J3");
	line_is("EXDEV: no rule known; perhaps a security module (SELinux, BPF) forbids the new "
		"task, or had no memory (it may give any errno)");
}

static void test_files_and_fs(void **state)
{
	(void)state;
	refusal.nr_open = 256;
	refusal.fds = 300;
	decided(EMFILE, 0, "K2", "EMFILE: fs.nr_open 256: the highest open fd is 299");
	left(CS_TRAIL_SECURITY);
	candidates(ENOMEM, 0, "J3 K1");
	assert_string_equal(verdict.reasons[1].sentence, "no memory for the table of open files");
	refusal.is |= CS_IS(CS_IS_FS_IN_EXEC);
	left(CS_TRAIL_FILES);
	decided(EAGAIN, CLONE_FS, "K3",
		"EAGAIN: CLONE_FS while a task that shares it is in execve()");
	decided(ENOMEM, 0, "K4", "ENOMEM: no memory for root, cwd and umask");
	kernel = V7_3;
	rec.via = CS_VIA_UMH;
	decided(EINVAL, 0, "K4", "EINVAL: a user-mode helper with a file system of its own");
}

static void test_signal_and_mm(void **state)
{
	(void)state;
	left(CS_TRAIL_FS);
	candidates(ENOMEM, CLONE_VM, "K5 K6");
	assert_string_equal(verdict.reasons[0].sentence, "no memory for the signal handlers");
	assert_string_equal(verdict.reasons[1].sentence, "no memory for the signal state");
	refusal.overcommit = 2;
	refusal.total_vm = 1000;
	decided(ENOMEM, 0, "L1",
		"ENOMEM: overcommit: vm.overcommit_memory is 2, the caller has 1000 pages");
	assert_int_equal(verdict.first_stage, CS_STAGE_MM);
	refusal.overcommit = 0;
	candidates(ENOMEM, 0, "K5 K6 L1 L1");
	refusal.overcommit = 1;
	refusal.is |= CS_IS(CS_IS_KILLED);
	decided(ENOMEM, 0, "L1", "ENOMEM: SIGKILL came while the address space was copied");
	refusal.is = 0;
	candidates(ENOMEM, 0, "K5 K6 L1");
	assert_string_equal(verdict.reasons[2].sentence,
			    "no memory for the address space, page tables or VMAs");
}

static void test_namespaces_need_a_capability(void **state)
{
	(void)state;
	drop_caps();
	decided(EPERM, CLONE_NEWNET, "M1",
		"EPERM: CLONE_NEWNET needs CAP_SYS_ADMIN in user namespace 4026531837");
	decided(EPERM, CLONE_NEWNS | CLONE_NEWPID, "M1",
		"EPERM: CLONE_NEWNS|CLONE_NEWPID needs CAP_SYS_ADMIN in user namespace 4026531837");
	/* It has it: only a security module can have said no. */
	refusal.caps = ~0ULL;
	left(CS_TRAIL_MM);
	explain(EPERM, CLONE_NEWCGROUP);
	outcome_is(REFUSAL_UNKNOWN, "M1 M10");
	assert_string_equal(verdict.reasons[0].sentence,
			    "CLONE_NEWCGROUP needs CAP_SYS_ADMIN in user namespace 4026531837, "
			    "which the caller has: a security module may have denied it");
	kernel = V7_2;
	drop_caps();
	decided(EPERM, CLONE_EMPTY_MNTNS, "M1",
		"EPERM: CLONE_EMPTY_MNTNS needs CAP_SYS_ADMIN in user namespace 4026531837");
	whole.refusal = NULL;
	explain(EPERM, CLONE_NEWNET);
	outcome_is(REFUSAL_CANDIDATES, "J3 M1 P4");
	assert_string_equal(verdict.reasons[1].sentence, "CLONE_NEWNET needs CAP_SYS_ADMIN");
}

static void test_namespace_limits(void **state)
{
	static const struct {
		uint64_t flag;
		int type;
		const char *id;
		const char *name;
		enum cs_stage stage;
	} limits[] = {
		{CLONE_NEWNS, MNT, "M3", "mnt", CS_STAGE_NEW_MNT},
		{CLONE_NEWUTS, UTS, "M4", "uts", CS_STAGE_NEW_UTS},
		{CLONE_NEWIPC, IPC, "M5", "ipc", CS_STAGE_NEW_IPC},
		{CLONE_NEWPID, PID, "M9", "pid", CS_STAGE_NEW_PID},
		{CLONE_NEWCGROUP, CGROUP, "M10", "cgroup", CS_STAGE_NEW_CGROUP},
		{CLONE_NEWNET, NET, "M11", "net", CS_STAGE_NEW_NET},
		{CLONE_NEWTIME, TIME, "M13", "time", CS_STAGE_NEW_TIME},
	};
	uint64_t all = 0;
	char line[128], advice[64];

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		all |= limits[i].flag;
	refusal.ucount_max = 1;
	refusal.ucount_uid = 1000;
	refusal.ucount_ns = 4026532000;
	refusal.ucount_level = 2;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		refusal.ucount_type = limits[i].type;
		snprintf(line, sizeof(line),
			 "ENOSPC: user.max_%s_namespaces 1 for uid 1000 in user namespace "
			 "4026532000, 2 deep",
			 limits[i].name);
		snprintf(advice, sizeof(advice), "raise user.max_%s_namespaces", limits[i].name);
		decided(ENOSPC, all, limits[i].id, line);
		assert_string_equal(verdict.reasons[0].advice, advice);
		assert_int_equal(verdict.first_stage, limits[i].stage);
	}
	refusal.missing |= CS_MISSING(CS_REFUSAL_UCOUNT);
	decided(ENOSPC, CLONE_NEWNET, "M11", "ENOSPC: user.max_net_namespaces is reached");
	candidates(ENOSPC, CLONE_NEWNET | CLONE_NEWUTS, "M4 M11");
	/* None was full, as far as is known: nothing is left but what may give anything. */
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_UCOUNT);
	refusal.ucount_type = -1;
	explain(ENOSPC, CLONE_NEWUTS);
	assert_int_equal(verdict.outcome, REFUSAL_UNKNOWN);
}

static void test_pid_namespaces(void **state)
{
	(void)state;
	refusal.is |= CS_IS(CS_IS_PIDNS_PENDING);
	decided(EINVAL, CLONE_NEWPID, "M6",
		"EINVAL: CLONE_NEWPID after unshare or setns gave the caller's children another "
		"pid namespace");
	refusal.is = 0;
	refusal.pid_level = 32;
	decided(ENOSPC, CLONE_NEWPID, "M8", "ENOSPC: pid namespaces nested 32 deep");
	refusal.pid_level = 31;
	explain(ENOSPC, CLONE_NEWPID);
	assert_int_equal(verdict.outcome, REFUSAL_UNKNOWN);
	left(CS_TRAIL_MM);
	candidates(EINVAL, CLONE_NEWPID, "M7 M14");
	assert_string_equal(verdict.reasons[0].sentence,
			    "CLONE_NEWPID, and the owner of the pid namespace is no ancestor of "
			    "the child's user namespace");
	assert_string_equal(verdict.reasons[1].sentence,
			    "a namespace of a type that is not built into this kernel");
	candidates(EINVAL, CLONE_NEWNS, "M3 M14");
	assert_string_equal(verdict.reasons[0].sentence,
			    "CLONE_NEWNS, and the root mount can't be copied: it is unbindable");
}

static void test_namespaces_by_chance(void **state)
{
	(void)state;
	left(CS_TRAIL_MM);
	candidates(ENOMEM, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID,
		   "M3 M3 M4 M5 M9");
	candidates(ENOMEM, CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWTIME, "M3 M10 M12 M13");
	refusal.is |= CS_IS(CS_IS_KILLED);
	decided(EINTR, CLONE_NEWNET, "M12",
		"EINTR: SIGKILL came while it waited to make the network namespace");
	explain(EEXIST, CLONE_NEWNET);
	outcome_is(REFUSAL_UNKNOWN, "M12");
}

static void test_thread(void **state)
{
	(void)state;
	refusal.tls = 1ULL << 60;
	decided(EPERM, CLONE_SETTLS, "O1",
		"EPERM: CLONE_SETTLS with tls 0x1000000000000000, which is no address of user "
		"space");
	refusal.tls = 1ULL << 47;
	explain(EPERM, CLONE_SETTLS);
	outcome_is(REFUSAL_DECIDED, "O1");
	refusal.tls = 0x7f0000000000;
	explain(EPERM, CLONE_SETTLS);
	assert_null(strstr(ids(), "O1 "));
	left(CS_TRAIL_NAMESPACES);
	candidates(ENOMEM, CLONE_SETTLS, "N1 O1 P7");
	assert_string_equal(verdict.reasons[0].sentence, "no memory for the I/O context");
	assert_string_equal(verdict.reasons[2].sentence, "no memory for struct pid");
	/* A 32-bit caller's. */
	explain(ESRCH, CLONE_SETTLS);
	outcome_is(REFUSAL_UNKNOWN, "O1");
}

static void test_set_tid(void **state)
{
	(void)state;
	refusal.set_tid_size = 2;
	refusal.set_tid[0] = 42;
	refusal.set_tid[1] = 43;
	decided(EINVAL, 0, "P1",
		"EINVAL: set_tid names 2 pids, but the child's pid namespace is at level 0");
	refusal.pid_level = 1;
	refusal.set_tid[1] = 32768;
	decided(EINVAL, 0, "P2", "EINVAL: set_tid 32768 is not from 1 to below pid_max 32768");
	refusal.set_tid[0] = 0;
	decided(EINVAL, 0, "P2", "EINVAL: set_tid 0 is not from 1 to below pid_max 32768");
	refusal.set_tid[0] = 42;
	refusal.set_tid[1] = 43;
	refusal.is |= CS_IS(CS_IS_PIDNS_EMPTY);
	decided(EINVAL, 0, "P3", "EINVAL: set_tid 42 in a pid namespace that has no pid 1 yet");
	refusal.is = CS_IS(CS_IS_NS_CAPABLE);
	decided(EINVAL, CLONE_NEWPID, "P3",
		"EINVAL: set_tid 42 in a pid namespace that has no pid 1 yet");
	drop_caps();
	decided(EPERM, 0, "P4",
		"EPERM: set_tid 42 needs CAP_CHECKPOINT_RESTORE in the user namespace of the pid "
		"namespace");
}

static void test_set_tid_in_use(void **state)
{
	(void)state;
	refusal.set_tid_size = 2;
	refusal.set_tid[0] = 42;
	refusal.set_tid[1] = 43;
	refusal.pid_level = 1;
	refusal.tid_in_use_level = 1;
	decided(EEXIST, 0, "P5", "EEXIST: set_tid 42 is in use at level 1");
	refusal.tid_in_use_level = 0;
	decided(EEXIST, 0, "P5", "EEXIST: set_tid 43 is in use at level 0");
	/* A new pid namespace is one level further in. */
	refusal.pid_level = 0;
	decided(EEXIST, CLONE_NEWPID, "P5", "EEXIST: set_tid 43 is in use at level 0");
	/* Nonsense of a producer is not read out of bounds. */
	refusal.tid_in_use_level = 9;
	decided(EEXIST, 0, "P5", "EEXIST: a pid of set_tid is in use");
	refusal.set_tid_size = 0xffffffff;
	refusal.tid_in_use_level = -1;
	refusal.pid_level = 0x7fffffff;
	explain(EEXIST, CLONE_NEWPID);
	explain(EINVAL, 0);
	/* set_tid could not be read. */
	refusal.set_tid_size = 0;
	refusal.missing |= CS_MISSING(CS_REFUSAL_TID_IN_USE);
	decided(EEXIST, 0, "P5", "EEXIST: a pid of set_tid is in use");
	whole.refusal = NULL;
	decided(EEXIST, 0, "P5", "EEXIST: a pid of set_tid is in use");
}

static void test_pids_of_a_namespace(void **state)
{
	(void)state;
	refusal.pid_max = 400;
	refusal.pids_used = 390;
	decided(EAGAIN, 0, "P6",
		"EAGAIN: pid_max 400: 390 pids are in use in pid namespace 4026531836");
	refusal.is |= CS_IS(CS_IS_PIDNS_DYING);
	candidates(ENOMEM, CLONE_VM, "E1 E2 P7");
	left(CS_TRAIL_NAMESPACES);
	decided(ENOMEM, CLONE_VM, "P7", "ENOMEM: pid namespace's init has exited");
	left(CS_TRAIL_CGROUP);
	decided(ENOMEM, CLONE_VM, "V1", "ENOMEM: pid namespace's init has exited meanwhile");
}

static void test_pidfd(void **state)
{
	(void)state;
	refusal.nofile = 3;
	decided(EMFILE, CLONE_PIDFD, "Q1",
		"EMFILE: CLONE_PIDFD: RLIMIT_NOFILE 3 leaves no fd; the highest is 2");
	decided(EFAULT, CLONE_PIDFD, "Q2",
		"EFAULT: CLONE_PIDFD, and the pidfd can't be stored where it was asked for");
	decided(ENFILE, CLONE_PIDFD, "Q1",
		"ENFILE: CLONE_PIDFD, and the machine has as many open files as fs.file-max");
	left(CS_TRAIL_NAMESPACES);
	candidates(ENOMEM, CLONE_PIDFD | CLONE_IO, "O1 P7 Q1");
	assert_string_equal(verdict.reasons[2].sentence, "no memory for the pidfd");
}

static void test_into_cgroup(void **state)
{
	const uint64_t flags = CLONE_INTO_CGROUP;

	(void)state;
	strcpy(refusal.cgroup, "/a/b");
	refusal.target_subtree = 1 << 11;
	decided(EBUSY, flags, "R6", "EBUSY: cgroup has subtree_control set: /a/b");
	candidates(EACCES, flags, "J3 R3");
	left(CS_TRAIL_PID);
	decided(EACCES, flags, "R3",
		"EACCES: no permission to write cgroup.procs of this cgroup, or of the one that "
		"it has in common with the caller's: /a/b");
}

static void test_into_cgroup_refused(void **state)
{
	const uint64_t flags = CLONE_INTO_CGROUP;

	(void)state;
	strcpy(refusal.cgroup, "/a/b");
	refusal.target_dying = 1;
	decided(ENODEV, flags, "R2", "ENODEV: cgroup has been removed: /a/b");
	decided(ENOENT, flags, "R2", "ENOENT: cgroup has been removed: /a/b");
	refusal.target_dying = 0;
	decided(ENOENT, flags, "R4",
		"ENOENT: cgroup is outside the cgroup namespace (nsdelegate): /a/b");
	refusal.missing |= CS_MISSING(CS_REFUSAL_TARGET);
	candidates(ENOENT, flags, "R2 R4");
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_TARGET);
	refusal.is = CS_IS(CS_IS_TARGET_INVALID) | CS_IS(CS_IS_OTHER_DOMAIN);
	decided(EOPNOTSUPP, flags, "R5",
		"EOPNOTSUPP: cgroup is domain-invalid, below a threaded one: /a/b");
	refusal.is = CS_IS(CS_IS_OTHER_DOMAIN);
	decided(EOPNOTSUPP, flags | THREAD_FLAGS, "R7",
		"EOPNOTSUPP: CLONE_THREAD into a cgroup of another threaded domain: /a/b");
	refusal.is = 0;
	refusal.missing |= CS_MISSING(CS_REFUSAL_TARGET);
	candidates(EOPNOTSUPP, flags | THREAD_FLAGS, "R5 R7");
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_TARGET);
	refusal.target_cgroup2 = 0;
	decided(EBADF, flags, "R1", "EBADF: CLONE_INTO_CGROUP: fd 7 is not a directory of cgroup2");
	left(CS_TRAIL_PID);
	decided(ENOMEM, flags, "R8", "ENOMEM: no memory for the set of cgroups");
	decided(ENOSPC, flags, "S2", "ENOSPC: the target's cpuset has no CPUs or no memory nodes");
	decided(EINVAL, flags, "S2",
		"EINVAL: the caller may not change its CPUs, as the target's cpuset does");
	kernel = V5_10;
	explain(ENOSPC, flags);
	outcome_is(REFUSAL_UNKNOWN, "");
}

static void test_pids_max(void **state)
{
	(void)state;
	refusal.pids = 64;
	refusal.pids_max = 64;
	strcpy(refusal.cgroup, "/machine.slice/x");
	decided(EAGAIN, 0, "S1", "EAGAIN: pids.max 64 reached in /machine.slice/x");
	assert_string_equal(verdict.reasons[0].advice, "raise pids.max of that cgroup");
	strcpy(refusal.cgroup, "/x\n\033[2J\",\"\\y\xff");
	decided(EAGAIN, 0, "S1", "EAGAIN: pids.max 64 reached in /x\\x0a\\x1b[2J\",\"\\\\y\\xff");
	/* As long as it can be, all of it hostile, and without its end. */
	memset(refusal.cgroup, '\n', sizeof(refusal.cgroup));
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "S1");
	assert_int_equal(strlen(verdict.reasons[0].sentence),
			 strlen("pids.max 64 reached in ") + 4 * CS_PATH_LEN);
	refusal.cgroup[0] = '\0';
	decided(EAGAIN, 0, "S1", "EAGAIN: pids.max 64 reached in ?");
}

static void test_publish(void **state)
{
	(void)state;
	left(CS_TRAIL_PID);
	explain(ESRCH, 0);
	outcome_is(REFUSAL_UNKNOWN, "T1");
	assert_string_equal(verdict.reasons[0].sentence,
			    "the sched_ext scheduler did not take the new task (ops.init_task)");
	kernel = V6_1;
	explain(ESRCH, 0);
	outcome_is(REFUSAL_UNKNOWN, "");
	line_is("ESRCH: no rule known");
	kernel = V6_18;
	decided(ENOMEM, CLONE_VM, "U1", "ENOMEM: no memory for the private futex hash");
	refusal.is |= CS_IS(CS_IS_KILLED);
	left(CS_TRAIL_CGROUP);
	decided(EINTR, 0, "V2", "EINTR: SIGKILL is pending: the caller is about to end");
	assert_int_equal(verdict.last_stage, CS_STAGE_PUBLISH);
}

static void test_two_that_fit(void **state)
{
	(void)state;
	refusal.threads = 94000;
	refusal.pids = refusal.pids_max = 64;
	strcpy(refusal.cgroup, "/x");
	candidates(EAGAIN, 0, "G2 S1");
	line_is("EAGAIN: perhaps kernel.threads-max 94000: the machine has 94000 threads (its "
		"numbers fit, read a moment later); or pids.max 64 reached in /x (its numbers "
		"fit, read a moment later)");
	/* The trail, or the last marker, tells them apart. */
	left(CS_TRAIL_PID);
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "S1");
	left(CS_TRAIL_CREDS);
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G2");
	refusal.missing |= CS_MISSING(CS_REFUSAL_TRAIL);
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_STAGE);
	refusal.stage = CS_STAGE_CGROUP;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "S1");
	refusal.stage = CS_STAGE_LIMITS;
	candidates(EAGAIN, 0, "G2 S1");
	whole.phases = &phases;
	phases.told = ~0U;
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "G2");
}

static void test_nothing_known(void **state)
{
	(void)state;
	whole.refusal = NULL;
	candidates(EAGAIN, 0, "G1 G2 I1 P6 S1");
	line_is("EAGAIN: perhaps RLIMIT_NPROC: the user has as many processes as it may (nothing "
		"is known for or against it); or kernel.threads-max is reached (nothing is known "
		"for or against it); or the caller is SCHED_DEADLINE, without "
		"SCHED_FLAG_RESET_ON_FORK (nothing is known for or against it); or pid_max: no "
		"pid is free in the pid namespace, or in one around it (nothing is known for or "
		"against it); or one of 1 others");
	explain(ENOMEM, ~0ULL & ~(uint64_t)CLONE_VM);
	assert_true(verdict.count <= REFUSAL_MAX);
	assert_int_equal(verdict.outcome, REFUSAL_CANDIDATES);
	decided(EBUSY, CLONE_INTO_CGROUP, "R6", "EBUSY: cgroup has subtree_control set");
	/* All facts missing is the same as no facts. */
	whole.refusal = &refusal;
	refusal.missing = ~0ULL;
	refusal.is = 0;
	drop_caps();
	candidates(EAGAIN, 0, "G1 G2 P6 S1");
}

static void test_a_kernel_that_is_newer_than_the_table(void **state)
{
	(void)state;
	kernel = RULES_KERNEL(8, 0);
	candidates(EFAULT, CLONE_PIDFD, "Q2");
	refusal.ucount_type = NET;
	explain(ENOSPC, CLONE_NEWNET);
	outcome_is(REFUSAL_DECIDED, "M11");
}

static void test_evidence_that_contradicts_itself(void **state)
{
	(void)state;
	/* The trail says that it had a task_struct and more, its node that there never was one. */
	left(CS_TRAIL_PID);
	rec.missing = 0;
	rec.task_node = CS_NODE_NONE;
	refusal.pids = refusal.pids_max = 64;
	strcpy(refusal.cgroup, "/x");
	explain(EAGAIN, 0);
	outcome_is(REFUSAL_DECIDED, "S1");
	assert_int_equal(verdict.first_stage, CS_STAGE_CGROUP);
	/* The flags can't be refused so late, or with this errno. */
	rec.task_node = 0;
	explain(EINVAL, CLONE_THREAD);
	assert_int_equal(verdict.outcome, REFUSAL_UNKNOWN);
	rec.task_node = CS_NODE_NONE;
	refusal.missing |= CS_MISSING(CS_REFUSAL_TRAIL);
	explain(EBADF, CLONE_THREAD);
	outcome_is(REFUSAL_UNKNOWN, "");
	line_is("EBADF: no rule known");
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_STAGE);
	refusal.stage = 99;
	explain(EAGAIN, 0);
	assert_true(verdict.last_stage < CS_STAGE_COUNT);
}

static void stages_are(uint64_t flags, enum cs_stage first, enum cs_stage last)
{
	explain(EXDEV, flags);
	assert_true(verdict.has_stages);
	assert_int_equal(verdict.first_stage, first);
	assert_int_equal(verdict.last_stage, last);
}

static void test_stages_of_the_trail(void **state)
{
	(void)state;
	stages_are(0, CS_STAGE_CHECKS, CS_STAGE_PUBLISH);
	left_nothing();
	stages_are(0, CS_STAGE_CHECKS, CS_STAGE_TASK);
	left(CS_TRAIL_TASK);
	stages_are(0, CS_STAGE_TASK, CS_STAGE_CREDS);
	left(CS_TRAIL_CREDS);
	stages_are(0, CS_STAGE_LIMITS, CS_STAGE_LIMITS);
	left(CS_TRAIL_FS);
	stages_are(0, CS_STAGE_SIGNAL, CS_STAGE_MM);
	/* A shared mm leaves no trail: then it may have come as far as the namespaces. */
	stages_are(CLONE_VM, CS_STAGE_SIGNAL, CS_STAGE_NEW_TIME);
	/* A later bit says that the earlier ones were there. */
	refusal.trail = CS_TRAIL(CS_TRAIL_NAMESPACES);
	stages_are(CLONE_VM, CS_STAGE_THREAD, CS_STAGE_PIDFD);
	/* What a kernel thread never had, it can't lose. */
	rec.via = CS_VIA_KTHREAD;
	left(CS_TRAIL_SECURITY);
	stages_are(0, CS_STAGE_SECURITY, CS_STAGE_PIDFD);
}

static void test_stages_of_the_markers(void **state)
{
	(void)state;
	whole.phases = &phases;
	phases.told = ~0U;
	refusal.missing &= ~CS_MISSING(CS_REFUSAL_STAGE);
	refusal.stage = CS_STAGE_CREDS;
	stages_are(0, CS_STAGE_CREDS, CS_STAGE_CREDS);
	/* Nobody can have seen it come into the next stage. */
	phases.told &= ~(1U << CS_STAGE_LIMITS | 1U << CS_STAGE_POLICY);
	stages_are(0, CS_STAGE_CREDS, CS_STAGE_POLICY);
	refusal.stage = CS_STAGE_NEW_UTS;
	stages_are(CLONE_NEWUTS | CLONE_NEWNET, CS_STAGE_NEW_UTS, CS_STAGE_NEW_CGROUP);
	refusal.stage = CS_STAGE_NAMESPACES;
	phases.passed = 1U << CS_STAGE_NAMESPACES | 1U << CS_STAGE_NEW_UTS;
	stages_are(CLONE_NEWUTS | CLONE_NEWNET, CS_STAGE_NEW_IPC, CS_STAGE_NEW_CGROUP);
	/* Without CLONE_FILES dup_fd() is passed, with it nothing is. */
	refusal.stage = CS_STAGE_SECURITY;
	stages_are(0, CS_STAGE_SECURITY, CS_STAGE_SECURITY);
	stages_are(CLONE_FILES | CLONE_FS, CS_STAGE_SECURITY, CS_STAGE_SIGNAL);
}

static void test_versions(void **state)
{
	static const int kernels[] = {V5_10,
				      RULES_KERNEL(5, 14),
				      V6_1,
				      RULES_KERNEL(6, 8),
				      V6_12,
				      V6_18,
				      RULES_KERNEL(7, 1),
				      V7_2,
				      V7_3,
				      0};
	static const int errors[] = {EPERM, EAGAIN, ENOMEM, EINVAL, ENOSPC, EACCES, EEXIST,
				     EBUSY, EINTR,  EMFILE, ENOENT, EBADF,  EFAULT};

	(void)state;
	/* On no kernel a rule is named that it has not. */
	for (size_t k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++)
		for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++)
			for (int known = 0; known < 2; known++) {
				kernel = kernels[k];
				whole.refusal = known ? &refusal : NULL;
				explain(errors[e], ~0ULL);
				for (size_t i = 0; i < verdict.count; i++)
					assert_true(
						rules_in_kernel(verdict.reasons[i].rule, kernel));
			}
}

static void test_short_buffer(void **state)
{
	char line[12];

	(void)state;
	explain(EINVAL, CLONE_THREAD);
	assert_int_equal(refusal_format(line, sizeof(line), &verdict),
			 strlen("EINVAL: CLONE_THREAD without CLONE_SIGHAND"));
	assert_string_equal(line, "EINVAL: ...");
	refusal_format(NULL, 0, &verdict);
}

/* The last of all. */
static void test_every_rule_was_named(void **state)
{
	const struct rule *rule;

	(void)state;
	for (size_t i = 0; (rule = rules_at(i)); i++)
		if (!seen[i])
			fail_msg("no test names %s: %s", rule->id, rule->sentence);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_refusal),
		TEST(test_before_the_call),
		TEST(test_size_of_clone_args),
		TEST(test_clone_args),
		TEST(test_flags_of_clone3),
		TEST(test_stack_and_pointers),
		TEST(test_args_that_nobody_could_read),
		TEST(test_call_without_a_rule),
		TEST(test_flag_rules),
		TEST(test_flag_rules_of_7_1),
		TEST(test_state_of_the_caller),
		TEST(test_debian_userns_clone),
		TEST(test_restart),
		TEST(test_task_struct),
		TEST(test_user_namespaces),
		TEST(test_user_namespaces_by_chance),
		TEST(test_nproc),
		TEST(test_nproc_of_5_10_comes_before_the_credentials),
		TEST(test_limits),
		TEST(test_security),
		TEST(test_files_and_fs),
		TEST(test_signal_and_mm),
		TEST(test_namespaces_need_a_capability),
		TEST(test_namespace_limits),
		TEST(test_pid_namespaces),
		TEST(test_namespaces_by_chance),
		TEST(test_thread),
		TEST(test_set_tid),
		TEST(test_set_tid_in_use),
		TEST(test_pids_of_a_namespace),
		TEST(test_pidfd),
		TEST(test_into_cgroup),
		TEST(test_into_cgroup_refused),
		TEST(test_pids_max),
		TEST(test_publish),
		TEST(test_two_that_fit),
		TEST(test_nothing_known),
		TEST(test_a_kernel_that_is_newer_than_the_table),
		TEST(test_evidence_that_contradicts_itself),
		TEST(test_stages_of_the_trail),
		TEST(test_stages_of_the_markers),
		TEST(test_versions),
		TEST(test_short_buffer),
		TEST(test_every_rule_was_named),
	};

	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
