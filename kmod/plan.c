// SPDX-License-Identifier: GPL-2.0
/* The table of probes: planting them, removing them, accounting for them. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>

#include "kmod/call.h"
#include "kmod/clone.h"
#include "kmod/compat.h"
#include "kmod/life.h"
#include "kmod/plan.h"
#include "kmod/record.h"
#include "kmod/symbols.h"
#include "kmod/ucount.h"

unsigned int cs_max_inflight = 512;
bool cs_self_cost;

struct probe {
	/* What is wished for. */
	const char *symbols[2]; /* places that serve, the best one first */
	unsigned int events;	/* CS_FOR() of those that need it */
	u64 facts; /* CS_MISSING() of what it tells; 0: no event without it */
	enum cs_event facts_of;	      /* whose record has these facts */
	kprobe_pre_handler_t on_call; /* kprobes only */
	kretprobe_handler_t on_entry;
	kretprobe_handler_t on_return;
	size_t state_size;
	void *on_trace; /* tracepoints only: symbols are names of such */

	/* What became of it. */
	const char *symbol;   /* where it is planted, or NULL */
	int err;	      /* why it is not */
	unsigned long missed; /* while planted earlier */
	struct kretprobe rp;  /* of a kprobe, only rp.kp */
	struct tracepoint *tp;
	void *traced_by; /* on_trace, or its stand-in that takes the time */
};

#define CS_FOR(event) (1U << CS_EVENT_##event)

/* Its fact is that a stage, by its bit, was entered. */
#define MARKER(stage, symbol, substitute)           \
	{                                           \
		.symbols = { symbol, substitute },  \
		.events = CS_FOR(PHASES),           \
		.facts = BIT_ULL(CS_STAGE_##stage), \
		.facts_of = CS_EVENT_PHASES,        \
		.on_call = cs_on_marker,            \
	},

/* The code of a call, by which it is known that it was reached. */
#define CALL(symbol, call_facts)                                \
	{                                                       \
		.symbols = { symbol }, .events = CS_FOR(CALL),  \
		.facts = call_facts, .facts_of = CS_EVENT_CALL, \
		.on_call = cs_on_clone_call,                    \
	}

#define CALL_FACTS(via) \
	(CS_CALL_FACT(via) | (CS_SYS_SHARED_BY_32BIT ? CS_CALL_FACT_32BIT : 0))

/*
 * In the order of planting. An event's kretprobe comes last: a clone that it
 * sees the entry of is seen by all the others, and their silence means that
 * what they look for did not happen.
 */
static struct probe probes[] = {
	{
		.symbols = { "kernel_clone" },
		.events = CS_FOR(CLONE),
		.facts = CS_MISSING(CS_FACT_KERNEL_CLONE),
		.on_call = cs_on_kernel_clone,
	},
	{
		/* dup_task_struct() itself is inlined on every kernel seen. */
		.symbols = { "arch_dup_task_struct", "dup_user_cpus_ptr" },
		.events = CS_FOR(CLONE),
		.facts = CS_MISSING(CS_FACT_TASK_NODE),
		.on_call = cs_on_arch_dup_task_struct,
	},
	{
		.symbols = { "find_vm_area" },
		.events = CS_FOR(CLONE),
		.facts = CS_MISSING(CS_FACT_STACK_ORIGIN),
		.on_call = cs_on_find_vm_area,
	},
	{
		.symbols = { "__mpol_dup" },
		.events = CS_FOR(CLONE),
		.facts = CS_MISSING(CS_FACT_POLICY_COPIED) |
			 CS_MISSING(CS_FACT_VMA_POLICIES),
		.on_call = cs_on_mpol_dup,
	},
	{
		.symbols = { "copy_process" },
		.events = CS_FOR(CLONE),
		.on_entry = cs_on_copy_process,
		.on_return = cs_on_copy_process_return,
		.state_size = sizeof(struct cs_copy),
	},
	{
		.symbols = { "kernel_clone" },
		.events = CS_FOR(RETURN),
		.on_entry = cs_on_kernel_clone_call,
		.on_return = cs_on_kernel_clone_return,
		.state_size = sizeof(struct cs_kernel_clone),
	},
	{
		.symbols = { "inc_ucount" },
		.events = CS_FOR(REFUSAL),
		.facts = CS_MISSING(CS_REFUSAL_UCOUNT),
		.facts_of = CS_EVENT_REFUSAL,
		.on_entry = cs_on_inc_ucount,
		.on_return = cs_on_inc_ucount_return,
		.state_size = sizeof(struct cs_ucount),
	},
	{
		.symbols = { "current_chrooted" },
		.events = CS_FOR(REFUSAL),
		.facts = CS_MISSING(CS_REFUSAL_CHROOTED),
		.facts_of = CS_EVENT_REFUSAL,
		.on_return = cs_on_current_chrooted_return,
	},
	{
		.symbols = { "schedule_tail" },
		.events = CS_FOR(START),
		.on_call = cs_on_schedule_tail,
	},
	{
		.symbols = { "sched_process_exec" },
		.events = CS_FOR(EXEC),
		.on_trace = cs_on_sched_process_exec,
	},
	{
		.symbols = { "sched_process_exit" },
		.events = CS_FOR(EXIT),
		.on_trace = cs_on_sched_process_exit,
	},
	{
		.symbols = { "ksys_unshare" },
		.events = CS_FOR(NAMESPACES),
		.on_entry = cs_on_unshare,
		.on_return = cs_on_unshare_return,
		.state_size = sizeof(struct cs_seen),
	},
	{
		.symbols = { "__do_sys_setns", CS_SYS "setns" },
		.events = CS_FOR(NAMESPACES),
		.on_return = cs_on_setns_return,
	},
	{
		.symbols = { "sys_exit" },
		.events = CS_FOR(CALL),
		.on_trace = cs_on_sys_exit,
	},
	CALL(CS_SYS "clone3", CALL_FACTS(CS_VIA_CLONE3)),
	CALL(CS_SYS "clone", CALL_FACTS(CS_VIA_CLONE)),
#ifdef __NR_fork
	CALL(CS_SYS "fork", CALL_FACTS(CS_VIA_FORK)),
	CALL(CS_SYS "vfork", CALL_FACTS(CS_VIA_VFORK)),
#endif
#ifdef CS_SYS_CLONE_32BIT
	CALL(CS_SYS_CLONE_32BIT, CS_CALL_FACT_32BIT),
	CALL(CS_SYS_CLONE3_32BIT, CS_CALL_FACT_32BIT),
#endif
	CS_MARKERS(MARKER)
};

#define for_each_probe(probe)                                          \
	for ((probe) = probes; (probe) != probes + ARRAY_SIZE(probes); \
	     (probe)++)

static struct cs_inflight *const inflight[CS_EVENT_COUNT] = {
	[CS_EVENT_CLONE] = &cs_copies,
	[CS_EVENT_RETURN] = &cs_kernel_clones,
	[CS_EVENT_CALL] = &cs_callers,
	[CS_EVENT_NAMESPACES] = &cs_unshares,
};

/*
 * These are made, or told of their child, by copy_process()'s probes: whoever
 * wants them needs those of the clone event, too.
 */
#define OF_CLONES                                                             \
	(CS_FOR(RETURN) | CS_FOR(REFUSAL) | CS_FOR(DETAIL) | CS_FOR(PHASES) | \
	 CS_FOR(CALL))

/* Taken under event_mutex and around kprobe_mutex: see trace.c. */
static DEFINE_MUTEX(plan_lock);
static unsigned int users[CS_EVENT_COUNT];
static u64 told[CS_EVENT_COUNT];

/*
 * CS_MISSING() of what only probes can tell and these do, from when all that
 * there will be are planted. To be asked when what they follow begins.
 */
u64 cs_plan_told(enum cs_event event)
{
	return READ_ONCE(told[event]);
}
NOKPROBE_SYMBOL(cs_plan_told);

/* @probe: of a handler that serves several probes. */
u64 cs_plan_facts(const struct kprobe *probe)
{
	return container_of(probe, struct probe, rp.kp)->facts;
}
NOKPROBE_SYMBOL(cs_plan_facts);

static bool is_kprobe(const struct probe *probe)
{
	return probe->on_call;
}

static bool is_tracepoint(const struct probe *probe)
{
	return probe->on_trace;
}

static const char *kind(const struct probe *probe)
{
	if (is_tracepoint(probe))
		return "tracepoint";
	return is_kprobe(probe) ? "kprobe" : "kretprobe";
}

static bool serves(const struct probe *probe, enum cs_event event)
{
	return probe->events & 1U << event;
}

static bool is_used(const struct probe *probe)
{
	int event;

	for (event = 0; event < CS_EVENT_COUNT; event++) {
		if (serves(probe, event) && users[event])
			return true;
	}
	return false;
}

/* What the handlers of each probe took, while somebody asked for that. */
struct cost {
	u64 runs;
	u64 ns;
};
static DEFINE_PER_CPU(struct cost[ARRAY_SIZE(probes)], costs);

static nokprobe_inline void add_cost(const struct probe *probe, u64 since)
{
	this_cpu_inc(costs[probe - probes].runs);
	this_cpu_add(costs[probe - probes].ns,
		     ktime_get_mono_fast_ns() - since);
}

/*
 * Stand-ins for the handlers of probes that are planted while cs_self_cost is
 * set: all others pay nothing for it.
 */
static int timed_call(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *probe = container_of(kp, struct probe, rp.kp);
	u64 since = ktime_get_mono_fast_ns();
	int result = probe->on_call(kp, regs);

	add_cost(probe, since);
	return result;
}
NOKPROBE_SYMBOL(timed_call);

static int timed_entry(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	struct probe *probe =
		container_of(cs_kretprobe_of(instance), struct probe, rp);
	u64 since = ktime_get_mono_fast_ns();
	int result = probe->on_entry(instance, regs);

	add_cost(probe, since);
	return result;
}
NOKPROBE_SYMBOL(timed_entry);

static int timed_return(struct kretprobe_instance *instance,
			struct pt_regs *regs)
{
	struct kretprobe *rp = cs_kretprobe_of(instance);
	struct probe *probe;
	u64 since;

	if (!rp) /* it is being removed */
		return 0;
	probe = container_of(rp, struct probe, rp);
	since = ktime_get_mono_fast_ns();
	probe->on_return(instance, regs);
	add_cost(probe, since);
	return 0;
}
NOKPROBE_SYMBOL(timed_return);

static void timed_exec(void *probe, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	u64 since = ktime_get_mono_fast_ns();

	cs_on_sched_process_exec(NULL, task, old_pid, bprm);
	add_cost(probe, since);
}
NOKPROBE_SYMBOL(timed_exec);

static void timed_exit(void *probe,
		       struct task_struct *task CS_EXIT_GROUP_DEAD(group_dead))
{
	u64 since = ktime_get_mono_fast_ns();

	cs_on_sched_process_exit(NULL, task CS_PASS_GROUP_DEAD(group_dead));
	add_cost(probe, since);
}
NOKPROBE_SYMBOL(timed_exit);

/* Of every system call: where nothing is told, that is nearly all it costs. */
static void timed_sys_exit(void *probe, struct pt_regs *regs, long ret)
{
	u64 since = ktime_get_mono_fast_ns();

	cs_on_sys_exit(NULL, regs, ret);
	add_cost(probe, since);
}
NOKPROBE_SYMBOL(timed_sys_exit);

static void *timed_trace(const struct probe *probe)
{
	if (probe->on_trace == cs_on_sys_exit)
		return timed_sys_exit;
	if (probe->on_trace == cs_on_sched_process_exec)
		return timed_exec;
	return timed_exit;
}

/* A search for a tracepoint by name. */
struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare_name(struct tracepoint *tp, void *context)
{
	struct search *search = context;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/* The kernel's own are not exported: no register_trace_*() would link. */
static int register_tracepoint(struct probe *probe, const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(compare_name, &search);
	if (!search.found)
		return -ENOENT;
	probe->tp = search.found;
	probe->traced_by = cs_self_cost ? timed_trace(probe) : probe->on_trace;
	return tracepoint_probe_register(probe->tp, probe->traced_by, probe);
}

static int register_at(struct probe *probe, const char *symbol)
{
	struct kretprobe *rp = &probe->rp;

	if (is_tracepoint(probe))
		return register_tracepoint(probe, symbol);

	/* An earlier registration left its address and flags behind. */
	memset(rp, 0, sizeof(*rp));
	rp->kp.symbol_name = symbol;
	if (is_kprobe(probe)) {
		rp->kp.pre_handler = cs_self_cost ? timed_call : probe->on_call;
		return register_kprobe(&rp->kp);
	}
	rp->entry_handler =
		cs_self_cost && probe->on_entry ? timed_entry : probe->on_entry;
	rp->handler = cs_self_cost ? timed_return : probe->on_return;
	rp->data_size = probe->state_size;
	rp->maxactive = cs_max_inflight;
	return register_kretprobe(rp);
}

static const char *advice(int err)
{
	switch (err) {
	case -ENOENT:
		return "this kernel has no such symbol (see /proc/kallsyms)";
	case -EINVAL:
		return "this kernel forbids it (see kprobes/blacklist in debugfs)";
	case -EBUSY:
		return "a live patch or a tracer owns the function";
	case -EPERM:
		return "lockdown or a security module forbids it (see dmesg)";
	case -ENOMEM:
		return "out of memory, lower the parameter max_inflight";
	default:
		return "see the kernel log around this line";
	}
}

static void plant(struct probe *probe)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(probe->symbols) && probe->symbols[i]; i++) {
		probe->err = register_at(probe, probe->symbols[i]);
		if (!probe->err) {
			probe->symbol = probe->symbols[i];
			return;
		}
		if (probe->err != -ENOENT)
			break;
	}
	pr_err("cannot probe %s, error %d: %s; %s\n", probe->symbols[0],
	       probe->err, advice(probe->err),
	       probe->facts ? "records are made without what it tells" :
			      "the event cannot be enabled");
}

static unsigned long missed(const struct probe *probe)
{
	return probe->missed + probe->rp.kp.nmissed + probe->rp.nmissed;
}

static void forget(struct probe *probe)
{
	probe->missed = missed(probe);
	probe->symbol = NULL;
	probe->tp = NULL;
	memset(&probe->rp, 0, sizeof(probe->rp));
}

static bool is_to_go(const struct probe *probe, enum cs_event event)
{
	return probe->symbol && serves(probe, event) && !is_used(probe);
}

static void remove_tracepoints(enum cs_event event)
{
	bool any = false;
	struct probe *probe;

	for_each_probe(probe) {
		if (!is_tracepoint(probe) || !is_to_go(probe, event))
			continue;
		tracepoint_probe_unregister(probe->tp, probe->traced_by, probe);
		any = true;
	}
	if (any)
		tracepoint_synchronize_unregister();
}

/*
 * Kretprobes go first, so that no record is filled from the silence of probes
 * that are gone. Either batch waits for its handlers in one grace period, as
 * each costs many CPUs dear.
 */
static void remove_kprobes(enum cs_event event)
{
	static struct kretprobe *returns[ARRAY_SIZE(probes)];
	static struct kprobe *calls[ARRAY_SIZE(probes)];
	int n_returns = 0, n_calls = 0;
	struct probe *probe;

	for_each_probe(probe) {
		if (is_tracepoint(probe) || !is_to_go(probe, event))
			continue;
		if (is_kprobe(probe))
			calls[n_calls++] = &probe->rp.kp;
		else
			returns[n_returns++] = &probe->rp;
	}
	unregister_kretprobes(returns, n_returns);
	unregister_kprobes(calls, n_calls);
}

static void uproot(enum cs_event event)
{
	struct probe *probe;

	WRITE_ONCE(told[event], 0);
	if (inflight[event])
		cs_inflight_close(inflight[event]);
	remove_tracepoints(event);
	remove_kprobes(event);
	for_each_probe(probe) {
		if (is_to_go(probe, event))
			forget(probe);
	}
}

static int plant_probes(enum cs_event event)
{
	struct probe *probe;

	for_each_probe(probe) {
		if (!serves(probe, event))
			continue;
		if (!probe->symbol)
			plant(probe);
		if (probe->err && !probe->facts)
			return probe->err;
	}
	return 0;
}

/* What several probes tell is told if one of them stands. */
static u64 facts_of(enum cs_event event)
{
	u64 facts = 0;
	struct probe *probe;

	for_each_probe(probe) {
		if (probe->facts_of == event && probe->symbol)
			facts |= probe->facts;
	}
	return facts;
}

static int plant_event(enum cs_event event)
{
	int err = 0;

	if (event == CS_EVENT_REFUSAL)
		cs_symbols_find();
	if (inflight[event])
		err = cs_inflight_open(inflight[event], cs_max_inflight);
	if (err)
		return err;
	err = plant_probes(event);
	if (err) {
		uproot(event);
		return err;
	}
	WRITE_ONCE(told[event], facts_of(event));
	return 0;
}

static int get_event(enum cs_event event)
{
	int err = 0;

	if (!users[event])
		err = plant_event(event);
	if (!err)
		users[event]++;
	return err;
}

static void put_event(enum cs_event event)
{
	if (!--users[event])
		uproot(event);
}

int cs_plan_plant(enum cs_event event)
{
	bool of_clones = OF_CLONES & 1U << event;
	int err = 0;

	mutex_lock(&plan_lock);
	if (of_clones)
		err = get_event(CS_EVENT_CLONE);
	if (!err) {
		err = get_event(event);
		if (err && of_clones)
			put_event(CS_EVENT_CLONE);
	}
	mutex_unlock(&plan_lock);
	return err;
}

void cs_plan_uproot(enum cs_event event)
{
	mutex_lock(&plan_lock);
	put_event(event);
	if (OF_CLONES & 1U << event)
		put_event(CS_EVENT_CLONE);
	mutex_unlock(&plan_lock);
}

static const char *state(const struct probe *probe)
{
	if (probe->symbol)
		return "planted";
	return probe->err ? "absent" : "idle";
}

/*
 * One line per probe, six words apart by one space:
 *
 *	SYMBOL kprobe|kretprobe|tracepoint STATE ERRNO missed COUNT
 *
 * STATE is idle, planted or absent. SYMBOL is where the probe is planted, or else where it would best be. A probe
 * is absent if the last attempt to plant it failed; ERRNO says why, as a
 * positive number, and is otherwise 0. COUNT is of hits without effect, since
 * loading.
 */
int cs_plan_print_probes(char *text, size_t size)
{
	struct probe *probe;
	int length = 0;

	mutex_lock(&plan_lock);
	for_each_probe(probe) {
		length += scnprintf(text + length, size - length,
				    "%s %s %s %d missed %lu\n",
				    probe->symbol ?: probe->symbols[0],
				    kind(probe), state(probe), -probe->err,
				    missed(probe));
	}
	mutex_unlock(&plan_lock);
	return length;
}

/*
 * One line per probe that was timed, "SYMBOL KIND RUNS NS", since loading. The
 * entry and the return of a kretprobe are two runs.
 */
int cs_plan_print_cost(char *text, size_t size)
{
	struct probe *probe;
	int cpu, length = 0;

	mutex_lock(&plan_lock);
	for_each_probe(probe) {
		struct cost sum = {};

		for_each_possible_cpu(cpu)
		{
			const struct cost *cost =
				&per_cpu(costs, cpu)[probe - probes];

			sum.runs += READ_ONCE(cost->runs);
			sum.ns += READ_ONCE(cost->ns);
		}
		if (sum.runs)
			length += scnprintf(text + length, size - length,
					    "%s %s %llu %llu\n",
					    probe->symbol ?: probe->symbols[0],
					    kind(probe), sum.runs, sum.ns);
	}
	mutex_unlock(&plan_lock);
	return length;
}

/* Misses of events' own probes, by which their records are made. */
static unsigned long missed_by(unsigned int events)
{
	unsigned long count = 0;
	struct probe *probe;

	for_each_probe(probe) {
		if (probe->events & events && !probe->facts)
			count += missed(probe);
	}
	return count;
}

static unsigned long missed_in_all(void)
{
	unsigned long count = 0;
	struct probe *probe;

	for_each_probe(probe)
		count += missed(probe);
	return count;
}

/*
 * One line per cause, "CAUSE COUNT", counts since loading:
 *
 *	clone_missed	clones without a record, copy_process() was not probed
 *	return_missed	returns without a record, kernel_clone() was not probed
 *	return_full	the same, or a call that failed without a record, no
 *			room in a table of calls in flight
 *	life_missed	starts, unshare() and setns() without a record
 *	fact_missed	probe hits without effect: one fact of one record, if
 *			at all, is wrong or missing for each
 *	fact_full	records that have all facts of nested probes missing,
 *			no room in the tables of copies and unshares in flight
 */
int cs_plan_print_lost(char *text, size_t size)
{
	unsigned long clones, returns, lives, facts;
	long full = atomic_long_read(&cs_kernel_clones.full) +
		    atomic_long_read(&cs_calls_untold);
	int length;

	mutex_lock(&plan_lock);
	clones = missed_by(CS_FOR(CLONE));
	returns = missed_by(CS_FOR(RETURN));
	lives = missed_by(CS_FOR(START) | CS_FOR(NAMESPACES));
	facts = missed_in_all() - clones - returns - lives;
	length = scnprintf(text, size,
			   "clone_missed %lu\n"
			   "return_missed %lu\n"
			   "return_full %ld\n"
			   "life_missed %lu\n"
			   "fact_missed %lu\n"
			   "fact_full %ld\n",
			   clones, returns, full, lives, facts,
			   atomic_long_read(&cs_copies.full) +
				   atomic_long_read(&cs_unshares.full));
	mutex_unlock(&plan_lock);
	return length;
}
