/* SPDX-License-Identifier: GPL-2.0 */
/* What a workload sees of nodes, CPUs and memory policies, by system calls alone. */
#ifndef WORKLOADS_NUMA_H
#define WORKLOADS_NUMA_H

#include <stdbool.h>
#include <stdint.h>

#include <clonescope/record.h>

/* Newer than some C libraries' <linux/mempolicy.h>. */
#define MODE_WEIGHTED_INTERLEAVE 6

struct nodes {
	uint64_t words[CS_NODE_WORDS];
};

void nodes_add(struct nodes *nodes, int node);
bool nodes_has(const uint64_t *words, int node);
int nodes_count(const struct nodes *nodes);
int nodes_last(const struct nodes *nodes);

/* Nodes this task may take memory from. */
int numa_nodes(struct nodes *nodes);

/* Safe in a child that shares its parent's memory: system calls only. */
void policy_read(struct cs_policy *policy);

/* Both return 0 or -errno. No nodes at all: nodes is NULL. */
int policy_set(int mode, const struct nodes *nodes);
int policy_bind_range(void *start, unsigned long bytes, const struct nodes *nodes);

/* Both return the CPU or -errno; afterwards the caller runs there only. */
int pin_to_current_cpu(void);
int pin_to_cpu(int cpu);

/* The CPU the caller is pinned to, and its node; false: not pinned to one. */
bool pinned_cpu(int *cpu, int *node);

#endif
