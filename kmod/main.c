// SPDX-License-Identifier: GPL-2.0
/* What the module is and what can be asked of it: its parameters. */

/*
 * There is no init and no exit function, because there is nothing for them to
 * do. Probes are planted when somebody enables an event and removed when the
 * last one disables it (trace.c); a module that goes while its events are
 * enabled has them disabled by the kernel's trace_module_notify().
 */

#include <linux/module.h>
#include <linux/moduleparam.h>

#include "clonescope/record.h"
#include "kmod/plan.h"

MODULE_DESCRIPTION("Records every task creation as trace events");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");

static int set_max_inflight(const char *text, const struct kernel_param *param)
{
	unsigned int count;
	int err;

	err = kstrtouint(text, 0, &count);
	if (err)
		return err;
	if (count < CS_MIN_INFLIGHT || count > CS_MAX_INFLIGHT)
		return -ERANGE;
	cs_max_inflight = count;
	return 0;
}

static int get_record_version(char *page, const struct kernel_param *param)
{
	return scnprintf(page, PAGE_SIZE, "%d\n", CS_RECORD_VERSION);
}

static int get_probes(char *page, const struct kernel_param *param)
{
	return cs_plan_print_probes(page, PAGE_SIZE);
}

static int get_lost(char *page, const struct kernel_param *param)
{
	return cs_plan_print_lost(page, PAGE_SIZE);
}

static int get_cost(char *page, const struct kernel_param *param)
{
	return cs_plan_print_cost(page, PAGE_SIZE);
}

/* A parameter without a setter would be called through NULL by insmod. */
static int refuse_set(const char *text, const struct kernel_param *param)
{
	return -EPERM;
}

static const struct kernel_param_ops max_inflight_ops = {
	.set = set_max_inflight,
	.get = param_get_uint,
};

static const struct kernel_param_ops record_version_ops = {
	.set = refuse_set,
	.get = get_record_version,
};

static const struct kernel_param_ops probes_ops = {
	.set = refuse_set,
	.get = get_probes,
};

static const struct kernel_param_ops lost_ops = {
	.set = refuse_set,
	.get = get_lost,
};

/* Known to readers only: what one has loaded, the last one that uses it unloads. */
static bool on_demand;
module_param(on_demand, bool, 0444);
MODULE_PARM_DESC(on_demand, "the last clonescope to use it unloads it");

static const struct kernel_param_ops cost_ops = {
	.set = refuse_set,
	.get = get_cost,
};

module_param_cb(max_inflight, &max_inflight_ops, &cs_max_inflight, 0644);
MODULE_PARM_DESC(max_inflight,
		 "clones followed at once; from the next planting on");

module_param_cb(record_version, &record_version_ops, NULL, 0444);
MODULE_PARM_DESC(record_version, "layout of the records, CS_RECORD_VERSION");

module_param_cb(probes, &probes_ops, NULL, 0444);
MODULE_PARM_DESC(probes, "per probe: symbol kind state errno 'missed' count");

module_param_cb(lost, &lost_ops, NULL, 0444);
MODULE_PARM_DESC(lost, "what was lost since loading, per cause: cause count");

module_param_named(self_cost, cs_self_cost, bool, 0644);
MODULE_PARM_DESC(self_cost, "time the probes; from the next planting on");

module_param_cb(cost, &cost_ops, NULL, 0444);
MODULE_PARM_DESC(cost, "per probe that was timed: symbol kind runs ns");
