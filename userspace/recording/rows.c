// SPDX-License-Identifier: GPL-2.0
/* A cursor for each table, of which the row with the least id comes next. */
#include "recording/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

#include "model/layout.h"
#include "recording/schema.h"
#include "source/source.h"

/* Beside the kinds of records, the losses. */
#define CURSOR_LOSS  LAYOUT_KINDS
#define CURSOR_COUNT (LAYOUT_KINDS + 1)

struct cursor {
	sqlite3_stmt *statement; /* NULL: its kind is not wanted */
	bool has_row;
	int64_t id; /* of that row */
};

struct rows {
	sqlite3 *db;
	uint8_t backend;
	uint64_t shift_ns;
	struct cursor cursors[CURSOR_COUNT];
	sqlite3_stmt *next_id, *last_id;
};

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

/* strtoull() is a tenth of the time that a recording takes to read. Returns the end of the number. */
static const char *take_number(const char *text, int64_t *number)
{
	bool negative = *text == '-';
	uint64_t value = 0;

	for (text += negative; *text >= '0' && *text <= '9'; text++)
		value = 10 * value + (uint64_t)(*text - '0');
	*number = (int64_t)(negative ? -value : value);
	return text;
}

/* "[0,4]"; what is written otherwise ends it. */
static void take_array(sqlite3_stmt *statement, int column, struct cs_head *head,
		       const struct layout_field *field)
{
	const char *text = (const char *)sqlite3_column_text(statement, column), *end;
	int64_t number;

	for (size_t i = 0; text && (*text == '[' || *text == ',') && i < field->count; i++) {
		end = take_number(++text, &number);
		if (end == text)
			return;
		layout_set(head, field, i, number);
		text = end;
	}
}

/* Times of tasks are on the same clock as those of records. */
static bool is_time(const struct layout_field *field)
{
	return field->name[0] == 's' ? !strcmp(field->name, "start_ns")
				     : !strcmp(field->name, "child_start_ns");
}

static void take_fields(const struct rows *rows, sqlite3_stmt *statement, struct cs_head *head,
			const struct layout *layout)
{
	int column = SCHEMA_COLUMNS_BEFORE;

	for (size_t i = 0; i < layout->count; i++, column++) {
		const struct layout_field *field = &layout->fields[i];
		int64_t number;

		if (field->is_text) {
			take_text(statement, column, head, field);
		} else if (field->count > 1) {
			take_array(statement, column, head, field);
		} else {
			number = sqlite3_column_int64(statement, column);
			if (rows->shift_ns && number && is_time(field))
				number += (int64_t)rows->shift_ns;
			layout_set(head, field, 0, number);
		}
	}
}

static void take_loss(sqlite3_stmt *statement, struct rows_loss *row)
{
	const char *cause = (const char *)sqlite3_column_text(statement, 2);
	int64_t count = sqlite3_column_int64(statement, 3);

	row->count = count > 0 ? (uint64_t)count : 0;
	row->loss = 0;
	while (cause && row->loss < LOSS_COUNT && strcmp(cause, loss_name((enum loss)row->loss)))
		row->loss++;
}

/* Room for one record more, zeroed; NULL without memory. */
static struct cs_head *append(struct chunk *chunk, size_t size)
{
	struct cs_head *head;

	if (chunk->size + size > chunk->room) {
		size_t room = chunk->room ? 2 * chunk->room : 1 << 20;
		char *bytes = realloc(chunk->bytes, room);

		if (!bytes)
			return NULL;
		chunk->bytes = bytes;
		chunk->room = room;
	}
	head = (struct cs_head *)(chunk->bytes + chunk->size);
	memset(head, 0, size);
	chunk->size += size;
	chunk->count++;
	return head;
}

static int take_row(struct rows *rows, int kind, struct chunk *chunk)
{
	sqlite3_stmt *statement = rows->cursors[kind].statement;
	const struct layout *layout = layout_of(kind);
	size_t size = layout ? layout->size : sizeof(struct rows_loss);
	struct cs_head *head = append(chunk, size);

	if (!head)
		return -ENOMEM;
	*head = (struct cs_head){
		.kind = (__u16)(layout ? kind : ROWS_LOSS),
		.size = (__u16)size,
		.version = CS_RECORD_VERSION,
		.backend = rows->backend,
		.ts_ns = (uint64_t)sqlite3_column_int64(statement, 1) + rows->shift_ns,
	};
	if (layout)
		take_fields(rows, statement, head, layout);
	else
		take_loss(statement, (struct rows_loss *)head);
	return 0;
}

static int step(struct cursor *cursor)
{
	int result = sqlite3_step(cursor->statement);

	cursor->has_row = result == SQLITE_ROW;
	if (cursor->has_row)
		cursor->id = sqlite3_column_int64(cursor->statement, 0);
	return cursor->has_row || result == SQLITE_DONE ? 0 : -EIO;
}

static int start(struct rows *rows, int64_t first, int64_t end)
{
	int error = 0;

	for (int i = 0; i < CURSOR_COUNT && !error; i++) {
		struct cursor *cursor = &rows->cursors[i];

		if (!cursor->statement)
			continue;
		sqlite3_reset(cursor->statement);
		sqlite3_bind_int64(cursor->statement, 1, first);
		sqlite3_bind_int64(cursor->statement, 2, end);
		error = step(cursor);
	}
	return error;
}

/* The cursor of the row that comes next, -1: there is none. */
static int oldest(const struct rows *rows)
{
	int found = -1;

	for (int i = 0; i < CURSOR_COUNT; i++)
		if (rows->cursors[i].has_row &&
		    (found < 0 || rows->cursors[i].id < rows->cursors[found].id))
			found = i;
	return found;
}

int rows_read(struct rows *rows, int64_t first, int64_t end, struct chunk *chunk)
{
	int error = start(rows, first, end), kind;

	chunk->size = 0;
	chunk->count = 0;
	while (!error && (kind = oldest(rows)) >= 0) {
		error = take_row(rows, kind, chunk);
		if (!error)
			error = step(&rows->cursors[kind]);
	}
	return error;
}

static int64_t ask(sqlite3_stmt *statement, int64_t otherwise)
{
	int64_t answer = otherwise;

	if (sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL)
		answer = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return answer;
}

int64_t rows_next_id(struct rows *rows, int64_t first)
{
	sqlite3_bind_int64(rows->next_id, 1, first);
	return ask(rows->next_id, INT64_MAX);
}

int64_t rows_last_id(struct rows *rows)
{
	return ask(rows->last_id, 0);
}

static int prepare(sqlite3 *db, sqlite3_stmt **statement, char *text)
{
	int result = text ? sqlite3_prepare_v2(db, text, -1, statement, NULL) : SQLITE_NOMEM;

	free(text);
	return result;
}

struct rows *rows_new(sqlite3 *db, uint32_t kinds, uint8_t backend, uint64_t shift_ns)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	int result;

	if (!rows)
		return NULL;
	*rows = (struct rows){.db = db, .backend = backend, .shift_ns = shift_ns};
	result = prepare(db, &rows->cursors[CURSOR_LOSS].statement,
			 strdup("SELECT id, ts_ns, cause, count FROM loss WHERE id >= ? AND id < ? "
				"ORDER BY id"));
	for (int kind = 0; kind < LAYOUT_KINDS && !result; kind++)
		if (layout_of(kind) && kinds & SOURCE_KIND(kind))
			result = prepare(db, &rows->cursors[kind].statement, schema_select(kind));
	if (!result)
		result = prepare(db, &rows->next_id, schema_next_id());
	if (!result)
		result = prepare(db, &rows->last_id, schema_last_id());
	if (!result)
		return rows;
	rows_free(rows);
	return NULL;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	for (int i = 0; i < CURSOR_COUNT; i++)
		sqlite3_finalize(rows->cursors[i].statement);
	sqlite3_finalize(rows->next_id);
	sqlite3_finalize(rows->last_id);
	free(rows);
}
