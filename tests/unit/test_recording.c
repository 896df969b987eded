// SPDX-License-Identifier: GPL-2.0
/* What goes into a recording comes out of it again; what is no recording, or a broken one, does no harm. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/layout.h"
#include "recording/recorder.h"
#include "recording/recording.h"

#define ROUNDS 200

/* As large as the largest record. */
#define RECORD_SIZE 1024

#define ALL_KINDS (SOURCE_KIND(LAYOUT_KINDS) - 1)

static char folder[] = "/tmp/clonescope-test-XXXXXX";

static uint64_t state_of_chance;

static uint64_t chance(void)
{
	state_of_chance = state_of_chance * 6364136223846793005ULL + 1442695040888963407ULL;
	return state_of_chance >> 20;
}

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* A record with every field at some value that its type has. */
static struct cs_head *make_record(char buf[RECORD_SIZE], int kind)
{
	const struct layout *layout = layout_of(kind);
	struct cs_head *head = (struct cs_head *)buf;

	memset(buf, 0, RECORD_SIZE);
	*head = (struct cs_head){.kind = (uint16_t)kind,
				 .size = (uint16_t)layout->size,
				 .version = CS_RECORD_VERSION,
				 .backend = CS_BACKEND_MODULE,
				 .ts_ns = chance()};
	for (size_t i = 0; i < layout->count; i++)
		for (size_t at = 0; at < layout->fields[i].count; at++)
			layout_set(head, &layout->fields[i], at,
				   chance() % 3 ? (int64_t)(chance() << 20 ^ chance()) : 0);
	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_field *field = &layout->fields[i];
		char *text = buf + field->offset;

		/* As the kernel has them: nothing behind the NUL. */
		if (field->is_text) {
			text[field->count - 1] = '\0';
			memset(text + strlen(text), 0, field->count - strlen(text));
		}
	}
	if (kind == CS_KIND_CLONE) {
		((struct cs_clone *)head)->stack_pages %= CS_MAX_STACK_PAGES + 1;
		((struct cs_clone *)head)->error &= 255;
	} else if (kind == CS_KIND_CALL) {
		((struct cs_call *)head)->error = 1;
	}
	return head;
}

static struct recorder *begin(const char *path)
{
	struct recorder *recorder;
	char why[RECORDER_WHY_SIZE];

	if (recorder_open(&recorder, path, NULL, 0, why))
		fail_msg("%s", why);
	recorder_set_text(recorder, "backend", "module");
	recorder_set_text(recorder, "boot_id", "a");
	recorder_set_number(recorder, "since_ns", 5);
	return recorder;
}

static void end(struct recorder *recorder)
{
	recorder_finish(recorder);
	assert_null(recorder_error(recorder));
	recorder_free(recorder);
}

static struct source *open_files(char *const *paths, size_t count)
{
	const struct source_options options = {.kinds = ALL_KINDS};
	struct source *source;
	char why[SOURCE_WHY_SIZE];

	if (recording_open(&source, paths, count, &options, why))
		fail_msg("%s", why);
	return source;
}

/* Taken records, one after the other. */
static char *taken;
static size_t taken_size;
static unsigned int taken_count;

static int take(const struct cs_head *head, void *context)
{
	(void)context;
	taken = realloc(taken, taken_size + head->size);
	memcpy(taken + taken_size, head, head->size);
	taken_size += head->size;
	taken_count++;
	return 0;
}

static void read_all(struct source *source)
{
	free(taken);
	taken = NULL;
	taken_size = 0;
	taken_count = 0;
	while (source->ops->read(source, take, NULL) > 0)
		;
}

static void every_field_of_every_kind_comes_back(void **state)
{
	char *path = (char *)in_folder("fields.db"), buf[RECORD_SIZE], *given = NULL;
	struct recorder *recorder = begin(path);
	struct source *source;
	size_t size = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++)
		for (int kind = 0; kind < LAYOUT_KINDS; kind++) {
			struct cs_head *head;

			if (!layout_of(kind))
				continue;
			head = make_record(buf, kind);
			given = realloc(given, size + head->size);
			memcpy(given + size, head, head->size);
			size += head->size;
			if (kind == CS_KIND_CLONE)
				recorder_add_clone(recorder, &(struct clone){.rec = (void *)head},
						   NULL);
			else if (kind == CS_KIND_CALL)
				recorder_add_call(recorder, (void *)head, NULL);
			else if (kind == CS_KIND_NAMESPACES)
				recorder_add_namespaces(recorder, (void *)head, NULL, NULL);
			else
				recorder_add(recorder, head);
		}
	end(recorder);
	source = open_files(&path, 1);
	read_all(source);
	assert_null(recording_error(source));
	assert_int_equal(taken_size, size);
	for (size_t i = 0; i < size; i++)
		if (taken[i] != given[i])
			fail_msg("byte %zu is %02x, was %02x", i, taken[i] & 255, given[i] & 255);
	source->ops->close(source);
	free(given);
}

static void parts_come_before_their_clone(void **state)
{
	char *path = (char *)in_folder("parts.db"), clone[RECORD_SIZE], detail[RECORD_SIZE];
	char phases[RECORD_SIZE], refusal[RECORD_SIZE];
	struct recorder *recorder = begin(path);
	struct clone whole = {.rec = (void *)make_record(clone, CS_KIND_CLONE),
			      .detail = (void *)make_record(detail, CS_KIND_DETAIL),
			      .phases = (void *)make_record(phases, CS_KIND_PHASES),
			      .refusal = (void *)make_record(refusal, CS_KIND_REFUSAL)};
	struct source *source;

	(void)state;
	recorder_add_clone(recorder, &whole, NULL);
	recorder_add_loss(recorder, LOSS_RING_FULL, 7);
	assert_int_equal(recorder_count(recorder), 4);
	end(recorder);
	source = open_files(&path, 1);
	read_all(source);
	assert_int_equal(taken_count, 4);
	assert_int_equal(((struct cs_head *)(taken + taken_size - sizeof(struct cs_clone)))->kind,
			 CS_KIND_CLONE);
	assert_int_equal(recording_info(source)->since_ns, 5);
	assert_true(recording_info(source)->is_complete);
	source->ops->close(source);
}

/* Of two files, what the first says of a place; so that a copy is as good. */
static void places_come_back(void **state)
{
	static struct source written;
	char *paths[] = {(char *)in_folder("a.db"), (char *)in_folder("b.db")};
	const struct source_places *places;
	struct source *source;

	(void)state;
	source_place_add(&written, "outcome", "fexit copy_process", true, NULL);
	source_place_add(&written, "time", "kprobe copy_process", false, "it isn't there");
	/* Planted twice, for two things. */
	source_place_add(&written, "outcome", "fexit copy_process", true, NULL);
	for (int i = 0; i < 2; i++) {
		struct recorder *recorder = begin(paths[i]);

		recorder_add_places(recorder, &written.places);
		end(recorder);
		source_place_add(&written, "time", "tracepoint task_newtask", true, NULL);
		written.places.place[1].used = true;
	}
	source = open_files(paths, 2);
	places = &source->places;
	assert_int_equal(places->count, 4);
	assert_string_equal(places->place[1].tells, "time");
	assert_string_equal(places->place[1].where, "kprobe copy_process");
	assert_string_equal(places->place[1].why, "it isn't there");
	assert_true(places->place[0].used);
	assert_false(places->place[1].used);
	assert_string_equal(places->place[2].where, "fexit copy_process");
	assert_string_equal(places->place[3].where, "tracepoint task_newtask");
	source->ops->close(source);
	unlink(paths[0]);
	unlink(paths[1]);
}

/* A later version may name causes that this program has no name for. */
static void a_loss_of_unknown_cause_counts(void **state)
{
	char *path = (char *)in_folder("a.db");
	struct recorder *recorder = begin(path);
	struct losses losses;
	struct source *source;
	sqlite3 *db;

	(void)state;
	recorder_add_loss(recorder, LOSS_RING_FULL, 7);
	recorder_add_loss(recorder, LOSS_RING_FULL, 5);
	end(recorder);
	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(sqlite3_exec(db, "UPDATE loss SET cause = 'solar_flare' WHERE count = 7",
				      NULL, NULL, NULL),
			 0);
	sqlite3_close(db);
	source = open_files(&path, 1);
	read_all(source);
	source->ops->losses(source, &losses);
	assert_int_equal(losses.count[LOSS_BAD_RECORD], 7);
	assert_int_equal(losses_total(&losses), 12);
	source->ops->close(source);
	unlink(path);
}

static void write_at(const char *path, const char *boot, int64_t offset_ns, const uint64_t *times,
		     size_t count)
{
	struct recorder *recorder = begin(path);
	char buf[RECORD_SIZE];

	recorder_set_text(recorder, "boot_id", boot);
	recorder_set_number(recorder, "realtime_offset_ns", offset_ns);
	for (size_t i = 0; i < count; i++) {
		struct cs_clone *clone = (void *)make_record(buf, CS_KIND_CLONE);

		clone->head.ts_ns = times[i];
		clone->start_ns = times[i] - 1;
		recorder_add_clone(recorder, &(struct clone){.rec = clone}, NULL);
	}
	end(recorder);
}

static void expect_times(char *const *paths, size_t files, const uint64_t *times, size_t count)
{
	struct source *source = open_files(paths, files);
	const struct cs_clone *clones;

	read_all(source);
	clones = (const void *)taken;
	assert_int_equal(taken_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(clones[i].head.ts_ns, times[i]);
		assert_int_equal(clones[i].start_ns, times[i] - 1);
	}
	source->ops->close(source);
}

static void several_are_merged_by_time(void **state)
{
	char *paths[] = {(char *)in_folder("a.db"), (char *)in_folder("b.db")};
	const uint64_t a[] = {100, 300, 500}, b[] = {200, 400}, both[] = {100, 200, 300, 400, 500};
	const uint64_t shifted[] = {100, 300, 500, 1200, 1400};

	(void)state;
	write_at(paths[0], "a", 9000, a, 3);
	write_at(paths[1], "a", 9000, b, 2);
	expect_times(paths, 2, both, 5);
	unlink(in_folder("b.db"));
	/* Another boot: its clock began 1000 ns later. */
	write_at(paths[1], "b", 10000, b, 2);
	expect_times(paths, 2, shifted, 5);
}

static int try_open(const char *path)
{
	struct recorder *recorder;
	char why[RECORDER_WHY_SIZE] = "";
	int error = recorder_open(&recorder, path, NULL, 0, why);

	if (error)
		assert_true(strlen(why) > strlen(path));
	recorder_free(recorder);
	return error;
}

static void no_other_file_is_touched(void **state)
{
	const char *path = in_folder("letter"), *link = in_folder("link.db"), *old;
	struct recorder *recorder;
	struct stat status;
	char buf[16] = "";
	int fd;

	(void)state;
	fd = open(path, O_CREAT | O_RDWR, 0644);
	assert_int_equal(write(fd, "Dear", 4), 4);
	assert_int_equal(try_open(path), -EEXIST);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), 4);
	assert_string_equal(buf, "Dear");
	close(fd);
	assert_int_equal(symlink("letter", link), 0);
	assert_int_equal(try_open(link), -EEXIST);
	assert_int_equal(try_open(folder), -EEXIST);
	assert_true(try_open("/nowhere/x.db") < 0);

	path = in_folder("mine.db");
	recorder = begin(path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(try_open(path), -EBUSY); /* one that writes */
	end(recorder);
	end(begin(path));
	old = in_folder("mine.db.old");
	assert_int_equal(stat(old, &status), 0);
}

/* Neither a file of another kind that has the name FILE.old, nor what is being read. */
static void nothing_else_makes_room(void **state)
{
	const char *path = in_folder("kept.db"), *old = in_folder("kept.db.old");
	char *inputs[] = {(char *)in_folder("nothing"), (char *)path};
	struct recorder *recorder;
	char why[RECORDER_WHY_SIZE], buf[16] = "";
	int fd;

	(void)state;
	end(begin(path));
	fd = open(old, O_CREAT | O_RDWR, 0644);
	assert_int_equal(write(fd, "Dear", 4), 4);
	assert_int_equal(try_open(path), -EEXIST);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), 4);
	close(fd);
	assert_int_equal(access(path, F_OK), 0);
	unlink(old);
	assert_int_equal(recorder_open(&recorder, path, inputs, 2, why), -EBUSY);
	assert_true(access(old, F_OK) < 0);
	end(begin(path));
	inputs[0] = (char *)old;
	assert_int_equal(recorder_open(&recorder, path, inputs, 1, why), -EBUSY);
	assert_int_equal(access(path, F_OK), 0);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void expect_text(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY);
	char buf[64] = "";

	assert_int_equal(read(fd, buf, sizeof(buf) - 1), strlen(text));
	assert_string_equal(buf, text);
	close(fd);
}

/* What merely has a name like those of SQLite's own files. */
static void no_companion_is_taken_for_sqlites(void **state)
{
	static const char *const names[] = {
		"kept.db-wal",	   "kept.db-shm",     "kept.db-journal",
		"kept.db.old-wal", "kept.db.old-shm", "kept.db.old-journal",
	};
	char path[128];

	(void)state;
	strcpy(path, in_folder("kept.db"));
	unlink(path);
	unlink(in_folder("kept.db.old"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		write_text(in_folder(names[i]), "7 letters, not a log");
		assert_int_equal(try_open(path), i < 3 ? -EEXIST : 0);
		if (i < 3)
			assert_int_equal(access(path, F_OK), -1);
		else
			assert_int_equal(try_open(path), -EEXIST);
		expect_text(in_folder(names[i]), "7 letters, not a log");
		unlink(in_folder(names[i]));
		unlink(path);
	}
	/* Not even where SQLite would follow it to a file of its own. */
	assert_int_equal(symlink("parts.db", in_folder("kept.db-wal")), 0);
	assert_int_equal(try_open(path), -EEXIST);
	unlink(in_folder("kept.db-wal"));
	/* Those of a recording that was never finished are SQLite's; and so is an empty one. */
	write_text(in_folder("kept.db-journal"), "");
	assert_int_equal(try_open(path), 0);
	unlink(in_folder("kept.db-journal"));
}

/* Half a second, by the recorder's clock: then the log grows. */
static void wait_for_commit(struct recorder *recorder, const char *log)
{
	struct stat before, now;

	assert_int_equal(stat(log, &before), 0);
	do {
		usleep(10000);
		recorder_tick(recorder);
		assert_int_equal(stat(log, &now), 0);
	} while (now.st_size == before.st_size);
}

/* With one record in it. */
static void expect_unfinished(const char *path, bool is_growing)
{
	char *paths[] = {(char *)path};
	struct source *source = open_files(paths, 1);

	read_all(source);
	assert_int_equal(taken_count, 1);
	assert_false(recording_info(source)->is_complete);
	assert_int_equal(recording_info(source)->is_growing, is_growing);
	source->ops->close(source);
}

/* As kill -9 leaves it: its rows are in the log, which goes along when it makes room. */
static void an_unfinished_one_makes_room_with_its_log(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char command[512];
	const struct cs_start start = {
		.head = {.kind = CS_KIND_START, .size = sizeof(start), .ts_ns = 1}};
	struct recorder *recorder = begin(in_folder("kept.db"));

	(void)state;
	recorder_add(recorder, &start.head);
	wait_for_commit(recorder, in_folder("kept.db-wal"));
	expect_unfinished(in_folder("kept.db"), true);
	for (size_t i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), "cp '%s/kept.db%s' '%s/cut.db%s'", folder,
			 suffixes[i], folder, suffixes[i]);
		assert_int_equal(system(command), 0);
	}
	end(recorder);
	end(begin(in_folder("cut.db")));
	expect_unfinished(in_folder("cut.db.old"), false);
	assert_int_equal(access(in_folder("cut.db-wal"), F_OK), -1);
}

static int try_read(const char *path)
{
	const struct source_options options = {.kinds = ALL_KINDS};
	struct source *source;
	char why[SOURCE_WHY_SIZE] = "", *paths[] = {(char *)path};
	int error = recording_open(&source, paths, 1, &options, why);

	if (error) {
		assert_true(strlen(why) > strlen(path));
		return error;
	}
	read_all(source);
	source->ops->close(source);
	return 0;
}

static void what_is_no_recording_is_refused(void **state)
{
	const char *path = in_folder("other.db");
	sqlite3 *db;

	(void)state;
	assert_true(try_read(in_folder("letter")) < 0);
	assert_true(try_read(in_folder("nothing")) < 0);
	assert_true(try_read(folder) < 0);
	assert_int_equal(sqlite3_open(path, &db), 0);
	sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_true(try_read(path) < 0);
	/* Nobody will ever write to it. */
	path = in_folder("pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(try_read(path) < 0);
}

/* These are something else to SQLite. */
static void any_name_is_that_of_a_file(void **state)
{
	static const char *const names[] = {":memory:", "file:x.db", "a?b%20#.db"};
	char before[4096];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		end(begin(names[i]));
		assert_int_equal(try_read(names[i]), 0);
		unlink(names[i]);
	}
	assert_int_equal(chdir(before), 0);
}

/* Bytes that a disk, or somebody, has changed: any outcome is fine but a crash. */
static void a_broken_one_does_no_harm(void **state)
{
	const char *whole = in_folder("fields.db"), *broken = in_folder("broken.db");
	static char bytes[1 << 21];
	ssize_t size;
	int fd;

	(void)state;
	fd = open(whole, O_RDONLY);
	size = read(fd, bytes, sizeof(bytes));
	close(fd);
	assert_true(size > 4096);
	for (int round = 0; round < 60; round++) {
		fd = open(broken, O_RDWR | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, bytes, (size_t)size), size);
		for (int i = 0; i < 1 + round; i++) {
			char byte = (char)chance();

			/* The first page has the header; a recording is to be recognised. */
			assert_int_equal(pwrite(fd, &byte, 1,
						100 + (off_t)(chance() % (uint64_t)(size - 100))),
					 1);
		}
		if (round % 4 == 0)
			assert_int_equal(ftruncate(fd, (off_t)(chance() % (uint64_t)size)), 0);
		close(fd);
		try_read(broken);
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {
		"fields.db",  "parts.db",	"a.db",		 "b.db",     "letter",
		"link.db",    "mine.db",	"mine.db.old",	 "other.db", "broken.db",
		"a.db.old",   "kept.db",	"kept.db.old",	 "pipe",     "cut.db",
		"cut.db.old", "cut.db.old-wal", "cut.db.old-shm"};

	(void)state;
	free(taken);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_every_kind_comes_back),
		cmocka_unit_test(parts_come_before_their_clone),
		cmocka_unit_test(places_come_back),
		cmocka_unit_test(a_loss_of_unknown_cause_counts),
		cmocka_unit_test(several_are_merged_by_time),
		cmocka_unit_test(no_other_file_is_touched),
		cmocka_unit_test(nothing_else_makes_room),
		cmocka_unit_test(no_companion_is_taken_for_sqlites),
		cmocka_unit_test(an_unfinished_one_makes_room_with_its_log),
		cmocka_unit_test(what_is_no_recording_is_refused),
		cmocka_unit_test(any_name_is_that_of_a_file),
		cmocka_unit_test(a_broken_one_does_no_harm),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
