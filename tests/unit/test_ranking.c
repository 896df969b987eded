// SPDX-License-Identifier: GPL-2.0
/* The rows of a live table: taken from totals, sorted by any column, filtered by name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "model/ranking.h"

static void add(struct totals *totals, const char *comm, uint64_t ns, int error)
{
	struct cs_clone rec = {.child_tid = error ? 0 : 2, .copy_ns = ns, .error = error};

	strncpy(rec.comm, comm, sizeof(rec.comm));
	totals_add(totals, &rec);
}

static const struct ranking_row *row_of(const struct ranking *ranking, const char *name)
{
	for (size_t i = 0; i < ranking->count; i++)
		if (!strcmp(ranking->rows[i].name, name))
			return &ranking->rows[i];
	fail_msg("there is no row %s", name);
	return NULL;
}

static void assert_order(const struct ranking *ranking, const char *expected)
{
	char names[256] = "";

	for (size_t i = 0; i < ranking->count; i++) {
		strcat(names, i ? " " : "");
		strcat(names, ranking->rows[i].name);
	}
	assert_string_equal(names, expected);
}

static void test_taken(void **state)
{
	struct totals *all = totals_new(), *recent = totals_new();
	struct ranking ranking = {0};

	(void)state;
	assert_true(ranking_take(&ranking, all, recent, TOTALS_BY_COMMAND));
	assert_int_equal(ranking.count, 0);
	for (int i = 1; i <= 100; i++)
		add(all, "make", 1000 * (uint64_t)i, 0);
	add(all, "make", 7, 11);
	add(all, "\033[2J", 5, 11);
	add(recent, "make", 1000, 0);
	add(recent, "make", 1000, 0);
	assert_true(ranking_take(&ranking, all, recent, TOTALS_BY_COMMAND));
	assert_int_equal(ranking.count, 2);
	assert_int_equal(row_of(&ranking, "make")->count, 101);
	assert_int_equal(row_of(&ranking, "make")->refused, 1);
	assert_int_equal(row_of(&ranking, "make")->recent, 2);
	assert_int_equal(row_of(&ranking, "make")->max_ns, 100000);
	assert_in_range(row_of(&ranking, "make")->p50_ns, 48000, 52000);
	/* Nothing of a name gets through to a terminal. */
	assert_int_equal(row_of(&ranking, "\\x1b[2J")->recent, 0);
	assert_false(row_of(&ranking, "\\x1b[2J")->timed);
	ranking_free(&ranking);
	totals_free(all);
	totals_free(recent);
}

/* What is one of the others in all, but not lately, counts for the others. */
static void test_others(void **state)
{
	struct totals *all = totals_new(), *recent = totals_new();
	const struct ranking_row *last;
	struct ranking ranking = {0};
	char comm[16];

	(void)state;
	for (int i = 0; i < TOTALS_MAX_GROUPS + 10; i++) {
		snprintf(comm, sizeof(comm), "x%d", i);
		add(all, comm, 1, 0);
	}
	add(recent, "x0", 1, 0);
	add(recent, comm, 1, 0);
	add(recent, comm, 1, 0);
	assert_true(ranking_take(&ranking, all, recent, TOTALS_BY_COMMAND));
	last = &ranking.rows[ranking.count - 1];
	assert_true(last->is_other);
	assert_int_equal(last->count, 10);
	assert_int_equal(last->recent, 2);
	assert_int_equal(row_of(&ranking, "x0")->recent, 1);
	for (int column = 0; column < RANKING_COLUMNS; column++) {
		ranking_sort(&ranking, (enum ranking_column)column, column % 2);
		assert_true(ranking.rows[ranking.count - 1].is_other);
	}
	ranking_free(&ranking);
	totals_free(all);
	totals_free(recent);
}

static void test_sorted(void **state)
{
	struct ranking_row rows[] = {
		{.name = "b", .count = 5, .recent = 1, .timed = true, .p50_ns = 9, .disagree = 1},
		{.name = "a", .count = 5, .recent = 3, .timed = true, .p50_ns = 1, .refused = 2},
		{.name = "c", .count = 9, .recent = 2, .refused = 9, .disagree = 1},
		{.name = "d", .count = 1, .timed = true, .p50_ns = 5, .max_ns = 70, .disagree = 1},
	};
	struct ranking ranking = {.count = 4, .rows = rows};
	static const struct {
		enum ranking_column column;
		bool ascending;
		const char *expected;
	} orders[] = {
		{RANKING_COUNT, false, "c a b d"},
		{RANKING_COUNT, true, "d a b c"},
		{RANKING_NAME, true, "a b c d"},
		{RANKING_NAME, false, "d c b a"},
		{RANKING_RATE, false, "a c b d"},
		{RANKING_REFUSED, false, "c a b d"},
		/* What was never timed is neither quick nor slow. */
		{RANKING_P50, false, "b d a c"},
		{RANKING_P50, true, "a d b c"},
		{RANKING_MAX, false, "d a b c"},
		{RANKING_OFF, false, "d b c a"}, /* a share, not a number */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		ranking_sort(&ranking, orders[i].column, orders[i].ascending);
		assert_order(&ranking, orders[i].expected);
	}
}

static void test_filtered(void **state)
{
	struct ranking_row row = {.name = "cs-Forks\\x1b"};

	(void)state;
	assert_true(ranking_match(&row, ""));
	assert_true(ranking_match(&row, "fork"));
	assert_true(ranking_match(&row, "CS-"));
	assert_true(ranking_match(&row, "\\x1b"));
	assert_false(ranking_match(&row, "forkz"));
	assert_false(ranking_match(&row, ".*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_filtered),
	};

	return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
