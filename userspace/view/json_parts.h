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
