// SPDX-License-Identifier: GPL-2.0
/* NUMA: when the places of a clone disagree, and when that is not known. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "model/nodes.h"

/* A fork on node @cpu, with its task_struct on @task and four stack pages on @stack. */
static struct cs_clone record(int cpu, int task, int stack)
{
	struct cs_clone rec = {.cpu_node = (__s16)cpu,
			       .task_node = (__s16)task,
			       .node_requested = CS_NO_NODE,
			       .stack_pages = 4};

	for (int i = 0; i < 4; i++)
		rec.stack_nodes[i] = (__s16)stack;
	return rec;
}

static void check(const struct cs_clone *rec, enum nodes_verdict verdict, unsigned int pairs)
{
	assert_int_equal(nodes_disagreements(rec), pairs);
	assert_int_equal(nodes_check(rec), verdict);
}

static void test_all_on_one_node(void **state)
{
	struct cs_clone rec = record(1, 1, 1);

	(void)state;
	check(&rec, NODES_AGREE, 0);
	rec.node_requested = 1;
	check(&rec, NODES_AGREE, 0);
}

static void test_bound_task_of_6_12(void **state)
{
	/* MPOL_BIND to node 1: task_struct from the CPU's slab on 0, stack on 1. */
	struct cs_clone rec = record(0, 0, 1);

	(void)state;
	check(&rec, NODES_DISAGREE, NODES_STACK_OFF_CPU | NODES_STACK_OFF_TASK);
}

static void test_cached_stack_of_the_prototype(void **state)
{
	/* task_struct on node 1, where it ran; the cached stack on node 0. */
	struct cs_clone rec = record(1, 1, 0);

	(void)state;
	check(&rec, NODES_DISAGREE, NODES_STACK_OFF_CPU | NODES_STACK_OFF_TASK);
}

static void test_task_off(void **state)
{
	struct cs_clone rec = record(0, 1, 0);

	(void)state;
	check(&rec, NODES_DISAGREE, NODES_TASK_OFF_CPU | NODES_STACK_OFF_TASK);
}

static void test_one_page_elsewhere(void **state)
{
	/* MPOL_INTERLEAVE on 6.12: "1 1 0 0" */
	struct cs_clone rec = record(0, 0, 0);

	(void)state;
	rec.stack_nodes[3] = 1;
	check(&rec, NODES_DISAGREE, NODES_STACK_OFF_CPU | NODES_STACK_OFF_TASK | NODES_STACK_SPLIT);
}

static void test_request(void **state)
{
	/* kthread_create_on_node(1) from kthreadd on node 0, of which nothing came. */
	struct cs_clone rec = record(0, 0, 0);

	(void)state;
	rec.node_requested = 1;
	check(&rec, NODES_DISAGREE, NODES_TASK_OFF_REQUEST | NODES_STACK_OFF_REQUEST);
	rec.node_requested = 0;
	check(&rec, NODES_AGREE, 0);
}

static void test_unknown_is_no_disagreement(void **state)
{
	struct cs_clone rec = record(1, 0, 0);

	(void)state;
	/* Missing fields are zero: that is not node 0. */
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE) | CS_MISSING(CS_FACT_STACK_NODES) |
		      CS_MISSING(CS_FACT_NODE_REQUESTED);
	rec.node_requested = 0;
	check(&rec, NODES_UNKNOWN, 0);

	rec = record(1, 0, 1);
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE);
	check(&rec, NODES_AGREE, 0);

	rec = record(1, 1, 0);
	rec.missing = CS_MISSING(CS_FACT_STACK_NODES);
	check(&rec, NODES_AGREE, 0);

	rec = record(1, 1, 1);
	rec.missing = CS_MISSING(CS_FACT_NODE_REQUESTED);
	rec.node_requested = 0;
	check(&rec, NODES_AGREE, 0);
}

static void test_refused_has_no_nodes(void **state)
{
	struct cs_clone rec = record(1, CS_NODE_NONE, 0);

	(void)state;
	rec.stack_pages = 0;
	check(&rec, NODES_UNKNOWN, 0);
}

static void check_stack(const struct cs_clone *rec, enum nodes_stack_kind kind, const char *text)
{
	struct nodes_stack stack;
	char buf[NODES_TEXT_SIZE];

	nodes_stack(rec, &stack);
	assert_int_equal(stack.kind, kind);
	assert_int_equal(nodes_format_stack(buf, sizeof(buf), &stack), strlen(text));
	assert_string_equal(buf, text);
}

static void test_stack(void **state)
{
	struct cs_clone rec = record(0, 0, 3);

	(void)state;
	check_stack(&rec, NODES_STACK_ONE, "3");
	rec.stack_nodes[0] = 1;
	rec.stack_nodes[2] = 0;
	check_stack(&rec, NODES_STACK_MIXED, "0,1,3");
	rec.stack_nodes[0] = CS_NODE_NONE; /* a page that could not be read */
	check_stack(&rec, NODES_STACK_MIXED, "0,3");
	rec.missing = CS_MISSING(CS_FACT_STACK_NODES);
	check_stack(&rec, NODES_STACK_UNKNOWN, "?");
	rec.missing = 0;
	rec.stack_pages = 0;
	check_stack(&rec, NODES_STACK_NONE, "-");
	rec.stack_pages = 2;
	rec.stack_nodes[0] = rec.stack_nodes[1] = CS_NODE_NONE;
	check_stack(&rec, NODES_STACK_UNKNOWN, "?");
}

static void test_longest_stack(void **state)
{
	struct cs_clone rec = record(0, 0, 0);

	(void)state;
	/* A bad producer's number of pages is not believed. */
	rec.stack_pages = 65535;
	for (int i = 0; i < CS_MAX_STACK_PAGES; i++)
		rec.stack_nodes[i] = (__s16)(1023 - i);
	check_stack(
		&rec, NODES_STACK_MIXED,
		"1008,1009,1010,1011,1012,1013,1014,1015,1016,1017,1018,1019,1020,1021,1022,1023");
}

static void test_task(void **state)
{
	struct cs_clone rec = record(0, 5, 0);
	int node = 99;

	(void)state;
	assert_true(nodes_task(&rec, &node));
	assert_int_equal(node, 5);
	rec.task_node = CS_NODE_NONE;
	assert_true(nodes_task(&rec, &node));
	assert_int_equal(node, CS_NODE_NONE);
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE);
	assert_false(nodes_task(&rec, &node));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_on_one_node),
		cmocka_unit_test(test_bound_task_of_6_12),
		cmocka_unit_test(test_cached_stack_of_the_prototype),
		cmocka_unit_test(test_task_off),
		cmocka_unit_test(test_one_page_elsewhere),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_unknown_is_no_disagreement),
		cmocka_unit_test(test_refused_has_no_nodes),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_longest_stack),
		cmocka_unit_test(test_task),
	};

	return cmocka_run_group_tests_name("nodes", tests, NULL, NULL);
}
