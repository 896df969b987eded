// SPDX-License-Identifier: GPL-2.0
/* Words for the numbers in a record: ways in, signals, errnos, facts, backends. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/names.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* MAX_ERRNO of linux/err.h: more is no ERR_PTR(). */
#define ERRNO_MAX 4095

/* _NSIG of x86 and arm64. */
#define SIGNAL_MAX 64

static const char *const via_names[] = {
	[CS_VIA_UNKNOWN] = "?",	  [CS_VIA_FORK] = "fork",	    [CS_VIA_VFORK] = "vfork",
	[CS_VIA_CLONE] = "clone", [CS_VIA_CLONE3] = "clone3",	    [CS_VIA_KTHREAD] = "kthread",
	[CS_VIA_UMH] = "umh",	  [CS_VIA_IO_WORKER] = "io_worker", [CS_VIA_VHOST] = "vhost",
};

static const char *const backend_names[] = {
	[CS_BACKEND_BPF] = "bpf",
	[CS_BACKEND_MODULE] = "module",
};

static const char *const stack_origin_names[] = {
	[CS_STACK_CACHED] = "cached",
	[CS_STACK_FRESH] = "fresh",
};

static const char *const fact_names[] = {
	[CS_FACT_VIA] = "via",
	[CS_FACT_KERNEL_CLONE] = "kernel_clone",
	[CS_FACT_EXIT_SIGNAL] = "exit_signal",
	[CS_FACT_COPY_NS] = "copy_ns",
	[CS_FACT_NODE_REQUESTED] = "node_requested",
	[CS_FACT_TASK_NODE] = "task_node",
	[CS_FACT_STACK_NODES] = "stack_nodes",
	[CS_FACT_STACK_ORIGIN] = "stack_origin",
	[CS_FACT_POLICY] = "policy",
	[CS_FACT_CHILD_POLICY] = "child_policy",
	[CS_FACT_POLICY_COPIED] = "policy_copied",
	[CS_FACT_VMA_POLICIES] = "vma_policies",
};

_Static_assert(ARRAY_SIZE(fact_names) == CS_FACT_COUNT, "every fact has a name");

/* Generic numbers of x86 and arm64, not the C library's: it hides 32 and 33. */
static const char *const signal_names[] = {
	NULL,	    "SIGHUP",	"SIGINT",    "SIGQUIT",	 "SIGILL",   "SIGTRAP",	  "SIGABRT",
	"SIGBUS",   "SIGFPE",	"SIGKILL",   "SIGUSR1",	 "SIGSEGV",  "SIGUSR2",	  "SIGPIPE",
	"SIGALRM",  "SIGTERM",	"SIGSTKFLT", "SIGCHLD",	 "SIGCONT",  "SIGSTOP",	  "SIGTSTP",
	"SIGTTIN",  "SIGTTOU",	"SIGURG",    "SIGXCPU",	 "SIGXFSZ",  "SIGVTALRM", "SIGPROF",
	"SIGWINCH", "SIGIO",	"SIGPWR",    "SIGSYS",	 "SIGRTMIN", "SIGRT_1",	  "SIGRT_2",
	"SIGRT_3",  "SIGRT_4",	"SIGRT_5",   "SIGRT_6",	 "SIGRT_7",  "SIGRT_8",	  "SIGRT_9",
	"SIGRT_10", "SIGRT_11", "SIGRT_12",  "SIGRT_13", "SIGRT_14", "SIGRT_15",  "SIGRT_16",
	"SIGRT_17", "SIGRT_18", "SIGRT_19",  "SIGRT_20", "SIGRT_21", "SIGRT_22",  "SIGRT_23",
	"SIGRT_24", "SIGRT_25", "SIGRT_26",  "SIGRT_27", "SIGRT_28", "SIGRT_29",  "SIGRT_30",
	"SIGRT_31", "SIGRT_32",
};

_Static_assert(ARRAY_SIZE(signal_names) == SIGNAL_MAX + 1, "every signal has a name");

/* linux/errno.h: the kernel's own, which no user-space header has. */
static const char *const kernel_errnos[] = {
	[512 - 512] = "ERESTARTSYS",
	[513 - 512] = "ERESTARTNOINTR",
	[514 - 512] = "ERESTARTNOHAND",
	[515 - 512] = "ENOIOCTLCMD",
	[516 - 512] = "ERESTART_RESTARTBLOCK",
	[517 - 512] = "EPROBE_DEFER",
	[518 - 512] = "EOPENSTALE",
	[519 - 512] = "ENOPARAM",
	[521 - 512] = "EBADHANDLE",
	[522 - 512] = "ENOTSYNC",
	[523 - 512] = "EBADCOOKIE",
	[524 - 512] = "ENOTSUPP",
	[525 - 512] = "ETOOSMALL",
	[526 - 512] = "ESERVERFAULT",
	[527 - 512] = "EBADTYPE",
	[528 - 512] = "EJUKEBOX",
	[529 - 512] = "EIOCBQUEUED",
	[530 - 512] = "ERECALLCONFLICT",
};

struct alias {
	const char *name;
	int number;
};

static const struct alias signal_aliases[] = {
	{"SIGIOT", 6},
	{"SIGCLD", 17},
	{"SIGPOLL", 29},
};

static const struct alias errno_aliases[] = {
	{"EWOULDBLOCK", EAGAIN},
	{"EDEADLOCK", EDEADLK},
	{"ENOTSUP", ENOTSUP},
	{"EOPNOTSUPP", EOPNOTSUPP},
};

static const char *name_in(const char *const *names, size_t count, int number)
{
	if (number < 0 || (size_t)number >= count)
		return NULL;
	return names[number];
}

static const char *name_or_unknown(const char *const *names, size_t count, int number)
{
	const char *name = name_in(names, count, number);

	return name ? name : "?";
}

const char *via_name(int via)
{
	return name_or_unknown(via_names, ARRAY_SIZE(via_names), via);
}

int via_parse(const char *text)
{
	for (size_t via = CS_VIA_FORK; via < ARRAY_SIZE(via_names); via++)
		if (!strcmp(text, via_names[via]))
			return (int)via;
	return -EINVAL;
}

const char *backend_name(int backend)
{
	return name_or_unknown(backend_names, ARRAY_SIZE(backend_names), backend);
}

const char *stack_origin_name(int origin)
{
	return name_or_unknown(stack_origin_names, ARRAY_SIZE(stack_origin_names), origin);
}

const char *fact_name(int fact)
{
	return name_or_unknown(fact_names, ARRAY_SIZE(fact_names), fact);
}

const char *signal_name(int signal)
{
	return name_in(signal_names, ARRAY_SIZE(signal_names), signal);
}

const char *errno_name(int error)
{
	const char *name = NULL;

	if (error <= 0)
		return NULL;
	if (error >= 512)
		name = name_in(kernel_errnos, ARRAY_SIZE(kernel_errnos), error - 512);
	return name ? name : strerrorname_np(error);
}

static size_t format_named(char *buf, size_t size, const char *name, int number)
{
	if (!number)
		name = "-";
	return (size_t)(name ? snprintf(buf, size, "%s", name) : snprintf(buf, size, "%d", number));
}

size_t signal_format(char *buf, size_t size, int signal)
{
	return format_named(buf, size, signal_name(signal), signal);
}

size_t errno_format(char *buf, size_t size, int error)
{
	return format_named(buf, size, errno_name(error), error);
}

/* @text as a decimal number of 1 to @max, or -EINVAL. */
static int parse_number(const char *text, int max)
{
	char *end;
	long number;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtol(text, &end, 10);
	return errno || *end || number < 1 || number > max ? -EINVAL : (int)number;
}

static int parse_alias(const char *text, const struct alias *aliases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(text, aliases[i].name))
			return aliases[i].number;
	return -EINVAL;
}

/* Is @text the name of a signal, with or without its SIG? */
static bool is_signal(const char *text, const char *name)
{
	return !strcasecmp(text, name) || !strcasecmp(text, name + strlen("SIG"));
}

int signal_parse(const char *text)
{
	for (int signal = 1; signal <= SIGNAL_MAX; signal++)
		if (is_signal(text, signal_names[signal]))
			return signal;
	for (size_t i = 0; i < ARRAY_SIZE(signal_aliases); i++)
		if (is_signal(text, signal_aliases[i].name))
			return signal_aliases[i].number;
	return parse_number(text, SIGNAL_MAX);
}

int errno_parse(const char *text)
{
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *name = errno_name(error);

		if (name && !strcasecmp(text, name))
			return error;
	}
	if (isalpha((unsigned char)text[0]))
		return parse_alias(text, errno_aliases, ARRAY_SIZE(errno_aliases));
	return parse_number(text, ERRNO_MAX);
}

void errno_nearest(struct nearest *nearest)
{
	for (int error = 1; error <= ERRNO_MAX; error++)
		if (errno_name(error))
			nearest_try(nearest, errno_name(error));
}
