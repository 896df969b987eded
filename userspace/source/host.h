/* SPDX-License-Identifier: GPL-2.0 */
/* What this machine is and allows: kernel, BTF, lockdown, privileges, symbols. */
#ifndef CLONESCOPE_SOURCE_HOST_H
#define CLONESCOPE_SOURCE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The running kernel's release, as uname -r prints it. */
const char *host_release(void);

/* /sys/kernel/btf/vmlinux is there. */
bool host_has_btf(void);

/*
 * The kernel's lockdown mode, /sys/kernel/security/lockdown: "none", "integrity", "confidentiality", or
 * "unknown" where securityfs isn't mounted or the kernel has no lockdown.
 */
const char *host_lockdown(void);

/* The calling thread has the capability (CAP_*) in its effective set. */
bool host_capable(int capability);

/* tracefs, where it is mounted; NULL where it is not. */
const char *host_tracefs(void);

/*
 * How many functions and variables of /proc/kallsyms have each of the @count names: 0 is missing, more than 1
 * ambiguous. @addresses, if not NULL: where the last of each is, 0 where that is hidden from us. Returns 0, or
 * a negative errno where it cannot be read.
 */
int host_symbols(const char *const names[], unsigned int found[], uint64_t addresses[],
		 size_t count);

/* Somebody has switched all kprobes off (kprobes/enabled in debugfs): they'd be planted and never hit. */
bool host_kprobes_off(void);
#define HOST_KPROBES_OFF "kprobes are switched off: echo 1 > /sys/kernel/debug/kprobes/enabled"

/* Our process ids are those of the kernel's records; true where there is no telling. */
bool host_initial_pid_namespace(void);

/* The only node that this machine can ever have; -1: there may be several, or there is no telling. */
int host_only_node(void);

/* There is such a file. */
bool host_has_file(const char *path);

/* Write the first line of @path, without its end, into @buf. Returns 0 or a negative errno. */
int host_read_line(const char *path, char *buf, size_t size);

#endif
