/* SPDX-License-Identifier: GPL-2.0 */
/* For views that have nothing to show of some records. */
#ifndef CLONESCOPE_VIEW_IGNORE_H
#define CLONESCOPE_VIEW_IGNORE_H

#include "view/view.h"

void ignore_begin(const struct view_options *options);
void ignore_returned(const struct view_options *options, const struct cs_return *rec);
void ignore_call(const struct view_options *options, const struct cs_call *rec);
void ignore_life(const struct view_options *options, const struct cs_head *head,
		 const struct life *life, const struct cs_refusal *refusal);

#endif
