/* SPDX-License-Identifier: GPL-2.0 */
/* Reads recordings: a source like any other. */
#ifndef CLONESCOPE_RECORDING_RECORDING_H
#define CLONESCOPE_RECORDING_RECORDING_H

#include <stdint.h>

#include "source/source.h"

#define RECORDING_TEXT_SIZE 72

/* Of several files, more than one host or backend is told as "several". */
struct recording_info {
	char host[RECORDING_TEXT_SIZE];
	char release[RECORDING_TEXT_SIZE]; /* uname -r there; "": not known, or several */
	char backend[RECORDING_TEXT_SIZE]; /* "bpf", "module" */
	char attach[RECORDING_TEXT_SIZE];  /* "": there was no choice */
	char machine[RECORDING_TEXT_SIZE];
	char boot_id[RECORDING_TEXT_SIZE];
	char started[RECORDING_TEXT_SIZE]; /* 2026-01-31T12:00:00Z */
	char *command;		    /* that was traced, for people; hostile; "": everything was */
	int64_t realtime_offset_ns; /* what the wall clock says more than its times */
	int64_t kinds;		    /* SOURCE_KIND() of records asked for, in any */
	uint64_t since_ns;	    /* the zero of its times, as its records have them */
	bool is_complete; /* it was finished; else clonescope was killed, or the disk full, or: */
	bool is_growing;  /* it is still being written */
	size_t files;
};

/*
 * Open @files as one source of records, merged by time; those of other boots by the wall clock. Its reading ends
 * with source_read() returning 0. Only records of options->kinds are delivered, and struct cs_clone. Returns 0 or a
 * negative errno, with a sentence for people in @why (SOURCE_WHY_SIZE bytes).
 */
int recording_open(struct source **source, char *const *files, size_t count,
		   const struct source_options *options, char *why);

/* A sentence: which file could not be read to its end, and why; NULL: all is well. */
const char *recording_error(const struct source *source);

/* What is known of a source that recording_open() made. Good until source_close(). */
const struct recording_info *recording_info(const struct source *source);

/* Does the first of @files have all of one command's clones in it? False, too, where it can't be read. */
bool recording_of_command(char *const *files, size_t count);

#endif
