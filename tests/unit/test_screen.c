// SPDX-License-Identifier: GPL-2.0
/* The live screen without a screen: what keys choose, what has room, how numbers are written. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "view/screen_choices.h"
#include "view/screen_text.h"

static struct screen_choices choices;

static int start(void **state)
{
	(void)state;
	screen_choices_start(&choices);
	return 0;
}

static void type(const char *keys)
{
	for (; *keys; keys++)
		assert_int_equal(screen_press(&choices, *keys, 10), SCREEN_NOTHING);
}

static void press(int key)
{
	assert_int_equal(screen_press(&choices, key, 10), SCREEN_NOTHING);
}

static void test_tables(void **state)
{
	(void)state;
	assert_int_equal(choices.table, SCREEN_COMMAND);
	type("3");
	assert_int_equal(choices.table, SCREEN_FLAGS);
	press(SCREEN_KEY_TAB);
	assert_int_equal(choices.table, SCREEN_POLICY);
	type("1");
	press(SCREEN_KEY_BACK_TAB);
	assert_int_equal(choices.table, SCREEN_TABLES - 1);
	press(SCREEN_KEY_TAB);
	assert_int_equal(choices.table, SCREEN_COMMAND);
	type("8");
	assert_int_equal(choices.table, SCREEN_COMMAND);
}

/* Each table has an order of its own. */
static void test_sorting(void **state)
{
	(void)state;
	assert_int_equal(screen_order(&choices)->sort, RANKING_COUNT);
	type(">");
	assert_int_equal(screen_order(&choices)->sort, RANKING_RATE);
	assert_false(screen_order(&choices)->ascending);
	type("r");
	assert_true(screen_order(&choices)->ascending);
	type("3");
	assert_int_equal(screen_order(&choices)->sort, RANKING_COUNT);
	type("<");
	assert_int_equal(screen_order(&choices)->sort, RANKING_NAME);
	assert_true(screen_order(&choices)->ascending);
	press(SCREEN_KEY_LEFT);
	assert_int_equal(screen_order(&choices)->sort, RANKING_OFF);
	press(SCREEN_KEY_RIGHT);
	assert_int_equal(screen_order(&choices)->sort, RANKING_NAME);
	type("1");
	assert_int_equal(screen_order(&choices)->sort, RANKING_RATE);
}

static void test_filter(void **state)
{
	const char *filter = screen_order(&choices)->filter;

	(void)state;
	type("/q?z 1");
	assert_true(choices.editing);
	assert_string_equal(filter, "q?z 1");
	press(SCREEN_KEY_BACKSPACE);
	press(SCREEN_KEY_BACKSPACE);
	press(SCREEN_KEY_UP);
	assert_string_equal(filter, "q?z");
	press(SCREEN_KEY_ENTER);
	assert_false(choices.editing);
	type("/y");
	press(SCREEN_KEY_ESCAPE); /* as it was */
	assert_string_equal(filter, "q?z");
	press(SCREEN_KEY_ESCAPE); /* none */
	assert_string_equal(filter, "");
	type("/");
	for (int i = 0; i < 2 * SCREEN_FILTER_SIZE; i++)
		type("x");
	assert_int_equal(strlen(filter), SCREEN_FILTER_SIZE - 1);
	for (int i = 0; i < 2 * SCREEN_FILTER_SIZE; i++)
		press(SCREEN_KEY_BACKSPACE);
	assert_string_equal(filter, "");
	press(SCREEN_KEY_ENTER);
	assert_int_equal(screen_press(&choices, 'q', 10), SCREEN_QUIT);
	assert_int_equal(screen_press(&choices, 'z', 10), SCREEN_ZERO);
}

static void test_modes(void **state)
{
	(void)state;
	type(" ");
	assert_true(choices.frozen);
	type("f");
	assert_false(choices.frozen);
	type("w");
	assert_true(choices.recent);
	type("?");
	assert_true(choices.help);
	type("q"); /* any key goes back, and does nothing else */
	assert_false(choices.help);
	for (int i = 0; i < SCREEN_MATRICES; i++) {
		assert_int_equal(choices.matrix, i);
		type("m");
	}
	assert_int_equal(choices.matrix, SCREEN_MATRIX_BOTH);
	press(SCREEN_KEY_OTHER);
}

static void follow(size_t count, size_t cursor, size_t first)
{
	struct screen_order *order = screen_order(&choices);

	screen_follow_cursor(order, count, 10);
	assert_int_equal(order->cursor, cursor);
	assert_int_equal(order->first, first);
}

static void test_moving(void **state)
{
	(void)state;
	press(SCREEN_KEY_UP);
	follow(25, 0, 0);
	for (int i = 0; i < 10; i++)
		press(SCREEN_KEY_DOWN);
	follow(25, 10, 1);
	press(SCREEN_KEY_PAGE_DOWN);
	follow(25, 20, 11);
	press(SCREEN_KEY_PAGE_DOWN);
	follow(25, 24, 15);
	press(SCREEN_KEY_END);
	follow(25, 24, 15);
	press(SCREEN_KEY_PAGE_UP);
	follow(25, 14, 14);
	follow(12, 11, 2); /* fewer rows than there were */
	follow(3, 2, 0);
	follow(0, 0, 0);
	press(SCREEN_KEY_HOME);
	follow(25, 0, 0);
	screen_follow_cursor(screen_order(&choices), 5, 0); /* no room at all */
}

static void test_columns(void **state)
{
	enum ranking_column columns[RANKING_COLUMNS];

	(void)state;
	assert_int_equal(screen_columns(columns, 80, RANKING_COUNT), 6);
	assert_int_equal(columns[0], RANKING_COUNT);
	assert_int_equal(columns[3], RANKING_P50);
	assert_int_equal(columns[4], RANKING_P99);
	assert_int_equal(screen_columns(columns, 120, RANKING_COUNT), 8);
	/* What is sorted by is to be seen, however little room there is. */
	for (int width = SCREEN_MIN_WIDTH; width < 200; width++)
		for (int sort = RANKING_COUNT; sort < RANKING_COLUMNS; sort++) {
			size_t count = screen_columns(columns, width, (enum ranking_column)sort);
			bool found = false;

			assert_true((int)count * SCREEN_COLUMN_WIDTH < width);
			for (size_t i = 0; i < count; i++)
				found |= (int)columns[i] == sort;
			assert_true(found);
		}
}

static void assert_cell(const struct ranking_row *row, enum ranking_column column,
			const char *expected)
{
	char cell[SCREEN_CELL_SIZE];

	screen_format_cell(cell, row, column, 2);
	assert_string_equal(cell, expected);
	assert_true(strlen(cell) < SCREEN_COLUMN_WIDTH);
}

static void test_cells(void **state)
{
	struct ranking_row row = {.count = 8, .recent = 5, .refused = 1, .disagree = 1};

	(void)state;
	assert_cell(&row, RANKING_COUNT, "8");
	assert_cell(&row, RANKING_RATE, "2.5");
	assert_cell(&row, RANKING_REFUSED, "1");
	assert_cell(&row, RANKING_OFF, "12.5%");
	assert_cell(&row, RANKING_P50, "-"); /* never timed */
	row = (struct ranking_row){.count = 99999999,
				   .recent = 2000,
				   .timed = true,
				   .p50_ns = 23456,
				   .p90_ns = 999999949,
				   .p99_ns = 1000000000,
				   .max_ns = 123456789012,
				   .disagree = 99999999};
	assert_cell(&row, RANKING_COUNT, "99999999");
	assert_cell(&row, RANKING_RATE, "1000");
	assert_cell(&row, RANKING_P50, "23.5");
	assert_cell(&row, RANKING_P90, "999999.9");
	assert_cell(&row, RANKING_P99, "1.0s");
	assert_cell(&row, RANKING_MAX, "123.5s");
	assert_cell(&row, RANKING_OFF, "100.0%");
	row.count = 100000000;
	assert_cell(&row, RANKING_COUNT, "100.0M");
	row.count = 123456789012;
	assert_cell(&row, RANKING_COUNT, "123.5G");
}

static void assert_share(uint64_t count, uint64_t total, const char *expected)
{
	char share[SCREEN_CELL_SIZE];

	screen_format_share(share, count, total);
	assert_string_equal(share, expected);
}

static void test_shares(void **state)
{
	(void)state;
	assert_share(0, 0, "?"); /* nothing is known */
	assert_share(0, 10, ".");
	assert_share(1, 1000, "<1%");
	assert_share(455, 1000, "46%");
	assert_share(999, 1000, "99%");
	assert_share(1000, 1000, "100%");
}

static void test_spans(void **state)
{
	char span[SCREEN_CELL_SIZE];

	(void)state;
	screen_format_span(span, 59999999999);
	assert_string_equal(span, "59 s");
	screen_format_span(span, 185000000000);
	assert_string_equal(span, "3 min 05 s");
	screen_format_span(span, 7800000000000);
	assert_string_equal(span, "2 h 10 min");
}

static void test_lines(void **state)
{
	struct totals_summary all = {.count = 1000,
				     .refused = 12,
				     .nodes_comparable = 40,
				     .nodes_disagree = 10,
				     .stacks_cached = 30,
				     .stacks_fresh = 10};
	struct totals_summary recent = {.count = 500, .refused = 1};
	struct losses losses = {0};
	char line[SCREEN_LINE_SIZE];

	(void)state;
	screen_rate_line(line, &all, &recent, &losses, 2);
	assert_string_equal(line, "1000 clones, 250/s; 12 refused, 0.5/s; nothing lost");
	losses.count[0] = 3;
	all.restarted = 4;
	screen_rate_line(line, &all, &recent, &losses, 2);
	assert_string_equal(line, "1000 clones, 250/s; 12 refused, 0.5/s; 4 restarted; 3 LOST");
	screen_latency_line(line, &all, &recent);
	assert_string_equal(line, "us: -");
	histogram_add(&all.copy_ns, 1500);
	histogram_add(&recent.copy_ns, 2000);
	screen_latency_line(line, &all, &recent);
	assert_string_equal(line, "us: p50 1.5  p90 1.5  p99 1.5  max 1.5"
				  " | lately p50 2.0  p99 2.0");
	histogram_add(&all.copy_ns, 1234567);
	histogram_add(&all.copy_ns, 12345678901);
	screen_latency_line(line, &all, &recent);
	assert_string_equal(line, "us: p50 1212  p90 12.3s  p99 12.3s  max 12.3s"
				  " | lately p50 2.0  p99 2.0");
	screen_nodes_line(line, &all);
	assert_string_equal(line, "nodes disagree in 10 of 40 (25.0%); stacks 30 cached, 10 fresh");
	all.nodes_comparable = 0;
	all.stacks_unknown = 7;
	screen_nodes_line(line, &all);
	assert_string_equal(line, "nodes disagree in -; stacks 30 cached, 10 fresh, 7 not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tables, start),
		cmocka_unit_test_setup(test_sorting, start),
		cmocka_unit_test_setup(test_filter, start),
		cmocka_unit_test_setup(test_modes, start),
		cmocka_unit_test_setup(test_moving, start),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
