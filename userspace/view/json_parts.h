/* SPDX-License-Identifier: GPL-2.0 */
/* The JSON of the records that belong to a clone, with their own field names. */
#ifndef CLONESCOPE_VIEW_JSON_PARTS_H
#define CLONESCOPE_VIEW_JSON_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/refusal.h"
#include "view/json_line.h"
#include "view/view.h"

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

/* As a value: the names of all bits; a bit without a name as its hexadecimal number. */
void json_put_flag_names(struct json_line *line, uint64_t flags);

/* As "refusal", the verdict, and as "evidence" in it the record it was made from; NULL: there is none. */
void json_put_refusal(struct json_line *line, const struct refusal_verdict *verdict,
		      const struct cs_refusal *rec);

/* As "detail". */
void json_put_detail(struct json_line *line, const struct cs_clone *clone,
		     const struct cs_detail *rec);

/* As "phases", the stages that were entered, by name. */
void json_put_phases(struct json_line *line, const struct cs_phases *phases);

/* All fields of a record that is no clone's; @head: of struct cs_start, cs_exec, cs_exit, cs_namespaces. */
void json_put_call(struct json_line *line, const struct cs_call *rec);
void json_put_life(struct json_line *line, const struct cs_head *head, const struct life *life);

#endif
