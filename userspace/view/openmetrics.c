// SPDX-License-Identifier: GPL-2.0
/* Counters as Prometheus and its kin read them. */
#include "view/openmetrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "model/names.h"
#include "model/nodes.h"
#include "view/utf8.h"

/* Ends of lines, and what turns the direction of text: U+200B to 200F, U+2028 to 202E, U+2060 to 206F. */
static bool is_invisible(unsigned char middle, unsigned char last)
{
	if (middle == 0x80)
		return (last >= 0x8b && last <= 0x8f) || (last >= 0xa8 && last <= 0xae);
	return middle == 0x81 && last >= 0xa0 && last <= 0xaf;
}

/* U+0085 and its like are two bytes in UTF-8, and terminals act upon them too. */
static bool is_control(const char *text, size_t length)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (length == 1)
		return (byte[0] < 0x20 && byte[0] != '\n') || byte[0] == 0x7f;
	if (length == 2)
		return byte[0] == 0xc2 && byte[1] < 0xa0;
	return length == 3 && byte[0] == 0xe2 && is_invisible(byte[1], byte[2]);
}

void openmetrics_label(char *label, const char *text, size_t length)
{
	for (size_t i = 0; i < length && text[i];) {
		size_t bytes = utf8_length(text + i, length - i);

		if (bytes && !is_control(text + i, bytes)) {
			memcpy(label, text + i, bytes);
			label += bytes;
			i += bytes;
		} else {
			memcpy(label, "\xef\xbf\xbd", 3);
			label += 3;
			i++;
		}
	}
	*label = '\0';
}

/* Where it is printed, and how. */
struct page {
	FILE *out;
	bool open; /* OpenMetrics */
};

struct family {
	const char *name; /* without _total and _info */
	const char *type; /* of OpenMetrics */
	const char *unit; /* NULL: none */
	const char *help;
};

/* The older format calls counters by their whole names and knows of no info. */
static void begin_family(const struct page *page, const struct family *family)
{
	bool is_info = !strcmp(family->type, "info");
	const char *suffix = "", *type = family->type;

	if (!page->open && is_info) {
		suffix = "_info";
		type = "gauge";
	} else if (!page->open && !strcmp(type, "counter")) {
		suffix = "_total";
	}
	fprintf(page->out, "# HELP %s%s %s\n", family->name, suffix, family->help);
	fprintf(page->out, "# TYPE %s%s %s\n", family->name, suffix, type);
	if (page->open && family->unit)
		fprintf(page->out, "# UNIT %s %s\n", family->name, family->unit);
}

/* name="value", escaped as both formats want it. */
static void put_label(const struct page *page, const char *before, const char *name,
		      const char *value)
{
	fprintf(page->out, "%s%s=\"", before, name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", page->out);
		else if (*value == '\\' || *value == '"')
			fprintf(page->out, "\\%c", *value);
		else
			fputc(*value, page->out);
	}
	fputc('"', page->out);
}

static void put_count(const struct page *page, uint64_t count)
{
	fprintf(page->out, "} %" PRIu64 "\n", count);
}

/* A counter with one label. */
static void put_one(const struct page *page, const char *name, const char *label, const char *value,
		    uint64_t count)
{
	fprintf(page->out, "%s_total", name);
	put_label(page, "{", label, value);
	put_count(page, count);
}

/* "?" is for people; what is not known is a word here. */
static const char *word(const char *name)
{
	return strcmp(name, "?") ? name : "unknown";
}

static void put_build(const struct page *page, const struct openmetrics_self *self)
{
	static const struct family family = {
		"clonescope_build", "info", NULL,
		"What counts here: clonescope's version, where its records come from, the kernel."};
	char record[16];

	snprintf(record, sizeof(record), "%d", CS_RECORD_VERSION);
	begin_family(page, &family);
	fprintf(page->out, "clonescope_build_info");
	put_label(page, "{", "version", self->version);
	put_label(page, ",", "record_version", record);
	put_label(page, ",", "backend", self->backend);
	put_label(page, ",", "attach", self->attach);
	put_label(page, ",", "kernel", self->kernel);
	put_count(page, 1);
}

static void put_clones_by(const struct page *page, int via, const char *result, uint64_t count)
{
	fprintf(page->out, "clonescope_clones_total");
	put_label(page, "{", "via", word(via_name(via)));
	put_label(page, ",", "result", result);
	put_count(page, count);
}

/* From 0 on, so that the first refusal is an increase; restarts are rare, and no failures. */
static void put_clones(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_clones", "counter", NULL,
		"Clones by way in and result: made, refused, or restarted after a signal."};

	begin_family(page, &family);
	for (int via = 0; via < METRICS_VIAS; via++) {
		const uint64_t *count = metrics->clones[via];

		put_clones_by(page, via, "made", count[OUTCOME_MADE]);
		put_clones_by(page, via, "refused", count[OUTCOME_REFUSED]);
		if (count[OUTCOME_RESTARTED])
			put_clones_by(page, via, "restarted", count[OUTCOME_RESTARTED]);
	}
}

static void put_calls(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_calls_refused", "counter", NULL,
		"Calls refused before copy_process(), which are no clones, by way in."};

	begin_family(page, &family);
	for (int via = 0; via < METRICS_VIAS; via++)
		if (metrics->calls[via])
			put_one(page, "clonescope_calls_refused", "via", word(via_name(via)),
				metrics->calls[via]);
}

static void put_refusal(const struct page *page, const char *error, const char *rule,
			uint64_t count)
{
	fprintf(page->out, "clonescope_refusals_total");
	put_label(page, "{", "errno", error);
	put_label(page, ",", "rule", rule);
	put_count(page, count);
}

static void put_refusals(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_refusals", "counter", NULL,
		"Refused clones and calls by errno and by the kernel's rule: see clonescope_rule."};

	begin_family(page, &family);
	for (size_t i = 0; i < metrics->refusal_count; i++) {
		const struct metrics_refusal *refusal = &metrics->refusals[i];
		const char *rule = refusal->is_uncertain ? "uncertain" : "unknown";
		char error[NAMES_TEXT_SIZE];

		errno_format(error, sizeof(error), refusal->error);
		put_refusal(page, error, refusal->rule ? refusal->rule->id : rule, refusal->count);
	}
	if (metrics->other_refusals)
		put_refusal(page, "other", "other", metrics->other_refusals);
}

/* One rule may give several errnos. */
static bool was_told(const struct metrics *metrics, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (metrics->refusals[i].rule &&
		    !strcmp(metrics->refusals[i].rule->id, metrics->refusals[index].rule->id))
			return true;
	return false;
}

static void put_rules(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {"clonescope_rule", "info", NULL,
					     "What a rule of clonescope_refusals says."};

	begin_family(page, &family);
	for (size_t i = 0; i < metrics->refusal_count; i++) {
		const struct rule *rule = metrics->refusals[i].rule;

		if (!rule || was_told(metrics, i))
			continue;
		fprintf(page->out, "clonescope_rule_info");
		put_label(page, "{", "rule", rule->id);
		put_label(page, ",", "sentence", rule->sentence);
		put_count(page, 1);
	}
}

/* As a float of as many digits as it takes: "2.5e-05", "0.1". */
static void put_seconds(const struct page *page, uint64_t ns)
{
	fprintf(page->out, "%" PRIu64 ".%09" PRIu64, ns / 1000000000, ns % 1000000000);
}

static void put_times(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {"clonescope_copy_seconds", "histogram", "seconds",
					     "Time in copy_process() of clones that made a child."};
	uint64_t sum = 0;

	begin_family(page, &family);
	for (int i = 0; i < METRICS_BUCKETS; i++) {
		sum += metrics->copy_ns[i];
		fprintf(page->out, "clonescope_copy_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			(double)metrics_bucket_ns[i] / 1e9, sum);
	}
	sum += metrics->copy_ns[METRICS_BUCKETS];
	fprintf(page->out, "clonescope_copy_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
	fputs("clonescope_copy_seconds_sum ", page->out);
	put_seconds(page, metrics->copy_ns_sum);
	fprintf(page->out, "\nclonescope_copy_seconds_count %" PRIu64 "\n", sum);
}

static const char *node_text(char *buf, size_t size, int node)
{
	if (node >= 0)
		snprintf(buf, size, "%d", node);
	else if (node == TOTALS_NODE_MIXED)
		snprintf(buf, size, "mixed");
	else
		snprintf(buf, size, node == TOTALS_NODE_UNKNOWN ? "unknown" : "none");
	return buf;
}

static void put_place(const struct page *page, const char *cpu, const char *task, const char *stack,
		      uint64_t count)
{
	fprintf(page->out, "clonescope_placements_total");
	put_label(page, "{", "cpu_node", cpu);
	put_label(page, ",", "task_node", task);
	put_label(page, ",", "stack_node", stack);
	put_count(page, count);
}

static void put_places(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_placements", "counter", NULL,
		"Clones made, by NUMA node of the CPU, of the child's task_struct, of its stack."};

	begin_family(page, &family);
	for (size_t i = 0; i < metrics->place_count; i++) {
		const struct totals_cell *cell = &metrics->places[i].cell;
		char cpu[16], task[16], stack[16];

		put_place(page, node_text(cpu, sizeof(cpu), cell->cpu_node),
			  node_text(task, sizeof(task), cell->task_node),
			  node_text(stack, sizeof(stack), cell->stack_node),
			  metrics->places[i].count);
	}
	if (metrics->other_places)
		put_place(page, "other", "other", "other", metrics->other_places);
}

static void put_verdicts(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {"clonescope_node_comparisons", "counter", NULL,
					     "Clones made, by whether all their nodes are one."};
	static const char *const names[METRICS_VERDICTS] = {
		[NODES_UNKNOWN] = "unknown",
		[NODES_AGREE] = "agree",
		[NODES_DISAGREE] = "disagree",
	};

	begin_family(page, &family);
	for (int i = 0; i < METRICS_VERDICTS; i++)
		put_one(page, "clonescope_node_comparisons", "verdict", names[i],
			metrics->verdicts[i]);
}

static void put_pairs(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_node_disagreements", "counter", NULL,
		"Pairs of places on different nodes; one clone may count in several."};
	static const char *const names[METRICS_PAIRS] = {
		"task_off_cpu", "stack_off_cpu",    "stack_off_task",
		"stack_split",	"task_off_request", "stack_off_request",
	};

	begin_family(page, &family);
	for (int i = 0; i < METRICS_PAIRS; i++)
		put_one(page, "clonescope_node_disagreements", "pair", names[i], metrics->pairs[i]);
}

static void put_stacks(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {"clonescope_stacks", "counter", NULL,
					     "Kernel stacks of children, by where they came from."};

	begin_family(page, &family);
	for (int origin = 0; origin < METRICS_ORIGINS; origin++)
		put_one(page, "clonescope_stacks", "origin", word(stack_origin_name(origin)),
			metrics->origins[origin]);
}

static void put_command(const struct page *page, const struct metrics_group *group,
			const char *name)
{
	for (int refused = 0; refused < 2; refused++) {
		fprintf(page->out, "clonescope_command_clones_total");
		put_label(page, "{", "command", name);
		put_label(page, ",", "result", refused ? "refused" : "made");
		put_count(page, refused ? group->refused : group->made);
	}
}

static void put_commands(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_command_clones", "counter", NULL,
		"Clones by name of the calling thread; those that came late are other."};

	begin_family(page, &family);
	for (size_t i = 0; i < metrics->commands.count; i++)
		put_command(page, &metrics->command_groups[i], metrics->command_groups[i].name);
	put_command(page, &metrics->commands.other, "other");
}

static void put_container(const struct page *page, const struct metrics_group *group,
			  const char *name)
{
	for (int refused = 0; refused < 2; refused++) {
		fprintf(page->out, "clonescope_container_clones_total");
		put_label(page, "{", "container", name);
		put_label(page, ",", "engine", word(container_engine_name(group->engine)));
		put_label(page, ",", "pod", group->pod);
		put_label(page, ",", "result", refused ? "refused" : "made");
		put_count(page, refused ? group->refused : group->made);
	}
}

static void put_containers(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_container_clones", "counter", NULL,
		"Clones by container, by the cgroup's name; those that came late are other."};

	if (!metrics->containers.max)
		return;
	begin_family(page, &family);
	for (size_t i = 0; i < metrics->containers.count; i++)
		put_container(page, &metrics->container_groups[i],
			      metrics->container_groups[i].name);
	put_container(page, &metrics->containers.other, "other");
	put_container(page, &metrics->no_container, "none");
	put_container(page, &metrics->unknown_container, "unknown");
}

static void put_missing(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_missing_facts", "counter", NULL,
		"Clones of which this could not be learnt; fields as in clonescope trace --json."};

	begin_family(page, &family);
	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		if (metrics->missing[fact])
			put_one(page, "clonescope_missing_facts", "fact", fact_name(fact),
				metrics->missing[fact]);
}

static void put_lost(const struct page *page, const struct metrics *metrics)
{
	static const struct family family = {
		"clonescope_lost", "counter", NULL,
		"What is missing above, by cause: records, and with fact_missed facts of records."};

	begin_family(page, &family);
	for (int loss = 0; loss < LOSS_COUNT; loss++)
		put_one(page, "clonescope_lost", "cause", loss_name(loss), metrics->lost[loss]);
}

static void put_self(const struct page *page, const struct openmetrics_self *self)
{
	static const struct family cpu = {"clonescope_process_cpu_seconds", "counter", "seconds",
					  "CPU time of clonescope itself, without its probes."};
	static const struct family memory = {"clonescope_process_resident_memory_bytes", "gauge",
					     "bytes", "Memory of clonescope itself."};
	static const struct family start = {"clonescope_process_start_time_seconds", "gauge",
					    "seconds", "When clonescope began, since 1970."};
	static const struct family bpf = {
		"clonescope_bpf_run_seconds", "counter", "seconds",
		"CPU time of the probes, with sysctl kernel.bpf_stats_enabled=1."};

	begin_family(page, &cpu);
	fprintf(page->out, "%s_total %" PRIu64 ".%06" PRIu64 "\n", cpu.name, self->cpu_us / 1000000,
		self->cpu_us % 1000000);
	begin_family(page, &memory);
	fprintf(page->out, "%s %" PRIu64 "\n", memory.name, self->resident_bytes);
	begin_family(page, &start);
	fprintf(page->out, "%s %" PRIu64 ".%03" PRIu64 "\n", start.name, self->started_ms / 1000,
		self->started_ms % 1000);
	if (!self->bpf_ns)
		return;
	begin_family(page, &bpf);
	fprintf(page->out, "%s_total ", bpf.name);
	put_seconds(page, self->bpf_ns);
	fputc('\n', page->out);
}

void openmetrics_print(FILE *out, enum exposition exposition, const struct metrics *metrics,
		       const struct openmetrics_self *self)
{
	const struct page page = {.out = out, .open = exposition == EXPOSITION_OPENMETRICS};

	put_build(&page, self);
	put_clones(&page, metrics);
	put_calls(&page, metrics);
	put_refusals(&page, metrics);
	put_rules(&page, metrics);
	put_times(&page, metrics);
	put_places(&page, metrics);
	put_verdicts(&page, metrics);
	put_pairs(&page, metrics);
	put_stacks(&page, metrics);
	put_commands(&page, metrics);
	put_containers(&page, metrics);
	put_missing(&page, metrics);
	put_lost(&page, metrics);
	put_self(&page, self);
	if (page.open)
		fputs("# EOF\n", out);
}
