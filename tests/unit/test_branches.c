// SPDX-License-Identifier: GPL-2.0
/* The way through copy_process(): what each flag decides, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/branches.h"
#include "model/flags.h"

static bool tells(const struct branches *branches, const char *word)
{
	for (size_t i = 0; i < branches->count; i++)
		if (strstr(branches->text[i], word))
			return true;
	return false;
}

static void check(uint64_t flags, enum cs_stage stage, const char *expected)
{
	struct cs_clone rec = {.via = CS_VIA_CLONE3, .flags = flags, .child_tid = 2};
	struct clone clone = {.rec = &rec};
	struct branches branches;

	branches_find(&branches, &clone, stage);
	if (!tells(&branches, expected))
		fail_msg("stage %d does not tell: %s", stage, expected);
}

static void test_flags_decide(void **state)
{
	(void)state;
	check(0, CS_STAGE_FILES, "CLONE_FILES not set: table of open files copied");
	check(CLONE_FILES, CS_STAGE_FILES, "CLONE_FILES set: table of open files shared");
	check(CLONE_VM, CS_STAGE_MM, "CLONE_VM set: address space shared");
	check(0, CS_STAGE_MM, "CLONE_VM not set: address space copied");
	check(CLONE_THREAD, CS_STAGE_PUBLISH, "CLONE_THREAD set: a child of the caller's parent");
	check(CLONE_PARENT, CS_STAGE_PUBLISH, "CLONE_PARENT set: a child of the caller's parent");
	check(0, CS_STAGE_PUBLISH, "CLONE_PARENT not set: a child of the caller");
	check(CLONE_NEWTIME, CS_STAGE_NEW_TIME, "CLONE_NEWTIME set");
	check(CLONE_NEWUSER, CS_STAGE_CREDS, "CLONE_NEWUSER set: a new user namespace");
	check(CLONE_NEWUSER, CS_STAGE_NAMESPACES, "no CLONE_NEW* set");
	check(CLONE_NEWNET, CS_STAGE_NAMESPACES, "each type is asked");
}

/* Each flag that the kernel acts upon inside copy_process() has its place, and one alone. */
static void test_every_flag_has_its_stage(void **state)
{
	/* Those of kernel_clone() and of ptrace, those without effect, and what a pidfd's end does. */
	const uint64_t elsewhere = CLONE_VFORK | CLONE_PTRACE | CLONE_UNTRACED | CLONE_DETACHED |
				   CLONE_AUTOREAP | CLONE_PIDFD_AUTOKILL;
	const struct flag_info *flags;
	size_t count;

	(void)state;
	flags = flags_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct cs_clone rec = {.via = CS_VIA_CLONE3, .flags = flags[i].bit};
		struct clone clone = {.rec = &rec};
		struct branches branches;
		char word[64];
		bool told = false;

		snprintf(word, sizeof(word), "CLONE_%s set", flags[i].name);
		for (int stage = 0; stage < CS_STAGE_COUNT; stage++) {
			branches_find(&branches, &clone, stage);
			told |= tells(&branches, word);
		}
		if (told == !!(flags[i].bit & elsewhere))
			fail_msg("CLONE_%s: told %d", flags[i].name, told);
	}
}

/* Every stage says something of every way in, and nothing overflows. */
static void test_every_stage_speaks(void **state)
{
	(void)state;
	for (int via = CS_VIA_FORK; via <= CS_VIA_VHOST; via++)
		for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
			for (int all = 0; all < 2; all++) {
				struct cs_clone rec = {
					.via = via, .child_tid = 2, .flags = all ? ~0ULL : 0};
				struct cs_detail detail = {.pid_level = CS_MAX_LEVELS - 1};
				struct clone clone = {.rec = &rec, .detail = &detail};
				struct branches branches;

				memset(detail.cgroup, '\n', sizeof(detail.cgroup) - 1);
				branches_find(&branches, &clone, stage);
				assert_in_range(branches.count, 1, BRANCHES_MAX);
				for (size_t i = 0; i < branches.count; i++)
					assert_null(strchr(branches.text[i], '\n'));
			}
}

static void test_facts(void **state)
{
	struct cs_clone rec = {.via = CS_VIA_KTHREAD,
			       .child_tid = 77,
			       .task_node = 1,
			       .stack_pages = 4,
			       .stack_origin = CS_STACK_CACHED,
			       .policy.mode = 2,
			       .policy.nodes = {2},
			       .policy.home_node = CS_NO_NODE};
	struct cs_detail detail = {.pid_level = 2, .pids = {77, 5, 1}};
	struct clone clone = {.rec = &rec, .detail = &detail};
	struct branches branches;

	(void)state;
	branches_find(&branches, &clone, CS_STAGE_TASK);
	assert_string_equal(branches.text[0], "task_struct on node 1");
	assert_string_equal(branches.text[1], "stack of 4 pages on node 0, from this CPU's cache");
	branches_find(&branches, &clone, CS_STAGE_POLICY);
	assert_string_equal(branches.text[0], "bind:1, the caller's memory policy, is copied");
	branches_find(&branches, &clone, CS_STAGE_PID);
	assert_string_equal(branches.text[0], "pid 77; in the namespaces below: 5, 1");
	branches_find(&branches, &clone, CS_STAGE_MM);
	assert_true(tells(&branches, "kernel thread"));
	rec.missing = CS_MISSING(CS_FACT_POLICY) | CS_MISSING(CS_FACT_TASK_NODE) |
		      CS_MISSING(CS_FACT_STACK_NODES);
	branches_find(&branches, &clone, CS_STAGE_POLICY);
	assert_true(tells(&branches, "?"));
	branches_find(&branches, &clone, CS_STAGE_TASK);
	assert_true(tells(&branches, "?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_decide),
		cmocka_unit_test(test_every_flag_has_its_stage),
		cmocka_unit_test(test_every_stage_speaks),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests_name("branches", tests, NULL, NULL);
}
