// SPDX-License-Identifier: GPL-2.0
/* Parts of clones find their clone, and no other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "model/join.h"

static bool take_clone(struct join *join, uint64_t ts_ns, uint32_t tid, struct clone *clone)
{
	static struct cs_clone rec;

	rec = (struct cs_clone){
		.head = {.kind = CS_KIND_CLONE, .size = sizeof(rec), .ts_ns = ts_ns}, .tid = tid};
	return join_take(join, &rec.head, clone);
}

static void take_refusal(struct join *join, uint64_t ts_ns, uint32_t tid, int stage)
{
	const struct cs_refusal rec = {
		.head = {.kind = CS_KIND_REFUSAL, .size = sizeof(rec), .ts_ns = ts_ns},
		.tid = tid,
		.stage = stage};
	struct clone clone;

	assert_false(join_take(join, &rec.head, &clone));
}

static void take_detail(struct join *join, uint64_t ts_ns, uint32_t tid)
{
	const struct cs_detail rec = {
		.head = {.kind = CS_KIND_DETAIL, .size = sizeof(rec), .ts_ns = ts_ns},
		.tid = tid,
		.pid_level = tid};
	struct clone clone;

	assert_false(join_take(join, &rec.head, &clone));
}

static void test_alone(void **state)
{
	struct join *join = join_new();
	struct clone clone;

	(void)state;
	assert_true(take_clone(join, 10, 1, &clone));
	assert_int_equal(clone.rec->tid, 1);
	assert_null(clone.refusal);
	assert_null(clone.detail);
	assert_null(clone.phases);
	join_free(join);
}

static void test_all_parts(void **state)
{
	const struct cs_phases phases = {
		.head = {.kind = CS_KIND_PHASES, .size = sizeof(phases), .ts_ns = 10},
		.tid = 1,
		.passed = 7};
	struct join *join = join_new();
	struct clone clone;

	(void)state;
	take_refusal(join, 10, 1, 5);
	take_detail(join, 10, 1);
	assert_false(join_take(join, &phases.head, &clone));
	assert_true(take_clone(join, 10, 1, &clone));
	assert_int_equal(clone.refusal->stage, 5);
	assert_int_equal(clone.detail->pid_level, 1);
	assert_int_equal(clone.phases->passed, 7);
	/* Used up. */
	assert_true(take_clone(join, 10, 1, &clone));
	assert_null(clone.refusal);
	join_free(join);
}

/* What one clone had is not the next one's. */
static void test_other_parts(void **state)
{
	struct join *join = join_new();
	struct clone clone;

	(void)state;
	take_refusal(join, 10, 1, 5);
	assert_true(take_clone(join, 10, 1, &clone));
	assert_non_null(clone.refusal);
	take_detail(join, 20, 1);
	assert_true(take_clone(join, 20, 1, &clone));
	assert_non_null(clone.detail);
	assert_null(clone.refusal);
	/* Nor is that of one that never came. */
	take_refusal(join, 30, 1, 5);
	take_detail(join, 40, 1);
	assert_true(take_clone(join, 40, 1, &clone));
	assert_non_null(clone.detail);
	assert_null(clone.refusal);
	join_free(join);
}

/* Two CPUs, one nanosecond: the thread decides. */
static void test_same_time(void **state)
{
	struct join *join = join_new();
	struct clone clone;

	(void)state;
	take_refusal(join, 10, 1, 5);
	take_refusal(join, 10, 2, 6);
	assert_true(take_clone(join, 10, 1, &clone));
	assert_int_equal(clone.refusal->stage, 5);
	assert_true(take_clone(join, 10, 2, &clone));
	assert_int_equal(clone.refusal->stage, 6);
	join_free(join);
}

/* A part whose clone was lost is nobody else's, and does not take up room for ever. */
static void test_orphans(void **state)
{
	struct join *join = join_new();
	struct clone clone;

	(void)state;
	for (uint64_t ts_ns = 1; ts_ns < 1000; ts_ns++)
		take_refusal(join, ts_ns, 1, 5);
	assert_true(take_clone(join, 1000, 1, &clone));
	assert_null(clone.refusal);
	take_refusal(join, 1001, 1, 6);
	assert_true(take_clone(join, 1001, 1, &clone));
	assert_int_equal(clone.refusal->stage, 6);
	join_free(join);
}

/* More at once than there is room for: clones without parts, and no others' parts. */
static void test_crowd(void **state)
{
	struct join *join = join_new();
	struct clone clone;
	int joined = 0;

	(void)state;
	for (uint32_t tid = 1; tid <= 1000; tid++)
		take_detail(join, 10, tid);
	for (uint32_t tid = 1; tid <= 1000; tid++) {
		assert_true(take_clone(join, 10, tid, &clone));
		if (clone.detail)
			assert_int_equal(clone.detail->pid_level, tid);
		joined += clone.detail != NULL;
	}
	assert_true(joined > 0);
	join_free(join);
}

/* An unshare() that failed has a part, too; it is no clone's. */
static void test_namespaces(void **state)
{
	struct cs_namespaces rec = {
		.head = {.kind = CS_KIND_NAMESPACES, .size = sizeof(rec), .ts_ns = 10},
		.tid = 1,
		.error = 28};
	struct join *join = join_new();
	const struct cs_refusal *refusal;
	struct clone clone;

	(void)state;
	assert_null(join_namespaces(join, &rec));
	take_refusal(join, 10, 2, 6);
	take_refusal(join, 10, 1, 5);
	assert_false(join_take(join, &rec.head, &clone));
	refusal = join_namespaces(join, &rec);
	assert_non_null(refusal);
	assert_int_equal(refusal->stage, 5);
	/* Used up. */
	assert_null(join_namespaces(join, &rec));
	assert_true(take_clone(join, 10, 2, &clone));
	assert_int_equal(clone.refusal->stage, 6);
	join_free(join);
}

/* More parts at one moment than there can be CPUs to make them: the rest is counted. */
static void test_no_room(void **state)
{
	struct join *join = join_new();

	(void)state;
	for (uint32_t tid = 1; tid <= 64; tid++)
		take_refusal(join, 10, tid, 1);
	assert_int_equal(join_forgotten(join), 0);
	for (uint32_t tid = 65; tid <= 70; tid++)
		take_refusal(join, 10, tid, 1);
	assert_int_equal(join_forgotten(join), 6);
	join_free(join);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),	  cmocka_unit_test(test_all_parts),
		cmocka_unit_test(test_same_time), cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_crowd),	  cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_no_room),	  cmocka_unit_test(test_other_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
