// SPDX-License-Identifier: GPL-2.0
/* What becomes of a task is joined to the clone that made it, and to no other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/flags.h"
#include "model/lives.h"

static struct cs_clone clone_of(uint32_t tid, uint32_t child)
{
	struct cs_clone rec = {
		.head.ts_ns = 5000,
		.tid = tid,
		.start_ns = 100,
		.comm = "maker",
		.child_tid = child,
		.child_start_ns = 4000,
		.task_node = 1,
		.stack_pages = 2,
		.stack_nodes = {2, 3},
	};

	return rec;
}

static struct cs_start start_of(uint32_t tid, uint64_t start_ns, int node)
{
	struct cs_start rec = {
		.head.kind = CS_KIND_START, .tid = tid, .start_ns = start_ns, .node = node};

	return rec;
}

static void test_joined_by_identity(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone rec = clone_of(10, 20);
	struct cs_exec exec = {.head.kind = CS_KIND_EXEC, .tid = 20, .start_ns = 4000};
	struct cs_exit exit = {.head.kind = CS_KIND_EXIT, .tid = 20, .start_ns = 4001};
	struct cs_namespaces namespaces = {
		.head.kind = CS_KIND_NAMESPACES, .tid = 10, .start_ns = 100};
	struct cs_return back = {.head.kind = CS_KIND_RETURN, .tid = 20, .start_ns = 4000};
	struct cs_call call = {.head.kind = CS_KIND_CALL, .tid = 20, .start_ns = 4000};
	struct cs_phases other = {.head.kind = CS_KIND_PHASES, .tid = 20};
	const struct life *life;

	(void)state;
	assert_null(lives_find(lives, &exec.head));
	lives_add(lives, &(struct clone){.rec = &rec});
	life = lives_find(lives, &exec.head);
	assert_non_null(life);
	assert_int_equal(life->made_ns, 5000);
	assert_string_equal(life->comm, "maker");
	/* A later task with this tid. */
	assert_null(lives_find(lives, &exit.head));
	life = lives_find(lives, &namespaces.head);
	assert_non_null(life);
	assert_int_equal(life->made_ns, 0);
	assert_ptr_equal(lives_find(lives, &back.head), lives_find(lives, &exec.head));
	assert_ptr_equal(lives_find(lives, &call.head), lives_find(lives, &exec.head));
	assert_null(lives_find(lives, &other.head));
	lives_free(lives);
}

/* The caller of a clone is still the child of another one. */
static void test_child_that_clones(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone first = clone_of(10, 20), second = clone_of(20, 30);
	struct cs_start start = start_of(20, 4000, 0);

	(void)state;
	second.start_ns = 4000;
	lives_add(lives, &(struct clone){.rec = &first});
	lives_add(lives, &(struct clone){.rec = &second});
	assert_int_equal(lives_find(lives, &start.head)->made_ns, 5000);
	lives_free(lives);
}

static void test_refused_has_no_child(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone rec = clone_of(10, 0);
	struct cs_start start = start_of(0, 0, 0);

	(void)state;
	rec.error = 11;
	rec.child_start_ns = 0;
	lives_add(lives, &(struct clone){.rec = &rec});
	assert_null(lives_find(lives, &start.head));
	lives_free(lives);
}

static void test_where_it_ran(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone rec = clone_of(10, 20);
	struct cs_start start = start_of(20, 4000, 0);
	struct life life;

	(void)state;
	lives_add(lives, &(struct clone){.rec = &rec});
	life = *lives_find(lives, &start.head);
	assert_int_equal(lives_first_node(&life, &start), NODES_DISAGREE);
	for (start.node = 1; start.node <= 3; start.node++)
		assert_int_equal(lives_first_node(&life, &start), NODES_AGREE);
	start.node = -1;
	assert_int_equal(lives_first_node(&life, &start), NODES_UNKNOWN);
	start.node = 0;
	life.task_node_known = false;
	assert_int_equal(lives_first_node(&life, &start), NODES_UNKNOWN);
	life.task_node_known = true;
	life.stack.count = 0;
	assert_int_equal(lives_first_node(&life, &start), NODES_UNKNOWN);
	life.made_ns = 0;
	assert_int_equal(lives_first_node(&life, &start), NODES_UNKNOWN);
	lives_free(lives);
}

/* However many there are, the latest are there. */
static void test_bounded(void **state)
{
	struct lives *lives = lives_new();
	struct cs_start start = start_of(1000000, 4000, 0);

	(void)state;
	for (uint32_t tid = 1; tid <= 1000000; tid++) {
		struct cs_clone rec = clone_of(0, tid);

		lives_add(lives, &(struct clone){.rec = &rec});
	}
	for (; start.tid > 1000000 - LIVES_MAX; start.tid--)
		assert_non_null(lives_find(lives, &start.head));
	start.tid = 1;
	assert_null(lives_find(lives, &start.head));
	lives_free(lives);
}

/* Whoever has exited takes no room from those that live long. */
static void test_the_dead_make_room(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone first = clone_of(0, 3);
	struct cs_start start = start_of(3, 4000, 0);

	(void)state;
	lives_add(lives, &(struct clone){.rec = &first});
	for (uint32_t i = 1; i < 100; i++) {
		struct cs_clone rec = clone_of(0, 3 + i * LIVES_MAX);
		struct cs_exit exit = {.head.kind = CS_KIND_EXIT,
				       .tid = rec.child_tid,
				       .start_ns = rec.child_start_ns};

		lives_add(lives, &(struct clone){.rec = &rec});
		lives_forget(lives, &exit.head);
		assert_null(lives_find(lives, &exit.head));
	}
	assert_non_null(lives_find(lives, &start.head));
	lives_forget(lives, &start.head);
	assert_null(lives_find(lives, &start.head));
	lives_free(lives);
}

/* Whoever lives and is forgotten all the same is counted; who has gone, with or before its threads, is not. */
static void test_forgotten(void **state)
{
	struct lives *lives = lives_new();
	struct cs_exit thread = {
		.head.kind = CS_KIND_EXIT, .tid = 5, .tgid = 3, .start_ns = 4000, .last_thread = 1};

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		struct cs_clone rec = clone_of(0, 3 + i * LIVES_MAX);
		struct cs_exit leader = {.head.kind = CS_KIND_EXIT,
					 .tid = rec.child_tid,
					 .tgid = rec.child_tid,
					 .start_ns = rec.child_start_ns};

		lives_add(lives, &(struct clone){.rec = &rec});
		lives_forget(lives, &leader.head);
		assert_non_null(lives_find(lives, &leader.head));
		thread.tgid = rec.child_tid;
		lives_forget(lives, &thread.head);
		assert_null(lives_find(lives, &leader.head));
	}
	assert_int_equal(lives_forgotten(lives), 0);
	for (uint32_t i = 0; i < 20; i++) {
		struct cs_clone rec = clone_of(0, 3 + i * LIVES_MAX);

		lives_add(lives, &(struct clone){.rec = &rec});
	}
	assert_int_equal(lives_forgotten(lives), 20 - 8);
	lives_free(lives);
}

static struct cs_clone next_clone(uint32_t tid, uint32_t child, uint64_t flags)
{
	struct cs_clone rec = clone_of(tid, child);

	rec.start_ns = 4000;
	rec.flags = flags;
	return rec;
}

static const struct life *life_of(struct lives *lives, uint32_t tid)
{
	struct cs_exec exec = {.head.kind = CS_KIND_EXEC, .tid = tid, .start_ns = 4000};

	return lives_find(lives, &exec.head);
}

static void add(struct lives *lives, struct cs_clone rec)
{
	lives_add(lives, &(struct clone){.rec = &rec});
}

static void change(struct lives *lives, enum cs_kind kind, uint32_t tid, uint64_t flags, int error)
{
	struct cs_exec exec = {.head.kind = CS_KIND_EXEC, .tid = tid, .start_ns = 4000};
	struct cs_namespaces rec = {.head.kind = CS_KIND_NAMESPACES,
				    .tid = tid,
				    .start_ns = 4000,
				    .flags = flags,
				    .error = error};

	lives_change(lives, kind == CS_KIND_EXEC ? &exec.head : &rec.head);
}

/* As lxc and bwrap do it: pid 1 stays what it is, its child becomes the program. */
static void test_fresh_by_clone(void **state)
{
	struct lives *lives = lives_new();

	(void)state;
	add(lives, next_clone(10, 20, CLONE_NEWPID));
	assert_false(life_of(lives, 10)->fresh);
	assert_true(life_of(lives, 20)->fresh);
	add(lives, next_clone(20, 21, 0));
	assert_true(life_of(lives, 21)->fresh);
	change(lives, CS_KIND_EXEC, 21, 0, 0);
	assert_false(life_of(lives, 21)->fresh);
	assert_true(life_of(lives, 20)->fresh);
	add(lives, next_clone(21, 22, 0));
	assert_false(life_of(lives, 22)->fresh);
	lives_free(lives);
}

/* As runc does it: who calls unshare() stays outside, and so do its threads. */
static void test_fresh_by_unshare(void **state)
{
	struct lives *lives = lives_new();

	(void)state;
	change(lives, CS_KIND_NAMESPACES, 10, CLONE_NEWPID, 28);
	assert_null(life_of(lives, 10));
	change(lives, CS_KIND_NAMESPACES, 10, CLONE_NEWNET, 0);
	add(lives, next_clone(10, 11, 0));
	assert_false(life_of(lives, 11)->fresh);
	change(lives, CS_KIND_NAMESPACES, 10, CLONE_NEWPID | CLONE_NEWNET, 0);
	add(lives, next_clone(10, 12, CLONE_THREAD));
	assert_false(life_of(lives, 10)->fresh);
	assert_false(life_of(lives, 12)->fresh);
	add(lives, next_clone(10, 20, CLONE_PARENT));
	assert_true(life_of(lives, 20)->fresh);
	add(lives, next_clone(20, 21, CLONE_THREAD));
	assert_true(life_of(lives, 21)->fresh);
	lives_free(lives);
}

/* Its process is another program then, but a thread of the old one had called for it. */
static void test_exec_by_thread(void **state)
{
	struct lives *lives = lives_new();
	struct cs_exit killed = {
		.head.kind = CS_KIND_EXIT, .tid = 20, .tgid = 20, .start_ns = 4000};

	(void)state;
	add(lives, next_clone(10, 20, CLONE_NEWPID));
	lives_forget(lives, &killed.head);
	assert_true(life_of(lives, 20)->fresh);
	killed.last_thread = 1;
	lives_forget(lives, &killed.head);
	assert_null(life_of(lives, 20));
	lives_free(lives);
}

static void test_tid_inside(void **state)
{
	struct lives *lives = lives_new();
	struct cs_clone rec = clone_of(10, 20);
	struct cs_detail detail = {.pid_level = 2, .pids = {20, 7, 1}};

	(void)state;
	rec.tgid = 9;
	lives_add(lives, &(struct clone){.rec = &rec, .detail = &detail});
	assert_int_equal(life_of(lives, 20)->inner_tid, 1);
	assert_int_equal(life_of(lives, 20)->maker_tgid, 9);
	/* Not in a namespace of its own; and what a broken producer sends. */
	detail.pid_level = 0;
	lives_add(lives, &(struct clone){.rec = &rec, .detail = &detail});
	assert_int_equal(life_of(lives, 20)->inner_tid, 0);
	detail.pid_level = CS_MAX_LEVELS;
	lives_add(lives, &(struct clone){.rec = &rec, .detail = &detail});
	assert_int_equal(life_of(lives, 20)->inner_tid, 0);
	lives_free(lives);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined_by_identity),
		cmocka_unit_test(test_child_that_clones),
		cmocka_unit_test(test_refused_has_no_child),
		cmocka_unit_test(test_where_it_ran),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_the_dead_make_room),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_fresh_by_clone),
		cmocka_unit_test(test_fresh_by_unshare),
		cmocka_unit_test(test_exec_by_thread),
		cmocka_unit_test(test_tid_inside),
	};

	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
