// SPDX-License-Identifier: GPL-2.0
/* An open-addressed table from a thread to what is in flight in it. */

#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "kmod/inflight.h"

/*
 * The state itself lives in the kretprobe's instance, which the kernel keeps
 * until the probed function returns. So a slot cannot leak, whoever is made to
 * sleep in copy_process() for however long: what is claimed at the entry is
 * released at the return, or the whole table has gone meanwhile.
 *
 * Only the owner of a slot touches it, from handlers that do not nest; hence
 * no lock. Handlers run with preemption off and so are RCU readers.
 */
struct slot {
	struct task_struct *owner;
	void *state;
};

struct cs_inflight_table {
	struct rcu_head rcu;
	unsigned int bits;
	bool overflowed; /* somebody found no room */
	struct slot slots[];
};

/*
 * How far a thread's slot may lie from where its hash points. Every call of
 * find_vm_area() by anybody pays for it: sixteen slots are four cache lines.
 */
#define MAX_PROBING 16

/* At most a quarter full, sixteen slots in a row are as good as never taken. */
#define SLOTS_PER_THREAD 4

int cs_inflight_open(struct cs_inflight *inflight, unsigned int threads)
{
	unsigned int bits = order_base_2(threads * SLOTS_PER_THREAD);
	struct cs_inflight_table *table;

	table = kvzalloc(struct_size(table, slots, 1UL << bits), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	table->bits = bits;
	rcu_assign_pointer(inflight->table, table);
	return 0;
}

/*
 * To be called before the kretprobe that claims is removed: from then on a
 * state can be freed without its slot being released, and no handler of
 * another probe may be led to it any more.
 */
void cs_inflight_close(struct cs_inflight *inflight)
{
	struct cs_inflight_table *table;

	table = rcu_replace_pointer(inflight->table, NULL, true);
	kvfree_rcu(table, rcu);
}

static nokprobe_inline struct slot *find_slot(struct cs_inflight_table *table,
					      struct task_struct *owner)
{
	unsigned int mask = (1U << table->bits) - 1;
	unsigned int at = hash_ptr(current, table->bits);
	unsigned int end = at + MAX_PROBING;

	for (; at != end; at++) {
		if (READ_ONCE(table->slots[at & mask].owner) == owner)
			return &table->slots[at & mask];
	}
	return NULL;
}

bool cs_inflight_claim(struct cs_inflight *inflight, void *state)
{
	struct cs_inflight_table *table;
	struct slot *slot;

	table = rcu_dereference_sched(inflight->table);
	if (!table)
		return false;
	while ((slot = find_slot(table, NULL))) {
		if (cmpxchg(&slot->owner, NULL, current))
			continue;
		slot->state = state;
		return true;
	}
	WRITE_ONCE(table->overflowed, true);
	atomic_long_inc(&inflight->full);
	return false;
}
NOKPROBE_SYMBOL(cs_inflight_claim);

void *cs_inflight_find(struct cs_inflight *inflight)
{
	struct cs_inflight_table *table;
	struct slot *slot;

	table = rcu_dereference_sched(inflight->table);
	slot = table ? find_slot(table, current) : NULL;
	return slot ? slot->state : NULL;
}
NOKPROBE_SYMBOL(cs_inflight_find);

void cs_inflight_release(struct cs_inflight *inflight)
{
	struct cs_inflight_table *table;
	struct slot *slot;

	table = rcu_dereference_sched(inflight->table);
	slot = table ? find_slot(table, current) : NULL;
	if (slot)
		WRITE_ONCE(slot->owner, NULL);
}
NOKPROBE_SYMBOL(cs_inflight_release);

/* Whether a thread that it leads to nothing may have found no room in it. */
bool cs_inflight_overflowed(struct cs_inflight *inflight)
{
	const struct cs_inflight_table *table;

	table = rcu_dereference_sched(inflight->table);
	return !table || READ_ONCE(table->overflowed);
}
NOKPROBE_SYMBOL(cs_inflight_overflowed);
