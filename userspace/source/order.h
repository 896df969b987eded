/* SPDX-License-Identifier: GPL-2.0 */
/* Puts records from several queues into the order in which they happened. */
#ifndef CLONESCOPE_SOURCE_ORDER_H
#define CLONESCOPE_SOURCE_ORDER_H

#include <stdint.h>

#include "source/source.h"

/*
 * CPUs deliver independently: a child's record may be read before its parent's. So a record is held back
 * until whatever happened before it must have been read too: its time lies before the last but one reading.
 */
struct order;

/* NULL without memory. */
struct order *order_new(void);
void order_free(struct order *order);

/* Keep a copy of the record. Returns 0 or -ENOMEM. */
int order_push(struct order *order, const struct cs_head *head);

/*
 * Hand over, oldest first, what happened before @until_ns; equal times in the order of order_push(). Returns
 * how many, or what @take returned if that was negative: what it did not take is dropped.
 */
int order_flush(struct order *order, uint64_t until_ns, source_record_fn take, void *context);

/* The current time on the records' clock, CLOCK_BOOTTIME. */
uint64_t order_now_ns(void);

#endif
