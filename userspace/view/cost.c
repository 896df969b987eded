// SPDX-License-Identifier: GPL-2.0
/* A table of what each probe and the reader take, in all and per clone. */
#include "view/cost.h"

#include <inttypes.h>

/* The time of @ns shared by @count, "-" where there is nobody to share it. */
static void print_share(FILE *out, uint64_t ns, uint64_t count)
{
	if (count)
		fprintf(out, " %9.0f", (double)ns / (double)count);
	else
		fprintf(out, " %9s", "-");
}

static void print_sum(FILE *out, const char *name, uint64_t ns, uint64_t clones)
{
	fprintf(out, "%-36s %9s %9.3f %9s", name, "", (double)ns / 1e6, "");
	print_share(out, ns, clones);
	fputc('\n', out);
}

static void print_probe(FILE *out, const struct cost_probe *probe, uint64_t clones)
{
	fprintf(out, "%-36s %9" PRIu64 " %9.3f", probe->where, probe->runs,
		(double)probe->ns / 1e6);
	print_share(out, probe->ns, probe->runs);
	print_share(out, probe->ns, clones);
	fputc('\n', out);
}

void cost_print(FILE *out, const struct cost *cost)
{
	if (!cost)
		return;
	fprintf(out, "\n%-36s %9s %9s %9s %9s\n", "OWN COST", "RUNS", "TIME ms", "NS A RUN",
		"NS A CLONE");
	for (size_t i = 0; i < cost->count; i++)
		if (cost->probes[i].runs)
			print_probe(out, &cost->probes[i], cost->clones);
	if (cost->count)
		print_sum(out, "all probes", cost_probes_ns(cost), cost->clones);
	else
		fputs("the probes were not timed\n", out);
	print_sum(out, "the reader's CPU time", cost->reader_ns, cost->clones);
}
