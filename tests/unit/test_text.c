// SPDX-License-Identifier: GPL-2.0
/* Appending to a bounded buffer, and words made safe for a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "model/text.h"

static void test_appends_what_fits(void **state)
{
	char buf[16];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_add(&text, "%s", "abc");
	text_add(&text, "-%d", 12);
	assert_int_equal(text_end(&text), 6);
	assert_string_equal(buf, "abc-12");
}

static void test_exactly_full_is_not_cut(void **state)
{
	char buf[6];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_add(&text, "12345");
	assert_int_equal(text_end(&text), 5);
	assert_string_equal(buf, "12345");
}

static void test_shows_that_it_was_cut(void **state)
{
	char buf[8];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	for (int i = 0; i < 5; i++)
		text_add(&text, "abc");
	assert_int_equal(text_end(&text), 15);
	assert_string_equal(buf, "abca...");
}

static void test_puts_words_and_numbers(void **state)
{
	char buf[64];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_put(&text, "");
	text_put(&text, "a%s");
	text_put_number(&text, 0);
	text_put_number(&text, UINT64_MAX);
	assert_int_equal(text_end(&text), 24);
	assert_string_equal(buf, "a%s018446744073709551615");
}

static void test_puts_columns(void **state)
{
	char buf[64];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_put_left(&text, 4, "ab");
	text_put_right(&text, 4, "cd");
	text_put_left(&text, 2, "wide");
	text_put_right(&text, 20, "x");
	assert_int_equal(text_end(&text), 32);
	assert_string_equal(buf, "ab    cdwide                   x");
}

static void test_puts_numbers_in_columns(void **state)
{
	char buf[128];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_put_number_right(&text, 4, 0);
	text_put_number_right(&text, 4, 1234);
	text_put_number_right(&text, 4, UINT64_MAX);
	text_put_number_right(&text, 0, 7);
	text_put_seconds_right(&text, 9, 1000500, false);
	text_put_seconds_right(&text, 10, 5, true);
	text_put_seconds_right(&text, 1, UINT64_MAX, true);
	text_end(&text);
	assert_string_equal(buf, "   0123418446744073709551615"
				 "7 1.000500 -0.000005-18446744073709.551615");
}

static void test_what_is_put_is_cut(void **state)
{
	char buf[8];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	text_put(&text, "1234567");
	assert_int_equal(text_end(&text), 7);
	assert_string_equal(buf, "1234567");
	text_put_right(&text, 3, "8");
	text_put_number(&text, 9);
	assert_int_equal(text_end(&text), 11);
	assert_string_equal(buf, "1234...");

	text = (struct text){.buf = buf, .size = 0};
	text_put(&text, "x");
	assert_int_equal(text.length, 1);
	assert_string_equal(buf, "1234...");
}

static void test_no_room_at_all(void **state)
{
	char buf[2] = "x";
	struct text text = {.buf = buf, .size = 0};

	(void)state;
	text_add(&text, "abc");
	assert_int_equal(text_end(&text), 3);
	assert_string_equal(buf, "x");

	text = (struct text){.buf = buf, .size = sizeof(buf)};
	text_add(&text, "abc");
	assert_int_equal(text_end(&text), 3);
	assert_string_equal(buf, "a");
}

static void test_nothing_added_is_empty(void **state)
{
	char buf[4] = "xyz";
	struct text text = {.buf = buf, .size = sizeof(buf)};

	(void)state;
	assert_int_equal(text_end(&text), 0);
	assert_string_equal(buf, "");
}

static void test_quote_hides_control(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(text_quote(buf, sizeof(buf), "VM"), "VM");
	assert_string_equal(text_quote(buf, sizeof(buf), "\033[31m\n\x7f\xc3\xa9"),
			    "\\x1b[31m\\x0a\\x7f\\xc3\\xa9");
	assert_string_equal(text_quote(buf, sizeof(buf), "a\\x1b"), "a\\\\x1b");
	assert_string_equal(text_quote(buf, sizeof(buf), ""), "");
}

static void test_quote_is_bounded(void **state)
{
	char buf[10], word[4096];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_string_equal(text_quote(buf, sizeof(buf), word), "aaaaaa...");
}

static const char *shell(const char *word)
{
	static char buf[64];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_put_shell(&text, word);
	text_end(&text);
	return buf;
}

static void test_shell_reads_it_back(void **state)
{
	(void)state;
	assert_string_equal(shell("--min-us=10"), "--min-us=10");
	assert_string_equal(shell(""), "''");
	assert_string_equal(shell("ls; date"), "'ls; date'");
	assert_string_equal(shell("NEWPID|NEWNS"), "'NEWPID|NEWNS'");
	assert_string_equal(shell("it's"), "'it'\\''s'");
	assert_string_equal(shell("\033[2J'\\"), "$'\\x1b[2J\\'\\\\'");
}

static void test_a_word_has_ends(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(text_quote_word(buf, sizeof(buf), "abc"), "abc");
	assert_string_equal(text_quote_word(buf, sizeof(buf), ""), "''");
	assert_string_equal(text_quote_word(buf, sizeof(buf), " a\033"), "' a\\x1b'");
	assert_string_equal(text_quote_word(buf, sizeof(buf), "a b c d e f g h i"),
			    "'a b c d e f...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appends_what_fits),
		cmocka_unit_test(test_exactly_full_is_not_cut),
		cmocka_unit_test(test_shows_that_it_was_cut),
		cmocka_unit_test(test_puts_words_and_numbers),
		cmocka_unit_test(test_puts_columns),
		cmocka_unit_test(test_puts_numbers_in_columns),
		cmocka_unit_test(test_what_is_put_is_cut),
		cmocka_unit_test(test_no_room_at_all),
		cmocka_unit_test(test_nothing_added_is_empty),
		cmocka_unit_test(test_quote_hides_control),
		cmocka_unit_test(test_quote_is_bounded),
		cmocka_unit_test(test_shell_reads_it_back),
		cmocka_unit_test(test_a_word_has_ends),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
