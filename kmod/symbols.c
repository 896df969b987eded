// SPDX-License-Identifier: GPL-2.0
/* Finds variables of the kernel that it does not export, and reads them. */

#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "kmod/symbols.h"

/* All of them are int or unsigned int. */
static struct {
	const char *name;
	const int *address; /* NULL: this kernel has none, or hides it */
} symbols[CS_SYMBOL_COUNT] = {
	[CS_SYMBOL_NR_THREADS] = { "nr_threads" },
	[CS_SYMBOL_MAX_THREADS] = { "max_threads" },
	[CS_SYMBOL_OVERCOMMIT] = { "sysctl_overcommit_memory" },
	[CS_SYMBOL_NR_OPEN] = { "sysctl_nr_open" },
	[CS_SYMBOL_PID_MAX] = { "pid_max" },
	[CS_SYMBOL_USERNS_CLONE] = { "unprivileged_userns_clone" },
};

static bool is_at(const char *name, const void *address)
{
	char found[KSYM_NAME_LEN];

	snprintf(found, sizeof(found), "%ps", address);
	return !strcmp(found, name);
}

/*
 * register_kprobe() refuses to plant a probe on a variable, but not before it
 * has looked its name up. Calling kallsyms_lookup_name(), whose address a
 * probe on it would tell, is worse: the kernel takes away the landing pads of
 * functions that it never calls by address.
 */
static const void *find(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	int err = register_kprobe(&probe);

	if (!err) { /* a function of that name */
		unregister_kprobe(&probe);
		return NULL;
	}
	return is_at(name, probe.addr) ? probe.addr : NULL;
}

/* May sleep. Variables do not move: once is enough. */
void cs_symbols_find(void)
{
	int i;

	for (i = 0; i < CS_SYMBOL_COUNT; i++) {
		if (!symbols[i].address)
			symbols[i].address = find(symbols[i].name);
	}
}

bool cs_symbol_read(enum cs_symbol symbol, int *value)
{
	const int *address = READ_ONCE(symbols[symbol].address);

	return address && !get_kernel_nofault(*value, address);
}
NOKPROBE_SYMBOL(cs_symbol_read);
