/* SPDX-License-Identifier: GPL-2.0 */
/* The JSON of the records that belong to a clone, with their own field names. */
#ifndef CLONESCOPE_VIEW_JSON_PARTS_H
#define CLONESCOPE_VIEW_JSON_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "model/refusal.h"
#include "view/view.h"

/* No text of a record is longer. */
#define JSON_TEXT_MAX CS_PATH_LEN

/* A fact that may be missing, and the fields that are null then. */
struct json_fact {
	const char *name;
	const char *fields[10]; /* ended by NULL */
};

extern const struct json_fact json_refusal_facts[CS_REFUSAL_COUNT];
extern const struct json_fact json_detail_facts[CS_DETAIL_COUNT];

/* Lists ended by NULL. Fields of a detail that are null where there is no child; of a call, where its arguments are
 * not known. */
extern const char *const json_child_fields[];
extern const char *const json_args_fields[];

/* By enum cs_trail, enum cs_is and enum refusal_outcome. */
extern const char *const json_trail_names[];
extern const char *const json_is_names[];
extern const char *const json_outcome_names[];

json_t *json_number(uint64_t value);

/* @text, of at most @size bytes, ended by NUL where it is shorter; made valid UTF-8. */
json_t *json_text(const char *text, size_t size);

/* The names of all bits; a bit without a name as its hexadecimal number. */
json_t *json_flag_names(uint64_t flags);

/* The verdict, and as "evidence" the record it was made from; NULL: there is none. */
json_t *json_refusal(const struct refusal_verdict *verdict, const struct cs_refusal *rec);

json_t *json_detail(const struct cs_clone *rec, const struct cs_detail *detail);

/* Stages that were entered, by name. */
json_t *json_phases(const struct cs_phases *phases);

/* Add all fields to @object. */
void json_call_fields(json_t *object, const struct cs_call *rec);
void json_life_fields(json_t *object, const struct cs_head *head, const struct life *life);

#endif
