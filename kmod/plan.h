/* SPDX-License-Identifier: GPL-2.0 */
/* Which probes are planted, and what they could not tell. */
#ifndef CLONESCOPE_PLAN_H
#define CLONESCOPE_PLAN_H

#include <linux/types.h>

struct kprobe;

#define CS_MIN_INFLIGHT 16
#define CS_MAX_INFLIGHT 65536

/* Probes planted from now on tell what time they take: cs_plan_print_cost(). */
extern bool cs_self_cost;

/* Clones to be followed at once: kretprobe instances and table slots. */
extern unsigned int cs_max_inflight;

enum cs_event {
	CS_EVENT_CLONE,
	CS_EVENT_RETURN,
	CS_EVENT_REFUSAL,
	CS_EVENT_DETAIL,
	CS_EVENT_PHASES,
	CS_EVENT_CALL,
	CS_EVENT_START,
	CS_EVENT_EXEC,
	CS_EVENT_EXIT,
	CS_EVENT_NAMESPACES,
	CS_EVENT_COUNT,
};

/* Balanced calls: probes live as long as an event that needs them has users. */
int cs_plan_plant(enum cs_event event);
void cs_plan_uproot(enum cs_event event);

u64 cs_plan_told(enum cs_event event);
u64 cs_plan_facts(const struct kprobe *probe);

int cs_plan_print_probes(char *text, size_t size);
int cs_plan_print_lost(char *text, size_t size);
int cs_plan_print_cost(char *text, size_t size);

#endif
