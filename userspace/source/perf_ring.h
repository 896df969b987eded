/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of a tracepoint on every CPU, by way of perf_event_open(2). */
#ifndef CLONESCOPE_SOURCE_PERF_RING_H
#define CLONESCOPE_SOURCE_PERF_RING_H

#include <stddef.h>
#include <stdint.h>

/*
 * Why perf and not an instance of ftrace: the kernel takes it all back when the reader dies, by kill -9
 * too; it keeps the module from being unloaded meanwhile; and it counts the events itself, so that what
 * was lost is known exactly.
 */
struct perf_ring;

/* One sample: the event as its format file describes it. Gone when the call returns. */
typedef void (*perf_sample_fn)(const void *raw, size_t size, void *context);

/*
 * Open the tracepoint @id on all CPUs that are online, with a buffer of @bytes in all; 0: the default. It
 * stays silent until perf_ring_start().
 * @filter: an event filter, or NULL. On failure NULL, and errno says why.
 */
struct perf_ring *perf_ring_open(uint64_t id, size_t bytes, const char *filter);

/* Let another tracepoint write into the same buffers. Returns 0 or a negative errno. */
int perf_ring_add(struct perf_ring *ring, uint64_t id, const char *filter);

/* From here on, what happens is a sample or counted as lost. Returns 0 or a negative errno. */
int perf_ring_start(struct perf_ring *ring);

/* To be polled: readable when a quarter of any CPU's buffer is full. */
int perf_ring_fd(const struct perf_ring *ring);

/* Hand over all samples that are there, CPU after CPU. */
void perf_ring_read(struct perf_ring *ring, perf_sample_fn take, void *context);

/* Stop. What is in the buffers can still be read. */
void perf_ring_stop(struct perf_ring *ring);

/*
 * Events that found no room: before perf_ring_stop() and the last reading, those the kernel has told of; after,
 * all of them: what it counted less what was read.
 */
uint64_t perf_ring_lost(const struct perf_ring *ring);

void perf_ring_close(struct perf_ring *ring);

#endif
