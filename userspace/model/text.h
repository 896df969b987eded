/* SPDX-License-Identifier: GPL-2.0 */
/* A bounded buffer that text is appended to, and that shows when it was too small. */
#ifndef CLONESCOPE_MODEL_TEXT_H
#define CLONESCOPE_MODEL_TEXT_H

#include <stddef.h>

/* Set buf and size, the rest zero. */
struct text {
	char *buf;
	size_t size;
	size_t length; /* of the whole text, which may be more than fits */
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);

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

#endif
