// SPDX-License-Identifier: GPL-2.0
/* The eBPF backend: plants what this kernel lets us plant, and reads the ring. */
#include "source/source.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "clonescope.skel.h"
#include "fold.h"
#include "inflight_times.h"
#include "markers.h"
#include "source/folds.h"
#include "source/host.h"
#include "source/kernel_types.h"
#include "source/kprobe_misses.h"
#include "source/order.h"

/* How long a clone in progress may take to end before its return is given up. */
#define LAST_RETURNS_MS 200

/* Clones in progress that are looked at with one system call. */
#define UNFINISHED_BATCH 256

#define STAGE(stage) (1U << CS_STAGE_##stage)

/* A row of the table below for each marker of a stage. */
#define MARKER(stage, name, function) MARKER_ROW(stage, name, function, false)
#define SPARE(stage, name, function)  MARKER_ROW(stage, name, function, true)
#define MARKER_ROW(stage, name, function, is_spare)                 \
	{                                                           \
		.target = #function,                                \
		.program = {[ATTACH_FENTRY] = "fentry_" #function,  \
			    [ATTACH_KPROBE] = "kprobe_" #function}, \
		.tells = "stage " name,                             \
		.kinds = SOURCE_KIND(CS_KIND_PHASES),               \
		.stages = STAGE(stage),                             \
		.spare = is_spare,                                  \
	},

/*
 * What there is to plant, in the order of planting: what is hit later in a clone comes before what begins one,
 * so that no clone is half seen. kernel_clone() alone comes last: of a clone that it was too late for it is
 * not known that it was passed, but one that it saw is seen to its end.
 */
static const struct probe {
	const char *target;
	const char *program[ATTACH_COUNT]; /* by mode; NULL: not in this one */
	const char *tells;
	uint64_t facts;		/* missing without it */
	uint64_t facts_refused; /* missing from refused clones without it */
	uint64_t facts_refusal; /* missing from what is told of their reasons without it */
	uint32_t kinds;		/* planted if one of these is wanted */
	uint32_t stages;	/* 1 << enum cs_stage: it is a marker of these */
	bool for_follow;	/* planted if tasks are followed; with neither: always */
	bool spare;		/* planted only where the one before it is not to be had */
	bool tells_clone3;	/* that its own code is reached */
	uint32_t begins; /* kinds whose records are lost with a hit: else it only tells facts */
	bool ends_state; /* a hit that is missed leaves a state behind, which is counted */
	bool essential;
} probes[] = {
	/* clang-format off */
	CS_MARKERS(MARKER, SPARE)
	/* clang-format on */
	{
		.target = "arch_dup_task_struct",
		.program = {[ATTACH_FENTRY] = "fentry_arch_dup_task_struct",
			    [ATTACH_KPROBE] = "kprobe_arch_dup_task_struct"},
		.tells = "task_struct of a refused clone",
		.facts_refused = CS_MISSING(CS_FACT_TASK_NODE),
		.stages = STAGE(TASK),
	},
	{
		.target = "find_vm_area",
		.program = {[ATTACH_FENTRY] = "fexit_find_vm_area",
			    [ATTACH_KPROBE] = "kprobe_find_vm_area"},
		.tells = "stack from the cache, or fresh",
		.facts = CS_MISSING(CS_FACT_STACK_ORIGIN),
	},
	{
		.target = "__mpol_dup",
		.program =
			{[ATTACH_FENTRY] = "fentry_mpol_dup", [ATTACH_KPROBE] = "kprobe_mpol_dup"},
		.tells = "policies copied, VMAs' too",
		.facts = CS_MISSING(CS_FACT_POLICY_COPIED) | CS_MISSING(CS_FACT_VMA_POLICIES),
		.stages = STAGE(POLICY),
	},
	{
		.target = "schedule_tail",
		.program = {[ATTACH_FENTRY] = "fentry_schedule_tail",
			    [ATTACH_KPROBE] = "kprobe_schedule_tail"},
		.tells = "first moment on a CPU",
		.kinds = SOURCE_KIND(CS_KIND_START),
	},
	{
		.target = "ksys_unshare",
		.program = {[ATTACH_FENTRY] = "fexit_ksys_unshare",
			    [ATTACH_KPROBE] = "kretprobe_ksys_unshare"},
		.tells = "unshare()",
		.kinds = SOURCE_KIND(CS_KIND_NAMESPACES),
	},
	{
		.target = "__x64_sys_setns",
		.program = {[ATTACH_FENTRY] = "fexit_sys_setns",
			    [ATTACH_KPROBE] = "kretprobe_sys_setns"},
		.tells = "setns()",
		.kinds = SOURCE_KIND(CS_KIND_NAMESPACES),
	},
	{
		.target = "inc_ucount",
		.program = {[ATTACH_FENTRY] = "kretprobe_inc_ucount",
			    [ATTACH_KPROBE] = "kretprobe_inc_ucount"},
		.tells = "user.max_* that refused a clone",
		.facts_refusal = CS_MISSING(CS_REFUSAL_UCOUNT),
		.kinds = SOURCE_KIND(CS_KIND_REFUSAL),
	},
	{
		.target = "inc_ucount",
		.program = {[ATTACH_FENTRY] = "kprobe_inc_ucount",
			    [ATTACH_KPROBE] = "kprobe_inc_ucount"},
		.tells = "what it counted, and for whom",
		.facts_refusal = CS_MISSING(CS_REFUSAL_UCOUNT),
		.kinds = SOURCE_KIND(CS_KIND_REFUSAL),
	},
	{
		.target = "current_chrooted",
		.program = {[ATTACH_FENTRY] = "fexit_current_chrooted",
			    [ATTACH_KPROBE] = "kretprobe_current_chrooted"},
		.tells = "chroot that refused a clone",
		.facts_refusal = CS_MISSING(CS_REFUSAL_CHROOTED),
		.kinds = SOURCE_KIND(CS_KIND_REFUSAL),
	},
	{
		.target = "copy_clone_args_from_user",
		.program = {[ATTACH_FENTRY] = "fentry_copy_clone_args_from_user",
			    [ATTACH_KPROBE] = "kprobe_copy_clone_args_from_user"},
		.tells = "clone3 entered, or kept out",
		.kinds = SOURCE_KIND(CS_KIND_CALL),
		.tells_clone3 = true,
	},
	{
		.target = "sched_process_exit",
		.program = {[ATTACH_FENTRY] = "tp_sched_process_exit",
			    [ATTACH_KPROBE] = "tp_sched_process_exit",
			    [ATTACH_TRACEPOINT] = "tp_sched_process_exit"},
		.tells = "end of tasks",
		.kinds = SOURCE_KIND(CS_KIND_EXIT),
		.for_follow = true,
	},
	{
		.target = "sched_process_exec",
		.program = {[ATTACH_FENTRY] = "tp_sched_process_exec",
			    [ATTACH_KPROBE] = "tp_sched_process_exec",
			    [ATTACH_TRACEPOINT] = "tp_sched_process_exec"},
		.tells = "execve(), new tids",
		.kinds = SOURCE_KIND(CS_KIND_EXEC),
		.for_follow = true,
	},
	{
		.target = "task_newtask",
		.program = {[ATTACH_FENTRY] = "tp_follow_newtask",
			    [ATTACH_KPROBE] = "tp_follow_newtask",
			    [ATTACH_TRACEPOINT] = "tp_follow_newtask"},
		.tells = "children of followed tasks",
		.for_follow = true,
		.essential = true,
	},
	{
		.target = "kernel_clone",
		.program = {[ATTACH_FENTRY] = "fexit_kernel_clone",
			    [ATTACH_KPROBE] = "kretprobe_kernel_clone"},
		.tells = "time in kernel_clone, vfork",
		.kinds = SOURCE_KIND(CS_KIND_RETURN),
		.ends_state = true,
	},
	{
		.target = "copy_process",
		.program = {[ATTACH_FENTRY] = "fexit_copy_process",
			    [ATTACH_KPROBE] = "kretprobe_copy_process"},
		.tells = "outcome, child, nodes, policy",
		.ends_state = true,
		.essential = true,
	},
	{
		.target = "copy_process",
		.program = {[ATTACH_FENTRY] = "fentry_copy_process",
			    [ATTACH_KPROBE] = "kprobe_copy_process"},
		.tells = "request, node requested, time",
		.stages = STAGE(CHECKS),
		.essential = true,
	},
	{
		.target = "kernel_clone",
		.program = {[ATTACH_FENTRY] = "fentry_kernel_clone",
			    [ATTACH_KPROBE] = "kprobe_kernel_clone"},
		.tells = "kernel_clone passed",
		.begins = SOURCE_KIND(CS_KIND_RETURN),
	},
	/* Last, so that what came before is known of every call that it sees. */
	{
		.target = "sys_exit",
		.program = {[ATTACH_FENTRY] = "tp_sys_exit", [ATTACH_KPROBE] = "tp_sys_exit"},
		.tells = "calls refused before kernel_clone",
		.kinds = SOURCE_KIND(CS_KIND_CALL),
	},
	{
		.target = "task_newtask",
		.program = {[ATTACH_TRACEPOINT] = "tp_task_newtask"},
		.tells = "flags, child, nodes, policy",
		.essential = true,
	},
};

#define PROBE_COUNT (sizeof(probes) / sizeof(probes[0]))

/* The kernel's variables that the programs read, and where their addresses go. */
static const struct variable {
	const char *name;
	size_t offset;
} variables[] = {
#define VARIABLE(name, field)                                                   \
	{                                                                       \
#name, offsetof(struct clonescope_bpf__rodata, variables.field) \
	}
	VARIABLE(page_offset_base, page_offset_base),
	VARIABLE(vmemmap_base, vmemmap_base),
	VARIABLE(nr_cpu_ids, nr_cpu_ids),
	VARIABLE(nr_node_ids, nr_node_ids),
	VARIABLE(nr_threads, nr_threads),
	VARIABLE(max_threads, max_threads),
	VARIABLE(sysctl_overcommit_memory, overcommit),
	VARIABLE(sysctl_nr_open, nr_open),
	VARIABLE(pid_max, pid_max),
	VARIABLE(unprivileged_userns_clone, userns_clone),
};

#define VARIABLE_COUNT (sizeof(variables) / sizeof(variables[0]))

/* What the task_newtask tracepoint has no way to tell. */
#define TRACEPOINT_MISSES                                                   \
	(CS_MISSING(CS_FACT_COPY_NS) | CS_MISSING(CS_FACT_NODE_REQUESTED) | \
	 CS_MISSING(CS_FACT_STACK_ORIGIN) | CS_MISSING(CS_FACT_VMA_POLICIES))

struct bpf_source {
	struct source source;
	struct source_options options;
	struct clonescope_bpf *skel;
	uint64_t addresses[PROBE_COUNT]; /* of the functions; 0: not known */
	struct bpf_link *links[PROBE_COUNT];
	struct ring_buffer *ring;
	int wakeups; /* an epoll on the ring, see watch_ring() */
	int stats;   /* while it is open, the kernel takes the time of programs; -1: nobody asked */
	struct order *order;
	struct folds *folds; /* NULL: each clone is a record */
	char *inflight;	     /* room for UNFINISHED_BATCH entries */
	uint64_t last_read_ns;
	uint64_t bad_records;
	uint64_t no_memory;
	uint64_t unfinished;  /* clones whose return never came */
	struct losses missed; /* of probes, when they were taken out */
	bool stopped;
};

static const char *const how[ATTACH_COUNT] = {
	[ATTACH_FENTRY] = "fentry",
	[ATTACH_KPROBE] = "kprobe",
	[ATTACH_TRACEPOINT] = "raw tracepoint",
};

static struct bpf_source *to_bpf(const struct source *source)
{
	return (struct bpf_source *)source;
}

/* libbpf explains itself at length; this is the line that names the program. */
static char libbpf_said[SOURCE_WHY_SIZE / 2];

static int keep_complaint(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[sizeof(libbpf_said)];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if (strstr(line, "failed to load: "))
		memcpy(libbpf_said, line, sizeof(line));
	return 0;
}

/* A first look, so that the usual obstacles are called by their names. */
static int check_machine(char *why)
{
	if (!host_has_btf()) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "eBPF: this kernel has no BTF (/sys/kernel/btf/vmlinux): it was built "
			 "without CONFIG_DEBUG_INFO_BTF; try --backend module");
		return -ENOENT;
	}
	if (!host_capable(CAP_SYS_ADMIN) && !(host_capable(CAP_BPF) && host_capable(CAP_PERFMON))) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "eBPF: no permission: run it as root (sudo clonescope ...), or with "
			 "CAP_BPF and CAP_PERFMON");
		return -EPERM;
	}
	if (!strcmp(host_lockdown(), "confidentiality")) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "eBPF: kernel lockdown is in confidentiality mode, which keeps BPF from "
			 "reading kernel memory");
		return -EPERM;
	}
	return 0;
}

static bool is_needed(const struct probe *probe, const struct source_options *options)
{
	if (!probe->for_follow && !probe->kinds)
		return true;
	return (probe->for_follow && options->follow) || probe->kinds & options->kinds;
}

static struct bpf_program *find_program(const struct bpf_source *bpf, size_t i, enum attach mode)
{
	return bpf_object__find_program_by_name(bpf->skel->obj, probes[i].program[mode]);
}

/* "fexit/copy_process": where libbpf attaches it is where it learns. */
static void where_of(char *where, size_t size, const struct bpf_program *program)
{
	snprintf(where, size, "%s", bpf_program__section_name(program));
	where[strcspn(where, "/")] = ' ';
}

static void add_place(struct bpf_source *bpf, size_t i, enum attach mode, bool used,
		      const char *why)
{
	char where[64];

	where_of(where, sizeof(where), find_program(bpf, i, mode));
	source_place_add(&bpf->source, probes[i].tells, where, used, why);
	if (used) {
		bpf->skel->bss->stages_told |= probes[i].stages;
		return;
	}
	bpf->source.never_learnt |= probes[i].facts;
	bpf->skel->bss->never_learnt = bpf->source.never_learnt;
	bpf->skel->bss->never_learnt_refused |= probes[i].facts_refused;
	bpf->skel->bss->never_learnt_refusal |= probes[i].facts_refusal;
	if (probes[i].tells_clone3)
		bpf->skel->bss->clone3_unseen = true;
}

/* Is there exactly one function of that name, and BTF for it where fentry needs that? */
static const char *why_no_target(const struct bpf_program *program, const char *target,
				 const struct btf *btf, unsigned int symbols)
{
	if (!strncmp(bpf_program__section_name(program), "raw_tp/", 7) ||
	    !strncmp(bpf_program__section_name(program), "tp_btf/", 7))
		return NULL;
	if (!symbols)
		return "no such symbol: inlined by the compiler, or not in this kernel";
	if (symbols > 1)
		return "several symbols have this name";
	if (bpf_program__type(program) == BPF_PROG_TYPE_TRACING &&
	    btf__find_by_name_kind(btf, target, BTF_KIND_FUNC) < 0)
		return "the kernel's BTF does not know this function";
	return NULL;
}

/* A name that several have tells nothing. */
static void set_variables(struct clonescope_bpf *skel, const unsigned int found[],
			  const uint64_t addresses[])
{
	for (size_t i = 0; i < VARIABLE_COUNT; i++)
		if (found[i] == 1)
			memcpy((char *)skel->rodata + variables[i].offset, &addresses[i],
			       sizeof(addresses[i]));
}

/*
 * Look up all targets; @found is 1 for each where /proc/kallsyms cannot be read. In passing, as that takes
 * long, look up the variables.
 */
static void look_up(struct bpf_source *bpf, unsigned int found[PROBE_COUNT])
{
	const char *names[PROBE_COUNT + VARIABLE_COUNT];
	unsigned int symbols[PROBE_COUNT + VARIABLE_COUNT];
	uint64_t addresses[PROBE_COUNT + VARIABLE_COUNT] = {0};
	bool failed;

	for (size_t i = 0; i < PROBE_COUNT; i++)
		names[i] = is_needed(&probes[i], &bpf->options) ? probes[i].target : "";
	for (size_t i = 0; i < VARIABLE_COUNT; i++)
		names[PROBE_COUNT + i] = variables[i].name;
	failed = host_symbols(names, symbols, addresses, PROBE_COUNT + VARIABLE_COUNT);
	for (size_t i = 0; i < PROBE_COUNT; i++)
		found[i] = failed ? 1 : symbols[i];
	memcpy(bpf->addresses, addresses, sizeof(bpf->addresses));
	if (!failed)
		set_variables(bpf->skel, symbols + PROBE_COUNT, addresses + PROBE_COUNT);
}

static bool is_chosen(const struct bpf_source *bpf, size_t i, enum attach mode)
{
	return probes[i].program[mode] && bpf_program__autoload(find_program(bpf, i, mode));
}

/* Let only those programs be loaded that the mode, the options and the kernel ask for. */
static int choose_programs(struct bpf_source *bpf, enum attach mode, const struct btf *btf,
			   char *why)
{
	unsigned int symbols[PROBE_COUNT];
	struct bpf_program *program;
	const char *reason;
	int error = 0;

	look_up(bpf, symbols);
	bpf_object__for_each_program(program, bpf->skel->obj)
		bpf_program__set_autoload(program, false);
	for (size_t i = 0; i < PROBE_COUNT && !error; i++) {
		if (!probes[i].program[mode] || !is_needed(&probes[i], &bpf->options))
			continue;
		if (probes[i].spare && is_chosen(bpf, i - 1, mode))
			continue;
		program = find_program(bpf, i, mode);
		reason = why_no_target(program, probes[i].target, btf, symbols[i]);
		bpf_program__set_autoload(program, !reason);
		if (reason)
			add_place(bpf, i, mode, false, reason);
		if (reason && probes[i].essential) {
			snprintf(why, SOURCE_WHY_SIZE, "%s: %s: %s", how[mode], probes[i].target,
				 reason);
			error = -ENOENT;
		}
	}
	return error;
}

static void set_filter(struct clonescope_bpf__rodata *rodata, const struct source_options *options)
{
	const struct cs_filter *filter = &options->filter;

	rodata->only_tgid = filter->has_tgid ? (uint32_t)filter->tgid : 0;
	rodata->only_tid = filter->has_tid ? (uint32_t)filter->tid : 0;
	rodata->only_uid_set = filter->has_uid;
	rodata->only_uid = filter->uid;
	if (filter->has_comm)
		memcpy((char *)rodata->only_comm, filter->comm, sizeof(rodata->only_comm));
	rodata->only_failed = filter->failed_only;
	rodata->only_error = filter->error;
	rodata->only_flags = filter->flags;
	rodata->only_min_ns = filter->min_ns;
	rodata->follow = options->follow;
	rodata->wanted_kinds = options->kinds;
	rodata->folding = options->fold;
}

/* The ring's size: a power of two, and at least a page. */
static uint32_t ring_bytes(size_t wanted)
{
	uint32_t bytes = (uint32_t)sysconf(_SC_PAGESIZE);

	while (bytes < wanted && bytes < 1U << 30)
		bytes *= 2;
	return bytes;
}

static uint32_t fold_entries(void)
{
	int cpus = libbpf_num_possible_cpus();

	return cpus > 0 ? (uint32_t)cpus * FOLDS_PER_CPU : 1;
}

/* An entry of the array is for one in so many threads: it need not be counted. */
static void set_inflight(struct clonescope_bpf *skel, uint32_t count)
{
	bpf_map__set_max_entries(skel->maps.inflight_near, 1);
	bpf_map__set_max_entries(skel->maps.inflight_far, count);
	bpf_map__set_max_entries(skel->maps.calls, count);
}

static void set_sizes(struct bpf_source *bpf)
{
	struct clonescope_bpf *skel = bpf->skel;

	if (bpf->options.buffer_bytes)
		bpf_map__set_max_entries(skel->maps.records, ring_bytes(bpf->options.buffer_bytes));
	skel->rodata->wakeup_bytes = bpf_map__max_entries(skel->maps.records) / 4;
	if (bpf->options.inflight)
		set_inflight(skel, bpf->options.inflight);
	if (bpf->options.followed)
		bpf_map__set_max_entries(skel->maps.followed, bpf->options.followed);
	if (bpf->options.fold)
		bpf_map__set_max_entries(skel->maps.folds, fold_entries());
	if (!bpf->options.follow)
		bpf_map__set_max_entries(skel->maps.followed, 1);
}

/*
 * A kprobe by its address, where that is known: for a name, the kernel looks through all of its symbols, several times
 * over (until 6.2).
 */
static struct bpf_link *attach_program(const struct bpf_program *program, uint64_t address)
{
	LIBBPF_OPTS(bpf_kprobe_opts, options, .offset = address);

	if (bpf_program__type(program) != BPF_PROG_TYPE_KPROBE || !address)
		return bpf_program__attach(program);
	options.retprobe = !strncmp(bpf_program__section_name(program), "kretprobe/", 10);
	return bpf_program__attach_kprobe_opts(program, NULL, &options);
}

static int attach_one(struct bpf_source *bpf, size_t i, enum attach mode, char *why)
{
	struct bpf_program *program = find_program(bpf, i, mode);
	char reason[SOURCE_WHY_SIZE];
	int error;

	bpf->links[i] = attach_program(program, bpf->addresses[i]);
	if (bpf->links[i]) {
		add_place(bpf, i, mode, true, NULL);
		return 0;
	}
	error = -errno;
	snprintf(reason, sizeof(reason), "the kernel refused it: %s", strerror(-error));
	add_place(bpf, i, mode, false, reason);
	if (!probes[i].essential)
		return 0;
	snprintf(why, SOURCE_WHY_SIZE, "%s on %s: %s", how[mode], probes[i].target,
		 strerror(-error));
	return error;
}

static int attach_all(struct bpf_source *bpf, enum attach mode, char *why)
{
	int error = 0;

	for (size_t i = 0; i < PROBE_COUNT && !error; i++)
		if (is_chosen(bpf, i, mode))
			error = attach_one(bpf, i, mode, why);
	return error;
}

static void take_out(struct bpf_source *bpf)
{
	for (size_t i = PROBE_COUNT; i-- > 0;) {
		bpf_link__destroy(bpf->links[i]);
		bpf->links[i] = NULL;
	}
}

static void unload(struct bpf_source *bpf)
{
	take_out(bpf);
	clonescope_bpf__destroy(bpf->skel);
	bpf->skel = NULL;
}

/* What a mode can't do is said before it is tried. */
static int check_mode(enum attach mode, const struct cs_filter *filter, char *why)
{
	if (mode == ATTACH_KPROBE && host_kprobes_off()) {
		snprintf(why, SOURCE_WHY_SIZE, "kprobe: " HOST_KPROBES_OFF);
		return -ENOTSUP;
	}
	if (mode == ATTACH_TRACEPOINT && (filter->failed_only || filter->error || filter->min_ns)) {
		snprintf(why, SOURCE_WHY_SIZE,
			 "raw tracepoint: it tells neither of refused clones "
			 "nor of times: -x, --errno and --min-us would match nothing");
		return -ENOTSUP;
	}
	return 0;
}

/* @types: where libbpf will find those of the kernel when it loads the programs. */
static int open_object(struct bpf_source *bpf, int types, char *why)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", types);
	options.btf_custom_path = path;
	if (types >= 0)
		bpf->skel = clonescope_bpf__open_opts(&options);
	if (bpf->skel)
		return 0;
	snprintf(why, SOURCE_WHY_SIZE, "cannot open the BPF object: %s", strerror(errno));
	return -errno;
}

/* By what the kernel offers; its types that matter to them go to @types. */
static int choose(struct bpf_source *bpf, enum attach mode, int types, char *why)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int error = kernel ? 0 : -errno;

	if (!error)
		error = kernel_types_write(types, kernel, bpf_object__btf(bpf->skel->obj));
	if (error)
		snprintf(why, SOURCE_WHY_SIZE, "cannot read the kernel's types: %s",
			 strerror(-error));
	else
		error = choose_programs(bpf, mode, kernel, why);
	btf__free(kernel);
	return error;
}

static int load_chosen(struct bpf_source *bpf, enum attach mode, char *why)
{
	int error;

	bpf->skel->bss->never_learnt = bpf->source.never_learnt;
	set_filter(bpf->skel->rodata, &bpf->options);
	bpf->skel->rodata->only_node = host_only_node();
	set_sizes(bpf);
	error = clonescope_bpf__load(bpf->skel);
	if (error)
		snprintf(why, SOURCE_WHY_SIZE, "%s: the kernel did not load the programs: %s%s%s",
			 how[mode], strerror(-error), libbpf_said[0] ? ": " : "", libbpf_said);
	return error;
}

static int load_mode(struct bpf_source *bpf, enum attach mode, char *why)
{
	int types, error;

	error = check_mode(mode, &bpf->options.filter, why);
	if (error)
		return error;
	types = memfd_create("clonescope-types", MFD_CLOEXEC);
	error = open_object(bpf, types, why);
	if (!error)
		error = choose(bpf, mode, types, why);
	if (!error)
		error = load_chosen(bpf, mode, why);
	close(types);
	return error ? error : attach_all(bpf, mode, why);
}

static int try_mode(struct bpf_source *bpf, enum attach mode, char *why)
{
	int error;

	bpf->source.attach = mode;
	libbpf_said[0] = '\0';
	error = load_mode(bpf, mode, why);
	if (error && bpf->skel)
		unload(bpf);
	return error;
}

/* Each mode's reason is kept as a place of its own: why not a better one. */
static int try_modes(struct bpf_source *bpf, char *why)
{
	enum attach only = bpf->options.attach;
	struct source_places before;
	int error = -EINVAL;

	for (enum attach mode = ATTACH_FENTRY; mode < ATTACH_COUNT; mode++) {
		if (only != ATTACH_AUTO && only != mode)
			continue;
		before = bpf->source.places;
		bpf->source.never_learnt = mode == ATTACH_TRACEPOINT ? TRACEPOINT_MISSES : 0;
		error = try_mode(bpf, mode, why);
		if (!error)
			return 0;
		bpf->source.places = before;
		source_place_add(&bpf->source, "everything", how[mode], false, why);
	}
	return error;
}

static int on_record(void *context, void *data, size_t size)
{
	const struct cs_head *head = data;
	struct bpf_source *bpf = context;

	if (size < sizeof(*head) || head->size > size || head->version != CS_RECORD_VERSION)
		bpf->bad_records++;
	else if (order_push(bpf->order, head))
		bpf->no_memory++;
	return 0;
}

/*
 * The ring's own epoll is readable whenever there is a record, which would have us read each by itself. Edge
 * triggered, it is readable only after a program has asked for a wake-up.
 */
static int watch_ring(struct bpf_source *bpf)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};

	bpf->wakeups = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(bpf->wakeups, EPOLL_CTL_ADD, bpf_map__fd(bpf->skel->maps.records), &event);
}

static int make_ring(struct bpf_source *bpf, char *why)
{
	bpf->order = order_new();
	bpf->inflight =
		calloc(UNFINISHED_BATCH, bpf_map__value_size(bpf->skel->maps.inflight_near));
	bpf->ring = ring_buffer__new(bpf_map__fd(bpf->skel->maps.records), on_record, bpf, NULL);
	if (bpf->options.fold)
		bpf->folds = folds_open(bpf_map__fd(bpf->skel->maps.folds),
					bpf_map__max_entries(bpf->skel->maps.folds));
	if (bpf->order && bpf->inflight && bpf->ring && (bpf->folds || !bpf->options.fold) &&
	    !watch_ring(bpf))
		return 0;
	snprintf(why, SOURCE_WHY_SIZE, "eBPF: cannot map the ring buffer: %s", strerror(errno));
	return -ENOMEM;
}

static void bpf_close(struct source *source)
{
	struct bpf_source *bpf = to_bpf(source);

	if (bpf->skel)
		unload(bpf);
	ring_buffer__free(bpf->ring);
	if (bpf->wakeups >= 0)
		close(bpf->wakeups);
	if (bpf->stats >= 0)
		close(bpf->stats);
	order_free(bpf->order);
	folds_close(bpf->folds);
	free(bpf->inflight);
	free(bpf);
}

/* For all programs of the machine: the kernel does so while anybody has asked it to. */
static int measure_cost(struct bpf_source *bpf, char *why)
{
	int error;

	if (!bpf->options.self_cost)
		return 0;
	bpf->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (bpf->stats >= 0)
		return 0;
	error = -errno;
	snprintf(why, SOURCE_WHY_SIZE, "eBPF: the time of programs cannot be measured: %s%s",
		 strerror(-error), error == -EPERM ? " (it takes CAP_SYS_ADMIN)" : "");
	return error;
}

static int bpf_open(struct source **source, const struct source_options *options, char *why)
{
	struct bpf_source *bpf;
	int error = check_machine(why);

	if (error)
		return error;
	bpf = calloc(1, sizeof(*bpf));
	if (!bpf)
		return -ENOMEM;
	bpf->source.ops = &source_bpf;
	/* Losses are asked of programs and maps; before 5.19 that takes it wherever BPF is not for all. */
	bpf->source.capabilities = 1ULL << CAP_BPF;
	bpf->wakeups = -1;
	bpf->stats = -1;
	bpf->options = *options;
	libbpf_set_print(keep_complaint);
	error = measure_cost(bpf, why);
	if (!error)
		error = try_modes(bpf, why);
	if (!error)
		error = make_ring(bpf, why);
	if (error) {
		bpf_close(&bpf->source);
		return error;
	}
	*source = &bpf->source;
	return 0;
}

static int bpf_follow(struct source *source, pid_t pid)
{
	uint64_t start_unknown = 0;
	uint32_t tid = (uint32_t)pid;

	return bpf_map__update_elem(to_bpf(source)->skel->maps.followed, &tid, sizeof(tid),
				    &start_unknown, sizeof(start_unknown), BPF_ANY);
}

static int bpf_fd(const struct source *source)
{
	return to_bpf(source)->wakeups;
}

static int bpf_read(struct source *source, source_record_fn take, void *context)
{
	struct bpf_source *bpf = to_bpf(source);
	uint64_t until = bpf->stopped ? UINT64_MAX : bpf->last_read_ns;
	struct epoll_event wakeup;
	int taken, folded;

	epoll_wait(bpf->wakeups, &wakeup, 1, 0);
	bpf->last_read_ns = order_now_ns();
	ring_buffer__consume(bpf->ring);
	taken = order_flush(bpf->order, until, take, context);
	if (!bpf->folds || taken < 0)
		return taken;
	folded = folds_read(bpf->folds, take, context);
	return folded < 0 ? folded : taken + folded;
}

/*
 * A clone that was seen to begin and not to end. One whose record is there, but not that of kernel_clone()'s
 * return, may still be held by a vfork: it counts if its caller is gone.
 */
static bool is_unfinished(const struct inflight_times *at)
{
	if (!at->enter_ns)
		return false;
	return !at->leave_ns || (kill((pid_t)at->tid, 0) && errno == ESRCH);
}

/* What the kernel doesn't let us read is taken to be one: it may be any number, and is not to be silent. */
static uint64_t count_unfinished_in(const struct bpf_source *bpf, const struct bpf_map *map)
{
	uint32_t keys[UNFINISHED_BATCH], at, count;
	size_t size = bpf_map__value_size(map);
	uint64_t unfinished = 0;
	bool begun = false;
	int error;

	do {
		count = UNFINISHED_BATCH;
		error = bpf_map_lookup_batch(bpf_map__fd(map), begun ? &at : NULL, &at, keys,
					     bpf->inflight, &count, NULL);
		if (error && errno != ENOENT)
			return unfinished + 1;
		for (uint32_t i = 0; i < count; i++)
			unfinished += is_unfinished((const void *)(bpf->inflight + i * size));
		begun = true;
	} while (!error);
	return unfinished;
}

static uint64_t count_unfinished(const struct bpf_source *bpf)
{
	return count_unfinished_in(bpf, bpf->skel->maps.inflight_near) +
	       count_unfinished_in(bpf, bpf->skel->maps.inflight_far);
}

/* All zero where the kernel doesn't tell. */
static struct bpf_prog_info info_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_program__fd(program) >= 0)
		bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
	return info;
}

/* How often the kernel skipped a program because it, or its kprobe, was running on that CPU already. */
static uint64_t misses_of(const struct bpf_source *bpf, size_t i)
{
	return info_of(find_program(bpf, i, bpf->source.attach)).recursion_misses +
	       kprobe_misses(bpf->links[i]);
}

/* With sysctl kernel.bpf_stats_enabled, or self_cost, only. */
static uint64_t bpf_run_ns(const struct source *source)
{
	const struct bpf_source *bpf = to_bpf(source);
	uint64_t ns = 0;

	for (size_t i = 0; i < PROBE_COUNT; i++)
		if (is_chosen(bpf, i, bpf->source.attach))
			ns += info_of(find_program(bpf, i, bpf->source.attach)).run_time_ns;
	return ns;
}

static void bpf_cost(const struct source *source, struct cost *cost)
{
	const struct bpf_source *bpf = to_bpf(source);
	struct bpf_prog_info info;
	char where[64];

	for (size_t i = 0; i < PROBE_COUNT && bpf->stats >= 0; i++) {
		if (!is_chosen(bpf, i, source->attach))
			continue;
		info = info_of(find_program(bpf, i, source->attach));
		where_of(where, sizeof(where), find_program(bpf, i, source->attach));
		cost_add(cost, where, info.run_cnt, info.run_time_ns);
	}
}

/* Without the others there is no record. */
static bool tells_facts(const struct probe *probe, uint32_t kinds)
{
	if (probe->begins)
		return !(probe->begins & kinds);
	return !probe->essential && (probe->facts || probe->facts_refused || probe->facts_refusal ||
				     probe->stages || probe->tells_clone3);
}

/* To be called while the probes are planted: their links know some of it. */
static void count_missed(const struct bpf_source *bpf, struct losses *losses)
{
	enum loss loss;

	for (size_t i = 0; i < PROBE_COUNT; i++) {
		if (!is_chosen(bpf, i, bpf->source.attach) || probes[i].ends_state)
			continue;
		loss = tells_facts(&probes[i], bpf->options.kinds) ? LOSS_FACT_MISSED
								   : LOSS_PROBE_MISSED;
		losses->count[loss] += misses_of(bpf, i);
	}
}

/* Whether all kprobes and kretprobes that programs are attached to are asked what they missed. */
static bool kprobes_tell(const struct bpf_source *bpf)
{
	for (size_t i = 0; i < PROBE_COUNT; i++)
		if (bpf->links[i] &&
		    bpf_program__type(find_program(bpf, i, bpf->source.attach)) ==
			    BPF_PROG_TYPE_KPROBE &&
		    !probes[i].ends_state && !kprobe_misses_known(bpf->links[i]))
			return false;
	return true;
}

/* Before 5.12 the kernel didn't count. */
static bool programs_tell(const struct bpf_source *bpf)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	for (size_t i = 0; i < PROBE_COUNT; i++)
		if (bpf->links[i] && !bpf_obj_get_info_by_fd(bpf_program__fd(find_program(
								     bpf, i, bpf->source.attach)),
							     &info, &size))
			return size >= offsetof(struct bpf_prog_info, recursion_misses) +
					       sizeof(info.recursion_misses);
	return false;
}

static struct source_counter count_of_missed(const struct bpf_source *bpf)
{
	if (!programs_tell(bpf))
		return (struct source_counter){"nothing",
					       "programs skipped, since they were running: Linux "
					       "5.12 begins to count them"};
	if (!kprobes_tell(bpf))
		return (struct source_counter){"the kernel: programs skipped, as they were running",
					       "kprobes skipped, as another was running: Linux 6.7 "
					       "begins to count them"};
	return (struct source_counter){"the kernel: programs and kprobes skipped", NULL};
}

static struct source_counter bpf_counter(const struct source *source, enum loss loss)
{
	switch (loss) {
	case LOSS_RING_FULL:
		return (struct source_counter){"the programs: each record without room", NULL};
	case LOSS_INFLIGHT_FULL:
		return (struct source_counter){"the programs: each clone without room", NULL};
	case LOSS_RETURN_MISSED:
		return (struct source_counter){"the programs: what a clone has left behind", NULL};
	case LOSS_FOLLOW_FULL:
		return (struct source_counter){"the programs: each child without room", NULL};
	case LOSS_PROBE_MISSED:
	case LOSS_FACT_MISSED:
		return count_of_missed(to_bpf(source));
	default:
		return (struct source_counter){NULL, NULL};
	}
}

/*
 * No program may be taken out while a clone is between its entry and its return: the kernel would skip the
 * return's program. So no clone is begun any more, and those in progress are waited for.
 */
static void bpf_stop(struct source *source)
{
	struct bpf_source *bpf = to_bpf(source);
	const struct timespec pause = {.tv_nsec = 1000000};

	bpf->skel->bss->stopping = true;
	for (int i = 0; i < LAST_RETURNS_MS && count_unfinished(bpf); i++)
		nanosleep(&pause, NULL);
	count_missed(bpf, &bpf->missed);
	take_out(bpf);
	bpf->unfinished = count_unfinished(bpf);
	bpf->stopped = true;
}

static void bpf_losses(const struct source *source, struct losses *losses)
{
	const struct bpf_source *bpf = to_bpf(source);
	const struct clonescope_bpf__bss *bss = bpf->skel->bss;

	losses->count[LOSS_RING_FULL] = bss->lost.ring_full;
	losses->count[LOSS_INFLIGHT_FULL] = bss->lost.inflight_full;
	losses->count[LOSS_RETURN_MISSED] = bss->lost.return_missed + bpf->unfinished;
	losses->count[LOSS_FOLLOW_FULL] = bss->lost.follow_full;
	if (bpf->stopped)
		losses_add(losses, &bpf->missed);
	else
		count_missed(bpf, losses);
	losses->count[LOSS_BAD_RECORD] = bpf->bad_records;
	losses->count[LOSS_NO_MEMORY] = bpf->no_memory;
}

const struct source_ops source_bpf = {
	.name = "bpf",
	.open = bpf_open,
	.follow = bpf_follow,
	.fd = bpf_fd,
	.read = bpf_read,
	.stop = bpf_stop,
	.losses = bpf_losses,
	.counter = bpf_counter,
	.run_ns = bpf_run_ns,
	.cost = bpf_cost,
	.close = bpf_close,
};
