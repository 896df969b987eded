/* SPDX-License-Identifier: GPL-2.0 */
/* Where each field of each record lies: for whoever takes all of them, whatever they mean. */
#ifndef CLONESCOPE_MODEL_LAYOUT_H
#define CLONESCOPE_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

/* Kinds of records, and one: for arrays by kind. */
#define LAYOUT_KINDS (CS_KIND_NAMESPACES + 1)

/* Fields of the record with the most. */
#define LAYOUT_MAX_FIELDS 64

/* A field after the head. */
struct layout_field {
	const char *name; /* as in record.h; of a policy: "policy_mode" */
	uint16_t offset;  /* in the record */
	uint16_t count;	  /* of elements; 1: no array */
	uint8_t width;	  /* of an element, bytes */
	bool is_signed;
	bool is_text; /* char[count], ended by NUL where it is shorter */
};

struct layout {
	const char *name; /* "clone", "detail": struct cs_... */
	size_t size;	  /* of the record */
	size_t count;	  /* of fields */
	const struct layout_field *fields;
};

/* NULL: there is no such kind of record. */
const struct layout *layout_of(int kind);

/* An element of a field, the first at @index 0; a signed one with its sign. Not of text. */
int64_t layout_get(const struct cs_head *head, const struct layout_field *field, size_t index);
void layout_set(struct cs_head *head, const struct layout_field *field, size_t index,
		int64_t value);

#endif
