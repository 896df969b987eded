// SPDX-License-Identifier: GPL-2.0
/* One JSON object on a line, written as it comes: for what there is a million of. */
#include "view/json_line.h"

#include <string.h>

#include "view/json_values.h"
#include "view/json_write.h"

/* What is longer jansson writes. */
#define MOST_AT_ONCE 1024

static void flush(struct json_line *line)
{
	fwrite(line->buf, 1, line->length, line->out);
	line->length = 0;
}

/* Room for @count bytes more, which is less than the buffer. */
static char *room_for(struct json_line *line, size_t count)
{
	if (line->length + count > sizeof(line->buf))
		flush(line);
	return line->buf + line->length;
}

static void put(struct json_line *line, char byte)
{
	*room_for(line, 1) = byte;
	line->length++;
}

static void separate(struct json_line *line)
{
	if (!line->first)
		put(line, ',');
	line->first = false;
}

/* Nothing in it is to be escaped, and it is no longer than MOST_AT_ONCE. */
static void put_quoted(struct json_line *line, const char *text, size_t length)
{
	char *to = room_for(line, length + 2);

	to[0] = '"';
	memcpy(to + 1, text, length);
	to[length + 1] = '"';
	line->length += length + 2;
}

void json_line_begin(struct json_line *line, FILE *out)
{
	line->out = out;
	line->length = 0;
	put(line, '{');
	line->first = true;
}

void json_line_end(struct json_line *line)
{
	put(line, '}');
	put(line, '\n');
	flush(line);
}

void json_line_name(struct json_line *line, const char *name)
{
	separate(line);
	put_quoted(line, name, strlen(name));
	put(line, ':');
	line->first = true;
}

static void put_digits(struct json_line *line, uint64_t value)
{
	char digits[20]; /* of 2^64 - 1 */
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	memcpy(room_for(line, sizeof(digits) - at), digits + at, sizeof(digits) - at);
	line->length += sizeof(digits) - at;
}

void json_line_number(struct json_line *line, uint64_t value)
{
	if (value > INT64_MAX) {
		json_line_value(line, json_number(value));
		return;
	}
	separate(line);
	put_digits(line, value);
}

void json_line_integer(struct json_line *line, int64_t value)
{
	separate(line);
	if (value < 0)
		put(line, '-');
	put_digits(line, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void put_bare(struct json_line *line, const char *word)
{
	size_t length = strlen(word);

	separate(line);
	memcpy(room_for(line, length), word, length);
	line->length += length;
}

void json_line_bool(struct json_line *line, bool value)
{
	put_bare(line, value ? "true" : "false");
}

void json_line_null(struct json_line *line)
{
	put_bare(line, "null");
}

void json_line_word(struct json_line *line, const char *word)
{
	if (!word) {
		json_line_null(line);
		return;
	}
	separate(line);
	put_quoted(line, word, strlen(word));
}

static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
			return false;
	return true;
}

void json_line_text(struct json_line *line, const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (!is_plain(text, length)) {
		json_line_value(line, json_text(text, size));
		return;
	}
	separate(line);
	put_quoted(line, text, length);
}

void json_line_string(struct json_line *line, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length < MOST_AT_ONCE && text && is_plain(text, length)) {
		separate(line);
		put_quoted(line, text, length);
	} else {
		json_line_value(line, text ? json_string(text) : json_null());
	}
}

void json_line_value(struct json_line *line, json_t *value)
{
	separate(line);
	flush(line);
	json_write(line->out, value, JSON_COMPACT | JSON_ENCODE_ANY);
}

void json_line_open(struct json_line *line, char bracket)
{
	separate(line);
	put(line, bracket);
	line->first = true;
}

void json_line_close(struct json_line *line, char bracket)
{
	put(line, bracket);
	line->first = false;
}
