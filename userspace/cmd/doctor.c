// SPDX-License-Identifier: GPL-2.0
/* clonescope doctor: what can be traced here, through what, and why not more. */
#include "cmd/cmd.h"

#include <argp.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "cmd/output.h"
#include "cmd/suggest.h"
#include "source/host.h"
#include "source/source.h"
#include "model/names.h"

static error_t take_option(int key, char *text, struct argp_state *state)
{
	(void)text;
	switch (key) {
	case ARGP_KEY_INIT:
		suggest_option(state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "doctor takes no arguments");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp doctor_argp = {
	NULL,
	take_option,
	NULL,
	"Try each backend and say what can be learnt through it, from which place in the kernel, "
	"and why not from a better one.\v"
	"Exit status 0 if a backend works. Needs the same rights as tracing does.\n\n"
	"  sudo clonescope doctor\n"
	"  scripts/vm --kernel 6.12 -- build/clonescope doctor    in a guest",
	NULL,
	NULL,
	NULL,
};

static void print_fact(const char *name, const char *value)
{
	printf("  %-14s %s\n", name, value);
}

static void print_privileges(void)
{
	static const struct {
		int capability;
		const char *name;
	} wanted[] = {
		{CAP_BPF, "CAP_BPF"},
		{CAP_PERFMON, "CAP_PERFMON"},
		{CAP_SYS_MODULE, "CAP_SYS_MODULE"},
		{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
	};
	char text[128] = "";

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (host_capable(wanted[i].capability))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 text[0] ? " " : "", wanted[i].name);
	print_fact("privileges", text[0] ? text : "none that tracing needs");
}

static void print_kernel(void)
{
	char devel[256];

	snprintf(devel, sizeof(devel), "/lib/modules/%s/build/Makefile", host_release());
	printf("machine\n");
	print_fact("kernel", host_release());
	print_fact("BTF", host_has_btf() ? "/sys/kernel/btf/vmlinux" : "none");
	print_fact("lockdown", host_lockdown());
	print_fact("tracefs", host_tracefs() ? host_tracefs() : "not to be seen");
	print_fact("headers", host_has_file(devel) ? "there" : "none: a module can't be built");
	print_privileges();
}

/* One line per node: which CPUs, how much memory. */
static void print_node(int node)
{
	char path[96], cpus[512] = "", line[128] = "";
	unsigned long kib = 0;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist", node);
	host_read_line(path, cpus, sizeof(cpus)); /* no CPUs: an empty file */
	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", node);
	if (!host_read_line(path, line, sizeof(line)))
		sscanf(line, "Node %*d MemTotal: %lu", &kib);
	printf("  node %-9d %s%s, %lu MiB\n", node, cpus[0] ? "CPUs " : "no CPUs",
	       cpus[0] ? cpus : "", kib / 1024);
}

static void print_nodes(void)
{
	DIR *dir = opendir("/sys/devices/system/node");
	struct dirent *entry;

	if (!dir) {
		print_fact("NUMA", "none");
		return;
	}
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "node", 4) && isdigit((unsigned char)entry->d_name[4]))
			print_node(atoi(entry->d_name + 4));
	closedir(dir);
}

/* dup_task_struct() is where one would look first, but compilers inline it. */
static void print_stand_in(const struct source_place *place)
{
	const char *wished = "dup_task_struct";
	unsigned int found = 0;

	if (!place->used || !strstr(place->where, " arch_dup_task_struct"))
		return;
	host_symbols(&wished, &found, NULL, 1);
	printf("  %-34s   in place of dup_task_struct, which %s\n", "",
	       found ? "would tell it only at its return" : "is inlined here: no symbol");
}

static void print_places(const struct source *source)
{
	const struct source_place *place;

	printf("  %-34s %s\n", "FACT", "LEARNT FROM");
	for (size_t i = 0; i < source->places.count; i++) {
		place = &source->places.place[i];
		printf("  %-34s %s%s\n", place->tells, place->used ? "" : "not from ",
		       place->where);
		if (place->why[0])
			printf("  %-34s   %s\n", "", place->why);
		print_stand_in(place);
	}
}

static void print_never_learnt(uint64_t facts)
{
	if (!facts)
		return;
	printf("  never known:");
	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		if (facts & CS_MISSING(fact))
			printf(" %s", fact_name(fact));
	printf("\n");
}

static void print_losses(const struct source *source)
{
	struct source_counter counter;

	printf("  %-34s %s\n", "LOST BY", "COUNTED BY");
	for (int loss = 0; loss < LOSS_COUNT; loss++) {
		counter = source_counter(source, (enum loss)loss);
		printf("  %-34s %s\n", loss_name((enum loss)loss),
		       counter.from ? counter.from : "none: it cannot happen here");
		if (counter.blind)
			printf("  %-34s   not counted: %s\n", "", counter.blind);
	}
}

/* Open it as a tracer would, with all that it can tell, and close it again. */
static bool try_backend(const struct source_ops *backend)
{
	struct source_options options = {.kinds = ~0U};
	char why[SOURCE_WHY_SIZE] = "";
	struct source *source;

	printf("\nbackend %s\n", backend->name);
	if (source_open(&source, backend, &options, why)) {
		printf("  does not work: %s\n", why);
		return false;
	}
	printf("  works%s%s\n", source->attach ? ": " : "",
	       source->attach ? attach_name(source->attach) : "");
	print_places(source);
	print_never_learnt(source->never_learnt);
	print_losses(source);
	source_close(source);
	return true;
}

int cmd_doctor(int argc, char **argv)
{
	bool any = false;

	argp_parse(&doctor_argp, argc, argv, 0, NULL, NULL);
	print_kernel();
	print_nodes();
	for (int i = 0; source_backends[i]; i++)
		any |= try_backend(source_backends[i]);
	printf("\n%s\n", any ? "Tracing works here." : "Nothing can be traced here.");
	return output_end(any ? EXIT_SUCCESS : EXIT_FAILURE);
}
