/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where the kernel keeps numbers of the whole machine. */
#ifndef CLONESCOPE_VARIABLES_BPF_H
#define CLONESCOPE_VARIABLES_BPF_H

/*
 * Addresses, set by the reader; 0: not known. Not __ksym: libbpf would read all
 * of /proc/kallsyms for it, which the reader has done already and which is a
 * quarter of what attaching takes; and a module's variable of the same name
 * would have it give up.
 */
const volatile struct {
	__u64 page_offset_base;
	__u64 vmemmap_base;
	__u64 nr_cpu_ids;
	__u64 nr_node_ids;
	__u64 nr_threads;
	__u64 max_threads;
	__u64 overcommit;
	__u64 nr_open;
	__u64 pid_max;
	__u64 userns_clone;
} variables;

/* An int of the kernel's; false: not known. */
static __always_inline bool read_variable(__u64 address, __s32 *value)
{
	return address && !bpf_probe_read_kernel(value, sizeof(*value),
						 (const void *)address);
}

#endif
