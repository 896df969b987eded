/* SPDX-License-Identifier: GPL-2.0 */
/* Builds a JSON Schema (draft 2020-12) from names and types. */
#ifndef CLONESCOPE_VIEW_SCHEMA_H
#define CLONESCOPE_VIEW_SCHEMA_H

#include <stddef.h>
#include <jansson.h>

/*
 * A type is "integer", "number", "string" or "boolean"; "#name", what $defs has by that name; "[type]", a list. With
 * '?' after it null will do, too.
 */
struct schema_field {
	const char *name;
	const char *type;
};

/* An object without properties yet. */
json_t *schema_object(const char *description);

/* One that replaces what it had by that name; or many, ended by a name that is NULL. */
void schema_add(json_t *schema, const char *name, const char *type);
void schema_add_all(json_t *schema, const struct schema_field *fields);

/* Remove a property; let null do for it. */
void schema_remove(json_t *schema, const char *name);
void schema_nullable(json_t *schema, const char *name);

/* The last step: all properties that it has are required, but those of the list @optional (ended by NULL, or NULL). */
void schema_require(json_t *schema, const char *const *optional);

/* One of these words; take them with schema_word(). */
json_t *schema_words(void);
void schema_word(json_t *schema, const char *word);

#endif
