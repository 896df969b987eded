// SPDX-License-Identifier: GPL-2.0
/* Numbers are dense, the same for the same bytes, and lead back to them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/intern.h"

static void test_numbers_are_dense(void **state)
{
	struct intern *intern = intern_new();

	(void)state;
	assert_int_equal(intern_number(intern, "sh", 2), 1);
	assert_int_equal(intern_number(intern, "", 0), 2);
	assert_int_equal(intern_number(intern, "sh", 2), 1);
	assert_int_equal(intern_number(intern, "sh\0", 3), 3);
	assert_int_equal(intern_number(intern, NULL, 0), 2);
	assert_int_equal(intern_count(intern), 3);
	intern_free(intern);
}

static void test_find_adds_nothing(void **state)
{
	struct intern *intern = intern_new();

	(void)state;
	assert_int_equal(intern_find(intern, "a", 1), 0);
	intern_number(intern, "a", 1);
	assert_int_equal(intern_find(intern, "a", 1), 1);
	assert_int_equal(intern_find(intern, "b", 1), 0);
	assert_int_equal(intern_count(intern), 1);
	intern_free(intern);
}

static void test_many_lead_back(void **state)
{
	struct intern *intern = intern_new();

	(void)state;
	for (uint32_t i = 0; i < 20000; i++)
		assert_int_equal(intern_number(intern, &i, sizeof(i)), i + 1);
	for (uint32_t i = 0; i < 20000; i++) {
		size_t length;

		assert_int_equal(intern_find(intern, &i, sizeof(i)), i + 1);
		assert_memory_equal(intern_bytes(intern, i + 1, &length), &i, sizeof(i));
		assert_int_equal(length, sizeof(i));
	}
	intern_free(intern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_dense),
		cmocka_unit_test(test_find_adds_nothing),
		cmocka_unit_test(test_many_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
