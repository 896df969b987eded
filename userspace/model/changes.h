/* SPDX-License-Identifier: GPL-2.0 */
/* In what a child differs from its caller. */
#ifndef CLONESCOPE_MODEL_CHANGES_H
#define CLONESCOPE_MODEL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

/* Bits of changes_find(), in the order in which they are told. */
enum change {
	CHANGE_NAMESPACES,
	CHANGE_CGROUP,
	CHANGE_UID,
	CHANGE_CAPS,
	CHANGE_SECCOMP,
	CHANGE_NO_NEW_PRIVS,
	CHANGE_SCHED, /* policy or priority */
	CHANGE_CPUS,
	CHANGE_MEMS,
	CHANGE_POLICY, /* of memory */
	CHANGE_COUNT,
};

/* Bytes that hold any text of changes_format() without a memory policy's many nodes. */
#define CHANGES_TEXT_SIZE 1024

/* Bits 1 << enum change: what is known to differ. 0 for a refused clone. */
uint32_t changes_find(const struct cs_clone *rec, const struct cs_detail *detail);

/* "namespaces", "no_new_privs": the name in JSON. */
const char *change_name(enum change change);

/*
 * All of them in one line: "namespaces net pid, cgroup, CPUs 4 to 2"; "nothing". What could not be
 * learnt is told at the end: "CPUs ?". Cut where @size is too small. Returns the length of the whole text.
 */
size_t changes_format(char *buf, size_t size, const struct cs_clone *rec,
		      const struct cs_detail *detail);

/* "mnt", "pid": of enum cs_ns, as in /proc/PID/ns. */
const char *namespace_name(enum cs_ns ns);

/* The flag that makes a new one: CLONE_NEWPID. */
uint64_t namespace_flag(enum cs_ns ns);

/* "none", "strict", "filter"; "other", "fifo", ...; "?" for one without a name. */
const char *seccomp_name(int mode);
const char *sched_policy_name(int policy);

#endif
