/* SPDX-License-Identifier: GPL-2.0 */
/* The events of the module: clonescope:*, one per kind of record. */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM clonescope

#if !defined(CLONESCOPE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CLONESCOPE_TRACE_H

#include <linux/nodemask.h>
#include <linux/tracepoint.h>

#include "clonescope/fields.h"
#include "clonescope/record.h"

/*
 * Every field of a record is a field of its event and has its name; those of
 * the two policies have policy_ and child_policy_ before it. Readers go by
 * that. node_words alone is not in the record: how many words of a node mask
 * can have bits on this machine, and are in the event: for all 1024 nodes the
 * two masks would be more than half of what perf copies for a clone.
 *
 * Numbers that user space is to see are written as numbers, as the print
 * format is given to it as text; array lengths, too. libtraceevent takes short
 * numbers for unsigned ones unless the format says %hd.
 */
static_assert(CS_COMM_LEN == 16);
static_assert(CS_MAX_STACK_PAGES == 16);

#define cs_node_words() BITS_TO_LONGS(nr_node_ids)

/* The trace macros have a layout of their own. */
/* clang-format off */

#define cs_print_clone_flags(flags)                                            \
	__print_flags(flags, "|",                                              \
		{ 0x80, "NEWTIME" }, { 0x100, "VM" }, { 0x200, "FS" },         \
		{ 0x400, "FILES" }, { 0x800, "SIGHAND" }, { 0x1000, "PIDFD" }, \
		{ 0x2000, "PTRACE" }, { 0x4000, "VFORK" },                     \
		{ 0x8000, "PARENT" }, { 0x10000, "THREAD" },                   \
		{ 0x20000, "NEWNS" }, { 0x40000, "SYSVSEM" },                  \
		{ 0x80000, "SETTLS" }, { 0x100000, "PARENT_SETTID" },          \
		{ 0x200000, "CHILD_CLEARTID" }, { 0x400000, "DETACHED" },      \
		{ 0x800000, "UNTRACED" }, { 0x1000000, "CHILD_SETTID" },       \
		{ 0x2000000, "NEWCGROUP" }, { 0x4000000, "NEWUTS" },           \
		{ 0x8000000, "NEWIPC" }, { 0x10000000, "NEWUSER" },            \
		{ 0x20000000, "NEWPID" }, { 0x40000000, "NEWNET" },            \
		{ 0x80000000, "IO" }, { 0x100000000, "CLEAR_SIGHAND" },        \
		{ 0x200000000, "INTO_CGROUP" }, { 0x400000000, "AUTOREAP" },   \
		{ 0x800000000, "NNP" }, { 0x1000000000, "PIDFD_AUTOKILL" },    \
		{ 0x2000000000, "EMPTY_MNTNS" })

#define cs_print_via(via)                                          \
	__print_symbolic(via,                                      \
		{ 0, "?" }, { 1, "fork" }, { 2, "vfork" },         \
		{ 3, "clone" }, { 4, "clone3" }, { 5, "kthread" }, \
		{ 6, "umh" }, { 7, "io_worker" }, { 8, "vhost" })

#define cs_print_stack_origin(origin) \
	__print_symbolic(origin, { 0, "?" }, { 1, "cached" }, { 2, "fresh" })

#define cs_print_policy_mode(mode)                                       \
	__print_symbolic(mode,                                           \
		{ 0, "default" }, { 1, "prefer" }, { 2, "bind" },        \
		{ 3, "interleave" }, { 4, "local" }, { 5, "prefer-many" }, \
		{ 6, "weighted-interleave" })

#define cs_print_facts(facts)                                               \
	__print_flags(facts, "|",                                           \
		{ 0x1, "via" }, { 0x2, "kernel_clone" },                    \
		{ 0x4, "exit_signal" }, { 0x8, "copy_ns" },                 \
		{ 0x10, "node_requested" }, { 0x20, "task_node" },          \
		{ 0x40, "stack_nodes" }, { 0x80, "stack_origin" },          \
		{ 0x100, "policy" }, { 0x200, "child_policy" },             \
		{ 0x400, "policy_copied" }, { 0x800, "vma_policies" })

TRACE_EVENT(clone,

	TP_PROTO(const struct cs_clone *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		__field(__u16, kind)
		__field(__u16, size)
		__field(__u8, version)
		__field(__u8, backend)
		__field(__u16, node_words)
		__field(__u64, ts_ns)
		__field(__u64, missing)
		__field(__u64, start_ns)
		__field(__u32, tid)
		__field(__u32, tgid)
		__field(__u32, uid)
		__field(__u32, cpu)
		__array(char, comm, 16)
		__field(__u64, flags)
		__field(__s32, exit_signal)
		__field(__u8, via)
		__field(__u8, kernel_clone)
		__field(__u8, stack_origin)
		__field(__u8, policy_copied)
		__field(__s32, error)
		__field(__u32, child_tid)
		__field(__u32, child_tgid)
		__field(__u32, vma_policies)
		__field(__u64, child_start_ns)
		__field(__u64, copy_ns)
		__field(__s16, cpu_node)
		__field(__s16, node_requested)
		__field(__s16, task_node)
		__field(__u16, stack_pages)
		__array(__s16, stack_nodes, 16)
		__field(__u16, policy_mode)
		__field(__u16, policy_flags)
		__field(__s32, policy_home_node)
		__dynamic_array(__u64, policy_nodes, cs_node_words())
		__field(__u16, child_policy_mode)
		__field(__u16, child_policy_flags)
		__field(__s32, child_policy_home_node)
		__dynamic_array(__u64, child_policy_nodes, cs_node_words())
	),

	TP_fast_assign(
		__entry->kind = rec->head.kind;
		__entry->size = rec->head.size;
		__entry->version = rec->head.version;
		__entry->backend = rec->head.backend;
		__entry->node_words = cs_node_words();
		__entry->ts_ns = rec->head.ts_ns;
		__entry->missing = rec->missing;
		__entry->start_ns = rec->start_ns;
		__entry->tid = rec->tid;
		__entry->tgid = rec->tgid;
		__entry->uid = rec->uid;
		__entry->cpu = rec->cpu;
		memcpy(__entry->comm, rec->comm, sizeof(rec->comm));
		__entry->flags = rec->flags;
		__entry->exit_signal = rec->exit_signal;
		__entry->via = rec->via;
		__entry->kernel_clone = rec->kernel_clone;
		__entry->stack_origin = rec->stack_origin;
		__entry->policy_copied = rec->policy_copied;
		__entry->error = rec->error;
		__entry->child_tid = rec->child_tid;
		__entry->child_tgid = rec->child_tgid;
		__entry->vma_policies = rec->vma_policies;
		__entry->child_start_ns = rec->child_start_ns;
		__entry->copy_ns = rec->copy_ns;
		__entry->cpu_node = rec->cpu_node;
		__entry->node_requested = rec->node_requested;
		__entry->task_node = rec->task_node;
		__entry->stack_pages = rec->stack_pages;
		memcpy(__entry->stack_nodes, rec->stack_nodes,
		       sizeof(rec->stack_nodes));
		__entry->policy_mode = rec->policy.mode;
		__entry->policy_flags = rec->policy.flags;
		__entry->policy_home_node = rec->policy.home_node;
		memcpy(__get_dynamic_array(policy_nodes), rec->policy.nodes,
		       __get_dynamic_array_len(policy_nodes));
		__entry->child_policy_mode = rec->child_policy.mode;
		__entry->child_policy_flags = rec->child_policy.flags;
		__entry->child_policy_home_node = rec->child_policy.home_node;
		memcpy(__get_dynamic_array(child_policy_nodes),
		       rec->child_policy.nodes,
		       __get_dynamic_array_len(child_policy_nodes));
	),

	TP_printk("%s/%u %s -> %u error=%d flags=%s exit_signal=%d uid=%u copy_ns=%llu node: cpu=%hd requested=%hd task=%hd stack=%s %s policy=%s %s child_policy=%s %s copied=%u vmas=%u missing=%s",
		  __entry->comm, __entry->tid, cs_print_via(__entry->via),
		  __entry->child_tid, __entry->error,
		  cs_print_clone_flags(__entry->flags), __entry->exit_signal,
		  __entry->uid, __entry->copy_ns, __entry->cpu_node,
		  __entry->node_requested, __entry->task_node,
		  cs_print_stack_origin(__entry->stack_origin),
		  __print_array(__entry->stack_nodes, __entry->stack_pages, 2),
		  cs_print_policy_mode(__entry->policy_mode),
		  __print_array(__get_dynamic_array(policy_nodes),
				__entry->node_words, 8),
		  cs_print_policy_mode(__entry->child_policy_mode),
		  __print_array(__get_dynamic_array(child_policy_nodes),
				__entry->node_words, 8),
		  __entry->policy_copied, __entry->vma_policies,
		  cs_print_facts(__entry->missing))
);

TRACE_EVENT(clone_return,

	TP_PROTO(const struct cs_return *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		__field(__u16, kind)
		__field(__u16, size)
		__field(__u8, version)
		__field(__u8, backend)
		__field(__u64, ts_ns)
		__field(__u64, start_ns)
		__field(__u32, tid)
		__field(__u32, tgid)
		__field(__u32, uid)
		__field(__u32, child_tid)
		__field(__s32, error)
		__field(__u64, flags)
		__field(__u64, copy_ns)
		__field(__u64, clone_ns)
		__field(__u64, vfork_ns)
		__array(char, comm, 16)
	),

	TP_fast_assign(
		__entry->kind = rec->head.kind;
		__entry->size = rec->head.size;
		__entry->version = rec->head.version;
		__entry->backend = rec->head.backend;
		__entry->ts_ns = rec->head.ts_ns;
		__entry->start_ns = rec->start_ns;
		__entry->tid = rec->tid;
		__entry->tgid = rec->tgid;
		__entry->uid = rec->uid;
		__entry->child_tid = rec->child_tid;
		__entry->error = rec->error;
		__entry->flags = rec->flags;
		__entry->copy_ns = rec->copy_ns;
		__entry->clone_ns = rec->clone_ns;
		__entry->vfork_ns = rec->vfork_ns;
		memcpy(__entry->comm, rec->comm, sizeof(rec->comm));
	),

	TP_printk("%s/%u -> %u error=%d flags=%s uid=%u copy_ns=%llu clone_ns=%llu vfork_ns=%llu",
		  __entry->comm, __entry->tid, __entry->child_tid,
		  __entry->error, cs_print_clone_flags(__entry->flags),
		  __entry->uid, __entry->copy_ns, __entry->clone_ns,
		  __entry->vfork_ns)
);

/* The other events: all fields of a record as fields.h has them. */

#define cs_head_fields          \
	__field(__u16, kind)    \
	__field(__u16, size)    \
	__field(__u8, version)  \
	__field(__u8, backend)  \
	__field(__u64, ts_ns)

#define cs_assign_head                           \
	__entry->kind = rec->head.kind;          \
	__entry->size = rec->head.size;          \
	__entry->version = rec->head.version;    \
	__entry->backend = rec->head.backend;    \
	__entry->ts_ns = rec->head.ts_ns;

#define cs_field(record, type, name) __field(type, name)
#define cs_array(record, type, name, length) __array(type, name, length)
#define cs_assign_field(record, type, name) __entry->name = rec->name;
#define cs_assign_array(record, type, name, length) \
	memcpy(__entry->name, rec->name, sizeof(rec->name));

TRACE_EVENT(clone_refusal,

	TP_PROTO(const struct cs_refusal *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_REFUSAL_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_REFUSAL_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%u trail=%#x is=%#x stage=%d caps=%#llx user_ns=%u level=%d ucount: type=%d uid=%u max=%lld nproc=%lld of %lld threads=%d of %d pids=%lld of %lld cgroup=%s missing=%#llx",
		  __entry->tid, __entry->trail, __entry->is, __entry->stage,
		  __entry->caps, __entry->user_ns, __entry->user_level,
		  __entry->ucount_type, __entry->ucount_uid,
		  __entry->ucount_max, __entry->nproc, __entry->nproc_max,
		  __entry->threads, __entry->threads_max, __entry->pids,
		  __entry->pids_max, __entry->cgroup, __entry->missing)
);

TRACE_EVENT(clone_detail,

	TP_PROTO(const struct cs_detail *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_DETAIL_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_DETAIL_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%u pid_level=%u real_parent=%u name=%s function=%s user_level=%d child_uid=%u cpus=%u seccomp=%u caps=%#llx cgroup=%s missing=%#llx",
		  __entry->tid, __entry->pid_level, __entry->real_parent_tid,
		  __entry->name, __entry->function, __entry->user_level,
		  __entry->child_uid, __entry->cpus, __entry->seccomp,
		  __entry->caps, __entry->cgroup, __entry->missing)
);

TRACE_EVENT(clone_phases,

	TP_PROTO(const struct cs_phases *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_PHASES_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_PHASES_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%u passed=%#x told=%#x phase_ns=%s",
		  __entry->tid, __entry->passed, __entry->told,
		  __print_array(__entry->phase_ns, 25, 4))
);

TRACE_EVENT(clone_call,

	TP_PROTO(const struct cs_call *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_CALL_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_CALL_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%s/%u %s error=%d entered=%u seccomp=%u args_known=%u flags=%s exit_signal=%llu args_size=%llu uid=%u",
		  __entry->comm, __entry->tid, cs_print_via(__entry->via),
		  __entry->error, __entry->entered, __entry->seccomp,
		  __entry->args_known, cs_print_clone_flags(__entry->flags),
		  __entry->exit_signal, __entry->args_size,
		  __entry->uid)
);

TRACE_EVENT(task_start,

	TP_PROTO(const struct cs_start *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_START_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_START_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%u/%u cpu=%u node=%d", __entry->tgid, __entry->tid,
		  __entry->cpu, __entry->node)
);

TRACE_EVENT(task_exec,

	TP_PROTO(const struct cs_exec *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_EXEC_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_EXEC_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%s/%u file=%s old_tid=%u", __entry->comm, __entry->tid,
		  __entry->file, __entry->old_tid)
);

TRACE_EVENT(task_exit,

	TP_PROTO(const struct cs_exit *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_EXIT_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_EXIT_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%s/%u code=%d last_thread=%u", __entry->comm, __entry->tid,
		  __entry->code, __entry->last_thread)
);

TRACE_EVENT(task_namespaces,

	TP_PROTO(const struct cs_namespaces *rec),

	TP_ARGS(rec),

	TP_STRUCT__entry(
		cs_head_fields
		CS_NAMESPACES_FIELDS(cs_field, cs_array)
	),

	TP_fast_assign(
		cs_assign_head
		CS_NAMESPACES_FIELDS(cs_assign_field, cs_assign_array)
	),

	TP_printk("%s/%u is_setns=%u flags=%s error=%d", __entry->comm,
		  __entry->tid, __entry->is_setns,
		  cs_print_clone_flags(__entry->flags), __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
