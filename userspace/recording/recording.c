// SPDX-License-Identifier: GPL-2.0
/* Makes records of rows again: a cursor for each table, of which the oldest row comes next. */
#include "recording/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

#include "model/layout.h"
#include "model/text.h"
#include "recording/schema.h"

/* Records of one source_read(): so that signals are looked at between. */
#define READ_AT_ONCE 8192

/* Beside the kinds of records, the losses. */
#define CURSOR_LOSS  LAYOUT_KINDS
#define CURSOR_COUNT (LAYOUT_KINDS + 1)

union record {
	struct cs_head head;
	struct cs_clone clone;
	struct cs_return back;
	struct cs_refusal refusal;
	struct cs_detail detail;
	struct cs_phases phases;
	struct cs_call call;
	struct cs_exec exec;
	struct cs_namespaces namespaces;
};

struct cursor {
	sqlite3_stmt *statement; /* NULL: there are no more rows */
	int64_t id;		 /* of the row that comes next */
};

struct file {
	sqlite3 *db;
	const char *path;
	struct cursor cursors[CURSOR_COUNT];
	uint64_t shift_ns; /* from its clock to that of all */
	int64_t since_ns;
	int64_t realtime_ns; /* what the wall clock says more than its own */
	char boot_id[40];
	int next;	  /* cursor of the oldest row, -1: none is left */
	uint64_t next_ns; /* its time, shifted */
	uint8_t backend;
};

struct recording {
	struct source source;
	struct recording_info info;
	struct file *files;
	size_t count;
	uint32_t kinds;
	struct losses losses;
	char error[SOURCE_WHY_SIZE]; /* of the first reading that failed */
};

static const struct source_ops recording_ops;

static struct recording *to_recording(const struct source *source)
{
	return (struct recording *)source;
}

static int refuse(char *why, const char *path, const char *reason)
{
	char quoted[256];

	snprintf(why, SOURCE_WHY_SIZE, "%s: %.200s", text_quote(quoted, sizeof(quoted), path),
		 reason);
	return -EINVAL;
}

/* --- what is known of a file --------------------------------------------------------------------------- */

static int64_t pragma(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = 0;

	if (!sqlite3_prepare_v2(db, text, -1, &statement, NULL) &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

/* Prepared so that the caller finds the value in column 0; NULL: there is none. */
static sqlite3_stmt *find_meta(sqlite3 *db, const char *key)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = ?", -1, &statement, NULL))
		return NULL;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		return statement;
	sqlite3_finalize(statement);
	return NULL;
}

static int64_t meta_number(sqlite3 *db, const char *key)
{
	sqlite3_stmt *statement = find_meta(db, key);
	int64_t value = statement ? sqlite3_column_int64(statement, 0) : 0;

	sqlite3_finalize(statement);
	return value;
}

static void meta_text(sqlite3 *db, const char *key, char *buf, size_t size)
{
	sqlite3_stmt *statement = find_meta(db, key);
	const unsigned char *text = statement ? sqlite3_column_text(statement, 0) : NULL;

	snprintf(buf, size, "%s", text ? (const char *)text : "");
	sqlite3_finalize(statement);
}

/* SQLite's message, where the file can't be used at all; ours, where it is another kind of file. */
static int check_kind(sqlite3 *db, const char *path, char *why)
{
	char reason[128];

	if (sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL))
		return refuse(why, path,
			      sqlite3_errcode(db) == SQLITE_NOTADB ? "is no recording of clonescope"
								   : sqlite3_errmsg(db));
	if (pragma(db, "PRAGMA application_id") != SCHEMA_APPLICATION)
		return refuse(why, path, "is no recording of clonescope");
	if (pragma(db, "PRAGMA user_version") == SCHEMA_VERSION)
		return 0;
	snprintf(reason, sizeof(reason),
		 "is of schema version %" PRId64 ", and this program reads version %d",
		 pragma(db, "PRAGMA user_version"), SCHEMA_VERSION);
	return refuse(why, path, reason);
}

/* In a folder that can't be written to, SQLite must be told that nobody else will change the file. */
static int open_database(sqlite3 **db, const char *path, char *why)
{
	char *uri = sqlite3_mprintf("file:%s?immutable=1", path);
	int result = sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (!result && uri && !strpbrk(path, "?#%") &&
	    sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_CANTOPEN) {
		sqlite3_close(*db);
		result = sqlite3_open_v2(
			uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
			NULL);
	}
	sqlite3_free(uri);
	if (result)
		return refuse(why, path, *db ? sqlite3_errmsg(*db) : sqlite3_errstr(result));
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(*db, 2000);
	return check_kind(*db, path, why);
}

bool recording_of_command(char *const *files, size_t count)
{
	char why[SOURCE_WHY_SIZE], command[2] = "";
	sqlite3 *db = NULL;

	if (count && !open_database(&db, files[0], why))
		meta_text(db, "command", command, sizeof(command));
	sqlite3_close(db);
	return command[0];
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static void step(struct recording *recording, const struct file *file, struct cursor *cursor)
{
	int result = sqlite3_step(cursor->statement);

	if (result == SQLITE_ROW) {
		cursor->id = sqlite3_column_int64(cursor->statement, 0);
		return;
	}
	if (result != SQLITE_DONE && !recording->error[0])
		refuse(recording->error, file->path, sqlite3_errmsg(file->db));
	sqlite3_finalize(cursor->statement);
	cursor->statement = NULL;
}

/* Which of its rows comes next. */
static void choose(struct file *file)
{
	file->next = -1;
	for (int i = 0; i < CURSOR_COUNT; i++)
		if (file->cursors[i].statement &&
		    (file->next < 0 || file->cursors[i].id < file->cursors[file->next].id))
			file->next = i;
	if (file->next >= 0)
		file->next_ns =
			(uint64_t)sqlite3_column_int64(file->cursors[file->next].statement, 1) +
			file->shift_ns;
}

static int open_cursor(struct recording *recording, struct file *file, int index, const char *text,
		       char *why)
{
	struct cursor *cursor = &file->cursors[index];

	if (!text || sqlite3_prepare_v2(file->db, text, -1, &cursor->statement, NULL))
		return refuse(why, file->path, text ? sqlite3_errmsg(file->db) : strerror(ENOMEM));
	step(recording, file, cursor);
	return 0;
}

static int open_cursors(struct recording *recording, struct file *file, char *why)
{
	int error = open_cursor(recording, file, CURSOR_LOSS,
				"SELECT id, ts_ns, cause, count FROM loss ORDER BY id", why);

	for (int kind = 0; kind < LAYOUT_KINDS && !error; kind++) {
		char *text = NULL;

		if (!layout_of(kind) || !(recording->kinds & SOURCE_KIND(kind)))
			continue;
		text = schema_select(kind);
		error = open_cursor(recording, file, kind, text, why);
		free(text);
	}
	choose(file);
	return error;
}

/* No longer than it can be with its end. */
static void take_text(sqlite3_stmt *statement, int column, struct cs_head *head,
		      const struct layout_field *field)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);
	size_t most = field->count - 1U; /* the NUL stays */

	if (bytes)
		memcpy((char *)head + field->offset, bytes, length < most ? length : most);
}

static void take_array(sqlite3_stmt *statement, int column, struct cs_head *head,
		       const struct layout_field *field)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	char *end;

	for (size_t i = 0; text && *text && i < field->count; i++, text = end) {
		text += strspn(text, "[,");
		layout_set(head, field, i,
			   *text == '-' ? strtoll(text, &end, 10)
					: (int64_t)strtoull(text, &end, 10));
		if (end == text)
			return;
	}
}

/* Times of tasks are on the same clock as those of records. */
static bool is_time(const struct layout_field *field)
{
	return field->name[0] == 's' ? !strcmp(field->name, "start_ns")
				     : !strcmp(field->name, "child_start_ns");
}

/* What the producers promise and all that read a record rely on, as a file may come from anywhere. */
static bool is_sound(const union record *record)
{
	if (record->head.kind == CS_KIND_CLONE)
		return record->clone.stack_pages <= CS_MAX_STACK_PAGES && record->clone.error >= 0;
	return record->head.kind != CS_KIND_CALL || record->call.error > 0;
}

static void take_row(const struct file *file, union record *record)
{
	const struct layout *layout = layout_of(file->next);
	sqlite3_stmt *statement = file->cursors[file->next].statement;
	int column = SCHEMA_COLUMNS_BEFORE;

	memset(record, 0, layout->size);
	record->head = (struct cs_head){.kind = (__u16)file->next,
					.size = (__u16)layout->size,
					.version = CS_RECORD_VERSION,
					.backend = file->backend,
					.ts_ns = file->next_ns};
	for (size_t i = 0; i < layout->count; i++, column++) {
		const struct layout_field *field = &layout->fields[i];
		int64_t number;

		if (field->is_text) {
			take_text(statement, column, &record->head, field);
		} else if (field->count > 1) {
			take_array(statement, column, &record->head, field);
		} else {
			number = sqlite3_column_int64(statement, column);
			if (file->shift_ns && number && is_time(field))
				number += (int64_t)file->shift_ns;
			layout_set(&record->head, field, 0, number);
		}
	}
}

static void take_loss(struct recording *recording, const struct file *file)
{
	sqlite3_stmt *statement = file->cursors[CURSOR_LOSS].statement;
	const char *cause = (const char *)sqlite3_column_text(statement, 2);
	int64_t count = sqlite3_column_int64(statement, 3);

	for (int i = 0; cause && i < LOSS_COUNT; i++)
		if (!strcmp(cause, loss_name(i)) && count > 0)
			recording->losses.count[i] += (uint64_t)count;
}

/* The file whose next row is the oldest; NULL: all are at their end. */
static struct file *oldest(struct recording *recording)
{
	struct file *found = NULL;

	for (size_t i = 0; i < recording->count; i++) {
		struct file *file = &recording->files[i];

		if (file->next >= 0 && (!found || file->next_ns < found->next_ns))
			found = file;
	}
	return found;
}

/* A loss ends the reading, so that it is told where it happened. */
static int recording_read(struct source *source, source_record_fn take, void *context)
{
	struct recording *recording = to_recording(source);
	struct file *file;
	union record record;
	int count, error = 0;

	for (count = 0; count < READ_AT_ONCE && !error; count++) {
		bool is_loss;

		file = oldest(recording);
		if (!file)
			break;
		is_loss = file->next == CURSOR_LOSS;
		if (is_loss)
			take_loss(recording, file);
		else
			take_row(file, &record);
		step(recording, file, &file->cursors[file->next]);
		choose(file);
		if (is_loss)
			return count + 1;
		if (is_sound(&record))
			error = take(&record.head, context);
		else
			recording->losses.count[LOSS_BAD_RECORD]++;
	}
	return error ? error : count;
}

/* --- several files --------------------------------------------------------------------------------------- */

static int open_file(struct recording *recording, struct file *file, const char *path, char *why)
{
	char backend[72];
	int error;

	file->path = path;
	file->next = -1;
	error = open_database(&file->db, path, why);
	if (error)
		return error;
	/* All tables as they are at one moment, though the recording may go on. */
	sqlite3_exec(file->db, "BEGIN", NULL, NULL, NULL);
	meta_text(file->db, "boot_id", file->boot_id, sizeof(file->boot_id));
	meta_text(file->db, "backend", backend, sizeof(backend));
	file->backend = strcmp(backend, "module") ? CS_BACKEND_BPF : CS_BACKEND_MODULE;
	file->since_ns = meta_number(file->db, "since_ns");
	file->realtime_ns = meta_number(file->db, "realtime_offset_ns");
	return open_cursors(recording, file, why);
}

/* To the clock of the machine that was started first, so that no time gets negative. */
static void shift_clocks(struct recording *recording)
{
	const struct file *first = &recording->files[0];
	bool one_boot = true;

	for (size_t i = 1; i < recording->count; i++) {
		one_boot = one_boot && !strcmp(recording->files[i].boot_id, first->boot_id);
		if (recording->files[i].realtime_ns < first->realtime_ns)
			first = &recording->files[i];
	}
	for (size_t i = 0; i < recording->count && !one_boot; i++) {
		struct file *file = &recording->files[i];

		file->shift_ns = (uint64_t)(file->realtime_ns - first->realtime_ns);
		choose(file);
	}
}

static void merge_text(char *buf, size_t size, const char *text)
{
	if (!buf[0])
		snprintf(buf, size, "%s", text);
	else if (strcmp(buf, text))
		snprintf(buf, size, "several");
}

static void set_command(struct recording_info *info, sqlite3 *db)
{
	sqlite3_stmt *statement = find_meta(db, "command");
	const unsigned char *text = statement ? sqlite3_column_text(statement, 0) : NULL;

	if (!info->command)
		info->command = strdup(text ? (const char *)text : "");
	sqlite3_finalize(statement);
}

static void add_info(struct recording *recording, const struct file *file)
{
	struct recording_info *info = &recording->info;
	uint64_t since = (uint64_t)file->since_ns + file->shift_ns;
	char text[72];

	meta_text(file->db, "host", text, sizeof(text));
	merge_text(info->host, sizeof(info->host), text);
	meta_text(file->db, "release", text, sizeof(text));
	merge_text(info->release, sizeof(info->release), text);
	meta_text(file->db, "backend", text, sizeof(text));
	merge_text(info->backend, sizeof(info->backend), text);
	meta_text(file->db, "attach", text, sizeof(text));
	merge_text(info->attach, sizeof(info->attach), text);
	if (!info->files || since < info->since_ns) {
		info->since_ns = since;
		meta_text(file->db, "started", info->started, sizeof(info->started));
	}
	info->is_complete =
		(!info->files || info->is_complete) && meta_number(file->db, "ended_ns");
	set_command(info, file->db);
	info->files++;
}

static void recording_close(struct source *source)
{
	struct recording *recording = to_recording(source);

	for (size_t i = 0; i < recording->count; i++) {
		for (int cursor = 0; cursor < CURSOR_COUNT; cursor++)
			sqlite3_finalize(recording->files[i].cursors[cursor].statement);
		sqlite3_close(recording->files[i].db);
	}
	free(recording->info.command);
	free(recording->files);
	free(recording);
}

int recording_open(struct source **made, char *const *files, size_t count,
		   const struct source_options *options, char *why)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	int error = 0;

	*made = NULL;
	if (recording)
		recording->files = calloc(count, sizeof(*recording->files));
	if (!recording || !recording->files) {
		free(recording);
		return refuse(why, files[0], strerror(ENOMEM));
	}
	recording->source.ops = &recording_ops;
	recording->kinds = options->kinds | SOURCE_KIND(CS_KIND_CLONE);
	for (size_t i = 0; i < count && !error; i++) {
		recording->count++;
		error = open_file(recording, &recording->files[i], files[i], why);
	}
	if (error) {
		recording_close(&recording->source);
		return error;
	}
	shift_clocks(recording);
	for (size_t i = 0; i < count; i++)
		add_info(recording, &recording->files[i]);
	*made = &recording->source;
	return 0;
}

const char *recording_error(const struct source *source)
{
	const char *error = to_recording(source)->error;

	return error[0] ? error : NULL;
}

const struct recording_info *recording_info(const struct source *source)
{
	return &to_recording(source)->info;
}

/* There is nothing to wait for. */
static int recording_fd(const struct source *source)
{
	(void)source;
	return -1;
}

static int recording_follow(struct source *source, pid_t pid)
{
	(void)source;
	(void)pid;
	return -EINVAL;
}

static void recording_stop(struct source *source)
{
	(void)source;
}

static void recording_losses(const struct source *source, struct losses *losses)
{
	*losses = to_recording(source)->losses;
}

static const struct source_ops recording_ops = {
	.name = "recording",
	.follow = recording_follow,
	.fd = recording_fd,
	.read = recording_read,
	.stop = recording_stop,
	.losses = recording_losses,
	.close = recording_close,
};
