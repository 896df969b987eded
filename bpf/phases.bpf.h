/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The way of a clone through the stages of copy_process(), and its times. */
#ifndef CLONESCOPE_PHASES_BPF_H
#define CLONESCOPE_PHASES_BPF_H

#include "markers.h"

#define want_phases kind_wanted(CS_KIND_PHASES)

_Static_assert(CS_STAGE_COUNT <= WAY_STAGES, "a stage has no place");

/* Stages of which a marker is planted, 1 << stage: set by the reader. */
__u32 stages_told;

/* copy_process() was entered at @now. */
static __always_inline void way_begin(struct way *way, __u64 now)
{
	__builtin_memset(way, 0, sizeof(*way));
	way->since_ns = now;
	way->stage = CS_STAGE_CHECKS;
	way->passed = 1U << CS_STAGE_CHECKS;
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
	struct inflight *state = inside_copy_process();

	if (!state)
		return 0;
	way_spend(&state->way, bpf_ktime_get_boot_ns());
	if (flag && !(state->flags & flag))
		stage = CS_STAGE_NAMESPACES;
	state->way.stage = stage;
	state->way.passed |= 1U << stage;
	return 0;
}

/* The stage that the clone in progress has come to, or -1 if that is not known. */
static __always_inline int last_stage(struct inflight *state)
{
	return want_phases ? (int)state->way.stage : -1;
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

static __always_inline void send_phases(struct inflight *state)
{
	struct cs_phases *rec;

	if (!want_phases)
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_phases(rec, &state->way, state->at.leave_ns);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

#endif
