/* SPDX-License-Identifier: GPL-2.0 */
/* What records have, as jansson's values. */
#ifndef CLONESCOPE_VIEW_JSON_VALUES_H
#define CLONESCOPE_VIEW_JSON_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

json_t *json_number(uint64_t value);

/* @text, of at most @size bytes, ended by NUL where it is shorter; made valid UTF-8. */
json_t *json_text(const char *text, size_t size);

/* The names of all bits; a bit without a name as its hexadecimal number. */
json_t *json_flag_names(uint64_t flags);

#endif
