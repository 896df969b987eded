/* SPDX-License-Identifier: GPL-2.0 */
/* Writes records into a recording. */
#ifndef CLONESCOPE_RECORDING_RECORDER_H
#define CLONESCOPE_RECORDING_RECORDER_H

#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/join.h"
#include "model/losses.h"
#include "model/refusal.h"
#include "source/source.h"

#define RECORDER_WHY_SIZE 512

struct recorder;

/*
 * Begin a recording at @path: 0600, never through a symbolic link. One that is there already is renamed to
 * @path.old, and one of that name is gone; at both, a file of another kind stays untouched, and so does one of
 * the @count @inputs, which are being read, and what is none of SQLite's in spite of a name like @path-wal.
 * Returns 0 or a negative errno, with a sentence for people in @why (RECORDER_WHY_SIZE bytes).
 */
int recorder_open(struct recorder **recorder, const char *path, char *const *inputs, size_t count,
		  char *why);

/* What is known of the run, by name: see docs/recording.md. */
void recorder_set_text(struct recorder *recorder, const char *key, const char *text);
void recorder_set_number(struct recorder *recorder, const char *key, int64_t number);

/* Which places in the kernel tell what. */
void recorder_add_places(struct recorder *recorder, const struct source_places *places);

/*
 * Add a record, in the order in which a reader is to get them. @verdict: why it was refused, NULL: it was not.
 * Rows are safe, whatever happens to this program, half a second later. After a write that failed, all of these do
 * nothing: see recorder_error().
 */
void recorder_add_clone(struct recorder *recorder, const struct clone *clone,
			const struct refusal_verdict *verdict);
void recorder_add_call(struct recorder *recorder, const struct cs_call *call,
		       const struct refusal_verdict *verdict);
void recorder_add_namespaces(struct recorder *recorder, const struct cs_namespaces *rec,
			     const struct cs_refusal *refusal,
			     const struct refusal_verdict *verdict);
void recorder_add(struct recorder *recorder, const struct cs_head *head); /* any other */
void recorder_add_loss(struct recorder *recorder, enum loss loss, uint64_t count);

/* Make rows safe that have waited long enough. To be called several times a second. */
void recorder_tick(struct recorder *recorder);

/* Rows of records so far, those that came too late for a full disk not among them; and bytes of the file. */
uint64_t recorder_count(const struct recorder *recorder);
uint64_t recorder_bytes(const struct recorder *recorder);

/* A sentence: what could not be written, and how much is in the file; NULL: all is well. */
const char *recorder_error(const struct recorder *recorder);

/* Finish the file. NULL is allowed. Ask recorder_error() before: after it, there is none to ask. */
void recorder_finish(struct recorder *recorder);
void recorder_free(struct recorder *recorder);

#endif
