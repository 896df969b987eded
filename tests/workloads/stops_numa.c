// SPDX-License-Identifier: GPL-2.0
/* Stops whose caller has a memory policy, has mappings that have one, or runs on another node. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "numa.h"
#include "tour.h"

static bool takes_all_nodes(int mode)
{
	return mode == MPOL_INTERLEAVE || mode == MPOL_PREFERRED_MANY ||
	       mode == MODE_WEIGHTED_INTERLEAVE;
}

/*
 * The nodes to ask for. With STATIC_NODES one that the machine has not is
 * among them, which the kernel leaves out; with RELATIVE_NODES the numbers are
 * one round too high, and the kernel takes them round. Either way the nodes
 * asked for are not those the policy comes to hold.
 */
static void choose_nodes(int mode_and_flags, struct nodes *chosen)
{
	int mode = mode_and_flags & ~(MPOL_MODE_FLAGS);
	struct nodes nodes;
	int last, beyond;

	memset(chosen, 0, sizeof(*chosen));
	numa_nodes(&nodes);
	last = nodes_last(&nodes);
	beyond = mode_and_flags & MPOL_F_RELATIVE_NODES ? nodes_count(&nodes) : 0;
	nodes_add(chosen, last + beyond);
	for (int node = 0; node < last && takes_all_nodes(mode); node++)
		if (nodes_has(nodes.words, node))
			nodes_add(chosen, node + beyond);
	if (mode_and_flags & MPOL_F_STATIC_NODES)
		nodes_add(chosen, last + 2);
}

static int set_policy(int mode)
{
	struct nodes nodes;

	if (mode == MPOL_DEFAULT || mode == MPOL_LOCAL)
		return policy_set(mode, NULL);
	choose_nodes(mode, &nodes);
	return policy_set(mode, &nodes);
}

/*
 * Every other page of the mapping gets a policy: the pages between keep the
 * VMAs apart.
 */
static void *map_with_policies(int vmas, size_t bytes)
{
	long page = sysconf(_SC_PAGESIZE);
	struct nodes nodes;
	char *start;

	start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		err(1, "cannot map %d pages", 2 * vmas + 1);
	choose_nodes(MPOL_BIND, &nodes);
	for (int i = 0; i < vmas; i++)
		if (policy_bind_range(start + (2 * i + 1) * page, page, &nodes))
			err(1, "mbind");
	return start;
}

static int call_with_mappings(const struct stop *stop)
{
	size_t bytes = (2 * stop->vmas + 1) * sysconf(_SC_PAGESIZE);
	void *start;
	int ret;

	if (!stop->vmas)
		return visit_call(stop);
	start = map_with_policies(stop->vmas, bytes);
	ret = visit_call(stop);
	munmap(start, bytes);
	return ret;
}

int visit_policy(const struct stop *stop)
{
	struct nodes nodes;
	int ret;

	if (numa_nodes(&nodes))
		return stop_skip(stop, "the kernel has no memory policies");
	ret = set_policy(stop->mode);
	if (ret)
		return stop_skip(stop, "set_mempolicy: %s", strerror(-ret));
	ret = call_with_mappings(stop);
	policy_set(MPOL_DEFAULT, NULL);
	return ret;
}

/* One call from a CPU of each node but the first CPU's, and back. */
static int call_on_other_nodes(const struct stop *stop, int home_cpu, int home)
{
	struct nodes been = {0};
	int visits = 0, ret = 0;
	int cpu, node;

	nodes_add(&been, home);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (pin_to_cpu(i) < 0 || !pinned_cpu(&cpu, &node) || nodes_has(been.words, node))
			continue;
		nodes_add(&been, node);
		visits++;
		ret |= visit_call(stop);
	}
	pin_to_cpu(home_cpu);
	if (!visits)
		return stop_skip(stop, "all CPUs are of node %d", home);
	return ret;
}

int visit_other_nodes(const struct stop *stop)
{
	int cpu, node;

	if (!pinned_cpu(&cpu, &node))
		return stop_skip(stop, "cannot pin to a CPU");
	return call_on_other_nodes(stop, cpu, node);
}
