// SPDX-License-Identifier: GPL-2.0
/* Percentiles against a sorted array of the same times. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/histogram.h"

#define SAMPLES 20000

static void test_empty(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	assert_int_equal(histogram_percentile(&histogram, 50), 0);
	assert_int_equal(histogram_percentile(&histogram, 100), 0);
}

static void test_one(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	histogram_add(&histogram, 123457);
	assert_int_equal(histogram_percentile(&histogram, 0), 123457);
	assert_int_equal(histogram_percentile(&histogram, 50), 123457);
	assert_int_equal(histogram_percentile(&histogram, 100), 123457);
	assert_int_equal(histogram.min_ns, 123457);
}

static void test_small_values_are_exact(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	for (uint64_t ns = 0; ns < 32; ns++)
		histogram_add(&histogram, ns);
	for (int percent = 1; percent <= 32; percent++)
		assert_int_equal(histogram_percentile(&histogram, percent * 100 / 32.0),
				 percent - 1);
}

static void test_rank_outlives_rounding(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	/* 64.4 * 250 / 100 is 161.00000000000003 in doubles: still the 161st. */
	for (int i = 0; i < 250; i++)
		histogram_add(&histogram, i < 161 ? 1 : 5);
	assert_int_equal(histogram_percentile(&histogram, 64.4), 1);
}

static void test_rank_is_not_rounded_up(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	/* 999 of 1 ns and one of a second: 99.9 % are at 1 ns. */
	for (int i = 0; i < 999; i++)
		histogram_add(&histogram, 1);
	histogram_add(&histogram, 1000000000);
	assert_int_equal(histogram_percentile(&histogram, 99.9), 1);
	assert_int_equal(histogram_percentile(&histogram, 99.91), 1000000000);
	assert_int_equal(histogram_percentile(&histogram, 100), 1000000000);
	assert_int_equal(histogram_percentile(&histogram, 1000), 1000000000);
	assert_int_equal(histogram_percentile(&histogram, -1), 1);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;

	return *first < *second ? -1 : *first > *second;
}

/* Times of all sizes up to 2^39 ns, from a fixed seed. */
static uint64_t next_time(uint64_t *random)
{
	*random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
	return *random >> (25 + (*random >> 20) % 39);
}

static void test_within_the_promised_error(void **state)
{
	struct histogram histogram = {0};
	uint64_t *times = test_malloc(SAMPLES * sizeof(*times));
	uint64_t random = 42;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		times[i] = next_time(&random);
		histogram_add(&histogram, times[i]);
	}
	qsort(times, SAMPLES, sizeof(*times), compare);
	assert_true(histogram.max_ns == times[SAMPLES - 1]);
	assert_true(histogram.min_ns == times[0]);
	for (int percent = 1; percent <= 100; percent++) {
		uint64_t exact = times[percent * (SAMPLES / 100) - 1];
		uint64_t got = histogram_percentile(&histogram, percent);
		uint64_t off = got > exact ? got - exact : exact - got;

		assert_true(off * 1000 <= exact * 32);
	}
	test_free(times);
}

static void test_every_size_has_its_bucket(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		struct histogram histogram = {0};
		uint64_t from = histogram_bucket_from(i), to = histogram_bucket_from(i + 1);

		assert_true(from < to);
		histogram_add(&histogram, from);
		histogram_add(&histogram, to - 1);
		assert_int_equal(histogram.buckets[i], 2);
	}
	assert_true(histogram_bucket_from(HISTOGRAM_BUCKETS - 1) == 1ULL << 40);
}

static void test_beyond_the_last_bucket(void **state)
{
	struct histogram histogram = {0};

	(void)state;
	histogram_add(&histogram, 5);
	histogram_add(&histogram, 1ULL << 40);
	histogram_add(&histogram, UINT64_MAX);
	histogram_add(&histogram, UINT64_MAX);
	assert_int_equal(histogram.buckets[HISTOGRAM_BUCKETS - 1], 3);
	assert_true(histogram_percentile(&histogram, 75) == UINT64_MAX);
	assert_true(histogram.max_ns == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_rank_is_not_rounded_up),
		cmocka_unit_test(test_rank_outlives_rounding),
		cmocka_unit_test(test_within_the_promised_error),
		cmocka_unit_test(test_every_size_has_its_bucket),
		cmocka_unit_test(test_beyond_the_last_bucket),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
