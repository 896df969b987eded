// SPDX-License-Identifier: GPL-2.0
/* Chooses a backend and passes each call on to it. */
#include "source/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct source_ops *const source_backends[] = {&source_bpf, &source_module, NULL};

static const char *const attach_names[ATTACH_COUNT] = {
	[ATTACH_AUTO] = "auto",
	[ATTACH_FENTRY] = "fentry",
	[ATTACH_KPROBE] = "kprobe",
	[ATTACH_TRACEPOINT] = "tracepoint",
};

const char *attach_name(enum attach attach)
{
	return attach_names[attach];
}

int attach_parse(const char *name)
{
	for (int i = 0; i < ATTACH_COUNT; i++)
		if (!strcmp(attach_names[i], name))
			return i;
	return -EINVAL;
}

/* The reasons of all backends, one after the other: "eBPF: ...; module: ...". */
static int open_first(struct source **source, const struct source_options *options, char *why)
{
	char reason[SOURCE_WHY_SIZE];
	int error = -ENODEV;

	for (int i = 0; error && source_backends[i]; i++) {
		reason[0] = '\0';
		error = source_backends[i]->open(source, options, reason);
		if (reason[0])
			snprintf(why + strlen(why), SOURCE_WHY_SIZE - strlen(why), "%s%s",
				 why[0] ? "; " : "", reason);
	}
	return error;
}

int source_open(struct source **source, const struct source_ops *backend,
		const struct source_options *options, char *why)
{
	*source = NULL;
	why[0] = '\0';
	if (backend)
		return backend->open(source, options, why);
	return open_first(source, options, why);
}

int source_follow(struct source *source, pid_t pid)
{
	return source->ops->follow(source, pid);
}

int source_fd(const struct source *source)
{
	return source->ops->fd(source);
}

int source_read(struct source *source, source_record_fn take, void *context)
{
	return source->ops->read(source, take, context);
}

void source_stop(struct source *source)
{
	source->ops->stop(source);
}

void source_losses(const struct source *source, struct losses *losses)
{
	memset(losses, 0, sizeof(*losses));
	source->ops->losses(source, losses);
}

struct source_counter source_counter(const struct source *source, enum loss loss)
{
	static const struct source_counter readers[LOSS_COUNT] = {
		[LOSS_BAD_RECORD] = {"the reader: of another version, or damaged", NULL},
		[LOSS_NO_MEMORY] = {"the reader: each record that it cannot keep", NULL},
		[LOSS_READER_FULL] = {"the reader: each task, or part, that it forgets", NULL},
	};

	if (readers[loss].from || !source->ops->counter)
		return readers[loss];
	return source->ops->counter(source, loss);
}

uint64_t source_run_ns(const struct source *source)
{
	return source->ops->run_ns ? source->ops->run_ns(source) : 0;
}

void source_cost(const struct source *source, struct cost *cost)
{
	*cost = (struct cost){0};
	if (source->ops->cost)
		source->ops->cost(source, cost);
}

void source_close(struct source *source)
{
	if (source)
		source->ops->close(source);
}
