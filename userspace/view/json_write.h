/* SPDX-License-Identifier: GPL-2.0 */
/* Writes JSON that harms no terminal. */
#ifndef CLONESCOPE_VIEW_JSON_WRITE_H
#define CLONESCOPE_VIEW_JSON_WRITE_H

#include <stdio.h>
#include <jansson.h>

/* Write @value, and give it back. @flags: of json_dumps(). ASCII alone. */
void json_write(FILE *out, json_t *value, size_t flags);

#endif
