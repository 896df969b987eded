/* SPDX-License-Identifier: GPL-2.0 */
/* Kernels that rules are asked about, and what they call the things they count. */
#ifndef KERNELS_H
#define KERNELS_H

#include "model/rules.h"

#define V5_10 RULES_KERNEL(5, 10)
#define V6_1  RULES_KERNEL(6, 1)
#define V6_12 RULES_KERNEL(6, 12)
#define V6_18 RULES_KERNEL(6, 18)
#define V7_0  RULES_KERNEL(7, 0)
#define V7_2  RULES_KERNEL(7, 2)
#define V7_3  RULES_KERNEL(7, 3)

/* enum ucount_type of the kernel */
enum {
	USER,
	PID,
	UTS,
	IPC,
	NET,
	MNT,
	CGROUP,
	TIME
};

#endif
