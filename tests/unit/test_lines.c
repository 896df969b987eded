// SPDX-License-Identifier: GPL-2.0
/* Lines end where words do, and are as long as they may be. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/lines.h"

static void test_fit(void **state)
{
	(void)state;
	assert_int_equal(lines_fit("", 5), 0);
	assert_int_equal(lines_fit("one two", 80), 7);
	assert_int_equal(lines_fit("one two", 7), 7);
	assert_int_equal(lines_fit("one two", 6), 3);
	assert_int_equal(lines_fit("one two", 3), 3);
	/* One word at least. */
	assert_int_equal(lines_fit("one two", 2), 3);
	assert_int_equal(lines_fit("longest", 1), 7);
	/* Blanks before a word are its own, those at the end nobody's. */
	assert_int_equal(lines_fit("  one two", 5), 5);
	assert_int_equal(lines_fit("one   two", 6), 3);
	/* After a bar, which stays. */
	assert_int_equal(lines_fit("VM|FS|FILES", 8), 6);
	assert_int_equal(lines_fit("VM|FS|FILES", 5), 3);
	assert_int_equal(lines_fit("VM|FS|FILES", 1), 3);
}

static void expect_wrapped(size_t indent, size_t width, const char *text, const char *expected)
{
	char *printed = NULL;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	assert_non_null(out);
	lines_wrap(out, indent, width, text);
	fclose(out);
	assert_string_equal(printed, expected);
	free(printed);
}

static void test_wrap(void **state)
{
	(void)state;
	expect_wrapped(0, 9, "one two three", "one two\nthree\n");
	expect_wrapped(2, 9, "one two three", "one two\n  three\n");
	/* More columns than blanks are written at once. */
	expect_wrapped(40, 44, "one two", "one\n                                        two\n");
	expect_wrapped(0, 80, "", "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
