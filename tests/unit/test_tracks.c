// SPDX-License-Identifier: GPL-2.0
/* Every task of a recording has a track of its own, however often its tid is given out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "model/tracks.h"

static void test_identity(void **state)
{
	struct tracks *tracks = tracks_new();
	struct track *track = tracks_add(tracks, 70, 70, 5);

	(void)state;
	assert_ptr_equal(tracks_find(tracks, 70, 5), track);
	assert_null(tracks_find(tracks, 70, 6));
	assert_null(tracks_find(tracks, 70 + 65536, 5));
	assert_ptr_equal(tracks_holder(tracks, 70), track);
	assert_int_equal(track->id, 70);
	assert_int_equal(track->process_id, 70);
	tracks_remove(tracks, track);
	assert_null(tracks_holder(tracks, 70));
	tracks_free(tracks);
	tracks_free(NULL);
}

/* A thread's process is the one that has that number now. */
static void test_generations(void **state)
{
	struct tracks *tracks = tracks_new();
	struct track *track;

	(void)state;
	for (uint32_t i = 0; i < 2 * TRACKS_GENERATIONS; i++) {
		track = tracks_add(tracks, 70, 70, i);
		assert_int_equal(track->id, 70 + i % TRACKS_GENERATIONS * TRACKS_MAX_TID);
		assert_true(track->id <= INT32_MAX);
		tracks_remove(tracks, track);
	}
	track = tracks_add(tracks, 71, 70, 5);
	assert_int_equal(track->id, 71);
	assert_int_equal(track->process_id, 70 + (TRACKS_GENERATIONS - 1) * TRACKS_MAX_TID);
	tracks_free(tracks);
}

static void test_chain(void **state)
{
	struct tracks *tracks = tracks_new();
	struct track *same[3];

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		same[i] = tracks_add(tracks, 9 + i * 65536, 9, i);
	tracks_remove(tracks, same[1]);
	assert_ptr_equal(tracks_holder(tracks, 9), same[0]);
	assert_null(tracks_holder(tracks, 9 + 65536));
	assert_ptr_equal(tracks_holder(tracks, 9 + 2 * 65536), same[2]);
	tracks_free(tracks);
}

static void test_any(void **state)
{
	struct tracks *tracks = tracks_new();
	struct track *track;
	int count = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		tracks_add(tracks, i * 1000, 1, i);
	for (; (track = tracks_any(tracks)); count++)
		tracks_remove(tracks, track);
	assert_int_equal(count, 100);
	tracks_free(tracks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests_name("tracks", tests, NULL, NULL);
}
