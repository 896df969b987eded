// SPDX-License-Identifier: GPL-2.0
/* How far apart two words are, and which known one is nearest. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/nearest.h"

/* From so many letters on, a beginning is enough. */
#define PREFIX_MIN 3

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One cell of the table: the errors up to a[i - 1] and b[j - 1]. */
static size_t errors_at(size_t (*rows)[NEAREST_WORD_MAX + 1], const char *a, const char *b,
			size_t i, size_t j)
{
	size_t *row = rows[i], *above = rows[i - 1];
	size_t errors = least_of(above[j], row[j - 1]) + 1;

	errors = least_of(errors, above[j - 1] + !same(a[i - 1], b[j - 1]));
	if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
		errors = least_of(errors, rows[i - 2][j - 2] + 1);
	return errors;
}

size_t nearest_errors(const char *a, const char *b)
{
	size_t rows[NEAREST_WORD_MAX + 1][NEAREST_WORD_MAX + 1];
	size_t a_length = strlen(a), b_length = strlen(b);

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		rows[i][0] = i;
		for (size_t j = 1; j <= b_length; j++)
			rows[i][j] = errors_at(rows, a, b, i, j);
	}
	return rows[a_length][b_length];
}

void nearest_begin(struct nearest *nearest, const char *word)
{
	nearest->word = word;
	nearest->found = NULL;
	nearest->errors = (strlen(word) + 1) / 3 + 1;
}

void nearest_try(struct nearest *nearest, const char *known)
{
	size_t length = strlen(nearest->word), errors;

	if (length > NEAREST_WORD_MAX || strlen(known) > NEAREST_WORD_MAX)
		return;
	if (length >= PREFIX_MIN && !strncasecmp(nearest->word, known, length))
		errors = 1;
	else
		errors = nearest_errors(nearest->word, known);
	if (errors < nearest->errors) {
		nearest->errors = errors;
		nearest->found = known;
	}
}

const char *nearest_format(char *buf, size_t size, const struct nearest *nearest,
			   const char *prefix)
{
	if (nearest->found)
		snprintf(buf, size, "; did you mean %s%s?", prefix, nearest->found);
	else
		snprintf(buf, size, "%s", "");
	return buf;
}
