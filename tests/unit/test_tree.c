// SPDX-License-Identifier: GPL-2.0
/* Who made whom: processes by their identity, threads counted in, ends and programs where they belong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/flags.h"
#include "model/starts.h"
#include "model/tree.h"

/* All that happens, one nanosecond after the other. */
static uint64_t now_ns;

static uint64_t start_of(uint32_t tid)
{
	return 1000 + tid;
}

static void add_clone(struct tree *tree, uint32_t tid, uint32_t tgid, uint32_t child,
		      uint32_t child_tgid, uint64_t flags, int error)
{
	const struct cs_clone rec = {.head = {.kind = CS_KIND_CLONE, .ts_ns = ++now_ns},
				     .tid = tid,
				     .tgid = tgid,
				     .start_ns = start_of(tid),
				     .child_tid = error ? 0 : child,
				     .child_tgid = error ? 0 : child_tgid,
				     .child_start_ns = error ? 0 : start_of(child),
				     .flags = flags,
				     .error = error,
				     .comm = "maker"};
	const struct clone clone = {.rec = &rec};

	tree_add_clone(tree, &clone);
}

static void fork_of(struct tree *tree, uint32_t tgid, uint32_t child)
{
	add_clone(tree, tgid, tgid, child, child, 0, 0);
}

static void add_exec(struct tree *tree, uint32_t tid, bool ready)
{
	const struct cs_exec rec = {.head = {.kind = CS_KIND_EXEC, .ts_ns = ++now_ns},
				    .tid = tid,
				    .tgid = tid,
				    .old_tid = tid,
				    .start_ns = start_of(tid),
				    .comm = "ls",
				    .file = "/bin/ls"};
	const struct life life = {.tid = tid, .fresh = ready};

	tree_add_life(tree, &rec.head, &life);
}

static void add_exit(struct tree *tree, uint32_t tid, uint32_t tgid, int code, bool last)
{
	const struct cs_exit rec = {.head = {.kind = CS_KIND_EXIT, .ts_ns = ++now_ns},
				    .tid = tid,
				    .tgid = tgid,
				    .start_ns = start_of(tid),
				    .code = code,
				    .last_thread = last};

	tree_add_life(tree, &rec.head, NULL);
}

static void add_namespaces(struct tree *tree, uint32_t tid, uint64_t flags, bool is_setns)
{
	const struct cs_namespaces rec = {.head = {.kind = CS_KIND_NAMESPACES, .ts_ns = ++now_ns},
					  .tid = tid,
					  .tgid = tid,
					  .start_ns = start_of(tid),
					  .flags = flags,
					  .is_setns = is_setns,
					  .comm = "ls"};

	tree_add_life(tree, &rec.head, NULL);
}

/* "5(6(7)8)9": tgids, and in brackets whom they made. */
static const char *shape(const struct tree *tree)
{
	static char text[256];
	size_t depth = 0, before = 0, used = 0;

	text[0] = '\0';
	for (const struct tree_process *at = tree_first(tree); at;
	     at = tree_next(at, NULL, &depth)) {
		const char *between = depth > before ? "(" : used ? " " : "";

		for (; before > depth; before--)
			used += (size_t)snprintf(text + used, sizeof(text) - used, ")");
		before = depth;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", between,
					 at->tgid);
	}
	for (; before; before--)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ")");
	return text;
}

static int begin(void **state)
{
	now_ns = 100;
	*state = tree_new();
	return *state ? 0 : -1;
}

static int end(void **state)
{
	tree_free(*state);
	return 0;
}

static void test_empty(void **state)
{
	size_t count = 1;

	assert_null(tree_first(*state));
	assert_int_equal(tree_left_out(*state), 0);
	assert_null(starts_find(*state, &count));
	assert_int_equal(count, 0);
	tree_free(NULL);
}

static void test_shape(void **state)
{
	fork_of(*state, 5, 6);
	fork_of(*state, 6, 7);
	fork_of(*state, 6, 8);
	fork_of(*state, 5, 9);
	fork_of(*state, 20, 21);
	fork_of(*state, 8, 10);
	assert_string_equal(shape(*state), "5(6(7 8(10)) 9) 20(21)");
	assert_int_equal(tree_first(*state)->made_ns, 0);
	assert_int_equal(tree_first(*state)->first->made_ns, 101);
	assert_int_equal(tree_first_ns(*state), 101);
	assert_int_equal(tree_last_ns(*state), 106);
}

/* What a walk begins with is where it ends. */
static void test_walk_below(void **state)
{
	const struct tree_process *top, *at;
	size_t depth = 0, count = 0;

	fork_of(*state, 5, 6);
	fork_of(*state, 6, 7);
	fork_of(*state, 7, 8);
	fork_of(*state, 5, 9);
	top = tree_first(*state)->first;
	for (at = top; at; at = tree_next(at, top, &depth))
		count++;
	assert_int_equal(count, 3);
	top = top->next;
	assert_int_equal(top->tgid, 9);
	assert_null(tree_next(top, top, &depth));
}

/* A child of a thread is one of its process, whichever of its threads was seen. */
static void test_threads(void **state)
{
	add_clone(*state, 5, 5, 6, 5, CLONE_VM | CLONE_THREAD, 0);
	add_clone(*state, 6, 5, 7, 7, 0, 0);
	add_clone(*state, 31, 30, 32, 32, 0, 0);
	add_clone(*state, 30, 30, 33, 33, 0, 0);
	assert_string_equal(shape(*state), "5(7) 30(32 33)");
	assert_int_equal(tree_first(*state)->threads, 1);
	assert_int_equal(tree_first(*state)->next->start_ns, start_of(30));
}

static void test_refused(void **state)
{
	add_clone(*state, 5, 5, 0, 0, 0, 11);
	add_clone(*state, 5, 5, 0, 0, 0, 513);
	assert_string_equal(shape(*state), "5");
	assert_int_equal(tree_first(*state)->refused, 1);
}

/* The same number, another task: it has not made what the earlier one made. */
static void test_reused(void **state)
{
	const struct tree_process *later;

	fork_of(*state, 5, 6);
	add_exit(*state, 6, 6, 0, true);
	fork_of(*state, 5, 6);
	fork_of(*state, 6, 7);
	assert_string_equal(shape(*state), "5(6 6(7))");
	later = tree_first(*state)->first->next;
	assert_int_equal(later->exit_ns, 0);
	add_exit(*state, 6, 6, 9, true);
	assert_int_equal(later->code, 9);
	assert_int_equal(tree_first(*state)->first->code, 0);
}

/* It ended unseen, and another has its number: they differ by when they started. */
static void test_reused_unseen(void **state)
{
	const struct cs_exec rec = {
		.head = {.kind = CS_KIND_EXEC, .ts_ns = 500}, .tid = 6, .tgid = 6, .start_ns = 7};

	fork_of(*state, 5, 6);
	tree_add_life(*state, &rec.head, NULL);
	assert_string_equal(shape(*state), "5(6) 6");
	assert_null(tree_first(*state)->first->events);
}

static void test_life(void **state)
{
	const struct tree_process *child;

	fork_of(*state, 5, 6);
	assert_false(tree_has_lives(*state));
	add_exec(*state, 6, false);
	assert_true(tree_has_lives(*state));
	add_namespaces(*state, 6, CLONE_NEWNS | CLONE_FS, false);
	add_namespaces(*state, 6, CLONE_FILES, false);
	add_namespaces(*state, 6, 0, true);
	child = tree_first(*state)->first;
	assert_int_equal(tree_lived_ns(child), 0);
	add_exit(*state, 6, 6, 0x100, true);
	assert_string_equal(child->comm, "ls");
	assert_string_equal(child->events->file, "/bin/ls");
	assert_int_equal(child->events->next->kind, TREE_UNSHARE);
	assert_int_equal(child->events->next->namespaces, CLONE_NEWNS);
	assert_int_equal(child->events->next->next->kind, TREE_SETNS);
	assert_null(child->events->next->next->next);
	assert_int_equal(tree_lived_ns(child), 5);
	assert_int_equal(child->code, 0x100);
}

/* Its first thread may end before the others: its status counts, and the time of the last. */
static void test_last_thread(void **state)
{
	const struct tree_process *child;

	fork_of(*state, 5, 6);
	add_clone(*state, 6, 6, 7, 6, CLONE_THREAD, 0);
	add_exit(*state, 6, 6, 3, false);
	child = tree_first(*state)->first;
	assert_int_equal(child->exit_ns, 0);
	add_exit(*state, 7, 6, 0, true);
	assert_int_equal(child->code, 3);
	assert_int_equal(child->exit_ns, now_ns);
}

/* Of those that merely end while we look on nothing is shown. */
static void test_strangers_exit(void **state)
{
	add_exit(*state, 77, 77, 0, true);
	assert_null(tree_first(*state));
}

static void test_too_many(void **state)
{
	for (uint32_t i = 0; i < TREE_MAX_PROCESSES + 9; i++)
		fork_of(*state, 5, 10 + i);
	assert_int_equal(tree_left_out(*state), 10);
	/* Who made these is not kept, so they are not either. */
	fork_of(*state, 10 + TREE_MAX_PROCESSES, 5000000);
	assert_int_equal(tree_left_out(*state), 11);
	assert_null(tree_first(*state)->next);
}

/* runc for one container, then a shell that starts two of them. */
static void test_starts(void **state)
{
	struct start_step *steps;
	struct start *starts;
	size_t count;

	fork_of(*state, 5, 6);
	add_clone(*state, 6, 6, 7, 7, CLONE_NEWPID, 0);
	add_exec(*state, 7, true);
	fork_of(*state, 7, 9);
	fork_of(*state, 5, 20);
	fork_of(*state, 20, 21);
	fork_of(*state, 21, 22);
	add_exec(*state, 22, true);
	fork_of(*state, 5, 30); /* what comes after the last start is none */
	starts = starts_find(*state, &count);
	assert_int_equal(count, 2);
	assert_int_equal(starts[0].top->tgid, 6);
	assert_int_equal(starts[0].process->tgid, 7);
	assert_int_equal(starts[0].begin_ns, 101);
	assert_int_equal(starts[0].ready->ts_ns, 103);
	assert_int_equal(starts[1].top->tgid, 20);
	assert_int_equal(starts[1].process->tgid, 22);
	steps = starts_steps(*state, starts[0].top, starts[0].ready->ts_ns, &count);
	assert_int_equal(count, 2);
	assert_null(steps[0].event);
	assert_int_equal(steps[0].process->tgid, 7);
	assert_true(steps[1].event->ready);
	free(steps);
	steps = starts_steps(*state, NULL, now_ns, &count);
	assert_int_equal(count, 3);
	free(steps);
	free(starts);
}

/* A container in a container: both are of the one who began the outer one. */
static void test_nested_starts(void **state)
{
	struct start *starts;
	size_t count;

	add_exec(*state, 5, false);
	fork_of(*state, 5, 6);
	add_exec(*state, 6, true);
	fork_of(*state, 6, 7);
	add_exec(*state, 7, true);
	starts = starts_find(*state, &count);
	assert_int_equal(count, 2);
	assert_int_equal(starts[0].top->tgid, 5);
	assert_int_equal(starts[0].begin_ns, 101);
	assert_int_equal(starts[1].top->tgid, 7);
	free(starts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),	   TEST(test_shape),	TEST(test_walk_below),
		TEST(test_threads),	   TEST(test_refused),	TEST(test_reused),
		TEST(test_reused_unseen),  TEST(test_life),	TEST(test_last_thread),
		TEST(test_strangers_exit), TEST(test_too_many), TEST(test_starts),
		TEST(test_nested_starts),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
