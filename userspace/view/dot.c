// SPDX-License-Identifier: GPL-2.0
/* Who made whom, for Graphviz: dot -Tsvg. */
#include "view/view.h"

#include <inttypes.h>
#include <string.h>

#include "view/ignore.h"
#include "view/tree_parts.h"

/* Of a process: its words, one to a line. */
#define BETWEEN "\n"

/*
 * @text, which is printable ASCII and line feeds, in a label: there a backslash begins an escape, '&' an entity
 * of HTML, and a line ends in \l, at the left.
 */
static void print_label(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '\n')
			fputs("\\l", out);
		else
			fputc(*text, out);
	}
	fputs("\\l", out);
}

/* A number may be given out again, so it alone is no name. */
static void print_id(FILE *out, const struct tree_process *process)
{
	fprintf(out, "p%" PRIu32 "_%" PRIu64, process->tgid, process->start_ns);
}

static const char *style(const struct tree_process *process)
{
	if (!process->made_ns)
		return "dashed"; /* it was there before */
	for (const struct tree_event *event = process->events; event; event = event->next)
		if (event->ready)
			return "bold";
	return "solid";
}

static void print_node(FILE *out, const struct tree_process *process)
{
	bool failed = process->exit_ns && process->code;
	char buf[TREE_WORDS_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};
	size_t before;

	text_add(&text, "%" PRIu32 " ", process->tgid);
	tree_put_name(&text, process);
	if (tree_lived_ns(process)) {
		text_put(&text, BETWEEN "lived ");
		text_put_time(&text, tree_lived_ns(process));
	}
	before = text.length;
	text_put(&text, BETWEEN);
	tree_put_words(&text, process, BETWEEN);
	text_end(&text);
	/* Nothing is to be said of it. */
	if (text.length == before + strlen(BETWEEN) && before < sizeof(buf))
		buf[before] = '\0';
	fputc('\t', out);
	print_id(out, process);
	fputs(" [label=\"", out);
	print_label(out, buf);
	fprintf(out, "\", style=%s%s];\n", style(process), failed ? ", color=red" : "");
}

/* When it was made stands on the way to it. */
static void print_edge(FILE *out, const struct tree_process *process)
{
	const uint64_t since_ns = tree_first_ns(tree_kept());

	fputc('\t', out);
	print_id(out, process->maker);
	fputs(" -> ", out);
	print_id(out, process);
	fprintf(out, " [label=\"%.3f s\"%s];\n", (double)(process->made_ns - since_ns) / 1e9,
		process->made_beside ? ", style=dashed" : "");
}

static void print_graph(FILE *out)
{
	const struct tree_process *process = tree_first(tree_kept());
	size_t depth = 0;

	fputs("digraph clonescope {\n\trankdir=LR;\n"
	      "\tnode [shape=box, fontname=\"monospace\", fontsize=10];\n"
	      "\tedge [fontname=\"monospace\", fontsize=9];\n",
	      out);
	for (; process; process = tree_next(process, NULL, &depth)) {
		print_node(out, process);
		if (process->maker)
			print_edge(out, process);
	}
	if (tree_left_out(tree_kept()))
		fprintf(out, "\tmore [label=\"and %" PRIu64 " more\", shape=plaintext];\n",
			tree_left_out(tree_kept()));
	fputs("}\n", out);
}

static void dot_end(const struct view_options *options, const struct totals *totals,
		    const struct losses *losses)
{
	(void)totals;
	(void)losses;
	print_graph(options->out);
	tree_done();
}

const struct view_ops view_dot = {
	.begin = tree_begin,
	.clone = tree_clone,
	.returned = ignore_returned,
	.call = ignore_call,
	.life = tree_life,
	.lost = tree_lost,
	.end = dot_end,
};
