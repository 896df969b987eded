// SPDX-License-Identifier: GPL-2.0
/* The module's backend: reads its trace events and makes records of them again. */
#include "source/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <event-parse.h>
#include <tracefs.h>

#include "model/follow.h"
#include "model/layout.h"
#include "source/folds.h"
#include "source/host.h"
#include "source/load.h"
#include "source/order.h"
#include "source/perf_ring.h"

#define PARAMETERS "/sys/module/clonescope/parameters/"

/* The head's part of each event; the rest of its fields are those of the record, by the same names. */
static const struct layout_field head_fields[] = {
	{"kind", offsetof(struct cs_head, kind), 1, 2, false, false},
	{"size", offsetof(struct cs_head, size), 1, 2, false, false},
	{"version", offsetof(struct cs_head, version), 1, 1, false, false},
	{"backend", offsetof(struct cs_head, backend), 1, 1, false, false},
	{"ts_ns", offsetof(struct cs_head, ts_ns), 1, 8, false, false},
};

#define HEAD_FIELDS (sizeof(head_fields) / sizeof(head_fields[0]))

/* The module's events by kind of record. */
static const char *const events[LAYOUT_KINDS] = {
	[CS_KIND_CLONE] = "clone",	     [CS_KIND_RETURN] = "clone_return",
	[CS_KIND_REFUSAL] = "clone_refusal", [CS_KIND_DETAIL] = "clone_detail",
	[CS_KIND_PHASES] = "clone_phases",   [CS_KIND_CALL] = "clone_call",
	[CS_KIND_START] = "task_start",	     [CS_KIND_EXEC] = "task_exec",
	[CS_KIND_EXIT] = "task_exit",	     [CS_KIND_NAMESPACES] = "task_namespaces",
};

/* Bytes of a sample that go into a record: a field, or several that lie in a row in both. */
struct run {
	size_t from; /* offset in the sample */
	size_t to;   /* and in the record */
	size_t size;
};

/* Fields of which only a part may be in a sample: there are the policies' nodes. */
#define MAX_PARTIAL 2

/* How to make a record of a sample of an event. */
struct decoder {
	const struct layout *layout;
	int id; /* common_type of its samples; 0: not wanted */
	struct run runs[HEAD_FIELDS + LAYOUT_MAX_FIELDS];
	size_t count;			 /* of runs */
	struct run partial[MAX_PARTIAL]; /* @from: where it is said where and how long it is */
	size_t partial_count;
	size_t sample_size; /* at least */
};

/* Counters of the module, /sys/module/clonescope/parameters/lost: since it was loaded. */
static const struct {
	const char *cause;
	enum loss loss;
} module_losses[] = {
	{"clone_missed", LOSS_PROBE_MISSED}, {"return_missed", LOSS_RETURN_MISSED},
	{"return_full", LOSS_INFLIGHT_FULL}, {"life_missed", LOSS_PROBE_MISSED},
	{"fact_missed", LOSS_FACT_MISSED},   {"fact_full", LOSS_FACT_MISSED},
};

#define MODULE_LOSSES (sizeof(module_losses) / sizeof(module_losses[0]))

struct module_source {
	struct source source;
	struct source_options options;
	struct tep_handle *tep;
	struct decoder decoders[LAYOUT_KINDS];
	struct perf_ring *ring;
	struct order *order;
	struct folds *folds;	     /* NULL: each clone is handed over as a record */
	struct follow_set *followed; /* NULL: everybody's records are wanted */
	struct losses before;	     /* what the module had lost when we came */
	uint64_t last_read_ns;
	uint64_t bad_records;
	uint64_t no_memory;
	bool on_demand; /* to be unloaded, unless another reader still uses it */
	bool stopped;
	source_record_fn take; /* during a reading */
	void *context;
};

static struct module_source *to_module(const struct source *source)
{
	return (struct module_source *)source;
}

/* Another version's records would be misread: better none. */
static int check_version(char *why)
{
	char line[32] = "?";

	host_read_line(PARAMETERS "record_version", line, sizeof(line));
	if (atoi(line) == CS_RECORD_VERSION)
		return 0;
	snprintf(why, SOURCE_WHY_SIZE,
		 "module: the one that is loaded makes records of version %s, this program reads "
		 "version %d: unload it with `rmmod clonescope`",
		 line, CS_RECORD_VERSION);
	return -EPROTO;
}

/* register_kprobe() would pick one of several symbols, and not tell. */
static int check_symbols(char *why)
{
	static const char *const names[] = {"kernel_clone", "copy_process", "arch_dup_task_struct",
					    "find_vm_area", "__mpol_dup"};
	unsigned int found[sizeof(names) / sizeof(names[0])];

	if (host_symbols(names, found, NULL, sizeof(names) / sizeof(names[0])))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (found[i] > 1) {
			snprintf(why, SOURCE_WHY_SIZE,
				 "module: this kernel has %u functions called %s, and a kprobe "
				 "would "
				 "take any of them; try --backend bpf --attach fentry",
				 found[i], names[i]);
			return -EADDRNOTAVAIL;
		}
	return 0;
}

/* What stands in the way of any module's probes. */
static int check_kernel(char *why)
{
	if (!host_capable(CAP_PERFMON) && !host_capable(CAP_SYS_ADMIN)) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "module: no permission: run it as root (sudo clonescope ...)");
		return -EPERM;
	}
	if (!host_tracefs()) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "module: tracefs is not mounted: mount -t tracefs nodev "
			 "/sys/kernel/tracing");
		return -ENOENT;
	}
	if (host_kprobes_off()) {
		snprintf(why, SOURCE_WHY_SIZE, "module: " HOST_KPROBES_OFF);
		return -ENOTSUP;
	}
	return check_symbols(why);
}

static int ensure_loaded(struct module_source *module, char *why)
{
	int error = check_kernel(why);

	if (error)
		return error;
	if (!module_is_loaded()) {
		error = module_load(why);
		if (error)
			return error;
	}
	module->on_demand = module_is_on_demand();
	return check_version(why);
}

static void need(struct decoder *decoder, size_t sample_size)
{
	if (sample_size > decoder->sample_size)
		decoder->sample_size = sample_size;
}

static void add_run(struct decoder *decoder, size_t from, size_t to, size_t size)
{
	struct run *last = decoder->count ? &decoder->runs[decoder->count - 1] : NULL;

	if (last && last->from + last->size == from && last->to + last->size == to)
		last->size += size;
	else
		decoder->runs[decoder->count++] = (struct run){from, to, size};
	need(decoder, from + size);
}

/* False: it is not what this program knows. */
static bool add_field(struct decoder *decoder, const struct tep_format_field *from,
		      const struct layout_field *to)
{
	size_t size = (size_t)to->width * to->count;

	if (!from)
		return false;
	if (!(from->flags & TEP_FIELD_IS_DYNAMIC)) {
		add_run(decoder, (size_t)from->offset, to->offset, size);
		return (size_t)from->size == size;
	}
	if (decoder->partial_count == MAX_PARTIAL || from->size != sizeof(uint32_t))
		return false;
	decoder->partial[decoder->partial_count++] =
		(struct run){(size_t)from->offset, to->offset, size};
	need(decoder, (size_t)from->offset + sizeof(uint32_t));
	return true;
}

/* Find where in the sample each of these fields lies. */
static int match_fields(struct decoder *decoder, struct tep_event *event,
			const struct layout_field *fields, size_t count, char *why)
{
	for (size_t i = 0; i < count; i++) {
		if (!add_field(decoder, tep_find_any_field(event, fields[i].name), &fields[i])) {
			snprintf(why, SOURCE_WHY_SIZE,
				 "module: its event %s has no field %s as "
				 "this program knows it",
				 event->name, fields[i].name);
			return -EPROTO;
		}
	}
	return 0;
}

static int match_event(struct decoder *decoder, struct tep_event *event, char *why)
{
	const struct layout *layout = decoder->layout;
	int error = match_fields(decoder, event, head_fields, HEAD_FIELDS, why);

	if (!error)
		error = match_fields(decoder, event, layout->fields, layout->count, why);
	if (!error)
		decoder->id = event->id;
	return error;
}

static int load_format(struct module_source *module, int kind, char *why)
{
	const char *name = events[kind];
	struct tep_event *event = NULL;
	int size = 0;
	char *text = tracefs_event_file_read(NULL, "clonescope", name, "format", &size);

	if (text && !tep_parse_event(module->tep, text, (unsigned long)size, "clonescope"))
		event = tep_find_event_by_name(module->tep, "clonescope", name);
	free(text);
	if (event)
		return match_event(&module->decoders[kind], event, why);
	snprintf(why, SOURCE_WHY_SIZE, "module: cannot read the format of its event %s", name);
	return -ENOENT;
}

static bool is_wanted(const struct module_source *module, int kind)
{
	return kind == CS_KIND_CLONE || module->options.kinds & SOURCE_KIND(kind);
}

static int load_formats(struct module_source *module, char *why)
{
	int error = 0;

	module->tep = tep_alloc();
	for (int kind = CS_KIND_CLONE; kind < LAYOUT_KINDS && !error; kind++) {
		module->decoders[kind].layout = layout_of(kind);
		if (is_wanted(module, kind))
			error = load_format(module, kind, why);
	}
	return error;
}

/* A condition more on an event filter. */
__attribute__((format(printf, 2, 3))) static void add_condition(char **filter, const char *format,
								...)
{
	char condition[64], *longer;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(condition, sizeof(condition), format, arguments);
	va_end(arguments);
	if (asprintf(&longer, "%s%s%s", *filter ? *filter : "", *filter ? " && " : "", condition) <
	    0)
		return;
	free(*filter);
	*filter = longer;
}

/* Of a caller, for both events. A command's name is not: it would have to be quoted. */
static void add_caller_conditions(char **filter, const struct cs_filter *wanted)
{
	if (wanted->has_tgid)
		add_condition(filter, "tgid == %d", wanted->tgid);
	if (wanted->has_tid)
		add_condition(filter, "tid == %d", wanted->tid);
	if (wanted->has_uid)
		add_condition(filter, "uid == %u", wanted->uid);
}

static void add_outcome_conditions(char **filter, const struct cs_filter *wanted)
{
	if (wanted->failed_only)
		add_condition(filter, "error != 0");
	if (wanted->error)
		add_condition(filter, "error == %d", wanted->error);
	if (wanted->min_ns)
		add_condition(filter, "copy_ns >= %" PRIu64, wanted->min_ns);
	for (int bit = 0; bit < 64; bit++)
		if (wanted->flags & 1ULL << bit)
			add_condition(filter, "flags & 0x%llx", 1ULL << bit);
}

/*
 * The filter that the kernel applies, NULL for none. Whom to follow is known from the records of all clones:
 * then nothing can be left out.
 */
static char *event_filter(const struct module_source *module)
{
	char *filter = NULL;

	if (module->followed)
		return NULL;
	add_caller_conditions(&filter, &module->options.filter);
	add_outcome_conditions(&filter, &module->options.filter);
	return filter;
}

static const char *open_advice(int error)
{
	if (error == -EPERM || error == -EACCES)
		return "no permission (CAP_PERFMON), or lockdown";
	if (error == -ENOENT || error == -EINVAL)
		return "its probes could not be planted: see dmesg";
	return strerror(-error);
}

/* What a parameter of the module was is kept in @before, if that is there. */
static int set_parameter(const char *path, const char *value, char *before, int size)
{
	FILE *file;
	int error;

	if (before && host_read_line(path, before, (size_t)size))
		return -ENOENT;
	file = fopen(path, "we");
	if (!file)
		return -errno;
	error = fputs(value, file) < 0 ? -EIO : 0;
	return fclose(file) ? -errno : error;
}

/* Opening the events makes the module plant its probes; they are silent until all stand. */
static int open_events(struct module_source *module, char *why)
{
	char *filter = event_filter(module);
	int error = 0;

	module->ring = perf_ring_open((uint64_t)module->decoders[CS_KIND_CLONE].id,
				      module->options.buffer_bytes, filter);
	if (!module->ring)
		error = -errno;
	for (int kind = CS_KIND_CLONE + 1; kind < LAYOUT_KINDS && !error; kind++)
		if (is_wanted(module, kind))
			error = perf_ring_add(module->ring, (uint64_t)module->decoders[kind].id,
					      kind == CS_KIND_RETURN ? filter : NULL);
	if (!error)
		error = perf_ring_start(module->ring);
	if (error)
		snprintf(why, SOURCE_WHY_SIZE, "module: cannot open its events: %s",
			 open_advice(error));
	free(filter);
	return error;
}

/* What the module looks at when it plants probes: others' are not to be planted by our wish. */
struct planting {
	const char *path;
	char wanted[16]; /* "": as it is */
	char before[16];
};

static int open_with(struct module_source *module, struct planting *planting, size_t count,
		     char *why)
{
	int error;

	if (!count)
		return open_events(module, why);
	if (!planting->wanted[0])
		return open_with(module, planting + 1, count - 1, why);
	error = set_parameter(planting->path, planting->wanted, planting->before,
			      sizeof(planting->before));
	if (error) {
		snprintf(why, SOURCE_WHY_SIZE, "module: cannot set %s: %s", planting->path,
			 strerror(-error));
		return error;
	}
	error = open_with(module, planting + 1, count - 1, why);
	set_parameter(planting->path, planting->before, NULL, 0);
	return error;
}

static int open_as_wanted(struct module_source *module, char *why)
{
	struct planting planting[] = {{.path = PARAMETERS "max_inflight"},
				      {.path = PARAMETERS "self_cost"}};

	if (module->options.inflight)
		snprintf(planting[0].wanted, sizeof(planting[0].wanted), "%u",
			 module->options.inflight);
	if (module->options.self_cost)
		snprintf(planting[1].wanted, sizeof(planting[1].wanted), "1");
	return open_with(module, planting, sizeof(planting) / sizeof(planting[0]), why);
}

static const struct {
	const char *symbol, *kind, *tells;
} told_by[] = {
	{"kernel_clone", "kprobe", "kernel_clone passed"},
	{"kernel_clone", "kretprobe", "time in kernel_clone, vfork"},
	{"find_vm_area", "kprobe", "stack from the cache, or fresh"},
	{"__mpol_dup", "kprobe", "policies copied, VMAs' too"},
	{"inc_ucount", "kretprobe", "limits on namespaces"},
	{"current_chrooted", "kretprobe", "a chroot, where it refuses"},
	{"sys_exit", "tracepoint", "calls that fail before any clone"},
	{"__x64_sys_clone3", "kprobe", "clone3 refused by seccomp, or not"},
	{"__x64_sys_clone", "kprobe", "clone refused by seccomp, or not"},
	{"__x64_sys_fork", "kprobe", "fork refused by seccomp, or not"},
	{"__x64_sys_vfork", "kprobe", "vfork refused by seccomp, or not"},
	{"__ia32_compat_sys_ia32_clone", "kprobe", "the same of 32-bit programs"},
	{"__ia32_sys_clone3", "kprobe", "the same of 32-bit programs"},
	{"copy_process", "kretprobe", "everything else"},
	{"arch_dup_task_struct", "kprobe", "task_struct of a refused clone"},
	{"dup_user_cpus_ptr", "kprobe", "task_struct of a refused clone"},
	{"schedule_tail", "kprobe", "where a child first ran"},
	{"sched_process_exec", "tracepoint", "exec"},
	{"sched_process_exit", "tracepoint", "exit"},
	{"ksys_unshare", "kretprobe", "unshare"},
	{"__do_sys_setns", "kretprobe", "setns"},
	{"__x64_sys_setns", "kretprobe", "setns, not of 32-bit programs"},
	{"__arm64_sys_setns", "kretprobe", "setns, not of 32-bit programs"},
	{"", "kprobe", "one of the stages of a clone"}, /* kmod/phases.h */
};

static const char *tells(const char *symbol, const char *kind)
{
	size_t last = sizeof(told_by) / sizeof(told_by[0]) - 1;

	for (size_t i = 0; i < last; i++)
		if (!strcmp(symbol, told_by[i].symbol) && !strcmp(kind, told_by[i].kind))
			return told_by[i].tells;
	return told_by[last].tells;
}

/* SYMBOL KIND STATE ERRNO missed COUNT: see cs_plan_print_probes() in kmod/plan.c. */
static void add_place(struct module_source *module, const char *line)
{
	char symbol[64], kind[16], state[16], where[96], why[64] = "";
	int error;

	if (sscanf(line, "%63s %15s %15s %d", symbol, kind, state, &error) != 4)
		return;
	if (error)
		snprintf(why, sizeof(why), "the kernel refused it: %s", strerror(error));
	snprintf(where, sizeof(where), "%s %s", kind, symbol);
	if (strcmp(state, "idle"))
		source_place_add(&module->source, tells(symbol, kind), where, !error, why);
}

static void list_places(struct module_source *module)
{
	FILE *file = fopen(PARAMETERS "probes", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		add_place(module, line);
	if (file)
		fclose(file);
}

/* What the module itself has counted since it was loaded. */
static void read_module_losses(struct losses *losses)
{
	FILE *file = fopen(PARAMETERS "lost", "re");
	char cause[64];
	uint64_t count;

	while (file && fscanf(file, "%63s %" SCNu64, cause, &count) == 2)
		for (size_t i = 0; i < MODULE_LOSSES; i++)
			if (!strcmp(cause, module_losses[i].cause))
				losses->count[module_losses[i].loss] += count;
	if (file)
		fclose(file);
}

static void module_close(struct source *source)
{
	struct module_source *module = to_module(source);

	perf_ring_close(module->ring);
	order_free(module->order);
	folds_close(module->folds);
	follow_free(module->followed);
	tep_free(module->tep);
	if (module->on_demand)
		module_unload();
	free(module);
}

static int open_all(struct module_source *module, char *why)
{
	int error = ensure_loaded(module, why);

	module->order = order_new();
	if (module->options.follow)
		module->followed = follow_new();
	else if (module->options.fold)
		module->folds = folds_new(); /* without memory for it there are records */
	if (!error && (!module->order || (module->options.follow && !module->followed))) {
		snprintf(why, SOURCE_WHY_SIZE, "module: %s", strerror(ENOMEM));
		error = -ENOMEM;
	}
	read_module_losses(&module->before);
	if (!error)
		error = load_formats(module, why);
	if (!error)
		error = open_as_wanted(module, why);
	return error;
}

static int module_open(struct source **source, const struct source_options *options, char *why)
{
	struct module_source *module = calloc(1, sizeof(*module));
	int error;

	if (!module)
		return -ENOMEM;
	module->source.ops = &source_module;
	module->source.follows_by_records = options->follow;
	module->options = *options;
	error = open_all(module, why);
	if (error) {
		module_close(&module->source);
		return error;
	}
	list_places(module);
	if (module->on_demand)
		module->source.capabilities = 1ULL << CAP_SYS_MODULE;
	*source = &module->source;
	return 0;
}

static int module_follow(struct source *source, pid_t pid)
{
	return follow_add(to_module(source)->followed, (uint32_t)pid, 0);
}

static int module_fd(const struct source *source)
{
	return perf_ring_fd(to_module(source)->ring);
}

static const struct decoder *find_decoder(const struct module_source *module, const void *raw,
					  size_t size)
{
	uint16_t id = 0;

	if (size >= sizeof(id))
		memcpy(&id, raw, sizeof(id));
	for (int i = 0; i < LAYOUT_KINDS; i++)
		if (id && module->decoders[i].id == id && module->decoders[i].sample_size <= size)
			return &module->decoders[i];
	return NULL;
}

/* It needs no record of its own: it is counted, or nobody wants it. */
static bool is_folded(struct module_source *module, const struct cs_head *head)
{
	const struct cs_clone *rec = (const void *)head;

	if (!module->folds || head->kind != CS_KIND_CLONE)
		return false;
	/* The kernel's side applies a part of the filter only. */
	return !filter_match(&module->options.filter, rec) || folds_add(module->folds, rec);
}

/* The words of it that are there; the rest of the record's field is zero. */
static bool copy_partial(char *record, const char *raw, size_t size, const struct run *partial)
{
	uint32_t location;
	size_t from, count;

	memcpy(&location, raw + partial->from, sizeof(location));
	from = location & 0xffff;
	count = location >> 16;
	if (from + count > size)
		return false;
	memcpy(record + partial->to, raw + from, count < partial->size ? count : partial->size);
	return true;
}

static bool decode(const struct decoder *decoder, char *record, const char *raw, size_t size)
{
	bool is_whole = true;

	memset(record, 0, decoder->layout->size);
	for (size_t i = 0; i < decoder->count; i++)
		memcpy(record + decoder->runs[i].to, raw + decoder->runs[i].from,
		       decoder->runs[i].size);
	for (size_t i = 0; i < decoder->partial_count; i++)
		is_whole &= copy_partial(record, raw, size, &decoder->partial[i]);
	return is_whole;
}

static void on_sample(const void *raw, size_t size, void *context)
{
	struct module_source *module = context;
	const struct decoder *decoder = find_decoder(module, raw, size);
	union {
		struct cs_head head;
		struct cs_detail largest;
	} record;

	if (!decoder || !decode(decoder, (char *)&record, raw, size) ||
	    record.head.size != decoder->layout->size)
		module->bad_records++;
	else if (is_folded(module, &record.head))
		return;
	else if (order_push(module->order, &record.head))
		module->no_memory++;
}

/* Parts of a clone stand or fall with its struct cs_clone, which comes after them. */
static int match_followed(struct follow_set *set, const struct cs_head *head)
{
	const union {
		struct cs_head head;
		struct cs_return back;
		struct cs_call call;
		struct cs_start start;
		struct cs_exec exec;
		struct cs_exit exit;
		struct cs_namespaces namespaces;
	} *rec = (const void *)head;

	switch (head->kind) {
	case CS_KIND_CLONE:
		return follow_match(set, (const void *)head);
	case CS_KIND_RETURN:
		return follow_match_task(set, rec->back.tid, rec->back.start_ns);
	case CS_KIND_CALL:
		return follow_match_task(set, rec->call.tid, rec->call.start_ns);
	case CS_KIND_START:
		return follow_match_task(set, rec->start.tid, rec->start.start_ns);
	case CS_KIND_EXEC:
		return follow_match_task(set, rec->exec.tid, rec->exec.start_ns);
	case CS_KIND_EXIT:
		return follow_match_task(set, rec->exit.tid, rec->exit.start_ns);
	case CS_KIND_NAMESPACES:
		return follow_match_task(set, rec->namespaces.tid, rec->namespaces.start_ns);
	}
	return 1;
}

/* In the order of time, so that a child is followed before its own first record comes. */
static int take_followed(const struct cs_head *head, void *context)
{
	struct module_source *module = context;
	int followed = match_followed(module->followed, head);

	if (followed < 0)
		module->no_memory++;
	return followed ? module->take(head, module->context) : 0;
}

static int module_read(struct source *source, source_record_fn take, void *context)
{
	struct module_source *module = to_module(source);
	uint64_t until = module->stopped ? UINT64_MAX : module->last_read_ns;
	int taken, folded;

	module->last_read_ns = order_now_ns();
	perf_ring_read(module->ring, on_sample, module);
	if (!module->followed) {
		taken = order_flush(module->order, until, take, context);
		if (!module->folds || taken < 0)
			return taken;
		folded = folds_read(module->folds, take, context);
		return folded < 0 ? folded : taken + folded;
	}
	module->take = take;
	module->context = context;
	return order_flush(module->order, until, take_followed, module);
}

static void module_stop(struct source *source)
{
	struct module_source *module = to_module(source);

	perf_ring_stop(module->ring);
	module->stopped = true;
}

static void module_losses_now(const struct source *source, struct losses *losses)
{
	const struct module_source *module = to_module(source);

	read_module_losses(losses);
	for (int i = 0; i < LOSS_COUNT; i++)
		losses->count[i] -= module->before.count[i];
	losses->count[LOSS_RING_FULL] += perf_ring_lost(module->ring);
	losses->count[LOSS_BAD_RECORD] += module->bad_records;
	losses->count[LOSS_NO_MEMORY] += module->no_memory;
}

static struct source_counter module_counter(const struct source *source, enum loss loss)
{
	(void)source;
	switch (loss) {
	case LOSS_RING_FULL:
		return (struct source_counter){"perf: events counted, less those read",
					       "what happens on CPUs that come online later"};
	case LOSS_INFLIGHT_FULL:
		return (struct source_counter){"the module: each call without room", NULL};
	case LOSS_RETURN_MISSED:
	case LOSS_PROBE_MISSED:
	case LOSS_FACT_MISSED:
		return (struct source_counter){"nmissed of the module's kprobes and kretprobes",
					       NULL};
	default: /* whom it follows is for the reader to remember */
		return (struct source_counter){NULL, NULL};
	}
}

/* Since the module was loaded. */
static void module_cost(const struct source *source, struct cost *cost)
{
	FILE *file = fopen(PARAMETERS "cost", "re");
	char symbol[64], kind[16], where[96];
	uint64_t runs, ns;

	(void)source;
	while (file &&
	       fscanf(file, "%63s %15s %" SCNu64 " %" SCNu64, symbol, kind, &runs, &ns) == 4) {
		snprintf(where, sizeof(where), "%s %s", kind, symbol);
		cost_add(cost, where, runs, ns);
	}
	if (file)
		fclose(file);
}

const struct source_ops source_module = {
	.name = "module",
	.open = module_open,
	.follow = module_follow,
	.fd = module_fd,
	.read = module_read,
	.stop = module_stop,
	.losses = module_losses_now,
	.counter = module_counter,
	.cost = module_cost,
	.close = module_close,
};
