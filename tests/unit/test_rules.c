// SPDX-License-Identifier: GPL-2.0
/* The flag rules, against what was observed on kernels, and against the one that runs here. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/rules.h"
#include "kernels.h"

/* Linux 7.1's, spelled out: the header may be older. */
#define AUTOREAP (1ULL << 34)
#define NNP	 (1ULL << 35)
#define AUTOKILL (1ULL << 36)
#define EMPTY	 (1ULL << 37)

static struct clone_request by_clone(uint64_t flags, int signal)
{
	return (struct clone_request){.flags = flags, .exit_signal = (uint64_t)signal};
}

static struct clone_request by_clone3(uint64_t flags, uint64_t signal)
{
	return (struct clone_request){.flags = flags, .exit_signal = signal, .clone3 = true};
}

/* The rules of one verdict, as "A12 C4"; each must have the errno @error. */
static const char *ids(struct clone_request request, int kernel, enum rules_verdict verdict,
		       int error, char *buf, size_t size)
{
	struct rules_hit hits[RULES_MAX];
	size_t count = rules_check(&request, kernel, hits, RULES_MAX), length = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (hits[i].verdict != verdict)
			continue;
		if (error)
			assert_int_equal(hits[i].rule->error, error);
		length += (size_t)snprintf(buf + length, size - length, "%s%s", length ? " " : "",
					   hits[i].rule->id);
		assert_true(length < size);
	}
	return buf;
}

static void refused(struct clone_request request, int kernel, const char *expected)
{
	char buf[128];

	assert_string_equal(ids(request, kernel, RULES_REFUSED, EINVAL, buf, sizeof(buf)),
			    expected);
}

static void may_be(struct clone_request request, int kernel, const char *expected)
{
	char buf[128];

	assert_string_equal(ids(request, kernel, RULES_MAY_REFUSE, 0, buf, sizeof(buf)), expected);
}

static void test_everyday_calls_are_fine(void **state)
{
	/* fork of glibc, vfork, pthread_create, posix_spawn by clone3 */
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
				CLONE_CHILD_CLEARTID;
	static const int kernels[] = {0, V5_10, V6_1, V6_12, V6_18, V7_2, V7_3};

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		refused(by_clone(CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID, 17), kernels[i], "");
		may_be(by_clone(CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID, 17), kernels[i], "");
		refused(by_clone(CLONE_VM | CLONE_VFORK, 17), kernels[i], "");
		refused(by_clone3(thread, 0), kernels[i], "");
		refused(by_clone3(CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND, 17), kernels[i],
			"");
		refused(by_clone3(CLONE_INTO_CGROUP | CLONE_NEWTIME, 17), kernels[i], "");
	}
}

static void test_clone3_only(void **state)
{
	(void)state;
	refused(by_clone3(0, 0x100), V6_1, "A7 A8");
	refused(by_clone3(0, 0x100), V7_2, "A7 B2");
	refused(by_clone3(0, 65), V6_18, "A8");
	refused(by_clone3(0, 64), V6_18, "");
	refused(by_clone3(1ULL << 38, 0), V6_1, "A11");
	refused(by_clone3(1ULL << 38, 0), V7_3, "A11");
	refused(by_clone3(1ULL << 63, 0), V7_3, "A11");
	refused(by_clone3(NNP, 0), V6_18, "A11");
	refused(by_clone3(NNP, 0), V7_2, "");
	refused(by_clone3(CLONE_DETACHED, 17), V6_1, "A12");
	refused(by_clone3(17, 0), V6_1, "A12");
	refused(by_clone3(0x80, 0), V6_1, "");
	refused(by_clone3(CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND, 17), V6_1, "A13");
	refused(by_clone3(CLONE_PARENT, 17), V6_1, "A14");
	refused(by_clone3(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, 17), V6_1, "A14");
	/* clone(2) ignores both. */
	refused(by_clone(CLONE_DETACHED, 17), V6_1, "");
	refused(by_clone(CLONE_PARENT, 17), V6_1, "");
}

static void test_clone3_stack(void **state)
{
	struct clone_request request = by_clone3(CLONE_VM, 17);

	(void)state;
	request.stack_size = 4096;
	refused(request, V6_1, ""); /* not known: has_stack is not set */
	request.has_stack = true;
	refused(request, V6_1, "A15");
	request.stack = 0x7f0000000000;
	refused(request, V6_1, "");
	request.stack_size = 0;
	refused(request, V6_1, "A15");
	request.stack = 0;
	refused(request, V6_1, "");
}

static void test_exit_signal_moved_in_7_2(void **state)
{
	(void)state;
	refused(by_clone(0, 65), V6_18, "");
	refused(by_clone(0, 65), RULES_KERNEL(7, 1), "");
	refused(by_clone(0, 65), V7_2, "B2");
	refused(by_clone(0, 64), V7_2, "");
	refused(by_clone3(0, 65), RULES_KERNEL(7, 1), "A8");
	refused(by_clone3(0, 65), V7_2, "B2");
}

static void test_pidfd_and_parent_tid(void **state)
{
	struct clone_request request = by_clone3(CLONE_PIDFD | CLONE_PARENT_SETTID, 17);

	(void)state;
	refused(by_clone(CLONE_PIDFD | CLONE_PARENT_SETTID, 17), V6_1, "B1");
	refused(request, V6_1, "");
	may_be(request, V6_1, "B1");
	request.facts[RULES_FACT_SAME_POINTER] = RULES_YES;
	refused(request, V6_1, "B1");
	request.facts[RULES_FACT_SAME_POINTER] = RULES_NO;
	refused(request, V6_1, "");
	may_be(request, V6_1, "");
}

static void test_copy_process(void **state)
{
	(void)state;
	refused(by_clone(CLONE_NEWNS | CLONE_FS, 17), V6_1, "C1");
	refused(by_clone(CLONE_NEWUSER | CLONE_FS, 17), V6_1, "C2");
	refused(by_clone(CLONE_THREAD | CLONE_VM, 0), V6_1, "C4");
	refused(by_clone(CLONE_SIGHAND, 17), V6_1, "C5");
	refused(by_clone(CLONE_THREAD, 0), V6_1, "C4");
	refused(by_clone(CLONE_THREAD | CLONE_SIGHAND, 0), V6_1, "C5");
	refused(by_clone(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWPID, 0), V6_1, "C7");
	refused(by_clone(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWUSER, 0), V6_1, "C7");
	refused(by_clone(CLONE_PIDFD | CLONE_DETACHED, 17), V6_1, "C9");
	refused(by_clone(CLONE_NEWIPC | CLONE_SYSVSEM, 17), V6_1, "M2");
}

static void test_pidfd_of_a_thread(void **state)
{
	const uint64_t flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_PIDFD;

	(void)state;
	refused(by_clone(flags, 0), V5_10, "C9");
	refused(by_clone(flags, 0), V6_1, "C9");
	refused(by_clone(flags, 0), V6_12, "");
	refused(by_clone(flags, 0), 0, "C9");
}

static void test_flags_of_7_1(void **state)
{
	(void)state;
	refused(by_clone3(AUTOREAP, 0), V7_2, "");
	refused(by_clone3(AUTOREAP, 17), V7_2, "C10");
	refused(by_clone3(AUTOREAP | CLONE_PARENT, 0), V7_2, "C10");
	refused(by_clone3(AUTOREAP | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0), V7_2, "C10");
	refused(by_clone3(NNP | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0), V7_2, "C12");
	refused(by_clone3(AUTOKILL | AUTOREAP | NNP, 0), V7_2, "C13");
	refused(by_clone3(AUTOKILL | CLONE_PIDFD | NNP, 0), V7_2, "C13");
	refused(by_clone3(AUTOKILL | CLONE_PIDFD | AUTOREAP | NNP, 0), V7_2, "");
	refused(by_clone3(EMPTY | CLONE_FS, 0), V7_2, "C1");
	refused(by_clone3(EMPTY | CLONE_FS | CLONE_NEWNS, 0), V7_2, "C1");
	refused(by_clone3(EMPTY | CLONE_FS, 0), V6_18, "A11");
	may_be(by_clone3(EMPTY, 0), V7_2, "M1");
	may_be(by_clone3(EMPTY | CLONE_NEWUSER, 0), V7_2, "C3");
	may_be(by_clone3(AUTOKILL | CLONE_PIDFD | AUTOREAP, 0), V7_2, "C14");
	may_be(by_clone3(AUTOKILL | CLONE_PIDFD | AUTOREAP | NNP, 0), V7_2, "");
}

static void test_task_facts(void **state)
{
	struct clone_request request = by_clone(CLONE_PARENT, 17);
	char buf[64];

	(void)state;
	may_be(request, V6_18, "C6");
	may_be(request, V7_3, "C6 C11");
	request.facts[RULES_FACT_PIDNS_INIT] = RULES_YES;
	refused(request, V6_18, "C6");

	may_be(by_clone(CLONE_VM | CLONE_VFORK, 17), V6_1, "C8");
	may_be(by_clone(CLONE_VM | CLONE_VFORK, 17), RULES_KERNEL(6, 2), "");
	may_be(by_clone(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0), V6_12, "C7");
	may_be(by_clone(CLONE_NEWUSER, 17), V6_1, "C3");
	may_be(by_clone(CLONE_NEWNET, 17), V6_1, "M1");
	may_be(by_clone(CLONE_NEWNET | CLONE_NEWUSER, 17), V6_1, "C3");

	request = by_clone(CLONE_NEWNET, 17);
	request.facts[RULES_FACT_NO_CAP_SYS_ADMIN] = RULES_YES;
	assert_string_equal(ids(request, V6_1, RULES_REFUSED, EPERM, buf, sizeof(buf)), "M1");
}

static void test_order_is_the_kernels(void **state)
{
	(void)state;
	refused(by_clone3(1ULL << 40 | CLONE_DETACHED | CLONE_NEWNS | CLONE_FS | CLONE_THREAD, 99),
		V6_1, "A8 A11 A12 A14 C1 C4");
}

static void test_request_of_a_record(void **state)
{
	struct cs_clone rec = {.via = CS_VIA_CLONE3,
			       .flags = CLONE_PARENT | CLONE_PIDFD | CLONE_PARENT_SETTID,
			       .exit_signal = 17};
	struct clone_request request;

	(void)state;
	rules_request(&request, &rec);
	/* copy_process() was reached: neither A14 nor B1 can have refused it. */
	refused(request, 0, "");
	may_be(request, V6_1, "C6");
	rec.flags = CLONE_SIGHAND;
	rules_request(&request, &rec);
	refused(request, 0, "C5");
}

static void check_row(const struct rule *rule)
{
	assert_true(rule->error > 0 || rule->open);
	assert_non_null(rule->sentence);
	assert_true(strlen(rule->sentence) > 0 &&
		    rule->sentence[strlen(rule->sentence) - 1] != '.');
	assert_non_null(rule->function);
	assert_true(!rule->until || rule->since <= rule->until);
	assert_false(rule->all & rule->none);
	assert_int_equal(rule->others[RULES_ERRORS_MAX - 1], 0);
	assert_true(rule->fact == RULES_FACT_NONE || strlen(rules_fact_text(rule->fact)) > 0);
	assert_int_equal(rule->basis == RULES_BY_EVIDENCE, rule->holds != NULL);
	if (rule->basis == RULES_BY_REQUEST)
		assert_true(rule->all || rule->any || rule->also);
	if (rule->scope != RULES_SCOPE_ALL)
		assert_int_equal(rule->stage, CS_STAGE_CHECKS);
}

static void test_table(void **state)
{
	const struct rule *rule, *before = NULL;
	size_t count = 0, moved = 0;

	(void)state;
	for (; (rule = rules_at(count)); count++) {
		check_row(rule);
		if (before && rule->stage < before->stage)
			moved++;
		before = rule;
	}
	assert_in_range(count, 110, RULES_MAX);
	assert_true(moved == 0);
	assert_int_equal(
		rules_check(&(struct clone_request){.flags = CLONE_SIGHAND}, V6_1, NULL, 0), 1);
}

static void test_parse_kernel(void **state)
{
	(void)state;
	assert_int_equal(rules_parse_kernel("6.1"), V6_1);
	assert_int_equal(rules_parse_kernel("6.1.192"), V6_1);
	assert_int_equal(rules_parse_kernel("6.1.0-18-amd64"), V6_1);
	assert_int_equal(rules_parse_kernel("6.12-rc1"), V6_12);
	assert_int_equal(rules_parse_kernel("6.12+deb13"), V6_12);
	assert_int_equal(rules_parse_kernel("6.1x"), 0);
	assert_int_equal(rules_parse_kernel("6"), 0);
	assert_int_equal(rules_parse_kernel("6.999"), 0);
	assert_int_equal(rules_parse_kernel(""), 0);
}

/* Every row of the reference table has a rule here, in that order but for M14. */
static void test_every_row_is_there(void **state)
{
	static const char *const groups =
		"X3 A15 B2 C14 D1 E5 F8 G4 H1 I1 J4 K6 L1 M14 N1 O1 P7 Q2 "
		"R8 S2 T1 U1 V2 ";
	const struct rule *rule;

	(void)state;
	for (const char *at = groups; *at; at = strchr(at, ' ') + 1) {
		for (int number = 1; number <= atoi(at + 1); number++) {
			char id[8];
			bool found = false;

			snprintf(id, sizeof(id), "%c%d", *at, number);
			for (size_t i = 0; (rule = rules_at(i)); i++)
				found |= !strcmp(rule->id, id);
			if (!found)
				fail_msg("no rule %s", id);
		}
	}
}

/* Ask the running kernel. The child, where there is one, is gone when this returns. */
static int ask_kernel(const struct clone_request *request)
{
	int pidfd = -1, parent_tid = -1;
	struct clone_args args = {.flags = request->flags,
				  .exit_signal = request->exit_signal,
				  .pidfd = (uintptr_t)&pidfd,
				  .parent_tid = (uintptr_t)&parent_tid};
	uint64_t legacy = request->flags | request->exit_signal;
	long pid;

	errno = 0;
	if (request->clone3)
		pid = syscall(SYS_clone3, &args, CLONE_ARGS_SIZE_VER0);
	else
		pid = syscall(SYS_clone, legacy, 0, &pidfd, NULL, 0);
	if (!pid)
		syscall(SYS_exit_group, 0);
	if (pid < 0)
		return errno;
	/* __WALL: a child without an exit signal is waited for as well. */
	assert_int_equal(waitpid((pid_t)pid, NULL, __WALL), pid);
	if (request->flags & CLONE_PIDFD)
		close(pidfd);
	return 0;
}

static int running_kernel(void)
{
	struct utsname name;

	return uname(&name) ? 0 : rules_parse_kernel(name.release);
}

/* What this process is not; CAP_SYS_ADMIN and Debian's sysctl stay unknown. */
static void set_facts(struct clone_request *request)
{
	request->facts[RULES_FACT_SAME_POINTER] = RULES_NO;
	request->facts[RULES_FACT_PIDNS_PENDING] = RULES_NO;
	request->facts[RULES_FACT_TIMENS_PENDING] = RULES_NO;
	request->facts[RULES_FACT_CALLER_AUTOREAP] = RULES_NO;
}

/* A child that shares memory or has another parent can't be made here, only refused. */
static int is_harmless(const struct clone_request *request)
{
	return !(request->flags & (CLONE_VM | CLONE_THREAD | CLONE_PARENT));
}

/* Compare the model and the kernel over one request. Returns 1 where there was an answer. */
static int compare(struct clone_request *request, int kernel)
{
	struct rules_hit hits[RULES_MAX];
	size_t count;
	int error;

	set_facts(request);
	count = rules_check(request, kernel, hits, RULES_MAX);
	if (count && hits[0].verdict == RULES_MAY_REFUSE)
		return 0;
	if (!count && !is_harmless(request))
		return 0;
	error = ask_kernel(request);
	if (error != (count ? hits[0].rule->error : 0))
		fail_msg("%s flags 0x%llx signal %d: the kernel says %d, the rule %s",
			 request->clone3 ? "clone3" : "clone", (unsigned long long)request->flags,
			 (int)request->exit_signal, error, count ? hits[0].rule->id : "none");
	return 1;
}

static void test_the_running_kernel_agrees(void **state)
{
	static const uint64_t bits[] = {
		CLONE_VM,     CLONE_FS,	      CLONE_SIGHAND, CLONE_THREAD,	  CLONE_PARENT,
		CLONE_NEWNS,  CLONE_NEWUSER,  CLONE_NEWPID,  CLONE_PARENT_SETTID, CLONE_PIDFD,
		CLONE_NEWIPC, CLONE_DETACHED, CLONE_SYSVSEM,
	};
	const size_t count = sizeof(bits) / sizeof(bits[0]);
	struct clone_request probe = by_clone3(CLONE_NEWNS | CLONE_FS, 17);
	int kernel = running_kernel(), answers = 0;

	(void)state;
	if (kernel < V5_10 || ask_kernel(&probe) != EINVAL) {
		print_message("no clone3() here: an old kernel, or seccomp\n");
		skip();
	}
	for (uint32_t set = 0; set < 1U << count; set++) {
		uint64_t flags = 0;

		for (size_t i = 0; i < count; i++)
			if (set >> i & 1)
				flags |= bits[i];
		for (int call = 0; call < 4; call++) {
			int signal = call & 1 ? 0 : 17;
			struct clone_request request = call & 2 ? by_clone3(flags, (uint64_t)signal)
								: by_clone(flags, signal);

			answers += compare(&request, kernel);
		}
	}
	print_message("%d answers of the kernel\n", answers);
	assert_true(answers > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everyday_calls_are_fine),
		cmocka_unit_test(test_clone3_only),
		cmocka_unit_test(test_clone3_stack),
		cmocka_unit_test(test_exit_signal_moved_in_7_2),
		cmocka_unit_test(test_pidfd_and_parent_tid),
		cmocka_unit_test(test_copy_process),
		cmocka_unit_test(test_pidfd_of_a_thread),
		cmocka_unit_test(test_flags_of_7_1),
		cmocka_unit_test(test_task_facts),
		cmocka_unit_test(test_order_is_the_kernels),
		cmocka_unit_test(test_request_of_a_record),
		cmocka_unit_test(test_parse_kernel),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_row_is_there),
		cmocka_unit_test(test_the_running_kernel_agrees),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
