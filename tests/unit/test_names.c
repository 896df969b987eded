// SPDX-License-Identifier: GPL-2.0
/* Words for numbers, against what the C library and the kernel's headers call them. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "model/names.h"

static void test_vias(void **state)
{
	(void)state;
	assert_string_equal(via_name(CS_VIA_FORK), "fork");
	assert_string_equal(via_name(CS_VIA_CLONE3), "clone3");
	assert_string_equal(via_name(CS_VIA_KTHREAD), "kthread");
	assert_string_equal(via_name(CS_VIA_IO_WORKER), "io_worker");
	assert_string_equal(via_name(CS_VIA_UNKNOWN), "?");
	assert_string_equal(via_name(255), "?");
	assert_string_equal(via_name(-1), "?");
	for (int via = CS_VIA_FORK; via <= CS_VIA_VHOST; via++)
		assert_int_equal(via_parse(via_name(via)), via);
	assert_int_equal(via_parse("?"), -EINVAL);
	assert_int_equal(via_parse("spoon"), -EINVAL);
}

static void test_small_enums(void **state)
{
	(void)state;
	assert_string_equal(backend_name(CS_BACKEND_BPF), "bpf");
	assert_string_equal(backend_name(CS_BACKEND_MODULE), "module");
	assert_string_equal(backend_name(0), "?");
	assert_string_equal(backend_name(3), "?");
	assert_string_equal(stack_origin_name(CS_STACK_CACHED), "cached");
	assert_string_equal(stack_origin_name(CS_STACK_FRESH), "fresh");
	assert_string_equal(stack_origin_name(CS_STACK_UNKNOWN), "?");
}

static void test_facts_are_the_fields(void **state)
{
	(void)state;
	assert_string_equal(fact_name(CS_FACT_VIA), "via");
	assert_string_equal(fact_name(CS_FACT_COPY_NS), "copy_ns");
	assert_string_equal(fact_name(CS_FACT_VMA_POLICIES), "vma_policies");
	assert_string_equal(fact_name(CS_FACT_COUNT), "?");
	for (int a = 0; a < CS_FACT_COUNT; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(fact_name(a), fact_name(b));
}

/* sigabbrev_np() is glibc's own table: "CHLD". It calls 29 "POLL" and has none from 32 on. */
static void test_signals_are_those_of_libc(void **state)
{
	char name[NAMES_TEXT_SIZE];

	(void)state;
	for (int signal = 1; signal < 32; signal++) {
		if (signal == SIGIO)
			continue;
		snprintf(name, sizeof(name), "SIG%s", sigabbrev_np(signal));
		assert_string_equal(signal_name(signal), name);
	}
	assert_string_equal(signal_name(SIGIO), "SIGIO");
	assert_string_equal(signal_name(32), "SIGRTMIN");
	assert_string_equal(signal_name(34), "SIGRT_2");
	assert_string_equal(signal_name(64), "SIGRT_32");
	assert_null(signal_name(0));
	assert_null(signal_name(65));
	assert_null(signal_name(-1));
}

static void test_signal_format(void **state)
{
	char buf[NAMES_TEXT_SIZE];

	(void)state;
	assert_int_equal(signal_format(buf, sizeof(buf), SIGCHLD), 7);
	assert_string_equal(buf, "SIGCHLD");
	signal_format(buf, sizeof(buf), 0);
	assert_string_equal(buf, "-");
	signal_format(buf, sizeof(buf), 200);
	assert_string_equal(buf, "200");
}

static void test_signal_parse(void **state)
{
	(void)state;
	assert_int_equal(signal_parse("SIGCHLD"), SIGCHLD);
	assert_int_equal(signal_parse("chld"), SIGCHLD);
	assert_int_equal(signal_parse("17"), 17);
	assert_int_equal(signal_parse("64"), 64);
	assert_int_equal(signal_parse("SIGPOLL"), SIGIO);
	assert_int_equal(signal_parse("iot"), SIGABRT);
	assert_int_equal(signal_parse("0"), -EINVAL);
	assert_int_equal(signal_parse("65"), -EINVAL);
	assert_int_equal(signal_parse("17x"), -EINVAL);
	assert_int_equal(signal_parse("99999999999999999999"), -EINVAL);
	assert_int_equal(signal_parse(""), -EINVAL);
	assert_int_equal(signal_parse("SIG"), -EINVAL);
}

static void test_errnos_that_clone_gives(void **state)
{
	/* Section 3 of the kernel reference. */
	static const struct {
		int error;
		const char *name;
	} given[] = {
		{1, "EPERM"},	{2, "ENOENT"},	{4, "EINTR"},	{7, "E2BIG"},
		{9, "EBADF"},	{11, "EAGAIN"}, {12, "ENOMEM"}, {13, "EACCES"},
		{14, "EFAULT"}, {16, "EBUSY"},	{17, "EEXIST"}, {19, "ENODEV"},
		{22, "EINVAL"}, {23, "ENFILE"}, {24, "EMFILE"}, {28, "ENOSPC"},
		{38, "ENOSYS"}, {87, "EUSERS"}, {95, NULL},	{513, "ERESTARTNOINTR"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i].name)
			assert_string_equal(errno_name(given[i].error), given[i].name);
	/* One number, two names; either will do. */
	assert_non_null(strstr("EOPNOTSUPP ENOTSUP", errno_name(95)));
	assert_string_equal(errno_name(524), "ENOTSUPP");
	assert_null(errno_name(0));
	assert_null(errno_name(-11));
	assert_null(errno_name(520));
	assert_null(errno_name(4000));
}

static void test_errno_format(void **state)
{
	char buf[NAMES_TEXT_SIZE];

	(void)state;
	errno_format(buf, sizeof(buf), 11);
	assert_string_equal(buf, "EAGAIN");
	errno_format(buf, sizeof(buf), 4000);
	assert_string_equal(buf, "4000");
	errno_format(buf, sizeof(buf), 0);
	assert_string_equal(buf, "-");
	for (int error = 1; error < 4096; error++)
		assert_true(errno_format(buf, sizeof(buf), error) < sizeof(buf));
}

static void test_errno_parse(void **state)
{
	(void)state;
	assert_int_equal(errno_parse("EAGAIN"), 11);
	assert_int_equal(errno_parse("eagain"), 11);
	assert_int_equal(errno_parse("11"), 11);
	assert_int_equal(errno_parse("EWOULDBLOCK"), 11);
	assert_int_equal(errno_parse("EOPNOTSUPP"), 95);
	assert_int_equal(errno_parse("ENOTSUP"), 95);
	assert_int_equal(errno_parse("ERESTARTNOINTR"), 513);
	assert_int_equal(errno_parse("4095"), 4095);
	assert_int_equal(errno_parse("4096"), -EINVAL);
	assert_int_equal(errno_parse("0"), -EINVAL);
	assert_int_equal(errno_parse("-11"), -EINVAL);
	assert_int_equal(errno_parse("EGAIN"), -EINVAL);
	assert_int_equal(errno_parse(""), -EINVAL);
	for (int error = 1; error < 600; error++)
		if (errno_name(error))
			assert_int_equal(errno_parse(errno_name(error)), error);
}

static void test_errno_nearest(void **state)
{
	struct nearest nearest;

	(void)state;
	nearest_begin(&nearest, "EAGIAN");
	errno_nearest(&nearest);
	assert_string_equal(nearest.found, "EAGAIN");
	nearest_begin(&nearest, "ERESTARTNOINT");
	errno_nearest(&nearest);
	assert_string_equal(nearest.found, "ERESTARTNOINTR");
	nearest_begin(&nearest, "ENTIRELYELSE");
	errno_nearest(&nearest);
	assert_null(nearest.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vias),
		cmocka_unit_test(test_small_enums),
		cmocka_unit_test(test_facts_are_the_fields),
		cmocka_unit_test(test_signals_are_those_of_libc),
		cmocka_unit_test(test_signal_format),
		cmocka_unit_test(test_signal_parse),
		cmocka_unit_test(test_errnos_that_clone_gives),
		cmocka_unit_test(test_errno_format),
		cmocka_unit_test(test_errno_parse),
		cmocka_unit_test(test_errno_nearest),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
