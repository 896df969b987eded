// SPDX-License-Identifier: GPL-2.0
/* Records come out in the order in which they happened, and none gets lost on the way. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "source/order.h"

#define MANY 5000

static struct {
	uint64_t ts_ns[MANY];
	uint32_t tid[MANY];
	int count;
	int refuse_at; /* return -EPIPE for this one; -1: never */
} taken;

static int take(const struct cs_head *head, void *context)
{
	const struct cs_clone *rec = (const void *)head;

	(void)context;
	if (taken.count == taken.refuse_at)
		return -EPIPE;
	taken.ts_ns[taken.count] = head->ts_ns;
	taken.tid[taken.count++] = rec->tid;
	return 0;
}

static int reset(void **state)
{
	memset(&taken, 0, sizeof(taken));
	taken.refuse_at = -1;
	*state = order_new();
	return *state ? 0 : -1;
}

static int done(void **state)
{
	order_free(*state);
	return 0;
}

static void push(struct order *order, uint64_t ts_ns, uint32_t tid)
{
	struct cs_clone rec = {.head = {.kind = CS_KIND_CLONE, .size = sizeof(rec), .ts_ns = ts_ns},
			       .tid = tid};

	assert_int_equal(order_push(order, &rec.head), 0);
}

static void test_sorts_by_time(void **state)
{
	/* 3571 is prime to MANY, so every time comes once, in a wild order. */
	for (uint64_t i = 0; i < MANY; i++)
		push(*state, 1 + i * 3571 % MANY, 0);
	assert_int_equal(order_flush(*state, UINT64_MAX, take, NULL), MANY);
	for (uint64_t i = 0; i < MANY; i++)
		assert_int_equal(taken.ts_ns[i], i + 1);
}

static void test_equal_times_keep_their_order(void **state)
{
	for (uint32_t i = 0; i < 100; i++)
		push(*state, 7, i);
	order_flush(*state, UINT64_MAX, take, NULL);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(taken.tid[i], i);
}

/* A child's record comes from one CPU before its parent's comes from another. */
static void test_holds_back_what_may_be_overtaken(void **state)
{
	push(*state, 20, 2);
	assert_int_equal(order_flush(*state, 15, take, NULL), 0);
	push(*state, 10, 1);
	assert_int_equal(order_flush(*state, 15, take, NULL), 1);
	assert_int_equal(order_flush(*state, 25, take, NULL), 1);
	assert_int_equal(taken.tid[0], 1);
	assert_int_equal(taken.tid[1], 2);
}

static void test_the_limit_itself_is_held_back(void **state)
{
	push(*state, 15, 1);
	assert_int_equal(order_flush(*state, 15, take, NULL), 0);
	assert_int_equal(order_flush(*state, 16, take, NULL), 1);
}

static void test_a_refusal_stops_and_keeps_the_rest(void **state)
{
	for (uint32_t i = 1; i <= 3; i++)
		push(*state, i, i);
	taken.refuse_at = 1;
	assert_int_equal(order_flush(*state, UINT64_MAX, take, NULL), -EPIPE);
	taken.refuse_at = -1;
	assert_int_equal(order_flush(*state, UINT64_MAX, take, NULL), 1);
	assert_int_equal(taken.tid[0], 1);
	assert_int_equal(taken.tid[1], 3);
}

/* Each has its number in its last byte, too. */
static void push_any(struct order *order, uint32_t number)
{
	union {
		struct cs_head head;
		struct cs_clone clone;
		char bytes[1000];
	} rec = {.head = {.kind = CS_KIND_CLONE, .ts_ns = number}};

	rec.head.size = (__u16)(sizeof(rec.clone) + number * 7 % 500);
	rec.clone.tid = number;
	rec.bytes[rec.head.size - 1] = (char)number;
	assert_int_equal(order_push(order, &rec.head), 0);
}

static int take_whole(const struct cs_head *head, void *context)
{
	const char *bytes = (const void *)head;

	assert_int_equal(bytes[head->size - 1], (char)head->ts_ns);
	return take(head, context);
}

/* Some are always held back while others come and go, of all sizes. */
static void test_records_stay_whole(void **state)
{
	uint32_t pushed = 0;

	while (pushed < MANY - 100) {
		for (uint32_t i = 0; i < 1 + pushed % 97; i++)
			push_any(*state, ++pushed);
		order_flush(*state, pushed - pushed % 13, take_whole, NULL);
	}
	order_flush(*state, UINT64_MAX, take_whole, NULL);
	assert_int_equal(taken.count, pushed);
	for (uint32_t i = 0; i < pushed; i++)
		assert_int_equal(taken.tid[i], i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sorts_by_time, reset, done),
		cmocka_unit_test_setup_teardown(test_equal_times_keep_their_order, reset, done),
		cmocka_unit_test_setup_teardown(test_holds_back_what_may_be_overtaken, reset, done),
		cmocka_unit_test_setup_teardown(test_the_limit_itself_is_held_back, reset, done),
		cmocka_unit_test_setup_teardown(test_a_refusal_stops_and_keeps_the_rest, reset,
						done),
		cmocka_unit_test_setup_teardown(test_records_stay_whole, reset, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
