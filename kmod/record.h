/* SPDX-License-Identifier: GPL-2.0 */
/* The one place where records are filled. */
#ifndef CLONESCOPE_FILL_RECORD_H
#define CLONESCOPE_FILL_RECORD_H

#include "kmod/clone.h"

struct mempolicy;

/* What only probes between copy_process()'s entry and return can tell. */
#define CS_NESTED_FACTS                                                     \
	(CS_MISSING(CS_FACT_TASK_NODE) | CS_MISSING(CS_FACT_STACK_ORIGIN) | \
	 CS_MISSING(CS_FACT_POLICY_COPIED) | CS_MISSING(CS_FACT_VMA_POLICIES))

/* @head: zeroed. */
static nokprobe_inline void cs_fill_head(struct cs_head *head,
					 enum cs_kind kind, u16 size, u64 now)
{
	head->kind = kind;
	head->size = size;
	head->version = CS_RECORD_VERSION;
	head->backend = CS_BACKEND_MODULE;
	head->ts_ns = now;
}

enum cs_via cs_via_syscall(void);

void cs_record_clone(struct cs_clone *record, const struct cs_copy *copy,
		     const struct task_struct *child, u64 now);
void cs_record_return(struct cs_return *record,
		      const struct cs_kernel_clone *call, int ret, u64 now);
void cs_record_policy(struct cs_policy *to, const struct mempolicy *from);

#endif
