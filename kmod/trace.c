// SPDX-License-Identifier: GPL-2.0
/* Makes the events, and has probes planted while somebody listens to them. */

#include <linux/trace_events.h>

#include "kmod/plan.h"

/*
 * Why not TRACE_EVENT_FN(), whose callbacks are made for this: they are called
 * with tracepoints_mutex held, and planting a kprobe takes ftrace_lock. The
 * function graph tracer takes the two the other way round, registering a
 * sched_switch probe within register_ftrace_graph(). An event class's reg() is
 * called by ftrace and by perf with just event_mutex held, under which tracefs
 * and perf plant kprobes of their own.
 *
 * TRACE_EVENT() names trace_event_reg() as every class's reg(), so that is
 * another function while the events are made.
 */
static int reg_event(struct trace_event_call *call, enum trace_reg type,
		     void *data);

#define trace_event_reg reg_event
#define CREATE_TRACE_POINTS
#include "kmod/trace.h"
#undef trace_event_reg

static const struct {
	const struct trace_event_call *call;
	enum cs_event event;
} events[] = {
	{ &event_clone, CS_EVENT_CLONE },
	{ &event_clone_return, CS_EVENT_RETURN },
	{ &event_clone_refusal, CS_EVENT_REFUSAL },
	{ &event_clone_detail, CS_EVENT_DETAIL },
	{ &event_clone_phases, CS_EVENT_PHASES },
	{ &event_clone_call, CS_EVENT_CALL },
	{ &event_task_start, CS_EVENT_START },
	{ &event_task_exec, CS_EVENT_EXEC },
	{ &event_task_exit, CS_EVENT_EXIT },
	{ &event_task_namespaces, CS_EVENT_NAMESPACES },
};

static_assert(ARRAY_SIZE(events) == CS_EVENT_COUNT);

static enum cs_event event_of(const struct trace_event_call *call)
{
	int i = 0;

	while (events[i].call != call)
		i++;
	return events[i].event;
}

static int listen(struct trace_event_call *call, enum trace_reg type,
		  void *data, enum cs_event event)
{
	int err;

	err = cs_plan_plant(event);
	if (err)
		return err;
	err = trace_event_reg(call, type, data);
	if (err)
		cs_plan_uproot(event);
	return err;
}

static int reg_event(struct trace_event_call *call, enum trace_reg type,
		     void *data)
{
	enum cs_event event = event_of(call);
	int ret;

	switch (type) {
	case TRACE_REG_REGISTER:
	case TRACE_REG_PERF_REGISTER:
		return listen(call, type, data, event);
	case TRACE_REG_UNREGISTER:
	case TRACE_REG_PERF_UNREGISTER:
		ret = trace_event_reg(call, type, data);
		cs_plan_uproot(event);
		return ret;
	default: /* perf opens, schedules in and out, closes: nothing to us */
		return trace_event_reg(call, type, data);
	}
}
