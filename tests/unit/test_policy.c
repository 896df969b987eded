// SPDX-License-Identifier: GPL-2.0
/* Memory policies as the kernel prints them in /proc/PID/numa_maps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/policy.h"

/* MPOL_* of linux/mempolicy.h; 6 is Linux 6.9's. */
enum {
	DEFAULT,
	PREFERRED,
	BIND,
	INTERLEAVE,
	LOCAL,
	PREFERRED_MANY,
	WEIGHTED_INTERLEAVE
};

static void set_node(__u64 *nodes, int node)
{
	nodes[node / 64] |= 1ULL << (node % 64);
}

/* A policy on the nodes of @nodes, which ends with -1. */
static struct cs_policy policy_on(__u16 mode, __u16 flags, const int *nodes)
{
	struct cs_policy policy = {.mode = mode, .flags = flags, .home_node = CS_NO_NODE};

	for (; nodes && *nodes >= 0; nodes++)
		set_node(policy.nodes, *nodes);
	return policy;
}

#define NODES(...) ((const int[]){__VA_ARGS__, -1})

static void check(struct cs_policy policy, const char *expected)
{
	char buf[POLICY_TEXT_SIZE];

	assert_int_equal(policy_format(buf, sizeof(buf), &policy), strlen(expected));
	assert_string_equal(buf, expected);
}

static void test_modes(void **state)
{
	(void)state;
	check(policy_on(DEFAULT, 0, NULL), "default");
	check(policy_on(PREFERRED, 0, NODES(1)), "prefer:1");
	check(policy_on(BIND, 0, NODES(0, 1)), "bind:0-1");
	check(policy_on(INTERLEAVE, 0, NODES(0, 1, 2, 3, 7)), "interleave:0-3,7");
	check(policy_on(LOCAL, 0, NULL), "local");
	check(policy_on(PREFERRED_MANY, 0, NODES(0, 2)), "prefer-many:0,2");
	check(policy_on(WEIGHTED_INTERLEAVE, 0, NODES(0, 1)), "weighted-interleave:0-1");
	check(policy_on(7, 0, NODES(0)), "mode-7:0");
	assert_null(policy_mode_name(7));
	assert_null(policy_mode_name(-1));
}

static void test_local_of_5_10(void **state)
{
	(void)state;
	/* MPOL_PREFERRED|MPOL_F_LOCAL; F_LOCAL is internal and not in the record. */
	check(policy_on(PREFERRED, 0, NULL), "local");
}

static void test_flags_like_mpol_to_str(void **state)
{
	(void)state;
	check(policy_on(BIND, 1 << 15, NODES(0, 1)), "bind=static:0-1");
	check(policy_on(INTERLEAVE, 1 << 14, NODES(2)), "interleave=relative:2");
	check(policy_on(BIND, 1 << 13, NODES(0)), "bind=balancing:0");
	check(policy_on(BIND, 1 << 15 | 1 << 13, NODES(0)), "bind=static|balancing:0");
	check(policy_on(BIND, 1 << 12, NODES(0)), "bind=0x1000:0");
	check(policy_on(BIND, 1 << 14 | 1 << 12, NODES(0)), "bind=relative|0x1000:0");
}

static void test_home_node(void **state)
{
	struct cs_policy policy = policy_on(BIND, 0, NODES(0, 1));

	(void)state;
	policy.home_node = 1;
	check(policy, "bind:0-1;home=1");
	policy.home_node = 0;
	check(policy, "bind:0-1;home=0");
	/* All zero is what a producer leaves where there is no policy: no home on node 0. */
	check((struct cs_policy){0}, "default");
}

static void check_nodes(const __u64 *nodes, const char *expected)
{
	char buf[POLICY_NODES_SIZE];

	assert_int_equal(policy_format_nodes(buf, sizeof(buf), nodes), strlen(expected));
	assert_string_equal(buf, expected);
}

static void test_node_lists(void **state)
{
	__u64 nodes[CS_NODE_WORDS] = {0};

	(void)state;
	check_nodes(nodes, "");
	set_node(nodes, 1023);
	check_nodes(nodes, "1023");
	set_node(nodes, 1022);
	check_nodes(nodes, "1022-1023");
	set_node(nodes, 0);
	check_nodes(nodes, "0,1022-1023");
	for (int node = 60; node < 70; node++)
		set_node(nodes, node); /* across a word */
	check_nodes(nodes, "0,60-69,1022-1023");
	memset(nodes, 0xff, sizeof(nodes));
	check_nodes(nodes, "0-1023");
}

/* Read "0-3,7" back into a mask. */
static void read_nodes(const char *text, __u64 *nodes)
{
	while (*text) {
		char *end;
		long first = strtol(text, &end, 10), last = first;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		for (; first <= last; first++)
			set_node(nodes, (int)first);
		text = *end == ',' ? end + 1 : end;
	}
}

static void test_any_mask_fits_and_survives(void **state)
{
	__u64 random = 1;

	(void)state;
	/* Every nth node off, then random: among them the longest text there is. */
	for (int round = 2; round < 200; round++) {
		__u64 nodes[CS_NODE_WORDS] = {0}, back[CS_NODE_WORDS] = {0};
		char buf[POLICY_NODES_SIZE];

		for (int node = 0; node < CS_MAX_NODES; node++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			if (round < 10 ? node % round != 0 : random >> 63 != 0)
				set_node(nodes, node);
		}
		assert_true(policy_format_nodes(buf, sizeof(buf), nodes) < sizeof(buf));
		read_nodes(buf, back);
		assert_memory_equal(nodes, back, sizeof(nodes));
	}
}

static void test_a_small_buffer_shows_the_cut(void **state)
{
	struct cs_policy policy = policy_on(BIND, 0, NODES(0, 2, 4, 6, 8));
	char buf[12];

	(void)state;
	assert_int_equal(policy_format(buf, sizeof(buf), &policy), strlen("bind:0,2,4,6,8"));
	assert_string_equal(buf, "bind:0,2...");
}

static void test_equal(void **state)
{
	struct cs_policy a = policy_on(BIND, 1 << 15, NODES(0, 1000)), b = a;

	(void)state;
	assert_true(policy_equal(&a, &b));
	b.nodes[15] = 0;
	assert_false(policy_equal(&a, &b));
	b = a;
	b.mode = INTERLEAVE;
	assert_false(policy_equal(&a, &b));
	b = a;
	b.flags = 0;
	assert_false(policy_equal(&a, &b));
	b = a;
	b.home_node = 0;
	assert_false(policy_equal(&a, &b));
	assert_false(policy_is_default(&a));
	a = (struct cs_policy){0};
	assert_true(policy_is_default(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_local_of_5_10),
		cmocka_unit_test(test_flags_like_mpol_to_str),
		cmocka_unit_test(test_home_node),
		cmocka_unit_test(test_node_lists),
		cmocka_unit_test(test_any_mask_fits_and_survives),
		cmocka_unit_test(test_a_small_buffer_shows_the_cut),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
