// SPDX-License-Identifier: GPL-2.0
/* Makes children whose kernel stack comes from their CPU's cache and lies on another node. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "numa.h"
#include "truth.h"

/*
 * How it comes about, up to Linux 6.18: each CPU keeps two stacks of dead
 * tasks for the next to be born on it, wherever their pages are. So
 *
 * - bind to another node and have more children alive at once than the CPU has
 *   stacks in its cache: the last of them get new stacks, on that node;
 * - have these end first: their stacks fill the cache, which then has no place
 *   for those of the others;
 * - with no policy at all, make children: the first two get the stacks that
 *   the policy has left behind.
 *
 * Another task that is born or dies on the CPU meanwhile takes or leaves a
 * stack. Hence more than one round.
 */
#define CACHED_STACKS 2
#define CROWD	      (3 * CACHED_STACKS)
#define ROUNDS	      8

#define STOP "foreign-stack"

/* Returns a child that waits to be killed, or -errno. The bare fork(2). */
static pid_t make_waiting_child(void)
{
	pid_t pid = syscall(SYS_clone, SIGCHLD, 0, NULL, NULL, 0);

	while (pid == 0)
		pause();
	return pid < 0 ? -errno : pid;
}

static void end_child(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static pid_t make_and_tell(const char *stop, int foreign_node)
{
	struct expected expected;
	pid_t pid;

	truth_begin(&expected, stop, "clone", 0, SIGCHLD);
	pid = make_waiting_child();
	truth_outcome(&expected, pid);
	expected.foreign_node = foreign_node;
	expected.known |= TRUTH_FOREIGN;
	truth_write(&expected);
	return pid;
}

static void fill_cache_from(int node)
{
	struct nodes there = {0};
	pid_t crowd[CROWD];

	nodes_add(&there, node);
	if (policy_set(MPOL_BIND, &there))
		err(1, "cannot bind to node %d", node);
	for (int i = 0; i < CROWD; i++)
		crowd[i] = make_and_tell(STOP "-fill", node);
	for (int i = CROWD - 1; i >= 0; i--)
		end_child(crowd[i]);
	policy_set(MPOL_DEFAULT, NULL);
}

static void use_cache(int node)
{
	pid_t pids[CACHED_STACKS];

	for (int i = 0; i < CACHED_STACKS; i++)
		pids[i] = make_and_tell(STOP, node);
	for (int i = 0; i < CACHED_STACKS; i++)
		end_child(pids[i]);
}

/* A node with memory that is not the one of the CPU we stay on; -1: none. */
static int foreign_node(void)
{
	struct nodes nodes;
	int cpu, home;

	if (pin_to_current_cpu() < 0 || !pinned_cpu(&cpu, &home) || numa_nodes(&nodes))
		return -1;
	for (int node = 0; node < CS_MAX_NODES; node++)
		if (node != home && nodes_has(nodes.words, node))
			return node;
	return -1;
}

int main(int argc, char **argv)
{
	int node;

	if (argc > 2) {
		fputs("Usage: foreign_stack [FILE]\n", stderr);
		return 2;
	}
	prctl(PR_SET_NAME, "cs-foreign");
	truth_open(argc == 2 ? argv[1] : NULL);
	truth_write_head();
	node = foreign_node();
	if (node < 0)
		truth_skip(STOP, "no second node with memory");
	for (int round = 0; node >= 0 && round < ROUNDS; round++) {
		fill_cache_from(node);
		use_cache(node);
	}
	truth_write_tail();
	return 0;
}
