// SPDX-License-Identifier: GPL-2.0
/* The cells of the heat map, and how hot they are. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "model/matrix.h"

static void add(struct totals *totals, int cpu, int task, int stack)
{
	struct cs_clone rec = {.child_tid = 2,
			       .cpu_node = (__s16)cpu,
			       .task_node = (__s16)task,
			       .node_requested = CS_NO_NODE,
			       .stack_pages = 2,
			       .stack_nodes = {(__s16)stack, (__s16)stack}};

	totals_add(totals, &rec);
}

static void test_cells(void **state)
{
	struct totals *totals = totals_new();
	struct matrix matrix;

	(void)state;
	matrix_take(&matrix, totals, MATRIX_TASK);
	assert_int_equal(matrix.count, 0);
	add(totals, 0, 0, 0);
	add(totals, 0, 0, 3);
	add(totals, 3, 1, 3);
	matrix_take(&matrix, totals, MATRIX_TASK);
	assert_int_equal(matrix.count, 3);
	assert_int_equal(matrix.nodes[0], 0);
	assert_int_equal(matrix.nodes[1], 1);
	assert_int_equal(matrix.nodes[2], 3);
	assert_int_equal(matrix.total, 3);
	assert_int_equal(matrix.cells[0][0], 2);
	assert_int_equal(matrix.cells[2][1], 1);
	matrix_take(&matrix, totals, MATRIX_STACK);
	assert_int_equal(matrix.count, 3);
	assert_int_equal(matrix.cells[0][0], 1);
	assert_int_equal(matrix.cells[0][2], 1);
	assert_int_equal(matrix.cells[2][2], 1);
	assert_false(matrix.any_mixed);
	totals_free(totals);
}

static void test_unknown_and_mixed(void **state)
{
	struct totals *totals = totals_new();
	struct cs_clone rec = {.child_tid = 2, .stack_pages = 2, .stack_nodes = {0, 1}};
	struct matrix matrix;

	(void)state;
	totals_add(totals, &rec);
	rec.missing = CS_MISSING(CS_FACT_TASK_NODE) | CS_MISSING(CS_FACT_STACK_NODES);
	totals_add(totals, &rec);
	matrix_take(&matrix, totals, MATRIX_STACK);
	assert_true(matrix.any_mixed);
	assert_int_equal(matrix.cells[0][MATRIX_MAX_NODES], 1);
	assert_int_equal(matrix.total, 1);
	assert_int_equal(matrix.unknown, 1);
	matrix_take(&matrix, totals, MATRIX_TASK);
	assert_int_equal(matrix.cells[0][0], 1);
	assert_int_equal(matrix.unknown, 1);
	totals_free(totals);
}

/* Whatever has no room is counted: cells and the rest add up to all. */
static void test_many_nodes(void **state)
{
	struct totals *totals = totals_new();
	struct matrix matrix;
	uint64_t sum = 0;

	(void)state;
	for (int node = 0; node < MATRIX_MAX_NODES + 8; node++)
		add(totals, node, node, node);
	matrix_take(&matrix, totals, MATRIX_STACK);
	assert_int_equal(matrix.count, MATRIX_MAX_NODES);
	for (size_t i = 0; i < matrix.count; i++)
		sum += matrix.cells[i][i];
	assert_int_equal(sum, MATRIX_MAX_NODES);
	assert_int_equal(matrix.outside, 8);
	totals_free(totals);
}

static void test_heat(void **state)
{
	(void)state;
	assert_int_equal(matrix_heat(0, 0), 0);
	assert_int_equal(matrix_heat(0, 100), 0);
	assert_int_equal(matrix_heat(1, 1000000), 1);
	assert_int_equal(matrix_heat(9, 1000), 1);
	assert_int_equal(matrix_heat(10, 1000), 2);
	assert_int_equal(matrix_heat(50, 1000), 3);
	assert_int_equal(matrix_heat(199, 1000), 3);
	assert_int_equal(matrix_heat(200, 1000), 4);
	assert_int_equal(matrix_heat(500, 1000), MATRIX_HOTTEST);
	assert_int_equal(matrix_heat(1000, 1000), MATRIX_HOTTEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_unknown_and_mixed),
		cmocka_unit_test(test_many_nodes),
		cmocka_unit_test(test_heat),
	};

	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
