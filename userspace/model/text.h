/* SPDX-License-Identifier: GPL-2.0 */
/* A bounded buffer that text is appended to, and that shows when it was too small. */
#ifndef CLONESCOPE_MODEL_TEXT_H
#define CLONESCOPE_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Set buf and size, the rest zero. */
struct text {
	char *buf;
	size_t size;
	size_t length; /* of the whole text, which may be more than fits */
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

/* Append as text_add() would, for a twentieth of what a format costs. */
void text_put(struct text *text, const char *word);
void text_put_number(struct text *text, uint64_t number);

/* Append one character, for a tenth of what a word costs. */
static inline void text_put_char(struct text *text, char character)
{
	if (text->length + 1 < text->size) {
		text->buf[text->length] = character;
		text->buf[text->length + 1] = '\0';
	} else if (text->length + 1 == text->size) {
		text->buf[text->length] = '\0';
	}
	text->length++;
}

/* Append @word at the left or the right end of a column; a wider one pushes what follows. */
void text_put_left(struct text *text, size_t width, const char *word);
void text_put_right(struct text *text, size_t width, const char *word);

/* The same of a number at the right end, of a column of up to 40; "-1.000500", of microseconds. */
void text_put_number_right(struct text *text, size_t width, uint64_t number);
void text_put_seconds_right(struct text *text, size_t width, uint64_t us, bool negative);

/* Append a time as people read it: "5.8 ms". */
void text_put_time(struct text *text, uint64_t ns);

/* Append @word as a shell reads it back, and a terminal shows it: quoted only where it must be. */
void text_put_shell(struct text *text, const char *word);

/*
 * Where not all of it fitted, let what is there end in "...". Returns the length of the whole
 * text.
 */
size_t text_end(struct text *text);

/*
 * Write @word as it can be shown on a terminal: printable ASCII as it is, a backslash doubled, any
 * other byte as \xNN. What does not fit is cut and ends in "...". Returns @buf.
 */
const char *text_quote(char *buf, size_t size, const char *word);

/* The same of a word in a sentence: where its ends could not be seen, as it is empty or has blanks, between ' and '. */
const char *text_quote_word(char *buf, size_t size, const char *word);

#endif
