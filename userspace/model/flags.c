// SPDX-License-Identifier: GPL-2.0
/* The CLONE_* bits: their names, what each does, and text to bits and back. */
#include "model/flags.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/names.h"
#include "model/nearest.h"
#include "model/rules.h"
#include "model/text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* CHILD_CLEARTID has 14 letters. */
#define WORD_MAX NEAREST_WORD_MAX

/* All a set can have: a name for each bit, or one number for those without. */
#define ITEMS_MAX 65

#define CLONE3_ONLY true

/* clang-format off */
static const struct flag_info flags[] = {
	{CLONE_NEWTIME, "NEWTIME", "a new time namespace, for the child",
	 RULES_KERNEL(5, 6), CLONE3_ONLY, 7},
	{CLONE_VM, "VM", "share the address space", 0, false, 17},
	{CLONE_FS, "FS", "share root, working directory and umask", 0, false, 19},
	{CLONE_FILES, "FILES", "share the table of open files", 0, false, 18},
	{CLONE_SIGHAND, "SIGHAND", "share the table of signal handlers", 0, false, 20},
	{CLONE_PIDFD, "PIDFD", "give the parent a pidfd of the child",
	 RULES_KERNEL(5, 2), false, 10},
	{CLONE_PTRACE, "PTRACE", "if the caller is being traced, trace the child too",
	 0, false, 22},
	{CLONE_VFORK, "VFORK", "hold the parent until the child execs or exits", 0, false, 15},
	{CLONE_PARENT, "PARENT", "the caller's parent becomes the child's parent too",
	 0, false, 14},
	{CLONE_THREAD, "THREAD", "a thread in the caller's thread group (process)",
	 0, false, 16},
	{CLONE_NEWNS, "NEWNS", "a new mount namespace, with a copy of the mounts", 0, false, 2},
	{CLONE_SYSVSEM, "SYSVSEM", "share the list of System V semaphore undos", 0, false, 25},
	{CLONE_SETTLS, "SETTLS", "set the child's thread-local storage to tls", 0, false, 26},
	{CLONE_PARENT_SETTID, "PARENT_SETTID",
	 "write the child's tid to parent_tid in the parent's memory", 0, false, 27},
	{CLONE_CHILD_CLEARTID, "CHILD_CLEARTID",
	 "zero the tid at child_tid and wake its futex when the child gives up its memory",
	 0, false, 28},
	{CLONE_DETACHED, "DETACHED", "no effect; clone3 refuses it", 0, false, 30},
	{CLONE_UNTRACED, "UNTRACED", "a tracer of the caller can't force CLONE_PTRACE on the child",
	 0, false, 23},
	{CLONE_CHILD_SETTID, "CHILD_SETTID",
	 "write the child's tid to child_tid in the child's memory", 0, false, 29},
	{CLONE_NEWCGROUP, "NEWCGROUP", "a new cgroup namespace", RULES_KERNEL(4, 6), false, 4},
	{CLONE_NEWUTS, "NEWUTS", "a new UTS namespace: host and domain name", 0, false, 6},
	{CLONE_NEWIPC, "NEWIPC",
	 "a new IPC namespace: System V objects and POSIX message queues", 0, false, 5},
	{CLONE_NEWUSER, "NEWUSER", "a new user namespace, with all capabilities in it",
	 0, false, 0},
	{CLONE_NEWPID, "NEWPID", "a new pid namespace, with the child as its pid 1",
	 0, false, 1},
	{CLONE_NEWNET, "NEWNET", "a new network namespace", 0, false, 3},
	{CLONE_IO, "IO", "share the I/O context of the block layer", 0, false, 24},
	{CLONE_CLEAR_SIGHAND, "CLEAR_SIGHAND",
	 "set every handled signal to its default action in the child",
	 RULES_KERNEL(5, 5), CLONE3_ONLY, 21},
	{CLONE_INTO_CGROUP, "INTO_CGROUP", "make the child in the cgroup that cgroup refers to",
	 RULES_KERNEL(5, 7), CLONE3_ONLY, 9},
	{CLONE_AUTOREAP, "AUTOREAP", "the child is reaped by itself when it exits, without wait()",
	 RULES_KERNEL(7, 1), CLONE3_ONLY, 11},
	{CLONE_NNP, "NNP", "set no_new_privs in the child", RULES_KERNEL(7, 1), CLONE3_ONLY, 12},
	{CLONE_PIDFD_AUTOKILL, "PIDFD_AUTOKILL",
	 "kill the child when the pidfd that CLONE_PIDFD gives is closed",
	 RULES_KERNEL(7, 1), CLONE3_ONLY, 13},
	{CLONE_EMPTY_MNTNS, "EMPTY_MNTNS",
	 "a new mount namespace that starts empty, without a copy of the mounts",
	 RULES_KERNEL(7, 1), CLONE3_ONLY, 8},
};
/* clang-format on */

const struct flag_info *flags_table(size_t *count)
{
	*count = ARRAY_SIZE(flags);
	return flags;
}

const struct flag_info *flags_find(uint64_t bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].bit == bit)
			return &flags[i];
	return NULL;
}

uint64_t flags_unknown(uint64_t set)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		set &= ~flags[i].bit;
	return set;
}

/* What flags_format() writes: names in some order, then the unknown bits. */
struct items {
	const char *name[ITEMS_MAX];
	size_t count;
	char unknown[sizeof("0x0123456789abcdef")];
};

static int by_rank(const void *a, const void *b)
{
	const struct flag_info *const *first = a, *const *second = b;

	return (*first)->rank - (*second)->rank;
}

static void items_collect(struct items *items, uint64_t set, bool ranked)
{
	const struct flag_info *found[ARRAY_SIZE(flags)];

	items->count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (set & flags[i].bit)
			found[items->count++] = &flags[i];
	if (ranked)
		qsort(found, items->count, sizeof(found[0]), by_rank);
	for (size_t i = 0; i < items->count; i++)
		items->name[i] = found[i]->name;

	set = flags_unknown(set);
	if (!set)
		return;
	snprintf(items->unknown, sizeof(items->unknown), "0x%llx", (unsigned long long)set);
	items->name[items->count++] = items->unknown;
}

/* Write the first @shown items and "+N" for the rest. Returns the whole length, as snprintf(). */
static size_t items_write(const struct items *items, size_t shown, char *buf, size_t size)
{
	struct text text = {.buf = buf, .size = size};

	for (size_t i = 0; i < shown; i++) {
		text_put(&text, i ? "|" : "");
		text_put(&text, items->name[i]);
	}
	if (shown < items->count) {
		text_put(&text, "+");
		text_put_number(&text, items->count - shown);
	}
	return text.length;
}

size_t flags_format(char *buf, size_t size, uint64_t set, int width)
{
	size_t limit = width > 0 ? (size_t)width : SIZE_MAX;
	struct items items;
	size_t shown, length;

	if (!size)
		return 0;
	if (!set)
		return (size_t)snprintf(buf, size, "-") < size ? 1 : 0;

	items_collect(&items, set, width > 0);
	length = items_write(&items, items.count, buf, size);
	if (length <= limit && length < size)
		return length;

	items_collect(&items, set, true);
	for (shown = items.count; shown > 1; shown--) {
		length = items_write(&items, shown, buf, size);
		if (length <= limit && length < size)
			return length;
	}
	length = items_write(&items, 1, buf, size);
	if (length >= size)
		length = items_write(&items, 0, buf, size);
	return length < size ? length : size - 1;
}

/* What flags_parse() has read so far. */
struct parse {
	bool clone3;
	uint64_t flags;
	int exit_signal;
	char *why;
	size_t why_size;
};

static int set_exit_signal(struct parse *parse, int signal)
{
	if (!signal || signal == parse->exit_signal)
		return 0;
	if (parse->exit_signal) {
		snprintf(parse->why, parse->why_size, "two exit signals: %d and %d",
			 parse->exit_signal, signal);
		return -EINVAL;
	}
	parse->exit_signal = signal;
	return 0;
}

static int parse_number(struct parse *parse, const char *word)
{
	bool hex = !strncasecmp(word, "0x", 2);
	unsigned long long value;
	char shown[WORD_MAX];
	char *end;

	errno = 0;
	value = strtoull(word, &end, hex ? 16 : 10);
	if (errno || *end || (hex && !isxdigit((unsigned char)word[2]))) {
		snprintf(parse->why, parse->why_size, "'%s' is not a number of 64 bits",
			 text_quote(shown, sizeof(shown), word));
		return -EINVAL;
	}
	if (parse->clone3) {
		parse->flags |= value;
		return 0;
	}
	parse->flags |= value & ~(uint64_t)CSIGNAL;
	return set_exit_signal(parse, (int)(value & CSIGNAL));
}

static const char *without_prefix(const char *word, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncasecmp(word, prefix, length) ? word : word + length;
}

void flags_nearest(struct nearest *nearest, const char *word)
{
	nearest_begin(nearest, without_prefix(word, "CLONE_"));
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		nearest_try(nearest, flags[i].name);
	for (int signal = 1; signal < 32; signal++)
		nearest_try(nearest, signal_name(signal));
}

static int parse_name(struct parse *parse, const char *word)
{
	const char *name = without_prefix(word, "CLONE_");
	char shown[WORD_MAX * 2], like[NEAREST_TEXT_SIZE];
	struct nearest nearest;
	int signal;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!strcasecmp(name, flags[i].name)) {
			parse->flags |= flags[i].bit;
			return 0;
		}
	}
	signal = signal_parse(word);
	if (signal > 0)
		return set_exit_signal(parse, signal);

	flags_nearest(&nearest, word);
	snprintf(parse->why, parse->why_size, "'%s' is neither a clone flag nor a signal%s",
		 text_quote(shown, sizeof(shown), word),
		 nearest_format(like, sizeof(like), &nearest, ""));
	return -EINVAL;
}

static int parse_word(struct parse *parse, const char *start, const char *end)
{
	char word[WORD_MAX + 1], shown[WORD_MAX * 2];
	size_t length;

	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	length = (size_t)(end - start);
	if (!length) {
		snprintf(parse->why, parse->why_size,
			 "a flag is missing: nothing before or after a '|'");
		return -EINVAL;
	}
	snprintf(word, sizeof(word), "%.*s", (int)(length > WORD_MAX ? WORD_MAX : length), start);
	if (length > WORD_MAX) {
		snprintf(parse->why, parse->why_size, "'%s...' is too long for a clone flag",
			 text_quote(shown, sizeof(shown), word));
		return -EINVAL;
	}
	return isdigit((unsigned char)word[0]) ? parse_number(parse, word)
					       : parse_name(parse, word);
}

int flags_parse(const char *text, bool clone3, uint64_t *set, int *exit_signal, char *why,
		size_t why_size)
{
	struct parse parse = {.clone3 = clone3, .why = why, .why_size = why_size};

	for (;;) {
		size_t length = strcspn(text, "|");
		int err = parse_word(&parse, text, text + length);

		if (err)
			return err;
		if (!text[length])
			break;
		text += length + 1;
	}
	*set = parse.flags;
	*exit_signal = parse.exit_signal;
	return 0;
}
