/* SPDX-License-Identifier: GPL-2.0 */
/* Whether we may trace, and what to type where we may not. */
#ifndef CLONESCOPE_CMD_RIGHTS_H
#define CLONESCOPE_CMD_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

/* The kernel lets us attach eBPF programs, as far as rights go. */
bool rights_suffice(void);

/* What to type before a command of ours that traces: "sudo ", or "" where rights suffice. */
const char *rights_prefix(void);

/* A sentence for people into @buf: what is missing, and this very command as it would work. Returns @buf. */
const char *rights_advice(char *buf, size_t size);

#endif
