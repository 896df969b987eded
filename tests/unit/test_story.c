// SPDX-License-Identifier: GPL-2.0
/* A run's story: its steps in order, the slowest clones, the refusals that were most frequent. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/story.h"

static void add_exec(struct story *story, uint64_t ts_ns, uint32_t tid, const struct life *life)
{
	struct cs_exec rec = {
		.head = {.kind = CS_KIND_EXEC, .ts_ns = ts_ns}, .tid = tid, .file = "/bin/ls"};

	story_add_life(story, &rec.head, life);
}

static void add_namespaces(struct story *story, uint64_t flags, bool is_setns, int error)
{
	struct cs_namespaces rec = {.head = {.kind = CS_KIND_NAMESPACES, .ts_ns = 50},
				    .tid = 5,
				    .flags = flags,
				    .is_setns = is_setns,
				    .error = error};

	story_add_life(story, &rec.head, NULL);
}

static void add_exit(struct story *story, int code, bool last_thread)
{
	struct cs_exit rec = {.head = {.kind = CS_KIND_EXIT, .ts_ns = 60},
			      .tid = 7,
			      .tgid = 6,
			      .code = code,
			      .last_thread = last_thread};

	story_add_life(story, &rec.head, NULL);
}

static size_t count_steps(const struct story *story)
{
	uint64_t left_out;
	size_t count = 0;

	while (story_step(story, count, &left_out))
		count++;
	return count;
}

static void test_empty(void **state)
{
	struct story *story = story_new();
	uint64_t others;

	(void)state;
	assert_int_equal(count_steps(story), 0);
	assert_false(story_has_namespaces(story));
	assert_null(story_ready(story));
	assert_null(story_longest(story));
	assert_null(story_slowest(story, 0));
	assert_null(story_refusal(story, 0, &others));
	assert_int_equal(others, 0);
	story_free(story);
}

/* The longest step is one before it was ready, whatever comes after. */
static void test_ready(void **state)
{
	struct story *story = story_new();
	struct life fresh = {
		.tid = 3, .made_ns = 1, .fresh = true, .inner_tid = 1, .maker_tgid = 2};
	uint64_t left_out;

	(void)state;
	add_exec(story, 1000, 2, NULL);
	add_exec(story, 1300, 2, NULL);
	add_exec(story, 1400, 3, &fresh);
	add_exec(story, 9000, 3, &fresh);
	assert_int_equal(story_ready(story)->ts_ns, 1400);
	assert_int_equal(story_ready(story)->inner_tid, 1);
	assert_int_equal(story_ready(story)->maker_tgid, 2);
	assert_int_equal(story_longest(story)->ts_ns, 1300);
	assert_int_equal(story_longest(story)->before_ns, 1000);
	assert_int_equal(story_step(story, 0, &left_out)->before_ns, 0);
	assert_false(story_step(story, 1, &left_out)->ready);
	assert_int_equal(count_steps(story), 4);
	story_free(story);
}

static void test_what_is_a_step(void **state)
{
	struct story *story = story_new();
	struct cs_clone rec = {.tid = 1, .child_tid = 2, .copy_ns = 5};
	uint64_t left_out;

	(void)state;
	story_add_clone(story, &(struct clone){.rec = &rec}, 0);
	add_namespaces(story, CLONE_FILES, false, 0);
	add_exit(story, 0, true);
	add_exit(story, 256, false);
	assert_int_equal(count_steps(story), 0);
	assert_false(story_has_namespaces(story));
	add_exit(story, 256, true);
	add_exit(story, 256, true);
	assert_int_equal(count_steps(story), 1);
	assert_int_equal(story_step(story, 0, &left_out)->tid, 6);
	add_namespaces(story, 0, true, 0);
	assert_int_equal(count_steps(story), 2);
	add_namespaces(story, CLONE_NEWNET | CLONE_FS, false, 28);
	assert_int_equal(story_step(story, 2, &left_out)->namespaces, CLONE_NEWNET);
	assert_int_equal(story_step(story, 2, &left_out)->error, 28);
	assert_true(story_has_namespaces(story));
	rec.flags = CLONE_NEWPID | CLONE_VM;
	story_add_clone(story, &(struct clone){.rec = &rec}, 0);
	assert_int_equal(story_step(story, 3, &left_out)->namespaces, CLONE_NEWPID);
	assert_int_equal(story_step(story, 3, &left_out)->child_tid, 2);
	story_free(story);
}

/* Of many, the first and the last, and how many there were between. */
static void test_bounded_steps(void **state)
{
	const size_t all = STORY_FIRST + STORY_LAST + 7;
	struct story *story = story_new();
	uint64_t left_out, sum = 0;
	const struct story_step *step;

	(void)state;
	for (size_t i = 0; i < all; i++)
		add_exec(story, 100 + i, (uint32_t)i, NULL);
	assert_int_equal(count_steps(story), STORY_FIRST + STORY_LAST);
	for (size_t i = 0; (step = story_step(story, i, &left_out)); i++) {
		sum += left_out;
		assert_int_equal(step->tid, i + sum);
		if (i)
			assert_int_equal(step->before_ns, step->ts_ns - 1);
	}
	assert_int_equal(sum, 7);
	story_free(story);
}

static void test_slowest(void **state)
{
	static const uint64_t times[] = {30, 10, 50, 20, 40};
	struct story *story = story_new();
	struct cs_phases phases = {.phase_ns = {[CS_STAGE_MM] = 9, [CS_STAGE_NEW_NET] = 30}};
	struct cs_clone rec = {.tid = 1};
	struct clone clone = {.rec = &rec};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		rec.copy_ns = times[i];
		clone.phases = times[i] == 50 ? &phases : NULL;
		story_add_clone(story, &clone, 0);
	}
	rec.copy_ns = 100;
	rec.error = 11;
	story_add_clone(story, &clone, 0);
	rec.error = 0;
	rec.missing = CS_MISSING(CS_FACT_COPY_NS);
	story_add_clone(story, &clone, 0);
	assert_int_equal(story_slowest(story, 0)->copy_ns, 50);
	assert_int_equal(story_slowest(story, 0)->stage, CS_STAGE_NEW_NET);
	assert_int_equal(story_slowest(story, 0)->stage_ns, 30);
	assert_int_equal(story_slowest(story, 1)->copy_ns, 40);
	assert_int_equal(story_slowest(story, 1)->stage, -1);
	assert_int_equal(story_slowest(story, 2)->copy_ns, 30);
	assert_null(story_slowest(story, 3));
	story_free(story);
}

static void refuse(struct story *story, int error, const char *sentence, bool is_call)
{
	static struct refusal_verdict verdict;

	memset(&verdict, 0, sizeof(verdict));
	verdict.outcome = REFUSAL_DECIDED;
	verdict.error = error;
	verdict.count = 1;
	verdict.reasons[0].advice = "raise it";
	snprintf(verdict.reasons[0].sentence, sizeof(verdict.reasons[0].sentence), "%s", sentence);
	story_add_refusal(story, &verdict, is_call);
}

static void test_refusals(void **state)
{
	struct refusal_verdict nothing = {.outcome = REFUSAL_NONE};
	struct story *story = story_new();
	uint64_t others;

	(void)state;
	story_add_refusal(story, &nothing, false);
	assert_null(story_refusal(story, 0, &others));
	refuse(story, 11, "a", false);
	refuse(story, 11, "b", false);
	refuse(story, 28, "b", false);
	refuse(story, 28, "b", false);
	assert_string_equal(story_refusal(story, 0, &others)->sentence, "ENOSPC: b");
	assert_string_equal(story_refusal(story, 0, &others)->advice, "raise it");
	assert_int_equal(story_refusal(story, 0, &others)->count, 2);
	assert_string_equal(story_refusal(story, 1, &others)->sentence, "EAGAIN: a");
	assert_null(story_refusal(story, 3, &others));
	for (int i = 0; i < 100; i++) {
		char sentence[16];

		snprintf(sentence, sizeof(sentence), "%d", i);
		refuse(story, 11, sentence, false);
	}
	assert_non_null(story_refusal(story, STORY_REFUSALS - 1, &others));
	assert_null(story_refusal(story, STORY_REFUSALS, &others));
	assert_int_equal(others, 100 - (STORY_REFUSALS - 3));
	story_free(story);
}

/* clone3() that is hidden does no harm where clone() is there. */
static void test_made_up(void **state)
{
	struct story *story = story_new();
	struct cs_clone rec = {.tid = 1, .child_tid = 2};
	uint64_t others;

	(void)state;
	refuse(story, 38, "seccomp", true);
	refuse(story, 38, "seccomp", true);
	story_add_clone(story, &(struct clone){.rec = &rec}, 0);
	assert_int_equal(story_refusal(story, 0, &others)->made_up, 0);
	story_add_clone(story, &(struct clone){.rec = &rec}, 1);
	assert_int_equal(story_refusal(story, 0, &others)->made_up, 1);
	rec.error = 11;
	story_add_clone(story, &(struct clone){.rec = &rec}, 1);
	assert_int_equal(story_refusal(story, 0, &others)->made_up, 1);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	       cmocka_unit_test(test_ready),
		cmocka_unit_test(test_what_is_a_step), cmocka_unit_test(test_bounded_steps),
		cmocka_unit_test(test_slowest),	       cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_made_up),
	};

	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
