// SPDX-License-Identifier: GPL-2.0
/* Many records added up: counts, latency, groups by several keys, and the node matrix. */
#include "model/totals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/outcome.h"
#include "model/policy.h"
#include "model/text.h"

#define TOTALS_FIRST_SLOTS 64

/* The groups of one kind: open addressing, a power of two of slots, at most half of them taken. */
struct table {
	struct totals_group **groups;
	size_t slots;
	size_t count;
	struct totals_group other;
};

/* Where a clone's memory came to lie, and that of those after it that are the same. */
struct placed {
	bool known;
	struct cs_clone of;
	struct nodes_stack stack;
	enum nodes_verdict verdict;
	struct totals_cell cell;
};

struct totals {
	struct placed placed; /* the last one */
	unsigned int dropped; /* TOTALS_KIND() of those that nobody wants to see */
	struct totals_summary summary;
	struct table tables[TOTALS_KINDS];
	struct histogram phases[CS_STAGE_COUNT];
};

/* How records are told apart by one kind. */
struct kind {
	size_t key_size; /* of the member of union totals_key */
	/* Fill @key, which is zero. False: the record is in no group of this kind. NULL: added otherwise. */
	bool (*fill)(union totals_key *key, const struct cs_clone *rec);
	void (*describe)(struct text *text, const union totals_key *key);
};

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

static bool fill_command(union totals_key *key, const struct cs_clone *rec)
{
	memcpy(key->comm, rec->comm, strnlen(rec->comm, sizeof(rec->comm)));
	return true;
}

static void describe_command(struct text *text, const union totals_key *key)
{
	text_add(text, "%.*s", (int)sizeof(key->comm), key->comm);
}

static bool fill_via(union totals_key *key, const struct cs_clone *rec)
{
	key->via = is_missing(rec, CS_FACT_VIA) ? CS_VIA_UNKNOWN : rec->via;
	return true;
}

static void describe_via(struct text *text, const union totals_key *key)
{
	text_add(text, "%s", via_name(key->via));
}

static bool fill_flags(union totals_key *key, const struct cs_clone *rec)
{
	bool unknown = is_missing(rec, CS_FACT_EXIT_SIGNAL);

	key->flags.flags = rec->flags;
	key->flags.exit_signal = unknown ? TOTALS_SIGNAL_UNKNOWN : rec->exit_signal;
	return true;
}

/* "VM|VFORK SIGCHLD", "- SIGCHLD", "VM|THREAD -", "- ?". */
static void describe_flags(struct text *text, const union totals_key *key)
{
	char flags[FLAGS_TEXT_SIZE], signal[NAMES_TEXT_SIZE] = "?";

	flags_format(flags, sizeof(flags), key->flags.flags, 0);
	if (key->flags.exit_signal != TOTALS_SIGNAL_UNKNOWN)
		signal_format(signal, sizeof(signal), (int)key->flags.exit_signal);
	text_add(text, "%s %s", flags, signal);
}

static bool fill_policy(union totals_key *key, const struct cs_clone *rec)
{
	if (is_missing(rec, CS_FACT_POLICY))
		key->policy.mode = TOTALS_POLICY_UNKNOWN;
	else if (!policy_is_default(&rec->policy))
		key->policy = rec->policy;
	return true;
}

static void describe_policy(struct text *text, const union totals_key *key)
{
	char policy[POLICY_TEXT_SIZE] = "?";

	if (key->policy.mode != TOTALS_POLICY_UNKNOWN)
		policy_format(policy, sizeof(policy), &key->policy);
	text_add(text, "%s", policy);
}

static bool fill_error(union totals_key *key, const struct cs_clone *rec)
{
	key->error = rec->error;
	return rec->error;
}

static void describe_error(struct text *text, const union totals_key *key)
{
	char name[NAMES_TEXT_SIZE];

	errno_format(name, sizeof(name), key->error);
	text_add(text, "%s", name);
}

static void fill_container(struct totals_container *key, const char *cgroup)
{
	struct container container;

	if (!cgroup)
		return;
	key->known = 1;
	if (!container_find(&container, cgroup)) {
		snprintf(key->name, sizeof(key->name), "%.*s", CS_PATH_LEN, cgroup);
		return;
	}
	key->engine = (__u8)container.engine;
	key->is_pod = !container.engine;
	key->monitor = container.monitor;
	strcpy(key->name, container.engine ? container.id : container.pod);
}

/* "docker 3f5e...", "monitor of podman 0a1b...", "pod 7c0d...", "/system.slice/cron.service" */
static void describe_container(struct text *text, const union totals_key *key)
{
	const struct totals_container *container = &key->container;

	if (!container->known)
		text_put(text, "?");
	if (container->monitor)
		text_put(text, "monitor of ");
	if (container->engine) {
		text_put(text, container_engine_name((enum container_engine)container->engine));
		text_put(text, " ");
	}
	if (container->is_pod)
		text_put(text, "pod ");
	text_put(text, container->name);
}

static __s16 cell_stack(const struct cs_clone *rec)
{
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	switch (stack.kind) {
	case NODES_STACK_ONE:
		return stack.nodes[0];
	case NODES_STACK_MIXED:
		return TOTALS_NODE_MIXED;
	case NODES_STACK_NONE:
		return CS_NODE_NONE;
	case NODES_STACK_UNKNOWN:
		break;
	}
	return TOTALS_NODE_UNKNOWN;
}

void totals_cell(struct totals_cell *cell, const struct cs_clone *rec)
{
	int task;

	cell->cpu_node = rec->cpu_node;
	cell->task_node = nodes_task(rec, &task) ? (__s16)task : TOTALS_NODE_UNKNOWN;
	cell->stack_node = cell_stack(rec);
}

static void describe_node(struct text *text, const char *what, int node)
{
	text_add(text, "%s=", what);
	if (node >= 0)
		text_add(text, "%d", node);
	else if (node == TOTALS_NODE_MIXED)
		text_add(text, "mixed");
	else
		text_add(text, node == TOTALS_NODE_UNKNOWN ? "?" : "-");
}

static void describe_cell(struct text *text, const union totals_key *key)
{
	describe_node(text, "cpu", key->cell.cpu_node);
	describe_node(text, " task", key->cell.task_node);
	describe_node(text, " stack", key->cell.stack_node);
}

#define KEY_SIZE(member) sizeof(((union totals_key *)0)->member)

static const struct kind kinds[TOTALS_KINDS] = {
	[TOTALS_BY_COMMAND] = {KEY_SIZE(comm), fill_command, describe_command},
	[TOTALS_BY_VIA] = {KEY_SIZE(via), fill_via, describe_via},
	[TOTALS_BY_FLAGS] = {KEY_SIZE(flags), fill_flags, describe_flags},
	[TOTALS_BY_POLICY] = {KEY_SIZE(policy), fill_policy, describe_policy},
	[TOTALS_BY_ERRNO] = {KEY_SIZE(error), fill_error, describe_error},
	[TOTALS_BY_CONTAINER] = {KEY_SIZE(container), NULL, describe_container},
	[TOTALS_BY_NODES] = {KEY_SIZE(cell), NULL, describe_cell},
};

/* Word by word: what follows @size in the last one is zero, as the whole key was. */
static size_t hash(const union totals_key *key, size_t size)
{
	uint64_t hash = 0, word;

	for (size_t i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, (const char *)key + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	hash *= 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

_Static_assert(sizeof(union totals_key) % sizeof(uint64_t) == 0, "a key has no last word");

/* Also word by word: a call of memcmp() takes longer for so few. */
static bool same(const union totals_key *a, const union totals_key *b, size_t size)
{
	uint64_t words[2], differ = 0;

	for (size_t i = 0; i < size; i += sizeof(words[0])) {
		memcpy(&words[0], (const char *)a + i, sizeof(words[0]));
		memcpy(&words[1], (const char *)b + i, sizeof(words[0]));
		differ |= words[0] ^ words[1];
	}
	return !differ;
}

/* The slot with @key's group, or the free one where it belongs. */
static struct totals_group **find_slot(struct totals_group **groups, size_t slots,
				       const union totals_key *key, size_t key_size)
{
	size_t at = hash(key, key_size) & (slots - 1);

	while (groups[at] && !same(&groups[at]->key, key, key_size))
		at = (at + 1) & (slots - 1);
	return &groups[at];
}

static bool grow(struct table *table, size_t key_size)
{
	size_t slots = table->slots ? table->slots * 2 : TOTALS_FIRST_SLOTS;
	struct totals_group **groups = calloc(slots, sizeof(struct totals_group *));

	if (!groups)
		return false;
	for (size_t i = 0; i < table->slots; i++) {
		struct totals_group *group = table->groups[i];

		if (group)
			*find_slot(groups, slots, &group->key, key_size) = group;
	}
	free(table->groups);
	table->groups = groups;
	table->slots = slots;
	return true;
}

/* The group and its text are one piece of memory. */
static struct totals_group *new_group(const struct kind *kind, const union totals_key *key)
{
	char buf[POLICY_TEXT_SIZE + FLAGS_TEXT_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};
	struct totals_group *group;
	char *copy;

	kind->describe(&text, key);
	text_end(&text);
	group = calloc(1, sizeof(*group) + strlen(buf) + 1);
	if (!group)
		return NULL;
	copy = (char *)(group + 1);
	memcpy(copy, buf, strlen(buf) + 1);
	group->text = copy;
	memcpy(&group->key, key, kind->key_size);
	return group;
}

/* The group of @key, made where there is none yet; the rest where it can't be. */
static struct totals_group *find_group(struct table *table, const struct kind *kind,
				       const union totals_key *key)
{
	struct totals_group **slot = NULL;

	if (table->slots)
		slot = find_slot(table->groups, table->slots, key, kind->key_size);
	if (slot && *slot)
		return *slot;
	if (table->count == TOTALS_MAX_GROUPS)
		return &table->other;
	if ((table->count + 1) * 2 > table->slots && !grow(table, kind->key_size))
		return &table->other;
	slot = find_slot(table->groups, table->slots, key, kind->key_size);
	*slot = new_group(kind, key);
	if (!*slot)
		return &table->other;
	table->count++;
	return *slot;
}

/* If @is. */
static uint64_t times_if(uint64_t times, bool is)
{
	return is ? times : 0;
}

static void add_to_group(struct totals_group *group, const struct cs_clone *rec, uint64_t times,
			 bool timed, enum nodes_verdict nodes)
{
	enum outcome outcome = outcome_of(rec);

	group->count += times;
	group->refused += times_if(times, outcome == OUTCOME_REFUSED);
	group->restarted += times_if(times, outcome == OUTCOME_RESTARTED);
	group->disagree += times_if(times, nodes == NODES_DISAGREE);
	if (timed)
		histogram_add_many(&group->copy_ns, rec->copy_ns, times);
}

static void add_nodes(struct totals_summary *summary, const struct cs_clone *rec, uint64_t times,
		      const struct placed *placed)
{
	summary->nodes_comparable += times_if(times, placed->verdict != NODES_UNKNOWN);
	summary->nodes_disagree += times_if(times, placed->verdict == NODES_DISAGREE);
	if (placed->stack.kind == NODES_STACK_NONE)
		return;
	if (is_missing(rec, CS_FACT_STACK_ORIGIN) || rec->stack_origin == CS_STACK_UNKNOWN)
		summary->stacks_unknown += times;
	else if (rec->stack_origin == CS_STACK_CACHED)
		summary->stacks_cached += times;
	else
		summary->stacks_fresh += times;
}

static void add_to_summary(struct totals_summary *summary, const struct cs_clone *rec,
			   uint64_t times, bool timed)
{
	enum outcome outcome = outcome_of(rec);

	summary->count += times;
	summary->made += times_if(times, outcome == OUTCOME_MADE);
	summary->refused += times_if(times, outcome == OUTCOME_REFUSED);
	summary->restarted += times_if(times, outcome == OUTCOME_RESTARTED);
	summary->incomplete += times_if(times, rec->missing != 0);
	if (timed)
		histogram_add_many(&summary->copy_ns, rec->copy_ns, times);
}

/* Of a key, in the words that hash() takes. */
static size_t room_of(const struct kind *kind)
{
	return (kind->key_size + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

static const struct placed *place(struct totals *totals, const struct cs_clone *rec)
{
	struct placed *placed = &totals->placed;

	if (placed->known && nodes_same(&placed->of, rec))
		return placed;
	placed->known = true;
	placed->of = *rec;
	nodes_stack(rec, &placed->stack);
	placed->verdict = nodes_check_with(rec, &placed->stack);
	totals_cell(&placed->cell, rec);
	return placed;
}

static void add_cell(struct totals *totals, const struct cs_clone *rec, uint64_t times, bool timed,
		     const struct placed *placed)
{
	const struct kind *kind = &kinds[TOTALS_BY_NODES];
	union totals_key key;

	if (totals->dropped & TOTALS_KIND(TOTALS_BY_NODES))
		return;
	memset(&key, 0, room_of(kind));
	key.cell = placed->cell;
	add_to_group(find_group(&totals->tables[TOTALS_BY_NODES], kind, &key), rec, times, timed,
		     placed->verdict);
}

void totals_add(struct totals *totals, const struct cs_clone *rec)
{
	totals_add_many(totals, rec, 1);
}

void totals_add_many(struct totals *totals, const struct cs_clone *rec, uint64_t times)
{
	bool has_time = !is_missing(rec, CS_FACT_COPY_NS);
	bool made = outcome_of(rec) == OUTCOME_MADE;
	const struct placed *placed = place(totals, rec);

	add_to_summary(&totals->summary, rec, times, has_time && made);
	add_nodes(&totals->summary, rec, times, placed);
	add_cell(totals, rec, times, has_time && made, placed);
	for (size_t i = 0; i < TOTALS_KINDS; i++) {
		bool timed = has_time && (made || i == TOTALS_BY_ERRNO);
		union totals_key key;

		if (totals->dropped & TOTALS_KIND(i))
			continue;
		memset(&key, 0, room_of(&kinds[i]));
		if (kinds[i].fill && kinds[i].fill(&key, rec))
			add_to_group(find_group(&totals->tables[i], &kinds[i], &key), rec, times,
				     timed, placed->verdict);
	}
}

void totals_add_container(struct totals *totals, const struct cs_clone *rec, const char *cgroup)
{
	const struct kind *kind = &kinds[TOTALS_BY_CONTAINER];
	bool timed = !is_missing(rec, CS_FACT_COPY_NS) && outcome_of(rec) == OUTCOME_MADE;
	union totals_key key;

	if (totals->dropped & TOTALS_KIND(TOTALS_BY_CONTAINER))
		return;
	memset(&key, 0, sizeof(key));
	fill_container(&key.container, cgroup);
	add_to_group(find_group(&totals->tables[TOTALS_BY_CONTAINER], kind, &key), rec, 1, timed,
		     nodes_check(rec));
}

struct totals *totals_new(void)
{
	struct totals *totals = calloc(1, sizeof(*totals));

	if (totals)
		totals_reset(totals);
	return totals;
}

void totals_keep(struct totals *totals, unsigned int kept)
{
	totals->dropped = ~kept;
}

static void free_table(struct table *table)
{
	for (size_t i = 0; i < table->slots; i++)
		free(table->groups[i]);
	free(table->groups);
}

void totals_reset(struct totals *totals)
{
	unsigned int dropped = totals->dropped;

	for (size_t i = 0; i < TOTALS_KINDS; i++)
		free_table(&totals->tables[i]);
	memset(totals, 0, sizeof(*totals));
	totals->dropped = dropped;
	for (size_t i = 0; i < TOTALS_KINDS; i++) {
		totals->tables[i].other.is_other = true;
		totals->tables[i].other.text = "(other)";
	}
}

void totals_free(struct totals *totals)
{
	if (!totals)
		return;
	for (size_t i = 0; i < TOTALS_KINDS; i++)
		free_table(&totals->tables[i]);
	free(totals);
}

const struct totals_summary *totals_summary(const struct totals *totals)
{
	return &totals->summary;
}

void totals_add_call(struct totals *totals)
{
	totals->summary.calls++;
}

void totals_add_phases(struct totals *totals, const struct cs_phases *phases)
{
	if (totals->dropped & TOTALS_STAGES)
		return;
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (phases->phase_ns[stage])
			histogram_add(&totals->phases[stage], phases->phase_ns[stage]);
}

const struct histogram *totals_phase(const struct totals *totals, int stage)
{
	return &totals->phases[stage];
}

static int by_count(const void *a, const void *b)
{
	const struct totals_group *const *first = a, *const *second = b;

	if ((*first)->count != (*second)->count)
		return (*first)->count > (*second)->count ? -1 : 1;
	return strcmp((*first)->text, (*second)->text);
}

const struct totals_group **totals_sorted(const struct totals *totals, enum totals_kind kind,
					  size_t *count)
{
	const struct table *table = &totals->tables[kind];
	const struct totals_group **sorted = calloc(table->count + 1, sizeof(*sorted));

	*count = 0;
	if (!sorted)
		return NULL;
	for (size_t i = 0; i < table->slots; i++)
		if (table->groups[i])
			sorted[(*count)++] = table->groups[i];
	qsort(sorted, *count, sizeof(*sorted), by_count);
	if (table->other.count)
		sorted[(*count)++] = &table->other;
	return sorted;
}

const struct totals_group *totals_same(const struct totals *totals, enum totals_kind kind,
				       const struct totals_group *group)
{
	const struct table *table = &totals->tables[kind];

	if (group->is_other)
		return &table->other;
	if (!table->slots)
		return NULL;
	return *find_slot(table->groups, table->slots, &group->key, kinds[kind].key_size);
}

uint64_t totals_count(const struct totals *totals, enum totals_kind kind)
{
	const struct table *table = &totals->tables[kind];
	uint64_t count = table->other.count;

	for (size_t i = 0; i < table->slots; i++)
		count += table->groups[i] ? table->groups[i]->count : 0;
	return count;
}
