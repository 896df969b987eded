// SPDX-License-Identifier: GPL-2.0
/* Clones that were counted in the place of records, by BPF programs or here. */
#include "source/folds.h"

#include <errno.h>
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
	char *entries; /* struct fold, @size bytes each */
	size_t count, size;
	struct drained *drained;
	size_t mapped; /* bytes; 0: they are our own */
};

static struct folds *new_folds(size_t entries)
{
	struct folds *folds = calloc(1, sizeof(*folds));

	if (!folds)
		return NULL;
	folds->count = entries;
	folds->size = (sizeof(struct fold) + 7) / 8 * 8; /* as of any array of BPF */
	folds->drained = calloc(entries, sizeof(*folds->drained));
	if (folds->drained)
		return folds;
	free(folds);
	return NULL;
}

struct folds *folds_new(void)
{
	struct folds *folds = new_folds(FOLDS_PER_CPU);

	if (!folds)
		return NULL;
	folds->entries = calloc(folds->count, folds->size);
	if (folds->entries)
		return folds;
	folds_close(folds);
	return NULL;
}

struct folds *folds_open(int fd, size_t entries)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct folds *folds = new_folds(entries);
	void *mapped;

	if (!folds)
		return NULL;
	folds->mapped = (folds->count * folds->size + page - 1) / page * page;
	mapped = mmap(NULL, folds->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped != MAP_FAILED) {
		folds->entries = mapped;
		return folds;
	}
	folds_close(folds);
	return NULL;
}

void folds_close(struct folds *folds)
{
	if (!folds)
		return;
	if (folds->entries && folds->mapped)
		munmap(folds->entries, folds->mapped);
	else
		free(folds->entries);
	free(folds->drained);
	free(folds);
}

static struct fold *entry(const struct folds *folds, size_t at)
{
	return (struct fold *)(folds->entries + at * folds->size);
}

bool folds_add(struct folds *folds, const struct cs_clone *rec)
{
	struct fold_key key;
	struct fold *fold;
	uint32_t hash;

	if (!may_fold(rec))
		return false;
	fill_fold_key(&key, rec);
	hash = hash_fold_key(&key);
	for (uint32_t way = 0; way < FOLD_WAYS; way++) {
		fold = entry(folds, (hash ^ way) & (FOLDS_PER_CPU - 1));
		if (same_fold_key(&fold->key, &key))
			return fold_count(fold, rec->copy_ns);
	}
	for (uint32_t way = 0; way < FOLD_WAYS; way++) {
		fold = entry(folds, (hash ^ way) & (FOLDS_PER_CPU - 1));
		if (!fold_may_go(fold))
			continue;
		fold_take_over(fold, &key, rec->copy_ns);
		break;
	}
	return false;
}

/* One of those counted; only its time is not known yet. */
static void fill_clone(struct cs_clone *rec, const struct fold_key *key)
{
	rec->head.kind = CS_KIND_CLONE;
	rec->head.size = sizeof(*rec);
	rec->head.version = CS_RECORD_VERSION;
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
		struct fold *fold = entry(folds, i);

		if (__atomic_load_n(&fold->fresh, __ATOMIC_RELAXED))
			__atomic_store_n(&fold->fresh, 0, __ATOMIC_RELAXED);
		if (__atomic_load_n(&fold->counted, __ATOMIC_RELAXED) == folds->drained[i].counted)
			continue;
		result = drain(fold, &folds->drained[i], take, context);
		count++;
	}
	return result < 0 ? result : count;
}
