// SPDX-License-Identifier: GPL-2.0
/* Shows no single record, only what was lost and what all add up to. */
#include "view/table_parts.h"
#include "view/view.h"

static void begin(const struct view_options *options)
{
	(void)options;
}

static void clone_ignored(const struct view_options *options, const struct clone *clone,
			  const struct tries_before *before)
{
	(void)options;
	(void)clone;
	(void)before;
}

static void returned(const struct view_options *options, const struct cs_return *rec)
{
	(void)options;
	(void)rec;
}

static void call(const struct view_options *options, const struct cs_call *rec)
{
	(void)options;
	(void)rec;
}

static void life_ignored(const struct view_options *options, const struct cs_head *head,
			 const struct life *life, const struct cs_refusal *refusal)
{
	(void)options;
	(void)head;
	(void)life;
	(void)refusal;
}

const struct view_ops view_totals = {
	.begin = begin,
	.clone = clone_ignored,
	.returned = returned,
	.call = call,
	.life = life_ignored,
	.lost = table_lost,
	.end = table_end,
};
