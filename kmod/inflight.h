/* SPDX-License-Identifier: GPL-2.0 */
/* Leads a probe handler to what is in flight in the thread it runs in. */
#ifndef CLONESCOPE_INFLIGHT_H
#define CLONESCOPE_INFLIGHT_H

#include <linux/atomic.h>
#include <linux/types.h>

struct cs_inflight_table;

struct cs_inflight {
	struct cs_inflight_table __rcu *table; /* NULL: closed */
	atomic_long_t full; /* claims that found no room, since loading */
};

int cs_inflight_open(struct cs_inflight *inflight, unsigned int threads);
void cs_inflight_close(struct cs_inflight *inflight);

bool cs_inflight_claim(struct cs_inflight *inflight, void *state);
void *cs_inflight_find(struct cs_inflight *inflight);
void cs_inflight_release(struct cs_inflight *inflight);
bool cs_inflight_overflowed(struct cs_inflight *inflight);

#endif
