/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers for what comes again and again: texts, flags, tasks. */
#ifndef CLONESCOPE_MODEL_INTERN_H
#define CLONESCOPE_MODEL_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern;

/* NULL without memory. */
struct intern *intern_new(void);
void intern_free(struct intern *intern);

/* The number of these bytes: 1 for the first that came, 2 for the next, ...; 0 without memory for new ones. */
uint32_t intern_number(struct intern *intern, const void *bytes, size_t length);

/* The same, but 0 for what was never given a number. */
uint32_t intern_find(const struct intern *intern, const void *bytes, size_t length);

/* The bytes of a number, 1 to intern_count(). Good until the next intern_number(). */
const void *intern_bytes(const struct intern *intern, uint32_t number, size_t *length);

uint32_t intern_count(const struct intern *intern);

#endif
