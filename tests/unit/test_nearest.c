// SPDX-License-Identifier: GPL-2.0
/* Typing errors are counted as people make them, and what is too far away is not suggested. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "model/nearest.h"

static void test_errors(void **state)
{
	(void)state;
	assert_int_equal(nearest_errors("", ""), 0);
	assert_int_equal(nearest_errors("trace", "trace"), 0);
	assert_int_equal(nearest_errors("TRACE", "trace"), 0);
	assert_int_equal(nearest_errors("", "top"), 3);
	assert_int_equal(nearest_errors("top", ""), 3);
	assert_int_equal(nearest_errors("trac", "trace"), 1);	/* one too few */
	assert_int_equal(nearest_errors("traces", "trace"), 1); /* too much */
	assert_int_equal(nearest_errors("trase", "trace"), 1);	/* wrong */
	assert_int_equal(nearest_errors("tarce", "trace"), 1);	/* swapped */
	assert_int_equal(nearest_errors("rtaec", "trace"), 2);
	assert_int_equal(nearest_errors("stat", "trace"), 4);
}

static void test_errors_go_both_ways(void **state)
{
	static const char *const words[] = {"", "a", "ab", "ba", "abc", "cab", "doctor", "dcotro"};
	const size_t count = sizeof(words) / sizeof(words[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			assert_int_equal(nearest_errors(words[i], words[j]),
					 nearest_errors(words[j], words[i]));
}

/* The subcommand that @word is near to. */
static const char *subcommand_near(const char *word)
{
	static const char *const known[] = {"trace", "stat", "record", "report", "top", "doctor"};
	struct nearest nearest;

	nearest_begin(&nearest, word);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_try(&nearest, known[i]);
	return nearest.found;
}

static void test_nearest_is_found(void **state)
{
	(void)state;
	assert_string_equal(subcommand_near("trcae"), "trace");
	assert_string_equal(subcommand_near("status"), "stat");
	assert_string_equal(subcommand_near("reort"), "report");
	assert_string_equal(subcommand_near("rekord"), "record");
	assert_string_equal(subcommand_near("TOP"), "top");
	assert_string_equal(subcommand_near("doc"), "doctor");
}

static void test_far_is_not_found(void **state)
{
	char longest[NEAREST_WORD_MAX + 2];

	(void)state;
	assert_null(subcommand_near(""));
	assert_null(subcommand_near("x"));
	assert_null(subcommand_near("ls"));
	assert_null(subcommand_near("monitor"));
	assert_null(subcommand_near("/usr/bin/make"));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(subcommand_near(longest));
}

/* The first of two that are as near as each other. */
static void test_order_decides(void **state)
{
	struct nearest nearest;

	(void)state;
	nearest_begin(&nearest, "re_ort");
	nearest_try(&nearest, "resort");
	nearest_try(&nearest, "report");
	assert_string_equal(nearest.found, "resort");
}

static void test_format(void **state)
{
	char buf[NEAREST_TEXT_SIZE];
	struct nearest nearest;

	(void)state;
	nearest_begin(&nearest, "jsno");
	assert_string_equal(nearest_format(buf, sizeof(buf), &nearest, "--"), "");
	nearest_try(&nearest, "json");
	assert_string_equal(nearest_format(buf, sizeof(buf), &nearest, "--"),
			    "; did you mean --json?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),		 cmocka_unit_test(test_errors_go_both_ways),
		cmocka_unit_test(test_nearest_is_found), cmocka_unit_test(test_far_is_not_found),
		cmocka_unit_test(test_order_decides),	 cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
