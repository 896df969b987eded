// SPDX-License-Identifier: GPL-2.0
/* Opens, maps and reads perf's buffers. */
#include "source/perf_ring.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Per CPU, unless the caller wants something else. */
#define DEFAULT_BYTES (1UL << 20)

/* Events that may share a buffer. */
#define MAX_EVENTS 10

struct cpu_ring {
	int fd[MAX_EVENTS];
	int events;
	struct perf_event_mmap_page *page; /* NULL: the CPU is offline */
};

struct perf_ring {
	struct cpu_ring *cpus;
	int count;
	size_t bytes; /* of one CPU's buffer: a power of two */
	int epoll;
	uint64_t read; /* samples */
	uint64_t told; /* lost ones, by PERF_RECORD_LOST */
	bool stopped;
	void *scratch; /* for a record that wraps around */
	size_t scratch_size;
};

static int perf_open(uint64_t id, int cpu, size_t bytes)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = 1,
		.disabled = 1, /* what it counted before its buffer is mapped would be lost */
		.sample_type = PERF_SAMPLE_RAW,
		.watermark = 1,
		.wakeup_watermark = (uint32_t)(bytes / 4),
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* The largest power of two of pages that is no more than a CPU's share. */
static size_t cpu_bytes(size_t all, int cpus)
{
	size_t share = all ? all / (size_t)cpus : DEFAULT_BYTES;
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);

	while (bytes * 2 <= share)
		bytes *= 2;
	return bytes;
}

/* Adds one event to one CPU. -ENODEV: the CPU is offline. */
static int add_event(struct perf_ring *ring, int cpu, uint64_t id, const char *filter)
{
	struct cpu_ring *here = &ring->cpus[cpu];
	int fd = perf_open(id, cpu, ring->bytes);

	if (fd < 0)
		return -errno;
	here->fd[here->events++] = fd;
	if (filter && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return -errno;
	if (here->events > 1 && ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, here->fd[0]))
		return -errno;
	return 0;
}

static int map_cpu(struct perf_ring *ring, int cpu)
{
	size_t size = ring->bytes + (size_t)sysconf(_SC_PAGESIZE);
	struct cpu_ring *here = &ring->cpus[cpu];
	struct epoll_event event = {.events = EPOLLIN};
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, here->fd[0], 0);

	if (page == MAP_FAILED)
		return -errno;
	here->page = page;
	return epoll_ctl(ring->epoll, EPOLL_CTL_ADD, here->fd[0], &event) ? -errno : 0;
}

static int open_cpus(struct perf_ring *ring, uint64_t id, const char *filter)
{
	int error, opened = 0;

	for (int cpu = 0; cpu < ring->count; cpu++) {
		error = add_event(ring, cpu, id, filter);
		if (error == -ENODEV)
			continue;
		if (!error)
			error = map_cpu(ring, cpu);
		if (error)
			return error;
		opened++;
	}
	return opened ? 0 : -ENODEV;
}

struct perf_ring *perf_ring_open(uint64_t id, size_t bytes, const char *filter)
{
	struct perf_ring *ring = calloc(1, sizeof(*ring));
	int error = -ENOMEM;

	if (!ring)
		return NULL;
	ring->count = (int)sysconf(_SC_NPROCESSORS_CONF);
	ring->bytes = cpu_bytes(bytes, ring->count);
	ring->epoll = epoll_create1(EPOLL_CLOEXEC);
	ring->cpus = calloc((size_t)ring->count, sizeof(*ring->cpus));
	if (ring->cpus && ring->epoll >= 0)
		error = open_cpus(ring, id, filter);
	if (!error)
		return ring;
	perf_ring_close(ring);
	errno = -error;
	return NULL;
}

int perf_ring_add(struct perf_ring *ring, uint64_t id, const char *filter)
{
	int error = 0;

	for (int cpu = 0; cpu < ring->count && !error; cpu++)
		if (ring->cpus[cpu].page)
			error = add_event(ring, cpu, id, filter);
	return error;
}

int perf_ring_fd(const struct perf_ring *ring)
{
	return ring->epoll;
}

/* The @size bytes at @offset of a CPU's buffer, in one piece; NULL without memory. */
static const void *in_one_piece(struct perf_ring *ring, const char *data, size_t offset,
				size_t size)
{
	size_t at = offset & (ring->bytes - 1), first = ring->bytes - at;

	if (size <= first)
		return data + at;
	if (size > ring->scratch_size) {
		void *larger = realloc(ring->scratch, size);

		if (!larger)
			return NULL;
		ring->scratch = larger;
		ring->scratch_size = size;
	}
	memcpy(ring->scratch, data + at, first);
	memcpy((char *)ring->scratch + first, data, size - first);
	return ring->scratch;
}

static void take_one(struct perf_ring *ring, const struct perf_event_header *header,
		     perf_sample_fn take, void *context)
{
	const struct {
		struct perf_event_header header;
		uint32_t size;
		char raw[];
	} *sample = (const void *)header;
	const struct {
		struct perf_event_header header;
		uint64_t id;
		uint64_t lost;
	} *lost = (const void *)header;

	if (header->type == PERF_RECORD_LOST)
		ring->told += lost->lost;
	if (header->type != PERF_RECORD_SAMPLE)
		return;
	ring->read++;
	take(sample->raw, sample->size, context);
}

static void read_cpu(struct perf_ring *ring, struct perf_event_mmap_page *page, perf_sample_fn take,
		     void *context)
{
	const char *data = (const char *)page + sysconf(_SC_PAGESIZE);
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = page->data_tail;
	const struct perf_event_header *header;

	while (tail < head) {
		/* The header itself never wraps: records are multiples of eight bytes. */
		header = (const void *)(data + (tail & (ring->bytes - 1)));
		uint16_t size = header->size;

		header = in_one_piece(ring, data, tail, size);
		if (header)
			take_one(ring, header, take, context);
		tail += size;
	}
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
}

/* The first event, whose records have parts in the others, is on while all of them are. */
int perf_ring_start(struct perf_ring *ring)
{
	for (int cpu = 0; cpu < ring->count; cpu++)
		for (int i = ring->cpus[cpu].events; i-- > 0;)
			if (ioctl(ring->cpus[cpu].fd[i], PERF_EVENT_IOC_ENABLE, 0))
				return -errno;
	return 0;
}

void perf_ring_read(struct perf_ring *ring, perf_sample_fn take, void *context)
{
	for (int cpu = 0; cpu < ring->count; cpu++)
		if (ring->cpus[cpu].page)
			read_cpu(ring, ring->cpus[cpu].page, take, context);
}

void perf_ring_stop(struct perf_ring *ring)
{
	for (int cpu = 0; cpu < ring->count; cpu++)
		for (int i = 0; i < ring->cpus[cpu].events; i++)
			ioctl(ring->cpus[cpu].fd[i], PERF_EVENT_IOC_DISABLE, 0);
	ring->stopped = true;
}

/* All that happened, by the events' own counters. */
static uint64_t counted(const struct perf_ring *ring)
{
	uint64_t sum = 0, count;

	for (int cpu = 0; cpu < ring->count; cpu++)
		for (int i = 0; i < ring->cpus[cpu].events; i++)
			if (read(ring->cpus[cpu].fd[i], &count, sizeof(count)) == sizeof(count))
				sum += count;
	return sum;
}

uint64_t perf_ring_lost(const struct perf_ring *ring)
{
	return ring->stopped ? counted(ring) - ring->read : ring->told;
}

static void close_cpu(struct perf_ring *ring, struct cpu_ring *here)
{
	if (here->page)
		munmap(here->page, ring->bytes + (size_t)sysconf(_SC_PAGESIZE));
	for (int i = 0; i < here->events; i++)
		close(here->fd[i]);
}

void perf_ring_close(struct perf_ring *ring)
{
	if (!ring)
		return;
	for (int cpu = 0; ring->cpus && cpu < ring->count; cpu++)
		close_cpu(ring, &ring->cpus[cpu]);
	if (ring->epoll >= 0)
		close(ring->epoll);
	free(ring->cpus);
	free(ring->scratch);
	free(ring);
}
