/* SPDX-License-Identifier: GPL-2.0 */
/* The JSON Schema of the lines that view_json writes. */
#ifndef CLONESCOPE_VIEW_JSON_SCHEMA_H
#define CLONESCOPE_VIEW_JSON_SCHEMA_H

#include <stdio.h>

/* Write it, for a validator that knows draft 2020-12. A name that it does not have is an error to it. */
void json_schema(FILE *out);

#endif
