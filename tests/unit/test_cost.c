// SPDX-License-Identifier: GPL-2.0
/* What tracing takes is told of each place, and of a while. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "model/cost.h"

static void test_one_place(void **state)
{
	struct cost cost = {0};

	(void)state;
	cost_add(&cost, "raw_tp task_newtask", 3, 300);
	cost_add(&cost, "raw_tp sched_process_exit", 1, 50);
	cost_add(&cost, "raw_tp task_newtask", 2, 20);
	assert_int_equal(cost.count, 2);
	assert_int_equal(cost.probes[0].runs, 5);
	assert_int_equal(cost.probes[0].ns, 320);
	assert_int_equal(cost_probes_ns(&cost), 370);
}

/* A probe that was not there before counts in full; the place of the sum may be that of what is added to. */
static void test_since(void **state)
{
	struct cost before = {.clones = 5, .reader_ns = 1000},
		    now = {.clones = 9, .reader_ns = 1500};

	(void)state;
	cost_add(&before, "kprobe a", 10, 100);
	cost_add(&now, "kprobe b", 7, 70);
	cost_add(&now, "kprobe a", 14, 160);
	cost_since(&now, &before, &before);
	assert_int_equal(before.clones, 4);
	assert_int_equal(before.reader_ns, 500);
	assert_string_equal(before.probes[0].where, "kprobe b");
	assert_int_equal(before.probes[0].runs, 7);
	assert_int_equal(before.probes[1].runs, 4);
	assert_int_equal(before.probes[1].ns, 60);
}

static void test_bounded(void **state)
{
	struct cost cost = {0};
	char where[32];

	(void)state;
	for (int i = 0; i < 2 * COST_MAX_PROBES; i++) {
		snprintf(where, sizeof(where), "kprobe f%d", i);
		cost_add(&cost, where, 1, 1);
	}
	assert_int_equal(cost.count, COST_MAX_PROBES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_place),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
