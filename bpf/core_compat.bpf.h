/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where kernels 5.10 to 7.3 differ, for the BPF side: nowhere else. */
#ifndef CLONESCOPE_CORE_COMPAT_BPF_H
#define CLONESCOPE_CORE_COMPAT_BPF_H

/*
 * Each function hides one difference and asks for a field, never for a version.
 * The types with ___ are CO-RE flavours: libbpf drops the suffix and matches
 * what the running kernel has, so vmlinux.h may come from any kernel.
 */

/*
 * A field of what @pointer points to. @typed, a constant: the verifier knows its
 * type, so that it can be read at once, for a tenth of what a helper's call costs.
 * It knows those of an fentry or fexit program's arguments and what they lead
 * to, unless they have been in memory.
 */
#define CS_READ(typed, pointer, field) \
	((typed) ? (pointer)->field : BPF_CORE_READ(pointer, field))

/* The same of the current thread. It has a type everywhere, since 5.11. */
static __always_inline bool current_is_typed(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id,
					  BPF_FUNC_get_current_task_btf);
}

#define CS_CURRENT(field)                                                      \
	(current_is_typed()                                                    \
		 ? bpf_get_current_task_btf()->field                           \
		 : BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), \
				 field))

/* Linux 5.10 and 6.1 have ints here, 6.12 bits; libbpf reads either. */
struct kernel_clone_args___worker {
	__u32 kthread : 1;
	__u32 io_thread : 1;
	__u32 user_worker : 1;
} __attribute__((preserve_access_index));

#define CS_WORKER(typed, args, field)                    \
	(!bpf_core_field_exists((args)->field) ? 0       \
	 : (typed) ? BPF_CORE_READ_BITFIELD(args, field) \
		   : BPF_CORE_READ_BITFIELD_PROBED(args, field))

/* create_io_thread() made these arguments: an io_uring worker. */
static __always_inline bool args_io_thread(struct kernel_clone_args *kargs,
					   bool typed)
{
	struct kernel_clone_args___worker *args = (void *)kargs;

	return CS_WORKER(typed, args, io_thread);
}

/* vhost_task_create() or create_io_thread() made them (since 6.4). */
static __always_inline bool args_user_worker(struct kernel_clone_args *kargs,
					     bool typed)
{
	struct kernel_clone_args___worker *args = (void *)kargs;

	return CS_WORKER(typed, args, user_worker);
}

/* Linux 5.10 had the function in .stack, and no names before 6.12. */
struct kernel_clone_args___thread {
	int (*fn)(void *);
	void *fn_arg;
	const char *name;
} __attribute__((preserve_access_index));

struct kthread_create_info___thread {
	int (*threadfn)(void *);
} __attribute__((preserve_access_index));

/* The kernel function that the child is to run; 0: not known. */
static __always_inline __u64 args_function(struct kernel_clone_args *kargs)
{
	struct kernel_clone_args___thread *args = (void *)kargs;

	if (!bpf_core_field_exists(args->fn))
		return 0;
	return (__u64)BPF_CORE_READ(args, fn);
}

/* The same of kthreadd's children: they all run kthread(), which runs this. */
static __always_inline __u64
args_thread_function(struct kernel_clone_args *kargs)
{
	struct kernel_clone_args___thread *args = (void *)kargs;
	struct kthread_create_info___thread *create = 0;

	if (!bpf_core_field_exists(args->fn_arg) ||
	    !bpf_core_field_exists(create->threadfn))
		return 0;
	create = BPF_CORE_READ(args, fn_arg);
	return (__u64)BPF_CORE_READ(create, threadfn);
}

/* The name that a kernel thread gets; 0: not known. */
static __always_inline const char *args_name(struct kernel_clone_args *kargs)
{
	struct kernel_clone_args___thread *args = (void *)kargs;

	if (!bpf_core_field_exists(args->name))
		return 0;
	return BPF_CORE_READ(args, name);
}

/*
 * The name of the kernel's @function into @out, CS_NAME_LEN bytes, zeroed. The
 * helper came with 5.13. What has no symbol would be printed as an address.
 */
static __always_inline bool function_name(char *out, __u64 function)
{
	static const char format[] = "%ps";

	if (!function ||
	    !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf))
		return false;
	bpf_snprintf(out, CS_NAME_LEN, format, &function, sizeof(function));
	if (out[0] != '0')
		return true;
	__builtin_memset(out, 0, CS_NAME_LEN);
	return false;
}

/* kernel_cap_t: two words of 32 bits, since 6.3 one of 64. */
static __always_inline __u64 cred_caps(const struct cred *cred)
{
	__u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	return caps;
}

/* Linux 6.18 wrapped page->flags into memdesc_flags_t. */
typedef struct {
	unsigned long f;
} memdesc_flags_t___wrapped;

struct page___wrapped {
	memdesc_flags_t___wrapped flags;
} __attribute__((preserve_access_index));

struct page___plain {
	unsigned long flags;
} __attribute__((preserve_access_index));

/* page->flags into *@flags; false if they cannot be read. */
static __always_inline bool page_flags(const void *page, __u64 *flags)
{
	const struct page___wrapped *wrapped = page;
	const struct page___plain *plain = page;

	if (bpf_core_field_exists(wrapped->flags.f))
		return !BPF_CORE_READ_INTO(flags, wrapped, flags.f);
	return !BPF_CORE_READ_INTO(flags, plain, flags);
}

/*
 * MAX_NUMNODES, from the size of an array that has one entry for each node and
 * zone and one to end it (struct zonelist, include/linux/mmzone.h): BTF knows no
 * macros, and Debian's kernels have no /proc/config.gz.
 */
static __always_inline __u64 max_numnodes(void)
{
	struct zonelist *list = 0;
	__u64 refs = bpf_core_field_size(list->_zonerefs) /
		     bpf_core_type_size(struct zoneref);

	return (refs - 1) / bpf_core_enum_value(enum zone_type, __MAX_NR_ZONES);
}

/* Only with CONFIG_VMAP_STACK; else 0. */
static __always_inline struct vm_struct *
task_stack_vm_area(struct task_struct *task, bool typed)
{
	if (!bpf_core_field_exists(task->stack_vm_area))
		return 0;
	return CS_READ(typed, task, stack_vm_area);
}

/* struct vm_struct.nr_pages: unsigned int, since 7.2 unsigned long. */
static __always_inline __u64 vm_nr_pages(struct vm_struct *vm, bool typed)
{
	return typed ? BPF_CORE_READ_BITFIELD(vm, nr_pages)
		     : BPF_CORE_READ_BITFIELD_PROBED(vm, nr_pages);
}

/* Linux 5.10 kept a preferred node beside the mask, in a union. */
struct mempolicy___union {
	unsigned short flags;
	union {
		short preferred_node;
		nodemask_t nodes;
	} v;
} __attribute__((preserve_access_index));

/* Since 5.15 there is only the mask; since 5.17 a home node too. */
struct mempolicy___mask {
	nodemask_t nodes;
	int home_node;
} __attribute__((preserve_access_index));

#define MPOL_PREFERRED_ 1
#define MPOL_LOCAL_	4
#define MPOL_F_LOCAL_	(1 << 1) /* 5.10 only: prefer the local node */

/* MPOL_F_STATIC_NODES | _RELATIVE_NODES | _NUMA_BALANCING: not internals. */
#define MPOL_MODE_FLAGS_ 0xe000

static __always_inline void policy_nodes_union(struct cs_policy *out,
					       struct mempolicy___union *pol)
{
	short node;

	if (out->mode != MPOL_PREFERRED_) {
		bpf_core_read(out->nodes, sizeof(nodemask_t), &pol->v.nodes);
		return;
	}
	if (BPF_CORE_READ(pol, flags) & MPOL_F_LOCAL_) {
		out->mode = MPOL_LOCAL_;
		return;
	}
	node = BPF_CORE_READ(pol, v.preferred_node);
	out->nodes[(node >> 6) & (CS_NODE_WORDS - 1)] = 1ULL << (node & 63);
}

static __always_inline void policy_nodes(struct cs_policy *out,
					 struct mempolicy *mpol)
{
	struct mempolicy___mask *mask = (void *)mpol;
	__u64 bytes = bpf_core_field_size(mask->nodes);

	if (!bpf_core_field_exists(mask->nodes)) {
		policy_nodes_union(out, (void *)mpol);
		return;
	}
	if (bytes <= sizeof(out->nodes))
		bpf_core_read(out->nodes, bytes, &mask->nodes);
	if (bpf_core_field_exists(mask->home_node))
		out->home_node = BPF_CORE_READ(mask, home_node);
}

/*
 * task_pt_regs(current). The helper is there since 5.15; before, the registers
 * lie at the top of the stack (no padding there on x86-64 until FRED, 6.9).
 */
static __always_inline struct pt_regs *current_regs(void)
{
	struct task_struct *task;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, stack) +
	       4096 * vm_nr_pages(BPF_CORE_READ(task, stack_vm_area), false) -
	       bpf_core_type_size(struct pt_regs);
}

/* syscall_get_nr(current). What the helper returns has a type. */
static __always_inline long current_syscall(void)
{
	struct pt_regs *regs = current_regs();

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return regs->orig_ax;
	return BPF_CORE_READ(regs, orig_ax);
}

/* Linux 6.15 renamed the parent when RCU came to guard it. */
struct kernfs_node___rcu {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

struct kernfs_node___plain {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

/* The directory that @node is in; 0: it is a root. */
static __always_inline struct kernfs_node *
kernfs_parent_(struct kernfs_node *node)
{
	struct kernfs_node___rcu *rcu = (void *)node;
	struct kernfs_node___plain *plain = (void *)node;

	if (bpf_core_field_exists(rcu->__parent))
		return BPF_CORE_READ(rcu, __parent);
	return BPF_CORE_READ(plain, parent);
}

/* Linux 5.10 counts in ints, 5.14 in longs, and processes too. */
struct ucounts___int {
	atomic_t ucount[1];
} __attribute__((preserve_access_index));

struct user_namespace___int {
	int ucount_max[1];
} __attribute__((preserve_access_index));

struct ucounts___rlimit {
	atomic_long_t rlimit[1];
} __attribute__((preserve_access_index));

struct user_namespace___rlimit {
	long rlimit_max[1];
} __attribute__((preserve_access_index));

/* Since 5.14 counts have their namespaces; before, a user has one for all. */
struct cred___ucounts {
	struct ucounts *ucounts;
} __attribute__((preserve_access_index));

struct user_struct___processes {
	atomic_t processes;
} __attribute__((preserve_access_index));

/* In 5.14 to 5.17 one of those. */
enum ucount_type___nproc {
	UCOUNT_RLIMIT_NPROC___before_5_18,
};

/* The number at @index of an array that lies at @array, @bytes each. */
static __always_inline __s64 number_at(const void *array, __u64 bytes,
				       __u32 index)
{
	__s64 number = 0;
	__s32 small = 0;

	if (bytes == 8) {
		bpf_probe_read_kernel(&number, 8, array + index * 8);
		return number;
	}
	bpf_probe_read_kernel(&small, 4, array + index * 4);
	return small;
}

/* What a user has of @type (enum ucount_type), in the user namespace of that. */
static __always_inline __s64 ucount_value(struct ucounts *counts, __u32 type)
{
	struct ucounts___int *any = (void *)counts;

	return number_at(&any->ucount, bpf_core_field_size(any->ucount[0]),
			 type);
}

/* How much of it all that a user has may be. */
static __always_inline __s64 ucount_max(struct user_namespace *ns, __u32 type)
{
	struct user_namespace___int *any = (void *)ns;

	return number_at(&any->ucount_max,
			 bpf_core_field_size(any->ucount_max[0]), type);
}

static __always_inline bool has_cred_ucounts(void)
{
	const struct cred___ucounts *counted = 0;

	return bpf_core_field_exists(counted->ucounts);
}

/* The counts that a process of these credentials is counted in; 0: see above. */
static __always_inline struct ucounts *cred_ucounts(const struct cred *cred)
{
	const struct cred___ucounts *counted = (const void *)cred;

	return has_cred_ucounts() ? BPF_CORE_READ(counted, ucounts) : 0;
}

/* The first of enum rlimit_type, and of their arrays, is UCOUNT_RLIMIT_NPROC. */
static __always_inline __s64 nproc_value(struct ucounts *counts)
{
	struct ucounts___rlimit *limited = (void *)counts;

	if (bpf_core_field_exists(limited->rlimit))
		return number_at(&limited->rlimit, 8, 0);
	return ucount_value(
		counts, bpf_core_enum_value(enum ucount_type___nproc,
					    UCOUNT_RLIMIT_NPROC___before_5_18));
}

static __always_inline __s64 nproc_max(struct user_namespace *ns)
{
	struct user_namespace___rlimit *limited = (void *)ns;

	if (bpf_core_field_exists(limited->rlimit_max))
		return number_at(&limited->rlimit_max, 8, 0);
	return ucount_max(
		ns, bpf_core_enum_value(enum ucount_type___nproc,
					UCOUNT_RLIMIT_NPROC___before_5_18));
}

/* The same before 5.14; -1: there it is not. */
static __always_inline __s64 nproc_of_user(const struct cred *cred)
{
	struct user_struct___processes *user =
		(void *)BPF_CORE_READ(cred, user);

	if (!bpf_core_field_exists(user->processes))
		return -1;
	return BPF_CORE_READ(user, processes.counter);
}

/* Since 6.14 each pid namespace has a limit of its own. */
struct pid_namespace___max {
	int pid_max;
} __attribute__((preserve_access_index));

/* False: the machine has but one. */
static __always_inline bool pid_ns_max(struct pid_namespace *ns, __s32 *max)
{
	struct pid_namespace___max *limited = (void *)ns;

	if (!bpf_core_field_exists(limited->pid_max))
		return false;
	*max = BPF_CORE_READ(limited, pid_max);
	return true;
}

/* Linux 7.1: children that nobody waits for. */
struct signal_struct___autoreap {
	unsigned int autoreap : 1;
} __attribute__((preserve_access_index));

static __always_inline bool signal_autoreap(struct signal_struct *any)
{
	struct signal_struct___autoreap *signal = (void *)any;

	if (!bpf_core_field_exists(signal->autoreap))
		return false;
	return BPF_CORE_READ_BITFIELD_PROBED(signal, autoreap);
}

/* Not every kernel has every controller. */
struct pids_cgroup___here {
	struct cgroup_subsys_state css;
	atomic64_t counter;
	atomic64_t limit;
} __attribute__((preserve_access_index));

enum cgroup_subsys_id___here {
	pids_cgrp_id___here,
	memory_cgrp_id___here,
};

static __always_inline bool has_pids_cgroups(void)
{
	return bpf_core_enum_value_exists(enum cgroup_subsys_id___here,
					  pids_cgrp_id___here);
}

static __always_inline __u32 pids_cgroup_id(void)
{
	return bpf_core_enum_value(enum cgroup_subsys_id___here,
				   pids_cgrp_id___here);
}

/* CONFIG_MEMCG: copy_process() frees a task_struct a grace period later. */
static __always_inline bool has_memory_cgroups(void)
{
	return bpf_core_enum_value_exists(enum cgroup_subsys_id___here,
					  memory_cgrp_id___here);
}

/* Linux 7.2 counts them for each css, a cgroup's own among these. */
struct cgroup___own_csets {
	int nr_populated_csets;
} __attribute__((preserve_access_index));

struct cgroup_subsys_state___csets {
	int nr_populated_csets;
} __attribute__((preserve_access_index));

/* How many css_sets with tasks are linked to it. */
static __always_inline int cgroup_populated_csets(struct cgroup *any)
{
	struct cgroup_subsys_state___csets *css = (void *)&any->self;
	struct cgroup___own_csets *cgroup = (void *)any;

	if (bpf_core_field_exists(cgroup->nr_populated_csets))
		return BPF_CORE_READ(cgroup, nr_populated_csets);
	return BPF_CORE_READ(css, nr_populated_csets);
}

static __always_inline bool list_is_new(const struct list_head *list)
{
	struct list_head *next = 0;

	bpf_probe_read_kernel(&next, sizeof(next), &list->next);
	return next == list;
}

/* The structs are empty without CONFIG_SYSVIPC and CONFIG_SECCOMP. */
struct sysv_shm___there {
	struct list_head shm_clist;
} __attribute__((preserve_access_index));

struct seccomp___there {
	int mode;
} __attribute__((preserve_access_index));

struct task_struct___there {
	struct sysv_shm___there sysvshm;
	struct seccomp___there seccomp;
} __attribute__((preserve_access_index));

/* shm_init_task() was called; false where there is no such thing. */
static __always_inline bool task_shm_is_new(struct task_struct *any)
{
	struct task_struct___there *task = (void *)any;

	return bpf_core_field_exists(task->sysvshm.shm_clist) &&
	       list_is_new(&task->sysvshm.shm_clist);
}

/* SECCOMP_MODE_* */
static __always_inline __u8 task_seccomp(struct task_struct *any)
{
	struct task_struct___there *task = (void *)any;

	if (!bpf_core_field_exists(task->seccomp.mode))
		return 0;
	return BPF_CORE_READ(task, seccomp.mode);
}

#endif
