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

void cs_record_clone(struct cs_clone *record, const struct cs_copy *copy,
		     const struct task_struct *child, u64 now);
void cs_record_return(struct cs_return *record, const struct cs_kernel_clone *call,
		      int ret, u64 now);
void cs_record_policy(struct cs_policy *to, const struct mempolicy *from);

#endif
