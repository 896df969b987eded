/* SPDX-License-Identifier: GPL-2.0 */
/* What a page says of a whole recording beside its totals, however long that was. */
#ifndef CLONESCOPE_MODEL_DIGEST_H
#define CLONESCOPE_MODEL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/container.h"
#include "model/refusal.h"
#include "model/tally.h"
#include "model/tries.h"

/* Of the slowest clones, so many. */
#define DIGEST_SLOWEST 10

/* Different sentences of refusals, policies and cgroups; of more only the number is known. */
#define DIGEST_MAX_REFUSALS 1024
#define DIGEST_MAX_POLICIES 256
#define DIGEST_MAX_CGROUPS  4096

/* From the first clone or call to the last. */
struct digest_span {
	uint64_t first_ns; /* 0: there was none */
	uint64_t last_ns;
};

struct digest_clone {
	uint64_t ts_ns;
	uint64_t copy_ns;
	uint32_t tid;
	uint32_t child_tid;
	char comm[CS_COMM_LEN]; /* hostile; no NUL where it is 16 bytes */
	uint8_t via;
	uint64_t flags;
	int stage; /* enum cs_stage that took longest, -1: not measured */
	uint64_t stage_ns;
};

/* The key of a row of digest_refusals(): this, and the sentence right behind it, ended by NUL. */
struct digest_refusal {
	int error;
	bool is_call;	    /* refused before copy_process() */
	bool is_namespaces; /* unshare() or setns() */
	char sentence[];
};

/* The key of a row of digest_containers(). No container: the cgroup's path alone tells where they are. */
struct digest_container {
	struct container container;
	char cgroup[CS_PATH_LEN]; /* "" with a container; hostile */
};

struct digest;

/* NULL without memory. */
struct digest *digest_new(void);
void digest_free(struct digest *digest);

/* Each in the order of time. @kernel: as of refusal_explain(). */
void digest_add_clone(struct digest *digest, const struct clone *clone,
		      const struct tries_before *before, int kernel);
void digest_add_call(struct digest *digest, const struct cs_call *call, int kernel);
void digest_add_life(struct digest *digest, const struct cs_head *head,
		     const struct cs_refusal *refusal, int kernel);

const struct digest_span *digest_span(const struct digest *digest);

/* The slowest clone that made a child at 0, the next at 1; NULL after the last. */
const struct digest_clone *digest_slowest(const struct digest *digest, size_t index);

/*
 * Why clones, calls, unshare() and setns() were refused: struct digest_refusal. Marked: a call of clone3() that
 * did no harm, as clone() did it then; the note is what helps.
 */
const struct tally *digest_refusals(const struct digest *digest);

/* The policies that children came to have: struct cs_policy. Marked: not those of their callers. */
const struct tally *digest_policies(const struct digest *digest);

/*
 * Where children were made: struct digest_container. *@others: those in cgroups that had no room. NULL without
 * memory, and where nothing is known of cgroups; to be freed by tally_free().
 */
struct tally *digest_containers(const struct digest *digest, uint64_t *others);

#endif
