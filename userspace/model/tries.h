/* SPDX-License-Identifier: GPL-2.0 */
/* Folds tries that belong together: restarts after a signal, and clone3() refused, then clone(). */
#ifndef CLONESCOPE_MODEL_TRIES_H
#define CLONESCOPE_MODEL_TRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

/* Bytes that hold any text of tries_format(). */
#define TRIES_TEXT_SIZE 128

/* What the same thread tried before, for the same child. All zero: this was the first try. */
struct tries_before {
	unsigned int restarts; /* that a pending signal cut short; the kernel ran the call again */
	unsigned int calls;    /* of clone3(), refused before the kernel's clone code */
	int call_error;	       /* errno of the last of these, positive */
	uint64_t since_ns;     /* head.ts_ns of the first of all, 0: none */
};

struct tries;

/* NULL without memory. */
struct tries *tries_new(void);
void tries_free(struct tries *tries);

/*
 * Take the next clone, in the order of time, and set @before to the tries that led to it. Returns
 * true where it is itself a try that another is to follow (a restart): then it counts among the
 * tries of that one. A thread that is killed meanwhile has no other.
 */
bool tries_take_clone(struct tries *tries, const struct cs_clone *rec, struct tries_before *before);

/* The same for a call: true where it is clone3() and clone() may follow. */
bool tries_take_call(struct tries *tries, const struct cs_call *call, struct tries_before *before);

/* Threads whose tries were forgotten for those of others: memory is bounded. */
uint64_t tries_forgotten(const struct tries *tries);

/*
 * Does a restart with these tries before it tell anything new? Of one call the first does, the tenth,
 * the hundredth, ...: so that a storm of signals neither looks like a hang nor fills the screen.
 */
bool tries_is_news(const struct tries_before *before);

/*
 * "clone3 was refused (ENOSYS), then clone"; "restarted: a signal was pending (-ERESTARTNOINTR),
 * 3 tries", this one included; both, joined by "; "; "" for none. Returns the length of the text.
 */
size_t tries_format(char *buf, size_t size, const struct tries_before *before);

#endif
