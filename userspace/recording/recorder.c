// SPDX-License-Identifier: GPL-2.0
/* Creates the file with care, adds rows in transactions of half a second, and keeps what it has if the disk is full. */
#include "recording/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/container.h"
#include "model/flags.h"
#include "model/layout.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "model/text.h"
#include "recording/schema.h"
#include "source/order.h"

/* A transaction ends after so long; and after so many rows, as its pages are in memory. */
#define COMMIT_EVERY_NS	  500000000ULL
#define COMMIT_EVERY_ROWS 50000

/* Flags and policies whose names are in the file already: a cache, of which any entry may be lost. */
#define NAMED 64

/* "[-32768,...]" of as many elements as any array has, up to 20 digits and a sign each. */
#define ARRAY_TEXT_SIZE (64 * 22)

struct recorder {
	sqlite3 *db;
	int fd; /* holds the lock; closing it would drop those of SQLite */
	char path[PATH_MAX];
	sqlite3_stmt *inserts[LAYOUT_KINDS];
	struct cs_head *bound[LAYOUT_KINDS]; /* to these: the record before; kind 0: none */
	sqlite3_stmt *insert_loss, *insert_flags, *insert_policy, *insert_meta;
	int64_t next_id;
	uint64_t count;	      /* rows of records */
	uint64_t uncommitted; /* of these, in the open transaction */
	uint64_t begun_ns;    /* when that was; 0: none is open */
	uint64_t named_flags[NAMED];
	struct cs_policy named_policies[NAMED];
	bool has_policy[NAMED];
	char error[RECORDER_WHY_SIZE];
};

/* --- the file ------------------------------------------------------------------------------------- */

/* As SQLite's file format has it: the header string, and application_id at byte 68. */
static bool is_recording(int fd)
{
	static const unsigned char id[] = {SCHEMA_APPLICATION >> 24 & 255,
					   SCHEMA_APPLICATION >> 16 & 255,
					   SCHEMA_APPLICATION >> 8 & 255, SCHEMA_APPLICATION & 255};
	unsigned char header[72];

	return pread(fd, header, sizeof(header), 0) == sizeof(header) &&
	       !memcmp(header, "SQLite format 3", 16) && !memcmp(header + 68, id, sizeof(id));
}

static int refuse(char *why, const char *path, const char *reason, int error)
{
	char quoted[512];

	text_quote_word(quoted, sizeof(quoted), path);
	snprintf(why, RECORDER_WHY_SIZE, "%.300s: %s", quoted, reason);
	return -error;
}

/* The files that SQLite has beside its own, and how they begin: see its file format; numbers in -shm are as x86 has them. */
static const struct companion {
	const char *suffix;
	size_t length;
	unsigned char magic[8];
} companions[] = {
	{"-wal", 3, {0x37, 0x7f, 0x06}},
	{"-shm", 4, {0x18, 0xe2, 0x2d, 0x00}},
	{"-journal", 8, {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7}},
};

#define COMPANIONS (sizeof(companions) / sizeof(companions[0]))

static void name_companion(char name[PATH_MAX], const char *path, const struct companion *companion)
{
	snprintf(name, PATH_MAX, "%.*s%s", PATH_MAX - 9, path, companion->suffix);
}

/* One that SQLite has only begun, or is done with, is empty or begins with zeros. */
static bool begins_as(const struct companion *companion, int fd)
{
	static const unsigned char zeros[8];
	unsigned char begin[8] = {0};
	ssize_t length = pread(fd, begin, companion->length, 0);

	return length >= 0 && (!memcmp(begin, zeros, sizeof(begin)) ||
			       !memcmp(begin, companion->magic, sizeof(begin)));
}

/* SQLite removes what has such a name, or takes it for its own: it must be. */
static int check_companion(const char *path, const struct companion *companion, char *why)
{
	char name[PATH_MAX];
	struct stat status;
	bool is_sqlites;
	int fd;

	name_companion(name, path, companion);
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && errno != ELOOP)
		return refuse(why, name, strerror(errno), errno);
	is_sqlites = fd >= 0 && !fstat(fd, &status) && S_ISREG(status.st_mode) &&
		     begins_as(companion, fd);
	if (fd >= 0)
		close(fd);
	return is_sqlites ? 0
			  : refuse(why, name,
				   "is none of SQLite's files, and has a name that it needs: "
				   "choose another for the recording",
				   EEXIST);
}

static int check_companions(const char *path, char *why)
{
	int error = 0;

	for (size_t i = 0; i < COMPANIONS && !error; i++)
		error = check_companion(path, &companions[i], why);
	return error;
}

/* SQLite's companions of @path go along, as one that was not finished has rows in them. */
static void rename_with_companions(const char *path, const char *old)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (size_t i = 0; i < COMPANIONS; i++) {
		name_companion(from, path, &companions[i]);
		name_companion(to, old, &companions[i]);
		unlink(to);
		rename(from, to);
	}
}

static bool is_one_of(const struct stat *status, char *const *inputs, size_t count)
{
	struct stat input;

	for (size_t i = 0; i < count; i++)
		if (!stat(inputs[i], &input) && input.st_dev == status->st_dev &&
		    input.st_ino == status->st_ino)
			return true;
	return false;
}

/*
 * Returns the file at @path, which holds a lock, if that is a recording that nobody writes or reads; -ENOENT, and
 * nothing in @why, where there is none.
 */
static int open_replaceable(const char *path, char *const *inputs, size_t count, char *why)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), error = 0;
	struct stat status;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 && errno == ELOOP)
		return refuse(why, path, "is a symbolic link, which is not followed", EEXIST);
	if (fd < 0)
		return refuse(why, path, strerror(errno), errno);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		error = refuse(why, path, "is no regular file", EEXIST);
	else if (is_one_of(&status, inputs, count))
		error = refuse(why, path, "is read, and cannot make room for what is written",
			       EBUSY);
	else if (status.st_size && !is_recording(fd))
		error = refuse(why, path, "is no recording of clonescope, and is not overwritten",
			       EEXIST);
	else if (flock(fd, LOCK_EX | LOCK_NB))
		error = refuse(why, path, "is being written by another clonescope", EBUSY);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* What is at @path gets the name FILE.old, and what has that is gone. */
static int make_room(const char *path, char *const *inputs, size_t count, char *why)
{
	char old[PATH_MAX + 8];
	int fd = open_replaceable(path, inputs, count, why), old_fd = -ENOENT, error = 0;

	if (fd < 0)
		return fd == -ENOENT ? refuse(why, path, strerror(ENOENT), ENOENT) : fd;
	snprintf(old, sizeof(old), "%s.old", path);
	old_fd = open_replaceable(old, inputs, count, why);
	if (old_fd < 0 && old_fd != -ENOENT)
		error = old_fd;
	else if (check_companions(old, why))
		error = -EEXIST;
	else if (rename(path, old))
		error = refuse(why, path, "cannot be renamed to make room", errno);
	else
		rename_with_companions(path, old);
	if (old_fd >= 0)
		close(old_fd);
	close(fd);
	return error;
}

static int create(const char *path, char *const *inputs, size_t count, char *why)
{
	int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fd, error;

	error = check_companions(path, why);
	if (error)
		return error;
	fd = open(path, flags, 0600);
	if (fd < 0 && errno == EEXIST) {
		error = make_room(path, inputs, count, why);
		if (error)
			return error;
		fd = open(path, flags, 0600);
	}
	if (fd < 0)
		return refuse(why, path, strerror(errno), errno);
	flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

/* SQLite refuses a link anywhere in a path, and a folder may be one. */
static int resolve(char resolved[PATH_MAX], const char *path, char *why)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	if (!realpath(folder, resolved))
		return refuse(why, path, strerror(errno), errno);
	if (strlen(resolved) + strlen(path) + 16 > PATH_MAX)
		return refuse(why, path, strerror(ENAMETOOLONG), ENAMETOOLONG);
	strcat(resolved, "/");
	strcat(resolved, slash ? slash + 1 : path);
	return 0;
}

/* --- the connection --------------------------------------------------------------------------------- */

/* From now on nothing more is written. What was not committed is not in the file. */
static void fail(struct recorder *recorder)
{
	char path[300];
	uint64_t lost = 0;

	if (recorder->error[0])
		return;
	if (sqlite3_get_autocommit(recorder->db) ||
	    sqlite3_exec(recorder->db, "COMMIT", NULL, NULL, NULL))
		lost = recorder->uncommitted;
	recorder->count -= lost;
	snprintf(recorder->error, sizeof(recorder->error),
		 "cannot write %s: %s; it keeps %" PRIu64 " records, the last %" PRIu64
		 " are not in it",
		 text_quote_word(path, sizeof(path), recorder->path), sqlite3_errmsg(recorder->db),
		 recorder->count, lost);
}

/* Run a prepared statement, and make it ready for the next row. */
static void run(struct recorder *recorder, sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	if (result != SQLITE_DONE)
		fail(recorder);
	sqlite3_reset(statement);
}

static void commit(struct recorder *recorder)
{
	if (!recorder->begun_ns || recorder->error[0])
		return;
	if (sqlite3_exec(recorder->db, "COMMIT", NULL, NULL, NULL)) {
		fail(recorder);
		return;
	}
	recorder->begun_ns = 0;
	recorder->uncommitted = 0;
}

/* Before each row. Returns false where no more can be written. */
static bool begin(struct recorder *recorder)
{
	if (recorder->error[0])
		return false;
	if (recorder->uncommitted >= COMMIT_EVERY_ROWS)
		commit(recorder);
	if (!recorder->begun_ns) {
		if (sqlite3_exec(recorder->db, "BEGIN", NULL, NULL, NULL))
			fail(recorder);
		recorder->begun_ns = order_now_ns();
	}
	return !recorder->error[0];
}

static int prepare(struct recorder *recorder)
{
	static const char loss[] = "INSERT INTO loss VALUES(?, ?, ?, ?)";
	static const char flags[] = "INSERT OR IGNORE INTO flags_name VALUES(?, ?)";
	static const char policy[] = "INSERT OR IGNORE INTO policy_name VALUES(?, ?, ?, ?, ?)";
	static const char meta[] = "INSERT OR REPLACE INTO meta VALUES(?, ?)";
	sqlite3 *db = recorder->db;
	int result = sqlite3_prepare_v2(db, loss, -1, &recorder->insert_loss, NULL);

	if (!result)
		result = sqlite3_prepare_v2(db, flags, -1, &recorder->insert_flags, NULL);
	if (!result)
		result = sqlite3_prepare_v2(db, policy, -1, &recorder->insert_policy, NULL);
	if (!result)
		result = sqlite3_prepare_v2(db, meta, -1, &recorder->insert_meta, NULL);
	for (int kind = 0; kind < LAYOUT_KINDS && !result; kind++) {
		char *text = layout_of(kind) ? schema_insert(kind) : NULL;

		if (text)
			result = sqlite3_prepare_v2(db, text, -1, &recorder->inserts[kind], NULL);
		free(text);
		if (text)
			recorder->bound[kind] = calloc(1, layout_of(kind)->size);
		if (text && !recorder->bound[kind])
			result = SQLITE_NOMEM;
	}
	return result;
}

/*
 * A log beside the file (WAL), so that whoever reads meanwhile does not stop us; the disk is waited for only when
 * the log is copied into the file, some 16 MB at a time.
 */
static int connect(struct recorder *recorder, char *why)
{
	int result;

	/* Statistics of its memory take a lock for each piece. It is too late where one is read, and does no harm. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	result = sqlite3_open_v2(recorder->path, &recorder->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
				 NULL);

	if (!result)
		result = schema_create(recorder->db);
	if (!result)
		result = sqlite3_exec(recorder->db,
				      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
				      "PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -4096",
				      NULL, NULL, NULL);
	if (!result)
		result = prepare(recorder);
	if (!result)
		return 0;
	return refuse(why, recorder->path,
		      recorder->db ? sqlite3_errmsg(recorder->db) : sqlite3_errstr(result), EIO);
}

int recorder_open(struct recorder **made, const char *path, char *const *inputs, size_t count,
		  char *why)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int error;

	*made = NULL;
	if (!recorder)
		return refuse(why, path, strerror(ENOMEM), ENOMEM);
	recorder->next_id = 1;
	error = resolve(recorder->path, path, why);
	recorder->fd = error ? error : create(recorder->path, inputs, count, why);
	error = recorder->fd < 0 ? recorder->fd : connect(recorder, why);
	if (error)
		recorder_free(recorder);
	else
		*made = recorder;
	return error;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

/* U+2000 to U+206F: among them are those that turn the direction of what follows. */
static bool turns(const unsigned char *text)
{
	return text[0] == 0xe2 && (text[1] == 0x80 || text[1] == 0x81);
}

/* Nothing in it that a terminal acts upon: ASCII, or valid UTF-8 without control characters. */
static bool is_plain(const unsigned char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		size_t more = text[i] < 0x80 ? 0 : text[i] < 0xe0 ? 1 : text[i] < 0xf0 ? 2 : 3;

		if (text[i] < ' ' || text[i] == 0x7f || (text[i] >= 0x80 && text[i] < 0xc3) ||
		    text[i] > 0xf4 || (more == 2 && i + 1 < length && turns(text + i)))
			return false;
		for (; more; more--)
			if (++i == length || (text[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Any other bytes are a blob, so that no SQL shell prints them as they are. */
static int bind_text(sqlite3_stmt *statement, int column, const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (is_plain((const unsigned char *)text, length))
		return sqlite3_bind_text(statement, column, text, (int)length, SQLITE_STATIC);
	return sqlite3_bind_blob(statement, column, text, (int)length, SQLITE_STATIC);
}

static void put_element(struct text *text, const struct cs_head *head,
			const struct layout_field *field, size_t index)
{
	int64_t value = layout_get(head, field, index);
	bool negative = field->is_signed && value < 0;

	if (index)
		text_put_char(text, ',');
	if (negative)
		text_put_char(text, '-');
	text_put_number(text, negative ? -(uint64_t)value : (uint64_t)value);
}

/* A JSON array, for json_each(); zeros at its end are left out. */
static int bind_array(sqlite3_stmt *statement, int column, const struct cs_head *head,
		      const struct layout_field *field)
{
	char buf[ARRAY_TEXT_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};
	size_t count = field->count;

	while (count && !layout_get(head, field, count - 1))
		count--;
	text_put_char(&text, '[');
	for (size_t i = 0; i < count; i++)
		put_element(&text, head, field, i);
	text_put_char(&text, ']');
	return sqlite3_bind_text(statement, column, buf, (int)text.length, SQLITE_TRANSIENT);
}

/* Good as long as @head is there. */
static int bind_field(sqlite3_stmt *statement, int column, const struct cs_head *head,
		      const struct layout_field *field)
{
	if (field->is_text)
		return bind_text(statement, column, (const char *)head + field->offset,
				 field->count);
	if (field->count > 1)
		return bind_array(statement, column, head, field);
	return sqlite3_bind_int64(statement, column, layout_get(head, field, 0));
}

/* Up to where two records are the same, from @at on; to the word. Their fields are in the order of their layout. */
static size_t same_until(const void *one, const void *other, size_t at, size_t size)
{
	uint64_t words[2];

	for (; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
		memcpy(&words[0], (const char *)one + at, sizeof(uint64_t));
		memcpy(&words[1], (const char *)other + at, sizeof(uint64_t));
		if (words[0] != words[1])
			break;
	}
	return at;
}

/*
 * All but the columns after the fields; these begin at what it returns. Most fields are as in the record before,
 * and SQLite keeps what is bound.
 */
static int bind_record(struct recorder *recorder, sqlite3_stmt *statement,
		       const struct cs_head *head)
{
	const struct layout *layout = layout_of(head->kind);
	struct cs_head *bound = recorder->bound[head->kind];
	int column = SCHEMA_COLUMNS_BEFORE + 1;
	bool any = bound->kind;
	size_t same = 0;

	sqlite3_bind_int64(statement, 1, recorder->next_id++);
	sqlite3_bind_int64(statement, 2, (int64_t)head->ts_ns);
	bound->kind = head->kind;
	for (size_t i = 0; i < layout->count; i++, column++) {
		const struct layout_field *field = &layout->fields[i];
		const char *from = (const char *)head + field->offset;
		char *to = (char *)bound + field->offset;
		size_t size = (size_t)field->width * field->count;

		if (any && field->offset > same)
			same = same_until(bound, head, field->offset & ~7U, layout->size);
		if (any && (field->offset + size <= same || !memcmp(to, from, size)))
			continue;
		memcpy(to, from, size);
		if (bind_field(statement, column, bound, field))
			fail(recorder);
	}
	return column;
}

static void add_row(struct recorder *recorder, sqlite3_stmt *statement)
{
	run(recorder, statement);
	recorder->count++;
	recorder->uncommitted++;
}

/* A part of a clone; returns its row, 0: there is none. */
static int64_t add_part(struct recorder *recorder, const struct cs_head *head)
{
	sqlite3_stmt *statement;

	if (!head)
		return 0;
	statement = recorder->inserts[head->kind];
	bind_record(recorder, statement, head);
	add_row(recorder, statement);
	return recorder->next_id - 1;
}

static int64_t add_detail(struct recorder *recorder, const struct cs_detail *detail)
{
	sqlite3_stmt *statement = recorder->inserts[CS_KIND_DETAIL];
	struct container container;
	int after;

	if (!detail)
		return 0;
	after = bind_record(recorder, statement, &detail->head);
	sqlite3_bind_null(statement, after + SCHEMA_ENGINE);
	sqlite3_bind_null(statement, after + SCHEMA_CONTAINER);
	if (detail->cgroup[0] && container_find(&container, detail->cgroup) && container.id[0]) {
		sqlite3_bind_text(statement, after + SCHEMA_ENGINE,
				  container_engine_name(container.engine), -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, after + SCHEMA_CONTAINER, container.id, -1,
				  SQLITE_TRANSIENT);
	}
	add_row(recorder, statement);
	return recorder->next_id - 1;
}

static void bind_verdict(sqlite3_stmt *statement, int after, const struct refusal_verdict *verdict)
{
	char line[REFUSAL_LINE_SIZE];

	sqlite3_bind_null(statement, after + SCHEMA_REFUSAL);
	sqlite3_bind_null(statement, after + SCHEMA_RULE);
	if (!verdict || verdict->outcome == REFUSAL_NONE)
		return;
	refusal_format(line, sizeof(line), verdict);
	sqlite3_bind_text(statement, after + SCHEMA_REFUSAL, line, -1, SQLITE_TRANSIENT);
	if (verdict->outcome == REFUSAL_DECIDED || verdict->outcome == REFUSAL_RESTARTED)
		sqlite3_bind_text(statement, after + SCHEMA_RULE, verdict->reasons[0].rule->id, -1,
				  SQLITE_STATIC);
}

static void bind_id(sqlite3_stmt *statement, int column, int64_t id)
{
	if (id)
		sqlite3_bind_int64(statement, column, id);
	else
		sqlite3_bind_null(statement, column);
}

static void bind_nodes(sqlite3_stmt *statement, int after, const struct cs_clone *rec)
{
	enum nodes_verdict verdict = nodes_check(rec);
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	if (stack.kind == NODES_STACK_ONE)
		sqlite3_bind_int(statement, after + SCHEMA_STACK_NODE, stack.nodes[0]);
	else
		sqlite3_bind_null(statement, after + SCHEMA_STACK_NODE);
	if (verdict == NODES_UNKNOWN)
		sqlite3_bind_null(statement, after + SCHEMA_NODES_DISAGREE);
	else
		sqlite3_bind_int(statement, after + SCHEMA_NODES_DISAGREE,
				 verdict == NODES_DISAGREE);
}

/* --- names of what a clone has ------------------------------------------------------------------------------- */

static void name_flags(struct recorder *recorder, uint64_t flags)
{
	uint64_t *named = &recorder->named_flags[(flags ^ flags >> 8 ^ flags >> 20) % NAMED];
	char text[FLAGS_TEXT_SIZE];

	/* No flags at all have no name; so the zero of an unused entry does no harm. */
	if (*named == flags)
		return;
	*named = flags;
	flags_format(text, sizeof(text), flags, 0);
	sqlite3_bind_int64(recorder->insert_flags, 1, (int64_t)flags);
	sqlite3_bind_text(recorder->insert_flags, 2, text, -1, SQLITE_STATIC);
	run(recorder, recorder->insert_flags);
}

/* @first: the field "policy_mode" or "child_policy_mode"; the rest of the policy follows it. */
static void name_policy(struct recorder *recorder, const struct cs_clone *rec,
			const struct cs_policy *policy, const struct layout_field *first)
{
	size_t index = (policy->mode ^ policy->nodes[0] * 7 ^ policy->flags) % NAMED;
	char text[POLICY_TEXT_SIZE];
	sqlite3_stmt *statement = recorder->insert_policy;

	if (recorder->has_policy[index] && policy_equal(&recorder->named_policies[index], policy))
		return;
	recorder->has_policy[index] = true;
	recorder->named_policies[index] = *policy;
	policy_format(text, sizeof(text), policy);
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(statement, i + 1, layout_get(&rec->head, first + i, 0));
	bind_array(statement, 4, &rec->head, first + 3);
	sqlite3_bind_text(statement, 5, text, -1, SQLITE_TRANSIENT);
	run(recorder, statement);
}

static const struct layout_field *field_named(int kind, const char *name)
{
	const struct layout *layout = layout_of(kind);

	for (size_t i = 0; i < layout->count; i++)
		if (!strcmp(layout->fields[i].name, name))
			return &layout->fields[i];
	return NULL;
}

static void name_policies(struct recorder *recorder, const struct cs_clone *rec)
{
	static const struct layout_field *callers, *childs;

	if (!callers) {
		callers = field_named(CS_KIND_CLONE, "policy_mode");
		childs = field_named(CS_KIND_CLONE, "child_policy_mode");
	}
	name_policy(recorder, rec, &rec->policy, callers);
	name_policy(recorder, rec, &rec->child_policy, childs);
}

/* --- what others call ------------------------------------------------------------------------------------- */

void recorder_set_text(struct recorder *recorder, const char *key, const char *text)
{
	if (!begin(recorder))
		return;
	sqlite3_bind_text(recorder->insert_meta, 1, key, -1, SQLITE_STATIC);
	bind_text(recorder->insert_meta, 2, text, strlen(text));
	run(recorder, recorder->insert_meta);
}

void recorder_set_number(struct recorder *recorder, const char *key, int64_t number)
{
	if (!begin(recorder))
		return;
	sqlite3_bind_text(recorder->insert_meta, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(recorder->insert_meta, 2, number);
	run(recorder, recorder->insert_meta);
}

void recorder_add_places(struct recorder *recorder, const struct source_places *places)
{
	sqlite3_stmt *statement = NULL;

	if (!begin(recorder))
		return;
	if (sqlite3_prepare_v2(recorder->db, "INSERT INTO place VALUES(NULL, ?, ?, ?, ?)", -1,
			       &statement, NULL)) {
		fail(recorder);
		return;
	}
	for (size_t i = 0; i < places->count && !recorder->error[0]; i++) {
		const struct source_place *place = &places->place[i];

		bind_text(statement, 1, place->tells, strlen(place->tells));
		bind_text(statement, 2, place->where, strlen(place->where));
		sqlite3_bind_int(statement, 3, place->used);
		bind_text(statement, 4, place->why, strlen(place->why));
		run(recorder, statement);
	}
	sqlite3_finalize(statement);
}

void recorder_add_clone(struct recorder *recorder, const struct clone *clone,
			const struct refusal_verdict *verdict)
{
	sqlite3_stmt *statement = recorder->inserts[CS_KIND_CLONE];
	const struct cs_clone *rec = clone->rec, *bound = (void *)recorder->bound[CS_KIND_CLONE];
	bool same_nodes = bound->head.kind && nodes_same(bound, rec);
	int64_t refusal, detail, phases;
	int after;

	if (!begin(recorder))
		return;
	name_flags(recorder, rec->flags);
	name_policies(recorder, rec);
	refusal = add_part(recorder, clone->refusal ? &clone->refusal->head : NULL);
	detail = add_detail(recorder, clone->detail);
	phases = add_part(recorder, clone->phases ? &clone->phases->head : NULL);
	after = bind_record(recorder, statement, &rec->head);
	bind_verdict(statement, after, verdict);
	if (!same_nodes)
		bind_nodes(statement, after, rec);
	bind_id(statement, after + SCHEMA_REFUSAL_ID, refusal);
	bind_id(statement, after + SCHEMA_DETAIL_ID, detail);
	bind_id(statement, after + SCHEMA_PHASES_ID, phases);
	add_row(recorder, statement);
}

void recorder_add_call(struct recorder *recorder, const struct cs_call *call,
		       const struct refusal_verdict *verdict)
{
	sqlite3_stmt *statement = recorder->inserts[CS_KIND_CALL];

	if (!begin(recorder))
		return;
	bind_verdict(statement, bind_record(recorder, statement, &call->head), verdict);
	add_row(recorder, statement);
}

void recorder_add_namespaces(struct recorder *recorder, const struct cs_namespaces *rec,
			     const struct cs_refusal *refusal,
			     const struct refusal_verdict *verdict)
{
	sqlite3_stmt *statement = recorder->inserts[CS_KIND_NAMESPACES];

	if (!begin(recorder))
		return;
	add_part(recorder, refusal ? &refusal->head : NULL);
	bind_verdict(statement, bind_record(recorder, statement, &rec->head), verdict);
	add_row(recorder, statement);
}

void recorder_add(struct recorder *recorder, const struct cs_head *head)
{
	if (layout_of(head->kind) && begin(recorder))
		add_part(recorder, head);
}

void recorder_add_loss(struct recorder *recorder, enum loss loss, uint64_t count)
{
	sqlite3_stmt *statement = recorder->insert_loss;

	if (!begin(recorder))
		return;
	sqlite3_bind_int64(statement, 1, recorder->next_id++);
	sqlite3_bind_int64(statement, 2, (int64_t)order_now_ns());
	sqlite3_bind_text(statement, 3, loss_name(loss), -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, (int64_t)count);
	run(recorder, statement);
}

void recorder_tick(struct recorder *recorder)
{
	if (recorder->begun_ns && order_now_ns() - recorder->begun_ns >= COMMIT_EVERY_NS)
		commit(recorder);
}

uint64_t recorder_count(const struct recorder *recorder)
{
	return recorder->count;
}

uint64_t recorder_bytes(const struct recorder *recorder)
{
	struct stat status;

	return fstat(recorder->fd, &status) ? 0 : (uint64_t)status.st_size;
}

const char *recorder_error(const struct recorder *recorder)
{
	return recorder->error[0] ? recorder->error : NULL;
}

/* One file, without a log beside it, that can be read where nothing can be written. */
void recorder_finish(struct recorder *recorder)
{
	recorder_set_number(recorder, "ended_ns", (int64_t)order_now_ns());
	commit(recorder);
	if (!recorder->error[0] &&
	    sqlite3_exec(recorder->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL))
		sqlite3_exec(recorder->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	for (int kind = 0; kind < LAYOUT_KINDS; kind++) {
		sqlite3_finalize(recorder->inserts[kind]);
		free(recorder->bound[kind]);
	}
	sqlite3_finalize(recorder->insert_loss);
	sqlite3_finalize(recorder->insert_flags);
	sqlite3_finalize(recorder->insert_policy);
	sqlite3_finalize(recorder->insert_meta);
	sqlite3_close(recorder->db);
	if (recorder->fd >= 0)
		close(recorder->fd);
	free(recorder);
}
