/* SPDX-License-Identifier: GPL-2.0 */
/* Counters as Prometheus and its kin read them. */
#ifndef CLONESCOPE_VIEW_OPENMETRICS_H
#define CLONESCOPE_VIEW_OPENMETRICS_H

#include <stdio.h>

#include "model/metrics.h"
#include "view/exposition.h"

/* What is told of the program itself. */
struct openmetrics_self {
	const char *version;
	const char *backend;
	const char *attach;
	const char *kernel;
	uint64_t started_ms; /* since 1970 */
	uint64_t cpu_us;
	uint64_t resident_bytes;
	uint64_t bpf_ns; /* that the BPF programs ran; 0: the kernel doesn't measure it */
};

/*
 * Make a label's value of @length bytes that a traced process has chosen: valid UTF-8, and of control characters
 * only the newline, which the formats escape. Each byte of anything else becomes U+FFFD. @label has
 * UTF8_SIZE(@length) bytes.
 */
void openmetrics_label(char *label, const char *text, size_t length);

/* Print all of @metrics. */
void openmetrics_print(FILE *out, enum exposition exposition, const struct metrics *metrics,
		       const struct openmetrics_self *self);

#endif
