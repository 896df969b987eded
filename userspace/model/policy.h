/* SPDX-License-Identifier: GPL-2.0 */
/* Memory policies as text, the way the kernel's mpol_to_str() writes them. */
#ifndef CLONESCOPE_MODEL_POLICY_H
#define CLONESCOPE_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include <clonescope/record.h>

/* Bytes that hold any node list, and any policy. */
#define POLICY_NODES_SIZE 4096
#define POLICY_TEXT_SIZE  (POLICY_NODES_SIZE + 128)

/*
 * The word for an MPOL_* mode: "default", "prefer", "bind", "interleave", "local",
 * "prefer-many", "weighted-interleave". The kernel's policy_modes[] has blanks in the last two;
 * here a mode is one word. NULL for a mode that is newer than this.
 */
const char *policy_mode_name(int mode);

/*
 * Write a node mask as ranges: "0-3,7"; "" for the empty mask. Where @size is too small the
 * text ends in "...". Returns the length that the whole text has, as snprintf() does.
 */
size_t policy_format_nodes(char *buf, size_t size, const __u64 nodes[CS_NODE_WORDS]);

/*
 * Write @policy as MODE[=FLAG[|FLAG]][:NODES][;home=NODE]: "default", "bind=static:0-1",
 * "prefer-many:0,2;home=2". No blank is ever in it. A mode or flag without a name is shown by
 * its number. MPOL_PREFERRED without nodes is "local": that is how 5.10 stores MPOL_LOCAL, and
 * how its own mpol_to_str() shows it. Cut and returned as policy_format_nodes() does.
 */
size_t policy_format(char *buf, size_t size, const struct cs_policy *policy);

/* No policy of its own: MPOL_DEFAULT, a NULL task->mempolicy. */
bool policy_is_default(const struct cs_policy *policy);

/* Same mode, flags, nodes and home node. */
bool policy_equal(const struct cs_policy *a, const struct cs_policy *b);

#endif
