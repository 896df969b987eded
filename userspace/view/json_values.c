// SPDX-License-Identifier: GPL-2.0
/* What records have, as jansson's values. */
#include "view/json_values.h"

#include <string.h>

#include <clonescope/record.h>

#include "model/flags.h"
#include "view/utf8.h"

/* No text of a record is longer. */
#define TEXT_MAX CS_PATH_LEN

json_t *json_number(uint64_t value)
{
	/* What jansson has no integer for is rounded: its magnitude is right, and its sign. */
	return value > INT64_MAX ? json_real((double)value) : json_integer((json_int_t)value);
}

json_t *json_text(const char *text, size_t size)
{
	char valid[UTF8_SIZE(TEXT_MAX)];

	utf8_replace(valid, sizeof(valid), text, strnlen(text, size));
	return json_string(valid);
}

json_t *json_flag_names(uint64_t flags)
{
	json_t *names = json_array();
	char text[FLAGS_TEXT_SIZE];

	for (int bit = 0; bit < 64; bit++) {
		if (!(flags & 1ULL << bit))
			continue;
		flags_format(text, sizeof(text), 1ULL << bit, 0);
		json_array_append_new(names, json_string(text));
	}
	return names;
}
