/* SPDX-License-Identifier: GPL-2.0 */
/* One JSON object on a line, written as it comes: for what there is a million of. */
#ifndef CLONESCOPE_VIEW_JSON_LINE_H
#define CLONESCOPE_VIEW_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

/*
 * What jansson would write of the same object, to the byte, at a tenth of the cost: it makes a piece of memory of
 * each name and value first. Whatever is not plain, jansson still writes.
 */
struct json_line {
	FILE *out;
	size_t length;
	bool first; /* of its object or list: no comma before it */
	char buf[2048];
};

/* The line is the object between these two. */
void json_line_begin(struct json_line *line, FILE *out);
void json_line_end(struct json_line *line);

/* What comes next is the value called @name, which has nothing to be escaped. */
void json_line_name(struct json_line *line, const char *name);

/* A value: of a list, or after its name. */
void json_line_number(struct json_line *line, uint64_t value);
void json_line_integer(struct json_line *line, int64_t value);
void json_line_bool(struct json_line *line, bool value);
void json_line_null(struct json_line *line);
void json_line_word(struct json_line *line, const char *word); /* one of ours; NULL: null */
void json_line_text(struct json_line *line, const char *text, size_t size); /* as json_text() */
void json_line_string(struct json_line *line,
		      const char *text);		     /* UTF-8, however long; NULL: null */
void json_line_value(struct json_line *line, json_t *value); /* and give it back */

/* A list or an object as a value: '[' or '{', and what closes it. */
void json_line_open(struct json_line *line, char bracket);
void json_line_close(struct json_line *line, char bracket);

#endif
