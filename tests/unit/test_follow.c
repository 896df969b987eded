// SPDX-License-Identifier: GPL-2.0
/* Following tasks and what they create, across tids that are used again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>

#include "model/follow.h"

static struct cs_clone clone_of(uint32_t tid, uint64_t start, uint32_t child, uint64_t child_start)
{
	return (struct cs_clone){.tid = tid,
				 .tgid = tid,
				 .start_ns = start,
				 .child_tid = child,
				 .child_start_ns = child_start};
}

static int match(struct follow_set *set, uint32_t tid, uint64_t start, uint32_t child,
		 uint64_t child_start)
{
	struct cs_clone rec = clone_of(tid, start, child, child_start);

	return follow_match(set, &rec);
}

static void test_follows_generations(void **state)
{
	struct follow_set *set = follow_new();

	(void)state;
	assert_non_null(set);
	assert_int_equal(match(set, 10, 100, 11, 110), 0);
	assert_int_equal(follow_add(set, 10, 100), 0);
	assert_int_equal(match(set, 10, 100, 11, 110), 1);
	assert_int_equal(match(set, 11, 110, 12, 120), 1);
	assert_int_equal(match(set, 12, 120, 13, 130), 1);
	assert_int_equal(match(set, 20, 100, 21, 110), 0);
	assert_int_equal(match(set, 21, 110, 22, 120), 0);
	assert_int_equal(follow_count(set), 4);
	follow_free(set);
}

static void test_reused_tid_is_another_task(void **state)
{
	struct follow_set *set = follow_new();

	(void)state;
	follow_add(set, 10, 100);
	assert_int_equal(match(set, 10, 100, 11, 110), 1);
	/* 11 ended; someone else's child got the number. */
	assert_int_equal(match(set, 11, 500, 12, 510), 0);
	assert_int_equal(match(set, 12, 510, 13, 520), 0);
	/* The number comes back to us with a new start: the old identity is gone. */
	assert_int_equal(match(set, 10, 100, 11, 900), 1);
	assert_int_equal(match(set, 11, 110, 14, 910), 0);
	assert_int_equal(match(set, 11, 900, 14, 910), 1);
	assert_int_equal(follow_count(set), 3);
	follow_free(set);
}

static void test_start_is_pinned_at_first_sight(void **state)
{
	struct follow_set *set = follow_new();

	(void)state;
	follow_add(set, 10, 0);
	assert_int_equal(match(set, 10, 100, 11, 110), 1);
	assert_int_equal(match(set, 10, 101, 12, 120), 0);
	assert_int_equal(match(set, 10, 100, 12, 120), 1);
	follow_free(set);
}

static void test_refusal_has_no_child(void **state)
{
	struct follow_set *set = follow_new();
	struct cs_clone rec = clone_of(10, 100, 0, 0);

	(void)state;
	rec.error = 11;
	follow_add(set, 10, 100);
	assert_int_equal(follow_match(set, &rec), 1);
	assert_int_equal(follow_count(set), 1);
	/* The idle tasks have tid 0 and are not followed by accident. */
	assert_int_equal(match(set, 0, 0, 50, 60), 0);
	assert_int_equal(follow_add(set, 0, 0), -EINVAL);
	follow_free(set);
}

static void test_returns(void **state)
{
	struct follow_set *set = follow_new();
	struct cs_return rec = {.tid = 10, .start_ns = 100, .child_tid = 11};

	(void)state;
	assert_int_equal(follow_match_task(set, rec.tid, rec.start_ns), 0);
	follow_add(set, 10, 100);
	assert_int_equal(follow_match_task(set, rec.tid, rec.start_ns), 1);
	assert_int_equal(follow_count(set), 1);
	rec.start_ns = 99;
	assert_int_equal(follow_match_task(set, rec.tid, rec.start_ns), 0);
	follow_free(set);
}

static void test_many(void **state)
{
	struct follow_set *set = follow_new();

	(void)state;
	follow_add(set, 1, 1);
	/* One parent, then a chain, over four times more forks than there are tids. */
	for (uint32_t i = 0; i < 130000; i++)
		assert_int_equal(match(set, 1, 1, 2 + i % 32767, 1000 + i), 1);
	assert_int_equal(follow_count(set), 32768);
	for (uint32_t i = 130000 - 32767; i < 130000; i++) {
		assert_int_equal(match(set, 2 + i % 32767, 1000 + i, 0, 0), 1);
		assert_int_equal(match(set, 2 + i % 32767, 1000 + i - 32767, 0, 0), 0);
	}
	assert_int_equal(match(set, 4000000, 1, 0, 0), 0);
	follow_free(set);
	follow_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follows_generations),
		cmocka_unit_test(test_reused_tid_is_another_task),
		cmocka_unit_test(test_start_is_pinned_at_first_sight),
		cmocka_unit_test(test_refusal_has_no_child),
		cmocka_unit_test(test_returns),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
