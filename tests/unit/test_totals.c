// SPDX-License-Identifier: GPL-2.0
/* Many records added up, against sums made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/totals.h"
#include "fork_record.h"

static void add(struct totals *totals, struct cs_clone rec)
{
	totals_add(totals, &rec);
}

/* The records of the @at'th group, whose text must be @text. */
static const struct totals_group *group_at(const struct totals *totals, enum totals_kind kind,
					   size_t at, const char *text)
{
	size_t count;
	const struct totals_group **groups = totals_sorted(totals, kind, &count);
	const struct totals_group *group;

	assert_non_null(groups);
	assert_true(at < count);
	group = groups[at];
	free(groups);
	assert_string_equal(group->text, text);
	return group;
}

static size_t group_count(const struct totals *totals, enum totals_kind kind)
{
	size_t count;

	free(totals_sorted(totals, kind, &count));
	return count;
}

static void test_empty(void **state)
{
	struct totals *totals = totals_new();

	(void)state;
	assert_non_null(totals);
	assert_int_equal(totals_summary(totals)->count, 0);
	for (int kind = 0; kind < TOTALS_KINDS; kind++)
		assert_int_equal(group_count(totals, kind), 0);
	totals_free(totals);
	totals_free(NULL);
}

static void test_outcomes_add_up(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 1000);
	const struct totals_summary *summary;

	(void)state;
	add(totals, rec);
	add(totals, rec);
	rec.error = 11;
	rec.copy_ns = 9;
	add(totals, rec);
	rec.error = 513;
	add(totals, rec);
	summary = totals_summary(totals);
	assert_int_equal(summary->count, 4);
	assert_int_equal(summary->made, 2);
	assert_int_equal(summary->refused, 1);
	assert_int_equal(summary->restarted, 1);
	/* Refusals are quick; they must not make forks look quick. */
	assert_int_equal(summary->copy_ns.count, 2);
	assert_int_equal(summary->copy_ns.min_ns, 1000);
	totals_free(totals);
}

static void test_by_command(void **state)
{
	struct totals *totals = totals_new();
	const struct totals_group *group;
	struct cs_clone rec = fork_record("make", 300);

	(void)state;
	for (int i = 0; i < 3; i++)
		add(totals, fork_record("make", 100 + 100 * i));
	rec.error = 12;
	add(totals, rec);
	add(totals, fork_record("zsh", 5));
	add(totals, fork_record("bash", 7));
	assert_int_equal(group_count(totals, TOTALS_BY_COMMAND), 3);
	group = group_at(totals, TOTALS_BY_COMMAND, 0, "make");
	assert_int_equal(group->count, 4);
	assert_int_equal(group->refused, 1);
	assert_int_equal(group->copy_ns.count, 3);
	assert_int_equal(group->copy_ns.max_ns, 300);
	/* As many records: by text, so that the order is the same every time. */
	group_at(totals, TOTALS_BY_COMMAND, 1, "bash");
	group_at(totals, TOTALS_BY_COMMAND, 2, "zsh");
	totals_free(totals);
}

static void test_comm_tricks(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 1);

	(void)state;
	add(totals, rec);
	memcpy(rec.comm + 3, "rubbish", 7); /* left behind its NUL by a longer name */
	add(totals, rec);
	assert_int_equal(group_at(totals, TOTALS_BY_COMMAND, 0, "sh")->count, 2);
	memset(rec.comm, 'x', sizeof(rec.comm)); /* no NUL at all */
	add(totals, rec);
	group_at(totals, TOTALS_BY_COMMAND, 1, "xxxxxxxxxxxxxxxx");
	/* A task that calls itself so is not the rest. */
	add(totals, fork_record("(other)", 1));
	assert_false(group_at(totals, TOTALS_BY_COMMAND, 1, "(other)")->is_other);
	totals_free(totals);
}

static void test_by_via_and_flags(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 1);
	const struct totals_group *group;

	(void)state;
	add(totals, rec);
	add(totals, rec);
	rec.flags = 0x4100;
	rec.via = CS_VIA_VFORK;
	add(totals, rec);
	add(totals, rec);
	add(totals, rec);
	rec.exit_signal = 0; /* the same flags, another signal */
	add(totals, rec);
	rec.missing = CS_MISSING(CS_FACT_VIA) | CS_MISSING(CS_FACT_EXIT_SIGNAL);
	add(totals, rec);

	group_at(totals, TOTALS_BY_VIA, 0, "vfork");
	assert_int_equal(group_at(totals, TOTALS_BY_VIA, 1, "fork")->key.via, CS_VIA_FORK);
	assert_int_equal(group_at(totals, TOTALS_BY_VIA, 2, "?")->count, 1);

	assert_int_equal(group_count(totals, TOTALS_BY_FLAGS), 4);
	group = group_at(totals, TOTALS_BY_FLAGS, 0, "VM|VFORK SIGCHLD");
	assert_int_equal(group->count, 3);
	assert_int_equal(group->key.flags.flags, 0x4100);
	assert_int_equal(group->key.flags.exit_signal, 17);
	group_at(totals, TOTALS_BY_FLAGS, 1, "CHILD_CLEARTID|CHILD_SETTID SIGCHLD");
	group_at(totals, TOTALS_BY_FLAGS, 2, "VM|VFORK -");
	group_at(totals, TOTALS_BY_FLAGS, 3, "VM|VFORK ?");
	totals_free(totals);
}

static void test_by_policy(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 1);

	(void)state;
	for (int i = 0; i < 3; i++)
		add(totals, rec);
	rec.policy.home_node = CS_NO_NODE; /* MPOL_DEFAULT has no home, whatever is written there */
	add(totals, rec);
	rec.policy.mode = 2;
	rec.policy.nodes[0] = 2;
	add(totals, rec);
	add(totals, rec);
	rec.missing = CS_MISSING(CS_FACT_POLICY);
	add(totals, rec);
	assert_int_equal(group_count(totals, TOTALS_BY_POLICY), 3);
	assert_int_equal(group_at(totals, TOTALS_BY_POLICY, 0, "default")->count, 4);
	assert_int_equal(group_at(totals, TOTALS_BY_POLICY, 1, "bind:1")->count, 2);
	assert_int_equal(group_at(totals, TOTALS_BY_POLICY, 2, "?")->count, 1);
	totals_free(totals);
}

static void test_by_errno(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 40);
	const struct totals_group *group;

	(void)state;
	add(totals, rec);
	rec.error = 11;
	add(totals, rec);
	add(totals, rec);
	rec.error = 513;
	add(totals, rec);
	assert_int_equal(group_count(totals, TOTALS_BY_ERRNO), 2);
	group = group_at(totals, TOTALS_BY_ERRNO, 0, "EAGAIN");
	assert_int_equal(group->count, 2);
	assert_int_equal(group->refused, 2);
	assert_int_equal(group->copy_ns.count, 2);
	group = group_at(totals, TOTALS_BY_ERRNO, 1, "ERESTARTNOINTR");
	assert_int_equal(group->refused, 0);
	assert_int_equal(group->restarted, 1);
	totals_free(totals);
}

#define DOCKER "3f5e8a0c4b6d2f1e9a7c5b3d1f0e2c4a6b8d0f2e4c6a8b0d2f4e6c8a0b2d4f6e"

static void test_by_container(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 100);
	const struct totals_group *group;

	(void)state;
	totals_add_container(totals, &rec, "/system.slice/docker-" DOCKER ".scope");
	totals_add_container(totals, &rec, "/system.slice/docker-" DOCKER ".scope/init");
	rec.error = 11;
	totals_add_container(totals, &rec, "/docker/" DOCKER);
	rec.error = 0;
	totals_add_container(totals, &rec, "/system.slice/cron.service");
	totals_add_container(totals, &rec, "/system.slice/cron.service");
	totals_add_container(totals, &rec, NULL);
	totals_add_container(totals, &rec, "/machine.slice/libpod-conmon-" DOCKER ".scope");
	assert_int_equal(group_count(totals, TOTALS_BY_CONTAINER), 4);
	group = group_at(totals, TOTALS_BY_CONTAINER, 0, "docker " DOCKER);
	assert_int_equal(group->count, 3);
	assert_int_equal(group->refused, 1);
	assert_int_equal(group->copy_ns.count, 2);
	group = group_at(totals, TOTALS_BY_CONTAINER, 1, "/system.slice/cron.service");
	assert_int_equal(group->key.container.engine, CONTAINER_NONE);
	assert_int_equal(group_at(totals, TOTALS_BY_CONTAINER, 2, "?")->key.container.known, 0);
	group_at(totals, TOTALS_BY_CONTAINER, 3, "monitor of podman " DOCKER);
	/* It adds to no other group. */
	assert_int_equal(totals_summary(totals)->count, 0);
	assert_int_equal(group_count(totals, TOTALS_BY_COMMAND), 0);
	totals_free(totals);
}

static void test_pod_is_no_container(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 100);

	(void)state;
	totals_add_container(totals, &rec, "/kubepods/burstable/pod1234-5678");
	totals_add_container(totals, &rec, "/kubepods/burstable/pod1234-5678/" DOCKER);
	totals_add_container(totals, &rec, "/kubepods/burstable/pod1234-5678/" DOCKER "/sub");
	assert_int_equal(group_count(totals, TOTALS_BY_CONTAINER), 2);
	group_at(totals, TOTALS_BY_CONTAINER, 0, "kubernetes " DOCKER);
	assert_true(
		group_at(totals, TOTALS_BY_CONTAINER, 1, "pod 1234-5678")->key.container.is_pod);
	totals_free(totals);
}

static void test_node_matrix(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 1);
	const struct totals_summary *summary = totals_summary(totals);

	(void)state;
	for (int i = 0; i < 4; i++)
		add(totals, rec); /* all on node 0 */
	rec.cpu_node = rec.task_node = 1;
	rec.stack_origin = CS_STACK_FRESH;
	for (int i = 0; i < 3; i++)
		add(totals, rec); /* task on node 1, stack on 0 */
	rec.stack_nodes[0] = 1;
	add(totals, rec);
	add(totals, rec); /* split */
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE) | CS_MISSING(CS_FACT_STACK_NODES) |
		      CS_MISSING(CS_FACT_STACK_ORIGIN);
	add(totals, rec); /* who knows */
	rec.missing = 0;
	rec.error = 22;
	rec.task_node = CS_NODE_NONE;
	rec.stack_pages = 0;
	add(totals, rec); /* refused before there was anything */

	/* Every record is in a cell: the cells add up to the count. */
	assert_int_equal(group_count(totals, TOTALS_BY_NODES), 5);
	group_at(totals, TOTALS_BY_NODES, 0, "cpu=0 task=0 stack=0");
	assert_int_equal(group_at(totals, TOTALS_BY_NODES, 1, "cpu=1 task=1 stack=0")->count, 3);
	assert_int_equal(group_at(totals, TOTALS_BY_NODES, 2, "cpu=1 task=1 stack=mixed")
				 ->key.cell.stack_node,
			 TOTALS_NODE_MIXED);
	group_at(totals, TOTALS_BY_NODES, 3, "cpu=1 task=- stack=-");
	group_at(totals, TOTALS_BY_NODES, 4, "cpu=1 task=? stack=?");
	assert_int_equal(summary->nodes_comparable, 9);
	assert_int_equal(summary->nodes_disagree, 5);
	assert_int_equal(summary->stacks_cached, 4);
	assert_int_equal(summary->stacks_fresh, 5);
	assert_int_equal(summary->stacks_unknown, 1);
	assert_int_equal(summary->incomplete, 1);
	totals_free(totals);
}

static void test_missing_time_is_no_time(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = fork_record("sh", 0);

	(void)state;
	rec.missing = CS_MISSING(CS_FACT_COPY_NS);
	add(totals, rec);
	assert_int_equal(totals_summary(totals)->made, 1);
	assert_int_equal(totals_summary(totals)->copy_ns.count, 0);
	assert_int_equal(group_at(totals, TOTALS_BY_COMMAND, 0, "sh")->copy_ns.count, 0);
	totals_free(totals);
}

static void test_flood_of_names(void **state)
{
	struct totals *totals = totals_new();
	size_t count, sum = 0;
	const struct totals_group **groups;
	char comm[16];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(comm, sizeof(comm), "x%d", i);
		add(totals, fork_record(comm, 1));
	}
	add(totals, fork_record("x7", 1)); /* a known name still finds its group */
	groups = totals_sorted(totals, TOTALS_BY_COMMAND, &count);
	assert_int_equal(count, TOTALS_MAX_GROUPS + 1);
	assert_string_equal(groups[0]->text, "x7");
	assert_int_equal(groups[0]->count, 2);
	assert_true(groups[count - 1]->is_other);
	assert_int_equal(groups[count - 1]->count, 10000 - TOTALS_MAX_GROUPS);
	assert_int_equal(groups[count - 1]->copy_ns.count, 10000 - TOTALS_MAX_GROUPS);
	for (size_t i = 0; i < count; i++)
		sum += groups[i]->count;
	assert_int_equal(sum, totals_summary(totals)->count);
	free(groups);
	totals_free(totals);
}

static void test_reset(void **state)
{
	struct totals *totals = totals_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		add(totals, fork_record("sh", 1));
		assert_int_equal(group_at(totals, TOTALS_BY_COMMAND, 0, "sh")->count, 1);
		totals_reset(totals);
		assert_int_equal(totals_summary(totals)->count, 0);
		assert_int_equal(group_count(totals, TOTALS_BY_COMMAND), 0);
	}
	totals_free(totals);
}

/* What nobody will look at is not kept, and the rest is as it would be. */
static void test_keep(void **state)
{
	struct totals *totals = totals_new();

	(void)state;
	totals_keep(totals, TOTALS_KIND(TOTALS_BY_NODES));
	for (int round = 0; round < 2; round++) {
		struct cs_clone rec = fork_record("sh", 1000);

		totals_reset(totals);
		add(totals, rec);
		totals_add_container(totals, &rec, "/system.slice/cron.service");
		assert_int_equal(totals_summary(totals)->made, 1);
		for (int kind = 0; kind < TOTALS_KINDS; kind++)
			assert_int_equal(group_count(totals, kind), kind == TOTALS_BY_NODES);
	}
	totals_free(totals);
}

static void test_phases(void **state)
{
	struct totals *totals = totals_new();
	struct cs_phases phases = {.phase_ns[CS_STAGE_MM] = 1000};

	(void)state;
	totals_add_phases(totals, &phases);
	phases.phase_ns[CS_STAGE_MM] = 3000;
	totals_add_phases(totals, &phases);
	assert_int_equal(totals_phase(totals, CS_STAGE_MM)->count, 2);
	assert_int_equal(totals_phase(totals, CS_STAGE_MM)->max_ns, 3000);
	assert_int_equal(totals_phase(totals, CS_STAGE_FILES)->count, 0);
	totals_reset(totals);
	assert_int_equal(totals_phase(totals, CS_STAGE_MM)->count, 0);
	totals_free(totals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_outcomes_add_up),
		cmocka_unit_test(test_by_command),
		cmocka_unit_test(test_comm_tricks),
		cmocka_unit_test(test_by_via_and_flags),
		cmocka_unit_test(test_by_policy),
		cmocka_unit_test(test_by_errno),
		cmocka_unit_test(test_by_container),
		cmocka_unit_test(test_pod_is_no_container),
		cmocka_unit_test(test_node_matrix),
		cmocka_unit_test(test_missing_time_is_no_time),
		cmocka_unit_test(test_flood_of_names),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
