// SPDX-License-Identifier: GPL-2.0
/* A recording's digest: span, the slowest clones, reasons, policies and containers, in bounded space. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <linux/mempolicy.h>
#include "model/digest.h"
#include "model/totals.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct tries_before first_try;

static void add(struct digest *digest, const struct cs_clone *rec, const struct cs_detail *detail)
{
	const struct clone clone = {.rec = rec, .detail = detail};

	digest_add_clone(digest, &clone, &first_try, 0);
}

static void test_empty(void **state)
{
	struct digest *digest = digest_new();
	uint64_t others;

	(void)state;
	assert_int_equal(digest_span(digest)->first_ns, 0);
	assert_null(digest_slowest(digest, 0));
	assert_null(digest_containers(digest, &others));
	digest_free(digest);
	digest_free(NULL);
}

static void test_span(void **state)
{
	struct digest *digest = digest_new();
	const struct cs_call call = {.head.ts_ns = 900, .error = 38, .via = CS_VIA_CLONE3};
	struct cs_clone rec = {.head.ts_ns = 500};

	(void)state;
	add(digest, &rec, NULL);
	rec.head.ts_ns = 300;
	add(digest, &rec, NULL);
	digest_add_call(digest, &call, 0);
	assert_int_equal(digest_span(digest)->first_ns, 300);
	assert_int_equal(digest_span(digest)->last_ns, 900);
	digest_free(digest);
}

static void test_slowest(void **state)
{
	struct digest *digest = digest_new();
	struct cs_phases phases = {.phase_ns = {[CS_STAGE_MM] = 7, [CS_STAGE_NEW_NET] = 9}};
	struct cs_clone rec = {.comm = "sh"};
	const struct clone clone = {.rec = &rec, .phases = &phases};

	(void)state;
	for (uint32_t i = 1; i <= 3 * DIGEST_SLOWEST; i++) {
		rec.child_tid = i;
		rec.copy_ns = i * 10;
		add(digest, &rec, NULL);
	}
	/* What was not timed, or not made, is no slow clone. */
	rec.copy_ns = 100000;
	rec.missing = CS_MISSING(CS_FACT_COPY_NS);
	add(digest, &rec, NULL);
	rec.missing = 0;
	rec.error = 11;
	add(digest, &rec, NULL);
	rec.error = 0;
	rec.copy_ns = 1000;
	digest_add_clone(digest, &clone, &first_try, 0);
	assert_int_equal(digest_slowest(digest, 0)->copy_ns, 1000);
	assert_int_equal(digest_slowest(digest, 0)->stage, CS_STAGE_NEW_NET);
	assert_int_equal(digest_slowest(digest, 0)->stage_ns, 9);
	for (uint32_t i = 1; i < DIGEST_SLOWEST; i++) {
		assert_int_equal(digest_slowest(digest, i)->child_tid, 3 * DIGEST_SLOWEST + 1 - i);
		assert_int_equal(digest_slowest(digest, i)->stage, -1);
	}
	assert_null(digest_slowest(digest, DIGEST_SLOWEST));
	digest_free(digest);
}

static const struct tally_row *row_at(const struct tally *tally, size_t index)
{
	const struct tally_row *row;
	struct tally_row **rows;
	size_t count;

	rows = tally_sorted(tally, &count);
	row = index < count ? rows[index] : NULL;
	free(rows);
	return row;
}

/* By sentence, and by what was refused; a restart is no refusal. */
static void test_refusals(void **state)
{
	struct digest *digest = digest_new();
	const struct cs_call call = {.error = 38, .via = CS_VIA_CLONE3, .entered = 1};
	const struct cs_namespaces failed = {
		.head.kind = CS_KIND_NAMESPACES, .error = 1, .flags = 0x20000000};
	struct cs_clone rec = {.error = 22, .flags = 0x10000};
	const struct digest_refusal *refusal;

	(void)state;
	for (int i = 0; i < 3; i++)
		add(digest, &rec, NULL);
	rec.error = 513;
	add(digest, &rec, NULL);
	digest_add_call(digest, &call, 0);
	digest_add_call(digest, &call, 0);
	digest_add_life(digest, &failed.head, NULL, 0);
	refusal = row_at(digest_refusals(digest), 0)->key;
	assert_int_equal(row_at(digest_refusals(digest), 0)->count, 3);
	assert_int_equal(refusal->error, 22);
	assert_non_null(strstr(refusal->sentence, "EINVAL"));
	refusal = row_at(digest_refusals(digest), 1)->key;
	assert_true(refusal->is_call);
	refusal = row_at(digest_refusals(digest), 2)->key;
	assert_true(refusal->is_namespaces);
	assert_null(row_at(digest_refusals(digest), 3));
	digest_free(digest);
}

/* clone() did what clone3() was refused. */
static void test_made_up(void **state)
{
	struct digest *digest = digest_new();
	const struct cs_call call = {.error = 38, .via = CS_VIA_CLONE3, .entered = 1};
	const struct tries_before before = {.calls = 1, .call_error = 38};
	const struct tries_before other = {.calls = 1, .call_error = 1};
	const struct cs_clone rec = {.child_tid = 5};
	const struct clone clone = {.rec = &rec};

	(void)state;
	digest_add_call(digest, &call, 0);
	digest_add_call(digest, &call, 0);
	digest_add_clone(digest, &clone, &before, 0);
	digest_add_clone(digest, &clone, &other, 0);
	assert_int_equal(row_at(digest_refusals(digest), 0)->count, 2);
	assert_int_equal(row_at(digest_refusals(digest), 0)->marked, 1);
	digest_free(digest);
}

static void test_policies(void **state)
{
	struct digest *digest = digest_new();
	struct cs_clone rec = {.child_tid = 5};
	const struct cs_policy *policy;

	(void)state;
	for (int i = 0; i < 5; i++)
		add(digest, &rec, NULL);
	rec.child_policy.mode = MPOL_BIND;
	rec.child_policy.nodes[0] = 3;
	rec.policy = rec.child_policy;
	add(digest, &rec, NULL);
	rec.policy.nodes[0] = 1;
	add(digest, &rec, NULL);
	rec.missing = CS_MISSING(CS_FACT_CHILD_POLICY);
	add(digest, &rec, NULL);
	/* The fields of a default policy mean nothing. */
	rec = (struct cs_clone){.child_policy.home_node = -1, .policy.home_node = -1};
	add(digest, &rec, NULL);
	assert_int_equal(row_at(digest_policies(digest), 0)->count, 6);
	assert_int_equal(row_at(digest_policies(digest), 0)->marked, 0);
	assert_int_equal(row_at(digest_policies(digest), 1)->count, 2);
	assert_int_equal(row_at(digest_policies(digest), 1)->marked, 1);
	policy = row_at(digest_policies(digest), 2)->key;
	assert_int_equal(policy->mode, TOTALS_POLICY_UNKNOWN);
	assert_null(row_at(digest_policies(digest), 3));
	digest_free(digest);
}

static void add_in(struct digest *digest, const char *path)
{
	const struct cs_clone rec = {.child_tid = 5};
	struct cs_detail detail = {0};

	snprintf(detail.cgroup, sizeof(detail.cgroup), "%s", path);
	add(digest, &rec, &detail);
}

/* A container is one, whatever cgroups it has below its own. */
static void test_containers(void **state)
{
	struct digest *digest = digest_new();
	const struct digest_container *found;
	struct tally *containers;
	uint64_t others;

	(void)state;
	add_in(digest, "/docker/" ID);
	add_in(digest, "/docker/" ID "/init.scope");
	add_in(digest, "/docker/" ID);
	add_in(digest, "/user.slice");
	add_in(digest, "/docker/" ID "/a/b");
	containers = digest_containers(digest, &others);
	assert_int_equal(others, 0);
	found = row_at(containers, 0)->key;
	assert_int_equal(row_at(containers, 0)->count, 4);
	assert_int_equal(found->container.engine, CONTAINER_DOCKER);
	assert_string_equal(found->container.id, ID);
	assert_string_equal(found->cgroup, "");
	found = row_at(containers, 1)->key;
	assert_string_equal(found->cgroup, "/user.slice");
	tally_free(containers);
	digest_free(digest);
}

/* A path of full length has no NUL in its record's last byte but one. */
static void test_longest_cgroup(void **state)
{
	struct digest *digest = digest_new();
	char path[CS_PATH_LEN];
	struct tally *containers;
	uint64_t others;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	add_in(digest, path);
	containers = digest_containers(digest, &others);
	assert_string_equal(((const struct digest_container *)row_at(containers, 0)->key)->cgroup,
			    path);
	tally_free(containers);
	digest_free(digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	   cmocka_unit_test(test_span),
		cmocka_unit_test(test_slowest),	   cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_made_up),	   cmocka_unit_test(test_policies),
		cmocka_unit_test(test_containers), cmocka_unit_test(test_longest_cgroup),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
