// SPDX-License-Identifier: GPL-2.0
/* For views that have nothing to show of some records. */
#include "view/ignore.h"

void ignore_begin(const struct view_options *options)
{
	(void)options;
}

void ignore_returned(const struct view_options *options, const struct cs_return *rec)
{
	(void)options;
	(void)rec;
}

void ignore_call(const struct view_options *options, const struct cs_call *rec)
{
	(void)options;
	(void)rec;
}

void ignore_life(const struct view_options *options, const struct cs_head *head,
		 const struct life *life, const struct cs_refusal *refusal)
{
	(void)options;
	(void)head;
	(void)life;
	(void)refusal;
}
