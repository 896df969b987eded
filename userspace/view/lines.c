// SPDX-License-Identifier: GPL-2.0
/* Lines below a record's own: labels, and text broken at blanks. */
#include "view/lines.h"

#include <string.h>

void lines_label(FILE *out, const char *label)
{
	fprintf(out, "%*s%-*s", LINES_LABEL_COLUMN, "", LINES_TEXT_COLUMN - LINES_LABEL_COLUMN,
		label);
}

size_t lines_fit(const char *text, size_t width)
{
	size_t fits = 0;

	while (text[fits]) {
		size_t word = strspn(text + fits, " ");

		word += strcspn(text + fits + word, " |");
		word += text[fits + word] == '|';
		if (fits && fits + word > width)
			break;
		fits += word;
	}
	return fits;
}

const char *lines_rest(const char *text, size_t length)
{
	return text + length + strspn(text + length, " ");
}

void lines_wrap(FILE *out, size_t indent, size_t width, const char *text)
{
	size_t columns = width > indent ? width - indent : 1;

	for (;;) {
		size_t length = lines_fit(text, columns);

		fprintf(out, "%.*s\n", (int)length, text);
		text = lines_rest(text, length);
		if (!*text)
			return;
		fprintf(out, "%*s", (int)indent, "");
	}
}

void lines_labelled(FILE *out, const char *label, const char *text)
{
	lines_label(out, label);
	lines_wrap(out, LINES_TEXT_COLUMN, LINES_WIDTH, text);
}
