// SPDX-License-Identifier: GPL-2.0
/* Lines below a record's own: labels, and text broken at blanks. */
#include "view/lines.h"

#include <stdbool.h>
#include <string.h>

void lines_label(FILE *out, const char *label)
{
	size_t length = strlen(label), width = LINES_TEXT_COLUMN - LINES_LABEL_COLUMN;

	lines_indent(out, LINES_LABEL_COLUMN);
	fwrite(label, 1, length, out);
	lines_indent(out, length < width ? width - length : 0);
}

/* Whether a line may end before text[@end]: a word does, by a blank or with its '|'. */
static bool ends_word(const char *text, size_t end)
{
	return text[end - 1] == '|' || (text[end] == ' ' && text[end - 1] != ' ');
}

size_t lines_fit(const char *text, size_t width)
{
	size_t length = strnlen(text, width + 1), end = width;

	if (length <= width)
		return length;
	while (end && !ends_word(text, end))
		end--;
	if (end)
		return end;
	do /* the first is too long */
		end++;
	while (text[end] && !ends_word(text, end));
	return end;
}

const char *lines_rest(const char *text, size_t length)
{
	for (text += length; *text == ' ';)
		text++;
	return text;
}

void lines_indent(FILE *out, size_t columns)
{
	static const char blanks[] = "                                ";
	size_t most = sizeof(blanks) - 1;

	for (; columns > most; columns -= most)
		fwrite(blanks, 1, most, out);
	fwrite(blanks, 1, columns, out);
}

void lines_wrap(FILE *out, size_t indent, size_t width, const char *text)
{
	size_t columns = width > indent ? width - indent : 1;

	for (;;) {
		size_t length = lines_fit(text, columns);

		fwrite(text, 1, length, out);
		fputc('\n', out);
		text = lines_rest(text, length);
		if (!*text)
			return;
		lines_indent(out, indent);
	}
}

void lines_labelled(FILE *out, const char *label, const char *text)
{
	lines_label(out, label);
	lines_wrap(out, LINES_TEXT_COLUMN, LINES_WIDTH, text);
}
