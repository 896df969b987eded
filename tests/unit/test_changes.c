// SPDX-License-Identifier: GPL-2.0
/* What a child has otherwise than its caller, in one line. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <linux/sched.h>
#include "model/changes.h"

static const struct cs_clone same_clone = {.tid = 1, .child_tid = 2, .uid = 1000};

static const struct cs_detail same_detail = {
	.ns = {1, 2, 3, 4, 5, 6, 7, 8},
	.caller_ns = {1, 2, 3, 4, 5, 6, 7, 8},
	.child_uid = 1000,
	.cpus = 4,
	.caller_cpus = 4,
	.prio = 120,
	.caller_prio = 120,
	.cgroup_id = 77,
	.caller_cgroup_id = 77,
};

static void check(const struct cs_clone *rec, const struct cs_detail *detail, uint32_t bits,
		  const char *expected)
{
	char text[CHANGES_TEXT_SIZE];

	assert_int_equal(changes_find(rec, detail), bits);
	changes_format(text, sizeof(text), rec, detail);
	assert_string_equal(text, expected);
}

static void test_nothing(void **state)
{
	(void)state;
	check(&same_clone, &same_detail, 0, "nothing");
}

static void test_container_start(void **state)
{
	struct cs_detail detail = same_detail;

	(void)state;
	detail.ns[CS_NS_PID] = 50;
	detail.ns[CS_NS_NET] = 51;
	detail.cgroup_id = 78;
	detail.caps = 0x1ff;
	detail.no_new_privs = 1;
	check(&same_clone, &detail,
	      1 << CHANGE_NAMESPACES | 1 << CHANGE_CGROUP | 1 << CHANGE_CAPS |
		      1 << CHANGE_NO_NEW_PRIVS,
	      "namespaces net pid, cgroup, capabilities 0x0 to 0x1ff, no_new_privs set");
}

static void test_scheduling(void **state)
{
	struct cs_detail detail = same_detail;

	(void)state;
	detail.caller_sched_policy = 1;
	detail.caller_prio = 100;
	detail.cpus_changed = 1;
	detail.cpus = 2;
	check(&same_clone, &detail, 1 << CHANGE_SCHED | 1 << CHANGE_CPUS,
	      "scheduling fifo priority 100 to other priority 120, CPUs 4 to 2");
	detail = same_detail;
	detail.cpus_changed = 1;
	detail.caller_sched_policy = 9;
	check(&same_clone, &detail, 1 << CHANGE_SCHED | 1 << CHANGE_CPUS,
	      "scheduling ? to other, CPUs 4 others");
}

static void test_the_rest(void **state)
{
	struct cs_detail detail = same_detail;
	struct cs_clone rec = same_clone;

	(void)state;
	detail.child_uid = 0;
	detail.seccomp = 2;
	detail.mems_changed = 1;
	rec.policy.mode = 2;
	rec.policy.nodes[0] = 1;
	rec.policy.home_node = CS_NO_NODE;
	check(&rec, &detail,
	      1 << CHANGE_UID | 1 << CHANGE_SECCOMP | 1 << CHANGE_MEMS | 1 << CHANGE_POLICY,
	      "uid 1000 to 0, seccomp none to filter, allowed memory nodes, "
	      "memory policy bind:0 to default");
}

/* What isn't known is neither changed nor the same. */
static void test_unknown(void **state)
{
	struct cs_detail detail = same_detail;
	struct cs_clone rec = same_clone;

	(void)state;
	detail.missing = (1 << CS_DETAIL_COUNT) - 1;
	memset(detail.ns, 0, sizeof(detail.ns));
	detail.cgroup_id = 0;
	detail.cpus_changed = 1;
	rec.missing = CS_MISSING(CS_FACT_POLICY);
	rec.policy.mode = 2;
	check(&rec, &detail, 0,
	      "nothing, namespaces ?, cgroup ?, CPUs ?, allowed memory nodes ?, memory policy ?");
}

static void test_refused(void **state)
{
	struct cs_detail detail = {.caller_ns = {1, 2, 3, 4, 5, 6, 7, 8}, .caller_cpus = 4};
	struct cs_clone rec = same_clone;

	(void)state;
	rec.error = 11;
	assert_int_equal(changes_find(&rec, &detail), 0);
}

static void test_names(void **state)
{
	uint64_t all = 0;

	(void)state;
	for (int ns = 0; ns < CS_NS_COUNT; ns++) {
		all |= namespace_flag(ns);
		assert_string_not_equal(namespace_name(ns), "?");
	}
	assert_int_equal(all, CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
				      CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET);
	assert_int_equal(namespace_flag(CS_NS_MNT), CLONE_NEWNS);
	for (int change = 0; change < CHANGE_COUNT; change++)
		assert_string_not_equal(change_name(change), "?");
	assert_string_equal(sched_policy_name(SCHED_DEADLINE), "deadline");
	assert_string_equal(sched_policy_name(SCHED_IDLE), "idle");
	assert_string_equal(sched_policy_name(4), "?");
	assert_string_equal(seccomp_name(3), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	   cmocka_unit_test(test_container_start),
		cmocka_unit_test(test_scheduling), cmocka_unit_test(test_the_rest),
		cmocka_unit_test(test_unknown),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
