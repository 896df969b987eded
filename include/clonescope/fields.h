/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The fields of the records that have events of the same fields in the module. */
#ifndef CLONESCOPE_FIELDS_H
#define CLONESCOPE_FIELDS_H

/*
 * FIELD(record, type, name) and ARRAY(record, type, name, length) for each field
 * after the head: the module makes an event's fields of them, the reader finds
 * its way back. Lengths are numbers, as user space gets to see them as text;
 * what a field means is said in record.h.
 */
/* clang-format off */

#define CS_REFUSAL_FIELDS(FIELD, ARRAY) \
	FIELD(cs_refusal, __u64, missing) \
	FIELD(cs_refusal, __u32, tid) \
	FIELD(cs_refusal, __u32, trail) \
	FIELD(cs_refusal, __u32, is) \
	FIELD(cs_refusal, __s32, stage) \
	FIELD(cs_refusal, __u64, caps) \
	FIELD(cs_refusal, __u32, user_ns) \
	FIELD(cs_refusal, __s32, user_level) \
	FIELD(cs_refusal, __u32, euid) \
	FIELD(cs_refusal, __u8, chrooted) \
	FIELD(cs_refusal, __u8, ids_mapped) \
	FIELD(cs_refusal, __s8, overcommit) \
	FIELD(cs_refusal, __s8, userns_clone) \
	FIELD(cs_refusal, __s32, ucount_type) \
	FIELD(cs_refusal, __u32, ucount_uid) \
	FIELD(cs_refusal, __s64, ucount_max) \
	FIELD(cs_refusal, __u32, ucount_ns) \
	FIELD(cs_refusal, __s32, ucount_level) \
	FIELD(cs_refusal, __s64, nproc) \
	FIELD(cs_refusal, __s64, nproc_max) \
	FIELD(cs_refusal, __u32, nproc_ns) \
	FIELD(cs_refusal, __u32, nproc_uid) \
	FIELD(cs_refusal, __s32, threads) \
	FIELD(cs_refusal, __s32, threads_max) \
	FIELD(cs_refusal, __u64, total_vm) \
	FIELD(cs_refusal, __u32, nr_open) \
	FIELD(cs_refusal, __u32, fds) \
	FIELD(cs_refusal, __u64, nofile) \
	FIELD(cs_refusal, __s32, pid_level) \
	FIELD(cs_refusal, __u32, pid_ns) \
	FIELD(cs_refusal, __s32, pid_max) \
	FIELD(cs_refusal, __u32, pids_used) \
	FIELD(cs_refusal, __s32, tid_in_use_level) \
	FIELD(cs_refusal, __u32, set_tid_size) \
	ARRAY(cs_refusal, __s32, set_tid, 32) \
	FIELD(cs_refusal, __u64, tls) \
	FIELD(cs_refusal, __s64, pids) \
	FIELD(cs_refusal, __s64, pids_max) \
	FIELD(cs_refusal, __s32, cgroup_fd) \
	FIELD(cs_refusal, __u16, target_subtree) \
	FIELD(cs_refusal, __u8, target_dying) \
	FIELD(cs_refusal, __u8, target_cgroup2) \
	ARRAY(cs_refusal, char, cgroup, 256)

#define CS_DETAIL_FIELDS(FIELD, ARRAY) \
	FIELD(cs_detail, __u64, missing) \
	FIELD(cs_detail, __u32, tid) \
	FIELD(cs_detail, __s32, cgroup_fd) \
	FIELD(cs_detail, __u64, pidfd) \
	FIELD(cs_detail, __u64, child_tid) \
	FIELD(cs_detail, __u64, parent_tid) \
	FIELD(cs_detail, __u64, tls) \
	FIELD(cs_detail, __u64, stack) \
	FIELD(cs_detail, __u64, stack_size) \
	FIELD(cs_detail, __u32, set_tid_size) \
	ARRAY(cs_detail, __s32, set_tid, 32) \
	ARRAY(cs_detail, char, name, 16) \
	ARRAY(cs_detail, char, function, 64) \
	FIELD(cs_detail, __u32, pid_level) \
	ARRAY(cs_detail, __s32, pids, 33) \
	FIELD(cs_detail, __u32, real_parent_tid) \
	FIELD(cs_detail, __u32, real_parent_tgid) \
	ARRAY(cs_detail, __u32, ns, 8) \
	ARRAY(cs_detail, __u32, caller_ns, 8) \
	FIELD(cs_detail, __s32, user_level) \
	FIELD(cs_detail, __u32, user_owner) \
	FIELD(cs_detail, __u32, uid_map_first) \
	FIELD(cs_detail, __u32, uid_map_lower) \
	FIELD(cs_detail, __u32, uid_map_count) \
	FIELD(cs_detail, __u32, child_uid) \
	FIELD(cs_detail, __u32, cpus) \
	FIELD(cs_detail, __u32, caller_cpus) \
	FIELD(cs_detail, __u8, cpus_changed) \
	FIELD(cs_detail, __u8, mems_changed) \
	FIELD(cs_detail, __u8, seccomp) \
	FIELD(cs_detail, __u8, caller_seccomp) \
	FIELD(cs_detail, __u8, no_new_privs) \
	FIELD(cs_detail, __u8, caller_no_new_privs) \
	FIELD(cs_detail, __u8, sched_policy) \
	FIELD(cs_detail, __u8, caller_sched_policy) \
	FIELD(cs_detail, __s32, prio) \
	FIELD(cs_detail, __s32, caller_prio) \
	FIELD(cs_detail, __u64, caps) \
	FIELD(cs_detail, __u64, caller_caps) \
	FIELD(cs_detail, __u64, cgroup_id) \
	FIELD(cs_detail, __u64, caller_cgroup_id) \
	ARRAY(cs_detail, char, cgroup, 256)

#define CS_PHASES_FIELDS(FIELD, ARRAY) \
	FIELD(cs_phases, __u32, tid) \
	FIELD(cs_phases, __u32, passed) \
	FIELD(cs_phases, __u32, told) \
	ARRAY(cs_phases, __u32, phase_ns, 25)

#define CS_CALL_FIELDS(FIELD, ARRAY) \
	FIELD(cs_call, __u64, start_ns) \
	FIELD(cs_call, __u32, tid) \
	FIELD(cs_call, __u32, tgid) \
	FIELD(cs_call, __u32, uid) \
	FIELD(cs_call, __s32, error) \
	ARRAY(cs_call, char, comm, 16) \
	FIELD(cs_call, __u8, via) \
	FIELD(cs_call, __u8, entered) \
	FIELD(cs_call, __u8, args_known) \
	FIELD(cs_call, __u8, seccomp) \
	FIELD(cs_call, __u64, flags) \
	FIELD(cs_call, __u64, exit_signal) \
	FIELD(cs_call, __u64, args_size) \
	FIELD(cs_call, __u64, stack) \
	FIELD(cs_call, __u64, stack_size) \
	FIELD(cs_call, __u64, set_tid_size) \
	FIELD(cs_call, __u64, cgroup) \
	FIELD(cs_call, __u64, pidfd) \
	FIELD(cs_call, __u64, parent_tid) \
	FIELD(cs_call, __u8, has_set_tid)

#define CS_START_FIELDS(FIELD, ARRAY) \
	FIELD(cs_start, __u64, start_ns) \
	FIELD(cs_start, __u32, tid) \
	FIELD(cs_start, __u32, tgid) \
	FIELD(cs_start, __u32, cpu) \
	FIELD(cs_start, __s32, node)

#define CS_EXEC_FIELDS(FIELD, ARRAY) \
	FIELD(cs_exec, __u64, start_ns) \
	FIELD(cs_exec, __u32, tid) \
	FIELD(cs_exec, __u32, tgid) \
	FIELD(cs_exec, __u32, old_tid) \
	ARRAY(cs_exec, char, comm, 16) \
	ARRAY(cs_exec, char, file, 128)

#define CS_EXIT_FIELDS(FIELD, ARRAY) \
	FIELD(cs_exit, __u64, start_ns) \
	FIELD(cs_exit, __u32, tid) \
	FIELD(cs_exit, __u32, tgid) \
	FIELD(cs_exit, __s32, code) \
	FIELD(cs_exit, __u8, last_thread) \
	ARRAY(cs_exit, char, comm, 16)

#define CS_NAMESPACES_FIELDS(FIELD, ARRAY) \
	FIELD(cs_namespaces, __u64, start_ns) \
	FIELD(cs_namespaces, __u32, tid) \
	FIELD(cs_namespaces, __u32, tgid) \
	FIELD(cs_namespaces, __u64, flags) \
	FIELD(cs_namespaces, __s32, error) \
	FIELD(cs_namespaces, __u8, is_setns) \
	ARRAY(cs_namespaces, char, comm, 16) \
	ARRAY(cs_namespaces, __u32, ns, 8)

/* clang-format on */

#endif
