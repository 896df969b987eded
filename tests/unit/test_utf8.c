// SPDX-License-Identifier: GPL-2.0
/* What a stranger chose as a name becomes valid UTF-8, and what was valid stays as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <jansson.h>

#include "view/utf8.h"

#define BAD "\xef\xbf\xbd"

static void check(const char *text, const char *expected)
{
	char buf[UTF8_SIZE(64)];

	utf8_replace(buf, UTF8_SIZE(strlen(text)), text, strlen(text));
	assert_string_equal(buf, expected);
}

static void test_valid_text_stays(void **state)
{
	(void)state;
	check("", "");
	check("bash", "bash");
	check("\x1b[2J\",\"x\":\"", "\x1b[2J\",\"x\":\"");
	check("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	check("\xe2\x82\xac \xf0\x9f\x90\xa7", "\xe2\x82\xac \xf0\x9f\x90\xa7");
}

/* RFC 3629: overlong forms, surrogates, beyond U+10FFFF, cut off, alone. */
static void test_invalid_bytes_are_replaced(void **state)
{
	(void)state;
	check("\xff", BAD);
	check("a\x80z", "a" BAD "z");
	check("\xc0\xaf", BAD BAD);
	check("\xed\xa0\x80", BAD BAD BAD);
	check("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	check("\xe2\x82", BAD BAD);
	check("gr\xfc\xdf", "gr" BAD BAD);
}

/* jansson refuses what is not UTF-8, so it judges: all pairs of bytes, and all triples of a kind. */
static void test_a_json_library_takes_it_all(void **state)
{
	char buf[UTF8_SIZE(3)], text[3];
	json_t *json;

	(void)state;
	for (unsigned int i = 0; i < 1U << 18; i++) {
		text[0] = (char)(i >> 10 | 0x80);
		text[1] = (char)(i >> 2);
		text[2] = (char)"\x80\xbf\xc0\x41"[i & 3];
		utf8_replace(buf, sizeof(buf), text, sizeof(text));
		json = json_string(buf);
		assert_non_null(json);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_text_stays),
		cmocka_unit_test(test_invalid_bytes_are_replaced),
		cmocka_unit_test(test_a_json_library_takes_it_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
