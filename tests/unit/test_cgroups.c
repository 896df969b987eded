// SPDX-License-Identifier: GPL-2.0
/* A refused clone is put down to the cgroup that its caller is in, where that was ever told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "model/cgroups.h"

static struct cs_clone rec;

static struct clone in_cgroup(struct cs_detail *detail, uint64_t caller, uint64_t id,
			      const char *path)
{
	*detail = (struct cs_detail){.caller_cgroup_id = caller, .cgroup_id = id};
	strcpy(detail->cgroup, path);
	return (struct clone){.rec = &rec, .detail = detail};
}

static void test_made(void **state)
{
	struct cgroups *cgroups = cgroups_new();
	struct cs_detail detail;
	struct clone clone = in_cgroup(&detail, 1, 2, "/a/b");

	(void)state;
	assert_string_equal(cgroups_path(cgroups, &clone), "/a/b");
	detail.missing = CS_MISSING(CS_DETAIL_CGROUP);
	assert_null(cgroups_path(cgroups, &clone));
	clone.detail = NULL;
	assert_null(cgroups_path(cgroups, &clone));
	cgroups_free(cgroups);
	cgroups_free(NULL);
}

static void test_refused(void **state)
{
	struct cgroups *cgroups = cgroups_new();
	struct cs_detail detail;
	struct clone clone = in_cgroup(&detail, 7, 0, "");

	(void)state;
	assert_null(cgroups_path(cgroups, &clone));
	clone = in_cgroup(&detail, 7, 7, "/seven");
	cgroups_path(cgroups, &clone);
	clone = in_cgroup(&detail, 7, 8, "/eight"); /* CLONE_INTO_CGROUP: the child's alone */
	cgroups_path(cgroups, &clone);
	clone = in_cgroup(&detail, 7, 0, "");
	assert_string_equal(cgroups_path(cgroups, &clone), "/seven");
	clone = in_cgroup(&detail, 8, 0, "");
	assert_string_equal(cgroups_path(cgroups, &clone), "/eight");
	cgroups_free(cgroups);
}

/* Two ids in one slot: the older one is forgotten, and never taken for the other. */
static void test_forgotten(void **state)
{
	struct cgroups *cgroups = cgroups_new();
	struct cs_detail detail;
	struct clone clone = in_cgroup(&detail, 5, 5, "/five");

	(void)state;
	cgroups_path(cgroups, &clone);
	clone = in_cgroup(&detail, 5 + 4096, 5 + 4096, "/other");
	cgroups_path(cgroups, &clone);
	clone = in_cgroup(&detail, 5, 0, "");
	assert_null(cgroups_path(cgroups, &clone));
	clone = in_cgroup(&detail, 5 + 4096, 0, "");
	assert_string_equal(cgroups_path(cgroups, &clone), "/other");
	cgroups_free(cgroups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests_name("cgroups", tests, NULL, NULL);
}
