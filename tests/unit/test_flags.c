// SPDX-License-Identifier: GPL-2.0
/* CLONE_* bits to text and back, and the table against the installed UAPI header. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/flags.h"

#define UAPI_HEADER "/usr/include/linux/sched.h"

/* Every bit with a name: NEWTIME, 8 to 37 of Linux 7.1, of which 8 to 31 are clone(2)'s. */
#define ALL_NAMED (0x80ULL | 0x3fffffff00ULL)

/* Read "#define CLONE_NAME 0x..." of one line. True where there is one. */
static int read_define(const char *line, char name[64], unsigned long long *bit)
{
	return sscanf(line, "#define CLONE_%63s 0x%llx", name, bit) == 2;
}

static void test_table_is_that_of_uapi(void **state)
{
	FILE *header = fopen(UAPI_HEADER, "r");
	char line[256], name[64];
	unsigned long long bit;
	int seen = 0;

	(void)state;
	if (!header) {
		print_message("no " UAPI_HEADER "\n");
		skip();
	}
	while (fgets(line, sizeof(line), header)) {
		const struct flag_info *info;

		/* CLONE_ARGS_SIZE_VER0 is decimal, and so no match. */
		if (!read_define(line, name, &bit))
			continue;
		info = flags_find(bit);
		assert_non_null(info);
		assert_string_equal(info->name, name);
		assert_int_equal(info->clone3_only, bit == 0x80 || bit > 0xffffffff);
		seen++;
	}
	fclose(header);
	assert_true(seen >= 27); /* Linux 5.10: 24 of clone(2), NEWTIME and two of clone3(2) */
}

static void test_table_is_sane(void **state)
{
	const struct flag_info *table;
	uint64_t bits = 0, ranks = 0;
	size_t count;

	(void)state;
	table = flags_table(&count);
	assert_int_equal(count, 31);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(table[i].bit & (table[i].bit - 1), 0);
		assert_true(table[i].bit > bits); /* in order, none twice */
		bits |= table[i].bit;
		assert_in_range(table[i].rank, 0, 63);
		assert_false(ranks >> table[i].rank & 1);
		ranks |= 1ULL << table[i].rank;
		assert_true(strlen(table[i].meaning) > 5);
	}
	assert_true(bits == ALL_NAMED);
}

static void test_find_and_unknown(void **state)
{
	(void)state;
	assert_string_equal(flags_find(0x20000000)->name, "NEWPID");
	assert_string_equal(flags_find(1ULL << 33)->name, "INTO_CGROUP");
	assert_null(flags_find(0x40));
	assert_null(flags_find(0x300));
	assert_true(flags_unknown(UINT64_MAX) == ~ALL_NAMED);
	assert_true(flags_unknown(0x100) == 0);
}

static void check_format(uint64_t flags, int width, const char *expected)
{
	char buf[FLAGS_TEXT_SIZE];

	assert_int_equal(flags_format(buf, sizeof(buf), flags, width), strlen(expected));
	assert_string_equal(buf, expected);
}

static void test_format_all(void **state)
{
	(void)state;
	check_format(0, 0, "-");
	check_format(0x100, 0, "VM");
	check_format(0x4100, 0, "VM|VFORK");
	/* glibc's pthread_create() */
	check_format(0x3d0f00, 0,
		     "VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID");
	check_format(0x80, 0, "NEWTIME");
	check_format(0x11, 0, "0x11");
	check_format(0x8000000000000100, 0, "VM|0x8000000000000000");
	check_format(0x200000000, 0, "INTO_CGROUP");
	check_format(0x3c00000000, 0, "AUTOREAP|NNP|PIDFD_AUTOKILL|EMPTY_MNTNS");
}

static void test_every_bit_survives_the_text(void **state)
{
	char buf[FLAGS_TEXT_SIZE], why[FLAGS_WHY_SIZE];
	uint64_t flags;
	int signal;

	(void)state;
	for (int bit = 0; bit < 64; bit++) {
		flags_format(buf, sizeof(buf), 1ULL << bit, 0);
		assert_int_equal(flags_parse(buf, true, &flags, &signal, why, sizeof(why)), 0);
		assert_true(flags == 1ULL << bit);
	}
	assert_true(flags_format(buf, sizeof(buf), UINT64_MAX, 0) < sizeof(buf));
	assert_int_equal(flags_parse(buf, true, &flags, &signal, why, sizeof(why)), 0);
	assert_true(flags == UINT64_MAX);
}

static void test_format_cut_to_width(void **state)
{
	/* runc's container: NEWNS|NEWUTS|NEWIPC|NEWPID|NEWNET and CLONE_PARENT */
	const uint64_t container = 0x6c020000 | 0x8000;

	(void)state;
	check_format(container, 60, "NEWPID|NEWNS|NEWNET|NEWIPC|NEWUTS|PARENT");
	check_format(container, 40, "NEWPID|NEWNS|NEWNET|NEWIPC|NEWUTS|PARENT");
	check_format(container, 39, "NEWPID|NEWNS|NEWNET|NEWIPC|NEWUTS+1");
	check_format(container, 20, "NEWPID|NEWNS+4");
	check_format(container, 14, "NEWPID|NEWNS+4");
	check_format(container, 13, "NEWPID+5");
	check_format(container, 3, "NEWPID+5");
	check_format(0x4100, 8, "VFORK|VM");
	check_format(0x4100, 7, "VFORK+1");
	check_format(0x20000000 | 0x40 | 1ULL << 63, 10, "NEWPID+1");
	check_format(0, 1, "-");
}

static void test_width_is_kept(void **state)
{
	char buf[FLAGS_TEXT_SIZE];
	uint64_t flags = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int width = 23 + i % 60; /* one name and "+31" fit */

		flags = flags * 6364136223846793005ULL + 1442695040888963407ULL;
		assert_in_range(flags_format(buf, sizeof(buf), flags, width), 1, width);
		assert_in_range(strlen(buf), 1, width);
	}
}

static void test_format_in_a_small_buffer(void **state)
{
	char buf[16] = "", *tiny = test_malloc(3);

	(void)state;
	assert_int_equal(flags_format(buf, sizeof(buf), 0x3d0f00, 0), 11);
	assert_string_equal(buf, "THREAD|VM+7");
	assert_int_equal(flags_format(tiny, 3, 0x3d0f00, 0), 2);
	assert_string_equal(tiny, "+9");
	assert_int_equal(flags_format(tiny, 0, 0x3d0f00, 0), 0);
	test_free(tiny);
}

static void check_parse(const char *text, bool clone3, uint64_t flags, int signal)
{
	char why[FLAGS_WHY_SIZE] = "";
	uint64_t got = 0xdead;
	int got_signal = -1;

	assert_int_equal(flags_parse(text, clone3, &got, &got_signal, why, sizeof(why)), 0);
	assert_true(got == flags);
	assert_int_equal(got_signal, signal);
}

static void test_parse(void **state)
{
	(void)state;
	check_parse("0x1200011", false, 0x1200000, 17);
	check_parse("18874385", false, 0x1200000, 17);
	check_parse("0x1200011", true, 0x1200011, 0);
	check_parse("CLONE_VM|CLONE_VFORK|SIGCHLD", false, 0x4100, 17);
	check_parse("VM|vfork", false, 0x4100, 0);
	check_parse(" clone_vm | Chld ", false, 0x100, 17);
	check_parse("0x100|NEWPID|9", false, 0x20000100, 9);
	check_parse("0", false, 0, 0);
	check_parse("017", false, 0, 17); /* decimal: no octal surprise */
	check_parse("NEWTIME", false, 0x80, 0);
	check_parse("NEWTIME|SIGCHLD", true, 0x80, 17);
	check_parse("0x80", false, 0, 128); /* clone(2): a signal, if a bad one */
	check_parse("0x80", true, 0x80, 0); /* clone3(2): CLONE_NEWTIME */
	check_parse("0xffffffffffffff00", false, 0xffffffffffffff00, 0);
	check_parse("SIGCHLD|17", false, 0, 17);
	check_parse("INTO_CGROUP|EMPTY_MNTNS", true, 0x2200000000, 0);
}

static void check_refused(const char *text, const char *sentence)
{
	char why[FLAGS_WHY_SIZE] = "";
	uint64_t flags = 0x1234;
	int signal = 99;

	assert_int_equal(flags_parse(text, false, &flags, &signal, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, sentence));
	assert_true(flags == 0x1234);
	assert_int_equal(signal, 99);
}

static void test_parse_says_why_not(void **state)
{
	char longest[5000];

	(void)state;
	check_refused("", "missing");
	check_refused("VM||FS", "missing");
	check_refused("VM|", "missing");
	check_refused("VFROK", "did you mean VFORK?");
	check_refused("CLONE_NEWPDI", "did you mean NEWPID?");
	check_refused("CLONE_SIGHND", "did you mean SIGHAND?");
	check_refused("SIGCHILD", "did you mean SIGCHLD?");
	check_refused("0x10zz", "'0x10zz' is not a number");
	check_refused("0x", "'0x' is not a number");
	check_refused("0x1ffffffffffffffff", "is not a number");
	check_refused("SIGCHLD|SIGUSR1", "two exit signals: 17 and 10");
	check_refused("VM|\033[2J", "'\\x1b[2J' is neither");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	check_refused(longest, "...' is too long");
	/* Cut short, this would be the number 0. */
	check_refused("0x00000000000000000000000000000000000000100", "...' is too long");
}

static void test_no_wild_suggestion(void **state)
{
	char why[FLAGS_WHY_SIZE];
	uint64_t flags;
	int signal;

	(void)state;
	assert_int_equal(flags_parse("bananas", false, &flags, &signal, why, sizeof(why)), -EINVAL);
	assert_null(strstr(why, "did you mean"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_that_of_uapi),
		cmocka_unit_test(test_table_is_sane),
		cmocka_unit_test(test_find_and_unknown),
		cmocka_unit_test(test_format_all),
		cmocka_unit_test(test_every_bit_survives_the_text),
		cmocka_unit_test(test_format_cut_to_width),
		cmocka_unit_test(test_width_is_kept),
		cmocka_unit_test(test_format_in_a_small_buffer),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_says_why_not),
		cmocka_unit_test(test_no_wild_suggestion),
	};

	return cmocka_run_group_tests_name("flags", tests, NULL, NULL);
}
