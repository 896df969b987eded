// SPDX-License-Identifier: GPL-2.0
/* Writes JSON that harms no terminal. */
#include "view/json_write.h"

#include <stdlib.h>
#include <string.h>

/* DEL is the one control character that jansson does not escape; it can only be in a string. */
static void write_text(FILE *out, const char *text)
{
	size_t length;

	for (; text[length = strcspn(text, "\x7f")]; text += length + 1) {
		fwrite(text, 1, length, out);
		fputs("\\u007f", out);
	}
	fwrite(text, 1, length, out);
}

void json_write(FILE *out, json_t *value, size_t flags)
{
	/* ASCII alone: a terminal acts on some of the rest (U+009B is CSI). */
	char *text = json_dumps(value, flags | JSON_ENSURE_ASCII);

	if (text)
		write_text(out, text);
	free(text);
	json_decref(value);
}
