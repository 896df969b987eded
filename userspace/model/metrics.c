// SPDX-License-Identifier: GPL-2.0
/* Counters for who watches a machine for months: in fixed space, and none ever goes down. */
#include "model/metrics.h"

#include <string.h>

#include "model/nodes.h"

/* In seconds none is a whole number: those are written in two ways, "1" and "1.0". */
const uint64_t metrics_bucket_ns[METRICS_BUCKETS] = {
	10000,	 25000,	   50000,    100000,   250000,	  500000,    1000000,	 2500000,
	5000000, 10000000, 25000000, 50000000, 100000000, 500000000, 2500000000,
};

/* The name of the group of all that has no group of its own. */
#define OTHER "other"

void metrics_init(struct metrics *metrics, size_t commands, size_t containers)
{
	memset(metrics, 0, sizeof(*metrics));
	metrics->commands.max = commands;
	metrics->commands.groups = metrics->command_groups;
	metrics->containers.max = containers;
	metrics->containers.groups = metrics->container_groups;
}

static size_t hash(size_t seed, const char *text)
{
	for (; *text; text++)
		seed = (seed ^ (unsigned char)*text) * 0x100000001b3;
	return seed ^ seed >> 29;
}

static bool is_same(const struct metrics_group *group, const struct metrics_group *key)
{
	return !strcmp(group->name, key->name) && !strcmp(group->pod, key->pod) &&
	       group->engine == key->engine;
}

/* There are four slots for each group, so that there always is a free one. */
static struct metrics_group *find_group(struct metrics_table *table,
					const struct metrics_group *key)
{
	const size_t slots = sizeof(table->slots) / sizeof(table->slots[0]);
	size_t at = hash(hash(key->engine, key->name), key->pod) % slots;

	for (; table->slots[at]; at = (at + 1) % slots)
		if (is_same(&table->groups[table->slots[at] - 1], key))
			return &table->groups[table->slots[at] - 1];
	if (table->count == table->max)
		return &table->other;
	table->groups[table->count] = *key;
	table->slots[at] = (uint16_t)++table->count;
	return &table->groups[table->count - 1];
}

static void count_in(struct metrics_group *group, enum outcome outcome)
{
	group->made += outcome == OUTCOME_MADE;
	group->refused += outcome == OUTCOME_REFUSED;
}

/* Of a zeroed label. No character is cut in two: commands always fit, and ids are ASCII. */
static void set_label(char label[METRICS_LABEL_SIZE], const char *text)
{
	memcpy(label, text, strnlen(text, METRICS_LABEL_SIZE - 1));
}

static void add_command(struct metrics *metrics, const char *command, enum outcome outcome)
{
	struct metrics_table *table = &metrics->commands;
	struct metrics_group key = {0};

	set_label(key.name, command);
	if (!key.name[0] || !strcmp(key.name, OTHER))
		count_in(&table->other, outcome);
	else
		count_in(find_group(table, &key), outcome);
}

static struct metrics_group *container_of_path(struct metrics *metrics, const char *path)
{
	struct metrics_group key = {0};
	struct container container;

	if (!container_find(&container, path))
		return &metrics->no_container;
	key.engine = container.engine;
	set_label(key.name, container.id);
	set_label(key.pod, container.pod);
	return find_group(&metrics->containers, &key);
}

/* A refused clone has no child: the path is its caller's then, and so is the id that goes with it. */
static struct metrics_group *find_container(struct metrics *metrics, const struct cs_detail *detail)
{
	uint64_t id = detail->cgroup_id ? detail->cgroup_id : detail->caller_cgroup_id;
	struct metrics_cgroup *cgroup = &metrics->cgroups[id % METRICS_CGROUPS];

	if (cgroup->group && cgroup->id == id)
		return cgroup->group;
	if (!detail->cgroup[0])
		return &metrics->unknown_container;
	cgroup->id = id;
	cgroup->group = container_of_path(metrics, detail->cgroup);
	return cgroup->group;
}

static void add_container(struct metrics *metrics, const struct cs_detail *detail,
			  enum outcome outcome)
{
	if (!detail || detail->missing & CS_MISSING(CS_DETAIL_CGROUP))
		count_in(&metrics->unknown_container, outcome);
	else
		count_in(find_container(metrics, detail), outcome);
}

static bool is_same_refusal(const struct metrics_refusal *a, const struct metrics_refusal *b)
{
	if (a->error != b->error || a->is_uncertain != b->is_uncertain || !a->rule != !b->rule)
		return false;
	return !a->rule || !strcmp(a->rule->id, b->rule->id);
}

static void add_refusal(struct metrics *metrics, const struct refusal_verdict *verdict)
{
	bool decided = verdict->outcome == REFUSAL_DECIDED;
	struct metrics_refusal key = {
		.error = verdict->error,
		.rule = decided ? verdict->reasons[0].rule : NULL,
		.is_uncertain = verdict->outcome == REFUSAL_CANDIDATES,
		.count = 1,
	};

	for (size_t i = 0; i < metrics->refusal_count; i++) {
		if (is_same_refusal(&metrics->refusals[i], &key)) {
			metrics->refusals[i].count++;
			return;
		}
	}
	if (metrics->refusal_count == METRICS_MAX_REFUSALS)
		metrics->other_refusals++;
	else
		metrics->refusals[metrics->refusal_count++] = key;
}

static void add_time(struct metrics *metrics, uint64_t copy_ns)
{
	size_t bucket = 0;

	while (bucket < METRICS_BUCKETS && copy_ns > metrics_bucket_ns[bucket])
		bucket++;
	metrics->copy_ns[bucket]++;
	metrics->copy_ns_sum += copy_ns;
}

static void add_place(struct metrics *metrics, const struct cs_clone *rec)
{
	struct metrics_place key = {.count = 1};

	totals_cell(&key.cell, rec);
	for (size_t i = 0; i < metrics->place_count; i++) {
		if (!memcmp(&metrics->places[i].cell, &key.cell, sizeof(key.cell))) {
			metrics->places[i].count++;
			return;
		}
	}
	if (metrics->place_count == METRICS_MAX_PLACES)
		metrics->other_places++;
	else
		metrics->places[metrics->place_count++] = key;
}

static void add_nodes(struct metrics *metrics, const struct cs_clone *rec)
{
	bool origin_missing = rec->missing & CS_MISSING(CS_FACT_STACK_ORIGIN);
	unsigned int pairs = nodes_disagreements(rec);

	add_place(metrics, rec);
	metrics->verdicts[nodes_check(rec)]++;
	for (int bit = 0; bit < METRICS_PAIRS; bit++)
		metrics->pairs[bit] += pairs >> bit & 1;
	metrics->origins[origin_missing || rec->stack_origin >= METRICS_ORIGINS
				 ? CS_STACK_UNKNOWN
				 : rec->stack_origin]++;
}

static int via_of(uint8_t via)
{
	return via < METRICS_VIAS ? via : CS_VIA_UNKNOWN;
}

void metrics_add(struct metrics *metrics, const struct clone *clone, const char *command,
		 const struct refusal_verdict *verdict)
{
	const struct cs_clone *rec = clone->rec;
	bool via_missing = rec->missing & CS_MISSING(CS_FACT_VIA);
	enum outcome outcome = outcome_of(rec);

	metrics->clones[via_missing ? CS_VIA_UNKNOWN : via_of(rec->via)][outcome]++;
	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		metrics->missing[fact] += rec->missing >> fact & 1;
	add_command(metrics, command, outcome);
	if (metrics->containers.max)
		add_container(metrics, clone->detail, outcome);
	if (outcome == OUTCOME_REFUSED)
		add_refusal(metrics, verdict);
	if (outcome != OUTCOME_MADE)
		return;
	add_nodes(metrics, rec);
	if (!(rec->missing & CS_MISSING(CS_FACT_COPY_NS)))
		add_time(metrics, rec->copy_ns);
}

void metrics_add_call(struct metrics *metrics, const struct cs_call *call,
		      const struct refusal_verdict *verdict)
{
	metrics->calls[via_of(call->via)]++;
	if (verdict->outcome != REFUSAL_RESTARTED)
		add_refusal(metrics, verdict);
}

void metrics_add_lost(struct metrics *metrics, enum loss loss, uint64_t count)
{
	metrics->lost[loss] += count;
}

uint64_t metrics_clones(const struct metrics *metrics, enum outcome outcome)
{
	uint64_t sum = 0;

	for (int via = 0; via < METRICS_VIAS; via++)
		sum += metrics->clones[via][outcome];
	return sum;
}
