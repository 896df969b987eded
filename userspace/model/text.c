// SPDX-License-Identifier: GPL-2.0
/* A bounded buffer that text is appended to, and that shows when it was too small. */
#include "model/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char cut_mark[] = "...";

void text_add(struct text *text, const char *format, ...)
{
	size_t at = text->length < text->size ? text->length : text->size;
	va_list args;
	int added;

	va_start(args, format);
	added = vsnprintf(at < text->size ? text->buf + at : NULL, text->size - at, format, args);
	va_end(args);
	if (added > 0)
		text->length += (size_t)added;
}

static void put_bytes(struct text *text, const char *bytes, size_t count)
{
	size_t room = text->length < text->size ? text->size - text->length - 1 : 0;
	size_t fits = count < room ? count : room;

	if (text->length < text->size) {
		memcpy(text->buf + text->length, bytes, fits);
		text->buf[text->length + fits] = '\0';
	}
	text->length += count;
}

void text_put(struct text *text, const char *word)
{
	put_bytes(text, word, strlen(word));
}

/* Of 2^64 - 1. */
#define MAX_DIGITS 20

/* Writes them to end at @end; returns where they begin. */
static char *digits_before(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

void text_put_number(struct text *text, uint64_t number)
{
	char digits[MAX_DIGITS], *end = digits + sizeof(digits);
	const char *first = digits_before(end, number);

	put_bytes(text, first, (size_t)(end - first));
}

void text_put_number_right(struct text *text, size_t width, uint64_t number)
{
	char digits[2 * MAX_DIGITS], *end = digits + sizeof(digits), *first;

	first = digits_before(end, number);
	while ((size_t)(end - first) < width && first > digits)
		*--first = ' ';
	put_bytes(text, first, (size_t)(end - first));
}

void text_put_seconds_right(struct text *text, size_t width, uint64_t us, bool negative)
{
	char digits[2 * MAX_DIGITS + 2], *end = digits + sizeof(digits), *first;

	first = digits_before(end, 1000000 + us % 1000000);
	*first = '.'; /* in place of the 1 that keeps the zeros */
	first = digits_before(first, us / 1000000);
	if (negative)
		*--first = '-';
	while ((size_t)(end - first) < width && first > digits)
		*--first = ' ';
	put_bytes(text, first, (size_t)(end - first));
}

static void put_blanks(struct text *text, size_t count)
{
	static const char blanks[] = "                ";
	size_t most = sizeof(blanks) - 1;

	for (; count > most; count -= most)
		put_bytes(text, blanks, most);
	if (count)
		put_bytes(text, blanks, count);
}

void text_put_left(struct text *text, size_t width, const char *word)
{
	size_t length = strlen(word);

	put_bytes(text, word, length);
	put_blanks(text, width > length ? width - length : 0);
}

void text_put_right(struct text *text, size_t width, const char *word)
{
	size_t length = strlen(word);

	put_blanks(text, width > length ? width - length : 0);
	put_bytes(text, word, length);
}

void text_put_time(struct text *text, uint64_t ns)
{
	if (ns < 1000000)
		text_add(text, "%.1f us", (double)ns / 1e3);
	else if (ns < 1000000000)
		text_add(text, "%.1f ms", (double)ns / 1e6);
	else
		text_add(text, "%.1f s", (double)ns / 1e9);
}

static bool is_printable(const char *word)
{
	for (; *word; word++)
		if (*word < ' ' || *word > '~')
			return false;
	return true;
}

/* Between $' and ', where a shell knows escapes. */
static void put_escaped(struct text *text, const char *word)
{
	for (; *word; word++) {
		unsigned char byte = (unsigned char)*word;

		if (byte < ' ' || byte > '~')
			text_add(text, "\\x%02x", byte);
		else
			text_add(text, "%s%c", byte == '\'' || byte == '\\' ? "\\" : "", byte);
	}
}

void text_put_shell(struct text *text, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "_@%+=:,./-";

	if (*word && !word[strspn(word, plain)]) {
		text_put(text, word);
		return;
	}
	text_put(text, is_printable(word) ? "'" : "$'");
	if (is_printable(word))
		for (; *word; word++)
			put_bytes(text, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
	else
		put_escaped(text, word);
	text_put(text, "'");
}

size_t text_end(struct text *text)
{
	if (text->size && !text->length)
		text->buf[0] = '\0';
	if (text->length >= text->size && text->size >= sizeof(cut_mark))
		memcpy(text->buf + text->size - sizeof(cut_mark), cut_mark, sizeof(cut_mark));
	return text->length;
}

static void put_printable(struct text *text, const char *word)
{
	for (; *word && text->length < text->size; word++) {
		unsigned char byte = (unsigned char)*word;

		if (byte < ' ' || byte > '~')
			text_add(text, "\\x%02x", byte);
		else
			put_bytes(text, byte == '\\' ? "\\\\" : word, byte == '\\' ? 2 : 1);
	}
}

const char *text_quote(char *buf, size_t size, const char *word)
{
	struct text text = {.buf = buf, .size = size};

	put_printable(&text, word);
	text_end(&text);
	return buf;
}

const char *text_quote_word(char *buf, size_t size, const char *word)
{
	const char *mark = !*word || strchr(word, ' ') ? "'" : "";
	struct text text = {.buf = buf, .size = size};

	text_put(&text, mark);
	put_printable(&text, word);
	text_put(&text, mark);
	text_end(&text);
	return buf;
}
