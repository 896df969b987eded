// SPDX-License-Identifier: GPL-2.0
/* Nodes, CPUs and memory policies as system calls and /proc/thread-self/numa_maps show them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "numa.h"

#define MODE_FLAGS (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)

void nodes_add(struct nodes *nodes, int node)
{
	nodes->words[node / 64] |= 1ULL << (node % 64);
}

bool nodes_has(const uint64_t *words, int node)
{
	return words[node / 64] >> (node % 64) & 1;
}

int nodes_count(const struct nodes *nodes)
{
	int count = 0;

	for (int i = 0; i < CS_NODE_WORDS; i++)
		count += __builtin_popcountll(nodes->words[i]);
	return count;
}

int nodes_last(const struct nodes *nodes)
{
	for (int node = CS_MAX_NODES - 1; node >= 0; node--)
		if (nodes_has(nodes->words, node))
			return node;
	return -1;
}

int numa_nodes(struct nodes *nodes)
{
	memset(nodes, 0, sizeof(*nodes));
	if (syscall(SYS_get_mempolicy, NULL, nodes->words, CS_MAX_NODES, NULL, MPOL_F_MEMS_ALLOWED))
		return -errno;
	return 0;
}

static int read_number(const char **text)
{
	int number = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + **text - '0';
	return number;
}

/* "0-1,3", the kernel's %*pbl. */
static void parse_node_list(const char *text, uint64_t *words)
{
	while (*text >= '0' && *text <= '9') {
		int first = read_number(&text);
		int last = first;

		if (*text == '-') {
			text++;
			last = read_number(&text);
		}
		for (int node = first; node <= last && node < CS_MAX_NODES; node++)
			words[node / 64] |= 1ULL << (node % 64);
		if (*text == ',')
			text++;
	}
}

/*
 * get_mempolicy() gives back the nodes that were asked for where STATIC_NODES
 * or RELATIVE_NODES is set; only numa_maps shows those that the policy came to
 * hold. Its first VMA is the program's text, which has no policy of its own,
 * so that the task's is shown: "55e4... bind=static:1 file=...".
 */
static int read_effective_nodes(uint64_t *words)
{
	char line[256];
	const char *colon;
	ssize_t size;
	int fd;

	fd = open("/proc/thread-self/numa_maps", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (size <= 0)
		return -EIO;
	line[size] = '\0';
	colon = strchr(line, ':');
	if (!colon)
		return -EIO;
	memset(words, 0, CS_NODE_WORDS * sizeof(*words));
	parse_node_list(colon + 1, words);
	return 0;
}

void policy_read(struct cs_policy *policy)
{
	int mode = MPOL_DEFAULT;

	memset(policy, 0, sizeof(*policy));
	policy->home_node = CS_NO_NODE;
	syscall(SYS_get_mempolicy, &mode, policy->nodes, CS_MAX_NODES, NULL, 0);
	policy->mode = mode & ~MODE_FLAGS;
	policy->flags = mode & MODE_FLAGS;
	if (policy->flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES))
		read_effective_nodes((uint64_t *)policy->nodes);
}

/* The kernel takes one bit fewer than it is told (get_nodes() in mm/mempolicy.c). */
int policy_set(int mode, const struct nodes *nodes)
{
	if (syscall(SYS_set_mempolicy, mode, nodes ? nodes->words : NULL,
		    nodes ? CS_MAX_NODES + 1 : 0))
		return -errno;
	return 0;
}

int policy_bind_range(void *start, unsigned long bytes, const struct nodes *nodes)
{
	if (syscall(SYS_mbind, start, bytes, MPOL_BIND, nodes->words, CS_MAX_NODES + 1, 0))
		return -errno;
	return 0;
}

int pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : cpu;
}

int pin_to_current_cpu(void)
{
	unsigned int cpu, node;

	getcpu(&cpu, &node);
	return pin_to_cpu(cpu);
}

bool pinned_cpu(int *cpu, int *node)
{
	unsigned int here, node_here;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) != 1)
		return false;
	getcpu(&here, &node_here);
	*cpu = here;
	*node = node_here;
	return true;
}
