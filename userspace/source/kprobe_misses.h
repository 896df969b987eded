/* SPDX-License-Identifier: GPL-2.0 */
/* Hits of kprobes that ran no program, as the kernel counts them since Linux 6.7. */
#ifndef CLONESCOPE_SOURCE_KPROBE_MISSES_H
#define CLONESCOPE_SOURCE_KPROBE_MISSES_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_link;

/*
 * How often the kprobe or kretprobe of @link was hit while another was being handled on that CPU, or while
 * too many of its function's calls were going on; 0: never, not known, or @link is none of a kprobe's.
 */
uint64_t kprobe_misses(const struct bpf_link *link);

/* Does this kernel count it? @link: of a kprobe. */
bool kprobe_misses_known(const struct bpf_link *link);

#endif
