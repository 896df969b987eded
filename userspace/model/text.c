// SPDX-License-Identifier: GPL-2.0
/* A bounded buffer that text is appended to, and that shows when it was too small. */
#include "model/text.h"

#include <stdarg.h>
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

size_t text_end(struct text *text)
{
	if (text->size && !text->length)
		text->buf[0] = '\0';
	if (text->length >= text->size && text->size >= sizeof(cut_mark))
		memcpy(text->buf + text->size - sizeof(cut_mark), cut_mark, sizeof(cut_mark));
	return text->length;
}

const char *text_quote(char *buf, size_t size, const char *word)
{
	struct text text = {.buf = buf, .size = size};

	for (; *word && text.length < size; word++) {
		unsigned char byte = (unsigned char)*word;

		if (byte < ' ' || byte > '~')
			text_add(&text, "\\x%02x", byte);
		else
			text_add(&text, byte == '\\' ? "\\\\" : "%c", byte);
	}
	text_end(&text);
	return buf;
}
