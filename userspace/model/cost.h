/* SPDX-License-Identifier: GPL-2.0 */
/* What tracing itself takes: the time of each probe, and the reader's. */
#ifndef CLONESCOPE_MODEL_COST_H
#define CLONESCOPE_MODEL_COST_H

#include <stddef.h>
#include <stdint.h>

#define COST_MAX_PROBES 96

struct cost_probe {
	char where[96]; /* "fexit copy_process" */
	uint64_t runs;
	uint64_t ns;
};

struct cost {
	uint64_t clones; /* that were told of meanwhile */
	uint64_t reader_ns;
	size_t count;
	struct cost_probe probes[COST_MAX_PROBES];
};

/* What another probe has taken; several of the same place are one. */
void cost_add(struct cost *cost, const char *where, uint64_t runs, uint64_t ns);

/* What has been added to @now since @before; a probe is known by its name. May be in the place of either. */
void cost_since(const struct cost *now, const struct cost *before, struct cost *since);

/* All probes together. */
uint64_t cost_probes_ns(const struct cost *cost);

#endif
