// SPDX-License-Identifier: GPL-2.0
/* Tries that belong together, and those that don't. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "model/outcome.h"
#include "model/tries.h"

#define RESTART OUTCOME_ERESTARTNOINTR

static struct tries *tries;
static uint64_t now;

static int begin(void **state)
{
	(void)state;
	now = 1000;
	tries = tries_new();
	return !tries;
}

static int end(void **state)
{
	(void)state;
	tries_free(tries);
	return 0;
}

static struct cs_clone clone_of(uint32_t tid, uint64_t flags, int error)
{
	return (struct cs_clone){.head.ts_ns = now += 10,
				 .tid = tid,
				 .start_ns = 7,
				 .via = CS_VIA_CLONE,
				 .flags = flags,
				 .error = error};
}

static struct cs_call call_of(uint32_t tid, int via, int error)
{
	return (struct cs_call){.head.ts_ns = now += 10,
				.tid = tid,
				.start_ns = 7,
				.via = (uint8_t)via,
				.error = error};
}

/* The tries before @rec, as text; whether more are to come must be @more. */
static void clone_is(struct cs_clone rec, bool more, const char *expected)
{
	struct tries_before before;
	char text[TRIES_TEXT_SIZE];

	assert_int_equal(tries_take_clone(tries, &rec, &before), more);
	tries_format(text, sizeof(text), &before);
	assert_string_equal(text, expected);
}

static void call_is(struct cs_call call, bool more, const char *expected)
{
	struct tries_before before;
	char text[TRIES_TEXT_SIZE];

	assert_int_equal(tries_take_call(tries, &call, &before), more);
	tries_format(text, sizeof(text), &before);
	assert_string_equal(text, expected);
}

#define RESTARTED(n) "restarted: a signal was pending (-ERESTARTNOINTR), " #n " tries"

static void test_restarts(void **state)
{
	(void)state;
	clone_is(clone_of(5, 0x11, RESTART), true, "");
	clone_is(clone_of(5, 0x11, RESTART), true, RESTARTED(2));
	clone_is(clone_of(5, 0x11, 0), false, RESTARTED(3));
	clone_is(clone_of(5, 0x11, 0), false, "");
	clone_is(clone_of(5, 0x11, RESTART), true, "");
	clone_is(clone_of(5, 0x11, EAGAIN), false, RESTARTED(2));
}

static void test_a_signal_handler_clones_between(void **state)
{
	(void)state;
	clone_is(clone_of(5, 0x100, RESTART), true, "");
	clone_is(clone_of(5, 0x11, 0), false, "");
	call_is(call_of(5, CS_VIA_CLONE3, ENOSYS), false, "");
	clone_is(clone_of(5, 0x100, 0), false, RESTARTED(2));
}

static void test_other_threads(void **state)
{
	struct cs_clone rec;

	(void)state;
	clone_is(clone_of(5, 0, RESTART), true, "");
	clone_is(clone_of(6, 0, 0), false, "");
	rec = clone_of(5, 0, 0);
	rec.start_ns++; /* the tid was given out again */
	clone_is(rec, false, "");
	clone_is(clone_of(5, 0, 0), false, RESTARTED(2));
}

static void test_clone3_then_clone(void **state)
{
	(void)state;
	call_is(call_of(5, CS_VIA_CLONE3, ENOSYS), true, "");
	clone_is(clone_of(5, 0, 0), false, "clone3 was refused (ENOSYS), then clone");
	clone_is(clone_of(5, 0, 0), false, "");
	call_is(call_of(5, CS_VIA_CLONE3, ENOSYS), true, "");
	call_is(call_of(5, CS_VIA_CLONE3, EPERM), true, "clone3 was refused (ENOSYS), then clone");
	clone_is(clone_of(5, 0, RESTART), true, "clone3 was refused (EPERM), then clone");
	clone_is(clone_of(5, 0, EAGAIN), false,
		 "clone3 was refused (EPERM), then clone; " RESTARTED(2));
	call_is(call_of(5, CS_VIA_CLONE3, EPERM), true, "");
	call_is(call_of(5, CS_VIA_CLONE, EPERM), false, "clone3 was refused (EPERM), then clone");
	clone_is(clone_of(5, 0, 0), false, "");
}

static void test_clone3_and_something_else(void **state)
{
	struct cs_clone rec;

	(void)state;
	call_is(call_of(5, CS_VIA_CLONE3, EINVAL), false, "");
	clone_is(clone_of(5, 0, 0), false, "");
	call_is(call_of(5, CS_VIA_CLONE3, ENOSYS), true, "");
	now += 2000000000ULL;
	clone_is(clone_of(5, 0, 0), false, "");
	call_is(call_of(5, CS_VIA_CLONE3, ENOSYS), true, "");
	rec = clone_of(5, 0, 0);
	rec.via = CS_VIA_CLONE3;
	clone_is(rec, false, "");
	clone_is(clone_of(5, 0, 0), false, "");
}

static void test_memory_is_bounded(void **state)
{
	(void)state;
	for (uint32_t tid = 1; tid <= 5000; tid++)
		clone_is(clone_of(tid, 0, RESTART), true, "");
	assert_int_equal(tries_forgotten(tries), 5000 - 1024);
	clone_is(clone_of(1, 0, 0), false, "");
	clone_is(clone_of(5000, 0, 0), false, RESTARTED(2));
}

static void test_what_is_news(void **state)
{
	static const unsigned int news[] = {1, 10, 100, 1000, 1000000000};
	static const unsigned int others[] = {2, 9, 11, 20, 99, 101, 110, 4000000000U};

	(void)state;
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++)
		assert_true(tries_is_news(&(struct tries_before){.restarts = news[i] - 1}));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(tries_is_news(&(struct tries_before){.restarts = others[i] - 1}));
	assert_false(tries_is_news(&(struct tries_before){.restarts = UINT32_MAX}));
}

static void test_short_buffer(void **state)
{
	char text[16];
	const struct tries_before before = {.restarts = 4000000000U, .calls = 1};

	(void)state;
	assert_in_range(tries_format(text, sizeof(text), &before), 90, TRIES_TEXT_SIZE - 1);
	assert_string_equal(text, "clone3 was r...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restarts, begin, end),
		cmocka_unit_test_setup_teardown(test_a_signal_handler_clones_between, begin, end),
		cmocka_unit_test_setup_teardown(test_other_threads, begin, end),
		cmocka_unit_test_setup_teardown(test_clone3_then_clone, begin, end),
		cmocka_unit_test_setup_teardown(test_clone3_and_something_else, begin, end),
		cmocka_unit_test_setup_teardown(test_memory_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(test_what_is_news, begin, end),
		cmocka_unit_test_setup_teardown(test_short_buffer, begin, end),
	};

	return cmocka_run_group_tests_name("tries", tests, NULL, NULL);
}
