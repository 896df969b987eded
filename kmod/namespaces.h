/* SPDX-License-Identifier: GPL-2.0 */
/* The namespaces of a task, by the inodes that /proc/<pid>/ns shows. */
#ifndef CLONESCOPE_NAMESPACES_H
#define CLONESCOPE_NAMESPACES_H

#include <linux/types.h>

struct task_struct;

void cs_namespaces_of(u32 *ns, struct task_struct *task);
void cs_namespaces_to_come(u32 *ns);

#endif
