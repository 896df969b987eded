// SPDX-License-Identifier: GPL-2.0
/* Tells valid UTF-8 from other bytes, by RFC 3629. */
#include "view/utf8.h"

#include <stdint.h>
#include <string.h>

static size_t sequence_length(const unsigned char *text, size_t left)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	uint32_t point;
	size_t more;

	for (more = 0; more < 4; more++)
		if ((text[0] & forms[more].mask) == forms[more].lead)
			break;
	if (more == 4 || more >= left)
		return 0;
	point = text[0] & (unsigned char)~forms[more].mask;
	for (size_t i = 1; i <= more; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	if (point < forms[more].least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return more + 1;
}

size_t utf8_length(const char *text, size_t left)
{
	return sequence_length((const unsigned char *)text, left);
}

void utf8_replace(char *buf, size_t size, const char *text, size_t length)
{
	size_t used = 0, valid;

	for (size_t i = 0; i < length && used + 4 <= size;) {
		valid = utf8_length(text + i, length - i);
		if (valid) {
			memcpy(buf + used, text + i, valid);
			used += valid;
			i += valid;
		} else {
			memcpy(buf + used, "\xef\xbf\xbd", 3);
			used += 3;
			i++;
		}
	}
	buf[used < size ? used : size - 1] = '\0';
}
