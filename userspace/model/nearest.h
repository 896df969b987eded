/* SPDX-License-Identifier: GPL-2.0 */
/* The known word that a misspelt one was probably meant to be. */
#ifndef CLONESCOPE_MODEL_NEAREST_H
#define CLONESCOPE_MODEL_NEAREST_H

#include <stddef.h>

/* Longer words are never near to anything. */
#define NEAREST_WORD_MAX 32

/* Bytes that hold any text of nearest_format(). */
#define NEAREST_TEXT_SIZE (NEAREST_WORD_MAX + 24)

/* A search under way: begin it, try each known word, then look at found. */
struct nearest {
	const char *word;
	const char *found; /* NULL: none is near enough */
	size_t errors;	   /* one less is needed to be nearer */
};

/*
 * Typing errors between two words, each of at most NEAREST_WORD_MAX letters: a letter too much, one too few,
 * a wrong one, two neighbours swapped. Upper and lower case are the same.
 */
size_t nearest_errors(const char *a, const char *b);

/* A third of its letters, rounded, may be wrong. @word is kept. */
void nearest_begin(struct nearest *nearest, const char *word);

/* @known is kept, if it is nearer than those before. A word of three letters is near to one that begins so. */
void nearest_try(struct nearest *nearest, const char *known);

/* "; did you mean --json?", where @prefix is "--", or "" where nothing is near. Returns @buf. */
const char *nearest_format(char *buf, size_t size, const struct nearest *nearest,
			   const char *prefix);

#endif
