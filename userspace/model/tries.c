// SPDX-License-Identifier: GPL-2.0
/* Folds tries that belong together: restarts after a signal, and clone3() refused, then clone(). */
#include "model/tries.h"

#include <errno.h>
#include <stdlib.h>

#include "model/names.h"
#include "model/outcome.h"
#include "model/text.h"

/* Threads that are between two tries at once; a power of two. */
#define SLOTS 1024

/* A C library falls back to clone() at once: what comes later is another child's. */
#define FALLBACK_NS 1000000000ULL

/* A thread that is between two tries. */
struct slot {
	uint32_t tid; /* 0: free */
	uint64_t start_ns;
	uint64_t last_ns;
	bool has_request; /* the last try was a restart, of this: */
	uint64_t flags;
	int32_t exit_signal;
	uint8_t via;
	struct tries_before before;
};

struct tries {
	uint64_t forgotten;
	struct slot slots[SLOTS];
};

struct tries *tries_new(void)
{
	return calloc(1, sizeof(struct tries));
}

void tries_free(struct tries *tries)
{
	free(tries);
}

uint64_t tries_forgotten(const struct tries *tries)
{
	return tries->forgotten;
}

/* The only slot in which @tid can be. */
static struct slot *slot_of(struct tries *tries, uint32_t tid)
{
	return &tries->slots[tid & (SLOTS - 1)];
}

/* The slot of this thread, if it is between two tries. */
static struct slot *find(struct tries *tries, uint32_t tid, uint64_t start_ns)
{
	struct slot *slot = slot_of(tries, tid);

	return slot->tid && slot->tid == tid && slot->start_ns == start_ns ? slot : NULL;
}

/* Is @rec what the thread of @slot tries again? A restarted call is the same to the last bit. */
static bool is_next(const struct slot *slot, const struct cs_clone *rec)
{
	if (slot->has_request)
		return slot->flags == rec->flags && slot->exit_signal == rec->exit_signal &&
		       slot->via == rec->via;
	return rec->via != CS_VIA_CLONE3 && rec->head.ts_ns - slot->last_ns <= FALLBACK_NS;
}

static struct slot *take_slot(struct tries *tries, uint32_t tid, uint64_t start_ns)
{
	struct slot *slot = slot_of(tries, tid);

	/* The same tid with another start is another thread: the old one is gone. */
	if (slot->tid && slot->tid != tid)
		tries->forgotten++;
	*slot = (struct slot){.tid = tid, .start_ns = start_ns};
	return slot;
}

/* A restart: the kernel is to run the same call again. */
static void keep_restart(struct tries *tries, const struct cs_clone *rec,
			 const struct tries_before *before)
{
	struct slot *slot = take_slot(tries, rec->tid, rec->start_ns);

	slot->last_ns = rec->head.ts_ns;
	slot->has_request = true;
	slot->flags = rec->flags;
	slot->exit_signal = rec->exit_signal;
	slot->via = rec->via;
	slot->before = *before;
	slot->before.restarts++;
	if (!slot->before.since_ns)
		slot->before.since_ns = rec->head.ts_ns;
}

bool tries_take_clone(struct tries *tries, const struct cs_clone *rec, struct tries_before *before)
{
	struct slot *slot = find(tries, rec->tid, rec->start_ns);
	bool next = slot && is_next(slot, rec);

	*before = (struct tries_before){0};
	if (next) {
		*before = slot->before;
		slot->tid = 0;
	}
	if (outcome_of(rec) != OUTCOME_RESTARTED) {
		/* A signal handler may clone between two tries: only clone3() ends there. */
		if (slot && !slot->has_request)
			slot->tid = 0;
		return false;
	}
	keep_restart(tries, rec, before);
	return true;
}

bool tries_take_call(struct tries *tries, const struct cs_call *call, struct tries_before *before)
{
	struct slot *slot = find(tries, call->tid, call->start_ns);
	bool next = slot && !slot->has_request && call->head.ts_ns - slot->last_ns <= FALLBACK_NS;

	*before = next ? slot->before : (struct tries_before){0};
	if (call->via != CS_VIA_CLONE3 || (call->error != ENOSYS && call->error != EPERM)) {
		if (next)
			slot->tid = 0;
		return false;
	}
	/* A signal handler's, while its thread waits for another try: that one is kept. */
	if (slot && slot->has_request)
		return false;
	slot = take_slot(tries, call->tid, call->start_ns);
	slot->last_ns = call->head.ts_ns;
	slot->before = *before;
	slot->before.calls++;
	slot->before.call_error = call->error;
	if (!slot->before.since_ns)
		slot->before.since_ns = call->head.ts_ns;
	return true;
}

bool tries_is_news(const struct tries_before *before)
{
	unsigned int tries = before->restarts + 1;

	while (tries && tries % 10 == 0)
		tries /= 10;
	return tries == 1;
}

size_t tries_format(char *buf, size_t size, const struct tries_before *before)
{
	struct text text = {.buf = buf, .size = size};
	char name[NAMES_TEXT_SIZE];

	if (before->calls) {
		errno_format(name, sizeof(name), before->call_error);
		text_add(&text, "clone3 was refused (%s), then clone", name);
	}
	if (before->restarts)
		text_add(&text, "%srestarted: a signal was pending (-ERESTARTNOINTR), %u tries",
			 before->calls ? "; " : "", before->restarts + 1);
	return text_end(&text);
}
