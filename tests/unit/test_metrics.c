// SPDX-License-Identifier: GPL-2.0
/* Counters are bounded, add up to what happened, and none ever goes down. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/metrics.h"
#include "model/nodes.h"

static struct metrics metrics;

static struct cs_clone made(uint64_t copy_ns)
{
	return (struct cs_clone){.head = {.kind = CS_KIND_CLONE, .size = sizeof(struct cs_clone)},
				 .via = CS_VIA_FORK,
				 .child_tid = 2,
				 .copy_ns = copy_ns,
				 .stack_pages = 4};
}

static void add(const struct cs_clone *rec, const char *command)
{
	const struct clone clone = {.rec = rec};

	metrics_add(&metrics, &clone, command, NULL);
}

static struct refusal_verdict refused_by(const struct rule *rule, int error)
{
	struct refusal_verdict verdict = {.error = error, .outcome = REFUSAL_UNKNOWN};

	if (rule) {
		verdict.outcome = REFUSAL_DECIDED;
		verdict.count = 1;
		verdict.reasons[0].rule = rule;
	}
	return verdict;
}

static uint64_t sum(const struct metrics_table *table)
{
	uint64_t all = table->other.made + table->other.refused;

	for (size_t i = 0; i < table->count; i++)
		all += table->groups[i].made + table->groups[i].refused;
	return all;
}

static void test_commands_are_bounded(void **state)
{
	struct cs_clone rec = made(1000);
	char command[32];

	(void)state;
	metrics_init(&metrics, 8, 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 1000; i++) {
			snprintf(command, sizeof(command), "command-%d", i);
			add(&rec, command);
		}
	}
	assert_int_equal(metrics.commands.count, 8);
	for (int i = 0; i < 8; i++) {
		snprintf(command, sizeof(command), "command-%d", i);
		assert_string_equal(metrics.command_groups[i].name, command);
		assert_int_equal(metrics.command_groups[i].made, 2);
	}
	assert_int_equal(metrics.commands.other.made, 2 * 992);
	assert_int_equal(sum(&metrics.commands), metrics_clones(&metrics, OUTCOME_MADE));
}

static void test_commands_up_to_the_most(void **state)
{
	struct cs_clone rec = made(1000);
	char command[32];

	(void)state;
	metrics_init(&metrics, METRICS_MAX_COMMANDS, 0);
	for (int i = 0; i < METRICS_MAX_COMMANDS + 1; i++) {
		snprintf(command, sizeof(command), "%d", i);
		add(&rec, command);
	}
	assert_int_equal(metrics.commands.count, METRICS_MAX_COMMANDS);
	assert_int_equal(metrics.commands.other.made, 1);
}

static void test_no_commands(void **state)
{
	struct cs_clone rec = made(1000);

	(void)state;
	metrics_init(&metrics, 0, 0);
	add(&rec, "sh");
	assert_int_equal(metrics.commands.count, 0);
	assert_int_equal(metrics.commands.other.made, 1);
}

/* A command may call itself what the rest is called: then it is of the rest. */
static void test_other_is_the_rest(void **state)
{
	struct cs_clone rec = made(1000);

	(void)state;
	metrics_init(&metrics, 8, 0);
	add(&rec, "other");
	add(&rec, "");
	assert_int_equal(metrics.commands.count, 0);
	assert_int_equal(metrics.commands.other.made, 2);
}

static struct cs_detail detail_of(const char *path, uint64_t id)
{
	struct cs_detail detail = {.cgroup_id = id, .caller_cgroup_id = id};

	snprintf(detail.cgroup, sizeof(detail.cgroup), "%s", path);
	return detail;
}

static void add_in(const struct cs_detail *detail, int error)
{
	struct refusal_verdict verdict = refused_by(NULL, error);
	struct cs_clone rec = made(1000);
	const struct clone clone = {.rec = &rec, .detail = detail};

	rec.error = error;
	metrics_add(&metrics, &clone, "sh", error ? &verdict : NULL);
}

#define ID_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID_B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static void test_containers(void **state)
{
	struct cs_detail a = detail_of("/system.slice/docker-" ID_A ".scope", 100);
	struct cs_detail b = detail_of("/system.slice/docker-" ID_B ".scope/inner", 200);
	struct cs_detail host = detail_of("/user.slice", 300), lost = {.cgroup_id = 1};

	(void)state;
	metrics_init(&metrics, 8, 1);
	lost.missing = CS_MISSING(CS_DETAIL_CGROUP);
	add_in(&a, 0);
	add_in(&a, 0);
	add_in(&b, 0);
	add_in(&host, 0);
	add_in(&lost, 0);
	add_in(NULL, 0);
	assert_int_equal(metrics.containers.count, 1);
	assert_string_equal(metrics.container_groups[0].name, ID_A);
	assert_int_equal(metrics.container_groups[0].engine, CONTAINER_DOCKER);
	assert_int_equal(metrics.container_groups[0].made, 2);
	assert_int_equal(metrics.containers.other.made, 1);
	assert_int_equal(metrics.no_container.made, 1);
	assert_int_equal(metrics.unknown_container.made, 2);
}

/* It has no child: what is told is where its caller is. */
static void test_container_of_a_refused_clone(void **state)
{
	struct cs_detail a = detail_of("/system.slice/docker-" ID_A ".scope", 100), in_a = a;
	struct cs_detail in_b = detail_of("/system.slice/docker-" ID_B ".scope", 200);
	struct cs_detail on_host = detail_of("/user.slice", 300),
			 unknown = {.caller_cgroup_id = 400};

	(void)state;
	metrics_init(&metrics, 8, 8);
	in_a.cgroup_id = in_b.cgroup_id = on_host.cgroup_id = 0;
	add_in(&in_b, EAGAIN);
	add_in(&a, 0);
	add_in(&in_a, EAGAIN);
	add_in(&in_a, EAGAIN);
	add_in(&on_host, EAGAIN);
	add_in(&unknown, EAGAIN);
	assert_string_equal(metrics.container_groups[0].name, ID_B);
	assert_int_equal(metrics.container_groups[0].refused, 1);
	assert_string_equal(metrics.container_groups[1].name, ID_A);
	assert_int_equal(metrics.container_groups[1].made, 1);
	assert_int_equal(metrics.container_groups[1].refused, 2);
	assert_int_equal(metrics.no_container.refused, 1);
	assert_int_equal(metrics.unknown_container.refused, 1);
}

/* Two cgroups that fall into one place of the memory are not taken for each other. */
static void test_cgroups_that_collide(void **state)
{
	struct cs_detail a = detail_of("/system.slice/docker-" ID_A ".scope", 7);
	struct cs_detail b = detail_of("/system.slice/docker-" ID_B ".scope", 7 + METRICS_CGROUPS);

	(void)state;
	metrics_init(&metrics, 8, 8);
	for (int i = 0; i < 10; i++) {
		add_in(&a, 0);
		add_in(&b, 0);
	}
	assert_int_equal(metrics.containers.count, 2);
	assert_int_equal(metrics.container_groups[0].made, 10);
	assert_int_equal(metrics.container_groups[1].made, 10);
}

static void test_latency(void **state)
{
	const uint64_t times[] = {0, 10000, 10001, 25000, 2500000000, 2500000001, 60000000000};
	uint64_t all = 0, total = 0;

	(void)state;
	metrics_init(&metrics, 8, 0);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct cs_clone rec = made(times[i]);

		add(&rec, "sh");
		total += times[i];
	}
	assert_int_equal(metrics.copy_ns[0], 2); /* the end belongs to it */
	assert_int_equal(metrics.copy_ns[1], 2);
	assert_int_equal(metrics.copy_ns[METRICS_BUCKETS - 1], 1);
	assert_int_equal(metrics.copy_ns[METRICS_BUCKETS], 2);
	for (int i = 0; i <= METRICS_BUCKETS; i++)
		all += metrics.copy_ns[i];
	assert_int_equal(all, sizeof(times) / sizeof(times[0]));
	assert_int_equal(metrics.copy_ns_sum, total);
}

static void test_time_not_known(void **state)
{
	struct cs_clone rec = made(0);

	(void)state;
	metrics_init(&metrics, 8, 0);
	rec.missing = CS_MISSING(CS_FACT_COPY_NS) | CS_MISSING(CS_FACT_VIA);
	add(&rec, "sh");
	assert_int_equal(metrics.copy_ns[0], 0);
	assert_int_equal(metrics.missing[CS_FACT_COPY_NS], 1);
	assert_int_equal(metrics.missing[CS_FACT_POLICY], 0);
	assert_int_equal(metrics.clones[CS_VIA_UNKNOWN][OUTCOME_MADE], 1);
}

static void test_buckets_ascend(void **state)
{
	(void)state;
	for (int i = 1; i < METRICS_BUCKETS; i++)
		assert_true(metrics_bucket_ns[i] > metrics_bucket_ns[i - 1]);
	for (int i = 0; i < METRICS_BUCKETS; i++)
		assert_true(metrics_bucket_ns[i] % 1000000000);
}

static void test_nodes(void **state)
{
	struct cs_clone here = made(1000), off = made(1000);

	(void)state;
	metrics_init(&metrics, 8, 0);
	off.task_node = 1;
	add(&here, "sh");
	add(&here, "sh");
	add(&off, "sh");
	assert_int_equal(metrics.place_count, 2);
	assert_int_equal(metrics.places[0].count, 2);
	assert_int_equal(metrics.places[1].cell.task_node, 1);
	assert_int_equal(metrics.verdicts[NODES_AGREE], 2);
	assert_int_equal(metrics.verdicts[NODES_DISAGREE], 1);
	assert_int_equal(metrics.pairs[0], 1); /* NODES_TASK_OFF_CPU */
	assert_int_equal(metrics.pairs[1], 0);
	assert_int_equal(metrics.pairs[2], 1); /* NODES_STACK_OFF_TASK */
}

static void test_places_are_bounded(void **state)
{
	struct cs_clone rec = made(1000);
	uint64_t all = 0;

	(void)state;
	metrics_init(&metrics, 8, 0);
	for (int node = 0; node < CS_MAX_NODES; node++) {
		rec.cpu_node = (__s16)node;
		add(&rec, "sh");
	}
	assert_int_equal(metrics.place_count, METRICS_MAX_PLACES);
	for (int i = 0; i < METRICS_MAX_PLACES; i++)
		all += metrics.places[i].count;
	assert_int_equal(all + metrics.other_places, CS_MAX_NODES);
}

static void refuse(const struct rule *rule, int error)
{
	struct refusal_verdict verdict = refused_by(rule, error);
	struct cs_clone rec = {.error = error, .via = CS_VIA_CLONE3};
	const struct clone clone = {.rec = &rec};

	metrics_add(&metrics, &clone, "sh", &verdict);
}

static void test_refusals(void **state)
{
	(void)state;
	metrics_init(&metrics, 8, 0);
	refuse(rules_at(0), EAGAIN);
	refuse(rules_at(0), EAGAIN);
	refuse(rules_at(0), EPERM);
	refuse(NULL, EAGAIN);
	assert_int_equal(metrics.refusal_count, 3);
	assert_int_equal(metrics.refusals[0].count, 2);
	assert_int_equal(metrics.refusals[1].count, 1);
	assert_null(metrics.refusals[2].rule);
	assert_int_equal(metrics.clones[CS_VIA_CLONE3][OUTCOME_REFUSED], 4);
	assert_int_equal(metrics.place_count, 0);
	assert_int_equal(metrics.copy_ns[0], 0);
}

/* Hooks may give any errno. */
static void test_refusals_are_bounded(void **state)
{
	uint64_t all = 0;

	(void)state;
	metrics_init(&metrics, 8, 0);
	for (int error = 1; error <= 500; error++)
		refuse(NULL, error);
	assert_int_equal(metrics.refusal_count, METRICS_MAX_REFUSALS);
	for (int i = 0; i < METRICS_MAX_REFUSALS; i++)
		all += metrics.refusals[i].count;
	assert_int_equal(all + metrics.other_refusals, 500);
}

/* It is neither made nor refused, and no rule's doing. */
static void test_restarts(void **state)
{
	struct cs_clone rec = made(1000);

	(void)state;
	metrics_init(&metrics, 8, 0);
	rec.error = OUTCOME_ERESTARTNOINTR;
	add(&rec, "sh");
	assert_int_equal(metrics.clones[CS_VIA_FORK][OUTCOME_RESTARTED], 1);
	assert_int_equal(metrics_clones(&metrics, OUTCOME_REFUSED), 0);
	assert_int_equal(metrics.refusal_count, 0);
	assert_int_equal(sum(&metrics.commands), 0);
}

static void test_calls(void **state)
{
	struct refusal_verdict verdict = refused_by(NULL, EINVAL);
	struct cs_call call = {.via = CS_VIA_CLONE3, .error = EINVAL};

	(void)state;
	metrics_init(&metrics, 8, 0);
	metrics_add_call(&metrics, &call, &verdict);
	call.via = 200;
	metrics_add_call(&metrics, &call, &verdict);
	assert_int_equal(metrics.calls[CS_VIA_CLONE3], 1);
	assert_int_equal(metrics.calls[CS_VIA_UNKNOWN], 1);
	assert_int_equal(metrics.refusals[0].count, 2);
	assert_int_equal(metrics_clones(&metrics, OUTCOME_REFUSED), 0);
}

static void test_losses(void **state)
{
	(void)state;
	metrics_init(&metrics, 8, 0);
	metrics_add_lost(&metrics, LOSS_RING_FULL, 5);
	metrics_add_lost(&metrics, LOSS_RING_FULL, 2);
	assert_int_equal(metrics.lost[LOSS_RING_FULL], 7);
}

/* A record of whatever there may be in one, by a fixed sequence of numbers. */
static struct cs_clone any_record(uint64_t *seed)
{
	struct cs_clone rec = made(0);

	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	rec.via = *seed >> 60;
	rec.error = *seed >> 59 & 1 ? (int)(*seed >> 32 & 1023) + 1 : 0;
	rec.copy_ns = *seed >> 20;
	rec.missing = *seed >> 30 & *seed >> 35 & ((1 << CS_FACT_COUNT) - 1);
	rec.cpu_node = *seed >> 40 & 15;
	rec.task_node = *seed >> 44 & 15;
	return rec;
}

static void assert_none_is_less(const struct metrics *now, const struct metrics *before)
{
	for (int via = 0; via < METRICS_VIAS; via++)
		for (int outcome = 0; outcome < METRICS_OUTCOMES; outcome++)
			assert_true(now->clones[via][outcome] >= before->clones[via][outcome]);
	for (size_t i = 0; i < before->refusal_count; i++)
		assert_true(now->refusals[i].count >= before->refusals[i].count);
	for (size_t i = 0; i < before->place_count; i++)
		assert_true(now->places[i].count >= before->places[i].count);
	for (size_t i = 0; i < before->commands.count; i++) {
		assert_string_equal(now->command_groups[i].name, before->command_groups[i].name);
		assert_true(now->command_groups[i].made >= before->command_groups[i].made);
	}
	for (int i = 0; i <= METRICS_BUCKETS; i++)
		assert_true(now->copy_ns[i] >= before->copy_ns[i]);
	assert_true(now->copy_ns_sum >= before->copy_ns_sum);
	assert_true(now->other_places >= before->other_places);
	assert_true(now->other_refusals >= before->other_refusals);
	assert_true(now->commands.other.made >= before->commands.other.made);
}

/* Memory is what metrics_init() was given, so that these do not grow it either. */
static void test_all_add_up(void **state)
{
	static struct metrics before;
	const uint64_t count = 200000;
	uint64_t seed = 1, restarts;
	char command[32];

	(void)state;
	metrics_init(&metrics, 64, 0);
	for (uint64_t i = 0; i < count; i++) {
		struct cs_clone rec = any_record(&seed);
		struct refusal_verdict verdict = refused_by(NULL, rec.error);
		const struct clone clone = {.rec = &rec};

		snprintf(command, sizeof(command), "%x", (unsigned int)(seed >> 48));
		metrics_add(&metrics, &clone, command, &verdict);
		if (i % (count / 10) == 0) {
			assert_none_is_less(&metrics, &before);
			before = metrics;
		}
	}
	restarts = metrics_clones(&metrics, OUTCOME_RESTARTED);
	assert_int_equal(metrics_clones(&metrics, OUTCOME_MADE) +
				 metrics_clones(&metrics, OUTCOME_REFUSED) + restarts,
			 count);
	assert_int_equal(sum(&metrics.commands) + restarts, count);
	assert_int_equal(metrics.verdicts[0] + metrics.verdicts[1] + metrics.verdicts[2],
			 metrics_clones(&metrics, OUTCOME_MADE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_are_bounded),
		cmocka_unit_test(test_commands_up_to_the_most),
		cmocka_unit_test(test_no_commands),
		cmocka_unit_test(test_other_is_the_rest),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_container_of_a_refused_clone),
		cmocka_unit_test(test_cgroups_that_collide),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_time_not_known),
		cmocka_unit_test(test_buckets_ascend),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_places_are_bounded),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusals_are_bounded),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_all_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
