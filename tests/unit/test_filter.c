// SPDX-License-Identifier: GPL-2.0
/* Which records the user wants to see. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "model/filter.h"
#include "model/flags.h"

/* A shell's fork() that took 50 us. */
static struct cs_clone record(void)
{
	struct cs_clone rec = {.tid = 101,
			       .tgid = 100,
			       .uid = 1000,
			       .flags = 0x1200000,
			       .copy_ns = 50000,
			       .child_tid = 200,
			       .comm = "bash"};

	return rec;
}

static void test_empty_matches_all(void **state)
{
	struct cs_clone rec = record(), zero = {0};

	(void)state;
	assert_true(filter_match(&(struct cs_filter){0}, &rec));
	assert_true(filter_match(&(struct cs_filter){0}, &zero));
}

static void test_ids(void **state)
{
	struct cs_clone rec = record();

	(void)state;
	assert_true(filter_match(&(struct cs_filter){.has_tgid = true, .tgid = 100}, &rec));
	assert_false(filter_match(&(struct cs_filter){.has_tgid = true, .tgid = 101}, &rec));
	assert_false(filter_match(&(struct cs_filter){.has_tgid = true, .tgid = 200}, &rec));
	assert_true(filter_match(&(struct cs_filter){.has_tid = true, .tid = 101}, &rec));
	assert_false(filter_match(&(struct cs_filter){.has_tid = true, .tid = 100}, &rec));
	assert_true(filter_match(&(struct cs_filter){.has_uid = true, .uid = 1000}, &rec));
	/* root is a user like any other: 0 is not "any". */
	assert_false(filter_match(&(struct cs_filter){.has_uid = true, .uid = 0}, &rec));
}

static void test_comm(void **state)
{
	struct cs_filter filter = {0};
	struct cs_clone rec = record();

	(void)state;
	filter_set_comm(&filter, "bash");
	assert_true(filter_match(&filter, &rec));
	filter_set_comm(&filter, "bas");
	assert_false(filter_match(&filter, &rec));
	filter_set_comm(&filter, "bashful");
	assert_false(filter_match(&filter, &rec));

	/* The kernel cuts at 15 bytes, so the user's whole name must be cut too. */
	filter_set_comm(&filter, "systemd-networkd-wait-online");
	assert_false(filter_match(&filter, &rec));
	memcpy(rec.comm, "systemd-network", 16);
	assert_true(filter_match(&filter, &rec));
	filter_set_comm(&filter, "bash");
	assert_int_equal(filter.comm[15], 0);
	assert_false(filter_match(&filter, &rec));

	/* A comm without its NUL is not read beyond its end. */
	memset(rec.comm, 'x', sizeof(rec.comm));
	filter_set_comm(&filter, "xxxxxxxxxxxxxxxxxxx");
	assert_false(filter_match(&filter, &rec));
}

static void test_outcome(void **state)
{
	struct cs_filter failed = {.failed_only = true}, eagain = {.error = 11};
	struct cs_filter restart = {.error = 513};
	struct cs_clone rec = record();

	(void)state;
	assert_false(filter_match(&failed, &rec));
	assert_false(filter_match(&eagain, &rec));
	rec.error = 11;
	assert_true(filter_match(&failed, &rec));
	assert_true(filter_match(&eagain, &rec));
	rec.error = 12;
	assert_true(filter_match(&failed, &rec));
	assert_false(filter_match(&eagain, &rec));
	rec.error = 513; /* ERESTARTNOINTR: starts over, has not failed */
	assert_false(filter_match(&failed, &rec));
	assert_true(filter_match(&restart, &rec));
}

static void test_flags_must_all_be_set(void **state)
{
	struct cs_clone rec = record();

	(void)state;
	assert_true(filter_match(&(struct cs_filter){.flags = 0x200000}, &rec));
	assert_true(filter_match(&(struct cs_filter){.flags = 0x1200000}, &rec));
	assert_false(filter_match(&(struct cs_filter){.flags = 0x1200100}, &rec));
	rec.flags = 1ULL << 33;
	assert_true(filter_match(&(struct cs_filter){.flags = 1ULL << 33}, &rec));
	assert_false(filter_match(&(struct cs_filter){.flags = 1ULL << 34}, &rec));
}

static void test_time(void **state)
{
	struct cs_clone rec = record();

	(void)state;
	assert_true(filter_match(&(struct cs_filter){.min_ns = 50000}, &rec));
	assert_false(filter_match(&(struct cs_filter){.min_ns = 50001}, &rec));
	rec.missing = CS_MISSING(CS_FACT_COPY_NS);
	assert_false(filter_match(&(struct cs_filter){.min_ns = 1}, &rec));
	assert_true(filter_match(&(struct cs_filter){0}, &rec));
}

static void test_all_conditions_count(void **state)
{
	struct cs_filter filter = {.has_tgid = true, .tgid = 100, .has_uid = true, .uid = 1000};
	struct cs_clone rec = record();

	(void)state;
	assert_true(filter_match(&filter, &rec));
	rec.uid = 0;
	assert_false(filter_match(&filter, &rec));
	rec.uid = 1000;
	rec.tgid = 1;
	assert_false(filter_match(&filter, &rec));
}

/* A condition on what a record doesn't have is not met. */
static void test_life(void **state)
{
	struct cs_exit exit = {.head.kind = CS_KIND_EXIT, .tid = 11, .tgid = 10, .comm = "worker"};
	struct cs_start start = {.head.kind = CS_KIND_START, .tid = 11, .tgid = 10};
	struct cs_filter all = {0}, process = {.has_tgid = true, .tgid = 10};
	struct cs_filter other = {.has_tid = true, .tid = 10}, user = {.has_uid = true};
	struct cs_filter failed = {.failed_only = true}, name = {0};

	(void)state;
	filter_set_comm(&name, "worker");
	assert_true(filter_match_life(&all, &exit.head));
	assert_true(filter_match_life(&process, &exit.head));
	assert_true(filter_match_life(&process, &start.head));
	assert_false(filter_match_life(&other, &exit.head));
	assert_false(filter_match_life(&user, &exit.head));
	assert_false(filter_match_life(&failed, &exit.head));
	assert_true(filter_match_life(&name, &exit.head));
	assert_false(filter_match_life(&name, &start.head));
}

static void test_namespaces(void **state)
{
	struct cs_namespaces rec = {.head.kind = CS_KIND_NAMESPACES,
				    .tid = 11,
				    .tgid = 10,
				    .flags = CLONE_NEWNET | CLONE_NEWPID,
				    .error = ENOSPC};
	struct cs_filter failed = {.failed_only = true}, error = {.error = EPERM};
	struct cs_filter net = {.flags = CLONE_NEWNET}, uts = {.flags = CLONE_NEWUTS};

	(void)state;
	assert_true(filter_match_life(&failed, &rec.head));
	assert_true(filter_match_life(&net, &rec.head));
	assert_false(filter_match_life(&uts, &rec.head));
	assert_false(filter_match_life(&error, &rec.head));
	error.error = ENOSPC;
	assert_true(filter_match_life(&error, &rec.head));
	rec.error = 0;
	assert_false(filter_match_life(&failed, &rec.head));
}

static bool is_in(const char *wanted, const char *path)
{
	struct cs_filter filter = {0};

	assert_true(filter_set_cgroup(&filter, wanted));
	return filter_match_cgroup(&filter, path);
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What is asked for, and whether a clone of that path is shown. */
static const struct {
	const char *wanted, *path;
	bool is_in;
} cgroups[] = {
	{"/a/b", "/a/b", true},
	{"/a/b", "/a/b/c", true},
	{"/a/b", "/a/bc", false},
	{"/a/b", "/a", false},
	{"/a/b", "/x/a/b", false},
	{"a/b/", "/a/b", true},
	{"/sys/fs/cgroup/a", "/a/b", true},
	{"/sys/fs/cgroup", "/a/b", true},
	{"/sys/fs/cgroups", "/a/b", false},
	{"/", "/", true},
	{"/", "/a", true},
	/* Its beginning is lost. */
	{"/a/b", ".../a/b", false},
	{"/", NULL, false},
	/* Names, on the way or at its end. */
	{"ssh.service", "/system.slice/ssh.service", true},
	{"system.slice", "/system.slice/ssh.service", true},
	{"ssh", "/system.slice/ssh.service", false},
	{"ssh.service", ".../system.slice/ssh.service", true},
	{"web", NULL, false},
	/* Containers. */
	{DIGEST, "/system.slice/docker-" DIGEST ".scope", true},
	{"012345", "/system.slice/docker-" DIGEST ".scope/init", true},
	{"01234", "/system.slice/docker-" DIGEST ".scope", false},
	{"123456", "/system.slice/docker-" DIGEST ".scope", false},
	/* One in another one; conmon is in none. */
	{"012345", "/docker/" DIGEST "/docker/ff" DIGEST, true},
	{"012345", "/machine.slice/libpod-conmon-" DIGEST ".scope", false},
	{"web", "/lxc/web", true},
	{"websit", "/lxc/website", false},
	{"0c1d2e3f-0000", "/kubepods/besteffort/pod0c1d2e3f-0000-4000-8000-0123456789ab/" DIGEST,
	 true},
};

static void test_cgroups(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++)
		if (is_in(cgroups[i].wanted, cgroups[i].path) != cgroups[i].is_in)
			fail_msg("-c %s, %s", cgroups[i].wanted, cgroups[i].path);
	assert_true(filter_match_cgroup(&(struct cs_filter){0}, NULL));
}

static void test_cgroup_is_no_name(void **state)
{
	char longest[CS_PATH_LEN + 1] = "";
	struct cs_filter filter = {0};

	(void)state;
	assert_false(filter_set_cgroup(&filter, ""));
	memset(longest, 'a', CS_PATH_LEN - 1);
	assert_true(filter_set_cgroup(&filter, longest));
	assert_true(filter_match_cgroup(&filter, longest));
	longest[CS_PATH_LEN - 1] = 'a';
	assert_false(filter_set_cgroup(&filter, longest));
	longest[0] = '/';
	longest[CS_PATH_LEN - 1] = '\0';
	assert_true(filter_set_cgroup(&filter, longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_matches_all),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_flags_must_all_be_set),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_all_conditions_count),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_cgroup_is_no_name),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
