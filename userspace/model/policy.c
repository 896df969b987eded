// SPDX-License-Identifier: GPL-2.0
/* Memory policies as text, the way the kernel's mpol_to_str() writes them. */
#include "model/policy.h"

#include <string.h>
#include <linux/mempolicy.h>

#include "model/text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* MPOL_WEIGHTED_INTERLEAVE of Linux 6.9: an enum, so no #ifdef can tell whether it is there. */
#define MODE_WEIGHTED_INTERLEAVE 6

/* Newer than some installed linux/mempolicy.h. */
#ifndef MPOL_F_NUMA_BALANCING
#define MPOL_F_NUMA_BALANCING (1 << 13)
#endif

static const char *const mode_names[] = {
	[MPOL_DEFAULT] = "default",
	[MPOL_PREFERRED] = "prefer",
	[MPOL_BIND] = "bind",
	[MPOL_INTERLEAVE] = "interleave",
	[MPOL_LOCAL] = "local",
	[MPOL_PREFERRED_MANY] = "prefer-many",
	[MODE_WEIGHTED_INTERLEAVE] = "weighted-interleave",
};

static const struct {
	unsigned int bit;
	const char *name;
} mode_flags[] = {
	{MPOL_F_STATIC_NODES, "static"},
	{MPOL_F_RELATIVE_NODES, "relative"},
	{MPOL_F_NUMA_BALANCING, "balancing"},
};

const char *policy_mode_name(int mode)
{
	if (mode < 0 || (size_t)mode >= ARRAY_SIZE(mode_names))
		return NULL;
	return mode_names[mode];
}

static bool has_node(const __u64 nodes[CS_NODE_WORDS], unsigned int node)
{
	return node < CS_MAX_NODES && nodes[node / 64] >> (node % 64) & 1;
}

static bool has_any_node(const __u64 nodes[CS_NODE_WORDS])
{
	for (size_t i = 0; i < CS_NODE_WORDS; i++)
		if (nodes[i])
			return true;
	return false;
}

static void add_nodes(struct text *text, const __u64 nodes[CS_NODE_WORDS])
{
	const char *separator = "";

	for (unsigned int node = 0; node < CS_MAX_NODES; node++) {
		unsigned int first = node;

		if (!has_node(nodes, node)) {
			if (!nodes[node / 64]) /* most are zero */
				node |= 63;
			continue;
		}
		while (has_node(nodes, node + 1))
			node++;
		text_add(text, "%s%u", separator, first);
		if (node > first)
			text_add(text, "-%u", node);
		separator = ",";
	}
}

static void add_flags(struct text *text, unsigned int flags)
{
	const char *separator = "=";

	for (size_t i = 0; i < ARRAY_SIZE(mode_flags); i++) {
		if (!(flags & mode_flags[i].bit))
			continue;
		text_add(text, "%s%s", separator, mode_flags[i].name);
		flags &= ~mode_flags[i].bit;
		separator = "|";
	}
	if (flags)
		text_add(text, "%s0x%x", separator, flags);
}

static void add_mode(struct text *text, const struct cs_policy *policy)
{
	const char *name = policy_mode_name(policy->mode);

	if (policy->mode == MPOL_PREFERRED && !has_any_node(policy->nodes))
		name = mode_names[MPOL_LOCAL];
	if (name)
		text_add(text, "%s", name);
	else
		text_add(text, "mode-%u", policy->mode);
}

size_t policy_format_nodes(char *buf, size_t size, const __u64 nodes[CS_NODE_WORDS])
{
	struct text text = {.buf = buf, .size = size};

	add_nodes(&text, nodes);
	return text_end(&text);
}

size_t policy_format(char *buf, size_t size, const struct cs_policy *policy)
{
	struct text text = {.buf = buf, .size = size};

	add_mode(&text, policy);
	add_flags(&text, policy->flags);
	if (has_any_node(policy->nodes)) {
		text_add(&text, ":");
		add_nodes(&text, policy->nodes);
	}
	if (policy->mode != MPOL_DEFAULT && policy->home_node != CS_NO_NODE)
		text_add(&text, ";home=%d", policy->home_node);
	return text_end(&text);
}

bool policy_is_default(const struct cs_policy *policy)
{
	return policy->mode == MPOL_DEFAULT;
}

bool policy_equal(const struct cs_policy *a, const struct cs_policy *b)
{
	return a->mode == b->mode && a->flags == b->flags && a->home_node == b->home_node &&
	       !memcmp(a->nodes, b->nodes, sizeof(a->nodes));
}
