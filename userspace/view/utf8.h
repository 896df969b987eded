/* SPDX-License-Identifier: GPL-2.0 */
/* Makes valid UTF-8 of what a traced process chose as its name. */
#ifndef CLONESCOPE_VIEW_UTF8_H
#define CLONESCOPE_VIEW_UTF8_H

#include <stddef.h>

/* Bytes that always hold @bytes of input: each may become U+FFFD, three bytes long. */
#define UTF8_SIZE(bytes) (3 * (bytes) + 1)

/* How many bytes the character at @text has, of which @left are there; 0: it is no valid UTF-8. */
size_t utf8_length(const char *text, size_t left);

/*
 * Copy @length bytes of @text into @buf, with each byte that is not part of valid UTF-8 replaced by U+FFFD.
 * @size: UTF8_SIZE(@length) at least. Control characters are left as they are: JSON escapes them.
 */
void utf8_replace(char *buf, size_t size, const char *text, size_t length);

#endif
