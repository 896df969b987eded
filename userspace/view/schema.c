// SPDX-License-Identifier: GPL-2.0
/* Turns short names of types into the JSON that a validator reads. */
#include "view/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REF_SIZE 64

json_t *schema_object(const char *description)
{
	return json_pack("{s:s, s:s, s:{}, s:b}", "description", description, "type", "object",
			 "properties", "additionalProperties", false);
}

static json_t *properties_of(const json_t *schema)
{
	return json_object_get(schema, "properties");
}

/* The schema of the type in the first @length letters of @type. */
static json_t *plain_type(const char *type, size_t length)
{
	char ref[REF_SIZE];

	if (type[0] == '[')
		return json_pack("{s:s, s:o}", "type", "array", "items",
				 plain_type(type + 1, length - strlen("[]")));
	if (type[0] != '#')
		return json_pack("{s:s%}", "type", type, length);
	snprintf(ref, sizeof(ref), "#/$defs/%.*s", (int)length - 1, type + 1);
	return json_pack("{s:s}", "$ref", ref);
}

/* A list has a type, too; a reference has none that could have null beside it. */
static json_t *or_null(json_t *schema)
{
	json_t *type = json_object_get(schema, "type");

	if (!type)
		return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
	if (json_is_string(type))
		json_object_set_new(schema, "type", json_pack("[O, s]", type, "null"));
	return schema;
}

void schema_add(json_t *schema, const char *name, const char *type)
{
	size_t length = strlen(type);
	bool nullable = type[length - 1] == '?';
	json_t *value = plain_type(type, length - nullable);

	json_object_set_new(properties_of(schema), name, nullable ? or_null(value) : value);
}

void schema_add_all(json_t *schema, const struct schema_field *fields)
{
	for (; fields->name; fields++)
		schema_add(schema, fields->name, fields->type);
}

void schema_remove(json_t *schema, const char *name)
{
	json_object_del(properties_of(schema), name);
}

void schema_nullable(json_t *schema, const char *name)
{
	json_t *value = json_object_get(properties_of(schema), name);

	if (json_object_get(value, "anyOf"))
		return;
	json_object_set_new(properties_of(schema), name, or_null(json_incref(value)));
}

static bool is_in(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

void schema_require(json_t *schema, const char *const *optional)
{
	json_t *required = json_array(), *value;
	const char *name;

	json_object_foreach (properties_of(schema), name, value)
		if (!is_in(optional, name))
			json_array_append_new(required, json_string(name));
	json_object_set_new(schema, "required", required);
}

json_t *schema_words(void)
{
	return json_pack("{s:[]}", "enum");
}

void schema_word(json_t *schema, const char *word)
{
	json_array_append_new(json_object_get(schema, "enum"), json_string(word));
}
