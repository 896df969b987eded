/* SPDX-License-Identifier: GPL-2.0 */
/* Where records come from: one interface, whatever fills them. */
#ifndef CLONESCOPE_SOURCE_SOURCE_H
#define CLONESCOPE_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <clonescope/record.h>

#include "model/cost.h"
#include "model/filter.h"
#include "model/losses.h"

enum attach {
	ATTACH_AUTO,	   /* the first of these that works */
	ATTACH_FENTRY,	   /* fentry and fexit */
	ATTACH_KPROBE,	   /* kprobe and kretprobe */
	ATTACH_TRACEPOINT, /* raw tracepoints: refused clones are not seen */
	ATTACH_COUNT,
};

const char *attach_name(enum attach attach);

/* The attach mode called @name, or -EINVAL. */
int attach_parse(const char *name);

/* A bit of source_options.kinds; @kind: enum cs_kind. */
#define SOURCE_KIND(kind) (1U << (kind))

/* What a reader wants of a source. */
struct source_options {
	enum attach attach;	 /* BPF only */
	struct cs_filter filter; /* applied where that saves work; apply it again */
	bool follow;		 /* only tasks given to source_follow(), and theirs */
	uint32_t kinds;		 /* SOURCE_KIND() of records wanted beside struct cs_clone */
	size_t buffer_bytes;	 /* of the whole machine; 0: the default */
	uint32_t inflight;	 /* clones in progress that are remembered; 0: the default */
	uint32_t followed;	 /* BPF: tasks that are followed at once; 0: the default */
	bool self_cost;		 /* what the probes take is measured, which takes some more */
	bool fold;		 /* only sums are wanted: of clones, struct source_folded will do */
};

/*
 * Kind of a record that no producer makes, only a source that was asked to fold: clones that no total tells
 * apart. No record of their own tells of them. Whom each was made by and when is not known, and the time taken
 * to a bucket of a histogram. They have passed the whole filter.
 */
#define SOURCE_FOLDED 0xffff

struct source_folded {
	struct cs_head head;
	uint64_t times;
	struct cs_clone clone;
};

#define SOURCE_WHY_SIZE	  512
#define SOURCE_MAX_PLACES 96

/* One place in the kernel: what it tells, and whether it could be used. */
struct source_place {
	const char *tells;
	char where[64]; /* "fexit copy_process" */
	bool used;
	char why[SOURCE_WHY_SIZE]; /* why not, or why not a better one; may be empty */
};

struct source_places {
	size_t count;
	struct source_place place[SOURCE_MAX_PLACES];
};

/*
 * Takes one record; @head tells which kind. It is gone when the call returns.
 * A negative errno stops the reading and is what source_read() returns.
 */
typedef int (*source_record_fn)(const struct cs_head *head, void *context);

/* How losses of a cause are counted here. */
struct source_counter {
	const char *from;  /* what tells it; NULL: it cannot happen */
	const char *blind; /* what nobody counts on this kernel; NULL: nothing */
};

struct source;

struct source_ops {
	const char *name; /* "bpf", "module": as in --backend */
	int (*open)(struct source **source, const struct source_options *options, char *why);
	int (*follow)(struct source *source, pid_t pid);
	int (*fd)(const struct source *source);
	int (*read)(struct source *source, source_record_fn take, void *context);
	void (*stop)(struct source *source);
	void (*losses)(const struct source *source, struct losses *losses);
	struct source_counter (*counter)(const struct source *source, enum loss loss);
	/* CPU time of the kernel's side; 0: it is not measured. NULL: it can't be. */
	uint64_t (*run_ns)(const struct source *source);
	/* The same of each probe; @cost is zeroed. NULL: it can't be. */
	void (*cost)(const struct source *source, struct cost *cost);
	void (*close)(struct source *source);
};

/* Every backend's struct begins so. */
struct source {
	const struct source_ops *ops;
	enum attach attach;	 /* the one taken; ATTACH_AUTO where there is no choice */
	bool follows_by_records; /* whoever is lost is not followed */
	struct source_places places;
	uint64_t capabilities; /* bits of CAP_* that are needed from now on, to read and to stop */
	uint64_t never_learnt; /* CS_MISSING() of facts that no record will have */
};

extern const struct source_ops source_bpf;
extern const struct source_ops source_module;

/* The backends in order of preference, ended by NULL. */
extern const struct source_ops *const source_backends[];

/*
 * Open @backend, or with NULL the first that works, and begin to record; with options.follow, nothing until
 * source_follow(). On failure returns a negative errno and, in @why (SOURCE_WHY_SIZE bytes), a sentence for
 * people: what failed and what to do; on success, why a better backend was not taken, or "". The source is the
 * caller's to close.
 */
int source_open(struct source **source, const struct source_ops *backend,
		const struct source_options *options, char *why);

/*
 * Follow @pid and all that it will create. With options.follow only, and before @pid's first clone. Returns
 * 0 or a negative errno.
 */
int source_follow(struct source *source, pid_t pid);

/* To be polled for POLLIN: much has piled up, read soon. Reading at leisure besides is up to the caller. */
int source_fd(const struct source *source);

/* Hand over all records that are there, in order of time as far as is known. Returns how many. */
int source_read(struct source *source, source_record_fn take, void *context);

/* Take the probes out. What was recorded can still be read. */
void source_stop(struct source *source);

/* Losses so far. */
void source_losses(const struct source *source, struct losses *losses);

/* Where source_losses() has those of @loss from. */
struct source_counter source_counter(const struct source *source, enum loss loss);

/* CPU time that the probes have taken so far; 0 where nobody measures it. */
uint64_t source_run_ns(const struct source *source);

/* What each probe has taken so far; no probe where nobody measures it. The rest of @cost is the reader's to fill. */
void source_cost(const struct source *source, struct cost *cost);

void source_close(struct source *source);

/* For backends: add a place to source->places. @why may be NULL. */
void source_place_add(struct source *source, const char *tells, const char *where, bool used,
		      const char *why);

#endif
