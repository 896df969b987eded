// SPDX-License-Identifier: GPL-2.0
/* How a clone ended. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/outcome.h"

static void test_outcomes(void **state)
{
	struct cs_clone rec = {.child_tid = 7};

	(void)state;
	assert_int_equal(outcome_of(&rec), OUTCOME_MADE);
	rec.error = 11; /* EAGAIN */
	assert_int_equal(outcome_of(&rec), OUTCOME_REFUSED);
	rec.error = 512; /* ERESTARTSYS: not what copy_process() gives for a restart */
	assert_int_equal(outcome_of(&rec), OUTCOME_REFUSED);
	rec.error = 513; /* ERESTARTNOINTR of include/linux/errno.h */
	assert_int_equal(outcome_of(&rec), OUTCOME_RESTARTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
