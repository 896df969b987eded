// SPDX-License-Identifier: GPL-2.0
/* Reads what BPF programs have counted in the place of records. */
#include "source/folds.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fold.h"
#include "model/histogram.h"

/* What has been handed over of an entry, whatever its key was. */
struct drained {
	uint32_t counted;
	uint32_t buckets[CS_BUCKETS];
};

struct folds {
	char *entries; /* the kernel's, @size bytes each */
	size_t count, size;
	struct drained *drained;
};

static size_t mapped_bytes(const struct folds *folds)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (folds->count * folds->size + page - 1) / page * page;
}

struct folds *folds_open(int fd, size_t entries)
{
	struct folds *folds = calloc(1, sizeof(*folds));

	if (!folds)
		return NULL;
	folds->count = entries;
	folds->size = (sizeof(struct fold) + 7) / 8 * 8; /* as of any array of BPF */
	folds->drained = calloc(entries, sizeof(*folds->drained));
	folds->entries = mmap(NULL, mapped_bytes(folds), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (folds->drained && folds->entries != MAP_FAILED)
		return folds;
	folds_close(folds);
	return NULL;
}

void folds_close(struct folds *folds)
{
	if (!folds)
		return;
	if (folds->entries != MAP_FAILED)
		munmap(folds->entries, mapped_bytes(folds));
	free(folds->drained);
	free(folds);
}

/* One of those counted; only its time is not known yet. */
static void fill_clone(struct cs_clone *rec, const struct fold_key *key)
{
	rec->head.kind = CS_KIND_CLONE;
	rec->head.size = sizeof(*rec);
	rec->head.version = CS_RECORD_VERSION;
	rec->head.backend = CS_BACKEND_BPF;
	memcpy(rec->comm, key->comm, sizeof(rec->comm));
	rec->flags = key->flags;
	rec->missing = key->missing;
	rec->exit_signal = key->exit_signal;
	rec->via = key->via;
	rec->stack_origin = key->stack_origin;
	rec->stack_pages = key->stack_pages;
	rec->cpu_node = key->cpu_node;
	rec->node_requested = key->node_requested;
	rec->task_node = key->task_node;
	for (int i = 0; i < key->stack_pages && i < CS_MAX_STACK_PAGES; i++)
		rec->stack_nodes[i] = key->stack_node;
	rec->policy.home_node = CS_NO_NODE;
	rec->child_policy.home_node = CS_NO_NODE;
}

/* A time of this bucket that is no end: those have come as records. */
static uint64_t time_of(size_t bucket, uint64_t min_ns, uint64_t max_ns)
{
	uint64_t ns = histogram_bucket_middle(bucket);

	if (ns > max_ns)
		return max_ns;
	return ns < min_ns ? min_ns : ns;
}

/* The key, and the ends, as they were at one moment; false: they are being changed. */
static bool copy_entry(struct fold *copy, const struct fold *fold)
{
	uint32_t changes = __atomic_load_n(&fold->changes, __ATOMIC_ACQUIRE);

	if (changes % 2)
		return false;
	memcpy(copy, fold, sizeof(*copy));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&fold->changes, __ATOMIC_RELAXED) == changes;
}

/*
 * The key cannot have changed since these were counted: an entry with counts that have not been drained is not
 * taken over.
 */
static int drain(struct fold *fold, struct drained *drained, source_record_fn take, void *context)
{
	struct source_folded folded = {
		.head = {.kind = SOURCE_FOLDED, .size = sizeof(folded)},
	};
	struct fold now;
	int result = 0;

	if (!copy_entry(&now, fold))
		return 0;
	fill_clone(&folded.clone, &now.key);
	for (size_t i = 0; i < CS_BUCKETS; i++) {
		folded.times = now.buckets[i] - drained->buckets[i];
		if (!folded.times)
			continue;
		drained->counted += (uint32_t)folded.times;
		drained->buckets[i] = now.buckets[i];
		folded.clone.copy_ns = time_of(i, now.min_ns, now.max_ns);
		result = result < 0 ? result : take(&folded.head, context);
	}
	__atomic_store_n(&fold->drained, drained->counted, __ATOMIC_RELEASE);
	return result;
}

int folds_read(struct folds *folds, source_record_fn take, void *context)
{
	int result = 0, count = 0;

	for (size_t i = 0; i < folds->count && result >= 0; i++) {
		struct fold *fold = (struct fold *)(folds->entries + i * folds->size);

		if (__atomic_load_n(&fold->counted, __ATOMIC_RELAXED) == folds->drained[i].counted)
			continue;
		result = drain(fold, &folds->drained[i], take, context);
		count++;
	}
	return result < 0 ? result : count;
}
