// SPDX-License-Identifier: GPL-2.0
/* Things are counted by their bytes, the most frequent first, and never more kinds than there is room for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/tally.h"

static void test_empty(void **state)
{
	struct tally *tally = tally_new(4);
	struct tally_row **rows;
	size_t count = 1;

	(void)state;
	rows = tally_sorted(tally, &count);
	assert_non_null(rows);
	assert_int_equal(count, 0);
	assert_int_equal(tally_others(tally), 0);
	free(rows);
	tally_free(tally);
	tally_free(NULL);
}

static void test_order(void **state)
{
	struct tally *tally = tally_new(8);
	struct tally_row **rows;
	size_t count;

	(void)state;
	tally_add(tally, "b", 1, 1);
	tally_add(tally, "ab", 2, 1);
	tally_add(tally, "a", 1, 1);
	tally_add(tally, "rare", 4, 1);
	tally_add(tally, "often", 5, 4);
	tally_add(tally, "often", 5, 3)->marked += 2;
	tally_add(tally, "rare", 4, 1)->note = "why";
	rows = tally_sorted(tally, &count);
	assert_int_equal(count, 5);
	assert_string_equal(rows[0]->key, "often");
	assert_int_equal(rows[0]->count, 7);
	assert_int_equal(rows[0]->marked, 2);
	assert_string_equal(rows[1]->key, "rare");
	assert_string_equal(rows[1]->note, "why");
	/* Equals by their bytes, the shorter one first. */
	assert_string_equal(rows[2]->key, "a");
	assert_string_equal(rows[3]->key, "ab");
	assert_string_equal(rows[4]->key, "b");
	free(rows);
	tally_free(tally);
}

/* A key is bytes, and where one ends tells it from another. */
static void test_bytes(void **state)
{
	struct tally *tally = tally_new(8);

	(void)state;
	tally_add(tally, "a\0b", 3, 1);
	tally_add(tally, "a\0c", 3, 1);
	tally_add(tally, "a", 1, 1);
	assert_int_equal(tally_add(tally, "", 0, 1)->count, 1);
	assert_int_equal(tally_add(tally, "a\0b", 3, 1)->count, 2);
	assert_int_equal(tally_add(tally, "a\0c", 3, 1)->count, 2);
	assert_int_equal(tally_add(tally, "a", 1, 1)->count, 2);
	tally_free(tally);
}

/* What has a row is counted in it, also when there is no room any more. */
static void test_full(void **state)
{
	struct tally *tally = tally_new(100);
	struct tally_row **rows;
	char key[16];
	size_t count;

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(tally_add(tally, key, strlen(key), 2) != NULL, i < 100);
	}
	assert_int_equal(tally_others(tally), 400);
	assert_int_equal(tally_add(tally, "99", 2, 1)->count, 3);
	rows = tally_sorted(tally, &count);
	assert_int_equal(count, 100);
	assert_string_equal(rows[0]->key, "99");
	free(rows);
	tally_free(tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
