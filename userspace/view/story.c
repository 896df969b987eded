// SPDX-License-Identifier: GPL-2.0
/* The end of a run, for people: how a container started, what took longest, what was refused. */
#include "view/story.h"

#include <inttypes.h>
#include <sys/wait.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/stages.h"
#include "model/text.h"
#include "view/lines.h"

/* Refusals that are shown; the rest is a number. */
#define MAX_REFUSALS 8

/* Where the text of a step and of a refusal begins. */
#define STEP_COLUMN    27
#define REFUSAL_COLUMN 10

/* Bytes that hold the text of a step. */
#define STEP_SIZE 1024

static void add_namespaces(struct text *text, uint64_t namespaces)
{
	char flags[FLAGS_TEXT_SIZE];

	flags_format(flags, sizeof(flags), namespaces, 0);
	text_add(text, "%s", namespaces ? flags : "(by fd)");
}

static void add_exec(struct text *text, const struct story_step *step)
{
	char file[4 * CS_FILE_LEN + 1];

	text_add(text, "exec %s", text_quote(file, sizeof(file), step->file));
	if (step->ready && step->inner_tid)
		text_add(text, ": ready, as pid %" PRId32 " inside", step->inner_tid);
	else if (step->ready)
		text_add(text, ": ready");
}

static void add_exit(struct text *text, const struct story_step *step)
{
	char signal[NAMES_TEXT_SIZE];

	if (WIFSIGNALED(step->code)) {
		signal_format(signal, sizeof(signal), WTERMSIG(step->code));
		text_add(text, "killed by %s", signal);
	} else {
		text_add(text, "exit %d", WEXITSTATUS(step->code));
	}
}

static void add_what(struct text *text, const struct story_step *step)
{
	switch (step->kind) {
	case STORY_CLONE:
		text_add(text, "clone ");
		add_namespaces(text, step->namespaces);
		if (step->child_tid)
			text_add(text, ": made %" PRIu32, step->child_tid);
		break;
	case STORY_UNSHARE:
	case STORY_SETNS:
		text_add(text, step->kind == STORY_SETNS ? "setns " : "unshare ");
		add_namespaces(text, step->namespaces);
		break;
	case STORY_EXEC:
		add_exec(text, step);
		break;
	case STORY_EXIT:
		add_exit(text, step);
		break;
	}
}

static void print_step(FILE *out, const struct story_step *step, uint64_t since_ns, bool known)
{
	uint64_t before_ns = step->before_ns ? step->before_ns : since_ns;
	char buf[STEP_SIZE], name[4 * CS_COMM_LEN + 1];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	add_what(&text, step);
	if (step->error) {
		errno_format(name, sizeof(name), step->error);
		text_add(&text, ": %s", name);
	}
	if (step->maker_tgid && !known)
		text_add(&text, " (made by %" PRIu32 ", %s)", step->maker_tgid,
			 text_quote(name, sizeof(name), step->maker));
	text_end(&text);
	fprintf(out, "%9.3f  +%.3f  %6" PRIu32 "  ", ((double)step->ts_ns - (double)since_ns) / 1e9,
		((double)step->ts_ns - (double)before_ns) / 1e9, step->tid);
	lines_wrap(out, STEP_COLUMN, LINES_WIDTH, buf);
}

/* Who made a task is said once, where the steps before are not of it. */
static bool is_known(const struct story *story, size_t index, uint32_t tid)
{
	uint64_t left_out;

	while (index--)
		if (story_step(story, index, &left_out)->tid == tid)
			return true;
	return false;
}

static void print_ready(FILE *out, const struct story *story, uint64_t since_ns)
{
	const struct story_step *ready = story_ready(story), *longest = story_longest(story);
	char buf[STEP_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	if (!ready)
		return;
	text_add(&text, "ready after %.3f s", ((double)ready->ts_ns - (double)since_ns) / 1e9);
	if (longest->before_ns) {
		text_add(&text, "; the longest step, %.3f s, was that to %" PRIu32 " ",
			 ((double)longest->ts_ns - (double)longest->before_ns) / 1e9, longest->tid);
		add_what(&text, longest);
	}
	text_end(&text);
	lines_wrap(out, 0, LINES_WIDTH, buf);
}

static void print_steps(FILE *out, const struct story *story, uint64_t since_ns)
{
	const struct story_step *step;
	uint64_t left_out;

	fprintf(out, "\n%9s  %6s  %6s  %s\n", "SECONDS", "STEP", "TASK", "WHAT IT DID");
	for (size_t i = 0; (step = story_step(story, i, &left_out)); i++) {
		if (left_out)
			fprintf(out, "%*s(%" PRIu64 " more)\n", STEP_COLUMN, "", left_out);
		print_step(out, step, since_ns, is_known(story, i, step->tid));
	}
	print_ready(out, story, since_ns);
}

static void print_slow(FILE *out, const struct story_clone *slow)
{
	char comm[4 * CS_COMM_LEN + 1], flags[FLAGS_TEXT_SIZE], buf[STEP_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_add(&text, "%s made %s%" PRIu32, text_quote(comm, sizeof(comm), slow->comm),
		 slow->flags & CLONE_THREAD ? "thread " : "", slow->child_tid);
	if (slow->flags & STORY_NAMESPACES) {
		flags_format(flags, sizeof(flags), slow->flags & STORY_NAMESPACES, 0);
		text_add(&text, " in %s", flags);
	}
	if (slow->stage >= 0)
		text_add(&text, ", %.1f ms of it to %s", (double)slow->stage_ns / 1e6,
			 stage_text((enum cs_stage)slow->stage));
	text_end(&text);
	fprintf(out, "%9.1f ms       %6" PRIu32 "  ", (double)slow->copy_ns / 1e6, slow->tid);
	lines_wrap(out, STEP_COLUMN, LINES_WIDTH, buf);
}

static void print_slowest(FILE *out, const struct story *story)
{
	const struct story_clone *slow;

	fprintf(out, "the slowest clones:\n");
	for (size_t i = 0; (slow = story_slowest(story, i)); i++)
		print_slow(out, slow);
}

static void print_refusal(FILE *out, const struct story_refusal *refusal)
{
	char buf[REFUSAL_LINE_SIZE + 64];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_add(&text, "%s", refusal->sentence);
	if (refusal->made_up == refusal->count)
		text_add(&text, " (no harm: clone did it instead)");
	text_end(&text);
	fprintf(out, "%7" PRIu64 "x  ", refusal->count);
	lines_wrap(out, REFUSAL_COLUMN, LINES_WIDTH, buf);
	if (!refusal->advice[0])
		return;
	fprintf(out, "%*s-> ", REFUSAL_COLUMN, "");
	lines_wrap(out, REFUSAL_COLUMN + 3, LINES_WIDTH, refusal->advice);
}

/* The last lines on the screen: what its owner is to read. */
static void print_refusals(FILE *out, const struct story *story)
{
	uint64_t others, count = 0, hidden = 0;
	const struct story_refusal *refusal;

	while ((refusal = story_refusal(story, count, &others)))
		if (count++ >= MAX_REFUSALS)
			hidden += refusal->count;
	hidden += others;
	if (!count)
		return;
	fprintf(out, "\nrefused:\n");
	for (size_t i = 0; i < count && i < MAX_REFUSALS; i++)
		print_refusal(out, story_refusal(story, i, &others));
	if (hidden)
		fprintf(out, "%7" PRIu64 "x  for other reasons\n", hidden);
}

void story_print(FILE *out, const struct story *story, uint64_t since_ns, bool phases)
{
	bool container = story_has_namespaces(story);

	if (container)
		print_steps(out, story, since_ns);
	if ((container || phases) && story_slowest(story, 0)) {
		if (!container)
			fputc('\n', out);
		print_slowest(out, story);
	}
	print_refusals(out, story);
}
