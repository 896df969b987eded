// SPDX-License-Identifier: GPL-2.0
/* Adds and subtracts what tracing takes. */
#include "model/cost.h"

#include <stdio.h>
#include <string.h>

static const struct cost_probe *find(const struct cost *cost, const char *where)
{
	for (size_t i = 0; i < cost->count; i++)
		if (!strcmp(cost->probes[i].where, where))
			return &cost->probes[i];
	return NULL;
}

void cost_add(struct cost *cost, const char *where, uint64_t runs, uint64_t ns)
{
	struct cost_probe *probe = (struct cost_probe *)find(cost, where);

	if (!probe && cost->count < COST_MAX_PROBES) {
		probe = &cost->probes[cost->count++];
		snprintf(probe->where, sizeof(probe->where), "%s", where);
	}
	if (!probe)
		return;
	probe->runs += runs;
	probe->ns += ns;
}

void cost_since(const struct cost *now, const struct cost *before, struct cost *since)
{
	struct cost grown = *now;

	for (size_t i = 0; i < grown.count; i++) {
		const struct cost_probe *was = find(before, grown.probes[i].where);

		if (!was)
			continue;
		grown.probes[i].runs -= was->runs;
		grown.probes[i].ns -= was->ns;
	}
	grown.reader_ns -= before->reader_ns;
	grown.clones -= before->clones;
	*since = grown;
}

uint64_t cost_probes_ns(const struct cost *cost)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < cost->count; i++)
		ns += cost->probes[i].ns;
	return ns;
}
