// SPDX-License-Identifier: GPL-2.0
/* What is counted in the place of records adds up to the same as the records would. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fold.h"
#include "model/totals.h"
#include "source/folds.h"
#include "fork_record.h"

/* Every clone as a record, and in the other what comes of folding. */
struct both {
	struct folds *folds;
	struct totals *plain, *folded;
	uint64_t records; /* that were not folded */
};

static int take(const struct cs_head *head, void *context)
{
	const struct source_folded *folded = (const void *)head;
	struct both *both = context;

	assert_int_equal(head->kind, SOURCE_FOLDED);
	assert_int_equal(head->size, sizeof(*folded));
	totals_add_many(both->folded, &folded->clone, folded->times);
	return 0;
}

static void add(struct both *both, const struct cs_clone *rec)
{
	totals_add(both->plain, rec);
	if (folds_add(both->folds, rec))
		return;
	totals_add(both->folded, rec);
	both->records++;
}

static void check_histograms(const struct histogram *plain, const struct histogram *folded)
{
	assert_memory_equal(plain, folded, sizeof(*plain));
}

static void check_groups(const struct both *both, enum totals_kind kind)
{
	size_t count;
	const struct totals_group **groups = totals_sorted(both->plain, kind, &count);

	assert_non_null(groups);
	assert_int_equal(totals_count(both->folded, kind), totals_count(both->plain, kind));
	for (size_t i = 0; i < count; i++) {
		const struct totals_group *same = totals_same(both->folded, kind, groups[i]);

		assert_non_null(same);
		assert_int_equal(same->count, groups[i]->count);
		assert_int_equal(same->refused, groups[i]->refused);
		assert_int_equal(same->disagree, groups[i]->disagree);
		check_histograms(&groups[i]->copy_ns, &same->copy_ns);
	}
	free(groups);
}

/* Totals have no padding that is not zero, so that they can be compared as bytes. */
static void check_same(struct both *both)
{
	assert_true(folds_read(both->folds, take, both) >= 0);
	assert_memory_equal(totals_summary(both->plain), totals_summary(both->folded),
			    sizeof(struct totals_summary));
	for (int kind = 0; kind < TOTALS_KINDS; kind++)
		check_groups(both, kind);
}

static int begin(void **state)
{
	struct both *both = calloc(1, sizeof(*both));

	both->folds = folds_new();
	both->plain = totals_new();
	both->folded = totals_new();
	*state = both;
	return both->folds && both->plain && both->folded ? 0 : -1;
}

static int end(void **state)
{
	struct both *both = *state;

	folds_close(both->folds);
	totals_free(both->plain);
	totals_free(both->folded);
	free(both);
	return 0;
}

static void test_adds_up(void **state)
{
	struct both *both = *state;

	for (uint64_t i = 0; i < 5000; i++) {
		struct cs_clone rec = fork_record("sh", 50000 + i * 7919 % 5000 * 13);

		add(both, &rec);
		if (i % 700 == 0)
			check_same(both);
	}
	check_same(both);
	/* The first one, and each that was the least or the greatest so far. */
	assert_in_range(both->records, 3, 100);
}

static void test_ends_are_records(void **state)
{
	struct both *both = *state;

	for (uint64_t ns = 1000; ns < 1100; ns++) {
		struct cs_clone rec = fork_record("sh", ns);

		add(both, &rec);
	}
	assert_int_equal(both->records, 100);
	check_same(both);
}

static void test_untimed(void **state)
{
	struct both *both = *state;

	for (int i = 0; i < 100; i++) {
		struct cs_clone rec = fork_record("sh", 0);

		rec.missing = CS_MISSING(CS_FACT_COPY_NS) | CS_MISSING(CS_FACT_STACK_ORIGIN);
		rec.stack_origin = CS_STACK_UNKNOWN;
		add(both, &rec);
	}
	assert_int_equal(both->records, 1);
	check_same(both);
}

/* Of everything that a total tells, some of this and some of that. */
static struct cs_clone vary(struct cs_clone rec, int what)
{
	switch (what) {
	case 1:
		rec.flags |= 0x100;
		break;
	case 2:
		rec.exit_signal = 0;
		break;
	case 3:
		rec.via = CS_VIA_VFORK;
		break;
	case 4:
		rec.missing = CS_MISSING(CS_FACT_VIA);
		break;
	case 5:
		rec.stack_origin = CS_STACK_FRESH;
		break;
	case 6:
		rec.cpu_node = 1;
		break;
	case 7:
		rec.task_node = 1;
		break;
	case 8:
		rec.node_requested = 1;
		break;
	case 9:
		memset(rec.stack_nodes, 0, sizeof(rec.stack_nodes));
		for (int i = 0; i < 4; i++)
			rec.stack_nodes[i] = 1;
		break;
	case 10:
		strcpy(rec.comm, "sh2");
		break;
	case 11:
		rec.stack_pages = 0;
		break;
	}
	return rec;
}

static void test_tells_apart(void **state)
{
	struct both *both = *state;

	for (int i = 0; i < 1200; i++) {
		struct cs_clone rec =
			vary(fork_record("sh", 50000 + (uint64_t)i / 12 * 7919 % 5000), i % 12);

		add(both, &rec);
	}
	check_same(both);
	assert_in_range(both->records, 12, 300);
}

static void test_never_folded(void **state)
{
	struct both *both = *state;

	for (int i = 0; i < 10; i++) {
		struct cs_clone refused = fork_record("sh", 0), policy = fork_record("sh", 0);
		struct cs_clone childs = fork_record("sh", 0), split = fork_record("sh", 0);

		refused.error = EAGAIN;
		refused.child_tid = 0;
		policy.policy.mode = 2;
		policy.policy.nodes[0] = 1;
		childs.child_policy.mode = 2;
		split.stack_nodes[3] = 1;
		add(both, &refused);
		add(both, &policy);
		add(both, &childs);
		add(both, &split);
	}
	assert_int_equal(both->records, 40);
	check_same(both);
}

/* More commands than there are entries: taken over where all is drained, else a record. */
static void test_flood_of_names(void **state)
{
	struct both *both = *state;
	char comm[CS_COMM_LEN];

	for (int i = 0; i < 20000; i++) {
		struct cs_clone rec;

		snprintf(comm, sizeof(comm), "c%d", i / 4 % 500);
		rec = fork_record(comm, 1000 + (uint64_t)i % 3);
		add(both, &rec);
		if (i % 100 == 0)
			check_same(both);
	}
	check_same(both);
	assert_in_range(both->records, 500, 19000);
}

/* As a BPF program has it: while the key is being changed nothing is read. */
static void test_mapped(void **state)
{
	size_t size = 2 * ((sizeof(struct fold) + 7) / 8 * 8);
	int fd = memfd_create("folds", 0);
	struct both *both = *state;
	struct fold *fold;
	struct folds *folds;

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	fold = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	folds = folds_open(fd, 2);
	assert_true(fold != MAP_FAILED && folds);
	strcpy((char *)fold->key.comm, "sh");
	fold->buckets[cs_bucket(1000)] = fold->counted = 3;
	fold->min_ns = fold->max_ns = 1000;
	fold->changes = 1;
	assert_int_equal(folds_read(folds, take, both), 1);
	assert_int_equal(totals_summary(both->folded)->count, 0);
	assert_int_equal(fold->drained, 0);
	fold->changes = 2;
	folds_read(folds, take, both);
	assert_int_equal(totals_summary(both->folded)->count, 3);
	assert_int_equal(totals_summary(both->folded)->copy_ns.max_ns, 1000);
	assert_int_equal(fold->drained, 3);
	assert_int_equal(folds_read(folds, take, both), 0);
	folds_close(folds);
	munmap(fold, size);
	close(fd);
}

static int refuse(const struct cs_head *head, void *context)
{
	(void)head;
	(void)context;
	return -EPIPE;
}

static void test_taker_fails(void **state)
{
	struct both *both = *state;

	for (int i = 0; i < 3; i++) {
		struct cs_clone rec = fork_record("sh", 0);

		add(both, &rec);
	}
	assert_int_equal(folds_read(both->folds, refuse, NULL), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_adds_up, begin, end),
		cmocka_unit_test_setup_teardown(test_ends_are_records, begin, end),
		cmocka_unit_test_setup_teardown(test_untimed, begin, end),
		cmocka_unit_test_setup_teardown(test_tells_apart, begin, end),
		cmocka_unit_test_setup_teardown(test_never_folded, begin, end),
		cmocka_unit_test_setup_teardown(test_flood_of_names, begin, end),
		cmocka_unit_test_setup_teardown(test_mapped, begin, end),
		cmocka_unit_test_setup_teardown(test_taker_fails, begin, end),
	};

	return cmocka_run_group_tests_name("folds", tests, NULL, NULL);
}
