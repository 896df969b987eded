/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The way of a clone through the stages of copy_process(), and its times. */
#ifndef CLONESCOPE_PHASES_BPF_H
#define CLONESCOPE_PHASES_BPF_H

#include "markers.h"

#define want_phases kind_wanted(CS_KIND_PHASES)

/* Stages in an array that a mask keeps from being left. */
#define WAY_STAGES 32

_Static_assert(CS_STAGE_COUNT <= WAY_STAGES, "a stage has no place");

/* Stages of which a marker is planted, 1 << stage: set by the reader. */
__u32 stages_told;

/* Where a clone is, and what it has spent so far. */
struct way {
	__u64 flags;
	__u64 since_ns; /* it is in this stage */
	__u32 stage;
	__u32 passed; /* 1 << stage */
	__u32 phase_ns[WAY_STAGES];
};

/*
 * Keyed by thread; only between copy_process()'s entry and return, so that a
 * marker which others call too costs them one look. The reader makes it small
 * where nobody asks for phases.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct way);
} ways SEC(".maps");

static __always_inline struct way *way_find(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	return bpf_map_lookup_elem(&ways, &tid);
}

/* copy_process() was entered at @now. */
static __always_inline void way_begin(__u64 flags, __u64 now)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct way way = {
		.flags = flags,
		.since_ns = now,
		.stage = CS_STAGE_CHECKS,
		.passed = 1U << CS_STAGE_CHECKS,
	};

	if (bpf_map_update_elem(&ways, &tid, &way, BPF_ANY))
		count(&lost.fact_full);
}

static __always_inline void way_end(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&ways, &tid);
}

/* What has passed until @now is the present stage's. */
static __always_inline void way_spend(struct way *way, __u64 now)
{
	__u32 *spent = &way->phase_ns[way->stage & (WAY_STAGES - 1)];
	__u64 sum = *spent + (now - way->since_ns);

	*spent = sum < (__u32)-1 ? sum : (__u32)-1;
	way->since_ns = now;
}

/* The flag that makes a copy_*_ns() do something; 0: it is no such stage. */
static __always_inline __u64 stage_flag(enum cs_stage stage)
{
	switch (stage) {
	case CS_STAGE_NEW_MNT:
		return 0x00020000;
	case CS_STAGE_NEW_UTS:
		return 0x04000000;
	case CS_STAGE_NEW_IPC:
		return 0x08000000;
	case CS_STAGE_NEW_PID:
		return 0x20000000;
	case CS_STAGE_NEW_CGROUP:
		return 0x02000000;
	case CS_STAGE_NEW_NET:
		return 0x40000000;
	case CS_STAGE_NEW_TIME:
		return 0x00000080;
	default:
		return 0;
	}
}

/* The current thread passes a marker of @stage. */
static __always_inline int on_marker(enum cs_stage stage)
{
	__u64 flag = stage_flag(stage);
	struct way *way = way_find();

	if (!way)
		return 0;
	way_spend(way, bpf_ktime_get_boot_ns());
	if (flag && !(way->flags & flag))
		stage = CS_STAGE_NAMESPACES;
	way->stage = stage;
	way->passed |= 1U << stage;
	return 0;
}

/* The stage that the clone in progress has come to, or -1 if that is not known. */
static __always_inline int last_stage(void)
{
	struct way *way = way_find();

	return way ? (int)way->stage : -1;
}

/* @rec: zeroed. copy_process() returned at @leave_ns. */
static __always_inline void fill_phases(struct cs_phases *rec, struct way *way,
					__u64 leave_ns)
{
	fill_head(&rec->head, CS_KIND_PHASES, sizeof(*rec), leave_ns);
	way_spend(way, leave_ns);
	rec->tid = (__u32)bpf_get_current_pid_tgid();
	rec->passed = way->passed;
	rec->told = stages_told;
	__builtin_memcpy(rec->phase_ns, way->phase_ns, sizeof(rec->phase_ns));
}

static __always_inline void send_phases(__u64 leave_ns)
{
	struct way *way = want_phases ? way_find() : 0;
	struct cs_phases *rec;

	if (!way)
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_phases(rec, way, leave_ns);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

#endif
